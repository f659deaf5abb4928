/* warroom-keeper: holds one running step and outlives everything above it. What it is told and what it leaves
 * stand in keeper/leaves.h. One thread, one loop, libc only; it writes to nothing but its folder. */
#define _GNU_SOURCE
#include "family.h"
#include "output.h"
#include "record.h"
#include "step.h"

#include "keeper/leaves.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define LINGER_MS 100 /* a `> >(tee log)` whose main process just ended is not "left behind" */
#define KILL_EVERY_MS 10
#define KILL_WALKS 8 /* in one go, while a walk still finds somebody new */

typedef enum { RUNNING, LINGERING, POLITE, FORCING, DONE } phase;
typedef enum { BY_ITSELF, BY_TIMEOUT, BY_ABORT } reason;

typedef struct keeper {
    int folder, exit, signals, timer;
    int64_t timeout, grace; /* milliseconds */
    char boot[64];
    step step;
    output output;
    phase phase;
    reason reason;
    when started, ended, asked;
    bool has_ended, was_asked, childless;
    int status;       /* of the main process, as waitpid gives it */
    int wrong;        /* errno when it could not be started */
    int64_t kill_end; /* boot clock */
} keeper;

static void timer_set(keeper *self, int64_t milliseconds)
{
    struct itimerspec spec = { .it_value = { milliseconds / 1000, milliseconds % 1000 * 1000000 } };
    timerfd_settime(self->timer, 0, &spec, NULL);
}

/* --- what came out of the pipes --- */

/* One reading; false when there is nothing more to expect from this pipe. */
static bool pump(keeper *self, int *pipe, char stream, size_t most)
{
    static char bytes[OUTPUT_FRAME];
    ssize_t got = read(*pipe, bytes, most < sizeof bytes ? most : sizeof bytes);
    if (got > 0) {
        output_take(&self->output, stream, bytes, (size_t)got);
        return true;
    }
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    close(*pipe);
    *pipe = -1;
    return false;
}

/* What is in the pipe now, and no more: somebody left behind may go on writing for ever (row 48). */
static void drain(keeper *self, int *pipe, char stream)
{
    int waiting = 0;
    if (*pipe < 0 || ioctl(*pipe, FIONREAD, &waiting) != 0)
        return;
    while (waiting > 0 && *pipe >= 0) {
        int64_t before = self->output.came;
        if (!pump(self, pipe, stream, (size_t)waiting))
            return;
        waiting -= (int)(self->output.came - before);
    }
}

/* --- ending --- */

static void reap(keeper *self)
{
    for (;;) {
        int status;
        pid_t pid = waitpid(-1, &status, WNOHANG);
        if (pid < 0 && errno == EINTR)
            continue;
        if (pid <= 0) {
            self->childless = pid < 0 && errno == ECHILD;
            break;
        }
        if (pid == self->step.pid && !self->has_ended) {
            self->has_ended = true;
            self->status = status;
            self->ended = when_now();
        }
    }
}

static void kill_all(keeper *self)
{
    size_t before = 0;
    for (int walk = 0; walk < KILL_WALKS && !self->childless; walk++) {
        family all = family_walk();
        family_signal(&all, SIGKILL);
        size_t now = all.count;
        family_free(&all);
        reap(self);
        if (now == 0 || now == before)
            break;
        before = now;
    }
}

/* The earlier one of end and request is the outcome: whoever calls this has reaped just before, so a main process that
 * has not ended by now was asked first (row 52). */
static void end_tree(keeper *self, reason why)
{
    if (self->phase >= POLITE)
        return;
    self->was_asked = true;
    self->asked = when_now();
    if (!self->has_ended)
        self->reason = why;
    family all = family_walk_stable();
    family_signal(&all, SIGTERM);
    family_signal(&all, SIGCONT); /* one that is stopped hears nothing else */
    family_free(&all);
    self->phase = POLITE;
    timer_set(self, self->grace > 0 ? self->grace : 1);
}

static void force_tree(keeper *self)
{
    if (self->phase != FORCING)
        self->kill_end = when_now().up + (int64_t)KEEPER_KILL_MS * 1000;
    self->phase = FORCING;
    kill_all(self);
    timer_set(self, KILL_EVERY_MS);
    if (when_now().up >= self->kill_end)
        self->phase = DONE;
}

