#include "detect/exposition.h"
#include "practice/metrics.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static snapshot shop(void)
{
    snapshot all = { .revenue = 1234.5 };
    all.pool[0] = (pool_view){ .window = { .error_percent = 0, .p95 = 0.0125, .available_percent = 100 },
                               .instances = 2,
                               .memory_percent = 12.5,
                               .share = 80,
                               .requests = 4000000000 };
    all.pool[1] = (pool_view){ .window = { .error_percent = NAN, .p95 = NAN, .available_percent = NAN },
                               .instances = 4,
                               .unhealthy = 1,
                               .memory_percent = NAN,
                               .share = 20 };
    all.all = all.pool[0];
    all.all.instances = 6;
    all.all.unhealthy = 1;
    all.customers = (customers_view){ 50, 3, 12, 2, 1 };
    return all;
}

static const struct row {
    const char *name, *line;
} rows[] = {
    { "a decimal", "practice_latency_p95_seconds{pool=\"blue\"} 0.0125\n" },
    { "no traffic is no data", "practice_error_percent{pool=\"green\"} NaN\n" },
    { "a count beyond 32 bits", "practice_requests_total{pool=\"blue\"} 4000000000\n" },
    { "a share of instances", "practice_unhealthy_percent{pool=\"green\"} 25\n" },
    { "the sum of both", "practice_instances{pool=\"all\"} 6\n" },
    { "no pool of its own", "practice_revenue_per_minute 1234.5\n" },
    { "the customers' failures", "practice_customer_failed_total 3\n" },
    { "the customers' wrong totals", "practice_customer_wrong_totals_total 2\n" },
    { "the customers' losses", "practice_customer_lost_total 1\n" },
    { "no deadlocks", "practice_deadlocks_total 0\n" },
};

static void metrics__say__each_figure(void **state)
{
    (void)state;
    snapshot all = shop();
    g_autofree char *text = metrics_text(&all);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (strstr(text, rows[i].line) == NULL)
            fail_msg("%s: no line %s", rows[i].name, rows[i].line);
}

static void metrics__are_read__by_warroom(void **state)
{
    (void)state;
    snapshot all = shop();
    g_autofree char *text = metrics_text(&all);
    g_autoptr(exposition) reader = exposition_new();
    g_autoptr(GHashTable) labels = g_hash_table_new(g_str_hash, g_str_equal);
    g_hash_table_insert(labels, (void *)"pool", (void *)"blue");
    metric p95 = { .name = (char *)"p95",
                   .series = (char *)"practice_latency_p95_seconds",
                   .labels = labels,
                   .scale = 1000 };
    guint index = exposition_want(reader, &p95);
    g_autoptr(GError) error = NULL;
    assert_true(exposition_feed(reader, text, strlen(text), &error));
    assert_true(exposition_end(reader, &error));
    reading got = exposition_reading(reader, index, 0);
    assert_int_equal(got.state, READ_VALUE);
    assert_float_equal(got.value, 12.5, 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(metrics__say__each_figure),
        cmocka_unit_test(metrics__are_read__by_warroom),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
