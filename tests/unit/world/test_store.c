#include "journal/chain.h"
#include "lib/folder.h"
#include "world/store.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char *folder;

static int folder_up(void **state)
{
    (void)state;
    folder = test_folder_make();
    return 0;
}

static int folder_down(void **state)
{
    (void)state;
    test_folder_remove(g_steal_pointer(&folder));
    return 0;
}

static record *a_record(const char *stream, const char *kind, json *body)
{
    record *self = record_new(kind);
    g_free(self->stream), self->stream = g_strdup(stream);
    g_free(self->boot), self->boot = g_strdup("5be091c4-7d20-483f-96e2-b40000000001");
    g_free(self->by.name), self->by.name = g_strdup("ada");
    g_free(self->by.account), self->by.account = g_strdup("ada@ops1");
    g_free(self->by.means), self->by.means = g_strdup("cli");
    self->happened = 1795097152000000;
    self->noted = 1795097152345678;
    self->up = 987654321;
    record_set_body(self, body);
    return self;
}

static record *a_note(const char *stream, int i)
{
    g_autofree char *text = g_strdup_printf("note %d", i);
    return a_record(stream, "note.added", json_pack("{s:s}", "text", text));
}

static GPtrArray *list_of(record *only)
{
    GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)record_free);
    g_ptr_array_add(list, only);
    return list;
}

static bool append(store *journal, record *only, GError **error)
{
    g_autoptr(GPtrArray) list = list_of(only);
    return store_append(journal, list, error);
}

static void append_notes(store *journal, const char *stream, int count)
{
    for (int i = 1; i <= count; i++)
        assert_true(append(journal, a_note(stream, i), NULL));
}

static bool keep(const record *seen, void *context)
{
    g_ptr_array_add(context, record_copy(seen));
    return true;
}

static GPtrArray *read_all(store *journal, const char *stream, gint64 from, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)record_free);
    return store_read(journal, stream, from, keep, list, error) ? g_steal_pointer(&list) : NULL;
}

static char *file_path(const char *name)
{
    return g_build_filename(folder, name, NULL);
}

/* A raw hand in the file, as a tamperer has it. */
static void tamper(const char *sql)
{
    g_autofree char *path = file_path("journal.db");
    sqlite3 *db = NULL;
    char *said = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &said) != SQLITE_OK)
        fail_msg("%s: %s", sql, said);
    sqlite3_close(db);
}

static void assert_says(GError *error, err_kind kind, const char *start)
{
    assert_non_null(error);
    if (!g_str_has_prefix(error->message, start))
        fail_msg("says '%s', not '%s'", error->message, start);
    assert_int_equal(error->code, kind);
}

/* ---- appending and reading ---- */

static void store__gives_back__what_was_appended(void **state)
{
    (void)state;
    g_autoptr(store) journal = store_open_writing(folder, NULL);
    g_autoptr(record) written = a_note("INC-0001", 1);
    g_autoptr(GPtrArray) list = g_ptr_array_new();
    g_free(written->command), written->command = g_strdup("01JD0000000000000000000001");
    g_ptr_array_add(list, written);
    assert_true(store_append(journal, list, NULL));
    assert_int_equal(list->len, 1);
    assert_int_equal(written->number, 1);
    g_autoptr(store) other = store_open_reading(folder, NULL);
    g_autoptr(GPtrArray) read = read_all(other, "INC-0001", 1, NULL);
    assert_int_equal(read->len, 1);
    g_autoptr(json) before = record_json(written);
    g_autoptr(json) after = record_json(read->pdata[0]);
    assert_true(json_equal(before, after));
}

