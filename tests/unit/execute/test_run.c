/* A run by its records alone: what is due after them, and what may be asked. A row tells records, a line each
 * ("kind|key=value|..."), and then says what must be so. */
#include "execute/run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define TITLE "# Plan\n\n"
#define STEP(title, attributes, command) "### " title "\n\n```sh" attributes "\n" command "\n```\n\n"
#define TWO                                                                                                  \
    TITLE "## A\n\n" STEP("One", "", "one") STEP("Two", "", "two") "## B\n\n" STEP("Three", "", "three")
#define UNDOS                                                                                                \
    TITLE "## A\n\n" STEP("One", "", "one") "```sh {undo}\nunone\n```\n\n" STEP(                             \
        "Two", "", "two") "```sh {undo}\nuntwo\n```\n\n"
#define RETRIES TITLE "## A\n\n" STEP("One", " {retries=2}", "one") STEP("Two", "", "two")
#define GOES_ON TITLE "## A\n\n" STEP("One", " {continue retries=1}", "one") STEP("Two", "", "two")
#define UNDONE                                                                                               \
    TITLE "## A\n\n" STEP("One", " {on-failure=undo}", "one") "```sh {undo}\nunone\n```\n\n" STEP("Two", "", \
                                                                                                  "two")
#define HAND TITLE "## A\n\n### One\n\nBy hand.\n\n- [ ] seen\n\n" STEP("Two", "", "two")
#define AFTER TITLE "## A\n\n" STEP("One", "", "one") "- [ ] seen\n\n" STEP("Two", "", "two")
#define CHECKED                                                                                              \
    TITLE "## A\n\n### One\n\n- [ ] calm `errors < 5`\n\n```sh\none\n```\n\n" STEP("Two", "", "two")
#define WHO                                                                                                  \
    TITLE "## A\n\n### One\n\n```sh {identity expect=blue}\nwho\n```\n\n```sh\none\n```\n\n" STEP("Two", "", \
                                                                                                  "two")
#define GONE TITLE "## A\n\n### One\n\nIrreversible: gone.\n\n```sh\none\n```\n\n"

#define GO "run.started|mode=end\n"
#define STARTED(n, what) "step.started|step=" n "|what=" what "|try=1|folder=f\n"
#define ENDED(n, what, well) "step.ended|step=" n "|what=" what "|well=" well "|outcome=exited|code=1\n"
#define RAN(n) STARTED(n, "command") ENDED(n, "command", "true")
#define FAILED(n) STARTED(n, "command") ENDED(n, "command", "false")
#define HALT "run.halted|why=x\n"

typedef struct row {
    const char *name, *book, *told, *expected;
} row;

