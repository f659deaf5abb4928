#include "canvas.h"

#include "base/text.h"

#include <string.h>

struct canvas {
    int rows, columns;
    cell *cells;
};

canvas *canvas_new(int rows, int columns)
{
    canvas *self = g_new0(canvas, 1);
    self->rows = MAX(rows, 1);
    self->columns = MAX(columns, 1);
    self->cells = g_new0(cell, (gsize)self->rows * (gsize)self->columns);
    canvas_clear(self);
    return self;
}

void canvas_free(canvas *self)
{
    if (self == NULL)
        return;
    g_free(self->cells);
    g_free(self);
}

void canvas_clear(canvas *self)
{
    for (int i = 0; i < self->rows * self->columns; i++)
        self->cells[i] = (cell){ .text = " " };
}

area canvas_area(const canvas *self)
{
    return (area){ 0, 0, self->rows, self->columns };
}

static cell *at(const canvas *self, int row, int column)
{
    if (row < 0 || column < 0 || row >= self->rows || column >= self->columns)
        return NULL;
    return &self->cells[row * self->columns + column];
}

const cell *canvas_at(const canvas *self, int row, int column)
{
    return at(self, row, column);
}

/* A wide character that loses one of its halves leaves a space in the other. */
static void set(canvas *self, int row, int column, const char *bytes, gsize length, int width, role role,
                glyph_class class)
{
    if (at(self, row, column) == NULL || at(self, row, column + width - 1) == NULL)
        return;
    cell *here = at(self, row, column), *behind = at(self, row, column + width);
    if (here->text[0] == '\0' && column > 0)
        strcpy(at(self, row, column - 1)->text, " ");
    if (behind != NULL && behind->text[0] == '\0')
        strcpy(behind->text, " ");
    for (int i = 0; i < width; i++)
        here[i] = (cell){ .role = (guint8)role, .class = (guint8) class };
    memcpy(here->text, bytes, MIN(length, sizeof here->text - 1));
}

/* One visible character with the marks that sit on it. */
static const char *next_glyph(const char *text, int *width)
{
    const char *end = g_utf8_next_char(text);
    char one[CELL_BYTES] = { 0 };
    while (*end != '\0' && g_unichar_iszerowidth(g_utf8_get_char(end)))
        end = g_utf8_next_char(end);
    memcpy(one, text, MIN((gsize)(end - text), sizeof one - 1));
    *width = (guchar)text[0] < 0x80 && end == text + 1 ? 1 : text_width(one);
    return end;
}

int canvas_put(canvas *self, int row, int column, int width, role role, const char *text)
{
    if (text == NULL || width <= 0)
        return 0;
    g_autofree char *visible = text_visible(text, -1);
    g_autofree char *cut = text_cut(visible, width);
    int taken = 0;
    for (const char *here = cut; *here != '\0';) {
        int cells = 1;
        const char *end = next_glyph(here, &cells);
        if (cells > 0 && end - here < CELL_BYTES)
            set(self, row, column + taken, here, (gsize)(end - here), cells, role, GLYPH_TEXT);
        taken += cells;
        here = end;
    }
    return taken;
}

int canvas_print(canvas *self, int row, int column, int width, role role, const char *format, ...)
{
    va_list words;
    va_start(words, format);
    g_autofree char *text = g_strdup_vprintf(format, words);
    va_end(words);
    return canvas_put(self, row, column, width, role, text);
}

void canvas_put_right(canvas *self, int row, int column, int width, role role, const char *text)
{
    g_autofree char *visible = text_visible(text, -1);
    int taken = MIN(text_width(visible), width);
    canvas_put(self, row, column + width - taken, taken, role, text);
}

void canvas_marks(canvas *self, int row, int column, glyph_class class, role role, const char *marks)
{
    for (int i = 0; marks[i] != '\0'; i++)
        set(self, row, column + i, &marks[i], 1, 1, role, class);
}

void canvas_box(canvas *self, int row, int column, role role, char mark)
{
    char middle[2] = { mark, '\0' };
    canvas_put(self, row, column, 1, role, "[");
    canvas_marks(self, row, column + 1, GLYPH_MARK, role, middle);
    canvas_put(self, row, column + 2, 1, role, "]");
}

void canvas_rule(canvas *self, int row, int column, int width, const char *title, const char *rest)
{
    for (int i = 0; i < width; i++)
        canvas_marks(self, row, column + i, GLYPH_RULE, ROLE_PLAIN, "-");
    if (title[0] == '\0' || width < 4)
        return;
    int taken = 1 + canvas_put(self, row, column + 1, width - 2, ROLE_STRONG, title);
    if (rest != NULL && rest[0] != '\0' && taken + 4 < width) {
        canvas_put(self, row, column + taken, 2, ROLE_PLAIN, "  ");
        taken += 2;
        taken += canvas_put(self, row, column + taken, width - taken - 2, ROLE_PLAIN, rest);
    }
    if (taken < width)
        canvas_put(self, row, column + taken, 1, ROLE_PLAIN, " ");
}

void canvas_tint(canvas *self, int row, int column, int width, role role)
{
    for (int i = 0; i < width; i++) {
        cell *one = at(self, row, column + i);
        if (one != NULL && (one->role == ROLE_PLAIN || one->role == ROLE_STRONG))
            one->role = (guint8)role;
    }
}

char *canvas_text(const canvas *self)
{
    GString *text = g_string_new(NULL);
    for (int row = 0; row < self->rows; row++) {
        for (int column = 0; column < self->columns; column++)
            g_string_append(text, at(self, row, column)->text);
        g_string_append_c(text, '\n');
    }
    return g_string_free(text, FALSE);
}

const char *glyph_utf8(glyph_class class, char ascii)
{
    static const struct {
        glyph_class class;
        char ascii;
        const char *shown;
    } glyphs[] = {
        { GLYPH_MARK, '+', "\u2713" },  { GLYPH_MARK, 'X', "\u2717" },  { GLYPH_MARK, '*', "\u25b8" },
        { GLYPH_MARK, '.', "\u00b7" },  { GLYPH_TREND, '_', "\u2581" }, { GLYPH_TREND, '.', "\u2582" },
        { GLYPH_TREND, '-', "\u2583" }, { GLYPH_TREND, ':', "\u2584" }, { GLYPH_TREND, '=', "\u2585" },
        { GLYPH_TREND, '*', "\u2586" }, { GLYPH_TREND, '%', "\u2587" }, { GLYPH_TREND, '#', "\u2588" },
        { GLYPH_RULE, '-', "\u2500" },  { GLYPH_RULE, '|', "\u2502" },  { GLYPH_BAR, '#', "\u2588" },
        { GLYPH_BAR, '.', "\u2591" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(glyphs); i++)
        if (glyphs[i].class == class && glyphs[i].ascii == ascii)
            return glyphs[i].shown;
    return NULL;
}
