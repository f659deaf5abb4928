#include "orders.h"

#include "place.h"

#include <sqlite3.h>

#define BUSY_MS 3000

const good goods[GOODS] = {
    { "kettle", 3490 }, { "lamp", 1995 }, { "notebook", 450 }, { "bicycle", 48900 }, { "tea", 725 }
};

gint64 order_owed(int which, int quantity)
{
    return (gint64)goods[which].cents * quantity;
}

struct orders {
    sqlite3 *db;
};
struct receipts {
    sqlite3 *db;
};

static bool wrong(sqlite3 *db, const char *doing, GError **error)
{
    return fail(error, ERR_FAILED, "%s: %s", doing, db != NULL ? sqlite3_errmsg(db) : "no memory");
}

static sqlite3 *open_at(const char *path, GError **error)
{
    sqlite3 *db = NULL;
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL) !=
        SQLITE_OK) {
        wrong(db, path, error);
        sqlite3_close(db);
        return NULL;
    }
    sqlite3_busy_timeout(db, BUSY_MS);
    return db;
}

static sqlite3 *open_in(const char *folder, const char *name, const char *schema, GError **error)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    sqlite3 *db = open_at(path, error);
    if (db == NULL)
        return NULL;
    if (sqlite3_exec(db, "PRAGMA synchronous=OFF; PRAGMA journal_mode=TRUNCATE", NULL, NULL, NULL) !=
            SQLITE_OK ||
        sqlite3_exec(db, schema, NULL, NULL, NULL) != SQLITE_OK) {
        wrong(db, path, error);
        sqlite3_close(db);
        return NULL;
    }
    return db;
}

static const char orders_schema[] =
    "CREATE TABLE IF NOT EXISTS orders(id TEXT PRIMARY KEY, good INT NOT NULL, quantity INT NOT NULL, "
    "total INT NOT NULL, owed INT NOT NULL, version TEXT NOT NULL, at INT NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS orders_at ON orders(at)";
static const char receipts_schema[] = "CREATE TABLE IF NOT EXISTS receipts(id TEXT PRIMARY KEY, owed INT NOT "
                                      "NULL, told INT NOT NULL) WITHOUT ROWID";

orders *orders_open(const char *folder, GError **error)
{
    sqlite3 *db = open_in(folder, PLACE_ORDERS, orders_schema, error);
    if (db == NULL)
        return NULL;
    orders *self = g_new0(orders, 1);
    self->db = db;
    return self;
}

void orders_free(orders *self)
{
    if (self == NULL)
        return;
    sqlite3_close(self->db);
    g_free(self);
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql, GError **error)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
        wrong(db, "the database", error);
    return statement;
}

/* Runs a statement that gives no row. */
static bool perform(sqlite3 *db, sqlite3_stmt *statement, GError **error)
{
    int code = sqlite3_step(statement);
    sqlite3_finalize(statement);
    return code == SQLITE_DONE || wrong(db, "the database", error);
}

bool orders_place(orders *self, const order *one, GError **error)
{
    /* The same order sent again is the same order. */
    sqlite3_stmt *put = prepare(self->db, "INSERT OR IGNORE INTO orders VALUES(?,?,?,?,?,?,?)", error);
    if (put == NULL)
        return false;
    sqlite3_bind_text(put, 1, one->id, -1, SQLITE_STATIC);
    sqlite3_bind_int(put, 2, one->good);
    sqlite3_bind_int(put, 3, one->quantity);
    sqlite3_bind_int64(put, 4, one->total);
    sqlite3_bind_int64(put, 5, order_owed(one->good, one->quantity));
    sqlite3_bind_text(put, 6, one->version, -1, SQLITE_STATIC);
    sqlite3_bind_int64(put, 7, one->at);
    return perform(self->db, put, error);
}

bool orders_total(orders *self, const char *id, gint64 *total, GError **error)
{
    sqlite3_stmt *get = prepare(self->db, "SELECT total FROM orders WHERE id=?", error);
    if (get == NULL)
        return false;
    sqlite3_bind_text(get, 1, id, -1, SQLITE_STATIC);
    int code = sqlite3_step(get);
    gint64 found = code == SQLITE_ROW ? sqlite3_column_int64(get, 0) : 0;
    sqlite3_finalize(get);
    if (code == SQLITE_DONE)
        return fail(error, ERR_NOT_FOUND, "no order '%s'", id);
    if (code != SQLITE_ROW)
        return wrong(self->db, "the database", error);
    *total = found;
    return true;
}

