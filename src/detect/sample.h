/* sample.h - one line of exposition text, taken apart; for exposition alone. */
#ifndef WARROOM_DETECT_SAMPLE_H
#define WARROOM_DETECT_SAMPLE_H

#include <glib.h>
#include <stdbool.h>

typedef struct label {
    const char *name; /* in the line */
    gsize length;
    gsize value; /* where its text begins in `values`, NUL-ended */
} label;

typedef struct sample {
    GArray *labels;  /* of label */
    GString *values; /* their values without escapes */
    double value;
    double stamp; /* as written: milliseconds or seconds, which the format says at its end */
    bool stamped;
} sample;

void sample_init(sample *self);
void sample_clear(sample *self);

/* Where the name ends that the line begins with. */
gsize sample_name_length(const char *line, gsize length);

/* The line without its end, `name` bytes of which are the metric's name. On a mistake NULL is not returned but
 * words, and *at is where (from 0). */
const char *sample_parse(sample *self, const char *line, gsize length, gsize name, gsize *at);

const char *sample_label(const sample *self, const char *name); /* "" when it has none */

/* All labels in one order: two lines with the same one are the same series. The caller frees. */
char *sample_identity(const sample *self);

#endif
