#include "program.h"

#include "base/text.h"
#include "world/clock.h"
#include "world/secret.h"
#include "world/state.h"
#include "world/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define LINGER (5 * SPAN_SECOND) /* nobody needs it: how long it stays for the next word */
#define BEAT 1000                /* ms */
#define STEPPED SPAN_SECOND      /* a wall clock that moved more than this against the boot clock was set */
#define CONFIG_SETTLES (2 * SPAN_SECOND)
#define LAST_WORDS_WITHIN SPAN_SECOND /* to faces, when leaving */

/* ---- the lock ---- */

static char *leader_of(int lock)
{
    char text[256] = { 0 };
    ssize_t length = pread(lock, text, sizeof text - 1, 0);
    if (length <= 0)
        return g_strdup("another engine");
    return text_visible(g_strchomp(text), -1);
}

static bool take_lock(program *self, GError **error)
{
    g_autofree char *path = g_build_filename(self->state, ENGINE_LOCK_NAME, NULL);
    self->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (self->lock < 0)
        return fail(error, ERR_FAILED, "cannot open %s: %s", path, g_strerror(errno));
    if (flock(self->lock, LOCK_EX | LOCK_NB) != 0) {
        g_autofree char *leader = leader_of(self->lock);
        return fail(error, ERR_REFUSED, "already led by %s", leader);
    }
    g_autofree char *clock = moment_human(self->started.wall);
    g_autofree char *words =
        g_strdup_printf("engine %d, started by %s at %s\n", (int)getpid(), self->me, clock);
    /* For people only: who reads it asks the lock first. A full disk does not stop us. */
    if (ftruncate(self->lock, 0) != 0 || pwrite(self->lock, words, strlen(words), 0) < 0)
        g_message("%s: %s", path, g_strerror(errno));
    return true;
}

/* ---- configuration ---- */

/* A file that was trusted in other bytes is not followed: by whose hand it changed, a person says. */
static bool may_follow(const program *self, const settings *read, const found *where, GError **error)
{
    if (self->settings == NULL || where == NULL || strcmp(read->digest, self->settings->digest) == 0 ||
        trust_of(self->state, where->path, read->digest) != TRUST_CHANGED)
        return true;
    return fail(error, ERR_REFUSED, "%s has changed since it was trusted: look at it, then: warroom trust %s",
                where->path, where->path);
}

static bool read_settings(program *self, settings **result, char **config, GError **error)
{
    search *search = search_new(g_getenv(CONFIG_VARIABLE), self->state);
    g_autoptr(found) where = NULL;
    settings *read = search_settings(search, &where, error);
    search_free(search);
    if (read == NULL)
        return false;
    if (!may_follow(self, read, where, error)) {
        settings_free(read);
        return false;
    }
    *result = read;
    *config = g_strdup(where != NULL ? where->path : "");
    return true;
}

static bool bell(const char *line, void *context)
{
    program *self = context;
    if (self->server == NULL || server_attached(self->server) == 0)
        return false;
    g_autoptr(json) told = json_object();
    json_put_text(told, "told", "alert");
    json_put_text(told, "text", line);
    server_tell_all(self->server, told);
    return true;
}

static void notice_told(const char *line, const char *means, const char *trouble, void *context)
{
    (void)context;
    if (means == NULL)
        g_message("nobody could be told '%s': %s", line, trouble);
}

static void tell_reading(const metric *metric, const reading *reading, void *context)
{
    program *self = context;
    engine_tick(self->engine); /* a gate may have waited for it */
    if (server_attached(self->server) == 0)
        return;
    g_autoptr(json) line = json_object();
    json_put_text(line, "told", "reading");
    json_put_text(line, "metric", metric->name);
    json_put_text(line, "state", reading_state_name(reading->state));
    if (reading->state == READ_VALUE) {
        json_put_decimal(line, "value", reading->value);
    } else {
        g_autofree char *words = reading_words(reading);
        json_put_text(line, "why", words);
    }
    server_tell_all(self->server, line);
}

