/* look.c - the verbs that change nothing. */
#include "orders.h"
#include "parts.h"
#include "verbs.h"
#include "weights.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TIMES_SHIPPED 5
#define TIMES_MOST 100
#define IN_TIME 1.0 /* seconds: a journey whose answer takes longer has failed */

told *running(const typed *line, json **state, GError **error)
{
    g_autofree char *folder = place_find(line->folder, error);
    g_autoptr(told) where = folder != NULL ? place_read(folder, error) : NULL;
    if (where == NULL)
        return NULL;
    if (state != NULL && (*state = ask_master(where, "status", error)) == NULL)
        return NULL;
    return g_steal_pointer(&where);
}

const json *pool_in(const json *state, const char *pool)
{
    return json_object_get(json_object_get(state, "pools"), pool);
}

/* --- status --- */

static void print_pool(const json *state, const char *name)
{
    const json *pool = pool_in(state, name);
    const char *version = json_text(pool, "version", "");
    if (version[0] == '\0') {
        printf("%-9s nothing was put there\n", name);
        return;
    }
    printf("%-9s %-8s %3d %%  %d of %d well  %d open  %d restarts  trouble: %s\n", name, version,
           (int)json_whole(pool, "percent", 0), (int)json_whole(pool, "healthy", 0),
           (int)json_whole(pool, "instances", 0), (int)json_whole(pool, "connections", 0),
           (int)json_whole(pool, "restarts", 0), json_text(pool, "trouble", ""));
}

int verb_status(const typed *line, GError **error)
{
    g_autoptr(json) state = NULL;
    g_autoptr(told) where = running(line, &state, error);
    if (where == NULL)
        return 1;
    if (line->as_json) {
        json_object_del(state, "history_text");
        json_put_text(state, "shop", where->shop);
        json_put_text(state, "metrics", where->metrics);
        json_put_whole(state, "pid", where->pid);
        g_autofree char *text = json_pretty(state);
        fputs(text, stdout);
        return 0;
    }
    const json *customers = json_object_get(state, "customers");
    printf("live      %s on %s, before that %s\n", json_text(state, "version", "nothing"),
           json_text(state, "live", "-"), json_text(state, "previous", "nothing"));
    print_pool(state, "blue");
    print_pool(state, "green");
    printf("customers %d requests, %d failed; %d orders, %d charged wrongly, %d lost\n",
           (int)json_whole(customers, "requests", 0), (int)json_whole(customers, "failed", 0),
           (int)json_whole(customers, "orders", 0), (int)json_whole(customers, "wrong_totals", 0),
           (int)json_whole(customers, "lost", 0));
    printf("shop      %s\nmetrics   %s\n", where->shop, where->metrics);
    return 0;
}

int verb_whoami(const typed *line, GError **error)
{
    g_autoptr(told) where = running(line, NULL, error);
    if (where == NULL)
        return 1;
    g_autofree char *url = g_strdup_printf("%s/whoami", where->shop);
    g_auto(answer) got = ask_shop(url, false);
    g_autoptr(json) all = got.status == 200 ? json_read(got.body, strlen(got.body), error) : NULL;
    if (got.status != 200)
        return fail(error, ERR_FAILED, "the shop does not say who it is: %s", got.why), 1;
    if (all == NULL)
        return 1;
    puts(json_text(all, "identity", "nobody"));
    return 0;
}

int verb_metrics(const typed *line, GError **error)
{
    g_autoptr(told) where = running(line, NULL, error);
    if (where == NULL)
        return 1;
    g_auto(answer) got = ask_shop(where->metrics, false);
    if (got.status != 200)
        return fail(error, ERR_FAILED, "%s does not answer: %s", where->metrics, got.why), 1;
    fputs(got.body, stdout);
    return 0;
}

int verb_deploys(const typed *line, GError **error)
{
    g_autoptr(json) state = NULL;
    g_autoptr(told) where = running(line, &state, error);
    if (where == NULL)
        return 1;
    const char *previous = json_text(state, "previous", NULL);
    if (line->previous && previous == NULL)
        return fail(error, ERR_NOT_FOUND, "no other version was live before this one"), 1;
    if (line->previous)
        printf("%s %s\n", previous, json_text(state, "previous_pool", ""));
    else if (line->as_json) {
        g_autofree char *text = json_pretty(json_object_get(state, "history"));
        fputs(text, stdout);
    } else
        fputs(json_text(state, "history_text", ""), stdout);
    return 0;
}

