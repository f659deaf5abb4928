/* parse.h - words into a row of the table and its values.
 *
 * Pure. Options may stand anywhere; "--" ends them; "--name value" and "--name=value" are the same. No
 * abbreviations: a word that is nearly right is named in the error, and nothing is tried (exit 2). */
#ifndef WARROOM_LINK_PARSE_H
#define WARROOM_LINK_PARSE_H

#include "link/command.h"

typedef struct parsed {
    const command *row; /* NULL: no command was named */
    char *noun;         /* "gate", when that is all that came; NULL */
    json *args;         /* the row's own values by name */
    json *options;      /* those that every command takes */
} parsed;

/* `words` without the program's own name, NULL-ended. With --help among them, missing words are no error. */
parsed *parse_words(const char *const *words, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void parsed_free(parsed *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(parsed, parsed_free)

/* "warroom gate pass GATE [OPTIONS]". The caller frees. */
char *parse_usage(const command *row);

/* The verbs of a noun, NULL-ended; NULL when it is none. Free the array alone. */
const char **parse_verbs(const char *noun);

#endif
