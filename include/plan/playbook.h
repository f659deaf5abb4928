/* playbook.h - a Markdown runbook, read as it was written.
 *
 * "##" is a phase, "###" a step, a task-list item a gate, a fenced shell block a command; fences carry
 * attributes in braces ({name=switch timeout=30s retries=2}, {verify}, {undo}, {gate}, {identity}).
 * A runbook that knows nothing of this opens too: headings become steps, task items gates, shell-like
 * fences commands (prompts dropped, output lines not run), other fences stay text. Reading runs nothing.
 * Everything points at its line. What is red-flagged, lint says; what cannot be understood, complaints say. */
#ifndef WARROOM_PLAN_PLAYBOOK_H
#define WARROOM_PLAN_PLAYBOOK_H

#include "base/complaint.h"
#include "base/json.h"
#include "base/span.h"

#define PLAYBOOK_LARGEST (256 * 1024)

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
    GPtrArray *gates; /* standing under the phase's heading before its first step */
} phase;

typedef struct parameter {
    char *name; /* [A-Z0-9_]: reaches steps as WARROOM_NAME */
    char *about;
    char *value; /* the default; NULL: must be given */
    bool secret; /* given by reference only; never shown */
    guint line;
} parameter;

typedef struct playbook {
    char *file;
    char *title;
    char *explanation;                        /* the prose before the first phase */
    char *type;                               /* the deployment type it is for; "" */
    char *digest;                             /* SHA-256 of the file's bytes */
    span switch_time, full_time, drill_every; /* 0: not said */
    char *back_code, *back_configuration, *back_schema, *back_flags, *back_caches; /* NULL: not said */
    GPtrArray *parameters;                                                         /* of parameter */
    GPtrArray *aborts; /* of char*: conditions that halt the run */
    GPtrArray *gates;  /* of gate: before anything runs */
    GPtrArray *phases; /* of phase; at least one as soon as there is a step */
    GPtrArray *steps;  /* of step, in order of the text */
    json *front;       /* the whole front matter, for what later rooms read */
} playbook;

/* NULL when it cannot be read at all (too large, not UTF-8, too many brackets, broken front matter).
 * A conventional runbook without any of our marks is no complaint. */
playbook *playbook_read(const char *file, const char *text, gsize length, complaints *into);
void playbook_free(playbook *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(playbook, playbook_free)

#endif
