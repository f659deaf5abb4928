/* One name against the other: what is named must be there, and once. */
#include "parts.h"

#include "base/suggest.h"

#include <string.h>

/* What to do about a name that is nowhere in `section`. */
static char *right_name(const char *name, const char *const *known, const char *section)
{
    g_autofree char *sentence = suggest_sentence(name, known);
    return *sentence != '\0' ? g_steal_pointer(&sentence)
                             : g_strdup_printf("add '%s' under %s, or mend the name", name, section);
}

static void name_check(const node *at, const char *const *known, const char *section, const char *whose,
                       complaints *into)
{
    if (at == NULL || node_text(at) == NULL || g_strv_contains(known, node_text(at)))
        return;
    g_autofree char *right = right_name(node_text(at), known, section);
    node_complain(at, into, right, "%s names '%s', which is not in %s", whose, node_text(at), section);
}

/* How a metric finds its value depends on what kind of source it asks. Where the kind itself is the mistake,
 * nothing follows from it. */
static void place_check(const settings *self, const metric *one, const node *map, complaints *into)
{
    static const char *const keys[] = { "query", "pointer" };
    const node *asked = one->source != NULL ? node_get(settings_section(self, "sources"), one->source) : NULL;
    const node *kind = asked != NULL ? node_get(asked, "kind") : NULL;
    const char *word = kind != NULL ? node_text(kind) : NULL;
    if (g_strcmp0(word, source_kind_name(SOURCE_METRICS)) != 0 &&
        g_strcmp0(word, source_kind_name(SOURCE_COMMAND)) != 0)
        return;
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        const node *at = node_get(map, keys[i]);
        if (at != NULL)
            node_complain(at, into, "write name: SERIES, and labels: {label: value}",
                          "'%s' means nothing to source '%s', which is of kind %s", keys[i], one->source,
                          word);
    }
}

static void metrics_agree(const settings *self, complaints *into)
{
    const node *metrics = settings_section(self, "metrics");
    g_autofree const char **sources = parts_names(settings_section(self, "sources"));
    for (guint i = 0; i < self->metrics->len; i++) {
        const metric *one = g_ptr_array_index(self->metrics, i);
        const node *map = node_get(metrics, one->name);
        const node *at = map != NULL ? node_get(map, "source") : NULL;
        g_autofree char *whose = g_strdup_printf("metric '%s'", one->name);
        if (at != NULL && !node_is_blank(at))
            name_check(at, (const char *const *)sources, "sources", whose, into);
        if (map != NULL)
            place_check(self, one, map, into);
    }
}

/* A metric's name is the first word of a condition: one that cannot be written there is of no use. */
static void metric_names_check(const settings *self, complaints *into)
{
    const node *metrics = settings_section(self, "metrics");
    for (guint i = 0; metrics != NULL && node_is(metrics) == NODE_MAP && i < node_count(metrics); i++) {
        const node *key = node_key(metrics, i);
        g_autofree char *sentence = g_strdup_printf("%s > 0", node_text(key));
        g_autoptr(condition) parsed = condition_parse(sentence, NULL, NULL, NULL);
        g_auto(GStrv) names = parsed != NULL ? condition_metrics(parsed) : NULL;
        if (names == NULL || names[0] == NULL || strcmp(names[0], node_text(key)) != 0)
            node_complain(key, into, "begin with a letter, and use no word of the condition language",
                          "'%s' cannot be used in a condition", node_text(key));
    }
}

/* The same value under one key in two items of a list. */
static void once_check(const node *list, const char *key, const char *what, complaints *into)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; list != NULL && node_is(list) == NODE_LIST && i < node_count(list); i++) {
        const node *at = node_get(node_item(list, i), key);
        if (at == NULL || node_text(at) == NULL || node_text(at)[0] == '\0')
            continue;
        const node *first = g_hash_table_lookup(seen, node_text(at));
        if (first != NULL)
            node_complain(at, into, "give each a name of its own", "%s '%s' stands in line %u already", what,
                          node_text(at), node_line(first));
        else
            g_hash_table_insert(seen, (gpointer)node_text(at), (gpointer)at);
    }
}

