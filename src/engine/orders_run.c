/* orders_run.c - orders about a run: begin, go on, pause, abort. */
#include "order.h"

#include "base/id.h"

#include <string.h>

static GHashTable *given_values(const json *set)
{
    GHashTable *values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    const char *name = NULL;
    json *value = NULL;
    json_object_foreach((json *)set, name, value)
    {
        if (json_is_string(value))
            g_hash_table_replace(values, g_strdup(name), g_strdup(json_string_value(value)));
    }
    return values;
}

static plan *read_plan(order *self, const char *path, const char *target, GError **error)
{
    hands *hands = &self->engine->hands;
    gsize length = 0;
    g_autofree char *text = hands->playbook(hands->context, path, &length, error);
    if (text == NULL)
        return NULL;
    g_autoptr(complaints) wrong = complaints_new();
    g_autoptr(playbook) book = playbook_read(path, text, length, wrong);
    if (!complaints_settle(wrong, error))
        return NULL;
    if (book->steps->len == 0) {
        fail(error, ERR_USAGE, "%s has no steps; a step is a heading with a command or a task list under it",
             path);
        return NULL;
    }
    g_autoptr(GHashTable) given = given_values(json_object_get(self->args, "set"));
    return plan_make(g_steal_pointer(&book), target, given, error);
}

static bool is_production(const incident *incident)
{
    /* An environment nobody named may be the real one: it is treated as that. */
    return incident->environment[0] == '\0' || g_ascii_strncasecmp(incident->environment, "prod", 4) == 0;
}

static char *confirming_name(const incident *incident, const plan *plan)
{
    return incident->service[0] != '\0' ? g_strdup(incident->service) : id_from_title(plan->book->title);
}

static void put_reach(order *self, const run *run, guint step, json *body)
{
    bool phase = json_flag(self->args, "phase", false);
    guint here = run_current(run);
    if (step != G_MAXUINT) {
        json_put_text(body, "mode", run_reach_names[RUN_TO_STEP]);
        json_put_whole(body, "reach", step);
    } else if (phase && here < run_count(run)) {
        json_put_text(body, "mode", run_reach_names[RUN_TO_PHASE]);
        json_put_whole(body, "reach", run_step(run, here)->phase);
    } else {
        json_put_text(body, "mode", run_reach_names[RUN_TO_END]);
    }
}

void remember_face(order *self, const room *room, const run *run)
{
    memory *memory = engine_memory(self->engine, room, run);
    if (self->env != NULL) {
        if (memory->env != NULL)
            json_decref(memory->env);
        memory->env = json_deep_copy(self->env);
    }
}

/* What must be typed before this run may go on: the target for a plan that is new, the step's own name for one
 * that has no way back, each time (CONSOLE.md 5). */
static char *name_to_type(const room *room, const run *run, guint step, const char **stands_for)
{
    *stands_for = "confirmed";
    if (run->confirmed == NULL && is_production(room->incident))
        return confirming_name(room->incident, run->plan);
    *stands_for = "sure";
    guint index = step != G_MAXUINT ? step : run_current(run);
    if (index < run_count(run) && run_step(run, index)->irreversible != NULL && !run->steps[index].sure)
        return g_strdup(run_step(run, index)->name);
    return NULL;
}

static bool go_on(order *self, room *room, run *run, GError **error)
{
    guint step = G_MAXUINT;
    if (arg(self, "step") != NULL && !run_find_step(run, arg(self, "step"), &step, error))
        return false;
    if (!run_may(run, ASK_GO, step, error))
        return false;
    const char *stands_for = NULL;
    g_autofree char *name = name_to_type(room, run, step, &stands_for);
    if (name != NULL && !the_name(self, name, error))
        return false;
    json *body = run_body(run);
    put_reach(self, run, step, body);
    json_put_text(body, stands_for, name);
    remember_face(self, room, run);
    engine_note(self->engine, room->incident->id, "run.started", body);
    self->data = json_pack("{s:s, s:s}", "incident", room->incident->id, "run", run->id);
    return true;
}

static bool same_plan(const run *run, const plan *plan)
{
    return strcmp(run->plan->digest, plan->digest) == 0;
}

