#include "metrics.h"

#include <math.h>
#include <stddef.h>

typedef enum { IS_DECIMAL, IS_COUNT, IS_WHOLE } number_kind;

/* A row a series of the pools, in the order they are printed. */
static const struct series {
    const char *name, *type, *help;
    gsize at;
    number_kind kind;
} rows[] = {
#define OF(field) offsetof(pool_view, field)
    { "practice_error_percent", "gauge", "Requests that failed, of the last 10 s.", OF(window.error_percent),
      IS_DECIMAL },
    { "practice_latency_p50_seconds", "gauge", "Half of the answers came faster.", OF(window.p50),
      IS_DECIMAL },
    { "practice_latency_p95_seconds", "gauge", "95 % of the answers came faster.", OF(window.p95),
      IS_DECIMAL },
    { "practice_latency_p99_seconds", "gauge", "99 % of the answers came faster.", OF(window.p99),
      IS_DECIMAL },
    { "practice_available_percent", "gauge", "Requests answered well within 1 s.",
      OF(window.available_percent), IS_DECIMAL },
    { "practice_requests_per_second", "gauge", "Throughput of the last 10 s.", OF(window.per_second),
      IS_DECIMAL },
    { "practice_traffic_percent", "gauge", "Share of the requests of the last 5 s.", OF(share), IS_DECIMAL },
    { "practice_memory_percent", "gauge", "The fullest instance, of what one may take.", OF(memory_percent),
      IS_DECIMAL },
    { "practice_instances", "gauge", "Instances that should run.", OF(instances), IS_WHOLE },
    { "practice_connections", "gauge", "Visits that are open.", OF(connections), IS_WHOLE },
    { "practice_requests_total", "counter", "Requests the balancer took.", OF(requests), IS_COUNT },
    { "practice_requests_failed_total", "counter", "Of them, those that failed.", OF(failed), IS_COUNT },
    { "practice_restarts_total", "counter", "Instances that ended unasked and were started again.",
      OF(restarts), IS_COUNT },
#undef OF
};

static void put_number(GString *text, double number)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    if (isnan(number))
        g_string_append(text, " NaN\n");
    else
        g_string_append_printf(text, " %s\n", g_ascii_formatd(digits, sizeof digits, "%.6g", number));
}

static void put_head(GString *text, const char *name, const char *type, const char *help)
{
    g_string_append_printf(text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void put_pool(GString *text, const struct series *row, const char *pool, const pool_view *view)
{
    const void *field = (const char *)view + row->at;
    g_string_append_printf(text, "%s{pool=\"%s\"}", row->name, pool);
    if (row->kind == IS_DECIMAL)
        put_number(text, *(const double *)field);
    else
        g_string_append_printf(text, " %" G_GINT64_FORMAT "\n",
                               row->kind == IS_COUNT ? *(const gint64 *)field : *(const int *)field);
}

static void put_each(GString *text, const struct series *row, const snapshot *self)
{
    put_head(text, row->name, row->type, row->help);
    for (int pool = 0; pool < POOLS; pool++)
        put_pool(text, row, pool_names[pool], &self->pool[pool]);
    put_pool(text, row, "all", &self->all);
}

static double unhealthy_percent(const pool_view *view)
{
    return view->instances > 0 ? 100.0 * view->unhealthy / view->instances : NAN;
}

static void put_count(GString *text, const char *name, const char *help, gint64 number)
{
    put_head(text, name, "counter", help);
    g_string_append_printf(text, "%s %" G_GINT64_FORMAT "\n", name, number);
}

char *metrics_text(const snapshot *self)
{
    GString *text = g_string_new(NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        put_each(text, &rows[i], self);
    put_head(text, "practice_unhealthy_percent", "gauge", "Instances that do not answer.");
    for (int pool = 0; pool < POOLS; pool++) {
        g_string_append_printf(text, "practice_unhealthy_percent{pool=\"%s\"}", pool_names[pool]);
        put_number(text, unhealthy_percent(&self->pool[pool]));
    }
    g_string_append(text, "practice_unhealthy_percent{pool=\"all\"}");
    put_number(text, unhealthy_percent(&self->all));
    put_head(text, "practice_revenue_per_minute", "gauge", "Money taken, from the orders of the last 30 s.");
    g_string_append(text, "practice_revenue_per_minute");
    put_number(text, self->revenue);
    put_count(text, "practice_deadlocks_total", "Deadlocks: the shop's database has none.", 0);
    const customers_view *them = &self->customers;
    put_count(text, "practice_customer_requests_total", "Requests, as the customers count.", them->requests);
    put_count(text, "practice_customer_failed_total", "Requests that failed them.", them->failed);
    put_count(text, "practice_customer_orders_total", "Orders confirmed to them.", them->orders);
    put_count(text, "practice_customer_wrong_totals_total", "Orders charged wrongly.", them->wrong_totals);
    put_count(text, "practice_customer_lost_total", "Confirmed orders they could not find again.",
              them->lost);
    return g_string_free(text, FALSE);
}