static void store__numbers_each_stream__without_gaps(void **state)
{
    (void)state;
    g_autoptr(store) journal = store_open_writing(folder, NULL);
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)record_free);
    for (int i = 0; i < 6; i++)
        g_ptr_array_add(list, a_note(i % 2 != 0 ? "INC-0002" : "INC-0001", i));
    assert_true(store_append(journal, list, NULL));
    assert_true(append(journal, a_note("INC-0002", 6), NULL));
    assert_int_equal(store_length(journal, "INC-0001"), 3);
    assert_int_equal(store_length(journal, "INC-0002"), 4);
    assert_int_equal(store_length(journal, "INC-0003"), 0);
    g_auto(GStrv) streams = store_streams(journal, NULL);
    assert_int_equal(g_strv_length(streams), 3);
    assert_string_equal(streams[0], "INC-0001");
    assert_string_equal(streams[1], STREAM_HOUSE);
    assert_string_equal(streams[2], "INC-0002");
    g_autoptr(GPtrArray) tail = read_all(journal, "INC-0002", 3, NULL);
    assert_int_equal(tail->len, 2);
    assert_int_equal(((record *)tail->pdata[0])->number, 3);
    g_autoptr(GPtrArray) beyond = read_all(journal, "INC-0002", 9, NULL);
    assert_int_equal(beyond->len, 0);
}

static void store__goes_on__after_it_was_closed(void **state)
{
    (void)state;
    for (int round = 0; round < 3; round++) {
        g_autoptr(store) journal = store_open_writing(folder, NULL);
        append_notes(journal, "INC-0001", 5);
    }
    g_autoptr(store) journal = store_open_reading(folder, NULL);
    g_autoptr(GPtrArray) read = read_all(journal, "INC-0001", 1, NULL);
    assert_int_equal(read->len, 15);
}

static void store__appends__all_or_none(void **state)
{
    (void)state;
    g_autoptr(store) journal = store_open_writing(folder, NULL);
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)record_free);
    g_autoptr(GError) error = NULL;
    append_notes(journal, "INC-0001", 2);
    for (int i = 0; i < 3; i++)
        g_ptr_array_add(list, a_note("INC-0001", i));
    record *bad = a_note("INC-0001", 4);
    g_free(bad->by.name), bad->by.name = g_strdup("ad\xff");
    g_ptr_array_add(list, bad);
    assert_false(store_append(journal, list, &error));
    assert_says(error, ERR_REFUSED, "note.added: the name is not UTF-8");
    assert_int_equal(store_length(journal, "INC-0001"), 2);
    append_notes(journal, "INC-0001", 1);
    g_autoptr(GPtrArray) read = read_all(journal, "INC-0001", 1, NULL);
    assert_int_equal(read->len, 3);
}

static void store__refuses__what_is_too_large(void **state)
{
    (void)state;
    g_autoptr(store) journal = store_open_writing(folder, NULL);
    g_autoptr(GError) error = NULL;
    g_autofree char *largest = g_strnfill(STORE_BODY_LARGEST - strlen("{\"text\":\"\"}"), 'x');
    g_autofree char *larger = g_strconcat(largest, "x", NULL);
    assert_true(
        append(journal, a_record("INC-0001", "note.added", json_pack("{s:s}", "text", largest)), NULL));
    assert_false(
        append(journal, a_record("INC-0001", "note.added", json_pack("{s:s}", "text", larger)), &error));
    assert_says(error, ERR_REFUSED,
                "note.added: the body has 1048577 bytes: at most 1048576 fit into a record");
    g_autoptr(GPtrArray) read = read_all(journal, "INC-0001", 1, NULL);
    assert_int_equal(strlen(((record *)read->pdata[0])->body), STORE_BODY_LARGEST);
}

static bool stop_at_three(const record *seen, void *context)
{
    (void)seen;
    return ++*(int *)context < 3;
}

static void store__follows__from_where_it_stopped(void **state)
{
    (void)state;
    g_autoptr(store) journal = store_open_writing(folder, NULL);
    g_autoptr(store) follower = store_open_reading(folder, NULL);
    g_autoptr(GPtrArray) seen = g_ptr_array_new_with_free_func((GDestroyNotify)record_free);
    gint64 position = 0;
    int count = 0;
    append_notes(journal, "INC-0001", 5); /* and one note in the house */
    assert_true(store_follow(follower, 0, stop_at_three, &count, &position, NULL));
    assert_int_equal(position, 3);
    assert_true(store_follow(follower, position, keep, seen, &position, NULL));
    assert_int_equal(seen->len, 3);
    assert_int_equal(position, 6);
    append_notes(journal, "INC-0002", 1);
    assert_true(store_follow(follower, position, keep, seen, &position, NULL));
    assert_int_equal(position, 8);
    assert_string_equal(((record *)seen->pdata[3])->stream, "INC-0002");
    assert_string_equal(((record *)seen->pdata[4])->kind, "house.stream_opened");
}

