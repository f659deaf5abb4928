/* act.c - what keys do: each gives a command line, or moves, looks, types. */
#include "desk.h"
#include "keys.h"
#include "link/parse.h"

#include <string.h>

/* ---- lines ---- */

static char **words_of(const char *line)
{
    char **words = NULL;
    if (g_shell_parse_argv(line, NULL, &words, NULL))
        return words;
    return g_strsplit(line, " ", -1); /* an apostrophe in a note is no quote */
}

/* What this seat says by itself: which incident, and what every command may carry. */
static json *whole_args(const desk *self, const parsed *line)
{
    json *args = json_deep_copy(line->args);
    const char *named = json_text(line->options, "incident", self->incident);
    if ((line->row->needs & NEEDS_INCIDENT) != 0)
        json_put_text(args, "incident", named);
    json_put_text(args, "reason", json_text(line->options, "reason", NULL));
    json_put_text(args, "confirm", json_text(line->options, "confirm", NULL));
    if (json_flag(line->options, "yes", false))
        json_put_flag(args, "yes", true);
    return args;
}

static bool lacks_reason(const order *order)
{
    return (order->row->needs & ASKS_REASON) != 0 && json_text(order->args, "reason", NULL) == NULL;
}

static bool lacks_yes(const order *order)
{
    return (order->row->needs & ASKS_YES) != 0 && !json_flag(order->args, "yes", false);
}

void desk_send(desk *self, order *order)
{
    g_queue_push_tail(self->orders, g_memdup2(order, sizeof *order));
    *order = (struct order){ 0 };
}

/* A sheet where a person must say more, else the order itself. */
static void give(desk *self, order *order)
{
    sheet_kind asks = lacks_reason(order)                               ? SHEET_REASON
                      : !lacks_yes(order)                               ? SHEET_NONE
                      : strcmp(order->row->name, "incident close") == 0 ? SHEET_CLOSE
                                                                        : SHEET_ABORT;
    if (asks == SHEET_NONE) {
        desk_send(self, order);
        return;
    }
    order_clear(&self->pending);
    self->pending = *order;
    *order = (struct order){ 0 };
    desk_sheet(self, asks);
}

bool desk_find_book(desk *self, const char *name, json *args, GError **error)
{
    g_autoptr(search) search = search_new(NULL, self->state);
    g_autoptr(found) book = search_find(search, SEARCH_PLAYBOOK, name, PLAYBOOK_LARGEST, error);
    if (book == NULL)
        return false;
    g_autoptr(complaints) wrong = complaints_new();
    g_autoptr(playbook) read = playbook_read(book->path, book->text, book->length, wrong);
    if (!complaints_settle(wrong, error))
        return false;
    const room *room = desk_room(self);
    g_autoptr(GHashTable) given = g_hash_table_new(g_str_hash, g_str_equal);
    g_clear_pointer(&self->plan, plan_free);
    self->plan = plan_make(g_steal_pointer(&read), room != NULL ? room->incident->service : "", given, error);
    if (self->plan == NULL)
        return false;
    json_put_text(args, "book", book->path);
    json_put_text(args, "folder", book->folder);
    json_put_text(args, "digest", book->digest);
    return true;
}

/* What only looks is asked of the program itself, and shown as it prints it. */
static void look(desk *self, char **words)
{
    g_autoptr(GPtrArray) whole = g_ptr_array_new();
    if (self->incident != NULL && !g_strv_contains((const char *const *)words, "-i")) {
        g_ptr_array_add(whole, g_strdup("-i"));
        g_ptr_array_add(whole, g_strdup(self->incident));
    }
    for (; *words != NULL; words++)
        g_ptr_array_add(whole, g_strdup(*words));
    g_ptr_array_add(whole, NULL);
    g_queue_push_tail(self->looks, g_ptr_array_free(g_steal_pointer(&whole), FALSE));
}

static bool own_line(desk *self, const char *line)
{
    if (strcmp(line, "quit") == 0)
        self->quits = true;
    else if (strcmp(line, "help") == 0)
        desk_show(self, SCREEN_HELP);
    else if (strcmp(line, "watch") == 0)
        desk_say(self, "cannot watch: this is what watches; 6 shows the timeline");
    else
        return false;
    return true;
}

