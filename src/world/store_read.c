#include "store_file.h"

#include "journal/chain.h"

#include <string.h>

#define BATCH_RECORDS 512             /* a read lasts no longer than this many records */
#define BATCH_BYTES (4 * 1024 * 1024) /* ... or than these bytes of bodies */
#define HASH_BYTES 32

/* ---- one row as a record ---- */

static bool hex_from_column(sqlite3_stmt *row, int column, char hex[DIGEST_SIZE])
{
    const guchar *bytes = sqlite3_column_blob(row, column);
    if (sqlite3_column_bytes(row, column) != HASH_BYTES || bytes == NULL)
        return false;
    for (int i = 0; i < HASH_BYTES; i++) {
        hex[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
        hex[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
    }
    hex[DIGEST_SIZE - 1] = '\0';
    return true;
}

void store_row_bind_hash(sqlite3_stmt *row, int parameter, const char *hex)
{
    guchar bytes[HASH_BYTES];
    for (int i = 0; i < HASH_BYTES; i++)
        bytes[i] = (guchar)(g_ascii_xdigit_value(hex[2 * i]) << 4 | g_ascii_xdigit_value(hex[2 * i + 1]));
    sqlite3_bind_blob(row, parameter, bytes, HASH_BYTES, SQLITE_TRANSIENT);
}

static bool text_from_column(sqlite3_stmt *row, int column, char **result)
{
    const char *text = (const char *)sqlite3_column_text(row, column);
    gsize length = (gsize)sqlite3_column_bytes(row, column);
    if (text == NULL || strlen(text) != length)
        return false; /* a NUL inside would hide what is behind it from the hash */
    g_free(*result);
    *result = g_strndup(text, length);
    return true;
}

static bool word_from_column(store_file *self, sqlite3_stmt *row, int column, char **result)
{
    const char *word = store_file_word(self, sqlite3_column_int64(row, column));
    if (word == NULL)
        return false;
    g_free(*result);
    *result = g_strdup(word);
    return true;
}

/* "step.started 1" */
static bool kind_from_column(store_file *self, sqlite3_stmt *row, int column, record *into)
{
    if (!word_from_column(self, row, column, &into->kind))
        return false;
    char *blank = strrchr(into->kind, ' ');
    if (blank == NULL)
        return false;
    into->version = g_ascii_strtoll(blank + 1, NULL, 10);
    *blank = '\0';
    return true;
}

record *store_row_record(store_file *self, sqlite3_stmt *row, GError **error)
{
    g_autoptr(record) made = record_new("");
    made->number = sqlite3_column_int64(row, 2);
    made->happened = sqlite3_column_int64(row, 3);
    made->noted = sqlite3_column_int64(row, 4);
    made->up = sqlite3_column_int64(row, 5);
    if (word_from_column(self, row, 1, &made->stream) && word_from_column(self, row, 6, &made->boot) &&
        word_from_column(self, row, 7, &made->by.name) && word_from_column(self, row, 8, &made->by.account) &&
        word_from_column(self, row, 9, &made->by.means) && kind_from_column(self, row, 10, made) &&
        text_from_column(row, 11, &made->command) && text_from_column(row, 12, &made->body) &&
        hex_from_column(row, 13, made->previous) && hex_from_column(row, 14, made->hash))
        return g_steal_pointer(&made);
    fail(error, ERR_FAILED, "%s%s%" G_GINT64_FORMAT " cannot be read: the journal file is damaged there",
         made->stream, made->stream[0] != '\0' ? ": record " : "record ", made->number);
    return NULL;
}

/* ---- reading: in batches, so that no read is held open while somebody thinks ---- */

enum { COLUMN_POSITION = 0, COLUMN_NUMBER = 2 };

typedef struct reading {
    sqlite3_stmt *rows;
    int parameter; /* which of its parameters is "behind this key" */
    int column;    /* the key of a row */
    gint64 key;    /* of the last record that was handed over */
} reading;

typedef struct batch {
    GPtrArray *records;
    GArray *keys;
} batch;

static void batch_free(batch *self)
{
    g_ptr_array_unref(self->records);
    g_array_unref(self->keys);
    g_free(self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(batch, batch_free)

/* False at a row that cannot be read; what stands before it is in the batch. */
static bool batch_fill(store *self, const reading *from, batch *into, GError **error)
{
    gsize bytes = 0;
    while (into->records->len < BATCH_RECORDS && bytes < BATCH_BYTES) {
        int code = sqlite3_step(from->rows);
        if (code == SQLITE_DONE)
            return true;
        if (code != SQLITE_ROW)
            return store_file_failed(self->file, code, error);
        record *made = store_row_record(self->file, from->rows, error);
        if (made == NULL)
            return false;
        gint64 key = sqlite3_column_int64(from->rows, from->column);
        bytes += strlen(made->body);
        g_ptr_array_add(into->records, made);
        g_array_append_val(into->keys, key);
    }
    return true;
}

static batch *batch_read(store *self, const reading *from, bool *whole, GError **error)
{
    batch *made = g_new0(batch, 1);
    made->records = g_ptr_array_new_with_free_func((GDestroyNotify)record_free);
    made->keys = g_array_new(FALSE, FALSE, sizeof(gint64));
    sqlite3_bind_int64(from->rows, from->parameter, from->key);
    *whole = batch_fill(self, from, made, error);
    sqlite3_reset(from->rows);
    return made;
}

static const char *const readings[READINGS] = {
    [READ_BEHIND] = "SELECT " STORE_COLUMNS " FROM record WHERE position > ?1 ORDER BY position",
    [READ_COMMAND] = "SELECT " STORE_COLUMNS " FROM record WHERE command = ?1 AND command <> ''"
                     " AND position > ?2 ORDER BY position",
    [READ_STREAM] = "SELECT " STORE_COLUMNS " FROM record WHERE stream = ?1 AND number > ?2 ORDER BY number",
    [READ_HEAD] = "SELECT hash FROM record WHERE stream = ?1 AND number = ?2",
    [READ_LENGTH] = "SELECT max(number) FROM record WHERE stream = ?1",
};

/* A statement for one reading alone, as readings may run inside each other: the one that lies idle, or a new one. */
static bool reading_begin(store *self, int which, reading *at, GError **error)
{
    at->rows = g_steal_pointer(&self->idle[which]);
    return store_file_prepare(self->file, readings[which], &at->rows, error);
}

static void reading_end(store *self, int which, reading *at)
{
    sqlite3_reset(at->rows);
    sqlite3_clear_bindings(at->rows);
    if (self->idle[which] == NULL)
        self->idle[which] = g_steal_pointer(&at->rows);
    else
        sqlite3_finalize(g_steal_pointer(&at->rows));
}

/* Hands over record by record. With a chain, stops at the first that does not follow. */
static bool reading_run(store *self, reading *at, chain *judge, store_sees sees, void *context,
                        GError **error)
{
    for (;;) {
        bool whole = false;
        g_autoptr(GError) broken = NULL;
        g_autoptr(batch) next = batch_read(self, at, &whole, &broken);
        for (guint i = 0; i < next->records->len; i++) {
            record *each = next->records->pdata[i];
            if (judge != NULL && !chain_follow(judge, each, error))
                return false;
            at->key = g_array_index(next->keys, gint64, i);
            if (!sees(each, context))
                return true;
        }
        if (!whole) {
            g_propagate_error(error, g_steal_pointer(&broken));
            return false;
        }
        if (next->records->len == 0)
            return true;
    }
}

bool store_follow(store *self, gint64 after, store_sees sees, void *context, gint64 *position, GError **error)
{
    reading at = { NULL, 1, COLUMN_POSITION, after };
    if (!reading_begin(self, READ_BEHIND, &at, error))
        return false;
    bool whole = reading_run(self, &at, NULL, sees, context, error);
    reading_end(self, READ_BEHIND, &at);
    if (whole)
        *position = at.key;
    return whole;
}

bool store_of_command(store *self, const char *command, store_sees sees, void *context, GError **error)
{
    reading at = { NULL, 2, COLUMN_POSITION, 0 };
    if (!reading_begin(self, READ_COMMAND, &at, error))
        return false;
    sqlite3_bind_text(at.rows, 1, command, -1, SQLITE_TRANSIENT);
    bool whole = reading_run(self, &at, NULL, sees, context, error);
    reading_end(self, READ_COMMAND, &at);
    return whole;
}

/* The chain as it stands before record `from`: that far it is taken on trust; whoever doubts it reads from 1. */
static chain *chain_before(store *self, gint64 stream, const char *name, gint64 from, GError **error)
{
    reading at = { NULL, 2, COLUMN_NUMBER, from - 1 };
    char head[DIGEST_SIZE];
    chain *judge = NULL;
    if (from <= 1)
        return chain_new(name);
    if (!reading_begin(self, READ_HEAD, &at, error))
        return NULL;
    sqlite3_bind_int64(at.rows, 1, stream);
    sqlite3_bind_int64(at.rows, 2, at.key);
    int code = sqlite3_step(at.rows);
    if (code == SQLITE_ROW && hex_from_column(at.rows, 0, head))
        judge = chain_resume(name, from - 1, head);
    else if (code == SQLITE_DONE)
        judge = chain_resume(name, from - 1, NULL); /* beyond the end: there is nothing to follow */
    else
        store_file_failed(self->file, code == SQLITE_ROW ? SQLITE_CORRUPT : code, error);
    reading_end(self, READ_HEAD, &at);
    return judge;
}

bool store_read(store *self, const char *stream, gint64 from, store_sees sees, void *context, GError **error)
{
    gint64 number = store_file_number(self->file, WORD_STREAM, stream, false, NULL);
    g_autoptr(chain) judge = chain_before(self, number, stream, from, error);
    reading at = { NULL, 2, COLUMN_NUMBER, judge != NULL ? chain_length(judge) : 0 };
    if (judge == NULL || !reading_begin(self, READ_STREAM, &at, error))
        return false;
    sqlite3_bind_int64(at.rows, 1, number);
    bool whole = reading_run(self, &at, judge, sees, context, error);
    reading_end(self, READ_STREAM, &at);
    return whole;
}

char **store_streams(store *self, GError **error)
{
    sqlite3_stmt *rows = NULL;
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    if (!store_file_prepare(self->file,
                            "SELECT number FROM word WHERE sort = 1 AND EXISTS"
                            " (SELECT 1 FROM record WHERE record.stream = word.number) ORDER BY number",
                            &rows, error))
        return NULL;
    int code = SQLITE_DONE;
    while ((code = sqlite3_step(rows)) == SQLITE_ROW)
        g_ptr_array_add(names, g_strdup(store_file_word(self->file, sqlite3_column_int64(rows, 0))));
    sqlite3_finalize(rows);
    if (code != SQLITE_DONE) {
        store_file_failed(self->file, code, error);
        return NULL;
    }
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&names), FALSE);
}

gint64 store_length(store *self, const char *stream)
{
    reading at = { NULL, 0, 0, 0 };
    gint64 length = 0;
    if (!reading_begin(self, READ_LENGTH, &at, NULL))
        return 0;
    sqlite3_bind_int64(at.rows, 1, store_file_number(self->file, WORD_STREAM, stream, false, NULL));
    if (sqlite3_step(at.rows) == SQLITE_ROW)
        length = sqlite3_column_int64(at.rows, 0);
    reading_end(self, READ_LENGTH, &at);
    return length;
}

gint64 store_position(store *self)
{
    sqlite3_stmt *statement = NULL;
    gint64 position = 0;
    if (sqlite3_prepare_v2(self->file->db, "SELECT max(position) FROM record", -1, &statement, NULL) ==
            SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        position = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return position;
}
