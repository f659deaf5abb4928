#include "settings/settings.h"

#include "parts.h"

#include "base/id.h"

#include <string.h>

#define THINGS_MOST 1000 /* of each: a console is read by a person */

static void drop_source(gpointer data)
{
    source_free(data);
}

static void drop_metric(gpointer data)
{
    metric_free(data);
}

static void drop_trigger(gpointer data)
{
    trigger_free(data);
}

static void drop_service(gpointer data)
{
    service_free(data);
}

static void drop_person(gpointer data)
{
    person_free(data);
}

settings *settings_shipped(void)
{
    static const char *const none[] = { NULL };
    static const char *const notices[] = { "desktop", "bell", NULL }; /* D9; a command where one is given */
    settings *self = g_new0(settings, 1);
    self->file = g_strdup("");
    self->sources = g_ptr_array_new_with_free_func(drop_source);
    self->metrics = g_ptr_array_new_with_free_func(drop_metric);
    self->triggers = g_ptr_array_new_with_free_func(drop_trigger);
    self->services = g_ptr_array_new_with_free_func(drop_service);
    self->people = g_ptr_array_new_with_free_func(drop_person);
    self->steps_pass = g_strdupv((char **)none);
    self->templates = g_strdupv((char **)none);
    self->notify = g_strdupv((char **)notices);
    self->clock = SPAN_SECOND;
    digest_bytes("", 0, self->digest);
    return self;
}

void settings_free(settings *self)
{
    if (self == NULL)
        return;
    g_free(self->file);
    g_ptr_array_unref(self->sources);
    g_ptr_array_unref(self->metrics);
    g_ptr_array_unref(self->triggers);
    g_ptr_array_unref(self->services);
    g_ptr_array_unref(self->people);
    g_strfreev(self->steps_pass);
    g_strfreev(self->templates);
    g_free(self->room_group);
    g_strfreev(self->notify);
    g_strfreev(self->notify_command);
    tree_free(self->tree);
    g_free(self);
}

const char **parts_names(const node *map)
{
    GPtrArray *names = g_ptr_array_new();
    for (guint i = 0; map != NULL && node_is(map) == NODE_MAP && i < node_count(map); i++)
        g_ptr_array_add(names, (gpointer)node_text(node_key(map, i)));
    g_ptr_array_add(names, NULL);
    return (const char **)g_ptr_array_free(names, FALSE);
}

static bool not_too_many(const node *things, const char *key, complaints *into)
{
    if (node_count(things) <= THINGS_MOST)
        return true;
    node_complain(things, into, "1000 are the most", "%u entries in %s are too many", node_count(things),
                  key);
    return false;
}

/* A section that is a map of named things; NULL after a complaint, or when there is nothing in it. */
static const node *named_things(section *keys, const char *key, complaints *into)
{
    const node *map = section_node(keys, key);
    if (map == NULL)
        return NULL;
    g_autoptr(section) shape = section_open(map, key, into);
    if (section_map(shape) == NULL)
        return NULL;
    for (guint i = 0; i < node_count(map); i++) {
        const char *name = node_text(node_key(map, i));
        section_node(shape, name); /* taken: any name will do, if it is one */
        if (!id_is_name(name))
            node_complain(node_key(map, i), into, "letters, digits, '-', '_' and '.', 1 to 64 of them",
                          "'%s' cannot be a name in %s", name, key);
    }
    return not_too_many(map, key, into) ? map : NULL;
}

/* A section that is a list; NULL after a complaint, or when there is nothing in it. */
static const node *listed_things(section *keys, const char *key, const char *right, complaints *into)
{
    const node *list = section_node(keys, key);
    if (list == NULL)
        return NULL;
    if (node_is(list) == NODE_LIST)
        return not_too_many(list, key, into) ? list : NULL;
    if (!node_is_blank(list) && !(node_is(list) == NODE_MAP && node_count(list) == 0))
        node_complain(list, into, right, "%s is not a list", key);
    return NULL;
}

static void read_detection(settings *self, section *keys, complaints *into)
{
    const node *sources = named_things(keys, "sources", into);
    for (guint i = 0; sources != NULL && i < node_count(sources); i++)
        g_ptr_array_add(self->sources,
                        source_read(node_text(node_key(sources, i)), node_item(sources, i), into));
    secrets_check_sources(sources, into);
    const node *metrics = named_things(keys, "metrics", into);
    for (guint i = 0; metrics != NULL && i < node_count(metrics); i++)
        g_ptr_array_add(self->metrics,
                        metric_read(node_text(node_key(metrics, i)), node_item(metrics, i), into));
    g_autofree const char **names = parts_names(metrics);
    const node *triggers = listed_things(keys, "triggers", "write - {name: ..., when: ...}", into);
    for (guint i = 0; triggers != NULL && i < node_count(triggers); i++) {
        trigger *one = trigger_read(node_item(triggers, i), names, into);
        if (one != NULL)
            g_ptr_array_add(self->triggers, one);
    }
}

static void read_people(settings *self, section *keys, complaints *into)
{
    const node *services = named_things(keys, "services", into);
    for (guint i = 0; services != NULL && i < node_count(services); i++)
        g_ptr_array_add(self->services,
                        service_read(node_text(node_key(services, i)), node_item(services, i), into));
    const node *people = listed_things(keys, "people", "write - {name: ..., role: ...}", into);
    for (guint i = 0; people != NULL && i < node_count(people); i++) {
        person *one = person_read(node_item(people, i), into);
        if (one != NULL)
            g_ptr_array_add(self->people, one);
    }
}

settings *settings_read(const char *file, const char *text, gsize length, complaints *into)
{
    guint before = complaints_count(into);
    g_autoptr(settings) self = settings_shipped();
    self->tree = tree_parse(file, text, length, into);
    if (self->tree == NULL)
        return NULL;
    g_free(self->file);
    self->file = g_strdup(file);
    digest_bytes(text, length, self->digest);
    section *keys = section_open(tree_root(self->tree), "the configuration", into);
    read_detection(self, keys, into);
    read_people(self, keys, into);
    house_read(self, keys, into);
    later_read(keys, into);
    section_close(keys);
    agree_check(self, into);
    return complaints_count(into) == before ? g_steal_pointer(&self) : NULL;
}

const node *settings_section(const settings *self, const char *key)
{
    return self->tree != NULL ? node_get(tree_root(self->tree), key) : NULL;
}

/* Each of these structs begins with its name. */
static gconstpointer named(const GPtrArray *things, const char *name)
{
    for (guint i = 0; i < things->len; i++) {
        char *const *one = g_ptr_array_index(things, i);
        if (strcmp(*one, name) == 0)
            return one;
    }
    return NULL;
}

const service *settings_service(const settings *self, const char *name)
{
    G_STATIC_ASSERT(G_STRUCT_OFFSET(service, name) == 0);
    return named(self->services, name);
}

const metric *settings_metric(const settings *self, const char *name)
{
    G_STATIC_ASSERT(G_STRUCT_OFFSET(metric, name) == 0);
    return named(self->metrics, name);
}

const trigger *settings_trigger(const settings *self, const char *name)
{
    G_STATIC_ASSERT(G_STRUCT_OFFSET(trigger, name) == 0);
    return named(self->triggers, name);
}

const source *settings_source(const settings *self, const char *name)
{
    G_STATIC_ASSERT(G_STRUCT_OFFSET(source, name) == 0);
    return named(self->sources, name);
}
