/* keys.h - every key of the console, once: its name, its word among the hints, its meaning.
 *
 * What a key does is a command line: the rows of link/command.h name the keys that give them. A key that neither
 * stands here nor there is bound to nothing. */
#ifndef WARROOM_CONSOLE_KEYS_H
#define WARROOM_CONSOLE_KEYS_H

#include "key.h"

#include <glib.h>
#include <stdbool.h>

typedef struct key_row {
    const char *name; /* "Enter", "p" */
    key code;
    const char *word;  /* one word, for the hints */
    const char *about; /* for the help screen */
    bool acts;         /* gives a command; else it moves, looks or types */
    bool calm;         /* is never dropped by the guard */
} key_row;

const key_row *keys_all(gsize *count);
const key_row *key_find(key code); /* NULL: bound to nothing */
const key_row *key_named(const char *name, gsize length);
char *key_name(key code); /* "z", "^C": of any key, for people. The caller frees. */

/* Is this key among those the command `row` is given by ("Space o")? */
bool key_gives(const char *row_keys, const char *name);

#endif
