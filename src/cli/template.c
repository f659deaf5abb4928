/* template list, show, render, fields: texts without an engine, and without an incident. */
#include "call.h"

#include "base/id.h"
#include "base/text.h"
#include "communicate/field.h"
#include "communicate/template.h"
#include "verbs.h"
#include "view.h"
#include "world/files.h"
#include "world/search.h"

#include <stdio.h>
#include <string.h>

#define DATA_LARGEST (16 * 1024 * 1024)
#define NAME_WIDTH 28
#define PLACE_WIDTH 15
#define LENGTH_WIDTH 6
#define FILLED_WIDTH 9

/* ---- finding ---- */

/* What a person named is called as he named it; all else by its whole path. */
static const char *shown_name(const found *one)
{
    return one->place == PLACE_NAMED ? one->name : one->path;
}

static template *template_of(const found *one, GError **error)
{
    return template_read(shown_name(one), one->text, one->length, error);
}

static template *template_find(search *where, const char *name, found **file, GError **error)
{
    g_autoptr(found) one = search_find(where, SEARCH_TEMPLATE, name, MUSTACHE_LARGEST, error);
    template *read = one != NULL ? template_of(one, error) : NULL;
    if (read != NULL)
        *file = g_steal_pointer(&one);
    return read;
}

/* ---- partials ---- */

/* Compiled once each. A partial that is there and cannot be used is an error, not a missing one. */
typedef struct shelf {
    search *where;
    const char *beside;   /* the folder of a template that was named; NULL: the search path alone */
    GHashTable *partials; /* name -> template */
    GError *error;        /* the first */
} shelf;

static found *shelf_find(shelf *self, const char *name, GError **error)
{
    if (self->beside != NULL) {
        g_autofree char *path = g_strdup_printf("%s/%s.mustache", self->beside, name);
        g_autoptr(GError) wrong = NULL;
        found *one = search_find(self->where, SEARCH_TEMPLATE, path, MUSTACHE_LARGEST, &wrong);
        if (one != NULL)
            return one;
        if (!g_error_matches(wrong, ERR, ERR_NOT_FOUND)) {
            g_propagate_error(error, g_steal_pointer(&wrong));
            return NULL;
        }
    }
    return search_find(self->where, SEARCH_TEMPLATE, name, MUSTACHE_LARGEST, error);
}

/* Only a plain name is a partial: a path would lead out of the folders of templates. */
static const mustache *shelf_take(const char *name, void *context)
{
    shelf *self = context;
    template *ready = g_hash_table_lookup(self->partials, name);
    if (ready != NULL)
        return ready->body;
    if (self->error != NULL || !id_is_name(name) || g_str_has_suffix(name, ".mustache"))
        return NULL;
    g_autoptr(GError) wrong = NULL;
    g_autoptr(found) one = shelf_find(self, name, &wrong);
    ready = one != NULL ? template_of(one, &wrong) : NULL;
    if (ready == NULL) {
        if (!g_error_matches(wrong, ERR, ERR_NOT_FOUND))
            self->error = g_steal_pointer(&wrong);
        return NULL;
    }
    g_hash_table_insert(self->partials, g_strdup(name), ready);
    return ready->body;
}

/* ---- the values ---- */

static char *input_read(gsize *length, GError **error)
{
    g_autoptr(GString) all = g_string_new(NULL);
    char piece[65536];
    size_t got = 0;
    while ((got = fread(piece, 1, sizeof piece, stdin)) > 0) {
        g_string_append_len(all, piece, (gssize)got);
        if (all->len > DATA_LARGEST) {
            fail(error, ERR_USAGE, "the values on standard input are over %d bytes", DATA_LARGEST);
            return NULL;
        }
    }
    if (ferror(stdin)) {
        fail(error, ERR_FAILED, "could not read standard input");
        return NULL;
    }
    *length = all->len;
    return g_string_free(g_steal_pointer(&all), FALSE);
}

/* A text that begins as JSON does is JSON; '-' is standard input; all else is a file. */
static json *values_read(const char *data, GError **error)
{
    if (data == NULL)
        return json_object();
    const char *from = "--data";
    g_autofree char *text = NULL;
    gsize length = strlen(data);
    if (strcmp(data, "-") == 0) {
        from = "standard input";
        text = input_read(&length, error);
    } else if (data[0] == '{' || data[0] == '[') {
        text = g_strdup(data);
    } else {
        from = data;
        text = file_read(data, DATA_LARGEST, &length, error);
    }
    if (text == NULL)
        return NULL;
    g_autoptr(GError) wrong = NULL;
    json *values = json_read(text, length, &wrong);
    if (values == NULL)
        fail(error, ERR_USAGE, "the values are not JSON: %s:%s", from, wrong->message);
    return values;
}

