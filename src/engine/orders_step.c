/* orders_step.c - orders about one step or one gate. */
#include "order.h"

bool order_retry(order *self, GError **error)
{
    run *run = NULL;
    room *room = the_run(self, &run, error);
    if (room == NULL)
        return false;
    guint index = 0;
    const char *what = arg(self, "what");
    if (what != NULL && plan_gate(run->plan, what) != NULL)
        what = NULL; /* a gate's check is asked again with its step's approach */
    if (!run_find_step(run, what, &index, error) || !run_may(run, ASK_RETRY, index, error))
        return false;
    if (run->steps[index].state == STEP_LOST && run->present != NULL) {
        g_autoptr(keep_seen) seen = self->engine->hands.look(self->engine->hands.context,
                                                             run->present->folder, run->present->boot, error);
        if (seen == NULL)
            return false;
        if (seen->step_there)
            return fail(error, ERR_REFUSED,
                        "cannot retry: its process %d is still there; 'warroom abort' ends it first",
                        (int)seen->step);
    }
    const char *stream = room->incident->id;
    remember_face(self, room, run);
    engine_note(self->engine, stream, "step.retry_asked", step_body(run, index));
    engine_note(self->engine, stream, "run.resumed", run_body(run));
    return true;
}

bool order_skip(order *self, GError **error)
{
    run *run = NULL;
    guint index = 0;
    const char *reason = NULL;
    room *room = the_step(self, &run, &index, "step", error);
    if (room == NULL || !run_may(run, ASK_SKIP, index, error) || !a_reason(self, &reason, error))
        return false;
    json *body = step_body(run, index);
    json_put_text(body, "reason", reason);
    engine_note(self->engine, room->incident->id, "step.skipped", body);
    return true;
}

bool order_undo(order *self, GError **error)
{
    run *run = NULL;
    guint index = 0;
    room *room = the_run(self, &run, error);
    if (room == NULL)
        return false;
    const char *word = arg(self, "step");
    if (word == NULL) { /* the last one that did something and can be taken back */
        index = run_count(run);
        while (index > 0 && !run_may(run, ASK_UNDO, index - 1, NULL))
            index--;
        if (index == 0)
            return fail(error, ERR_REFUSED,
                        "cannot undo: no step is left that can be taken back; 'warroom step list' shows how "
                        "they stand");
        index--;
    } else if (!run_find_step(run, word, &index, error)) {
        return false;
    }
    if (!run_may(run, ASK_UNDO, index, error) || !the_name(self, run_step(run, index)->name, error))
        return false;
    remember_face(self, room, run);
    json *body = step_body(run, index);
    engine_note(self->engine, room->incident->id, "step.undo_asked", body);
    return true;
}

bool order_step_done(order *self, GError **error)
{
    run *run = NULL;
    guint index = 0;
    room *room = the_step(self, &run, &index, "step", error);
    if (room == NULL || !run_may(run, ASK_DONE, index, error))
        return false;
    g_autoptr(GPtrArray) open = run_open_gates(run);
    if (open->len > 0) {
        const gate *gate = g_ptr_array_index(open, 0);
        return fail(error, ERR_REFUSED,
                    "cannot mark as done: gate '%s' is open; 'warroom gate pass %s' ticks it", gate->title,
                    gate->name);
    }
    json *body = step_body(run, index);
    json_put_text(body, "by_whom", self->engine->by.name);
    engine_note(self->engine, room->incident->id, "step.done_by_hand", body);
    return true;
}

bool order_step_adopt(order *self, GError **error)
{
    run *run = NULL;
    guint index = 0;
    room *room = the_step(self, &run, &index, "step", error);
    if (room == NULL || !run_may(run, ASK_ADOPT, index, error))
        return false;
    hands *hands = &self->engine->hands;
    g_autoptr(keep_seen) seen = hands->look(hands->context, run->present->folder, run->present->boot, error);
    if (seen == NULL)
        return false;
    if (!seen->step_there)
        return fail(
            error, ERR_REFUSED,
            "cannot adopt: its process is gone; 'warroom step mark %u --as OUTCOME' says how it ended",
            index + 1);
    json *body = step_body(run, index);
    json_put_whole(body, "try", run->present->try);
    engine_note(self->engine, room->incident->id, "step.adopted", body);
    return true;
}

bool order_step_mark(order *self, GError **error)
{
    run *run = NULL;
    guint index = 0;
    const char *reason = NULL;
    room *room = the_step(self, &run, &index, "step", error);
    if (room == NULL || !run_may(run, ASK_MARK, index, error))
        return false;
    const char *outcome = arg(self, "as");
    if (g_strcmp0(outcome, "ok") != 0 && g_strcmp0(outcome, "failed") != 0)
        return fail(error, ERR_USAGE, "'%s' is not how a step ends; --as ok or --as failed",
                    outcome != NULL ? outcome : "");
    if (!a_reason(self, &reason, error))
        return false;
    json *body = step_body(run, index);
    json_put_text(body, "outcome", outcome);
    json_put_text(body, "reason", reason);
    engine_note(self->engine, room->incident->id, "step.marked", body);
    return true;
}

bool order_gate_pass(order *self, GError **error)
{
    run *run = NULL;
    room *room = the_run(self, &run, error);
    const char *name = arg(self, "gate");
    const char *reason = arg(self, "reason");
    if (room == NULL || !run_gate_may(run, name != NULL ? name : "", reason != NULL, error))
        return false;
    const gate *gate = plan_gate(run->plan, name);
    bool against = gate_is_automatic(gate);
    if (against && !a_reason(self, &reason, error))
        return false;
    json *body = run_body(run);
    json_put_text(body, "gate", gate->name);
    json_put_text(body, "how", against ? "override" : "by hand");
    json_put_text(body, "reason", reason);
    engine_note(self->engine, room->incident->id, "gate.passed", body);
    return true;
}
