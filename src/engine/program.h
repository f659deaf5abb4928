/* program.h - warroom-engine as a process: what it holds, and how long it stays.
 *
 * One per state directory: the lock says so. It comes when a face needs it, stays while something is open or
 * somebody is there, and leaves in good order: no new faces, all that was accepted answered, then the lock. */
#ifndef WARROOM_ENGINE_PROGRAM_H
#define WARROOM_ENGINE_PROGRAM_H

#include "engine.h"
#include "link/server.h"
#include "notice.h"
#include "poll.h"
#include "world/files.h"
#include "world/search.h"

#include <sys/stat.h>

typedef struct program {
    char *state; /* the state directory */
    const char *me;
    int lock;
    store *store;
    settings *settings;
    char *config;            /* its path; "" for the shipped defaults */
    span append_took;        /* the last one */
    char *trouble;           /* why records were not taken, until one was again; NULL */
    char *config_trouble;    /* what was said of a broken one, so that it is said once; NULL */
    struct stat config_seen; /* the file when it was last read, and found right */
    poller *poller;
    notifier *notifier;
    server *server;
    engine *engine;
    vault *vault;
    GMainLoop *loop;
    GHashTable *followed;  /* folder -> following: the keepers that run now */
    gint64 position;       /* of the newest record that faces were told */
    instant started, seen; /* seen: at the last beat, to notice a stepped clock */
    guint wake;            /* the timer for engine_tick */
    uptime wake_at;
    uptime idle_since; /* 0: needed */
    bool leaving;
} program;

/* Takes the lock, reads the configuration, opens the journal, listens. NULL: cannot, or another leads
 * (ERR_REFUSED, naming it). */
program *program_new(GError **error) G_GNUC_WARN_UNUSED_RESULT;
void program_run(program *self); /* until nobody needs it, or a signal */
void program_free(program *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(program, program_free)

/* hands.c */
hands program_hands(program *self);

/* ears.c: what faces ask */
server_ears program_ears(void);
json *program_greeting(const program *self);
void program_tests_end(const GError *why); /* with the poller that asked; NULL: whoever waits is not told */

/* printed.c: the end of what a step printed; NULL when it has printed nothing that is known */
json *program_printed(const program *self, const json *args);

/* follow.c: the output of what runs, told as it comes; the end of it, seen at once */
void program_follow(program *self);
void program_follow_heard(program *self, peer *who);
GHashTable *program_followed_new(void);

#endif
