/* mustache_part.h - the flat list between compiling and rendering, for those two alone.
 *
 * A part is a stretch of text or a tag. Sections know where they end, ends where they began: rendering is
 * one loop over the list that jumps, and never looks at the template's text again. */
#ifndef WARROOM_COMMUNICATE_MUSTACHE_PART_H
#define WARROOM_COMMUNICATE_MUSTACHE_PART_H

#include "communicate/mustache.h"

typedef enum { PART_TEXT, PART_VALUE, PART_SECTION, PART_INVERTED, PART_END, PART_PARTIAL } part_kind;

typedef struct word {
    const char *text;
    gsize length;
} word;

typedef struct part {
    part_kind kind;
    bool raw;         /* a value that is not escaped */
    bool opens_line;  /* the first thing on its line: inside an indented partial the margin comes before it */
    bool alone;       /* a partial that has its line to itself: its lines get the margin below */
    guint words;      /* how many words the dotted name has; "." has none */
    guint first_word; /* where they begin in the list of words */
    guint jump;       /* of a section: the part behind its end; of an end: its section */
    guint line, column; /* of the tag */
    const char *text;   /* the text; of a tag the whole name */
    gsize length;       /* of the text */
    const char *margin; /* of a partial alone on its line: what stands before it */
} part;

struct mustache {
    char *file;          /* NULL: messages begin with the line */
    char *text;          /* parts of text point into it */
    GStringChunk *names; /* words and names point into it */
    GArray *words;       /* of word */
    GArray *parts;       /* of part */
};

#endif
