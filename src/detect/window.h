/* window.h - a metric over time: its average, its rate, its count since a deployment; for watch alone.
 *
 * Every sight costs the same, however long the window: sums are carried along, not made anew. Memory is bounded:
 * beyond WINDOW_GRAINS sights, what lies closer together than a WINDOW_GRAINS-th of the window is kept as one. */
#ifndef WARROOM_DETECT_WINDOW_H
#define WARROOM_DETECT_WINDOW_H

#include "clause.h"

#define WINDOW_GRAINS 512

typedef struct window window;

window *window_new(window_kind kind, span length); /* not for WINDOW_NONE */
void window_free(window *self);

/* What is known of the metric from now on. A reading that was seen before only lets time pass. */
void window_see(window *self, const reading *reading, uptime now);

/* What the window says now; false with the reason (static words) when it cannot say yet. */
bool window_average(window *self, uptime now, double *value, const char **why);
bool window_rate(const window *self, double *value, const char **why);
bool window_count(window *self, uptime deployed, double *value, const char **why);

#endif
