/* store_file.h - the SQLite file under the store: how it is opened, what its tables are, what its failures mean.
 *
 * Fields that repeat in every record (stream, boot, who, kind) stand once in the table of words and are
 * named by their number; the hash is over the words themselves, so a changed word shows. */
#ifndef WARROOM_WORLD_STORE_FILE_H
#define WARROOM_WORLD_STORE_FILE_H

#include "world/store.h"

#include <sqlite3.h>
#include <sys/stat.h>

#define STORE_NAME "journal.db"
#define BELL_NAME "journal.bell"

typedef enum {
    WORD_STREAM = 1,
    WORD_KIND, /* "step.started 1": name and version of the body */
    WORD_BOOT,
    WORD_NAME,
    WORD_ACCOUNT,
    WORD_MEANS,
} word_sort;

typedef struct store_file {
    sqlite3 *db;
    char *folder, *path, *log; /* the log is SQLite's write-ahead file */
    struct stat opened, opened_log;
    GHashTable *words;   /* number -> text */
    GHashTable *numbers; /* sort and text -> number */
    sqlite3_stmt *word_by_number, *word_by_text, *word_add;
    char *refusing; /* why nothing may be appended any more; NULL */
    bool writing;
} store_file;

store_file *store_file_open(const char *folder, bool writing, GError **error);
void store_file_close(store_file *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(store_file, store_file_close)

/* Prepares a statement that lives as long as the file. */
bool store_file_prepare(store_file *self, const char *sql, sqlite3_stmt **result, GError **error);
/* Runs a statement that gives no rows. */
bool store_file_done(store_file *self, sqlite3_stmt *statement, GError **error);
bool store_file_run(store_file *self, const char *sql, GError **error);

/* What SQLite's result code (and errno, if that is not 0) means, in words, with the real cause; a failure that leaves it open what is on the
 * disk makes the file refuse every later append. Returns false. */
bool store_file_failed(store_file *self, int code, GError **error);

/* Borrowed; NULL when there is no such word, which is damage. */
const char *store_file_word(store_file *self, gint64 number);
/* The number of a word, 0 when there is none (and `add` is not asked for) or when it failed. */
gint64 store_file_number(store_file *self, word_sort sort, const char *text, bool add, GError **error);
void store_file_forget(store_file *self); /* after a rollback: what was looked up may not be there */

bool store_file_is_ours(store_file *self, GError **error);

/* The end of a stream: behind it the next record is put. */
typedef struct tail {
    gint64 number;
    char hash[DIGEST_SIZE];
    gint64 unknown; /* records of kinds that this program does not know */
} tail;

enum { READ_BEHIND, READ_COMMAND, READ_STREAM, READ_HEAD, READ_LENGTH, READINGS };

struct store {
    store_file *file;
    GHashTable *tails; /* stream -> tail */
    int bell;
    int frames;          /* of the write-ahead file, after the last commit */
    int frames_too_many; /* then it is time for a checkpoint */
    sqlite3_stmt *begin, *commit, *rollback, *add, *last;
    sqlite3_stmt *idle[READINGS]; /* of readings that are over, for the next one */
};

/* One row, all columns of STORE_COLUMNS in order, as a record. */
record *store_row_record(store_file *self, sqlite3_stmt *row, GError **error);
void store_row_bind_hash(sqlite3_stmt *row, int parameter, const char *hex);

#define STORE_COLUMNS                                                                                        \
    "position, stream, number, happened, noted, up, boot, name, account, means, kind, command, body, "       \
    "previous, "                                                                                             \
    "hash"

#endif
