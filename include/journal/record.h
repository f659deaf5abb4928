/* record.h - one thing that happened.
 *
 * A record is a fact in the past tense: written once, never changed; a correction is another record.
 * Its hash is SHA-256 over every field's bytes as stored, each with its length, and over the hash of the
 * record before it in the same stream. The body is kept as the very bytes it was written with: nothing is
 * ever written anew to be checked. */
#ifndef WARROOM_JOURNAL_RECORD_H
#define WARROOM_JOURNAL_RECORD_H

#include "base/digest.h"
#include "base/json.h"
#include "base/moment.h"

#define STREAM_HOUSE "house"

/* Who did it, and how we know. An empty means is warroom itself. */
typedef struct who {
    char *name;    /* ada: a claim, until signed */
    char *account; /* ada@ops1, from the kernel */
    char *means;   /* console, cli, automation, phone: as told */
} who;

typedef struct record {
    char *stream;    /* house, INC-0042, DRILL-13 */
    gint64 number;   /* from 1, no gaps */
    moment happened; /* when it was so; typed in by a person for some */
    moment noted;    /* the engine's clock at append */
    uptime up;       /* the boot clock at append */
    char *boot;      /* the boot it belongs to */
    who by;
    char *command;              /* the id of the command it answers; "" when nobody asked */
    char *kind;                 /* step.started; the catalogue is kind.h */
    gint64 version;             /* of the body's shape */
    char *body;                 /* one JSON object, the bytes as stored */
    char previous[DIGEST_SIZE]; /* the hash of record number-1; 64 zeros for the first */
    char hash[DIGEST_SIZE];

    json *read; /* the body as a tree: made when first asked for, owned by the record */
} record;

record *record_new(const char *kind); /* all texts "", all numbers 0, body {} */
record *record_copy(const record *self);
void record_free(record *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(record, record_free)

/* The body as a tree, borrowed; an empty object when the bytes are not one. */
const json *record_body(const record *self);
void record_set_body(record *self, json *body); /* takes the reference */

/* Links the record behind `previous` (NULL: first) and computes its hash. Every other field is set before. */
void record_seal(record *self, const char *previous);

/* The hash its fields ask for. */
void record_hash(const record *self, char hex[DIGEST_SIZE]);

/* As one JSON object, all fields; the body as an object when it is one, and always as its exact text too. */
json *record_json(const record *self);
record *record_from_json(const json *object, GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
