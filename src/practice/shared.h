/* shared.h - what the programs of one practice system tell each other: a page of memory, mapped by all of them.
 *
 * Every field is one word with one writer (named beside it), so that a program killed in the middle of anything
 * leaves nothing half said and nothing locked. */
#ifndef WARROOM_PRACTICE_SHARED_H
#define WARROOM_PRACTICE_SHARED_H

#include "base/fail.h"
#include "figures.h"
#include "weights.h"

#include <stdatomic.h>
#include <stdint.h>

#define INSTANCES_MOST 8                /* of a pool */
#define SAMPLES 16384                   /* more than a minute of them */
#define MEMORY_LIMIT (64 * 1024 * 1024) /* what an instance may take before it is ended for it */

typedef struct seat {         /* where an instance sits, whichever process that is now */
    _Atomic int32_t pid;      /* the master: 0 when none */
    _Atomic int32_t port;     /* the instance: 0 until it listens */
    _Atomic int32_t healthy;  /* the balancer */
    _Atomic int64_t memory;   /* the instance: bytes */
    _Atomic int64_t restarts; /* the master */
} seat;

typedef struct pool_words {
    _Atomic int32_t percent;     /* the master: share of new visits */
    _Atomic int32_t cut;         /* the master: counts up; what is open on this pool moves on now */
    _Atomic uint32_t trouble;    /* the master: bits */
    _Atomic int32_t wanted;      /* the master: instances */
    _Atomic int32_t connections; /* the balancer: open visits */
    seat seats[INSTANCES_MOST];
} pool_words;

typedef struct shared {
    pool_words pool[POOLS];
    _Atomic int32_t balancer_pid, customers_pid;                  /* the master */
    _Atomic int64_t requests, failed, orders, wrong_totals, lost; /* the customers, as they count */
    _Atomic int64_t pool_requests[POOLS], pool_failed[POOLS];     /* the balancer */
    _Atomic uint64_t next;                                        /* the balancer: samples ever written */
    sample samples[SAMPLES];                                      /* the balancer */
} shared;

shared *shared_make(const char *folder, GError **error) G_GNUC_WARN_UNUSED_RESULT; /* the master, once */
shared *shared_map(const char *folder, GError **error) G_GNUC_WARN_UNUSED_RESULT;  /* all others */

/* The balancer: one more request. */
void shared_sample(shared *self, int pool, answer_kind answer, gint64 took, gint64 at);
/* A copy of the samples there are. */
GArray *shared_samples(const shared *self);

#endif