struct nested {
    store *journal;
    int seen;
};

static bool append_while_reading(const record *seen, void *context)
{
    struct nested *self = context;
    self->seen++;
    if (seen->number == 1)
        append_notes(self->journal, "INC-0009", 3);
    g_autoptr(GPtrArray) inner = read_all(self->journal, "INC-0009", 1, NULL);
    return inner != NULL && inner->len == 3;
}

static void store__can_be_used__while_it_is_read(void **state)
{
    (void)state;
    g_autoptr(store) journal = store_open_writing(folder, NULL);
    struct nested context = { journal, 0 };
    append_notes(journal, "INC-0001", 4);
    assert_true(store_read(journal, "INC-0001", 1, append_while_reading, &context, NULL));
    assert_int_equal(context.seen, 4);
}

static void store__reads_over__many_batches(void **state)
{
    (void)state;
    g_autoptr(store) journal = store_open_writing(folder, NULL);
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)record_free);
    for (int i = 0; i < 1500; i++)
        g_ptr_array_add(list, a_note("INC-0001", i));
    assert_true(store_append(journal, list, NULL));
    g_autoptr(GPtrArray) read = read_all(journal, "INC-0001", 1, NULL);
    assert_int_equal(read->len, 1500);
    assert_string_equal(((record *)read->pdata[1499])->body, "{\"text\":\"note 1499\"}");
}

static void store__finds__what_a_command_made(void **state)
{
    (void)state;
    g_autoptr(store) journal = store_open_writing(folder, NULL);
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func((GDestroyNotify)record_free);
    for (int i = 1; i <= 6; i++) {
        record *made = a_note("INC-0001", i);
        g_free(made->command), made->command = g_strdup(i % 3 == 0 ? "three" : "");
        assert_true(append(journal, made, NULL));
    }
    assert_true(store_of_command(journal, "three", keep, found, NULL));
    assert_int_equal(found->len, 2);
    assert_int_equal(((record *)found->pdata[0])->number, 3);
    assert_int_equal(((record *)found->pdata[1])->number, 6);
    assert_true(store_of_command(journal, "four", keep, found, NULL));
    assert_true(store_of_command(journal, "", keep, found, NULL));
    assert_int_equal(found->len, 2);
}

static void store__notes_in_the_house__where_streams_begin_and_end(void **state)
{
    (void)state;
    g_autoptr(store) journal = store_open_writing(folder, NULL);
    json *opened = json_pack("{s:s,s:s,s:s,s:s}", "id", "INC-0001", "title", "slow", "service", "checkout",
                             "severity", "high");
    json *closed = json_pack("{s:s}", "outcome", "fixed forward");
    assert_true(append(journal, a_record("INC-0001", "incident.opened", opened), NULL));
    append_notes(journal, "INC-0001", 1);
    assert_true(append(journal, a_record("INC-0001", "incident.closed", closed), NULL));
    g_autoptr(GPtrArray) house = read_all(journal, STREAM_HOUSE, 1, NULL);
    g_autoptr(GPtrArray) incident = read_all(journal, "INC-0001", 1, NULL);
    assert_int_equal(house->len, 2);
    const record *beginning = house->pdata[0], *end = house->pdata[1], *last = incident->pdata[2];
    assert_string_equal(beginning->kind, "house.stream_opened");
    assert_string_equal(json_text(record_body(beginning), "stream", ""), "INC-0001");
    assert_string_equal(json_text(record_body(beginning), "title", ""), "slow");
    assert_string_equal(json_text(record_body(beginning), "service", ""), "checkout");
    assert_string_equal(end->kind, "house.stream_closed");
    assert_int_equal(json_whole(record_body(end), "number", 0), 3);
    assert_string_equal(json_text(record_body(end), "hash", ""), last->hash);
}

static void reader__finds_no_journal__where_there_is_none(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL, empty = NULL;
    g_autofree char *path = file_path("journal.db");
    assert_null(store_open_reading(folder, &error));
    assert_says(error, ERR_NOT_FOUND, "no journal yet in ");
    assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    assert_true(g_file_set_contents(path, "", 0, NULL)); /* an engine that died while it made it */
    assert_null(store_open_reading(folder, &empty));
    assert_says(empty, ERR_NOT_FOUND, "no journal yet in ");
    g_autoptr(store) journal = store_open_writing(folder, NULL);
    assert_non_null(journal);
}

