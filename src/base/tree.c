#include "base/tree.h"

#include "base/text.h"

#include <stdarg.h>
#include <string.h>
#include <yaml.h>

#define TREE_LARGEST (1024 * 1024) /* RELIABILITY 4: a megabyte of configuration is not one */
#define TREE_DEEPEST 32

struct node {
    const tree *tree;
    node_kind kind;
    guint line, column;
    bool quoted, bad; /* bad: already complained about; no word more */
    char *text;
    GPtrArray *keys, *items; /* borrowed: the tree owns every node */
    GHashTable *by_key;      /* text -> index of the pair, for maps */
};

struct tree {
    char *file;
    GPtrArray *nodes;
    node *root;
};

/* What is being read: the containers still open, each map with the key that waits for its value. */
typedef struct reader {
    tree *tree;
    complaints *into;
    node *open[TREE_DEEPEST + 1], *key[TREE_DEEPEST + 1];
    int depth;
    bool bad; /* nothing can be made of the rest */
} reader;

static void node_free(gpointer data)
{
    node *self = data;
    g_free(self->text);
    g_clear_pointer(&self->keys, g_ptr_array_unref);
    g_clear_pointer(&self->items, g_ptr_array_unref);
    g_clear_pointer(&self->by_key, g_hash_table_unref);
    g_free(self);
}

static tree *tree_new(const char *file)
{
    tree *self = g_new0(tree, 1);
    self->file = g_strdup(file);
    self->nodes = g_ptr_array_new_with_free_func(node_free);
    return self;
}

void tree_free(tree *self)
{
    if (self == NULL)
        return;
    g_ptr_array_unref(self->nodes);
    g_free(self->file);
    g_free(self);
}

static node *node_new(tree *owner, node_kind kind, yaml_mark_t at)
{
    node *self = g_new0(node, 1);
    self->tree = owner;
    self->kind = kind;
    self->line = (guint)at.line + 1;
    self->column = (guint)at.column + 1;
    if (kind != NODE_SCALAR)
        self->items = g_ptr_array_new();
    if (kind == NODE_MAP) {
        self->keys = g_ptr_array_new();
        self->by_key = g_hash_table_new(g_str_hash, g_str_equal);
    }
    g_ptr_array_add(owner->nodes, self);
    return self;
}

static void G_GNUC_PRINTF(4, 5)
    complain_at(const reader *self, yaml_mark_t at, const char *right, const char *wrong, ...)
{
    va_list words;
    va_start(words, wrong);
    g_autofree char *text = g_strdup_vprintf(wrong, words);
    va_end(words);
    complaint_add(self->into, self->tree->file, (guint)at.line + 1, (guint)at.column + 1, text, right);
}

/* --- before libyaml sees a byte ------------------------------------------------------------------------ */

static yaml_mark_t mark_of(const char *text, const char *at)
{
    yaml_mark_t mark = { 0 };
    for (const char *c = text; c < at; c++) {
        bool ends = *c == '\n' || (*c == '\r' && c[1] != '\n');
        if (ends) {
            mark.line++;
            mark.column = 0;
        } else if (((guchar)*c & 0xc0) != 0x80) {
            mark.column++;
        }
    }
    return mark;
}

static bool is_allowed(gunichar c)
{
    if (c < 0x20)
        return c == '\t' || c == '\n' || c == '\r';
    /* U+0085, U+2028 and U+2029 end lines for YAML, but in no editor: positions would be wrong. */
    return (c < 0x7f || c >= 0xa0) && c != 0x2028 && c != 0x2029 && c != 0xfeff && c != 0xfffe && c != 0xffff;
}

static bool text_is_fit(const reader *self, const char *text, gsize length)
{
    const char *end = NULL;
    if (length > TREE_LARGEST) {
        complain_at(self, (yaml_mark_t){ 0 }, "1 MB is the most", "%" G_GSIZE_FORMAT " bytes are too large",
                    length);
        return false;
    }
    if (!g_utf8_validate_len(text, length, &end) && *end != '\0') {
        complain_at(self, mark_of(text, end), "save the file as UTF-8", "byte %02X is not UTF-8",
                    (guchar)*end);
        return false;
    }
    for (const char *at = text; at < text + length; at = g_utf8_next_char(at))
        if (*at == '\0' || !is_allowed(g_utf8_get_char(at))) {
            g_autofree char *shown = text_visible(at, *at == '\0' ? 1 : g_utf8_next_char(at) - at);
            complain_at(self, mark_of(text, at), "remove it, or write it as \"\\x..\" in double quotes",
                        "the control character %s stands in the text", shown);
            return false;
        }
    return true;
}

