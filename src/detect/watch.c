#include "detect/watch.h"

#include "window.h"

#include <math.h>
#include <string.h>

/* A clause and where its hold is. */
typedef struct part {
    const clause *clause;
    const reading *reading, *other, *baseline; /* bound */
    window *window;                            /* NULL without one */
    watch_state state;
    uptime since; /* when the state began */
    truth truth;
    bool counted; /* value and limit are of the last look */
    double value, limit;
    char *why; /* with TRUTH_UNKNOWN */
} part;

struct watch {
    const condition *condition;
    bool bound, any;
    watch_state state;
    truth truth;
    uptime last;
    guint deciding; /* the part that made the truth what it is */
    guint count;
    part parts[];
};

static const char *const state_names[] = { "quiet", "pending", "clearing", "firing" };
static const char *const truth_names[] = { "false", "true", "unknown" };

const char *watch_state_name(watch_state state)
{
    return state_names[state];
}

const char *truth_name(truth what)
{
    return truth_names[what];
}

watch *watch_new(const condition *from)
{
    guint count = from->clauses->len;
    watch *self = g_malloc0(sizeof *self + count * sizeof(part));
    self->condition = from;
    self->any = from->any;
    self->truth = TRUTH_UNKNOWN;
    self->last = G_MININT64;
    self->count = count;
    for (guint i = 0; i < count; i++) {
        part *one = &self->parts[i];
        one->clause = g_ptr_array_index(from->clauses, i);
        one->truth = TRUTH_UNKNOWN;
        bool windowed = one->clause->window == WINDOW_AVERAGED || one->clause->window == WINDOW_RATE ||
                        clause_counts(one->clause);
        if (!one->clause->event && windowed)
            one->window = window_new(one->clause->window, one->clause->length);
    }
    return self;
}

void watch_free(watch *self)
{
    if (self == NULL)
        return;
    for (guint i = 0; i < self->count; i++) {
        window_free(self->parts[i].window);
        g_free(self->parts[i].why);
    }
    g_free(self);
}

static bool compares_with_baseline(const clause *rule)
{
    return rule->against != AGAINST_NUMBER && rule->against != AGAINST_METRIC;
}

static void part_bind(part *self, const evidence *by)
{
    const clause *rule = self->clause;
    self->reading = by->reading_of(by->context, rule->name);
    if (rule->against == AGAINST_METRIC)
        self->other = by->reading_of(by->context, rule->other);
    else if (compares_with_baseline(rule) && by->baseline_of != NULL)
        self->baseline = by->baseline_of(by->context, rule->name);
}

void watch_bind(watch *self, const evidence *by)
{
    for (guint i = 0; i < self->count; i++)
        if (!self->parts[i].clause->event)
            part_bind(&self->parts[i], by);
    self->bound = true;
}

static truth unknown(part *self, const char *name, const char *what)
{
    g_free(self->why);
    self->why = g_strconcat(name, ": ", what, NULL);
    return TRUTH_UNKNOWN;
}

static truth unknown_reading(part *self, const char *name, const char *of, const reading *seen)
{
    g_autofree char *words = reading_words(seen);
    g_autofree char *what = g_strconcat(of, words, NULL);
    return unknown(self, name, what);
}

/* What the metric is taken to be: its value, or what its window makes of it. */
static bool part_value(part *self, const evidence *by, uptime now)
{
    const clause *rule = self->clause;
    const reading *seen = self->reading;
    const char *why = NULL;
    if (self->window != NULL)
        window_see(self->window, seen, now);
    if (seen == NULL) {
        unknown(self, rule->name, "no such metric");
        return false;
    }
    if (seen->state != READ_VALUE) {
        unknown_reading(self, rule->name, "", seen);
        return false;
    }
    if (self->window == NULL) {
        self->value = seen->value;
        return true;
    }
    bool known = rule->window == WINDOW_AVERAGED ? window_average(self->window, now, &self->value, &why)
                 : rule->window == WINDOW_RATE   ? window_rate(self->window, &self->value, &why)
                                               : window_count(self->window, by->deployed, &self->value, &why);
    if (known && !isfinite(self->value)) { /* of finite samples: a NaN would compare as healthy (D8) */
        known = false;
        why = "too large to be counted";
    }
    if (!known)
        unknown(self, rule->name, why);
    return known;
}

