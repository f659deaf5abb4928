/* The poller: real sources that behave badly, and hours lived by hand through poll_take and poll_look. */
#include "engine/polled.h"
#include "lib/clock.h"
#include "lib/toxic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct scene {
    settings *settings;
    poller *self;
    GString *told; /* a line for each change of a trigger or a source */
    guint readings;
    json *kept;
    double value, limit;
} scene;

static void on_reading(const metric *metric, const reading *reading, void *context)
{
    (void)metric;
    (void)reading;
    ((scene *)context)->readings++;
}

static void on_trigger(const trigger *trigger, watch_state from, watch_state to, const poll_judged *judged,
                       void *context)
{
    scene *self = context;
    g_string_append_printf(self->told, "%s %s>%s\n", trigger->name, watch_state_name(from),
                           watch_state_name(to));
    json_decref(self->kept);
    self->kept = json_deep_copy(judged->kept);
    self->value = judged->counted ? judged->value : -1;
    self->limit = judged->counted ? judged->limit : -1;
}

static void on_source(const source *source, bool silent, const char *why, void *context)
{
    g_string_append_printf(((scene *)context)->told, "%s %s%s%s\n", source->name,
                           silent ? "silent" : "answers", *why != '\0' ? ": " : "", why);
}

static void scene_poller(scene *self, const char *folder)
{
    static const poll_tells tells = { on_reading, on_trigger, on_source };
    self->self = poll_new(self->settings, folder, &tells, self, clock_now());
}

static void scene_begin(scene *self, const char *yaml, const char *folder)
{
    g_autoptr(complaints) wrong = complaints_new();
    memset(self, 0, sizeof *self);
    self->told = g_string_new(NULL);
    self->settings = settings_read("test.yaml", yaml, strlen(yaml), wrong);
    if (self->settings == NULL) {
        g_autofree char *text = complaints_text(wrong);
        fail_msg("%s", text);
    }
    scene_poller(self, folder);
}

static void scene_end(scene *self)
{
    poll_free(self->self);
    settings_free(self->settings);
    g_string_free(self->told, TRUE);
    json_decref(self->kept);
    clock_test_real();
}

/* --- by hand --- */

static void take(scene *self, const char *source, const reading *came)
{
    reading each[4];
    for (guint i = 0; i < G_N_ELEMENTS(each); i++)
        each[i] = *came;
    g_autofree char *words = reading_words(came);
    asked answer = { .good = came->state == READ_VALUE, .why = words, .readings = each, .count = 4 };
    poll_take(self->self, source, &answer, clock_now());
}

static void take_value(scene *self, const char *source, double value)
{
    reading came = reading_of(value, clock_now().up);
    take(self, source, &came);
}

static void take_silence(scene *self, const char *source, const char *why)
{
    reading came = reading_without(READ_REFUSED, clock_now().up, why);
    take(self, source, &came);
    reading_clear(&came);
}

static void pass(scene *self, span length)
{
    for (span done = 0; done < length; done += SPAN_SECOND) {
        clock_test_step(SPAN_SECOND);
        poll_look(self->self, clock_now());
    }
}

#define ONE                                                                                                  \
    "sources:\n"                                                                                             \
    "  one: {kind: command, run: [\"true\"], every: 5s}\n"                                                   \
    "metrics:\n"                                                                                             \
    "  load: {source: one, baseline: 2}\n"                                                                   \
    "triggers:\n"

static const instant noon = { .wall = 1763640000000000, .up = 1000 * SPAN_SECOND };

static void begin_at_noon(scene *self, const char *yaml, const char *folder)
{
    clock_test_set(noon.wall, noon.up);
    scene_begin(self, yaml, folder);
}

static void breach__is_pending_on_arrival__and_fires_by_time_alone(void **state)
{
    (void)state;
    scene self;
    begin_at_noon(&self, ONE "  - {name: high, when: \"load > 5 for 10s\"}\n", NULL);
    take_value(&self, "one", 7);
    assert_string_equal(self.told->str, "high quiet>pending\n");
    assert_true(self.value == 7 && self.limit == 5);
    pass(&self, 9 * SPAN_SECOND);
    assert_int_equal(poll_trigger_is(self.self, "high"), WATCH_PENDING);
    pass(&self, SPAN_SECOND);
    assert_string_equal(self.told->str, "high quiet>pending\nhigh pending>firing\n");
    take_value(&self, "one", 1);
    pass(&self, 11 * SPAN_SECOND);
    assert_string_equal(
        self.told->str,
        "high quiet>pending\nhigh pending>firing\nhigh firing>clearing\nhigh clearing>quiet\n");
    scene_end(&self);
}

