#include "desk.h"

#include <string.h>

#define REFUSAL_STAYS (3 * SPAN_SECOND)
#define LINES_KEPT 5000 /* of what a step printed; all of it is in its folder */

static void outline_free(gpointer data)
{
    outline *self = data;
    g_free(self->text);
    g_free(self);
}

static void outlet_free(gpointer data)
{
    outlet *self = data;
    g_ptr_array_unref(self->lines);
    g_free(self);
}

void order_clear(order *self)
{
    g_clear_pointer(&self->args, json_decref);
    self->row = NULL;
}

static void order_free(gpointer data)
{
    order_clear(data);
    g_free(data);
}

desk *desk_new(void)
{
    desk *self = g_new0(desk, 1);
    self->board = board_new();
    self->trails = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)trail_free);
    self->outlets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, outlet_free);
    self->typed = g_string_new(NULL);
    self->orders = g_queue_new();
    self->looks = g_queue_new();
    self->message = g_strdup("");
    self->filter = g_strdup("");
    self->screen = self->before = SCREEN_START;
    return self;
}

void desk_free(desk *self)
{
    if (self == NULL)
        return;
    board_free(self->board);
    json_decref(self->live);
    g_hash_table_unref(self->trails);
    g_hash_table_unref(self->outlets);
    g_string_free(self->typed, TRUE);
    g_queue_free_full(self->orders, order_free);
    g_queue_free_full(self->looks, (GDestroyNotify)g_strfreev);
    for (int i = 0; i < SCREENS; i++)
        g_free(self->at[i]);
    order_clear(&self->pending);
    next_clear(&self->next);
    plan_free(self->plan);
    char *texts[] = { self->me,     self->state,    self->terminal, self->incident,
                      self->gate,   self->title,    self->text,     self->filter,
                      self->wanted, self->recalled, self->message,  self->book_after };
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    g_strfreev(self->lends);
    g_free(self);
}

/* ---- looking ---- */

room *desk_room(const desk *self)
{
    return self->incident != NULL ? board_room(self->board, self->incident) : NULL;
}

const run *desk_run(const desk *self)
{
    const room *room = desk_room(self);
    return room != NULL ? room_run(room) : NULL;
}

const trail *desk_trail(const desk *self)
{
    return self->incident != NULL ? g_hash_table_lookup(self->trails, self->incident) : NULL;
}

guint desk_step(const desk *self)
{
    const run *run = desk_run(self);
    const char *name = self->at[SCREEN_ROOM];
    if (run == NULL)
        return 0;
    if (name != NULL && g_str_has_prefix(name, "step:"))
        return MIN((guint)atoi(name + strlen("step:")) - 1, run_count(run) - 1);
    guint index = run->present != NULL ? run->present->step : run_current(run);
    return MIN(index, run_count(run) - 1);
}

/* The step at hand; when it printed nothing yet and nobody chose it, the last one that did. */
guint desk_printer(const desk *self)
{
    const run *run = desk_run(self);
    guint step = desk_step(self);
    if (run == NULL || self->at[SCREEN_ROOM] != NULL || run->present != NULL)
        return step;
    while (step > 0 && run->steps[step].folder == NULL)
        step--;
    return run->steps[step].folder != NULL ? step : desk_step(self);
}

const outlet *desk_output(const desk *self)
{
    const run *run = desk_run(self);
    if (run == NULL || run_count(run) == 0)
        return NULL;
    guint step = desk_printer(self);
    bool running = run->present != NULL && run->present->step == step && run->present->what == DO_COMMAND;
    const char *folder = running ? run->present->folder : run->steps[step].folder;
    return folder != NULL ? g_hash_table_lookup(self->outlets, folder) : NULL;
}

/* ---- what comes in ---- */

void desk_say(desk *self, const char *format, ...)
{
    va_list words;
    va_start(words, format);
    g_free(self->message);
    self->message = g_strdup_vprintf(format, words);
    va_end(words);
    self->loud = false;
}

void desk_open(desk *self, const char *stream)
{
    if (g_strcmp0(self->incident, stream) == 0)
        return;
    g_free(self->incident);
    self->incident = g_strdup(stream);
    for (int i = 0; i < SCREENS; i++)
        g_clear_pointer(&self->at[i], g_free);
    desk_close_sheet(self);
    self->scroll = 0;
}

void desk_begin(desk *self)
{
    g_autoptr(GPtrArray) open = board_open(self->board);
    if (open->len == 1) {
        desk_open(self, ((const listed *)g_ptr_array_index(open, 0))->stream);
        self->screen = SCREEN_ROOM;
    } else {
        self->screen = open->len > 1 || self->configured || self->board->streams->len > 0 ? SCREEN_INCIDENTS
                                                                                          : SCREEN_START;
    }
    self->before = self->screen;
    desk_say(self, "%s", "");
}

static void keep_on_trail(desk *self, const record *record)
{
    trail *way = g_hash_table_lookup(self->trails, record->stream);
    if (way == NULL) {
        way = trail_new(record->stream);
        g_hash_table_insert(self->trails, way->stream, way);
    }
    trail_follow(way, record);
    if (g_strcmp0(record->stream, self->incident) != 0 || self->board->now.up < self->held_until)
        return;
    const entry *last = g_ptr_array_index(way->entries, way->entries->len - 1);
    g_autofree char *clock = moment_clock(last->happened);
    desk_say(self, "%s %s", clock, last->sentence);
}

