#include "world/store.h"

#include "journal/chain.h"
#include "journal/kind.h"
#include "store_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define CHECKPOINT_FRAMES 1000 /* 4 MB of write-ahead file: then it is begun anew */

static void store_doorbell_make(store *self)
{
    g_autofree char *path = g_build_filename(self->file->folder, BELL_NAME, NULL);
    self->bell = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
}

static int store_count_frames(void *context, sqlite3 *db, const char *name, int frames)
{
    (void)db, (void)name;
    ((store *)context)->frames = frames;
    return SQLITE_OK;
}

static store *store_open(const char *folder, bool writing, GError **error)
{
    g_autoptr(store_file) file = store_file_open(folder, writing, error);
    if (file == NULL)
        return NULL;
    store *self = g_new0(store, 1);
    self->file = g_steal_pointer(&file);
    self->tails = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->bell = -1;
    self->frames_too_many = CHECKPOINT_FRAMES;
    if (writing) {
        sqlite3_wal_hook(self->file->db, store_count_frames, self);
        store_doorbell_make(self);
    }
    return self;
}

store *store_open_writing(const char *folder, GError **error)
{
    return store_open(folder, true, error);
}

store *store_open_reading(const char *folder, GError **error)
{
    return store_open(folder, false, error);
}

void store_close(store *self)
{
    if (self == NULL)
        return;
    sqlite3_stmt *statements[] = { self->begin, self->commit, self->rollback, self->add, self->last };
    for (gsize i = 0; i < G_N_ELEMENTS(statements); i++)
        sqlite3_finalize(statements[i]);
    for (gsize i = 0; i < READINGS; i++)
        sqlite3_finalize(self->idle[i]);
    if (self->bell >= 0)
        close(self->bell);
    g_hash_table_unref(self->tails);
    store_file_close(self->file);
    g_free(self);
}

bool store_is_ours(store *self, GError **error)
{
    return store_file_is_ours(self->file, error);
}

/* ---- appending ---- */

static bool text_is_good(const char *what, const char *text, gsize largest, GError **error)
{
    gsize length = strlen(text);
    if (length > largest)
        return fail(error, ERR_REFUSED,
                    "%s has %" G_GSIZE_FORMAT " bytes: at most %" G_GSIZE_FORMAT " fit into a record", what,
                    length, largest);
    if (!g_utf8_validate(text, (gssize)length, NULL))
        return fail(error, ERR_REFUSED, "%s is not UTF-8", what);
    return true;
}

