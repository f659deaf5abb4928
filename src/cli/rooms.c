/* rooms.c - the verbs that look: out of the journal, with what the engine knows of this moment when one runs. */
#include "ask.h"
#include "base/fail.h"
#include "board/next.h"
#include "board/show.h"
#include "plain.h"
#include "verbs.h"
#include "view.h"

#include <string.h>

/* Readings are no records: they come from the engine, if one runs. An engine that does not answer, or has
 * another configuration, is said, and the journal is shown all the same. */
static json *live_now(call *self, const view *view)
{
    if (view->room != NULL && !incident_is_open(view->room->incident))
        return NULL;
    g_autoptr(GError) trouble = NULL;
    g_autoptr(client) engine = asking_look(self, &trouble);
    g_autoptr(json) answer = NULL;
    if (engine != NULL && client_ask(engine, "live", NULL, NULL, &answer, &trouble))
        return json_incref(json_object_get(answer, "data"));
    /* One with another configuration refuses, and looks after its steps all the same. */
    view->board->unattended = !g_error_matches(trouble, ERR, ERR_REFUSED);
    if (trouble != NULL)
        talk(self, "warroom: %s", trouble->message);
    return NULL;
}

static int show_one(call *self, const view *view)
{
    g_autoptr(json) live = live_now(self, view);
    g_autoptr(json) document = show_room_json(view->board, view->room, live);
    if (self->plain) {
        g_autofree char *lines = plain_room(document);
        say_lines(self, lines);
    } else {
        g_autofree char *text = show_room(view->board, view->room, live);
        say_lines(self, text);
    }
    say_json(self, g_steal_pointer(&document));
    return 0;
}

int verb_status(call *self, GError **error)
{
    g_auto(view) view = { 0 };
    if (!view_load(self, json_text(self->args, "id", NULL), false, &view, error))
        return ERR_FAILED;
    if (view.room != NULL)
        return show_one(self, &view);
    g_autoptr(json) live = live_now(self, &view);
    g_autoptr(json) document = show_house_json(view.board, live);
    g_autofree char *text = self->plain ? plain_house(document) : show_house(view.board, live);
    say_lines(self, text);
    say_json(self, g_steal_pointer(&document));
    return 0;
}

int verb_incident_show(call *self, GError **error)
{
    g_auto(view) view = { 0 };
    if (!view_load(self, json_text(self->args, "id", NULL), true, &view, error))
        return ERR_FAILED;
    return show_one(self, &view);
}

/* One object a line: the list under `key` of a document. */
static void say_items(call *self, json *document, const char *key)
{
    g_autoptr(json) owned = document;
    const json *items = json_object_get(owned, key);
    for (size_t i = 0; i < json_array_size(items); i++)
        say_json(self, json_incref(json_array_get(items, i)));
}

int verb_incident_list(call *self, GError **error)
{
    g_auto(view) view = { 0 };
    if (!view_load(self, NULL, false, &view, error))
        return ERR_FAILED;
    g_autoptr(json) document = show_house_json(view.board, NULL);
    g_autofree char *text = self->plain ? plain_house(document) : show_house(view.board, NULL);
    say_lines(self, text);
    say_items(self, g_steal_pointer(&document), "incidents");
    return 0;
}

int verb_step_list(call *self, GError **error)
{
    g_auto(view) view = { 0 };
    if (!view_load(self, NULL, true, &view, error))
        return ERR_FAILED;
    json_decref(live_now(self, &view)); /* it is asked only whether anybody looks after the steps */
    g_autoptr(json) document = show_steps_json(view.board, view.room);
    g_autofree char *text = self->plain ? plain_steps(document) : show_steps(view.board, view.room);
    say_lines(self, text);
    say_items(self, g_steal_pointer(&document), "steps");
    return 0;
}

int verb_gate_list(call *self, GError **error)
{
    g_auto(view) view = { 0 };
    if (!view_load(self, NULL, true, &view, error))
        return ERR_FAILED;
    g_autoptr(json) document = show_gates_json(view.room);
    g_autofree char *text = self->plain ? plain_gates(document) : show_gates(view.room);
    say_lines(self, text);
    say_items(self, g_steal_pointer(&document), "gates");
    return 0;
}

static const run *run_of(const view *view, GError **error)
{
    const run *run = room_run(view->room);
    if (run == NULL)
        fail(error, ERR_NOT_FOUND, "%s runs no playbook; 'warroom run PLAYBOOK' begins one",
             view->room->incident->id);
    return run;
}

int verb_gate_show(call *self, GError **error)
{
    g_auto(view) view = { 0 };
    const char *name = json_text(self->args, "gate", "");
    if (!view_load(self, NULL, true, &view, error))
        return ERR_FAILED;
    const run *run = run_of(&view, error);
    if (run == NULL)
        return ERR_NOT_FOUND;
    const gate *gate = plan_gate(run->plan, name);
    if (gate == NULL) {
        fail(error, ERR_NOT_FOUND, "there is no gate '%s'; 'warroom gate list' names them", name);
        return ERR_NOT_FOUND;
    }
    g_autoptr(json) all = show_gates_json(view.room);
    const json *gates = json_object_get(all, "gates");
    for (size_t i = 0; i < json_array_size(gates); i++) {
        json *one = json_array_get(gates, i);
        if (strcmp(json_text(one, "gate", ""), gate->name) != 0)
            continue;
        g_autofree char *text = plain_gate(one, gate);
        say_lines(self, text);
        json_put_text(one, "check", gate->check != NULL ? gate->check->text : NULL);
        json_put_whole(one, "line", gate->line);
        say_json(self, json_incref(one));
    }
    return 0;
}
