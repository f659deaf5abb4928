#define _GNU_SOURCE
#include "world/process.h"
#include "world/files.h"
#include "world/state.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define KILL_AFTER_MS 500
#define PIECE 65536

extern char **environ;

/* --- starting --- */

typedef struct launch {
    const char *const *arguments, *const *environment;
    const char *cwd;
    int in, out, err, third; /* -1: /dev/null; third: nothing */
} launch;

static bool launch_fail(GError **error, const launch *self, int number)
{
    struct stat is;
    if (self->cwd != NULL && (stat(self->cwd, &is) != 0 || !S_ISDIR(is.st_mode)))
        return fail(error, ERR_NOT_FOUND, "cannot run %s: there is no folder %s", self->arguments[0],
                    self->cwd);
    return fail(error, number == ENOENT ? ERR_NOT_FOUND : ERR_FAILED, "cannot run %s: %s", self->arguments[0],
                number == EAGAIN ? "no processes left" : g_strerror(number));
}

static int launch_actions(const launch *self, posix_spawn_file_actions_t *actions)
{
    const int from[] = { self->in, self->out, self->err };
    int wrong = 0;
    for (int number = 0; number < 3 && wrong == 0; number++)
        wrong = from[number] >= 0 ? posix_spawn_file_actions_adddup2(actions, from[number], number)
                                  : posix_spawn_file_actions_addopen(actions, number, "/dev/null", O_RDWR, 0);
    if (wrong == 0 && self->third >= 0) /* last: one of the others may be our descriptor 3 */
        wrong = posix_spawn_file_actions_adddup2(actions, self->third, 3);
    if (wrong == 0)
        wrong = posix_spawn_file_actions_addclosefrom_np(actions, self->third >= 0 ? 4 : 3);
    if (wrong == 0 && self->cwd != NULL)
        wrong = posix_spawn_file_actions_addchdir_np(actions, self->cwd);
    return wrong;
}

/* Whoever ignores SIGCHLD is told of no child's end, and a starter may hand that on: an end must never be lost. */
static void ends_are_told(void)
{
    struct sigaction now;
    if (sigaction(SIGCHLD, NULL, &now) == 0 &&
        (now.sa_handler == SIG_IGN || (now.sa_flags & SA_NOCLDWAIT) != 0))
        signal(SIGCHLD, SIG_DFL);
}

static pid_t launch_go(const launch *self, bool along_path, GError **error)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t habits;
    sigset_t all, none;
    pid_t pid = 0;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&habits);
    posix_spawnattr_setflags(&habits, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setsigdefault(&habits, &all);
    posix_spawnattr_setsigmask(&habits, &none);
    int wrong = launch_actions(self, &actions);
    char *const *environment = self->environment != NULL ? (char *const *)self->environment : environ;
    ends_are_told();
    mode_t ours = umask(state_person_umask());
    if (wrong == 0)
        wrong = (along_path ? posix_spawnp : posix_spawn)(&pid, self->arguments[0], &actions, &habits,
                                                          (char *const *)self->arguments, environment);
    umask(ours);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&habits);
    if (wrong != 0) {
        launch_fail(error, self, wrong);
        return 0;
    }
    return pid;
}

pid_t process_detach(const char *const *arguments, const char *const *environment, const char *cwd, int keep,
                     GError **error)
{
    launch order = { arguments, environment, cwd, -1, -1, -1, keep };
    return launch_go(&order, false, error);
}

/* --- running and listening --- */

struct process {
    pid_t pid;
    int pidfd, out, err;
    gsize limit;
    span timeout;
    GSource *sources[4]; /* end, out, err, time */
    process_result result;
    process_done done;
    void *context;
};
enum { SOURCE_END, SOURCE_OUT, SOURCE_ERR, SOURCE_TIME };

void process_result_clear(process_result *self)
{
    if (self->output != NULL)
        g_string_free(self->output, TRUE);
    if (self->says != NULL)
        g_string_free(self->says, TRUE);
    *self = (process_result){ 0 };
}

char *process_result_words(const process_result *self, const process_order *order)
{
    if (self->timed_out) {
        g_autofree char *limit = span_text(order->timeout);
        return g_strdup_printf("took longer than %s", limit);
    }
    if (self->signal != 0)
        return g_strdup_printf("killed by signal %d (%s)", self->signal, sigabbrev_np(self->signal));
    if (self->exit_code < 0)
        return g_strdup("ended, and its end was not told");
    return g_strdup_printf("exited %d", self->exit_code);
}

static void process_unwatch(process *self, int which)
{
    if (self->sources[which] == NULL)
        return;
    g_source_destroy(self->sources[which]);
    g_source_unref(self->sources[which]);
    self->sources[which] = NULL;
}

