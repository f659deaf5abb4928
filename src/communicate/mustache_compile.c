/* From a template's text to the flat list, in one walk from its beginning to its end. */
#define _GNU_SOURCE /* memmem, memrchr */
#include "communicate/mustache.h"

#include "mustache_part.h"

#include <string.h>

typedef struct compiler {
    mustache *made;
    const char *text;
    gsize length;
    gsize at;          /* all before is in the list */
    gsize line_start;  /* of the line `at` is on; only true while it has no tag */
    bool line_has_tag; /* then no tag on it can be alone */
    bool line_fresh;   /* nothing of this line is in the list */
    char *open, *close;
    GArray *sections;   /* of guint: the parts of the sections still open */
    gsize counted;      /* up to here lines and columns are counted ... */
    guint line, column; /* ... and stand here */
} compiler;

struct tag {
    char sigil; /* one of # ^ / > & { = !, or 0 for a plain variable */
    gsize start, end;
    const char *inner; /* between sigil and closing delimiter, without the blanks around it */
    gsize inner_length;
    bool alone;
    guint line, column;
};

/* Tags are asked about in their order, so that counting walks the text once. */
static void compiler_count(compiler *self, gsize offset)
{
    for (; self->counted < offset; self->counted++) {
        guchar byte = (guchar)self->text[self->counted];
        if (byte == '\n') {
            self->line++;
            self->column = 1;
        } else if ((byte & 0xC0) != 0x80) { /* not the inside of a character */
            self->column++;
        }
    }
}

static bool compiler_fail(const compiler *self, guint line, guint column, GError **error, const char *format,
                          ...) G_GNUC_PRINTF(5, 6);

static bool compiler_fail(const compiler *self, guint line, guint column, GError **error, const char *format,
                          ...)
{
    va_list words;
    va_start(words, format);
    g_autofree char *what = g_strdup_vprintf(format, words);
    va_end(words);
    const char *file = self->made->file;
    return fail(error, ERR_USAGE, "%s%s%u:%u: %s", file != NULL ? file : "", file != NULL ? ":" : "", line,
                column, what);
}

static part *compiler_add(compiler *self, part_kind kind, const struct tag *tag)
{
    part fresh = { .kind = kind, .line = tag->line, .column = tag->column };
    if (!tag->alone) {
        fresh.opens_line = self->line_fresh;
        self->line_fresh = false;
    }
    g_array_append_val(self->made->parts, fresh);
    return &g_array_index(self->made->parts, part, self->made->parts->len - 1);
}

static void compiler_add_text(compiler *self, gsize from, gsize to)
{
    if (from == to)
        return;
    part fresh = { .kind = PART_TEXT,
                   .opens_line = self->line_fresh,
                   .text = self->made->text + from,
                   .length = to - from };
    g_array_append_val(self->made->parts, fresh);
    self->line_fresh = self->text[to - 1] == '\n';
}

/* A name is words joined by dots, or one dot; blanks in it are a tag somebody forgot to close. */
static bool name_is_good(const char *name, gsize length)
{
    if (length == 1 && name[0] == '.')
        return true;
    if (length == 0 || memchr("<$*", name[0], 3) != NULL)
        return false;
    bool between = true;
    for (gsize i = 0; i < length; i++) {
        guchar byte = (guchar)name[i];
        if (byte <= ' ' || byte == 0x7F || memchr("{}\"'=#^&!", byte, 9) != NULL || (byte == '.' && between))
            return false;
        between = byte == '.';
    }
    return !between;
}

static bool compiler_check_name(const compiler *self, const struct tag *tag, GError **error)
{
    gsize length = tag->inner_length;
    if (length == 0)
        return compiler_fail(self, tag->line, tag->column, error, "the tag is empty; write a name in it");
    if (name_is_good(tag->inner, length))
        return true;
    if (memchr(tag->inner, '\n', length) != NULL ||
        memmem(tag->inner, length, self->open, strlen(self->open)) != NULL)
        return compiler_fail(self, tag->line, tag->column, error, "the tag is not closed; write %s%s",
                             tag->sigil == '{' ? "}" : "", self->close);
    const char *end = NULL;
    g_utf8_validate(tag->inner, (gssize)MIN(length, 40), &end); /* a long one is cut between characters */
    return compiler_fail(self, tag->line, tag->column, error,
                         "'%.*s' is not a name; write words joined by dots, without blanks",
                         (int)(end - tag->inner), tag->inner);
}

static void compiler_name(compiler *self, part *into, const struct tag *tag)
{
    mustache *made = self->made;
    into->text = g_string_chunk_insert_len(made->names, tag->inner, (gssize)tag->inner_length);
    into->first_word = made->words->len;
    if (strcmp(into->text, ".") == 0)
        return;
    const char *from = into->text;
    for (;;) {
        gsize length = strcspn(from, ".");
        word fresh = { from, length };
        g_array_append_val(made->words, fresh);
        into->words++;
        if (from[length] == '\0')
            return;
        from += length + 1;
    }
}

