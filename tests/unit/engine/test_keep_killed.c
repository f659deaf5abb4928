/* The keeper struck at each of its system calls: killed, or told an error. Whatever is left, keep_look tells the truth:
 * never "running" once the keeper is gone, never "never began" when the step's program ran, never an end that was not one. */
#define _GNU_SOURCE
#include "lib/trial.h"
#include "world/files.h"
#include "world/process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SOON 10 /* seconds */
#define SCRIPT "echo ran >ran; sleep 0.02; echo said; echo done >done; exit 3"

static char *keeper; /* the real one */

static void begin(trial *self)
{
    trial_begin(self);
    g_free(keeper);
    keeper = keep_program(NULL);
}

/* From now on the keeper is started under strace, which stands aside (-D): the keeper keeps its number. */
static void trace(trial *self, const char *options)
{
    g_autofree char *wrapper = g_build_filename(self->root, "keeper", NULL);
    g_autofree char *script = g_strdup_printf(
        "#!/bin/sh\nexec strace -D -qq -o '%s/calls' %s -- '%s' \"$@\"\n", self->root, options, keeper);
    assert_true(file_write(wrapper, script, strlen(script), 0700, NULL));
    keep_use_program(wrapper);
}

static bool can_trace(void)
{
    const char *arguments[] = { "strace", "-qq", "-o", "/dev/null", "true", NULL };
    process_order order = { .arguments = arguments, .limit = 1000 };
    g_auto(process_result) result = { 0 };
    return process_run(&order, &result, NULL) && result.exit_code == 0;
}

/* Then its calls are mostly the sanitizer's own, and the sanitizer stands still when one of them is told an error. */
static bool sanitized(void)
{
    return g_getenv("WARROOM_SANITIZED") != NULL;
}

typedef struct call {
    char *name;
    int times; /* which of this name */
} call;

static void call_clear(gpointer one)
{
    g_free(((call *)one)->name);
}

/* The calls of one undisturbed run, but its own execve. strace counts each kind by itself. */
static GArray *calls_of_a_run(void)
{
    trial self;
    g_autofree char *text = NULL;
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    GArray *calls = g_array_new(FALSE, FALSE, sizeof(call));
    g_array_set_clear_func(calls, call_clear);
    begin(&self);
    trace(&self, "");
    trial_start(&self, SCRIPT, 5000, 100);
    g_autoptr(keep_seen) end = trial_wait(&self, SOON);
    assert_int_equal(end->number, 3);
    g_autofree char *path = g_build_filename(self.root, "calls", NULL);
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        gsize length = strspn(*line, "abcdefghijklmnopqrstuvwxyz_0123456789");
        if (length == 0 || (*line)[length] != '(' || g_str_has_prefix(*line, "execve("))
            continue;
        call one = { g_strndup(*line, length), 1 };
        one.times += GPOINTER_TO_INT(g_hash_table_lookup(seen, one.name));
        g_hash_table_insert(seen, g_strdup(one.name), GINT_TO_POINTER(one.times));
        g_array_append_val(calls, one);
    }
    trial_end(&self);
    return calls;
}

static void end_what_is_left(trial *self)
{
    gint64 limit = g_get_monotonic_time() + SOON * SPAN_SECOND;
    for (;;) {
        g_autoptr(GArray) there = keep_end_orphan(self->folder, true, NULL);
        if (there == NULL || there->len == 0)
            return;
        assert_true(g_get_monotonic_time() < limit);
    }
}

static const char *const states[] = { "never began", "running", "ended", "lost", "interrupted" };

/* What must hold whatever was done to the keeper. Gives the state. */
static keep_state look_for_lies(trial *self, const char *what)
{
    g_autoptr(keep_seen) seen = trial_wait(self, SOON); /* "running" for ever fails here */
    bool ran = trial_has(self, "ran");
    if (seen->state == KEEP_LOST && seen->step_there)
        assert_true(trial_gone(seen->step, SOON));
    ran = ran || trial_has(self, "ran");
    bool done = trial_has(self, "done");
    bool whole = seen->state == KEEP_ENDED && seen->outcome == KEEP_EXITED && seen->number == 3;
    bool not_started = seen->state == KEEP_ENDED && seen->outcome == KEEP_NOT_STARTED;
    if ((seen->state == KEEP_NEVER_BEGAN && ran) || (whole && !done) || (not_started && ran) ||
        seen->state == KEEP_INTERRUPTED)
        fail_msg("%s: said '%s', and the step %s", what, states[seen->state],
                 done  ? "was done"
                 : ran ? "ran"
                       : "did not run");
    return seen->state;
}