static void tell_trigger(const trigger *trigger, watch_state from, watch_state to, const poll_judged *judged,
                         void *context)
{
    program *self = context;
    engine_trigger(self->engine, trigger, from, to, judged->rule, judged->counted ? &judged->value : NULL,
                   judged->counted ? &judged->limit : NULL, judged->why, judged->kept);
}

static void tell_source(const source *source, bool silent, const char *why, void *context)
{
    program *self = context;
    engine_source(self->engine, source->name, silent, why);
}

/* Triggers go on where the journal left them. */
static void resume_triggers(program *self, instant now)
{
    GHashTableIter each;
    gpointer name = NULL, change = NULL;
    g_hash_table_iter_init(&each, engine_board(self->engine)->triggers);
    while (g_hash_table_iter_next(&each, &name, &change)) {
        const json *kept = json_object_get(change, "kept");
        if (kept != NULL)
            poll_resume(self->poller, name, kept, json_text(change, "boot", ""), now);
    }
}

/* An event of before this engine is still true for as long as its condition says: told again, with its age. */
static void resume_events(program *self, instant now)
{
    GHashTableIter each;
    gpointer name = NULL, told = NULL;
    g_hash_table_iter_init(&each, engine_board(self->engine)->events);
    while (g_hash_table_iter_next(&each, &name, &told))
        poll_event(self->poller, name, now.up - MAX(0, now.wall - *(moment *)told), now);
}

static void start_watching(program *self)
{
    static const poll_tells tells = { tell_reading, tell_trigger, tell_source };
    instant now = clock_now();
    g_autofree char *self_path = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = self_path != NULL ? g_path_get_dirname(self_path) : g_strdup(".");
    g_autofree char *helper = g_build_filename(folder, "warroom-notify", NULL);
    self->notifier = notice_new(self->settings, helper, bell, notice_told, self);
    self->poller = poll_new(self->settings, self->state, &tells, self, now);
    resume_triggers(self, now);
    resume_events(self, now);
    poll_start(self->poller);
}

static void note_settings(program *self)
{
    g_autoptr(GError) trouble = NULL;
    json *body = json_object();
    json_put_text(body, "file", self->config[0] != '\0' ? self->config : "the shipped defaults");
    json_put_text(body, "digest", self->settings->digest);
    if (!engine_say(self->engine, "house.settings_loaded", body, &trouble))
        g_warning("%s", trouble->message);
}

/* A file that was written in this very moment may be written once more without its times telling. */
static bool is_as_seen(const struct stat *now, const struct stat *seen, moment wall)
{
    return now->st_dev == seen->st_dev && now->st_ino == seen->st_ino && now->st_size == seen->st_size &&
           now->st_mtim.tv_sec == seen->st_mtim.tv_sec && now->st_mtim.tv_nsec == seen->st_mtim.tv_nsec &&
           now->st_ctim.tv_sec == seen->st_ctim.tv_sec && now->st_ctim.tv_nsec == seen->st_ctim.tv_nsec &&
           ABS(wall - (moment)now->st_ctim.tv_sec * SPAN_SECOND) > CONFIG_SETTLES;
}