/* A new plan is noted together with its start: one that is refused its start leaves nothing behind. */
static bool begin(order *self, room *room, GError **error)
{
    engine *engine = self->engine;
    const char *target = room->incident->service;
    if (arg(self, "service") != NULL)
        target = arg(self, "service");
    g_autoptr(plan) plan = read_plan(self, arg(self, "book"), target, error);
    if (plan == NULL)
        return false;
    run *present = room_run(room);
    if (present != NULL && present->state != RUN_ENDED) {
        if (same_plan(present, plan))
            return go_on(self, room, present, error);
        return fail(error, ERR_REFUSED,
                    "%s of '%s' is not done; 'warroom run' goes on with it, 'warroom abort' ends it first",
                    present->id, present->title);
    }
    g_autofree char *name = confirming_name(room->incident, plan);
    if (is_production(room->incident) && !the_name(self, name, error))
        return false;
    guint step = G_MAXUINT;
    if (arg(self, "step") != NULL && plan_step(plan, arg(self, "step"), &step) == NULL)
        return fail(error, ERR_NOT_FOUND, "'%s' has no step '%s'; 'warroom playbook show' lists them",
                    plan->book->title, arg(self, "step"));
    if (step != G_MAXUINT && step > 0)
        return fail(error, ERR_REFUSED,
                    "cannot run: the steps before it are not done; 'warroom run' without --step begins with "
                    "the first");
    g_autofree char *id = g_strdup_printf("R%u", room->runs->len + 1);
    json *body = json_object();
    json_put_text(body, "run", id);
    json_put(body, "plan", plan_json(plan));
    json_put_text(body, "digest", plan->digest);
    json_put_text(body, "title", plan->book->title);
    json_put_text(body, "folder", arg(self, "folder"));
    const char *stream = room->incident->id;
    engine_note(engine, stream, "run.prepared", body);
    run *made = room_run(board_room(engine->board, stream));
    json *started = run_body(made);
    put_reach(self, made, step, started);
    if (is_production(room->incident))
        json_put_text(started, "confirmed", name);
    remember_face(self, room, made);
    engine_note(engine, stream, "run.started", started);
    self->data = json_pack("{s:s, s:s}", "incident", stream, "run", made->id);
    return true;
}

bool order_run(order *self, GError **error)
{
    if (arg(self, "book") != NULL) {
        room *room = the_open_room(self, error);
        return room != NULL && begin(self, room, error);
    }
    run *run = NULL;
    room *room = the_run(self, &run, error);
    return room != NULL && go_on(self, room, run, error);
}

bool order_resume(order *self, GError **error)
{
    run *run = NULL;
    room *room = the_run(self, &run, error);
    if (room == NULL || !run_may(run, ASK_GO, G_MAXUINT, error))
        return false;
    const char *stands_for = NULL;
    g_autofree char *name = name_to_type(room, run, G_MAXUINT, &stands_for);
    if (name != NULL)
        return fail(error, ERR_REFUSED, "cannot resume: '%s' must be typed; 'warroom run' asks for it", name);
    remember_face(self, room, run);
    engine_note(self->engine, room->incident->id, "run.resumed", run_body(run));
    return true;
}

bool order_pause(order *self, GError **error)
{
    run *run = NULL;
    room *room = the_run(self, &run, error);
    if (room == NULL || !run_may(run, ASK_PAUSE, G_MAXUINT, error))
        return false;
    json *body = run_body(run);
    g_autofree char *why = g_strdup_printf("asked by %s", self->engine->by.name);
    json_put_text(body, "why", why);
    engine_note(self->engine, room->incident->id, "run.paused", body);
    return true;
}

bool order_abort(order *self, GError **error)
{
    engine *engine = self->engine;
    run *run = NULL;
    room *room = the_run(self, &run, error);
    if (room == NULL || !run_may(run, ASK_ABORT, G_MAXUINT, error))
        return false;
    bool running = run->present != NULL;
    if (running && run_step(run, run->present->step)->uncut &&
        !the_name(self, run_step(run, run->present->step)->name, error))
        return false;
    /* Stopping does not wait for the disk: what runs is cut at once, and noted as soon as that is possible. */
    if (running && run->steps[run->present->step].state != STEP_LOST) {
        g_autoptr(GError) gone = NULL;
        if (!engine->hands.cut(engine->hands.context, run->present->folder, &gone))
            g_debug("abort: %s", gone->message); /* it ended in this very moment: its own end tells */
    }
    engine_note(engine, room->incident->id, "run.aborted", run_body(run));
    if (!running) {
        json *body = run_body(run);
        json_put_text(body, "outcome", "aborted");
        engine_note(engine, room->incident->id, "run.ended", body);
    }
    return true;
}