static const row dues[] = {
    { "nothing before it is begun", TWO, "", "nothing" },
    { "the first command", TWO, GO, "launch command 1" },
    { "nothing while it runs", TWO, GO STARTED("1", "command"), "nothing" },
    { "the next one", TWO, GO RAN("1"), "launch command 2" },
    { "the end", TWO, GO RAN("1") RAN("2") RAN("3"), "end done" },
    { "nothing after the end", TWO, GO RAN("1") RAN("2") RAN("3") "run.ended|outcome=done", "nothing" },
    { "a failure halts", TWO, GO FAILED("1"), "halt step 1 'One' failed: exit 1" },
    { "what is halted stays", TWO, GO FAILED("1") HALT, "nothing" },
    { "what was halted for another reason stays", TWO, GO RAN("1") HALT, "nothing" },
    { "a pause starts no other", TWO, GO STARTED("1", "command") "run.paused\n" ENDED("1", "command", "true"),
      "nothing" },
    { "a cut", TWO, GO STARTED("1", "command") "run.aborted", "cut" },
    { "up to this step", TWO, "run.started|mode=step|reach=0\n" RAN("1"),
      "pause step 1 is done, as asked; step 2 'Two' is next" },
    { "as far as this step", TWO, "run.started|mode=step|reach=1\n" RAN("1"), "launch command 2" },
    { "up to this phase", TWO, "run.started|mode=phase|reach=0\n" RAN("1") RAN("2"),
      "pause phase 'A' is done, as asked; step 3 'Three' is next" },
    { "as far as this phase", TWO, "run.started|mode=phase|reach=0\n" RAN("1"), "launch command 2" },
    { "a try that is left", RETRIES, GO FAILED("1"), "launch command 1 after 1s" },
    { "the last one, later", RETRIES, GO FAILED("1") FAILED("1"), "launch command 1 after 2s" },
    { "none is left", RETRIES, GO FAILED("1") FAILED("1") FAILED("1"), "halt step 1 'One' failed: exit 1" },
    { "all of them again, when a person asks", RETRIES,
      GO FAILED("1") FAILED("1") FAILED("1") HALT "step.retry_asked|step=1\nrun.resumed\n" FAILED("1"),
      "launch command 1 after 1s" },
    { "no try is left out of what may fail", GOES_ON, GO FAILED("1"), "launch command 1 after 1s" },
    { "what may fail is passed", GOES_ON, GO FAILED("1") FAILED("1"), "launch command 2" },
    { "an undo by itself", UNDONE, GO FAILED("1"), "launch undo 1" },
    { "once", UNDONE, GO FAILED("1") STARTED("1", "undo") ENDED("1", "undo", "false"),
      "halt step 1 'One' failed: exit 1" },
    { "what was undone waits", UNDONE, GO FAILED("1") STARTED("1", "undo") ENDED("1", "undo", "true"),
      "pause step 1 'One' was undone; retry runs it again, skip goes past it" },
    { "a gate by hand", HAND, GO, "pause gate 'seen' is open" },
    { "a step by hand", HAND, GO "gate.passed|gate=seen|how=by hand\n",
      "pause step 1 'One' is to be done by hand" },
    { "a gate behind it", AFTER, GO RAN("1"), "pause gate 'seen' is open" },
    { "it is asked once", AFTER, GO RAN("1") "run.paused|why=gate\n", "nothing" },
    { "a gate behind it that was ticked before it ran", AFTER,
      GO "gate.passed|gate=seen|how=by hand\n" RAN("1"), "pause gate 'seen' is open" },
    { "ticked when it had run", AFTER, GO RAN("1") "gate.passed|gate=seen|how=by hand\n",
      "launch command 2" },
    { "a condition is judged", CHECKED, GO, "judge 1 errors < 5" },
    { "once", CHECKED, GO "gate.passed|gate=calm|how=auto\n", "launch command 1" },
    { "again at the next approach", CHECKED, GO "gate.passed|gate=calm|how=auto\n" HALT "run.resumed\n",
      "judge 1 errors < 5" },
    { "it said no", CHECKED, GO "gate.failed|gate=calm|why=no\n", "halt gate 'calm' failed: no" },
    { "overridden it is not judged", CHECKED, GO "gate.passed|gate=calm|how=override\nrun.resumed\n",
      "launch command 1" },
    { "withdrawn it is", CHECKED,
      GO "gate.passed|gate=calm|how=override\ngate.withdrawn|gate=calm\nrun.resumed\n",
      "judge 1 errors < 5" },
    { "a phase's condition is judged for each of its steps",
      TITLE "## A\n\n- [ ] calm `errors < 5`\n\n" STEP("One", "", "one") STEP("Two", "", "two"),
      GO "gate.passed|gate=calm|how=auto\n" RAN("1"), "judge 2 errors < 5" },
    { "a condition behind it that said no is judged again when a person asks",
      TITLE "## A\n\n" STEP("One", "", "one") "- [ ] calm `errors < 5`\n\n",
      GO RAN("1") "gate.failed|gate=calm|why=no\n" HALT "step.retry_asked|step=1\nrun.resumed\n",
      "judge 1 errors < 5" },
    { "the target is asked", WHO, GO, "launch identity 1" },
    { "it answered", WHO, GO STARTED("1", "identity") ENDED("1", "identity", "true"), "launch command 1" },
    { "it answered wrongly", WHO,
      GO STARTED("1", "identity") "step.ended|step=1|what=identity|said=it is green",
      "halt step 1 'One': it is green" },
    { "it is asked at each approach", WHO,
      GO STARTED("1", "identity") ENDED("1", "identity", "true") HALT "run.resumed\n", "launch identity 1" },
    { "a wrong answer is not remembered", WHO,
      GO STARTED("1", "identity") "step.ended|step=1|what=identity|said=it is green\n" HALT
                                  "step.retry_asked|step=1\nrun.resumed\n",
      "launch identity 1" },
    { "its question was cut off", WHO, GO STARTED("1", "identity") "step.lost|step=1|what=identity|why=x",
      "launch identity 1" },
    { "no way back: the name first", GONE, GO, "pause step 1 'One' has no way back: its name must be typed" },
    { "typed", GONE, "run.started|mode=end|sure=one\n", "launch command 1" },
    { "typed once, run once", GONE,
      "run.started|mode=end|sure=one\n" FAILED("1") HALT "step.retry_asked|step=1\nrun.resumed\n",
      "pause step 1 'One' has no way back: its name must be typed" },
    { "an undo that was asked for, though it is halted", UNDOS,
      GO FAILED("1") HALT "step.undo_asked|step=1\n", "launch undo 1" },
    { "and no longer when it ran", UNDOS,
      GO RAN("1") HALT "step.undo_asked|step=1\n" STARTED("1", "undo") ENDED("1", "undo", "true"),
      "nothing" },
};

