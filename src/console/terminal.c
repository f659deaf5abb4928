#define _GNU_SOURCE /* memfd_create */
#define NCURSES_WIDECHAR 1
#include "terminal.h"

#include "base/text.h"
#include "restore.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#define ESCAPE_DELAY 25    /* ms; CONSOLE.md 9 */
#define LEAVE_PATIENCE 200 /* ms for the last bytes on a line that does not drain */
enum { PASTE_BEGINS = KEY_MAX - 2, PASTE_ENDS = KEY_MAX - 1 };

struct terminal {
    int fd;   /* the terminal, opened anew: what we set on it is nobody else's */
    int said; /* what ncurses writes into: a file in memory */
    FILE *in, *out;
    SCREEN *screen;
    WINDOW *keys; /* read from; never shown */
    GString *behind;
    gsize sent;
    bool gone, bell, whole, marks_utf8, titles;
    theme theme;
    int rows, columns, colours;
    char *title, *words;
};

/* ---- modes ---- */

static void set_raw(const terminal *self)
{
    struct termios raw = *restore_modes();
    raw.c_iflag &= ~(tcflag_t)(IXON | IXOFF | ICRNL | INLCR | IGNCR | ISTRIP | BRKINT);
    raw.c_oflag &= ~(tcflag_t)OPOST;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ECHONL | ISIG | IEXTEN);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    tcsetattr(self->fd, TCSANOW, &raw);
}

static const char *capability(const char *name)
{
    const char *text = tigetstr(name);
    return text == NULL || text == (const char *)-1 ? "" : text;
}

static char *bytes_in(const terminal *self)
{
    return g_strconcat(capability("smcup"), capability("smkx"), self->titles ? "\033[?2004h" : "", NULL);
}

static char *bytes_out(const terminal *self)
{
    return g_strconcat(self->titles ? "\033[?2004l\033]2;\007" : "", capability("sgr0"), capability("rmkx"),
                       capability("cnorm"), capability("rmcup"), NULL);
}

/* ---- opening ---- */

static void read_size(terminal *self)
{
    struct winsize size = { 0 };
    ioctl(self->fd, TIOCGWINSZ, &size);
    self->rows = size.ws_row > 0 ? size.ws_row : 24;
    self->columns = size.ws_col > 0 ? size.ws_col : 80;
}

static bool start_curses(terminal *self, GError **error)
{
    const char *term = g_getenv("TERM");
    self->said = memfd_create("warroom-screen", MFD_CLOEXEC);
    self->out = self->said >= 0 ? fdopen(dup(self->said), "w") : NULL;
    self->in = fdopen(dup(self->fd), "r");
    if (self->out == NULL || self->in == NULL)
        return fail(error, ERR_FAILED, "cannot draw: %s", g_strerror(errno));
    use_env(FALSE); /* the terminal's own word, not LINES and COLUMNS of long ago */
    self->screen = newterm(term, self->out, self->in);
    if (self->screen == NULL)
        return fail(error, ERR_FAILED,
                    "the terminal '%s' is unknown here; TERM names another, or install ncurses-term",
                    term != NULL ? term : "");
    if (capability("cup")[0] == '\0')
        return fail(error, ERR_FAILED, "the terminal '%s' cannot place its cursor", term);
    return true;
}

static void define_paste(void)
{
    define_key("\033[200~", PASTE_BEGINS);
    define_key("\033[201~", PASTE_ENDS);
}

static void settle_curses(terminal *self)
{
    raw();
    noecho();
    nonl();
    set_escdelay(ESCAPE_DELAY);
    typeahead(-1); /* a frame is whole: what is typed meanwhile is answered by the next */
    self->keys = newpad(1, 1);
    keypad(self->keys, TRUE);
    wtimeout(self->keys, 0);
    define_paste();
    if (has_colors()) {
        start_color();
        use_default_colors();
    }
}

static void settle_colours(terminal *self)
{
    for (int i = 1; i < ROLES; i++) {
        style is = look_style(self->theme, (role)i);
        if (is.ink >= 0)
            init_pair((short)i, is.ink, is.ground);
    }
}

static void describe(terminal *self)
{
    g_free(self->words);
    self->words = self->theme == THEME_MONO
                      ? g_strdup_printf("%d x %d, %s, no colours", self->columns, self->rows,
                                        self->marks_utf8 ? "UTF-8" : "ASCII")
                      : g_strdup_printf("%d x %d, %s, %d colours", self->columns, self->rows,
                                        self->marks_utf8 ? "UTF-8" : "ASCII", self->colours);
}