bool desk_line(desk *self, const char *line)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) words = words_of(line);
    if (own_line(self, line))
        return true;
    g_autoptr(parsed) read = parse_words((const char *const *)words, &error);
    if (read == NULL || read->row == NULL) {
        desk_say(self, "%s", error != NULL ? error->message : "nothing was typed");
        return false;
    }
    if ((read->row->needs & NEEDS_ENGINE) == 0 || strcmp(read->row->name, "metric test") == 0 ||
        json_flag(read->options, "dry-run", false) || json_flag(read->options, "help", false)) {
        look(self, words);
        return true;
    }
    order order = { read->row, whole_args(self, read) };
    const char *book = json_text(order.args, "book", NULL);
    g_autofree char *name = g_strdup(book);
    if (name != NULL && !desk_find_book(self, name, order.args, &error)) {
        desk_say(self, "%s", error->message);
        order_clear(&order);
        return false;
    }
    give(self, &order);
    order_clear(&order);
    return true;
}

void desk_book(desk *self, const char *name)
{
    g_autofree char *quoted = g_shell_quote(name);
    g_autofree char *line = g_strdup_printf("run %s", quoted);
    desk_line(self, line);
}

/* ---- which line a key gives, here ---- */

static const item *item_here(const desk *self, const GPtrArray *items)
{
    guint at = desk_cursor(self, items);
    return at < items->len ? g_ptr_array_index(items, at) : NULL;
}

static step_state state_here(const desk *self)
{
    const run *run = desk_run(self);
    return run != NULL && run_count(run) > 0 ? run->steps[desk_step(self)].state : STEP_OK;
}

static const gate *gate_here(const desk *self, const item *item)
{
    const run *run = desk_run(self);
    if (self->screen == SCREEN_GATE && run != NULL)
        return plan_gate(run->plan, self->gate);
    return item != NULL ? item->gate : NULL;
}

static char *line_gate(const desk *self, const char *key, const gate *gate)
{
    if (gate == NULL)
        return NULL;
    gate_state is = run_gate(desk_run(self), gate->name)->state;
    if (strcmp(key, "o") == 0)
        return is == GATE_PASSED || is == GATE_OVERRIDDEN ? NULL
                                                          : g_strdup_printf("gate pass %s", gate->name);
    return is == GATE_OPEN ? g_strdup_printf("gate pass %s", gate->name) : NULL;
}

static char *line_run(const desk *self, const char *key)
{
    if (desk_run(self) == NULL || desk_run(self)->state == RUN_ENDED)
        return NULL;
    return strcmp(key, "X") == 0   ? g_strdup("run --phase")
           : strcmp(key, "x") == 0 ? g_strdup_printf("run --step %u", desk_step(self) + 1)
                                   : g_strdup("run");
}

static bool is_unknown(step_state state)
{
    return state == STEP_LOST || state == STEP_INTERRUPTED;
}

/* The line of this command here; NULL: it does not apply to what the cursor is on. */
static char *line_of(const desk *self, const command *row, const char *key, const item *item)
{
    const run *run = desk_run(self);
    const gate *gate = gate_here(self, item);
    const char *name = row->name;
    guint step = desk_step(self) + 1;
    if (run == NULL || run->state == RUN_ENDED)
        return NULL;
    if (strcmp(name, "gate pass") == 0)
        return line_gate(self, key, gate);
    if (strcmp(name, "step done") == 0)
        return gate == NULL && run_step(run, step - 1)->command == NULL && state_here(self) == STEP_TODO
                   ? g_strdup_printf("step done %u", step)
                   : NULL;
    if (strcmp(name, "run") == 0)
        return is_unknown(state_here(self)) && strcmp(key, "x") == 0 ? NULL : line_run(self, key);
    if (strcmp(name, "step adopt") == 0)
        return state_here(self) == STEP_LOST ? g_strdup_printf("step adopt %u", step) : NULL;
    if (strcmp(name, "step mark") == 0)
        return is_unknown(state_here(self)) ? g_strdup_printf("step mark %u --as ok", step) : NULL;
    if (strcmp(name, "pause") == 0)
        return run->state == RUN_GOING ? g_strdup("pause") : NULL;
    if (strcmp(name, "resume") == 0)
        return run->state == RUN_PAUSED ? g_strdup("resume") : NULL;
    if (strcmp(name, "retry") == 0)
        return gate != NULL && gate_is_automatic(gate) ? g_strdup_printf("retry %s", gate->name)
                                                       : g_strdup("retry");
    if (strcmp(name, "skip") == 0 || strcmp(name, "undo") == 0)
        return g_strdup_printf("%s %u", name, step);
    return strcmp(name, "abort") == 0 ? g_strdup("abort") : NULL;
}

