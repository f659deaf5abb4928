/* watch.h - a condition lived through: windows, counts, holds.
 *
 * Three answers (D8): true, false, unknown (no data, NaN, infinite, stale, no baseline yet).
 * false and unknown is false; true or unknown is true; every other mixture with unknown is unknown.
 *
 * Unknown is never healthy and never a breach. A hold's clock runs on while blind, but nothing fires or clears
 * on an unknown look: the first look that sees again decides. So a source that flaps resets no hold, one that
 * is silent raises nothing (its own alert does that), and what fires keeps firing.
 *
 * Each clause has its own hold. Joined by "and" the watch is where its quietest clause is, joined by "or"
 * where its loudest is: quiet < pending < clearing < firing.
 *
 * A watch owns no clock: every look brings its own time, and every look costs the same however long the
 * window is. For gates and criteria use watch_is_met: firing, and seen to be so right now. */
#ifndef WARROOM_DETECT_WATCH_H
#define WARROOM_DETECT_WATCH_H

#include "detect/condition.h"

/* What a condition is judged by. All of it comes in: nothing here asks. */
typedef struct evidence {
    const reading *(*reading_of)(void *context, const char *metric);  /* NULL: no such metric */
    const reading *(*baseline_of)(void *context, const char *metric); /* NULL: it has none */
    uptime (*event_at)(void *context, const char *event); /* when it was last told; G_MININT64: never */
    void *context;
    uptime now;
    uptime deployed; /* G_MININT64: unknown */
} evidence;

typedef struct watch watch;
typedef enum { WATCH_QUIET, WATCH_PENDING, WATCH_CLEARING, WATCH_FIRING } watch_state;

watch *watch_new(const condition *condition); /* borrows the condition: it must outlive the watch */
void watch_free(watch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(watch, watch_free)

/* Where readings have a fixed place in memory, looking them up once spares asking at every look. Pointers may
 * be NULL (as from the functions of the evidence); they must outlive the watch. */
void watch_bind(watch *self, const evidence *evidence);

/* Looks at the evidence once. A time before that of the last look counts as that time. */
watch_state watch_look(watch *self, const evidence *evidence);

watch_state watch_is(const watch *self);
bool watch_is_met(const watch *self);           /* firing, and true at the last look */
truth watch_truth(const watch *self);           /* of the last look, before the hold */
span watch_held(const watch *self, uptime now); /* how long the hold has run, up or down */
span watch_needs(const watch *self); /* how long it must run in its present direction; 0 when quiet */
/* The last look in numbers: the (first undecided, else deciding) clause's value and the limit it was held to.
 * False when there are none: an event, or nothing known. */
bool watch_numbers(const watch *self, double *value, double *limit);
const char *watch_why(const watch *self); /* with TRUTH_UNKNOWN: "revenue: stale, 45s old"; else "" */

const char *watch_state_name(watch_state state); /* quiet, pending, clearing, firing: as journaled */
const char *truth_name(truth truth);             /* false, true, unknown */

/* As journaled, to be taken up after a restart: a hold goes on where it was. After a reboot (`same_boot` is
 * false: the kept times mean nothing) states stay and their durations start again at `now`. Kept of another
 * condition is left alone. */
json *watch_keep(const watch *self);
void watch_resume(watch *self, const json *kept, uptime now, bool same_boot);

/* Windows are filled again from samples that were kept: in their order, before the first look. Nothing is judged
 * by it, no hold moves. watch_remembers says how far back a metric's windows look; 0: not at all. */
void watch_recall(watch *self, const char *metric, const reading *reading);
span watch_remembers(const watch *self, const char *metric);

#endif
