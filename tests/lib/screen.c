#define _GNU_SOURCE
#include "lib/screen.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <vterm.h>

#define BYTES_KEPT (16 * 1024 * 1024)
#define LOOK_MILLISECONDS 20
#define ENDING_SECONDS 2.0

struct screen {
    int master, slave;
    VTerm *vt;
    VTermScreen *cells;
    GString *scrolled;
    GByteArray *bytes;
    GString *title;
    int bells;
    pid_t pid; /* 0: no program, or it has ended */
    bool ended;
    int status;
};

static void answer(const char *bytes, size_t length, void *user)
{
    screen *self = user;
    while (self->master >= 0 && length > 0) {
        ssize_t written = write(self->master, bytes, length);
        if (written <= 0)
            return; /* nobody reads: a terminal does not wait */
        bytes += written;
        length -= (size_t)written;
    }
}

static void put_cell(GString *into, const VTermScreenCell *cell)
{
    if (cell->chars[0] == 0)
        g_string_append_c(into, ' ');
    for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell->chars[i] != 0; i++)
        if (cell->chars[i] != (uint32_t)-1)
            g_string_append_unichar(into, cell->chars[i]);
}

static void end_line(GString *into)
{
    while (into->len > 0 && into->str[into->len - 1] == ' ')
        g_string_truncate(into, into->len - 1);
}

static int line_scrolled(int columns, const VTermScreenCell *cells, void *user)
{
    screen *self = user;
    for (int column = 0; column<columns; column += cells[column].width> 1 ? cells[column].width : 1)
        put_cell(self->scrolled, &cells[column]);
    end_line(self->scrolled);
    g_string_append_c(self->scrolled, '\n');
    return 1;
}

static int bell_rung(void *user)
{
    ((screen *)user)->bells++;
    return 1;
}

static int property_set(VTermProp property, VTermValue *value, void *user)
{
    screen *self = user;
    if (property == VTERM_PROP_TITLE)
        g_string_assign(self->title, value->string);
    return 1;
}

static const VTermScreenCallbacks callbacks = {
    .sb_pushline = line_scrolled,
    .bell = bell_rung,
    .settermprop = property_set,
};

static void set_size(screen *self, int rows, int columns)
{
    struct winsize size = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns };
    ioctl(self->master, TIOCSWINSZ, &size);
}

