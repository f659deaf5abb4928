#include "practice/weights.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct row {
    const char *name;
    int percent[POOLS];
    bool usable[POOLS];
    int visitors, blue, green, nobody;
} rows[] = {
    { "all to blue", { 100, 0 }, { true, true }, 100, 100, 0, 0 },
    { "all to green", { 0, 100 }, { true, true }, 100, 0, 100, 0 },
    { "a canary", { 80, 20 }, { true, true }, 100, 80, 20, 0 },
    { "one in a hundred", { 99, 1 }, { true, true }, 1000, 990, 10, 0 },
    { "half and half", { 50, 50 }, { true, true }, 10, 5, 5, 0 },
    { "a canary that died gives its share away", { 80, 20 }, { true, false }, 100, 100, 0, 0 },
    { "a pool without a share is no fall-back", { 100, 0 }, { false, true }, 10, 0, 0, 10 },
    { "nobody is well", { 50, 50 }, { false, false }, 10, 0, 0, 10 },
};

static void weights__give_each_pool__its_share(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        weights self = { { 0 } };
        int got[POOLS] = { 0 }, nobody = 0;
        for (int visitor = 0; visitor < rows[i].visitors; visitor++) {
            int pool = weights_next(&self, rows[i].percent, rows[i].usable);
            if (pool < 0)
                nobody++;
            else
                got[pool]++;
        }
        if (got[0] != rows[i].blue || got[1] != rows[i].green || nobody != rows[i].nobody)
            fail_msg("%s: blue %d, green %d, nobody %d", rows[i].name, got[0], got[1], nobody);
    }
}

static void canary__is_spread__evenly(void **state)
{
    (void)state;
    weights self = { { 0 } };
    const int percent[POOLS] = { 80, 20 };
    const bool usable[POOLS] = { true, true };
    int since = 0;
    for (int visitor = 0; visitor < 100; visitor++) {
        since = weights_next(&self, percent, usable) == 1 ? 0 : since + 1;
        assert_in_range(since, 0, 5);
    }
}

static void weights__moved__take_effect_at_once(void **state)
{
    (void)state;
    weights self = { { 0 } };
    const int before[POOLS] = { 0, 100 }, after[POOLS] = { 100, 0 };
    const bool usable[POOLS] = { true, true };
    for (int visitor = 0; visitor < 37; visitor++)
        assert_int_equal(weights_next(&self, before, usable), 1);
    for (int visitor = 0; visitor < 37; visitor++)
        assert_int_equal(weights_next(&self, after, usable), 0);
}

static void pools__are_known__by_name(void **state)
{
    (void)state;
    assert_int_equal(pool_of("blue"), 0);
    assert_int_equal(pool_of("green"), 1);
    assert_int_equal(pool_of("Blue"), -1);
    assert_int_equal(pool_of(""), -1);
    assert_int_equal(pool_of(NULL), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights__give_each_pool__its_share),
        cmocka_unit_test(canary__is_spread__evenly),
        cmocka_unit_test(weights__moved__take_effect_at_once),
        cmocka_unit_test(pools__are_known__by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
