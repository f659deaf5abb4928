#include "base/moment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define NOON ((moment)1795089600 * SPAN_SECOND) /* 2026-11-19T12:00:00Z */

static const struct row {
    const char *name, *text, *stored; /* NULL: refused */
} rows[] = {
    { "as stored", "2026-11-19T14:05:52.000001Z", "2026-11-19T14:05:52.000001Z" },
    { "to the second", "2026-11-19T14:05:52Z", "2026-11-19T14:05:52.000000Z" },
    { "with an offset", "2026-11-19T15:05:52+01:00", "2026-11-19T14:05:52.000000Z" },
    { "an offset over midnight", "2026-11-19T23:30:00-02:00", "2026-11-20T01:30:00.000000Z" },
    { "with a blank for the T", "2026-11-19 14:05:52Z", "2026-11-19T14:05:52.000000Z" },
    { "a leap day", "2028-02-29T00:00:00Z", "2028-02-29T00:00:00.000000Z" },
    { "before 1970", "1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.500000Z" },
    { "no leap day", "2026-02-29T00:00:00Z", NULL },
    { "no offset", "2026-11-19T14:05:52", NULL },
    { "a date alone", "2026-11-19", NULL },
    { "the basic form", "20261119T140552Z", NULL },
    { "hour 25", "2026-11-19T25:00:00Z", NULL },
    { "something behind it", "2026-11-19T14:05:52Zx", NULL },
    { "empty", "", NULL },
};

static void moment__is_read__with_its_offset(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        moment at = MOMENT_NONE;
        g_autoptr(GError) error = NULL;
        bool good = moment_parse(rows[i].text, &at, &error);
        g_autofree char *stored = good ? moment_text(at) : NULL;
        if (g_strcmp0(stored, rows[i].stored) != 0)
            fail_msg("%s: %s", rows[i].name, stored);
        assert_true(good || (at == MOMENT_NONE && fail_exit_code(error) == ERR_USAGE));
    }
}

static void moment__typed_by_a_person__is_the_last_such(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *due;
    } typed[] = {
        { "earlier today", "11:59", "2026-11-19 11:59:00Z" },
        { "now", "12:00", "2026-11-19 12:00:00Z" },
        { "not yet today: yesterday", "12:01", "2026-11-18 12:01:00Z" },
        { "with seconds", "9:05:07", "2026-11-19 09:05:07Z" },
        { "as the console prints it", "09:05:07Z", "2026-11-19 09:05:07Z" },
        { "a whole time", "2026-11-01T00:00:00Z", "2026-11-01 00:00:00Z" },
        { "hour 24", "24:00", NULL },
        { "minute 60", "11:60", NULL },
        { "a sign", "+1:00", NULL },
        { "a blank", " 1:00", NULL },
        { "three digits", "11:059", NULL },
        { "an open end", "11:05:", NULL },
        { "words", "noon", NULL },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(typed); i++) {
        moment at = MOMENT_NONE;
        bool good = moment_parse_human(typed[i].text, NOON, &at, NULL);
        g_autofree char *text = good ? moment_human(at) : NULL;
        if (g_strcmp0(text, typed[i].due) != 0)
            fail_msg("%s: %s", typed[i].name, text);
    }
}

static void moment__is_shown__in_utc(void **state)
{
    (void)state;
    g_autofree char *clock = moment_clock(NOON + 5 * SPAN_SECOND);
    g_autofree char *human = moment_human(-1);
    g_autofree char *none = moment_text(MOMENT_NONE);
    assert_string_equal(clock, "12:00:05");
    assert_string_equal(human, "1969-12-31 23:59:59Z");
    assert_non_null(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moment__is_read__with_its_offset),
        cmocka_unit_test(moment__typed_by_a_person__is_the_last_such),
        cmocka_unit_test(moment__is_shown__in_utc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
