/* plan.h - a playbook with its values filled in: exactly what will happen, before anything does.
 *
 * A plan is one JSON document, journaled as a whole with `run.prepared`; its digest covers the bytes that
 * will run, the gates, the conditions, the values (secrets by reference), the order. Approvals are bound
 * to that digest. The file may change afterwards: the plan does not. */
#ifndef WARROOM_PLAN_PLAN_H
#define WARROOM_PLAN_PLAN_H

#include "base/digest.h"
#include "plan/playbook.h"

typedef struct plan {
    playbook *book;     /* owned */
    char *target;       /* the service or target it is run on; "" */
    GHashTable *values; /* parameter name -> value given or default; secrets -> their reference */
    char digest[DIGEST_SIZE];
} plan;

/* Takes the playbook. `given` (name -> text) may be NULL. Missing values, values for parameters that do
 * not exist and refused names are errors that name them all. */
plan *plan_make(playbook *book, const char *target, GHashTable *given,
                GError **error) G_GNUC_WARN_UNUSED_RESULT;
void plan_free(plan *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(plan, plan_free)

/* As journaled, and back: the digest is computed anew and must be the one inside. */
json *plan_json(const plan *self);
plan *plan_from_json(const json *document, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The preview (P6): every phase, gate, step and command with its values, nothing run. The caller frees. */
char *plan_preview(const plan *self);

/* The same of a playbook whose values are not all known yet: a missing one is shown as missing. `values`
 * (name -> text) may be NULL. And its document, as it stands in plan_json under "playbook". */
char *playbook_preview(const playbook *book, GHashTable *values);
json *playbook_json(const playbook *book);

/* Finds a step by number (from 1) or name, a gate by name (NULL when there is none; see also `gate_step`). */
const step *plan_step(const plan *self, const char *number_or_name, guint *index);
const gate *plan_gate(const plan *self, const char *name);

/* The names of gates in the order they are met: those of the book, of the phase, of the step. For step
 * `index`: all that must be open before it fires (the book's, its phase's and its own BEFORE ones); the
 * caller frees the array, not the gates. */
GPtrArray *plan_gates_before(const plan *self, guint index);
GPtrArray *plan_gates_after(const plan *self, guint index);

#endif
