/* run.h - a plan being walked: where it is, what may be asked of it, what is due next.
 *
 * A run is folded from its records and from nothing else, so it is the same after any crash. It touches
 * nothing: run_due says what the engine owes next, the engine does it and writes down what came of it.
 * A start without an end stays what it is: a command is never started twice unless a person asks for it.
 *
 * A step goes: gates before it (automatic ones judged anew at the moment of firing), identity, command
 * (with its retries), verification, gates after it. A failure halts; no answer ever falls through to
 * "continue" unless the playbook says {continue}. */
#ifndef WARROOM_EXECUTE_RUN_H
#define WARROOM_EXECUTE_RUN_H

#include "journal/record.h"
#include "plan/plan.h"

typedef enum { RUN_PREPARED, RUN_GOING, RUN_PAUSED, RUN_HALTED, RUN_ENDED } run_state;
typedef enum { RUN_TO_STEP, RUN_TO_PHASE, RUN_TO_END } run_reach;

typedef enum {
    STEP_TODO,
    STEP_RUNNING, /* one of its processes is there, or it is being judged */
    STEP_OK,
    STEP_FAILED,
    STEP_UNVERIFIED, /* done, not verified */
    STEP_SKIPPED,
    STEP_UNDONE,
    STEP_INTERRUPTED, /* its process ended with the machine, or never began: nobody knows more */
    STEP_LOST,        /* its keeper died: outcome unknown */
} step_state;

typedef enum { GATE_OPEN, GATE_PASSED, GATE_FAILED, GATE_OVERRIDDEN } gate_state;

/* What a keeper is started for. Only a command and an undo change anything: they are never repeated unasked. */
typedef enum { DO_COMMAND, DO_UNDO, DO_IDENTITY, DO_VERIFY, DO_CHECK } deed;

extern const char *const deed_names[];       /* command, undo, identity, verify, check, NULL */
extern const char *const step_state_names[]; /* todo, RUN, ok, FAIL, UNVERIFIED, skip, undone ... */
extern const char *const gate_state_names[]; /* open, passed, failed, overridden, NULL */
extern const char *const run_state_names[];  /* prepared, going, paused, halted, ended, NULL */
extern const char *const run_reach_names[];  /* step, phase, end, NULL */

/* One start: what was launched. */
typedef struct attempt {
    deed what;
    guint step;   /* index */
    guint try;    /* from 1, for this step and deed (and gate) */
    char *gate;   /* of DO_CHECK */
    char *folder; /* of its keeper, below the state directory */
    moment started;
    uptime up;
    char boot[BOOT_ID_SIZE];
    span timeout;
} attempt;

typedef struct step_run {
    step_state state;
    guint tries;       /* commands started */
    guint tries_asked; /* ... since a person last asked for it */
    bool identified;   /* for the present try */
    bool commanded;    /* the command ended well, or a person says that it is done */
    bool cut;          /* the command was aborted: nothing of it goes on by itself */
    bool verified;
    bool undo_tried;
    bool undo_due;   /* a person asked for its undo */
    bool sure;       /* its own name was typed: it has no way back */
    gint64 approach; /* the record since which the gates before it must have been judged */
    gint64 fired;    /* the record since which the gates after it must have been judged */
    uptime tried;    /* when an identity, check or verification last ended ... */
    bool asked;      /* ... and whether that was since `since` */
    uptime since;    /* when what is now being waited for began */
    moment started, ended;
    span elapsed;  /* of the last command */
    char *outcome; /* "exit 1", "time-out after 2m": for people */
    char *said;    /* what the target answered, or the value it was verified by */
    char *reason;  /* skipped, marked: why */
    char *folder;  /* of its last command or undo: where its output is */
    char *by;      /* who fired it */
} step_run;

typedef struct gate_run {
    gate_state state;
    char *how; /* auto, by hand, override */
    char *by;
    char *value, *wanted, *reason;
    gint64 judged; /* the record that said so */
    moment at;
} gate_run;

