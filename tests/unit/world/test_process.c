/* Other programs: run, listened to, ended in time, never mistaken for another. */
#define _GNU_SOURCE
#include "world/files.h"
#include "world/process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LIMIT 100000
#define SH(script)                                                                                           \
    (const char *const[])                                                                                    \
    {                                                                                                        \
        "sh", "-c", script, NULL                                                                             \
    }

static void program__is_run__and_its_end_is_told(void **state)
{
    static const struct {
        const char *name, *script, *input, *words, *output, *says;
    } rows[] = {
        { "nothing", "true", NULL, "exited 0", "", "" },
        { "both outputs", "echo out; echo err >&2; exit 3", NULL, "exited 3", "out\n", "err\n" },
        { "a signal", "kill -15 $$", NULL, "killed by signal 15 (TERM)", "", "" },
        { "input", "tr a-z A-Z", "hello", "exited 0", "HELLO", "" },
        { "no input", "cat; echo end", NULL, "exited 0", "end\n", "" },
        { "input that nobody reads", "exec <&-; echo deaf", "hello", "exited 0", "deaf\n", "" },
        { "somebody left behind", "sleep 60 & echo $!", NULL, "exited 0", NULL, "" },
        { "too long", "echo begun; sleep 60", NULL, "took longer than 200ms", "begun\n", "" },
        { "too long and deaf", "trap '' TERM; echo begun; while :; do sleep 0.1; done", NULL,
          "took longer than 200ms", "begun\n", NULL },
        { "no descriptor of ours", "exec ls /proc/self/fd", NULL, "exited 0", "0\n1\n2\n3\n", "" },
        { "no terminal", "(: </dev/tty) 2>/dev/null || echo none", NULL, "exited 0", "none\n", "" },
    };
    g_auto(filedesc) leak = dup(2); /* not closed on exec: it must not reach them all the same */
    (void)state;
    assert_true(leak >= 0);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(process_result) result = { 0 };
        process_order order = { .arguments = SH(rows[i].script),
                                .input = rows[i].input,
                                .input_length = -1,
                                .limit = LIMIT,
                                .timeout =
                                    strncmp(rows[i].name, "too long", 8) == 0 ? 200 * SPAN_MILLISECOND : 0 };
        g_autoptr(GError) error = NULL;
        gint64 begun = g_get_monotonic_time();
        print_message("# %s\n", rows[i].name);
        assert_true(process_run(&order, &result, &error));
        g_autofree char *words = process_result_words(&result, &order);
        assert_string_equal(words, rows[i].words);
        if (rows[i].output != NULL)
            assert_string_equal(result.output->str, rows[i].output);
        else
            assert_int_equal(kill(atoi(result.output->str), SIGKILL), 0);
        if (rows[i].says != NULL)
            assert_string_equal(result.says->str, rows[i].says);
        assert_true(g_get_monotonic_time() - begun < 4 * SPAN_SECOND);
        assert_false(result.cut);
    }
}

/* Started by something that ignores SIGCHLD, the kernel would throw a failure away. */
static void failure__is_told__though_ends_were_ignored(void **state)
{
    g_auto(process_result) result = { 0 };
    process_order order = { .arguments = SH("exit 3"), .limit = LIMIT };
    (void)state;
    signal(SIGCHLD, SIG_IGN);
    assert_true(process_run(&order, &result, NULL));
    assert_int_equal(result.exit_code, 3);
}

static void program__that_cannot_be_run__says_why(void **state)
{
    static const struct {
        const char *program, *cwd, *said;
    } rows[] = {
        { "no-such-program", NULL, "cannot run no-such-program: No such file" },
        { "/etc/passwd", NULL, "cannot run /etc/passwd: Permission denied" },
        { "true", "/no/such/folder", "cannot run true: there is no folder /no/such/folder" },
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(process_result) result = { 0 };
        g_autoptr(GError) error = NULL;
        const char *arguments[] = { rows[i].program, NULL };
        process_order order = { .arguments = arguments, .cwd = rows[i].cwd, .limit = LIMIT };
        g_setenv("PATH", "/usr/bin:/bin", TRUE);
        assert_false(process_run(&order, &result, &error));
        if (strstr(error->message, rows[i].said) == NULL)
            fail_msg("'%s' is not in '%s'", rows[i].said, error->message);
    }
}

static void output__over_the_limit__is_cut_and_never_blocks(void **state)
{
    g_auto(process_result) result = { 0 };
    process_order order = { .arguments = SH("head -c 5000000 /dev/zero | tr '\\0' x; echo done >&2"),
                            .limit = 1000 };
    (void)state;
    assert_true(process_run(&order, &result, NULL));
    assert_true(result.cut);
    assert_int_equal(result.output->len, 1000);
    assert_string_equal(result.says->str, "done\n");
    assert_int_equal(result.exit_code, 0);
}

static void count_done(process_result *result, void *context)
{
    assert_int_equal(result->exit_code, 0);
    ++*(int *)context;
}

static void many__run_beside_each_other(void **state)
{
    int done = 0;
    process_order order = { .arguments = SH("sleep 0.1"), .limit = LIMIT };
    gint64 begun = g_get_monotonic_time();
    (void)state;
    for (int i = 0; i < 20; i++)
        assert_non_null(process_start(&order, count_done, &done, NULL));
    assert_int_equal(done, 0);
    while (done < 20)
        g_main_context_iteration(NULL, TRUE);
    assert_true(g_get_monotonic_time() - begun < 15 * SPAN_SECOND / 10);
}

