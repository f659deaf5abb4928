/* keep.h - the engine's side of a keeper: starting one, and knowing the truth about it later.
 *
 * A keeper runs one step in a folder of its own and outlives us. Whoever comes later (the same engine, the next
 * one, after a reboot) learns what became of it from the folder's files, from the lock, and from /proc by
 * (boot id, start time, pid): never from memory, never from a pid alone. Nothing here waits for a step. The engine
 * appends `step.started` before keep_start; keep_start is never called twice for one folder. */
#ifndef WARROOM_ENGINE_KEEP_H
#define WARROOM_ENGINE_KEEP_H

#include "base/moment.h"

#include <sys/types.h>

typedef struct keep_order {
    const char *const
        *interpreter;   /* {"sh", "-eu", NULL}: found along the step's PATH; the script is added */
    const char *script; /* the bytes that run: the journaled ones, not a file's */
    gsize script_length;
    const char *const *environment; /* NAME=VALUE, all of it; WARROOM_KEEPER=FOLDER is added */
    const char *cwd;
    span timeout; /* 0: none */
    span grace;   /* between the polite signal and the forcing one */
} keep_order;

/* Makes the folder (absolute; must not be there yet) and its reserved files, takes the lock, starts the keeper and
 * hands the lock over. Returns once the keeper is started. On an error no step has run or will: keep_look then says
 * KEEP_NEVER_BEGAN. The keeper's own zombie is reaped by later calls of keep_look. */
bool keep_start(const char *folder, const keep_order *order, GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef enum keep_state {
    KEEP_NEVER_BEGAN, /* the step's program was never executed: starting it anew is safe */
    KEEP_RUNNING,     /* a keeper holds it */
    KEEP_ENDED,       /* outcome, reason and all figures are there */
    KEEP_LOST,        /* its keeper is gone without a record: outcome unknown (row 2); see step_there */
    KEEP_INTERRUPTED, /* begun in another boot, no record: outcome unknown (row 6) */
} keep_state;

typedef enum keep_outcome { KEEP_EXITED, KEEP_SIGNALLED, KEEP_NOT_STARTED, KEEP_SURVIVED } keep_outcome;
typedef enum keep_reason { KEEP_BY_ITSELF, KEEP_BY_TIMEOUT, KEEP_BY_ABORT } keep_reason; /* what came first */

typedef struct keep_process {
    pid_t pid;  /* 0: `name` says how many more there are */
    char *name; /* as the kernel knows it; foreign text */
} keep_process;

typedef struct keep_seen {
    keep_state state;
    pid_t keeper, step; /* 0 when not known */
    bool step_there;    /* the step's main process, this very one, still exists */
    moment started;     /* MOMENT_NONE before it began */
    uptime started_up;  /* means something in this boot only */

    /* only for KEEP_ENDED */
    keep_outcome outcome;
    int number;  /* exit code, signal, or errno */
    char *words; /* why it could not be started; "" else */
    keep_reason reason;
    moment ended, asked; /* asked: when time-out or abort came; MOMENT_NONE when neither did */
    span lasted;         /* by the boot clock */
    guint left;          /* processes left behind, alive */
    GArray *survivors;   /* keep_process: could not be ended; never NULL */
    gint64 output, kept; /* bytes that came; bytes that were written down */
    char *cut;           /* "disk full" and the like; NULL when all could be written */
} keep_seen;

/* `boot`: the boot id in which the start was journaled; NULL when not known. A folder that is not there is
 * KEEP_NEVER_BEGAN, or KEEP_INTERRUPTED when `boot` is another one. NULL with an error only when it cannot be
 * known (no permission, no descriptors, a newer keeper's files): ask again. */
keep_seen *keep_look(const char *folder, const char *boot, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void keep_seen_free(keep_seen *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(keep_seen, keep_seen_free)

/* "exited 0", "killed by signal 9 (KILL)", "could not start: no processes left", "could not be ended". The caller frees. */
char *keep_words(const keep_seen *seen);

/* Asks the keeper to end the whole tree: politely, after the grace by force. The end comes by keep_look.
 * ERR_REFUSED when it has ended or is lost. */
bool keep_abort(const char *folder, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* For KEEP_LOST: signals (TERM, or KILL with `force`) every process that is known to be of this step: the main one
 * by identity, its session, all their descendants, and those that carry the folder in WARROOM_KEEPER. Returns
 * what was there, as keep_process: call it politely, then after the grace with force until it gives an empty array.
 * ERR_REFUSED while a keeper holds the step. */
GArray *keep_end_orphan(const char *folder, bool force, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A descriptor that becomes readable when output came, the keeper ended, or the keeper was killed. -1 when there
 * can be none: then the 1 s poll has to do. keep_watch_hush empties it and says what came; keep_watch_end gives it back (a
 * close does too, but the kernel lets the closer of such a descriptor wait for some 20 ms). */
typedef enum keep_news {
    KEEP_NO_NEWS = 0,
    KEEP_PRINTED = 1,
    KEEP_MAY_HAVE_ENDED = 2
} keep_news; /* or both */
int keep_watch(const char *folder);
keep_news keep_watch_hush(int watch);
void keep_watch_end(int watch);

/* The output, read as it grows. Bytes are foreign. */
typedef struct keep_output keep_output;
typedef struct keep_piece {
    moment at;
    gint64 offset;     /* of both streams together */
    gint64 gap;        /* bytes that were not kept just before this piece; 0 nearly always */
    bool is_error;     /* standard error */
    const char *bytes; /* until the next call */
    gsize length;
} keep_piece;

/* From byte `from` on (0: all). NULL only on errors; a folder without output yet is fine. */
keep_output *keep_output_open(const char *folder, gint64 from, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The next piece, at most 64 KB; false when there is none (yet). */
bool keep_output_next(keep_output *self, keep_piece *piece);
void keep_output_free(keep_output *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(keep_output, keep_output_free)

/* Where the keeper program is: beside the running program, else in ../libexec/warroom. The caller frees. */
char *keep_program(GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* For tests, which do not lie beside it: from now on this one. */
void keep_use_program(const char *path);

#endif
