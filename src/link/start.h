/* start.h - an engine where there is none: started in its own session, from beside the running program. */
#ifndef WARROOM_LINK_START_H
#define WARROOM_LINK_START_H

#include "link/client.h"

typedef struct starting {
    gint pid;  /* 0: none is under way */
    gint runs; /* the one that answered: reaped when it is gone */
    gint64 log_from;
    guint struck; /* how many in a row were killed while they started */
} starting;

bool starting_begin(starting *self, const client_wish *wish, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Is it still there? An end other than "somebody else leads" is an error, with what it said last. */
bool starting_look(starting *self, const client_wish *wish, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Somebody answers: the start is over, whoever it was. */
void starting_done(starting *self);

/* What it said last, or "". The caller frees. */
char *starting_last_words(const starting *self, const client_wish *wish);

#endif
