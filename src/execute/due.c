/* due.c - what a run owes next. Read from top to bottom it is the life of a step. */
#include "execute/run.h"

#define CHECK_AGAIN_AFTER SPAN_SECOND /* between two looks of a patient check */
#define RETRY_FIRST_WAIT SPAN_SECOND  /* doubled with each try: 1 s, 2 s, 4 s ... */
#define RETRY_LONGEST_WAIT SPAN_MINUTE
#define GATE_PATIENCE (30 * SPAN_SECOND) /* of a gate that names no time-out */

void due_clear(due *self)
{
    g_clear_pointer(&self->why, g_free);
}

static due due_words(due_kind kind, guint step, char *why)
{
    return (due){ .kind = kind, .step = step, .why = why };
}

static due due_launch(guint index, deed what, const script *script, span timeout, uptime at)
{
    return (due){
        .kind = DUE_LAUNCH, .step = index, .what = what, .script = script, .timeout = timeout, .at = at
    };
}

span gate_patience(const gate *gate)
{
    return gate->timeout > 0 ? gate->timeout : GATE_PATIENCE;
}

static due due_gate(const run *self, guint index, const gate *gate, bool patient)
{
    const step_run *step = &self->steps[index];
    due due = {
        .step = index, .gate = gate, .patient = patient, .timeout = gate_patience(gate), .at = step->since
    };
    if (gate->condition != NULL) {
        due.kind = DUE_JUDGE;
        due.condition = gate->condition;
    } else {
        due.kind = DUE_LAUNCH;
        due.what = DO_CHECK;
        due.script = gate->check;
        due.at = patient && step->asked ? step->tried + CHECK_AGAIN_AFTER : step->since;
    }
    return due;
}

/* "gate 'backup' failed: 37 h > 24 h": every gate of a list that said no since `since`. NULL when none did. */
static char *failed_gates(const run *self, const GPtrArray *gates, gint64 since)
{
    GString *why = NULL;
    for (guint i = 0; i < gates->len; i++) {
        const gate *gate = g_ptr_array_index(gates, i);
        const gate_run *state = run_gate(self, gate->name);
        if (state->state != GATE_FAILED || state->judged <= since)
            continue;
        if (why == NULL)
            why = g_string_new(NULL);
        else
            g_string_append(why, "; ");
        g_string_append_printf(why, "gate '%s' failed: %s", gate->title,
                               state->reason != NULL ? state->reason : "the check says no");
    }
    return why != NULL ? g_string_free(why, FALSE) : NULL;
}

static char *open_gates(const run *self, const GPtrArray *gates, gint64 since)
{
    GString *why = NULL;
    for (guint i = 0; i < gates->len; i++) {
        const gate *gate = g_ptr_array_index(gates, i);
        if (gate_is_automatic(gate) || run_gate_holds(self, gate, since))
            continue;
        if (why == NULL)
            why = g_string_new(NULL);
        else
            g_string_append(why, ", ");
        g_string_append_printf(why, "gate '%s' is open", gate->title);
    }
    return why != NULL ? g_string_free(why, FALSE) : NULL;
}

/* Gates are asked one after the other, all of them, so that one answer names everything that stands in the
 * way; only then is it a halt (a check said no) or a pause (a person is asked). True when they all hold. */
static bool gates_hold(const run *self, guint index, const GPtrArray *gates, gint64 automatic_since,
                       gint64 by_hand_since, bool patient, due *due)
{
    for (guint i = 0; i < gates->len; i++) {
        const gate *gate = g_ptr_array_index(gates, i);
        const gate_run *state = run_gate(self, gate->name);
        bool judged = state->judged > automatic_since && state->state != GATE_OPEN;
        if (gate_is_automatic(gate) && !judged && state->state != GATE_OVERRIDDEN) {
            *due = due_gate(self, index, gate, patient);
            return false;
        }
    }
    char *failed = failed_gates(self, gates, automatic_since);
    if (failed != NULL) {
        *due = due_words(DUE_HALT, index, failed);
        return false;
    }
    char *open = open_gates(self, gates, by_hand_since);
    if (open != NULL) {
        *due = due_words(DUE_PAUSE, index, open);
        return false;
    }
    return true;
}

static span retry_wait(guint tries)
{
    span wait = RETRY_FIRST_WAIT;
    while (tries-- > 1 && wait < RETRY_LONGEST_WAIT)
        wait *= 2;
    return MIN(wait, RETRY_LONGEST_WAIT);
}

static due due_failed(const run *self, guint index)
{
    const step *step = run_step(self, index);
    const step_run *state = &self->steps[index];
    if (!state->cut && state->tries_asked > 0 && state->tries_asked <= step->retries)
        return due_launch(index, DO_COMMAND, step->command, step->timeout,
                          state->tried + retry_wait(state->tries_asked));
    if (!state->cut && step->failing == ON_FAILURE_UNDO && step->undo != NULL && !state->undo_tried)
        return due_launch(index, DO_UNDO, step->undo, step->undo_timeout, state->tried);
    return due_words(DUE_HALT, index,
                     g_strdup_printf("step %u '%s' failed: %s", index + 1, step->title, state->outcome));
}

