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
    char *state;          /* the state directory: its name; it may not exist yet */
    bool json, plain, quiet, dry_run, yes, raw;
    const char *confirm, *reason; /* NULL when not given */
} call;

typedef int (*verb)(call *self, GError **error);

/* A line of data: what is foreign in the arguments is made visible before it is printed. With --json: nothing. */
void say(const call *self, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* A text of many lines, such as a preview: its newlines stay. With --json: nothing. */
void say_lines(const call *self, const char *text);
/* The answer as a document (or one of the lines, for GIVES_LINES). Without --json: nothing. Takes it. */
void say_json(const call *self, json *document);
/* Bytes of a file the person asked for (an export, a rendered template): untouched into a pipe or a file,
 * visible on a terminal. With --json too: it is the answer. */
void say_bytes(const call *self, const char *bytes, gsize length);
/* What was said is on its way; for verbs that stay. Ends the program quietly when nobody reads any more. */
void say_flush(void);
/* Talk, to standard error; not with -q. */
void talk(const call *self, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Nothing said was lost: else ERR_FAILED "could not write: ..." . Called by main at the end. */
bool say_settle(GError **error);

/* One JSON text that shows nothing hidden: invisible and turning characters are escaped. The caller frees. */
char *json_shown(const json *document);

#endif
