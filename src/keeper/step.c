#define _GNU_SOURCE
#include "step.h"

#include "record.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool holder_write(const step *self, const member *keeper, when now)
{
    record who;
    member own;
    if (!member_read(getpid(), &own))
        return false;
    record_begin(&who);
    record_line(&who, "boot %s", self->boot);
    record_line(&who, "keeper %d %llu", (int)keeper->pid, keeper->start);
    record_line(&who, "step %d %llu", (int)own.pid, own.start);
    record_line(&who, "wall %" PRId64, now.wall);
    record_line(&who, "up %" PRId64, now.up);
    return record_write(&who, self->holder);
}

/* Runs in the child, on the parent's memory (vfork). It writes the holder itself: its own number and start time are
 * on the disk before the program is executed, and until that moment it holds the lock too, so there is no instant at
 * which a step runs that nobody knows of. */
static int step_become(const step *self, const member *keeper, when now, int out, int err)
{
    sigset_t none;
    sigemptyset(&none);
    if (setsid() < 0 || dup2(out, STDOUT_FILENO) < 0 || dup2(err, STDERR_FILENO) < 0)
        return errno;
    setrlimit(RLIMIT_CORE, &self->core);
    setrlimit(RLIMIT_NOFILE, &self->files);
    errno = EIO;
    if (!holder_write(self, keeper, now))
        return errno;
    sigprocmask(SIG_SETMASK, &none, NULL);
    execvp(self->arguments[0], self->arguments);
    return errno;
}

__attribute__((noinline)) static pid_t step_fork(const step *self, const member *keeper, when now, int out,
                                                 int err, volatile int *wrong)
{
    pid_t child = vfork();
    if (child == 0) {
        *wrong = step_become(self, keeper, now, out, err);
        _exit(127);
    }
    if (child < 0)
        *wrong = errno;
    return child;
}

static int pipes_make(int out[2], int err[2])
{
    if (pipe2(out, O_CLOEXEC) != 0)
        return errno;
    if (pipe2(err, O_CLOEXEC) != 0)
        return errno;
    if (fcntl(out[0], F_SETFL, O_NONBLOCK) != 0 || fcntl(err[0], F_SETFL, O_NONBLOCK) != 0)
        return errno;
    return 0;
}

int step_start(step *self, member keeper, when now)
{
    int out[2] = { -1, -1 }, err[2] = { -1, -1 };
    volatile int wrong = pipes_make(out, err);
    if (wrong != 0)
        return wrong;
    self->pid = step_fork(self, &keeper, now, out[1], err[1], &wrong);
    close(out[1]);
    close(err[1]);
    self->out = out[0];
    self->err = err[0];
    return wrong;
}

const char *step_words(int number, const char *interpreter, char *buffer, size_t size)
{
    switch (number) {
    case EAGAIN:
        return "no processes left";
    case ENOMEM:
        return "no memory left";
    case EMFILE:
    case ENFILE:
        return "too many open files";
    case ETXTBSY:
        snprintf(buffer, size, "%.200s: file busy", interpreter);
        return buffer;
    case ENOENT:
        snprintf(buffer, size, "%.200s: not found", interpreter);
        return buffer;
    default:
        snprintf(buffer, size, "%.200s: %s", interpreter, strerror(number));
        return buffer;
    }
}
