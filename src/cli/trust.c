/* trust: lets a file of the working directory be used, in just the bytes it has now. What it would then be
 * allowed to run is shown first: that is what is agreed to. */
#include "call.h"

#include "confirm.h"
#include "verbs.h"
#include "world/search.h"
#include "world/state.h"
#include "world/trust.h"

#include <string.h>

static void add_command(GPtrArray *runs, const char *who, char **words)
{
    if (words == NULL)
        return;
    g_autofree char *line = g_strjoinv(" ", words);
    g_ptr_array_add(runs, g_strdup_printf("%s: %s", who, line));
}

/* A secret that a program prints, wherever it is named: "command:PROGRAM", or so behind a header's name. */
static void add_secrets(GPtrArray *runs, const node *at)
{
    const char *text = node_text(at);
    const char *behind = text != NULL ? strstr(text, ": command:") : NULL;
    if (text != NULL && g_str_has_prefix(text, "command:"))
        g_ptr_array_add(runs,
                        g_strdup_printf("a secret, line %u: %s", node_line(at), text + strlen("command:")));
    else if (behind != NULL)
        g_ptr_array_add(
            runs, g_strdup_printf("a secret, line %u: %s", node_line(at), behind + strlen(": command:")));
    for (guint i = 0; i < node_count(at); i++)
        add_secrets(runs, node_item(at, i));
}

/* Every program the configuration names, a line for each. */
static void add_settings(GPtrArray *runs, const settings *so)
{
    for (guint i = 0; i < so->sources->len; i++) {
        const source *one = g_ptr_array_index(so->sources, i);
        g_autofree char *who = g_strdup_printf("source %s", one->name);
        add_command(runs, who, one->run);
    }
    for (guint i = 0; i < so->services->len; i++) {
        const service *one = g_ptr_array_index(so->services, i);
        g_autofree char *identity = g_strdup_printf("service %s, identity", one->name);
        g_autofree char *deployments = g_strdup_printf("service %s, deployments", one->name);
        add_command(runs, identity, one->identity);
        add_command(runs, deployments, one->deployments);
    }
    add_command(runs, "notices", so->notify_command);
    add_secrets(runs, tree_root(so->tree));
}

static bool is_configuration(const found *file)
{
    return g_str_has_suffix(file->path, ".yaml") || g_str_has_suffix(file->path, ".yml");
}

/* What the file may run once it is trusted; NULL when it is a configuration with mistakes. */
static GPtrArray *what_it_runs(const found *file, GError **error)
{
    g_autoptr(GPtrArray) runs = g_ptr_array_new_with_free_func(g_free);
    if (is_configuration(file)) {
        g_autoptr(complaints) wrong = complaints_new();
        g_autoptr(settings) so = settings_read(file->name, file->text, file->length, wrong);
        if (so == NULL) {
            if (!complaints_settle(wrong, error))
                g_prefix_error(error, "a configuration with mistakes is not used:\n");
            return NULL;
        }
        add_settings(runs, so);
    } else if (g_str_has_suffix(file->path, ".md")) {
        g_ptr_array_add(runs, g_strdup("a playbook: its commands, when somebody runs it"));
    }
    return g_steal_pointer(&runs);
}

static void show(const call *self, const found *file, GPtrArray *runs)
{
    talk(self, "%s", file->path);
    talk(self, "  SHA-256 %s", file->digest);
    if (runs->len == 0)
        talk(self, "  it names no program to run");
    for (guint i = 0; i < runs->len; i++)
        talk(self, "  may run  %s", (char *)g_ptr_array_index(runs, i));
}

static void say_done(const call *self, const found *file, GPtrArray *runs, bool already)
{
    bool trusted = already || !self->dry_run;
    json *document = json_object(), *list = json_array();
    for (guint i = 0; i < runs->len; i++)
        json_array_append_new(list, json_string(g_ptr_array_index(runs, i)));
    json_put_text(document, "file", file->path);
    json_put_text(document, "digest", file->digest);
    json_put_flag(document, "trusted", trusted);
    json_put_flag(document, "already", already);
    json_put(document, "runs", list);
    say_json(self, document);
    if (trusted)
        say(self, "%s: trusted%s, in just these bytes", file->path, already ? " already" : "");
    else
        say(self, "%s: would be trusted, in just these bytes", file->path);
}

int verb_trust(call *self, GError **error)
{
    g_autoptr(search) where = search_new(json_text(self->args, "file", NULL), self->state);
    g_autoptr(found) file = search_config_shown(where, error);
    g_autoptr(GPtrArray) runs = file != NULL ? what_it_runs(file, error) : NULL;
    if (runs == NULL)
        return ERR_FAILED;
    show(self, file, runs);
    bool already = trust_of(self->state, file->path, file->digest) == TRUST_GIVEN;
    if (!already && !self->dry_run) {
        if (!confirm_question(self, "use it from now on? y to go on:", error))
            return ERR_REFUSED;
        g_autofree char *state = state_open(NULL, error);
        if (state == NULL || !trust_add(state, file->path, file->digest, error))
            return ERR_FAILED;
    }
    say_done(self, file, runs, already);
    return 0;
}
