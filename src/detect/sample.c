#include "sample.h"

#include <math.h>
#include <string.h>

#define NUMBER_LONGEST 63

/* The line being read, and where. */
typedef struct reader {
    const char *line;
    gsize at, length;
} reader;

void sample_init(sample *self)
{
    self->labels = g_array_new(FALSE, FALSE, sizeof(label));
    self->values = g_string_new(NULL);
}

void sample_clear(sample *self)
{
    g_array_unref(self->labels);
    g_string_free(self->values, TRUE);
}

gsize sample_name_length(const char *line, gsize length)
{
    gsize at = 0;
    while (at < length && line[at] != '{' && line[at] != ' ' && line[at] != '\t')
        at++;
    return at;
}

static void skip_blanks(reader *from)
{
    while (from->at < from->length && (from->line[from->at] == ' ' || from->line[from->at] == '\t'))
        from->at++;
}

static bool next_is(const reader *from, char c)
{
    return from->at < from->length && from->line[from->at] == c;
}

static bool take(reader *from, char c)
{
    if (!next_is(from, c))
        return false;
    from->at++;
    return true;
}

static bool is_label_byte(char c, bool first)
{
    return g_ascii_isalpha(c) || c == '_' || (!first && g_ascii_isdigit(c));
}

/* A quoted value; its escapes are \\ \" and \n, and nothing else is one. */
static const char *value_parse(reader *from, GString *into)
{
    if (!take(from, '"'))
        return "expected '\"'";
    gsize begin = into->len;
    while (from->at < from->length) {
        char c = from->line[from->at++];
        if (c == '"') {
            if (!g_utf8_validate(into->str + begin, (gssize)(into->len - begin), NULL))
                return "the value of the label is not UTF-8";
            g_string_append_c(into, '\0');
            return NULL;
        }
        if (c == '\\') {
            char escaped = from->at < from->length ? from->line[from->at++] : '\0';
            if (escaped != '\\' && escaped != '"' && escaped != 'n')
                return "an escape that is none of \\\\ \\\" \\n";
            c = escaped == 'n' ? '\n' : escaped;
        }
        g_string_append_c(into, c);
    }
    return "the value of the label has no end";
}

static const char *label_parse(reader *from, GArray *labels, GString *values)
{
    label one = { .name = from->line + from->at, .value = values->len };
    while (from->at < from->length && is_label_byte(from->line[from->at], one.length == 0)) {
        from->at++;
        one.length++;
    }
    if (one.length == 0)
        return "expected the name of a label";
    for (guint i = 0; i < labels->len; i++) {
        const label *other = &g_array_index(labels, label, i);
        if (other->length == one.length && memcmp(other->name, one.name, one.length) == 0)
            return "a label stands twice";
    }
    skip_blanks(from);
    if (!take(from, '='))
        return "expected '='";
    skip_blanks(from);
    const char *wrong = value_parse(from, values);
    if (wrong == NULL)
        g_array_append_val(labels, one);
    return wrong;
}

/* From behind '{' to behind '}'; a comma may stand behind the last label. */
static const char *labels_parse(reader *from, GArray *labels, GString *values)
{
    for (;;) {
        skip_blanks(from);
        if (take(from, '}'))
            return NULL;
        const char *wrong = label_parse(from, labels, values);
        if (wrong != NULL)
            return wrong;
        skip_blanks(from);
        if (!take(from, ',') && !next_is(from, '}'))
            return "expected ',' or '}'";
    }
}

/* Decimal digits; strtod alone would take hexadecimal ones and stop where it likes. */
static bool digits_read(const char *text, gsize length, double *number)
{
    char digits[NUMBER_LONGEST + 1];
    for (gsize i = 0; i < length; i++) {
        if (!g_ascii_isdigit(text[i]) && strchr("+-.eE", text[i]) == NULL)
            return false;
        digits[i] = text[i];
    }
    digits[length] = '\0';
    char *end = NULL;
    *number = g_ascii_strtod(digits, &end);
    return end != digits && *end == '\0';
}

