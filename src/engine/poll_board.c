/* poll_board.c - the poller as a document for faces, and the question out of turn. */
#include "polled.h"

#include "world/clock.h"

#include <string.h>

#define CLOCK_NOTABLE SPAN_MINUTE

static double seconds(span length)
{
    return (double)(length / SPAN_MILLISECOND) / 1000;
}

/* How loud a trigger makes the metrics it names; the loudest shows. */
static const struct loudness {
    const char *word;
    int rank;
} loudness[] = {
    [WATCH_QUIET] = { "ok", 0 },
    [WATCH_CLEARING] = { "CLEARING", 1 },
    [WATCH_PENDING] = { "PENDING", 3 },
    [WATCH_FIRING] = { "BREACH", 4 },
};
#define NO_DATA_RANK 2

static bool trigger_names(const polled_trigger *one, const char *metric)
{
    g_auto(GStrv) names = condition_metrics(one->trigger->when);
    return *names != NULL && g_strv_contains((const char *const *)names, metric);
}

/* What is not known is worse than what is quiet or clears: a trigger that cannot judge calls nobody well (D8). */
static int rank_of(const polled_trigger *one)
{
    int rank = loudness[one->is].rank;
    return watch_truth(one->watch) == TRUTH_UNKNOWN ? MAX(rank, NO_DATA_RANK) : rank;
}

/* The state of a metric is the worst of its triggers. */
static void state_put(const polled_metric *one, json *into)
{
    const polled_trigger *worst = NULL;
    for (guint i = 0; i < one->from->triggers->len; i++) {
        const polled_trigger *candidate = g_ptr_array_index(one->from->triggers, i);
        if (trigger_names(candidate, one->metric->name) &&
            (worst == NULL || rank_of(candidate) > rank_of(worst)))
            worst = candidate;
    }
    bool there = one->now.state == READ_VALUE;
    if (worst != NULL ? rank_of(worst) == NO_DATA_RANK || (!there && rank_of(worst) < NO_DATA_RANK) : !there)
        json_put_text(into, "state", "NO DATA");
    else
        json_put_text(into, "state", worst != NULL ? loudness[worst->is].word : "OFF");
    double value = 0, limit = 0;
    if (worst == NULL)
        return;
    json_put_text(into, "trigger", worst->trigger->name);
    if (there && rank_of(worst) == NO_DATA_RANK)
        json_put_text(into, "why", watch_why(worst->watch));
    if (watch_numbers(worst->watch, &value, &limit))
        json_put_decimal(into, "limit", limit);
}

static json *trend_json(const polled_metric *one, uptime now)
{
    json *trend = json_array();
    gint64 last = now / TREND_SLOT + 1;
    for (gint64 slot = last - TREND_SLOTS + 1; slot <= last; slot++) {
        gsize at = (gsize)((slot % TREND_SLOTS + TREND_SLOTS) % TREND_SLOTS);
        bool there = slot > 0 && one->slot[at] == slot;
        json_array_append_new(trend, there ? json_of_decimal(one->trend[at]) : json_null());
    }
    return trend;
}

static json *metric_json(polled_metric *one, instant now)
{
    polled_metric_age(one, now.up);
    json *into = json_object();
    json_put_text(into, "name", one->metric->name);
    json_put_text(into, "title", one->metric->title);
    json_put_text(into, "source", one->metric->source);
    json_put_text(into, "unit", one->metric->unit);
    json_put_text(into, "bad", one->metric->bad == BAD_DOWN ? "down" : "up");
    state_put(one, into);
    if (one->now.state == READ_VALUE) {
        json_put_decimal(into, "value", one->now.value);
    } else {
        g_autofree char *words = reading_words(&one->now);
        json_put_text(into, "why", words);
        json_put_text(into, "silence", reading_state_name(one->now.state));
    }
    if (one->last.state != READ_NONE_YET)
        json_put_decimal(into, "age", seconds(now.up - one->last.at));
    if (one->metric->baseline != NULL && one->baseline.state == READ_VALUE)
        json_put_decimal(into, "baseline", one->baseline.value);
    json_put(into, "trend", trend_json(one, now.up));
    return into;
}

static json *trigger_json(const polled_trigger *one, instant now)
{
    const trigger *of = one->trigger;
    json *into = json_object();
    double value = 0, limit = 0;
    json_put_text(into, "name", of->name);
    json_put_text(into, "when", one->rule);
    json_put_text(into, "severity", severity_names[of->severity]);
    json_put_text(into, "action", action_names[of->action]);
    json_put_text(into, "automation", automation_names[of->automation]);
    if (of->answer > 0)
        json_put_decimal(into, "answer", seconds(of->answer));
    json_put_text(into, "service", of->service);
    json_put_flag(into, "shadow", of->shadow);
    json_put_text(into, "why", of->why);
    json_put_text(into, "state", watch_state_name(one->is));
    json_put_text(into, "truth", truth_name(watch_truth(one->watch)));
    if (watch_numbers(one->watch, &value, &limit)) {
        json_put_decimal(into, "value", value);
        json_put_decimal(into, "limit", limit);
    }
    if (one->is != WATCH_QUIET)
        json_put_decimal(into, "held", seconds(watch_held(one->watch, now.up)));
    if (watch_needs(one->watch) > 0)
        json_put_decimal(into, "needs", seconds(watch_needs(one->watch)));
    if (watch_truth(one->watch) == TRUTH_UNKNOWN)
        json_put_text(into, "unknown", watch_why(one->watch));
    return into;
}

