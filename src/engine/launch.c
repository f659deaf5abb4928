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

/* `instead` (may be NULL) holds what stands in the place of some of the values. */
static void put_all(GStrvBuilder *env, const char *prefix, GHashTable *values, GHashTable *instead)
{
    GHashTableIter each;
    gpointer name = NULL, value = NULL;
    g_hash_table_iter_init(&each, values);
    while (g_hash_table_iter_next(&each, &name, &value)) {
        g_autofree char *full = g_strconcat(prefix, name, NULL);
        const char *other = instead != NULL ? g_hash_table_lookup(instead, name) : NULL;
        put_env(env, full, other != NULL ? other : value);
    }
}

static char **step_environment(engine *self, const room *room, const run *run, guint index,
                               const char *folder)
{
    g_autoptr(GStrvBuilder) env = g_strv_builder_new();
    const memory *memory = engine_memory(self, room, run);
    put_inherited(self, env, memory);
    put_env(env, "WARROOM_INCIDENT", room->incident->id);
    put_env(env, "WARROOM_TARGET", run->plan->target);
    put_env(env, "WARROOM_RUN", run->id);
    put_env(env, "WARROOM_STEP", run_step(run, index)->name);
    g_autofree char *path = self->hands.path(self->hands.context, folder);
    g_autofree char *output = g_build_filename(path, "handed-on", NULL);
    put_env(env, "WARROOM_OUTPUT", output);
    put_all(env, "WARROOM_", run->plan->values, memory->secrets);
    put_all(env, "WARROOM_OUT_", run->values, NULL);
    return g_strv_builder_end(env);
}

static void wipe(char **env)
{
    for (guint i = 0; env[i] != NULL; i++)
        explicit_bzero(env[i], strlen(env[i]));
    g_strfreev(env);
}

/* The secrets of a plan are references; their values are fetched now, all of them, before anything is promised. */
static vault_answer fetch_secrets(engine *self, memory *memory, const run *run, GError **error)
{
    const GPtrArray *parameters = run->plan->book->parameters;
    vault_answer all = VAULT_GIVES;
    for (guint i = 0; i < parameters->len; i++) {
        const parameter *parameter = g_ptr_array_index(parameters, i);
        const char *reference = g_hash_table_lookup(run->plan->values, parameter->name);
        if (!parameter->secret || reference == NULL ||
            g_hash_table_contains(memory->secrets, parameter->name))
            continue;
        char *value = NULL;
        vault_answer answer = self->hands.secret(self->hands.context, reference, &value, error);
        if (answer == VAULT_FAILS) {
            g_prefix_error(error, "%s: ", parameter->name);
            return VAULT_FAILS;
        }
        if (answer == VAULT_GIVES)
            g_hash_table_replace(memory->secrets, g_strdup(parameter->name), value);
        else
            all = VAULT_WAITS;
    }
    return all;
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

/* Intent before deed: the start is on the disk before the process exists. True: it did not start, walk on. */
bool launch(engine *self, const room *room, const run *run, const due *due)
{
    memory *memory = engine_memory(self, room, run);
    g_autoptr(GError) trouble = NULL;
    switch (fetch_secrets(self, memory, run, &trouble)) {
    case VAULT_WAITS:
        return false; /* its coming is told */
    case VAULT_FAILS:
        g_hash_table_remove_all(memory->secrets);
        note_halt(self, room, run, trouble->message);
        return true;
    case VAULT_GIVES:
        break;
    }
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
    if (!engine_commit(self, &trouble)) {
        look_again(self, now_up(self) + AWHILE);
        return false;
    }
    char **env = step_environment(self, room, run, due->step, folder);
    g_autofree char *home = g_path_get_dirname(run->plan->book->file);
    keep_order order = { .interpreter = interpreter_of(due->script),
                         .script = due->script->text,
                         .script_length = length,
                         .environment = (const char *const *)env,
                         .cwd = run->folder != NULL ? run->folder : home,
                         .timeout = due->timeout,
                         .grace = ENGINE_GRACE };
    bool started = self->hands.start(self->hands.context, folder, &order, &trouble);
    if (started)
        look_again(self, now_up(self) + AWHILE); /* whoever watches it looks as soon as it is watched */
    else
        note_not_started(self, room, run, trouble->message);
    wipe(env);
    g_hash_table_remove_all(memory->secrets);
    return !started;
}
