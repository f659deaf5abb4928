/* trigger.h - a condition and what it means when it holds. */
#ifndef WARROOM_DETECT_TRIGGER_H
#define WARROOM_DETECT_TRIGGER_H

#include "base/section.h"
#include "detect/condition.h"

typedef enum { SEVERITY_LOW, SEVERITY_MEDIUM, SEVERITY_HIGH, SEVERITY_CRITICAL } severity;
extern const char *const severity_names[]; /* low, medium, high, critical, NULL */

typedef enum { ACTION_ALERT, ACTION_ROLLBACK, ACTION_SCALE } trigger_action;
extern const char *const action_names[]; /* alert, rollback, scale, NULL */

typedef enum {
    AUTOMATION_MANUAL,
    AUTOMATION_MANUAL_WITH_PROCEDURES,
    AUTOMATION_MANUAL_WITH_AUTOMATION,
    AUTOMATION_MANUAL_APPROVAL,
    AUTOMATION_SEMI,
    AUTOMATION_FULL,
} automation;
extern const char *const automation_names[]; /* manual, manual with procedures ... full, NULL */

typedef struct trigger {
    char *name;
    condition *when;
    severity severity;
    trigger_action action;
    automation automation;
    span answer;   /* 0: no budget */
    char *service; /* NULL: any */
    bool shadow;
    char *why; /* "" when not said */
    guint line;
} trigger;

/* `metrics`: the names there are, NULL-ended. NULL when it has no usable condition; the complaints say why. */
trigger *trigger_read(const node *map, const char *const *metrics, complaints *into);
void trigger_free(trigger *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(trigger, trigger_free)

#endif
