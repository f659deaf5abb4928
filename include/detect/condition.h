/* condition.h - the one sentence form of triggers, gates, verifications, abort triggers and criteria.
 *
 *     condition = clause { "and" clause } | clause { "or" clause }          not mixed
 *     clause    = metric op amount [window] [hold] | event NAME [within DURATION]
 *     op        = > | >= | < | <= | = | !=
 *     amount    = number [unit] [(over | under) baseline | of (baseline | METRIC)]
 *     window    = averaged over DURATION | per (second | minute | hour) | within DURATION of deployment
 *     hold      = for DURATION [until clear for DURATION]
 *
 * The parser says at which column it stopped understanding, and suggests the nearest known word. A condition
 * is only the sentence; a watch (watch.h) is the sentence being lived through, sample by sample. What the
 * parts of the sentence mean:
 *
 *   5 points over baseline    more than baseline + 5, in the metric's own unit; so are 40 ms over baseline
 *   50 % over baseline        more than baseline + 50 % of |baseline|
 *   2 % under baseline        the distance downwards is meant: > 2 % under baseline is below baseline - 2 %
 *   150 % of baseline         baseline x 1.5
 *   30 % of METRIC            METRIC x 0.3; unknown while METRIC is 0: a share of nothing
 *                             Beside a baseline of 0 every excess is beyond and exactly 0 is not, with >= too.
 *   averaged over D           each value counts for as long as it stood; unknown until half of D was seen
 *   per UNIT                  growth of a counter; a fall is a restart from 0; late samples are left out;
 *                             unknown until half a UNIT was seen
 *   within D of deployment    false once D has passed, unknown while no deployment is known. An amount without
 *                             a unit is a count from the deployment on ("more than 3 in the first hour"): the
 *                             growth since the last value from before it, or, when none was seen, the value as
 *                             it stands. An amount with a unit is the value itself, judged in that time only.
 *   event NAME within D       true until D has passed since it was told (15m when not said)
 *   for D                     fires when true for D; 0s when not said
 *   until clear for D         keeps firing until false for D; when not said as long as the hold, without a hold
 *                             KEEP_FIRING; an event clears at once, having its own length */
#ifndef WARROOM_DETECT_CONDITION_H
#define WARROOM_DETECT_CONDITION_H

#include "base/complaint.h"
#include "base/json.h"
#include "detect/reading.h"

#define EVENT_LASTS (15 * SPAN_MINUTE) /* DESIGN "One language for conditions" */
#define KEEP_FIRING (30 * SPAN_SECOND) /* D2: of a condition without a hold */

typedef struct condition condition;

typedef enum { TRUTH_FALSE, TRUTH_TRUE, TRUTH_UNKNOWN } truth;

/* `metrics` is a NULL-ended list of known names, or NULL when any name will do. The error carries
 * "column N: ..." ; with `column` not NULL it is also put there (from 1, in characters). */
condition *condition_parse(const char *text, const char *const *metrics, guint *column,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
void condition_free(condition *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(condition, condition_free)

char *condition_text(const condition *self); /* in its one spelling; parses to the same. The caller frees. */
char **condition_metrics(const condition *self); /* the metrics it names, each once. g_strfreev. */
char **condition_events(const condition *self);  /* likewise the events */

/* Does it compare this metric (NULL: any) with its baseline? Then the metric must have one. */
bool condition_needs_baseline(const condition *self, const char *metric);

#include "detect/watch.h"

#endif
