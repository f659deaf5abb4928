/* control.c - what the master answers: orders of the command line (POST, with the token), and /metrics. */
#include "master.h"

#include "metrics.h"
#include "trouble.h"
#include "world/clock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW (10 * G_USEC_PER_SEC)      /* of the figures */
#define SHARE_WINDOW (5 * G_USEC_PER_SEC) /* of who got the traffic: a switch should show soon */
#define REVENUE_WINDOW 30                 /* seconds */

/* --- the figures --- */

static double memory_percent(const pool_words *pool)
{
    gint64 most = -1;
    for (int i = 0; i < pool->wanted; i++)
        if (pool->seats[i].pid != 0)
            most = MAX(most, pool->seats[i].memory);
    return most >= 0 ? 100.0 * (double)most / MEMORY_LIMIT : NAN;
}

static int healthy_of(const pool_words *pool)
{
    int healthy = 0;
    for (int i = 0; i < pool->wanted; i++)
        healthy += pool->seats[i].pid != 0 && pool->seats[i].port != 0 && pool->seats[i].healthy != 0;
    return healthy;
}

static gint64 restarts_of(const pool_words *pool)
{
    gint64 restarts = 0;
    for (int i = 0; i < INSTANCES_MOST; i++)
        restarts += pool->seats[i].restarts;
    return restarts;
}

static pool_view view_of(master *self, int pool, GArray *samples, gint64 now)
{
    const pool_words *words = &self->words->pool[pool];
    const sample *all = (const sample *)(const void *)samples->data;
    return (pool_view){
        .window = figures_of(all, samples->len, pool, now - WINDOW, now),
        .share = figures_share(all, samples->len, pool, now - SHARE_WINDOW, now),
        .requests = self->words->pool_requests[pool],
        .failed = self->words->pool_failed[pool],
        .instances = words->wanted,
        .unhealthy = words->wanted - healthy_of(words),
        .connections = words->connections,
        .memory_percent = memory_percent(words),
        .restarts = restarts_of(words),
    };
}

static void add_up(snapshot *all, GArray *samples, gint64 now)
{
    pool_view *sum = &all->all;
    sum->window =
        figures_of((const sample *)(const void *)samples->data, samples->len, ANY_POOL, now - WINDOW, now);
    sum->share = sum->window.requests > 0 ? 100 : NAN;
    sum->memory_percent = NAN;
    for (int pool = 0; pool < POOLS; pool++) {
        const pool_view *one = &all->pool[pool];
        sum->requests += one->requests;
        sum->failed += one->failed;
        sum->instances += one->instances;
        sum->unhealthy += one->unhealthy;
        sum->connections += one->connections;
        sum->restarts += one->restarts;
        sum->memory_percent = fmax(sum->memory_percent, one->memory_percent);
    }
}

static double revenue(master *self)
{
    gint64 cents = 0, count = 0;
    double seconds = CLAMP((double)(g_get_monotonic_time() - self->began) / 1e6, 1, REVENUE_WINDOW);
    moment since = clock_now().wall - REVENUE_WINDOW * SPAN_SECOND;
    return orders_sum(self->orders, since, &cents, &count, NULL) ? (double)cents / 100 * 60 / seconds : NAN;
}

static char *metrics_now(master *self)
{
    snapshot all = { .revenue = revenue(self) };
    gint64 now = g_get_monotonic_time();
    g_autoptr(GArray) samples = shared_samples(self->words);
    for (int pool = 0; pool < POOLS; pool++)
        all.pool[pool] = view_of(self, pool, samples, now);
    add_up(&all, samples, now);
    all.customers = (customers_view){ self->words->requests, self->words->failed, self->words->orders,
                                      self->words->wrong_totals, self->words->lost };
    return metrics_text(&all);
}

/* --- the state, as JSON --- */

static json *pool_json(master *self, int pool)
{
    const pool_words *words = &self->words->pool[pool];
    g_autofree char *trouble = trouble_text(words->trouble);
    json *one = json_object(), *pids = json_array();
    json_put_text(one, "version", self->version[pool]);
    json_put_whole(one, "percent", words->percent);
    json_put_whole(one, "instances", words->wanted);
    json_put_whole(one, "healthy", healthy_of(words));
    json_put_whole(one, "connections", words->connections);
    json_put_whole(one, "restarts", restarts_of(words));
    json_put_text(one, "trouble", trouble);
    for (int i = 0; i < words->wanted; i++)
        json_array_append_new(pids, json_integer(words->seats[i].pid));
    json_put(one, "pids", pids);
    return one;
}