/* A gate whose check speaks against it, or does not know, is passed with a reason: asked for before anything. */
static void pass_with_reason(desk *self, const char *line)
{
    g_auto(GStrv) words = words_of(line);
    g_autoptr(parsed) read = parse_words((const char *const *)words, NULL);
    if (read == NULL)
        return;
    order_clear(&self->pending);
    self->pending = (order){ read->row, whole_args(self, read) };
    desk_sheet(self, SHEET_REASON);
}

void desk_act(desk *self, const char *key)
{
    gsize count = 0;
    const command *rows = commands_all(&count);
    g_autoptr(GPtrArray) items = desk_items(self);
    const item *item = item_here(self, items);
    for (gsize i = 0; i < count; i++) {
        if (!key_gives(rows[i].key, key))
            continue;
        g_autofree char *line = line_of(self, &rows[i], key, item);
        if (line == NULL)
            continue;
        bool against = strcmp(key, "o") == 0 && strcmp(rows[i].name, "gate pass") == 0;
        if (against)
            pass_with_reason(self, line);
        else if (desk_line(self, line) && strcmp(key, "Space") == 0)
            g_clear_pointer(&self->at[self->screen], g_free); /* on to the next open line of this list */
        return;
    }
    if (desk_run(self) == NULL)
        desk_say(self, "cannot: no playbook is being run; ':run BOOK' begins one");
    else
        desk_say(self, "'%s' does nothing on this line; ? shows the keys", key);
}

/* ---- screens ---- */

void desk_show(desk *self, screen_id screen)
{
    if (screen == self->screen)
        return;
    if (self->screen != SCREEN_HELP && self->screen != SCREEN_VIEW && self->screen != SCREEN_GATE)
        self->before = self->screen;
    self->screen = screen;
    self->focus = 0;
    self->scroll = 0;
}

static void back(desk *self)
{
    if (self->filter[0] != '\0') {
        g_free(self->filter);
        self->filter = g_strdup("");
        return;
    }
    screen_id home = self->incident != NULL ? SCREEN_ROOM
                     : self->configured     ? SCREEN_INCIDENTS
                                            : self->screen;
    bool inner = self->screen == SCREEN_HELP || self->screen == SCREEN_VIEW || self->screen == SCREEN_GATE;
    self->screen = inner ? self->before : home;
    self->scroll = 0;
}

static void leave(desk *self)
{
    bool home = self->screen == SCREEN_ROOM || self->screen == SCREEN_START ||
                (self->screen == SCREEN_INCIDENTS && self->incident == NULL);
    if (home)
        self->quits = true;
    else
        back(self);
}

static void go_to(desk *self, key key)
{
    static const struct {
        char digit;
        screen_id screen;
    } screens[] = { { '1', SCREEN_ROOM },
                    { '3', SCREEN_PLAN },
                    { '4', SCREEN_OUTPUT },
                    { '6', SCREEN_TIMELINE },
                    { '9', SCREEN_INCIDENTS } };
    for (gsize i = 0; i < G_N_ELEMENTS(screens); i++)
        if (screens[i].digit == (char)key) {
            if (screens[i].screen != SCREEN_INCIDENTS && self->incident == NULL)
                desk_say(self, "no incident is open here; n opens one by hand");
            else
                desk_show(self, screens[i].screen);
        }
}

static void choose_start(desk *self, const item *item)
{
    if (g_strcmp0(item->name, "start:book") == 0)
        desk_field(self, FIELD_BOOK, "");
    else if (g_strcmp0(item->name, "start:hand") == 0)
        desk_field(self, FIELD_TITLE, "");
    else if (g_strcmp0(item->name, "start:drill") == 0)
        desk_line(self, "drill");
    else if (g_strcmp0(item->name, "start:books") == 0)
        desk_line(self, "playbook list");
    else
        self->lends = g_strsplit("init", " ", -1);
}

