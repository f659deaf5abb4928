#include "polled.h"

#include "world/clock.h"

#include <string.h>

#define TICK_MILLISECONDS 1000
#define PHASE_MOST SPAN_SECOND /* the first questions are spread over so long */
#define GOOD_AGAIN 2           /* answers in a row that end a silence */

/* --- what is known --- */

static uptime *at_of(GHashTable *table, const char *name)
{
    return g_hash_table_lookup(table, name);
}

static void at_put(GHashTable *table, const char *name, uptime at)
{
    g_hash_table_insert(table, g_strdup(name), g_memdup2(&at, sizeof at));
}

uptime poller_deployed(const poller *self, const char *service)
{
    const uptime *at = at_of(self->deployments, service != NULL ? service : "");
    if (at != NULL)
        return *at;
    if (service != NULL && *service != '\0')
        return G_MININT64;
    GHashTableIter each;
    gpointer value = NULL;
    uptime latest = G_MININT64;
    g_hash_table_iter_init(&each, self->deployments);
    while (g_hash_table_iter_next(&each, NULL, &value))
        latest = MAX(latest, *(const uptime *)value);
    return latest;
}

static const reading *reading_of_metric(void *context, const char *name)
{
    const polled_metric *found = g_hash_table_lookup(((poller *)context)->metric_by_name, name);
    return found != NULL ? &found->now : NULL;
}

static const reading *baseline_of_metric(void *context, const char *name)
{
    const polled_metric *found = g_hash_table_lookup(((poller *)context)->metric_by_name, name);
    return found != NULL && found->metric->baseline != NULL ? &found->baseline : NULL;
}

static uptime event_of(void *context, const char *name)
{
    const uptime *at = at_of(((poller *)context)->events, name);
    return at != NULL ? *at : G_MININT64;
}

evidence poll_evidence(poller *self, const char *service, uptime now)
{
    return (evidence){ .reading_of = reading_of_metric,
                       .baseline_of = baseline_of_metric,
                       .event_at = event_of,
                       .context = self,
                       .now = now,
                       .deployed = poller_deployed(self, service) };
}

void polled_metric_age(polled_metric *self, uptime now)
{
    span age = now - self->last.at;
    if (self->last.state != READ_VALUE || age <= source_stale_after(self->from->source))
        return;
    g_autofree char *words = span_text(age - age % SPAN_SECOND);
    g_autofree char *why = g_strconcat(words, " old", NULL);
    reading_clear(&self->now);
    self->now = reading_without(READ_STALE, self->last.at, why);
}

const reading *poll_reading(poller *self, const char *metric, uptime now)
{
    polled_metric *found = g_hash_table_lookup(self->metric_by_name, metric);
    if (found == NULL)
        return NULL;
    polled_metric_age(found, now);
    return &found->now;
}

watch_state poll_trigger_is(const poller *self, const char *trigger)
{
    const polled_trigger *found = g_hash_table_lookup(self->trigger_by_name, trigger);
    return found != NULL ? found->is : WATCH_QUIET;
}

/* --- judging --- */

static void trigger_tell(poller *self, polled_trigger *one, watch_state from)
{
    if (self->tells.trigger == NULL)
        return;
    g_autoptr(json) kept = watch_keep(one->watch);
    poll_judged judged = { .rule = one->rule, .why = watch_why(one->watch), .kept = kept };
    judged.counted = watch_numbers(one->watch, &judged.value, &judged.limit);
    self->tells.trigger(one->trigger, from, one->is, &judged, self->context);
}

static void trigger_judge(poller *self, polled_trigger *one, uptime now)
{
    evidence by = poll_evidence(self, one->trigger->service, now);
    watch_state from = one->is;
    one->is = watch_look(one->watch, &by);
    if (one->is != from)
        trigger_tell(self, one, from);
}

static void source_judge(poller *self, polled_source *one, uptime now)
{
    uptime since = one->answered != G_MININT64 ? one->answered : one->begun;
    bool silent = one->silent ? one->good < GOOD_AGAIN : now - since > source_stale_after(one->source);
    if (silent == one->silent)
        return;
    one->silent = silent;
    if (self->tells.source != NULL)
        self->tells.source(one->source, silent, silent ? (one->asked ? one->why : "no answer yet") : "",
                           self->context);
}

