#include "base/section.h"

#include "base/suggest.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

struct section {
    const node *map; /* NULL: absent, or not a map */
    const node *at;  /* where it would be: what is needed and not there is missed here; NULL when absent */
    char *what;
    complaints *into;
    GPtrArray *known; /* every key ever asked for, borrowed literals copied */
    bool *taken;      /* by index of the map */
};

static const char *kind_word(const node *self)
{
    static const char *const words[] = { "text", "a list", "a map" };
    return words[node_is(self)];
}

section *section_open(const node *map, const char *what, complaints *into)
{
    section *self = g_new0(section, 1);
    self->what = g_strdup(what);
    self->into = into;
    self->known = g_ptr_array_new_with_free_func(g_free);
    if (map != NULL && node_is(map) == NODE_MAP) {
        self->map = self->at = map;
        self->taken = g_new0(bool, node_count(map) + 1);
    } else if (map != NULL && node_is_blank(map)) {
        self->at = map; /* "shop:" and nothing behind it is an empty map */
    } else if (map != NULL) {
        node_complain(map, into, "write it as key: value pairs", "%s is %s, not a map", what, kind_word(map));
    }
    return self;
}

/* Keys still free to be meant come first: nobody means one that is there already. */
static char *right_key(const section *self, const char *wrong)
{
    g_autoptr(GPtrArray) absent = g_ptr_array_new();
    for (guint i = 0; i < self->known->len; i++)
        if (node_get(self->map, g_ptr_array_index(self->known, i)) == NULL)
            g_ptr_array_add(absent, g_ptr_array_index(self->known, i));
    g_ptr_array_add(absent, NULL);
    const char *meant = suggest_word(wrong, (const char *const *)absent->pdata);
    if (meant != NULL)
        return g_strdup_printf("did you mean '%s'?", meant);
    if (self->known->len == 0)
        return g_strdup("remove it");
    g_ptr_array_add(self->known, NULL);
    g_autofree char *words = g_strjoinv(", ", (char **)self->known->pdata);
    g_ptr_array_remove_index(self->known, self->known->len - 1);
    return g_strdup_printf("known keys: %s", words);
}

void section_close(section *self)
{
    if (self == NULL)
        return;
    for (guint i = 0; self->map != NULL && i < node_count(self->map); i++) {
        const node *key = node_key(self->map, i);
        if (self->taken[i])
            continue;
        g_autofree char *right = right_key(self, node_text(key));
        node_complain(key, self->into, right, "unknown key '%s' in %s", node_text(key), self->what);
    }
    g_ptr_array_unref(self->known);
    g_free(self->taken);
    g_free(self->what);
    g_free(self);
}

static void section_know(section *self, const char *key)
{
    for (guint i = 0; i < self->known->len; i++)
        if (strcmp(g_ptr_array_index(self->known, i), key) == 0)
            return;
    g_ptr_array_add(self->known, g_strdup(key));
}

bool section_has(section *self, const char *key)
{
    section_know(self, key);
    return self->map != NULL && node_get(self->map, key) != NULL;
}

const node *section_node(section *self, const char *key)
{
    if (!section_has(self, key))
        return NULL;
    for (guint i = 0; i < node_count(self->map); i++)
        if (strcmp(node_text(node_key(self->map, i)), key) == 0)
            self->taken[i] = true;
    return node_get(self->map, key);
}

const node *section_map(const section *self)
{
    return self->map;
}

/* The value as text, or NULL after a complaint that says what is due instead. */
static const node *section_scalar(section *self, const char *key, const char *due)
{
    const node *value = section_node(self, key);
    if (value == NULL || node_is_bad(value))
        return NULL;
    if (node_is(value) != NODE_SCALAR) {
        node_complain(value, self->into, due, "'%s' is %s in %s", key, kind_word(value), self->what);
        return NULL;
    }
    if (node_is_blank(value)) {
        g_autofree char *right = g_strdup_printf("%s, or remove the key", due);
        node_complain(value, self->into, right, "'%s' has no value in %s", key, self->what);
        return NULL;
    }
    return value;
}

const char *section_text(section *self, const char *key, const char *absent)
{
    const node *value = section_scalar(self, key, "write one text");
    return value != NULL ? node_text(value) : absent;
}

