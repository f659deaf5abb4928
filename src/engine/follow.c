/* follow.c - the keepers that run now: their output is told as it comes, their end is seen at once. */
#include "program.h"

#include "base/text.h"
#include "world/clock.h"

#include <glib-unix.h>

#define BREATH 20       /* ms between two looks at a step that prints without end: a screen draws no faster */
#define PIECES_A_LOOK 4 /* of at most 64 kB: of what came more, the last is told, and how much was left out */
#define REPLAYED ((gint64)65536) /* to a face that comes while a step runs: the last of what others heard */

typedef struct following {
    program *program;
    char *folder;
    int watch;
    guint ready, breath;
    keep_output *output;
    gint64 told; /* bytes that faces heard, or were told of as left out */
} following;

static void following_free(gpointer data)
{
    following *self = data;
    if (self->ready != 0)
        g_source_remove(self->ready);
    if (self->breath != 0)
        g_source_remove(self->breath);
    if (self->watch >= 0)
        keep_watch_end(self->watch);
    keep_output_free(self->output);
    g_free(self->folder);
    g_free(self);
}

GHashTable *program_followed_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, NULL, following_free);
}

static json *piece_line(const following *self, const keep_piece *piece)
{
    json *line = json_object();
    g_autofree char *text = text_visible_lines(piece->bytes, (gssize)piece->length);
    g_auto(GStrv) parts = g_strsplit(self->folder, "/", 3);
    json_put_text(line, "told", "output");
    json_put_text(line, "incident", g_strv_length(parts) > 1 ? parts[1] : "");
    json_put_text(line, "folder", self->folder);
    json_put_whole(line, "at", piece->at);
    json_put_whole(line, "until", piece->offset + (gint64)piece->length);
    json_put_flag(line, "error", piece->is_error);
    if (piece->gap > 0)
        json_put_whole(line, "gap", piece->gap);
    json_put_text(line, "text", text);
    return line;
}

static void tell_piece(following *self, const keep_piece *piece)
{
    g_autoptr(json) line = piece_line(self, piece);
    server_tell_all(self->program->server, line);
    self->told = piece->offset + (gint64)piece->length;
}

static char *output_path(const following *self)
{
    return g_build_filename(self->program->state, self->folder, NULL);
}

/* A step that prints faster than anybody reads is told by its first and its last, and by how much lies between. */
static void tell_output(following *self)
{
    if (server_attached(self->program->server) == 0)
        return;
    g_autofree char *path = output_path(self);
    if (self->output == NULL)
        self->output = keep_output_open(path, 0, NULL);
    keep_piece piece, last = { 0 };
    g_autoptr(GByteArray) kept = NULL;
    for (int i = 0; self->output != NULL && keep_output_next(self->output, &piece); i++) {
        if (i < PIECES_A_LOOK) {
            tell_piece(self, &piece);
            continue;
        }
        gint64 left_out = kept != NULL ? last.gap + (gint64)last.length : 0;
        last = piece;
        last.gap += left_out;
        if (kept == NULL)
            kept = g_byte_array_new();
        g_byte_array_set_size(kept, 0);
        g_byte_array_append(kept, (const guint8 *)piece.bytes, (guint)piece.length);
    }
    if (kept == NULL)
        return;
    last.bytes = (const char *)kept->data;
    tell_piece(self, &last);
}

/* What the others heard already, for one who has just come. */
static void replay(const following *self, peer *to)
{
    g_autofree char *path = output_path(self);
    gint64 from = MAX(0, self->told - REPLAYED);
    g_autoptr(keep_output) output = self->told > 0 ? keep_output_open(path, from, NULL) : NULL;
    keep_piece piece;
    while (output != NULL && keep_output_next(output, &piece) && piece.offset < self->told) {
        piece.length = MIN(piece.length, (gsize)(self->told - piece.offset));
        piece.gap += from;
        from = 0;
        g_autoptr(json) line = piece_line(self, &piece);
        peer_send(to, line);
    }
}

static gboolean came(gint fd, GIOCondition condition, gpointer data);

static gboolean breathed(gpointer data)
{
    following *self = data;
    self->breath = 0;
    self->ready = g_unix_fd_add(self->watch, G_IO_IN, came, self);
    return G_SOURCE_REMOVE;
}

static gboolean came(gint fd, GIOCondition condition, gpointer data)
{
    following *self = data;
    program *program = self->program;
    (void)condition;
    keep_news news = keep_watch_hush(fd);
    if (news == KEEP_NO_NEWS)
        return G_SOURCE_CONTINUE;
    self->ready = 0;
    self->breath = g_timeout_add(BREATH, breathed, self);
    tell_output(self);
    if ((news & KEEP_MAY_HAVE_ENDED) == 0)
        return G_SOURCE_REMOVE;
    engine_tick(program->engine);
    program_follow(program); /* may free this very following: nothing of it is touched any more */
    return G_SOURCE_REMOVE;
}

static void follow_one(program *self, const char *folder)
{
    following *made = g_new0(following, 1);
    g_autofree char *path = g_build_filename(self->state, folder, NULL);
    made->program = self;
    made->folder = g_strdup(folder);
    made->watch = keep_watch(path);
    if (made->watch >= 0)
        made->ready = g_unix_fd_add(made->watch, G_IO_IN, came, made);
    g_hash_table_insert(self->followed, made->folder, made);
    tell_output(made); /* what came before the watch was up rings no more */
}

/* A face has come: what was printed before, and what was printed while nobody listened, rings no more. */
void program_follow_heard(program *self, peer *who)
{
    GHashTableIter each;
    gpointer item = NULL;
    g_hash_table_iter_init(&each, self->followed);
    while (g_hash_table_iter_next(&each, NULL, &item)) {
        replay(item, who);
        tell_output(item);
    }
}

static void let_go(program *self, char **running)
{
    GHashTableIter each;
    gpointer folder = NULL, item = NULL;
    g_hash_table_iter_init(&each, self->followed);
    while (g_hash_table_iter_next(&each, &folder, &item)) {
        if (g_strv_contains((const char *const *)running, folder))
            continue;
        tell_output(item); /* what came last */
        g_hash_table_iter_remove(&each);
    }
}

/* A step may have ended before it was watched: after a watch was put up it is looked at once more, and what that
 * look started is watched in turn. */
void program_follow(program *self)
{
    bool fresh = true;
    while (fresh) {
        g_auto(GStrv) running = engine_running(self->engine);
        fresh = false;
        let_go(self, running);
        for (guint i = 0; running[i] != NULL; i++) {
            if (g_hash_table_contains(self->followed, running[i]))
                continue;
            follow_one(self, running[i]);
            fresh = true;
        }
        if (fresh)
            engine_tick(self->engine);
    }
}
