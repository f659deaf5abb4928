/* cases.h - long tables of cases as text, under tests/cases/, each case a test with a name of its own.
 *
 *     == name of the case
 *     its lines; those that begin with '#' are left out, as are empty ones at the end
 */
#ifndef WARROOM_TESTS_LIB_CASES_H
#define WARROOM_TESTS_LIB_CASES_H

#include <glib.h>
#include <stdbool.h>

typedef struct table_case {
    char *name;
    char **lines; /* without '#' lines, ends stripped */
    guint line;   /* of the name, for messages */
} table_case;

/* Reads tests/cases/NAME of WARROOM_TOP, or above the running program; fails the test program when it is not there. */
GPtrArray *cases_read(const char *name);

/* Runs each case as a cmocka test of its name, the case as its state. Returns the number of failed ones. */
int cases_run(const char *group, GPtrArray *cases, void (*test)(void **state));

#endif
