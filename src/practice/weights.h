/* weights.h - which pool gets the next visitor: spread evenly, in the shares that were asked for.
 *
 * No dice: of 100 visitors at 20 % every fifth goes there. A pool that cannot serve is passed over, so that its
 * share goes to the other one; a pool with a share of 0 gets nobody while the other can serve, and is not the
 * fall-back either: a visitor sent to a version that was taken away is worse off than one who is told no. */
#ifndef WARROOM_PRACTICE_WEIGHTS_H
#define WARROOM_PRACTICE_WEIGHTS_H

#include <stdbool.h>

#define POOLS 2 /* blue, green */

extern const char *const pool_names[]; /* blue, green, NULL */
int pool_of(const char *name);         /* -1: neither */

typedef struct weights {
    int credit[POOLS];
} weights;

/* `percent` adds up to 100. -1 when nobody may serve. */
int weights_next(weights *self, const int percent[POOLS], const bool usable[POOLS]);

#endif