static void store__is_for_its_owner_alone(void **state)
{
    (void)state;
    static const char *const names[] = { "journal.db", "journal.db-wal", "journal.db-shm", "journal.bell" };
    mode_t before = umask(0);
    g_autoptr(store) journal = store_open_writing(folder, NULL);
    append_notes(journal, "INC-0001", 1);
    umask(before);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = file_path(names[i]);
        struct stat about;
        assert_int_equal(stat(path, &about), 0);
        assert_int_equal(about.st_mode & 07777, 0600);
    }
}

static void store__lives_on__without_its_indexes(void **state)
{
    (void)state;
    store *journal = store_open_writing(folder, NULL);
    append_notes(journal, "INC-0001", 3);
    store_close(journal);
    tamper("DROP INDEX record_by_stream; DROP INDEX record_by_command;");
    g_autoptr(store) reader = store_open_reading(folder, NULL);
    g_autoptr(GPtrArray) read = read_all(reader, "INC-0001", 1, NULL);
    assert_int_equal(read->len, 3);
    g_autoptr(store) again = store_open_writing(folder, NULL);
    append_notes(again, "INC-0001", 1);
    assert_int_equal(store_length(reader, "INC-0001"), 4);
}

/* ---- what must be noticed ---- */

static void store__is_read_only__where_a_newer_program_wrote(void **state)
{
    (void)state;
    store *journal = store_open_writing(folder, NULL);
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)record_free);
    g_autoptr(GError) error = NULL, after = NULL, single = NULL;
    append_notes(journal, "INC-0001", 2);
    append_notes(journal, "INC-0002", 1);
    for (int i = 0; i < 2; i++)
        g_ptr_array_add(list, a_record("INC-0001", "room.merged", json_object()));
    g_ptr_array_add(list, a_note("INC-0001", 5));
    ((record *)list->pdata[2])->version = 2;
    assert_true(store_append(journal, list, NULL)); /* as that program would */
    const char *says = "INC-0001 is read-only: 3 records of kinds I do not know: a newer warroom wrote them";
    assert_false(append(journal, a_note("INC-0001", 3), &error));
    assert_says(error, ERR_REFUSED, says);
    store_close(journal);
    journal = store_open_writing(folder, NULL);
    assert_false(append(journal, a_note("INC-0001", 3), &after));
    assert_says(after, ERR_REFUSED, says);
    append_notes(journal, "INC-0002", 1); /* other streams go on */
    assert_true(append(journal, a_record("INC-0003", "room.merged", json_object()), NULL));
    assert_false(append(journal, a_note("INC-0003", 3), &single));
    assert_says(single, ERR_REFUSED,
                "INC-0003 is read-only: 1 record of kinds I do not know: a newer warroom wrote it");
    g_autoptr(GPtrArray) read = read_all(journal, "INC-0001", 1, NULL);
    assert_int_equal(read->len, 5);
    store_close(journal);
}

static void store__refuses__a_newer_format(void **state)
{
    (void)state;
    store_close(store_open_writing(folder, NULL));
    tamper("PRAGMA user_version = 2");
    g_autoptr(GError) error = NULL;
    assert_null(store_open_writing(folder, &error));
    assert_says(error, ERR_REFUSED, "a newer warroom made the journal ");
}