/* --- what libyaml says, in words that help --------------------------------------------------------------- */

static const struct saying {
    const char *problem; /* libyaml's */
    bool at_context;     /* the place that matters is where it began */
    const char *wrong;   /* NULL: libyaml's own words */
    const char *right;
} sayings[] = {
    { "did not find expected key", false, "the indentation fits no map that is open here",
      "begin every key of a map in the same column" },
    { "did not find expected '-' indicator", false, "the indentation fits no list that is open here",
      "begin every '-' of a list in the same column" },
    { "mapping values are not allowed in this context", false, "a ': ' where no key can stand",
      "put a value that contains ': ' in quotes, or mend the indentation" },
    { "could not find expected ':'", true, "a key without its ':'", "write key: value" },
    { "found unexpected end of stream", true, "the quote that opens here is never closed", "close it" },
    { "found unexpected document indicator", true, "the quote that opens here is never closed", "close it" },
    { "did not find expected ',' or ']'", true, "the '[' that opens here is never closed",
      "put ',' between its items and ']' behind the last" },
    { "did not find expected ',' or '}'", true, "the '{' that opens here is never closed",
      "put ',' between its pairs and '}' behind the last" },
    { "found unknown escape character", false, NULL, "double the backslash, or use single quotes" },
    { "block sequence entries are not allowed in this context", false, "a '-' where no list can begin",
      "put the list on the lines below its key" },
    { "did not find expected <document start>", false, "something stands behind the end of the document",
      "keep everything in one map" },
    { "did not find expected node content", false, "a value is missing here", "write one, or \"\"" },
};

static const struct saying *saying_of(const char *problem)
{
    for (gsize i = 0; i < G_N_ELEMENTS(sayings); i++)
        if (g_str_has_prefix(problem, sayings[i].problem))
            return &sayings[i];
    return NULL;
}

/* The tab in the white space a line begins with; NULL when there is none. */
static const char *tab_in_indentation(const char *text, gsize length, gsize at)
{
    gsize line = MIN(at, length);
    while (line > 0 && text[line - 1] != '\n' && text[line - 1] != '\r')
        line--;
    while (line < length && text[line] == ' ')
        line++;
    return line < length && text[line] == '\t' ? text + line : NULL;
}

static gsize offset_of(const char *text, gsize length, gsize at_line)
{
    const char *at = text, *end = text + length;
    for (gsize line = 0; line < at_line && at < end; at++)
        if (*at == '\n' || (*at == '\r' && at + 1 < end && at[1] != '\n'))
            line++;
    return (gsize)(at - text);
}

static void complain_of_parser(const reader *self, const yaml_parser_t *parser, const char *text,
                               gsize length)
{
    const char *problem = parser->problem != NULL ? parser->problem : "it is not YAML";
    const char *tab = tab_in_indentation(text, length, offset_of(text, length, parser->problem_mark.line));
    if (tab != NULL) {
        complain_at(self, mark_of(text, tab), "indent with spaces", "a tab is used for indentation");
        return;
    }
    if (strstr(problem, "cannot start any token") != NULL) {
        gsize line = offset_of(text, length, parser->problem_mark.line);
        const char *at = g_utf8_offset_to_pointer(text + line, (glong)parser->problem_mark.column);
        g_autofree char *shown =
            at < text + length ? text_visible(at, g_utf8_next_char(at) - at) : g_strdup("");
        complain_at(self, parser->problem_mark, "put the value in quotes", "'%s' cannot begin a value",
                    shown);
        return;
    }
    const struct saying *saying = saying_of(problem);
    bool at_context = saying != NULL && saying->at_context && parser->context != NULL;
    yaml_mark_t at = at_context ? parser->context_mark : parser->problem_mark;
    complain_at(self, at, saying != NULL ? saying->right : "see the lines just above, too", "%s",
                saying != NULL && saying->wrong != NULL ? saying->wrong : problem);
}

/* --- the events become nodes -------------------------------------------------------------------------- */

static void check_marks(const reader *self, const yaml_event_t *event, const yaml_char_t *anchor,
                        const yaml_char_t *tag)
{
    if (anchor != NULL)
        complain_at(self, event->start_mark, "write the value out wherever it is wanted",
                    "the anchor '&%s': anchors are not read", (const char *)anchor);
    if (tag != NULL)
        complain_at(self, event->start_mark, "remove it", "the tag '%s': tags are not read",
                    (const char *)tag);
}

