/* place.h - the folder of one practice system: what lies in it, how it is found, how it is taken away.
 *
 * practice.json tells everybody where it answers; it is there exactly as long as the system is. Nothing is ever
 * removed but what the practice itself wrote, by name. */
#ifndef WARROOM_PRACTICE_PLACE_H
#define WARROOM_PRACTICE_PLACE_H

#include "base/json.h"
#include "world/files.h"

#define PLACE_VARIABLE "WARROOM_PRACTICE"
#define PLACE_PASSED "PRACTICE_FOLDER" /* the same for a step: warroom hands on no WARROOM_ name */
#define PLACE_TOLD "practice.json"
#define PLACE_LOCK "practice.lock"
#define PLACE_SHARED "words"
#define PLACE_ORDERS "orders.db"
#define PLACE_RECEIPTS "receipts.db"
#define PLACE_BACKUPS "backups"

typedef struct told { /* practice.json */
    char *folder, *shop, *metrics, *control, *token;
    char *program;
    gint64 pid; /* of the master */
} told;
void told_free(told *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(told, told_free)

/* The folder that was named, else that of the two variables; ERR_USAGE without any. The caller frees. */
char *place_find(const char *named, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ERR_NOT_FOUND when nothing runs there. */
told *place_read(const char *folder, GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool place_write(const told *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The lock that means "a practice system runs here"; -1 with ERR_REFUSED when it is held. */
filedesc place_lock(const char *folder, GError **error);
bool place_is_locked(const char *folder);

/* Takes away what a practice system leaves in its folder, and the folder when it is ours and empty. */
void place_sweep(const char *folder);
/* The same but for the lock, which the caller holds: what one that died with its guard left behind. */
void place_sweep_rest(const char *folder);

/* Our own program, as the kernel knows it. The caller frees. */
char *place_program(void);

#endif