static bool two_numbers(sqlite3 *db, const char *sql, gint64 since, gint64 *first, gint64 *second,
                        GError **error)
{
    sqlite3_stmt *get = prepare(db, sql, error);
    if (get == NULL)
        return false;
    if (sqlite3_bind_parameter_count(get) > 0)
        sqlite3_bind_int64(get, 1, since);
    bool found = sqlite3_step(get) == SQLITE_ROW;
    gint64 one = found ? sqlite3_column_int64(get, 0) : 0, other = found ? sqlite3_column_int64(get, 1) : 0;
    sqlite3_finalize(get);
    if (!found)
        return wrong(db, "the database", error);
    *first = one;
    *second = other;
    return true;
}

bool orders_sum(orders *self, moment since, gint64 *cents, gint64 *count, GError **error)
{
    return two_numbers(self->db, "SELECT ifnull(sum(total),0), count(*) FROM orders WHERE at>=?", since,
                       cents, count, error);
}

receipts *receipts_open(const char *folder, GError **error)
{
    sqlite3 *db = open_in(folder, PLACE_RECEIPTS, receipts_schema, error);
    if (db == NULL)
        return NULL;
    receipts *self = g_new0(receipts, 1);
    self->db = db;
    return self;
}

bool receipts_keep(receipts *self, const order *one, GError **error)
{
    sqlite3_stmt *put = prepare(self->db, "INSERT OR REPLACE INTO receipts VALUES(?,?,?)", error);
    if (put == NULL)
        return false;
    sqlite3_bind_text(put, 1, one->id, -1, SQLITE_STATIC);
    sqlite3_bind_int64(put, 2, order_owed(one->good, one->quantity));
    sqlite3_bind_int64(put, 3, one->total);
    return perform(self->db, put, error);
}

/* The receipts are read first, whole: every one of them was confirmed before, so its order must be there. */
static bool compare_in(sqlite3 *db, comparison *result, GError **error)
{
    comparison found = { 0 };
    gint64 nothing = 0;
    if (sqlite3_exec(db,
                     "CREATE TEMP TABLE held AS SELECT id, owed FROM theirs.receipts; CREATE UNIQUE INDEX "
                     "temp.by_id ON held(id)",
                     NULL, NULL, NULL) != SQLITE_OK)
        return wrong(db, "the customers' receipts", error);
    if (!two_numbers(db,
                     "SELECT count(*), count(*) FILTER (WHERE o.id IS NULL) FROM held h LEFT JOIN "
                     "main.orders o ON o.id=h.id",
                     0, &found.compared, &found.lost, error) ||
        !two_numbers(db,
                     "SELECT count(*) FILTER (WHERE total<>owed), count(*) FILTER (WHERE id NOT LIKE 'j-%' "
                     "AND id NOT IN (SELECT "
                     "id FROM held)) "
                     "FROM main.orders",
                     0, &found.wrong, &found.unclaimed, error))
        return false;
    (void)nothing;
    *result = found;
    return true;
}

bool orders_compare(const char *folder, comparison *result, GError **error)
{
    g_autoptr(orders) self = orders_open(folder, error);
    if (self == NULL)
        return false;
    g_autofree char *path = g_build_filename(folder, PLACE_RECEIPTS, NULL);
    sqlite3_stmt *attach = prepare(self->db, "ATTACH ? AS theirs", error);
    if (attach == NULL)
        return false;
    sqlite3_bind_text(attach, 1, path, -1, SQLITE_STATIC);
    return perform(self->db, attach, error) && compare_in(self->db, result, error);
}

bool orders_correct(const char *folder, gint64 *corrected, GError **error)
{
    g_autoptr(orders) self = orders_open(folder, error);
    if (self == NULL)
        return false;
    if (sqlite3_exec(self->db, "UPDATE orders SET total=owed WHERE total<>owed", NULL, NULL, NULL) !=
        SQLITE_OK)
        return wrong(self->db, "the database", error);
    *corrected = sqlite3_changes64(self->db);
    return true;
}
