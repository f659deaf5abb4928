/* power.h - what a power cut may leave of SQLite's files.
 *
 * A VFS on top of the real one notes every write, truncation, sync and deletion of database, journal and
 * write-ahead file. Afterwards, for each point in that log, it builds the files as a power cut there may leave
 * them: of what was not synced yet, all, any one, or the last m operations are lost, or one write is torn.
 * A new file, and a deletion, are there for good once the folder was synced: SQLite does so at the first sync of a new
 * journal or write-ahead file, and at a deletion when it is told to. */
#ifndef WARROOM_TESTS_LIB_POWER_H
#define WARROOM_TESTS_LIB_POWER_H

#include <glib.h>
#include <stdbool.h>

/* From now on every database that is opened is watched, by the default VFS. */
void power_watch(void);
/* What was done so far is acknowledged: `count` must be there after any later cut. */
void power_acknowledge(gint64 count);
void power_forget(void); /* a new log */

/* From now on the n-th write, truncation, sync, deletion or opening (from 1; 0: none) fails as if the kernel had said
 * `number`; with `for_good` every one after it too. Returns how many there were since the last call. */
guint power_inject(guint n, int number, bool for_good);

/* One state: the files lie in `folder`. `acknowledged` must be there. Returns whether it is. */
typedef bool (*power_check)(const char *folder, gint64 acknowledged, void *context);

typedef struct power_sum {
    gint64 operations, states, lost;
    char first[160]; /* the first state that lost something, in words */
} power_sum;

/* Builds the states in `folder` (best on a tmpfs) and checks each; `every` is the stride over the cut points. */
power_sum power_cut(const char *folder, guint every, power_check check, void *context);

#endif