static void old_value__is_stale__and_neither_good_nor_bad(void **state)
{
    (void)state;
    scene self;
    begin_at_noon(&self, ONE "  - {name: high, when: \"load > 5 for 60s\"}\n", NULL);
    take_value(&self, "one", 7);
    clock_test_step(15 * SPAN_SECOND);
    assert_int_equal(poll_reading(self.self, "load", clock_now().up)->state, READ_VALUE);
    clock_test_step(SPAN_SECOND);
    const reading *is = poll_reading(self.self, "load", clock_now().up);
    assert_int_equal(is->state, READ_STALE);
    g_autofree char *words = reading_words(is);
    assert_string_equal(words, "stale, 16s old");
    pass(&self, 200 * SPAN_SECOND); /* a hold's clock runs on, but blind it does not fire */
    assert_int_equal(poll_trigger_is(self.self, "high"), WATCH_PENDING);
    take_value(&self, "one", 7);
    assert_int_equal(poll_trigger_is(self.self, "high"), WATCH_FIRING);
    scene_end(&self);
}

static void silent_source__is_told_once__and_once_when_it_answers_again(void **state)
{
    (void)state;
    scene self;
    begin_at_noon(&self, ONE "  []\n", NULL);
    self.self->tick = 0;
    ((polled_source *)self.self->sources->pdata[0])->timer = 0;
    take_value(&self, "one", 1);
    for (guint i = 0; i < 100; i++) {
        clock_test_step(5 * SPAN_SECOND);
        take_silence(&self, "one", "HTTP 503");
    }
    assert_string_equal(self.told->str, "one silent: refused: HTTP 503\n");
    clock_test_step(5 * SPAN_SECOND);
    take_value(&self, "one", 1);
    assert_string_equal(self.told->str, "one silent: refused: HTTP 503\n");
    take_value(&self, "one", 1);
    assert_string_equal(self.told->str, "one silent: refused: HTTP 503\none answers\n");
    scene_end(&self);
}

/* RELIABILITY 39: good and bad by turns, 1,000 times. */
static void flapping_source__is_no_silence__and_its_trigger_fires_once(void **state)
{
    (void)state;
    scene self;
    begin_at_noon(&self, ONE "  - {name: high, when: \"load > 5 for 60s\"}\n", NULL);
    for (guint i = 0; i < 1000; i++) {
        if (i % 2 == 0)
            take_value(&self, "one", 7);
        else
            take_silence(&self, "one", "exited 3");
        clock_test_step(5 * SPAN_SECOND);
    }
    assert_string_equal(self.told->str, "high quiet>pending\nhigh pending>firing\n");
    scene_end(&self);
}

/* RELIABILITY 43: 290 s into a hold of 300 s, a new engine goes on from what the journal keeps. */
static void restarted_inside_a_hold__fires_in_time(void **state)
{
    (void)state;
    scene self;
    begin_at_noon(&self, ONE "  - {name: high, when: \"load > 5 for 300s\"}\n", NULL);
    for (guint i = 0; i < 58; i++) {
        take_value(&self, "one", 7);
        clock_test_step(5 * SPAN_SECOND);
    }
    assert_string_equal(self.told->str, "high quiet>pending\n");
    poll_free(self.self);
    scene_poller(&self, NULL);
    poll_resume(self.self, "high", self.kept, CLOCK_TEST_BOOT, clock_now());
    assert_int_equal(poll_trigger_is(self.self, "high"), WATCH_PENDING);
    span late = 0;
    while (poll_trigger_is(self.self, "high") != WATCH_FIRING && late < 60 * SPAN_SECOND) {
        pass(&self, SPAN_SECOND);
        late += SPAN_SECOND;
        if (late % (5 * SPAN_SECOND) == 0)
            take_value(&self, "one", 7);
    }
    assert_true(late >= 10 * SPAN_SECOND && late <= 15 * SPAN_SECOND);
    assert_string_equal(self.told->str, "high quiet>pending\nhigh pending>firing\n");
    scene_end(&self);
}

/* RELIABILITY 28: an hour of sleep: everything is stale, nothing fires, nothing clears. */
static void hour_of_sleep__makes_no_alerts_of_triggers(void **state)
{
    (void)state;
    scene self;
    begin_at_noon(&self,
                  ONE "  - {name: high, when: \"load > 5 for 60s\"}\n  - {name: low, when: \"load < 3\"}\n",
                  NULL);
    take_value(&self, "one", 7);
    clock_test_step(SPAN_HOUR);
    poll_look(self.self, clock_now());
    assert_string_equal(self.told->str, "high quiet>pending\n");
    scene_end(&self);
}

