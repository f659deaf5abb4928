/* notice.h - a word to the person who is not looking at the screen (D9).
 *
 * Tried in the order of `notify:`: the desktop through warroom-notify (2 s at most), the bell of whatever faces
 * are attached, an external command. The first that worked is enough. A notice carries the message line and
 * nothing else; the command gets it as its one last argument, never through a shell. Nothing here waits: a hung
 * desktop costs a helper process, and when too many hang further notices go to the next means at once. */
#ifndef WARROOM_ENGINE_NOTICE_H
#define WARROOM_ENGINE_NOTICE_H

#include "settings/settings.h"

typedef struct notifier notifier;

/* Rings the bell of attached faces; false when there is none to hear it. */
typedef bool (*notice_bell)(const char *line, void *context);
/* May be told from inside notice_give. How it ended: by which means ("desktop", "bell", "command"; NULL: by none), and what the others said ("" when
 * the first worked). */
typedef void (*notice_ended)(const char *line, const char *means, const char *trouble, void *context);

/* `helper`: the path of warroom-notify. Borrows the settings. `ended` may be NULL. */
notifier *notice_new(const settings *settings, const char *helper, notice_bell bell, notice_ended ended,
                     void *context);
void notice_free(notifier *self); /* ends what is under way; NULL is welcome */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(notifier, notice_free)

/* "warroom INC-0042" and "p95 latency 1240 ms, limit 820, for 30s". Foreign text is made visible here. */
void notice_give(notifier *self, const char *title, const char *line, severity severity);

#endif
