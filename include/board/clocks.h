/* clocks.h - the five deadlines of an incident (D10), all counted from the start of impact.
 *
 * What is not recorded yet is not known: a clock whose end nobody wrote down is waiting, or the one that runs. The
 * plan that is run is the decision, until decisions are records of their own. */
#ifndef WARROOM_BOARD_CLOCKS_H
#define WARROOM_BOARD_CLOCKS_H

#include "board/board.h"

typedef enum { CLOCK_WAITS, CLOCK_RUNS, CLOCK_DONE } clock_state;

typedef struct deadline {
    const char *word; /* detect */
    span budget;
    clock_state state;
    span at; /* done: when; else how long it has been */
} deadline;

#define DEADLINES 5

void clocks_of(const room *room, moment now, deadline result[DEADLINES]);
span clocks_total(const room *room, moment now); /* T+: since impact began, or since it was opened */

#endif
