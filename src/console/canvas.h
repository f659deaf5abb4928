/* canvas.h - cells to be shown: what stands in each, and what part it plays.
 *
 * A screen is drawn here first, as characters and roles; what a role looks like is for the terminal to say.
 * All text passes base/text on its way in, so nothing that is drawn can drive the terminal, leave its place or
 * take more cells than it was given. Our own marks are drawn as ASCII and said to be marks: the other glyph set
 * takes their place cell by cell. Whatever lies outside is not drawn. */
#ifndef WARROOM_CONSOLE_CANVAS_H
#define WARROOM_CONSOLE_CANVAS_H

#include <glib.h>
#include <stdbool.h>

typedef enum {
    ROLE_PLAIN,
    ROLE_BAD,     /* BREACH, FAIL, late, production */
    ROLE_SOON,    /* PENDING, due soon, HALT */
    ROLE_UNKNOWN, /* NO DATA, INTERRUPTED */
    ROLE_STRONG,  /* RUN, NEXT, titles */
    ROLE_CURSOR,  /* the cursor's row, the header */
    ROLE_DRILL,
    ROLES,
} role;

/* How a cell's character is translated into the other glyph set. */
typedef enum { GLYPH_TEXT, GLYPH_MARK, GLYPH_TREND, GLYPH_RULE, GLYPH_BAR } glyph_class;

#define CELL_BYTES 24 /* a character with its combining marks */

typedef struct cell {
    char text[CELL_BYTES]; /* "" : the right half of a wide character */
    guint8 role, class;
} cell;

typedef struct area {
    int row, column, rows, columns;
} area;

typedef struct canvas canvas;

canvas *canvas_new(int rows, int columns);
void canvas_free(canvas *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(canvas, canvas_free)

void canvas_clear(canvas *self);
area canvas_area(const canvas *self); /* all of it */
const cell *canvas_at(const canvas *self, int row, int column);

/* Foreign or own text, made visible, cut to `width` cells with '~'; what follows it is left as it is. Gives the
 * cells it took. */
int canvas_put(canvas *self, int row, int column, int width, role role, const char *text);
int canvas_print(canvas *self, int row, int column, int width, role role, const char *format, ...)
    G_GNUC_PRINTF(6, 7);
/* So that its last cell is the last of `width`. */
void canvas_put_right(canvas *self, int row, int column, int width, role role, const char *text);

/* Our own ASCII marks, a cell each. */
void canvas_marks(canvas *self, int row, int column, glyph_class class, role role, const char *marks);
/* A gate's box "[+]": its middle is a mark. */
void canvas_box(canvas *self, int row, int column, role role, char mark);

/* "-TITLE  rest -----" over the whole width: titles are what says where one is. */
void canvas_rule(canvas *self, int row, int column, int width, const char *title, const char *rest);

/* What is there takes on the role (the cursor's row). */
void canvas_tint(canvas *self, int row, int column, int width, role role);

/* Rows of exactly the canvas's width, a newline behind each. The caller frees. */
char *canvas_text(const canvas *self);

/* The character for a cell's first one in the UTF-8 glyph set; NULL: it stays. */
const char *glyph_utf8(glyph_class class, char ascii);

#endif
