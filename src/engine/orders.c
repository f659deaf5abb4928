/* orders.c - what may be asked, and what is noted when it is granted. A handler looks at everything first and
 * notes last: a refusal leaves nothing behind. */
#include "inside.h"

#include "base/id.h"

#include <string.h>

#define REASON_SHORTEST 10 /* characters: CONSOLE.md 5 */

typedef bool (*handler)(order *self, GError **error);

/* ---- what most orders need ---- */

static const char *arg(const order *self, const char *name)
{
    const char *value = json_text(self->args, name, NULL);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

static json *body_of(const run *run)
{
    json *body = json_object();
    json_put_text(body, "run", run->id);
    return body;
}

static json *body_of_step(const run *run, guint index)
{
    json *body = body_of(run);
    json_put_whole(body, "step", index + 1);
    json_put_text(body, "title", run_step(run, index)->title);
    return body;
}

static room *the_room(order *self, GError **error)
{
    const char *stream = NULL;
    const char *wanted = arg(self, "incident");
    if (!board_pick(self->engine->board, wanted, &stream, error))
        return NULL;
    room *room = engine_room(self->engine, stream, error);
    if (room == NULL)
        return NULL;
    if (room->incident->unknown > 0) {
        fail(error, ERR_REFUSED,
             "%s has %u events of kinds I do not know: read-only; use the newer warroom that wrote them",
             stream, room->incident->unknown);
        return NULL;
    }
    return room;
}

static room *the_open_room(order *self, GError **error)
{
    room *room = the_room(self, error);
    if (room == NULL || incident_is_open(room->incident))
        return room;
    fail(error, ERR_REFUSED, "%s is closed; 'warroom incident reopen %s' opens it again", room->incident->id,
         room->incident->id);
    return NULL;
}

static room *the_run(order *self, run **run, GError **error)
{
    room *room = the_open_room(self, error);
    if (room == NULL)
        return NULL;
    *run = room_run(room);
    if (*run != NULL)
        return room;
    fail(error, ERR_NOT_FOUND, "%s runs no playbook; 'warroom run PLAYBOOK' begins one", room->incident->id);
    return NULL;
}

static room *the_step(order *self, run **run, guint *index, const char *key, GError **error)
{
    room *room = the_run(self, run, error);
    if (room == NULL || !run_find_step(*run, arg(self, key), index, error))
        return NULL;
    return room;
}

static bool a_reason(const order *self, const char **reason, GError **error)
{
    *reason = arg(self, "reason");
    if (*reason != NULL && g_utf8_strlen(*reason, -1) >= REASON_SHORTEST)
        return true;
    return fail(error, ERR_REFUSED, "%s needs a reason of at least %d characters; --reason TEXT gives it",
                self->verb, REASON_SHORTEST);
}

/* The name typed out must be the one printed: compared exactly. */
static bool the_name(order *self, const char *name, GError **error)
{
    const char *typed = arg(self, "confirm");
    if (g_strcmp0(typed, name) == 0)
        return true;
    self->confirm = g_strdup(name);
    if (typed == NULL)
        return fail(error, ERR_REFUSED, "%s needs the name '%s' typed out; --confirm %s gives it", self->verb,
                    name, name);
    return fail(error, ERR_REFUSED, "'%s' is not the name; type '%s' exactly", typed, name);
}

static bool a_severity(const char *word, const char **severity, GError **error)
{
    for (int i = 0; severity_names[i] != NULL; i++)
        if (g_strcmp0(word, severity_names[i]) == 0) {
            *severity = severity_names[i];
            return true;
        }
    return fail(error, ERR_USAGE, "'%s' is not a severity; one of: low, medium, high, critical", word);
}

static bool a_moment(const order *self, const char *word, moment *at, GError **error)
{
    instant now = self->engine->hands.now(self->engine->hands.context);
    if (!moment_parse_human(word, now.wall, at, error))
        return false;
    if (*at <= now.wall)
        return true;
    return fail(error, ERR_USAGE, "'%s' is still to come; a time that has been is wanted (UTC)", word);
}

/* ---- incidents ---- */

static bool order_start(order *self, GError **error)
{
    engine *engine = self->engine;
    const char *title = arg(self, "title");
    if (title == NULL)
        return fail(error, ERR_USAGE, "an incident needs a title; 'warroom start checkout is slow'");
    const char *severity = "high";
    if (arg(self, "severity") != NULL && !a_severity(arg(self, "severity"), &severity, error))
        return false;
    const char *name = arg(self, "service");
    const service *known = name != NULL ? settings_service(engine->settings, name) : NULL;
    if (name != NULL && known == NULL && engine->settings->services->len > 0)
        return fail(error, ERR_NOT_FOUND, "the configuration has no service '%s'; 'warroom check' lists them",
                    name);
    g_autoptr(GPtrArray) open = board_open(engine->board);
    for (guint i = 0; i < open->len; i++) {
        const listed *other = g_ptr_array_index(open, i);
        if (name != NULL && g_strcmp0(other->service, name) == 0)
            return fail(error, ERR_REFUSED, "%s is open for %s already; 'warroom status %s' shows it",
                        other->stream, name, other->stream);
    }
    g_autofree char *id = incident_id("INC", board_count(engine->board, "INC"));
    json *body = json_object();
    json_put_text(body, "id", id);
    json_put_text(body, "title", title);
    json_put_text(body, "service", name);
    json_put_text(body, "environment",
                  arg(self, "environment") != NULL ? arg(self, "environment")
                  : known != NULL                  ? known->environment
                                                   : NULL);
    json_put_text(body, "severity", severity);
    json_put_text(body, "commander", engine->by.name);
    engine_note(engine, id, "incident.opened", body);
    self->data = json_pack("{s:s}", "incident", id);
    return true;
}

static bool order_note(order *self, GError **error)
{
    room *room = the_room(self, error);
    if (room == NULL)
        return false;
    const char *text = arg(self, "text");
    if (text == NULL)
        return fail(error, ERR_USAGE, "a note needs a text; 'warroom note 14 tickets in 10 min'");
    moment at = MOMENT_NONE;
    if (arg(self, "at") != NULL && !a_moment(self, arg(self, "at"), &at, error))
        return false;
    engine_note_at(self->engine, room->incident->id, "note.added", json_pack("{s:s}", "text", text), at);
    return true;
}

static bool order_impact(order *self, GError **error)
{
    room *room = the_room(self, error);
    moment at = MOMENT_NONE;
    if (room == NULL || !a_moment(self, arg(self, "time") != NULL ? arg(self, "time") : "", &at, error))
        return false;
    json *body = json_object();
    json_put_whole(body, "began", at);
    engine_note(self->engine, room->incident->id, "impact.set", body);
    return true;
}

static bool a_seat(const char *word, GError **error)
{
    for (int i = 0; seat_names[i] != NULL; i++)
        if (g_strcmp0(seat_names[i], word) == 0)
            return true;
    g_autofree char *all = g_strjoinv(", ", (char **)seat_names);
    return fail(error, ERR_USAGE, "'%s' is not a seat; one of: %s", word, all);
}

static bool order_assign(order *self, GError **error)
{
    room *room = the_open_room(self, error);
    if (room == NULL || !a_seat(arg(self, "seat"), error))
        return false;
    if (arg(self, "name") == NULL)
        return fail(error, ERR_USAGE, "a seat needs a name; 'warroom incident assign scribe raj'");
    json *body = json_object();
    json_put_text(body, "seat", arg(self, "seat"));
    json_put_text(body, "name", arg(self, "name"));
    engine_note(self->engine, room->incident->id, "incident.assigned", body);
    return true;
}

static bool order_take(order *self, GError **error)
{
    room *room = the_open_room(self, error);
    const char *seat = arg(self, "seat") != NULL ? arg(self, "seat") : "commander";
    if (room == NULL || !a_seat(seat, error))
        return false;
    const char *holder = g_hash_table_lookup(room->incident->seats, seat);
    if (g_strcmp0(holder, self->engine->by.name) == 0)
        return fail(error, ERR_REFUSED, "that seat is yours already; 'warroom status' shows the incident");
    json *body = json_object();
    if (strcmp(seat, "commander") == 0) {
        json_put_text(body, "name", self->engine->by.name);
        json_put_text(body, "from", holder);
        engine_note(self->engine, room->incident->id, "incident.taken", body);
    } else {
        json_put_text(body, "seat", seat);
        json_put_text(body, "name", self->engine->by.name);
        engine_note(self->engine, room->incident->id, "incident.assigned", body);
    }
    return true;
}

static bool order_severity(order *self, GError **error)
{
    room *room = the_open_room(self, error);
    const char *severity = NULL;
    if (room == NULL || !a_severity(arg(self, "level"), &severity, error))
        return false;
    engine_note(self->engine, room->incident->id, "incident.severity_set",
                json_pack("{s:s}", "severity", severity));
    return true;
}

static bool order_close(order *self, GError **error)
{
    engine *engine = self->engine;
    room *room = the_open_room(self, error);
    if (room == NULL)
        return false;
    const char *outcome = arg(self, "as");
    bool known = false;
    for (int i = 0; incident_outcomes[i] != NULL; i++)
        known = known || g_strcmp0(incident_outcomes[i], outcome) == 0;
    if (!known) {
        g_autofree char *all = g_strjoinv(", ", (char **)incident_outcomes);
        return fail(error, ERR_USAGE, "'%s' is not an outcome; --as one of: %s",
                    outcome != NULL ? outcome : "", all);
    }
    const run *run = room_run(room);
    if (run != NULL && run->present != NULL)
        return fail(error, ERR_REFUSED,
                    "cannot close: step %u is running; wait for its end, or 'warroom abort'",
                    run->present->step + 1);
    if (run != NULL && run->state == RUN_GOING)
        return fail(error, ERR_REFUSED,
                    "cannot close: %s is going on; 'warroom pause' or 'warroom abort' stops it", run->title);
    json *body = json_pack("{s:s}", "outcome", outcome);
    json_put_text(body, "reason", arg(self, "reason"));
    if (run != NULL && run->state != RUN_ENDED) {
        json *ended = body_of(run);
        json_put_text(ended, "outcome", run_current(run) == run_count(run) ? "done" : "aborted");
        engine_note(engine, room->incident->id, "run.ended", ended);
    }
    engine_note(engine, room->incident->id, "incident.closed", body);
    return true;
}

static bool order_reopen(order *self, GError **error)
{
    engine *engine = self->engine;
    const char *id = arg(self, "id") != NULL ? arg(self, "id") : arg(self, "incident");
    if (id == NULL)
        return fail(error, ERR_USAGE, "which one? 'warroom incident list' names them");
    const char *stream = NULL;
    if (!board_pick(engine->board, id, &stream, error))
        return false;
    room *room = engine_room(engine, stream, error);
    if (room == NULL)
        return false;
    const incident *incident = room->incident;
    if (incident->unknown > 0)
        return fail(error, ERR_REFUSED,
                    "%s has events of kinds I do not know: read-only; use the newer warroom", id);
    if (incident_is_open(incident))
        return fail(error, ERR_REFUSED, "%s is open; 'warroom status %s' shows it", id, id);
    const char *reason = arg(self, "reason");
    engine_note(engine, stream, "incident.reopened",
                json_pack("{s:s}", "reason", reason != NULL ? reason : ""));
    return true;
}

/* ---- runs ---- */

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

static void remember_face(order *self, const room *room, const run *run)
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
    json *body = body_of(run);
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
                    "cannot run: the steps before it are not done; run them first, or 'warroom skip' them "
                    "with a reason");
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
    json *started = body_of(made);
    put_reach(self, made, step, started);
    if (is_production(room->incident))
        json_put_text(started, "confirmed", name);
    remember_face(self, room, made);
    engine_note(engine, stream, "run.started", started);
    self->data = json_pack("{s:s, s:s}", "incident", stream, "run", made->id);
    return true;
}