screen *screen_new(int rows, int columns)
{
    screen *self = g_new0(screen, 1);
    self->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (self->master < 0 || grantpt(self->master) != 0 || unlockpt(self->master) != 0)
        g_error("no pty: %s", g_strerror(errno));
    self->slave = open(ptsname(self->master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    fcntl(self->master, F_SETFL, O_NONBLOCK);
    set_size(self, rows, columns);
    self->scrolled = g_string_new(NULL);
    self->title = g_string_new(NULL);
    self->bytes = g_byte_array_new();
    self->vt = vterm_new(rows, columns);
    vterm_set_utf8(self->vt, 1);
    vterm_output_set_callback(self->vt, answer, self);
    self->cells = vterm_obtain_screen(self->vt);
    vterm_screen_set_callbacks(self->cells, &callbacks, self);
    vterm_screen_enable_altscreen(self->cells, 1);
    vterm_screen_reset(self->cells, 1);
    return self;
}

int screen_slave(const screen *self)
{
    return self->slave;
}

static void become(const screen *self, const char *const *argv, const char *const *environment)
{
    setsid();
    ioctl(self->slave, TIOCSCTTY, 0);
    for (int fd = 0; fd < 3; fd++)
        dup2(self->slave, fd);
    setenv("TERM", "xterm-256color", 1);
    for (; environment != NULL && *environment != NULL; environment++)
        putenv((char *)*environment);
    execvp(argv[0], (char *const *)argv);
    _exit(127);
}

bool screen_run(screen *self, const char *const *argv, const char *const *environment)
{
    self->ended = false;
    self->pid = fork();
    if (self->pid == 0)
        become(self, argv, environment);
    if (self->pid < 0) {
        self->pid = 0;
        return false;
    }
    close(self->slave); /* so that its end is seen */
    self->slave = -1;
    return true;
}

/* Reads what has come, or waits for it a little; false once nobody can write any more. */
static bool pump(screen *self, int milliseconds)
{
    char buffer[16384];
    struct pollfd ready = { .fd = self->master, .events = POLLIN };
    if (self->master < 0 || poll(&ready, 1, milliseconds) <= 0)
        return self->master >= 0;
    ssize_t length = read(self->master, buffer, sizeof buffer);
    if (length <= 0)
        return length < 0 && (errno == EAGAIN || errno == EINTR);
    if (self->bytes->len + (guint)length <= BYTES_KEPT)
        g_byte_array_append(self->bytes, (const guint8 *)buffer, (guint)length);
    vterm_input_write(self->vt, buffer, (size_t)length);
    return true;
}

static void look_for_end(screen *self)
{
    if (self->pid > 0 && waitpid(self->pid, &self->status, WNOHANG) == self->pid) {
        self->pid = 0;
        self->ended = true;
    }
}

static gint64 until(double seconds)
{
    return g_get_monotonic_time() + (gint64)(seconds * 1e6);
}

static bool has(screen *self, const char *text)
{
    int rows, columns;
    vterm_get_size(self->vt, &rows, &columns);
    for (int row = 0; row < rows; row++) {
        g_autofree char *line = screen_row(self, row);
        if (strstr(line, text) != NULL)
            return true;
    }
    return false;
}

static bool wait_for(screen *self, const char *text, bool there, double seconds)
{
    for (gint64 limit = until(seconds);;) {
        bool open = pump(self, LOOK_MILLISECONDS);
        if (has(self, text) == there)
            return true;
        if (!open || g_get_monotonic_time() > limit)
            return false;
    }
}

bool screen_shows(screen *self, const char *text, double seconds)
{
    return has(self, text) || wait_for(self, text, true, seconds);
}

bool screen_forgets(screen *self, const char *text, double seconds)
{
    return wait_for(self, text, false, seconds);
}

bool screen_ends(screen *self, int *status, double seconds)
{
    for (gint64 limit = until(seconds); !self->ended && g_get_monotonic_time() < limit;) {
        if (!pump(self, LOOK_MILLISECONDS))
            g_usleep(1000); /* between two looks */
        look_for_end(self);
    }
    for (gint64 limit = until(ENDING_SECONDS);
         self->ended && pump(self, 0) && g_get_monotonic_time() < limit;)
        if (poll(&(struct pollfd){ .fd = self->master, .events = POLLIN }, 1, 0) <= 0)
            break; /* all that it wrote is read */
    if (self->ended && status != NULL)
        *status = self->status;
    return self->ended;
}

void screen_type(screen *self, const char *keys)
{
    for (size_t left = strlen(keys); left > 0;) {
        ssize_t written = write(self->master, keys, left);
        if (written < 0 && errno != EAGAIN)
            return;
        if (written > 0) {
            keys += written;
            left -= (size_t)written;
        }
        pump(self, 0);
    }
}

void screen_resize(screen *self, int rows, int columns)
{
    vterm_set_size(self->vt, rows, columns);
    set_size(self, rows, columns);
}

void screen_hang_up(screen *self)
{
    if (self->master >= 0)
        close(self->master);
    if (self->slave >= 0)
        close(self->slave);
    self->master = self->slave = -1;
}

void screen_free(screen *self)
{
    if (self == NULL)
        return;
    screen_hang_up(self);
    screen_ends(self, NULL, self->pid > 0 ? ENDING_SECONDS : 0);
    if (self->pid > 0) {
        kill(self->pid, SIGKILL);
        waitpid(self->pid, NULL, 0);
    }
    vterm_free(self->vt);
    g_string_free(self->scrolled, TRUE);
    g_string_free(self->title, TRUE);
    g_byte_array_unref(self->bytes);
    g_free(self);
}

char *screen_row(screen *self, int row)
{
    int rows, columns;
    VTermScreenCell cell;
    g_autoptr(GString) line = g_string_new(NULL);
    vterm_get_size(self->vt, &rows, &columns);
    for (int column = 0; column<columns; column += cell.width> 1 ? cell.width : 1) {
        if (!vterm_screen_get_cell(self->cells, (VTermPos){ .row = row, .col = column }, &cell))
            break;
        put_cell(line, &cell);
    }
    end_line(line);
    return g_strdup(line->str);
}

char *screen_text(screen *self)
{
    int rows, columns;
    g_autoptr(GString) text = g_string_new(self->scrolled->str);
    vterm_get_size(self->vt, &rows, &columns);
    for (int row = 0; row < rows; row++) {
        g_autofree char *line = screen_row(self, row);
        g_string_append_printf(text, "%s\n", line);
    }
    while (g_str_has_suffix(text->str, "\n\n"))
        g_string_truncate(text, text->len - 1);
    return g_strdup(text->str);
}

static int colour(const VTermColor *from)
{
    if (VTERM_COLOR_IS_DEFAULT_FG(from) || VTERM_COLOR_IS_DEFAULT_BG(from))
        return -1;
    return VTERM_COLOR_IS_INDEXED(from) ? from->indexed.idx : -2;
}

screen_look screen_at(screen *self, int row, int column)
{
    VTermScreenCell cell = { 0 };
    screen_look look = { .fg = -1, .bg = -1 };
    if (!vterm_screen_get_cell(self->cells, (VTermPos){ .row = row, .col = column }, &cell))
        return look;
    g_autoptr(GString) text = g_string_new(NULL);
    if (cell.chars[0] != 0)
        put_cell(text, &cell);
    g_strlcpy(look.text, text->str, sizeof look.text);
    look.width = cell.width;
    look.bold = cell.attrs.bold;
    look.reverse = cell.attrs.reverse;
    look.underline = cell.attrs.underline != 0;
    look.fg = colour(&cell.fg);
    look.bg = colour(&cell.bg);
    return look;
}

void screen_cursor(screen *self, int *row, int *column)
{
    VTermPos at;
    vterm_state_get_cursorpos(vterm_obtain_state(self->vt), &at);
    *row = at.row;
    *column = at.col;
}

int screen_bells(const screen *self)
{
    return self->bells;
}

const char *screen_title(const screen *self)
{
    return self->title->str;
}

const GByteArray *screen_bytes(const screen *self)
{
    return self->bytes;
}