static void strike(const call *at, const char *with, guint seen[5], GPtrArray *never)
{
    trial self;
    g_autofree char *options = g_strdup_printf("-e 'inject=%s:%s:when=%d'", at->name, with, at->times);
    begin(&self);
    trace(&self, options);
    const char *interpreter[] = { "sh", NULL };
    g_autoptr(GError) error = NULL;
    if (!trial_try(&self, interpreter, SCRIPT, NULL, 5000, 100, &error))
        fail_msg("could not start: %s", error->message);
    keep_state state = look_for_lies(&self, options);
    seen[state]++;
    if (state != KEEP_ENDED)
        end_what_is_left(&self);
    if (state == KEEP_NEVER_BEGAN) { /* and it does not begin later either */
        g_ptr_array_add(never, g_build_filename(self.root, "ran", NULL));
        g_free(self.root);
        g_free(self.folder);
        return;
    }
    trial_end(&self);
}

static void strike_all(const char *with)
{
    guint seen[5] = { 0 };
    g_autoptr(GPtrArray) never = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GArray) calls = calls_of_a_run();
    assert_true(calls->len > 50);
    for (guint i = 0; i < calls->len; i++) {
        const call *one = &g_array_index(calls, call, i);
        if (strcmp(one->name, "rt_sigaction") != 0 || one->times == 30) /* 64 of them, all alike */
            strike(one, with, seen, never);
    }
    for (guint i = 0; i < never->len; i++) {
        trial self = { .root = g_path_get_dirname(never->pdata[i]), .folder = g_strdup("") };
        assert_false(g_file_test(never->pdata[i], G_FILE_TEST_EXISTS));
        trial_end(&self);
    }
    print_message("# %s at each of %u calls: never began %u, ended %u, lost %u\n", with, calls->len,
                  seen[KEEP_NEVER_BEGAN], seen[KEEP_ENDED], seen[KEEP_LOST]);
    assert_true(seen[KEEP_ENDED] > 0);
}

static void keeper_killed__at_each_call__leaves_no_lie(void **state)
{
    (void)state;
    if (!can_trace() || sanitized())
        skip();
    strike_all("signal=KILL");
}

static void keeper_told_an_error__at_each_call__leaves_no_lie(void **state)
{
    static const char *const errors[] = { "error=EIO",    "error=ENOSPC", "error=EMFILE",
                                          "error=EAGAIN", "error=EINTR",  "error=ENOMEM" };
    (void)state;
    if (!can_trace() || sanitized())
        skip();
    gsize count = g_getenv("FAULTS") == NULL ? 1 : G_N_ELEMENTS(errors); /* all of them: make faults */
    for (gsize i = 0; i < count; i++)
        strike_all(errors[i]);
}

/* row 8 and row 9 */
static void step__that_cannot_be_forked__says_why(void **state)
{
    static const struct {
        const char *rule, *words;
    } rows[] = {
        { "vfork:error=EAGAIN", "could not start: no processes left" },
        { "vfork:error=ENOMEM", "could not start: no memory left" },
        { "pipe2:error=EMFILE", "could not start: too many open files" },
        { "signalfd4:error=ENFILE", "could not start: too many open files" },
    };
    (void)state;
    if (!can_trace())
        skip();
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        trial self;
        g_autofree char *options = g_strdup_printf("-e 'inject=%s'", rows[i].rule);
        begin(&self);
        trace(&self, options);
        trial_start(&self, SCRIPT, 5000, 100);
        g_autoptr(keep_seen) seen = trial_wait(&self, SOON);
        g_autofree char *words = keep_words(seen);
        assert_int_equal(seen->state, KEEP_ENDED);
        assert_string_equal(words, rows[i].words);
        assert_false(trial_has(&self, "ran"));
        trial_end(&self);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeper_killed__at_each_call__leaves_no_lie),
        cmocka_unit_test(keeper_told_an_error__at_each_call__leaves_no_lie),
        cmocka_unit_test(step__that_cannot_be_forked__says_why),
    };
    if (g_getenv("ONLY") != NULL)
        cmocka_set_test_filter(g_getenv("ONLY"));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
