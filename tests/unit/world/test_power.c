/* G2, row 23: whatever a power cut leaves of the journal, every acknowledged record is there, and nothing damaged is
 * taken for one. The same harness must find the losses of settings that are known to lose: else it is blind.
 * WARROOM_POWER=long (make faults) goes through every cut of a longer run. */
#include "journal/audit.h"
#include "lib/folder.h"
#include "lib/power.h"
#include "world/store.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define APPENDS 24
#define STATES_LONG 100000 /* G2: rounds with records of other sizes, until there were so many */

static char *folder, *cut_folder;

static bool is_long(void)
{
    return g_strcmp0(g_getenv("WARROOM_POWER"), "long") == 0;
}

static int folders_up(void **state)
{
    (void)state;
    folder = test_folder_make();
    cut_folder = test_folder_make();
    power_watch();
    return 0;
}

static int folders_down(void **state)
{
    (void)state;
    power_forget();
    test_folder_remove(folder);
    test_folder_remove(cut_folder);
    return 0;
}

/* ---- the journal ---- */

static GPtrArray *written; /* every line of the journal, in the order of appending */

static bool keep_line(const record *each, void *context)
{
    g_autoptr(json) document = record_json(each);
    g_ptr_array_add(context, json_line(document));
    return true;
}

static void append_some(store *journal, int i, int round)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)record_free);
    for (int n = 0; n <= i % 3; n++) {
        record *each = record_new("note.added");
        g_autofree char *filler = g_strnfill((gsize)(i % 7 == 6 ? 6000 + round * 997 : 40 + i + round * 53),
                                             'x'); /* some need more pages */
        g_free(each->stream), each->stream = g_strdup_printf("INC-%04d", i / 9);
        each->noted = i * 1000 + n;
        record_set_body(each, json_pack("{s:s}", "text", filler));
        g_ptr_array_add(list, each);
    }
    assert_true(store_append(journal, list, NULL));
}

/* As the store does after so many pages, so that a short run sees it too. */
static void checkpoint(void)
{
    g_autofree char *path = g_build_filename(folder, "journal.db", NULL);
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db, "PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(PASSIVE)", NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(db);
}

static void write_journal(int round)
{
    store *journal = store_open_writing(folder, NULL);
    written = g_ptr_array_new_with_free_func(g_free);
    gint64 position = 0;
    for (int i = 0; i < APPENDS; i++) {
        append_some(journal, i, round);
        assert_true(store_follow(journal, position, keep_line, written, &position, NULL));
        power_acknowledge(written->len);
        if (i % 10 == (7 + round) % 10)
            checkpoint();
        if (i % 19 == (13 + round) % 19) {
            store_close(journal);
            journal = store_open_writing(folder, NULL);
        }
    }
    store_close(journal);
}

typedef struct found {
    guint count;
    bool same;
    audit *judge;
} found;

static bool compare_line(const record *each, void *context)
{
    found *self = context;
    g_autoptr(json) document = record_json(each);
    g_autofree char *line = json_line(document);
    self->same = self->same && self->count < written->len && audit_follow(self->judge, each) &&
                 strcmp(line, written->pdata[self->count]) == 0;
    self->count++;
    return self->same;
}

/* All acknowledged records and then at most what was under way; and it can be written on. */
static bool journal_is_there(const char *where, gint64 acknowledged, void *context)
{
    g_autoptr(store) journal = store_open_writing(where, NULL);
    g_autoptr(audit) judge = audit_new(true);
    found all = { 0, true, judge };
    gint64 position = 0;
    (void)context;
    if (journal == NULL || !store_follow(journal, 0, compare_line, &all, &position, NULL))
        return false;
    audit_end(judge);
    return all.same && all.count >= acknowledged && audit_is_intact(judge);
}

static void journal__keeps_what_it_acknowledged__through_any_power_cut(void **state)
{
    (void)state;
    gint64 states = 0;
    for (int round = 0; round == 0 || (is_long() && states <= STATES_LONG); round++) {
        folders_down(NULL), folders_up(NULL);
        write_journal(round);
        power_sum sum = power_cut(cut_folder, 1, journal_is_there, NULL);
        states += sum.states;
        g_ptr_array_unref(g_steal_pointer(&written));
        if (sum.lost > 0)
            fail_msg("round %d: %" G_GINT64_FORMAT " lost; first: %s", round, sum.lost, sum.first);
        print_message("# round %d: %" G_GINT64_FORMAT " states so far, none lost\n", round, states);
    }
    assert_true(states > (is_long() ? STATES_LONG : 1000));
}

/* ---- blindness: the same cuts, other settings ---- */

static void write_plain(const char *settings, int count)
{
    g_autofree char *path = g_build_filename(folder, "plain.db", NULL);
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, settings, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "CREATE TABLE fact (n INTEGER PRIMARY KEY)", NULL, NULL, NULL),
                     SQLITE_OK);
    for (int i = 1; i <= count; i++) {
        g_autofree char *sql = g_strdup_printf("INSERT INTO fact VALUES (%d)", i);
        assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
        power_acknowledge(i);
    }
    sqlite3_close(db);
}

static int count_row(void *context, int columns, char **values, char **titles)
{
    (void)columns, (void)titles;
    *(gint64 *)context = g_ascii_strtoll(values[0], NULL, 10);
    return 0;
}

static bool plain_is_there(const char *where, gint64 acknowledged, void *context)
{
    g_autofree char *path = g_build_filename(where, "plain.db", NULL);
    sqlite3 *db = NULL;
    gint64 count = 0;
    (void)context;
    sqlite3_open(path, &db);
    sqlite3_exec(db, "SELECT count(*) FROM fact", count_row, &count, NULL);
    sqlite3_close(db);
    return count >= acknowledged;
}

static void harness__sees_losses__where_there_are_some(void **state)
{
    (void)state;
    static const struct {
        const char *name, *settings;
        bool loses;
    } rows[] = {
        { "WAL, NORMAL", "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL", true },
        { "DELETE, FULL", "PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL", true },
        { "DELETE, EXTRA", "PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA", false },
        { "TRUNCATE, FULL", "PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = FULL", false },
        { "WAL, FULL", "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL", false },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        folders_down(NULL), folders_up(NULL);
        write_plain(rows[i].settings, 6);
        power_sum sum = power_cut(cut_folder, 1, plain_is_there, NULL);
        print_message("# %s: %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " states lost something\n",
                      rows[i].name, sum.lost, sum.states);
        if ((sum.lost > 0) != rows[i].loses)
            fail_msg("%s: %s", rows[i].name, sum.lost > 0 ? sum.first : "the harness is blind");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(journal__keeps_what_it_acknowledged__through_any_power_cut,
                                        folders_up, folders_down),
        cmocka_unit_test_setup_teardown(harness__sees_losses__where_there_are_some, folders_up, folders_down),
    };
    if (access("/dev/shm", W_OK) == 0) /* thousands of small databases: not worth a real disk's syncs */
        g_setenv("TMPDIR", "/dev/shm", TRUE);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
