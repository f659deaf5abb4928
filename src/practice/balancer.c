/* balancer.c - FOLDER PARENT, and its listening socket as descriptor 3: hands each visitor to a pool by weight, and
 * every request of a visit to that pool, until the visit is over or the pool is cut off.
 *
 * The socket belongs to the master: while the balancer is being started again, callers wait in its queue. */
#include "base/json.h"
#include "parts.h"
#include "served.h"
#include "shared.h"
#include "world/http.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>

#define VISIT_IDLE (4 * SPAN_SECOND) /* nothing more was heard of this visitor */
#define HEALTH_EVERY_MS 500
#define HEALTH_TIMEOUT (800 * SPAN_MILLISECOND)
#define ANSWER_TIMEOUT (4 * SPAN_SECOND)
#define ANSWER_LARGEST (64 * 1024)
#define VISIT_NAME_MOST 40
#define VISITS_MOST 5000

typedef struct visit {
    int pool;
    gint64 seen;
} visit;

typedef struct balancer {
    shared *words;
    http *http;
    weights weights;
    GHashTable *visits; /* name -> visit */
    int cut[POOLS];
    guint turn[POOLS]; /* whose seat was last */
} balancer;

typedef struct passed { /* one request on its way */
    balancer *self;
    served_call *call;
    GString *body;
    gint64 began;
    int pool, seat;
} passed;

/* --- which pool, which seat --- */

static bool seat_serves(const seat *one)
{
    return one->pid != 0 && one->port != 0 && one->healthy != 0;
}

static bool pool_serves(balancer *self, int pool)
{
    for (int i = 0; i < INSTANCES_MOST; i++)
        if (seat_serves(&self->words->pool[pool].seats[i]))
            return true;
    return false;
}

static int choose_seat(balancer *self, int pool)
{
    for (int i = 0; i < INSTANCES_MOST; i++) {
        self->turn[pool] = (self->turn[pool] + 1) % INSTANCES_MOST;
        if (seat_serves(&self->words->pool[pool].seats[self->turn[pool]]))
            return (int)self->turn[pool];
    }
    return -1;
}

/* The pool most visitors are meant for: who is told no counts there. */
static int main_pool(balancer *self)
{
    return self->words->pool[1].percent > self->words->pool[0].percent ? 1 : 0;
}

static int choose_pool(balancer *self)
{
    int percent[POOLS];
    bool usable[POOLS];
    for (int pool = 0; pool < POOLS; pool++) {
        percent[pool] = self->words->pool[pool].percent;
        usable[pool] = pool_serves(self, pool);
    }
    return weights_next(&self->weights, percent, usable);
}

static int pool_for(balancer *self, served_call *call)
{
    const char *name = served_value(call, "visit");
    int asked = pool_of(served_value(call, "pool")); /* a look at one pool, whatever the weights */
    if (asked >= 0)
        return asked;
    if (name == NULL || name[0] == '\0' || strlen(name) > VISIT_NAME_MOST)
        return choose_pool(self);
    visit *known = g_hash_table_lookup(self->visits, name);
    if (known == NULL || !pool_serves(self, known->pool)) {
        int pool = choose_pool(self);
        if (pool < 0 || g_hash_table_size(self->visits) >= VISITS_MOST)
            return pool;
        known = g_new0(visit, 1);
        known->pool = pool;
        g_hash_table_replace(self->visits, g_strdup(name), known);
    }
    known->seen = g_get_monotonic_time();
    int pool = known->pool;
    if (served_value(call, "leave") != NULL)
        g_hash_table_remove(self->visits, name);
    return pool;
}

/* --- a request --- */

static void refuse(served_call *call, unsigned status, const char *why)
{
    g_autoptr(json) answer = json_object();
    json_put_text(answer, "error", why);
    g_autofree char *body = json_line(answer);
    served_answer(call, status, "application/json", body);
}

static bool on_bytes(const char *bytes, gsize length, void *context)
{
    g_string_append_len(((passed *)context)->body, bytes, (gssize)length);
    return true;
}

