/* fail.h - how warroom says that something could not be done.
 *
 * One domain, and a few kinds: a kind is what a caller may want to act on, and its number is the exit code
 * the command line ends with (CONSOLE.md 10). The low room says what is wrong and what would be right; each
 * caller may add where with g_prefix_error; only a face prints, once. No data, NaN and silence are readings,
 * not errors. */
#ifndef WARROOM_BASE_FAIL_H
#define WARROOM_BASE_FAIL_H

#include <glib.h>
#include <stdbool.h>

typedef enum {
    ERR_FAILED = 1,       /* it was tried and did not work */
    ERR_USAGE = 2,        /* the words were wrong: nothing was tried */
    ERR_REFUSED = 3,      /* a gate, an approval, a name, a seat, a state says no */
    ERR_NOT_FOUND = 4,    /* no such incident, step, file */
    ERR_NEEDS_PERSON = 5, /* a person must decide */
    ERR_NO_DATA = 8,      /* it cannot be known */
} err_kind;

#define ERR (err_quark())
GQuark err_quark(void);

/* Sets *error (which may be NULL) and returns false, so that `return fail(...)` reads well. */
bool fail(GError **error, err_kind kind, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* The exit code an error maps to; any foreign domain is ERR_FAILED. */
int fail_exit_code(const GError *error);

#endif