static void timer_rang(keeper *self)
{
    switch (self->phase) {
    case RUNNING:
        end_tree(self, BY_TIMEOUT);
        break;
    case LINGERING:
        self->phase = DONE;
        break;
    case POLITE:
    case FORCING:
        force_tree(self);
        break;
    case DONE:
        break;
    }
}

static bool abort_was_asked(keeper *self)
{
    struct signalfd_siginfo news[16];
    bool asked = false;
    for (ssize_t got; (got = read(self->signals, news, sizeof news)) > 0;)
        for (size_t i = 0; i < (size_t)got / sizeof *news; i++)
            asked = asked || news[i].ssi_signo == SIGTERM;
    return asked;
}

static bool timer_has_rung(keeper *self)
{
    uint64_t times;
    return read(self->timer, &times, sizeof times) == sizeof times;
}

/* Signals before the reaping, so that who ended before he was asked has ended by himself. */
static void step_on(keeper *self)
{
    bool aborted = abort_was_asked(self);
    bool rang = timer_has_rung(self);
    reap(self);
    if (self->phase == RUNNING && self->has_ended) {
        if (rang) { /* too late: noted, not acted upon */
            self->was_asked = true;
            self->asked = when_now();
            rang = false;
        }
        self->phase = LINGERING;
        timer_set(self, LINGER_MS);
    }
    if (aborted)
        end_tree(self, BY_ABORT);
    else if (rang)
        timer_rang(self);
    if (self->childless)
        self->phase = DONE;
}

static void watch(keeper *self)
{
    while (self->phase != DONE) {
        struct pollfd look[] = { { self->signals, POLLIN, 0 },
                                 { self->timer, POLLIN, 0 },
                                 { self->step.out, POLLIN, 0 },
                                 { self->step.err, POLLIN, 0 } };
        if (poll(look, 4, -1) < 0)
            continue;
        if (look[2].revents != 0)
            pump(self, &self->step.out, 'o', OUTPUT_FRAME);
        if (look[3].revents != 0)
            pump(self, &self->step.err, 'e', OUTPUT_FRAME);
        if ((look[0].revents | look[1].revents) != 0)
            step_on(self);
    }
    drain(self, &self->step.out, 'o');
    drain(self, &self->step.err, 'e');
}

/* --- the record --- */

static void write_outcome(const keeper *self, record *into)
{
    char words[256];
    if (self->wrong != 0)
        record_line(into, "outcome not-started %d %s", self->wrong,
                    step_words(self->wrong, self->step.arguments[0], words, sizeof words));
    else if (!self->has_ended)
        record_line(into, "outcome survived 0");
    else if (WIFEXITED(self->status))
        record_line(into, "outcome exited %d", WEXITSTATUS(self->status));
    else
        record_line(into, "outcome signalled %d", WTERMSIG(self->status));
}

static void write_survivors(const keeper *self, record *into, const family *rest)
{
    size_t named = 0;
    if (!self->has_ended)
        for (size_t i = 0; i < rest->count; i++)
            if (rest->list[i].pid == self->step.pid) {
                record_line(into, "survivor %d %s", (int)rest->list[i].pid, rest->list[i].name);
                named++;
            }
    for (size_t i = 0; i < rest->count && named < LEAF_SURVIVORS; i++) {
        if (!self->has_ended && rest->list[i].pid == self->step.pid)
            continue;
        record_line(into, "survivor %d %s", (int)rest->list[i].pid, rest->list[i].name);
        named++;
    }
    if (named < rest->count)
        record_line(into, "survivor 0 %zu more", rest->count - named);
}

static bool conclude(keeper *self)
{
    static const char *const reasons[] = { "ended", "timeout", "abort" };
    family rest = { 0 };
    record end;
    if (!self->childless)
        rest = family_walk();
    if (!self->has_ended)
        self->ended = when_now();
    record_begin(&end);
    record_line(&end, "boot %s", self->boot);
    write_outcome(self, &end);
    record_line(&end, "reason %s", reasons[self->reason]);
    record_line(&end, "started %" PRId64 " %" PRId64, self->started.wall, self->started.up);
    record_line(&end, "ended %" PRId64 " %" PRId64, self->ended.wall, self->ended.up);
    if (self->was_asked)
        record_line(&end, "asked %" PRId64 " %" PRId64, self->asked.wall, self->asked.up);
    record_line(&end, "output %" PRId64, self->output.came);
    record_line(&end, "kept %" PRId64, self->output.kept);
    if (output_cut(&self->output) != NULL)
        record_line(&end, "cut %s", output_cut(&self->output));
    bool ended_it = self->phase == DONE && self->kill_end != 0;
    record_line(&end, "left %zu", ended_it ? 0 : rest.count);
    if (ended_it)
        write_survivors(self, &end, &rest);
    family_free(&rest);
    return record_write(&end, self->exit) && fdatasync(self->exit) == 0;
}

