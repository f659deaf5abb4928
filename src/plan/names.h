/* names.h - a name for each step and each gate, by which they can be asked for.
 *
 * Those that were given ({name=switch}) stand; two alike are a complaint. All others come from the titles. */
#ifndef WARROOM_PLAN_NAMES_H
#define WARROOM_PLAN_NAMES_H

#include "plan/playbook.h"

void names_give(playbook *book, complaints *into);

#endif