/* A changed file that is right is used from now on; a broken one is spoken of, and the old one stays. */
static void look_at_config(program *self)
{
    settings *fresh = NULL;
    g_autofree char *config = NULL;
    g_autoptr(GError) trouble = NULL;
    if (self->config[0] == '\0') /* started without one: what appears later is another house's choice */
        return;
    struct stat there = { 0 };
    bool seen = stat(self->config, &there) == 0 && is_as_seen(&there, &self->config_seen, self->seen.wall);
    if (seen && self->config_trouble == NULL)
        return;
    self->config_seen = there;
    if (!read_settings(self, &fresh, &config, &trouble)) {
        if (g_strcmp0(self->config_trouble, trouble->message) == 0)
            return;
        g_free(self->config_trouble);
        self->config_trouble = g_strdup(trouble->message);
        g_autofree char *words = g_strdup_printf(
            "the configuration changed and cannot be used, the old one stays: %s", trouble->message);
        json *body = json_object();
        json_put_text(body, "text", words);
        g_autoptr(GError) unwritten = NULL;
        if (!engine_say(self->engine, "house.message", body, &unwritten))
            g_warning("%s", words);
        return;
    }
    g_clear_pointer(&self->config_trouble, g_free);
    if (strcmp(fresh->digest, self->settings->digest) == 0) {
        settings_free(fresh);
        return;
    }
    poll_free(self->poller);
    g_autoptr(GError) changed = NULL;
    fail(&changed, ERR_FAILED, "the configuration has changed meanwhile; 'warroom metric test' asks again");
    program_tests_end(changed);
    notice_free(self->notifier);
    settings *old = self->settings;
    self->settings = fresh;
    engine_use(self->engine, fresh);
    settings_free(old);
    note_settings(self);
    server_greet(self->server, program_greeting(self));
    start_watching(self);
}

/* ---- the beat: what no event announces ---- */

static void look_at_clock(program *self, instant now)
{
    span wall = now.wall - self->seen.wall, up = now.up - self->seen.up;
    span stepped = wall - up;
    self->seen = now;
    if (ABS(stepped) < STEPPED)
        return;
    json *body = json_object();
    json_put_whole(body, "by_us", stepped);
    g_autoptr(GError) trouble = NULL;
    if (!engine_say(self->engine, "house.clock_stepped", body, &trouble))
        g_warning("clock stepped: %s", trouble->message);
}

static bool look_at_journal(program *self)
{
    g_autoptr(GError) trouble = NULL;
    if (!engine_is_broken(self->engine) && store_is_ours(self->store, &trouble))
        return true;
    g_printerr("warroom-engine: %s\n", trouble != NULL ? trouble->message : engine_trouble(self->engine));
    self->leaving = true; /* the next one opens what is there */
    g_main_loop_quit(self->loop);
    return false;
}

/* Whether it takes records again is known when it took one: this one, which also says what was the matter. */
static void look_at_trouble(program *self)
{
    if (self->trouble == NULL)
        return;
    g_autofree char *words =
        g_strdup_printf("the journal takes records again; it did not: %s", self->trouble);
    json *body = json_object();
    json_put_text(body, "text", words);
    if (engine_say(self->engine, "house.message", body, NULL))
        g_clear_pointer(&self->trouble, g_free);
}

static bool is_needed(const program *self)
{
    return engine_is_needed(self->engine) || server_peers(self->server) > 0;
}

static gboolean beat(gpointer context)
{
    program *self = context;
    instant now = clock_now();
    if (!look_at_journal(self))
        return G_SOURCE_CONTINUE;
    look_at_clock(self, now);
    look_at_config(self);
    engine_tick(self->engine);
    look_at_trouble(self);
    program_follow(self);
    if (is_needed(self))
        self->idle_since = 0;
    else if (self->idle_since == 0)
        self->idle_since = now.up;
    else if (now.up - self->idle_since >= LINGER)
        g_main_loop_quit(self->loop);
    return G_SOURCE_CONTINUE;
}

static gboolean told_to_leave(gpointer context)
{
    program *self = context;
    self->leaving = true;
    g_main_loop_quit(self->loop);
    return G_SOURCE_CONTINUE;
}

/* ---- life ---- */

static void secret_arrived(void *context)
{
    program *self = context;
    engine_tick(self->engine);
    program_follow(self);
}

