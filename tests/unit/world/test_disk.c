/* Rows 19, 21, 22 and G3: every call by which the journal touches the disk fails once, in each way it may fail. What was
 * acknowledged is there, nothing else is, the cause is named, and after a doubtful sync nothing is written any more. */
#include "journal/audit.h"
#include "lib/folder.h"
#include "lib/power.h"
#include "world/store.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define APPENDS 6

static char *folder;

static int folder_up(void **state)
{
    (void)state;
    folder = test_folder_make();
    power_watch();
    return 0;
}

static int folder_down(void **state)
{
    (void)state;
    power_inject(0, 0, false);
    test_folder_remove(g_steal_pointer(&folder));
    return 0;
}

static bool append(store *journal, int i, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)record_free);
    g_autofree char *text = g_strnfill(20 + (gsize)(i % 10) * 400, 'x');
    record *each = record_new("note.added");
    g_free(each->stream), each->stream = g_strdup("INC-0001");
    record_set_body(each, json_pack("{s:s}", "text", text));
    g_ptr_array_add(list, each);
    return store_append(journal, list, error);
}

static bool count_intact(const record *each, void *context)
{
    return audit_follow(context, each);
}

/* What a later program finds: all intact, and how many there are in the incident. */
static gint64 length_found(void)
{
    gint64 position = 0;
    g_autoptr(audit) judge = audit_new(true);
    g_autoptr(store) journal = store_open_writing(folder, NULL);
    assert_non_null(journal);
    assert_true(store_follow(journal, 0, count_intact, judge, &position, NULL));
    audit_end(judge);
    assert_true(audit_is_intact(judge));
    return store_length(journal, "INC-0001");
}

/* Opens, appends, closes. How many were acknowledged; the errors' words, in order, are added to `said`. */
static gint64 work(GPtrArray *said)
{
    gint64 done = 0;
    g_autoptr(GError) closed = NULL;
    store *journal = store_open_writing(folder, &closed);
    if (journal == NULL) {
        g_ptr_array_add(said, g_strdup(closed->message));
        return 0;
    }
    for (int i = 0; i < APPENDS; i++) {
        g_autoptr(GError) error = NULL;
        if (append(journal, i, &error))
            done++;
        else
            g_ptr_array_add(said, g_strdup(error->message));
    }
    store_close(journal);
    return done;
}

static void assert_all_begin(GPtrArray *said, const char *what, int number, guint at)
{
    for (guint i = 0; i < said->len; i++)
        if (!g_str_has_prefix(said->pdata[i], what))
            fail_msg("%s at call %u: '%s'", g_strerror(number), at, (char *)said->pdata[i]);
}

static void journal__keeps_what_it_acknowledged__whatever_call_fails_once(void **state)
{
    (void)state;
    static const struct {
        int number;
        const char *says;
    } rows[] = {
        { ENOSPC, "journal full: " },
        { EDQUOT, "journal full: the disk quota of this account is used up on " },
        { EFBIG, "journal full: " },
        { EROFS, "journal cannot be written: the file system of " },
        { EIO, "" },
    };
    g_autoptr(GPtrArray) nothing = g_ptr_array_new_with_free_func(g_free);
    power_inject(0, 0, false);
    assert_int_equal(work(nothing), APPENDS);
    guint calls = power_inject(0, 0, false), reached = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        for (guint at = 1; at <= calls; at++) {
            g_autoptr(GPtrArray) said = g_ptr_array_new_with_free_func(g_free);
            folder_down(NULL), folder_up(NULL);
            power_inject(at, rows[i].number, false);
            gint64 acknowledged = work(said);
            power_inject(0, 0, false);
            gint64 found = length_found();
            if (found < acknowledged || found > acknowledged + 1)
                fail_msg("%s at call %u: %" G_GINT64_FORMAT " acknowledged, %" G_GINT64_FORMAT " found",
                         g_strerror(rows[i].number), at, acknowledged, found);
            assert_all_begin(said, rows[i].says, rows[i].number, at);
            reached++;
        }
    print_message("# %u failures\n", reached);
    assert_true(reached > 100);
}

/* A sync that failed once may succeed the second time, with the data gone: there is no second time. */
static void journal__appends_nothing_more__after_a_failed_sync(void **state)
{
    (void)state;
    g_autoptr(GError) first = NULL, second = NULL;
    store *journal = store_open_writing(folder, NULL);
    assert_true(append(journal, 0, NULL));
    power_inject(0, 0, false);
    assert_true(append(journal, 0, NULL));
    guint sync = power_inject(0, 0, false); /* the last call of an append that checkpoints nothing */
    power_inject(sync, EIO, false);
    assert_false(append(journal, 0, &first));
    if (strstr(first->message, "the disk failed under ") == NULL ||
        strstr(first->message, g_strerror(EIO)) == NULL)
        fail_msg("says '%s'", first->message);
    assert_false(append(journal, 0, &second));
    if (!g_str_has_suffix(second->message, ": nothing is appended any more"))
        fail_msg("says '%s'", second->message);
    store_close(journal);
    gint64 found = length_found();
    assert_true(found == 2 || found == 3); /* what was not acknowledged may be there or not */
}

/* A full disk is no damage: once there is room again, it goes on where it stood. */
static void journal__goes_on__when_there_is_room_again(void **state)
{
    (void)state;
    static const int numbers[] = { ENOSPC, EDQUOT, EROFS };
    store *journal = store_open_writing(folder, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++) {
        assert_true(append(journal, 1, NULL));
        power_inject(1, numbers[i], true);
        for (int n = 0; n < 3; n++)
            assert_false(append(journal, 2, NULL));
        power_inject(0, 0, false);
        assert_true(append(journal, 3, NULL));
    }
    store_close(journal);
    assert_int_equal(length_found(), 6);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_up, folder_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(journal__keeps_what_it_acknowledged__whatever_call_fails_once),
        TEST(journal__appends_nothing_more__after_a_failed_sync),
        TEST(journal__goes_on__when_there_is_room_again),
    };
    if (access("/dev/shm", W_OK) == 0)
        g_setenv("TMPDIR", "/dev/shm", TRUE);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
