#include "world/pretend.h"

#include "base/id.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define FIRST_WALL (INT64_C(1763647385) * SPAN_SECOND)

static void keeper_free(gpointer data)
{
    pretend_keeper *self = data;
    g_free(self->folder);
    g_free(self->script);
    g_free(self->output);
    g_free(self->handed_on);
    g_strfreev(self->environment);
    g_free(self);
}

static instant hand_now(void *context)
{
    return ((pretend *)context)->now;
}

/* ---- the journal ---- */

static record *last_of(const pretend *self, const char *stream)
{
    for (guint i = self->journal->len; i > 0; i--) {
        record *each = g_ptr_array_index(self->journal, i - 1);
        if (strcmp(each->stream, stream) == 0)
            return each;
    }
    return NULL;
}

static void append_one(pretend *self, record *fresh)
{
    const record *last = last_of(self, fresh->stream);
    fresh->number = last != NULL ? last->number + 1 : 1;
    record_seal(fresh, last != NULL ? last->hash : NULL);
    g_ptr_array_add(self->journal, record_copy(fresh));
}

/* As the store does: what opens and what closes is noted in the house's stream too. */
static void append_listing(pretend *self, const record *cause, GPtrArray *also)
{
    bool opens = cause->number == 1 || strcmp(cause->kind, "incident.reopened") == 0;
    bool closes = strcmp(cause->kind, "incident.closed") == 0;
    if (strcmp(cause->stream, STREAM_HOUSE) == 0 || (!opens && !closes))
        return;
    g_autoptr(record) note = record_copy(cause);
    g_free(note->stream), g_free(note->kind);
    note->stream = g_strdup(STREAM_HOUSE);
    note->kind = g_strdup(opens ? "house.stream_opened" : "house.stream_closed");
    json *body = json_object();
    json_put_text(body, "stream", cause->stream);
    json_put_text(body, "title", json_text(record_body(cause), "title", cause->stream));
    json_put_text(body, "service", json_text(record_body(cause), "service", NULL));
    json_put_text(body, "outcome", json_text(record_body(cause), "outcome", NULL));
    json_put_whole(body, "number", cause->number);
    json_put_text(body, "hash", cause->hash);
    record_set_body(note, body);
    append_one(self, note);
    g_ptr_array_add(also, record_copy(note));
}

static bool hand_append(void *context, GPtrArray *records, GPtrArray *also, bool *for_good, GError **error)
{
    pretend *self = context;
    *for_good = false;
    if (self->full != NULL)
        return fail(error, ERR_FAILED, "%s", self->full);
    if (self->dead) { /* an engine that is thought dead writes nothing */
        *for_good = true;
        return fail(error, ERR_FAILED, "dead");
    }
    for (guint i = 0; i < records->len; i++) {
        record *fresh = g_ptr_array_index(records, i);
        append_one(self, fresh);
        append_listing(self, fresh, also);
    }
    self->appends++;
    if (self->die_after != 0 && self->appends >= self->die_after) {
        self->dead = true;
        self->appends_at_death = self->appends;
    }
    return true;
}

static bool hand_read(void *context, const char *stream, store_sees sees, void *seer, GError **error)
{
    pretend *self = context;
    for (guint i = 0; i < self->journal->len; i++) {
        record *each = g_ptr_array_index(self->journal, i);
        if (strcmp(each->stream, stream) != 0)
            continue;
        if (g_strcmp0(self->damaged, stream) == 0 && each->number > 1)
            return fail(error, ERR_FAILED, "%s: record 2 does not match its hash", stream);
        if (!sees(each, seer))
            break;
    }
    return true;
}

static bool hand_of_command(void *context, const char *command, store_sees sees, void *seer, GError **error)
{
    pretend *self = context;
    (void)error;
    for (guint i = 0; i < self->journal->len; i++) {
        record *each = g_ptr_array_index(self->journal, i);
        if (strcmp(each->command, command) == 0 && !sees(each, seer))
            break;
    }
    return true;
}

/* ---- keepers ---- */

