/* record.h - the two texts a keeper leaves: who holds the step, and how it ended. See keeper/leaves.h. */
#ifndef WARROOM_KEEPER_RECORD_H
#define WARROOM_KEEPER_RECORD_H

#include "family.h"

#include "keeper/leaves.h"

#include <stdint.h>

typedef struct record {
    char text[LEAF_EXIT_SIZE];
    size_t length;
} record;

void record_begin(record *self);
/* A line; one that no longer fits beside the sum is left out. */
void record_line(record *self, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Seals it and writes all LEAF_EXIT_SIZE bytes over the reserved ones. */
bool record_write(record *self, int file);

#endif