static void map_add(const reader *self, node *map, node *key, node *value)
{
    if (key->kind != NODE_SCALAR || key->bad)
        return; /* complained about already */
    gpointer index = NULL;
    if (g_hash_table_lookup_extended(map->by_key, key->text, NULL, &index)) {
        const node *first = node_key(map, GPOINTER_TO_UINT(index));
        node_complain(key, self->into, "keep one of the two",
                      "duplicate key '%s': it stands in line %u already", key->text, first->line);
        return;
    }
    g_hash_table_insert(map->by_key, key->text, GUINT_TO_POINTER(map->keys->len));
    g_ptr_array_add(map->keys, key);
    g_ptr_array_add(map->items, value);
}

/* Puts a node where it belongs: the root, a list's next item, a map's next key or value. */
static void place(reader *self, node *one)
{
    node *parent = self->depth > 0 ? self->open[self->depth] : NULL;
    if (parent == NULL) {
        self->tree->root = one;
    } else if (parent->kind == NODE_LIST) {
        g_ptr_array_add(parent->items, one);
    } else if (self->key[self->depth] == NULL) {
        if (one->kind != NODE_SCALAR)
            node_complain(one, self->into, "write a word", "a key that is itself a list or a map");
        self->key[self->depth] = one;
    } else {
        map_add(self, parent, self->key[self->depth], one);
        self->key[self->depth] = NULL;
    }
}

static void enter(reader *self, node *one, const yaml_event_t *event)
{
    place(self, one);
    if (self->depth == TREE_DEEPEST) {
        complain_at(self, event->start_mark, "32 levels are the most", "nested too deep");
        self->bad = true;
        return;
    }
    self->depth++;
    self->open[self->depth] = one;
    self->key[self->depth] = NULL;
}

static void take_scalar(reader *self, const yaml_event_t *event)
{
    check_marks(self, event, event->data.scalar.anchor, event->data.scalar.tag);
    node *one = node_new(self->tree, NODE_SCALAR, event->start_mark);
    one->text = g_strndup((const char *)event->data.scalar.value, event->data.scalar.length);
    one->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    /* "\0" in double quotes: every later reader would see half a value. */
    if (strlen(one->text) != event->data.scalar.length) {
        node_complain(one, self->into, "remove the \\0", "a NUL inside a value");
        one->bad = true;
    }
    place(self, one);
}

static void take_alias(reader *self, const yaml_event_t *event)
{
    complain_at(self, event->start_mark, "write the value out", "the alias '*%s': aliases are not read",
                (const char *)event->data.alias.anchor);
    node *one = node_new(self->tree, NODE_SCALAR, event->start_mark);
    one->text = g_strdup("");
    one->bad = true;
    place(self, one);
}

static void take_document(reader *self, const yaml_event_t *event)
{
    if (self->tree->root != NULL) {
        complain_at(self, event->start_mark, "keep everything in one map", "a second document begins here");
        self->bad = true;
    }
    for (yaml_tag_directive_t *tag = event->data.document_start.tag_directives.start;
         tag != event->data.document_start.tag_directives.end; tag++)
        complain_at(self, event->start_mark, "remove it", "the directive %%TAG %s: tags are not read",
                    (const char *)tag->handle);
}

static void take(reader *self, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        take_document(self, event);
        break;
    case YAML_ALIAS_EVENT:
        take_alias(self, event);
        break;
    case YAML_SCALAR_EVENT:
        take_scalar(self, event);
        break;
    case YAML_SEQUENCE_START_EVENT:
        check_marks(self, event, event->data.sequence_start.anchor, event->data.sequence_start.tag);
        enter(self, node_new(self->tree, NODE_LIST, event->start_mark), event);
        break;
    case YAML_MAPPING_START_EVENT:
        check_marks(self, event, event->data.mapping_start.anchor, event->data.mapping_start.tag);
        enter(self, node_new(self->tree, NODE_MAP, event->start_mark), event);
        break;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        self->depth--;
        break;
    default:
        break;
    }
}

/* One pass over the events, stopped at the first that goes too deep: libyaml alone is quadratic in open
 * brackets, and its document loader follows aliases round in circles. */
