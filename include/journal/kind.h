/* kind.h - the catalogue of what can happen: each kind of record once, with its shape and its words.
 *
 * A kind the catalogue does not have, or in a newer version, was written by a newer program: it is kept,
 * counted, and makes its stream read-only. */
#ifndef WARROOM_JOURNAL_KIND_H
#define WARROOM_JOURNAL_KIND_H

#include "journal/record.h"

typedef struct kind {
    const char *name; /* step.started */
    gint64 version;   /* the newest version of the body that this program understands */
    const char *word; /* how the timeline classes it: step, gate, note, decision, trigger ... */
    /* The body's fields: "run:text step:whole ?reason:text ?value:text|decimal"; '?': may be absent, '|': or.
     * The types are text, whole, decimal, flag, object and list. Names that end in _us are microseconds. */
    const char *shape;
    /* The timeline's sentence: "{step} ended in {elapsed_us:span}[, because {reason}]"; what stands in brackets
     * is told when all fields in it are there. */
    const char *telling;
} kind;

const kind *kind_find(const char *name); /* NULL when unknown */
const kind *kinds_all(gsize *count);

/* Does this program understand the record: kind, version? */
bool kind_knows(const record *record);

/* Does the body have the shape? The engine asks before it appends: a record is right or it is not written. */
bool kind_fits(const record *record, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The sentence for people. Field values are foreign text: make them visible when you show it. The caller frees. */
char *kind_tell(const record *record);

/* How a step's process ended, from the body of its step.ended: "exit 1", "time-out", "killed by signal 9". */
char *kind_ending(const json *body);

#endif