static bool hand_start(void *context, const char *folder, const keep_order *order, GError **error)
{
    pretend *self = context;
    (void)error;
    if (self->dead)
        return true;
    pretend_keeper *keeper = g_hash_table_lookup(self->keepers, folder);
    if (keeper == NULL) {
        keeper = g_new0(pretend_keeper, 1);
        keeper->folder = g_strdup(folder);
        keeper->script = g_strndup(order->script, order->script_length);
        g_hash_table_insert(self->keepers, keeper->folder, keeper);
        g_ptr_array_add(self->started, keeper);
    }
    keeper->starts++;
    g_strfreev(keeper->environment);
    keeper->environment = g_strdupv((char **)order->environment);
    keeper->state = KEEP_RUNNING;
    keeper->began = self->now.wall;
    return true;
}

static keep_seen *hand_look(void *context, const char *folder, const char *boot, GError **error)
{
    pretend *self = context;
    (void)error;
    keep_seen *seen = g_new0(keep_seen, 1);
    seen->survivors = g_array_new(FALSE, FALSE, sizeof(keep_process));
    const pretend_keeper *keeper = g_hash_table_lookup(self->keepers, folder);
    if (keeper == NULL) {
        seen->state = strcmp(boot, self->now.boot) == 0 ? KEEP_NEVER_BEGAN : KEEP_INTERRUPTED;
        return seen;
    }
    seen->state = keeper->state;
    seen->outcome = keeper->outcome;
    seen->number = keeper->number;
    seen->reason = keeper->reason;
    seen->step = 4711;
    seen->step_there = keeper->step_there;
    seen->asked = MOMENT_NONE;
    seen->words = g_strdup("");
    seen->lasted = self->now.wall - keeper->began;
    return seen;
}

static bool hand_cut(void *context, const char *folder, GError **error)
{
    pretend *self = context;
    pretend_keeper *keeper = g_hash_table_lookup(self->keepers, folder);
    if (keeper == NULL || keeper->state != KEEP_RUNNING)
        return fail(error, ERR_REFUSED, "it has ended");
    keeper->cut = true;
    keeper->cuts++;
    return true;
}

static GArray *hand_end_orphan(void *context, const char *folder, bool force, GError **error)
{
    pretend *self = context;
    pretend_keeper *keeper = g_hash_table_lookup(self->keepers, folder);
    GArray *left = g_array_new(FALSE, FALSE, sizeof(keep_process));
    keep_process process = { 4711, NULL };
    (void)error;
    if (keeper != NULL && keeper->step_there)
        g_array_append_val(left, process);
    if (keeper != NULL && force)
        keeper->step_there = false;
    return left;
}

static char *hand_said(void *context, const char *folder, bool errors)
{
    const pretend_keeper *keeper = g_hash_table_lookup(((pretend *)context)->keepers, folder);
    return g_strdup(keeper != NULL && !errors && keeper->output != NULL ? keeper->output : "");
}

static char *hand_handed_on(void *context, const char *folder, GError **error)
{
    const pretend_keeper *keeper = g_hash_table_lookup(((pretend *)context)->keepers, folder);
    const char *text = keeper != NULL ? keeper->handed_on : NULL;
    if (g_strcmp0(text, "(too large)") != 0)
        return g_strdup(text);
    fail(error, ERR_FAILED, "larger than 64 kB");
    return NULL;
}

static char *hand_path(void *context, const char *folder)
{
    (void)context;
    return g_strconcat("/pretend/", folder, NULL);
}

/* ---- the rest ---- */

static vault_answer hand_secret(void *context, const char *reference, char **value, GError **error)
{
    const char *secret = g_hash_table_lookup(((pretend *)context)->secrets, reference);
    if (secret == NULL) {
        fail(error, ERR_FAILED, "the secret '%s' is not there", reference);
        return VAULT_FAILS;
    }
    if (secret[0] == '\0')
        return VAULT_WAITS;
    *value = g_strdup(secret);
    return VAULT_GIVES;
}

static char *hand_playbook(void *context, const char *path, gsize *length, GError **error)
{
    const char *text = g_hash_table_lookup(((pretend *)context)->books, path);
    if (text == NULL) {
        fail(error, ERR_NOT_FOUND, "there is no %s", path);
        return NULL;
    }
    *length = strlen(text);
    return g_strdup(text);
}