terminal *terminal_open(const terminal_wish *wish, GError **error)
{
    g_autoptr(terminal) self = g_new0(terminal, 1);
    self->said = -1;
    self->behind = g_string_new(NULL);
    const char *name = ttyname(STDIN_FILENO);
    self->fd = name != NULL ? open(name, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC) : -1;
    if (self->fd < 0) {
        fail(error, ERR_FAILED, "no terminal: %s", g_strerror(errno));
        return NULL;
    }
    read_size(self);
    if (!start_curses(self, error))
        return NULL;
    const char *term = g_getenv("TERM");
    self->titles = tigetflag("XT") == TRUE;
    self->colours = tigetnum("colors");
    self->theme = look_theme(wish->theme, g_getenv("NO_COLOR"), term, self->colours);
    self->marks_utf8 = look_utf8(wish->glyphs, wish->utf8_locale, term);
    settle_curses(self);
    settle_colours(self);
    g_autofree char *in = bytes_in(self);
    g_autofree char *out = bytes_out(self);
    restore_begin(self->fd, wish->state, out);
    set_raw(self);
    g_string_append(self->behind, in);
    resizeterm(self->rows, self->columns);
    describe(self);
    return g_steal_pointer(&self);
}

bool terminal_repair(const char *state)
{
    return restore_repair(state);
}

static void say_rest(terminal *self)
{
    struct pollfd ready = { .fd = self->fd, .events = POLLOUT };
    while (terminal_is_behind(self) && !self->gone && poll(&ready, 1, LEAVE_PATIENCE) > 0)
        terminal_drain(self);
}

void terminal_close(terminal *self)
{
    if (self == NULL)
        return;
    if (self->fd >= 0) {
        say_rest(self);
        restore_end();
        close(self->fd);
    }
    if (self->screen != NULL) {
        delwin(self->keys);
        delscreen(self->screen);
    }
    if (self->in != NULL)
        fclose(self->in);
    if (self->out != NULL)
        fclose(self->out);
    if (self->said >= 0)
        close(self->said);
    g_string_free(self->behind, TRUE);
    g_free(self->title);
    g_free(self->words);
    g_free(self);
}

int terminal_descriptor(const terminal *self)
{
    return self->fd;
}

void terminal_size(const terminal *self, int *rows, int *columns)
{
    *rows = self->rows;
    *columns = self->columns;
}

const char *terminal_words(const terminal *self)
{
    return self->words;
}

/* ---- keys ---- */

