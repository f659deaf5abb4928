/* output.h - what the step says, kept within bounds (row 47) and never at the step's cost (row 20).
 *
 * The first OUTPUT_HEAD bytes go to `output`; what follows goes to tail.0 and tail.1 turn about. What cannot be
 * written is counted and dropped; a second later writing is tried again. */
#ifndef WARROOM_KEEPER_OUTPUT_H
#define WARROOM_KEEPER_OUTPUT_H

#include "clock.h"

#include <stddef.h>

typedef struct output {
    int folder, file;
    int turn;             /* 0: the head; then 1, 2, 1, ...: the tails */
    int64_t payload, end; /* of the file being written: the step's bytes, all bytes */
    int64_t came, kept;
    int64_t retry; /* boot clock: not before */
    int wrong;     /* errno of the first failure; 0 */
} output;

void output_begin(output *self, int folder);
/* At most OUTPUT_FRAME bytes; `stream` is o or e. */
void output_take(output *self, char stream, const char *bytes, size_t length);
/* Why not all could be kept: "disk full"; NULL when it could. */
const char *output_cut(const output *self);
void output_end(output *self);

#endif
