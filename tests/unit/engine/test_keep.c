/* Steps under the real keeper: how they end, how they are ended, and what a later look finds. */
#define _GNU_SOURCE
#include "lib/trial.h"
#include "world/files.h"
#include "world/process.h"

#include "keeper/leaves.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define SOON 10 /* seconds: the limit of a poll, never a wait */

static int setup(void **state)
{
    trial *self = g_new0(trial, 1);
    trial_begin(self);
    *state = self;
    return 0;
}

static int teardown(void **state)
{
    trial_end(*state);
    g_free(*state);
    return 0;
}

static void again(trial *self)
{
    trial_end(self);
    trial_begin(self);
}

/* --- ended by itself --- */

static void step__ends__and_its_end_is_told(void **state)
{
    static const struct {
        const char *name, *script, *words, *output;
    } rows[] = {
        { "nothing said", "true", "exited 0", "" },
        { "an exit code", "exit 3", "exited 3", "" },
        { "both streams", "echo one; sleep 0.01; echo two >&2", "exited 0", "o:one\ne:two\n" },
        { "killed from outside", "kill -9 $$", "killed by signal 9 (KILL)", "" },
        { "a syntax error", "if", "exited 2", NULL },
        { "asks for input (row 49)", "read answer || { echo none; exit 7; }", "exited 7", "o:none\n" },
        { "has no terminal (row 50)", "(: </dev/tty) 2>/dev/null && echo terminal; echo none", "exited 0",
          "o:none\n" },
        { "leads a session of its own", "set -- $(cat /proc/self/stat); [ \"$6\" = $$ ] && echo own",
          "exited 0", "o:own\n" },
        { "has three descriptors (and ls its own)", "exec ls /proc/self/fd", "exited 0", "o:0\n1\n2\n3\n" },
        { "hangs up as by default", "kill -HUP $$", "killed by signal 1 (HUP)", "" },
        { "a broken pipe ends as by default", "yes | head -n 1", "exited 0", "o:y\n" },
        { "core files are off", "ulimit -c", "exited 0", "o:0\n" },
        { "knows no newline", "printf 'no newline'", "exited 0", "o:no newline" },
        { "works in its folder", "[ \"$(pwd)\" -ef . ] && ls", "exited 0", "o:steps\n" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        print_message("# %s\n", rows[i].name);
        trial_start(*state, rows[i].script, 0, 100);
        g_autoptr(keep_seen) seen = trial_wait(*state, SOON);
        g_autofree char *words = keep_words(seen);
        g_autofree char *output = trial_output(*state);
        assert_int_equal(seen->state, KEEP_ENDED);
        assert_string_equal(words, rows[i].words);
        if (rows[i].output != NULL)
            assert_string_equal(output, rows[i].output);
        assert_int_equal(seen->reason, KEEP_BY_ITSELF);
        assert_true(seen->asked == MOMENT_NONE);
        assert_int_equal(seen->left, 0);
        assert_int_equal(seen->output, seen->kept);
        assert_null(seen->cut);
        assert_false(seen->step_there);
        assert_true(seen->lasted >= 0 && seen->ended >= seen->started);
        again(*state);
    }
}

static void step__sees_its_environment__and_no_more(void **state)
{
    const char *interpreter[] = { "sh", "-eu", NULL };
    const char *environment[] = { "PATH=/usr/bin:/bin", "WARROOM_TARGET=green;rm -rf /", "WARROOM_OUT_X=a\nb",
                                  NULL };
    assert_true(trial_try(*state, interpreter,
                          "env | sort | grep -v '^_=\\|^PWD='; case $- in *e*u*|*u*e*) echo strict ;; esac",
                          environment, 0, 0, NULL));
    g_autoptr(keep_seen) seen = trial_wait(*state, SOON);
    g_autofree char *output = trial_output(*state);
    g_autofree char *wanted =
        g_strdup_printf("o:PATH=/usr/bin:/bin\nWARROOM_KEEPER=%s\nWARROOM_OUT_X=a\nWARROOM_TARGET=green;rm "
                        "-rf /\nb\nstrict\n",
                        ((trial *)*state)->folder);
    assert_string_equal(output, wanted);
    assert_int_equal(seen->number, 0);
}

/* A variable that changes how programs are loaded reaches the step, and nothing of ours. */
static void keeper__is_not_reached__by_a_preload(void **state)
{
    const char *interpreter[] = { "sh", NULL };
    const char *environment[] = { "PATH=/usr/bin:/bin",
                                  "LD_PRELOAD=/nowhere/evil.so",
                                  "LD_LIBRARY_PATH=/nowhere",
                                  "BASH_ENV=/nowhere",
                                  "ENV=/nowhere",
                                  NULL };
    assert_true(trial_try(*state, interpreter, "exit 5", environment, 0, 0, NULL));
    g_autoptr(keep_seen) seen = trial_wait(*state, SOON);
    assert_int_equal(seen->state, KEEP_ENDED);
    assert_int_equal(seen->number, 5);
}

static void step__gets_the_persons_umask(void **state)
{
    mode_t before = umask(027);
    trial_start(*state, "umask", 0, 0);
    umask(before);
    g_autoptr(keep_seen) seen = trial_wait(*state, SOON);
    g_autofree char *output = trial_output(*state);
    assert_string_equal(output, "o:0027\n");
    assert_int_equal(seen->number, 0);
}

/* row 48 */
static void child_left_behind__does_not_hold_the_step(void **state)
{
    trial_start(*state, "sleep 60 & echo $! >child; echo started", 0, 0);
    g_autoptr(keep_seen) seen = trial_wait(*state, SOON);
    g_autofree char *child = trial_file(*state, "child");
    g_autofree char *output = trial_output(*state);
    pid_t pid = atoi(child);
    assert_int_equal(seen->state, KEEP_ENDED);
    assert_int_equal(seen->reason, KEEP_BY_ITSELF);
    assert_int_equal(seen->left, 1);
    assert_true(seen->lasted < 10 * SPAN_SECOND);
    assert_string_equal(output, "o:started\n");
    assert_int_equal(kill(pid, 0), 0); /* it was not killed */
    g_autofree char *path = g_build_filename(((trial *)*state)->folder, LEAF_LOCK, NULL);
    g_auto(filedesc) lock = open(path, O_RDWR | O_CLOEXEC);
    gint64 limit = g_get_monotonic_time() + SOON * SPAN_SECOND; /* the keeper itself may be just leaving */
    while (flock(lock, LOCK_EX | LOCK_NB) != 0)
        assert_true(g_get_monotonic_time() < limit); /* and the child does not hold the lock */
    kill(pid, SIGKILL);
}

static void child_about_to_end__is_waited_for_a_moment(void **state)
{
    trial_start(*state, "{ sleep 0.02; echo late; } & echo early", 0, 0);
    g_autoptr(keep_seen) seen = trial_wait(*state, SOON);
    g_autofree char *output = trial_output(*state);
    assert_int_equal(seen->left, 0);
    assert_string_equal(output, "o:early\nlate\n");
}

/* row 8 */
static void step_that_cannot_be_started__says_why(void **state)
{
    static const struct {
        const char *name, *interpreter, *words;
    } rows[] = {
        { "no such program", "no-such-shell", "could not start: no-such-shell: not found" },
        { "a program being written", "./busy", "could not start: ./busy: file busy" },
        { "no permission", "./closed", "could not start: ./closed: Permission denied" },
        { "a folder", "./steps", "could not start: ./steps: Permission denied" },
    };
    g_autofree char *bytes = NULL;
    gsize length;
    assert_true(g_file_get_contents("/bin/true", &bytes, &length, NULL));
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        trial *self = *state;
        g_autofree char *busy = g_build_filename(self->root, "busy", NULL);
        g_autofree char *closed = g_build_filename(self->root, "closed", NULL);
        const char *interpreter[] = { rows[i].interpreter, NULL };
        assert_true(file_write(busy, bytes, length, 0755, NULL) &&
                    file_write(closed, bytes, length, 0644, NULL));
        g_auto(filedesc) writing = open(busy, O_WRONLY | O_CLOEXEC);
        assert_true(writing >= 0);
        print_message("# %s\n", rows[i].name);
        assert_true(trial_try(self, interpreter, "true", NULL, 0, 0, NULL));
        g_autoptr(keep_seen) seen = trial_wait(self, SOON);
        g_autofree char *words = keep_words(seen);
        assert_int_equal(seen->state, KEEP_ENDED);
        assert_int_equal(seen->outcome, KEEP_NOT_STARTED);
        assert_string_equal(words, rows[i].words);
        again(self);
    }
}

