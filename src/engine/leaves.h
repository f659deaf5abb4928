/* leaves.h - reading what a keeper left, byte by byte and believing none of it unseen (keeper/leaves.h says what it is).
 *
 * Nothing here touches a file; a text that is torn, or of a newer keeper, is told apart from one that is not there. */
#ifndef WARROOM_ENGINE_LEAVES_H
#define WARROOM_ENGINE_LEAVES_H

#include "keep.h"

typedef enum leaf { LEAF_NONE, LEAF_GOOD, LEAF_TORN, LEAF_NEWER } leaf;

typedef struct leaf_holder {
    char boot[BOOT_ID_SIZE];
    pid_t keeper, step;
    guint64 keeper_start, step_start;
    moment wall;
    uptime up;
} leaf_holder;

/* Results are written only when LEAF_GOOD is returned. */
leaf leaf_read_holder(const char *bytes, gsize length, leaf_holder *result);

/* Fills what belongs to KEEP_ENDED; `result` has its survivors array already. */
leaf leaf_read_exit(const char *bytes, gsize length, keep_seen *result);

/* The boot in which an exit file without a record was reserved; false when it does not say. */
bool leaf_read_reserved(const char *bytes, gsize length, char boot[BOOT_ID_SIZE]);

typedef struct leaf_frame {
    moment at;
    bool is_error;
    gint64 offset;
    gsize length; /* at most OUTPUT_FRAME */
} leaf_frame;

#define LEAF_FRAME_HEADER 80 /* longer than any header */

/* The header's own length; 0 when the bytes do not begin with a whole one. */
gsize leaf_read_frame(const char *bytes, gsize length, leaf_frame *result);

#endif
