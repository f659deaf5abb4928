/* field.h - the values that templates can use: what each is called, what it means, who fills it in.
 *
 * Records fill in what they know; the rest a person gives, because no record says it: what people notice, in
 * words for them. A value that is not known is absent, so that a template can ask ({{#began}}) and a missing
 * one is pointed out; nothing is filled in with a blank. */
#ifndef WARROOM_COMMUNICATE_FIELD_H
#define WARROOM_COMMUNICATE_FIELD_H

#include "execute/run.h"
#include "incident/incident.h"

typedef enum { FILLED_BY_RECORDS, FILLED_BY_YOU } field_filled;

typedef struct field_row {
    const char *name;
    field_filled by;
    const char *about;
    const char *within; /* the list it is a part of; NULL: it stands by itself */
} field_row;

extern const char *const field_filled_names[]; /* records, you, NULL */

const field_row *fields_all(gsize *count);
const field_row *field_find(const char *name); /* NULL when there is none */

/* What the records of an incident fill in. `run`: its present run, or NULL. The caller owns the object. */
json *field_values(const incident *incident, const run *run, moment now);

#endif