/* ---- render ---- */

static json *complaints_json(const complaints *wrong)
{
    json *list = json_array();
    for (guint i = 0; i < complaints_count(wrong); i++) {
        const complaint *each = complaints_get(wrong, i);
        json *one = json_object();
        json_put_text(one, "file", each->file);
        json_put_whole(one, "line", each->line);
        json_put_whole(one, "column", each->column);
        json_put_text(one, "wrong", each->wrong);
        json_put_text(one, "right", each->right);
        json_array_append_new(list, one);
    }
    return list;
}

/* Whole, or nothing on standard output but the reasons as a document when one was asked for. */
static int render_answer(call *self, const char *name, const char *text, const complaints *wrong,
                         GError **error)
{
    bool whole = complaints_count(wrong) == 0;
    g_autofree char *reasons = complaints_text(wrong);
    if (self->json) {
        json *document = json_object();
        json_put_text(document, "template", name);
        json_put_flag(document, "whole", whole);
        json_put_text(document, "text", whole ? text : NULL);
        json_put(document, "missing", complaints_json(wrong));
        say_json(self, document);
        if (!whole)
            fprintf(stderr, "%s\n", reasons);
        return whole ? 0 : ERR_FAILED;
    }
    if (!whole) {
        fail(error, ERR_FAILED, "%s is not whole, nothing is written:\n%s", name, reasons);
        return ERR_FAILED;
    }
    say_bytes(self, text, strlen(text));
    return 0;
}

static char *render_text(search *where, const char *name, const json *values, complaints *wrong,
                         GError **error)
{
    g_autoptr(found) file = NULL;
    g_autoptr(template) read = template_find(where, name, &file, error);
    if (read == NULL)
        return NULL;
    shelf shelf = { .where = where, .beside = file->place == PLACE_NAMED ? file->folder : NULL };
    shelf.partials = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)template_free);
    g_autofree char *text = template_fill(read, values, shelf_take, &shelf, wrong, error);
    g_hash_table_unref(shelf.partials);
    if (shelf.error == NULL)
        return g_steal_pointer(&text);
    if (text != NULL)
        g_propagate_error(error, shelf.error);
    else
        g_error_free(shelf.error);
    return NULL;
}

/* With -i, the incident's own values stand below those that were given. */
static json *values_of_call(call *self, GError **error)
{
    g_autoptr(json) given = values_read(json_text(self->args, "data", NULL), error);
    if (given == NULL || self->incident == NULL)
        return g_steal_pointer(&given);
    if (!json_is_object(given)) {
        fail(error, ERR_USAGE, "values for an incident are an object: {\"symptom\": \"...\"}");
        return NULL;
    }
    g_auto(view) view = { 0 };
    if (!view_load(self, NULL, true, &view, error))
        return NULL;
    json *values = field_values(view.room->incident, room_run(view.room), view.board->now.wall);
    json_object_update(values, given);
    return values;
}

int verb_template_render(call *self, GError **error)
{
    const char *name = json_text(self->args, "name", "");
    g_autoptr(json) values = values_of_call(self, error);
    if (values == NULL)
        return ERR_USAGE;
    g_autoptr(search) where = search_new(self->config, self->state);
    g_autoptr(complaints) wrong = complaints_new();
    g_autofree char *text = render_text(where, name, values, wrong, error);
    return text != NULL ? render_answer(self, name, text, wrong, error) : ERR_FAILED;
}

/* ---- show and list ---- */

static json *template_json(const found *file, const template *read)
{
    json *document = json_object();
    json_put_text(document, "template", file->name);
    json_put_text(document, "path", file->path);
    json_put_text(document, "place", search_place_names[file->place]);
    json_put_flag(document, "trusted", file->trusted);
    if (read == NULL)
        return document;
    json_put_text(document, "audience", read->audience);
    json_put_text(document, "channel", read->channel);
    json_put(document, "at_most", read->at_most > 0 ? json_integer(read->at_most) : json_null());
    json_put_text(document, "writes", mustache_escape_names[read->escape]);
    return document;
}