static void on_passed(const http_answer *answer, void *context)
{
    passed *one = context;
    balancer *self = one->self;
    gint64 now = g_get_monotonic_time();
    answer_kind kind = ANSWER_NONE;
    if (answer->outcome == HTTP_ANSWERED || (answer->outcome == HTTP_REFUSED && answer->status > 0))
        kind = answer->status >= 500 ? ANSWER_ERROR : ANSWER_GOOD;
    if (answer->outcome == HTTP_ANSWERED)
        served_answer(one->call, (unsigned)answer->status, "application/json", one->body->str);
    else if (kind != ANSWER_NONE)
        refuse(one->call, (unsigned)answer->status, kind == ANSWER_ERROR ? "the shop failed" : "not found");
    else
        refuse(one->call, answer->outcome == HTTP_LATE ? 504 : 502, answer->why);
    if (answer->outcome == HTTP_UNREACHABLE) /* until the next health check says otherwise */
        self->words->pool[one->pool].seats[one->seat].healthy = 0;
    shared_sample(self->words, one->pool, kind, now - one->began, now);
    g_string_free(one->body, TRUE);
    g_free(one);
}

static void on_ask(served_call *call, void *context)
{
    balancer *self = context;
    int pool = pool_for(self, call);
    int sits = pool >= 0 ? choose_seat(self, pool) : -1;
    if (sits < 0) {
        shared_sample(self->words, pool >= 0 ? pool : main_pool(self), ANSWER_NONE, 0,
                      g_get_monotonic_time());
        refuse(call, 503, "no instance is well");
        return;
    }
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%d%s", self->words->pool[pool].seats[sits].port,
                                           served_whole(call));
    passed *one = g_new0(passed, 1);
    *one = (passed){ self, call, g_string_new(NULL), g_get_monotonic_time(), pool, sits };
    http_request request = { .url = url,
                             .timeout = ANSWER_TIMEOUT,
                             .largest = ANSWER_LARGEST,
                             .body = strcmp(served_method(call), "POST") == 0 ? "" : NULL };
    http_ask(self->http, &request, on_bytes, on_passed, one);
}

/* --- health, and visits that are over --- */

static void on_health(const http_answer *answer, void *context)
{
    ((seat *)context)->healthy = answer->outcome == HTTP_ANSWERED;
}

static gboolean on_over(void *key, void *value, void *context)
{
    balancer *self = context;
    const visit *one = value;
    (void)key;
    return g_get_monotonic_time() - one->seen > VISIT_IDLE ||
           self->cut[one->pool] != self->words->pool[one->pool].cut;
}

static gboolean on_tick(void *context)
{
    balancer *self = context;
    int open[POOLS] = { 0 };
    g_hash_table_foreach_remove(self->visits, on_over, self);
    GHashTableIter each;
    void *value = NULL;
    g_hash_table_iter_init(&each, self->visits);
    while (g_hash_table_iter_next(&each, NULL, &value))
        open[((visit *)value)->pool]++;
    for (int pool = 0; pool < POOLS; pool++) {
        self->words->pool[pool].connections = open[pool];
        self->cut[pool] = self->words->pool[pool].cut;
    }
    return G_SOURCE_CONTINUE;
}

static gboolean on_check(void *context)
{
    balancer *self = context;
    for (int i = 0; i < POOLS * INSTANCES_MOST; i++) {
        seat *one = &self->words->pool[i / INSTANCES_MOST].seats[i % INSTANCES_MOST];
        if (one->pid == 0 || one->port == 0) {
            one->healthy = 0;
            continue;
        }
        g_autofree char *url = g_strdup_printf("http://127.0.0.1:%d/health", one->port);
        http_request request = { .url = url, .timeout = HEALTH_TIMEOUT, .largest = ANSWER_LARGEST };
        http_ask(self->http, &request, NULL, on_health, one);
    }
    return G_SOURCE_CONTINUE;
}

int balancer_run(char **arguments, GError **error)
{
    part_follow(arguments[1], SIGKILL);
    balancer self = { .http = http_new(),
                      .visits = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free) };
    self.words = shared_map(arguments[0], error);
    fcntl(PART_HELD, F_SETFD, FD_CLOEXEC);
    if (self.words == NULL || served_new(PART_HELD, on_ask, &self, error) == NULL)
        return 1;
    for (int pool = 0; pool < POOLS; pool++)
        self.cut[pool] = self.words->pool[pool].cut;
    on_check(&self);
    g_timeout_add(HEALTH_EVERY_MS, on_check, &self);
    g_timeout_add(200, on_tick, &self);
    g_main_loop_run(g_main_loop_new(NULL, FALSE));
    return 0;
}
