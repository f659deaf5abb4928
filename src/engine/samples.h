/* samples.h - what the metrics read, kept beside the journal: evidence, never truth (DESIGN "Samples are not records").
 *
 * Lines of text in STATE/samples/, one segment after the other, each named after the time it begins with:
 *
 *     samples/1763560000000000.tsv      warroom samples 1
 *                                       1763560000123456<TAB>error_rate<TAB>0.25        wall clock in us, metric, value
 *
 * Only values stand there: silence has no line. At most one durable write a second; a line without an end was torn by a
 * crash and is left out. Whole segments go, oldest first, when all are more than 1 GB or older than 14 days.
 * Losing them loses a picture, not an incident: a full disk is told once and polling goes on. */
#ifndef WARROOM_ENGINE_SAMPLES_H
#define WARROOM_ENGINE_SAMPLES_H

#include "base/moment.h"

#define SAMPLES_LARGEST ((gint64)1024 * 1024 * 1024)
#define SAMPLES_OLDEST (14 * SPAN_DAY)
#define SAMPLES_SEGMENT (16 * 1024 * 1024)

typedef struct samples samples;

samples *samples_open(const char *folder, GError **error) G_GNUC_WARN_UNUSED_RESULT; /* the state directory */
void samples_close(samples *self); /* writes what is waiting; NULL is welcome */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(samples, samples_close)

/* Remembers one; nothing is written yet. */
void samples_add(samples *self, moment at, const char *metric, double value);

/* Once a second: writes what is waiting, syncs, and lets go of what is too old or too much. */
bool samples_write(samples *self, moment now, GError **error);

typedef void (*samples_sees)(moment at, const char *metric, double value, void *context);

/* All from `from` to `to`, in order, those waiting included. What cannot be read is left out. */
void samples_read(samples *self, moment from, moment to, samples_sees sees, void *context);

#endif
