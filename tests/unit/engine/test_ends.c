/* What an end means, what a start brings along: the small rules of became.c, launch.c and judge.c. */
#include "world/pretend.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static pretend *world_with(const char *front, const char *body)
{
    pretend *world = pretend_new();
    g_autofree char *book = g_strconcat(front, "# Ends\n\n## A\n\n", body, NULL);
    pretend_book(world, "/e.md", book);
    assert_true(pretend_ask(world, NULL, "start", "title=slow", NULL));
    return world;
}

static void begin(pretend *world)
{
    assert_true(pretend_ask(world, NULL, "run", "book=/e.md", "confirm=ends", NULL));
}

#define DO "### Do\n\n```sh\nact\n```\n\n"
#define NEXT "### Next\n\n```sh\nnext\n```\n\n"

static void end__is_good__only_when_it_exited_with_0_by_itself(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        keep_outcome outcome;
        int number;
        keep_reason reason;
        bool well;
    } rows[] = {
        { "exit 0", KEEP_EXITED, 0, KEEP_BY_ITSELF, true },
        { "exit 1", KEEP_EXITED, 1, KEEP_BY_ITSELF, false },
        { "exit 0, too late", KEEP_EXITED, 0, KEEP_BY_TIMEOUT, false },
        { "exit 0, aborted", KEEP_EXITED, 0, KEEP_BY_ABORT, false },
        { "a signal", KEEP_SIGNALLED, 9, KEEP_BY_ITSELF, false },
        { "a signal without a number", KEEP_SIGNALLED, 0, KEEP_BY_ITSELF, false },
        { "never executed", KEEP_NOT_STARTED, 0, KEEP_BY_ITSELF, false },
        { "not to be ended", KEEP_SURVIVED, 0, KEEP_BY_ITSELF, false },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(pretend) world = world_with("", DO NEXT);
        begin(world);
        pretend_keeper *keeper = pretend_running(world);
        keeper->handed_on = g_strdup("a=1\n");
        keeper->state = KEEP_ENDED;
        keeper->outcome = rows[i].outcome;
        keeper->number = rows[i].number;
        keeper->reason = rows[i].reason;
        engine_tick(world->engine);
        bool well = pretend_run(world)->steps[0].state == STEP_OK;
        if (well != rows[i].well || (pretend_running(world) != NULL) != well)
            fail_msg("%s: %s", rows[i].name, step_state_names[pretend_run(world)->steps[0].state]);
        /* What failed hands nothing on. */
        assert_int_equal(pretend_count(world, "step.handed_on"), well);
    }
}

static void value__handed_on__has_a_size(void **state)
{
    (void)state;
    g_autoptr(pretend) world = world_with("", DO NEXT);
    begin(world);
    g_autofree char *most = g_strnfill(4096, 'x');
    pretend_running(world)->handed_on = g_strdup_printf("fits=%s\nlarge=%sx\nempty=\n=none\n", most, most);
    pretend_end(world, 0, "");
    GHashTable *values = pretend_run(world)->values;
    assert_string_equal(g_hash_table_lookup(values, "FITS"), most);
    assert_string_equal(g_hash_table_lookup(values, "EMPTY"), "");
    assert_int_equal(g_hash_table_size(values), 2);
}

/* A gate before its step is asked at the moment of firing, once; one behind it waits for things to calm down. */
static void check__before_a_step__is_not_asked_again__one_behind_it_is(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        guint checks;
    } rows[] = {
        { "### Do\n\n- [ ] calm\n\n  ```sh {gate}\n  check\n  ```\n\n```sh\nact\n```\n\n", 1 },
        { "### Do\n\n```sh\nact\n```\n\n- [ ] calm\n\n  ```sh {gate timeout=5s}\n  check\n  ```\n\n", 4 },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(pretend) world = world_with("", rows[i].body);
        begin(world);
        guint checks = 0;
        for (int turn = 0; turn < 20; turn++) {
            if (pretend_running(world) != NULL) {
                bool check = strcmp(pretend_running(world)->script, "check\n") == 0;
                checks += check;
                pretend_end(world, check, "");
            }
            pretend_pass(world, SPAN_SECOND);
        }
        assert_int_equal(pretend_run(world)->state, RUN_HALTED);
        assert_int_equal(checks, rows[i].checks);
    }
}

static void verification__by_a_condition__waits_for_it__as_long_as_it_may(void **state)
{
    (void)state;
    g_autoptr(pretend) world = world_with("", DO "Verify: `errors < 5`\n\n" NEXT);
    pretend_reading(world, "errors", 9);
    begin(world);
    pretend_end(world, 0, "");
    pretend_pass(world, 10 * SPAN_SECOND);
    assert_int_equal(pretend_run(world)->state, RUN_GOING);
    assert_int_equal(pretend_run(world)->steps[0].state, STEP_RUNNING);
    pretend_reading(world, "errors", 2);
    pretend_pass(world, 2 * SPAN_SECOND);
    assert_int_equal(pretend_run(world)->steps[0].state, STEP_OK);
    assert_string_equal(pretend_running(world)->script, "next\n");
}

