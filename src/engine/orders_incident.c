/* orders_incident.c - orders about an incident as a whole. */
#include "order.h"

#include <string.h>

static char *services_named(const settings *settings)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < settings->services->len; i++)
        g_ptr_array_add(names, ((const service *)g_ptr_array_index(settings->services, i))->name);
    g_ptr_array_add(names, NULL);
    return g_strjoinv(", ", (char **)names->pdata);
}

bool order_start(order *self, GError **error)
{
    engine *engine = self->engine;
    const char *title = arg(self, "title");
    if (title == NULL || title[strspn(title, " \t\r\n")] == '\0')
        return fail(error, ERR_USAGE, "an incident needs a title; 'warroom start checkout is slow'");
    const char *severity = "high";
    if (arg(self, "severity") != NULL && !a_severity(arg(self, "severity"), &severity, error))
        return false;
    const char *name = arg(self, "service");
    const service *known = name != NULL ? settings_service(engine->settings, name) : NULL;
    if (name != NULL && known == NULL && engine->settings->services->len > 0) {
        g_autofree char *all = services_named(engine->settings);
        return fail(error, ERR_NOT_FOUND, "the configuration has no service '%s'; it has: %s", name, all);
    }
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

bool order_note(order *self, GError **error)
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

bool order_impact(order *self, GError **error)
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

bool order_assign(order *self, GError **error)
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

bool order_take(order *self, GError **error)
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

bool order_severity(order *self, GError **error)
{
    room *room = the_open_room(self, error);
    const char *severity = NULL;
    if (room == NULL || !a_severity(arg(self, "level"), &severity, error))
        return false;
    engine_note(self->engine, room->incident->id, "incident.severity_set",
                json_pack("{s:s}", "severity", severity));
    return true;
}

bool order_close(order *self, GError **error)
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
        return outcome == NULL
                   ? fail(error, ERR_USAGE, "a closed incident has an outcome; --as one of: %s", all)
                   : fail(error, ERR_USAGE, "'%s' is not an outcome; --as one of: %s", outcome, all);
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
        json *ended = run_body(run);
        json_put_text(ended, "outcome", run_current(run) == run_count(run) ? "done" : "aborted");
        engine_note(engine, room->incident->id, "run.ended", ended);
    }
    engine_note(engine, room->incident->id, "incident.closed", body);
    return true;
}

bool order_reopen(order *self, GError **error)
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
    if (!incident_may_grow(incident))
        return fail(error, ERR_REFUSED,
                    "%s has events of kinds I do not know: read-only; use the newer warroom", id);
    if (incident_is_open(incident))
        return fail(error, ERR_REFUSED, "%s is open; 'warroom status %s' shows it", id, id);
    const char *reason = arg(self, "reason");
    engine_note(engine, stream, "incident.reopened",
                json_pack("{s:s}", "reason", reason != NULL ? reason : ""));
    return true;
}
