/* clause.h - what a condition is made of, for parser, writer and watch alone. */
#ifndef WARROOM_DETECT_CLAUSE_H
#define WARROOM_DETECT_CLAUSE_H

#include "detect/condition.h"

typedef enum { OP_ABOVE, OP_AT_LEAST, OP_BELOW, OP_AT_MOST, OP_EQUAL, OP_UNEQUAL } comparison;

typedef enum {
    AGAINST_NUMBER,         /* > 2000 ms */
    AGAINST_OVER_BASELINE,  /* > 5 points over baseline */
    AGAINST_UNDER_BASELINE, /* > 2 % under baseline */
    AGAINST_BASELINE,       /* > 150 % of baseline */
    AGAINST_METRIC,         /* > 30 % of instances */
} against;

typedef enum { WINDOW_NONE, WINDOW_AVERAGED, WINDOW_RATE, WINDOW_DEPLOYMENT } window_kind;

typedef struct clause {
    bool event; /* then only `name` and `length` (how long it stays true) count */
    char *name; /* of the metric or the event */
    comparison op;
    double number;
    char *unit; /* "" when none is written */
    against against;
    char *other; /* AGAINST_METRIC: which */
    window_kind window;
    span length; /* of the window; WINDOW_RATE: of the unit of time */
    bool holds;  /* "for" was written */
    bool clears; /* "until clear for" was written */
    span rise, fall;
} clause;

struct condition {
    bool any;           /* joined by "or", not "and" */
    GPtrArray *clauses; /* of clause */
};

clause *clause_new(void);
void clause_free(clause *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(clause, clause_free)

/* "%" beside a baseline or another metric is a part of it; all other amounts are in the metric's own unit. */
bool clause_is_relative(const clause *self);

/* An amount without a unit inside a window after the deployment is counted from the deployment on. */
bool clause_counts(const clause *self);

#endif
