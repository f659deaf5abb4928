/* The engine in a pretend world: a run walked by orders, with keepers that end when the test says so. */
#include "world/pretend.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char BOOK[] = "# Switch\n\n"
                           "- [ ] told (ada)\n\n"
                           "## Move\n\n"
                           "### Point\n\n"
                           "```sh {timeout=10s retries=1}\npoint\n```\n\n"
                           "```sh {verify}\nlook\n```\n\n"
                           "```sh {undo}\nunpoint\n```\n\n"
                           "### Drain\n\n"
                           "```sh\ndrain\n```\n\n"
                           "- [ ] seen (raj)\n\n"
                           "## End\n\n"
                           "### Clean\n\n"
                           "Look at it.\n\n- [ ] clean\n";

#define WITH(world)                                                                                          \
    g_autoptr(pretend) world = pretend_new();                                                                \
    pretend_book(world, "/b.md", BOOK);                                                                      \
    assert_true(pretend_ask(world, NULL, "start", "title=slow", NULL))

static void begin(pretend *world)
{
    assert_true(pretend_ask(world, NULL, "run", "book=/b.md", "confirm=switch", NULL));
    assert_int_equal(pretend_run(world)->state, RUN_PAUSED);
    assert_true(pretend_ask(world, NULL, "gate pass", "gate=told", NULL));
    assert_true(pretend_ask(world, NULL, "run", NULL));
}

static void expect_refusal(pretend *world, const char *words, const char *verb, const char *pair)
{
    g_autofree char *why = NULL;
    bool done = pretend_ask(world, &why, verb, pair, NULL);
    if (done || strstr(why, words) == NULL)
        fail_msg("%s %s: wanted a refusal with '%s', got '%s'", verb, pair != NULL ? pair : "", words, why);
}

static void run__asks_for_the_name__and_leaves_nothing_without_it(void **state)
{
    (void)state;
    WITH(world);
    guint records = world->journal->len;
    expect_refusal(world, "--confirm switch", "run", "book=/b.md");
    assert_int_equal(world->journal->len, records);
    assert_null(pretend_run(world));
}

static void run__goes_from_gate_to_gate__and_ends(void **state)
{
    (void)state;
    WITH(world);
    begin(world);
    assert_string_equal(pretend_running(world)->script, "point\n");
    pretend_end(world, 0, "");
    assert_string_equal(pretend_running(world)->script, "look\n");
    pretend_end(world, 0, "99.7 %\n");
    const run *run = pretend_run(world);
    assert_int_equal(run->steps[0].state, STEP_OK);
    assert_string_equal(run->steps[0].said, "99.7 %");
    assert_string_equal(pretend_running(world)->script, "drain\n");
    pretend_end(world, 0, "");
    assert_int_equal(run->state, RUN_PAUSED);
    assert_string_equal(run->why, "gate 'seen' is open");
    assert_int_equal(run->steps[1].state, STEP_RUNNING);
    assert_string_equal(run_step_word(run, 1), "CHECK");
    assert_true(pretend_ask(world, NULL, "gate pass", "gate=seen", NULL));
    assert_int_equal(run->steps[1].state, STEP_OK);
    assert_true(pretend_ask(world, NULL, "run", NULL));
    expect_refusal(world, "gate 'clean' is open", "step done", "step=3");
    assert_true(pretend_ask(world, NULL, "gate pass", "gate=clean", NULL));
    assert_true(pretend_ask(world, NULL, "step done", "step=3", NULL));
    assert_int_equal(run->state, RUN_ENDED);
    assert_string_equal(run->outcome, "done");
    assert_int_equal(pretend_count(world, "run.ended"), 1);
}

