#include "base/text.h"

#include "cells.h"

#include <string.h>

#define MARKS_MOST                                                                                           \
    4 /* on one character: what a cell of ncurses holds (CCHARW_MAX 5); more climb over lines */
#define TAB_STOP 8

/* The next character of some bytes, and how it is shown. */
typedef struct glyph {
    gunichar code;
    gsize bytes; /* 1 for a byte that is not UTF-8 */
    bool broken;
    cells takes;
} glyph;

static cells cells_of(gunichar code)
{
    gsize low = 0, high = G_N_ELEMENTS(cells_ranges);
    while (low < high) {
        gsize middle = (low + high) / 2;
        if (code > cells_ranges[middle].last)
            low = middle + 1;
        else if (code < cells_ranges[middle].first)
            high = middle;
        else
            return cells_ranges[middle].takes;
    }
    return CELLS_ONE;
}

static glyph glyph_at(const char *at, const char *end)
{
    guchar first = (guchar)*at;
    if (first >= 0x20 && first < 0x7f)
        return (glyph){ first, 1, false, CELLS_ONE };
    if (first < 0x80)
        return (glyph){ first, 1, false, CELLS_HIDDEN };
    gunichar code = g_utf8_get_char_validated(at, end - at);
    if (code == (gunichar)-1 || code == (gunichar)-2)
        return (glyph){ first, 1, true, CELLS_HIDDEN };
    return (glyph){ code, (gsize)g_unichar_to_utf8(code, NULL), false, cells_of(code) };
}

/* What stands in for a glyph that must not be drawn: all of it ASCII, so that it needs no second look. */
static void hidden_append(GString *out, glyph one)
{
    if (one.broken)
        g_string_append_printf(out, "<%02X>", one.code);
    else if (one.code < 0x20)
        g_string_append_printf(out, "^%c", (char)(one.code + '@'));
    else if (one.code == 0x7f)
        g_string_append(out, "^?");
    else
        g_string_append_printf(out, "<U+%04X>", one.code);
}

/* May a mark sit here? Only on something drawn that is not a space, and not too many of them. */
typedef struct seat {
    bool taken;
    guint marks;
} seat;

static bool seat_bears(seat *self, glyph one)
{
    if (one.takes == CELLS_NONE)
        return self->taken && self->marks++ < MARKS_MOST;
    bool drawn = one.takes == CELLS_ONE || one.takes == CELLS_TWO;
    *self = (seat){ .taken = drawn && g_unichar_type(one.code) != G_UNICODE_SPACE_SEPARATOR };
    return drawn;
}

static const char *end_of(const char *bytes, gssize length)
{
    return bytes + (length < 0 ? strlen(bytes) : (gsize)length);
}

static int glyph_width(glyph one)
{
    return one.takes == CELLS_HIDDEN ? 0
                                     : (int)one.takes; /* a visible text has no hidden ones but newlines */
}

/* What is being made visible: `column` is kept, not measured anew at each tab of a long line. */
typedef struct showing {
    GString *out;
    seat under;
    int column;
    bool lines;
} showing;

static void show_hidden(showing *self, glyph one)
{
    gsize before = self->out->len;
    bool control = !one.broken && self->lines;
    if (control && one.code == '\n') {
        g_string_append_c(self->out, '\n');
        self->column = 0;
        return;
    }
    if (control && one.code == '\t')
        g_string_append_printf(self->out, "%*s", TAB_STOP - self->column % TAB_STOP, "");
    else
        hidden_append(self->out, one);
    self->column += (int)(self->out->len - before); /* all of it ASCII */
}

static char *text_shown(const char *bytes, gssize length, bool lines)
{
    const char *end = end_of(bytes, length);
    showing self = { .out = g_string_sized_new((gsize)(end - bytes) + 1), .lines = lines };
    for (const char *at = bytes; at < end;) {
        glyph one = glyph_at(at, end);
        if (seat_bears(&self.under, one)) {
            g_string_append_len(self.out, at, (gssize)one.bytes);
            self.column += glyph_width(one);
        } else {
            show_hidden(&self, one);
            self.under.taken = false;
        }
        at += one.bytes;
    }
    return g_string_free(self.out, FALSE);
}

char *text_visible(const char *bytes, gssize length)
{
    return text_shown(bytes, length, false);
}

char *text_visible_lines(const char *bytes, gssize length)
{
    return text_shown(bytes, length, true);
}

bool text_is_visible(const char *text)
{
    const char *end = text + strlen(text);
    seat under = { 0 };
    while (text < end) {
        glyph one = glyph_at(text, end);
        if (!seat_bears(&under, one))
            return false;
        text += one.bytes;
    }
    return true;
}

int text_width(const char *visible)
{
    const char *end = visible + strlen(visible);
    int width = 0;
    while (visible < end) {
        glyph one = glyph_at(visible, end);
        width += glyph_width(one);
        visible += one.bytes;
    }
    return width;
}

/* The longest beginning that takes at most `width` cells, with the marks that sit on its last character. */
static gsize beginning(const char *visible, int width)
{
    const char *at = visible, *end = visible + strlen(visible);
    while (at < end) {
        glyph one = glyph_at(at, end);
        width -= glyph_width(one);
        if (width < 0)
            break;
        at += one.bytes;
    }
    return (gsize)(at - visible);
}

char *text_cut(const char *visible, int width)
{
    if (width <= 0)
        return g_strdup("");
    if (visible[beginning(visible, width)] == '\0')
        return g_strdup(visible);
    g_autofree char *kept = g_strndup(visible, beginning(visible, width - 1));
    return g_strconcat(kept, "~", NULL);
}

static char *text_padded(const char *visible, int width, bool left)
{
    g_autofree char *cut = text_cut(visible, width);
    g_autofree char *space = g_strnfill((gsize)MAX(width - text_width(cut), 0), ' ');
    return left ? g_strconcat(space, cut, NULL) : g_strconcat(cut, space, NULL);
}

char *text_fit(const char *visible, int width)
{
    return text_padded(visible, width, false);
}

char *text_fit_left(const char *visible, int width)
{
    return text_padded(visible, width, true);
}