static due due_fire(const run *self, guint index)
{
    const step *step = run_step(self, index);
    const step_run *state = &self->steps[index];
    g_autoptr(GPtrArray) before = plan_gates_before(self->plan, index);
    due due;
    if (!gates_hold(self, index, before, state->approach, 0, false, &due))
        return due;
    if (step->command == NULL)
        return due_words(DUE_PAUSE, index,
                         g_strdup_printf("step %u '%s' is to be done by hand", index + 1, step->title));
    if (step->irreversible != NULL && !state->sure)
        return due_words(
            DUE_PAUSE, index,
            g_strdup_printf("step %u '%s' has no way back: its name must be typed", index + 1, step->title));
    if (step->identity != NULL && !state->identified) {
        /* Asked once for this approach, and answered wrongly, or not at all. */
        if (state->asked && state->said != NULL)
            return due_words(DUE_HALT, index,
                             g_strdup_printf("step %u '%s': %s", index + 1, step->title, state->said));
        return due_launch(index, DO_IDENTITY, step->identity, step->identity_timeout, state->since);
    }
    return due_launch(index, DO_COMMAND, step->command, step->timeout, state->since);
}

static due due_verify(const run *self, guint index)
{
    const step *step = run_step(self, index);
    const step_run *state = &self->steps[index];
    if (step->verify_condition != NULL)
        return (due){ .kind = DUE_JUDGE,
                      .step = index,
                      .condition = step->verify_condition,
                      .patient = true,
                      .timeout = step->verify_timeout,
                      .at = state->since };
    due due = due_launch(index, DO_VERIFY, step->verify, step->verify_timeout, state->since);
    due.patient = true;
    if (state->asked)
        due.at = state->tried + CHECK_AGAIN_AFTER;
    return due;
}

static due due_finish(const run *self, guint index)
{
    const step *step = run_step(self, index);
    const step_run *state = &self->steps[index];
    if ((step->verify != NULL || step->verify_condition != NULL) && !state->verified)
        return due_verify(self, index);
    g_autoptr(GPtrArray) after = plan_gates_after(self->plan, index);
    gint64 since = MAX(state->fired, state->approach);
    due due;
    if (!gates_hold(self, index, after, since, state->fired, true, &due))
        return due;
    return (struct due){ .kind = DUE_NOTHING };
}

/* Where a person said "up to here". */
static char *reached(const run *self, guint index)
{
    const step *step = run_step(self, index);
    if (self->reach == RUN_TO_STEP && index > self->reach_index)
        return g_strdup_printf("step %u is done, as asked; step %u '%s' is next", self->reach_index + 1,
                               index + 1, step->title);
    if (self->reach == RUN_TO_PHASE && step->phase > self->reach_index) {
        const phase *done = g_ptr_array_index(self->plan->book->phases, self->reach_index);
        return g_strdup_printf("phase '%s' is done, as asked; step %u '%s' is next", done->title, index + 1,
                               step->title);
    }
    return NULL;
}

due run_due(const run *self)
{
    due nothing = { .kind = DUE_NOTHING };
    if (self->state == RUN_PREPARED || self->state == RUN_ENDED)
        return nothing;
    if (self->present != NULL)
        return self->aborting ? (due){ .kind = DUE_CUT, .step = self->present->step } : nothing;
    for (guint i = 0; i < run_count(self); i++)
        if (self->steps[i].undo_due)
            return due_launch(i, DO_UNDO, run_step(self, i)->undo, run_step(self, i)->undo_timeout, 0);
    guint index = run_current(self);
    if (index == run_count(self))
        return due_words(DUE_END, index, g_strdup("done"));
    if (self->state == RUN_HALTED)
        return nothing;
    const step_run *state = &self->steps[index];
    const step *step = run_step(self, index);
    /* A pause lets the step at hand come to its end, judged and verified, and starts no other. */
    if (state->state == STEP_RUNNING && state->commanded) {
        due due = due_finish(self, index);
        if (due.kind == DUE_PAUSE && self->state == RUN_PAUSED) { /* it waits for that person already */
            due_clear(&due);
            return nothing;
        }
        return due;
    }
    if (self->state == RUN_PAUSED)
        return nothing;
    switch (state->state) {
    case STEP_LOST:
        return due_words(
            DUE_HALT, index,
            g_strdup_printf("step %u '%s' lost its keeper; outcome unknown", index + 1, step->title));
    case STEP_INTERRUPTED:
        return due_words(
            DUE_HALT, index,
            g_strdup_printf("step %u '%s' was interrupted: %s", index + 1, step->title, state->outcome));
    case STEP_UNVERIFIED:
        return due_words(DUE_HALT, index,
                         g_strdup_printf("step %u '%s' is done, not verified: %s", index + 1, step->title,
                                         state->outcome));
    case STEP_UNDONE:
        return due_words(DUE_PAUSE, index,
                         g_strdup_printf("step %u '%s' was undone; retry runs it again, skip goes past it",
                                         index + 1, step->title));
    case STEP_FAILED:
        return due_failed(self, index);
    default:
        break;
    }
    char *here = reached(self, index);
    if (here != NULL)
        return due_words(DUE_PAUSE, index, here);
    return due_fire(self, index);
}

bool run_tries_again(const run *self, const due *due, uptime now)
{
    return due->patient && now + CHECK_AGAIN_AFTER < self->steps[due->step].since + due->timeout;
}