static void verification__that_was_blind__is_not_known_to_be_wrong(void **state)
{
    (void)state;
    for (int blind = 0; blind < 2; blind++) {
        g_autoptr(pretend) world = world_with("", DO "Verify: `errors < 5`\n\n" NEXT);
        pretend_reading(world, "errors", 9);
        if (blind)
            pretend_silence(world, "errors");
        begin(world);
        pretend_end(world, 0, "");
        pretend_pass(world, SPAN_HOUR);
        assert_int_equal(pretend_run(world)->steps[0].state, STEP_UNVERIFIED);
        assert_int_equal(json_flag(record_body(pretend_last(world, "step.unverified")), "known", blind),
                         !blind);
    }
}

static void orphan__is_asked_politely__each_time(void **state)
{
    (void)state;
    g_autoptr(pretend) world = world_with("", DO);
    begin(world);
    for (int time = 0; time < 2; time++) {
        pretend_keeper *keeper = pretend_running(world);
        keeper->state = KEEP_LOST;
        keeper->step_there = true;
        engine_tick(world->engine);
        assert_true(pretend_ask(world, NULL, "abort", NULL));
        pretend_pass(world, 5 * SPAN_SECOND);
        assert_true(keeper->step_there);
        pretend_pass(world, 7 * SPAN_SECOND);
        assert_false(keeper->step_there);
        assert_true(pretend_ask(world, NULL, "retry", NULL));
    }
}

/* ---- what a start brings along ---- */

static bool has(const pretend *world, const char *pair)
{
    return g_strv_contains((const char *const *)pretend_running(world)->environment, pair);
}

static void give(pretend *world, const char *reference, const char *value)
{
    g_hash_table_replace(world->secrets, g_strdup(reference), g_strdup(value));
}

#define SECRETS                                                                                              \
    "---\nparameters:\n  PLAIN: {about: p, default: \"file:/etc/motd\"}\n"                                   \
    "  ONE: {about: o, secret: \"env:ONE\"}\n  TWO: {about: t, secret: \"env:TWO\"}\n---\n"

static void secret__is_fetched_anew_for_each_start__and_a_value_is_none(void **state)
{
    (void)state;
    g_autoptr(pretend) world = world_with(SECRETS, DO NEXT);
    give(world, "env:ONE", "first");
    begin(world);
    assert_string_equal(pretend_run(world)->why, "TWO: the secret 'env:TWO' is not there");
    give(world, "env:ONE", "renewed"); /* nothing of the start that did not come about is kept */
    give(world, "env:TWO", "second");
    assert_true(pretend_ask(world, NULL, "run", NULL));
    assert_true(has(world, "WARROOM_ONE=renewed"));
    assert_true(has(world, "WARROOM_TWO=second"));
    assert_true(has(world, "WARROOM_PLAIN=file:/etc/motd")); /* looks like one, and is not */
    give(world, "env:TWO", "third");
    pretend_end(world, 0, "");
    assert_true(has(world, "WARROOM_TWO=third"));
}

static void environment__comes_from_the_face_that_fires(void **state)
{
    (void)state;
    g_autoptr(pretend) world = world_with("", DO);
    g_setenv("PATH", "/engine", TRUE);
    begin(world);
    assert_true(has(world, "PATH=/bin"));
    pretend_end(world, 1, "");
    pretend_engine_again(world); /* that face is forgotten with the engine that knew it */
    g_autoptr(json) question =
        json_pack("{s:s, s:s, s:s, s:{}}", "id", pretend_id(), "me", "ada", "verb", "retry", "args");
    g_autoptr(json) answer = engine_answer(world->engine, question, "ada@here");
    assert_true(json_flag(answer, "done", false));
    assert_true(has(world, "PATH=/engine"));
}

/* ---- an abort trigger ---- */

static void abort_trigger__halts_what_goes__and_speaks_to_nobody_else(void **state)
{
    (void)state;
    g_autoptr(pretend) world = world_with("---\nabort: [\"errors > 5 for 3s\"]\n---\n", DO NEXT);
    pretend_reading(world, "errors", 9);
    begin(world);
    pretend_pass(world, 2 * SPAN_SECOND);
    assert_int_equal(pretend_run(world)->state,
                     RUN_GOING); /* its hold runs: it is lived through, not begun anew */
    pretend_pass(world, 2 * SPAN_SECOND);
    assert_int_equal(pretend_run(world)->state, RUN_HALTED);
    assert_string_equal(pretend_run(world)->why, "abort trigger: errors > 5 for 3s (now 9)");
    pretend_end(world, 0, "");
    pretend_pass(world, SPAN_MINUTE);
    assert_int_equal(pretend_count(world, "run.halted"), 1);
    assert_null(pretend_running(world));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(end__is_good__only_when_it_exited_with_0_by_itself),
        cmocka_unit_test(value__handed_on__has_a_size),
        cmocka_unit_test(check__before_a_step__is_not_asked_again__one_behind_it_is),
        cmocka_unit_test(verification__by_a_condition__waits_for_it__as_long_as_it_may),
        cmocka_unit_test(verification__that_was_blind__is_not_known_to_be_wrong),
        cmocka_unit_test(orphan__is_asked_politely__each_time),
        cmocka_unit_test(secret__is_fetched_anew_for_each_start__and_a_value_is_none),
        cmocka_unit_test(environment__comes_from_the_face_that_fires),
        cmocka_unit_test(abort_trigger__halts_what_goes__and_speaks_to_nobody_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