static void step__that_fails__is_tried_again_as_written__then_halts(void **state)
{
    (void)state;
    WITH(world);
    begin(world);
    pretend_end(world, 1, "");
    assert_null(pretend_running(world)); /* the wait before the second try */
    pretend_pass(world, SPAN_SECOND);
    assert_string_equal(pretend_running(world)->script, "point\n");
    pretend_end(world, 3, "");
    const run *run = pretend_run(world);
    assert_int_equal(run->state, RUN_HALTED);
    assert_string_equal(run->why, "step 1 'Point' failed: exit 3");
    pretend_pass(world, SPAN_HOUR);
    assert_null(pretend_running(world));
    assert_int_equal(run->steps[0].tries, 2);
    expect_refusal(world, "failed (exit", "run", NULL);
    assert_true(pretend_ask(world, NULL, "retry", NULL));
    assert_string_equal(pretend_running(world)->script, "point\n");
}

static void run__ends__when_its_last_step_is_skipped(void **state)
{
    (void)state;
    WITH(world);
    pretend_book(world, "/l.md", "# Last\n\n## A\n\n### Do\n\n```sh\nact\n```\n");
    assert_true(pretend_ask(world, NULL, "run", "book=/l.md", "confirm=last", NULL));
    pretend_end(world, 1, "");
    const run *run = pretend_run(world);
    assert_int_equal(run->state, RUN_HALTED);
    assert_true(pretend_ask(world, NULL, "skip", "reason=not needed any more", NULL));
    assert_int_equal(run->state, RUN_ENDED);
    assert_string_equal(run->outcome, "done");
}

static void run__that_has_ended__names_who_fired_its_last_step(void **state)
{
    (void)state;
    WITH(world);
    pretend_book(world, "/l.md", "# Last\n\n## A\n\n### Do\n\n```sh\nact\n```\n");
    assert_true(pretend_ask(world, NULL, "run", "book=/l.md", "confirm=last", NULL));
    pretend_end(world, 0, "");
    assert_int_equal(pretend_run(world)->state, RUN_ENDED);
    expect_refusal(world, "started by ada at", "run", "step=1");
    expect_refusal(world, "that run has ended", "run", NULL);
}

static void verification__that_says_no__is_asked_again_until_its_time_is_over(void **state)
{
    (void)state;
    WITH(world);
    begin(world);
    pretend_end(world, 0, "");
    guint looks = 0;
    for (; pretend_run(world)->state == RUN_GOING && looks < 1000; looks++) {
        pretend_end(world, 1, "12 %\n");
        pretend_pass(world, SPAN_SECOND);
    }
    const run *run = pretend_run(world);
    assert_in_range(looks, 25, 31); /* 30 s, one a second */
    assert_int_equal(run->steps[0].state, STEP_UNVERIFIED);
    assert_non_null(strstr(run->why, "done, not verified: 12 %"));
    assert_int_equal(run_tries_of(run, DO_COMMAND, 0, NULL), 1);
    /* Verified again, not done again. */
    assert_true(pretend_ask(world, NULL, "retry", NULL));
    assert_string_equal(pretend_running(world)->script, "look\n");
    pretend_end(world, 0, "99 %\n");
    assert_int_equal(run->steps[0].state, STEP_OK);
    assert_int_equal(run_tries_of(run, DO_COMMAND, 0, NULL), 1);
}

static void pause__lets_the_step_end__and_starts_no_other(void **state)
{
    (void)state;
    WITH(world);
    begin(world);
    assert_true(pretend_ask(world, NULL, "pause", NULL));
    pretend_end(world, 0, "");
    assert_string_equal(pretend_running(world)->script, "look\n"); /* its verification belongs to it */
    pretend_end(world, 0, "ok\n");
    assert_int_equal(pretend_run(world)->steps[0].state, STEP_OK);
    pretend_pass(world, SPAN_HOUR);
    assert_null(pretend_running(world));
    assert_true(pretend_ask(world, NULL, "resume", NULL));
    assert_string_equal(pretend_running(world)->script, "drain\n");
}

static void pause__taken_back_before_the_step_ends__changes_nothing(void **state)
{
    (void)state;
    WITH(world);
    begin(world);
    assert_true(pretend_ask(world, NULL, "pause", NULL));
    assert_true(pretend_ask(world, NULL, "resume", NULL));
    pretend_end(world, 0, "");
    pretend_end(world, 0, "ok\n");
    assert_string_equal(pretend_running(world)->script, "drain\n");
}