static key key_of(wint_t code)
{
    static const struct {
        int code;
        key key;
    } keys[] = {
        { KEY_ENTER, KEY_IS_ENTER },
        { KEY_BTAB, KEY_IS_BACK_TAB },
        { KEY_UP, KEY_IS_UP },
        { KEY_DOWN, KEY_IS_DOWN },
        { KEY_LEFT, KEY_IS_LEFT },
        { KEY_RIGHT, KEY_IS_RIGHT },
        { KEY_HOME, KEY_IS_FIRST },
        { KEY_END, KEY_IS_LAST },
        { KEY_PPAGE, KEY_IS_PAGE_UP },
        { KEY_NPAGE, KEY_IS_PAGE_DOWN },
        { KEY_BACKSPACE, KEY_IS_BACKSPACE },
        { KEY_DC, KEY_IS_OTHER },
        { PASTE_BEGINS, KEY_IS_PASTE },
        { PASTE_ENDS, KEY_IS_PASTE_END },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
        if ((wint_t)keys[i].code == code)
            return keys[i].key;
    return KEY_IS_OTHER;
}

static key character_of(terminal *self, wint_t code)
{
    wint_t after = 0;
    switch (code) {
    case '\r':
    case '\n':
        return KEY_IS_ENTER;
    case '\t':
        return KEY_IS_TAB;
    case 127:
    case '\b':
        return KEY_IS_BACKSPACE;
    case 27: /* something right behind it: Alt, or a sequence nobody knows */
        if (wget_wch(self->keys, &after) == ERR)
            return KEY_IS_ESCAPE;
        while (wget_wch(self->keys, &after) != ERR)
            continue;
        return KEY_IS_OTHER;
    default:
        return (key)code;
    }
}

key terminal_key(terminal *self)
{
    wint_t code = 0;
    int kind = wget_wch(self->keys, &code);
    if (kind == ERR)
        return KEY_NOTHING;
    return kind == KEY_CODE_YES ? key_of(code) : character_of(self, code);
}

void terminal_flush(terminal *self)
{
    tcflush(self->fd, TCIFLUSH);
    wint_t code = 0;
    flushinp();
    while (wget_wch(self->keys, &code) != ERR)
        continue;
}

/* ---- drawing ---- */

static attr_t attributes(const terminal *self, role role)
{
    style is = look_style(self->theme, role);
    return (is.bold ? A_BOLD : A_NORMAL) | (is.reverse ? A_REVERSE : A_NORMAL) |
           (is.underline ? A_UNDERLINE : A_NORMAL);
}

/* On a terminal that does not speak UTF-8, what is not ASCII is one unknown cell each. */
static void draw_cell(const terminal *self, const cell *cell, int row, int column)
{
    wchar_t text[CELL_BYTES] = { 0 };
    const char *shown = self->marks_utf8 ? glyph_utf8(cell->class, cell->text[0]) : NULL;
    if (mbstowcs(text, shown != NULL ? shown : cell->text, CELL_BYTES - 1) == (size_t)-1)
        wcscpy(text, L"?");
    text[CCHARW_MAX] = L'\0';
    style is = look_style(self->theme, cell->role);
    cchar_t put;
    setcchar(&put, text, attributes(self, cell->role), is.ink >= 0 ? cell->role : 0, NULL);
    mvadd_wch(row, column, &put);
}

static void draw_cells(const terminal *self, const canvas *canvas)
{
    area all = canvas_area(canvas);
    for (int row = 0; row < MIN(all.rows, self->rows); row++)
        for (int column = 0; column < MIN(all.columns, self->columns); column++) {
            const cell *one = canvas_at(canvas, row, column);
            if (one->text[0] != '\0')
                draw_cell(self, one, row, column);
        }
}

static void put_title(terminal *self, const char *title)
{
    if (!self->titles || g_strcmp0(title, self->title) == 0)
        return;
    g_free(self->title);
    self->title = g_strdup(title);
    g_autofree char *visible = text_visible(title, -1);
    g_string_append_printf(self->behind, "\033]2;%s\007", visible);
}

/* What ncurses said goes behind what is still to be written. */
static void collect(terminal *self)
{
    fflush(self->out);
    off_t length = lseek(self->said, 0, SEEK_CUR);
    if (length <= 0)
        return;
    gsize before = self->behind->len;
    g_string_set_size(self->behind, before + (gsize)length);
    if (pread(self->said, self->behind->str + before, (size_t)length, 0) != length)
        g_string_truncate(self->behind, before);
    lseek(self->said, 0, SEEK_SET);
    if (ftruncate(self->said, 0) != 0)
        self->gone = true;
}

void terminal_draw(terminal *self, const canvas *canvas, int row, int column, const char *title)
{
    if (terminal_is_behind(self) && self->sent > 0)
        return;
    clearok(curscr, self->whole);
    self->whole = false;
    draw_cells(self, canvas);
    curs_set(row >= 0 ? 1 : 0);
    move(CLAMP(row, 0, self->rows - 1), CLAMP(column, 0, self->columns - 1));
    wnoutrefresh(stdscr);
    doupdate();
    put_title(self, title);
    if (self->bell)
        g_string_append_c(self->behind, '\a');
    self->bell = false;
    collect(self);
    terminal_drain(self);
}

void terminal_bell(terminal *self)
{
    self->bell = true;
}

void terminal_redraw(terminal *self)
{
    self->whole = true;
}

bool terminal_is_behind(const terminal *self)
{
    return self->sent < self->behind->len;
}

void terminal_drain(terminal *self)
{
    while (terminal_is_behind(self)) {
        ssize_t put = write(self->fd, self->behind->str + self->sent, self->behind->len - self->sent);
        if (put > 0) {
            self->sent += (gsize)put;
        } else if (errno != EINTR) {
            self->gone = self->gone || errno != EAGAIN;
            return;
        }
    }
    g_string_truncate(self->behind, 0);
    self->sent = 0;
}

bool terminal_is_gone(const terminal *self)
{
    return self->gone;
}

/* ---- life ---- */

void terminal_resized(terminal *self)
{
    read_size(self);
    resizeterm(self->rows, self->columns);
    self->whole = true;
    describe(self);
}

void terminal_lend(terminal *self)
{
    say_rest(self);
    restore_now();
}

void terminal_take_back(terminal *self)
{
    g_autofree char *in = bytes_in(self);
    set_raw(self);
    g_string_append(self->behind, in);
    g_clear_pointer(&self->title, g_free);
    terminal_resized(self);
}

void terminal_suspend(terminal *self)
{
    sigset_t stop, before;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTSTP);
    terminal_lend(self);
    signal(SIGTSTP, SIG_DFL);
    kill(0, SIGTSTP);
    sigprocmask(SIG_UNBLOCK, &stop, &before); /* here we stand until somebody says fg */
    sigprocmask(SIG_SETMASK, &before, NULL);
    terminal_take_back(self);
}
