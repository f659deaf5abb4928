/* prose.h - gathering the words that stand around commands, as Markdown. */
#ifndef WARROOM_PLAN_PROSE_H
#define WARROOM_PLAN_PROSE_H

#include <glib.h>

/* Behind what is there; an empty line between, unless the regions follow each other in the text. */
void prose_add(GString *into, const char *text, gsize length);

void prose_trim(GString *text); /* blanks and empty lines at its end */

/* Another sentence of the same kind, on a line of its own; an empty one changes nothing. */
void prose_join(char **into, const char *words);

#endif