int verb_template_show(call *self, GError **error)
{
    g_autoptr(search) where = search_new(self->config, self->state);
    g_autoptr(found) file =
        search_find(where, SEARCH_TEMPLATE, json_text(self->args, "name", ""), MUSTACHE_LARGEST, error);
    if (file == NULL)
        return ERR_FAILED;
    if (!self->json) {
        say_bytes(self, file->text, file->length);
        return 0;
    }
    g_autoptr(template) read = template_of(file, NULL);
    json *document = template_json(file, read);
    json_put_text(document, "text", file->text);
    say_json(self, document);
    return 0;
}

/* For whom it is, or why it cannot be used. */
static char *list_about(const found *file, const template *read, const GError *wrong)
{
    if (!file->trusted)
        return g_strdup_printf("not trusted yet: warroom trust %s", file->path);
    if (read == NULL)
        return g_strdup(wrong->message);
    if (read->channel[0] == '\0' || read->audience[0] == '\0')
        return g_strconcat(read->channel, read->audience, NULL);
    return g_strdup_printf("%s: %s", read->channel, read->audience);
}

static void list_line(const call *self, const found *file, const template *read, const GError *wrong)
{
    const char *place = search_place_names[file->place];
    bool limited = read != NULL && read->at_most > 0;
    g_autofree char *length = limited ? g_strdup_printf("%u", read->at_most) : g_strdup("-");
    g_autofree char *about = list_about(file, read, wrong);
    if (self->plain) {
        say(self, "%s, %s, at most %s, %s", file->name, place, length, about);
        return;
    }
    g_autofree char *name_cell = text_fit(file->name, NAME_WIDTH);
    g_autofree char *place_cell = text_fit(place, PLACE_WIDTH);
    g_autofree char *length_cell = text_fit_left(length, LENGTH_WIDTH);
    say(self, "%s %s %s  %s", name_cell, place_cell, length_cell, about);
}

int verb_template_list(call *self, GError **error)
{
    (void)error;
    g_autoptr(search) where = search_new(self->config, self->state);
    g_autoptr(GPtrArray) all = search_list(where, SEARCH_TEMPLATE);
    if (!self->plain && all->len > 0)
        say(self, "%-*s %-*s %*s  FOR", NAME_WIDTH, "TEMPLATE", PLACE_WIDTH, "WHERE", LENGTH_WIDTH, "LENGTH");
    for (guint i = 0; i < all->len; i++) {
        const found *each = all->pdata[i];
        g_autoptr(found) file = NULL;
        g_autoptr(GError) wrong = NULL;
        g_autoptr(template) read = template_find(where, each->name, &file, &wrong);
        list_line(self, each, read, wrong);
        json *document = template_json(each, read);
        json_put_text(document, "wrong", wrong != NULL ? wrong->message : NULL);
        say_json(self, document);
    }
    if (all->len == 0)
        talk(self, "no templates are found; they lie in templates/NAME.mustache");
    return 0;
}

/* ---- fields ---- */

static void field_line(const call *self, const char *name, const field_row *row)
{
    const char *filled = row != NULL ? field_filled_names[row->by] : "you";
    const char *about = row != NULL ? row->about : "not one of the fields warroom knows: give it with --data";
    g_autofree char *whole =
        row != NULL && row->within != NULL ? g_strdup_printf("%s > %s", row->within, name) : g_strdup(name);
    json *document = json_object();
    json_put_text(document, "field", name);
    json_put_text(document, "within", row != NULL ? row->within : NULL);
    json_put_text(document, "filled_by", filled);
    json_put_text(document, "about", about);
    say_json(self, document);
    if (self->plain) {
        say(self, "%s, from %s: %s", whole, filled, about);
        return;
    }
    g_autofree char *name_cell = text_fit(whole, NAME_WIDTH);
    g_autofree char *filled_cell = text_fit(filled, FILLED_WIDTH);
    say(self, "%s %s %s", name_cell, filled_cell, about);
}

int verb_template_fields(call *self, GError **error)
{
    const char *name = json_text(self->args, "name", NULL);
    if (name == NULL) {
        gsize count = 0;
        const field_row *rows = fields_all(&count);
        for (gsize i = 0; i < count; i++)
            field_line(self, rows[i].name, &rows[i]);
        return 0;
    }
    g_autoptr(search) where = search_new(self->config, self->state);
    g_autoptr(found) file = NULL;
    g_autoptr(template) read = template_find(where, name, &file, error);
    if (read == NULL)
        return ERR_FAILED;
    g_auto(GStrv) names = mustache_fields(read->body);
    for (char **each = names; *each != NULL; each++)
        field_line(self, *each, field_find(*each));
    return 0;
}
