/* What a keeper left, read byte by byte: what is whole, what is torn, what is of another time. */
#include "engine/leaves.h"
#include "keeper/leaves.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <string.h>

static char *sealed(const char *body)
{
    guint64 sum = G_GUINT64_CONSTANT(0xcbf29ce484222325);
    for (const char *at = body; *at != '\0'; at++)
        sum = (sum ^ (guchar)*at) * G_GUINT64_CONSTANT(0x100000001b3);
    return g_strdup_printf("%ssum %016" PRIx64 "\n", body, sum);
}

static void clear(gpointer one)
{
    g_free(((keep_process *)one)->name);
}

#define HEAD "version 1\nboot b\n"
#define TIMES "started 10 1000\nended 30 3500\n"
#define COUNTS "output 7\nkept 5\nleft 2\n"

static const struct {
    const char *name, *body;
    leaf is;
    const char *words; /* of keep_words */
} ends[] = {
    { "exited", HEAD "outcome exited 3\nreason ended\n" TIMES COUNTS, LEAF_GOOD, "exited 3" },
    { "signalled", HEAD "outcome signalled 9\nreason abort\n" TIMES COUNTS, LEAF_GOOD,
      "killed by signal 9 (KILL)" },
    { "an unknown signal", HEAD "outcome signalled 99\nreason abort\n" TIMES COUNTS, LEAF_GOOD,
      "killed by signal 99 (?)" },
    { "not started", HEAD "outcome not-started 2 sh: not found\nreason ended\n" TIMES COUNTS, LEAF_GOOD,
      "could not start: sh: not found" },
    { "survived", HEAD "outcome survived 0\nreason timeout\n" TIMES COUNTS, LEAF_GOOD, "could not be ended" },
    { "a line that is new in the same version",
      HEAD "colour blue\noutcome exited 0\nreason ended\n" TIMES COUNTS, LEAF_GOOD, "exited 0" },
    { "no outcome", HEAD "reason ended\n" TIMES COUNTS, LEAF_TORN, NULL },
    { "no reason", HEAD "outcome exited 0\n" TIMES COUNTS, LEAF_TORN, NULL },
    { "another reason", HEAD "outcome exited 0\nreason bored\n" TIMES COUNTS, LEAF_TORN, NULL },
    { "another outcome", HEAD "outcome vanished 0\nreason ended\n" TIMES COUNTS, LEAF_TORN, NULL },
    { "an outcome without its number", HEAD "outcome exited x\nreason ended\n" TIMES COUNTS, LEAF_TORN,
      NULL },
    { "a number out of bounds", HEAD "outcome exited 99999999999\nreason ended\n" TIMES COUNTS, LEAF_TORN,
      NULL },
    { "half a time", HEAD "outcome exited 0\nreason ended\nstarted 10\nended 30 3500\n" COUNTS, LEAF_TORN,
      NULL },
    { "no times", HEAD "outcome exited 0\nreason ended\n" COUNTS, LEAF_TORN, NULL },
    { "a newer keeper's", "version 2\nall is new\n", LEAF_NEWER, NULL },
    { "nothing", "", LEAF_NONE, NULL },
    { "the reserved place", "boot b\n", LEAF_NONE, NULL },
};

static void end_record__is_read_whole__or_not_at_all(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(ends); i++) {
        g_autofree char *text = ends[i].is == LEAF_NONE ? g_strdup(ends[i].body) : sealed(ends[i].body);
        keep_seen seen = { .survivors = g_array_new(FALSE, TRUE, sizeof(keep_process)) };
        leaf is = leaf_read_exit(text, strlen(text), &seen);
        if (is != ends[i].is)
            fail_msg("%s: %d", ends[i].name, is);
        if (is == LEAF_GOOD) {
            g_autofree char *words = keep_words(&seen);
            assert_string_equal(words, ends[i].words);
            assert_int_equal(seen.started, 10);
            assert_int_equal(seen.ended, 30);
            assert_int_equal(seen.lasted, 2500); /* by the boot clock, whatever the wall clock did */
            assert_int_equal(seen.output, 7);
            assert_int_equal(seen.kept, 5);
            assert_int_equal(seen.left, 2);
            assert_true(seen.asked == MOMENT_NONE);
        } else {
            assert_null(seen.words);
        }
        g_free(seen.words);
        g_array_unref(seen.survivors);
    }
}

