#include "board/next.h"

void next_clear(next *self)
{
    g_clear_pointer(&self->words, g_free);
    g_clear_pointer(&self->command, g_free);
    g_clear_pointer(&self->line, g_free);
}

static next next_make(char *words, char *command, bool person)
{
    return (next){ .words = words, .command = command, .person = person };
}

/* One command does it. What it takes from the person is left out of the line, and asked for. */
static next next_single(char *words, char *line, const char *takes, bool ticks)
{
    next made = next_make(words, g_strdup_printf("warroom %s%s", line, takes), false);
    made.line = line;
    made.ticks = ticks;
    return made;
}

static next next_unsettled(const run *run, guint index)
{
    const step *step = run_step(run, index);
    const step_run *state = &run->steps[index];
    switch (state->state) {
    case STEP_LOST:
        if (run->adopted)
            return next_make(
                g_strdup_printf("wait: step %u '%s' is watched without its keeper; its end will be seen, "
                                "not how it ended",
                                index + 1, step->title),
                NULL, false);
        return next_make(
            g_strdup_printf("step %u '%s' lost its keeper: adopt it, end what is left, mark how it ended, "
                            "or run it again",
                            index + 1, step->title),
            g_strdup_printf("warroom step adopt %u, warroom abort, warroom step mark %u --as ok|failed "
                            "--reason TEXT, or warroom retry",
                            index + 1, index + 1),
            true);
    case STEP_INTERRUPTED:
        return next_make(
            g_strdup_printf("step %u '%s' was interrupted: say how it ended, run it again, or skip it",
                            index + 1, step->title),
            g_strdup_printf("warroom step mark %u --as ok|failed --reason TEXT, warroom retry, or warroom "
                            "skip --reason TEXT",
                            index + 1),
            true);
    case STEP_UNVERIFIED:
        return next_make(g_strdup_printf("step %u '%s' is done, not verified: verify again, undo, or skip",
                                         index + 1, step->title),
                         g_strdup(step->undo != NULL
                                      ? "warroom retry, warroom undo, or warroom skip --reason TEXT"
                                      : "warroom retry, or warroom skip --reason TEXT"),
                         true);
    case STEP_UNDONE:
        return next_make(
            g_strdup_printf("step %u '%s' was undone: run it again, or skip it", index + 1, step->title),
            g_strdup("warroom retry, or warroom skip --reason TEXT"), true);
    default:
        return next_make(g_strdup_printf("step %u '%s' failed (%s): run it again%s, or skip it", index + 1,
                                         step->title, state->outcome != NULL ? state->outcome : "no outcome",
                                         step->undo != NULL ? ", undo it" : ""),
                         g_strdup(step->undo != NULL
                                      ? "warroom retry, warroom undo, or warroom skip --reason TEXT"
                                      : "warroom retry, or warroom skip --reason TEXT"),
                         true);
    }
}

/* The first gate of the way that somebody must pass by hand, or whose check said no. */
static const gate *gate_in_the_way(const run *run, guint index)
{
    const step_run *state = &run->steps[index];
    g_autoptr(GPtrArray) gates =
        state->commanded ? plan_gates_after(run->plan, index) : plan_gates_before(run->plan, index);
    for (guint i = 0; i < gates->len; i++) {
        const gate *gate = g_ptr_array_index(gates, i);
        gate_state is = run_gate(run, gate->name)->state;
        if (is == GATE_FAILED || (!gate_is_automatic(gate) && is == GATE_OPEN))
            return gate;
    }
    return NULL;
}

static next next_step(const run *run, guint index)
{
    const step *step = run_step(run, index);
    const gate *gate = gate_in_the_way(run, index);
    if (gate != NULL && run_gate(run, gate->name)->state == GATE_FAILED)
        return next_make(
            g_strdup_printf("gate '%s' failed: run the check again, or pass it with a reason", gate->title),
            g_strdup_printf("warroom retry, or warroom gate pass %s --reason TEXT", gate->name), true);
    if (gate != NULL)
        return next_single(g_strdup_printf("tick gate '%s'", gate->title),
                           g_strdup_printf("gate pass %s", gate->name), "", true);
    if (step->command == NULL && !run->steps[index].commanded)
        return next_single(g_strdup_printf("do step %u '%s' by hand, then say so", index + 1, step->title),
                           g_strdup_printf("step done %u", index + 1), "", true);
    return next_single(g_strdup_printf("run step %u '%s'", index + 1, step->title), g_strdup("run"), "",
                       false);
}

/* Only an engine sees a step end: without one nobody knows whether it still runs. */
static next next_unattended(const run *run)
{
    guint index = run->present != NULL ? run->present->step : run_current(run);
    return next_make(g_strdup_printf("no engine answers: how step %u '%s' goes is not known", index + 1,
                                     run_step(run, index)->title),
                     g_strdup("warroom watch"), false);
}

static next next_run(const board *board, const run *run)
{
    bool goes = run->present != NULL || (run->state == RUN_GOING && run_current(run) < run_count(run));
    if (board->unattended && goes)
        return next_unattended(run);
    if (run->present != NULL && run->steps[run->present->step].state != STEP_LOST) {
        const step *step = run_step(run, run->present->step);
        return next_make(g_strdup_printf("wait: %sstep %u '%s' runs%s",
                                         run->present->what == DO_UNDO ? "the undo of " : "",
                                         run->present->step + 1, step->title,
                                         run->aborting ? ", being aborted" : ""),
                         NULL, false);
    }
    guint index = run_current(run);
    if (index == run_count(run))
        return next_single(g_strdup("every step is done: close the incident"), g_strdup("incident close"),
                           " --as OUTCOME", false);
    switch (run->steps[index].state) {
    case STEP_TODO:
    case STEP_RUNNING:
        if (run->state == RUN_GOING)
            return next_make(
                g_strdup_printf("wait: step %u '%s' is being judged", index + 1, run_step(run, index)->title),
                NULL, false);
        return next_step(run, index);
    default:
        return next_unsettled(run, index);
    }
}

static next next_room(const board *board, const room *room)
{
    const incident *incident = room->incident;
    if (incident->unknown > 0)
        return next_make(
            g_strdup_printf("a newer warroom wrote %u of its records: use that one", incident->unknown), NULL,
            true);
    if (!incident_is_open(incident))
        return next_make(g_strdup_printf("closed, %s", incident->outcome), NULL, false);
    const run *run = room_run(room);
    if (run != NULL && run->state != RUN_ENDED)
        return next_run(board, run);
    if (incident_commander(incident) == NULL)
        return next_single(g_strdup("nobody commands: take it"), g_strdup("incident take"), "", false);
    if (run == NULL)
        return next_single(g_strdup("run a playbook"), g_strdup("run"), " PLAYBOOK", false);
    return next_single(g_strdup("close the incident"), g_strdup("incident close"), " --as OUTCOME", false);
}

next next_of(const board *board, const room *room)
{
    if (room != NULL)
        return next_room(board, room);
    g_autoptr(GPtrArray) open = board_open(board);
    if (open->len == 0)
        return next_single(g_strdup("nothing is open"), g_strdup("start"), " TITLE", false);
    return next_make(g_strdup_printf("%u open", open->len), g_strdup("warroom status ID"), false);
}
