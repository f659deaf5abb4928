#define _GNU_SOURCE
#include "console/console.h"

#include "draw.h"
#include "link/surroundings.h"
#include "post.h"
#include "terminal.h"
#include "world/clock.h"
#include "world/person.h"
#include "world/process.h"
#include "world/state.h"
#include "world/store.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#define FRAME_LEAST (50 * SPAN_MILLISECOND) /* 20 frames a second (CONSOLE.md 9) */
#define LIVE_EVERY (5 * SPAN_SECOND)        /* also how an engine that stands still is noticed */
#define LOOK_TIMEOUT (10 * SPAN_SECOND)
#define LOOK_LARGEST ((gsize)1024 * 1024)

typedef struct console {
    desk *desk;
    terminal *terminal;
    post *post;
    settings *settings;
    canvas *canvas;
    filedesc signals;
    GHashTable *asked; /* ticket -> order */
    drawn drawn;
    bool stale, ended, ticks;
    uptime frame_at, live_at;
    bool live_asked, reached;
} console;

/* ---- questions ---- */

static void ask(console *self, order *order)
{
    bool fires = surroundings_matter(order->row->name);
    json *env = fires ? surroundings_json(self->settings != NULL ? self->settings->steps_pass : NULL) : NULL;
    guint ticket = post_ask(self->post, order->row->name, json_incref(order->args), env);
    g_hash_table_insert(self->asked, GUINT_TO_POINTER(ticket), order);
}

static void ask_live(console *self, instant now)
{
    if (self->live_asked || !self->reached)
        return;
    self->live_asked = true;
    self->live_at = now.up;
    order *order = g_new0(struct order, 1);
    g_hash_table_insert(self->asked, GUINT_TO_POINTER(post_ask(self->post, "live", json_object(), NULL)),
                        order);
}

/* What a step printed before we came, once somebody looks. */
static void ask_output(console *self)
{
    const run *run = desk_run(self->desk);
    if (run == NULL || run_count(run) == 0)
        return;
    const char *folder = run->steps[desk_printer(self->desk)].folder;
    const outlet *there = desk_output(self->desk);
    bool wanted = self->desk->screen == SCREEN_OUTPUT || self->desk->screen == SCREEN_ROOM;
    static char *last = NULL; /* asked once for each */
    if (folder == NULL || there != NULL || !wanted || run->present != NULL || g_strcmp0(last, folder) == 0)
        return;
    g_free(last);
    last = g_strdup(folder);
    g_autofree char *number = g_strdup_printf("%u", desk_printer(self->desk) + 1);
    order *order = g_new0(struct order, 1);
    order->row = command_find("step show");
    order->args = json_pack("{s:s, s:s}", "incident", self->desk->incident, "step", number);
    ask(self, order);
}

static void order_free(gpointer data)
{
    order_clear(data);
    g_free(data);
}

/* ---- news ---- */

static void hear_told(console *self, const json *line, instant now)
{
    const char *what = json_text(line, "told", "");
    if (strcmp(what, "record") == 0) {
        g_autoptr(GError) error = NULL;
        g_autoptr(record) record = record_from_json(json_object_get(line, "record"), &error);
        if (record == NULL) {
            desk_say(self->desk, "%s", error->message);
            return;
        }
        desk_record(self->desk, record);
        if (g_str_has_prefix(record->kind, "trigger."))
            ask_live(self, now);
    } else if (strcmp(what, "reading") == 0) {
        if (now.up - self->live_at >= SPAN_SECOND)
            ask_live(self, now);
    } else {
        desk_told(self->desk, line);
    }
}

static void hear_answer(console *self, const news *one)
{
    order *order = g_hash_table_lookup(self->asked, GUINT_TO_POINTER(one->ticket));
    if (order == NULL)
        return;
    if (order->row == NULL) {
        self->live_asked = false;
        if (one->line != NULL)
            desk_live(self->desk, json_incref(json_object_get(one->line, "data")));
    } else {
        desk_answer(self->desk, one->line, one->error, one->refusal, order);
    }
    g_hash_table_remove(self->asked, GUINT_TO_POINTER(one->ticket));
}