static bool order_run(order *self, GError **error)
{
    if (arg(self, "book") != NULL) {
        room *room = the_open_room(self, error);
        return room != NULL && begin(self, room, error);
    }
    run *run = NULL;
    room *room = the_run(self, &run, error);
    return room != NULL && go_on(self, room, run, error);
}

static bool order_resume(order *self, GError **error)
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
    engine_note(self->engine, room->incident->id, "run.resumed", body_of(run));
    return true;
}

static bool order_pause(order *self, GError **error)
{
    run *run = NULL;
    room *room = the_run(self, &run, error);
    if (room == NULL || !run_may(run, ASK_PAUSE, G_MAXUINT, error))
        return false;
    json *body = body_of(run);
    g_autofree char *why = g_strdup_printf("asked by %s", self->engine->by.name);
    json_put_text(body, "why", why);
    engine_hold(self->engine, room, run);
    engine_note(self->engine, room->incident->id, "run.paused", body);
    return true;
}

static bool order_abort(order *self, GError **error)
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
    engine_hold(engine, room, run);
    if (running && run->steps[run->present->step].state != STEP_LOST) {
        g_autoptr(GError) gone = NULL;
        if (!engine->hands.cut(engine->hands.context, run->present->folder, &gone))
            g_message("abort: %s", gone->message); /* it ended in this very moment: its own end tells */
    }
    engine_note(engine, room->incident->id, "run.aborted", body_of(run));
    if (!running) {
        json *body = body_of(run);
        json_put_text(body, "outcome", "aborted");
        engine_note(engine, room->incident->id, "run.ended", body);
    }
    return true;
}

