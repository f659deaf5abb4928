/* command.h - the one table of what can be asked of warroom.
 *
 * A row is a command: its words, what it takes, what it needs, how it is explained. Parser, dispatch, help,
 * manual, completion, the console's keys and its ":" palette are all made from these rows; there is no
 * second list. A row that changes anything is sent to the engine under its own name as the verb, its values
 * as the args, by name. */
#ifndef WARROOM_LINK_COMMAND_H
#define WARROOM_LINK_COMMAND_H

#include "base/json.h"

typedef enum {
    TAKES_WORD,        /* one word, needed */
    TAKES_MAYBE,       /* one word, may be absent */
    TAKES_WORDS,       /* the rest, as one text: note TEXT... */
    TAKES_MAYBE_WORDS, /* the same, may be absent */
    TAKES_FLAG,        /* --phase */
    TAKES_VALUE,       /* --severity high */
    TAKES_PAIRS,       /* --set NAME=VALUE, any number: an object */
} takes;

typedef struct parameter_row {
    const char *name; /* the key in args: title; long options are "--" and this */
    takes takes;
    char letter;           /* -s; 0: none */
    const char *shown;     /* TITLE, as in the usage line */
    const char *about;     /* one line */
    const char *completes; /* what it may be, for completion: incident, gate, step, playbook, template, file,
                              or words "low|medium|high|critical"; NULL */
} parameter_row;

enum {
    NEEDS_ENGINE = 1 << 0,   /* sent to the engine */
    NEEDS_INCIDENT = 1 << 1, /* -i, or the one live incident */
    NEEDS_SETTINGS = 1 << 2, /* a readable configuration (or none at all) */
    FITS_READER = 1 << 3,    /* may be used from a read-only seat */
    ASKS_YES = 1 << 4,       /* a terminal is asked, else --yes */
    ASKS_NAME = 1 << 5,      /* the name is typed out, else --confirm NAME */
    ASKS_REASON = 1 << 6,    /* a reason of at least 10 characters, else --reason TEXT */
    GIVES_LINES = 1 << 7,    /* --json gives one object a line */
    STOPS = 1 << 8,          /* only stops something: never held up by a configuration */
    STANDS_ALONE = 1 << 9,   /* tells of the program only: needs no state directory, so no HOME either */
};

typedef struct command {
    const char *name;    /* "gate pass": a noun and a verb, or a bare verb */
    const char *section; /* where the usage lists it: "In an incident", "Before, after", "Things" */
    const char *about;   /* one line, as in the usage */
    const char *more;    /* paragraphs for --help and the manual */
    const char *example; /* "warroom gate pass backup --reason 'full backup running'" */
    unsigned needs;
    const parameter_row *parameters; /* ended by a row without a name */
    const char *key;                 /* the console's key, "" when it has none; drawn from `help keys` too */
} command;

/* In the order in which help lists them. */
const command *commands_all(gsize *count);
const command *command_find(const char *name); /* NULL when there is none */

/* What every command takes beside its own: -i, --json ...; ended by a row without a name. */
const parameter_row *options_all(void);

/* Is it a word of the line, or an option? */
bool takes_is_word(takes kind);

#endif