/* RELIABILITY 27: the wall clock is nothing to a hold. */
static void wall_clock_that_jumps__moves_no_hold(void **state)
{
    (void)state;
    static const span jumps[] = { -3650 * SPAN_DAY, -2 * SPAN_HOUR, -SPAN_SECOND,
                                  SPAN_SECOND,      2 * SPAN_HOUR,  3650 * SPAN_DAY };
    for (gsize i = 0; i < G_N_ELEMENTS(jumps); i++) {
        scene self;
        begin_at_noon(&self, ONE "  - {name: high, when: \"load > 5 for 14s\"}\n", NULL);
        take_value(&self, "one", 7);
        pass(&self, 5 * SPAN_SECOND);
        clock_test_jump(jumps[i]);
        pass(&self, 8 * SPAN_SECOND);
        assert_int_equal(poll_trigger_is(self.self, "high"), WATCH_PENDING);
        pass(&self, SPAN_SECOND);
        assert_int_equal(poll_trigger_is(self.self, "high"), WATCH_FIRING);
        scene_end(&self);
    }
}

static void event__fires_at_once__and_ends_by_time(void **state)
{
    (void)state;
    scene self;
    begin_at_noon(&self, ONE "  - {name: failed, when: \"event deployment_failed within 1m\"}\n", NULL);
    poll_start(self.self);
    poll_event(self.self, "deployment_failed", clock_now().up, clock_now());
    assert_string_equal(self.told->str, "failed quiet>firing\n");
    pass(&self, 61 * SPAN_SECOND);
    assert_string_equal(self.told->str,
                        "failed quiet>firing\none silent: no answer yet\nfailed firing>quiet\n");
    scene_end(&self);
}

static void gates__are_judged_by_the_same_readings(void **state)
{
    (void)state;
    scene self;
    begin_at_noon(&self, ONE "  []\n", NULL);
    g_autoptr(condition) gate = condition_parse("load > 1 points over baseline", NULL, NULL, NULL);
    g_autoptr(watch) eye = watch_new(gate);
    double value = 0, limit = 0;
    evidence by = poll_evidence(self.self, "checkout", clock_now().up);
    watch_look(eye, &by);
    assert_int_equal(watch_truth(eye), TRUTH_UNKNOWN);
    assert_string_equal(watch_why(eye), "load: no answer yet");
    take_value(&self, "one", 7);
    watch_look(eye, &by);
    assert_true(watch_is_met(eye));
    assert_true(watch_numbers(eye, &value, &limit));
    assert_true(value == 7 && limit == 3);
    scene_end(&self);
}

static void deployment__is_that_of_the_service(void **state)
{
    (void)state;
    scene self;
    begin_at_noon(&self,
                  "services: {shop: {}, desk: {}}\n" ONE
                  "  - {name: shop, service: shop, when: \"load > 5 % within 1h of deployment\"}\n"
                  "  - {name: desk, service: desk, when: \"load > 5 % within 1h of deployment\"}\n"
                  "  - {name: any, when: \"load > 5 % within 1h of deployment\"}\n",
                  NULL);
    take_value(&self, "one", 7);
    assert_string_equal(self.told->str, "");
    poll_deployed(self.self, "shop", clock_now().up, clock_now());
    poll_look(self.self, clock_now());
    assert_string_equal(self.told->str, "shop quiet>firing\nany quiet>firing\n");
    assert_int_equal(poll_trigger_is(self.self, "desk"), WATCH_QUIET);
    scene_end(&self);
}

static void board__says_what_is_so(void **state)
{
    (void)state;
    scene self;
    begin_at_noon(&self, ONE "  - {name: high, when: \"load > 5 for 10s\", severity: high, answer: 5m}\n",
                  NULL);
    g_autoptr(json) empty = poll_board_json(self.self, clock_now());
    const json *metric = json_array_get(json_object_get(empty, "metrics"), 0);
    assert_string_equal(json_text(metric, "state", ""), "NO DATA");
    assert_string_equal(json_text(metric, "why", ""), "no answer yet");
    take_value(&self, "one", 7);
    clock_test_step(4 * SPAN_SECOND);
    g_autoptr(json) board = poll_board_json(self.self, clock_now());
    metric = json_array_get(json_object_get(board, "metrics"), 0);
    assert_string_equal(json_text(metric, "state", ""), "PENDING");
    assert_true(json_decimal(metric, "value", 0) == 7 && json_decimal(metric, "limit", 0) == 5);
    assert_true(json_decimal(metric, "baseline", 0) == 2 && json_decimal(metric, "age", 0) == 4);
    assert_int_equal(json_array_size(json_object_get(metric, "trend")), TREND_SLOTS);
    const json *trigger = json_array_get(json_object_get(board, "triggers"), 0);
    assert_string_equal(json_text(trigger, "state", ""), "pending");
    assert_true(json_decimal(trigger, "held", 0) == 4 && json_decimal(trigger, "needs", 0) == 10);
    assert_true(json_decimal(trigger, "answer", 0) == 300);
    const json *source = json_array_get(json_object_get(board, "sources"), 0);
    assert_string_equal(json_text(source, "state", ""), "answers");
    scene_end(&self);
}

