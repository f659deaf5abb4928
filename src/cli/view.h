/* view.h - the board as this call may see it: out of the journal, or, for a guest, over the socket. */
#ifndef WARROOM_CLI_VIEW_H
#define WARROOM_CLI_VIEW_H

#include "board/board.h"
#include "call.h"

typedef struct view {
    board *board; /* never NULL; `now` is set */
    room *room;   /* the one that was asked for; NULL */
} view;

/* Folds the house, and the incident `wanted` (else -i, else the only open one). Without a journal it is an empty
 * house. `needs_room`: no incident, or a choice of two, is an error; else `room` is NULL then. */
bool view_load(call *self, const char *wanted, bool needs_room, view *result,
               GError **error) G_GNUC_WARN_UNUSED_RESULT;
void view_clear(view *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(view, view_clear)

#endif
