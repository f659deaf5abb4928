/* call.h - one call of the program: the row that was named, the values it was given, where answers go.
 *
 * A verb gets a call and returns the exit code; what went wrong it puts in `error`, which main prints once
 * on standard error with its way out. Data goes to standard output through the say_ functions, which know
 * about --json, --plain, terminals and hostile text; talk goes to standard error through talk(). */
#ifndef WARROOM_CLI_CALL_H
#define WARROOM_CLI_CALL_H

#include "link/command.h"

typedef struct call {
    const command *row;
    json *args;           /* the row's values by name; absent ones are absent */
    const char *incident; /* -i; NULL */
    const char *config;   /* --config; NULL */
    const char *me;       /* --me, WARROOM_ME, SUDO_USER or the login */
    char *state;          /* the state directory */
    bool json, plain, quiet, dry_run, yes;
    const char *confirm, *reason; /* NULL when not given */
} call;

typedef int (*verb)(call *call, GError **error);

/* A line of data: what is foreign in the arguments is made visible before it is printed. With --json: nothing. */
void say(const call *call, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* The answer as a document (or one of the lines, for GIVES_LINES). Without --json: nothing. Takes it. */
void say_json(const call *call, json *document);
/* Talk, to standard error; not with -q. */
void talk(const call *call, const char *format, ...) G_GNUC_PRINTF(2, 3);

#endif
