/* parts.h - the programs within this program: what `up` starts, each a process of its own that can be killed.
 *
 *     guard ── master ┬─ balancer          customers ─► balancer ─► instances ─► orders.db
 *                     ├─ customers
 *                     └─ instances
 *
 * The guard waits for the master and then takes away what it left. Everybody below the master dies with it (the
 * kernel's word), the master ends in order when the guard is gone: whichever is killed, nothing is left behind. */
#ifndef WARROOM_PRACTICE_PARTS_H
#define WARROOM_PRACTICE_PARTS_H

#include "base/fail.h"

#define PART_HELD 3                        /* the descriptor a part is handed */
#define PART_IDENTITY "practice eu-1 shop" /* what this target answers when it is asked who it is */

typedef struct wishes { /* what `up` was told */
    guint bad;          /* of releases from 2.0 on */
    int instances, rate;
    gint64 lasts;  /* microseconds */
    char *owner;   /* a file whose lock means that it is still wanted; NULL */
    char *version; /* the first one */
} wishes;
char *wishes_text(const wishes *self);
bool wishes_read(const char *text, wishes *result, GError **error);

/* Each runs until it is ended; the result is its exit code. arguments: as each one says in its source. */
int guard_run(char **arguments, GError **error);
int master_run(char **arguments, GError **error);
int balancer_run(char **arguments, GError **error);
int customers_run(char **arguments, GError **error);
int shop_run(char **arguments, GError **error);

/* From now on `signal` comes when `parent` is gone; at once when it is gone already. */
void part_follow(const char *parent, int signal);

#endif