/* A value is there, and nobody can say whether it is a good one: its trigger has nothing to compare it with. */
static void value__that_cannot_be_judged__is_not_called_well(void **state)
{
    (void)state;
    scene self;
    begin_at_noon(&self,
                  "sources:\n"
                  "  one: {kind: command, run: [\"true\"], every: 5s}\n"
                  "metrics:\n"
                  "  load: {source: one}\n"
                  "triggers:\n"
                  "  - {name: high, when: \"load > 5 points over baseline\", severity: high}\n"
                  "  - {name: top, when: \"load > 90\", severity: high}\n",
                  NULL);
    take_value(&self, "one", 7);
    g_autoptr(json) board = poll_board_json(self.self, clock_now());
    const json *metric = json_array_get(json_object_get(board, "metrics"), 0);
    assert_string_equal(json_text(metric, "state", ""), "NO DATA");
    assert_string_equal(json_text(metric, "why", ""), "load: no baseline yet");
    assert_true(json_decimal(metric, "value", 0) == 7);
    assert_null(json_object_get(metric, "baseline"));
    take_value(&self, "one", 97); /* what the other one knows is louder */
    g_autoptr(json) later = poll_board_json(self.self, clock_now());
    metric = json_array_get(json_object_get(later, "metrics"), 0);
    assert_string_equal(json_text(metric, "state", ""), "BREACH");
    scene_end(&self);
}

/* --- samples --- */

static char *folder_make_(void)
{
    return g_dir_make_tmp("warroom-poll-XXXXXX", NULL);
}

static void folder_drop(char *folder)
{
    g_autofree char *below = g_build_filename(folder, "samples", NULL);
    g_autoptr(GDir) names = g_dir_open(below, 0, NULL);
    for (const char *name; names != NULL && (name = g_dir_read_name(names)) != NULL;) {
        g_autofree char *path = g_build_filename(below, name, NULL);
        unlink(path);
    }
    rmdir(below);
    rmdir(folder);
    g_free(folder);
}

static void sum(moment at, const char *metric, double value, void *context)
{
    (void)at;
    if (strcmp(metric, "load") == 0)
        *(double *)context += value;
}

static void samples__are_there_after_a_restart__but_for_a_torn_line(void **state)
{
    (void)state;
    char *folder = folder_make_();
    samples *kept = samples_open(folder, NULL);
    samples_add(kept, 10, "load", 1.5);
    samples_add(kept, 20, "load", 2);
    samples_add(kept, 20, "other", 100);
    double total = 0;
    samples_read(kept, 0, 100, sum, &total);
    assert_true(total == 3.5); /* also those still waiting */
    assert_true(samples_write(kept, 30, NULL));
    samples_add(kept, 40, "load", 4);
    samples_close(kept);
    g_autofree char *path = g_build_filename(folder, "samples", "0000000000000010.tsv", NULL);
    g_autofree char *text = NULL;
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    assert_string_equal(text, "warroom samples 1\n10\tload\t1.5\n20\tload\t2\n20\tother\t100\n40\tload\t4\n");
    FILE *file = fopen(path, "ae");
    fputs("50\tload\t8", file);
    fclose(file);
    kept = samples_open(folder, NULL);
    samples_add(kept, 60, "load", 16);
    assert_true(samples_write(kept, 60, NULL));
    total = 0;
    samples_read(kept, 20, 100, sum, &total);
    assert_true(total == 22);
    samples_close(kept);
    folder_drop(folder);
}

