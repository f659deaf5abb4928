/* fence.h - what the words behind a fence's back-quotes mean.
 *
 * ```sh {name=switch timeout=30s retries=2}: the language decides whether the fence is a command or text, the
 * braces what it is to its step. Attributes of other runbook tools and site generators ({.class},
 * {linenums="1"}, {"id":"01H"}) are passed over; any other unknown one is a complaint. */
#ifndef WARROOM_PLAN_FENCE_H
#define WARROOM_PLAN_FENCE_H

#include "plan/playbook.h"

typedef enum {
    FENCE_TEXT,
    FENCE_COMMAND,
    FENCE_VERIFY,
    FENCE_UNDO,
    FENCE_GATE,
    FENCE_IDENTITY,
} fence_role;

typedef struct fence {
    fence_role role;
    char *language;
    bool transcript; /* console, terminal: "# " may be a prompt */
    char *name;      /* NULL when not said, like the rest */
    char *expect;
    span timeout, expected; /* -1 when not said */
    gint retries;           /* -1 when not said */
    on_failure failing;
    bool failing_said, uncut;
} fence;

void fence_clear(fence *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(fence, fence_clear)

/* `info` is what stands behind the fence at `line`, whose bytes are `source` (for columns). */
void fence_read(fence *self, const char *info, const char *file, guint line, const char *source,
                complaints *into);

#endif