static void process_watch(process *self, int which, GSource *source, GSourceFunc call)
{
    process_unwatch(self, which);
    g_source_set_callback(source, call, self, NULL);
    g_source_attach(source, g_main_context_get_thread_default());
    self->sources[which] = source;
}

static void process_free(process *self)
{
    for (int which = 0; which < 4; which++)
        process_unwatch(self, which);
    const int ours[] = { self->pidfd, self->out, self->err };
    for (gsize i = 0; i < G_N_ELEMENTS(ours); i++)
        if (ours[i] >= 0)
            close(ours[i]);
    process_result_clear(&self->result);
    g_free(self);
}

/* One reading; what is over the limit is dropped. False at the end of the pipe, and when it is empty. */
static bool process_read(process *self, int pipe, GString *into)
{
    char bytes[PIECE];
    errno = 0;
    ssize_t got = read(pipe, bytes, sizeof bytes);
    if (got <= 0)
        return got < 0 && errno == EINTR;
    gsize room = self->limit - into->len;
    if ((gsize)got > room)
        self->result.cut = true;
    g_string_append_len(into, bytes, (gssize)MIN((gsize)got, room));
    return true;
}

static gboolean process_hears(int pipe, GIOCondition condition, gpointer context)
{
    process *self = context;
    (void)condition;
    bool is_out = pipe == self->out;
    if (process_read(self, pipe, is_out ? self->result.output : self->result.says) || errno == EAGAIN)
        return G_SOURCE_CONTINUE;
    process_unwatch(self, is_out ? SOURCE_OUT : SOURCE_ERR);
    return G_SOURCE_REMOVE;
}

/* The rest that is in the pipes by now: at most what a pipe can hold, as somebody left behind may go on writing. */
static void process_drain(process *self)
{
    for (gsize read = 0; read < 16 && process_read(self, self->out, self->result.output); read++)
        ;
    for (gsize read = 0; read < 16 && process_read(self, self->err, self->result.says); read++)
        ;
}

static gboolean process_ended(int pidfd, GIOCondition condition, gpointer context)
{
    process *self = context;
    int status = 0;
    (void)pidfd;
    (void)condition;
    pid_t buried = waitpid(self->pid, &status, WNOHANG);
    if (buried == 0)
        return G_SOURCE_CONTINUE;
    process_drain(self);
    self->result.exit_code = buried > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    self->result.signal = buried > 0 && WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    self->done(&self->result, self->context);
    process_free(self);
    return G_SOURCE_REMOVE;
}

/* Its own group, so that a script's children go too; the number is ours as long as it is not reaped. */
static gboolean process_kill(gpointer context)
{
    process *self = context;
    kill(-self->pid, SIGKILL);
    process_unwatch(self, SOURCE_TIME);
    return G_SOURCE_REMOVE;
}

static gboolean process_late(gpointer context)
{
    process *self = context;
    self->result.timed_out = true;
    kill(-self->pid, SIGTERM);
    process_watch(self, SOURCE_TIME, g_timeout_source_new(KILL_AFTER_MS), process_kill);
    return G_SOURCE_REMOVE;
}

static bool input_make(const process_order *order, filedesc *input, GError **error)
{
    if (order->input == NULL)
        return true;
    gsize length = order->input_length < 0 ? strlen(order->input) : (gsize)order->input_length;
    *input = memfd_create("input", MFD_CLOEXEC);
    for (gsize done = 0; *input >= 0 && done < length;) {
        ssize_t put = write(*input, order->input + done, length - done);
        if (put < 0)
            break;
        done += (gsize)put;
    }
    if (*input >= 0 && lseek(*input, 0, SEEK_CUR) == (off_t)length && lseek(*input, 0, SEEK_SET) == 0)
        return true;
    return fail(error, ERR_FAILED, "cannot hold the input of %s: %s", order->arguments[0], g_strerror(errno));
}

static bool pipe_make(const process_order *order, filedesc ends[2], GError **error)
{
    if (pipe2(ends, O_CLOEXEC) == 0 && fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0)
        return true;
    return fail(error, ERR_FAILED, "cannot listen to %s: %s", order->arguments[0], g_strerror(errno));
}

static void process_listen(process *self)
{
    process_watch(self, SOURCE_END, g_unix_fd_source_new(self->pidfd, G_IO_IN), G_SOURCE_FUNC(process_ended));
    process_watch(self, SOURCE_OUT, g_unix_fd_source_new(self->out, G_IO_IN | G_IO_HUP),
                  G_SOURCE_FUNC(process_hears));
    process_watch(self, SOURCE_ERR, g_unix_fd_source_new(self->err, G_IO_IN | G_IO_HUP),
                  G_SOURCE_FUNC(process_hears));
    if (self->timeout > 0)
        process_watch(self, SOURCE_TIME, g_timeout_source_new((guint)(self->timeout / SPAN_MILLISECOND)),
                      process_late);
}

static int steal(filedesc *from)
{
    int number = *from;
    *from = -1;
    return number;
}

