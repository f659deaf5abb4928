/* metric.h - a number worth watching: which source it comes from, what it is called there, what is bad. */
#ifndef WARROOM_DETECT_METRIC_H
#define WARROOM_DETECT_METRIC_H

#include "base/section.h"

typedef enum { BAD_UP, BAD_DOWN } bad_way;

typedef struct metric {
    char *name;
    char *title;      /* p95 latency; the name when not said */
    char *source;     /* NULL when it was not said: then there is a complaint */
    char *series;     /* `name:` the name in the exposition; the metric's own name when not said */
    bool series_said; /* `name:` was written: a command's answer is then exposition text, not one number */
    GHashTable
        *labels; /* label -> value it must have ("": it must be absent); NULL when none are asked for */
    char *query, *pointer; /* for kinds of sources that take them; NULL */
    double scale;          /* value shown = value read x scale */
    char *unit;            /* "" when not said */
    bad_way bad;
    char *baseline; /* as written: "410", "1h before deployment"; NULL */
    guint line;
} metric;

/* Always a metric; what is wrong with it the complaints say. */
metric *metric_read(const char *name, const node *map, complaints *into);
void metric_free(metric *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(metric, metric_free)

/* A baseline that is a plain number. */
bool metric_baseline_number(const char *text, double *number);

#endif
