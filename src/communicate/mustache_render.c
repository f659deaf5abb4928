/* From the flat list and some data to text: one loop, one buffer, and a stack of contexts. */
#include "communicate/mustache.h"

#include "mustache_part.h"

#include <string.h>

/* A context, and the list it comes from when a section walks through one. */
typedef struct level {
    const json *context;
    const json *list; /* NULL: the section is entered once */
    size_t next;
} level;

typedef struct rendering {
    mustache_escape escape;
    mustache_partial partial;
    void *context;
    GString *out;
    gsize limit;         /* how long `out` may become */
    complaints *missing; /* NULL: nobody wants to know */
    GHashTable *told;    /* of part: each tag complains once, however often a list comes by */
    GArray *levels;      /* of level; the first is the data itself */
    guint partials;      /* how deep in partials we are */
    gint64 steps;        /* what is left of MUSTACHE_STEPS_MOST */
} rendering;

/* The common case without a call: most pieces are short and the buffer is long. */
static inline void put(GString *out, const char *bytes, gsize length)
{
    if (out->len + length >= out->allocated_len) {
        g_string_append_len(out, bytes, (gssize)length);
        return;
    }
    memcpy(out->str + out->len, bytes, length);
    out->len += length;
    out->str[out->len] = '\0';
}

/* What a byte is written as; empty: as itself. */
typedef const char mark[8];

static mark html[256] = {
    ['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#39;",
};

static mark json_text_marks[256] = {
    [0x00] = "\\u0000", [0x01] = "\\u0001", [0x02] = "\\u0002", [0x03] = "\\u0003", [0x04] = "\\u0004",
    [0x05] = "\\u0005", [0x06] = "\\u0006", [0x07] = "\\u0007", ['\b'] = "\\b",     ['\t'] = "\\t",
    ['\n'] = "\\n",     [0x0B] = "\\u000b", ['\f'] = "\\f",     ['\r'] = "\\r",     [0x0E] = "\\u000e",
    [0x0F] = "\\u000f", [0x10] = "\\u0010", [0x11] = "\\u0011", [0x12] = "\\u0012", [0x13] = "\\u0013",
    [0x14] = "\\u0014", [0x15] = "\\u0015", [0x16] = "\\u0016", [0x17] = "\\u0017", [0x18] = "\\u0018",
    [0x19] = "\\u0019", [0x1A] = "\\u001a", [0x1B] = "\\u001b", [0x1C] = "\\u001c", [0x1D] = "\\u001d",
    [0x1E] = "\\u001e", [0x1F] = "\\u001f", ['"'] = "\\\"",     ['\\'] = "\\\\",
};

/* Nearly all bytes stand for themselves: they are passed over four at a time. */
static const char *next_marked(const char *at, const char *end, mark *marks)
{
#define MARKED(offset) marks[(guchar)at[offset]][0]
    while (end - at >= 4 && (MARKED(0) | MARKED(1) | MARKED(2) | MARKED(3)) == 0)
        at += 4;
    while (at < end && MARKED(0) == 0)
        at++;
#undef MARKED
    return at;
}

static void put_escaped(GString *out, const char *text, gsize length, mark *marks)
{
    const char *end = text + length;
    for (;;) {
        const char *at = next_marked(text, end, marks);
        put(out, text, (gsize)(at - text));
        if (at == end)
            return;
        const char *instead = marks[(guchar)*at];
        put(out, instead, strlen(instead));
        text = at + 1;
    }
}

static void put_text(rendering *self, const char *text, gsize length, bool raw)
{
    if (raw || self->escape == ESCAPE_NONE)
        put(self->out, text, length);
    else
        put_escaped(self->out, text, length, self->escape == ESCAPE_HTML ? html : json_text_marks);
}

/* As people write them: 0.95, not 0.94999999999999996; 0.00002, not 2e-05; 5.0 stays 5.0. */
static void put_decimal(GString *out, double number)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    g_ascii_formatd(text, sizeof text, "%.15g", number);
    if (g_ascii_strtod(text, NULL) != number)
        g_ascii_formatd(text, sizeof text, "%.17g", number);
    const char *power = strchr(text, 'e');
    gint64 exponent = power != NULL ? g_ascii_strtoll(power + 1, NULL, 10) : 0;
    char plain[64];
    if (exponent < 0 && exponent > -12) {
        char format[16];
        gsize digits = (gsize)(power - text) - (text[0] == '-') - (strchr(text, '.') != NULL);
        g_snprintf(format, sizeof format, "%%.%df", (int)((gint64)digits - 1 - exponent));
        g_string_append(out, g_ascii_formatd(plain, sizeof plain, format, number));
        return;
    }
    g_string_append(out, text);
    if (strpbrk(text, ".e") == NULL)
        g_string_append(out, ".0");
}