const char *section_text_needed(section *self, const char *key)
{
    if (section_has(self, key))
        return section_text(self, key, NULL);
    if (self->at != NULL) {
        g_autofree char *right = g_strdup_printf("add '%s:'", key);
        node_complain(self->at, self->into, right, "%s has no '%s'", self->what, key);
    }
    return NULL;
}

bool section_bool(section *self, const char *key, bool absent)
{
    static const char *const words[] = { "yes", "no", "true", "false", "on", "off", NULL };
    int word = section_word(self, key, words, -1);
    return word < 0 ? absent : word % 2 == 0;
}

gint64 section_integer(section *self, const char *key, gint64 least, gint64 most, gint64 absent)
{
    g_autofree char *due =
        g_strdup_printf("write a whole number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, least, most);
    const node *value = section_scalar(self, key, due);
    gint64 number = 0;
    if (value == NULL)
        return absent;
    if (!g_ascii_string_to_signed(node_text(value), 10, least, most, &number, NULL)) {
        node_complain(value, self->into, due, "'%s' is '%s'", key, node_text(value));
        return absent;
    }
    return number;
}

static bool number_parse(const char *text, double *result)
{
    char *end = NULL;
    /* g_ascii_strtod also takes hexadecimals, "inf" and "nan": nobody writes a threshold so. */
    if (text[0] == '\0' || text[strspn(text, "0123456789+-.eE")] != '\0')
        return false;
    errno = 0;
    double number = g_ascii_strtod(text, &end);
    if (*end != '\0' || !isfinite(number))
        return false;
    *result = number;
    return true;
}

double section_number(section *self, const char *key, double absent)
{
    const node *value = section_scalar(self, key, "write a number, as 0.5");
    double number = 0;
    if (value == NULL)
        return absent;
    if (!number_parse(node_text(value), &number)) {
        node_complain(value, self->into, "write a number, as 0.5", "'%s' is '%s', not a number", key,
                      node_text(value));
        return absent;
    }
    return number;
}

span section_span(section *self, const char *key, span absent)
{
    const char *due = "write a duration, as 90s, 5m, 1h30m or 14d";
    const node *value = section_scalar(self, key, due);
    span length = 0;
    if (value == NULL)
        return absent;
    if (span_parse(node_text(value), &length, NULL))
        return length;
    const char *text = node_text(value);
    bool bare = text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
    g_autofree char *unit = g_strdup_printf("write its unit, as %ss", text);
    node_complain(value, self->into, bare ? unit : due, "'%s' is '%s', not a duration", key, text);
    return absent;
}

int section_word(section *self, const char *key, const char *const *words, int absent)
{
    g_autofree char *list = g_strjoinv(", ", (char **)words);
    g_autofree char *due = g_strdup_printf("one of: %s", list);
    const node *value = section_scalar(self, key, due);
    if (value == NULL)
        return absent;
    for (int i = 0; words[i] != NULL; i++)
        if (g_ascii_strcasecmp(words[i], node_text(value)) == 0)
            return i;
    const char *meant = suggest_word(node_text(value), words);
    g_autofree char *right = meant != NULL ? g_strdup_printf("did you mean '%s'?", meant) : g_strdup(due);
    node_complain(value, self->into, right, "'%s' is '%s'", key, node_text(value));
    return absent;
}

char **section_texts(section *self, const char *key)
{
    const node *value = section_node(self, key);
    g_autoptr(GPtrArray) texts = g_ptr_array_new();
    if (value == NULL || node_is_bad(value))
        return NULL;
    if (node_is(value) != NODE_LIST) {
        const char *text = section_text(self, key, NULL);
        const char *one[] = { text, NULL };
        return text != NULL ? g_strdupv((char **)one) : NULL;
    }
    for (guint i = 0; i < node_count(value); i++) {
        const node *item = node_item(value, i);
        if (node_is(item) == NODE_SCALAR && !node_is_blank(item))
            g_ptr_array_add(texts, g_strdup(node_text(item)));
        else
            node_complain(item, self->into, "write one text",
                          node_is(item) == NODE_SCALAR ? "an item of '%s' has no value"
                                                       : "an item of '%s' is itself a list or a map",
                          key);
    }
    g_ptr_array_add(texts, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&texts), FALSE);
}