void poll_look(poller *self, instant now)
{
    for (guint i = 0; i < self->metrics->len; i++)
        polled_metric_age(g_ptr_array_index(self->metrics, i), now.up);
    for (guint i = 0; i < self->triggers->len; i++)
        trigger_judge(self, g_ptr_array_index(self->triggers, i), now.up);
    for (guint i = 0; i < self->sources->len; i++) {
        polled_source *one = g_ptr_array_index(self->sources, i);
        if (one->timer != 0 || one->asking != NULL)
            source_judge(self, one, now.up);
    }
}

/* --- arriving --- */

static void trend_put(polled_metric *self, double value, uptime at)
{
    gint64 slot = at / TREND_SLOT + 1;
    self->slot[slot % TREND_SLOTS] = slot;
    self->trend[slot % TREND_SLOTS] = value;
}

static void metric_take(poller *self, polled_metric *one, const reading *came, instant now)
{
    reading_copy(&one->last, came);
    one->last.at = now.up; /* judged by arrival (RELIABILITY 30) */
    reading_copy(&one->now, &one->last);
    if (came->state == READ_VALUE) {
        trend_put(one, came->value, now.up);
        if (self->samples != NULL)
            samples_add(self->samples, now.wall, one->metric->name, came->value);
    }
    if (self->tells.reading != NULL)
        self->tells.reading(one->metric, &one->now, self->context);
}

static void source_note(polled_source *one, const asked *answer, uptime now)
{
    one->asked = true;
    one->took = answer->took;
    one->clock_off = answer->clock_off;
    g_free(one->why);
    one->why = g_strdup(answer->why);
    one->good = answer->good ? one->good + 1 : 0;
    if (answer->good)
        one->answered = now;
}

void poll_take(poller *self, const char *source, const asked *answer, instant now)
{
    for (guint i = 0; i < self->sources->len; i++) {
        polled_source *one = g_ptr_array_index(self->sources, i);
        if (strcmp(one->source->name, source) != 0)
            continue;
        source_note(one, answer, now.up);
        for (guint j = 0; j < one->metrics->len; j++)
            metric_take(self, g_ptr_array_index(one->metrics, j), &answer->readings[j], now);
        for (guint j = 0; j < one->triggers->len; j++)
            trigger_judge(self, g_ptr_array_index(one->triggers, j), now.up);
        source_judge(self, one, now.up);
    }
}

static void on_answer(const asked *answer, void *context)
{
    polled_source *one = context;
    one->asking = NULL;
    poll_take(one->owner, one->source->name, answer, clock_now());
}

/* One that still waits for its last answer is not asked twice. */
static gboolean on_due(gpointer context)
{
    polled_source *one = context;
    poller *self = one->owner;
    if (one->asking == NULL)
        one->asking = asking_start(self->client, one->source, one->wanted, self->folder, on_answer, one);
    return G_SOURCE_CONTINUE;
}

static gboolean on_first(gpointer context)
{
    polled_source *one = context;
    one->timer = g_timeout_add((guint)(one->source->every / SPAN_MILLISECOND), on_due, one);
    on_due(one);
    return G_SOURCE_REMOVE;
}

static gboolean on_tick(gpointer context)
{
    poller *self = context;
    instant now = clock_now();
    g_autoptr(GError) error = NULL;
    poll_look(self, now);
    if (self->samples != NULL && !samples_write(self->samples, now.wall, &error)) {
        g_free(self->unkept);
        self->unkept = g_strdup(error->message);
    } else {
        g_clear_pointer(&self->unkept, g_free);
    }
    return G_SOURCE_CONTINUE;
}

/* --- events and deployments --- */

/* Before the start nothing is judged: windows are still to be filled. */
static void poll_look_started(poller *self, instant now)
{
    if (self->tick != 0)
        poll_look(self, now);
}

void poll_event(poller *self, const char *event, uptime at, instant now)
{
    const uptime *known = at_of(self->events, event);
    if (known == NULL || *known < at)
        at_put(self->events, event, at);
    poll_look_started(self, now);
}

typedef struct mean {
    const char *metric;
    double sum;
    guint count;
} mean;

static void mean_add(moment at, const char *metric, double value, void *context)
{
    mean *self = context;
    (void)at;
    if (strcmp(self->metric, metric) == 0) {
        self->sum += value;
        self->count++;
    }
}

