/* condition.h - the one sentence form of triggers, gates, verifications, abort triggers and criteria.
 *
 *     condition = clause { "and" clause } | clause { "or" clause }          not mixed
 *     clause    = metric op amount [window] [hold] | event NAME [within DURATION]
 *     op        = > | >= | < | <= | = | !=
 *     amount    = number [unit] [(over | under) baseline | of (baseline | METRIC)]
 *     window    = averaged over DURATION | per (second | minute | hour) | within DURATION of deployment
 *     hold      = for DURATION [until clear for DURATION]
 *
 * A condition is true, false or unknown. Unknown is never healthy, never a breach, does not reset a hold.
 * The parser says at which column it stopped understanding, and suggests the nearest known word.
 * A condition is only the sentence; `watch` is the sentence being lived through, sample by sample. */
#ifndef WARROOM_DETECT_CONDITION_H
#define WARROOM_DETECT_CONDITION_H

#include "base/complaint.h"
#include "base/json.h"
#include "detect/reading.h"

typedef struct condition condition;

typedef enum { TRUTH_FALSE, TRUTH_TRUE, TRUTH_UNKNOWN } truth;

/* `metrics` is a NULL-ended list of known names, or NULL when any name will do. The error carries
 * "column N: ..." ; with `column` not NULL it is also put there (from 1). */
condition *condition_parse(const char *text, const char *const *metrics, guint *column,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
void condition_free(condition *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(condition, condition_free)

char *condition_text(const condition *self); /* in its one spelling; parses to the same. The caller frees. */
char **condition_metrics(const condition *self); /* the metrics it names. g_strfreev. */

/* What a condition is judged by. All of it comes in: nothing here asks. */
typedef struct evidence {
    const reading *(*reading_of)(void *context, const char *metric); /* NULL: no such metric */
    const reading *(*baseline_of)(void *context, const char *metric);
    uptime (*event_at)(void *context, const char *event); /* when it was last told; G_MININT64: never */
    void *context;
    uptime now;
    uptime deployed; /* G_MININT64: unknown */
} evidence;

/* A condition lived through: windows, counts, holds. */
typedef struct watch watch;
typedef enum { WATCH_QUIET, WATCH_PENDING, WATCH_FIRING, WATCH_CLEARING } watch_state;

watch *watch_new(const condition *condition); /* borrows the condition: it must outlive the watch */
void watch_free(watch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(watch, watch_free)

/* Looks at the evidence once; times never run backwards. */
watch_state watch_look(watch *self, const evidence *evidence);

watch_state watch_is(const watch *self);
truth watch_truth(const watch *self);           /* of the last look, before the hold */
span watch_held(const watch *self, uptime now); /* how long the hold has run, up or down */
span watch_needs(const watch *self); /* how long it must run in its present direction; 0 when quiet */
/* The last look in numbers: the (first undecided, else deciding) clause's value and the limit it was held to. */
bool watch_numbers(const watch *self, double *value, double *limit);
const char *watch_why(const watch *self); /* with TRUTH_UNKNOWN: "revenue: stale, 45s old"; else "" */

/* As journaled, to be taken up after a restart: a hold goes on where it was. */
json *watch_keep(const watch *self);
void watch_resume(watch *self, const json *kept);

#endif