static void keep_start__fails_with_nothing_begun(void **state)
{
    trial *self = *state;
    const char *interpreter[] = { "sh", NULL };
    g_autoptr(GError) error = NULL;
    struct rlimit before, none;
    getrlimit(RLIMIT_NOFILE, &before);
    none = before;
    none.rlim_cur = 4; /* row 9 */
    setrlimit(RLIMIT_NOFILE, &none);
    bool started = trial_try(self, interpreter, "true", NULL, 0, 0, &error);
    setrlimit(RLIMIT_NOFILE, &before);
    assert_false(started);
    assert_non_null(strstr(error->message, "Too many open files"));
    g_autoptr(keep_seen) seen = trial_look(self);
    assert_int_equal(seen->state, KEEP_NEVER_BEGAN);
}

static void keep_start__is_refused__the_second_time(void **state)
{
    const char *interpreter[] = { "sh", NULL };
    g_autoptr(GError) error = NULL;
    trial_start(*state, "echo once >>count", 0, 0);
    assert_false(trial_try(*state, interpreter, "echo twice >>count", NULL, 0, 0, &error));
    assert_true(g_error_matches(error, ERR, ERR_REFUSED));
    g_autoptr(keep_seen) seen = trial_wait(*state, SOON);
    g_autofree char *count = trial_file(*state, "count");
    assert_string_equal(count, "once");
    assert_int_equal(seen->number, 0);
}

