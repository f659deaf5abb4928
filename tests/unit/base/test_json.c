#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <float.h>
#include <math.h>

static const struct row {
    const char *name, *text, *line; /* NULL: refused */
} rows[] = {
    { "order stays", "{\"b\": 1, \"a\": 2}", "{\"b\":1,\"a\":2}" },
    { "a number as it was written", "0.95", "0.95" },
    { "a scalar alone", "\"x\"", "\"x\"" },
    { "the largest counter", "9223372036854775807", "9223372036854775807" },
    { "one beyond it", "9223372036854775808", NULL },
    { "a number without end", "1e999", NULL },
    { "a duplicate key", "{\"a\":1,\"a\":2}", NULL },
    { "something behind it", "{} x", NULL },
    { "not UTF-8", "\"\377\"", NULL },
    { "a NUL by escape", "\"\\\\u0000\"", NULL },
    { "NaN", "NaN", NULL },
    { "nothing", "", NULL },
};

static void json__is_read__or_refused_with_its_place(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = g_strcompress(rows[i].text);
        g_autoptr(GError) error = NULL;
        g_autoptr(json) value = json_read(text, strlen(text), &error);
        g_autofree char *line = value != NULL ? json_line(value) : NULL;
        if (g_strcmp0(line, rows[i].line) != 0)
            fail_msg("%s: %s", rows[i].name, line);
        assert_true(value != NULL || g_ascii_isdigit(error->message[0]));
    }
}

static char *nested(int depth)
{
    g_autofree char *open = g_strnfill((gsize)depth, '['), *close = g_strnfill((gsize)depth, ']');
    return g_strconcat(open, close, NULL);
}

static void json__nested_too_deep__is_refused(void **state)
{
    (void)state;
    g_autofree char *good = nested(64), *bad = nested(65), *worse = nested(100000);
    g_autoptr(json) value = json_read(good, strlen(good), NULL);
    assert_non_null(value);
    assert_null(json_read(bad, strlen(bad), NULL));
    assert_null(json_read(worse, strlen(worse), NULL));
}

static void value__of_another_kind__is_absent(void **state)
{
    (void)state;
    const char *text = "{\"t\":\"x\",\"n\":3,\"d\":0.5,\"f\":true,\"z\":null}";
    g_autoptr(json) value = json_read(text, strlen(text), NULL);
    assert_string_equal(json_text(value, "t", "-"), "x");
    assert_string_equal(json_text(value, "n", "-"), "-");
    assert_string_equal(json_text(value, "z", "-"), "-");
    assert_null(json_text(value, "none", NULL));
    assert_int_equal(json_whole(value, "n", -1), 3);
    assert_int_equal(json_whole(value, "d", -1), -1);
    assert_true(json_decimal(value, "n", -1) == 3.0);
    assert_true(json_decimal(value, "d", -1) == 0.5);
    assert_true(json_decimal(value, "t", -1) == -1.0);
    assert_true(json_flag(value, "f", false));
    assert_true(json_flag(value, "t", true));
}

static void put__stores__what_json_has_no_word_for(void **state)
{
    (void)state;
    g_autoptr(json) value = json_object();
    json_put_text(value, "bytes", "a\xff\n");
    json_put_text(value, "nothing", NULL);
    json_put_decimal(value, "nan", NAN);
    json_put_decimal(value, "up", INFINITY);
    json_put_decimal(value, "down", -INFINITY);
    json_put_decimal(value, "half", 0.5);
    json_put_whole(value, "n", -7);
    json_put_flag(value, "f", false);
    json_put(value, "null", NULL);
    g_autofree char *line = json_line(value);
    assert_string_equal(line, "{\"bytes\":\"a<FF>\\n\",\"nan\":\"NaN\",\"up\":\"+Inf\",\"down\":\"-Inf\","
                              "\"half\":0.5,\"n\":-7,\"f\":false}");
    g_autofree char *pretty = json_pretty(value);
    assert_true(g_str_has_prefix(pretty, "{\n  \"bytes\"") && g_str_has_suffix(pretty, "}\n"));
}

/* With fifteen digits the largest number would be rounded to one that nobody can read. */
static void decimal__however_large__can_be_read_back(void **state)
{
    (void)state;
    static const double numbers[] = { DBL_MAX, -DBL_MAX, 1.797693134862315e308, DBL_MIN, 1e-300 };
    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++) {
        g_autoptr(json) value = json_object();
        json_put_decimal(value, "n", numbers[i]);
        g_autofree char *line = json_line(value);
        g_autoptr(json) again = json_read(line, strlen(line), NULL);
        assert_non_null(again);
        assert_true(fabs(json_decimal(again, "n", 0) / numbers[i] - 1) < 1e-14);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json__is_read__or_refused_with_its_place),
        cmocka_unit_test(json__nested_too_deep__is_refused),
        cmocka_unit_test(value__of_another_kind__is_absent),
        cmocka_unit_test(put__stores__what_json_has_no_word_for),
        cmocka_unit_test(decimal__however_large__can_be_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