static void abort__cuts_the_step__and_nothing_follows(void **state)
{
    (void)state;
    WITH(world);
    begin(world);
    assert_true(pretend_ask(world, NULL, "abort", NULL));
    assert_true(pretend_running(world)->cut);
    expect_refusal(world, "being aborted", "abort", NULL);
    pretend_end(world, 0, "");
    const run *run = pretend_run(world);
    assert_int_equal(run->state, RUN_HALTED);
    assert_string_equal(run->why, "step 1 'Point' failed: aborted");
    pretend_pass(world, SPAN_HOUR);
    assert_null(pretend_running(world)); /* a retry that was left is not used after an abort */
    assert_true(pretend_ask(world, NULL, "undo", "step=1", "confirm=point", NULL));
    assert_string_equal(pretend_running(world)->script, "unpoint\n");
    pretend_end(world, 0, "");
    assert_int_equal(run->steps[0].state, STEP_UNDONE);
    expect_refusal(world, "was undone", "run", NULL);
    assert_true(pretend_ask(world, NULL, "abort", NULL)); /* nothing runs: this ends the run */
    assert_int_equal(run->state, RUN_ENDED);
}

static void journal__that_is_full__starts_nothing__and_a_stop_still_stops(void **state)
{
    (void)state;
    WITH(world);
    begin(world);
    world->full = g_strdup("journal full: 0 bytes free");
    expect_refusal(world, "journal full", "note", "text=hello");
    assert_true(pretend_ask(world, NULL, "abort", NULL));
    assert_true(pretend_running(world)->cut);
    pretend_end(world, 0, "");
    pretend_pass(world, SPAN_MINUTE);
    assert_null(pretend_running(world));
    assert_string_equal(engine_trouble(world->engine), "journal full: 0 bytes free");
    assert_int_equal(pretend_count(world, "run.aborted"), 0);
    g_clear_pointer(&world->full, g_free);
    pretend_pass(world, 2 * SPAN_SECOND);
    assert_int_equal(pretend_count(world, "run.aborted"), 1);
    assert_int_equal(pretend_count(world, "step.ended"), 1);
    assert_null(pretend_running(world));
    const record *aborted = pretend_last(world, "run.aborted");
    assert_true(aborted->noted - aborted->happened >= SPAN_MINUTE); /* noted late, happened then */
    assert_string_equal(aborted->by.name, "ada");
    assert_null(engine_trouble(world->engine));
}

static void pause__while_the_journal_is_full__holds(void **state)
{
    (void)state;
    WITH(world);
    begin(world);
    world->full = g_strdup("journal full");
    assert_true(pretend_ask(world, NULL, "pause", NULL));
    pretend_end(world, 0, "");
    pretend_pass(world, SPAN_MINUTE);
    g_clear_pointer(&world->full, g_free);
    pretend_pass(world, SPAN_MINUTE);
    assert_int_equal(pretend_run(world)->state, RUN_PAUSED);
    assert_int_equal(pretend_count(world, "run.paused"), 2); /* the gate's at the beginning, and this one */
    for (int i = 0; i < 3 && pretend_running(world) != NULL; i++)
        pretend_end(world, 0, "");
    assert_null(pretend_running(world));
    assert_int_equal(pretend_run(world)->steps[0].state, STEP_OK);
}

static void keeper__that_is_lost__leaves_the_choice_to_a_person(void **state)
{
    (void)state;
    WITH(world);
    begin(world);
    pretend_keeper *keeper = pretend_running(world);
    keeper->state = KEEP_LOST;
    keeper->step_there = true;
    engine_tick(world->engine);
    const run *run = pretend_run(world);
    assert_int_equal(run->steps[0].state, STEP_LOST);
    assert_int_equal(run->state, RUN_HALTED);
    assert_non_null(strstr(run->why, "outcome unknown"));
    pretend_pass(world, SPAN_HOUR);
    assert_int_equal(pretend_count(world, "step.lost"), 1);
    assert_int_equal(keeper->starts, 1);
    expect_refusal(world, "its process 4711 is still there", "retry", NULL);
    assert_true(pretend_ask(world, NULL, "step adopt", "step=1", NULL));
    keeper->step_there = false;
    pretend_pass(world, 2 * SPAN_SECOND);
    assert_int_equal(run->steps[0].state, STEP_INTERRUPTED);
    expect_refusal(world, "needs a reason", "step mark", "as=ok");
    assert_true(pretend_ask(world, NULL, "step mark", "step=1", "as=ok", "reason=seen on the target", NULL));
    assert_int_equal(run->steps[0].state, STEP_OK);
    assert_true(pretend_ask(world, NULL, "run", NULL));
    assert_string_equal(pretend_running(world)->script, "drain\n");
}

