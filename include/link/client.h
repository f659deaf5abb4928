/* client.h - a face's end of the socket.
 *
 * It finds the engine of a state directory, starts one where there is none, and asks: a question gets its id
 * once and keeps it, so that one whose answer was lost can be sent again without being done twice. It never
 * waits longer than CLIENT_PATIENCE for a silent engine, and then names it. */
#ifndef WARROOM_LINK_CLIENT_H
#define WARROOM_LINK_CLIENT_H

#include "link/wire.h"

#define CLIENT_PATIENCE (5 * SPAN_SECOND) /* RELIABILITY row 4 */

typedef struct client client;

/* Who asks, and of whom. Texts are copied. */
typedef struct client_wish {
    const char *state; /* the state directory */
    const char
        *config;       /* absolute path of the configuration in use; NULL or "": the shipped defaults alone */
    const char *me;    /* ada */
    const char *means; /* cli, console */
    const char *engine;  /* the program to start; NULL: warroom-engine beside this program */
    const char *version; /* NULL: this program's */
    bool any_config;     /* whatever the engine runs with is fine: for what only stops, and for guests */
    span patience;       /* 0: CLIENT_PATIENCE */
    /* The engine `pid` has been silent for CLIENT_PATIENCE: true ends it (-9) and starts another, which goes on
     * where the journal says. NULL: never. */
    bool (*on_silent)(gint pid, void *context);
    void *context;
} client_wish;

/* Connects, or starts an engine and connects. An older engine is asked to leave and another started; one with
 * another configuration is ERR_REFUSED; a newer one makes this face read-only. */
client *client_open(const client_wish *wish, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Only if there is one: else NULL with ERR_NOT_FOUND. Starts nothing, replaces nothing. */
client *client_look(const client_wish *wish, GError **error) G_GNUC_WARN_UNUSED_RESULT;

void client_close(client *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(client, client_close)

const json *client_greeting(const client *self);
bool client_may_write(const client *self); /* false: the engine is newer than this face */
guint client_restarts(const client *self); /* how often the engine was found gone and another was started */

/* Asks and waits for the answer. `args` and `env` are borrowed, `env` may be NULL. True: *answer (which may be
 * NULL) is the whole answer, the caller's. A refusal is an error of the kind it names, its words "why; way". */
bool client_ask(client *self, const char *verb, const json *args, const json *env, json **answer,
                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The last answer that was a refusal, whole; NULL. Borrowed until the next question. */
const json *client_refusal(const client *self);

/* For faces that draw while they wait: the descriptor becomes readable when something came (it changes when
 * the engine did). client_told gives the next told line, waiting at most `patience` (0: not at all): NULL
 * without an error when none came; NULL with an error when the engine is gone: attach anew with client_ask. */
int client_descriptor(const client *self);
json *client_told(client *self, span patience, GError **error);

#endif
