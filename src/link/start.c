#define _GNU_SOURCE /* posix_spawn_file_actions_addclosefrom_np */
#include "start.h"

#include "base/fail.h"
#include "world/state.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOG_LARGEST (1024 * 1024)
#define LAST_WORDS 4096
#define STRUCK_MOST 3

/* Programs are found from the running program's own place, so that a build folder works uninstalled: beside it, or
 * where installed helpers lie. */
static char *engine_program(const client_wish *wish)
{
    if (wish->engine != NULL)
        return g_strdup(wish->engine);
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = self != NULL ? g_path_get_dirname(self) : g_strdup(".");
    char *beside = g_build_filename(folder, "warroom-engine", NULL);
    if (access(beside, X_OK) == 0)
        return beside;
    g_free(beside);
    return g_build_filename(folder, "..", "libexec", "warroom", "warroom-engine", NULL);
}

static char **engine_environment(const client_wish *wish)
{
    char **environment = g_get_environ();
    environment = g_environ_setenv(environment, "WARROOM_STATE", wish->state, TRUE);
    environment = g_environ_setenv(environment, "WARROOM_ME", wish->me, TRUE);
    if (wish->config != NULL && wish->config[0] != '\0')
        return g_environ_setenv(environment, "WARROOM_CONFIG", wish->config, TRUE);
    return g_environ_unsetenv(environment, "WARROOM_CONFIG");
}

/* The log is for people who look for the cause of a start that failed: the newest megabyte is enough. */
static filedesc open_log(int folder, gint64 *size, GError **error)
{
    filedesc log =
        openat(folder, ENGINE_LOG_NAME, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
    struct stat now;
    if (log < 0 || fstat(log, &now) != 0) {
        fail(error, ERR_FAILED, "cannot write " ENGINE_LOG_NAME ": %s", g_strerror(errno));
        filedesc_close(log);
        return -1;
    }
    *size = now.st_size;
    if (now.st_size > LOG_LARGEST && ftruncate(log, 0) == 0)
        *size = 0;
    return log;
}

static int spawn_engine(const char *program, char **environment, filedesc log, pid_t *pid)
{
    char *words[] = { (char *)program, NULL };
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_t how;
    posix_spawnattr_init(&how);
    posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setsigmask(&how, &none);
    posix_spawnattr_setsigdefault(&how, &all);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&files, log, 2);
    posix_spawn_file_actions_addclosefrom_np(&files, 3);
    posix_spawn_file_actions_addchdir_np(&files, "/");
    int trouble = posix_spawn(pid, program, &files, &how, words, environment);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&how);
    return trouble;
}

/* A long-lived face (watch, run) leaves no dead engine of its own unreaped. */
void starting_done(starting *self)
{
    if (self->pid == 0)
        return;
    if (self->runs != 0)
        waitpid(self->runs, NULL, WNOHANG);
    self->struck = 0;
    self->runs = self->pid;
    self->pid = 0;
}

bool starting_begin(starting *self, const client_wish *wish, GError **error)
{
    g_auto(filedesc) folder = folder_open(wish->state, error);
    if (folder < 0)
        return false;
    g_auto(filedesc) log = open_log(folder, &self->log_from, error);
    if (log < 0)
        return false;
    g_autofree char *program = engine_program(wish);
    g_auto(GStrv) environment = engine_environment(wish);
    pid_t pid = 0;
    int trouble = spawn_engine(program, environment, log, &pid);
    if (trouble != 0)
        return fail(error, ERR_FAILED, "cannot start the engine, '%s': %s", program, g_strerror(trouble));
    self->pid = pid;
    return true;
}

char *starting_last_words(const starting *self, const client_wish *wish)
{
    g_auto(filedesc) folder = folder_open(wish->state, NULL);
    g_auto(filedesc) log =
        folder < 0 ? -1 : openat(folder, ENGINE_LOG_NAME, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    struct stat now;
    if (log < 0 || fstat(log, &now) != 0)
        return g_strdup("");
    char words[LAST_WORDS + 1];
    off_t from = MAX(self->log_from, now.st_size - LAST_WORDS);
    ssize_t length = pread(log, words, LAST_WORDS, from);
    words[MAX(length, 0)] = '\0';
    g_strchomp(words);
    const char *last = strrchr(words, '\n');
    last = last != NULL ? last + 1 : words;
    const char *prefix = "warroom-engine: ";
    return g_strdup(g_str_has_prefix(last, prefix) ? last + strlen(prefix) : last);
}

bool starting_look(starting *self, const client_wish *wish, GError **error)
{
    int status = 0;
    if (self->runs != 0 && waitpid(self->runs, NULL, WNOHANG) == self->runs)
        self->runs = 0;
    if (self->pid == 0 || waitpid(self->pid, &status, WNOHANG) != self->pid)
        return true;
    self->pid = 0;
    if (WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == ERR_REFUSED))
        return true;
    /* One that was killed has said nothing about the next: another is started, a few times. */
    if (WIFSIGNALED(status) && ++self->struck < STRUCK_MOST)
        return starting_begin(self, wish, error);
    g_autofree char *words = starting_last_words(self, wish);
    g_autofree char *end = WIFEXITED(status) ? g_strdup_printf("exit %d", WEXITSTATUS(status))
                                             : g_strdup_printf("signal %d", WTERMSIG(status));
    return fail(error, WIFEXITED(status) && WEXITSTATUS(status) == ERR_USAGE ? ERR_USAGE : ERR_FAILED,
                "the engine did not start: %s", words[0] != '\0' ? words : end);
}
