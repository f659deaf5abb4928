#include "program.h"

#include "world/clock.h"
#include "world/files.h"

#include <string.h>

#define SAID_LONGEST (gsize)4096       /* of a check's or an identity's answer */
#define HANDED_ON_LARGEST (gsize)65536 /* of all that a step hands on */

static instant hand_now(void *context)
{
    (void)context;
    return clock_now();
}

/* ---- the journal ---- */

typedef struct telling {
    program *program;
    GPtrArray *also;
} telling;

static bool is_listing(const record *record)
{
    return strcmp(record->stream, STREAM_HOUSE) == 0 && g_str_has_prefix(record->kind, "house.stream_");
}

static bool tell_one(const record *record, void *context)
{
    telling *telling = context;
    program *self = telling->program;
    self->position++;
    if (is_listing(record))
        g_ptr_array_add(telling->also, record_copy(record));
    if (self->server == NULL || server_listeners(self->server) == 0)
        return true;
    g_autoptr(json) line = json_object();
    json_put_text(line, "told", "record");
    json_put_whole(line, "position", self->position);
    json_put(line, "record", record_json(record));
    server_tell_listeners(self->server, line);
    return true;
}

/* Only what opens or closes a stream brings records of the journal's own. */
static bool brings_listing(const GPtrArray *records)
{
    for (guint i = 0; i < records->len; i++) {
        const record *record = g_ptr_array_index(records, i);
        if (g_str_has_prefix(record->kind, "incident.opened") ||
            g_str_has_prefix(record->kind, "incident.closed") ||
            g_str_has_prefix(record->kind, "incident.reopened"))
            return true;
    }
    return false;
}

static bool hand_append(void *context, GPtrArray *records, GPtrArray *also, bool *for_good, GError **error)
{
    program *self = context;
    uptime began = clock_now().up;
    bool written = store_append(self->store, records, error);
    self->append_took = clock_now().up - began;
    if (!written) {
        *for_good = store_refuses(self->store) != NULL;
        if (self->trouble == NULL && !g_error_matches(*error, ERR, ERR_REFUSED))
            self->trouble = g_strdup((*error)->message);
        return false;
    }
    bool listening = self->server != NULL && server_listeners(self->server) > 0;
    if (!listening && !brings_listing(records)) {
        self->position += records->len;
        return true;
    }
    telling telling = { self, also };
    gint64 position = self->position;
    g_autoptr(GError) trouble = NULL;
    if (!store_follow(self->store, self->position, tell_one, &telling, &position, &trouble))
        g_warning("what was just appended cannot be read back: %s", trouble->message);
    return true;
}

static bool hand_read(void *context, const char *stream, store_sees sees, void *seer, GError **error)
{
    program *self = context;
    return store_read(self->store, stream, 1, sees, seer, error);
}

static bool hand_of_command(void *context, const char *command, store_sees sees, void *seer, GError **error)
{
    program *self = context;
    return store_of_command(self->store, command, sees, seer, error);
}

/* ---- keepers ---- */

static char *hand_path(void *context, const char *folder)
{
    program *self = context;
    return g_build_filename(self->state, folder, NULL);
}

static bool hand_start(void *context, const char *folder, const keep_order *order, GError **error)
{
    g_autofree char *path = hand_path(context, folder);
    return keep_start(path, order, error);
}

static keep_seen *hand_look(void *context, const char *folder, const char *boot, GError **error)
{
    g_autofree char *path = hand_path(context, folder);
    return keep_look(path, boot, error);
}

static bool hand_cut(void *context, const char *folder, GError **error)
{
    g_autofree char *path = hand_path(context, folder);
    return keep_abort(path, error);
}

static GArray *hand_end_orphan(void *context, const char *folder, bool force, GError **error)
{
    g_autofree char *path = hand_path(context, folder);
    return keep_end_orphan(path, force, error);
}

static char *hand_said(void *context, const char *folder, bool errors)
{
    g_autofree char *path = hand_path(context, folder);
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(keep_output) output = keep_output_open(path, 0, NULL);
    keep_piece piece;
    while (output != NULL && keep_output_next(output, &piece)) {
        if (piece.is_error != errors)
            continue;
        g_string_append_len(text, piece.bytes, (gssize)piece.length);
        if (text->len > 2 * SAID_LONGEST)
            g_string_erase(text, 0, (gssize)(text->len - SAID_LONGEST));
    }
    for (gsize i = 0; i < text->len; i++)
        if (text->str[i] == '\0')
            text->str[i] = ' ';
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static char *hand_handed_on(void *context, const char *folder, GError **error)
{
    g_autofree char *path = hand_path(context, folder);
    g_autofree char *file = g_build_filename(path, "handed-on", NULL);
    g_autoptr(GError) trouble = NULL;
    char *text = file_read(file, HANDED_ON_LARGEST, NULL, &trouble);
    if (text == NULL && !g_error_matches(trouble, ERR, ERR_NOT_FOUND))
        g_propagate_error(error, g_steal_pointer(&trouble));
    return text;
}

/* ---- the rest ---- */

/* What `env:` names is looked for in the environment this engine was started with: say whose that was. */
static vault_answer hand_secret(void *context, const char *reference, char **value, GError **error)
{
    program *self = context;
    g_autoptr(GError) trouble = NULL;
    vault_answer answer = vault_ask(self->vault, reference, value, &trouble);
    if (trouble == NULL)
        return answer;
    g_autofree char *clock = moment_human(self->started.wall);
    bool of_environment = g_str_has_prefix(reference, "env:");
    fail(error, ERR_FAILED, "%s%s%s%s%s", trouble->message,
         of_environment ? "; the engine was started by " : "", of_environment ? self->me : "",
         of_environment ? " at " : "", of_environment ? clock : "");
    return answer;
}

static char *hand_playbook(void *context, const char *path, gsize *length, GError **error)
{
    (void)context;
    return file_read_owned(path, PLAYBOOK_LARGEST, length, error);
}

static evidence hand_evidence(void *context, const char *service, uptime now)
{
    program *self = context;
    return poll_evidence(self->poller, service, now);
}

static void hand_notice(void *context, const char *title, const char *line, severity severity)
{
    program *self = context;
    if (self->notifier != NULL)
        notice_give(self->notifier, title, line, severity);
}

static gboolean wake(gpointer context)
{
    program *self = context;
    self->wake = 0;
    self->wake_at = 0;
    engine_tick(self->engine);
    program_follow(self);
    return G_SOURCE_REMOVE;
}

static void hand_wake_at(void *context, uptime at)
{
    program *self = context;
    if (self->wake != 0 && self->wake_at <= at)
        return;
    if (self->wake != 0)
        g_source_remove(self->wake);
    uptime now = clock_now().up;
    guint wait = at > now ? (guint)MIN((at - now + 999) / SPAN_MILLISECOND, 60000) : 0;
    self->wake_at = at;
    self->wake = g_timeout_add(wait, wake, self);
}

hands program_hands(program *self)
{
    return (hands){
        .context = self,
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
        .wake_at = hand_wake_at,
    };
}