static void read_events(reader *self, const char *text, gsize length)
{
    yaml_parser_t parser;
    yaml_parser_initialize(&parser);
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const guchar *)text, length);
    for (bool more = true; more && !self->bad;) {
        yaml_event_t event;
        if (yaml_parser_parse(&parser, &event)) {
            take(self, &event);
            more = event.type != YAML_STREAM_END_EVENT;
            yaml_event_delete(&event);
        } else {
            complain_of_parser(self, &parser, text, length);
            self->bad = true;
        }
    }
    yaml_parser_delete(&parser);
}

static tree *tree_read(const char *file, const char *text, gsize length, complaints *into)
{
    g_autoptr(tree) self = tree_new(file);
    reader reading = { .tree = self, .into = into };
    if (!text_is_fit(&reading, text, length))
        return NULL;
    read_events(&reading, text, length);
    if (reading.bad)
        return NULL;
    if (self->root == NULL || node_is_blank(self->root))
        self->root = node_new(self, NODE_MAP, (yaml_mark_t){ 0 });
    return g_steal_pointer(&self);
}

/* The mark some editors put in front of UTF-8: it is in no column. */
static gsize byte_order_mark(const char *text, gsize length)
{
    return length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

tree *tree_parse(const char *file, const char *text, gsize length, complaints *into)
{
    gsize mark = byte_order_mark(text, length);
    return tree_read(file, text + mark, length - mark, into);
}

/* --- front matter ------------------------------------------------------------------------------------- */

static gsize line_length(const char *at, const char *end)
{
    const char *stop = memchr(at, '\n', (gsize)(end - at));
    return (gsize)((stop != NULL ? stop + 1 : end) - at);
}

static bool line_is_blank(const char *at, gsize length)
{
    while (length > 0 && g_ascii_isspace(at[length - 1]))
        length--;
    return length == 0;
}

static bool line_is_rule(const char *at, gsize length)
{
    return length >= 3 && strncmp(at, "---", 3) == 0 && line_is_blank(at + 3, length - 3);
}

tree *tree_parse_front(const char *file, const char *text, gsize length, complaints *into)
{
    const char *end = text + length;
    text += byte_order_mark(text, length);
    gsize first = line_length(text, end);
    const char *at = text + first;
    /* A rule with nothing below it is a rule: pandoc draws the same line. */
    if (!line_is_rule(text, first) || at == end || line_is_blank(at, line_length(at, end)))
        return tree_read(file, "", 0, into);
    while (at < end && !line_is_rule(at, line_length(at, end)))
        at += line_length(at, end);
    if (at == end) {
        complaint_add(into, file, 1, 1, "the front matter that opens here is never closed",
                      "put --- on a line of its own behind it");
        return NULL;
    }
    return tree_read(file, text, (gsize)(at - text), into);
}

/* --- asking ---------------------------------------------------------------------------------------------- */

const node *tree_root(const tree *self)
{
    return self->root;
}

node_kind node_is(const node *self)
{
    return self->kind;
}

const char *node_file(const node *self)
{
    return self->tree->file;
}

guint node_line(const node *self)
{
    return self->line;
}

guint node_column(const node *self)
{
    return self->column;
}

const char *node_text(const node *self)
{
    return self != NULL ? self->text : NULL;
}

bool node_quoted(const node *self)
{
    return self->quoted;
}

guint node_count(const node *self)
{
    return self->items != NULL ? self->items->len : 0;
}

const node *node_item(const node *self, guint index)
{
    return g_ptr_array_index(self->items, index);
}

const node *node_key(const node *self, guint index)
{
    return g_ptr_array_index(self->keys, index);
}

const node *node_get(const node *self, const char *key)
{
    gpointer index = NULL;
    if (self == NULL || self->kind != NODE_MAP ||
        !g_hash_table_lookup_extended(self->by_key, key, NULL, &index))
        return NULL;
    return node_item(self, GPOINTER_TO_UINT(index));
}

bool node_is_blank(const node *self)
{
    return self->kind == NODE_SCALAR && !self->quoted && !self->bad && self->text[0] == '\0';
}

bool node_is_bad(const node *self)
{
    return self->bad;
}

void node_complain(const node *self, complaints *into, const char *right, const char *wrong, ...)
{
    if (self->bad)
        return;
    va_list words;
    va_start(words, wrong);
    g_autofree char *text = g_strdup_vprintf(wrong, words);
    va_end(words);
    complaint_add(into, self->tree->file, self->line, self->column, text, right);
}
