#include "front.h"

#include "backquote.h"
#include "base/section.h"
#include "base/suggest.h"
#include "base/tree.h"

#include <string.h>

/* What Jekyll, Hugo, MkDocs, Docusaurus and their like write there. */
static const char *const foreign[] = {
    "layout",
    "date",
    "tags",
    "categories",
    "category",
    "author",
    "authors",
    "description",
    "draft",
    "weight",
    "permalink",
    "slug",
    "url",
    "aliases",
    "keywords",
    "summary",
    "params",
    "menu",
    "nav_order",
    "parent",
    "sidebar_label",
    "sidebar_position",
    "id",
    "lastmod",
    "published",
    "excerpt",
    "image",
    "toc",
    "lang",
    "language",
    "owner",
    "template",
    "hide",
    "icon",
    "status",
    "subtitle",
    "version",
    "updated",
    "created",
    "linktitle",
    "linkTitle",
    "outputs",
    "cascade",
    "redirect_from",
    "has_children",
    "comments",
    "contacts",
    "service",
    "severity",
    "team",
    "labels",
    "name",
    "has_toc",
    "reviewed",
    NULL,
};

/* Names that steps get from warroom itself (DESIGN "A step's environment"). */
static const char *const reserved[] = { "TARGET", "INCIDENT", "OUTPUT", "ME",    "KEEPER", "STATE",
                                        "CONFIG", "STEP",     "RUN",    "PHASE", "BIN",    NULL };

static const char *line_of(const char *text, const char *end, gsize *size)
{
    const char *stop = memchr(text, '\n', (gsize)(end - text));
    *size = stop != NULL ? (gsize)(stop - text) : (gsize)(end - text);
    return stop != NULL ? stop + 1 : end;
}

static bool is_fence_line(const char *line, gsize size, const char *sign)
{
    while (size > 3 && (line[size - 1] == ' ' || line[size - 1] == '\t'))
        size--;
    return size == 3 && strncmp(line, sign, 3) == 0;
}

/* A map's first line: "key:" and perhaps more. A file may also begin with a mere rule. */
static bool is_key_line(const char *line, gsize size)
{
    const char *colon = memchr(line, ':', size);
    return colon != NULL && colon > line && !g_ascii_isspace(*line) && *line != '-' &&
           ((gsize)(colon - line) + 1 == size || colon[1] == ' ' || colon[1] == '\t');
}

guint front_lines(const char *text, gsize length)
{
    const char *end = text + length;
    gsize size = 0;
    const char *next = line_of(text, end, &size);
    bool toml = is_fence_line(text, size, "+++");
    if (!toml && !is_fence_line(text, size, "---"))
        return 0;
    bool keyed = toml;
    for (guint lines = 2; next < end; lines++) {
        const char *line = next;
        next = line_of(line, end, &size);
        if (is_fence_line(line, size, toml ? "+++" : "---") || (!toml && is_fence_line(line, size, "...")))
            return lines;
        if (keyed || (size > 0 && *line == '#' && lines > 2))
            continue;
        if (*line != '#' && !is_key_line(line, size))
            return 0;
        keyed = *line != '#';
    }
    return 0;
}

/* The node as JSON; every scalar is text. Depth is bounded by the tree. */
static json *node_json(const node *self)
{
    if (node_is(self) == NODE_SCALAR)
        return json_string(node_text(self));
    json *result = node_is(self) == NODE_LIST ? json_array() : json_object();
    for (guint i = 0; i < node_count(self); i++) {
        if (node_is(self) == NODE_LIST)
            json_array_append_new(result, node_json(node_item(self, i)));
        else
            json_object_set_new(result, node_text(node_key(self, i)), node_json(node_item(self, i)));
    }
    return result;
}

static bool is_reference(const char *text)
{
    return g_str_has_prefix(text, "file:") || g_str_has_prefix(text, "env:") ||
           g_str_has_prefix(text, "command:");
}

