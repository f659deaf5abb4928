/* screen.h - a terminal that a test can read: a pty with libvterm behind it.
 *
 * A program is run on it (or a test draws on its slave side itself), keys are typed, and the test waits for a text to
 * appear, with a limit; nothing sleeps and hopes. Cells, colours, the cursor, what scrolled away, bells, the title and the
 * raw bytes can be looked at. Rows and columns count from 0. */
#ifndef WARROOM_TESTS_LIB_SCREEN_H
#define WARROOM_TESTS_LIB_SCREEN_H

#include <glib.h>
#include <stdbool.h>

typedef struct screen screen;

typedef struct screen_look {
    char text[32]; /* the cell's character with its combining marks, UTF-8; "" when empty */
    int width;
    bool bold, reverse, underline;
    int fg, bg; /* the palette's index, or -1: the terminal's own colour; -2: a 24-bit one */
} screen_look;

screen *screen_new(int rows, int columns);
void screen_free(screen *self); /* hangs up, and ends the program if that did not */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(screen, screen_free)

int screen_slave(const screen *self); /* the terminal's own side, for a test that draws by itself */

/* Runs a program on it, as leader of its session; `environment` is added to this process's own, "NAME=VALUE". */
bool screen_run(screen *self, const char *const *argv, const char *const *environment);

void screen_type(screen *self, const char *keys);
void screen_resize(screen *self, int rows, int columns);
void screen_hang_up(screen *self); /* the window is closed; what was shown can still be read */

/* Each waits at most so long, reading all the while. */
bool screen_shows(screen *self, const char *text, double seconds);   /* in one row */
bool screen_forgets(screen *self, const char *text, double seconds); /* in no row any more */
bool screen_ends(screen *self, int *status, double seconds); /* the program; status as waitpid gives it */

char *screen_row(screen *self, int row); /* without the spaces at its end. The caller frees. */
char *screen_text(screen *self);         /* all rows, and what scrolled away above them. The caller frees. */
screen_look screen_at(screen *self, int row, int column);
void screen_cursor(screen *self, int *row, int *column);
int screen_bells(const screen *self);
const char *screen_title(const screen *self);       /* "" until somebody set one */
const GByteArray *screen_bytes(const screen *self); /* all that was written to it; the first 16 MB */

#endif
