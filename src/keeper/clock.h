/* clock.h - what time the keeper's record says it is. */
#ifndef WARROOM_KEEPER_CLOCK_H
#define WARROOM_KEEPER_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

typedef struct when {
    int64_t wall, up; /* microseconds; up is CLOCK_BOOTTIME */
} when;

when when_now(void);

/* This boot's id into a buffer of at least 37 bytes; false, with errno, when the kernel does not say. */
bool boot_read(char *id, int size);

#endif