/* --- journeys: what must work for anybody to call this shop open --- */

typedef struct traveller {
    const char *shop, *pool;
    char id[64];
} traveller;

static char *address(const traveller *self, const char *path)
{
    return g_strdup_printf("%s%s%svisit=%s%s%s", self->shop, path, strchr(path, '?') != NULL ? "&" : "?",
                           self->id, self->pool != NULL ? "&pool=" : "",
                           self->pool != NULL ? self->pool : "");
}

static bool answered(const answer *got, long wanted, GError **error)
{
    if (got->status == 0)
        return fail(error, ERR_FAILED, "no answer: %s", got->why);
    if (got->status != wanted)
        return fail(error, ERR_FAILED, "HTTP %ld", got->status);
    return got->seconds <= IN_TIME || fail(error, ERR_FAILED, "slow: %.1f s", got->seconds);
}

static bool look_around(const traveller *self, GError **error)
{
    g_autofree char *url = address(self, "/goods");
    g_auto(answer) got = ask_shop(url, false);
    if (!answered(&got, 200, error))
        return false;
    g_autoptr(json) list = json_read(got.body, strlen(got.body), error);
    return list != NULL && (json_whole(list, goods[0].name, -1) == goods[0].cents ||
                            fail(error, ERR_FAILED, "the price list is not the one that was agreed"));
}

static bool told_total(const answer *got, gint64 owed, GError **error)
{
    g_autoptr(json) all = json_read(got->body, strlen(got->body), error);
    if (all == NULL)
        return false;
    gint64 total = json_whole(all, "total", -1);
    return total == owed || fail(error, ERR_FAILED, "charged %d cents, not %d", (int)total, (int)owed);
}

static bool buy(const traveller *self, GError **error)
{
    g_autofree char *path = g_strdup_printf("/orders?id=%s&good=%s&quantity=2", self->id, goods[1].name);
    g_autofree char *url = address(self, path);
    g_auto(answer) got = ask_shop(url, true);
    return answered(&got, 201, error) && told_total(&got, order_owed(1, 2), error);
}

static bool find_again(const traveller *self, GError **error)
{
    g_autofree char *path = g_strdup_printf("/orders/%s", self->id);
    g_autofree char *url = address(self, path);
    g_auto(answer) got = ask_shop(url, false);
    return answered(&got, 200, error) && told_total(&got, order_owed(1, 2), error);
}

static const struct journey {
    const char *title;
    bool (*make)(const traveller *self, GError **error);
} journeys[] = { { "look at the goods", look_around },
                 { "buy two lamps", buy },
                 { "find the order again", find_again } };

int verb_journeys(const typed *line, GError **error)
{
    int times = line->times != 0 ? line->times : TIMES_SHIPPED, failed = 0;
    g_autoptr(told) where = running(line, NULL, error);
    if (where == NULL)
        return 1;
    if (times < 1 || times > TIMES_MOST)
        return fail(error, ERR_USAGE, "--times is a number from 1 to 100"), 1;
    if (line->pool != NULL && pool_of(line->pool) < 0)
        return fail(error, ERR_USAGE, "'%s' is no pool: blue or green", line->pool), 1;
    int well[G_N_ELEMENTS(journeys)] = { 0 };
    g_autofree char *why = NULL;
    for (int turn = 0; turn < times; turn++) {
        traveller self = { where->shop, line->pool, "" };
        g_snprintf(self.id, sizeof self.id, "j-%d-%" G_GINT64_MODIFIER "x", (int)getpid(),
                   g_get_monotonic_time());
        for (gsize i = 0; i < G_N_ELEMENTS(journeys); i++) {
            g_autoptr(GError) wrong = NULL;
            if (journeys[i].make(&self, &wrong))
                well[i]++;
            else if (failed++ == 0)
                why = g_strdup_printf("%s: %s", journeys[i].title, wrong->message);
        }
    }
    for (gsize i = 0; i < G_N_ELEMENTS(journeys); i++)
        printf("%-9s %s: %d of %d\n", well[i] == times ? "ok" : "failed", journeys[i].title, well[i], times);
    return failed == 0 ? 0
                       : (fail(error, ERR_FAILED, "%d of %d failed; the first: %s", failed,
                               times * (int)G_N_ELEMENTS(journeys), why),
                          1);
}
