/* flood.h - inputs that would keep a Markdown parser busy for minutes, told by counting.
 *
 * cmark 0.30 takes a time that grows with the square of the open brackets in one paragraph, and with the
 * product of the depth of nesting and the lines that follow. Both are counted here in one pass over the
 * bytes, before cmark sees any, and no runbook that a person wrote comes near these limits. */
#ifndef WARROOM_PLAN_FLOOD_H
#define WARROOM_PLAN_FLOOD_H

#include "base/complaint.h"

#define FLOOD_BRACKETS 4000 /* "[" between two blank lines: 10 ms of cmark */
#define FLOOD_MARKERS 32    /* list and quote markers that open one line */
#define FLOOD_INDENT 100    /* columns before a list marker */

/* True when the text may be handed on; else one complaint says where it is too much. */
bool flood_is_absent(const char *file, const char *text, gsize length, complaints *into);

#endif
