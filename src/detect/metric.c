#include "detect/metric.h"

#include <math.h>
#include <string.h>

static bool is_label_name(const char *text)
{
    if (!g_ascii_isalpha(*text) && *text != '_')
        return false;
    for (const char *at = text; *at != '\0'; at++)
        if (!g_ascii_isalnum(*at) && *at != '_')
            return false;
    return true;
}

static GHashTable *labels_read(const node *map, complaints *into)
{
    if (map == NULL)
        return NULL;
    if (node_is(map) != NODE_MAP) {
        node_complain(map, into, "write {service: checkout}", "labels is not a map");
        return NULL;
    }
    GHashTable *labels = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    for (guint i = 0; i < node_count(map); i++) {
        const node *key = node_key(map, i), *value = node_item(map, i);
        if (!is_label_name(node_text(key)))
            node_complain(key, into, "letters, digits and '_', not first a digit",
                          "'%s' is not the name of a label", node_text(key));
        else if (node_text(value) == NULL)
            node_complain(value, into, "one text", "label '%s' has no single value", node_text(key));
        else
            g_hash_table_insert(labels, g_strdup(node_text(key)), g_strdup(node_text(value)));
    }
    return labels;
}

/* "410" or "1h before deployment". Readers of the value: metric_baseline_number. */
static bool baseline_is_good(const char *text)
{
    double number = 0;
    if (metric_baseline_number(text, &number))
        return true;
    span length = 0;
    const char *rest = span_scan(text, &length);
    return rest != NULL && strcmp(rest, " before deployment") == 0;
}

bool metric_baseline_number(const char *text, double *number)
{
    char *end = NULL;
    if (!g_ascii_isdigit(*text) && *text != '-' && *text != '.')
        return false;
    double value = g_ascii_strtod(text, &end);
    if (*end != '\0' || !isfinite(value) || strpbrk(text, "xX") != NULL)
        return false;
    *number = value;
    return true;
}

static void baseline_read(metric *self, section *keys, const node *map, complaints *into)
{
    const char *text = section_text(keys, "baseline", NULL);
    if (text == NULL)
        return;
    if (baseline_is_good(text))
        self->baseline = g_strdup(text);
    else
        node_complain(node_get(map, "baseline"), into, "write a number, or \"1h before deployment\"",
                      "'%s' is not a baseline", text);
}

static void scale_read(metric *self, section *keys, const node *map, complaints *into)
{
    self->scale = section_number(keys, "scale", 1);
    if (self->scale == 0) {
        node_complain(node_get(map, "scale"), into, "a number such as 1000 or 0.001",
                      "a scale of 0 makes every value 0");
        self->scale = 1;
    }
}

/* How the value is found, in the words of the kind of source; settings holds it against the kind. */
static void place_read(metric *self, section *keys, const char *name, const node *map, complaints *into)
{
    const char *series = section_text(keys, "name", NULL);
    self->series_said = series != NULL;
    self->series = g_strdup(series != NULL ? series : name);
    self->labels = labels_read(section_node(keys, "labels"), into);
    self->query = g_strdup(section_text(keys, "query", NULL));
    self->pointer = g_strdup(section_text(keys, "pointer", NULL));
    if (self->pointer != NULL && *self->pointer != '\0' && *self->pointer != '/')
        node_complain(node_get(map, "pointer"), into, "write /revenue/per_minute",
                      "'%s' is not a JSON pointer: it begins with '/'", self->pointer);
}

metric *metric_read(const char *name, const node *map, complaints *into)
{
    static const char *const ways[] = { "up", "down", NULL };
    g_autofree char *what = g_strdup_printf("metric '%s'", name);
    g_autoptr(section) keys = section_open(map, what, into);
    metric *self = g_new0(metric, 1);
    self->name = g_strdup(name);
    self->line = map != NULL ? node_line(map) : 0;
    self->title = g_strdup(section_text(keys, "title", name));
    self->source = g_strdup(section_text_needed(keys, "source"));
    place_read(self, keys, name, map, into);
    scale_read(self, keys, map, into);
    self->unit = g_strdup(section_text(keys, "unit", ""));
    self->bad = section_word(keys, "bad", ways, 0) == 1 ? BAD_DOWN : BAD_UP;
    baseline_read(self, keys, map, into);
    return self;
}

void metric_free(metric *self)
{
    if (self == NULL)
        return;
    g_free(self->name);
    g_free(self->title);
    g_free(self->source);
    g_free(self->series);
    g_clear_pointer(&self->labels, g_hash_table_unref);
    g_free(self->query);
    g_free(self->pointer);
    g_free(self->unit);
    g_free(self->baseline);
    g_free(self);
}
