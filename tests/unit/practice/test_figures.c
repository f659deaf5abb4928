#include "practice/figures.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define SECOND 1000000

static const struct row {
    const char *name;
    guint32 sorted[10];
    gsize count;
    double share, wanted;
} rows[] = {
    { "one value is every rank", { 7 }, 1, 0.95, 7 },
    { "the middle of three", { 1, 2, 3 }, 3, 0.50, 2 },
    { "the middle of four is the lower one", { 1, 2, 3, 4 }, 4, 0.50, 2 },
    { "95 of ten is the last", { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 }, 10, 0.95, 10 },
    { "90 of ten is the last but one", { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 }, 10, 0.90, 9 },
    { "the smallest", { 4, 5 }, 2, 0, 4 },
};

static void percentile__is__the_nearest_rank(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        double got = percentile(rows[i].sorted, rows[i].count, rows[i].share);
        if (got != rows[i].wanted)
            fail_msg("%s: %g", rows[i].name, got);
    }
    assert_true(isnan(percentile(NULL, 0, 0.95)));
}

static const sample some[] = {
    { 1 * SECOND, 9000, 0, ANSWER_ERROR }, /* too long ago */
    { 11 * SECOND, 10000, 0, ANSWER_GOOD },
    { 12 * SECOND, 20000, 0, ANSWER_GOOD },
    { 13 * SECOND, 30000, 0, ANSWER_ERROR },
    { 14 * SECOND, 1500000, 0, ANSWER_GOOD }, /* well, but too late */
    { 15 * SECOND, 10, 1, ANSWER_NONE },
    { 30 * SECOND, 50000, 0, ANSWER_ERROR }, /* after the window */
};

static void figures__count__what_ended_in_the_window(void **state)
{
    (void)state;
    figures blue = figures_of(some, G_N_ELEMENTS(some), 0, 10 * SECOND, 20 * SECOND);
    assert_int_equal(blue.requests, 4);
    assert_int_equal(blue.failed, 1);
    assert_float_equal(blue.error_percent, 25, 1e-9);
    assert_float_equal(blue.available_percent, 50, 1e-9);
    assert_float_equal(blue.per_second, 0.4, 1e-9);
    assert_float_equal(blue.p50, 0.02, 1e-9);
    assert_float_equal(blue.p95, 1.5, 1e-9);
}

static void figures__of_all__hold_both_pools(void **state)
{
    (void)state;
    figures all = figures_of(some, G_N_ELEMENTS(some), ANY_POOL, 10 * SECOND, 20 * SECOND);
    assert_int_equal(all.requests, 5);
    assert_int_equal(all.failed, 2);
    assert_float_equal(all.error_percent, 40, 1e-9);
}

static void silence__has__no_rate_and_no_latency(void **state)
{
    (void)state;
    figures none = figures_of(some, G_N_ELEMENTS(some), 0, 40 * SECOND, 50 * SECOND);
    assert_int_equal(none.requests, 0);
    assert_true(isnan(none.error_percent) && isnan(none.available_percent) && isnan(none.p95));
    figures unanswered = figures_of(some, G_N_ELEMENTS(some), 1, 10 * SECOND, 20 * SECOND);
    assert_float_equal(unanswered.error_percent, 100, 1e-9);
    assert_true(isnan(unanswered.p95));
}

static void share__is_of__all_requests(void **state)
{
    (void)state;
    assert_float_equal(figures_share(some, G_N_ELEMENTS(some), 1, 10 * SECOND, 20 * SECOND), 20, 1e-9);
    assert_float_equal(figures_share(some, G_N_ELEMENTS(some), 0, 10 * SECOND, 20 * SECOND), 80, 1e-9);
    assert_true(isnan(figures_share(some, G_N_ELEMENTS(some), 0, 40 * SECOND, 50 * SECOND)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(percentile__is__the_nearest_rank),
        cmocka_unit_test(figures__count__what_ended_in_the_window),
        cmocka_unit_test(figures__of_all__hold_both_pools),
        cmocka_unit_test(silence__has__no_rate_and_no_latency),
        cmocka_unit_test(share__is_of__all_requests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