/* D7: "1h before deployment" is the mean of what this console saw in that hour. */
static void baseline_settle(poller *self, polled_metric *one, instant now)
{
    double number = 0;
    span length = 0;
    uptime deployed = poller_deployed(self, NULL);
    if (one->metric->baseline == NULL)
        return;
    reading_clear(&one->baseline);
    if (metric_baseline_number(one->metric->baseline, &number)) {
        one->baseline = reading_of(number, now.up);
    } else if (deployed == G_MININT64) {
        one->baseline = reading_without(READ_NONE_YET, now.up, "no deployment is known");
    } else if (span_scan(one->metric->baseline, &length) != NULL) {
        mean seen = { .metric = one->metric->name };
        moment to = now.wall - (now.up - deployed);
        if (self->samples != NULL)
            samples_read(self->samples, to - length, to, mean_add, &seen);
        one->baseline = seen.count > 0
                            ? reading_of(seen.sum / seen.count, now.up)
                            : reading_without(READ_EMPTY, now.up, "nothing was seen before the deployment");
    }
}

void poll_deployed(poller *self, const char *service, uptime at, instant now)
{
    at_put(self->deployments, service, at);
    for (guint i = 0; i < self->metrics->len; i++)
        baseline_settle(self, g_ptr_array_index(self->metrics, i), now);
    poll_look_started(self, now);
}

/* --- beginning and ending --- */

static void source_gone(gpointer data)
{
    polled_source *self = data;
    asking_cancel(self->asking);
    if (self->timer != 0)
        g_source_remove(self->timer);
    g_ptr_array_unref(self->metrics);
    g_ptr_array_unref(self->wanted);
    g_ptr_array_unref(self->triggers);
    g_free(self->why);
    g_free(self);
}

static void metric_gone(gpointer data)
{
    polled_metric *self = data;
    reading_clear(&self->last);
    reading_clear(&self->now);
    reading_clear(&self->baseline);
    g_free(self);
}

static void trigger_gone(gpointer data)
{
    polled_trigger *self = data;
    watch_free(self->watch);
    g_free(self->rule);
    g_free(self);
}

static void add_source(poller *self, const source *from, instant start)
{
    polled_source *one = g_new0(polled_source, 1);
    one->owner = self;
    one->source = from;
    one->metrics = g_ptr_array_new();
    one->wanted = g_ptr_array_new();
    one->triggers = g_ptr_array_new();
    one->answered = G_MININT64;
    one->begun = start.up;
    one->why = g_strdup("");
    g_ptr_array_add(self->sources, one);
}

static polled_source *source_named(const poller *self, const char *name)
{
    for (guint i = 0; i < self->sources->len; i++) {
        polled_source *one = g_ptr_array_index(self->sources, i);
        if (strcmp(one->source->name, name) == 0)
            return one;
    }
    return NULL;
}

static void add_metric(poller *self, const metric *from, instant start)
{
    polled_metric *one = g_new0(polled_metric, 1);
    one->metric = from;
    one->from = source_named(self, from->source);
    one->last = reading_without(READ_NONE_YET, start.up, NULL);
    one->now = reading_without(READ_NONE_YET, start.up, NULL);
    g_ptr_array_add(one->from->metrics, one);
    g_ptr_array_add(one->from->wanted, (gpointer)from);
    g_ptr_array_add(self->metrics, one);
    g_hash_table_insert(self->metric_by_name, from->name, one);
    baseline_settle(self, one, start);
}

static void add_trigger(poller *self, const trigger *from, instant start)
{
    polled_trigger *one = g_new0(polled_trigger, 1);
    one->trigger = from;
    one->watch = watch_new(from->when);
    one->rule = condition_text(from->when);
    evidence by = poll_evidence(self, from->service, start.up);
    watch_bind(one->watch, &by);
    g_ptr_array_add(self->triggers, one);
    g_hash_table_insert(self->trigger_by_name, from->name, one);
    g_auto(GStrv) names = condition_metrics(from->when);
    for (char **name = names; *name != NULL; name++) {
        const polled_metric *found = g_hash_table_lookup(self->metric_by_name, *name);
        if (found != NULL && !g_ptr_array_find(found->from->triggers, one, NULL))
            g_ptr_array_add(found->from->triggers, one);
    }
}

static void poller_fill(poller *self, instant start)
{
    for (guint i = 0; i < self->settings->sources->len; i++)
        add_source(self, g_ptr_array_index(self->settings->sources, i), start);
    for (guint i = 0; i < self->settings->metrics->len; i++)
        add_metric(self, g_ptr_array_index(self->settings->metrics, i), start);
    for (guint i = 0; i < self->settings->triggers->len; i++)
        add_trigger(self, g_ptr_array_index(self->settings->triggers, i), start);
}

