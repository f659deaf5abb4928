/* exposition.h - Prometheus 0.0.4 and OpenMetrics 1.0 text, read as a stream, keeping only what is wanted.
 *
 * Fed chunk by chunk as it arrives: memory does not grow with the body. A line whose name is not wanted costs a
 * look at its first bytes and is not judged. A wanted metric is the one series that has all its labels: several
 * are READ_MANY, the same one twice is READ_MALFORMED, as is a line that cannot be read. What ends in the middle
 * of a line, or goes on behind "# EOF", was cut or mixed up: an error, and nothing of it may be used. */
#ifndef WARROOM_DETECT_EXPOSITION_H
#define WARROOM_DETECT_EXPOSITION_H

#include "detect/metric.h"
#include "detect/reading.h"

#define EXPOSITION_LARGEST (128 * 1024 * 1024) /* bytes, unpacked (RELIABILITY 33) */
#define EXPOSITION_SAMPLES 1000000             /* lines with a sample that are looked at (RELIABILITY 41) */
#define EXPOSITION_LINE 65536                  /* bytes of a line that is wanted */

typedef struct exposition exposition;

exposition *exposition_new(void);
void exposition_free(exposition *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(exposition, exposition_free)

/* Before the first chunk: what is wanted. Borrows the metric. Returns the index to ask for at the end. */
guint exposition_want(exposition *self, const metric *metric);

/* The answer said that it is OpenMetrics: then it must end in "# EOF". May be told until the end. */
void exposition_is_openmetrics(exposition *self);

bool exposition_feed(exposition *self, const char *bytes, gsize length,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool exposition_end(exposition *self, GError **error) G_GNUC_WARN_UNUSED_RESULT; /* the last line, "# EOF" */

/* After the end. READ_EMPTY, READ_MANY, READ_NAN ... as found. */
reading exposition_reading(const exposition *self, guint index, uptime at);

/* The time the source put beside the value; false when it put none. Values are judged by arrival (RELIABILITY
 * 30): this is for telling that the source's clock differs. */
bool exposition_stamp(const exposition *self, guint index, moment *stamp);

/* "more than 1,000,000 samples: the rest was not looked at"; NULL when all was. What was found before is there. */
const char *exposition_warning(const exposition *self);

#endif