static bool compiler_open(compiler *self, const struct tag *tag, GError **error)
{
    if (!compiler_check_name(self, tag, error))
        return false;
    if (self->sections->len == MUSTACHE_SECTIONS_DEEPEST)
        return compiler_fail(self, tag->line, tag->column, error,
                             "sections nest deeper than %d; move the inner ones into a partial",
                             MUSTACHE_SECTIONS_DEEPEST);
    guint index = self->made->parts->len;
    compiler_name(self, compiler_add(self, tag->sigil == '#' ? PART_SECTION : PART_INVERTED, tag), tag);
    g_array_append_val(self->sections, index);
    return true;
}

static bool compiler_close(compiler *self, const struct tag *tag, GError **error)
{
    if (!compiler_check_name(self, tag, error))
        return false;
    g_autofree char *name = g_strndup(tag->inner, tag->inner_length);
    if (self->sections->len == 0)
        return compiler_fail(self, tag->line, tag->column, error,
                             "no section '%s' is open here; open it with %s#%s%s or take this away", name,
                             self->open, name, self->close);
    guint index = g_array_index(self->sections, guint, self->sections->len - 1);
    const part *opened = &g_array_index(self->made->parts, part, index);
    if (strcmp(opened->text, name) != 0)
        return compiler_fail(self, tag->line, tag->column, error,
                             "section '%s', opened at %u:%u, is closed as '%s'; write %s/%s%s", opened->text,
                             opened->line, opened->column, name, self->open, opened->text, self->close);
    g_array_set_size(self->sections, self->sections->len - 1);
    compiler_add(self, PART_END, tag)->jump = index;
    g_array_index(self->made->parts, part, index).jump = self->made->parts->len;
    return true;
}

static bool compiler_value(compiler *self, const struct tag *tag, GError **error)
{
    if (!compiler_check_name(self, tag, error))
        return false;
    part *value = compiler_add(self, PART_VALUE, tag);
    value->raw = tag->sigil != '\0';
    compiler_name(self, value, tag);
    return true;
}

static bool compiler_partial(compiler *self, const struct tag *tag, GError **error)
{
    if (!compiler_check_name(self, tag, error))
        return false;
    part *partial = compiler_add(self, PART_PARTIAL, tag);
    compiler_name(self, partial, tag);
    partial->alone = tag->alone;
    partial->margin = "";
    if (tag->alone)
        partial->margin = g_string_chunk_insert_len(self->made->names, self->text + self->line_start,
                                                    (gssize)(tag->start - self->line_start));
    return true;
}