/* --- ended by time-out or abort --- */

static void timeout__ends_the_tree_politely(void **state)
{
    trial_start(*state, "trap 'echo bye; exit 9' TERM; echo ready; while :; do sleep 0.01; done", 100, 5000);
    g_autoptr(keep_seen) seen = trial_wait(*state, SOON);
    g_autofree char *output = trial_output(*state);
    assert_int_equal(seen->state, KEEP_ENDED);
    assert_int_equal(seen->reason, KEEP_BY_TIMEOUT);
    assert_int_equal(seen->outcome, KEEP_EXITED);
    assert_int_equal(seen->number, 9);
    assert_true(seen->asked - seen->started >= 99 * SPAN_MILLISECOND);
    assert_true(seen->ended >= seen->asked);
    assert_int_equal(seen->survivors->len, 0);
    if (strstr(output, "bye\n") == NULL)
        fail_msg("the trap did not speak: '%s'", output);
}

static void abort__after_the_grace__ends_by_force(void **state)
{
    trial_start(*state, "trap '' TERM; echo $$ >pid; while :; do sleep 0.01; done", 0, 150);
    g_autofree char *pid = trial_file(*state, "pid");
    assert_true(keep_abort(((trial *)*state)->folder, NULL));
    g_autoptr(keep_seen) seen = trial_wait(*state, SOON);
    assert_int_equal(seen->reason, KEEP_BY_ABORT);
    assert_int_equal(seen->outcome, KEEP_SIGNALLED);
    assert_int_equal(seen->number, SIGKILL);
    assert_true(seen->ended - seen->asked >= 149 * SPAN_MILLISECOND);
    assert_true(trial_gone(atoi(pid), SOON));
}