#define LOST GO STARTED("1", "command") "step.lost|step=1|what=command|why=x\n" HALT
#define INTERRUPTED GO STARTED("1", "command") "step.interrupted|step=1|what=command|why=x\n" HALT

/* "VERB STEP: words of the refusal"; "VERB STEP" alone: it may. Step 0 is none in particular. */
static const row asks[] = {
    { "go", TWO, "", "go 0" },
    { "go while it goes", TWO, GO, "go 0: it goes on" },
    { "go while a step runs", TWO, GO STARTED("1", "command"), "go 0: step 1 'One' runs" },
    { "a pause taken back", TWO, GO STARTED("1", "command") "run.paused\n", "go 0" },
    { "not for a certain step", TWO, GO STARTED("1", "command") "run.paused\n",
      "go 1: a step is still running" },
    { "not while it is being aborted", TWO, GO STARTED("1", "command") "run.paused\nrun.aborted\n",
      "go 0: a step is still running" },
    { "go when all is done", TWO, GO RAN("1") RAN("2") RAN("3"), "pause 0" },
    { "go to what was done", TWO, GO RAN("1") "run.paused\n", "go 1: step 1 has run already" },
    { "go past what is not done", TWO, GO RAN("1") "run.paused\n", "go 3: the steps before it" },
    { "go after a failure", TWO, GO FAILED("1") HALT, "go 0: 'One' failed (exit 1)" },
    { "go after what nobody knows", TWO, LOST, "go 0: 'One' has an unknown outcome" },
    { "go after an interruption", TWO, INTERRUPTED, "go 0: 'One' has an unknown outcome" },
    { "go after the end", TWO, GO "run.ended|outcome=aborted\n", "go 0: that run has ended" },
    { "every step done", TWO, GO RAN("1") RAN("2") RAN("3") HALT, "go 0: every step is done" },
    { "pause what is paused", TWO, GO "run.paused\n", "pause 0: cannot pause" },
    { "pause what was not begun", TWO, "", "pause 0: cannot pause" },
    { "abort", TWO, GO STARTED("1", "command"), "abort 0" },
    { "abort twice", TWO, GO STARTED("1", "command") "run.aborted\n", "abort 0: it is being aborted" },
    { "retry while it runs", TWO, GO STARTED("1", "command"), "retry 1: a step is running" },
    { "retry while it goes", TWO, GO, "retry 1: it is running" },
    { "retry after a failure", TWO, GO FAILED("1") HALT, "retry 1" },
    { "retry what is lost", TWO, LOST, "retry 1" },
    { "retry what is done", TWO, GO RAN("1") "run.paused\n", "retry 1: that step is done" },
    { "retry what has not run", TWO, GO "run.paused\n", "retry 2: that step has not run yet" },
    { "skip while it runs", TWO, GO STARTED("1", "command"), "skip 1: a step is running" },
    { "skip one further on", TWO, GO "run.paused\n", "skip 2: only the step at hand" },
    { "skip what is lost", TWO, LOST, "skip 1" },
    { "undo what did not run", UNDOS, GO "run.paused\n", "undo 1: that step has not run" },
    { "undo what was skipped", UNDOS, GO "run.paused\nstep.skipped|step=1|reason=x\n",
      "undo 1: that step has not run" },
    { "undo", UNDOS, GO RAN("1") "run.paused\n", "undo 1" },
    { "undo while it goes", UNDOS, GO RAN("1"), "undo 1: the run is going on" },
    { "undo without one", TWO, GO RAN("1") "run.paused\n", "undo 1: the playbook has no undo" },
    { "last in, first out", UNDOS, GO RAN("1") FAILED("2") HALT, "undo 1: a later step has run" },
    { "unless that was skipped", UNDOS, GO RAN("1") "run.paused\nstep.skipped|step=2|reason=x\n", "undo 1" },
    { "or undone", UNDOS, GO RAN("1") FAILED("2") HALT STARTED("2", "undo") ENDED("2", "undo", "true"),
      "undo 1" },
    { "undo twice", UNDOS, GO FAILED("1") HALT STARTED("1", "undo") ENDED("1", "undo", "true"),
      "undo 1: that step is undone already" },
    { "done by hand", HAND, GO "gate.passed|gate=seen|how=by hand\nrun.paused\n", "done 1" },
    { "twice", HAND, GO "run.paused\nstep.done_by_hand|step=1\n", "done 1: it is not the step at hand" },
    { "before it is begun", HAND, "", "done 1: the run has not begun" },
    { "what has a command", TWO, GO "run.paused\n", "done 1: that step has a command" },
    { "adopt what is lost", TWO, LOST, "adopt 1" },
    { "adopt what was interrupted", TWO, INTERRUPTED, "adopt 1: that step has not lost its keeper" },
    { "mark what is lost", TWO, LOST, "mark 1" },
    { "mark what was interrupted", TWO, INTERRUPTED, "mark 1" },
    { "mark what failed", TWO, GO FAILED("1") HALT, "mark 1: how that step ended is known" },
    { "tick a gate", HAND, GO, "gate seen" },
    { "twice", HAND, GO "gate.passed|gate=seen|how=by hand\n", "gate seen: it is passed already" },
    { "one behind its step, too early", AFTER, GO, "gate seen: its step has not just run" },
    { "one behind its step", AFTER, GO RAN("1"), "gate seen" },
    { "one behind a step long done", AFTER, GO RAN("1") "gate.passed|gate=seen|how=by hand\n" RAN("2"),
      "gate seen: its step has not just run" },
    { "one with a check", CHECKED, GO, "gate calm: it has a check of its own" },
    { "one that is not there", CHECKED, GO, "gate wild: has no gate 'wild'" },
};

