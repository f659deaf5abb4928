/* process.h - other programs: run shortly and listened to, started to live on, looked at, signalled.
 *
 * Argument lists only, never a shell; own session, no terminal, no descriptor of ours, every signal as by default,
 * the person's umask (state.h). A signal goes to one process, known by number and start time (in this boot), by
 * pidfd, or to a child of our own that is not reaped yet: never to a number alone (RELIABILITY 4). */
#ifndef WARROOM_WORLD_PROCESS_H
#define WARROOM_WORLD_PROCESS_H

#include "base/moment.h"

#include <sys/types.h>

typedef struct process_order {
    const char *const *arguments;   /* arguments[0] is looked for along our PATH */
    const char *const *environment; /* NULL: ours */
    const char *cwd;                /* NULL: ours */
    const char *input;              /* what it reads as standard input; NULL: nothing */
    gssize input_length;            /* -1: up to the NUL */
    span timeout;                   /* 0: none. Then TERM to its group, and KILL half a second later */
    gsize limit;                    /* of each of the two outputs; the rest is read and dropped */
} process_order;

typedef struct process_result {
    bool timed_out;
    int exit_code;          /* -1 when a signal ended it, or nobody told how it ended */
    int signal;             /* 0 when it exited */
    GString *output, *says; /* standard output and error; a NUL behind each; bytes are foreign */
    bool cut;               /* one of them was longer than the limit */
} process_result;
void process_result_clear(process_result *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(process_result, process_result_clear)

/* "exited 3", "killed by signal 15 (TERM)", "took longer than 2s". The caller frees. */
char *process_result_words(const process_result *self, const process_order *order);

/* Runs it to its end (its own, not that of what it leaves behind). True whatever it exits with; false when it
 * could not be started. Runs a main context of its own meanwhile: for the command line, not for the engine. */
bool process_run(const process_order *order, process_result *result,
                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same beside other work, on the thread's default main context. `done` is called exactly once, later,
 * with a result that it may steal from; then the process is gone. NULL when it could not be started. */
typedef struct process process;
typedef void (*process_done)(process_result *result, void *context);
process *process_start(const process_order *order, process_done done, void *context,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Kills it; `done` is not called any more. */
void process_cancel(process *self);

/* Starts what outlives us, with /dev/null as its three; `keep` (-1: none) becomes its descriptor 3. The caller reaps.
 * No PATH is asked: arguments[0] is a path. 0 on error. */
pid_t process_detach(const char *const *arguments, const char *const *environment, const char *cwd, int keep,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* This boot's id by the kernel's word, whatever clock is linked: process numbers and start times mean something in it only. */
const char *process_boot(void);

/* One process as the kernel shows it. */
typedef struct process_facts {
    pid_t pid, parent, session;
    guint64 start; /* field 22 of /proc/PID/stat: clock ticks since boot */
    char state;    /* Z, X: dead, not buried */
    char name[20];
} process_facts;

bool process_look(pid_t pid, process_facts *result);
GArray *process_all(void);                       /* of process_facts; all that are visible to us */
bool process_is_there(pid_t pid, guint64 start); /* this very one, and not dead */
/* True when the signal was sent; false with ERR_NOT_FOUND when that one is gone, ERR_FAILED when not allowed. */
bool process_signal(pid_t pid, guint64 start, int signal, GError **error);

#endif
