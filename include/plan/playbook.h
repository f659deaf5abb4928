/* playbook.h - a Markdown runbook, read as it was written.
 *
 * "##" is a phase, "###" a step, a task-list item a gate, a fenced shell block a command; fences carry
 * attributes in braces ({name=switch timeout=30s retries=2}, {verify}, {undo}, {gate}, {identity}).
 * A runbook that knows nothing of this opens too. Reading runs nothing. Everything points at its line.
 * What cannot be understood, complaints say; what is understood and unwise, lint says.
 *
 * What becomes of an ordinary runbook:
 * - Title: `title:` in the front matter, else the heading that stands above all others, else the file's name.
 * - Headings of two or more levels: those of the highest are phases, all below are steps. A phase without
 *   steps is there to be read. Headings of one level only: each is a step, in one phase with the book's title.
 * - A heading without a command is a step by hand. One that has only headings below it hands its words to
 *   the first of them.
 * - Fences of sh, bash, shell, console, terminal, zsh are commands, each its own: several under one heading
 *   become steps "Title (1 of 3)" in order. A fence inside a list item takes the item's first words as title.
 *   In a numbered list with at least one command, an item without one is a step by hand. Fences of any other
 *   language, and of none, stay text; so does indented code.
 * - Prompts ("$ ", "user@host:~$ ", and in console and terminal fences "# ") are dropped, "> " goes on with
 *   the line before, and what was printed between prompts is not run. A fence without prompts runs whole;
 *   a console fence that begins at another program's prompt ("mysql> ") stays text.
 * - A task item is a gate before the command that follows it under its heading, or after the command it
 *   follows; when the command stands inside the item, the gate comes after it.
 * - An {identity} fence guards every command of its section, phase or book. */
#ifndef WARROOM_PLAN_PLAYBOOK_H
#define WARROOM_PLAN_PLAYBOOK_H

#include "base/complaint.h"
#include "base/json.h"
#include "base/span.h"

#define PLAYBOOK_LARGEST (256 * 1024)

/* What has no time-out of its own gets one, and the preview shows it. An undo takes as long as its command. */
#define STEP_TIMEOUT (10 * SPAN_MINUTE)
#define VERIFY_TIMEOUT (30 * SPAN_SECOND)
#define GATE_TIMEOUT (30 * SPAN_SECOND)
#define IDENTITY_TIMEOUT (10 * SPAN_SECOND)
#define RETRIES_MOST 100

/* Some bytes to be run by a shell, or a condition to be judged. */
typedef struct script {
    char *language; /* sh, bash, console ...: as written after the fence */
    char *text;     /* the bytes that will run: prompts and output lines already dropped */
    guint line;     /* of the first byte of the text */
} script;

typedef enum { GATE_BEFORE, GATE_AFTER } gate_side; /* before its step's command fires, or after it has run */

typedef struct gate {
    char *name;      /* an id, unique in the playbook: backup-recent-and-valid */
    char *title;     /* the item's text without owner, condition */
    char *owner;     /* from the parentheses at its end; "" when nobody is named */
    char *condition; /* in back-quotes: as written; NULL when there is none */
    script *check;   /* a fenced {gate} command behind it; NULL when there is none */
    span timeout;    /* of the check */
    gate_side side;
    guint line;
} gate; /* by hand when it has neither condition nor check */

typedef enum { ON_FAILURE_HALT, ON_FAILURE_UNDO, ON_FAILURE_CONTINUE } on_failure;

typedef struct step {
    char *name; /* an id, unique in the playbook */
    char *title;
    char *explanation; /* its prose, as Markdown */
    guint phase;       /* index into phases */
    guint line;
    script *command;  /* NULL: a step by hand */
    script *undo;     /* NULL: there is none */
    script *identity; /* prints who the target is */
    char *expects;  /* what identity must print ({identity expect="prod eu-1"}); NULL: shown, not compared */
    script *verify; /* a fenced {verify} command ... */
    char
        *verify_condition; /* ... or a condition in a "Verify:" paragraph; NULL, NULL: nothing to verify by */
    span timeout, verify_timeout, identity_timeout, undo_timeout;
    guint retries;
    span expected; /* 0: not said */
    on_failure failing;
    bool uncut;                  /* {uncut}: must not be aborted without typing its name */
    char *irreversible;          /* the words of "Irreversible:"; NULL: there is a way back */
    char *risk, *data, *trouble; /* the words; NULL when not said */
    GPtrArray *gates;            /* of gate, in order of the text */
} step;

typedef struct phase {
    char *title;
    char *explanation;
    guint line;
    char *risk, *data, *trouble; /* NULL when not said */
    GPtrArray *gates;            /* standing under the phase's heading before its first step */
} phase;

typedef struct parameter {
    char *name;  /* [A-Z][A-Z0-9_]*: reaches steps as WARROOM_NAME */
    char *about; /* "" when not said */
    char *value; /* the default; NULL: must be given. Of a secret: its reference */
    bool secret; /* given by reference only (file:, env:, command:); never shown */
    guint line;
} parameter;

typedef struct playbook {
    char *file;
    char *title;
    char *explanation;                        /* the prose before the first phase */
    char *type;                               /* the deployment type it is for; "" */
    char *digest;                             /* SHA-256 of the file's bytes */
    span switch_time, full_time, drill_every; /* 0: not said */
    char *risk, *data, *trouble;              /* said before the first phase; NULL when not said */
    char *back_code, *back_configuration, *back_schema, *back_flags, *back_caches; /* NULL: not said */
    GPtrArray *parameters;                                                         /* of parameter */
    GPtrArray *aborts; /* of char*: conditions that halt the run */
    GPtrArray *gates;  /* of gate: before anything runs */
    GPtrArray *phases; /* of phase; at least one as soon as there is a step */
    GPtrArray *steps;  /* of step, in order of the text */
    json *front;       /* the whole front matter, for what later rooms read */
} playbook;

/* NULL when it cannot be read at all (too large, not UTF-8, floods of brackets or nesting, broken front
 * matter). Otherwise a playbook, also beside complaints: then it may be looked at but not run. A
 * conventional runbook without any of our marks is no complaint. */
playbook *playbook_read(const char *file, const char *text, gsize length, complaints *into);
void playbook_free(playbook *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(playbook, playbook_free)

#endif
