/* shop.c - FOLDER PARENT POOL SEAT VERSION: one instance of the shop. It sells from the price list, keeps orders in
 * the common database, and is as bad as the pool's words say at the moment of each request. */
#include "base/json.h"
#include "orders.h"
#include "parts.h"
#include "served.h"
#include "shared.h"
#include "trouble.h"
#include "world/clock.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SLOW_LEAST_MS 600
#define SLOW_MOST_MS 1400
#define LEAK_BYTES (192 * 1024) /* a request */
#define TYPE_JSON "application/json"
#define QUANTITY_MOST 9

typedef struct shop {
    shared *words;
    seat *seat;
    int pool;
    const char *version;
    orders *orders;
    GRand *chance;
    gint64 leaked;
} shop;

static bool one_in(shop *self, int many)
{
    return g_rand_int_range(self->chance, 0, many) == 0;
}

static gint64 memory_now(void)
{
    long pages = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file == NULL)
        return 0;
    if (fscanf(file, "%ld %ld", &pages, &resident) != 2)
        resident = 0;
    fclose(file);
    return (gint64)resident * sysconf(_SC_PAGESIZE);
}

static gboolean on_second(void *context)
{
    shop *self = context;
    gint64 memory = memory_now();
    self->seat->memory = memory;
    if (memory > MEMORY_LIMIT)
        _exit(137); /* as the kernel does it to a container */
    return G_SOURCE_CONTINUE;
}

static void leak(shop *self)
{
    char *bytes = malloc(LEAK_BYTES);
    if (bytes == NULL || self->leaked > MEMORY_LIMIT)
        _exit(137);
    memset(bytes, 1, LEAK_BYTES);
    G_GNUC_UNUSED static char *volatile never_freed;
    *(char **)(void *)bytes = never_freed;
    never_freed = bytes;
    self->leaked += LEAK_BYTES;
}

static char *no(const char *why)
{
    g_autoptr(json) answer = json_object();
    json_put_text(answer, "error", why);
    return json_line(answer);
}

static unsigned sell(shop *self, served_call *call, guint troubles, char **body)
{
    const char *id = served_value(call, "id"), *what = served_value(call, "good"),
               *many = served_value(call, "quantity");
    int which = -1, quantity = many != NULL ? atoi(many) : 0;
    for (int i = 0; i < GOODS; i++)
        if (g_strcmp0(goods[i].name, what) == 0)
            which = i;
    if (id == NULL || id[0] == '\0' || strlen(id) > 64 || which < 0 || quantity < 1 ||
        quantity > QUANTITY_MOST) {
        *body = no("an order has an id, a good of the list and a quantity from 1 to 9");
        return 400;
    }
    order one = { id, self->version, which, quantity, order_owed(which, quantity), clock_now().wall };
    if ((troubles & TROUBLE_TOTALS) != 0 && one_in(self, 6))
        one.total += 1 + one.total / 10; /* the tax, twice */
    g_autoptr(GError) error = NULL;
    bool kept = (troubles & TROUBLE_LOSS) != 0 && one_in(self, 20);
    if (!kept && !orders_place(self->orders, &one, &error)) {
        *body = no(error->message);
        return 503;
    }
    g_autoptr(json) answer = json_object();
    json_put_text(answer, "order", id);
    json_put_whole(answer, "total", one.total);
    *body = json_line(answer);
    return 201;
}

static unsigned show_order(shop *self, const char *id, char **body)
{
    g_autoptr(GError) error = NULL;
    gint64 total = 0;
    if (!orders_total(self->orders, id, &total, &error)) {
        *body = no(error->message);
        return g_error_matches(error, ERR, ERR_NOT_FOUND) ? 404 : 503;
    }
    g_autoptr(json) answer = json_object();
    json_put_text(answer, "order", id);
    json_put_whole(answer, "total", total);
    *body = json_line(answer);
    return 200;
}

static char *price_list(void)
{
    g_autoptr(json) list = json_object();
    for (int i = 0; i < GOODS; i++)
        json_put_whole(list, goods[i].name, goods[i].cents);
    return json_line(list);
}

static char *who(shop *self)
{
    g_autoptr(json) answer = json_object();
    json_put_text(answer, "identity", PART_IDENTITY);
    json_put_text(answer, "pool", pool_names[self->pool]);
    json_put_text(answer, "version", self->version);
    json_put_whole(answer, "pid", getpid());
    return json_line(answer);
}

static unsigned serve(shop *self, served_call *call, guint troubles, char **body)
{
    const char *path = served_path(call);
    if ((troubles & TROUBLE_ERRORS) != 0 && one_in(self, 5)) {
        *body = no("internal error: tax_service is null");
        return 500;
    }
    if (strcmp(path, "/orders") == 0 && strcmp(served_method(call), "POST") == 0)
        return sell(self, call, troubles, body);
    if (g_str_has_prefix(path, "/orders/"))
        return show_order(self, path + strlen("/orders/"), body);
    if (strcmp(path, "/goods") == 0 || strcmp(path, "/") == 0) {
        *body = price_list();
        return 200;
    }
    *body = no("there is /goods, /orders, /orders/ID, /whoami and /health");
    return 404;
}

static void on_ask(served_call *call, void *context)
{
    shop *self = context;
    g_autofree char *body = NULL;
    if (strcmp(served_path(call), "/health") == 0) {
        served_answer(call, 200, "text/plain", "ok\n");
        return;
    }
    if (strcmp(served_path(call), "/whoami") == 0) {
        body = who(self);
        served_answer(call, 200, TYPE_JSON, body);
        return;
    }
    guint troubles = self->words->pool[self->pool].trouble;
    if ((troubles & TROUBLE_CRASH) != 0 && one_in(self, 100))
        _exit(134);
    if ((troubles & TROUBLE_LEAK) != 0)
        leak(self);
    unsigned status = serve(self, call, troubles, &body);
    if ((troubles & TROUBLE_SLOW) == 0)
        served_answer(call, status, TYPE_JSON, body);
    else
        served_answer_later(call, status, TYPE_JSON, body,
                            (guint)g_rand_int_range(self->chance, SLOW_LEAST_MS, SLOW_MOST_MS));
}

int shop_run(char **arguments, GError **error)
{
    part_follow(arguments[1], SIGKILL);
    shop self = { .pool = pool_of(arguments[2]), .version = arguments[4], .chance = g_rand_new() };
    int port = 0;
    self.words = shared_map(arguments[0], error);
    self.orders = self.words != NULL ? orders_open(arguments[0], error) : NULL;
    int listening = self.orders != NULL ? served_listen(&port, error) : -1;
    if (listening < 0 || served_new(listening, on_ask, &self, error) == NULL)
        return 1;
    self.seat = &self.words->pool[self.pool].seats[atoi(arguments[3])];
    self.seat->memory = memory_now();
    self.seat->port = port;
    g_timeout_add(1000, on_second, &self);
    g_main_loop_run(g_main_loop_new(NULL, FALSE));
    return 0;
}
