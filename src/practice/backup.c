/* The backups of the orders: copies made by SQLite itself while the shop goes on, each with a file that says what
 * it should be. */
#include "base/digest.h"
#include "base/json.h"
#include "orders.h"
#include "place.h"
#include "world/clock.h"

#include <errno.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

#define BACKUP_LARGEST (256 * 1024 * 1024)
#define BACKUPS_MOST 9999

void backup_clear(backup *self)
{
    g_free(self->name);
    g_free(self->version);
    *self = (backup){ 0 };
}

static char *path_of(const char *folder, const char *name, const char *ending)
{
    g_autofree char *file = g_strconcat(name, ending, NULL);
    return g_build_filename(folder, PLACE_BACKUPS, file, NULL);
}

/* Copies one database over another, in one go, whoever else reads or writes. */
static bool copy(const char *from, const char *to, GError **error)
{
    sqlite3 *source = NULL, *target = NULL;
    bool done = false;
    if (sqlite3_open_v2(from, &source, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
        sqlite3_open_v2(to, &target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) == SQLITE_OK) {
        sqlite3_busy_timeout(source, 5000);
        sqlite3_busy_timeout(target, 5000);
        sqlite3_backup *copying = sqlite3_backup_init(target, "main", source, "main");
        int code = SQLITE_BUSY;
        for (int tries = 0; copying != NULL && tries < 100 && (code == SQLITE_BUSY || code == SQLITE_LOCKED);
             tries++) {
            code = sqlite3_backup_step(copying, -1);
            if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
                sqlite3_sleep(50);
        }
        done = copying != NULL && code == SQLITE_DONE && sqlite3_backup_finish(copying) == SQLITE_OK;
    }
    if (!done)
        fail(error, ERR_FAILED, "%s is not copied to %s: %s", from, to,
             sqlite3_errmsg(target != NULL ? target : source));
    sqlite3_close(target);
    sqlite3_close(source);
    return done;
}

/* SQLite's own word on a file, and its rows. */
static bool examine(const char *path, gint64 *rows, GError **error)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *ask = NULL;
    g_autofree char *says = NULL;
    bool counted = false;
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(db, "PRAGMA integrity_check(1)", -1, &ask, NULL) == SQLITE_OK &&
        sqlite3_step(ask) == SQLITE_ROW)
        says = g_strdup((const char *)sqlite3_column_text(ask, 0));
    sqlite3_finalize(ask);
    ask = NULL;
    if (g_strcmp0(says, "ok") == 0 &&
        sqlite3_prepare_v2(db, "SELECT count(*) FROM orders", -1, &ask, NULL) == SQLITE_OK &&
        sqlite3_step(ask) == SQLITE_ROW) {
        *rows = sqlite3_column_int64(ask, 0);
        counted = true;
    }
    if (!counted)
        fail(error, ERR_FAILED, "%s is damaged: %s", path,
             says != NULL && strcmp(says, "ok") != 0 ? says : sqlite3_errmsg(db));
    sqlite3_finalize(ask);
    sqlite3_close(db);
    return counted;
}

static bool digest_of(const char *path, char hex[DIGEST_SIZE], GError **error)
{
    gsize length = 0;
    g_autofree char *bytes = file_read(path, BACKUP_LARGEST, &length, error);
    if (bytes == NULL)
        return false;
    digest_bytes(bytes, length, hex);
    return true;
}

static bool describe(const char *folder, const backup *self, GError **error)
{
    g_autoptr(json) all = json_object();
    g_autofree char *at = moment_text(self->at);
    json_put_text(all, "name", self->name);
    json_put_text(all, "at", at);
    json_put_text(all, "version", self->version);
    json_put_whole(all, "rows", self->rows);
    json_put_text(all, "sha256", self->digest);
    g_autofree char *text = json_pretty(all);
    g_autofree char *path = path_of(folder, self->name, ".json");
    return file_write(path, text, strlen(text), 0600, error);
}

