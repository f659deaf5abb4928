/* family.h - the processes below us, however they tried to get away.
 *
 * We are a subreaper: a process that loses its parent, left its group or its session, becomes our child at
 * once. So all that descends from the step is found by walking up parents to ourselves, and when the kernel
 * says that we have no child, there is nothing left. A signal goes by pidfd, and only after the start time
 * showed that the number still means the same process. */
#ifndef WARROOM_KEEPER_FAMILY_H
#define WARROOM_KEEPER_FAMILY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

typedef struct member {
    pid_t pid, parent;
    char state;               /* as in /proc/PID/stat; Z is dead already */
    unsigned long long start; /* clock ticks since boot */
    char name[20];            /* control characters are ? */
} member;

typedef struct family {
    member *list;
    size_t count;
} family;

/* One process as /proc shows it. */
bool member_read(pid_t pid, member *result);

/* All living descendants of this process, in the order of their numbers. */
family family_walk(void);
/* The same, walked until two walks in a row find the same. */
family family_walk_stable(void);
void family_free(family *self);

/* Signals them all; one that is gone or is another by now is passed over. */
void family_signal(const family *self, int signal);

#endif
