#include "practice/trouble.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct row {
    const char *name, *text, *again; /* NULL: refused */
} rows[] = {
    { "one", "slow", "slow" },
    { "several, in one order", "crash,errors,slow", "slow,errors,crash" },
    { "all of them", "slow,errors,totals,leak,crash,loss", "slow,errors,totals,leak,crash,loss" },
    { "twice is once", "leak,leak", "leak" },
    { "with blanks", "slow, errors", "slow,errors" },
    { "none", "none", "none" },
    { "none beside another", "none,slow", NULL },
    { "unknown", "slow,rude", NULL },
    { "empty", "", NULL },
    { "an empty part", "slow,,errors", NULL },
};

static void trouble__is_chosen__by_name(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        guint bits = 0;
        g_autoptr(GError) error = NULL;
        bool good = trouble_parse(rows[i].text, &bits, &error);
        g_autofree char *again = good ? trouble_text(bits) : NULL;
        if (g_strcmp0(again, rows[i].again) != 0)
            fail_msg("%s: %s", rows[i].name, again != NULL ? again : error->message);
        if (!good)
            assert_int_equal(fail_exit_code(error), ERR_USAGE);
    }
}

static const struct version_row {
    const char *version;
    bool good, bad;
} versions[] = {
    { "1.0.0", true, false }, { "1.99", true, false }, { "2.0.0", true, true },  { "2.4.1", true, true },
    { "10.1", true, true },   { "0.9", true, false },  { "v2", false, false },   { "2.", false, true },
    { "1..0", false, false }, { "", false, false },    { "1;rm", false, false },
};

static void releases__from_two_on__are_bad(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(versions); i++)
        if (version_is_good_text(versions[i].version) != versions[i].good ||
            (versions[i].good && version_is_bad(versions[i].version) != versions[i].bad))
            fail_msg("'%s'", versions[i].version);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trouble__is_chosen__by_name),
        cmocka_unit_test(releases__from_two_on__are_bad),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
