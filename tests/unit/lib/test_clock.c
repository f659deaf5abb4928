/* The clock of unit tests is in the place of world's, and does what it is told. */
#include "lib/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

static void clock__tells_the_real_time__until_it_is_set(void **state)
{
    (void)state;
    clock_test_real();
    instant now = clock_now();
    moment real = (moment)time(NULL) * SPAN_SECOND;
    assert_true(now.wall >= real - SPAN_SECOND && now.wall <= real + 2 * SPAN_SECOND);
    assert_true(now.up > 0);
    assert_string_equal(now.boot, CLOCK_TEST_BOOT);
}

static void clock__stands_still__until_it_is_stepped(void **state)
{
    (void)state;
    clock_test_set(1000 * SPAN_SECOND, 50 * SPAN_SECOND);
    assert_int_equal(clock_now().wall, 1000 * SPAN_SECOND);
    assert_int_equal(clock_now().up, 50 * SPAN_SECOND);
    clock_test_step(SPAN_HOUR);
    assert_int_equal(clock_now().wall, 1000 * SPAN_SECOND + SPAN_HOUR);
    assert_int_equal(clock_now().up, 50 * SPAN_SECOND + SPAN_HOUR);
}

static void clock__jumps__on_the_wall_alone(void **state)
{
    (void)state;
    clock_test_set(1000 * SPAN_SECOND, 50 * SPAN_SECOND);
    clock_test_jump(-2 * SPAN_HOUR);
    assert_int_equal(clock_now().wall, 1000 * SPAN_SECOND - 2 * SPAN_HOUR);
    assert_int_equal(clock_now().up, 50 * SPAN_SECOND);
}

static void clock__begins_again__after_a_reboot(void **state)
{
    (void)state;
    clock_test_set(1000 * SPAN_SECOND, 50 * SPAN_SECOND);
    clock_test_reboot("11111111-0000-4000-8000-00000000b007");
    assert_int_equal(clock_now().up, 0);
    assert_int_equal(clock_now().wall, 1000 * SPAN_SECOND);
    assert_string_equal(clock_now().boot, "11111111-0000-4000-8000-00000000b007");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clock__tells_the_real_time__until_it_is_set),
        cmocka_unit_test(clock__stands_still__until_it_is_stepped),
        cmocka_unit_test(clock__jumps__on_the_wall_alone),
        cmocka_unit_test(clock__begins_again__after_a_reboot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