static void old_samples__go_a_segment_at_a_time(void **state)
{
    (void)state;
    char *folder = folder_make_();
    for (guint day = 0; day < 20; day++) {
        samples *kept = samples_open(folder, NULL);
        samples_add(kept, day * SPAN_DAY + 1, "load", 1);
        assert_true(samples_write(kept, day * SPAN_DAY + 2, NULL));
        samples_close(kept);
    }
    samples *kept = samples_open(folder, NULL);
    double total = 0;
    samples_read(kept, 0, 100 * SPAN_DAY, sum, &total);
    assert_true(total >= 14 && total <= 16);
    samples_close(kept);
    folder_drop(folder);
}

static void unwritable_samples__are_said__and_polling_goes_on(void **state)
{
    (void)state;
    char *folder = folder_make_();
    g_autofree char *below = g_build_filename(folder, "samples", NULL);
    assert_true(g_file_set_contents(below, "in the way", -1, NULL));
    scene self;
    begin_at_noon(&self, ONE "  []\n", folder);
    take_value(&self, "one", 7);
    g_autoptr(json) board = poll_board_json(self.self, clock_now());
    assert_non_null(json_object_get(board, "samples"));
    assert_int_equal(poll_reading(self.self, "load", clock_now().up)->state, READ_VALUE);
    scene_end(&self);
    unlink(below);
    folder_drop(folder);
}

static void windows__survive_a_restart(void **state)
{
    (void)state;
    char *folder = folder_make_();
    scene self;
    begin_at_noon(&self,
                  ONE "  - {name: mean, when: \"load > 5 averaged over 60s\"}\n"
                      "  - {name: count, when: \"load > 5 within 1h of deployment\"}\n",
                  folder);
    for (guint i = 0; i < 20; i++) {
        take_value(&self, "one", 4);
        clock_test_step(5 * SPAN_SECOND);
    }
    poll_free(self.self);
    scene_poller(&self, folder);
    poll_deployed(self.self, "", noon.up + 50 * SPAN_SECOND, clock_now());
    poll_start(self.self);
    take_value(&self, "one", 6);
    g_autoptr(json) board = poll_board_json(self.self, clock_now());
    const json *mean = json_array_get(json_object_get(board, "triggers"), 0);
    assert_true(json_decimal(mean, "value", 0) == 4);
    const json *count = json_array_get(json_object_get(board, "triggers"), 1);
    assert_true(json_decimal(count, "value", 0) == 2);
    scene_end(&self);
    folder_drop(folder);
}

static void baseline__is_the_mean_before_the_deployment(void **state)
{
    (void)state;
    char *folder = folder_make_();
    scene self;
    begin_at_noon(&self,
                  "sources:\n  one: {kind: command, run: [\"true\"], every: 5s}\n"
                  "metrics:\n  load: {source: one, baseline: \"1m before deployment\"}\n"
                  "triggers:\n  - {name: high, when: \"load > 50 % over baseline\"}\n",
                  folder);
    for (guint i = 0; i < 24; i++) {
        take_value(&self, "one", i < 12 ? 100 : 10);
        clock_test_step(5 * SPAN_SECOND);
    }
    assert_string_equal(self.told->str, "");
    poll_deployed(self.self, "", clock_now().up - SPAN_SECOND, clock_now());
    take_value(&self, "one", 15.5);
    assert_string_equal(self.told->str, "high quiet>firing\n");
    assert_true(self.limit == 15);
    scene_end(&self);
    folder_drop(folder);
}

/* --- the real world --- */

static gboolean on_patience(gpointer data)
{
    *(bool *)data = true;
    return G_SOURCE_REMOVE;
}

/* Turns the loop until every metric was read `times` times, for `limit` seconds at most. */
static bool all_read(scene *self, guint readings, guint limit)
{
    bool over = false;
    guint patience = g_timeout_add_seconds(limit, on_patience, &over);
    while (self->readings < readings && !over)
        g_main_context_iteration(NULL, TRUE);
    if (!over)
        g_source_remove(patience);
    return !over;
}

