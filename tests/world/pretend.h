/* pretend.h - a world for the engine in which nothing is real and everything can be arranged: a journal in
 * memory, keepers that end when the test says so, a clock that stands until it is moved.
 *
 * The engine may be dropped at any instant and another one put in its place: what the world holds stays. */
#ifndef WARROOM_TESTS_WORLD_PRETEND_H
#define WARROOM_TESTS_WORLD_PRETEND_H

#include "engine/engine.h" /* the engine as a library, without its program */

typedef struct pretend_keeper {
    char *folder, *script;
    guint starts; /* more than one is the fault we look for */
    keep_state state;
    keep_outcome outcome;
    int number;
    keep_reason reason;
    bool step_there; /* of a lost one */
    bool cut;        /* asked to end */
    guint cuts;      /* how often */
    moment began;
    char *output, *handed_on;
    char **environment; /* of its last start */
} pretend_keeper;

typedef struct pretend {
    instant now;
    GPtrArray *journal;   /* of record, sealed */
    GHashTable *keepers;  /* folder -> pretend_keeper */
    GPtrArray *started;   /* of pretend_keeper, in order */
    GHashTable *books;    /* path -> text */
    GHashTable *readings; /* metric -> reading */
    GHashTable *secrets;  /* reference -> value; "": it has not come yet */
    uptime wake_at;       /* 0: nobody asked */
    const char *damaged;  /* the stream that cannot be read behind its first record; NULL */
    char *full;           /* why nothing can be appended; NULL */
    guint appends;        /* how many commits were taken */
    guint die_after; /* the commit after which the engine is thought dead: nothing more is done; 0: never */
    bool dead;
    guint appends_at_death; /* 0: it never died */
    guint notices;
    char *noticed; /* the title of the last one */
    settings *settings;
    engine *engine;
} pretend;

pretend *pretend_new(void);
void pretend_free(pretend *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(pretend, pretend_free)

void pretend_book(pretend *self, const char *path, const char *text);
void pretend_reading(pretend *self, const char *metric, double value);
void pretend_silence(pretend *self, const char *metric);

/* The engine is gone; another one comes. */
void pretend_engine_again(pretend *self);
/* The machine was started anew: another boot, and no keeper that ran is there any more. */
void pretend_reboot(pretend *self);

/* Time passes; the engine is woken whenever it asked to be. */
void pretend_pass(pretend *self, span time);

/* Asks; "key=value" pairs, ended by NULL. True when it was done. `why` (may be NULL) gets "why; way". */
bool pretend_ask(pretend *self, char **why, const char *verb, ...) G_GNUC_NULL_TERMINATED;
json *pretend_question(const char *id, const char *verb, va_list pairs);
const char *pretend_id(void); /* a fresh one, good until the next call */

/* What runs now; NULL when nothing does. */
pretend_keeper *pretend_running(const pretend *self);
/* It ends: with an exit code and what it had printed. */
void pretend_end(pretend *self, int code, const char *output);

const run *pretend_run(const pretend *self);
guint pretend_count(const pretend *self, const char *kind);        /* records of a kind */
const record *pretend_last(const pretend *self, const char *kind); /* the newest of a kind; NULL */

#endif