static void store__notices__that_its_file_was_taken_away(void **state)
{
    (void)state;
    static const struct {
        const char *name, *file;
        bool replaced;
    } rows[] = {
        { "the file", "journal.db", false },
        { "the file, another in its place", "journal.db", true },
        { "the log", "journal.db-wal", false },
        { "the log, another in its place", "journal.db-wal", true },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *below = g_strdup_printf("%s/%zu", folder, i);
        g_autofree char *path = g_build_filename(below, rows[i].file, NULL);
        g_autofree char *away = g_strconcat(path, ".away", NULL);
        g_autoptr(store) journal = store_open_writing(below, NULL);
        g_autoptr(GError) error = NULL;
        append_notes(journal, "INC-0001", 2);
        assert_true(store_is_ours(journal, NULL));
        assert_int_equal(g_rename(path, away), 0);
        if (rows[i].replaced)
            assert_true(g_file_set_contents(path, "", 0, NULL));
        assert_false(store_is_ours(journal, NULL));
        assert_false(append(journal, a_note("INC-0001", 3), &error));
        g_autofree char *says = g_strconcat(path,
                                            rows[i].replaced ? " is not the file I opened: it was replaced"
                                                             : " is gone: it is not the file I opened",
                                            NULL);
        assert_says(error, ERR_FAILED, says);
        assert_int_equal(g_rename(away, path), 0);
        append_notes(journal, "INC-0001", 1); /* it is back: nothing was lost */
        assert_int_equal(store_length(journal, "INC-0001"), 3);
    }
}

static void store__does_not_go_on__behind_a_damaged_end(void **state)
{
    (void)state;
    store *journal = store_open_writing(folder, NULL);
    append_notes(journal, "INC-0001", 3);
    append_notes(journal, "INC-0002", 3);
    store_close(journal);
    tamper("UPDATE record SET body = '{\"text\":\"nothing\"}' WHERE number = 3 AND stream ="
           " (SELECT number FROM word WHERE text = 'INC-0001')");
    journal = store_open_writing(folder, NULL);
    g_autoptr(GError) error = NULL;
    assert_false(append(journal, a_note("INC-0001", 4), &error));
    assert_says(error, ERR_FAILED,
                "INC-0001: record 3 does not match its hash: it was changed after it was written");
    append_notes(journal, "INC-0002", 1);
    store_close(journal);
}

static void store__stops__at_a_damaged_record(void **state)
{
    (void)state;
    static const struct {
        const char *name, *sql, *says;
        guint before;
    } rows[] = {
        { "body", "UPDATE record SET body = '{}' WHERE number = 3", "record 3 does not match its hash", 2 },
        { "taken out", "DELETE FROM record WHERE number = 3", "record 3 is missing: 4 stands in its place",
          2 },
        { "first taken out", "DELETE FROM record WHERE number = 1 AND kind <> 1",
          "record 1 is missing: 2 stands in its place", 0 },
        { "short hash", "UPDATE record SET hash = x'00' WHERE number = 4",
          "INC-0001: record 4 cannot be read", 3 },
        { "NUL in a text", "UPDATE record SET body = body || char(0) || 'x' WHERE number = 4",
          "INC-0001: record 4 cannot be read", 3 },
        { "who", "UPDATE word SET text = 'eve' WHERE text = 'ada'", "record 1 does not match its hash", 0 },
        { "a word gone", "DELETE FROM word WHERE text = 'ada'", "INC-0001: record 1 cannot be read", 0 },
        { "kind", "UPDATE word SET text = 'note.added 2' WHERE text = 'note.added 1'",
          "record 1 does not match its hash", 0 },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        folder_down(NULL), folder_up(NULL);
        store *journal = store_open_writing(folder, NULL);
        append_notes(journal, "INC-0001", 5);
        store_close(journal);
        tamper(rows[i].sql);
        g_autoptr(store) reader = store_open_reading(folder, NULL);
        g_autoptr(GPtrArray) read = g_ptr_array_new_with_free_func((GDestroyNotify)record_free);
        g_autoptr(GError) error = NULL;
        if (store_read(reader, "INC-0001", 1, keep, read, &error))
            fail_msg("%s: read as if nothing were", rows[i].name);
        assert_says(error, ERR_FAILED, rows[i].says);
        assert_int_equal(read->len, rows[i].before);
    }
}

static void store__says_so__when_the_file_is_no_journal(void **state)
{
    (void)state;
    g_autofree char *path = file_path("journal.db");
    g_autofree char *noise = g_strnfill(8192, 'x');
    g_autoptr(GError) reading = NULL, writing = NULL;
    assert_true(g_file_set_contents(path, noise, 8192, NULL));
    assert_null(store_open_reading(folder, &reading));
    assert_null(store_open_writing(folder, &writing));
    g_autofree char *says = g_strconcat("the journal file ", path, " is damaged: ", NULL);
    assert_says(reading, ERR_FAILED, says);
    assert_says(writing, ERR_FAILED, says);
}

