/* step.c - `step show`: one step in full, as the plan has it and as it went. */
#include "ask.h"
#include "base/fail.h"
#include "board/show.h"
#include "verbs.h"
#include "view.h"

#include <string.h>

static void say_script(const call *self, const char *title, const script *script)
{
    if (script == NULL)
        return;
    say(self, "%s (line %u)", title, script->line);
    g_auto(GStrv) lines = g_strsplit(script->text, "\n", -1);
    for (char **line = lines; *line != NULL; line++)
        if (line[1] != NULL || (*line)[0] != '\0')
            say(self, "    %s", *line);
}

static void put_script(json *object, const char *key, const script *script)
{
    if (script != NULL)
        json_put_text(object, key, script->text);
}

static json *values_of(const plan *plan)
{
    json *values = json_object();
    g_autoptr(GList) names = g_list_sort(g_hash_table_get_keys(plan->values), (GCompareFunc)strcmp);
    for (const GList *name = names; name != NULL; name = name->next)
        json_put_text(values, name->data, g_hash_table_lookup(plan->values, name->data));
    return values;
}

/* What its command printed last, of an engine that runs; NULL when none does. */
static char *output_of(call *self, const view *view, guint index)
{
    g_autoptr(GError) trouble = NULL;
    g_autoptr(client) engine = asking_look(self, &trouble);
    g_autoptr(json) args =
        json_pack("{s:s, s:I}", "incident", view->room->incident->id, "step", (json_int_t)index + 1);
    g_autoptr(json) answer = NULL;
    if (engine != NULL && client_ask(engine, "step show", args, NULL, &answer, &trouble))
        return g_strdup(json_text(json_object_get(answer, "data"), "output", NULL));
    if (trouble != NULL)
        talk(self, "warroom: %s", trouble->message);
    return NULL;
}

static json *document_of(const view *view, const run *run, guint index, const char *output)
{
    const step *step = run_step(run, index);
    g_autoptr(json) all = show_steps_json(view->board, view->room);
    json *one = json_deep_copy(json_array_get(json_object_get(all, "steps"), index));
    json_put_whole(one, "line", step->line);
    json_put_text(one, "explanation", step->explanation);
    put_script(one, "command", step->command);
    put_script(one, "identity", step->identity);
    put_script(one, "verify", step->verify);
    json_put_text(one, "verify_condition", step->verify_condition);
    put_script(one, "undo", step->undo);
    json_put_text(one, "irreversible", step->irreversible);
    json_put_decimal(one, "timeout", (double)step->timeout / (double)SPAN_SECOND);
    json_put_whole(one, "retries", step->retries);
    json_put(one, "values", values_of(run->plan));
    json_put_text(one, "printed", output);
    return one;
}

static void say_plan(const call *self, const run *run, const step *step)
{
    g_autofree char *timeout = span_text(step->timeout);
    if (step->explanation != NULL && step->explanation[0] != '\0')
        say_lines(self, step->explanation);
    if (step->irreversible != NULL)
        say(self, "NO WAY BACK  %s", step->irreversible);
    say_script(self, "IDENTITY", step->identity);
    say_script(self, "COMMAND", step->command);
    if (step->command == NULL)
        say(self, "COMMAND  none: by hand");
    say(self, "TIME-OUT %s, retries %u", timeout, step->retries);
    say_script(self, "VERIFY", step->verify);
    if (step->verify_condition != NULL)
        say(self, "VERIFY   %s", step->verify_condition);
    say_script(self, "UNDO", step->undo);
    g_autoptr(json) values = values_of(run->plan);
    const char *name = NULL;
    json *value = NULL;
    json_object_foreach(values, name, value)
    {
        say(self, "VALUE    %s = %s", name, json_string_value(value));
    }
}

static void say_run(const call *self, const step_run *state, const char *output)
{
    if (state->said != NULL)
        say(self, "ANSWERED %s", state->said);
    if (state->outcome != NULL)
        say(self, "OUTCOME  %s, tries %u", state->outcome, state->tries);
    if (state->folder != NULL)
        say(self, "OUTPUT   %s/%s", self->state, state->folder);
    if (output != NULL && output[0] != '\0')
        say_lines(self, output);
}

int verb_step_show(call *self, GError **error)
{
    g_auto(view) view = { 0 };
    guint index = 0;
    if (!view_load(self, NULL, true, &view, error))
        return ERR_FAILED;
    const run *run = room_run(view.room);
    if (run == NULL) {
        fail(error, ERR_NOT_FOUND, "%s runs no playbook; 'warroom run PLAYBOOK' begins one",
             view.room->incident->id);
        return ERR_NOT_FOUND;
    }
    if (!run_find_step(run, json_text(self->args, "step", ""), &index, error))
        return ERR_NOT_FOUND;
    if (index >= run_count(run)) {
        fail(error, ERR_NOT_FOUND, "every step is done; 'warroom step list' numbers them");
        return ERR_NOT_FOUND;
    }
    g_autofree char *output = run->steps[index].folder != NULL ? output_of(self, &view, index) : NULL;
    say(self, "STEP %u %s  %s", index + 1, run_step(run, index)->title,
        step_state_names[run->steps[index].state]);
    say_plan(self, run, run_step(run, index));
    say_run(self, &run->steps[index], output);
    say_json(self, document_of(&view, run, index, output));
    return 0;
}