/* What the value is held to, and whether it may lie on it. */
static bool part_limit(part *self, comparison *op)
{
    const clause *rule = self->clause;
    double number = rule->number;
    if (rule->against == AGAINST_NUMBER) {
        self->limit = number;
        return true;
    }
    bool shared = rule->against == AGAINST_METRIC;
    const reading *to = shared ? self->other : self->baseline;
    const char *name = shared ? rule->other : rule->name;
    if (to == NULL) {
        unknown(self, name, shared ? "no such metric" : "no baseline yet");
        return false;
    }
    if (to->state != READ_VALUE) {
        unknown_reading(self, name, shared ? "" : "baseline: ", to);
        return false;
    }
    if (shared && to->value == 0) {
        unknown(self, name, "0, and a share of nothing is nothing");
        return false;
    }
    static const comparison mirrored[] = {
        [OP_ABOVE] = OP_BELOW,      [OP_AT_LEAST] = OP_AT_MOST, [OP_BELOW] = OP_ABOVE,
        [OP_AT_MOST] = OP_AT_LEAST, [OP_EQUAL] = OP_EQUAL,      [OP_UNEQUAL] = OP_UNEQUAL
    };
    bool relative = clause_is_relative(rule);
    double distance = relative ? fabs(to->value) * number / 100 : number;
    if (rule->against == AGAINST_UNDER_BASELINE) {
        self->limit = to->value - distance;
        *op = mirrored[*op];
    } else {
        self->limit =
            rule->against == AGAINST_OVER_BASELINE ? to->value + distance : to->value * number / 100;
    }
    /* D2: beside a baseline of 0 any excess is beyond, and exactly 0 is not. */
    if (relative && to->value == 0 && number != 0)
        *op = *op == OP_AT_LEAST ? OP_ABOVE : *op == OP_AT_MOST ? OP_BELOW : *op;
    if (!isfinite(self->limit)) {
        unknown(self, name, "the limit is out of range");
        return false;
    }
    return true;
}

static bool compare(double value, comparison op, double limit)
{
    switch (op) {
    case OP_ABOVE:
        return value > limit;
    case OP_AT_LEAST:
        return value >= limit;
    case OP_BELOW:
        return value < limit;
    case OP_AT_MOST:
        return value <= limit;
    case OP_EQUAL:
        return value == limit;
    case OP_UNEQUAL:
        break;
    }
    return value != limit;
}

static truth part_event(part *self, const evidence *by, uptime now)
{
    if (by->event_at == NULL)
        return unknown(self, self->clause->name, "events are not told here");
    uptime told = by->event_at(by->context, self->clause->name);
    return told != G_MININT64 && now - told <= self->clause->length ? TRUTH_TRUE : TRUTH_FALSE;
}

static truth part_judge(part *self, const evidence *by, uptime now)
{
    self->counted = false;
    if (self->clause->event)
        return part_event(self, by, now);
    comparison op = self->clause->op;
    /* Value first, even when the time for it is over: windows must see every sample. */
    bool known = part_value(self, by, now);
    if (self->clause->window == WINDOW_DEPLOYMENT) {
        if (by->deployed == G_MININT64)
            return unknown(self, self->clause->name, "no deployment is known");
        if (now < by->deployed || now - by->deployed > self->clause->length)
            return TRUTH_FALSE;
    }
    if (!known || !part_limit(self, &op))
        return TRUTH_UNKNOWN;
    self->counted = true;
    return compare(self->value, op, self->limit) ? TRUTH_TRUE : TRUTH_FALSE;
}

static void part_move(part *self, watch_state to, uptime now)
{
    self->state = to;
    self->since = now;
}

static void part_hold(part *self, uptime now)
{
    if (self->truth == TRUTH_UNKNOWN)
        return; /* the clock runs on, nothing is decided */
    bool breach = self->truth == TRUTH_TRUE;
    span ran = now - self->since;
    switch (self->state) {
    case WATCH_QUIET:
        if (breach)
            part_move(self, self->clause->rise > 0 ? WATCH_PENDING : WATCH_FIRING, now);
        break;
    case WATCH_PENDING:
        if (!breach)
            part_move(self, WATCH_QUIET, now);
        else if (ran >= self->clause->rise)
            part_move(self, WATCH_FIRING, now);
        break;
    case WATCH_FIRING:
        if (!breach)
            part_move(self, self->clause->fall > 0 ? WATCH_CLEARING : WATCH_QUIET, now);
        break;
    case WATCH_CLEARING:
        if (breach)
            part_move(self, WATCH_FIRING, now);
        else if (ran >= self->clause->fall)
            part_move(self, WATCH_QUIET, now);
        break;
    }
}

