/* playbook list, show: what there is to run, and what it would do. Nothing is run. */
#include "call.h"

#include "base/text.h"
#include "plan/plan.h"
#include "verbs.h"
#include "world/search.h"

#include <string.h>

#define NAME_WIDTH 28
#define PLACE_WIDTH 15
#define STEPS_WIDTH 6

/* What a person named is called as he named it; all else by its whole path. */
static const char *shown_name(const found *one)
{
    return one->place == PLACE_NAMED ? one->name : one->path;
}

/* ---- show ---- */

static GHashTable *given_values(const call *self)
{
    GHashTable *given = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    const char *name = NULL;
    json *value = NULL;
    json_object_foreach(json_object_get(self->args, "set"), name, value)
    {
        g_hash_table_insert(given, g_strdup(name), g_strdup(json_string_value(value)));
    }
    return given;
}

static bool lacks_value(const playbook *book, GHashTable *given)
{
    for (guint i = 0; i < book->parameters->len; i++) {
        const parameter *one = g_ptr_array_index(book->parameters, i);
        if (one->value == NULL && !g_hash_table_contains(given, one->name))
            return true;
    }
    return false;
}

static json *show_json(const playbook *book, const plan *plan)
{
    if (plan != NULL)
        return plan_json(plan);
    json *document = json_object();
    json_put(document, "playbook", playbook_json(book));
    return document;
}

/* A playbook that lacks values is shown with the gaps; wrong names and wrong secrets are mistakes. */
static int show_book(const call *self, playbook *book, GError **error)
{
    g_autoptr(GHashTable) given = given_values(self);
    if (lacks_value(book, given)) {
        g_autofree char *text = playbook_preview(book, given);
        say_lines(self, text);
        say_json(self, show_json(book, NULL));
        playbook_free(book);
        return 0;
    }
    g_autoptr(plan) plan = plan_make(book, NULL, given, error);
    if (plan == NULL)
        return ERR_USAGE;
    g_autofree char *text = plan_preview(plan);
    say_lines(self, text);
    say_json(self, show_json(plan->book, plan));
    return 0;
}

int verb_playbook_show(call *self, GError **error)
{
    g_autoptr(search) where = search_new(self->config, self->state);
    g_autoptr(found) file =
        search_find(where, SEARCH_PLAYBOOK, json_text(self->args, "book", ""), PLAYBOOK_LARGEST, error);
    if (file == NULL)
        return ERR_FAILED;
    g_autoptr(complaints) wrong = complaints_new();
    g_autoptr(playbook) book = playbook_read(shown_name(file), file->text, file->length, wrong);
    if (!complaints_settle(wrong, error))
        return ERR_USAGE;
    return show_book(self, g_steal_pointer(&book), error);
}

/* ---- list ---- */

static json *list_json(const found *file, const playbook *book, const char *wrong)
{
    json *document = json_object();
    json_put_text(document, "name", file->name);
    json_put_text(document, "path", file->path);
    json_put_text(document, "place", search_place_names[file->place]);
    json_put_flag(document, "trusted", file->trusted);
    json_put_text(document, "title", book != NULL ? book->title : NULL);
    json_put_text(document, "type", book != NULL ? book->type : NULL);
    if (book != NULL)
        json_put_whole(document, "steps", book->steps->len);
    json_put_text(document, "wrong", wrong);
    return document;
}

static char *first_line(const char *text)
{
    gsize length = strcspn(text, "\n");
    return g_strndup(text, length);
}

static void list_one(const call *self, search *where, const found *each)
{
    g_autoptr(GError) wrong = NULL;
    g_autoptr(found) file = search_find(where, SEARCH_PLAYBOOK, each->name, PLAYBOOK_LARGEST, &wrong);
    g_autoptr(complaints) complaints = complaints_new();
    g_autoptr(playbook) book =
        file != NULL ? playbook_read(file->path, file->text, file->length, complaints) : NULL;
    if (file != NULL && !complaints_settle(complaints, &wrong))
        g_clear_pointer(&book, playbook_free);
    g_autofree char *reason = wrong != NULL ? first_line(wrong->message) : NULL;
    say_json(self, list_json(each, book, reason));

    g_autofree char *steps = book != NULL ? g_strdup_printf("%u", book->steps->len) : g_strdup("-");
    const char *about = !each->trusted ? "not trusted yet" : book != NULL ? book->title : reason;
    const char *place = search_place_names[each->place];
    if (self->plain) {
        say(self, "%s, %s, steps %s, %s", each->name, place, steps, about);
        return;
    }
    g_autofree char *name_cell = text_fit(each->name, NAME_WIDTH);
    g_autofree char *place_cell = text_fit(place, PLACE_WIDTH);
    g_autofree char *steps_cell = text_fit_left(steps, STEPS_WIDTH);
    say(self, "%s %s %s  %s", name_cell, place_cell, steps_cell, about);
}

int verb_playbook_list(call *self, GError **error)
{
    (void)error;
    g_autoptr(search) where = search_new(self->config, self->state);
    g_autoptr(GPtrArray) all = search_list(where, SEARCH_PLAYBOOK);
    if (!self->plain && all->len > 0)
        say(self, "%-*s %-*s %*s  TITLE", NAME_WIDTH, "PLAYBOOK", PLACE_WIDTH, "WHERE", STEPS_WIDTH, "STEPS");
    for (guint i = 0; i < all->len; i++)
        list_one(self, where, g_ptr_array_index(all, i));
    if (all->len == 0)
        talk(self, "no playbooks are found; they lie in playbooks/NAME.md");
    return 0;
}