typedef struct run {
    char *id;    /* R1 */
    char *title; /* of its playbook */
    plan *plan;
    run_state state;
    run_reach reach;
    guint reach_index;  /* the step, or the phase, to whose end it goes */
    char *why;          /* paused or halted: the words; "" */
    char *outcome;      /* ended: done, aborted */
    char *by;           /* who last made it go */
    char *confirmed;    /* the name that was typed */
    char *folder;       /* where its relative paths start; NULL: beside the playbook */
    step_run *steps;    /* as many as the plan has */
    GHashTable *gates;  /* name -> gate_run */
    GHashTable *tries;  /* "what step gate" -> how often it was started */
    GHashTable *values; /* handed on by steps: name -> value */
    attempt *present;   /* what runs now; NULL */
    bool aborting;      /* a person asked for the present one to be cut */
    bool adopted;       /* the present one has no keeper any more and is watched by its process alone */
    guint nearing;      /* the step that was current at the last record */
    moment prepared, started, ended;
} run;

/* From its run.prepared record. NULL when the plan inside is not the one its digest names. */
run *run_from_record(const record *prepared, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void run_free(run *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(run, run_free)

void run_fold(run *self, const record *record); /* records of other runs are passed over */

/* Boot clocks of another boot mean nothing: whatever is waited for is waited for anew from now. */
void run_wake(run *self, const instant *now);

/* ---- what is due ---- */

typedef enum {
    DUE_NOTHING,
    DUE_LAUNCH, /* start `what` with a keeper, not before `at` */
    DUE_JUDGE,  /* a condition, from `at` on, for no longer than `timeout` */
    DUE_CUT,    /* see to it that the present one ends */
    DUE_HALT,
    DUE_PAUSE,
    DUE_END,
} due_kind;

typedef struct due {
    due_kind kind;
    guint step;
    deed what;
    const gate *gate;      /* of a check or of a judged gate; NULL: the step's own verification */
    const script *script;  /* to launch */
    const char *condition; /* to judge */
    bool patient;          /* judged until true or time-out; else the first clear answer counts */
    span timeout;
    uptime at;
    char *why; /* halt, pause, end: owned, see due_clear */
} due;

due run_due(const run *self);
void due_clear(due *self);

/* A check or verification that failed is tried again while its time-out has not passed. */
bool run_tries_again(const run *self, const due *due, uptime now);

/* ---- what may be asked; refused with what, why, way on ---- */

typedef enum {
    ASK_GO,
    ASK_PAUSE,
    ASK_ABORT,
    ASK_RETRY,
    ASK_SKIP,
    ASK_UNDO,
    ASK_DONE,
    ASK_ADOPT,
    ASK_MARK,
} run_ask;

bool run_may(const run *self, run_ask ask, guint step, GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool run_gate_may(const run *self, const char *gate, bool with_reason,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ---- where it is ---- */

guint run_current(
    const run *self); /* the step that is next, or being walked; its count when all are settled */
guint run_count(const run *self);
const step *run_step(const run *self, guint index);

/* Its state as shown: RUN while its command or undo runs, CHECK while what it did is judged. */
const char *run_step_word(const run *self, guint index);

/* The step a word means: "" is the current one, else a number from 1 or a name. */
bool run_find_step(const run *self, const char *word, guint *index, GError **error) G_GNUC_WARN_UNUSED_RESULT;
const gate_run *run_gate(const run *self, const char *name);
bool gate_is_automatic(const gate *gate);

/* How long a gate waits for its answer. */
span gate_patience(const gate *gate);

/* Passed since that record, or overridden. */
bool run_gate_holds(const run *self, const gate *gate, gint64 since);

/* How often `what` was started for this step (and gate). */
guint run_tries_of(const run *self, deed what, guint step, const char *gate);

/* Gates by hand that are open and stand in the way now. The caller frees the array. */
GPtrArray *run_open_gates(const run *self);

#endif
