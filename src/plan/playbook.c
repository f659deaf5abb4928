#include "plan/playbook.h"

#include "base/digest.h"
#include "flood.h"
#include "front.h"
#include "markdown.h"
#include "parts.h"
#include "shape.h"

#include <string.h>

#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

static bool is_text(const char *file, const char *text, gsize length, complaints *into)
{
    const char *wrong = NULL;
    if (length > PLAYBOOK_LARGEST) {
        g_autofree char *size =
            g_strdup_printf("%" G_GSIZE_FORMAT " bytes are too many for a playbook", length);
        complaint_add(into, file, 1, 1, size, "at most 256 kB");
        return false;
    }
    if (g_utf8_validate_len(text, length, &wrong))
        return true;
    guint line = 1;
    for (const char *at = text; at < wrong; at++)
        line += *at == '\n';
    complaint_add(into, file, line, 1, *wrong == '\0' ? "a NUL byte in the text" : "this is not UTF-8",
                  "save the file as UTF-8 text");
    return false;
}

/* One kind of line ending, the way cmark counts lines; no byte-order mark. */
static GString *plain_lines(const char *text, gsize length)
{
    if (length >= 3 && memcmp(text, BYTE_ORDER_MARK, 3) == 0) {
        text += 3;
        length -= 3;
    }
    GString *plain = g_string_new_len(text, (gssize)length);
    char *into = memchr(plain->str, '\r', plain->len);
    if (into == NULL)
        return plain;
    const char *end = plain->str + plain->len;
    for (const char *at = into; at < end; at++) {
        if (*at == '\r' && at + 1 < end && at[1] == '\n')
            continue;
        *into++ = *at == '\r' ? '\n' : *at;
    }
    g_string_truncate(plain, (gsize)(into - plain->str));
    return plain;
}

/* cmark takes front matter for a rule and a heading: it becomes empty lines, so that all numbers stay. */
static void blank_front(GString *text, guint lines)
{
    for (gsize i = 0; i < text->len && lines > 0; i++) {
        if (text->str[i] == '\n')
            lines--;
        else
            text->str[i] = ' ';
    }
}

playbook *playbook_read(const char *file, const char *text, gsize length, complaints *into)
{
    if (!is_text(file, text, length, into))
        return NULL;
    g_autoptr(GString) plain = plain_lines(text, length);
    if (!flood_is_absent(file, plain->str, plain->len, into))
        return NULL;
    g_autoptr(playbook) book = playbook_new(file);
    char digest[DIGEST_SIZE];
    digest_bytes(text, length, digest);
    book->digest = g_strdup(digest);
    guint front = front_lines(plain->str, plain->len);
    if (front > 0 && plain->str[0] == '-' && !front_read(book, plain->str, plain->len, into))
        return NULL;
    blank_front(plain, front);
    g_autoptr(markdown) blocks = markdown_read(file, plain->str, plain->len, into);
    shape_book(book, blocks, into);
    if (book->explanation == NULL)
        book->explanation = g_strdup("");
    if (book->type == NULL)
        book->type = g_strdup("");
    if (book->front == NULL)
        book->front = json_object();
    return g_steal_pointer(&book);
}
