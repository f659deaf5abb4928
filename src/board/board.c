#include "board/board.h"

#include "journal/kind.h"

#include <string.h>

static void room_free(gpointer data)
{
    room *self = data;
    incident_free(self->incident);
    g_ptr_array_unref(self->runs);
    g_free(self->trouble);
    g_free(self);
}

static void listed_free(gpointer data)
{
    listed *self = data;
    g_free(self->stream);
    g_free(self->title);
    g_free(self->service);
    g_free(self->outcome);
    g_free(self);
}

static void json_unref(gpointer data)
{
    json_decref(data);
}

static void run_free_item(gpointer data)
{
    run_free(data);
}

board *board_new(void)
{
    board *self = g_new0(board, 1);
    self->rooms = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, room_free);
    self->streams = g_ptr_array_new_with_free_func(listed_free);
    self->listing = g_hash_table_new(g_str_hash, g_str_equal);
    self->triggers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, json_unref);
    self->silent = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->events = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->engine_since = MOMENT_NONE;
    return self;
}

void board_free(board *self)
{
    if (self == NULL)
        return;
    g_hash_table_unref(self->rooms);
    g_hash_table_unref(self->listing);
    g_ptr_array_unref(self->streams);
    g_hash_table_unref(self->triggers);
    g_hash_table_unref(self->silent);
    g_hash_table_unref(self->events);
    g_free(self->config_digest);
    g_free(self->engine_boot);
    g_free(self);
}

/* ---- looking ---- */

room *board_room(const board *self, const char *stream)
{
    return g_hash_table_lookup(self->rooms, stream);
}

run *room_run(const room *self)
{
    return self->runs->len > 0 ? g_ptr_array_index(self->runs, self->runs->len - 1) : NULL;
}

static listed *find_listed(const board *self, const char *stream)
{
    return g_hash_table_lookup(self->listing, stream);
}

const listed *board_listed(const board *self, const char *stream)
{
    return find_listed(self, stream);
}

GPtrArray *board_open(const board *self)
{
    GPtrArray *open = g_ptr_array_new();
    for (guint i = 0; i < self->streams->len; i++) {
        listed *item = g_ptr_array_index(self->streams, i);
        if (item->closed == MOMENT_NONE)
            g_ptr_array_add(open, item);
    }
    return open;
}

guint board_count(const board *self, const char *family)
{
    g_autofree char *prefix = g_strconcat(family, "-", NULL);
    guint count = 0;
    for (guint i = 0; i < self->streams->len; i++) {
        const listed *item = g_ptr_array_index(self->streams, i);
        if (g_str_has_prefix(item->stream, prefix))
            count++;
    }
    return count;
}

bool board_pick(const board *self, const char *wanted, const char **stream, GError **error)
{
    if (wanted != NULL) {
        const listed *found = board_listed(self, wanted);
        if (found == NULL)
            return fail(error, ERR_NOT_FOUND, "there is no incident '%s'; 'warroom incident list' names them",
                        wanted);
        *stream = found->stream;
        return true;
    }
    g_autoptr(GPtrArray) open = board_open(self);
    if (open->len == 0)
        return fail(error, ERR_NOT_FOUND, "no incident is open; 'warroom start TITLE' opens one");
    if (open->len > 1) {
        g_autoptr(GString) names = g_string_new(NULL);
        for (guint i = 0; i < open->len; i++)
            g_string_append_printf(names, "%s%s", i > 0 ? ", " : "",
                                   ((listed *)g_ptr_array_index(open, i))->stream);
        return fail(error, ERR_USAGE, "%u incidents are open: %s; -i ID names one", open->len, names->str);
    }
    *stream = ((listed *)g_ptr_array_index(open, 0))->stream;
    return true;
}

/* ---- folding ---- */

static void fold_listing(board *self, const record *record, const json *body)
{
    const char *stream = json_text(body, "stream", "");
    listed *item = find_listed(self, stream);
    if (strcmp(record->kind, "house.stream_opened") == 0) {
        if (item == NULL) {
            item = g_new0(listed, 1);
            item->stream = g_strdup(stream);
            item->title = g_strdup(json_text(body, "title", ""));
            item->service = g_strdup(json_text(body, "service", ""));
            item->opened = record->happened;
            g_ptr_array_add(self->streams, item);
            g_hash_table_insert(self->listing, item->stream, item);
        }
        item->closed = MOMENT_NONE; /* also when one is opened again */
    } else if (item != NULL) {
        item->closed = record->happened;
        g_free(item->outcome);
        item->outcome = g_strdup(json_text(body, "outcome", ""));
    }
}

static void fold_trigger(board *self, const record *record, const json *body)
{
    json *change = json_deep_copy(body);
    json_put_whole(change, "since", record->happened);
    json_put_whole(change, "up", record->up);
    json_put_text(change, "boot", record->boot);
    g_hash_table_replace(self->triggers, g_strdup(json_text(body, "trigger", "")), change);
}

static void fold_event(board *self, const record *record, const json *body)
{
    g_hash_table_replace(self->events, g_strdup(json_text(body, "event", "")),
                         g_memdup2(&record->happened, sizeof record->happened));
}

static void fold_house(board *self, const record *record)
{
    const char *kind = record->kind;
    const json *body = record_body(record);
    if (!kind_knows(record)) {
        self->unknown++;
    } else if (g_str_has_prefix(kind, "house.stream_")) {
        fold_listing(self, record, body);
    } else if (strcmp(kind, "house.engine_started") == 0) {
        self->engine_since = record->happened;
        self->engine_left = false;
        g_free(self->engine_boot);
        self->engine_boot = g_strdup(record->boot);
    } else if (strcmp(kind, "house.engine_left") == 0) {
        self->engine_left = true;
    } else if (strcmp(kind, "house.settings_loaded") == 0) {
        g_free(self->config_digest);
        self->config_digest = g_strdup(json_text(body, "digest", ""));
    } else if (strcmp(kind, "trigger.changed") == 0) {
        fold_trigger(self, record, body);
    } else if (strcmp(kind, "event.told") == 0) {
        fold_event(self, record, body);
    } else if (strcmp(kind, "source.silent") == 0) {
        g_hash_table_replace(self->silent, g_strdup(json_text(body, "source", "")),
                             g_strdup(json_text(body, "why", "")));
    } else if (strcmp(kind, "source.answered") == 0) {
        g_hash_table_remove(self->silent, json_text(body, "source", ""));
    }
}

static void fold_room(board *self, const record *record)
{
    room *place = board_room(self, record->stream);
    if (place == NULL) {
        place = g_new0(room, 1);
        place->incident = incident_new(record->stream);
        place->runs = g_ptr_array_new_with_free_func(run_free_item);
        g_hash_table_insert(self->rooms, g_strdup(record->stream), place);
    }
    incident_fold(place->incident, record);
    if (!kind_knows(record)) {
        self->unknown++;
        return;
    }
    if (strcmp(record->kind, "run.prepared") == 0) {
        g_autoptr(GError) trouble = NULL;
        run *prepared = run_from_record(record, &trouble);
        if (prepared != NULL) {
            g_ptr_array_add(place->runs, prepared);
        } else {
            g_free(place->trouble);
            place->trouble = g_strdup(trouble->message);
        }
        return;
    }
    for (guint i = 0; i < place->runs->len; i++)
        run_fold(g_ptr_array_index(place->runs, i), record);
}

void board_fold(board *self, const record *record)
{
    if (strcmp(record->stream, STREAM_HOUSE) == 0)
        fold_house(self, record);
    else
        fold_room(self, record);
}
