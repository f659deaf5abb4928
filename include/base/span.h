/* span.h - a length of time, in microseconds.
 *
 * Written by people as 90s, 5m, 1h30m, 250ms, 14d (units: ms s m h d w, falling, each once).
 * Shown on clocks as 0:35 (below 10 min), 12m, 1h05. */
#ifndef WARROOM_BASE_SPAN_H
#define WARROOM_BASE_SPAN_H

#include "base/fail.h"

#include <stdint.h>

typedef int64_t span;

#define SPAN_MILLISECOND ((span)1000)
#define SPAN_SECOND ((span)1000000)
#define SPAN_MINUTE (60 * SPAN_SECOND)
#define SPAN_HOUR (60 * SPAN_MINUTE)
#define SPAN_DAY (24 * SPAN_HOUR)
#define SPAN_LONGEST (3660 * SPAN_DAY) /* ten years: longer is a slip of the hand */

bool span_parse(const char *text, span *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Reads as much of `text` as is a span and says where it stopped; NULL when it does not begin with one. */
const char *span_scan(const char *text, span *result);

/* The way it is written: 1h30m, 90s stays 1m30s, 0s. The caller frees. */
char *span_text(span length);

/* The way a clock shows it: 0:35, 9:59, 12m, 1h05; negative ones with a leading '-'. The caller frees. */
char *span_clock(span length);

#endif
