/* field.c - what is being typed, and the sheets it is typed in. */
#include "desk.h"
#include "keys.h"

#include <string.h>

#define TYPED_MOST 4096

void desk_field(desk *self, field_kind kind, const char *text)
{
    self->field = kind;
    g_string_assign(self->typed, text);
    self->typing_since = MOMENT_NONE;
}

void desk_sheet(desk *self, sheet_kind kind)
{
    self->sheet = kind;
    self->sheet_since = self->board->now.up;
    self->choice = 0;
    self->drops = true; /* what was typed before it could be read */
    desk_field(self, kind == SHEET_NAME || kind == SHEET_REASON ? FIELD_SHEET : FIELD_NONE, "");
}

void desk_close_sheet(desk *self)
{
    if (self->field == FIELD_SHEET)
        desk_field(self, FIELD_NONE, "");
    self->sheet = SHEET_NONE;
    order_clear(&self->pending);
    g_clear_pointer(&self->wanted, g_free);
    g_clear_pointer(&self->plan, plan_free);
}

/* The name exactly as it is printed; a wrong one only says so (CONSOLE.md 5). */
static void keep_sheet(desk *self)
{
    bool name = self->sheet == SHEET_NAME;
    if (name && strcmp(self->typed->str, self->wanted) != 0) {
        desk_say(self, "'%s' is not '%s': nothing was run", self->typed->str, self->wanted);
        g_string_truncate(self->typed, 0);
        return;
    }
    if (!name && g_utf8_strlen(self->typed->str, -1) < REASON_LEAST) {
        desk_say(self, "a reason has at least %d characters; it will stand in the report", REASON_LEAST);
        return;
    }
    json_put_text(self->pending.args, name ? "confirm" : "reason", self->typed->str);
    order order = self->pending;
    self->pending = (struct order){ 0 };
    desk_close_sheet(self);
    desk_send(self, &order);
}

/* Stamped with the moment at which typing began. */
static void keep_note(desk *self, const char *text)
{
    order order = { command_find("note"), json_object() };
    json_put_text(order.args, "incident", self->incident);
    json_put_text(order.args, "text", text);
    g_autofree char *at = self->typing_since != MOMENT_NONE ? moment_text(self->typing_since) : NULL;
    json_put_text(order.args, "at", at);
    desk_send(self, &order);
}

static void keep_title(desk *self, const char *text)
{
    order order = { command_find("start"), json_object() };
    json_put_text(order.args, "title", text);
    desk_send(self, &order);
    desk_say(self, "opening '%s'", text);
}

/* A runbook with no incident is walked in one of its own, named after it. */
static void keep_book(desk *self, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json) args = json_object();
    if (self->incident != NULL) {
        desk_book(self, text);
        return;
    }
    if (!desk_find_book(self, text, args, &error)) {
        desk_say(self, "%s", error->message);
        return;
    }
    g_free(self->book_after);
    self->book_after = g_strdup(text);
    g_autofree char *title = g_strdup(self->plan->book->title);
    keep_title(self, title);
}

static void keep_command(desk *self, const char *text)
{
    g_free(self->recalled);
    self->recalled = g_strdup(text);
    desk_line(self, text);
}

static void keep_filter(desk *self, const char *text)
{
    g_free(self->filter);
    self->filter = g_strdup(text);
    g_clear_pointer(&self->at[self->screen], g_free);
}

static void keep(desk *self)
{
    static void (*const keeps[])(desk *, const char *) = {
        [FIELD_NOTE] = keep_note,       [FIELD_TITLE] = keep_title,   [FIELD_BOOK] = keep_book,
        [FIELD_COMMAND] = keep_command, [FIELD_FILTER] = keep_filter,
    };
    if (self->field == FIELD_SHEET) {
        keep_sheet(self);
        return;
    }
    g_autofree char *text = g_strstrip(g_strdup(self->typed->str));
    field_kind was = self->field;
    if (text[0] == '\0' && was != FIELD_FILTER) {
        desk_say(self, "nothing was typed; Esc goes back");
        return;
    }
    self->field = FIELD_NONE;
    keeps[was](self, text);
}

GPtrArray *desk_matches(const char *typed)
{
    gsize count = 0;
    const command *rows = commands_all(&count);
    GPtrArray *matches = g_ptr_array_new();
    for (gsize i = 0; i < count; i++)
        if (g_str_has_prefix(rows[i].name, typed) || g_str_has_prefix(typed, rows[i].name))
            g_ptr_array_add(matches, (gpointer)&rows[i]);
    return matches;
}

static void complete(desk *self)
{
    g_autoptr(GPtrArray) matches = desk_matches(self->typed->str);
    const command *first = matches->len > 0 ? g_ptr_array_index(matches, 0) : NULL;
    if (first == NULL || strlen(first->name) <= self->typed->len)
        return;
    gsize same = strlen(first->name);
    for (guint i = 1; i < matches->len; i++) {
        const char *other = ((const command *)g_ptr_array_index(matches, i))->name;
        gsize at = 0;
        while (at < same && other[at] == first->name[at])
            at++;
        same = at;
    }
    if (same > self->typed->len)
        g_string_append_len(self->typed, first->name + self->typed->len, (gssize)(same - self->typed->len));
    if (matches->len == 1)
        g_string_append_c(self->typed, ' ');
}

static void rub_out(desk *self)
{
    if (self->typed->len == 0)
        return;
    const char *last = g_utf8_find_prev_char(self->typed->str, self->typed->str + self->typed->len);
    g_string_truncate(self->typed, last != NULL ? (gsize)(last - self->typed->str) : 0);
}

static void drop(desk *self)
{
    if (self->sheet != SHEET_NONE)
        desk_close_sheet(self);
    desk_field(self, FIELD_NONE, "");
    desk_say(self, "back: nothing was done");
}

static void type(desk *self, key key)
{
    gunichar letter = key == KEY_IS_TAB || key < (enum key)' ' ? ' ' : (gunichar)key;
    if (key >= KEY_IS_ENTER && key != KEY_IS_TAB)
        return;
    if (self->typed->len >= TYPED_MOST || !g_unichar_validate(letter))
        return;
    if (self->typing_since == MOMENT_NONE)
        self->typing_since = self->board->now.wall;
    g_string_append_unichar(self->typed, letter);
}

void desk_field_key(desk *self, key key)
{
    if (self->pasting && key == KEY_IS_ENTER)
        type(self, (enum key)' ');
    else if (key == KEY_IS_ENTER)
        keep(self);
    else if (key == KEY_IS_ESCAPE)
        drop(self);
    else if (key == KEY_IS_BACKSPACE)
        rub_out(self);
    else if (key == KEY_IS_TAB && self->field == FIELD_COMMAND)
        complete(self);
    else if (key == KEY_IS_UP && self->field == FIELD_COMMAND && self->recalled != NULL)
        g_string_assign(self->typed, self->recalled);
    else
        type(self, key);
}
