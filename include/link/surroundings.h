/* surroundings.h - what a step gets of the surroundings of whoever fired it: a settled few names, and those
 * that the configuration passes on (DESIGN). */
#ifndef WARROOM_LINK_SURROUNDINGS_H
#define WARROOM_LINK_SURROUNDINGS_H

#include "base/json.h"

/* Does this verb start a step, so that the surroundings are sent along? */
bool surroundings_matter(const char *verb);

/* Name -> value, as they are now; `pass` is NULL-ended or NULL. The caller owns the object. */
json *surroundings_json(char *const *pass);

#endif
