/* suggest.h - the word a person probably meant. */
#ifndef WARROOM_BASE_SUGGEST_H
#define WARROOM_BASE_SUGGEST_H

#include <glib.h>

/* The nearest of a NULL-ended list, borrowed; NULL when none is near enough to be worth saying. */
const char *suggest_word(const char *word, const char *const *known);

/* "did you mean 'above'?", or "one of: above, below" for a short list, or "". The caller frees. */
char *suggest_sentence(const char *word, const char *const *known);

#endif