/* Two kinds of source, every way of saying nothing: none may look good, none bad (D8, RELIABILITY 38). */
static const struct blind_row {
    const char *name,
        *how; /* how: a path of the toxic server, "= TEXT" for its text, "! SCRIPT" for a command */
    reading_state state;
    const char *words;
} blind[] = {
    { "late", "/never", READ_LATE, "no answer in 300ms" },
    { "slow", "/slow", READ_LATE, "too slow: stopped after 300ms" },
    { "status", "/status/503", READ_REFUSED, "refused: HTTP 503" },
    { "notfound", "/none", READ_REFUSED, "refused: HTTP 404" },
    { "reset", "/reset", READ_UNREACHABLE, "cut off in the middle of the answer" },
    { "short", "/short", READ_UNREACHABLE, "cut off in the middle of the answer" },
    { "nothing", "/nothing", READ_UNREACHABLE, "closed without an answer" },
    { "garbage", "/garbage", READ_REFUSED, "refused: the answer is not HTTP" },
    { "gzip", "/gzip", READ_MALFORMED, NULL },
    { "file", "/to?file:///etc/passwd", READ_REFUSED,
      "refused: redirect to another kind of address: refused" },
    { "host", "/to?http://127.0.0.2/ok", READ_REFUSED, "refused: redirect to another host: refused" },
    { "claims", "/claims", READ_TOO_LARGE, "answer larger than 128 MB: refused" },
    { "token", "/token", READ_REFUSED, "refused: HTTP 401" },
    { "exit", "! echo 1; echo no such queue >&2; exit 3", READ_REFUSED, "refused: exited 3: no such queue" },
    { "hang", "! exec sleep 60", READ_LATE, "took longer than 300ms" },
    { "empty", "! true", READ_EMPTY, "it printed nothing" },
    { "blank", "! echo", READ_EMPTY, "it printed nothing" },
    { "nan", "! echo NaN", READ_NAN, "not a number (NaN)" },
    { "inf", "! echo +Inf", READ_INFINITE, "infinite, +Inf" },
    { "neginf", "! echo -inf", READ_INFINITE, "infinite, -Inf" },
    { "words", "! echo lots", READ_MALFORMED, "neither one number nor a line of its name: 'lots'" },
    { "two", "! echo 1 2", READ_MALFORMED, NULL },
    { "hex", "! echo 0x10", READ_MALFORMED, NULL },
    { "comma", "! echo 1,5", READ_MALFORMED, NULL },
    { "other", "! echo another 1", READ_MALFORMED, "neither one number nor a line of its name: 'another 1'" },
    { "norow", "/ok", READ_EMPTY, "not in the answer" },
    { "many", "! printf 'many{a=\"1\"} 1\\nmany{a=\"2\"} 1\\n'", READ_MANY,
      "2 series where one is due: name its labels" },
    { "twice", "! printf 'twice 1\\ntwice 1\\n'", READ_MALFORMED, "line 2: the same series twice" },
    { "exponan", "! echo exponan NaN", READ_NAN, "not a number (NaN)" },
    { "missing", "", READ_UNREACHABLE, NULL },
    { "killed", "! kill -9 $$", READ_REFUSED, "refused: killed by signal 9 (KILL)" },
};

static void blind_yaml(GString *yaml, const toxic *server)
{
    g_string_append(yaml, "sources:\n");
    for (gsize i = 0; i < G_N_ELEMENTS(blind); i++) {
        const char *how = blind[i].how;
        g_autofree char *url = toxic_url(server, how);
        g_autofree char *script = g_strescape(how + MIN(strlen(how), 2), NULL);
        if (*how == '/')
            g_string_append_printf(yaml, "  s%s: {kind: metrics, url: \"%s\", every: 1h, timeout: 300ms}\n",
                                   blind[i].name, url);
        else if (*how == '!')
            g_string_append_printf(
                yaml, "  s%s: {kind: command, run: [sh, -c, \"%s\"], every: 1h, timeout: 300ms}\n",
                blind[i].name, script);
        else
            g_string_append_printf(yaml, "  s%s: {kind: command, run: [/no/such/program], every: 1h}\n",
                                   blind[i].name);
    }
    g_string_append(yaml, "metrics:\n");
    for (gsize i = 0; i < G_N_ELEMENTS(blind); i++)
        g_string_append_printf(yaml, "  %s: {source: s%s}\n", blind[i].name, blind[i].name);
    g_string_append(yaml, "triggers:\n");
    for (gsize i = 0; i < G_N_ELEMENTS(blind); i++)
        g_string_append_printf(
            yaml,
            "  - {name: a-%s, when: \"%s > -1000\"}\n  - {name: b-%s, when: \"%s < 1000\"}\n"
            "  - {name: c-%s, when: \"%s != 77\"}\n  - {name: d-%s, when: \"%s >= 0\"}\n",
            blind[i].name, blind[i].name, blind[i].name, blind[i].name, blind[i].name, blind[i].name,
            blind[i].name, blind[i].name);
}