poller *poll_new(const settings *settings, const char *folder, const poll_tells *tells, void *context,
                 instant start)
{
    g_autoptr(GError) error = NULL;
    poller *self = g_new0(poller, 1);
    self->settings = settings;
    self->folder = g_path_get_dirname(settings->file);
    self->tells = tells != NULL ? *tells : (poll_tells){ 0 };
    self->context = context;
    self->start = start;
    self->client = http_new();
    self->sources = g_ptr_array_new_with_free_func(source_gone);
    self->metrics = g_ptr_array_new_with_free_func(metric_gone);
    self->triggers = g_ptr_array_new_with_free_func(trigger_gone);
    self->tests = g_ptr_array_new();
    self->metric_by_name = g_hash_table_new(g_str_hash, g_str_equal);
    self->trigger_by_name = g_hash_table_new(g_str_hash, g_str_equal);
    self->events = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->deployments = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    if (folder != NULL && (self->samples = samples_open(folder, &error)) == NULL)
        self->unkept = g_strdup(error->message);
    poller_fill(self, start);
    return self;
}

void poll_free(poller *self)
{
    if (self == NULL)
        return;
    if (self->tick != 0)
        g_source_remove(self->tick);
    poll_tests_end(self);
    g_ptr_array_unref(self->tests);
    g_ptr_array_unref(self->triggers);
    g_ptr_array_unref(self->sources);
    g_ptr_array_unref(self->metrics);
    http_free(self->client);
    samples_close(self->samples);
    g_hash_table_unref(self->metric_by_name);
    g_hash_table_unref(self->trigger_by_name);
    g_hash_table_unref(self->events);
    g_hash_table_unref(self->deployments);
    g_free(self->unkept);
    g_free(self->folder);
    g_free(self);
}

void poll_resume(poller *self, const char *trigger, const json *kept, const char *boot, instant now)
{
    polled_trigger *found = g_hash_table_lookup(self->trigger_by_name, trigger);
    if (found == NULL)
        return;
    watch_resume(found->watch, kept, now.up, strcmp(boot, now.boot) == 0);
    found->is = watch_is(found->watch);
}

/* Kept samples, given to the windows of one trigger. */
typedef struct recalling {
    polled_trigger *into;
    instant now;
    const polled_metric *metric;
    uptime last; /* G_MININT64: none yet */
} recalling;

/* Where samples are missing for longer than a value is good for, nothing was known. */
static void recall_gap(recalling *self, uptime until)
{
    span good = source_stale_after(self->metric->from->source);
    if (self->last == G_MININT64 || until - self->last <= good)
        return;
    reading nothing = { .state = READ_STALE, .at = self->last + good };
    watch_recall(self->into->watch, self->metric->metric->name, &nothing);
}

static void recall_one(moment at, const char *metric, double value, void *context)
{
    recalling *self = context;
    uptime up = self->now.up - (self->now.wall - at);
    if (strcmp(metric, self->metric->metric->name) != 0 || up > self->now.up || up <= self->last)
        return;
    recall_gap(self, up);
    reading past = reading_of(value, up);
    watch_recall(self->into->watch, metric, &past);
    self->last = up;
}

static void trigger_recall(poller *self, polled_trigger *one, instant now)
{
    g_auto(GStrv) names = condition_metrics(one->trigger->when);
    for (char **name = names; *name != NULL; name++) {
        const polled_metric *of = g_hash_table_lookup(self->metric_by_name, *name);
        span longest = of != NULL ? watch_remembers(one->watch, *name) : 0;
        if (longest == 0)
            continue;
        /* A little more: a rate and a count begin with the last value from before their time. */
        moment from = now.wall - longest - source_stale_after(of->from->source);
        recalling into = { .into = one, .now = now, .metric = of, .last = G_MININT64 };
        samples_read(self->samples, from, now.wall, recall_one, &into);
        recall_gap(&into, now.up);
    }
}

void poll_start(poller *self)
{
    instant now = clock_now();
    for (guint i = 0; self->samples != NULL && i < self->triggers->len; i++)
        trigger_recall(self, g_ptr_array_index(self->triggers, i), now);
    for (guint i = 0; i < self->sources->len; i++) {
        polled_source *one = g_ptr_array_index(self->sources, i);
        span spread = MIN(one->source->every, PHASE_MOST) * i / self->sources->len;
        one->begun = now.up;
        one->timer = g_timeout_add((guint)(spread / SPAN_MILLISECOND), on_first, one);
    }
    self->tick = g_timeout_add(TICK_MILLISECONDS, on_tick, self);
}