static char *clock_words(span off)
{
    g_autofree char *length = span_text(ABS(off) - ABS(off) % SPAN_SECOND);
    return g_strdup_printf("source clock differs by %s, %s", length, off > 0 ? "ahead" : "behind");
}

static json *source_json(const polled_source *one, instant now)
{
    json *into = json_object();
    json_put_text(into, "name", one->source->name);
    json_put_text(into, "kind", source_kind_name(one->source->kind));
    json_put_decimal(into, "every", seconds(one->source->every));
    json_put_decimal(into, "timeout", seconds(one->source->timeout));
    json_put_text(into, "state",
                  one->silent     ? "silent"
                  : !one->asked   ? "none yet"
                  : one->good > 0 ? "answers"
                                  : "failing");
    json_put_text(into, "why", one->why);
    if (one->answered != G_MININT64)
        json_put_decimal(into, "answered", seconds(now.up - one->answered));
    if (one->asked)
        json_put_decimal(into, "took", seconds(one->took));
    if (ABS(one->clock_off) > CLOCK_NOTABLE) {
        g_autofree char *words = clock_words(one->clock_off);
        json_put_text(into, "clock", words);
    }
    json_put_flag(into, "insecure", one->source->insecure);
    return into;
}

json *poll_board_json(poller *self, instant now)
{
    json *board = json_object();
    json *metrics = json_array(), *triggers = json_array(), *sources = json_array();
    for (guint i = 0; i < self->metrics->len; i++)
        json_array_append_new(metrics, metric_json(g_ptr_array_index(self->metrics, i), now));
    for (guint i = 0; i < self->triggers->len; i++)
        json_array_append_new(triggers, trigger_json(g_ptr_array_index(self->triggers, i), now));
    for (guint i = 0; i < self->sources->len; i++)
        json_array_append_new(sources, source_json(g_ptr_array_index(self->sources, i), now));
    json_put(board, "metrics", metrics);
    json_put(board, "triggers", triggers);
    json_put(board, "sources", sources);
    json_put_text(board, "samples", self->unkept);
    return board;
}

/* --- the question out of turn --- */

typedef struct test {
    poller *owner;
    const polled_source *source;
    asking *asking;
    poll_tested tell;
    void *context;
} test;

void poll_tests_end(poller *self)
{
    for (guint i = 0; i < self->tests->len; i++) {
        test *one = g_ptr_array_index(self->tests, i);
        asking_cancel(one->asking);
        g_free(one);
    }
    g_ptr_array_set_size(self->tests, 0);
}

static json *tested_metric(const metric *of, const reading *is)
{
    json *into = json_object();
    json_put_text(into, "name", of->name);
    json_put_text(into, "state", reading_state_name(is->state));
    json_put_text(into, "unit", of->unit);
    if (is->state == READ_VALUE) {
        json_put_decimal(into, "value", is->value);
    } else {
        g_autofree char *words = reading_words(is);
        json_put_text(into, "why", words);
    }
    return into;
}

static void on_tested(const asked *answer, void *context)
{
    g_autofree test *one = context;
    g_ptr_array_remove_fast(one->owner->tests, one);
    g_autoptr(json) into = json_object();
    json_put_text(into, "source", one->source->source->name);
    json_put_text(into, "kind", source_kind_name(one->source->source->kind));
    json_put_flag(into, "good", answer->good);
    json_put_decimal(into, "took", seconds(answer->took));
    json_put_text(into, "why", answer->why);
    json *metrics = json_array();
    for (guint i = 0; i < answer->count; i++)
        json_array_append_new(metrics,
                              tested_metric(g_ptr_array_index(one->source->wanted, i), &answer->readings[i]));
    json_put(into, "metrics", metrics);
    one->tell(into, one->context);
}

static const polled_source *source_to_test(const poller *self, const char *name)
{
    const polled_metric *metric = g_hash_table_lookup(self->metric_by_name, name);
    if (metric != NULL)
        return metric->from;
    for (guint i = 0; i < self->sources->len; i++) {
        const polled_source *one = g_ptr_array_index(self->sources, i);
        if (strcmp(one->source->name, name) == 0)
            return one;
    }
    return NULL;
}

bool poll_test(poller *self, const char *name, poll_tested tell, void *context, GError **error)
{
    const polled_source *source = source_to_test(self, name);
    if (source == NULL)
        return fail(error, ERR_NOT_FOUND,
                    "there is no metric or source '%s'; 'warroom metric list' names the metrics", name);
    test *one = g_new0(test, 1);
    *one = (test){ .owner = self, .source = source, .tell = tell, .context = context };
    g_ptr_array_add(self->tests, one);
    one->asking = asking_start(self->client, source->source, source->wanted, self->folder, on_tested, one);
    return true;
}
