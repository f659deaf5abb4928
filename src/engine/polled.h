/* polled.h - what the poller is made of, for poll.c and poll_board.c alone. */
#ifndef WARROOM_ENGINE_POLLED_H
#define WARROOM_ENGINE_POLLED_H

#include "asking.h"
#include "poll.h"
#include "samples.h"

#define TREND_SLOTS 40 /* CONSOLE "LAST 10 MIN" */
#define TREND_SLOT (15 * SPAN_SECOND)

typedef struct polled_source {
    poller *owner;
    const source *source;
    GPtrArray *metrics;  /* of polled_metric */
    GPtrArray *wanted;   /* of const metric *, in the same order */
    GPtrArray *triggers; /* of polled_trigger: those that name one of the metrics */
    asking *asking;      /* under way; NULL */
    guint timer;
    uptime answered; /* the last good answer; G_MININT64: none yet */
    uptime begun;    /* when it was first due */
    guint good;      /* good answers in a row */
    bool silent;     /* told so */
    bool asked;      /* it was told anything at all */
    char *why;       /* of the last answer; "" when it was good */
    span took, clock_off;
} polled_source;

typedef struct polled_metric {
    const metric *metric;
    polled_source *from;
    reading last;             /* as it arrived */
    reading now;              /* as it is judged: the last, or that it is stale */
    reading baseline;         /* READ_NONE_YET until there is one */
    gint64 slot[TREND_SLOTS]; /* which quarter of a minute the value is of; 0: none */
    double trend[TREND_SLOTS];
} polled_metric;

typedef struct polled_trigger {
    const trigger *trigger;
    watch *watch;
    watch_state is;
    char *rule;
} polled_trigger;

struct poller {
    const settings *settings;
    char *folder; /* of the configuration */
    poll_tells tells;
    void *context;
    http *client;
    samples *samples; /* NULL: not kept */
    char *unkept;     /* why samples cannot be kept; NULL */
    GPtrArray *sources, *metrics, *triggers;
    GHashTable *metric_by_name, *trigger_by_name; /* borrowed values */
    GHashTable *events, *deployments;             /* name -> uptime * */
    GPtrArray *tests;                             /* under way */
    guint tick;
    instant start;
};

/* The moment of the last deployment of a service; without a service, of any. G_MININT64: unknown. */
uptime poller_deployed(const poller *self, const char *service);

/* An answer of a source arrived: its metrics, the triggers that name them and its silence are judged. */
void poll_take(poller *self, const char *source, const asked *answer, instant now);

/* Asked out of turn: nobody is told any more. */
void poll_tests_end(poller *self);

/* What stands for `last` at this time. */
void polled_metric_age(polled_metric *self, uptime now);

#endif
