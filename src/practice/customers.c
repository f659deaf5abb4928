/* customers.c - FOLDER PARENT SHOP RATE: people who come, look, order, find their order again, and look after one of
 * earlier. They know the price list by heart, keep every receipt, and count what goes wrong themselves: a request
 * that fails or takes too long, a total that is not the price, an order that was confirmed and is not there. */
#include "base/json.h"
#include "orders.h"
#include "parts.h"
#include "shared.h"
#include "world/clock.h"
#include "world/http.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define REQUESTS_A_VISIT 4
#define PATIENCE (3 * SPAN_SECOND)
#define THINK_LEAST_MS 200
#define THINK_MOST_MS 1200
#define REMEMBERED 512 /* orders of earlier that somebody may look after */
#define ORDER_ID_SIZE 48

typedef struct customers {
    shared *words;
    http *http;
    receipts *receipts;
    const char *shop;
    GRand *chance;
    gint64 began;
    guint count, open;
    char remembered[REMEMBERED][ORDER_ID_SIZE];
    guint kept;
} customers;

typedef enum { LOOKING, ORDERING, FINDING, RETURNING } doing;

typedef struct visitor {
    customers *all;
    doing doing;
    char id[ORDER_ID_SIZE], asked[ORDER_ID_SIZE];
    int good, quantity;
    bool confirmed;
    GString *body;
} visitor;

static void go_on(visitor *self);

/* --- what came back --- */

static void forget(customers *all, const char *id)
{
    for (guint i = 0; i < REMEMBERED; i++)
        if (strcmp(all->remembered[i], id) == 0)
            all->remembered[i][0] = '\0';
}

static void on_confirmed(visitor *self)
{
    customers *all = self->all;
    g_autoptr(json) answer = json_read(self->body->str, self->body->len, NULL);
    order one = { .id = self->id, .good = self->good, .quantity = self->quantity };
    one.total = answer != NULL ? json_whole(answer, "total", -1) : -1;
    if (one.total != order_owed(self->good, self->quantity))
        all->words->wrong_totals++;
    self->confirmed = true;
    all->words->orders++;
    g_autoptr(GError) error = NULL;
    if (!receipts_keep(all->receipts, &one, &error))
        _Exit(1); /* customers who cannot count are of no use: the master starts others */
    g_strlcpy(all->remembered[all->kept++ % REMEMBERED], self->id, ORDER_ID_SIZE);
}

static bool on_bytes(const char *bytes, gsize length, void *context)
{
    g_string_append_len(((visitor *)context)->body, bytes, (gssize)length);
    return true;
}

static gboolean on_thought(void *context)
{
    go_on(context);
    return G_SOURCE_REMOVE;
}

static void on_answer(const http_answer *answer, void *context)
{
    visitor *self = context;
    customers *all = self->all;
    all->words->requests++;
    if (answer->outcome == HTTP_ANSWERED && self->doing == ORDERING)
        on_confirmed(self);
    else if (answer->status == 404 && (self->doing == FINDING || self->doing == RETURNING)) {
        all->words->lost++;
        forget(all, self->asked); /* lost once is counted once */
    } else if (answer->outcome != HTTP_ANSWERED)
        all->words->failed++;
    if (self->doing == RETURNING) {
        all->open--;
        g_string_free(self->body, TRUE);
        g_free(self);
        return;
    }
    self->doing++;
    g_timeout_add((guint)g_rand_int_range(all->chance, THINK_LEAST_MS, THINK_MOST_MS), on_thought, self);
}

/* --- what is asked --- */

static const char *an_older_order(customers *all)
{
    for (int tries = 0; tries < 8 && all->kept > 0; tries++) {
        const char *id =
            all->remembered[g_rand_int_range(all->chance, 0, (gint32)MIN(all->kept, REMEMBERED))];
        if (id[0] != '\0')
            return id;
    }
    return NULL;
}

static char *address(visitor *self)
{
    const char *shop = self->all->shop, *older = self->doing == RETURNING ? an_older_order(self->all) : NULL;
    const char *leave = self->doing == RETURNING ? "&leave=1" : "";
    if (self->doing == ORDERING)
        return g_strdup_printf("%s/orders?visit=%s&id=%s&good=%s&quantity=%d", shop, self->id, self->id,
                               goods[self->good].name, self->quantity);
    if (self->doing == FINDING && self->confirmed)
        older = self->id;
    if (older == NULL)
        return g_strdup_printf("%s/goods?visit=%s%s", shop, self->id, leave);
    g_strlcpy(self->asked, older, sizeof self->asked);
    return g_strdup_printf("%s/orders/%s?visit=%s%s", shop, older, self->id, leave);
}

static void go_on(visitor *self)
{
    g_autofree char *url = address(self);
    g_string_truncate(self->body, 0);
    http_request request = {
        .url = url, .timeout = PATIENCE, .largest = 64 * 1024, .body = self->doing == ORDERING ? "" : NULL
    };
    http_ask(self->all->http, &request, on_bytes, on_answer, self);
}

static gboolean on_arrival(void *context)
{
    customers *all = context;
    if (all->open >= 1000) /* a street only holds so many */
        return G_SOURCE_CONTINUE;
    visitor *self = g_new0(visitor, 1);
    self->all = all;
    self->good = g_rand_int_range(all->chance, 0, GOODS);
    self->quantity = g_rand_int_range(all->chance, 1, 4);
    self->body = g_string_new(NULL);
    g_snprintf(self->id, sizeof self->id, "o-%" G_GINT64_MODIFIER "x-%u", all->began, ++all->count);
    all->open++;
    go_on(self);
    return G_SOURCE_CONTINUE;
}

int customers_run(char **arguments, GError **error)
{
    part_follow(arguments[1], SIGKILL);
    customers *all = g_new0(customers, 1);
    all->words = shared_map(arguments[0], error);
    all->receipts = all->words != NULL ? receipts_open(arguments[0], error) : NULL;
    if (all->receipts == NULL)
        return 1;
    all->http = http_new();
    all->shop = arguments[2];
    all->chance = g_rand_new();
    all->began = clock_now().wall;
    g_timeout_add((guint)MAX(REQUESTS_A_VISIT * 1000 / atoi(arguments[3]), 1), on_arrival, all);
    g_main_loop_run(g_main_loop_new(NULL, FALSE));
    return 0;
}
