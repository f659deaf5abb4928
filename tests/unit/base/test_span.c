#include "base/span.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct row {
    const char *name, *text;
    span length; /* -1: refused */
    const char *again;
} rows[] = {
    { "seconds", "90s", 90 * SPAN_SECOND, "1m30s" },
    { "minutes", "5m", 5 * SPAN_MINUTE, "5m" },
    { "hours and minutes", "1h30m", 90 * SPAN_MINUTE, "1h30m" },
    { "milliseconds are not minutes", "250ms", 250 * SPAN_MILLISECOND, "250ms" },
    { "minutes, then milliseconds", "5m3ms", 5 * SPAN_MINUTE + 3 * SPAN_MILLISECOND, "5m3ms" },
    { "days", "14d", 14 * SPAN_DAY, "14d" },
    { "weeks are written in days", "2w", 14 * SPAN_DAY, "14d" },
    { "all of them", "1w1d1h1m1s1ms", 8 * SPAN_DAY + SPAN_HOUR + SPAN_MINUTE + SPAN_SECOND + SPAN_MILLISECOND,
      "8d1h1m1s1ms" },
    { "nothing at all", "0s", 0, "0s" },
    { "ten years", "3660d", SPAN_LONGEST, "3660d" },
    { "more than ten years", "3660d1ms", -1, NULL },
    { "a number without a unit", "30", -1, NULL },
    { "a unit without a number", "m", -1, NULL },
    { "units that rise", "30s5m", -1, NULL },
    { "a unit twice", "1m1m", -1, NULL },
    { "a sign", "-5m", -1, NULL },
    { "a fraction", "1.5h", -1, NULL },
    { "a blank", "5 m", -1, NULL },
    { "a long name", "5min", -1, NULL },
    { "something behind it", "5m ", -1, NULL },
    { "empty", "", -1, NULL },
    { "more digits than numbers have", "99999999999999999999999s", -1, NULL },
    { "a product that runs over", "300000000000000w", -1, NULL },
};

static void span__is_read__as_people_write_it(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        span length = -1;
        g_autoptr(GError) error = NULL;
        bool good = span_parse(rows[i].text, &length, &error);
        if (good != (rows[i].length >= 0) || (good && length != rows[i].length))
            fail_msg("%s: %d, %" G_GINT64_FORMAT, rows[i].name, good, length);
        if (!good) {
            assert_int_equal(fail_exit_code(error), ERR_USAGE);
            continue;
        }
        g_autofree char *again = span_text(length);
        if (strcmp(again, rows[i].again) != 0)
            fail_msg("%s: written '%s'", rows[i].name, again);
    }
}

static void span__is_shown__as_clocks_do(void **state)
{
    (void)state;
    static const struct {
        span length;
        const char *text;
    } clocks[] = { { 0, "0:00" },
                   { 35 * SPAN_SECOND, "0:35" },
                   { 599 * SPAN_SECOND, "9:59" },
                   { 600 * SPAN_SECOND, "10m" },
                   { 3599 * SPAN_SECOND, "59m" },
                   { 3900 * SPAN_SECOND, "1h05" },
                   { 100 * SPAN_HOUR, "100h00" },
                   { -35 * SPAN_SECOND, "-0:35" },
                   { -3900 * SPAN_SECOND, "-1h05" } };
    for (gsize i = 0; i < G_N_ELEMENTS(clocks); i++) {
        g_autofree char *text = span_clock(clocks[i].length);
        assert_string_equal(text, clocks[i].text);
    }
    g_autofree char *lowest = span_text(INT64_MIN);
    assert_true(lowest[0] == '-');
}

static void span__is_scanned__up_to_what_is_not_it(void **state)
{
    (void)state;
    span length = 0;
    assert_string_equal(span_scan("1h30m until clear", &length), " until clear");
    assert_int_equal(length, 90 * SPAN_MINUTE);
    assert_null(span_scan("for 5m", &length));
    assert_int_equal(length, 90 * SPAN_MINUTE); /* written only on success */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(span__is_read__as_people_write_it),
        cmocka_unit_test(span__is_shown__as_clocks_do),
        cmocka_unit_test(span__is_scanned__up_to_what_is_not_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
