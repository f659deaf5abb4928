/* bench_detect [ROUNDS] - triggers beside a bare loop, exposition text beside memchr + strtod (PERFORMANCE.md, 4 and 5).
 *
 * Turn about in one run, medians with quartiles of CPU time; only the ratios say anything. */
#define _GNU_SOURCE
#include "detect/exposition.h"
#include "detect/watch.h"
#include "lib/measure.h"

#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TRIGGERS 1000
#define LOOKS 200 /* of all triggers, in one sample */
#define ROUNDS_MOST 200

static double cpu(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* --- triggers --- */

typedef struct bare { /* what a hold is at the very least */
    const reading *reading;
    double limit;
    int64_t since;
    bool firing;
} bare;

static double values[TRIGGERS * 100];
static volatile guint fired;

static double bare_round(bare *all, reading *readings, int count, bool breach)
{
    for (int i = 0; i < count; i++)
        readings[i] = reading_of(values[i] + (breach ? 10 : 0), 0);
    double began = cpu();
    guint firing = 0;
    for (int look = 0; look < LOOKS; look++) {
        int64_t now = (int64_t)look * SPAN_SECOND;
        for (int i = 0; i < count; i++) {
            if (all[i].reading->state != READ_VALUE)
                continue;
            if (all[i].reading->value <= all[i].limit)
                all[i].since = -1, all[i].firing = false;
            else if (all[i].since < 0)
                all[i].since = now;
            else if (now - all[i].since >= 10 * SPAN_SECOND)
                all[i].firing = true;
            firing += all[i].firing;
        }
    }
    fired = firing;
    return (cpu() - began) / LOOKS * 1e6;
}

typedef struct world {
    reading *readings;
    watch **watches;
    condition **rules;
    int count, next;
} world;

static const reading *next_reading(void *context, const char *name)
{
    world *self = context;
    (void)name;
    return &self->readings[self->next];
}

static world world_of(const char *rule, int count)
{
    world self = { .count = count };
    self.readings = g_new0(reading, count);
    self.watches = g_new0(watch *, count);
    self.rules = g_new0(condition *, count);
    for (self.next = 0; self.next < count; self.next++) {
        evidence by = { .reading_of = next_reading, .context = &self };
        self.rules[self.next] = condition_parse(rule, NULL, NULL, NULL);
        self.watches[self.next] = watch_new(self.rules[self.next]);
        watch_bind(self.watches[self.next], &by);
    }
    return self;
}

static void world_end(world *self)
{
    for (int i = 0; i < self->count; i++) {
        watch_free(self->watches[i]);
        condition_free(self->rules[i]);
    }
    g_free(self->readings), g_free(self->watches), g_free(self->rules);
}

static double watch_round(world *self, bool breach, uptime *clock)
{
    for (int i = 0; i < self->count; i++)
        self->readings[i] = reading_of(values[i] + (breach ? 10 : 0), *clock);
    evidence by = { .reading_of = next_reading, .context = self, .deployed = G_MININT64 };
    double began = cpu();
    guint firing = 0;
    for (int look = 0; look < LOOKS; look++) {
        *clock += SPAN_SECOND;
        by.now = *clock;
        for (int i = 0; i < self->count; i++) {
            self->readings[i].at = *clock; /* every look finds a new sample */
            firing += watch_look(self->watches[i], &by) == WATCH_FIRING;
        }
    }
    fired = firing;
    return (cpu() - began) / LOOKS * 1e6;
}

static void line(const char *name, double *samples, size_t count, const char *unit, double floor, double aim)
{
    double middle = measure_quartile(samples, count, 2);
    measure_line(name, measure_quartile(samples, count, 1), middle, measure_quartile(samples, count, 3), unit,
                 floor > 0 ? middle / floor : 1, aim, false);
}

static void bench_triggers(int count, int rounds)
{
    static double floor_none[ROUNDS_MOST], floor_all[ROUNDS_MOST], none[ROUNDS_MOST], all[ROUNDS_MOST],
        short_mean[ROUNDS_MOST], long_mean[ROUNDS_MOST];
    g_autofree bare *plain = g_new0(bare, count);
    g_autofree reading *seen = g_new0(reading, count);
    for (int i = 0; i < count; i++)
        plain[i] = (bare){ .reading = &seen[i], .limit = 5, .since = -1 };
    world quiet = world_of("a > 5 for 10s", count), loud = world_of("a > 5 for 10s", count);
    world brief = world_of("a > 5 averaged over 1m", count), wide = world_of("a > 5 averaged over 1h", count);
    uptime clocks[4] = { 0 };
    for (int i = -1; i < rounds; i++) { /* the first warms up */
        int at = MAX(i, 0);
        floor_none[at] = bare_round(plain, seen, count, false);
        none[at] = watch_round(&quiet, false, &clocks[0]);
        floor_all[at] = bare_round(plain, seen, count, true);
        all[at] = watch_round(&loud, true, &clocks[1]);
        short_mean[at] = watch_round(&brief, i % 2, &clocks[2]);
        long_mean[at] = watch_round(&wide, i % 2, &clocks[3]);
    }
    printf("\n%d triggers, each with a new sample; time for all of them\n", count);
    line("floor: bare loop, none breach", floor_none, (size_t)rounds, "us", 0, 0);
    double floor = measure_quartile(floor_none, (size_t)rounds, 2);
    line("floor: bare loop, all breach", floor_all, (size_t)rounds, "us", floor, 0);
    line("for 10s, none breach", none, (size_t)rounds, "us", floor, 20);
    double base = measure_quartile(none, (size_t)rounds, 2);
    line("for 10s, all breach (to none)", all, (size_t)rounds, "us", base, 2);
    line("averaged over 1m", short_mean, (size_t)rounds, "us", floor, 0);
    double brief_base = measure_quartile(short_mean, (size_t)rounds, 2);
    line("averaged over 1h (to 1m)", long_mean, (size_t)rounds, "us", brief_base, 3);
    world_end(&quiet), world_end(&loud), world_end(&brief), world_end(&wide);
}

/* --- exposition --- */

static GString *body_of(gsize size)
{
    GString *body = g_string_sized_new(size + 256);
    for (guint i = 0; body->len < size; i++) {
        if (i % 24 == 0)
            g_string_append_printf(body,
                                   "# HELP http_request_duration_seconds_%u Time it took.\n# TYPE "
                                   "http_request_duration_seconds_%u histogram\n",
                                   i, i);
        g_string_append_printf(
            body,
            "http_request_duration_seconds_bucket{service=\"checkout\",pod=\"web-%u\",le=\"%u.5\"} %u.%u\n",
            i % 97, i, i * 7, i % 10);
    }
    g_string_append(body, "wanted_errors_total{service=\"checkout\"} 42\n");
    return body;
}

/* Every line's end found, every value read, nothing looked at. */
static double floor_read(const GString *body)
{
    double sum = 0;
    const char *at = body->str, *end = body->str + body->len;
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        const char *space = memrchr(at, ' ', (size_t)(stop - at));
        if (*at != '#' && space != NULL)
            sum += strtod(space + 1, NULL);
        at = stop + 1;
    }
    return sum;
}