/* ---- steps and gates ---- */

static bool order_retry(order *self, GError **error)
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
    engine_note(self->engine, stream, "step.retry_asked", body_of_step(run, index));
    engine_note(self->engine, stream, "run.resumed", body_of(run));
    return true;
}

static bool order_skip(order *self, GError **error)
{
    run *run = NULL;
    guint index = 0;
    const char *reason = NULL;
    room *room = the_step(self, &run, &index, "step", error);
    if (room == NULL || !run_may(run, ASK_SKIP, index, error) || !a_reason(self, &reason, error))
        return false;
    json *body = body_of_step(run, index);
    json_put_text(body, "reason", reason);
    engine_note(self->engine, room->incident->id, "step.skipped", body);
    return true;
}

static bool order_undo(order *self, GError **error)
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
                        "cannot undo: no step that has run has an undo; 'warroom step list' shows them");
        index--;
    } else if (!run_find_step(run, word, &index, error)) {
        return false;
    }
    if (!run_may(run, ASK_UNDO, index, error) || !the_name(self, run_step(run, index)->name, error))
        return false;
    remember_face(self, room, run);
    json *body = body_of_step(run, index);
    engine_note(self->engine, room->incident->id, "step.undo_asked", body);
    return true;
}

static bool order_step_done(order *self, GError **error)
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
    json *body = body_of_step(run, index);
    json_put_text(body, "by_whom", self->engine->by.name);
    engine_note(self->engine, room->incident->id, "step.done_by_hand", body);
    return true;
}

