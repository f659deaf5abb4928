/* Any bytes, read as YAML: a tree or complaints whose places lie in the text, and what was read can be written
 * and read again as the same. */
#include "base/tree.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(condition)                                                                                      \
    do {                                                                                                     \
        if (!(condition))                                                                                    \
            abort();                                                                                         \
    } while (0)

#define DEEPEST 32
#define LARGEST (1024 * 1024)

static guint lines_of(const char *text, size_t size)
{
    guint lines = 1;
    for (size_t i = 0; i < size; i++)
        lines += text[i] == '\n' || (text[i] == '\r' && (i + 1 == size || text[i + 1] != '\n'));
    return lines;
}

static void must_lie_inside(const complaints *wrong, const char *text, size_t size)
{
    for (guint i = 0; i < complaints_count(wrong); i++) {
        const complaint *one = complaints_get(wrong, i);
        MUST(one->line >= 1 && one->line <= lines_of(text, size) + 1);
        MUST(one->column >= 1 && one->column <= size + 1);
        MUST(one->wrong[0] != '\0' && one->right[0] != '\0');
    }
}

/* A scalar as YAML in double quotes, every odd character by its number. */
static void write_text(const char *text, GString *out)
{
    g_string_append_c(out, '"');
    for (; *text != '\0'; text = g_utf8_next_char(text)) {
        gunichar c = g_utf8_get_char(text);
        if (c < 0x80 && g_ascii_isalnum((char)c))
            g_string_append_c(out, (char)c);
        else
            g_string_append_printf(out, "\\U%08X", c);
    }
    g_string_append_c(out, '"');
}

static void write_node(const node *at, int depth, GString *out)
{
    MUST(node_line(at) >= 1 && node_column(at) >= 1 && !node_is_bad(at));
    if (node_is(at) == NODE_SCALAR) {
        write_text(node_text(at), out);
        return;
    }
    MUST(depth < DEEPEST);
    g_string_append_c(out, node_is(at) == NODE_MAP ? '{' : '[');
    for (guint i = 0; i < node_count(at); i++) {
        if (node_is(at) == NODE_MAP) {
            MUST(node_get(at, node_text(node_key(at, i))) == node_item(at, i));
            g_string_append(out, "? ");
            write_text(node_text(node_key(at, i)), out);
            g_string_append(out, " : ");
        }
        write_node(node_item(at, i), depth + 1, out);
        g_string_append_c(out, ',');
    }
    g_string_append_c(out, node_is(at) == NODE_MAP ? '}' : ']');
}

static void must_come_back(const tree *self)
{
    g_autoptr(GString) written = g_string_new(NULL);
    g_autoptr(GString) again = g_string_new(NULL);
    g_autoptr(complaints) wrong = complaints_new();
    write_node(tree_root(self), 0, written);
    if (written->len > LARGEST)
        return;
    g_autoptr(tree) copy = tree_parse("copy", written->str, written->len, wrong);
    MUST(copy != NULL && complaints_count(wrong) == 0);
    write_node(tree_root(copy), 0, again);
    MUST(strcmp(written->str, again->str) == 0);
}

static void read_one(tree *(*parse)(const char *, const char *, gsize, complaints *), const char *text,
                     size_t size)
{
    g_autoptr(complaints) wrong = complaints_new();
    g_autoptr(tree) self = parse("f", text, size, wrong);
    must_lie_inside(wrong, text, size);
    MUST(self != NULL || complaints_count(wrong) > 0);
    if (complaints_count(wrong) == 0)
        must_come_back(self);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_one(tree_parse, (const char *)data, size);
    read_one(tree_parse_front, (const char *)data, size);
    return 0;
}