static void triggers_agree(const settings *self, complaints *into)
{
    const node *triggers = settings_section(self, "triggers");
    g_autofree const char **services = parts_names(settings_section(self, "services"));
    once_check(triggers, "name", "trigger", into);
    for (guint i = 0; triggers != NULL && node_is(triggers) == NODE_LIST && i < node_count(triggers); i++) {
        const node *at = node_get(node_item(triggers, i), "service");
        const node *name = node_get(node_item(triggers, i), "name");
        g_autofree char *whose = name != NULL && node_text(name) != NULL
                                     ? g_strdup_printf("trigger '%s'", node_text(name))
                                     : g_strdup("the trigger");
        if (at != NULL && !node_is_blank(at))
            name_check(at, (const char *const *)services, "services", whose, into);
    }
}

/* The way through depends, walked once: a service met again while it is still open closes a ring. */
typedef struct walk {
    const node *map;
    complaints *into;
    GHashTable *open, *done; /* of names */
} walk;

static const node *depend_at(const node *depends, guint index)
{
    return node_is(depends) == NODE_LIST ? node_item(depends, index) : depends;
}

static guint depends_count(const node *depends)
{
    if (depends == NULL || node_is_blank(depends))
        return 0;
    return node_is(depends) == NODE_LIST ? node_count(depends) : node_is(depends) == NODE_SCALAR;
}

/* As deep as there are services: settings reads no more than THINGS_MOST. */
static void walk_service(walk *self, const char *name)
{
    const node *depends = node_get(node_get(self->map, name), "depends");
    g_hash_table_add(self->open, (gpointer)name);
    for (guint i = 0; i < depends_count(depends); i++) {
        const node *at = depend_at(depends, i);
        const char *next = node_text(at);
        if (next == NULL || node_get(self->map, next) == NULL)
            continue;
        if (strcmp(next, name) == 0)
            node_complain(at, self->into, "remove it", "service '%s' depends on itself", name);
        else if (g_hash_table_contains(self->open, next))
            node_complain(at, self->into, "take one out: services are restarted in the order of depends",
                          "the depends of '%s' and '%s' run in a ring", name, next);
        else if (!g_hash_table_contains(self->done, next))
            walk_service(self, next);
    }
    g_hash_table_remove(self->open, name);
    g_hash_table_add(self->done, (gpointer)name);
}

static void rings_check(const settings *self, const char *const *services, complaints *into)
{
    g_autoptr(GHashTable) open = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GHashTable) done = g_hash_table_new(g_str_hash, g_str_equal);
    walk way = { settings_section(self, "services"), into, open, done };
    for (; *services != NULL; services++)
        if (!g_hash_table_contains(done, *services))
            walk_service(&way, *services);
}

static void services_agree(const settings *self, complaints *into)
{
    const node *map = settings_section(self, "services");
    g_autofree const char **names = parts_names(map);
    const char *const *services = (const char *const *)names;
    for (guint i = 0; i < self->services->len; i++) {
        const service *one = g_ptr_array_index(self->services, i);
        const node *depends = node_get(node_get(map, one->name), "depends");
        g_autofree char *whose = g_strdup_printf("service '%s'", one->name);
        for (guint j = 0; j < depends_count(depends); j++)
            name_check(depend_at(depends, j), services, "services", whose, into);
    }
    if (self->services->len > 0)
        rings_check(self, services, into);
}

void agree_check(const settings *self, complaints *into)
{
    metric_names_check(self, into);
    metrics_agree(self, into);
    triggers_agree(self, into);
    services_agree(self, into);
    once_check(settings_section(self, "people"), "name", "person", into);
}