/* In the pieces in which curl hands it over. */
static double our_read(const GString *body, const metric *wanted)
{
    g_autoptr(exposition) self = exposition_new();
    exposition_want(self, wanted);
    for (gsize at = 0; at < body->len; at += 16384)
        if (!exposition_feed(self, body->str + at, MIN(16384, body->len - at), NULL))
            abort();
    if (!exposition_end(self, NULL))
        abort();
    reading is = exposition_reading(self, 0, 0);
    reading_clear(&is);
    return is.value;
}

static void bench_exposition(gsize size, int rounds)
{
    static double floor[ROUNDS_MOST], ours[ROUNDS_MOST], all[ROUNDS_MOST];
    g_autoptr(GString) body = body_of(size);
    metric wanted = { .series = "wanted_errors_total", .scale = 1 };
    metric every = { .series = "http_request_duration_seconds_bucket", .scale = 1 };
    volatile double sink = 0;
    for (int i = -1; i < rounds; i++) {
        int at = MAX(i, 0);
        double began = cpu();
        sink += floor_read(body);
        floor[at] = (cpu() - began) * 1e3;
        began = cpu();
        sink += our_read(body, &wanted);
        ours[at] = (cpu() - began) * 1e3;
        began = cpu();
        sink += our_read(body, &every);
        all[at] = (cpu() - began) * 1e3;
    }
    size_t before = mallinfo2().uordblks;
    sink += our_read(body, &wanted);
    (void)sink;
    printf("\nexposition text, %zu bytes; what is kept of it: %zd bytes\n", body->len,
           (ssize_t)(mallinfo2().uordblks - before));
    line("floor: memchr + strtod", floor, (size_t)rounds, "ms", 0, 0);
    double base = measure_quartile(floor, (size_t)rounds, 2);
    line("one series wanted", ours, (size_t)rounds, "ms", base, 3);
    line("every line wanted", all, (size_t)rounds, "ms", base, 0);
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? CLAMP(atoi(argv[1]), 3, ROUNDS_MOST) : 31;
    for (gsize i = 0; i < G_N_ELEMENTS(values); i++)
        values[i] = (double)(i % 50) / 10;
    bench_triggers(TRIGGERS, rounds);
    bench_triggers(TRIGGERS * 10, MIN(rounds, 11));
    bench_exposition(1 << 20, rounds);
    bench_exposition(10 << 20, rounds);
    return 0;
}
