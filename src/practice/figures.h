/* figures.h - what a stretch of requests amounts to: how many, how many failed, how slow.
 *
 * A pool without requests has no error rate and no latency: those are NaN, which warroom shows as no data. */
#ifndef WARROOM_PRACTICE_FIGURES_H
#define WARROOM_PRACTICE_FIGURES_H

#include <glib.h>
#include <stdbool.h>

#define ANY_POOL (-1)
#define IN_TIME_US 1000000 /* an answer later than that came too late for somebody who waits */

typedef enum {
    ANSWER_GOOD,
    ANSWER_ERROR, /* the shop said 5xx */
    ANSWER_NONE,  /* nobody answered: the balancer had to say so */
} answer_kind;

typedef struct sample {
    gint64 at;    /* monotonic microseconds, at its end */
    guint32 took; /* microseconds */
    guint8 pool, answer;
} sample;

typedef struct figures {
    guint requests, failed;
    double per_second, error_percent;
    double available_percent; /* answered well, and in time */
    double p50, p95, p99;     /* seconds, of all that were answered */
} figures;

/* Those of `pool` that ended in (from, to]. */
figures figures_of(const sample *samples, gsize count, int pool, gint64 from, gint64 to);

/* The share of requests that went to this pool, in per cent; NaN without any. */
double figures_share(const sample *samples, gsize count, int pool, gint64 from, gint64 to);

/* The nearest rank of `sorted`; NaN of nothing. */
double percentile(const guint32 *sorted, gsize count, double share);

#endif
