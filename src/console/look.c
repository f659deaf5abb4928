#define _GNU_SOURCE /* wcwidth */
#include "look.h"

#include <string.h>
#include <wchar.h>

enum { BLACK, RED, YELLOW = 3, BLUE, MAGENTA, CYAN, WHITE };
#define NO_COLOURS (-1)
#define COLOURS_LEAST 8

theme look_theme(theme wanted, const char *no_color, const char *term, int colours)
{
    if (colours < COLOURS_LEAST)
        return THEME_MONO;
    if (wanted != THEME_AUTO)
        return wanted;
    bool refused = (no_color != NULL && no_color[0] != '\0') || g_strcmp0(term, "dumb") == 0;
    return refused ? THEME_MONO : THEME_DEFAULT;
}

style look_style(theme theme, role role)
{
    static const style coloured[ROLES] = {
        [ROLE_PLAIN] = { .ink = NO_COLOURS, .ground = NO_COLOURS },
        [ROLE_BAD] = { .bold = true, .ink = WHITE, .ground = RED },
        [ROLE_SOON] = { .ink = BLACK, .ground = YELLOW },
        [ROLE_UNKNOWN] = { .ink = BLACK, .ground = CYAN },
        [ROLE_STRONG] = { .bold = true, .ink = NO_COLOURS, .ground = NO_COLOURS },
        [ROLE_CURSOR] = { .reverse = true, .ink = NO_COLOURS, .ground = NO_COLOURS },
        [ROLE_DRILL] = { .ink = BLACK, .ground = MAGENTA },
    };
    static const style mono[ROLES] = {
        [ROLE_PLAIN] = { .ink = NO_COLOURS, .ground = NO_COLOURS },
        [ROLE_BAD] = { .bold = true, .reverse = true, .ink = NO_COLOURS, .ground = NO_COLOURS },
        [ROLE_SOON] = { .bold = true, .underline = true, .ink = NO_COLOURS, .ground = NO_COLOURS },
        [ROLE_UNKNOWN] = { .underline = true, .ink = NO_COLOURS, .ground = NO_COLOURS },
        [ROLE_STRONG] = { .bold = true, .ink = NO_COLOURS, .ground = NO_COLOURS },
        [ROLE_CURSOR] = { .reverse = true, .ink = NO_COLOURS, .ground = NO_COLOURS },
        [ROLE_DRILL] = { .reverse = true, .ink = NO_COLOURS, .ground = NO_COLOURS },
    };
    if (theme == THEME_MONO)
        return mono[role];
    style is = coloured[role];
    if (theme == THEME_CVD && role == ROLE_BAD)
        is.ground = BLUE;
    if (theme == THEME_CVD && (role == ROLE_UNKNOWN || role == ROLE_DRILL))
        is.ground = WHITE;
    return is;
}

/* Every glyph takes one cell here: else the columns would not stand. */
static bool glyphs_are_narrow(void)
{
    static const wchar_t all[] = L"\u2713\u2717\u25b8\u00b7\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588"
                                 L"\u2500\u2502\u2591";
    for (const wchar_t *one = all; *one != L'\0'; one++)
        if (wcwidth(*one) != 1)
            return false;
    return true;
}

bool look_utf8(glyphs wanted, bool utf8_locale, const char *term)
{
    if (wanted != GLYPHS_AUTO)
        return wanted == GLYPHS_UTF8;
    bool poor = term == NULL || strcmp(term, "linux") == 0 || strcmp(term, "dumb") == 0 ||
                g_str_has_prefix(term, "vt");
    return utf8_locale && !poor && glyphs_are_narrow();
}
