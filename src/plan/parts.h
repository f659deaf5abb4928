/* parts.h - making, naming and freeing what a playbook is made of. */
#ifndef WARROOM_PLAN_PARTS_H
#define WARROOM_PLAN_PARTS_H

#include "plan/playbook.h"

playbook *playbook_new(const char *file);
step *step_new(const char *title, guint line);
phase *phase_new(const char *title, guint line);
script *script_new(const char *language, const char *text, guint line);
script *script_copy(const script *self); /* NULL gives NULL */

void script_free(script *self);
void gate_free(gate *self);
void step_free(step *self);
void phase_free(phase *self);
void parameter_free(parameter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(step, step_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(gate, gate_free)

/* A name out of the title that `taken` (name -> the last number given behind it) has not seen, and now has;
 * never a mere number, so that "step 3" is always the third. */
char *name_from_title(const char *title, GHashTable *taken);

#endif
