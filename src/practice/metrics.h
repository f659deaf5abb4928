/* metrics.h - the practice system's figures as Prometheus text.
 *
 * Each series carries pool="blue", "green" or "all"; the customers' own counts have no pool: they do not know
 * which one served them. */
#ifndef WARROOM_PRACTICE_METRICS_H
#define WARROOM_PRACTICE_METRICS_H

#include "figures.h"
#include "weights.h"

typedef struct pool_view {
    figures window;
    gint64 requests, failed; /* since the start, or since the balancer's last one */
    int instances, unhealthy, connections;
    double share;          /* of the requests just now, per cent */
    double memory_percent; /* the fullest instance, of what one may take; NaN without any */
    gint64 restarts;
} pool_view;

typedef struct customers_view { /* as they counted themselves */
    gint64 requests, failed, orders, wrong_totals, lost;
} customers_view;

typedef struct snapshot {
    pool_view pool[POOLS], all;
    customers_view customers;
    double revenue; /* per minute; NaN when it cannot be known */
} snapshot;

char *metrics_text(const snapshot *self); /* the caller frees */

#endif
