/* ask.c - what may be asked of a run now. A refusal says what, why and the way on. */
#include "execute/run.h"

static bool refuse(GError **error, const char *what, const char *why, const char *way)
{
    return fail(error, ERR_REFUSED, "cannot %s: %s; %s", what, why, way);
}

static const char *const ask_words[] = { "run",  "pause",        "abort", "retry", "skip",
                                         "undo", "mark as done", "adopt", "mark" };

/* Two people fire the same thing: the second is told by whom, and when (row 55). */
static bool refuse_running(const run *self, GError **error)
{
    const char *by = self->by != NULL ? self->by : "somebody";
    if (self->present == NULL) {
        g_autofree char *why = g_strdup_printf("it goes on, started by %s", by);
        return refuse(error, "run", why, "'warroom pause' stops it after this step");
    }
    g_autofree char *at = moment_clock(self->present->started);
    g_autofree char *why = g_strdup_printf("step %u '%s' runs, started by %s at %sZ", self->present->step + 1,
                                           run_step(self, self->present->step)->title, by, at);
    return refuse(error, "run", why, "'warroom pause' stops after it, 'warroom abort' cuts it");
}

static bool refuse_again(const run *self, guint step, GError **error)
{
    const step_run *state = &self->steps[step];
    if (state->started == 0)
        return refuse(error, "run", "that step is settled already", "'warroom step list' shows how");
    g_autofree char *at = moment_clock(state->started);
    g_autofree char *why = g_strdup_printf("step %u has run already, started by %s at %sZ", step + 1,
                                           state->by != NULL ? state->by : "somebody", at);
    return refuse(error, "run", why, "'warroom step show' shows how it ended");
}

/* The step at hand is not one that can simply be run: a person says how it goes on. True when it can. */
static bool refuse_unsettled(const run *self, guint step, GError **error)
{
    const step_run *state = &self->steps[step];
    const char *is = NULL, *way = "'warroom retry' runs it again";
    switch (state->state) {
    case STEP_LOST:
    case STEP_INTERRUPTED:
        is = "has an unknown outcome";
        break;
    case STEP_FAILED:
        is = "failed";
        break;
    case STEP_UNVERIFIED:
        is = "is not verified", way = "'warroom retry' verifies it again";
        break;
    case STEP_UNDONE:
        is = "was undone";
        break;
    default:
        return true;
    }
    bool unknown = state->state == STEP_LOST || state->state == STEP_INTERRUPTED;
    bool undo = run_step(self, step)->undo != NULL && state->state != STEP_UNDONE && !unknown;
    g_autofree char *how = state->state == STEP_FAILED && state->outcome != NULL
                               ? g_strdup_printf(" (%s)", state->outcome)
                               : g_strdup("");
    g_autofree char *mark =
        unknown ? g_strdup_printf(", 'warroom step mark %u --as ok|failed --reason TEXT' says how it ended",
                                  step + 1)
                : g_strdup("");
    g_autofree char *ways = g_strdup_printf("%s%s%s, 'warroom skip --reason TEXT' goes past it", way,
                                            undo ? ", 'warroom undo' takes it back" : "", mark);
    g_autofree char *why =
        g_strdup_printf("step %u '%s' %s%s", step + 1, run_step(self, step)->title, is, how);
    return refuse(error, "run", why, ways);
}

static bool may_go(const run *self, guint step, GError **error)
{
    if (self->state == RUN_GOING)
        return refuse_running(self, error);
    bool lost = self->present != NULL && self->steps[self->present->step].state == STEP_LOST;
    if (self->present != NULL && !lost) {
        if (self->state == RUN_PAUSED && !self->aborting && step == G_MAXUINT)
            return true; /* the pause is taken back before the step has ended */
        return refuse(error, "run", "a step is still running", "wait for its end, or 'warroom abort'");
    }
    guint current = run_current(self);
    if (current == run_count(self))
        return refuse(error, "run", "every step is done",
                      "'warroom incident close --as OUTCOME' ends the incident");
    if (step != G_MAXUINT && step != current && self->steps[step].state != STEP_TODO)
        return refuse_again(self, step, error);
    if (step != G_MAXUINT && step != current)
        return refuse(error, "run", "the steps before it are not done",
                      "'warroom run' runs them first, 'warroom skip --reason TEXT' goes past one");
    return refuse_unsettled(self, current, error);
}

static bool may_retry(const run *self, guint step, GError **error)
{
    if (self->present != NULL && self->steps[step].state != STEP_LOST)
        return refuse(error, "retry", "a step is running", "wait for its end, or 'warroom abort'");
    if (step != run_current(self))
        return refuse(error, "retry",
                      self->steps[step].state == STEP_TODO ? "that step has not run yet"
                                                           : "that step is done",
                      "only the step at hand can be run again");
    if (self->state == RUN_GOING)
        return refuse(error, "retry", "it is running", "'warroom pause' stops it first");
    return true;
}

static bool may_skip(const run *self, guint step, GError **error)
{
    if (self->present != NULL && self->steps[step].state != STEP_LOST)
        return refuse(error, "skip", "a step is running", "wait for its end, or 'warroom abort'");
    if (step != run_current(self))
        return refuse(error, "skip", "only the step at hand can be skipped", "skip the ones before it first");
    return true;
}