static void put_state(master *self, json *answer)
{
    json *pools = json_object(), *customers = json_object();
    const change *live = history_live(self->history), *before = history_previous(self->history);
    g_autofree char *bad = trouble_text(self->wishes.bad);
    for (int pool = 0; pool < POOLS; pool++)
        json_put(pools, pool_names[pool], pool_json(self, pool));
    json_put(answer, "pools", pools);
    json_put_text(answer, "live", live != NULL ? pool_names[live->pool] : NULL);
    json_put_text(answer, "version", live != NULL ? live->version : NULL);
    json_put_text(answer, "previous", before != NULL ? before->version : NULL);
    json_put_text(answer, "previous_pool", before != NULL ? pool_names[before->pool] : NULL);
    json_put_text(answer, "bad", bad);
    json_put_flag(answer, TROUBLE_FLAG, self->flag);
    json_put_whole(answer, "balancer", self->words->balancer_pid);
    json_put_whole(answer, "customers_pid", self->words->customers_pid);
    json_put_whole(customers, "requests", self->words->requests);
    json_put_whole(customers, "failed", self->words->failed);
    json_put_whole(customers, "orders", self->words->orders);
    json_put_whole(customers, "wrong_totals", self->words->wrong_totals);
    json_put_whole(customers, "lost", self->words->lost);
    json_put(answer, "customers", customers);
    json_put(answer, "history", history_json(self->history));
    g_autofree char *table = history_text(self->history);
    json_put_text(answer, "history_text", table);
}

/* --- orders --- */

void control_troubles(master *self)
{
    for (int pool = 0; pool < POOLS; pool++) {
        guint born = self->flag && version_is_bad(self->version[pool]) ? self->wishes.bad : 0;
        self->words->pool[pool].trouble = born | self->broken[pool];
    }
}

void control_traffic(master *self, int pool, int percent)
{
    self->words->pool[pool].percent = percent;
    self->words->pool[1 - pool].percent = 100 - percent;
    int live = percent > 50 ? pool : percent < 50 ? 1 - pool : self->live;
    const change *last = history_live(self->history);
    if (last != NULL && last->pool == live && strcmp(last->version, self->version[live]) == 0)
        return;
    self->live = live;
    history_add(self->history, clock_now().wall, CHANGE_LIVE, live, self->version[live]);
}

static bool number_of(served_call *call, const char *name, int least, int most, int *result, GError **error)
{
    const char *text = served_value(call, name);
    char *end = NULL;
    long number = text != NULL ? strtol(text, &end, 10) : 0;
    if (text == NULL || end == text || *end != '\0' || number < least || number > most)
        return fail(error, ERR_USAGE, "'%s' is no number from %d to %d", text != NULL ? text : "", least,
                    most);
    *result = (int)number;
    return true;
}

static bool pool_asked(served_call *call, int *pool, GError **error)
{
    const char *name = served_value(call, "pool");
    *pool = pool_of(name);
    return *pool >= 0 || fail(error, ERR_USAGE, "'%s' is no pool: blue or green", name != NULL ? name : "");
}

static bool do_traffic(master *self, served_call *call, json *answer, GError **error)
{
    int pool = 0, percent = 0;
    (void)answer;
    if (!pool_asked(call, &pool, error) || !number_of(call, "percent", 0, 100, &percent, error))
        return false;
    for (int each = 0; each < POOLS; each++)
        if ((each == pool ? percent : 100 - percent) > 0 && healthy_of(&self->words->pool[each]) == 0)
            return fail(error, ERR_REFUSED, "no instance of %s is well: it gets no traffic",
                        pool_names[each]);
    control_traffic(self, pool, percent);
    return true;
}

static bool do_deploy(master *self, served_call *call, json *answer, GError **error)
{
    const char *version = served_value(call, "version"), *where = served_value(call, "pool");
    int pool = where != NULL ? pool_of(where) : 1 - self->live;
    if (version == NULL || !version_is_good_text(version))
        return fail(error, ERR_USAGE, "'%s' is no version: numbers with dots, as in 2.4.1",
                    version != NULL ? version : "");
    if (pool < 0)
        return fail(error, ERR_USAGE, "'%s' is no pool: blue or green", where);
    if (self->words->pool[pool].percent > 0)
        return fail(error, ERR_REFUSED,
                    "%s has %d %% of the traffic: a version is put on the pool that has none",
                    pool_names[pool], self->words->pool[pool].percent);
    g_strlcpy(self->version[pool], version, sizeof self->version[pool]);
    self->words->pool[pool].wanted = self->wishes.instances;
    self->broken[pool] = 0;
    history_add(self->history, clock_now().wall, CHANGE_DEPLOYED, pool, version);
    control_troubles(self);
    children_renew(self, pool);
    json_put_text(answer, "pool", pool_names[pool]);
    return true;
}

