/* draw.h - screens as pure functions: a desk is read, cells are filled, nothing is changed.
 *
 * Every screen draws the middle; what stands above and below it is the frame's, and the same everywhere. */
#ifndef WARROOM_CONSOLE_DRAW_H
#define WARROOM_CONSOLE_DRAW_H

#include "canvas.h"
#include "desk.h"

typedef struct drawn { /* where the terminal's own cursor belongs; row below 0: nowhere */
    int row, column;
    bool ticking; /* a clock is shown: it is drawn again each second */
} drawn;

drawn draw_desk(const desk *self, canvas *canvas);
char *draw_title(const desk *self); /* for the terminal's title line. The caller frees. */

/* ---- parts, for the screens ---- */

#define WIDE 80
#define HIGH 24

void draw_metrics(const desk *self, canvas *canvas, area area); /* the room's pane */
int draw_metrics_rows(const desk *self);                        /* the rows it wants */
void draw_metrics_line(const desk *self, canvas *canvas, int row, int columns);

void draw_room(const desk *self, canvas *canvas, area area, drawn *where);
void draw_steps(const desk *self, canvas *canvas, area area, drawn *where);
void draw_output(const desk *self, canvas *canvas, area area, bool times);
void draw_plan(const desk *self, canvas *canvas, area area, drawn *where);
void draw_gate(const desk *self, canvas *canvas, area area, drawn *where);
void draw_step(const desk *self, canvas *canvas, area area, drawn *where);
void draw_timeline(const desk *self, canvas *canvas, area area, drawn *where);
void draw_incidents(const desk *self, canvas *canvas, area area, drawn *where);
void draw_start(const desk *self, canvas *canvas, area area, drawn *where);
void draw_help(const desk *self, canvas *canvas, area area, drawn *where);
void draw_view(const desk *self, canvas *canvas, area area, drawn *where);
void draw_sheet(const desk *self, canvas *canvas, area area, drawn *where);
void draw_small(const desk *self, canvas *canvas, area area, drawn *where); /* below 80x24 */
void draw_line(const desk *self, canvas *canvas);                           /* below 40x10 */

/* One gate as a line: "[+] title   who  value". */
void draw_gate_line(const desk *self, canvas *canvas, int row, int column, int width, const gate *gate);
void draw_typed(const desk *self, canvas *canvas, int row, int column, int width, const char *prompt,
                drawn *where);

/* A list of `count` in a window of `rows`: the first shown, so that `at` is in sight. */
int draw_first(int count, int rows, int at);

char *figure(double value, const char *unit); /* "1240 ms". The caller frees. */
char *step_time(const desk *self, guint index);
char mark_of_step(step_state state);
role role_of_step(step_state state);

#endif