static bool compiler_delimiters(compiler *self, const struct tag *tag, GError **error)
{
    g_autofree char *inner = g_strndup(tag->inner, tag->inner_length);
    g_auto(GStrv) pair = g_strsplit_set(inner, " \t\r\n", -1);
    const char *found[2] = { NULL, NULL };
    guint count = 0;
    for (char **each = pair; *each != NULL; each++)
        if (**each != '\0' && count++ < 2)
            found[count - 1] = *each;
    if (count != 2 || strchr(inner, '=') != NULL)
        return compiler_fail(self, tag->line, tag->column, error,
                             "new delimiters are two marks with a blank between; write %s=<%% %%>=%s",
                             self->open, self->close);
    g_free(self->open);
    g_free(self->close);
    self->open = g_strdup(found[0]);
    self->close = g_strdup(found[1]);
    return true;
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

static bool is_space(char byte)
{
    return is_blank(byte) || byte == '\n' || byte == '\r';
}

/* Where the tag at `start` ends and what is in it. */
static bool compiler_scan(compiler *self, gsize start, struct tag *tag, GError **error)
{
    *tag = (struct tag){ .start = start };
    compiler_count(self, start);
    tag->line = self->line;
    tag->column = self->column;
    gsize from = start + strlen(self->open);
    while (from < self->length && is_space(self->text[from]))
        from++;
    if (from < self->length && memchr("#^/>&{=!", self->text[from], 8) != NULL)
        tag->sigil = self->text[from++];
    const char *pair = tag->sigil == '{' ? "}" : tag->sigil == '=' ? "=" : "";
    g_autofree char *close = g_strconcat(pair, self->close, NULL);
    const char *end = memmem(self->text + from, self->length - from, close, strlen(close));
    if (end == NULL)
        return compiler_fail(self, tag->line, tag->column, error, "the tag is not closed; write %s", close);
    tag->end = (gsize)(end - self->text) + strlen(close);
    gsize to = (gsize)(end - self->text);
    while (from < to && is_space(self->text[from]))
        from++;
    while (to > from && is_space(self->text[to - 1]))
        to--;
    tag->inner = self->text + from;
    tag->inner_length = to - from;
    return true;
}

/* A tag that writes nothing itself and has its line to itself takes the line with it: the blanks before it
 * and all behind it, up to the next line, where `after` then stands. */
static bool compiler_alone(const compiler *self, const struct tag *tag, gsize *after)
{
    if (self->line_has_tag || tag->sigil == '\0' || tag->sigil == '&' || tag->sigil == '{')
        return false;
    for (gsize i = self->line_start; i < tag->start; i++)
        if (!is_blank(self->text[i]))
            return false;
    gsize i = tag->end;
    while (i < self->length && is_blank(self->text[i]))
        i++;
    if (i + 1 < self->length && self->text[i] == '\r' && self->text[i + 1] == '\n')
        i++;
    if (i < self->length && self->text[i] != '\n')
        return false;
    *after = MIN(i + 1, self->length);
    return true;
}

static bool compiler_take(compiler *self, const struct tag *tag, GError **error)
{
    switch (tag->sigil) {
    case '#':
    case '^':
        return compiler_open(self, tag, error);
    case '/':
        return compiler_close(self, tag, error);
    case '>':
        return compiler_partial(self, tag, error);
    case '=':
        return compiler_delimiters(self, tag, error);
    case '!':
        return true;
    default:
        return compiler_value(self, tag, error);
    }
}

/* The text up to the next tag, and the tag. */
static bool compiler_step(compiler *self, gsize start, GError **error)
{
    const char *newline = memrchr(self->text + self->at, '\n', start - self->at);
    if (newline != NULL) {
        self->line_start = (gsize)(newline - self->text) + 1;
        self->line_has_tag = false;
    }
    struct tag tag;
    if (!compiler_scan(self, start, &tag, error))
        return false;
    gsize after = tag.end;
    tag.alone = compiler_alone(self, &tag, &after);
    compiler_add_text(self, self->at, tag.alone ? self->line_start : start);
    if (!compiler_take(self, &tag, error))
        return false;
    self->at = after;
    self->line_has_tag = !tag.alone;
    if (tag.alone)
        self->line_start = after;
    return true;
}

static bool compiler_finish(compiler *self, GError **error)
{
    if (self->sections->len == 0)
        return true;
    guint index = g_array_index(self->sections, guint, self->sections->len - 1);
    const part *opened = &g_array_index(self->made->parts, part, index);
    return compiler_fail(self, opened->line, opened->column, error,
                         "section '%s' is not closed; write %s/%s%s", opened->text, self->open, opened->text,
                         self->close);
}

static bool compiler_run(compiler *self, GError **error)
{
    while (self->at < self->length) {
        const char *found =
            memmem(self->text + self->at, self->length - self->at, self->open, strlen(self->open));
        if (found == NULL) {
            compiler_add_text(self, self->at, self->length);
            break;
        }
        if (!compiler_step(self, (gsize)(found - self->text), error))
            return false;
    }
    return compiler_finish(self, error);
}

static bool compiler_check_text(compiler *self, GError **error)
{
    if (self->length > MUSTACHE_LARGEST)
        return compiler_fail(self, 1, 1, error, "the template is over %d bytes; write a shorter one",
                             MUSTACHE_LARGEST);
    const char *end = NULL;
    if (g_utf8_validate(self->text, (gssize)self->length, &end))
        return true;
    compiler_count(self, (gsize)(end - self->text));
    return compiler_fail(self, self->line, self->column, error,
                         "byte %02X is not UTF-8 text; save it as UTF-8", (guint)(guchar)*end);
}

mustache *mustache_compile(const char *file, const char *text, gsize length, GError **error)
{
    g_autoptr(mustache) made = g_new0(mustache, 1);
    made->file = g_strdup(file);
    made->text = g_memdup2(text, length);
    made->names = g_string_chunk_new(256);
    made->words = g_array_new(FALSE, FALSE, sizeof(word));
    made->parts = g_array_new(FALSE, FALSE, sizeof(part));
    compiler self = {
        .made = made, .text = text, .length = length, .line_fresh = true, .line = 1, .column = 1
    };
    if (!compiler_check_text(&self, error))
        return NULL;
    self.open = g_strdup("{{");
    self.close = g_strdup("}}");
    self.sections = g_array_new(FALSE, FALSE, sizeof(guint));
    bool done = compiler_run(&self, error);
    g_array_unref(self.sections);
    g_free(self.open);
    g_free(self.close);
    return done ? g_steal_pointer(&made) : NULL;
}

void mustache_free(mustache *self)
{
    if (self == NULL)
        return;
    g_free(self->file);
    g_free(self->text);
    g_string_chunk_free(self->names);
    g_array_unref(self->words);
    g_array_unref(self->parts);
    g_free(self);
}

static int compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

char **mustache_fields(const mustache *self)
{
    g_autoptr(GHashTable) once = g_hash_table_new(g_str_hash, g_str_equal);
    GPtrArray *names = g_ptr_array_new();
    for (guint i = 0; i < self->parts->len; i++) {
        const part *each = &g_array_index(self->parts, part, i);
        bool asks = each->kind == PART_VALUE || each->kind == PART_SECTION || each->kind == PART_INVERTED;
        if (asks && each->words > 0 && g_hash_table_add(once, (gpointer)each->text))
            g_ptr_array_add(names, g_strdup(each->text));
    }
    g_ptr_array_sort(names, compare_names);
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(names, FALSE);
}