static bool order_step_adopt(order *self, GError **error)
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
    json *body = body_of_step(run, index);
    json_put_whole(body, "try", run->present->try);
    engine_note(self->engine, room->incident->id, "step.adopted", body);
    return true;
}

static bool order_step_mark(order *self, GError **error)
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
    json *body = body_of_step(run, index);
    json_put_text(body, "outcome", outcome);
    json_put_text(body, "reason", reason);
    engine_note(self->engine, room->incident->id, "step.marked", body);
    return true;
}

static bool order_gate_pass(order *self, GError **error)
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
    json *body = body_of(run);
    json_put_text(body, "gate", gate->name);
    json_put_text(body, "how", against ? "override" : "by hand");
    json_put_text(body, "reason", reason);
    engine_note(self->engine, room->incident->id, "gate.passed", body);
    return true;
}

static bool order_event(order *self, GError **error)
{
    const char *name = arg(self, "name");
    if (name == NULL || !id_is_name(name))
        return fail(
            error, ERR_USAGE,
            "an event needs a name of letters, digits, '-', '_'; 'warroom trigger event deployment_failed'");
    json *body = json_pack("{s:s}", "event", name);
    json_put_text(body, "text", arg(self, "text"));
    engine_note(self->engine, STREAM_HOUSE, "event.told", body);
    return true;
}

static const struct {
    const char *verb;
    handler carry_out;
} orders[] = {
    { "start", order_start },
    { "note", order_note },
    { "impact", order_impact },
    { "incident assign", order_assign },
    { "incident take", order_take },
    { "incident severity", order_severity },
    { "incident close", order_close },
    { "incident reopen", order_reopen },
    { "run", order_run },
    { "pause", order_pause },
    { "resume", order_resume },
    { "abort", order_abort },
    { "retry", order_retry },
    { "skip", order_skip },
    { "undo", order_undo },
    { "step done", order_step_done },
    { "step adopt", order_step_adopt },
    { "step mark", order_step_mark },
    { "gate pass", order_gate_pass },
    { "trigger event", order_event },
};

bool order_carry_out(order *self, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(orders); i++)
        if (strcmp(orders[i].verb, self->verb) == 0)
            return orders[i].carry_out(self, error);
    return fail(error, ERR_USAGE,
                "this engine knows no '%s'; it may be older than the command: end it with 'leave'",
                self->verb);
}
