/* orders.c - the table of orders, and what most of them need. */
#include "order.h"

#include "base/id.h"

#include <string.h>

#define REASON_SHORTEST 10 /* characters: CONSOLE.md 5 */

typedef bool (*handler)(order *self, GError **error);

const char *arg(const order *self, const char *name)
{
    const char *value = json_text(self->args, name, NULL);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

room *the_room(order *self, GError **error)
{
    const char *stream = NULL;
    const char *wanted = arg(self, "incident");
    if (!board_pick(self->engine->board, wanted, &stream, error))
        return NULL;
    room *room = engine_room(self->engine, stream, error);
    if (room == NULL)
        return NULL;
    if (!incident_may_grow(room->incident)) {
        fail(error, ERR_REFUSED,
             "%s has %u events of kinds I do not know: read-only; use the newer warroom that wrote them",
             stream, room->incident->unknown);
        return NULL;
    }
    return room;
}

room *the_open_room(order *self, GError **error)
{
    room *room = the_room(self, error);
    if (room == NULL || incident_is_open(room->incident))
        return room;
    fail(error, ERR_REFUSED, "%s is closed; 'warroom incident reopen %s' opens it again", room->incident->id,
         room->incident->id);
    return NULL;
}

room *the_run(order *self, run **run, GError **error)
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

room *the_step(order *self, run **run, guint *index, const char *key, GError **error)
{
    room *room = the_run(self, run, error);
    if (room == NULL || !run_find_step(*run, arg(self, key), index, error))
        return NULL;
    return room;
}

bool a_reason(const order *self, const char **reason, GError **error)
{
    *reason = arg(self, "reason");
    if (*reason != NULL && g_utf8_strlen(*reason, -1) >= REASON_SHORTEST)
        return true;
    return fail(error, ERR_REFUSED, "%s needs a reason of at least %d characters; --reason TEXT gives it",
                self->verb, REASON_SHORTEST);
}

/* The name typed out must be the one printed: compared exactly. */
bool the_name(order *self, const char *name, GError **error)
{
    const char *typed = arg(self, "confirm");
    if (g_strcmp0(typed, name) == 0)
        return true;
    self->confirm = g_strdup(name);
    g_autofree char *quoted =
        strpbrk(name, " '\"$`\\*?;&|<>()") != NULL ? g_shell_quote(name) : g_strdup(name);
    if (typed == NULL)
        return fail(error, ERR_REFUSED, "%s needs the name '%s' typed out; --confirm %s gives it", self->verb,
                    name, quoted);
    return fail(error, ERR_REFUSED, "'%s' is not the name; type '%s' exactly", typed, name);
}

bool a_severity(const char *word, const char **severity, GError **error)
{
    for (int i = 0; severity_names[i] != NULL; i++)
        if (g_strcmp0(word, severity_names[i]) == 0) {
            *severity = severity_names[i];
            return true;
        }
    return fail(error, ERR_USAGE, "'%s' is not a severity; one of: low, medium, high, critical", word);
}

bool a_moment(const order *self, const char *word, moment *at, GError **error)
{
    instant now = self->engine->hands.now(self->engine->hands.context);
    if (!moment_parse_human(word, now.wall, at, error))
        return false;
    if (*at <= now.wall)
        return true;
    return fail(error, ERR_USAGE, "'%s' is still to come; a time that has been is wanted (UTC)", word);
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
