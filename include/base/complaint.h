/* complaint.h - everything that is wrong with a text a person wrote, all at once.
 *
 * A complaint says where (file, line, column, from 1), what is wrong, and what would be right.
 * Readers add to a list and go on; whoever asked for the reading looks at the list at the end. */
#ifndef WARROOM_BASE_COMPLAINT_H
#define WARROOM_BASE_COMPLAINT_H

#include "base/fail.h"

typedef struct complaint {
    char *file;
    guint line, column;
    char *wrong; /* "unknown key 'abve'" */
    char *right; /* "did you mean 'above'?"; never NULL, may be "" */
} complaint;

typedef struct complaints complaints;

complaints *complaints_new(void);
void complaints_free(complaints *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(complaints, complaints_free)

/* `right` may be NULL. `wrong` and `right` are copied, and cut where no person would read on. */
void complaint_add(complaints *self, const char *file, guint line, guint column, const char *wrong,
                   const char *right);

guint complaints_count(const complaints *self);
const complaint *complaints_get(const complaints *self, guint index); /* in file, line, column order */

/* "file:line:column: wrong; right", a line each, in visible form; "" when there are none. The caller frees. */
char *complaints_text(const complaints *self);

/* Nothing wrong: true. Else sets an ERR_USAGE error that carries complaints_text and returns false. */
bool complaints_settle(const complaints *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