static bool do_scale(master *self, served_call *call, json *answer, GError **error)
{
    int pool = 0, count = 0;
    (void)answer;
    if (!pool_asked(call, &pool, error) || !number_of(call, "count", 0, INSTANCES_MOST, &count, error))
        return false;
    if (self->version[pool][0] == '\0')
        return fail(error, ERR_REFUSED, "nothing was put on %s yet: warroom-practice deploy VERSION",
                    pool_names[pool]);
    if (count == 0 && self->words->pool[pool].percent > 0)
        return fail(error, ERR_REFUSED, "%s has %d %% of the traffic: move that first", pool_names[pool],
                    self->words->pool[pool].percent);
    self->words->pool[pool].wanted = count;
    children_tend(self);
    return true;
}

static bool do_cut(master *self, served_call *call, json *answer, GError **error)
{
    int pool = 0;
    (void)answer;
    if (!pool_asked(call, &pool, error))
        return false;
    self->words->pool[pool].cut++;
    return true;
}

static bool do_flag(master *self, served_call *call, json *answer, GError **error)
{
    const char *name = served_value(call, "name"), *state = served_value(call, "state");
    (void)answer;
    if (g_strcmp0(name, TROUBLE_FLAG) != 0)
        return fail(error, ERR_NOT_FOUND, "there is no flag '%s': %s", name != NULL ? name : "",
                    TROUBLE_FLAG);
    if (g_strcmp0(state, "on") != 0 && g_strcmp0(state, "off") != 0)
        return fail(error, ERR_USAGE, "a flag is on or off");
    self->flag = strcmp(state, "on") == 0;
    control_troubles(self);
    return true;
}

static bool do_break(master *self, served_call *call, json *answer, GError **error)
{
    guint bits = 0;
    int pool = self->live;
    (void)answer;
    if ((served_value(call, "pool") != NULL && !pool_asked(call, &pool, error)) ||
        !trouble_parse(served_value(call, "kind") != NULL ? served_value(call, "kind") : "", &bits, error))
        return false;
    self->broken[pool] |= bits;
    control_troubles(self);
    return true;
}

static bool do_heal(master *self, served_call *call, json *answer, GError **error)
{
    (void)call, (void)answer, (void)error;
    self->wishes.bad = 0;
    memset(self->broken, 0, sizeof self->broken);
    control_troubles(self);
    for (int i = 0; i < CHILDREN; i++)
        self->children[i].due = 0;
    children_tend(self);
    return true;
}

static bool do_status(master *self, served_call *call, json *answer, GError **error)
{
    (void)call, (void)error;
    put_state(self, answer);
    return true;
}

static gboolean on_leave(void *context)
{
    g_main_loop_quit(((master *)context)->loop);
    return G_SOURCE_REMOVE;
}

static bool do_down(master *self, served_call *call, json *answer, GError **error)
{
    (void)call, (void)answer, (void)error;
    g_timeout_add(50, on_leave, self); /* the answer goes out first */
    return true;
}

static const struct order_row {
    const char *name;
    bool (*perform)(master *self, served_call *call, json *answer, GError **error);
} order_rows[] = {
    { "status", do_status }, { "traffic", do_traffic }, { "deploy", do_deploy },
    { "scale", do_scale },   { "cut", do_cut },         { "flag", do_flag },
    { "break", do_break },   { "heal", do_heal },       { "down", do_down },
};

static bool obey(master *self, served_call *call, json *answer, GError **error)
{
    const char *word = served_path(call) + 1;
    for (gsize i = 0; i < G_N_ELEMENTS(order_rows); i++)
        if (strcmp(order_rows[i].name, word) == 0)
            return order_rows[i].perform(self, call, answer, error);
    return fail(error, ERR_USAGE, "'%s' is no order", word);
}

void control_ask(served_call *call, void *context)
{
    master *self = context;
    if (strcmp(served_path(call), "/metrics") == 0) {
        g_autofree char *text = metrics_now(self);
        served_answer(call, 200, "text/plain; version=0.0.4", text);
        return;
    }
    if (strcmp(served_method(call), "POST") != 0 || g_strcmp0(served_bearer(call), self->told.token) != 0) {
        served_answer(call, 403, "text/plain", "orders are given by warroom-practice\n");
        return;
    }
    g_autoptr(json) answer = json_object();
    g_autoptr(GError) error = NULL;
    if (!obey(self, call, answer, &error)) {
        json_put_text(answer, "error", error->message);
        json_put_whole(answer, "exit", fail_exit_code(error));
    }
    g_autofree char *text = json_line(answer);
    served_answer(call, 200, "application/json", text);
}
