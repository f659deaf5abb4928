#include "store_file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define STORE_FORMAT 1
#define STORE_BUSY_MS 2000

static const char tables[] =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE IF NOT EXISTS word (number INTEGER PRIMARY KEY, sort INTEGER NOT NULL, text TEXT NOT NULL,"
    " UNIQUE (sort, text)) STRICT;"
    "CREATE TABLE IF NOT EXISTS record (position INTEGER PRIMARY KEY, stream INTEGER NOT NULL,"
    " number INTEGER NOT NULL, happened INTEGER NOT NULL, noted INTEGER NOT NULL, up INTEGER NOT NULL,"
    " boot INTEGER NOT NULL, name INTEGER NOT NULL, account INTEGER NOT NULL, means INTEGER NOT NULL,"
    " kind INTEGER NOT NULL, command TEXT NOT NULL, body TEXT NOT NULL, previous BLOB NOT NULL,"
    " hash BLOB NOT NULL) STRICT;"
    /* Both can be dropped at any time: the next writer makes them anew. */
    "CREATE UNIQUE INDEX IF NOT EXISTS record_by_stream ON record (stream, number);"
    "CREATE INDEX IF NOT EXISTS record_by_command ON record (command) WHERE command <> '';"
    "COMMIT";

static const char format_mark[] = "PRAGMA user_version = " G_STRINGIFY(STORE_FORMAT);

/* ---- what failures mean ---- */

static char *free_words(const store_file *self)
{
    struct statvfs disk;
    if (statvfs(self->folder, &disk) != 0)
        return g_strdup_printf("no space left on the disk of %s", self->folder);
    guint64 bytes = (guint64)disk.f_bavail * disk.f_frsize;
    if (bytes > 0 && disk.f_favail == 0 && disk.f_files > 0)
        return g_strdup_printf("no room for another file on the disk of %s", self->folder);
    return g_strdup_printf("%" G_GUINT64_FORMAT " bytes free on the disk of %s", bytes, self->folder);
}

static char *limit_words(const store_file *self)
{
    struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };
    getrlimit(RLIMIT_FSIZE, &limit);
    return g_strdup_printf("%s would grow over the file-size limit of %" G_GUINT64_FORMAT " bytes",
                           self->path, (guint64)limit.rlim_cur);
}

/* The cause, when it is one that leaves the journal as it was; NULL for all others. */
static char *full_words(const store_file *self, int code, int number)
{
    struct statvfs disk;
    bool seen = statvfs(self->folder, &disk) == 0;
    bool sealed = seen && (disk.f_flag & ST_RDONLY) != 0;
    bool index = code == SQLITE_IOERR_SHMSIZE || code == SQLITE_IOERR_SHMMAP || code == SQLITE_IOERR_SHMOPEN;
    if ((code & 0xff) == SQLITE_FULL || number == ENOSPC || (index && seen && disk.f_bavail == 0)) {
        g_autofree char *words = free_words(self);
        return g_strdup_printf("journal full: %s", words);
    }
    if (number == EDQUOT)
        return g_strdup_printf("journal full: the disk quota of this account is used up on %s", self->folder);
    if (number == EFBIG) {
        g_autofree char *words = limit_words(self);
        return g_strdup_printf("journal full: %s", words);
    }
    if (number == EROFS || sealed)
        return g_strdup_printf("journal cannot be written: the file system of %s is read-only", self->folder);
    if ((code & 0xff) == SQLITE_READONLY || (code & 0xff) == SQLITE_CANTOPEN || (code & 0xff) == SQLITE_PERM)
        return g_strdup_printf("journal cannot be opened: %s: %s", self->path,
                               g_strerror(number != 0 ? number : EACCES));
    return NULL;
}

