/* text.h - foreign text made safe to show, and cut to a width.
 *
 * Whatever comes from outside (step output, labels, titles, file names, error messages of servers) passes
 * here once, at the drawing or printing boundary, and nowhere else: raw bytes stay in evidence.
 * C0, DEL and C1 controls, bidirectional controls, zero-width and other invisible characters, lone
 * combining marks and bytes that are not UTF-8 become visible: ESC is ^[, CR is ^M, U+202E is <U+202E>,
 * a stray byte is <FF>. */
#ifndef WARROOM_BASE_TEXT_H
#define WARROOM_BASE_TEXT_H

#include <glib.h>
#include <stdbool.h>

/* The visible form; a newline is ^J. The caller frees. */
char *text_visible(const char *bytes, gssize length);

/* The same, but newlines stay newlines and tabs become spaces to the next multiple of 8. */
char *text_visible_lines(const char *bytes, gssize length);

/* Cells a visible text takes. */
int text_width(const char *visible);

/* Cut to `width` cells, the last of them '~' when anything was cut. The caller frees. */
char *text_cut(const char *visible, int width);

/* Cut and then padded with spaces on the right (or on the left) to exactly `width` cells. */
char *text_fit(const char *visible, int width);
char *text_fit_left(const char *visible, int width);

bool text_is_visible(const char *text); /* text_visible would change nothing */

#endif
