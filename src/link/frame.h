/* frame.h - bytes as they come, cut into lines of JSON.
 *
 * Pure: what was read is put in, whole documents are taken out, in order. A line longer than WIRE_LINE_LARGEST
 * or one that is no JSON object is an error, after which the stream means nothing any more: hang up. */
#ifndef WARROOM_LINK_FRAME_H
#define WARROOM_LINK_FRAME_H

#include "link/wire.h"

typedef struct frame frame;

frame *frame_new(void);
void frame_free(frame *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(frame, frame_free)

void frame_put(frame *self, const void *bytes, gsize length);

/* The next document, the caller's. NULL: none yet (no error) or broken (error). Empty lines are passed over. */
json *frame_next(frame *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A document as the line that goes out, newline included; NULL when it is larger than a line may be. */
GBytes *frame_line(const json *document);

#endif