/* ---- telling ---- */

static run *run_of(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(complaints) wrong = complaints_new();
    playbook *book = playbook_read("/b.md", text, strlen(text), wrong);
    assert_int_equal(complaints_count(wrong), 0);
    g_autoptr(plan) plan = plan_make(book, "shop", NULL, &error);
    assert_null(error);
    g_autoptr(record) prepared = record_new("run.prepared");
    json *body = json_object();
    json_put_text(body, "run", "R1");
    json_put(body, "plan", plan_json(plan));
    record_set_body(prepared, body);
    prepared->number = 1;
    run *made = run_from_record(prepared, &error);
    assert_null(error);
    return made;
}

static void tell(run *self, const char *line, guint number)
{
    g_auto(GStrv) words = g_strsplit(line, "|", -1);
    g_autoptr(record) one = record_new(words[0]);
    json *body = json_object();
    json_put_text(body, "run", "R1");
    for (guint i = 1; words[i] != NULL; i++) {
        char *value = strchr(words[i], '=') + 1;
        value[-1] = '\0';
        bool truth = strcmp(value, "true") == 0;
        if (g_ascii_isdigit(value[0]))
            json_put_whole(body, words[i], g_ascii_strtoll(value, NULL, 10));
        else if (truth || strcmp(value, "false") == 0)
            json_put_flag(body, words[i], truth);
        else
            json_put_text(body, words[i], value);
    }
    record_set_body(one, body);
    one->number = number;
    one->happened = one->noted = number * SPAN_SECOND;
    one->up = number * SPAN_SECOND;
    run_fold(self, one);
}

