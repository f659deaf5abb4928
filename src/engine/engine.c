#include "inside.h"

#include "base/id.h"
#include "base/text.h"
#include "journal/kind.h"
#include "world/secret.h"

#include <string.h>

/* ---- life ---- */

void judging_clear(judging *self)
{
    g_clear_pointer(&self->key, g_free);
    g_clear_pointer(&self->watch, watch_free);
    g_clear_pointer(&self->condition, condition_free);
}

static void judging_free(gpointer data)
{
    judging_clear(data);
    g_free(data);
}

static void memory_free(gpointer data)
{
    memory *self = data;
    if (self->env != NULL)
        json_decref(self->env);
    g_free(self->cut);
    judging_clear(&self->present);
    g_ptr_array_unref(self->aborts);
    g_hash_table_unref(self->secrets);
    g_free(self);
}

memory *engine_memory(engine *self, const room *room, const run *run)
{
    g_autofree char *key = g_strdup_printf("%s %s", room->incident->id, run->id);
    memory *found = g_hash_table_lookup(self->memories, key);
    if (found == NULL) {
        found = g_new0(memory, 1);
        found->aborts = g_ptr_array_new_with_free_func(judging_free);
        found->secrets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)secret_free);
        g_hash_table_insert(self->memories, g_steal_pointer(&key), found);
    }
    return found;
}

static bool fold_one(const record *record, void *context)
{
    board_fold(context, record);
    return true;
}

/* Boot clocks in the journal may be of another boot: what is waited for is waited for from now. */
static void room_wake(engine *self, room *room)
{
    instant now = self->hands.now(self->hands.context);
    for (guint i = 0; i < room->runs->len; i++)
        run_wake(g_ptr_array_index(room->runs, i), &now);
}

room *engine_room(engine *self, const char *stream, GError **error)
{
    room *found = board_room(self->board, stream);
    if (found != NULL)
        return found;
    if (!self->hands.read(self->hands.context, stream, fold_one, self->board, error)) {
        g_hash_table_remove(self->board->rooms,
                            stream); /* a part of it would be taken for the whole next time */
        return NULL;
    }
    found = board_room(self->board, stream);
    if (found == NULL) {
        fail(error, ERR_NOT_FOUND, "there is no incident '%s'; 'warroom incident list' names them", stream);
        return NULL;
    }
    room_wake(self, found);
    return found;
}

engine *engine_new(const hands *hands, const settings *settings, GError **error)
{
    g_autoptr(engine) self = g_new0(engine, 1);
    self->hands = *hands;
    self->settings = settings;
    self->board = board_new();
    self->batch = g_ptr_array_new_with_free_func((GDestroyNotify)record_free);
    self->memories = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, memory_free);
    self->owed = g_ptr_array_new_with_free_func((GDestroyNotify)record_free);
    self->command = "";
    if (!hands->read(hands->context, STREAM_HOUSE, fold_one, self->board, error))
        return NULL;
    g_autoptr(GPtrArray) open = board_open(self->board);
    for (guint i = 0; i < open->len; i++)
        if (engine_room(self, ((listed *)g_ptr_array_index(open, i))->stream, error) == NULL)
            return NULL;
    return g_steal_pointer(&self);
}

void engine_use(engine *self, const settings *settings)
{
    self->settings = settings;
}

void engine_free(engine *self)
{
    if (self == NULL)
        return;
    g_hash_table_unref(self->memories);
    g_ptr_array_unref(self->batch);
    g_ptr_array_unref(self->owed);
    board_free(self->board);
    g_free(self->trouble);
    g_free(self);
}

const board *engine_board(const engine *self)
{
    return self->board;
}

const char *engine_trouble(const engine *self)
{
    return self->trouble;
}

bool engine_is_broken(const engine *self)
{
    return self->broken;
}

bool engine_is_needed(const engine *self)
{
    g_autoptr(GPtrArray) open = board_open(self->board);
    return open->len > 0;
}

char **engine_running(const engine *self)
{
    g_autoptr(GStrvBuilder) folders = g_strv_builder_new();
    GHashTableIter each;
    gpointer item = NULL;
    g_hash_table_iter_init(&each, self->board->rooms);
    while (g_hash_table_iter_next(&each, NULL, &item)) {
        const run *run = room_run(item);
        if (run != NULL && run->present != NULL)
            g_strv_builder_add(folders, run->present->folder);
    }
    return g_strv_builder_end(folders);
}

/* ---- noting and committing ---- */