static bool check_name(const node *key, complaints *into)
{
    const char *name = node_text(key);
    g_autofree char *capitals = g_ascii_strup(name, -1);
    g_strdelimit(capitals, "-. ", '_');
    if (!g_ascii_isupper(*capitals) ||
        capitals[strspn(capitals, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")] != '\0')
        node_complain(key, into, "capitals, digits and '_', a letter first", "parameter '%s'", name);
    else if (strcmp(capitals, name) != 0) {
        g_autofree char *right =
            g_strdup_printf("write it %s: it reaches steps as WARROOM_%s", capitals, capitals);
        node_complain(key, into, right, "parameter '%s'", name);
    } else if (g_strv_contains(reserved, name) || g_str_has_prefix(name, "OUT_"))
        node_complain(key, into, "choose another", "parameter '%s' is a name warroom sets itself", name);
    else
        return true;
    return false;
}

/* `secret:` is "yes" (the reference comes with the plan) or the reference itself. */
static void read_secret(parameter *into, section *map, complaints *complaints)
{
    const node *where = section_node(map, "secret");
    const char *text = where != NULL ? node_text(where) : NULL;
    if (where == NULL || (text != NULL && (strcmp(text, "no") == 0 || strcmp(text, "false") == 0)))
        return;
    into->secret = true;
    if (text != NULL && is_reference(text)) {
        g_free(into->value);
        into->value = g_strdup(text);
    } else if (text == NULL || (strcmp(text, "yes") != 0 && strcmp(text, "true") != 0)) {
        node_complain(where, complaints, "a reference (file:, env: or command:), never the value, or yes",
                      "this is no secret's reference");
    } else if (into->value != NULL) {
        node_complain(where, complaints, "write secret: \"env:NAME\" instead of a default",
                      "a secret with its value beside it");
    }
}

static parameter *parameter_read(const node *key, const node *value, complaints *into)
{
    parameter *self = g_new0(parameter, 1);
    self->name = g_strdup(node_text(key));
    self->line = node_line(key);
    if (node_is(value) == NODE_SCALAR) { /* REPLICAS: 3 */
        bool said = *node_text(value) != '\0' || node_quoted(value);
        self->value = said ? g_strdup(node_text(value)) : NULL;
        self->about = g_strdup("");
        return self;
    }
    g_autofree char *what = g_strdup_printf("parameter '%s'", self->name);
    g_autoptr(section) map = section_open(value, what, into);
    self->about = g_strdup(section_text(map, "about", ""));
    self->value = g_strdup(section_text(map, "default", NULL));
    read_secret(self, map, into);
    return self;
}

static void read_parameters(playbook *book, const node *map, complaints *into)
{
    if (map == NULL)
        return;
    if (node_is(map) != NODE_MAP) {
        node_complain(map, into, "write NAME: {about: ..., default: ...} below it",
                      "'parameters' is not a map");
        return;
    }
    for (guint i = 0; i < node_count(map); i++)
        if (check_name(node_key(map, i), into))
            g_ptr_array_add(book->parameters, parameter_read(node_key(map, i), node_item(map, i), into));
}

static void read_abort(playbook *book, const node *condition, complaints *into)
{
    const char *text = node_text(condition);
    if (text == NULL)
        node_complain(condition, into, "a condition, as in error_rate > 10 % for 1m",
                      "this is not a sentence");
    else if (backquote_check(text, node_file(condition), node_line(condition),
                             node_column(condition) + node_quoted(condition), into))
        g_ptr_array_add(book->aborts, g_strdup(text));
}

static void read_aborts(playbook *book, const node *list, complaints *into)
{
    if (list == NULL)
        return;
    if (node_is(list) == NODE_SCALAR)
        read_abort(book, list, into);
    else if (node_is(list) == NODE_MAP)
        node_complain(list, into, "a list of conditions", "'abort' is a map");
    else
        for (guint i = 0; i < node_count(list); i++)
            read_abort(book, node_item(list, i), into);
}

static void read_expected(playbook *book, const node *expected, complaints *into)
{
    if (expected == NULL)
        return;
    if (node_is(expected) == NODE_SCALAR) {
        g_autoptr(GError) error = NULL;
        if (!span_parse(node_text(expected), &book->full_time, &error))
            node_complain(expected, into, "write it as 10m, or {switch: 1m, full: 10m}", "%s",
                          error->message);
        return;
    }
    g_autoptr(section) map = section_open(expected, "'expected'", into);
    book->switch_time = section_span(map, "switch", 0);
    book->full_time = section_span(map, "full", 0);
}

static void read_back(playbook *book, const node *back, complaints *into)
{
    if (back == NULL)
        return;
    g_autoptr(section) map = section_open(back, "'back'", into);
    book->back_code = g_strdup(section_text(map, "code", NULL));
    book->back_configuration = g_strdup(section_text(map, "configuration", NULL));
    book->back_schema = g_strdup(section_text(map, "schema", NULL));
    book->back_flags = g_strdup(section_text(map, "flags", NULL));
    book->back_caches = g_strdup(section_text(map, "caches", NULL));
}

static bool is_foreign(const char *key)
{
    static const char *const ours[] = { "title",      "type",  "expected", "drill",
                                        "parameters", "abort", "back",     NULL };
    return g_strv_contains(foreign, key) || suggest_word(key, ours) == NULL;
}

bool front_read(playbook *book, const char *text, gsize length, complaints *into)
{
    g_autoptr(tree) tree = tree_parse_front(book->file, text, length, into);
    if (tree == NULL)
        return false;
    const node *root = tree_root(tree);
    g_autoptr(section) map = section_open(root, "the front matter", into);
    const char *title = section_text(map, "title", NULL);
    if (title != NULL && *title != '\0')
        book->title = g_strdup(title);
    book->type = g_strdup(section_text(map, "type", ""));
    book->drill_every = section_span(map, "drill", 0);
    read_expected(book, section_node(map, "expected"), into);
    read_parameters(book, section_node(map, "parameters"), into);
    read_aborts(book, section_node(map, "abort"), into);
    read_back(book, section_node(map, "back"), into);
    json_decref(book->front);
    book->front = node_json(root);
    for (guint i = 0; i < node_count(root); i++)
        if (node_is(root) == NODE_MAP && is_foreign(node_text(node_key(root, i))))
            (void)section_node(map, node_text(node_key(root, i)));
    return true;
}