static void do_next(desk *self)
{
    const char *line = self->next.line;
    if (line == NULL)
        desk_say(self,
                 self->next.person ? "Enter does nothing here: a person chooses, by the keys below"
                                   : "nothing to do just now: %s",
                 self->next.words);
    else if (self->next.ticks)
        desk_say(self, "Space ticks it; Enter does nothing here");
    else if (strcmp(line, "start") == 0)
        desk_field(self, FIELD_TITLE, "");
    else if (strcmp(line, "run") == 0 && desk_run(self) == NULL)
        desk_field(self, FIELD_BOOK, "");
    else
        desk_line(self, line);
}

static void enter(desk *self)
{
    g_autoptr(GPtrArray) items = desk_items(self);
    const item *item = item_here(self, items);
    if (self->screen == SCREEN_START && item != NULL) {
        choose_start(self, item);
    } else if (self->screen == SCREEN_INCIDENTS && item != NULL) {
        desk_open(self, item->name);
        self->screen = SCREEN_ROOM;
    } else if (self->screen != SCREEN_HELP && self->screen != SCREEN_VIEW) {
        do_next(self);
    }
}

static void view(desk *self)
{
    g_autoptr(GPtrArray) items = desk_items(self);
    const item *item = item_here(self, items);
    if (item != NULL && item->gate != NULL) {
        g_free(self->gate);
        self->gate = g_strdup(item->gate->name);
        desk_show(self, SCREEN_GATE);
    } else if (desk_run(self) != NULL && self->screen == SCREEN_PLAN) {
        g_autofree char *text = plan_preview(desk_run(self)->plan);
        desk_view(self, "PLAN", text);
    } else if (desk_run(self) != NULL && (self->screen == SCREEN_ROOM || self->screen == SCREEN_OUTPUT)) {
        g_autofree char *line = g_strdup_printf("step show %u", desk_step(self) + 1);
        desk_line(self, line);
    } else {
        desk_say(self, "'v' does nothing on this line; ? shows the keys");
    }
}

static void new_one(desk *self)
{
    bool house = self->screen == SCREEN_INCIDENTS || self->screen == SCREEN_START || self->incident == NULL;
    desk_field(self, house ? FIELD_TITLE : FIELD_NOTE, "");
}

static void filter(desk *self)
{
    if (self->screen == SCREEN_TIMELINE || self->screen == SCREEN_HELP)
        desk_field(self, FIELD_FILTER, self->filter);
    else
        desk_say(self, "'/' filters the timeline and the help; here is nothing to filter");
}

static void next_pane(desk *self)
{
    self->focus = self->screen == SCREEN_ROOM ? 1 - MIN(self->focus, 1) : 0;
    desk_say(self, "%s",
             self->screen == SCREEN_ROOM ? self->focus == 0 ? "steps" : "output: k j scroll it, End follows"
                                         : "this screen has one pane");
}

/* ---- sheets ---- */

static void sheet_yes(desk *self)
{
    if (self->sheet == SHEET_SILENT) {
        self->ends_engine = true;
        desk_say(self, "the engine is ended at its next silence, and another started; nothing noted is lost");
        desk_close_sheet(self);
        return;
    }
    if (self->sheet == SHEET_CLOSE)
        json_put_text(self->pending.args, "as", incident_outcomes[self->choice]);
    json_put_flag(self->pending.args, "yes", true);
    order order = self->pending;
    self->pending = (struct order){ 0 };
    desk_close_sheet(self);
    desk_send(self, &order);
}

static void choose(desk *self, int by)
{
    int count = 0;
    while (incident_outcomes[count] != NULL)
        count++;
    self->choice = (guint)CLAMP((int)self->choice + by, 0, count - 1);
}