static char *newest(const char *folder)
{
    g_autofree char *backups = g_build_filename(folder, PLACE_BACKUPS, NULL);
    g_autoptr(GDir) all = g_dir_open(backups, 0, NULL);
    g_autofree char *best = NULL;
    const char *name = NULL;
    while (all != NULL && (name = g_dir_read_name(all)) != NULL)
        if (g_str_has_suffix(name, ".json") && g_strcmp0(name, best) > 0) {
            g_free(best);
            best = g_strdup(name);
        }
    return best != NULL ? g_strndup(best, strlen(best) - strlen(".json")) : NULL;
}

bool backup_take(const char *folder, const char *version, backup *result, GError **error)
{
    g_auto(backup) made = { .at = clock_now().wall, .version = g_strdup(version) };
    g_autofree char *last = newest(folder);
    guint64 number = last != NULL ? g_ascii_strtoull(last + strlen("backup-"), NULL, 10) + 1 : 1;
    if (number > BACKUPS_MOST)
        return fail(error, ERR_REFUSED, "%d backups are enough for a practice", BACKUPS_MOST);
    made.name = g_strdup_printf("backup-%04u", (guint)number);
    g_autofree char *backups = g_build_filename(folder, PLACE_BACKUPS, NULL);
    g_autofree char *from = g_build_filename(folder, PLACE_ORDERS, NULL);
    g_autofree char *to = path_of(folder, made.name, ".db");
    if (!folder_make(backups, error) || !copy(from, to, error) || !examine(to, &made.rows, error) ||
        !digest_of(to, made.digest, error) || !describe(folder, &made, error))
        return false;
    *result = made;
    made = (backup){ 0 };
    return true;
}

bool backup_find(const char *folder, const char *name, backup *result, GError **error)
{
    g_autofree char *last = newest(folder);
    if (name == NULL)
        name = last;
    if (name == NULL)
        return fail(error, ERR_NOT_FOUND, "there is no backup: warroom-practice backup");
    g_autofree char *path = path_of(folder, name, ".json");
    gsize length = 0;
    g_autofree char *text = strchr(name, '/') == NULL ? file_read(path, 65536, &length, NULL) : NULL;
    if (text == NULL)
        return fail(error, ERR_NOT_FOUND, "there is no backup '%s'; the newest is %s", name,
                    last != NULL ? last : "none");
    g_autoptr(json) all = json_read(text, length, error);
    moment at = 0;
    if (all == NULL || !moment_parse(json_text(all, "at", ""), &at, error)) {
        g_prefix_error(error, "%s: ", path);
        return false;
    }
    *result = (backup){ g_strdup(name), at, json_whole(all, "rows", -1), "",
                        g_strdup(json_text(all, "version", "")) };
    g_strlcpy(result->digest, json_text(all, "sha256", ""), sizeof result->digest);
    return true;
}

bool backup_verify(const char *folder, const backup *self, GError **error)
{
    g_autofree char *path = path_of(folder, self->name, ".db");
    char digest[DIGEST_SIZE] = "";
    gint64 rows = 0;
    if (!digest_of(path, digest, error))
        return false;
    if (strcmp(digest, self->digest) != 0)
        return fail(error, ERR_FAILED, "%s is damaged: its bytes are not those that were written",
                    self->name);
    if (!examine(path, &rows, error))
        return false;
    if (rows != self->rows)
        return fail(error, ERR_FAILED, "%s is damaged: %" G_GINT64_FORMAT " orders, not %" G_GINT64_FORMAT,
                    self->name, rows, self->rows);
    return true;
}

bool backup_restore(const char *folder, const backup *self, gint64 *gone, GError **error)
{
    g_autofree char *from = path_of(folder, self->name, ".db");
    g_autofree char *to = g_build_filename(folder, PLACE_ORDERS, NULL);
    gint64 before = 0;
    if (!backup_verify(folder, self, error) || !examine(to, &before, error) || !copy(from, to, error))
        return false;
    *gone = before - self->rows;
    return true;
}