/* The number it will get: the store numbers in the same order. */
static gint64 next_number(const engine *self, const char *stream)
{
    for (guint i = self->batch->len; i > 0; i--) {
        const record *noted = g_ptr_array_index(self->batch, i - 1);
        if (strcmp(noted->stream, stream) == 0)
            return noted->number + 1;
    }
    const room *room = board_room(self->board, stream);
    return room != NULL ? room->incident->number + 1 : 0;
}

static void set(char **place, const char *text)
{
    g_free(*place);
    *place = g_strdup(text != NULL ? text : "");
}

const record *engine_note_at(engine *self, const char *stream, const char *kind, json *body, moment happened)
{
    instant now = self->hands.now(self->hands.context);
    record *noted = record_new(kind);
    set(&noted->stream, stream);
    set(&noted->boot, now.boot);
    set(&noted->by.name, self->by.name != NULL ? self->by.name : "warroom");
    set(&noted->by.account, self->by.account);
    set(&noted->by.means, self->by.means);
    set(&noted->command, self->command);
    noted->version = kind_find(kind)->version;
    noted->noted = now.wall;
    noted->happened = happened == MOMENT_NONE ? now.wall : happened;
    noted->up = now.up;
    noted->number = next_number(self, stream);
    record_set_body(noted, body);
    g_autoptr(GError) misfit = NULL;
    if (!kind_fits(noted, &misfit)) /* a record is right or it is not written: this is our own mistake */
        g_error("%s: %s", kind, misfit->message);
    board_fold(self->board, noted);
    g_ptr_array_add(self->batch, noted);
    return noted;
}

const record *engine_note(engine *self, const char *stream, const char *kind, json *body)
{
    return engine_note_at(self, stream, kind, body, MOMENT_NONE);
}

/* What was folded and could not be written never happened: the board becomes what the journal says. */
static void unfold(engine *self)
{
    board *again = board_new();
    g_autoptr(GError) trouble = NULL;
    bool read = self->hands.read(self->hands.context, STREAM_HOUSE, fold_one, again, &trouble);
    g_autoptr(GPtrArray) open = board_open(again);
    for (guint i = 0; read && i < open->len; i++)
        read = self->hands.read(self->hands.context, ((listed *)g_ptr_array_index(open, i))->stream, fold_one,
                                again, &trouble);
    if (!read) {
        self->broken = true;
        set(&self->trouble, trouble->message);
        board_free(again);
        return;
    }
    board_free(self->board);
    self->board = again;
    GHashTableIter each;
    gpointer item = NULL;
    g_hash_table_iter_init(&each, again->rooms);
    while (g_hash_table_iter_next(&each, NULL, &item))
        room_wake(self, item);
}

/* An order that was refused after all: what it noted is forgotten. */
static void drop_batch(engine *self)
{
    g_ptr_array_set_size(self->batch, 0);
    unfold(self);
}

bool engine_commit(engine *self, GError **error)
{
    if (self->batch->len == 0)
        return true;
    if (self->broken)
        return fail(error, ERR_FAILED, "%s", self->trouble);
    g_autoptr(GError) trouble = NULL;
    bool for_good = false;
    g_autoptr(GPtrArray) also = g_ptr_array_new_with_free_func((GDestroyNotify)record_free);
    bool written = self->hands.append(self->hands.context, self->batch, also, &for_good, &trouble);
    g_autoptr(GPtrArray) batch = self->batch;
    self->batch = g_ptr_array_new_with_free_func((GDestroyNotify)record_free);
    if (!written) {
        /* A record that is refused speaks of itself, not of the journal. */
        if (for_good || !g_error_matches(trouble, ERR, ERR_REFUSED))
            set(&self->trouble, trouble->message);
        self->broken = for_good;
        unfold(self);
        g_propagate_error(error, g_steal_pointer(&trouble));
        return false;
    }
    g_clear_pointer(&self->trouble, g_free);
    for (guint i = 0; i < batch->len; i++) {
        const record *record = g_ptr_array_index(batch, i);
        room *room = board_room(self->board, record->stream);
        if (room != NULL) {
            room->incident->number = record->number;
            memcpy(room->incident->head, record->hash, sizeof room->incident->head);
        }
    }
    for (guint i = 0; i < also->len; i++)
        board_fold(self->board, g_ptr_array_index(also, i));
    return true;
}

bool engine_say(engine *self, const char *kind, json *body, GError **error)
{
    engine_note(self, STREAM_HOUSE, kind, body);
    return engine_commit(self, error);
}

/* ---- what the poller found ---- */

/* The open incident a trigger speaks of: the one of its service, or the only one there is. NULL when there is none.
 * The caller frees: a commit that fails makes the board anew. */