static bool word_read(const char *text, gsize length, double *number)
{
    static const struct {
        const char *word;
        double number;
    } words[] = { { "nan", NAN }, { "inf", INFINITY }, { "infinity", INFINITY } };
    double sign = *text == '-' ? -1 : 1;
    bool signed_ = *text == '-' || *text == '+';
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (strlen(words[i].word) == length - signed_ &&
            g_ascii_strncasecmp(text + signed_, words[i].word, length - signed_) == 0) {
            *number = sign * words[i].number;
            return true;
        }
    return false;
}

static bool number_parse(reader *from, double *number)
{
    const char *text = from->line + from->at;
    gsize length = 0;
    while (from->at + length < from->length && text[length] != ' ' && text[length] != '\t')
        length++;
    if (length == 0 || length > NUMBER_LONGEST)
        return false;
    if (!digits_read(text, length, number) && !word_read(text, length, number))
        return false;
    from->at += length;
    return true;
}

/* "# {trace_id="abc"} 0.67 1520879607.789": looked at for its form, and forgotten. */
static const char *exemplar_parse(reader *from)
{
    g_autoptr(GArray) labels = g_array_new(FALSE, FALSE, sizeof(label));
    g_autoptr(GString) values = g_string_new(NULL);
    double number = 0;
    from->at++;
    skip_blanks(from);
    if (!take(from, '{'))
        return "expected '{' of an exemplar";
    const char *wrong = labels_parse(from, labels, values);
    if (wrong != NULL)
        return wrong;
    skip_blanks(from);
    if (!number_parse(from, &number))
        return "expected the value of the exemplar";
    skip_blanks(from);
    if (from->at < from->length && !number_parse(from, &number))
        return "expected the time of the exemplar";
    return NULL;
}

static const char *rest_parse(sample *self, reader *from)
{
    const char *wrong = NULL;
    skip_blanks(from);
    if (take(from, '{'))
        wrong = labels_parse(from, self->labels, self->values);
    if (wrong != NULL)
        return wrong;
    skip_blanks(from);
    if (!number_parse(from, &self->value))
        return "expected a value";
    skip_blanks(from);
    if (from->at < from->length && !next_is(from, '#')) {
        self->stamped = number_parse(from, &self->stamp);
        if (!self->stamped)
            return "expected a time, or the end of the line";
        skip_blanks(from);
    }
    if (next_is(from, '#'))
        wrong = exemplar_parse(from);
    if (wrong != NULL)
        return wrong;
    skip_blanks(from);
    return from->at == from->length ? NULL : "expected the end of the line";
}

const char *sample_parse(sample *self, const char *line, gsize length, gsize name, gsize *at)
{
    reader from = { .line = line, .at = name, .length = length };
    g_array_set_size(self->labels, 0);
    g_string_truncate(self->values, 0);
    self->stamped = false;
    const char *wrong = memchr(line, '\0', length) != NULL ? "a NUL byte" : rest_parse(self, &from);
    *at = from.at;
    return wrong;
}

const char *sample_label(const sample *self, const char *name)
{
    gsize length = strlen(name);
    for (guint i = 0; i < self->labels->len; i++) {
        const label *one = &g_array_index(self->labels, label, i);
        if (one->length == length && memcmp(one->name, name, length) == 0)
            return self->values->str + one->value;
    }
    return "";
}

static int label_order(gconstpointer a, gconstpointer b)
{
    const label *one = a, *other = b;
    int order = memcmp(one->name, other->name, MIN(one->length, other->length));
    return order != 0 ? order : (one->length > other->length) - (one->length < other->length);
}

char *sample_identity(const sample *self)
{
    g_autoptr(GArray) sorted = g_array_copy(self->labels);
    g_array_sort(sorted, label_order);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < sorted->len; i++) {
        const label *one = &g_array_index(sorted, label, i);
        const char *value = self->values->str + one->value;
        if (*value == '\0')
            continue; /* an empty label is none */
        g_string_append_len(text, one->name, (gssize)one->length);
        g_string_append_printf(text, "=%zu:%s,", strlen(value), value);
    }
    return g_string_free(text, FALSE);
}