static bool begin(program *self, GError **error)
{
    self->vault = vault_new(secret_arrived, self);
    self->store = store_open_writing(self->state, error);
    if (self->store == NULL)
        return false;
    self->position = store_position(self->store);
    hands hands = program_hands(self);
    self->engine = engine_new(&hands, self->settings, error);
    if (self->engine == NULL)
        return false;
    self->server = server_new(self->state, self->settings->room_group, program_greeting(self), program_ears(),
                              self, error);
    if (self->server == NULL)
        return false;
    /* Where the journal is full, what is there can still be looked at, paused and aborted. */
    json *body = json_object();
    json_put_text(body, "version", WARROOM_VERSION);
    json_put_whole(body, "pid", getpid());
    json_put_text(body, "me", self->me);
    g_autoptr(GError) trouble = NULL;
    if (!engine_say(self->engine, "house.engine_started", body, &trouble))
        g_warning("%s", trouble->message);
    const char *last = engine_board(self->engine)->config_digest;
    if (g_strcmp0(last, self->settings->digest) != 0)
        note_settings(self);
    start_watching(self);
    return true;
}

program *program_new(GError **error)
{
    g_autoptr(program) self = g_new0(program, 1);

    /* Secrets pass through here: no core file holds one, no other process of this account reads one. */
    prctl(PR_SET_DUMPABLE, 0);
    struct rlimit core;
    if (getrlimit(RLIMIT_CORE, &core) == 0) { /* the hard limit stays: it is the steps' own */
        core.rlim_cur = 0;
        setrlimit(RLIMIT_CORE, &core);
    }
    self->lock = -1;
    self->started = self->seen = clock_now();
    self->me = g_getenv("WARROOM_ME") != NULL ? g_getenv("WARROOM_ME") : g_get_user_name();
    g_autofree char *clock = moment_human(self->started.wall);
    g_autofree char *whose = g_strdup_printf("the engine, started by %s at %s", self->me, clock);
    secret_environment_of(whose);
    self->followed = program_followed_new();
    self->loop = g_main_loop_new(NULL, FALSE);
    self->state = state_open(NULL, error);
    if (self->state == NULL || !take_lock(self, error) ||
        !read_settings(self, &self->settings, &self->config, error) || !begin(self, error))
        return NULL;
    return g_steal_pointer(&self);
}

void program_run(program *self)
{
    g_unix_signal_add(SIGTERM, told_to_leave, self);
    g_unix_signal_add(SIGINT, told_to_leave, self);
    g_timeout_add(BEAT, beat, self);
    engine_tick(self->engine);
    program_follow(self);
    for (;;) {
        g_main_loop_run(self->loop);
        server_unlist(self->server);
        while (g_main_context_iteration(NULL, FALSE)) /* what was accepted is answered */
            continue;
        /* Somebody came, or something was opened, in the very moment of leaving. */
        if (self->leaving || engine_is_broken(self->engine) || !is_needed(self))
            break;
        self->idle_since = 0;
        g_autoptr(GError) trouble = NULL;
        if (!server_list(self->server, &trouble)) {
            g_printerr("warroom-engine: %s\n", trouble->message);
            break;
        }
    }
    g_autoptr(GError) trouble = NULL;
    if (!engine_is_broken(self->engine) &&
        !engine_say(self->engine, "house.engine_left", json_object(), &trouble))
        g_message("%s", trouble->message);
    g_autoptr(json) line = json_pack("{s:s}", "told", "leaving");
    server_tell_all(self->server, line);
    server_drain(self->server, LAST_WORDS_WITHIN);
}

void program_free(program *self)
{
    if (self == NULL)
        return;
    if (self->wake != 0)
        g_source_remove(self->wake);
    g_hash_table_unref(self->followed);
    poll_free(self->poller);
    program_tests_end(NULL);
    notice_free(self->notifier);
    if (self->server != NULL)
        server_free(self->server);
    vault_free(self->vault);
    engine_free(self->engine);
    if (self->store != NULL)
        store_close(self->store);
    settings_free(self->settings);
    g_free(self->config);
    g_free(self->config_trouble);
    g_free(self->trouble);
    g_main_loop_unref(self->loop);
    if (self->lock >= 0)
        close(self->lock); /* last: from now on another may lead */
    g_free(self->state);
    g_free(self);
}
