#include "view.h"

#include "ask.h"
#include "base/fail.h"
#include "world/clock.h"
#include "world/store.h"

#include <string.h>

void view_clear(view *self)
{
    g_clear_pointer(&self->board, board_free);
}

static bool fold(const record *record, void *context)
{
    board_fold(context, record);
    return true;
}

/* Which stream is meant; NULL without an error: none, and none is needed. */
static bool pick(const call *self, const char *wanted, bool needs_room, const board *board,
                 const char **stream, GError **error)
{
    if (wanted == NULL)
        wanted = self->incident;
    g_autoptr(GPtrArray) open = board_open(board);
    *stream = NULL;
    if (wanted == NULL && !needs_room && open->len != 1)
        return true;
    return board_pick(board, wanted, stream, error);
}

static bool load_own(call *self, const char *wanted, bool needs_room, view *into, GError **error)
{
    g_autoptr(GError) trouble = NULL;
    g_autoptr(store) store = store_open_reading(self->state, &trouble);
    if (store == NULL && !g_error_matches(trouble, ERR, ERR_NOT_FOUND)) {
        g_propagate_error(error, g_steal_pointer(&trouble));
        return false;
    }
    if (store != NULL && !store_read(store, STREAM_HOUSE, 1, fold, into->board, error))
        return false;
    const char *stream = NULL;
    if (!pick(self, wanted, needs_room, into->board, &stream, error))
        return false;
    if (stream == NULL)
        return true;
    g_autofree char *name = g_strdup(stream); /* folding may move what the board lends */
    if (!store_read(store, name, 1, fold, into->board, error))
        return false;
    into->room = board_room(into->board, name);
    return true;
}

/* A guest has no file: every record comes over the socket, up to the last there was when we asked. */
static bool load_as_guest(call *self, const char *wanted, bool needs_room, view *into, GError **error)
{
    g_autoptr(GError) trouble = NULL;
    g_autoptr(client) engine = asking_look(self, &trouble);
    if (engine == NULL && trouble == NULL)
        return fail(error, ERR_NOT_FOUND, "no engine runs in %s, and its journal is another account's",
                    self->state);
    if (engine == NULL) {
        g_propagate_error(error, g_steal_pointer(&trouble));
        return false;
    }
    g_autoptr(json) from = json_pack("{s:i}", "after", 0);
    g_autoptr(json) answer = NULL;
    if (!client_ask(engine, "attach", from, NULL, &answer, error))
        return false;
    gint64 last = json_whole(json_object_get(answer, "data"), "position", 0);
    for (gint64 position = 0; position < last;) {
        g_autoptr(json) told = client_told(engine, CLIENT_PATIENCE, NULL);
        if (told == NULL)
            return fail(error, ERR_FAILED, "the engine stopped telling its records");
        if (g_strcmp0(json_text(told, "told", ""), "record") != 0)
            continue;
        position = json_whole(told, "position", last);
        g_autoptr(record) record = record_from_json(json_object_get(told, "record"), error);
        if (record == NULL)
            return false;
        board_fold(into->board, record);
    }
    const char *stream = NULL;
    if (!pick(self, wanted, needs_room, into->board, &stream, error))
        return false;
    into->room = stream != NULL ? board_room(into->board, stream) : NULL;
    return true;
}

bool view_load(call *self, const char *wanted, bool needs_room, view *result, GError **error)
{
    result->board = board_new();
    result->board->now = clock_now();
    if (is_guest(self))
        return load_as_guest(self, wanted, needs_room, result, error);
    return load_own(self, wanted, needs_room, result, error);
}
