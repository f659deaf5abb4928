/* trigger.c - the triggers: what they say, and where they are. */
#include "base/text.h"
#include "live.h"
#include "verbs.h"

#include <string.h>

static json *trigger_document(const live *way, const trigger *of)
{
    json *into = json_object();
    g_autofree char *rule = condition_text(of->when);
    json_put_text(into, "name", of->name);
    json_put_text(into, "when", rule);
    json_put_text(into, "severity", severity_names[of->severity]);
    json_put_text(into, "action", action_names[of->action]);
    json_put_text(into, "automation", automation_names[of->automation]);
    if (of->answer > 0)
        json_put_decimal(into, "answer", (double)of->answer / (double)SPAN_SECOND);
    json_put_text(into, "service", of->service);
    json_put_flag(into, "shadow", of->shadow);
    json_put_text(into, "why", of->why);
    json_put_whole(into, "line", of->line);
    const json *now = live_one(way, "triggers", of->name);
    if (now != NULL) {
        json_object_update(into, (json *)now);
    } else {
        json_put_text(into, "state", "off");
        json_put_text(into, "truth", "unknown");
        json_put_text(into, "unknown", "no engine runs: nothing is read");
    }
    return into;
}

/* "pending, 0:04 of 0:10"; the caller frees. */
static char *state_words(const json *is)
{
    const char *state = json_text(is, "state", "");
    const char *unknown = json_text(is, "unknown", "");
    GString *words = g_string_new(state);
    if (json_object_get(is, "needs") != NULL) {
        g_autofree char *held = span_clock((span)(json_decimal(is, "held", 0) * SPAN_SECOND));
        g_autofree char *needs = span_clock((span)(json_decimal(is, "needs", 0) * SPAN_SECOND));
        g_string_append_printf(words, ", %s of %s", held, needs);
    }
    if (*unknown != '\0')
        g_string_append_printf(words, ", unknown: %s", unknown);
    return g_string_free(words, FALSE);
}

int verb_trigger_list(call *self, GError **error)
{
    g_auto(live) way = { 0 };
    if (!live_load(self, &way, error))
        return 0;
    if (way.settings->triggers->len == 0)
        talk(self, "The configuration has no triggers.");
    for (guint i = 0; i < way.settings->triggers->len; i++) {
        const trigger *of = g_ptr_array_index(way.settings->triggers, i);
        json *is = trigger_document(&way, of);
        g_autofree char *state = state_words(is);
        if (self->plain) {
            say(self, "%s %s, %s: %s", severity_names[of->severity], of->name, state,
                json_text(is, "when", ""));
        } else {
            g_autofree char *name = text_fit(of->name, 24);
            g_autofree char *severity = text_fit(severity_names[of->severity], 9);
            say(self, "%s %s%s", name, severity, json_text(is, "when", ""));
            say(self, "%24s %s", "", state);
        }
        say_json(self, is);
    }
    return 0;
}

int verb_trigger_show(call *self, GError **error)
{
    g_auto(live) way = { 0 };
    if (!live_load(self, &way, error))
        return 0;
    const char *name = json_text(self->args, "name", "");
    const trigger *of = settings_trigger(way.settings, name);
    if (of == NULL) {
        fail(error, ERR_NOT_FOUND, "no trigger '%s'; 'warroom trigger list' lists them", name);
        return 0;
    }
    json *is = trigger_document(&way, of);
    g_autofree char *state = state_words(is);
    g_autofree char *value = live_number(is, "value", ""), *limit = live_number(is, "limit", "");
    g_autofree char *answer = of->answer > 0 ? span_text(of->answer) : g_strdup("-");
    say(self, "%s", of->name);
    say(self, "WHEN        %s", json_text(is, "when", ""));
    say(self, "STATE       %s", state);
    say(self, "VALUE       %s, limit %s", value, limit);
    say(self, "SEVERITY    %s", severity_names[of->severity]);
    say(self, "ACTION      %s", action_names[of->action]);
    say(self, "AUTOMATION  %s%s", automation_names[of->automation], of->shadow ? ", in shadow" : "");
    say(self, "ANSWER      %s", answer);
    say(self, "SERVICE     %s", of->service != NULL ? of->service : "any");
    if (*of->why != '\0')
        say(self, "WHY         %s", of->why);
    say_json(self, is);
    return 0;
}