static void keeper__that_is_lost__can_be_ended(void **state)
{
    (void)state;
    WITH(world);
    begin(world);
    pretend_keeper *keeper = pretend_running(world);
    keeper->state = KEEP_LOST;
    keeper->step_there = true;
    engine_tick(world->engine);
    assert_true(pretend_ask(world, NULL, "abort", NULL));
    pretend_pass(world, 5 * SPAN_SECOND);
    assert_true(keeper->step_there); /* politely, at first */
    pretend_pass(world, 7 * SPAN_SECOND);
    assert_false(keeper->step_there);
    assert_int_equal(pretend_run(world)->steps[0].state, STEP_INTERRUPTED);
    assert_true(pretend_ask(world, NULL, "retry", NULL));
    assert_string_equal(pretend_running(world)->script, "point\n");
    assert_int_equal(keeper->starts, 1); /* in a folder of its own */
}

static void reboot__shows_the_step_as_interrupted__and_reruns_nothing(void **state)
{
    (void)state;
    WITH(world);
    begin(world);
    pretend_reboot(world);
    pretend_pass(world, SPAN_HOUR);
    const run *run = pretend_run(world);
    assert_int_equal(run->steps[0].state, STEP_INTERRUPTED);
    assert_non_null(strstr(run->why, "was interrupted: the machine was started anew"));
    assert_int_equal(world->started->len, 1);
    assert_int_equal(run->state, RUN_HALTED);
}

static void reboot__during_a_verification__asks_it_again(void **state)
{
    (void)state;
    WITH(world);
    begin(world);
    pretend_end(world, 0, "");
    pretend_reboot(world);
    assert_string_equal(pretend_running(world)->script,
                        "look\n"); /* it changes nothing: it may be asked anew */
    pretend_end(world, 0, "ok\n");
    assert_int_equal(pretend_run(world)->steps[0].state, STEP_OK);
}

static void command__sent_twice__is_done_once(void **state)
{
    (void)state;
    WITH(world);
    g_autofree char *id = g_strdup(pretend_id());
    g_autoptr(json) question = json_pack("{s:s, s:s, s:s, s:s, s:{s:s}}", "id", id, "me", "ada", "means",
                                         "cli", "verb", "note", "args", "text", "once");
    g_autoptr(json) first = engine_answer(world->engine, question, "ada@here");
    pretend_engine_again(world);
    g_autoptr(json) second = engine_answer(world->engine, question, "ada@here");
    assert_true(json_flag(first, "done", false));
    assert_false(json_flag(first, "again", true));
    assert_true(json_flag(second, "done", false));
    assert_true(json_flag(second, "again", false));
    assert_true(json_equal(json_object_get(first, "records"), json_object_get(second, "records")));
    assert_int_equal(pretend_count(world, "note.added"), 1);
}

static void identity__that_is_another__is_refused(void **state)
{
    (void)state;
    WITH(world);
    pretend_book(
        world, "/i.md",
        "# Who\n\n## A\n\n### Do\n\n```sh {identity expect=\"prod blue\"}\nwho\n```\n\n```sh\nact\n```\n");
    assert_true(pretend_ask(world, NULL, "run", "book=/i.md", "confirm=who", NULL));
    assert_string_equal(pretend_running(world)->script, "who\n");
    pretend_end(world, 0, "stage blue\n");
    const run *run = pretend_run(world);
    assert_int_equal(run->state, RUN_HALTED);
    assert_non_null(strstr(run->why, "the target answers 'stage blue', the plan expects 'prod blue'"));
    assert_int_equal(run_tries_of(run, DO_COMMAND, 0, NULL), 0);
    assert_true(pretend_ask(world, NULL, "retry", NULL));
    pretend_end(world, 0, "prod blue\n");
    assert_string_equal(pretend_running(world)->script, "act\n");
}