static void cancelled__it_is_killed__and_nothing_is_called(void **state)
{
    int done = 0;
    process_order order = { .arguments = SH("echo $$; sleep 60"), .limit = LIMIT };
    process *running = process_start(&order, count_done, &done, NULL);
    (void)state;
    process_cancel(running);
    while (g_main_context_iteration(NULL, FALSE))
        ;
    assert_int_equal(done, 0);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no child of ours is left */
}

static pid_t sleeper(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        execlp("sleep", "sleep", "60", NULL);
        _exit(127);
    }
    return pid;
}

/* row 7: the number is right, the process is another */
static void signal__reaches_the_one_that_was_meant__or_nobody(void **state)
{
    process_facts facts;
    int status;
    g_autoptr(GError) error = NULL;
    pid_t pid = sleeper();
    (void)state;
    assert_true(process_look(pid, &facts));
    assert_false(process_signal(pid, facts.start + 1, SIGKILL, &error));
    assert_true(g_error_matches(error, ERR, ERR_NOT_FOUND));
    assert_false(process_signal(0, facts.start, SIGKILL, NULL));
    assert_false(process_signal(-1, facts.start, SIGKILL, NULL));
    assert_int_equal(waitpid(pid, &status, WNOHANG), 0); /* it lives */
    assert_true(process_signal(pid, facts.start, SIGKILL, NULL));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(WTERMSIG(status), SIGKILL);
    assert_false(process_is_there(pid, facts.start));
    assert_false(process_signal(pid, facts.start, SIGKILL, NULL));
}

static guint64 hundredths(void)
{
    struct timespec up;
    clock_gettime(CLOCK_BOOTTIME, &up);
    return (guint64)up.tv_sec * 100 + (guint64)up.tv_nsec / 10000000;
}

/* The same with the kernel really giving the number away again: a pid namespace of our own, as root. 0: held. */
static int reuse_inside(void)
{
    process_facts first, second;
    if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("proc", "/proc", "proc", 0, NULL) != 0)
        return 77;
    pid_t pid = sleeper();
    if (!process_look(pid, &first))
        return 1;
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    while (hundredths() <= first.start + 1)
        sched_yield(); /* start times are told in hundredths of a second */
    FILE *last = fopen("/proc/sys/kernel/ns_last_pid", "w");
    if (last == NULL || fprintf(last, "%d", (int)pid - 1) < 0 || fclose(last) != 0)
        return 77;
    pid_t stranger = sleeper();
    if (stranger != pid || !process_look(stranger, &second) || second.start == first.start)
        return 2;
    bool sent = process_signal(pid, first.start, SIGKILL, NULL);
    bool lives = kill(stranger, 0) == 0 && waitpid(stranger, NULL, WNOHANG) == 0;
    kill(stranger, SIGKILL);
    return sent || !lives ? 3 : 0;
}

static void signal__of_a_number_given_away_again__reaches_nobody(void **state)
{
    int status;
    (void)state;
    fflush(NULL);
    pid_t outer = fork();
    if (outer == 0) {
        if (unshare(CLONE_NEWPID | CLONE_NEWNS) != 0)
            _exit(77);
        pid_t inner = fork();
        if (inner == 0)
            _exit(reuse_inside());
        waitpid(inner, &status, 0);
        _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 99);
    }
    assert_int_equal(waitpid(outer, &status, 0), outer);
    if (WEXITSTATUS(status) == 77) {
        print_message("# no pid namespace here: the row above has the start time forged instead\n");
        skip();
    }
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void looking__reads_names_that_try_to_confuse(void **state)
{
    process_facts facts;
    g_autofree char *folder = g_dir_make_tmp("warroom-process-XXXXXX", NULL);
    g_autofree char *program = g_build_filename(folder, "a) Z 1 (", NULL);
    g_autofree char *bytes = NULL;
    gsize length;
    (void)state;
    assert_true(g_file_get_contents("/bin/sleep", &bytes, &length, NULL));
    assert_true(file_write(program, bytes, length, 0700, NULL));
    const char *arguments[] = { program, "60", NULL };
    pid_t pid = process_detach(arguments, NULL, NULL, -1, NULL);
    assert_true(pid > 0);
    gint64 limit = g_get_monotonic_time() + 5 * SPAN_SECOND;
    do
        assert_true(process_look(pid, &facts) && g_get_monotonic_time() < limit);
    while (strcmp(facts.name, "a) Z 1 (") != 0);
    assert_int_equal(facts.parent, getpid());
    assert_int_equal(facts.session, pid);
    assert_true(process_is_there(pid, facts.start));
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    unlink(program);
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(program__is_run__and_its_end_is_told),
        cmocka_unit_test(failure__is_told__though_ends_were_ignored),
        cmocka_unit_test(program__that_cannot_be_run__says_why),
        cmocka_unit_test(output__over_the_limit__is_cut_and_never_blocks),
        cmocka_unit_test(many__run_beside_each_other),
        cmocka_unit_test(cancelled__it_is_killed__and_nothing_is_called),
        cmocka_unit_test(signal__reaches_the_one_that_was_meant__or_nobody),
        cmocka_unit_test(signal__of_a_number_given_away_again__reaches_nobody),
        cmocka_unit_test(looking__reads_names_that_try_to_confuse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
