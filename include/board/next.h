/* next.h - the one next thing: what NEXT names, in words and as the command that does it.
 *
 * It takes the first that applies (CONSOLE.md 3). Nobody is left wondering what to type. */
#ifndef WARROOM_BOARD_NEXT_H
#define WARROOM_BOARD_NEXT_H

#include "board/board.h"

typedef struct next {
    char *words;   /* "tick gate 'impact smaller'" */
    char *command; /* "warroom gate pass impact-smaller"; NULL: wait */
    bool person;   /* a person must choose: no single key may do it */
    char *
        line; /* the command to be given, as a key gives it: "gate pass impact-smaller"; NULL: none alone does it */
    bool ticks; /* ... by ticking: Space does it, not Enter */
} next;

next next_of(const board *board, const room *room); /* room may be NULL: the house */
void next_clear(next *self);

#endif