static void hear(console *self, instant now)
{
    for (news *one; (one = post_next(self->post)) != NULL; news_free(one)) {
        self->stale = true;
        switch (one->kind) {
        case NEWS_TOLD:
            hear_told(self, one->line, now);
            break;
        case NEWS_ANSWER:
            hear_answer(self, one);
            break;
        case NEWS_HERE:
            self->reached = true;
            self->live_asked = false;
            if (one->again) {
                g_autofree char *clock = moment_clock(now.wall);
                desk_say(self->desk, "engine restarted %s", clock); /* RELIABILITY row 1 */
            }
            ask_live(self, now);
            break;
        case NEWS_SILENT:
            desk_silent(self->desk, one->pid);
            break;
        case NEWS_NOBODY:
            desk_say(self->desk, "%s", one->error->message);
            break;
        }
    }
}

/* ---- the first records ---- */

static bool fold(const record *record, void *context)
{
    desk_record(context, record);
    return true;
}

static gint64 read_journal(desk *desk, const char *state, bool guest, GError **error)
{
    gint64 position = 0;
    g_autoptr(GError) trouble = NULL;
    g_autoptr(store) store = guest ? NULL : store_open_reading(state, &trouble);
    if (store != NULL && !store_follow(store, 0, fold, desk, &position, &trouble))
        position = -1;
    if (trouble != NULL && !g_error_matches(trouble, ERR, ERR_NOT_FOUND)) {
        g_propagate_error(error, g_steal_pointer(&trouble));
        return -1;
    }
    return position;
}

/* ---- what a key asked for beside orders ---- */

static void show_look(console *self, char **words)
{
    g_autoptr(GPtrArray) line = g_ptr_array_new();
    g_autofree char *title = g_strjoinv(" ", words);
    g_ptr_array_add(line, "/proc/self/exe");
    for (char **word = words; *word != NULL; word++)
        g_ptr_array_add(line, *word);
    g_ptr_array_add(line, NULL);
    process_order order = { .arguments = (const char *const *)line->pdata,
                            .timeout = LOOK_TIMEOUT,
                            .limit = LOOK_LARGEST };
    g_auto(process_result) result = { 0 };
    g_autoptr(GError) error = NULL;
    if (!process_run(&order, &result, &error)) {
        desk_say(self->desk, "%s", error->message);
        return;
    }
    g_strchomp(result.says->str);
    if (result.says->str[0] != '\0')
        desk_say(self->desk, "%s", result.says->str);
    if (result.output->len > 0)
        desk_view(self->desk, title, result.output->str);
}

static void unblock(gpointer data)
{
    (void)data;
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void lend(console *self, char **words)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *first = words[0];
    char *line[] = { "/proc/self/exe", first, NULL };
    int status = 0;
    terminal_lend(self->terminal);
    if (!g_spawn_sync(NULL, line, NULL, G_SPAWN_CHILD_INHERITS_STDIN, unblock, NULL, NULL, NULL, &status,
                      &error))
        desk_say(self->desk, "%s", error->message);
    else
        desk_say(self->desk,
                 status == 0 ? "%s is done; q and 'warroom' use what it wrote" : "%s wrote nothing", first);
    g_free(words);
    terminal_take_back(self->terminal);
}

static void settle(console *self)
{
    desk *desk = self->desk;
    for (order *one; (one = g_queue_pop_head(desk->orders)) != NULL;)
        ask(self, one);
    for (char **words; (words = g_queue_pop_head(desk->looks)) != NULL; g_strfreev(words))
        show_look(self, words);
    if (desk->lends != NULL)
        lend(self, g_steal_pointer(&desk->lends));
    if (desk->ends_engine)
        post_end_silent(self->post);
    if (desk->bells)
        terminal_bell(self->terminal);
    if (desk->redraws)
        terminal_redraw(self->terminal);
    if (desk->drops)
        terminal_flush(self->terminal);
    if (desk->suspends)
        terminal_suspend(self->terminal);
    self->ended = self->ended || desk->quits;
    desk->ends_engine = desk->bells = desk->redraws = desk->drops = desk->suspends = false;
}