/* SQLite keeps the kernel's number only for some failures, and not for those of a commit: then the file knows. */
static int last_number(const store_file *self, int before)
{
    sqlite3_file *log = NULL;
    int number = before;
    if (number == 0 && self->db != NULL &&
        sqlite3_file_control(self->db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) == SQLITE_OK &&
        log != NULL && log->pMethods != NULL)
        log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &number);
    return number;
}

bool store_file_failed(store_file *self, int code, GError **error)
{
    int number = last_number(self, errno);
    const char *said = self->db != NULL ? sqlite3_errmsg(self->db) : sqlite3_errstr(code);
    bool asked_kernel = (code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CANTOPEN;
    g_autofree char *full = full_words(self, code, asked_kernel ? number : 0);
    if (full != NULL)
        return fail(error, ERR_FAILED, "%s", full);
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return fail(error, ERR_FAILED, "journal busy: another program holds %s", self->path);
    case SQLITE_CONSTRAINT:
        return fail(error, ERR_FAILED, "another program wrote to the journal %s: nothing was added",
                    self->path);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR: /* our own statements do not fit the tables */
        if (self->refusing == NULL)
            self->refusing = g_strdup_printf("the journal file %s is damaged", self->path);
        return fail(error, ERR_FAILED, "the journal file %s is damaged: %s", self->path, said);
    default:
        /* No second try: a sync that failed once may report success the next time, with the data gone. */
        if (self->refusing == NULL)
            self->refusing = g_strdup_printf("the disk failed under %s (%s): what is on it is not known",
                                             self->path, number != 0 ? g_strerror(number) : said);
        return fail(error, ERR_FAILED, "%s", self->refusing);
    }
}

/* ---- statements ---- */

bool store_file_prepare(store_file *self, const char *sql, sqlite3_stmt **result, GError **error)
{
    if (*result != NULL)
        return true;
    int code = sqlite3_prepare_v3(self->db, sql, -1, SQLITE_PREPARE_PERSISTENT, result, NULL);
    return code == SQLITE_OK || store_file_failed(self, code, error);
}

bool store_file_run(store_file *self, const char *sql, GError **error)
{
    errno = 0;
    int code = sqlite3_exec(self->db, sql, NULL, NULL, NULL);
    return code == SQLITE_OK || store_file_failed(self, code, error);
}

bool store_file_done(store_file *self, sqlite3_stmt *statement, GError **error)
{
    errno = 0;
    int code = sqlite3_step(statement);
    bool good = code == SQLITE_DONE || store_file_failed(self, code, error);
    sqlite3_reset(statement);
    return good;
}

/* ---- opening and closing ---- */

static int store_file_pragma(store_file *self, const char *sql, gint64 *result)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(self->db, sql, -1, &statement, NULL);
    if (code == SQLITE_OK && (code = sqlite3_step(statement)) == SQLITE_ROW)
        *result = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return code == SQLITE_ROW || code == SQLITE_DONE ? SQLITE_OK : code;
}

/* SQLite would make the file readable for all. Made here, before anybody has it open, it is for its owner alone;
 * SQLite gives its other files the same mode. */