process *process_start(const process_order *order, process_done done, void *context, GError **error)
{
    g_auto(filedesc) input = -1, out = -1, out_end = -1, err = -1, err_end = -1;
    filedesc ends[2];
    if (!input_make(order, &input, error) || !pipe_make(order, ends, error))
        return NULL;
    out = ends[0], out_end = ends[1];
    if (!pipe_make(order, ends, error))
        return NULL;
    err = ends[0], err_end = ends[1];
    launch how = { order->arguments, order->environment, order->cwd, input, out_end, err_end, -1 };
    pid_t pid = launch_go(&how, true, error);
    if (pid == 0)
        return NULL;
    g_auto(filedesc) pidfd = pidfd_open(pid, 0);
    if (pidfd < 0) {
        fail(error, ERR_FAILED, "cannot watch %s: %s", order->arguments[0], g_strerror(errno));
        kill(-pid, SIGKILL);
        waitpid(pid, NULL, 0);
        return NULL;
    }
    process *self = g_new0(process, 1);
    *self = (process){ .pid = pid, .pidfd = steal(&pidfd), .out = steal(&out), .err = steal(&err) };
    self->limit = order->limit;
    self->timeout = order->timeout;
    self->done = done;
    self->context = context;
    self->result.output = g_string_new(NULL);
    self->result.says = g_string_new(NULL);
    process_listen(self);
    return self;
}

void process_cancel(process *self)
{
    kill(-self->pid, SIGKILL);
    waitpid(self->pid, NULL, 0);
    process_free(self);
}

typedef struct run {
    process_result *result;
    bool done;
} run;

static void run_done(process_result *result, void *context)
{
    run *self = context;
    *self->result = *result;
    *result = (process_result){ 0 };
    self->done = true;
}

bool process_run(const process_order *order, process_result *result, GError **error)
{
    g_autoptr(GMainContext) own = g_main_context_new();
    run waiting = { result, false };
    g_main_context_push_thread_default(own);
    process *running = process_start(order, run_done, &waiting, error);
    while (running != NULL && !waiting.done)
        g_main_context_iteration(own, TRUE);
    g_main_context_pop_thread_default(own);
    return running != NULL;
}

/* --- looking and signalling --- */

const char *process_boot(void)
{
    static char id[BOOT_ID_SIZE];
    g_autofree char *text = NULL;
    if (id[0] == '\0' && g_file_get_contents("/proc/sys/kernel/random/boot_id", &text, NULL, NULL))
        g_strlcpy(id, g_strstrip(text), sizeof id);
    return id[0] == '\0' ? "unknown" : id;
}

/* "PID (NAME) STATE PPID PGRP SESSION ... START": the name may hold anything, so look for the last parenthesis. */
bool process_look(pid_t pid, process_facts *result)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/stat", (int)pid);
    g_autofree char *text = NULL;
    process_facts facts = { .pid = pid };
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return false;
    const char *name = strchr(text, '(');
    char *rest = strrchr(text, ')');
    if (name == NULL || rest == NULL || rest < name)
        return false;
    *rest = '\0';
    g_strlcpy(facts.name, name + 1, sizeof facts.name);
    if (sscanf(rest + 1, " %c %d %*d %d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %lu",
               &facts.state, &facts.parent, &facts.session, &facts.start) != 4)
        return false;
    *result = facts;
    return true;
}

GArray *process_all(void)
{
    GArray *all = g_array_new(FALSE, FALSE, sizeof(process_facts));
    g_autoptr(GDir) proc = g_dir_open("/proc", 0, NULL);
    for (const char *name; proc != NULL && (name = g_dir_read_name(proc)) != NULL;) {
        process_facts one;
        guint64 pid;
        if (g_ascii_string_to_unsigned(name, 10, 1, G_MAXINT, &pid, NULL) && process_look((pid_t)pid, &one))
            g_array_append_val(all, one);
    }
    return all;
}

bool process_is_there(pid_t pid, guint64 start)
{
    process_facts facts;
    return pid > 0 && process_look(pid, &facts) && facts.start == start && facts.state != 'Z' &&
           facts.state != 'X';
}

/* The descriptor first, the look second: whatever the number means by then, the signal reaches the one that was
 * looked at, or nobody. */
bool process_signal(pid_t pid, guint64 start, int signal, GError **error)
{
    g_auto(filedesc) target = pid > 0 ? pidfd_open(pid, 0) : -1;
    if (target < 0 || !process_is_there(pid, start))
        return fail(error, ERR_NOT_FOUND, "process %d is gone", (int)pid);
    if (pidfd_send_signal(target, signal, NULL, 0) == 0)
        return true;
    return fail(error, errno == ESRCH ? ERR_NOT_FOUND : ERR_FAILED, "cannot signal process %d: %s", (int)pid,
                g_strerror(errno));
}
