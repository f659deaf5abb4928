/* follow.h - what happens, one thing after the other, for verbs that stay (run, watch).
 *
 * Records come out of the journal as the doorbell rings (a guest hears them over the socket); live output and
 * alerts come from the engine we are attached to. An engine that ends under us is started again, and that is
 * said. Signals that end us are things that happen, too, so that we can say what goes on without us. */
#ifndef WARROOM_CLI_FOLLOW_H
#define WARROOM_CLI_FOLLOW_H

#include "ask.h"
#include "journal/record.h"

typedef struct follow follow;

typedef struct happening {
    record *record; /* one of these three, or none when nothing came in time */
    json *told;
    int signal; /* SIGINT, SIGTERM */
} happening;
void happening_clear(happening *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(happening, happening_clear)

/* Attaches. With `stream`: that one from its first record on; NULL: every stream, what comes from now on. Borrows
 * the call and the way. */
follow *follow_new(call *self, asking *way, const char *stream, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void follow_free(follow *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(follow, follow_free)

/* The next thing; waits at most `patience`. */
bool follow_next(follow *self, span patience, happening *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
