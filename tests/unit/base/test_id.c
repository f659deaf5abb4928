#include "base/id.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void id__sorts__by_its_time(void **state)
{
    (void)state;
    static const gint64 times[] = {
        -5, 0, 1000, 999999, 1795089600000000, 1795089600001000, 9000000000000000
    };
    guchar chance[16];
    char before[ID_SIZE] = "", here[ID_SIZE];
    for (gsize i = 0; i < G_N_ELEMENTS(times); i++) {
        memset(chance, (int)(255 - i), sizeof chance); /* chance that falls does not matter */
        id_make(times[i], chance, here);
        assert_true(id_is_good(here));
        assert_int_equal(strlen(here), ID_SIZE - 1);
        if (i > 1)
            assert_true(strcmp(before, here) < 0);
        memcpy(before, here, sizeof here);
    }
}

static void id__differs__by_each_byte_of_chance(void **state)
{
    (void)state;
    guchar chance[16] = { 0 };
    char plain[ID_SIZE], other[ID_SIZE];
    id_make(1795089600000000, chance, plain);
    assert_string_equal(plain, "01M7STV3G00000000000000000");
    for (gsize i = 0; i < sizeof chance; i++) {
        chance[i] = 1;
        id_make(1795089600000000, chance, other);
        assert_string_not_equal(plain, other);
        chance[i] = 0;
    }
}

static void id__from_elsewhere__is_looked_at(void **state)
{
    (void)state;
    static const char *const bad[] = { "",
                                       "01K8HTCZ00000000000000000",
                                       "01K8HTCZ0000000000000000000",
                                       "81K8HTCZ000000000000000000",
                                       "01k8htcz000000000000000000",
                                       "01K8HTCZ00000000000000000U",
                                       "../../../../../../../../etc" };
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++)
        assert_false(id_is_good(bad[i]));
}

static void name__is_safe__as_a_key_and_in_a_path(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool good;
    } names[] = { { "checkout", true },     { "a", true },    { "v2.4.1", true }, { "error_rate", true },
                  { "A-1", true },          { "", false },    { ".", false },     { "..", false },
                  { ".hidden", false },     { "a/b", false }, { "a b", false },   { "a\nb", false },
                  { "St\xc3\xb6r", false }, { "a:b", false }, { "a\\b", false } };
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        if (id_is_name(names[i].name) != names[i].good)
            fail_msg("'%s'", names[i].name);
    g_autofree char *longest = g_strnfill(64, 'x'), *longer = g_strnfill(65, 'x');
    assert_true(id_is_name(longest));
    assert_false(id_is_name(longer));
}

static void title__becomes__a_name(void **state)
{
    (void)state;
    static const struct {
        const char *title, *name;
    } titles[] = { { "Drain green!", "drain-green" },    { "  Two   words  ", "two-words" },
                   { "back to 2.4.1", "back-to-2.4.1" }, { "error_rate", "error_rate" },
                   { "St\xc3\xb6rung", "storung" },      { "a - b", "a-b" },
                   { "../../etc/passwd", "etc-passwd" }, { "-x-", "x" } };
    for (gsize i = 0; i < G_N_ELEMENTS(titles); i++) {
        g_autofree char *name = id_from_title(titles[i].title);
        assert_string_equal(name, titles[i].name);
    }
}

static void title__of_anything__becomes_a_name(void **state)
{
    (void)state;
    static const char *const titles[] = { "",         "!!!",     "...", "---", "\xe4\xb8\xad\xe6\x96\x87",
                                          "\xff\xfe", "\033[31m" };
    for (gsize i = 0; i < G_N_ELEMENTS(titles); i++) {
        g_autofree char *name = id_from_title(titles[i]);
        assert_true(id_is_name(name));
    }
    g_autofree char *long_title = g_strnfill(500, 'y');
    g_autofree char *name = id_from_title(long_title);
    assert_true(id_is_name(name));
    g_autofree char *one = id_from_title("\xe4\xb8\xad"), *other = id_from_title("\xe6\x96\x87");
    assert_string_not_equal(one, other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(id__sorts__by_its_time),
        cmocka_unit_test(id__differs__by_each_byte_of_chance),
        cmocka_unit_test(id__from_elsewhere__is_looked_at),
        cmocka_unit_test(name__is_safe__as_a_key_and_in_a_path),
        cmocka_unit_test(title__becomes__a_name),
        cmocka_unit_test(title__of_anything__becomes_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
