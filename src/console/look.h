/* look.h - what a role looks like: themes as a table, glyph sets as a question. */
#ifndef WARROOM_CONSOLE_LOOK_H
#define WARROOM_CONSOLE_LOOK_H

#include "canvas.h"
#include "world/search.h"

/* Sixteen-colour indices; -1 on both sides: the terminal's own. Whoever colours sets both sides. */
typedef struct style {
    bool bold, reverse, underline;
    short ink, ground;
} style;

/* Colours leave for NO_COLOR, TERM=dumb and fewer than 8 (CONSOLE.md 7), unless a theme was asked for by name. */
theme look_theme(theme wanted, const char *no_color, const char *term, int colours);
style look_style(theme theme, role role);

/* UTF-8 when the locale says so and the terminal is not one of those without the glyphs (CONSOLE.md 8). */
bool look_utf8(glyphs wanted, bool utf8_locale, const char *term);

#endif