static const reading *reading_of_metric(void *context, const char *metric)
{
    return g_hash_table_lookup(((pretend *)context)->readings, metric);
}

static const reading *no_baseline(void *context, const char *metric)
{
    (void)context, (void)metric;
    return NULL;
}

static uptime no_event(void *context, const char *event)
{
    (void)context, (void)event;
    return G_MININT64;
}

static evidence hand_evidence(void *context, const char *service, uptime now)
{
    (void)service;
    return (evidence){ .reading_of = reading_of_metric,
                       .baseline_of = no_baseline,
                       .event_at = no_event,
                       .context = context,
                       .now = now,
                       .deployed = G_MININT64 };
}

static void hand_notice(void *context, const char *title, const char *line, severity severity)
{
    pretend *self = context;
    (void)line, (void)severity;
    self->notices++;
    g_free(self->noticed);
    self->noticed = g_strdup(title);
}

static void hand_wake_at(void *context, uptime at)
{
    pretend *self = context;
    if (self->wake_at == 0 || at < self->wake_at)
        self->wake_at = at;
}

static void make_engine(pretend *self)
{
    hands hands = { .context = self,
                    .now = hand_now,
                    .append = hand_append,
                    .read = hand_read,
                    .of_command = hand_of_command,
                    .start = hand_start,
                    .look = hand_look,
                    .cut = hand_cut,
                    .end_orphan = hand_end_orphan,
                    .said = hand_said,
                    .handed_on = hand_handed_on,
                    .path = hand_path,
                    .secret = hand_secret,
                    .playbook = hand_playbook,
                    .evidence = hand_evidence,
                    .notice = hand_notice,
                    .wake_at = hand_wake_at };
    g_autoptr(GError) error = NULL;
    self->engine = engine_new(&hands, self->settings, &error);
    if (self->engine == NULL)
        g_error("%s", error->message);
}

pretend *pretend_new(void)
{
    pretend *self = g_new0(pretend, 1);
    self->now = (instant){ .wall = FIRST_WALL, .up = 100 * SPAN_SECOND, .boot = "boot-1" };
    self->journal = g_ptr_array_new_with_free_func((GDestroyNotify)record_free);
    self->keepers = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, keeper_free);
    self->started = g_ptr_array_new();
    self->books = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->readings = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->secrets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->settings = settings_shipped();
    make_engine(self);
    return self;
}

void pretend_free(pretend *self)
{
    if (self == NULL)
        return;
    engine_free(self->engine);
    settings_free(self->settings);
    g_ptr_array_unref(self->journal);
    g_ptr_array_unref(self->started);
    g_hash_table_unref(self->keepers);
    g_hash_table_unref(self->books);
    g_hash_table_unref(self->readings);
    g_hash_table_unref(self->secrets);
    g_free(self->full);
    g_free(self->noticed);
    g_free(self);
}

void pretend_book(pretend *self, const char *path, const char *text)
{
    g_hash_table_replace(self->books, g_strdup(path), g_strdup(text));
}

void pretend_reading(pretend *self, const char *metric, double value)
{
    reading *fresh = g_new0(reading, 1);
    *fresh = reading_of(value, self->now.up);
    g_hash_table_replace(self->readings, g_strdup(metric), fresh);
}

void pretend_silence(pretend *self, const char *metric)
{
    reading *fresh = g_new0(reading, 1);
    *fresh = (reading){ .state = READ_UNREACHABLE, .at = self->now.up };
    g_hash_table_replace(self->readings, g_strdup(metric), fresh);
}

void pretend_engine_again(pretend *self)
{
    engine_free(self->engine);
    self->dead = false;
    self->die_after = 0;
    self->wake_at = 0;
    make_engine(self);
    engine_tick(self->engine);
}

