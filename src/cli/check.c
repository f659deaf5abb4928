/* check: reads the configuration and names every mistake in it. Nothing is run and nothing asked: it may be
 * somebody else's file that is looked at before it is trusted. */
#include "call.h"

#include "verbs.h"
#include "world/search.h"

#include <string.h>

static void say_complaints(const call *self, const complaints *wrong)
{
    for (guint i = 0; i < complaints_count(wrong); i++) {
        const complaint *one = complaints_get(wrong, i);
        g_autofree char *place =
            one->line > 0 ? g_strdup_printf(":%u:%u", one->line, one->column) : g_strdup("");
        say(self, "%s%s: %s%s%s", one->file, place, one->wrong, one->right[0] != '\0' ? "; " : "",
            one->right);
    }
}

static json *complaints_json(const complaints *wrong)
{
    json *list = json_array();
    for (guint i = 0; i < complaints_count(wrong); i++) {
        const complaint *one = complaints_get(wrong, i);
        json *row = json_object();
        json_put_text(row, "file", one->file);
        json_put_whole(row, "line", one->line);
        json_put_whole(row, "column", one->column);
        json_put_text(row, "wrong", one->wrong);
        json_put_text(row, "right", one->right);
        json_array_append_new(list, row);
    }
    return list;
}

/* What was read, by the names a person counts in. */
static const struct counted {
    const char *one, *many;
    gsize where;
} counted[] = {
    { "source", "sources", G_STRUCT_OFFSET(settings, sources) },
    { "metric", "metrics", G_STRUCT_OFFSET(settings, metrics) },
    { "trigger", "triggers", G_STRUCT_OFFSET(settings, triggers) },
    { "service", "services", G_STRUCT_OFFSET(settings, services) },
    { "person", "people", G_STRUCT_OFFSET(settings, people) },
};

static guint counted_in(const settings *so, const struct counted *row)
{
    return G_STRUCT_MEMBER(GPtrArray *, so, row->where)->len;
}

static char *settings_summary(const settings *so)
{
    GString *text = g_string_new(NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(counted); i++) {
        guint count = counted_in(so, &counted[i]);
        g_string_append_printf(text, "%s%u %s", i > 0 ? ", " : "", count,
                               count == 1 ? counted[i].one : counted[i].many);
    }
    return g_string_free(text, FALSE);
}

/* Not mistakes of the file, but worth knowing before the night it is needed. The caller frees. */
static GPtrArray *settings_notes(const settings *so, search *where, const found *file)
{
    GPtrArray *notes = g_ptr_array_new_with_free_func(g_free);
    if (!file->trusted)
        g_ptr_array_add(notes,
                        g_strdup_printf("it is not used before it is trusted: warroom trust %s", file->name));
    for (guint i = 0; i < so->services->len; i++) {
        const service *one = g_ptr_array_index(so->services, i);
        g_autoptr(GError) wrong = NULL;
        g_autofree char *book = one->playbook == NULL ? NULL
                                : strchr(one->playbook, '/') != NULL
                                    ? g_canonicalize_filename(one->playbook, file->folder)
                                    : g_strdup(one->playbook);
        g_autoptr(found) playbook =
            book != NULL ? search_find(where, SEARCH_PLAYBOOK, book, G_MAXINT32, &wrong) : NULL;
        if (book == NULL)
            g_ptr_array_add(notes, g_strdup_printf("service %s has no playbook", one->name));
        else if (playbook == NULL)
            g_ptr_array_add(notes, g_strdup_printf("service %s: %s", one->name, wrong->message));
    }
    return notes;
}

static json *check_json(const found *file, const settings *so, const complaints *wrong, GPtrArray *notes)
{
    json *document = json_object();
    json_put_text(document, "file", file->path);
    json_put_text(document, "digest", file->digest);
    json_put_flag(document, "good", so != NULL);
    json_put_flag(document, "trusted", file->trusted);
    for (gsize i = 0; so != NULL && i < G_N_ELEMENTS(counted); i++)
        json_put_whole(document, counted[i].many, counted_in(so, &counted[i]));
    json_put(document, "complaints", complaints_json(wrong));
    json *list = json_array();
    for (guint i = 0; i < notes->len; i++)
        json_array_append_new(list, json_string(g_ptr_array_index(notes, i)));
    json_put(document, "notes", list);
    return document;
}

int verb_check(call *self, GError **error)
{
    const char *named = json_text(self->args, "file", self->config);
    g_autoptr(search) where = search_new(named, self->state);
    g_autoptr(found) file = search_config_shown(where, error);
    if (file == NULL)
        return ERR_FAILED;
    g_autoptr(complaints) wrong = complaints_new();
    g_autoptr(settings) so = settings_read(file->name, file->text, file->length, wrong);
    g_autoptr(GPtrArray) notes = so != NULL ? settings_notes(so, where, file) : g_ptr_array_new();
    say_json(self, check_json(file, so, wrong, notes));
    if (so == NULL) {
        say_complaints(self, wrong);
        guint count = complaints_count(wrong);
        talk(self, "%s is not used: %u %s", file->name, count, count == 1 ? "mistake" : "mistakes");
        return ERR_USAGE;
    }
    g_autofree char *summary = settings_summary(so);
    say(self, "%s: fine: %s", file->name, summary);
    for (guint i = 0; i < notes->len; i++)
        talk(self, "%s: %s", file->name, (char *)g_ptr_array_index(notes, i));
    return 0;
}