static void what_says_nothing__is_named__and_neither_healthy_nor_a_breach(void **state)
{
    (void)state;
    toxic *server = toxic_start();
    g_autoptr(GString) yaml = g_string_new(NULL);
    scene self;
    blind_yaml(yaml, server);
    scene_begin(&self, yaml->str, NULL);
    poll_start(self.self);
    assert_true(all_read(&self, G_N_ELEMENTS(blind), 30));
    uptime now = clock_now().up;
    for (gsize i = 0; i < G_N_ELEMENTS(blind); i++) {
        const reading *is = poll_reading(self.self, blind[i].name, now);
        g_autofree char *words = reading_words(is);
        if (is->state != blind[i].state)
            fail_msg("%s: %s, '%s'", blind[i].name, reading_state_name(is->state), words);
        if (blind[i].words != NULL && strcmp(words, blind[i].words) != 0)
            fail_msg("%s: '%s'", blind[i].name, words);
    }
    assert_string_equal(self.told->str, ""); /* no trigger moved */
    g_autoptr(json) board = poll_board_json(self.self, clock_now());
    size_t index = 0;
    json *one = NULL;
    json_array_foreach(json_object_get(board, "triggers"), index, one)
        assert_string_equal(json_text(one, "truth", ""), "unknown");
    json_array_foreach(json_object_get(board, "metrics"), index, one)
        assert_string_equal(json_text(one, "state", ""), "NO DATA");
    scene_end(&self);
    toxic_stop(server);
}

static void good_sources__are_read(void **state)
{
    (void)state;
    toxic *server = toxic_start();
    char *folder = folder_make_();
    g_autofree char *secret = g_build_filename(folder, "token", NULL);
    assert_true(g_file_set_contents(secret, "sesame\n", -1, NULL));
    assert_int_equal(chmod(secret, 0600), 0);
    g_setenv("TEST_TOKEN", "sesame", TRUE);
    g_autofree char *yaml = g_strdup_printf(
        "sources:\n"
        "  web: {kind: metrics, url: \"http://127.0.0.1:%u/text\", every: 1h}\n"
        "  file: {kind: metrics, url: \"http://127.0.0.1:%u/token\", token: \"file:%s\", every: 1h}\n"
        "  env: {kind: metrics, url: \"http://127.0.0.1:%u/token\", token: \"env:TEST_TOKEN\", every: 1h}\n"
        "  run: {kind: metrics, url: \"http://127.0.0.1:%u/token\", token: \"command:echo sesame\", every: "
        "1h}\n"
        "  open: {kind: metrics, url: \"http://127.0.0.1:%u/openmetrics\", every: 1h}\n"
        "  number: {kind: command, run: [echo, \"42\"], every: 1h}\n"
        "  text: {kind: command, run: [printf, \"queue 5\"], every: 1h}\n"
        "metrics:\n"
        "  p95: {source: web, name: latency, labels: {q: \"0.95\"}, scale: 1000}\n"
        "  m1: {source: file, name: up}\n"
        "  m2: {source: env, name: up}\n"
        "  m3: {source: run, name: up}\n"
        "  m4: {source: open, name: latency, labels: {q: \"0.5\"}}\n"
        "  m5: {source: number}\n"
        "  m6: {source: text, name: queue}\n",
        toxic_port(server), toxic_port(server), secret, toxic_port(server), toxic_port(server),
        toxic_port(server));
    toxic_say(server, "latency{q=\"0.5\"} 0.125\nlatency{q=\"0.95\"} 0.25\n# EOF\n");
    static const double due[] = { 250, 1, 1, 1, 0.125, 42, 5 };
    scene self;
    scene_begin(&self, yaml, NULL);
    poll_start(self.self);
    assert_true(all_read(&self, G_N_ELEMENTS(due), 20));
    for (gsize i = 0; i < G_N_ELEMENTS(due); i++) {
        const polled_metric *metric = g_ptr_array_index(self.self->metrics, i);
        g_autofree char *words = reading_words(&metric->now);
        if (metric->now.state != READ_VALUE || metric->now.value != due[i])
            fail_msg("%s: %g, '%s'", metric->metric->name, metric->now.value, words);
    }
    scene_end(&self);
    assert_int_equal(chmod(secret, 0644), 0);
    scene_begin(&self, yaml, NULL);
    poll_start(self.self);
    assert_true(all_read(&self, G_N_ELEMENTS(due), 20));
    g_autofree char *words = reading_words(poll_reading(self.self, "m1", clock_now().up));
    assert_non_null(strstr(words, "can be read by others"));
    assert_null(strstr(words, "sesame"));
    scene_end(&self);
    unlink(secret);
    folder_drop(folder);
    toxic_stop(server);
}

