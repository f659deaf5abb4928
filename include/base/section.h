/* section.h - reading one map of a tree, key by key, and complaining about all the rest.
 *
 * A room opens its section, takes the keys it knows, and closes it: every key not taken is then an unknown
 * key, with the nearest known one as the suggestion. A key that is there with the wrong kind of value is a
 * complaint and counts as absent. Strings are borrowed from the tree. */
#ifndef WARROOM_BASE_SECTION_H
#define WARROOM_BASE_SECTION_H

#include "base/moment.h"
#include "base/tree.h"

typedef struct section section;

/* `map` may be NULL (an absent section: every take gives its default) or not a map (one complaint).
 * `what` names it in complaints: "trigger", "source 'prom'". */
section *section_open(const node *map, const char *what, complaints *into);
void section_close(section *self); /* complains about what was not taken, then frees */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(section, section_close)

bool section_has(section *self, const char *key);         /* does not take it */
const node *section_node(section *self, const char *key); /* takes it, whatever it is; NULL when absent */
const node *section_map(const section *self);             /* the map itself; NULL when there is none */

const char *section_text(section *self, const char *key, const char *absent);
const char *section_text_needed(section *self, const char *key); /* complains when absent, gives NULL */
bool section_bool(section *self, const char *key, bool absent);  /* yes no true false on off */
gint64 section_integer(section *self, const char *key, gint64 least, gint64 most, gint64 absent);
double section_number(section *self, const char *key, double absent); /* finite, '.' decimals, any locale */
span section_span(section *self, const char *key, span absent);

/* One of the words of a NULL-ended list; its index, or `absent`. A wrong word suggests the nearest. */
int section_word(section *self, const char *key, const char *const *words, int absent);

/* A list of scalars, or one scalar as a list of one. NULL when absent. The caller frees with g_strfreev. */
char **section_texts(section *self, const char *key);

#endif