static void take_keys(console *self)
{
    for (key key; !self->ended && (key = terminal_key(self->terminal)) != KEY_NOTHING;) {
        desk_now(self->desk, clock_now());
        desk_key(self->desk, key);
        self->stale = true;
        self->frame_at = 0; /* a key is answered at once */
        settle(self);
    }
}

static void take_signals(console *self)
{
    struct signalfd_siginfo which;
    while (read(self->signals, &which, sizeof which) == (ssize_t)sizeof which) {
        self->stale = true;
        if (which.ssi_signo == SIGWINCH)
            terminal_resized(self->terminal);
        else if (which.ssi_signo == SIGTSTP)
            terminal_suspend(self->terminal);
        else
            self->ended = true;
    }
}

/* ---- the loop ---- */

static void draw(console *self, instant now)
{
    int rows = 0, columns = 0;
    terminal_size(self->terminal, &rows, &columns);
    area all = self->canvas != NULL ? canvas_area(self->canvas) : (area){ 0 };
    if (all.rows != rows || all.columns != columns) {
        canvas_free(self->canvas);
        self->canvas = canvas_new(rows, columns);
    }
    desk_now(self->desk, now);
    self->drawn = draw_desk(self->desk, self->canvas);
    g_autofree char *title = draw_title(self->desk);
    terminal_draw(self->terminal, self->canvas, self->drawn.row, self->drawn.column, title);
    self->stale = false;
    self->frame_at = now.up + FRAME_LEAST;
}

/* Milliseconds until something is to be done without news: a frame that was held back, the next second. */
static int patience(const console *self, instant now)
{
    if (terminal_is_behind(self->terminal))
        return 1000;
    if (self->stale)
        return (int)(MAX(self->frame_at - now.up, 0) / SPAN_MILLISECOND) + 1;
    if (!self->drawn.ticking)
        return self->reached ? (int)(LIVE_EVERY / SPAN_MILLISECOND) : 1000;
    span every =
        self->settings != NULL && self->settings->clock > SPAN_SECOND ? self->settings->clock : SPAN_SECOND;
    return (int)((every - now.wall % every) / SPAN_MILLISECOND) + 1;
}

