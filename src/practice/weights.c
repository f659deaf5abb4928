#include "weights.h"

#include <string.h>

const char *const pool_names[] = { "blue", "green", 0 };

int pool_of(const char *name)
{
    for (int pool = 0; pool < POOLS; pool++)
        if (name != 0 && strcmp(pool_names[pool], name) == 0)
            return pool;
    return -1;
}

/* Each pool earns its share a turn; the richest serves and pays for all. */
int weights_next(weights *self, const int percent[POOLS], const bool usable[POOLS])
{
    int best = -1, sum = 0;
    for (int pool = 0; pool < POOLS; pool++) {
        if (!usable[pool] || percent[pool] <= 0) {
            self->credit[pool] = 0;
            continue;
        }
        self->credit[pool] += percent[pool];
        sum += percent[pool];
        if (best < 0 || self->credit[pool] > self->credit[best])
            best = pool;
    }
    if (best >= 0)
        self->credit[best] -= sum;
    return best;
}
