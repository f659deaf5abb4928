/* G16: a journal of a thousand records, tampered with in every way; each is found, or it is honestly said that it could
 * not be. TAMPER_SEED repeats the sampled part, TAMPER_FLIPS makes it longer. */
#include "journal/audit.h"
#include "journal/chain.h"
#include "lib/folder.h"
#include "world/store.h"

#include <glib/gstdio.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define RECORDS 1000
#define FLIPS 300

static char *folder, *path;
static char *pristine; /* the file's bytes, and their count */
static gsize pristine_size;
static GPtrArray *records; /* as they were written, all streams, in the order of appending */

/* ---- the journal, and what is found in it ---- */

static void append(store *journal, const char *stream, const char *kind_name, json *body)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)record_free);
    record *each = record_new(kind_name);
    g_free(each->stream), each->stream = g_strdup(stream);
    g_free(each->by.name), each->by.name = g_strdup("ada");
    each->noted = 1795097152345678;
    record_set_body(each, body);
    g_ptr_array_add(list, each);
    assert_true(store_append(journal, list, NULL));
}

static bool keep(const record *each, void *context)
{
    (void)context;
    g_ptr_array_add(records, record_copy(each));
    return true;
}

static void write_back(const char *bytes)
{
    g_autofree char *log = g_strconcat(path, "-wal", NULL), *index = g_strconcat(path, "-shm", NULL);
    unlink(log), unlink(index);
    assert_true(
        g_file_set_contents_full(path, bytes, (gssize)pristine_size, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
}

static int journal_up(void **state)
{
    (void)state;
    if (access("/dev/shm", W_OK) == 0)
        g_setenv("TMPDIR", "/dev/shm", TRUE);
    folder = test_folder_make();
    path = g_build_filename(folder, "journal.db", NULL);
    records = g_ptr_array_new_with_free_func((GDestroyNotify)record_free);
    store *journal = store_open_writing(folder, NULL);
    for (int i = 0; i < RECORDS - 7; i++) { /* three openings and a closing are noted by the house */
        g_autofree char *text = g_strdup_printf("what happened as number %d", i);
        append(journal,
               i % 3 == 0   ? "INC-0001"
               : i % 3 == 1 ? "INC-0002"
                            : STREAM_HOUSE,
               i % 3 == 2 ? "house.message" : "note.added", json_pack("{s:s}", "text", text));
    }
    append(journal, "INC-0001", "incident.closed", json_pack("{s:s}", "outcome", "false alarm"));
    append(journal, "INC-0003", "note.added", json_pack("{s:s}", "text", "the last"));
    append(journal, "INC-0003", "note.added", json_pack("{s:s}", "text", "the very last"));
    gint64 position = 0;
    assert_true(store_follow(journal, 0, keep, NULL, &position, NULL));
    assert_int_equal(records->len, RECORDS);
    store_close(journal);
    return g_file_get_contents(path, &pristine, &pristine_size, NULL) ? 0 : 1;
}

static int journal_down(void **state)
{
    (void)state;
    g_ptr_array_unref(records);
    g_free(pristine);
    g_free(path);
    test_folder_remove(folder);
    return 0;
}

typedef struct look {
    audit *judge;
    guint count;
    bool same; /* every record is one that was written, in its place */
} look;

static bool look_at(const record *each, void *context)
{
    look *self = context;
    bool good = audit_follow(self->judge, each); /* then it is what its hash says */
    self->same = self->same && good && self->count < records->len &&
                 strcmp(each->hash, ((record *)records->pdata[self->count])->hash) == 0;
    self->count++;
    return true;
}

typedef enum { FOUND, NOT_FOUND, UNCHANGED } verdict;

static verdict judge_journal(const char *heads)
{
    g_autoptr(audit) judge = audit_new(true);
    look all = { judge, 0, true };
    gint64 position = 0;
    g_autoptr(store) journal = store_open_reading(folder, NULL);
    if (heads != NULL)
        audit_expect_text(judge, heads, "mail");
    if (journal == NULL || !store_follow(journal, 0, look_at, &all, &position, NULL))
        return FOUND;
    audit_end(judge);
    if (!audit_is_intact(judge))
        return FOUND;
    return all.same && all.count == records->len ? UNCHANGED : NOT_FOUND;
}

/* As an insider with an editor for such files does it. */
static void edit(const char *sql)
{
    sqlite3 *db = NULL;
    char *said = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    sqlite3_exec(db, "PRAGMA synchronous = OFF", NULL, NULL, NULL);
    if (sqlite3_exec(db, sql, NULL, NULL, &said) != SQLITE_OK)
        fail_msg("%s: %s", sql, said);
    sqlite3_close(db);
}

/* ---- every byte ---- */

static void assert_covered(record *each, char *text, const char *what)
{
    char hash[DIGEST_SIZE];
    for (gsize i = 0; text[i] != '\0'; i++) {
        text[i] ^= 1;
        record_hash(each, hash);
        text[i] ^= 1;
        if (strcmp(hash, each->hash) == 0)
            fail_msg("%s/%" G_GINT64_FORMAT ": byte %zu of the %s", each->stream, each->number, i, what);
    }
}

static void tamper__is_found__in_every_byte_of_every_record(void **state)
{
    (void)state;
    for (guint i = 0; i < records->len; i++) {
        record *each = records->pdata[i];
        gint64 *numbers[] = { &each->number, &each->happened, &each->noted, &each->up, &each->version };
        assert_covered(each, each->stream, "stream");
        assert_covered(each, each->by.name, "name");
        assert_covered(each, each->kind, "kind");
        assert_covered(each, each->body, "body");
        assert_covered(each, each->previous, "previous hash");
        for (gsize n = 0; n < G_N_ELEMENTS(numbers); n++)
            for (int bit = 0; bit < 64; bit += 8) {
                char hash[DIGEST_SIZE];
                *numbers[n] ^= (gint64)1 << bit;
                record_hash(each, hash);
                *numbers[n] ^= (gint64)1 << bit;
                assert_string_not_equal(hash, each->hash);
            }
    }
}

/* ---- the file, by SQL ---- */

static void tamper__is_found__in_every_column(void **state)
{
    (void)state;
    static const char *const changes[] = {
        "stream = stream + 1",
        "number = number + 5000",
        "happened = happened - 1",
        "noted = noted + 1",
        "up = up + 1",
        "boot = 1",
        "name = 1",
        "account = name",
        "means = name",
        "kind = 1",
        "command = 'x'",
        "body = body || ' '",
        "previous = hash",
        "hash = previous",
        "position = position + 100000",
    };
    assert_int_equal(judge_journal(NULL), UNCHANGED);
    for (gsize i = 0; i < G_N_ELEMENTS(changes); i++)
        for (int position = 1; position < RECORDS; position += 111) {
            g_autofree char *sql = g_strdup_printf("UPDATE record SET %s WHERE position = %d AND stream <> "
                                                   "(SELECT number FROM word WHERE text = 'INC-0003')",
                                                   changes[i], position);
            edit(sql);
            if (judge_journal(NULL) != FOUND)
                fail_msg("%s", sql);
            write_back(pristine);
        }
}

/* The last of an open stream is another thing: see below. */
static bool is_an_open_end(guint index)
{
    const record *each = records->pdata[index];
    for (guint i = index + 1; i < records->len; i++)
        if (strcmp(((record *)records->pdata[i])->stream, each->stream) == 0)
            return false;
    /* The one is closed, and the house noted its end; the house's own last note would be missed. */
    return strcmp(each->stream, "INC-0001") != 0 && strcmp(each->stream, STREAM_HOUSE) != 0;
}

static void tamper__is_found__with_any_record_removed(void **state)
{
    (void)state;
    guint open_ends = 0;
    for (guint i = 0; i < records->len; i++) {
        g_autofree char *sql = g_strdup_printf("DELETE FROM record WHERE position = %u", i + 1);
        edit(sql);
        verdict found = judge_journal(NULL);
        open_ends += is_an_open_end(i) ? 1 : 0;
        if (found != (is_an_open_end(i) ? NOT_FOUND : FOUND))
            fail_msg("record at %u removed: %s", i + 1, found == FOUND ? "found" : "not found");
        write_back(pristine);
    }
    assert_int_equal(open_ends, 2); /* INC-0002, INC-0003 */
}

/* Each swapped with the next of its stream: place and number, and also the contents under the old numbers. */
static void tamper__is_found__with_any_two_swapped(void **state)
{
    (void)state;
    static const char *const swaps[] = {
        "UPDATE record SET number = -1 WHERE position = %u; UPDATE record SET number = number - 1 WHERE "
        "position = %u;"
        "UPDATE record SET number = %" G_GINT64_FORMAT " WHERE number = -1",
        "UPDATE record SET position = -1 WHERE position = %u; UPDATE record SET position = position - 3 WHERE"
        " position = %u; UPDATE record SET position = %" G_GINT64_FORMAT " WHERE position = -1",
    };
    for (guint i = 8; i + 20 < records->len; i += 7) {
        const record *next = records->pdata[i + 3];
        if (strcmp(((record *)records->pdata[i])->stream, next->stream) != 0)
            continue;
        g_autofree char *numbers = g_strdup_printf(swaps[0], i + 1, i + 4, next->number);
        g_autofree char *places = g_strdup_printf(swaps[1], i + 1, i + 4, (gint64)i + 4);
        const char *const both[] = { numbers, places };
        for (gsize n = 0; n < G_N_ELEMENTS(both); n++) {
            edit(both[n]);
            if (judge_journal(NULL) != FOUND)
                fail_msg("%s", both[n]);
            write_back(pristine);
        }
    }
}

/* ---- what a chain alone cannot prove ---- */

static char *head_of(const char *stream, gint64 number)
{
    for (guint i = 0; i < records->len; i++) {
        const record *each = records->pdata[i];
        if (strcmp(each->stream, stream) == 0 && each->number == number)
            return chain_anchor(stream, number, each->hash);
    }
    return NULL;
}

static void tamper__is_found__in_any_cut_tail_with_a_head_outside(void **state)
{
    (void)state;
    const gint64 length = 331; /* of INC-0002, which is open */
    g_autofree char *head = head_of("INC-0002", length);
    assert_non_null(head);
    for (gint64 kept = 1; kept < length; kept += 9) {
        g_autofree char *sql =
            g_strdup_printf("DELETE FROM record WHERE number > %" G_GINT64_FORMAT
                            " AND stream = (SELECT number FROM word WHERE text = 'INC-0002')",
                            kept);
        edit(sql);
        if (judge_journal(NULL) != NOT_FOUND || judge_journal(head) != FOUND)
            fail_msg("%s", sql);
        write_back(pristine);
    }
}

/* Another journal altogether, every hash computed well; and an older copy of this one. */
static void tamper__is_found__in_a_rewrite_with_a_head_outside(void **state)
{
    (void)state;
    g_autofree char *head = head_of("INC-0002", 200);
    for (guint kept = 300; kept <= 900; kept += 600) { /* INC-0002/200 is among the second's */
        unlink(path);
        store *journal = store_open_writing(folder, NULL);
        for (guint i = 0; i < kept; i++) {
            const record *each = records->pdata[i];
            json *body = json_deep_copy(record_body(each));
            if (kept == 900 && i >= 40 && i < 43)
                json_put_text(body, "text", "nothing of the kind happened");
            if (strcmp(each->kind, "house.stream_opened") != 0)
                append(journal, each->stream, each->kind, body);
            else
                json_decref(body);
        }
        store_close(journal);
        assert_int_equal(judge_journal(NULL), NOT_FOUND);
        assert_int_equal(judge_journal(head), FOUND);
        g_autofree char *log = g_strconcat(path, "-wal", NULL);
        unlink(log);
        write_back(pristine);
    }
}

/* ---- the file's raw bytes ---- */

static guint number_from(const char *variable, guint absent)
{
    const char *text = g_getenv(variable);
    return text != NULL ? (guint)g_ascii_strtoull(text, NULL, 10) : absent;
}

/* A bit of the file flips: it is found, or it was one that says nothing, and every record reads as it was written. */
static void tamper__is_found__in_raw_bytes_that_matter(void **state)
{
    (void)state;
    guint seed = number_from("TAMPER_SEED", g_random_int()), flips = number_from("TAMPER_FLIPS", FLIPS);
    guint sum[3] = { 0 };
    g_autoptr(GRand) chance = g_rand_new_with_seed(seed);
    g_autofree char *bytes = g_memdup2(pristine, pristine_size);
    for (guint i = 0; i < flips; i++) {
        gsize at = (gsize)(g_rand_double(chance) * (double)pristine_size);
        int bit = g_rand_int_range(chance, 0, 8);
        bytes[at] ^= (char)(1 << bit);
        write_back(bytes);
        verdict found = judge_journal(NULL);
        bytes[at] ^= (char)(1 << bit);
        sum[found]++;
        if (found == NOT_FOUND)
            fail_msg("TAMPER_SEED=%u: bit %d of byte %" G_GSIZE_FORMAT " is not found", seed, bit, at);
    }
    write_back(pristine);
    print_message("# seed %u, %u flips: %u found, %u where nothing is written\n", seed, flips, sum[FOUND],
                  sum[UNCHANGED]);
    assert_true(sum[FOUND] > flips / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tamper__is_found__in_every_byte_of_every_record),
        cmocka_unit_test(tamper__is_found__in_every_column),
        cmocka_unit_test(tamper__is_found__with_any_record_removed),
        cmocka_unit_test(tamper__is_found__with_any_two_swapped),
        cmocka_unit_test(tamper__is_found__in_any_cut_tail_with_a_head_outside),
        cmocka_unit_test(tamper__is_found__in_a_rewrite_with_a_head_outside),
        cmocka_unit_test(tamper__is_found__in_raw_bytes_that_matter),
    };
    return cmocka_run_group_tests(tests, journal_up, journal_down);
}
