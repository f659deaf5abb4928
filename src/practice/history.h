/* history.h - what was deployed, and which version the customers met, since the practice began.
 *
 * Two kinds of lines: a version was put on a pool, and a version went live (its pool got most of the traffic).
 * One line each as JSON, so that it can be kept in a file and read by the eye. */
#ifndef WARROOM_PRACTICE_HISTORY_H
#define WARROOM_PRACTICE_HISTORY_H

#include "base/json.h"

typedef enum { CHANGE_DEPLOYED, CHANGE_LIVE } change_kind;

typedef struct change {
    moment at;
    change_kind kind;
    int pool;
    char version[24];
} change;

typedef struct history history;

history *history_new(void);
void history_free(history *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(history, history_free)

void history_add(history *self, moment at, change_kind kind, int pool, const char *version);
const change *history_all(const history *self, guint *count); /* oldest first */

const change *history_live(const history *self); /* NULL before the first */

/* The last one live before the present one, in another version; NULL when there is none. */
const change *history_previous(const history *self);

json *history_json(const history *self); /* a list, oldest first */
char *history_text(const history *self); /* a table, newest first, the live one marked; the caller frees */

#endif