static void wait(console *self, instant now)
{
    bool behind = terminal_is_behind(self->terminal);
    struct pollfd ready[] = {
        { .fd = terminal_descriptor(self->terminal), .events = (short)(POLLIN | (behind ? POLLOUT : 0)) },
        { .fd = self->signals, .events = POLLIN },
        { .fd = post_descriptor(self->post), .events = POLLIN },
    };
    int got = poll(ready, G_N_ELEMENTS(ready), patience(self, now));
    if ((ready[0].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0) {
        self->ended = true; /* also where SIGHUP is ignored */
        return;
    }
    if ((ready[0].revents & POLLOUT) != 0)
        terminal_drain(self->terminal);
    if ((ready[1].revents & POLLIN) != 0)
        take_signals(self);
    if ((ready[0].revents & POLLIN) != 0)
        take_keys(self);
    self->stale = self->stale || (got == 0 && self->drawn.ticking);
}

static void work(console *self)
{
    while (!self->ended && !terminal_is_gone(self->terminal)) {
        instant now = clock_now();
        hear(self, now);
        settle(self);
        if (now.up - self->live_at > LIVE_EVERY)
            ask_live(self, now);
        if (self->stale && now.up >= self->frame_at && !terminal_is_behind(self->terminal)) {
            ask_output(self);
            draw(self, now);
        }
        wait(self, now);
    }
}

static int catch_signals(void)
{
    static const int caught[] = { SIGWINCH, SIGHUP, SIGTERM, SIGINT, SIGQUIT, SIGTSTP };
    sigset_t set;
    sigemptyset(&set);
    for (gsize i = 0; i < G_N_ELEMENTS(caught); i++)
        sigaddset(&set, caught[i]);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGTTOU, SIG_IGN); /* putting the terminal back is allowed to anybody who took it */
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static bool is_guest(const char *state)
{
    struct stat place;
    return stat(state, &place) == 0 && place.st_uid != geteuid() && geteuid() != 0;
}

static bool begin(console *self, const console_wish *wish, char **state, char **config, GError **error)
{
    g_autofree char *name = state_name(error);
    if (name == NULL)
        return false;
    bool guest = is_guest(name);
    *state = guest ? g_steal_pointer(&name) : state_open(NULL, error);
    if (*state == NULL)
        return false;
    g_autoptr(search) where = search_new(wish->config, *state);
    g_autoptr(found) file = NULL;
    self->settings = search_settings(where, &file, guest ? NULL : error);
    if (self->settings == NULL && !guest)
        return false;
    *config = g_strdup(file != NULL ? file->path : "");
    self->desk->state = g_strdup(*state);
    self->desk->me = g_strdup(person_name(wish->me));
    self->desk->settings = self->settings;
    self->desk->configured = file != NULL;
    gint64 position = read_journal(self->desk, *state, guest, error);
    if (position < 0)
        return false;
    terminal_wish terminal = { *state, self->settings != NULL ? self->settings->glyphs : GLYPHS_AUTO,
                               wish->no_colour          ? THEME_MONO
                               : self->settings != NULL ? self->settings->theme
                                                        : THEME_AUTO,
                               wish->utf8_locale };
    self->terminal = terminal_open(&terminal, error);
    if (self->terminal == NULL)
        return false;
    self->signals = catch_signals();
    client_wish engine = {
        .state = *state, .config = *config, .me = self->desk->me, .means = "console", .any_config = guest
    };
    self->post = post_new(&engine, guest, position);
    return true;
}

static void say_goodbye(const console *self)
{
    const run *run = desk_run(self->desk);
    const room *room = desk_room(self->desk);
    if (room == NULL || !incident_is_open(room->incident))
        return;
    if (run != NULL && run->present != NULL)
        printf("%s goes on: step %u of %u. Come back: warroom\n", room->incident->id, run->present->step + 1,
               run_count(run));
    else
        printf("%s is open. Come back: warroom\n", room->incident->id);
}

static bool show(console *self, const console_wish *wish)
{
    self->desk->terminal = g_strdup(terminal_words(self->terminal));
    desk_now(self->desk, clock_now());
    desk_begin(self->desk);
    if (wish->incident != NULL && board_listed(self->desk->board, wish->incident) != NULL) {
        desk_open(self->desk, wish->incident);
        self->desk->screen = self->desk->before = SCREEN_ROOM;
    }
    self->stale = true;
    work(self);
    bool gone = terminal_is_gone(self->terminal);
    terminal_close(self->terminal);
    if (!gone)
        say_goodbye(self);
    return true;
}

int console_main(const console_wish *wish, bool *drawn)
{
    console self = { .desk = desk_new(), .signals = -1 };
    g_autofree char *state = NULL;
    g_autofree char *config = NULL;
    g_autoptr(GError) error = NULL;
    self.asked = g_hash_table_new_full(NULL, NULL, NULL, order_free);
    *drawn = begin(&self, wish, &state, &config, &error) && show(&self, wish);
    if (!*drawn)
        fprintf(stderr, "warroom: %s\n", error->message);
    canvas_free(self.canvas);
    desk_free(self.desk);
    settings_free(self.settings);
    g_hash_table_unref(self.asked);
    return 0;
}

void console_repair(void)
{
    g_autofree char *state = isatty(STDIN_FILENO) ? state_name(NULL) : NULL;
    if (state != NULL && terminal_repair(state))
        fprintf(stderr, "warroom: a console was killed here; the terminal is as it was before\n");
}
