/* Any bytes, shown: valid, printable, the same when shown again, and never wider than asked for. */
#include "base/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(condition)                                                                                      \
    do {                                                                                                     \
        if (!(condition))                                                                                    \
            abort();                                                                                         \
    } while (0)

static void must_be_printable(const char *visible, bool lines)
{
    MUST(g_utf8_validate(visible, -1, NULL));
    for (const char *at = visible; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        GUnicodeType type = g_unichar_type(c);
        if (lines && c == '\n')
            continue;
        MUST(type != G_UNICODE_CONTROL && type != G_UNICODE_FORMAT && type != G_UNICODE_SURROGATE);
        MUST(type != G_UNICODE_LINE_SEPARATOR && type != G_UNICODE_PARAGRAPH_SEPARATOR);
    }
}

static void must_fit(const char *visible, int width)
{
    g_autofree char *cut = text_cut(visible, width);
    g_autofree char *fit = text_fit(visible, width);
    g_autofree char *left = text_fit_left(visible, width);
    MUST(text_width(cut) <= width && text_width(fit) == width && text_width(left) == width);
    MUST(text_is_visible(cut));
    MUST(text_width(visible) > width || strcmp(cut, visible) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    g_autofree char *visible = text_visible(bytes, (gssize)size);
    g_autofree char *again = text_visible(visible, -1);
    g_autofree char *lines = text_visible_lines(bytes, (gssize)size);
    g_autofree char *lines_again = text_visible_lines(lines, -1);
    must_be_printable(visible, false);
    must_be_printable(lines, true);
    MUST(strcmp(visible, again) == 0 && strcmp(lines, lines_again) == 0 && text_is_visible(visible));
    for (int width = 0; width <= 12; width++)
        must_fit(visible, width);
    must_fit(visible, text_width(visible));
    return 0;
}
