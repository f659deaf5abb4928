/* reading.h - what a source said about a metric, or why it said nothing.
 *
 * Silence has names (D8). A reading without a value is never healthy, never a breach, and always shown
 * with its reason. A value is always finite: NaN and infinities arrive here as reasons. */
#ifndef WARROOM_DETECT_READING_H
#define WARROOM_DETECT_READING_H

#include "base/moment.h"

typedef enum {
    READ_VALUE,
    READ_NONE_YET,    /* not asked yet, or no answer yet */
    READ_LATE,        /* did not answer within its time-out */
    READ_UNREACHABLE, /* refused, no route, no name */
    READ_REFUSED,     /* answered, with an error: HTTP 500, exit 3 */
    READ_EMPTY,       /* answered, without this metric */
    READ_MANY,        /* answered with several series where one is due */
    READ_NAN,
    READ_INFINITE,
    READ_STALE,     /* the last value is older than it may be */
    READ_MALFORMED, /* the answer could not be understood */
    READ_TOO_LARGE, /* the answer was larger than allowed */
} reading_state;

typedef struct reading {
    reading_state state;
    double value; /* with READ_VALUE only */
    uptime at;    /* when it arrived */
    char
        *why; /* with all others: the words of the moment, "HTTP 503", "exit 2: no such queue"; may be NULL */
} reading;

void reading_clear(reading *self);
void reading_copy(reading *self, const reading *from);
reading reading_of(double value, uptime at); /* NaN and infinities become reasons */
reading reading_without(reading_state state, uptime at, const char *why);

/* "no answer in 2s", "refused: HTTP 503": for the HELD column and for people. The caller frees. */
char *reading_words(const reading *self);
const char *reading_state_name(reading_state state); /* value, late, unreachable ...: as journaled */

#endif
