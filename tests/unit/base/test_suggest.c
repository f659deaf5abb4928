#include "base/suggest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char *const known[] = { "error_rate", "p95", "p99",   "availability", "above", "below",
                                     "kind",       "url", "every", "timeout",      NULL };

static const struct row {
    const char *name, *word, *meant; /* NULL: nobody knows */
} rows[] = {
    { "a letter left out", "abve", "above" },
    { "a letter too many", "aboove", "above" },
    { "a wrong letter", "kimd", "kind" },
    { "two letters swapped", "knid", "kind" },
    { "the case", "Error_Rate", "error_rate" },
    { "a hyphen for an underscore", "error-rate", "error_rate" },
    { "three slips in a long word", "avalabilty", "availability" },
    { "the beginning of a word", "avail", "availability" },
    { "more than the word", "every_second", "every" },
    { "the nearer of two", "p98", "p95" },
    { "a word of one's own", "zebra", NULL },
    { "two letters may be anything", "xy", NULL },
    { "one letter may be anything", "e", NULL },
    { "nothing", "", NULL },
};

static void word__is_suggested__when_it_is_near(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const char *meant = suggest_word(rows[i].word, known);
        if (g_strcmp0(meant, rows[i].meant) != 0)
            fail_msg("%s: %s", rows[i].name, meant);
    }
}

static void word__of_any_length__is_looked_at(void **state)
{
    (void)state;
    g_autofree char *longest = g_strnfill(64, 'x'), *longer = g_strnfill(100000, 'x'),
                    *near = g_strnfill(63, 'x');
    const char *const list[] = { longest, longer, NULL };
    assert_ptr_equal(suggest_word(near, list), longest);
    assert_null(suggest_word(longer, list));
}

static void sentence__names_all__of_a_short_list(void **state)
{
    (void)state;
    const char *const two[] = { "up", "down", NULL }, *const one[] = { "desk", NULL },
                      *const none[] = { NULL };
    g_autofree char *near = suggest_sentence("donw", two);
    g_autofree char *far = suggest_sentence("sideways", two);
    g_autofree char *only = suggest_sentence("sideways", one);
    g_autofree char *empty = suggest_sentence("sideways", none);
    g_autofree char *many = suggest_sentence("sideways", known);
    assert_string_equal(near, "did you mean 'down'?");
    assert_string_equal(far, "one of: up, down");
    assert_string_equal(only, "the only one is desk");
    assert_string_equal(empty, "");
    assert_string_equal(many, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(word__is_suggested__when_it_is_near),
        cmocka_unit_test(word__of_any_length__is_looked_at),
        cmocka_unit_test(sentence__names_all__of_a_short_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
