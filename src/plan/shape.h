/* shape.h - from a list of blocks to phases, steps and gates.
 *
 * All the rules about what an ordinary runbook means (playbook.h tells them) are here. */
#ifndef WARROOM_PLAN_SHAPE_H
#define WARROOM_PLAN_SHAPE_H

#include "markdown.h"

/* Fills phases, steps, gates, prose and, where it has none yet, the title of a book. */
void shape_book(playbook *book, const markdown *text, complaints *into);

#endif
