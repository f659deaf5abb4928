/* What never may happen, whatever a source does (G12, RELIABILITY 39, 43): more than one alert per hold, a hold
 * shifted by restarts, a window that costs more the longer it is. */
#include "detect/watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef struct scene {
    reading now;
    condition *when;
    watch *self;
    evidence by;
    guint alerts;
    watch_state last;
} scene;

static const reading *scene_reading(void *context, const char *name)
{
    (void)name;
    return &((scene *)context)->now;
}

static void scene_begin(scene *self, const char *when)
{
    memset(self, 0, sizeof *self);
    self->when = condition_parse(when, NULL, NULL, NULL);
    assert_non_null(self->when);
    self->self = watch_new(self->when);
    self->by = (evidence){ .reading_of = scene_reading, .context = self, .deployed = G_MININT64 };
}

static void scene_end(scene *self)
{
    watch_free(self->self);
    condition_free(self->when);
}

static watch_state scene_look(scene *self, reading_state state, double value, uptime at)
{
    self->now = (reading){ .state = state, .value = value, .at = at };
    self->by.now = at;
    watch_state is = watch_look(self->self, &self->by);
    self->alerts += is == WATCH_FIRING && self->last != WATCH_FIRING && self->last != WATCH_CLEARING;
    self->last = is;
    return is;
}

static void scene_restart(scene *self)
{
    g_autoptr(json) kept = watch_keep(self->self);
    watch_free(self->self);
    self->self = watch_new(self->when);
    watch_resume(self->self, kept, self->by.now, true);
}

/* 1,000 samples, bad and good by turns, in rhythms from one second to far beyond the hold: between two alerts
 * lies at least one whole hold up and one down. */
static void alternating__makes_at_most_one_alert_per_hold(void **state)
{
    (void)state;
    static const char *const rules[] = { "a > 5 for 10s", "a > 5", "a > 5 for 3s until clear for 30s" };
    static const guint per_hold[] = { 20, 30, 33 };
    for (guint rule = 0; rule < G_N_ELEMENTS(rules); rule++)
        for (guint rhythm = 1; rhythm < 60; rhythm++) {
            scene self;
            scene_begin(&self, rules[rule]);
            for (guint i = 0; i < 1000; i++)
                scene_look(&self, READ_VALUE, i / rhythm % 2 == 0 ? 6 : 4, (uptime)i * SPAN_SECOND);
            assert_true(self.alerts <= 1000 / per_hold[rule] + 1);
            assert_true(rhythm * 2 >= per_hold[rule] || self.alerts <= 1);
            scene_end(&self);
        }
}

/* A source that flaps at every poll, a thousand times: bad or silent. One alert, and no reset. */
static void flapping_source__makes_one_alert__and_resets_no_hold(void **state)
{
    (void)state;
    scene self;
    scene_begin(&self, "a > 5 for 60s");
    for (guint i = 0; i < 1000; i++) {
        watch_state is =
            scene_look(&self, i % 2 == 0 ? READ_VALUE : READ_UNREACHABLE, 6, (uptime)i * SPAN_SECOND);
        assert_int_equal(is, i < 60 ? WATCH_PENDING : WATCH_FIRING);
    }
    assert_int_equal(self.alerts, 1);
    scene_end(&self);
}

/* 1,000 samples, 20 restarts at places a seed chooses: fires in the very second it fires without them. */
static void restarts__shift_no_hold(void **state)
{
    (void)state;
    for (guint seed = 0; seed < 50; seed++) {
        g_autoptr(GRand) chance = g_rand_new_with_seed(seed);
        scene self;
        scene_begin(&self, "a > 5 for 300s");
        guint fired = 0;
        for (guint i = 0; i < 1000; i++) {
            if (g_rand_int_range(chance, 0, 50) == 0)
                scene_restart(&self);
            if (scene_look(&self, READ_VALUE, i >= 100 ? 6 : 4, (uptime)i * SPAN_SECOND) == WATCH_FIRING &&
                !fired)
                fired = i;
        }
        if (fired != 400 || self.alerts != 1)
            fail_msg("seed %u: fired at %u s, %u alerts", seed, fired, self.alerts);
        scene_end(&self);
    }
}

