/* launch.c - a keeper is started: its environment, its folder, its bytes; intent before deed. */
#include "inside.h"

#include <string.h>

static void put_env(GStrvBuilder *env, const char *name, const char *value)
{
    if (value == NULL)
        return;
    g_autofree char *pair = g_strdup_printf("%s=%s", name, value);
    g_strv_builder_add(env, pair);
}

/* PATH and the like come from the face that fired it; an automatic or taken-over run has the engine's own. */
static void put_inherited(const engine *self, GStrvBuilder *env, const memory *memory)
{
    static const char *const always[] = { "PATH", "HOME", "USER", "LANG", NULL };
    const char *const *lists[] = { always, (const char *const *)self->settings->steps_pass };
    for (gsize list = 0; list < G_N_ELEMENTS(lists); list++) {
        for (guint i = 0; lists[list][i] != NULL; i++) {
            const char *name = lists[list][i];
            const char *value = memory->env != NULL ? json_text(memory->env, name, NULL) : g_getenv(name);
            put_env(env, name, value);
        }
    }
}

static char **step_environment(engine *self, const room *room, const run *run, guint index,
                               const char *folder)
{
    g_autoptr(GStrvBuilder) env = g_strv_builder_new();
    put_inherited(self, env, engine_memory(self, room, run));
    put_env(env, "WARROOM_INCIDENT", room->incident->id);
    put_env(env, "WARROOM_TARGET", run->plan->target);
    put_env(env, "WARROOM_RUN", run->id);
    put_env(env, "WARROOM_STEP", run_step(run, index)->name);
    g_autofree char *path = self->hands.path(self->hands.context, folder);
    g_autofree char *output = g_build_filename(path, "handed-on", NULL);
    put_env(env, "WARROOM_OUTPUT", output);
    GHashTableIter each;
    gpointer name = NULL, value = NULL;
    g_hash_table_iter_init(&each, run->plan->values);
    while (g_hash_table_iter_next(&each, &name, &value)) {
        g_autofree char *full = g_strdup_printf("WARROOM_%s", (char *)name);
        put_env(env, full, value);
    }
    g_hash_table_iter_init(&each, run->values);
    while (g_hash_table_iter_next(&each, &name, &value)) {
        g_autofree char *full = g_strdup_printf("WARROOM_OUT_%s", (char *)name);
        put_env(env, full, value);
    }
    return g_strv_builder_end(env);
}

/* "INC-0042/R1-step-02-try-1": what a person finds when looking for the output. */
static char *attempt_folder(const room *room, const run *run, const due *due, guint try)
{
    if (due->what == DO_COMMAND)
        return g_strdup_printf("steps/%s/%s-step-%02u-try-%u", room->incident->id, run->id, due->step + 1,
                               try);
    if (due->gate != NULL)
        return g_strdup_printf("steps/%s/%s-step-%02u-gate-%s-%u", room->incident->id, run->id, due->step + 1,
                               due->gate->name, try);
    return g_strdup_printf("steps/%s/%s-step-%02u-%s-%u", room->incident->id, run->id, due->step + 1,
                           deed_names[due->what], try);
}

static const char *const *interpreter_of(const script *script)
{
    static const char *const sh[] = { "sh", "-e", NULL };
    static const char *const bash[] = { "bash", "-e", NULL };
    static const char *const zsh[] = { "zsh", "-e", NULL };
    if (g_strcmp0(script->language, "bash") == 0)
        return bash;
    if (g_strcmp0(script->language, "zsh") == 0)
        return zsh;
    return sh;
}

/* Intent before deed: the start is on the disk before the process exists. False: the journal did not take it. */
bool launch(engine *self, const room *room, const run *run, const due *due)
{
    guint try = run_tries_of(run, due->what, due->step, due->gate != NULL ? due->gate->name : NULL) + 1;
    g_autofree char *folder = attempt_folder(room, run, due, try);
    char hex[DIGEST_SIZE];
    gsize length = strlen(due->script->text);
    digest_bytes(due->script->text, length, hex);
    json *body = step_body(run, due->step);
    json_put_whole(body, "try", try);
    json_put_text(body, "what", deed_names[due->what]);
    json_put_text(body, "gate", due->gate != NULL ? due->gate->name : NULL);
    json_put_text(body, "folder", folder);
    json_put_text(body, "digest", hex);
    json_put_whole(body, "timeout_us", due->timeout);
    engine_note(self, room->incident->id, "step.started", body);
    g_autoptr(GError) trouble = NULL;
    if (!engine_commit(self, &trouble)) {
        look_again(self, now_up(self) + AWHILE);
        return false;
    }
    g_auto(GStrv) env = step_environment(self, room, run, due->step, folder);
    g_autofree char *home = g_path_get_dirname(run->plan->book->file);
    keep_order order = { .interpreter = interpreter_of(due->script),
                         .script = due->script->text,
                         .script_length = length,
                         .environment = (const char *const *)env,
                         .cwd = run->folder != NULL ? run->folder : home,
                         .timeout = due->timeout,
                         .grace = ENGINE_GRACE };
    if (!self->hands.start(self->hands.context, folder, &order, &trouble))
        note_not_started(self, room, run, trouble->message);
    return true;
}