/* rows 45 and 46: each tree writes `ready` when it stands, and `pids` names those that tried to get away */
static const struct {
    const char *name, *script;
} trees[] = {
    { "a child", "sleep 60 & echo $! >>pids; echo >ready; wait" },
    { "a child in its own session", "setsid sh -c 'echo $$ >>pids; echo >ready; exec sleep 60' & wait" },
    { "a thrice-forked orphan",
      "(setsid sh -c '(setsid sh -c \"echo \\$\\$ >>pids; echo >ready; exec sleep 60\" &)' &); "
      "sleep 60" },
    { "deaf to TERM",
      "trap '' TERM; sh -c 'trap \"\" TERM; echo $$ >>pids; echo >ready; while :; do sleep 1; done'" },
    { "deaf to all that can be",
      "trap '' TERM HUP INT QUIT USR1; echo $$ >>pids; echo >ready; while :; do sleep 1; done" },
    { "stopped", "sh -c 'echo $$ >>pids; echo >ready; kill -STOP $$; sleep 60'" },
    { "deaf and stopped", "sh -c 'trap \"\" TERM; echo $$ >>pids; echo >ready; kill -STOP $$; sleep 60'" },
    { "a chain of twenty",
      "echo 'n=$1; echo $$ >>pids; [ $n = 0 ] && { echo >ready; sleep 60; }; sh ./chain $((n-1))' >chain; "
      "sh ./chain 20" },
    { "a fan of thirty",
      "for i in 1 2 3 4 5 6 7 8 9 10; do for j in 1 2 3; do sleep 60 & echo $! >>pids; done; done; "
      "echo >ready; wait" },
    { "forks when it is told to end", "trap 'for i in 1 2 3 4; do setsid sh -c \"trap \\\"\\\" TERM; echo "
                                      "\\$\\$ >>pids; sleep 60\" & done' TERM; "
                                      "echo $$ >>pids; echo >ready; while :; do sleep 0.01; done" },
    { "forks and dies, again and again", "echo 'trap \"\" TERM; sh ./hydra & exit' >hydra; echo $$ >>pids; "
                                         "echo >ready; setsid sh ./hydra; sleep 60" },
    { "a growing crowd", "echo 'trap \"\" TERM; while :; do sleep 60 & sleep 0.005; done' >crowd; "
                         "sh ./crowd & echo $! >>pids; echo >ready; wait" },
    { "the main one in the background",
      "setsid sleep 60 & echo $! >>pids; echo >ready; kill -STOP $$; wait" },
    { "many that talk", "for i in 1 2 3 4 5; do yes deaf & echo $! >>pids; done; echo >ready; wait" },
    { "a closed output", "exec >&- 2>&-; sleep 60 & echo $! >>pids; echo >ready; wait" },
    { "a pipeline", "yes | cat | tr y n >/dev/null & echo $! >>pids; echo >ready; wait" },
    { "a nested subshell", "( ( ( (sleep 60 & echo $! >>pids; echo >ready; wait) ) ) )" },
    { "one named to confuse",
      "cp \"$(command -v sleep)\" './a) Z 1 1 ('; './a) Z 1 1 (' 60 & echo $! >>pids; echo >ready; "
      "wait" },
    { "ends on TERM, leaves a deaf child", "setsid sh -c 'trap \"\" TERM; echo $$ >>pids; echo >ready; while "
                                           ":; do sleep 1; done' & trap 'exit 0' TERM; wait" },
    { "exec into another", "echo $$ >>pids; echo >ready; exec setsid --wait sleep 60" },
};

static void assert_all_gone(trial *self)
{
    g_autofree char *pids = trial_file(self, "pids");
    g_auto(GStrv) all = g_strsplit(pids, "\n", -1);
    for (char **pid = all; *pid != NULL; pid++)
        if (!trial_gone(atoi(*pid), 1))
            fail_msg("process %s is still there", *pid);
}

