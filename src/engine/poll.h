/* poll.h - asks every source on its own time, keeps the last word of each metric, and lives through the triggers.
 *
 * One slow or dead source delays no other: each has its own timer and its own time-out, HTTP goes through one
 * curl multi, commands through world/process. A trigger is judged the moment a sample of its arrives, and once
 * a second for what time alone decides (holds, staleness, windows). What it finds it tells; it journals
 * nothing, opens nothing, decides nothing.
 *
 * It runs on the default GMainContext. Whatever judges takes `now`; only its own timers ask the clock. */
#ifndef WARROOM_ENGINE_POLL_H
#define WARROOM_ENGINE_POLL_H

#include "detect/watch.h"
#include "settings/settings.h"

typedef struct poller poller;

/* What a trigger was judged by: all a record needs, so that replay never judges again. Borrowed. */
typedef struct poll_judged {
    const char *rule; /* the condition in its one spelling */
    bool counted;     /* value and limit are there */
    double value, limit;
    const char *why;  /* with nothing known: "revenue: stale, 45s old"; else "" */
    const json *kept; /* to be journaled, and handed to poll_resume after a restart */
} poll_judged;

/* Told from the main loop, and from inside poll_look, poll_event and poll_deployed. Any of them may be NULL. None may
 * free the poller. */
typedef struct poll_tells {
    void (*reading)(const metric *metric, const reading *reading, void *context);
    /* Every change of state: quiet -> pending -> firing -> clearing ... (watch_state_name journals it). */
    void (*trigger)(const trigger *trigger, watch_state from, watch_state to, const poll_judged *judged,
                    void *context);
    /* `silent`: no good answer for source_stale_after. Told once, and once more when it has answered twice running
     * (why ""). */
    void (*source)(const source *source, bool silent, const char *why, void *context);
} poll_tells;

/* Asks nothing before poll_start. Borrows the settings; `folder` is the state directory, where samples go
 * (NULL: they are not kept). `start` is now. */
poller *poll_new(const settings *settings, const char *folder, const poll_tells *tells, void *context,
                 instant start);
void poll_free(poller *self); /* ends what is being asked; NULL is welcome */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(poller, poll_free)

/* Before the start, from the journal: the `kept` of each trigger's last record, with the boot id of that
 * record; an unknown trigger, or one whose condition has changed, is left alone. */
void poll_resume(poller *self, const char *trigger, const json *kept, const char *boot, instant now);

/* After what is known of deployments and events was told: fills the windows from kept samples, and begins to ask. */
void poll_start(poller *self);

/* An event was told (`warroom trigger event NAME`, or the journal's, at start). Judged at once when started. */
void poll_event(poller *self, const char *event, uptime at, instant now);

/* The last deployment of a service ("": of whatever has no service of its own), on the boot clock. */
void poll_deployed(poller *self, const char *service, uptime at, instant now);

/* Looks at every trigger and every source once; what changed is told. Called by its own timer every second. */
void poll_look(poller *self, instant now);

/* What conditions outside triggers (gates, verifications, aborts) are judged by: the same readings. Valid as
 * long as the poller; `service` as in poll_deployed, NULL is "". */
evidence poll_evidence(poller *self, const char *service, uptime now);

/* The last word of a metric (stale ones say so); NULL when there is no such metric. */
const reading *poll_reading(poller *self, const char *metric, uptime now);

watch_state poll_trigger_is(const poller *self, const char *trigger); /* WATCH_QUIET for an unknown one */

/* {"metrics": [...], "triggers": [...], "sources": [...]}: live values for faces.
 *   metric:  name title source unit bad state value why age baseline limit trigger trend
 *            state: "ok", "PENDING", "BREACH", "CLEARING", "NO DATA", "OFF" (no trigger names it, it only is read);
 *            limit and trigger: of the trigger that makes the state; age: seconds since it arrived; value and limit
 *            absent when there are none; trend: 40 values of the last 10 minutes, null where none came
 *   trigger: name when severity action automation answer service shadow why state truth value limit held needs unknown
 *            state: "quiet", "pending", "clearing", "firing"; held and needs: seconds, while there are any;
 *            unknown: why nothing is known, with truth "unknown"
 *   source:  name kind every timeout state ("answers", "silent", "failing", "none yet") why answered took insecure
 *            why: of the last answer, "" when it was good; answered: seconds since the last good one; clock: words when
 *            the source's clock differs by more than a minute */
json *poll_board_json(poller *self, instant now);

/* `metric test`: asks the source of this metric (or the source of this name) once, out of turn, and tells all of
 * its metrics' readings: {"source", "kind", "took", "why", "metrics": [{"name", "value" | "why", "state"}]}.
 * False (ERR_NOT_FOUND) when there is neither. The poller may end before it is told: then it is not. */
typedef void (*poll_tested)(json *answer, void *context); /* borrowed */
bool poll_test(poller *self, const char *name, poll_tested tell, void *context, GError **error);

#endif