void desk_record(desk *self, const record *record)
{
    board_fold(self->board, record);
    keep_on_trail(self, record);
    bool mine = self->incident == NULL && strcmp(record->kind, "incident.opened") == 0;
    if (mine && self->screen == SCREEN_ROOM)
        desk_open(self, record->stream);
}

static void outlet_add(outlet *self, moment at, bool error, const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, "\n", -1);
    for (char **part = parts; *part != NULL; part++) {
        if ((*part)[0] == '\0' && part[1] == NULL)
            break;
        outline *line = g_new0(outline, 1);
        *line = (outline){ .at = at, .error = error, .text = g_strdup(*part) };
        g_ptr_array_add(self->lines, line);
    }
    if (self->lines->len > LINES_KEPT)
        g_ptr_array_remove_range(self->lines, 0, self->lines->len - LINES_KEPT);
}

static outlet *outlet_of(desk *self, const char *folder)
{
    outlet *into = g_hash_table_lookup(self->outlets, folder);
    if (into == NULL) {
        into = g_new0(outlet, 1);
        into->lines = g_ptr_array_new_with_free_func(outline_free);
        g_hash_table_insert(self->outlets, g_strdup(folder), into);
    }
    return into;
}

/* An engine that took over tells a step's output from its start: what was shown is not shown again. */
static void hear_output(desk *self, const json *line)
{
    outlet *into = outlet_of(self, json_text(line, "folder", ""));
    gint64 until = json_whole(line, "until", G_MAXINT64);
    if (until <= into->until)
        return;
    into->until = until;
    moment at = json_whole(line, "at", MOMENT_NONE);
    outlet_add(into, at > 0 ? at : self->board->now.wall, json_flag(line, "error", false),
               json_text(line, "text", ""));
}

void desk_told(desk *self, const json *line)
{
    const char *what = json_text(line, "told", "");
    if (strcmp(what, "output") == 0) {
        hear_output(self, line);
    } else if (strcmp(what, "alert") == 0) {
        desk_say(self, "%s", json_text(line, "text", ""));
        self->loud = self->bells = true;
    }
}

void desk_live(desk *self, json *live)
{
    json_decref(self->live);
    self->live = live;
}

static bool same_next(const next *a, const next *b)
{
    return g_strcmp0(a->line, b->line) == 0 && g_strcmp0(a->command, b->command) == 0 &&
           a->person == b->person;
}

void desk_now(desk *self, instant now)
{
    self->board->now = now;
    next is = next_of(self->board, desk_room(self));
    if (!same_next(&is, &self->next))
        self->next_since = now.up;
    next_clear(&self->next);
    self->next = is;
}

void desk_view(desk *self, const char *title, const char *text)
{
    g_free(self->title);
    g_free(self->text);
    self->title = g_strdup(title);
    self->text = g_strdup(text);
    desk_show(self, SCREEN_VIEW);
}

void desk_silent(desk *self, gint pid)
{
    self->silent_pid = pid;
    desk_say(self, "engine has not answered for %d s (pid %d)", 5, pid);
    if (self->sheet == SHEET_NONE && self->field == FIELD_NONE)
        desk_sheet(self, SHEET_SILENT);
}

static void refused(desk *self, const GError *error, const json *refusal, const order *order)
{
    const char *name = json_text(refusal, "confirm", NULL);
    desk_say(self, "%s", error->message);
    self->held_until = self->board->now.up + REFUSAL_STAYS;
    if (name == NULL || json_text(order->args, "confirm", NULL) != NULL || self->sheet != SHEET_NONE)
        return;
    order_clear(&self->pending);
    self->pending = (struct order){ order->row, json_deep_copy(order->args) };
    g_free(self->wanted);
    self->wanted = g_strdup(name);
    desk_sheet(self, SHEET_NAME);
}

static void step_printed(desk *self, const json *answer)
{
    const char *text = json_text(json_object_get(answer, "data"), "output", NULL);
    const run *run = desk_run(self);
    if (text == NULL || run == NULL || run->steps[desk_printer(self)].folder == NULL)
        return;
    outlet *into = outlet_of(self, run->steps[desk_printer(self)].folder);
    if (into->lines->len == 0)
        outlet_add(into, MOMENT_NONE, false, text);
}

void desk_answer(desk *self, const json *answer, const GError *error, const json *refusal, const order *order)
{
    if (error != NULL) {
        refused(self, error, refusal, order);
        return;
    }
    if (strcmp(order->row->name, "start") == 0) {
        const json *first = json_array_get(json_object_get(answer, "records"), 0);
        desk_open(self, json_text(first, "stream", NULL));
        self->screen = self->before = SCREEN_ROOM;
        g_autofree char *book = g_steal_pointer(&self->book_after);
        if (book != NULL)
            desk_book(self, book);
    } else if (strcmp(order->row->name, "step show") == 0) {
        step_printed(self, answer);
    }
}