static bool may_undo(const run *self, guint step, GError **error)
{
    const step_run *state = &self->steps[step];
    if (self->present != NULL)
        return refuse(error, "undo", "a step is running", "wait for its end, or 'warroom abort'");
    if (self->state == RUN_GOING)
        return refuse(error, "undo", "the run is going on", "'warroom pause' stops it first");
    if (run_step(self, step)->undo == NULL)
        return refuse(error, "undo", "the playbook has no undo for that step",
                      "'warroom step show' shows what it did");
    if (state->state == STEP_UNDONE)
        return refuse(error, "undo", "that step is undone already", "'warroom retry' runs it again");
    bool left_out = state->state == STEP_SKIPPED && (state->tries == 0 || state->undo_tried);
    if (state->state == STEP_TODO || left_out)
        return refuse(error, "undo",
                      state->undo_tried ? "that step was undone and skipped" : "that step has not run",
                      "there is nothing to undo");
    /* Last in, first out: what was built on it is taken back before it. */
    for (guint later = step + 1; later < run_count(self); later++) {
        step_state is = self->steps[later].state;
        if (is != STEP_TODO && is != STEP_SKIPPED && is != STEP_UNDONE &&
            run_step(self, later)->undo != NULL) {
            g_autofree char *way = g_strdup_printf("'warroom undo %u' first: last in, first out", later + 1);
            return refuse(error, "undo", "a later step has run since", way);
        }
    }
    return true;
}

static bool may_abort(const run *self, GError **error)
{
    if (self->aborting)
        return refuse(error, "abort", "it is being aborted", "'warroom status' shows what is left of it");
    return true;
}

static bool may_mark(const run *self, guint step, GError **error)
{
    step_state is = self->steps[step].state;
    if (is != STEP_LOST && is != STEP_INTERRUPTED)
        return refuse(error, "mark", "how that step ended is known", "'warroom step show' shows it");
    return true;
}

bool run_may(const run *self, run_ask ask, guint step, GError **error)
{
    if (self->state == RUN_ENDED && ask == ASK_GO && step != G_MAXUINT && self->steps[step].started != 0)
        return refuse_again(self, step, error); /* the last step of all: who fired it is the answer */
    if (self->state == RUN_ENDED && ask == ASK_UNDO) {
        g_autofree char *way =
            g_strdup_printf("'warroom step show %u' shows its undo block, for a run by hand", step + 1);
        return refuse(error, "undo", "that run has ended", way);
    }
    if (self->state == RUN_ENDED)
        return refuse(error, ask_words[ask], "that run has ended", "'warroom run PLAYBOOK' begins another");
    switch (ask) {
    case ASK_GO:
        return may_go(self, step, error);
    case ASK_PAUSE:
        if (self->state == RUN_GOING)
            return true;
        return refuse(error, "pause",
                      self->state == RUN_PAUSED ? "it is paused already" : "nothing is going on",
                      "'warroom run' goes on");
    case ASK_ABORT:
        return may_abort(self, error);
    case ASK_RETRY:
        return may_retry(self, step, error);
    case ASK_SKIP:
        return may_skip(self, step, error);
    case ASK_UNDO:
        return may_undo(self, step, error);
    case ASK_DONE:
        if (run_step(self, step)->command != NULL)
            return refuse(error, "mark as done", "that step has a command", "'warroom run' runs it");
        if (step != run_current(self) || self->steps[step].commanded)
            return refuse(error, "mark as done", "it is not the step at hand",
                          "'warroom status' shows which is");
        if (self->state == RUN_PREPARED)
            return refuse(error, "mark as done", "the run has not begun", "'warroom run' begins it");
        return true;
    case ASK_ADOPT:
        if (self->steps[step].state == STEP_LOST && self->present != NULL)
            return true;
        return refuse(error, "adopt", "that step has not lost its keeper",
                      "'warroom status' shows its state");
    case ASK_MARK:
        return may_mark(self, step, error);
    }
    return false;
}

bool run_gate_may(const run *self, const char *name, bool with_reason, GError **error)
{
    const gate *gate = plan_gate(self->plan, name);
    if (gate == NULL)
        return fail(error, ERR_NOT_FOUND, "'%s' has no gate '%s'; 'warroom gate list' names them",
                    self->title, name);
    if (self->state == RUN_ENDED)
        return refuse(error, "pass the gate", "that run has ended", "'warroom run PLAYBOOK' begins another");
    const gate_run *state = run_gate(self, name);
    guint current = run_current(self);
    bool behind = false;
    for (guint i = 0; i < run_count(self) && !behind; i++) {
        g_autoptr(GPtrArray) after = plan_gates_after(self->plan, i);
        for (guint k = 0; k < after->len; k++)
            if (g_ptr_array_index(after, k) == gate && (i != current || !self->steps[i].commanded))
                behind = true;
    }
    if (state->state == GATE_OVERRIDDEN ||
        (state->state == GATE_PASSED && !behind && !gate_is_automatic(gate) &&
         (current == run_count(self) || state->judged > self->steps[current].fired)))
        return refuse(error, "pass the gate", "it is passed already", "'warroom gate list' shows by whom");
    if (behind)
        return refuse(error, "pass the gate", "its step has not just run", "it is asked after its step");
    if (gate_is_automatic(gate) && !with_reason) {
        g_autofree char *way = g_strdup_printf(
            "'warroom retry' asks again; 'warroom gate pass %s --reason \"...\"' passes it against its check",
            name);
        return refuse(error, "pass the gate by hand", "it has a check of its own", way);
    }
    return true;
}