static void gate__with_a_condition__is_judged_at_the_moment_of_firing(void **state)
{
    (void)state;
    WITH(world);
    pretend_book(world, "/g.md", "# Gate\n\n## A\n\n### Do\n\n- [ ] quiet `errors < 5`\n\n```sh\nact\n```\n");
    pretend_reading(world, "errors", 7);
    assert_true(pretend_ask(world, NULL, "run", "book=/g.md", "confirm=gate", NULL));
    const run *run = pretend_run(world);
    assert_int_equal(run->state, RUN_HALTED);
    assert_non_null(strstr(run->why, "gate 'quiet' failed: 7, wanted errors < 5"));
    expect_refusal(world, "it has a check of its own", "gate pass", "gate=quiet");
    pretend_silence(world, "errors");
    assert_true(pretend_ask(world, NULL, "retry", NULL));
    assert_int_equal(run->state, RUN_GOING); /* blind: neither yes nor no */
    assert_null(pretend_running(world));
    pretend_pass(world, SPAN_MINUTE);
    assert_int_equal(run->state, RUN_HALTED);
    assert_non_null(strstr(run->why, "unknown"));
    pretend_reading(world, "errors", 2);
    assert_true(pretend_ask(world, NULL, "retry", NULL));
    assert_string_equal(pretend_running(world)->script, "act\n");
}

static void gate__against_its_check__needs_a_reason__which_stays(void **state)
{
    (void)state;
    WITH(world);
    pretend_book(world, "/g.md", "# Gate\n\n## A\n\n### Do\n\n- [ ] quiet `errors < 5`\n\n```sh\nact\n```\n");
    pretend_reading(world, "errors", 7);
    assert_true(pretend_ask(world, NULL, "run", "book=/g.md", "confirm=gate", NULL));
    assert_true(pretend_ask(world, NULL, "gate pass", "gate=quiet", "reason=known false alarm", NULL));
    assert_int_equal(run_gate(pretend_run(world), "quiet")->state, GATE_OVERRIDDEN);
    assert_true(pretend_ask(world, NULL, "run", NULL));
    assert_string_equal(pretend_running(world)->script, "act\n");
    assert_string_equal(run_gate(pretend_run(world), "quiet")->reason, "known false alarm");
}

static void step__with_no_way_back__asks_for_its_own_name(void **state)
{
    (void)state;
    WITH(world);
    pretend_book(world, "/n.md",
                 "# Gone\n\n## A\n\n### Drop it\n\nIrreversible: the table is gone.\n\n```sh\ndrop\n```\n");
    assert_true(pretend_ask(world, NULL, "run", "book=/n.md", "confirm=gone", NULL));
    const run *run = pretend_run(world);
    assert_int_equal(run->state, RUN_PAUSED);
    assert_null(pretend_running(world));
    expect_refusal(world, "--confirm drop-it", "run", NULL);
    expect_refusal(world, "type 'drop-it' exactly", "run", "confirm=gone");
    assert_true(pretend_ask(world, NULL, "run", "confirm=drop-it", NULL));
    assert_string_equal(pretend_running(world)->script, "drop\n");
}

