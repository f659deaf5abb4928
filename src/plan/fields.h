/* fields.h - the parts of a playbook as rows, so that its JSON, its way back and its digest are one list.
 *
 * A field that is added to a struct gets a row here, and is then journaled, read back and covered by the
 * digest that approvals are bound to; there is no second list to forget. */
#ifndef WARROOM_PLAN_FIELDS_H
#define WARROOM_PLAN_FIELDS_H

#include "base/digest.h"
#include "plan/playbook.h"

typedef struct fields fields;

extern const fields playbook_fields;

json *fields_json(const fields *self, const void *object); /* what is NULL, 0 or false is left out */

/* Into a fresh object. An unknown word or a value of another kind is an error that names its key. */
bool fields_read(const fields *self, void *object, const json *from,
                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Appends the bytes a digest is made of. What is absent takes none, and no two different objects give the
 * same: each field is its row's number, its length and its bytes. */
void fields_bytes(const fields *self, const void *object, GString *into);

#endif
