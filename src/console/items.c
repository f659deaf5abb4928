/* items.c - the lists a cursor walks: what is in them, and where it stands. */
#include "desk.h"

#include <string.h>

static void item_free(gpointer data)
{
    item *self = data;
    g_free(self->name);
    g_free(self);
}

static void add(GPtrArray *items, char *name, guint index, const gate *gate)
{
    item *one = g_new0(item, 1);
    *one = (item){ .name = name, .index = index, .gate = gate };
    g_ptr_array_add(items, one);
}

static void add_gates(GPtrArray *items, const GPtrArray *gates)
{
    for (guint i = 0; i < gates->len; i++) {
        const gate *one = g_ptr_array_index(gates, i);
        add(items, g_strconcat("gate:", one->name, NULL), i, one);
    }
}

/* Gates stand where they are met: those of the book, of a phase, and under their step. */
static void add_run(GPtrArray *items, const run *run, bool steps)
{
    const playbook *book = run->plan->book;
    add_gates(items, book->gates);
    for (guint p = 0; p < book->phases->len; p++) {
        add_gates(items, ((const phase *)g_ptr_array_index(book->phases, p))->gates);
        for (guint i = 0; i < run_count(run); i++) {
            if (run_step(run, i)->phase != p)
                continue;
            if (steps)
                add(items, g_strdup_printf("step:%u", i + 1), i, NULL);
            add_gates(items, run_step(run, i)->gates);
        }
    }
}

static void add_incidents(GPtrArray *items, const board *board)
{
    g_autoptr(GPtrArray) open = board_open(board);
    for (guint i = 0; i < open->len; i++)
        add(items, g_strdup(((const listed *)g_ptr_array_index(open, i))->stream), i, NULL);
    for (guint i = board->streams->len; i > 0; i--) {
        const listed *one = g_ptr_array_index(board->streams, i - 1);
        if (one->closed != MOMENT_NONE)
            add(items, g_strdup(one->stream), i - 1, NULL);
    }
}

static void add_start(GPtrArray *items)
{
    if (command_find("drill") != NULL)
        add(items, g_strdup("start:drill"), 0, NULL);
    add(items, g_strdup("start:book"), 1, NULL);
    add(items, g_strdup("start:hand"), 2, NULL);
    add(items, g_strdup("start:init"), 3, NULL);
    add(items, g_strdup("start:books"), 4, NULL);
}

static void add_entries(GPtrArray *items, const desk *self)
{
    const trail *trail = desk_trail(self);
    for (guint i = 0; trail != NULL && i < trail->entries->len; i++) {
        const entry *one = g_ptr_array_index(trail->entries, i);
        if (entry_fits(one, self->filter))
            add(items, g_strdup_printf("entry:%" G_GINT64_FORMAT, one->number), i, NULL);
    }
}

GPtrArray *desk_items(const desk *self)
{
    GPtrArray *items = g_ptr_array_new_with_free_func(item_free);
    const run *run = desk_run(self);
    if (self->screen == SCREEN_START)
        add_start(items);
    else if (self->screen == SCREEN_INCIDENTS)
        add_incidents(items, self->board);
    else if (self->screen == SCREEN_TIMELINE)
        add_entries(items, self);
    else if (run != NULL && (self->screen == SCREEN_ROOM || self->screen == SCREEN_PLAN))
        add_run(items, run, self->screen == SCREEN_ROOM);
    return items;
}

static guint find(const GPtrArray *items, const char *name)
{
    for (guint i = 0; name != NULL && i < items->len; i++)
        if (strcmp(((const item *)g_ptr_array_index(items, i))->name, name) == 0)
            return i;
    return G_MAXUINT;
}

/* Where NEXT is: the gate it ticks, else the step at hand. */
static guint where_next_is(const desk *self, const GPtrArray *items)
{
    const run *run = desk_run(self);
    if (self->next.line != NULL && g_str_has_prefix(self->next.line, "gate pass ")) {
        g_autofree char *name = g_strconcat("gate:", self->next.line + strlen("gate pass "), NULL);
        guint at = find(items, name);
        if (at != G_MAXUINT)
            return at;
    }
    if (run == NULL)
        return G_MAXUINT;
    g_autofree char *name =
        g_strdup_printf("step:%u", (run->present != NULL ? run->present->step : run_current(run)) + 1);
    return find(items, name);
}

guint desk_cursor(const desk *self, const GPtrArray *items)
{
    if (items->len == 0)
        return G_MAXUINT;
    guint at = find(items, self->at[self->screen]);
    if (at != G_MAXUINT)
        return at;
    if (self->screen == SCREEN_TIMELINE)
        return items->len - 1;
    if (self->screen == SCREEN_ROOM || self->screen == SCREEN_PLAN)
        return where_next_is(self, items);
    return 0;
}

/* Of a text that is read from its beginning: lines above the first shown; of output: lines below the last. */
static void scroll(desk *self, int by)
{
    bool from_top = self->screen == SCREEN_VIEW;
    if (from_top && by != G_MININT && by != G_MAXINT)
        by = -by;
    else if (from_top)
        by = by == G_MININT ? G_MAXINT : G_MININT;
    if (by == G_MININT)
        self->scroll = G_MAXINT / 2; /* drawing stops it at the first line */
    else if (by == G_MAXINT)
        self->scroll = 0;
    else
        self->scroll = MAX(MIN(self->scroll, G_MAXINT / 4) - by, 0);
}

void desk_move(desk *self, int by)
{
    bool text = self->screen == SCREEN_OUTPUT || self->screen == SCREEN_VIEW || self->screen == SCREEN_HELP ||
                (self->screen == SCREEN_ROOM && self->focus == 1);
    g_autoptr(GPtrArray) items = desk_items(self);
    if (text || items->len == 0) {
        scroll(self, by);
        return;
    }
    guint here = desk_cursor(self, items);
    gint64 to = (here == G_MAXUINT ? 0 : (gint64)here) + by;
    guint there = (guint)CLAMP(to, 0, (gint64)items->len - 1);
    bool last = self->screen == SCREEN_TIMELINE && there == items->len - 1;
    g_free(self->at[self->screen]);
    self->at[self->screen] = last ? NULL : g_strdup(((const item *)g_ptr_array_index(items, there))->name);
}