/* True when the key was the sheet's. */
static bool sheet_key(desk *self, key key)
{
    if (key == KEY_IS_ESCAPE || key == (enum key)'q') {
        desk_close_sheet(self);
        desk_say(self, "back: nothing was done");
    } else if (key == (enum key)'y') {
        sheet_yes(self);
    } else if (self->sheet == SHEET_CLOSE && (key == (enum key)'j' || key == KEY_IS_DOWN)) {
        choose(self, 1);
    } else if (self->sheet == SHEET_CLOSE && (key == (enum key)'k' || key == KEY_IS_UP)) {
        choose(self, -1);
    } else if (self->sheet == SHEET_ABORT && key == (enum key)'p') {
        desk_close_sheet(self);
        desk_act(self, "p");
    } else if (key == (enum key)'?' || (key >= (enum key)'0' && key <= (enum key)'9')) {
        return false;
    } else {
        g_autofree char *name = key_name(key);
        desk_say(self, "'%s' does nothing in this sheet; y does it, Esc goes back", name);
    }
    return true;
}

/* ---- keys ---- */

static bool is_held_back(const desk *self, key key)
{
    const key_row *row = key_find(key);
    uptime since = MAX(self->next_since, self->sheet_since);
    bool calm = row != NULL ? row->calm : false;
    return since > 0 && self->board->now.up - since < GUARD && !calm && row != NULL;
}

static void plain_key(desk *self, const key_row *row)
{
    switch ((int)row->code) {
    case KEY_IS_ENTER:
        enter(self);
        break;
    case KEY_IS_ESCAPE:
        back(self);
        break;
    case 'q':
        leave(self);
        break;
    case '?':
        desk_show(self, SCREEN_HELP);
        break;
    case ':':
        desk_field(self, FIELD_COMMAND, "");
        break;
    case '/':
        filter(self);
        break;
    case KEY_IS_TAB:
    case KEY_IS_BACK_TAB:
        next_pane(self);
        break;
    case 'j':
    case KEY_IS_DOWN:
        desk_move(self, 1);
        break;
    case 'k':
    case KEY_IS_UP:
        desk_move(self, -1);
        break;
    case 'g':
    case KEY_IS_FIRST:
        desk_move(self, G_MININT);
        break;
    case 'G':
    case KEY_IS_LAST:
        desk_move(self, G_MAXINT);
        break;
    case KEY_IS_PAGE_DOWN:
        desk_move(self, 10);
        break;
    case KEY_IS_PAGE_UP:
        desk_move(self, -10);
        break;
    case 'n':
        new_one(self);
        break;
    case 'v':
        view(self);
        break;
    case 'y':
        desk_say(self, "'y' says yes in a sheet; none is open");
        break;
    case KEY_CONTROL('L'):
        self->redraws = true;
        break;
    case KEY_CONTROL('Z'):
        self->suspends = true;
        break;
    case KEY_CONTROL('C'):
        desk_say(self, "p pauses, A aborts, q leaves");
        break;
    default:
        go_to(self, row->code);
        break;
    }
}

static bool paste_key(desk *self, key key)
{
    if (key == KEY_IS_PASTE || key == KEY_IS_PASTE_END) {
        self->pasting = key == KEY_IS_PASTE;
        return true;
    }
    if (!self->pasting || (self->field != FIELD_NONE && self->field != FIELD_SHEET))
        return false;
    desk_say(self, self->field == FIELD_SHEET ? "a paste is not taken here: it is typed by hand"
                                              : "a paste does nothing here; in a note it is text");
    return true;
}

void desk_key(desk *self, key key)
{
    if (paste_key(self, key))
        return;
    bool calm_in_field = key == KEY_CONTROL('C') || key == KEY_CONTROL('L') || key == KEY_CONTROL('Z');
    if (is_held_back(self, key) && (self->field == FIELD_NONE || self->field == FIELD_SHEET)) {
        desk_say(self, self->sheet != SHEET_NONE
                           ? "keys typed before this appeared were dropped"
                           : "NEXT has just changed: the key was dropped; read, then press");
        return;
    }
    if (self->field != FIELD_NONE && !calm_in_field) {
        desk_field_key(self, key);
        return;
    }
    if (self->sheet != SHEET_NONE && !calm_in_field && sheet_key(self, key))
        return;
    const key_row *row = key_find(key);
    if (row == NULL) {
        g_autofree char *name = key_name(key);
        desk_say(self, "'%s' does nothing; ? shows the keys", name);
        return;
    }
    if (self->sheet != SHEET_NONE && !calm_in_field)
        desk_close_sheet(self);
    bool opens = row->code == (enum key)'n';
    if (row->acts && !opens)
        desk_act(self, row->name);
    else
        plain_key(self, row);
}