static char *incident_of(const engine *self, const trigger *trigger)
{
    g_autoptr(GPtrArray) open = board_open(self->board);
    for (guint i = 0; i < open->len; i++) {
        const listed *item = g_ptr_array_index(open, i);
        if (trigger->service != NULL ? g_strcmp0(item->service, trigger->service) == 0 : open->len == 1)
            return g_strdup(item->stream);
    }
    return NULL;
}

void engine_trigger(engine *self, const trigger *trigger, watch_state from, watch_state to, const char *rule,
                    const double *value, const double *limit, const char *why, const json *kept)
{
    g_autoptr(json) body = json_object();
    json_put_text(body, "trigger", trigger->name);
    json_put_text(body, "from", watch_state_name(from));
    json_put_text(body, "to", watch_state_name(to));
    if (value != NULL)
        json_put_decimal(body, "value", *value);
    if (limit != NULL)
        json_put_decimal(body, "limit", *limit);
    json_put_text(body, "rule", rule);
    json_put_text(body, "severity", severity_names[trigger->severity]);
    if (why != NULL && why[0] != '\0')
        json_put_text(body, "why", why);
    g_autofree char *incident = incident_of(self, trigger);
    const room *room = incident != NULL ? board_room(self->board, incident) : NULL;
    if (room != NULL && incident_may_grow(room->incident))
        engine_note(self, incident, "trigger.changed", json_deep_copy(body));
    json *house = json_deep_copy(body);
    json_put(house, "kept", json_deep_copy(kept));
    engine_note(self, STREAM_HOUSE, "trigger.changed", house);
    g_autoptr(GError) trouble = NULL;
    if (!engine_commit(self, &trouble))
        g_warning("trigger %s: %s", trigger->name, trouble->message);
    if (to == WATCH_FIRING && from != WATCH_CLEARING) {
        g_autofree char *numbers = value != NULL && limit != NULL
                                       ? g_strdup_printf(" (%.4g, limit %.4g)", *value, *limit)
                                       : g_strdup("");
        g_autofree char *line = g_strdup_printf("%s: %s%s", trigger->name, rule, numbers);
        self->hands.notice(self->hands.context, incident != NULL ? incident : "warroom", line,
                           trigger->severity);
    }
    engine_tick(self);
}

void engine_source(engine *self, const char *source, bool silent, const char *why)
{
    json *body = json_object();
    json_put_text(body, "source", source);
    if (silent)
        json_put_text(body, "why", why);
    g_autoptr(GError) trouble = NULL;
    if (!engine_say(self, silent ? "source.silent" : "source.answered", body, &trouble))
        g_warning("source %s: %s", source, trouble->message);
}

/* ---- answering ---- */

/* Who asks stands in every record: what fits into none is refused before anything is done. */
static bool who_fits(const who *by, GError **error)
{
    const struct {
        const char *what, *text;
    } rows[] = { { "me", by->name }, { "means", by->means }, { "account", by->account } };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (strlen(rows[i].text) > STORE_TEXT_LARGEST)
            return fail(error, ERR_USAGE,
                        "'%s' is longer than %" G_GSIZE_FORMAT " bytes; a shorter one is wanted",
                        rows[i].what, STORE_TEXT_LARGEST);
    return true;
}

static bool collect(const record *record, void *context)
{
    json_array_append_new(context, record_json(record));
    return true;
}

static json *answer_make(const char *id, bool done)
{
    json *answer = json_object();
    json_put_text(answer, "id", id);
    json_put_flag(answer, "done", done);
    return answer;
}

/* A refusal's way on is what stands behind its last semicolon: "cannot run: it is running; 'warroom pause' ..." */
static json *answer_refused(const char *id, const GError *error, const char *confirm)
{
    json *answer = answer_make(id, false);
    json_put_whole(answer, "code", fail_exit_code(error));
    const char *way = g_strrstr(error->message, "; ");
    g_autofree char *why = way != NULL ? g_strndup(error->message, (gsize)(way - error->message)) : NULL;
    json_put_text(answer, "why", why != NULL ? why : error->message);
    json_put_text(answer, "way", way != NULL ? way + 2 : "");
    json_put_text(answer, "confirm", confirm);
    return answer;
}

static json *answer_again(engine *self, const char *id)
{
    g_autoptr(json) records = json_array();
    g_autoptr(GError) trouble = NULL;
    if (!self->hands.of_command(self->hands.context, id, collect, records, &trouble))
        return answer_refused(id, trouble, NULL);
    if (json_array_size(records) == 0)
        return NULL;
    json *answer = answer_make(id, true);
    json_put(answer, "records", g_steal_pointer(&records));
    json_put_flag(answer, "again", true);
    return answer;
}

