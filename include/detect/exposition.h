/* exposition.h - Prometheus and OpenMetrics text, read as a stream, keeping only what is wanted.
 *
 * Fed chunk by chunk as it arrives: memory does not grow with the body. A line whose name is not wanted
 * costs a look at its first bytes. Escapes, timestamps, exemplars and "# EOF" as the two formats say. */
#ifndef WARROOM_DETECT_EXPOSITION_H
#define WARROOM_DETECT_EXPOSITION_H

#include "detect/metric.h"
#include "detect/reading.h"

#define EXPOSITION_LARGEST (128 * 1024 * 1024) /* bytes, unpacked */

typedef struct exposition exposition;

exposition *exposition_new(void);
void exposition_free(exposition *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(exposition, exposition_free)

/* Before the first chunk: what is wanted. Returns the index to ask for at the end. */
guint exposition_want(exposition *self, const metric *metric);

bool exposition_feed(exposition *self, const char *bytes, gsize length,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool exposition_end(exposition *self, GError **error) G_GNUC_WARN_UNUSED_RESULT; /* the last line, "# EOF" */

/* After the end. READ_EMPTY, READ_MANY, READ_NAN ... as found. */
reading exposition_reading(const exposition *self, guint index, uptime at);

#endif
