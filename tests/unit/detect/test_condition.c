/* The sentence form: what it accepts, how it is written back, and where and how it says no.
 * tests/cases/detect/condition.txt; each case is a line of text and what becomes of it. */
#include "detect/condition.h"
#include "lib/cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const metrics[] = { "error_rate",    "response_time", "p95",        "p99",
                                       "availability",  "bug_reports",   "complaints", "deadlocks",
                                       "unhealthy",     "instances",     "revenue",    "memory",
                                       "traffic.green", "queue-depth",   NULL };

static void condition__is_read_or_refused__as_its_row_says(void **state)
{
    const table_case *row = *state;
    const char *text = strcmp(row->lines[0], "(nothing)") == 0 ? "" : row->lines[0],
               *expected = row->lines[1];
    g_autoptr(GError) error = NULL;
    guint column = 0;
    g_autoptr(condition) self = condition_parse(text, metrics, &column, &error);
    if (g_str_has_prefix(expected, "! ")) {
        if (self != NULL)
            fail_msg("'%s' was accepted", text);
        char *words = NULL;
        guint64 at = g_ascii_strtoull(expected + 2, &words, 10);
        g_autofree char *whole = g_strdup_printf("column %u: %s", (guint)at, g_strchug(words));
        assert_string_equal(error->message, whole);
        assert_int_equal(column, at);
        assert_int_equal(error->code, ERR_USAGE);
        return;
    }
    if (self == NULL)
        fail_msg("'%s': %s", text, error->message);
    g_autofree char *written = condition_text(self);
    assert_string_equal(written, expected);
    g_autoptr(condition) again = condition_parse(written, metrics, NULL, &error);
    assert_non_null(again);
    g_autofree char *twice = condition_text(again);
    assert_string_equal(twice, written);
}

int main(void)
{
    g_autoptr(GPtrArray) cases = cases_read("detect/condition.txt");
    return cases_run("condition", cases, condition__is_read_or_refused__as_its_row_says);
}