static void abort__ends_the_whole_tree(void **state)
{
    gsize rounds = g_getenv("FAULTS") == NULL ? 1 : 10; /* G7: 200 */
    for (gsize round = 0; round < rounds * G_N_ELEMENTS(trees); round++) {
        gsize i = round % G_N_ELEMENTS(trees);
        print_message("# %s\n", trees[i].name);
        trial_start(*state, trees[i].script, 0, 100);
        g_free(trial_file(*state, "ready"));
        assert_true(keep_abort(((trial *)*state)->folder, NULL));
        g_autoptr(keep_seen) seen = trial_wait(*state, SOON);
        assert_int_equal(seen->state, KEEP_ENDED);
        assert_int_equal(seen->reason, KEEP_BY_ABORT);
        assert_int_equal(seen->survivors->len, 0);
        assert_int_equal(seen->left, 0);
        assert_all_gone(*state);
        again(*state);
    }
}

/* A process that the keeper may not signal: it became root by a setuid program. Runs as a user without rights, in a child of
 * the test; 77: not possible here, 0: the one that was left is named. */
static int survivor_inside(trial *self)
{
    g_autofree char *script =
        g_strdup("./become-root --reuid=0 --regid=0 --clear-groups sleep 61 & echo $! >pids; wait");
    const char *interpreter[] = { "sh", NULL };
    if (setgid(65534) != 0 || setuid(65534) != 0 || !trial_try(self, interpreter, script, NULL, 0, 100, NULL))
        return 77;
    g_autofree char *pid = trial_file(self, "pids");
    process_facts facts = { 0 };
    for (int tries = 0; strcmp(facts.name, "sleep") != 0; tries++) {
        if (tries > 1000 || !process_look(atoi(pid), &facts))
            return 77; /* no setuid here */
        g_usleep(1000);
    }
    if (kill(atoi(pid), 0) == 0)
        return 77;
    if (!keep_abort(self->folder, NULL))
        return 1;
    g_autoptr(keep_seen) seen = trial_wait(self, SOON);
    if (seen->state != KEEP_ENDED || seen->survivors->len != 1 || seen->left != 0 ||
        seen->reason != KEEP_BY_ABORT)
        return 2;
    const keep_process *one = &g_array_index(seen->survivors, keep_process, 0);
    return one->pid == atoi(pid) && strcmp(one->name, "sleep") == 0 ? 0 : 3;
}

