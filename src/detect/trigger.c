#include "detect/trigger.h"

#include "base/id.h"

#include <string.h>

const char *const severity_names[] = { "low", "medium", "high", "critical", NULL };
const char *const action_names[] = { "alert", "rollback", "scale", NULL };
const char *const automation_names[] = {
    "manual", "manual with procedures", "manual with automation", "manual approval", "semi", "full", NULL
};

static condition *when_read(section *keys, const node *map, const char *const *metrics, complaints *into)
{
    const char *text = section_text_needed(keys, "when");
    if (text == NULL)
        return NULL;
    guint column = 1;
    g_autoptr(GError) error = NULL;
    condition *when = condition_parse(text, metrics, &column, &error);
    if (when != NULL)
        return when;
    const node *at = node_get(map, "when");
    /* "column 14: no metric 'erorr_rate': did you mean 'error_rate'?" is split where the advice begins. */
    g_auto(GStrv) halves = g_strsplit(error->message, ": did you mean ", 2);
    const char *wrong = strchr(halves[0], ' ') != NULL ? strstr(halves[0], ": ") + 2 : halves[0];
    g_autofree char *right = halves[1] != NULL ? g_strconcat("did you mean ", halves[1], NULL) : NULL;
    guint shift = column - 1 + (node_quoted(at) ? 1 : 0);
    complaint_add(into, node_file(at), node_line(at), node_column(at) + shift, wrong,
                  right != NULL ? right : "write it as: error_rate > 5 % for 5m");
    return NULL;
}

static char *name_read(section *keys, const node *map, complaints *into)
{
    const char *name = section_text_needed(keys, "name");
    if (name == NULL)
        return NULL;
    if (!id_is_name(name)) {
        node_complain(node_get(map, "name"), into, "letters, digits, '-', '_' and '.', 1 to 64 of them",
                      "'%s' cannot be the name of a trigger", name);
        return NULL;
    }
    return g_strdup(name);
}

trigger *trigger_read(const node *map, const char *const *metrics, complaints *into)
{
    const node *named = map != NULL ? node_get(map, "name") : NULL;
    const char *name = named != NULL ? node_text(named) : NULL;
    g_autofree char *what = name != NULL ? g_strdup_printf("trigger '%s'", name) : g_strdup("trigger");
    g_autoptr(section) keys = section_open(map, what, into);
    g_autoptr(trigger) self = g_new0(trigger, 1);
    self->line = map != NULL ? node_line(map) : 0;
    self->name = name_read(keys, map, into);
    self->when = when_read(keys, map, metrics, into);
    self->severity = (severity)section_word(keys, "severity", severity_names, SEVERITY_MEDIUM);
    self->action = (trigger_action)section_word(keys, "action", action_names, ACTION_ALERT);
    self->automation = (automation)section_word(keys, "automation", automation_names, AUTOMATION_MANUAL);
    self->answer = section_span(keys, "answer", 0);
    self->service = g_strdup(section_text(keys, "service", NULL));
    self->shadow = section_bool(keys, "shadow", false);
    self->why = g_strdup(section_text(keys, "why", ""));
    return self->name != NULL && self->when != NULL ? g_steal_pointer(&self) : NULL;
}

void trigger_free(trigger *self)
{
    if (self == NULL)
        return;
    g_free(self->name);
    condition_free(self->when);
    g_free(self->service);
    g_free(self->why);
    g_free(self);
}