static bool record_is_good(const record *each, GError **error)
{
    const struct {
        const char *what, *text;
        gsize largest;
    } rows[] = {
        { "the stream's name", each->stream, STORE_TEXT_LARGEST },
        { "the kind", each->kind, STORE_TEXT_LARGEST },
        { "the boot id", each->boot, STORE_TEXT_LARGEST },
        { "the name", each->by.name, STORE_TEXT_LARGEST },
        { "the account", each->by.account, STORE_TEXT_LARGEST },
        { "the means", each->by.means, STORE_TEXT_LARGEST },
        { "the command's id", each->command, STORE_TEXT_LARGEST },
        { "the body", each->body, STORE_BODY_LARGEST },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (!text_is_good(rows[i].what, rows[i].text, rows[i].largest, error)) {
            g_prefix_error(error, "%s: ", each->kind);
            return false;
        }
    return each->stream[0] != '\0' || fail(error, ERR_REFUSED, "%s: it names no stream", each->kind);
}

/* "step.started 1" */
static bool kind_word_is_known(const char *word)
{
    g_autoptr(record) probe = record_new(word);
    char *blank = strrchr(probe->kind, ' ');
    if (blank == NULL)
        return false;
    *blank = '\0';
    probe->version = g_ascii_strtoll(blank + 1, NULL, 10);
    return kind_knows(probe);
}

static bool tail_count_kind(store *self, gint64 stream, gint64 kind_number, tail *into, GError **error)
{
    sqlite3_stmt *rows = NULL;
    if (!store_file_prepare(self->file, "SELECT count(*) FROM record WHERE stream = ?1 AND kind = ?2", &rows,
                            error))
        return false;
    sqlite3_bind_int64(rows, 1, stream);
    sqlite3_bind_int64(rows, 2, kind_number);
    int code = sqlite3_step(rows);
    if (code == SQLITE_ROW)
        into->unknown += sqlite3_column_int64(rows, 0);
    sqlite3_finalize(rows);
    return code == SQLITE_ROW || store_file_failed(self->file, code, error);
}

/* Counts the records of kinds, or of versions, that only a newer program knows. Mostly there is no such kind, and
 * then no record is looked at. */
static bool tail_count_unknown(store *self, gint64 stream, tail *into, GError **error)
{
    sqlite3_stmt *rows = NULL;
    bool good = true;
    int code = SQLITE_DONE;
    if (!store_file_prepare(self->file, "SELECT number, text FROM word WHERE sort = 2", &rows, error))
        return false;
    while (good && (code = sqlite3_step(rows)) == SQLITE_ROW) {
        const char *text = (const char *)sqlite3_column_text(rows, 1);
        if (text == NULL || !kind_word_is_known(text))
            good = tail_count_kind(self, stream, sqlite3_column_int64(rows, 0), into, error);
    }
    sqlite3_finalize(rows);
    return good && (code == SQLITE_DONE || store_file_failed(self->file, code, error));
}

/* The last record must be what its hash says: nothing is put behind a damaged end. */
static bool tail_from_row(store *self, tail *into, GError **error)
{
    g_autoptr(record) last = store_row_record(self->file, self->last, error);
    if (last == NULL)
        return false;
    g_autoptr(chain) judge = chain_resume(last->stream, last->number - 1, last->previous);
    if (!chain_follow(judge, last, error)) {
        g_prefix_error(error, "%s: ", last->stream);
        return false;
    }
    into->number = last->number;
    g_strlcpy(into->hash, last->hash, DIGEST_SIZE);
    return true;
}

static bool tail_load(store *self, const char *stream, tail *into, GError **error)
{
    gint64 number = store_file_number(self->file, WORD_STREAM, stream, false, NULL);
    if (number == 0)
        return true;
    if (!store_file_prepare(
            self->file, "SELECT " STORE_COLUMNS " FROM record WHERE stream = ?1 ORDER BY number DESC LIMIT 1",
            &self->last, error))
        return false;
    sqlite3_bind_int64(self->last, 1, number);
    int code = sqlite3_step(self->last);
    bool good = code == SQLITE_ROW    ? tail_from_row(self, into, error)
                : code == SQLITE_DONE ? true
                                      : store_file_failed(self->file, code, error);
    sqlite3_reset(self->last);
    return good && tail_count_unknown(self, number, into, error);
}

static tail *store_tail(store *self, const char *stream, GError **error)
{
    tail *known = g_hash_table_lookup(self->tails, stream);
    if (known != NULL)
        return known;
    g_autofree tail *loaded = g_new0(tail, 1);
    if (!tail_load(self, stream, loaded, error))
        return NULL;
    known = g_steal_pointer(&loaded);
    g_hash_table_insert(self->tails, g_strdup(stream), known);
    return known;
}

static bool row_bind_words(store *self, const record *each, GError **error)
{
    g_autofree char *kind_word = g_strdup_printf("%s %" G_GINT64_FORMAT, each->kind, each->version);
    const struct {
        int parameter;
        word_sort sort;
        const char *text;
    } rows[] = {
        { 1, WORD_STREAM, each->stream },  { 6, WORD_BOOT, each->boot },
        { 7, WORD_NAME, each->by.name },   { 8, WORD_ACCOUNT, each->by.account },
        { 9, WORD_MEANS, each->by.means }, { 10, WORD_KIND, kind_word },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        gint64 number = store_file_number(self->file, rows[i].sort, rows[i].text, true, error);
        if (number == 0)
            return false;
        sqlite3_bind_int64(self->add, rows[i].parameter, number);
    }
    return true;
}

static bool store_add_row(store *self, const record *each, GError **error)
{
    if (!store_file_prepare(
            self->file,
            "INSERT INTO record (stream, number, happened, noted, up, boot, name, account, means,"
            " kind, command, body, previous, hash)"
            " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
            &self->add, error) ||
        !row_bind_words(self, each, error))
        return false;
    sqlite3_bind_int64(self->add, 2, each->number);
    sqlite3_bind_int64(self->add, 3, each->happened);
    sqlite3_bind_int64(self->add, 4, each->noted);
    sqlite3_bind_int64(self->add, 5, each->up);
    sqlite3_bind_text(self->add, 11, each->command, -1, SQLITE_STATIC);
    sqlite3_bind_text(self->add, 12, each->body, -1, SQLITE_STATIC);
    store_row_bind_hash(self->add, 13, each->previous);
    store_row_bind_hash(self->add, 14, each->hash);
    return store_file_done(self->file, self->add, error);
}

static bool store_add(store *self, record *each, GError **error)
{
    tail *behind = store_tail(self, each->stream, error);
    if (behind == NULL)
        return false;
    if (behind->unknown > 0)
        return fail(error, ERR_REFUSED,
                    "%s is read-only: %" G_GINT64_FORMAT
                    " record%s of kinds I do not know: a newer warroom wrote %s",
                    each->stream, behind->unknown, behind->unknown == 1 ? "" : "s",
                    behind->unknown == 1 ? "it" : "them");
    each->number = behind->number + 1;
    record_seal(each, behind->number > 0 ? behind->hash : NULL);
    if (!store_add_row(self, each, error))
        return false;
    behind->number = each->number;
    g_strlcpy(behind->hash, each->hash, DIGEST_SIZE);
    return true;
}

/* The house notes a stream's beginning, and its head at its closing, so that one taken out whole is missed. */
static bool store_note(store *self, const record *of, const char *kind_name, json *body, GError **error)
{
    g_autoptr(record) note = record_new(kind_name);
    g_free(note->stream), note->stream = g_strdup(STREAM_HOUSE);
    g_free(note->boot), note->boot = g_strdup(of->boot);
    note->happened = note->noted = of->noted;
    note->up = of->up;
    json_put_text(body, "stream", of->stream);
    record_set_body(note, body);
    return store_add(self, note, error);
}

static bool store_note_opening(store *self, const record *first, GError **error)
{
    json *body = json_object();
    json_put_text(body, "title", json_text(record_body(first), "title", first->stream));
    json_put_text(body, "service", json_text(record_body(first), "service", NULL));
    return store_note(self, first, "house.stream_opened", body, error);
}

static bool store_note_closing(store *self, const record *last, GError **error)
{
    json *body = json_object();
    json_put_whole(body, "number", last->number);
    json_put_text(body, "hash", last->hash);
    json_put_text(body, "outcome", json_text(record_body(last), "outcome", NULL));
    return store_note(self, last, "house.stream_closed", body, error);
}

static bool store_add_all(store *self, GPtrArray *records, GError **error)
{
    for (guint i = 0; i < records->len; i++) {
        record *each = records->pdata[i];
        if (!record_is_good(each, error) || !store_add(self, each, error))
            return false;
        if (strcmp(each->stream, STREAM_HOUSE) == 0)
            continue;
        bool opens = each->number == 1 || strcmp(each->kind, "incident.reopened") == 0;
        if (opens && !store_note_opening(self, each, error))
            return false;
        if (strcmp(each->kind, "incident.closed") == 0 && !store_note_closing(self, each, error))
            return false;
    }
    return true;
}

static bool store_step(store *self, const char *sql, sqlite3_stmt **statement, GError **error)
{
    return store_file_prepare(self->file, sql, statement, error) &&
           store_file_done(self->file, *statement, error);
}

static void store_roll_back(store *self)
{
    g_autofree char *refusing = g_strdup(self->file->refusing);
    store_step(self, "ROLLBACK", &self->rollback, NULL); /* often SQLite did so by itself */
    g_free(self->file->refusing), self->file->refusing = g_steal_pointer(&refusing);
    store_file_forget(self->file);
    g_hash_table_remove_all(self->tails);
}

static void store_ring(store *self)
{
    if (self->bell >= 0)
        futimens(self->bell, NULL);
}

/* Moves what was appended from the write-ahead file to its place. SQLite would do it by itself and keep silent about
 * a disk that fails in it; this append is safe, but no later one can be promised. */
static void store_checkpoint(store *self)
{
    int frames = 0, done = 0;
    if (self->frames < self->frames_too_many)
        return;
    errno = 0;
    int code = sqlite3_wal_checkpoint_v2(self->file->db, NULL, SQLITE_CHECKPOINT_PASSIVE, &frames, &done);
    self->frames_too_many = CHECKPOINT_FRAMES + (done < frames ? self->frames : 0);
    if (code != SQLITE_OK && code != SQLITE_BUSY)
        store_file_failed(self->file, code, NULL);
}

static bool all_known(GPtrArray *records)
{
    for (guint i = 0; i < records->len; i++)
        if (!kind_knows(records->pdata[i]))
            return false;
    return true;
}

bool store_append(store *self, GPtrArray *records, GError **error)
{
    if (self->file->refusing != NULL)
        return fail(error, ERR_FAILED, "%s: nothing is appended any more", self->file->refusing);
    if (!store_file_is_ours(self->file, error))
        return false;
    if (!store_step(self, "BEGIN IMMEDIATE", &self->begin, error))
        return false;
    if (!store_add_all(self, records, error) || !store_step(self, "COMMIT", &self->commit, error)) {
        store_roll_back(self);
        return false;
    }
    if (!all_known(records))
        g_hash_table_remove_all(self->tails);
    store_ring(self);
    store_checkpoint(self);
    return true;
}

const char *store_refuses(const store *self)
{
    return self->file->refusing;
}