/* One that never answers, one that trickles, one that hangs: the quick one is asked in its own time all along. */
static void dead_sources__delay_no_other(void **state)
{
    (void)state;
    toxic *server = toxic_start();
    g_autofree char *yaml = g_strdup_printf(
        "sources:\n"
        "  quick: {kind: metrics, url: \"http://127.0.0.1:%u/ok\", every: 100ms, timeout: 90ms}\n"
        "  dead: {kind: metrics, url: \"http://127.0.0.1:%u/never\", every: 100ms, timeout: 10s}\n"
        "  slow: {kind: metrics, url: \"http://127.0.0.1:%u/slow\", every: 100ms, timeout: 10s}\n"
        "  hang: {kind: command, run: [sleep, \"60\"], every: 100ms, timeout: 10s}\n"
        "metrics:\n"
        "  a: {source: quick, name: up}\n  b: {source: dead}\n  c: {source: slow}\n  d: {source: hang}\n",
        toxic_port(server), toxic_port(server), toxic_port(server));
    scene self;
    scene_begin(&self, yaml, NULL);
    uptime began = clock_now().up;
    poll_start(self.self);
    assert_true(all_read(&self, 30, 20)); /* only the quick one gives readings */
    span took = clock_now().up - began;
    if (took > 6 * SPAN_SECOND)
        fail_msg("30 answers took %ld ms", (long)(took / 1000));
    assert_int_equal(poll_reading(self.self, "b", clock_now().up)->state, READ_NONE_YET);
    scene_end(&self);
    toxic_stop(server);
}

static void tested(json *answer, void *context)
{
    *(json **)context = json_incref(answer);
}

static void metric_test__asks_once_out_of_turn(void **state)
{
    (void)state;
    scene self;
    scene_begin(&self,
                "sources:\n  q: {kind: command, run: [echo, \"7\"], every: 1h}\nmetrics:\n  depth: {source: "
                "q, unit: jobs}\n",
                NULL);
    json *answer = NULL;
    g_autoptr(GError) error = NULL;
    assert_false(poll_test(self.self, "depht", tested, &answer, &error));
    assert_int_equal(error->code, ERR_NOT_FOUND);
    assert_true(poll_test(self.self, "depth", tested, &answer, NULL));
    bool over = false;
    guint patience = g_timeout_add_seconds(10, on_patience, &over);
    while (answer == NULL && !over)
        g_main_context_iteration(NULL, TRUE);
    assert_false(over);
    g_source_remove(patience);
    const json *metric = json_array_get(json_object_get(answer, "metrics"), 0);
    assert_string_equal(json_text(metric, "name", ""), "depth");
    assert_true(json_decimal(metric, "value", 0) == 7);
    json_decref(answer);
    /* One that is under way when the poller ends is not told. */
    answer = NULL;
    assert_true(poll_test(self.self, "q", tested, &answer, NULL));
    scene_end(&self);
    for (guint i = 0; i < 20; i++)
        g_main_context_iteration(NULL, FALSE);
    assert_null(answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(breach__is_pending_on_arrival__and_fires_by_time_alone),
        cmocka_unit_test(old_value__is_stale__and_neither_good_nor_bad),
        cmocka_unit_test(silent_source__is_told_once__and_once_when_it_answers_again),
        cmocka_unit_test(flapping_source__is_no_silence__and_its_trigger_fires_once),
        cmocka_unit_test(restarted_inside_a_hold__fires_in_time),
        cmocka_unit_test(hour_of_sleep__makes_no_alerts_of_triggers),
        cmocka_unit_test(wall_clock_that_jumps__moves_no_hold),
        cmocka_unit_test(event__fires_at_once__and_ends_by_time),
        cmocka_unit_test(gates__are_judged_by_the_same_readings),
        cmocka_unit_test(deployment__is_that_of_the_service),
        cmocka_unit_test(board__says_what_is_so),
        cmocka_unit_test(value__that_cannot_be_judged__is_not_called_well),
        cmocka_unit_test(samples__are_there_after_a_restart__but_for_a_torn_line),
        cmocka_unit_test(old_samples__go_a_segment_at_a_time),
        cmocka_unit_test(unwritable_samples__are_said__and_polling_goes_on),
        cmocka_unit_test(windows__survive_a_restart),
        cmocka_unit_test(baseline__is_the_mean_before_the_deployment),
        cmocka_unit_test(what_says_nothing__is_named__and_neither_healthy_nor_a_breach),
        cmocka_unit_test(good_sources__are_read),
        cmocka_unit_test(dead_sources__delay_no_other),
        cmocka_unit_test(metric_test__asks_once_out_of_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
