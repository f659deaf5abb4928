/* backquote.h - conditions inside of other text: which words are one, and where they go wrong.
 *
 * A back-quoted text in a task item may be a condition (`traffic_green < 1 %`) or just something to type
 * (`kubectl get nodes`). It is taken for a condition when it begins as one: a lower-case name, an operator
 * with blanks around it, a number; or "event NAME". Then it must be one: what the condition's parser refuses
 * is a complaint at its column. */
#ifndef WARROOM_PLAN_BACKQUOTE_H
#define WARROOM_PLAN_BACKQUOTE_H

#include "base/complaint.h"

bool backquote_is_condition(const char *text);

/* Parses it for its mistakes only. `column` is where its first byte stands. */
bool backquote_check(const char *text, const char *file, guint line, guint column, complaints *into);

#endif