/* A stop counts although it could not be written: it is owed to the journal, and nothing starts meanwhile. */
static bool owe_stop(engine *self, GPtrArray *stop)
{
    for (guint i = 0; i < stop->len; i++)
        g_ptr_array_add(self->owed, record_copy(g_ptr_array_index(stop, i)));
    return stop->len > 0;
}

static GPtrArray *copy_of_stop(const engine *self, const char *verb)
{
    GPtrArray *copies = g_ptr_array_new_with_free_func((GDestroyNotify)record_free);
    bool stops = strcmp(verb, "pause") == 0 || strcmp(verb, "abort") == 0;
    for (guint i = 0; stops && i < self->batch->len; i++)
        g_ptr_array_add(copies, record_copy(g_ptr_array_index(self->batch, i)));
    return copies;
}

static json *answer_carry_out(engine *self, const json *question, const char *id)
{
    g_autoptr(GError) refusal = NULL;
    order order = { .engine = self,
                    .verb = json_text(question, "verb", ""),
                    .args = json_object_get(question, "args"),
                    .env = json_object_get(question, "env") };
    g_autoptr(json) nothing = json_object();
    if (order.args == NULL)
        order.args = nothing;
    json *answer = NULL;
    g_autoptr(json) records = json_array();
    bool done = order_carry_out(&order, &refusal);
    g_autoptr(GPtrArray) stop = copy_of_stop(self, order.verb);
    if (!done && self->batch->len > 0)
        drop_batch(self);
    bool unwritten = false;
    if (done && self->batch->len > 0) {
        done = engine_commit(self, &refusal);
        /* A record that is none will never be taken; one that finds no room will. */
        unwritten =
            !done && !self->broken && !g_error_matches(refusal, ERR, ERR_REFUSED) && owe_stop(self, stop);
        if (done)
            done = self->hands.of_command(self->hands.context, id, collect, records, &refusal);
    }
    if (unwritten) {
        answer = answer_make(id, true);
        json_put(answer, "records", json_array());
        json_put_text(answer, "unwritten", refusal->message);
    } else if (done) {
        answer = answer_make(id, true);
        json_put(answer, "records", g_steal_pointer(&records));
        json_put(answer, "data", json_incref(order.data));
        json_put_flag(answer, "again", false);
    } else {
        answer = answer_refused(id, refusal, order.confirm);
    }
    if (order.data != NULL)
        json_decref(order.data);
    g_free(order.confirm);
    return answer;
}

/* What could not be written is written as soon as it can be, with the time at which it was so. */
static bool pay_owed(engine *self)
{
    if (self->owed->len == 0)
        return true;
    g_autoptr(GPtrArray) owed = self->owed;
    self->owed = g_ptr_array_new_with_free_func((GDestroyNotify)record_free);
    for (guint i = 0; i < owed->len; i++) {
        const record *stop = g_ptr_array_index(owed, i);
        self->by = stop->by;
        self->command = stop->command;
        engine_note_at(self, stop->stream, stop->kind, json_deep_copy(record_body(stop)), stop->happened);
    }
    g_autoptr(GError) trouble = NULL;
    bool paid = engine_commit(self, &trouble);
    self->by = (who){ 0 };
    self->command = "";
    if (!paid) {
        g_ptr_array_unref(self->owed);
        self->owed = g_steal_pointer(&owed);
    }
    return paid;
}

json *engine_answer(engine *self, const json *question, const char *account)
{
    const char *id = json_text(question, "id", "");
    g_autoptr(GError) bad = NULL;
    if (!id_is_good(id)) {
        fail(&bad, ERR_USAGE, "a question without a proper id");
        return answer_refused(id, bad, NULL);
    }
    pay_owed(self); /* what is asked now is asked of what is so */
    json *again = answer_again(self, id);
    if (again != NULL)
        return again;
    who by = { .name = (char *)json_text(question, "me", ""),
               .account = (char *)account,
               .means = (char *)json_text(question, "means", "") };
    if (!who_fits(&by, &bad))
        return answer_refused(id, bad, NULL);
    self->by = by;
    self->command = id;
    json *answer = answer_carry_out(self, question, id);
    self->by = (who){ 0 };
    self->command = "";
    engine_tick(self);
    return answer;
}

void engine_tick(engine *self)
{
    if (self->walking || self->broken) /* a commit on the way may tell somebody who calls back */
        return;
    self->walking = true;
    if (pay_owed(self))
        walk_all(self);
    else
        self->hands.wake_at(self->hands.context, self->hands.now(self->hands.context).up + SPAN_SECOND);
    self->walking = false;
}
