/* terminal.h - the one terminal: its modes, its keys, and the cells that changed.
 *
 * ncurses finds what changed; what it wants to say is collected and goes out in one write, which never waits: while
 * the line does not drain, frames are dropped and the newest is drawn when it does (RELIABILITY 15). The terminal
 * is put back at the end, on a signal and on a crash; after kill -9 by terminal_repair of the next start. */
#ifndef WARROOM_CONSOLE_TERMINAL_H
#define WARROOM_CONSOLE_TERMINAL_H

#include "canvas.h"
#include "key.h"
#include "look.h"

typedef struct terminal terminal;

typedef struct terminal_wish {
    const char *state; /* the folder where it is noted that the terminal is ours; NULL: nowhere */
    glyphs glyphs;
    theme theme;
    bool utf8_locale;
} terminal_wish;

/* Takes the terminal of standard input. ERR_FAILED when there is none, TERM is unknown, or cannot place a cursor. */
terminal *terminal_open(const terminal_wish *wish, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void terminal_close(terminal *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(terminal, terminal_close)

/* A console that was killed left this terminal raw: puts it back. True when there was something to put back. */
bool terminal_repair(const char *state);

int terminal_descriptor(const terminal *self);
void terminal_size(const terminal *self, int *rows, int *columns);
const char *terminal_words(const terminal *self); /* "80 x 24, UTF-8, 256 colours", for people */

key terminal_key(terminal *self);    /* KEY_NOTHING when there is none */
void terminal_flush(terminal *self); /* forgets what was typed and not read */

/* Draws what differs; the cursor stands at row and column, or is hidden when row is below 0. */
void terminal_draw(terminal *self, const canvas *canvas, int row, int column, const char *title);
void terminal_bell(terminal *self);   /* with the next frame */
void terminal_redraw(terminal *self); /* the next frame is a whole one */

/* Something is still to be written: call terminal_drain when the descriptor can be written to. */
bool terminal_is_behind(const terminal *self);
void terminal_drain(terminal *self);
bool terminal_is_gone(const terminal *self); /* hung up: nothing will be read or written any more */

void terminal_resized(terminal *self); /* its size changed, or may have */
void terminal_suspend(terminal *self); /* ^Z: returns when we were continued */
void terminal_lend(terminal *self);    /* to another program of ours ... */
void terminal_take_back(terminal *self);

#endif