void pretend_reboot(pretend *self)
{
    for (guint i = 0; i < self->started->len; i++) {
        pretend_keeper *keeper = g_ptr_array_index(self->started, i);
        if (keeper->state == KEEP_RUNNING || keeper->state == KEEP_LOST) {
            keeper->state = KEEP_INTERRUPTED;
            keeper->step_there = false;
        }
    }
    self->now.wall += 60 * SPAN_SECOND;
    self->now.up = 20 * SPAN_SECOND;
    g_strlcpy(self->now.boot, "boot-2", sizeof self->now.boot);
    pretend_engine_again(self);
}

static void move_to(pretend *self, uptime up)
{
    self->now.wall += up - self->now.up;
    self->now.up = up;
}

void pretend_pass(pretend *self, span time)
{
    uptime until = self->now.up + time;
    for (guint turns = 0; self->wake_at != 0 && self->wake_at <= until; turns++) {
        if (turns > 100000)
            g_error("the engine wants to be woken for ever at %" G_GINT64_FORMAT, self->wake_at);
        uptime at = MAX(self->wake_at, self->now.up);
        self->wake_at = 0;
        move_to(self, at);
        engine_tick(self->engine);
    }
    move_to(self, until);
    engine_tick(self->engine);
}

const char *pretend_id(void)
{
    static char id[ID_SIZE];
    static guint count;
    guchar chance[16] = { 0 };
    count++;
    memcpy(chance, &count, sizeof count);
    id_make(FIRST_WALL, chance, id);
    return id;
}

json *pretend_question(const char *id, const char *verb, va_list pairs)
{
    json *args = json_object();
    for (const char *pair = va_arg(pairs, const char *); pair != NULL; pair = va_arg(pairs, const char *)) {
        const char *equals = strchr(pair, '=');
        g_autofree char *name = g_strndup(pair, (gsize)(equals - pair));
        if (strcmp(equals + 1, "(true)") == 0)
            json_put_flag(args, name, true);
        else
            json_put_text(args, name, equals + 1);
    }
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:{s:s}}", "id", id, "me", "ada", "means", "cli", "verb",
                     verb, "args", args, "env", "PATH", "/bin");
}

bool pretend_ask(pretend *self, char **why, const char *verb, ...)
{
    va_list pairs;
    va_start(pairs, verb);
    g_autoptr(json) question = pretend_question(pretend_id(), verb, pairs);
    va_end(pairs);
    g_autoptr(json) answer = engine_answer(self->engine, question, "ada@here");
    bool done = json_flag(answer, "done", false);
    if (why != NULL)
        *why = done ? g_strdup("")
                    : g_strdup_printf("%s; %s", json_text(answer, "why", ""), json_text(answer, "way", ""));
    return done;
}

pretend_keeper *pretend_running(const pretend *self)
{
    for (guint i = self->started->len; i > 0; i--) {
        pretend_keeper *keeper = g_ptr_array_index(self->started, i - 1);
        if (keeper->state == KEEP_RUNNING)
            return keeper;
    }
    return NULL;
}

void pretend_end(pretend *self, int code, const char *output)
{
    pretend_keeper *keeper = pretend_running(self);
    if (keeper == NULL)
        g_error("nothing runs that could end");
    keeper->state = KEEP_ENDED;
    keeper->outcome = KEEP_EXITED;
    keeper->number = code;
    keeper->reason = keeper->cut ? KEEP_BY_ABORT : KEEP_BY_ITSELF;
    keeper->output = g_strdup(output);
    engine_tick(self->engine);
}

const run *pretend_run(const pretend *self)
{
    g_autoptr(GPtrArray) open = board_open(engine_board(self->engine));
    if (open->len == 0)
        return NULL;
    return room_run(board_room(engine_board(self->engine), ((listed *)g_ptr_array_index(open, 0))->stream));
}

guint pretend_count(const pretend *self, const char *kind)
{
    guint count = 0;
    for (guint i = 0; i < self->journal->len; i++)
        if (strcmp(((record *)g_ptr_array_index(self->journal, i))->kind, kind) == 0)
            count++;
    return count;
}

const record *pretend_last(const pretend *self, const char *kind)
{
    for (guint i = self->journal->len; i > 0; i--) {
        const record *each = g_ptr_array_index(self->journal, i - 1);
        if (strcmp(each->kind, kind) == 0)
            return each;
    }
    return NULL;
}
