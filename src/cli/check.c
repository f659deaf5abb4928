/* check: reads the configuration, or a playbook, and names every mistake in it. Nothing is run and nothing asked: it may be
 * somebody else's file that is looked at before it is trusted. */
#include "call.h"

#include "plan/playbook.h"
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

/* A service's playbook: its own mistakes are one note here, and a whole list under its own name. */
static void note_playbook(GPtrArray *notes, const service *one, search *where, const found *file)
{
    if (one->playbook == NULL) {
        g_ptr_array_add(notes, g_strdup_printf("service %s has no playbook", one->name));
        return;
    }
    bool path = strchr(one->playbook, '/') != NULL || g_str_has_suffix(one->playbook, ".md");
    g_autofree char *name =
        path ? g_canonicalize_filename(one->playbook, file->folder) : g_strdup(one->playbook);
    g_autoptr(GError) trouble = NULL;
    g_autoptr(found) book = search_find(where, SEARCH_PLAYBOOK, name, PLAYBOOK_LARGEST, &trouble);
    if (book == NULL) {
        g_ptr_array_add(notes, g_strdup_printf("service %s: %s", one->name, trouble->message));
        return;
    }
    g_autoptr(complaints) wrong = complaints_new();
    g_autoptr(playbook) read = playbook_read(book->path, book->text, book->length, wrong);
    if (read == NULL || complaints_count(wrong) > 0)
        g_ptr_array_add(notes, g_strdup_printf("service %s: its playbook cannot be used: warroom check %s",
                                               one->name, book->path));
}

/* A limit over a baseline is none without one: the trigger stays unknown. */
static void note_baselines(GPtrArray *notes, const settings *so)
{
    for (guint i = 0; i < so->triggers->len; i++) {
        const trigger *one = g_ptr_array_index(so->triggers, i);
        for (guint k = 0; k < so->metrics->len; k++) {
            const metric *of = g_ptr_array_index(so->metrics, k);
            if (of->baseline == NULL && condition_needs_baseline(one->when, of->name))
                g_ptr_array_add(notes,
                                g_strdup_printf("trigger %s cannot judge metric %s: it has no baseline",
                                                one->name, of->name));
        }
    }
}

/* Not mistakes of the file, but worth knowing before the night it is needed. The caller frees. */
static GPtrArray *settings_notes(const settings *so, search *where, const found *file)
{
    GPtrArray *notes = g_ptr_array_new_with_free_func(g_free);
    if (!file->trusted)
        g_ptr_array_add(notes,
                        g_strdup_printf("it is not used before it is trusted: warroom trust %s", file->name));
    note_baselines(notes, so);
    for (guint i = 0; i < so->services->len; i++)
        note_playbook(notes, g_ptr_array_index(so->services, i), where, file);
    return notes;
}

static json *checked_json(const found *file, const complaints *wrong)
{
    json *document = json_object();
    json_put_text(document, "file", file->path);
    json_put_text(document, "digest", file->digest);
    json_put_flag(document, "good", complaints_count(wrong) == 0);
    json_put_flag(document, "trusted", file->trusted);
    return document;
}

static json *check_json(const found *file, const settings *so, const complaints *wrong, GPtrArray *notes)
{
    json *document = checked_json(file, wrong);
    for (gsize i = 0; so != NULL && i < G_N_ELEMENTS(counted); i++)
        json_put_whole(document, counted[i].many, counted_in(so, &counted[i]));
    json_put(document, "complaints", complaints_json(wrong));
    json *list = json_array();
    for (guint i = 0; i < notes->len; i++)
        json_array_append_new(list, json_string(g_ptr_array_index(notes, i)));
    json_put(document, "notes", list);
    return document;
}

static int say_mistakes(const call *self, const found *file, const complaints *wrong)
{
    guint count = complaints_count(wrong);
    say_complaints(self, wrong);
    talk(self, "%s is not used: %u %s", file->name, count, count == 1 ? "mistake" : "mistakes");
    return ERR_USAGE;
}

static int check_settings(const call *self, search *where, const found *file)
{
    g_autoptr(complaints) wrong = complaints_new();
    g_autoptr(settings) so = settings_read(file->name, file->text, file->length, wrong);
    g_autoptr(GPtrArray) notes = so != NULL ? settings_notes(so, where, file) : g_ptr_array_new();
    say_json(self, check_json(file, so, wrong, notes));
    if (so == NULL)
        return say_mistakes(self, file, wrong);
    g_autofree char *summary = settings_summary(so);
    say(self, "%s: fine: %s", file->name, summary);
    for (guint i = 0; i < notes->len; i++)
        talk(self, "%s: %s", file->name, (char *)g_ptr_array_index(notes, i));
    return 0;
}

static int check_playbook(const call *self, const found *file)
{
    g_autoptr(complaints) wrong = complaints_new();
    g_autoptr(playbook) book = playbook_read(file->name, file->text, file->length, wrong);
    json *document = checked_json(file, wrong);
    if (book != NULL) {
        json_put_whole(document, "phases", book->phases->len);
        json_put_whole(document, "steps", book->steps->len);
    }
    json_put(document, "complaints", complaints_json(wrong));
    say_json(self, document);
    if (book == NULL || complaints_count(wrong) > 0)
        return say_mistakes(self, file, wrong);
    say(self, "%s: fine: %u %s, %u %s", file->name, book->phases->len,
        book->phases->len == 1 ? "phase" : "phases", book->steps->len,
        book->steps->len == 1 ? "step" : "steps");
    return 0;
}

int verb_check(call *self, GError **error)
{
    const char *named = json_text(self->args, "file", self->config);
    g_autoptr(search) where = search_new(named, self->state);
    g_autoptr(found) file = search_config_shown(where, error);
    if (file == NULL)
        return ERR_FAILED;
    return g_str_has_suffix(file->path, ".md") ? check_playbook(self, file)
                                               : check_settings(self, where, file);
}