static bool store_file_make(store_file *self, GError **error)
{
    g_mkdir_with_parents(self->folder, 0700);
    int made = open(self->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (made < 0 && errno != EEXIST) {
        g_autofree char *full = full_words(self, SQLITE_IOERR, errno);
        return fail(error, ERR_FAILED, "%s%s%s", full != NULL ? full : self->path, full != NULL ? "" : ": ",
                    full != NULL ? "" : g_strerror(errno));
    }
    if (made < 0)
        return true;
    close(made);
    int folder = open(self->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool synced = folder >= 0 && fsync(folder) == 0;
    if (folder >= 0)
        close(folder);
    return synced || fail(error, ERR_FAILED, "%s cannot be synced: %s", self->folder, g_strerror(errno));
}

static bool store_file_format(store_file *self, gint64 *result, GError **error)
{
    gint64 format = 0;
    int code = store_file_pragma(self, "PRAGMA user_version", &format);
    *result = format;
    if (code != SQLITE_OK)
        return store_file_failed(self, code, error);
    if (format > STORE_FORMAT || format < 0)
        return fail(error, ERR_REFUSED,
                    "a newer warroom made the journal %s (format %" G_GINT64_FORMAT ", this one knows %d)",
                    self->path, format, STORE_FORMAT);
    if (format == 0 && !self->writing)
        return fail(error, ERR_NOT_FOUND, "no journal yet in %s", self->folder);
    return true;
}

/* One commit is one sync of the write-ahead file; checkpoints are ours to make (store.c), so that a disk that
 * fails in one is noticed. */
static bool store_file_prepare_writing(store_file *self, gint64 format, GError **error)
{
    signal(SIGXFSZ, SIG_IGN); /* a file-size limit is an answer, not the end of the process */
    return store_file_run(self, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;", error) &&
           store_file_run(self, "PRAGMA wal_autocheckpoint = 0;", error) &&
           store_file_run(self, tables, error) && (format != 0 || store_file_run(self, format_mark, error));
}

static bool store_file_remember(store_file *self, GError **error)
{
    if (stat(self->path, &self->opened) != 0)
        return fail(error, ERR_FAILED, "%s: %s", self->path, g_strerror(errno));
    if (stat(self->log, &self->opened_log) != 0)
        memset(&self->opened_log, 0, sizeof self->opened_log);
    return true;
}

static store_file *store_file_new(const char *folder, bool writing)
{
    store_file *self = g_new0(store_file, 1);
    self->folder = g_strdup(folder);
    self->path = g_build_filename(folder, STORE_NAME, NULL);
    self->log = g_strconcat(self->path, "-wal", NULL);
    self->words = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    self->numbers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->writing = writing;
    return self;
}

/* On a read-only disk SQLite cannot make the files it shares with writers. There are none there: when nothing waits in the
 * write-ahead file, the journal is read as a file that does not change. */
static bool is_sealed(const store_file *self)
{
    struct statvfs disk;
    struct stat log;
    return !self->writing && statvfs(self->folder, &disk) == 0 && (disk.f_flag & ST_RDONLY) != 0 &&
           (stat(self->log, &log) != 0 || log.st_size == 0);
}

static int store_file_connect(store_file *self)
{
    int flags = (self->writing ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) | SQLITE_OPEN_NOMUTEX |
                SQLITE_OPEN_EXRESCODE;
    g_autofree char *uri = is_sealed(self) ? g_filename_to_uri(self->path, NULL, NULL) : NULL;
    errno = 0;
    if (uri == NULL)
        return sqlite3_open_v2(self->path, &self->db, flags, NULL);
    g_autofree char *sealed = g_strconcat(uri, "?immutable=1", NULL);
    return sqlite3_open_v2(sealed, &self->db, flags | SQLITE_OPEN_URI, NULL);
}

store_file *store_file_open(const char *folder, bool writing, GError **error)
{
    g_autoptr(store_file) self = store_file_new(folder, writing);
    struct stat there;
    if (!writing && stat(self->path, &there) != 0 && errno == ENOENT) {
        fail(error, ERR_NOT_FOUND, "no journal yet in %s", folder);
        return NULL;
    }
    if (writing && !store_file_make(self, error))
        return NULL;
    int code = store_file_connect(self);
    if (code != SQLITE_OK) {
        store_file_failed(self, code, error);
        return NULL;
    }
    sqlite3_busy_timeout(self->db, STORE_BUSY_MS);
    sqlite3_db_config(self->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(self->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    gint64 format = 0;
    if (!store_file_format(self, &format, error) ||
        (writing && !store_file_prepare_writing(self, format, error)) || !store_file_remember(self, error))
        return NULL;
    return g_steal_pointer(&self);
}

void store_file_close(store_file *self)
{
    if (self == NULL)
        return;
    sqlite3_finalize(self->word_by_number);
    sqlite3_finalize(self->word_by_text);
    sqlite3_finalize(self->word_add);
    sqlite3_close_v2(self->db);
    g_hash_table_unref(self->words);
    g_hash_table_unref(self->numbers);
    g_free(self->refusing);
    g_free(self->folder);
    g_free(self->path);
    g_free(self->log);
    g_free(self);
}

static bool is_same_file(const char *path, const struct stat *before, GError **error)
{
    struct stat now;
    if (stat(path, &now) != 0)
        return fail(error, ERR_FAILED, "%s is gone: it is not the file I opened", path);
    if (now.st_dev != before->st_dev || now.st_ino != before->st_ino)
        return fail(error, ERR_FAILED, "%s is not the file I opened: it was replaced", path);
    return true;
}

bool store_file_is_ours(store_file *self, GError **error)
{
    return is_same_file(self->path, &self->opened, error) &&
           (self->opened_log.st_ino == 0 || is_same_file(self->log, &self->opened_log, error));
}

/* ---- words ---- */

const char *store_file_word(store_file *self, gint64 number)
{
    char *text = g_hash_table_lookup(self->words, &number);
    if (text != NULL)
        return text;
    if (!store_file_prepare(self, "SELECT text FROM word WHERE number = ?1", &self->word_by_number, NULL))
        return NULL;
    sqlite3_bind_int64(self->word_by_number, 1, number);
    if (sqlite3_step(self->word_by_number) == SQLITE_ROW) {
        const char *found = (const char *)sqlite3_column_text(self->word_by_number, 0);
        gsize length = (gsize)sqlite3_column_bytes(self->word_by_number, 0);
        if (found != NULL && strlen(found) == length) {
            text = g_strdup(found);
            g_hash_table_insert(self->words, g_memdup2(&number, sizeof number), text);
        }
    }
    sqlite3_reset(self->word_by_number);
    return text;
}

static gint64 word_add(store_file *self, word_sort sort, const char *text, GError **error)
{
    if (!store_file_prepare(self, "INSERT INTO word (sort, text) VALUES (?1, ?2)", &self->word_add, error))
        return 0;
    sqlite3_bind_int(self->word_add, 1, sort);
    sqlite3_bind_text(self->word_add, 2, text, -1, SQLITE_STATIC);
    return store_file_done(self, self->word_add, error) ? sqlite3_last_insert_rowid(self->db) : 0;
}

static gint64 word_look_up(store_file *self, word_sort sort, const char *text, bool add, GError **error)
{
    gint64 number = 0;
    if (!store_file_prepare(self, "SELECT number FROM word WHERE sort = ?1 AND text = ?2",
                            &self->word_by_text, error))
        return 0;
    sqlite3_bind_int(self->word_by_text, 1, sort);
    sqlite3_bind_text(self->word_by_text, 2, text, -1, SQLITE_STATIC);
    int code = sqlite3_step(self->word_by_text);
    if (code == SQLITE_ROW)
        number = sqlite3_column_int64(self->word_by_text, 0);
    sqlite3_reset(self->word_by_text);
    if (code == SQLITE_DONE && add)
        return word_add(self, sort, text, error);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        store_file_failed(self, code, error);
    return number;
}

gint64 store_file_number(store_file *self, word_sort sort, const char *text, bool add, GError **error)
{
    g_autofree char *key = g_strdup_printf("%d %s", sort, text);
    const gint64 *known = g_hash_table_lookup(self->numbers, key);
    if (known != NULL)
        return *known;
    gint64 number = word_look_up(self, sort, text, add, error);
    if (number != 0)
        g_hash_table_insert(self->numbers, g_steal_pointer(&key), g_memdup2(&number, sizeof number));
    return number;
}

void store_file_forget(store_file *self)
{
    g_hash_table_remove_all(self->words);
    g_hash_table_remove_all(self->numbers);
}
