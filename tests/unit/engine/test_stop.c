/* A stop that a person asked for holds, whatever runs in that moment: nothing is started behind it. */
#include "world/pretend.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define IDENTITY "```sh {identity}\nwho\n```\n\n"
#define ACT "```sh\nact\n```\n\n"
#define NEXT "### Next\n\n```sh\nnext\n```\n"

/* The run stands where `rows[i].script` runs; somebody aborts; it ends as the row says. */
static const struct {
    const char *name, *book, *script;
    bool cut; /* the keeper cut it; else it had ended by itself, well, in that very moment */
    step_state state;
    const char *why;
} rows[] = {
    { "a command", ACT NEXT, "act\n", true, STEP_FAILED, "step 1 'Do' failed: aborted" },
    { "a command that may fail", "```sh {continue}\nact\n```\n\n" NEXT, "act\n", true, STEP_FAILED,
      "step 1 'Do' failed: aborted" },
    { "a command that has tries left", "```sh {continue retries=3}\nact\n```\n\n" NEXT, "act\n", true,
      STEP_FAILED, "step 1 'Do' failed: aborted" },
    { "a command with an undo", "```sh {on-failure=undo}\nact\n```\n\n```sh {undo}\nunact\n```\n\n" NEXT,
      "act\n", true, STEP_FAILED, "step 1 'Do' failed: aborted" },
    { "a command that had just ended", ACT NEXT, "act\n", false, STEP_OK,
      "aborted in the moment in which step 1 'Do' ended" },
    { "a verification", ACT "```sh {verify}\nlook\n```\n\n" NEXT, "look\n", true, STEP_UNVERIFIED,
      "aborted during the verify of step 1 'Do'" },
    { "a verification that may fail", "```sh {continue}\nact\n```\n\n```sh {verify}\nlook\n```\n\n" NEXT,
      "look\n", true, STEP_UNVERIFIED, "aborted during the verify of step 1 'Do'" },
    { "a verification that had just ended", ACT "```sh {verify}\nlook\n```\n\n" NEXT, "look\n", false,
      STEP_OK, "aborted in the moment in which step 1 'Do' ended" },
    { "a check behind its step", ACT "- [ ] seen\n\n  ```sh {gate}\n  check\n  ```\n\n" NEXT, "check\n", true,
      STEP_RUNNING, "aborted during the check of step 1 'Do'" },
    { "the question who the target is", IDENTITY ACT NEXT, "who\n", true, STEP_TODO,
      "aborted during the identity of step 1 'Do'" },
    { "that question, just answered", IDENTITY ACT NEXT, "who\n", false, STEP_TODO,
      "aborted in the moment in which step 1 'Do' ended" },
};

static pretend *stand_at(const char *body, const char *script)
{
    pretend *world = pretend_new();
    g_autofree char *book = g_strconcat("# Stop\n\n## A\n\n### Do\n\n", body, NULL);
    pretend_book(world, "/s.md", book);
    assert_true(pretend_ask(world, NULL, "start", "title=slow", NULL));
    assert_true(pretend_ask(world, NULL, "run", "book=/s.md", "confirm=stop", NULL));
    while (strcmp(pretend_running(world)->script, script) != 0)
        pretend_end(world, 0, "");
    return world;
}

static void end(pretend *world, bool cut)
{
    pretend_running(world)->cut = cut;
    pretend_end(world, 0, "well\n");
}

static void expect_halt(pretend *world, const char *name, step_state state, const char *why)
{
    guint started = world->started->len;
    pretend_pass(world, SPAN_HOUR);
    const run *run = pretend_run(world);
    if (world->started->len != started)
        fail_msg("%s: '%s' was started behind the stop", name,
                 ((pretend_keeper *)g_ptr_array_index(world->started, started))->script);
    if (run->state != RUN_HALTED || run->steps[0].state != state || strcmp(run->why, why) != 0)
        fail_msg("%s: %s, %s, '%s'", name, run_state_names[run->state], step_state_names[run->steps[0].state],
                 run->why);
}