static void end_record__cut_anywhere__is_torn(void **state)
{
    g_autofree char *text = sealed(ends[0].body);
    keep_seen seen = { .survivors = g_array_new(FALSE, TRUE, sizeof(keep_process)) };
    (void)state;
    for (gsize length = strlen("version 1"); length < strlen(text); length++) {
        g_autofree char *cut = g_strndup(text, length);
        assert_int_equal(leaf_read_exit(cut, length, &seen), LEAF_TORN);
    }
    g_array_unref(seen.survivors);
}

static void end_record__names_what_was_left(void **state)
{
    g_autofree char *text = sealed(HEAD "outcome exited 0\nreason abort\n" TIMES "asked 20 2000\n" COUNTS
                                        "cut disk full\nsurvivor 12 a ) b\nsurvivor 0 3 more\n");
    keep_seen seen = { .survivors = g_array_new(FALSE, TRUE, sizeof(keep_process)) };
    (void)state;
    g_array_set_clear_func(seen.survivors, clear);
    assert_int_equal(leaf_read_exit(text, strlen(text), &seen), LEAF_GOOD);
    assert_int_equal(seen.asked, 20);
    assert_string_equal(seen.cut, "disk full");
    assert_int_equal(seen.survivors->len, 2);
    assert_int_equal(g_array_index(seen.survivors, keep_process, 0).pid, 12);
    assert_string_equal(g_array_index(seen.survivors, keep_process, 0).name, "a ) b");
    assert_string_equal(g_array_index(seen.survivors, keep_process, 1).name, "3 more");
    g_free(seen.words);
    g_free(seen.cut);
    g_array_unref(seen.survivors);
}

static void holder__is_read_whole__or_not_at_all(void **state)
{
    static const struct {
        const char *name, *body;
        leaf is;
    } rows[] = {
        { "whole", HEAD "keeper 5 100\nstep 6 101\nwall 7\nup 8\n", LEAF_GOOD },
        { "no step", HEAD "keeper 5 100\nwall 7\nup 8\n", LEAF_TORN },
        { "a step without a start time", HEAD "keeper 5 100\nstep 6\nwall 7\nup 8\n", LEAF_TORN },
        { "number 0 (would signal our own group)", HEAD "keeper 5 100\nstep 0 101\nwall 7\nup 8\n",
          LEAF_TORN },
        { "number -1 (would signal everybody)", HEAD "keeper -1 100\nstep 6 101\nwall 7\nup 8\n", LEAF_TORN },
        { "no boot", "version 1\nkeeper 5 100\nstep 6 101\nwall 7\nup 8\n", LEAF_TORN },
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = sealed(rows[i].body);
        leaf_holder holder = { 0 };
        leaf is = leaf_read_holder(text, strlen(text), &holder);
        if (is != rows[i].is)
            fail_msg("%s: %d", rows[i].name, is);
        assert_int_equal(holder.step, is == LEAF_GOOD ? 6 : 0);
    }
}

static void frame__begins_with_a_header__or_is_none(void **state)
{
    static const struct {
        const char *bytes;
        gsize header;
    } rows[] = {
        { "1795136143682918 o 0 6\nhello\n\n", 23 },
        { "1 e 12 65536\n", 13 },
        { "1 e 12 65537\n", 0 },
        { "1 e 12 0\n", 0 },
        { "1 x 12 3\n", 0 },
        { "1  o 12 3\n", 0 },
        { "1 o 12  3\n", 0 },
        { "1 o -12 3\n", 0 },
        { "-1 o 12 3\n", 0 },
        { "1 o 12 3", 0 },
        { "1 o 12 3 \n", 0 },
        { "1 o 9999999999999999999 3\n", 0 },
        { "", 0 },
        { "hello\n", 0 },
    };
    leaf_frame frame;
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (leaf_read_frame(rows[i].bytes, strlen(rows[i].bytes), &frame) != rows[i].header)
            fail_msg("'%s'", rows[i].bytes);
    assert_int_equal(leaf_read_frame(rows[0].bytes, strlen(rows[0].bytes), &frame), 23);
    assert_true(frame.at == 1795136143682918 && !frame.is_error && frame.offset == 0 && frame.length == 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(end_record__is_read_whole__or_not_at_all),
        cmocka_unit_test(end_record__cut_anywhere__is_torn),
        cmocka_unit_test(end_record__names_what_was_left),
        cmocka_unit_test(holder__is_read_whole__or_not_at_all),
        cmocka_unit_test(frame__begins_with_a_header__or_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