static void put_integer(GString *out, gint64 number)
{
    char text[24];
    char *at = text + sizeof text;
    guint64 left = number < 0 ? 0 - (guint64)number : (guint64)number;
    do
        *--at = (char)('0' + left % 10);
    while ((left /= 10) != 0);
    if (number < 0)
        *--at = '-';
    put(out, at, (gsize)(text + sizeof text - at));
}

/* Does anybody want to hear of this tag, for the first time? A list may come by it ten thousand times. */
static bool is_news(rendering *self, const part *tag)
{
    if (self->missing == NULL)
        return false;
    if (self->told == NULL)
        self->told = g_hash_table_new(NULL, NULL);
    return g_hash_table_add(self->told, (gpointer)tag);
}

/* `wrong` and `right` each have one place for the tag's name. */
static void complain(rendering *self, const mustache *from, const part *tag, const char *wrong,
                     const char *right)
{
    if (!is_news(self, tag))
        return;
    g_auto(GStrv) around_wrong = g_strsplit(wrong, "%s", 2), around_right = g_strsplit(right, "%s", 2);
    g_autofree char *what = g_strjoinv(tag->text, around_wrong);
    g_autofree char *instead = g_strjoinv(tag->text, around_right);
    complaint_add(self->missing, from->file != NULL ? from->file : "template", tag->line, tag->column, what,
                  instead);
}

static void put_value(rendering *self, const mustache *from, const part *tag, const json *value)
{
    switch (value != NULL ? json_typeof(value) : JSON_NULL) {
    case JSON_STRING:
        put_text(self, json_string_value(value), json_string_length(value), tag->raw);
        break;
    case JSON_INTEGER:
        put_integer(self->out, json_integer_value(value));
        break;
    case JSON_REAL:
        put_decimal(self->out, json_real_value(value));
        break;
    case JSON_TRUE:
        put(self->out, "true", 4);
        break;
    case JSON_FALSE:
        put(self->out, "false", 5);
        break;
    case JSON_NULL:
        complain(self, from, tag, "there is no value for '%s'", "give it one, or ask for it with {{#%s}}");
        break;
    case JSON_ARRAY:
        complain(self, from, tag, "'%s' is a list, not one value", "use {{#%s}} to walk through it");
        break;
    case JSON_OBJECT:
        complain(self, from, tag, "'%s' is a group of values, not one value", "name one inside it: %s.NAME");
        break;
    }
}

static const level *rendering_top(const rendering *self)
{
    return &g_array_index(self->levels, level, self->levels->len - 1);
}

/* The first word is looked for from the innermost context outwards; the others only inside what it gave. */
static const json *rendering_find(rendering *self, const mustache *from, const part *tag)
{
    if (tag->words == 0)
        return rendering_top(self)->context;
    const word *words = &g_array_index(from->words, word, tag->first_word);
    const level *bottom = &g_array_index(self->levels, level, 0);
    const json *value = NULL;
    gint64 cost = 1 + (gint64)(words[0].length / 64); /* a long name is long to look up */
    for (const level *at = rendering_top(self); value == NULL && at >= bottom; at--) {
        value = json_object_getn(at->context, words[0].text, words[0].length);
        self->steps -= cost;
    }
    for (guint i = 1; i < tag->words && value != NULL; i++)
        value = json_object_getn(value, words[i].text, words[i].length);
    return value;
}

static bool holds(const json *value)
{
    switch (value != NULL ? json_typeof(value) : JSON_NULL) {
    case JSON_NULL:
    case JSON_FALSE:
        return false;
    case JSON_ARRAY:
        return json_array_size(value) > 0;
    case JSON_STRING:
        return json_string_length(value) > 0;
    case JSON_INTEGER:
        return json_integer_value(value) != 0;
    case JSON_REAL:
        return json_real_value(value) != 0;
    default:
        return true;
    }
}

/* Text inside an indented partial: the margin before each line that has anything on it. A wide one before many
 * lines is more than any buffer holds: past the limit it stops, and the next tag says so. */
static void put_with_margin(rendering *self, const part *text, const char *margin, gsize margin_length)
{
    GString *out = self->out;
    const char *at = text->text, *end = text->text + text->length;
    bool opens = text->opens_line;
    while (at < end && out->len <= self->limit) {
        const char *newline = memchr(at, '\n', (gsize)(end - at));
        const char *next = newline != NULL ? newline + 1 : end;
        bool empty = *at == '\n' || (*at == '\r' && next - at == 2);
        if (opens && !empty)
            put(out, margin, margin_length);
        put(out, at, (gsize)(next - at));
        at = next;
        opens = true;
    }
}

