/* incident.h - one incident, folded from its records.
 *
 * Three things are kept apart (A1): its state (where the work is), its outcome (how it ended) and its
 * analysis (owed or complete). When impact began, was noticed and ended are kept. It knows no clock. */
#ifndef WARROOM_INCIDENT_INCIDENT_H
#define WARROOM_INCIDENT_INCIDENT_H

#include "detect/trigger.h"
#include "journal/record.h"

typedef enum {
    INCIDENT_DETECTED,
    INCIDENT_ANALYZED,
    INCIDENT_DECIDED,
    INCIDENT_PLANNED,
    INCIDENT_EXECUTING,
    INCIDENT_EXECUTED,
    INCIDENT_VERIFYING,
    INCIDENT_CLOSED,
} incident_state;

extern const char *const incident_state_names[];
extern const char *const incident_outcomes[]; /* what it may be closed as, NULL-ended (A1) */
extern const char *const seat_names[];        /* commander, operator, approver ... NULL-ended (I1) */

/* A line somebody wrote, or that happened, worth showing again. */
typedef struct note {
    gint64 number;
    moment happened;
    char *by, *text;
} note;

typedef struct incident {
    char *id;                            /* INC-0042: its stream's name */
    char *title, *service, *environment; /* "" when not said */
    severity severity;
    incident_state state;
    char *outcome, *reason; /* closed: as what, and why; NULL */
    bool drill;
    GHashTable *seats; /* seat -> name; a seat nobody has is absent */
    moment opened, began,
        closed;       /* began: start of impact (I8), MOMENT_NONE until somebody or something says */
    GPtrArray *notes; /* of note */
    guint reopened;
    guint unknown;          /* records of kinds this program does not know: the stream is read-only */
    gint64 number;          /* the last record ... */
    char head[DIGEST_SIZE]; /* ... and its hash */
} incident;

incident *incident_new(const char *id);
void incident_free(incident *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(incident, incident_free)

void incident_fold(incident *self, const record *record);

bool incident_is_open(const incident *self);
bool incident_may_grow(const incident *self); /* false: a newer program wrote some of it, it is read-only */
const char *incident_commander(const incident *self); /* NULL: nobody has taken it */

/* From now on: what would be the next id of this family (INC, DRILL) after `last` of them. */
char *incident_id(const char *family, guint last);

#endif