/* The truth of the whole, and the first part that makes it so. One decisive answer outweighs what is unknown. */
static void watch_combine(watch *self)
{
    truth decisive = self->any ? TRUTH_TRUE : TRUTH_FALSE;
    self->truth = self->any ? TRUTH_FALSE : TRUTH_TRUE;
    self->deciding = 0;
    self->state = self->parts[0].state;
    for (guint i = 0; i < self->count; i++) {
        const part *one = &self->parts[i];
        self->state = self->any ? MAX(self->state, one->state) : MIN(self->state, one->state);
        if (self->truth != decisive && one->truth != self->truth &&
            (one->truth == decisive || self->truth != TRUTH_UNKNOWN)) {
            self->truth = one->truth;
            self->deciding = i;
        }
    }
}

watch_state watch_look(watch *self, const evidence *by)
{
    uptime now = MAX(by->now, self->last);
    self->last = now;
    for (guint i = 0; i < self->count; i++) {
        part *one = &self->parts[i];
        if (!self->bound && !one->clause->event)
            part_bind(one, by);
        one->truth = part_judge(one, by, now);
        part_hold(one, now);
    }
    watch_combine(self);
    return self->state;
}

void watch_recall(watch *self, const char *metric, const reading *seen)
{
    for (guint i = 0; i < self->count; i++) {
        part *one = &self->parts[i];
        if (one->window != NULL && strcmp(one->clause->name, metric) == 0)
            window_see(one->window, seen, seen->at);
    }
    self->last = MAX(self->last, seen->at);
}

span watch_remembers(const watch *self, const char *metric)
{
    span longest = 0;
    for (guint i = 0; i < self->count; i++)
        if (self->parts[i].window != NULL && strcmp(self->parts[i].clause->name, metric) == 0)
            longest = MAX(longest, self->parts[i].clause->length);
    return longest;
}

watch_state watch_is(const watch *self)
{
    return self->state;
}

bool watch_is_met(const watch *self)
{
    return self->state == WATCH_FIRING && self->truth == TRUTH_TRUE;
}

truth watch_truth(const watch *self)
{
    return self->truth;
}

static span part_needs(const part *self)
{
    return self->state == WATCH_PENDING    ? self->clause->rise
           : self->state == WATCH_CLEARING ? self->clause->fall
                                           : 0;
}

/* The part whose hold the whole waits for: joined by "and" the last to be through, by "or" the first. */
static const part *watch_waits_for(const watch *self)
{
    const part *found = NULL;
    for (guint i = 0; i < self->count; i++) {
        const part *one = &self->parts[i];
        if (one->state != self->state)
            continue;
        uptime end = one->since + part_needs(one);
        if (found == NULL ||
            (self->any ? end < found->since + part_needs(found) : end > found->since + part_needs(found)))
            found = one;
    }
    return found;
}

span watch_held(const watch *self, uptime now)
{
    return self->state == WATCH_QUIET ? 0 : MAX(now - watch_waits_for(self)->since, 0);
}

span watch_needs(const watch *self)
{
    return self->state == WATCH_QUIET ? 0 : part_needs(watch_waits_for(self));
}

bool watch_numbers(const watch *self, double *value, double *limit)
{
    const part *one = &self->parts[self->deciding];
    if (!one->counted)
        return false;
    *value = one->value;
    *limit = one->limit;
    return true;
}

const char *watch_why(const watch *self)
{
    const char *why = self->parts[self->deciding].why;
    return self->truth == TRUTH_UNKNOWN && why != NULL ? why : "";
}

json *watch_keep(const watch *self)
{
    g_autofree char *rule = condition_text(self->condition);
    json *kept = json_object();
    json_put_text(kept, "rule", rule);
    json *parts = json_array();
    for (guint i = 0; i < self->count; i++) {
        json *one = json_object();
        json_put_text(one, "state", state_names[self->parts[i].state]);
        json_put_whole(one, "since", self->parts[i].since);
        json_array_append_new(parts, one);
    }
    json_put(kept, "parts", parts);
    return kept;
}

static bool part_resume(part *self, const json *kept, uptime now, bool same_boot)
{
    const char *name = json_text(kept, "state", "");
    for (gsize i = 0; i < G_N_ELEMENTS(state_names); i++)
        if (strcmp(state_names[i], name) == 0) {
            gint64 since = json_whole(kept, "since", now);
            part_move(self, (watch_state)i, same_boot && since <= now ? since : now);
            return true;
        }
    return false;
}

void watch_resume(watch *self, const json *kept, uptime now, bool same_boot)
{
    g_autofree char *rule = condition_text(self->condition);
    const json *parts = json_object_get(kept, "parts");
    if (strcmp(json_text(kept, "rule", ""), rule) != 0 || json_array_size(parts) != self->count)
        return;
    for (guint i = 0; i < self->count; i++)
        if (!part_resume(&self->parts[i], json_array_get(parts, i), now, same_boot))
            return;
    self->last = MAX(self->last, now);
    watch_combine(self);
}