/* The run after its records, and the time of the last one. */
static run *run_told(const row *row, uptime *now)
{
    run *self = run_of(row->book);
    g_auto(GStrv) lines = g_strsplit(row->told, "\n", -1);
    guint number = 1;
    for (guint i = 0; lines[i] != NULL; i++)
        if (lines[i][0] != '\0')
            tell(self, lines[i], ++number);
    *now = number * SPAN_SECOND;
    return self;
}

static char *due_words(const due *due, uptime now)
{
    span wait = MAX(due->at - now, 0);
    g_autofree char *length = span_text(wait);
    switch (due->kind) {
    case DUE_NOTHING:
        return g_strdup("nothing");
    case DUE_LAUNCH:
        return g_strdup_printf("launch %s %u%s%s", deed_names[due->what], due->step + 1,
                               wait > 0 ? " after " : "", wait > 0 ? length : "");
    case DUE_JUDGE:
        return g_strdup_printf("judge %u %s", due->step + 1, due->condition);
    case DUE_CUT:
        return g_strdup("cut");
    case DUE_HALT:
        return g_strconcat("halt ", due->why, NULL);
    case DUE_PAUSE:
        return g_strconcat("pause ", due->why, NULL);
    case DUE_END:
        return g_strconcat("end ", due->why, NULL);
    }
    return NULL;
}

static void due__is_what_the_records_say(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(dues); i++) {
        uptime now = 0;
        g_autoptr(run) run = run_told(&dues[i], &now);
        due due = run_due(run);
        g_autofree char *words = due_words(&due, now);
        due_clear(&due);
        if (strcmp(words, dues[i].expected) != 0)
            fail_msg("%s: '%s', wanted '%s'", dues[i].name, words, dues[i].expected);
    }
}

static bool may(const run *run, const char *verb, const char *what, GError **error)
{
    static const char *const verbs[] = { "go",   "pause", "abort", "retry", "skip",
                                         "undo", "done",  "adopt", "mark",  NULL };
    if (strcmp(verb, "gate") == 0)
        return run_gate_may(run, what, false, error);
    guint ask = 0;
    while (strcmp(verbs[ask], verb) != 0)
        ask++;
    guint step = (guint)g_ascii_strtoull(what, NULL, 10);
    return run_may(run, (run_ask)ask, step == 0 ? G_MAXUINT : step - 1, error);
}

static void ask__is_allowed__or_refused_with_its_reason(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(asks); i++) {
        uptime now = 0;
        g_autoptr(run) run = run_told(&asks[i], &now);
        g_auto(GStrv) halves = g_strsplit(asks[i].expected, ": ", 2);
        g_auto(GStrv) words = g_strsplit(halves[0], " ", 2);
        g_autoptr(GError) error = NULL;
        bool done = may(run, words[0], words[1], &error);
        if (done != (halves[1] == NULL) || (!done && strstr(error->message, halves[1]) == NULL))
            fail_msg("%s: %s", asks[i].name, done ? "it may" : error->message);
    }
}

/* A patient check is asked again while another second of its time is left. */
static void check__is_tried_again__as_long_as_there_is_time(void **state)
{
    (void)state;
    static const row begun = { .book = AFTER, .told = GO RAN("1") };
    uptime now = 0;
    g_autoptr(run) run = run_told(&begun, &now);
    due asked = { .step = 0, .patient = true, .timeout = 5 * SPAN_SECOND };
    assert_true(run_tries_again(run, &asked, now + 3 * SPAN_SECOND));
    assert_false(run_tries_again(run, &asked, now + 4 * SPAN_SECOND));
    asked.patient = false;
    assert_false(run_tries_again(run, &asked, now));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(due__is_what_the_records_say),
        cmocka_unit_test(ask__is_allowed__or_refused_with_its_reason),
        cmocka_unit_test(check__is_tried_again__as_long_as_there_is_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
