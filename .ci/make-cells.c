/* make-cells - writes src/base/cells.h: which code points take no cell, two cells, or must not be drawn raw.
 *
 *     gcc -std=gnu17 .ci/make-cells.c $(pkg-config --cflags --libs glib-2.0) -o /tmp/make-cells
 *     /tmp/make-cells > src/base/cells.h
 *
 * The widths are the C library's own (ncurses asks the same one), read once in C.UTF-8: a pure room may not
 * change the locale, and wcwidth knows nothing beyond ASCII in the C locale. */
#define _GNU_SOURCE
#include <glib.h>
#include <locale.h>
#include <stdio.h>
#include <wchar.h>

/* Default_Ignorable_Code_Point of Unicode: drawn as nothing, whatever the category says. */
static const struct {
    gunichar first, last;
} ignorable[] = {
    { 0x00AD, 0x00AD },   { 0x034F, 0x034F },   { 0x061C, 0x061C }, { 0x115F, 0x1160 }, { 0x17B4, 0x17B5 },
    { 0x180B, 0x180F },   { 0x200B, 0x200F },   { 0x202A, 0x202E }, { 0x2060, 0x206F }, { 0x3164, 0x3164 },
    { 0xFE00, 0xFE0F },   { 0xFEFF, 0xFEFF },   { 0xFFA0, 0xFFA0 }, { 0xFFF0, 0xFFF8 }, { 0x1BCA0, 0x1BCA3 },
    { 0x1D173, 0x1D17A }, { 0xE0000, 0xE0FFF },
};

static char class_of(gunichar c)
{
    for (gsize i = 0; i < G_N_ELEMENTS(ignorable); i++)
        if (c >= ignorable[i].first && c <= ignorable[i].last)
            return 'H';
    GUnicodeType type = g_unichar_type(c);
    if (type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT || type == G_UNICODE_SURROGATE ||
        type == G_UNICODE_LINE_SEPARATOR || type == G_UNICODE_PARAGRAPH_SEPARATOR)
        return 'H';
    int width = wcwidth((wchar_t)c);
    return width < 0 ? 'H' : width == 0 ? '0' : width == 2 ? '2' : '1';
}

int main(void)
{
    if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
        return 1;
    fputs("/* cells.h - what .ci/make-cells.c wrote; not edited by hand. Ranges rise; what is in none "
          "takes one cell. */\n"
          "#ifndef WARROOM_BASE_CELLS_H\n#define WARROOM_BASE_CELLS_H\n\n#include <glib.h>\n\n"
          "typedef enum { CELLS_NONE = 0, CELLS_ONE = 1, CELLS_TWO = 2, CELLS_HIDDEN = 3 } cells;\n\n"
          "/* clang-format off */\nstatic const struct cells_range {\n    gunichar first, last;\n    cells "
          "takes;\n} cells_ranges[] = {",
          stdout);
    int column = 0;
    for (gunichar c = 0; c < 0x110000;) {
        char class = class_of(c);
        gunichar last = c;
        while (last + 1 < 0x110000 && class_of(last + 1) == class)
            last++;
        if (class != '1')
            printf("%s{ 0x%X, 0x%X, %d },", column++ % 5 == 0 ? "\n    " : " ", c, last,
                   class == 'H' ? 3 : class - '0');
        c = last + 1;
    }
    puts("\n};\n/* clang-format on */\n\n#endif");
    return 0;
}
