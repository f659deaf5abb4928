/* inside.h - what the engine's own files share: its state, noting and committing. */
#ifndef WARROOM_ENGINE_INSIDE_H
#define WARROOM_ENGINE_INSIDE_H

#include "engine.h"

/* A condition being judged for a run: a gate's, a verification's, an abort trigger's. */
typedef struct judging {
    char *key; /* of what, since when: another key is another judging */
    condition *condition;
    watch *watch;
} judging;

/* What only this engine remembers of a run: none of it is lost with it. */
typedef struct memory {
    json *env;           /* of the face that fired it; NULL: the engine's own */
    judging present;     /* the gate or verification at hand */
    GPtrArray *aborts;   /* of judging: the abort triggers, in the plan's order */
    char *cut;           /* the folder whose keeper was asked to end */
    uptime orphan_asked; /* when an orphan was asked politely; 0: not yet */
    bool orphan_there;   /* the process of a lost step was seen: its end is worth a word */
    GHashTable *secrets; /* parameter -> value: fetched for the start at hand, wiped after it */
} memory;

struct engine {
    hands hands;
    const settings *settings;
    board *board;
    GPtrArray *batch;     /* noted and folded, not yet committed */
    GHashTable *memories; /* "stream run" -> memory */
    who by;               /* on whose behalf notes are made now; borrowed texts */
    const char *command;  /* the id of the command being answered; "" */
    GPtrArray *owed;      /* facts that are so, and could not be written yet */
    char *trouble;
    bool broken;
    bool walking;
};

/* Notes a fact: folded now, durable with the next commit. Takes the body. The record is borrowed until then. */
const record *engine_note(engine *self, const char *stream, const char *kind, json *body);
const record *engine_note_at(engine *self, const char *stream, const char *kind, json *body, moment happened);
bool engine_commit(engine *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

room *engine_room(engine *self, const char *stream, GError **error); /* folds it when it was not yet */
memory *engine_memory(engine *self, const room *room, const run *run);
void judging_clear(judging *self);

/* orders.c: carries out a verb on behalf of self->by. True: noted, and *data (may stay NULL) goes into the answer. */
typedef struct order {
    engine *engine;
    const char *verb;
    const json *args, *env;
    json *data;    /* for the answer, with done */
    char *confirm; /* the name that must be typed: goes into the refusal */
} order;
bool order_carry_out(order *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

#define AWHILE SPAN_SECOND /* how often what cannot announce itself is looked at */

/* notes.c */
json *run_body(const run *run);
json *step_body(const run *run, guint index);
uptime now_up(engine *self);
void look_again(engine *self, uptime at);
void note_gate(engine *self, const room *room, const run *run, const gate *gate, bool passed,
               const char *value, const char *wanted, const char *why);
void note_verified(engine *self, const room *room, const run *run, guint index, const char *value,
                   const char *wanted, const char *how);
void note_unverified(engine *self, const room *room, const run *run, guint index, const char *why,
                     bool known);
void note_halt(engine *self, const room *room, const run *run, const char *why);
void note_run(engine *self, const room *room, const run *run, const char *kind, const char *key,
              const char *words);

/* became.c, launch.c, judge.c: each says whether something was noted, so that the walk goes on */
bool look_at_present(engine *self, const room *room, const run *run);
void note_not_started(engine *self, const room *room, const run *run, const char *why);
void end_orphan(engine *self, const room *room, const run *run);
bool launch(engine *self, const room *room, const run *run, const due *due);
bool judge(engine *self, const room *room, const run *run, const due *due);
bool abort_trigger_fired(engine *self, const room *room, const run *run);

/* walk.c */
void walk_all(engine *self);

#endif