/* --- the beginning --- */

static void limits_take(step *into)
{
    struct rlimit limit;
    getrlimit(RLIMIT_CORE, &limit);
    limit.rlim_cur = 0;
    setrlimit(RLIMIT_CORE, &limit);
    into->core = limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    into->files = limit;
    limit.rlim_cur = limit.rlim_max; /* ours, to read /proc with whatever the person's limit is */
    setrlimit(RLIMIT_NOFILE, &limit);
    prctl(PR_SET_DUMPABLE, 0);
}

static void signals_take(void)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL); /* also SIGXFSZ and SIGPIPE: their calls fail instead */
    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_DFL);
}

/* Nothing of ours is the step's, and nothing of whoever started us is ours. */
static bool descriptors_take(void)
{
    if (fcntl(KEEPER_LOCK_FD, F_SETFD, FD_CLOEXEC) != 0)
        return false;
    int null = open("/dev/null", O_RDWR);
    if (null < 0)
        return false;
    for (int number = 0; number < 3; number++)
        if (dup2(null, number) < 0)
            return false;
    return close_range(KEEPER_LOCK_FD + 1, ~0U, 0) == 0;
}

static bool folder_take(keeper *self, const char *path)
{
    self->folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    self->exit = openat(self->folder, LEAF_EXIT, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
    self->step.holder = openat(self->folder, LEAF_HOLDER, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
    return self->folder >= 0 && self->exit >= 0 && self->step.holder >= 0;
}

static int begin(keeper *self)
{
    sigset_t ours;
    member own;
    sigemptyset(&ours);
    sigaddset(&ours, SIGCHLD);
    sigaddset(&ours, SIGTERM);
    self->signals = signalfd(-1, &ours, SFD_CLOEXEC | SFD_NONBLOCK);
    self->timer = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    if (self->signals < 0 || self->timer < 0 || prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)
        return errno;
    errno = ENOENT;
    if (!boot_read(self->boot, sizeof self->boot) || !member_read(getpid(), &own))
        return errno;
    int wrong = step_start(&self->step, own, self->started);
    if (wrong == 0 && self->timeout > 0)
        timer_set(self, self->timeout);
    return wrong;
}

static bool arguments_take(keeper *self, int count, char **values, char *script, size_t size)
{
    if (count < 5 || values[1][0] != '/')
        return false;
    self->timeout = strtoll(values[2], NULL, 10);
    self->grace = strtoll(values[3], NULL, 10);
    int written = snprintf(script, size, "%s/%s", values[1], LEAF_SCRIPT);
    self->step.arguments = calloc((size_t)count, sizeof *values);
    if (self->step.arguments == NULL || written < 0 || (size_t)written >= size)
        return false;
    memcpy(self->step.arguments, values + 4, (size_t)(count - 4) * sizeof *values);
    self->step.arguments[count - 4] = script;
    return true;
}

int main(int count, char **values)
{
    static char script[4096];
    static keeper self;
    signals_take();
    if (!arguments_take(&self, count, values, script, sizeof script)) {
        dprintf(STDERR_FILENO, "usage: warroom-keeper FOLDER TIMEOUT_MS GRACE_MS INTERPRETER [ARG...]\n"
                               "It is started by warroom-engine, with a lock as descriptor 3.\n");
        return 2;
    }
    setsid();
    limits_take(&self.step);
    if (!descriptors_take() || !folder_take(&self, values[1]))
        return 1;
    self.step.boot = self.boot;
    output_begin(&self.output, self.folder);
    self.started = when_now();
    self.wrong = begin(&self);
    if (self.wrong == 0) {
        if (chdir("/") != 0) /* so that we hold no mount */
            self.phase = RUNNING;
        watch(&self);
    } else {
        self.has_ended = true;
        self.childless = true;
        self.ended = when_now();
    }
    return conclude(&self) ? 0 : 1;
}
