/* trail.h - one stream's records as lines of a timeline: when, of which class, what, who.
 *
 * The board folds what is so; the trail keeps what happened, in the order it was noted. */
#ifndef WARROOM_BOARD_TRAIL_H
#define WARROOM_BOARD_TRAIL_H

#include "journal/record.h"

typedef struct entry {
    gint64 number;
    moment happened, noted;
    char *word;     /* step, gate, note, decision ...: its class */
    char *sentence; /* foreign text: made visible when it is shown */
    char *by;       /* "warroom" when nobody did it */
    char *account, *means;
    char hash[DIGEST_SIZE];
} entry;

typedef struct trail {
    char *stream;
    GPtrArray *entries; /* of entry */
} trail;

trail *trail_new(const char *stream);
void trail_free(trail *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(trail, trail_free)

void trail_follow(trail *self, const record *record); /* another stream's is passed over */

/* Does the entry fit the filter? Words are letters in order, "-word" leaves out, of class, sentence and name. */
bool entry_fits(const entry *self, const char *filter);

#endif