/* row 45 */
static void survivors__are_named(void **state)
{
    trial *self = *state;
    int status;
    char open_to_all[] = "/tmp/warroom-trial-XXXXXX"; /* the runner's own folder is closed to others */
    if (geteuid() != 0)
        skip();
    rmdir(self->root);
    g_free(self->root);
    g_free(self->folder);
    assert_non_null(mkdtemp(open_to_all));
    self->root = g_strdup(open_to_all);
    self->folder = g_build_filename(self->root, "steps/step", NULL);
    g_autofree char *make =
        g_strdup_printf("chown 65534:65534 '%s' && cp \"$(command -v setpriv)\" '%s/become-root' && "
                        "chmod 4755 '%s/become-root'",
                        self->root, self->root, self->root);
    assert_int_equal(system(make), 0);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        _exit(survivor_inside(self));
    assert_int_equal(waitpid(child, &status, 0), child);
    g_autofree char *path = g_build_filename(self->root, "pids", NULL);
    g_autofree char *pid = NULL;
    if (g_file_get_contents(path, &pid, NULL, NULL) && atoi(pid) > 1) {
        kill(atoi(pid), SIGKILL);
        assert_true(trial_gone(atoi(pid), SOON));
    }
    if (WEXITSTATUS(status) == 77)
        skip();
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* row 52: the end and the request meet. One outcome, the earlier one; both times kept. */
static void assert_one_outcome(const keep_seen *seen)
{
    assert_int_equal(seen->state, KEEP_ENDED);
    if (seen->reason == KEEP_BY_ITSELF) {
        assert_int_equal(seen->outcome, KEEP_EXITED);
        assert_int_equal(seen->number, 4);
        assert_true(seen->asked == MOMENT_NONE || seen->ended <= seen->asked);
    } else {
        assert_true(seen->asked != MOMENT_NONE && seen->asked <= seen->ended);
        assert_true(seen->outcome == KEEP_SIGNALLED ? seen->number == SIGTERM : seen->number == 4);
    }
    assert_int_equal(seen->left, 0);
}

static void end_and_request__in_one_moment__make_one_outcome(void **state)
{
    guint by_itself = 0, asked = 0, both = 0, too_late = 0;
    int rounds = g_getenv("FAULTS") != NULL ? 1000 : 400;
    int late = 4000,
        timeout =
            6; /* microseconds, milliseconds: the next try comes earlier or later by how this one went */
    for (int i = 0; i < rounds; i++) {
        bool by_abort = i % 2 == 0;
        trial_start(*state, "sleep 0.003; exit 4", by_abort ? 0 : timeout, 1000);
        if (by_abort) {
            g_usleep((gulong)late);
            too_late += !keep_abort(((trial *)*state)->folder, NULL);
        }
        g_autoptr(keep_seen) seen = trial_wait(*state, SOON);
        bool ended_first = seen->reason == KEEP_BY_ITSELF;
        assert_one_outcome(seen);
        by_itself += ended_first;
        asked += !ended_first;
        both += ended_first && seen->asked != MOMENT_NONE;
        if (by_abort)
            late = MAX(100, late + (ended_first ? -150 : 150));
        else
            timeout = MAX(1, timeout + (ended_first ? -1 : 1));
        again(*state);
    }
    print_message("# %d rounds: ended first %u (asked in the same moment %u, too late %u), asked first %u\n",
                  rounds, by_itself, both, too_late, asked);
    assert_true(by_itself > 0 && asked > 0); /* else the barrier is not one */
}

static void keeper__ignores_hangup_and_interrupt__and_outlives_its_parent(void **state)
{
    trial *self = *state;
    pid_t parent = fork();
    if (parent == 0) {
        trial_start(self, "echo >ready; while [ ! -e go ]; do sleep 0.01; done; exit 6", 0, 0);
        _exit(0);
    }
    waitpid(parent, NULL, 0);
    g_free(trial_file(self, "ready"));
    g_autoptr(keep_seen) running = trial_look(self);
    assert_int_equal(running->state, KEEP_RUNNING);
    assert_true(running->step_there);
    static const int signals[] = { SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGUSR1, SIGALRM, SIGTSTP };
    for (gsize i = 0; i < G_N_ELEMENTS(signals); i++)
        kill(running->keeper, signals[i]);
    g_autofree char *go = g_build_filename(self->root, "go", NULL);
    assert_true(file_write(go, "", 0, 0600, NULL));
    g_autoptr(keep_seen) seen = trial_wait(self, SOON);
    assert_int_equal(seen->number, 6);
    assert_int_equal(seen->reason, KEEP_BY_ITSELF);
}

/* --- what a later look finds --- */

/* row 2 */
static void keeper_killed__leaves_a_step_that_is_there__then_gone(void **state)
{
    trial *self = *state;
    trial_start(self, "setsid sh -c 'echo $$ >>pids; echo >ready; exec sleep 60' & echo $$ >>pids; wait", 0,
                0);
    g_free(trial_file(self, "ready"));
    g_autoptr(keep_seen) running = trial_look(self);
    int watch = keep_watch(self->folder);
    struct pollfd bell = { .fd = watch, .events = POLLIN };
    keep_watch_hush(watch);
    assert_int_equal(poll(&bell, 1, 0), 0);
    kill(running->keeper, SIGKILL);
    assert_int_equal(poll(&bell, 1, SOON * 1000), 1); /* seen at once, not at the next poll */
    keep_watch_end(watch);
    int next = keep_watch(self->root); /* the same descriptor again, and nothing old in it */
    bell = (struct pollfd){ .fd = next, .events = POLLIN };
    assert_int_equal(next, watch);
    assert_int_equal(poll(&bell, 1, 0), 0);
    keep_watch_end(next);

    g_autoptr(keep_seen) lost = trial_wait(self, SOON);
    assert_int_equal(lost->state, KEEP_LOST);
    assert_true(lost->step_there);
    assert_int_equal(lost->step, running->step);
    assert_false(keep_abort(self->folder, NULL));

    g_autoptr(GArray) there = keep_end_orphan(self->folder, false, NULL);
    assert_int_equal(there->len, 2); /* the one in its own session too */
    assert_all_gone(self);
    g_autoptr(GArray) rest = keep_end_orphan(self->folder, true, NULL);
    assert_int_equal(rest->len, 0);
    g_autoptr(keep_seen) gone = trial_look(self);
    assert_int_equal(gone->state, KEEP_LOST);
    assert_false(gone->step_there);
}

static void orphan__is_known_by_its_mark__when_the_step_itself_is_gone(void **state)
{
    trial *self = *state;
    trial_start(
        self, "setsid sh -c 'trap \"\" TERM; echo $$ >>pids; echo >ready; while :; do sleep 1; done' & wait",
        0, 0);
    g_free(trial_file(self, "ready"));
    g_autoptr(keep_seen) running = trial_look(self);
    kill(running->keeper, SIGKILL);
    kill(running->step, SIGKILL);
    assert_true(trial_gone(running->step, SOON));
    g_autoptr(keep_seen) lost = trial_wait(self, SOON);
    assert_int_equal(lost->state, KEEP_LOST);
    assert_false(lost->step_there);
    g_autoptr(GArray) polite = keep_end_orphan(self->folder, false, NULL);
    assert_true(polite->len >= 1);
    g_autoptr(GArray) forced = keep_end_orphan(self->folder, true, NULL);
    assert_true(forced->len >= 1);
    assert_all_gone(self);
}

static void leaf_change(trial *self, const char *name, const char *from, const char *to)
{
    g_autofree char *path = g_build_filename(self->folder, name, NULL);
    g_autofree char *bytes = NULL;
    gsize length;
    assert_true(g_file_get_contents(path, &bytes, &length, NULL));
    char *at = memmem(bytes, length, from, strlen(from));
    assert_non_null(at);
    assert_int_equal(strlen(from), strlen(to));
    memcpy(at, to, strlen(to));
    assert_true(file_write(path, bytes, length, 0600, NULL));
}

/* row 6 */
static void reboot__under_a_running_step__is_an_interruption(void **state)
{
    trial *self = *state;
    trial_start(self, "echo $$ >>pids; exec sleep 60", 0, 0);
    g_free(trial_file(self, "pids"));
    g_autoptr(keep_seen) running = trial_look(self);
    kill(running->keeper, SIGKILL);
    g_autoptr(keep_seen) lost = trial_wait(self, SOON);
    assert_int_equal(lost->state, KEEP_LOST);
    leaf_change(self, LEAF_EXIT, process_boot(), "11111111-2222-4333-8444-555555555555");
    g_autoptr(keep_seen) seen = trial_look(self);
    assert_int_equal(seen->state, KEEP_INTERRUPTED);
    kill(running->step, SIGKILL);
}

static void folder_lost__tells_never_began_from_another_boot(void **state)
{
    trial *self = *state;
    g_autoptr(keep_seen) never = keep_look(self->folder, NULL, NULL);
    g_autoptr(keep_seen) other = keep_look(self->folder, "11111111-2222-4333-8444-555555555555", NULL);
    assert_int_equal(never->state, KEEP_NEVER_BEGAN);
    assert_int_equal(other->state, KEEP_INTERRUPTED);
}

static void exit_record__that_is_torn__is_no_record(void **state)
{
    trial *self = *state;
    trial_start(self, "exit 3", 0, 0);
    g_autoptr(keep_seen) ended = trial_wait(self, SOON);
    assert_int_equal(ended->state, KEEP_ENDED);
    leaf_change(self, LEAF_EXIT, "exited 3", "exited 0");
    g_autoptr(keep_seen) seen = trial_wait(self, SOON);
    assert_int_equal(seen->state, KEEP_LOST);
}

static void files_of_a_newer_keeper__are_not_guessed_at(void **state)
{
    trial *self = *state;
    g_autoptr(GError) error = NULL;
    trial_start(self, "exit 3", 0, 0);
    g_autoptr(keep_seen) ended = trial_wait(self, SOON);
    assert_int_equal(ended->state, KEEP_ENDED);
    leaf_change(self, LEAF_EXIT, "version 1", "version 2");
    assert_null(keep_look(self->folder, NULL, &error));
    assert_non_null(strstr(error->message, "newer"));
}

/* row 69: something of another's making stands in our place */
static void foreign_things_in_our_place__are_refused(void **state)
{
    static const struct {
        const char *name, *make, *said;
    } rows[] = {
        { "a link for the record", "ln -s /etc/passwd steps/step/exit", "symbolic link" },
        { "a FIFO for the record", "mkfifo steps/step/exit", "FIFO" },
        { "a folder for the record", "mkdir steps/step/exit", "folder" },
        { "a FIFO for the holder", "mkfifo steps/step/holder", "FIFO" },
        { "a link for the folder", "mkdir elsewhere; rm -r steps/step; ln -s ../elsewhere steps/step",
          "symbolic link" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        trial *self = *state;
        g_autofree char *script = g_strdup_printf("mkdir -p steps/step; %s", rows[i].make);
        const char *arguments[] = { "sh", "-ec", script, NULL };
        process_order order = { .arguments = arguments, .cwd = self->root, .limit = 1000 };
        g_auto(process_result) result = { 0 };
        g_autoptr(GError) error = NULL;
        print_message("# %s\n", rows[i].name);
        assert_true(process_run(&order, &result, NULL));
        assert_int_equal(result.exit_code, 0);
        assert_null(keep_look(self->folder, NULL, &error));
        if (strstr(error->message, rows[i].said) == NULL || strstr(error->message, "mode 0") == NULL)
            fail_msg("'%s' does not name it", error->message);
        again(self);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(step__ends__and_its_end_is_told),
        TEST(step__sees_its_environment__and_no_more),
        TEST(keeper__is_not_reached__by_a_preload),
        TEST(step__gets_the_persons_umask),
        TEST(child_left_behind__does_not_hold_the_step),
        TEST(child_about_to_end__is_waited_for_a_moment),
        TEST(step_that_cannot_be_started__says_why),
        TEST(keep_start__fails_with_nothing_begun),
        TEST(keep_start__is_refused__the_second_time),
        TEST(timeout__ends_the_tree_politely),
        TEST(abort__after_the_grace__ends_by_force),
        TEST(abort__ends_the_whole_tree),
        TEST(survivors__are_named),
        TEST(end_and_request__in_one_moment__make_one_outcome),
        TEST(keeper__ignores_hangup_and_interrupt__and_outlives_its_parent),
        TEST(keeper_killed__leaves_a_step_that_is_there__then_gone),
        TEST(orphan__is_known_by_its_mark__when_the_step_itself_is_gone),
        TEST(reboot__under_a_running_step__is_an_interruption),
        TEST(folder_lost__tells_never_began_from_another_boot),
        TEST(exit_record__that_is_torn__is_no_record),
        TEST(files_of_a_newer_keeper__are_not_guessed_at),
        TEST(foreign_things_in_our_place__are_refused),
    };
    if (g_getenv("ONLY") != NULL)
        cmocka_set_test_filter(g_getenv("ONLY"));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