static void step__that_asks_for_input__says_so(void **state)
{
    (void)state;
    static const struct {
        const char *output, *outcome;
    } rows[] = {
        { "connecting\nPassword: ", "exit 1, it asked for input: 'Password:'" },
        { "Go on? [y/N] ", "exit 1, it asked for input: 'Go on? [y/N]'" },
        { "failed: no route\n", "exit 1" },
        { "Password:\n", "exit 1" },
        { "half a line", "exit 1" },
        { "", "exit 1" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        WITH(world);
        pretend_book(world, "/q.md", "# Ask\n\n## A\n\n### Do\n\n```sh\nact\n```\n");
        assert_true(pretend_ask(world, NULL, "run", "book=/q.md", "confirm=ask", NULL));
        pretend_end(world, 1, rows[i].output);
        assert_string_equal(pretend_run(world)->steps[0].outcome, rows[i].outcome);
    }
}

static void values__that_cannot_be_read__hold_the_next_step(void **state)
{
    (void)state;
    WITH(world);
    pretend_book(world, "/v.md",
                 "# Values\n\n## A\n\n### One\n\n```sh\none\n```\n\n### Two\n\n```sh\ntwo\n```\n");
    assert_true(pretend_ask(world, NULL, "run", "book=/v.md", "confirm=values", NULL));
    pretend_running(world)->handed_on = g_strdup("(too large)");
    pretend_end(world, 0, "");
    const run *run = pretend_run(world);
    assert_int_equal(run->steps[0].state, STEP_OK);
    assert_int_equal(run->state, RUN_HALTED);
    assert_string_equal(run->why, "step 1 'One' is done, what it hands on cannot be used: larger than 64 kB");
    assert_null(pretend_running(world));
    assert_true(pretend_ask(world, NULL, "run", NULL));
    assert_string_equal(pretend_running(world)->script, "two\n");
}

static void secret__reaches_the_step_and_nothing_else(void **state)
{
    (void)state;
    WITH(world);
    pretend_book(world, "/s.md",
                 "---\nparameters:\n  TOKEN: {about: key, secret: \"command:pass token\"}\n---\n"
                 "# Secret\n\n## A\n\n### Do\n\n```sh\nact\n```\n");
    assert_true(pretend_ask(world, NULL, "run", "book=/s.md", "confirm=secret", NULL));
    const run *run = pretend_run(world);
    assert_int_equal(run->state, RUN_HALTED);
    assert_string_equal(run->why, "TOKEN: the secret 'command:pass token' is not there");
    g_hash_table_insert(world->secrets, g_strdup("command:pass token"), g_strdup(""));
    assert_true(pretend_ask(world, NULL, "run", NULL));
    assert_null(pretend_running(world)); /* it waits, and nothing is promised yet */
    assert_int_equal(pretend_count(world, "step.started"), 0);
    g_hash_table_replace(world->secrets, g_strdup("command:pass token"), g_strdup("hunter2hunter2"));
    engine_tick(world->engine);
    assert_true(g_strv_contains((const char *const *)pretend_running(world)->environment,
                                "WARROOM_TOKEN=hunter2hunter2"));
    pretend_end(world, 0, "");
    for (guint i = 0; i < world->journal->len; i++)
        assert_null(strstr(((record *)g_ptr_array_index(world->journal, i))->body, "hunter2"));
}

static void values__handed_on__reach_later_steps__but_not_under_dangerous_names(void **state)
{
    (void)state;
    WITH(world);
    begin(world);
    pretend_running(world)->handed_on = g_strdup("color=blue\nPATH=/evil\nld_preload=x\nnonsense\n");
    pretend_end(world, 0, "");
    const run *run = pretend_run(world);
    assert_string_equal(g_hash_table_lookup(run->values, "COLOR"), "blue");
    assert_int_equal(g_hash_table_size(run->values), 1);
    const json *refused = json_object_get(record_body(pretend_last(world, "step.handed_on")), "refused");
    assert_int_equal(json_array_size(refused), 3);
}

/* The whole walk, the engine dying after every single commit: the same end, nothing started twice. */
static void end_all(pretend *world)
{
    for (int i = 0; i < 50; i++) {
        if (world->dead)
            pretend_engine_again(world);
        const run *run = pretend_run(world);
        if (run == NULL || run->state == RUN_ENDED)
            return;
        if (pretend_running(world) != NULL)
            pretend_end(world, 0, "ok\n");
        else if (run->state == RUN_HALTED) /* never began: the person says run it */
            (void)pretend_ask(world, NULL, "retry", NULL);
        else if (run->state == RUN_PAUSED) {
            g_autoptr(GPtrArray) open = run_open_gates(run);
            if (open->len > 0) {
                g_autofree char *pair =
                    g_strconcat("gate=", ((gate *)g_ptr_array_index(open, 0))->name, NULL);
                (void)pretend_ask(world, NULL, "gate pass", pair, NULL);
            } else if (run_current(run) == 2) {
                (void)pretend_ask(world, NULL, "step done", NULL);
            } else {
                (void)pretend_ask(world, NULL, "run", NULL);
            }
        }
        if (!world->dead)
            pretend_pass(world, SPAN_SECOND);
    }
}

static void engine__killed_after_any_commit__loses_and_repeats_nothing(void **state)
{
    (void)state;
    guint interrupted = 0, died = 0;
    for (guint point = 1; died + 1 >= point; point++) { /* until a walk is over before its engine dies */
        WITH(world);
        world->die_after = world->appends + point;
        (void)pretend_ask(world, NULL, "run", "book=/b.md", "confirm=switch", NULL);
        end_all(world);
        died += world->appends_at_death != 0;
        interrupted += pretend_count(world, "step.interrupted");
        const run *run = pretend_run(world);
        if (run == NULL)
            continue; /* died before the plan was taken: nothing was promised */
        if (run->state != RUN_ENDED)
            fail_msg("killed after commit %u: %s, '%s'", point, run_state_names[run->state], run->why);
        guint commands = 0;
        for (guint i = 0; i < world->started->len; i++) {
            const pretend_keeper *keeper = g_ptr_array_index(world->started, i);
            assert_int_equal(keeper->starts, 1);
            commands += strcmp(keeper->script, "point\n") == 0 || strcmp(keeper->script, "drain\n") == 0;
        }
        assert_int_equal(commands, 2);
        for (guint i = 1; i < world->journal->len; i++) /* what is in the journal is in order */
            assert_true(((record *)g_ptr_array_index(world->journal, i))->number >= 1);
    }
    assert_in_range(died, 10, 40);
    assert_in_range(interrupted, 3, 6); /* the three starts that were committed and never began */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(run__asks_for_the_name__and_leaves_nothing_without_it),
        cmocka_unit_test(run__goes_from_gate_to_gate__and_ends),
        cmocka_unit_test(step__that_fails__is_tried_again_as_written__then_halts),
        cmocka_unit_test(run__ends__when_its_last_step_is_skipped),
        cmocka_unit_test(run__that_has_ended__names_who_fired_its_last_step),
        cmocka_unit_test(verification__that_says_no__is_asked_again_until_its_time_is_over),
        cmocka_unit_test(pause__lets_the_step_end__and_starts_no_other),
        cmocka_unit_test(pause__taken_back_before_the_step_ends__changes_nothing),
        cmocka_unit_test(abort__cuts_the_step__and_nothing_follows),
        cmocka_unit_test(journal__that_is_full__starts_nothing__and_a_stop_still_stops),
        cmocka_unit_test(pause__while_the_journal_is_full__holds),
        cmocka_unit_test(keeper__that_is_lost__leaves_the_choice_to_a_person),
        cmocka_unit_test(keeper__that_is_lost__can_be_ended),
        cmocka_unit_test(reboot__shows_the_step_as_interrupted__and_reruns_nothing),
        cmocka_unit_test(reboot__during_a_verification__asks_it_again),
        cmocka_unit_test(command__sent_twice__is_done_once),
        cmocka_unit_test(identity__that_is_another__is_refused),
        cmocka_unit_test(gate__with_a_condition__is_judged_at_the_moment_of_firing),
        cmocka_unit_test(gate__against_its_check__needs_a_reason__which_stays),
        cmocka_unit_test(step__with_no_way_back__asks_for_its_own_name),
        cmocka_unit_test(step__that_asks_for_input__says_so),
        cmocka_unit_test(values__that_cannot_be_read__hold_the_next_step),
        cmocka_unit_test(secret__reaches_the_step_and_nothing_else),
        cmocka_unit_test(values__handed_on__reach_later_steps__but_not_under_dangerous_names),
        cmocka_unit_test(engine__killed_after_any_commit__loses_and_repeats_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