/* The running sums against sums made anew, over samples of odd times and sizes. */
static void average__equals_the_one_made_anew(void **state)
{
    (void)state;
    enum { SAMPLES = 3000 };
    g_autoptr(GRand) chance = g_rand_new_with_seed(7);
    g_autofree double *values = g_new(double, SAMPLES);
    g_autofree uptime *times = g_new(uptime, SAMPLES);
    scene self;
    scene_begin(&self, "a > 5 averaged over 10m");
    uptime at = 0;
    for (guint i = 0; i < SAMPLES; i++) {
        at += g_rand_int_range(chance, 200000, 9000000);
        times[i] = at;
        values[i] = g_rand_double_range(chance, -1e6, 1e6);
        scene_look(&self, READ_VALUE, values[i], at);
        double area = 0, value = 0, limit = 0;
        span covered = 0;
        for (guint j = i; j-- > 0;) {
            uptime from = MAX(times[j], at - 10 * SPAN_MINUTE), to = times[j + 1];
            if (to <= from)
                break;
            area += values[j] * (double)(to - from);
            covered += to - from;
        }
        bool known = watch_numbers(self.self, &value, &limit);
        assert_int_equal(known, covered >= 5 * SPAN_MINUTE);
        if (known)
            assert_true(ABS(value - area / (double)covered) < 1e-3);
    }
    scene_end(&self);
}

/* A day of samples ten times a second in one window: what is kept stays bounded, the average stays right. */
static void long_window__stays_small__and_right(void **state)
{
    (void)state;
    scene self;
    scene_begin(&self, "a > 5 averaged over 1d");
    double value = 0, limit = 0;
    for (guint i = 0; i < 864000; i++)
        scene_look(&self, READ_VALUE, i % 2 == 0 ? 4 : 8, (uptime)i * SPAN_SECOND / 10);
    assert_true(watch_numbers(self.self, &value, &limit));
    assert_true(ABS(value - 6) < 1e-3);
    scene_end(&self);
}

static void hold__counts_up_then_down(void **state)
{
    (void)state;
    scene self;
    scene_begin(&self, "a > 5 for 10s until clear for 20s");
    scene_look(&self, READ_VALUE, 4, 0);
    assert_int_equal(watch_held(self.self, SPAN_SECOND), 0);
    assert_int_equal(watch_needs(self.self), 0);
    scene_look(&self, READ_VALUE, 6, 5 * SPAN_SECOND);
    assert_int_equal(watch_held(self.self, 9 * SPAN_SECOND), 4 * SPAN_SECOND);
    assert_int_equal(watch_needs(self.self), 10 * SPAN_SECOND);
    scene_look(&self, READ_VALUE, 6, 15 * SPAN_SECOND);
    assert_int_equal(watch_needs(self.self), 0);
    scene_look(&self, READ_VALUE, 4, 20 * SPAN_SECOND);
    assert_int_equal(watch_held(self.self, 27 * SPAN_SECOND), 7 * SPAN_SECOND);
    assert_int_equal(watch_needs(self.self), 20 * SPAN_SECOND);
    scene_end(&self);
}

static void kept_of_another_condition__is_left_alone(void **state)
{
    (void)state;
    scene self;
    scene_begin(&self, "a > 5");
    scene_look(&self, READ_VALUE, 6, 0);
    g_autoptr(json) kept = watch_keep(self.self);
    scene_end(&self);
    scene_begin(&self, "a > 4");
    watch_resume(self.self, kept, 0, true);
    assert_int_equal(watch_is(self.self), WATCH_QUIET);
    scene_end(&self);
}

static void recalled_samples__fill_a_window_and_move_no_hold(void **state)
{
    (void)state;
    scene self;
    scene_begin(&self, "a > 5 averaged over 10s");
    assert_int_equal(watch_remembers(self.self, "a"), 10 * SPAN_SECOND);
    assert_int_equal(watch_remembers(self.self, "b"), 0);
    for (guint i = 0; i < 10; i++) {
        reading past = reading_of(8, (uptime)i * SPAN_SECOND);
        watch_recall(self.self, "a", &past);
        assert_int_equal(watch_is(self.self), WATCH_QUIET);
    }
    assert_int_equal(scene_look(&self, READ_VALUE, 8, 10 * SPAN_SECOND), WATCH_FIRING);
    scene_end(&self);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alternating__makes_at_most_one_alert_per_hold),
        cmocka_unit_test(flapping_source__makes_one_alert__and_resets_no_hold),
        cmocka_unit_test(restarts__shift_no_hold),
        cmocka_unit_test(average__equals_the_one_made_anew),
        cmocka_unit_test(long_window__stays_small__and_right),
        cmocka_unit_test(hold__counts_up_then_down),
        cmocka_unit_test(kept_of_another_condition__is_left_alone),
        cmocka_unit_test(recalled_samples__fill_a_window_and_move_no_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