/* In a process of its own: the limit cannot be given back. */
static int append_under_limit(int report)
{
    store *journal = store_open_writing(folder, NULL);
    g_autoptr(GError) error = NULL;
    struct rlimit limit = { 200 * 1024, RLIM_INFINITY };
    int done = 0;
    setrlimit(RLIMIT_FSIZE, &limit);
    while (done < 5000 && append(journal, a_note("INC-0001", done + 1), &error))
        done++;
    if (error == NULL)
        return 1;
    dprintf(report, "%d\n%s\n", done, error->message);
    limit.rlim_cur = RLIM_INFINITY;
    setrlimit(RLIMIT_FSIZE, &limit); /* there is room again */
    return append(journal, a_note("INC-0001", done + 1), NULL) ? 0 : 2;
}

static void store__names__the_file_size_limit_and_goes_on_later(void **state)
{
    (void)state;
    int ends[2], status = 0;
    char said[1024] = "";
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0)
        _exit(append_under_limit(ends[1]));
    close(ends[1]);
    assert_true(read(ends[0], said, sizeof said - 1) > 0);
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(WEXITSTATUS(status), 0);
    g_auto(GStrv) line = g_strsplit(said, "\n", -1);
    if (!g_str_has_prefix(line[1], "journal full: ") ||
        !g_str_has_suffix(line[1], "would grow over the file-size limit of 204800 bytes"))
        fail_msg("says '%s'", line[1]);
    g_autoptr(store) reader = store_open_reading(folder, NULL);
    g_autoptr(GPtrArray) read = read_all(reader, "INC-0001", 1, NULL);
    assert_int_equal(read->len, atoi(line[0]) + 1); /* all that was acknowledged, and the one after */
}

/* ---- the doorbell ---- */

static bool is_readable(int descriptor, int milliseconds)
{
    struct pollfd wait = { descriptor, POLLIN, 0 };
    return poll(&wait, 1, milliseconds) == 1;
}

static void doorbell__rings__once_the_record_can_be_read(void **state)
{
    (void)state;
    int doorbell = store_doorbell(folder); /* before there is a journal */
    assert_true(doorbell >= 0);
    g_autoptr(store) journal = store_open_writing(folder, NULL);
    store_doorbell_hush(doorbell);
    assert_false(is_readable(doorbell, 0));
    for (int i = 1; i <= 20; i++) {
        append_notes(journal, "INC-0001", 1);
        assert_true(is_readable(doorbell, 5000));
        store_doorbell_hush(doorbell);
        assert_false(is_readable(doorbell, 0));
        g_autoptr(store) reader = store_open_reading(folder, NULL);
        assert_int_equal(store_length(reader, "INC-0001"), i);
    }
    close(doorbell);
}

static void doorbell__is_not_to_be_had__without_a_folder(void **state)
{
    (void)state;
    g_autofree char *nowhere = file_path("nowhere");
    assert_int_equal(store_doorbell(nowhere), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_up, folder_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(store__gives_back__what_was_appended),
        TEST(store__numbers_each_stream__without_gaps),
        TEST(store__goes_on__after_it_was_closed),
        TEST(store__appends__all_or_none),
        TEST(store__refuses__what_is_too_large),
        TEST(store__follows__from_where_it_stopped),
        TEST(store__can_be_used__while_it_is_read),
        TEST(store__reads_over__many_batches),
        TEST(store__finds__what_a_command_made),
        TEST(store__notes_in_the_house__where_streams_begin_and_end),
        TEST(reader__finds_no_journal__where_there_is_none),
        TEST(store__is_for_its_owner_alone),
        TEST(store__lives_on__without_its_indexes),
        TEST(store__is_read_only__where_a_newer_program_wrote),
        TEST(store__refuses__a_newer_format),
        TEST(store__notices__that_its_file_was_taken_away),
        TEST(store__does_not_go_on__behind_a_damaged_end),
        TEST(store__stops__at_a_damaged_record),
        TEST(store__says_so__when_the_file_is_no_journal),
        TEST(store__names__the_file_size_limit_and_goes_on_later),
        TEST(doorbell__rings__once_the_record_can_be_read),
        TEST(doorbell__is_not_to_be_had__without_a_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