static void enter(rendering *self, const json *value)
{
    level inner = { .context = value };
    if (json_is_array(value))
        inner = (level){ .context = json_array_get(value, 0), .list = value, .next = 1 };
    g_array_append_val(self->levels, inner);
}

/* At the end of a section: round again with the list's next item, or out. */
static bool again(rendering *self)
{
    level *top = &g_array_index(self->levels, level, self->levels->len - 1);
    if (top->list != NULL && top->next < json_array_size(top->list)) {
        top->context = json_array_get(top->list, top->next++);
        return true;
    }
    g_array_set_size(self->levels, self->levels->len - 1);
    return false;
}

/* `what` has one place for the limit. */
static bool stop(const mustache *from, const part *at, GError **error, int limit, const char *what)
{
    fail(error, ERR_FAILED, what, limit);
    g_prefix_error(error, "%s%s%u:%u: ", from->file != NULL ? from->file : "", from->file != NULL ? ":" : "",
                   at->line, at->column);
    return false;
}

static bool render(rendering *self, const mustache *from, const char *margin, GError **error);

static bool put_partial(rendering *self, const mustache *from, const part *tag, const char *margin,
                        GError **error)
{
    const mustache *partial = self->partial != NULL ? self->partial(tag->text, self->context) : NULL;
    if (partial == NULL) {
        complain(self, from, tag, "there is no partial '%s'", "write %s.mustache, or take the tag away");
        return true;
    }
    if (self->partials == MUSTACHE_PARTIALS_DEEPEST)
        return stop(from, tag, error, MUSTACHE_PARTIALS_DEEPEST,
                    "partials nest deeper than %d; let one end where its data ends");
    g_autofree char *wider = tag->alone ? g_strconcat(margin, tag->margin, NULL) : g_strdup("");
    self->steps -= (gint64)strlen(wider);
    self->partials++;
    bool done = render(self, partial, wider, error);
    self->partials--;
    return done;
}

static bool within_limits(const rendering *self, const mustache *from, const part *at, GError **error)
{
    if (self->steps < 0)
        return stop(from, at, error, MUSTACHE_STEPS_MOST,
                    "the rendering takes more than %d steps; walk fewer lists inside one another");
    if (self->out->len > self->limit)
        return stop(from, at, error, MUSTACHE_OUTPUT_LARGEST,
                    "the text becomes longer than %d bytes; walk shorter lists");
    return true;
}

static bool render(rendering *self, const mustache *from, const char *margin, GError **error)
{
    const part *parts = (const part *)(void *)from->parts->data;
    gsize margin_length = strlen(margin);
    for (guint i = 0; i < from->parts->len; i++) {
        const part *at = &parts[i];
        self->steps--;
        if (margin_length > 0 && at->opens_line && at->kind != PART_TEXT)
            put(self->out, margin, margin_length);
        switch (at->kind) {
        case PART_TEXT:
            if (margin_length > 0)
                put_with_margin(self, at, margin, margin_length);
            else
                put(self->out, at->text, at->length);
            continue; /* whatever repeats it is a tag, and has a place to be named by */
        case PART_VALUE:
            put_value(self, from, at, rendering_find(self, from, at));
            break;
        case PART_SECTION: {
            const json *value = rendering_find(self, from, at);
            if (holds(value))
                enter(self, value);
            else
                i = at->jump - 1;
            break;
        }
        case PART_INVERTED:
            if (holds(rendering_find(self, from, at)))
                i = at->jump - 1;
            break;
        case PART_END:
            if (parts[at->jump].kind == PART_SECTION && again(self))
                i = at->jump;
            break;
        case PART_PARTIAL:
            if (!put_partial(self, from, at, margin, error))
                return false;
            break;
        }
        if (!within_limits(self, from, at, error))
            return false;
    }
    return true;
}

bool mustache_render(const mustache *self, const json *data, mustache_escape escape, mustache_partial partial,
                     void *context, GString *out, complaints *missing, GError **error)
{
    rendering run = {
        .escape = escape,
        .partial = partial,
        .context = context,
        .out = out,
        .limit = out->len + MUSTACHE_OUTPUT_LARGEST,
        .missing = missing,
        .levels = g_array_sized_new(FALSE, FALSE, sizeof(level), 16),
        .steps = MUSTACHE_STEPS_MOST,
    };
    gsize before = out->len;
    level first = { .context = data };
    g_array_append_val(run.levels, first);
    bool done = render(&run, self, "", error);
    if (!done)
        g_string_truncate(out, before);
    g_array_unref(run.levels);
    g_clear_pointer(&run.told, g_hash_table_unref);
    return done;
}