static void abort__halts_the_run__whatever_it_cuts(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(pretend) world = stand_at(rows[i].book, rows[i].script);
        assert_true(pretend_ask(world, NULL, "abort", NULL));
        end(world, rows[i].cut);
        expect_halt(world, rows[i].name, rows[i].state, rows[i].why);
    }
}

/* Nothing could be written, neither the abort nor the end: both are in the journal later, and the halt with them. */
static void abort__while_the_journal_is_full__halts_the_run__whatever_it_cuts(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(pretend) world = stand_at(rows[i].book, rows[i].script);
        world->full = g_strdup("journal full");
        assert_true(pretend_ask(world, NULL, "abort", NULL));
        end(world, rows[i].cut);
        pretend_pass(world, SPAN_MINUTE);
        g_clear_pointer(&world->full, g_free);
        expect_halt(world, rows[i].name, rows[i].state, rows[i].why);
        assert_int_equal(pretend_count(world, "run.aborted"), 1);
    }
}

/* A check whose keeper is lost is asked again, but not when it was to end. */
static void abort__of_a_check_whose_keeper_is_lost__halts_the_run(void **state)
{
    (void)state;
    g_autoptr(pretend) world = stand_at(ACT "```sh {verify}\nlook\n```\n\n" NEXT, "look\n");
    assert_true(pretend_ask(world, NULL, "abort", NULL));
    pretend_running(world)->state = KEEP_LOST;
    engine_tick(world->engine);
    pretend_pass(world, SPAN_HOUR);
    assert_int_equal(pretend_run(world)->state, RUN_HALTED);
    assert_null(pretend_running(world));
    assert_int_equal(world->started->len, 2);
}

/* The stop that could not be written is so: whoever asks next is answered by it, before anything else happens. */
static void pause__while_the_journal_is_full__is_what_the_next_order_meets(void **state)
{
    (void)state;
    g_autoptr(pretend) world = stand_at(ACT NEXT, "act\n");
    world->full = g_strdup("journal full");
    assert_true(pretend_ask(world, NULL, "pause", NULL));
    g_clear_pointer(&world->full, g_free);
    assert_true(pretend_ask(world, NULL, "resume", NULL));
    assert_int_equal(pretend_count(world, "run.paused"), 1);
    assert_int_equal(pretend_run(world)->state, RUN_GOING);
}

static void abort__asks_the_keeper_once(void **state)
{
    (void)state;
    g_autoptr(pretend) world = stand_at(ACT NEXT, "act\n");
    assert_true(pretend_ask(world, NULL, "abort", NULL));
    guint cuts = pretend_running(world)->cuts;
    pretend_pass(world, SPAN_MINUTE);
    assert_int_equal(pretend_running(world)->cuts, cuts);
}

static void step__that_was_aborted__can_be_tried_again(void **state)
{
    (void)state;
    g_autoptr(pretend) world = stand_at("```sh {continue}\nact\n```\n\n" NEXT, "act\n");
    assert_true(pretend_ask(world, NULL, "abort", NULL));
    end(world, true);
    assert_true(pretend_ask(world, NULL, "retry", NULL));
    assert_string_equal(pretend_running(world)->script, "act\n");
    pretend_end(world, 1, "");
    assert_string_equal(pretend_running(world)->script, "next\n"); /* this time it failed by itself */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(abort__halts_the_run__whatever_it_cuts),
        cmocka_unit_test(abort__while_the_journal_is_full__halts_the_run__whatever_it_cuts),
        cmocka_unit_test(abort__of_a_check_whose_keeper_is_lost__halts_the_run),
        cmocka_unit_test(pause__while_the_journal_is_full__is_what_the_next_order_meets),
        cmocka_unit_test(abort__asks_the_keeper_once),
        cmocka_unit_test(step__that_was_aborted__can_be_tried_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
