/* live.h - what the configuration names, beside what the engine that runs says of it; for metric and trigger. */
#ifndef WARROOM_CLI_LIVE_H
#define WARROOM_CLI_LIVE_H

#include "call.h"
#include "settings/settings.h"

typedef struct live {
    settings *settings;
    json *board; /* the engine's answer to "live"; NULL while none runs */
} live;

/* Reads the configuration; asks the engine if one runs, and starts none. */
bool live_load(call *self, live *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void live_clear(live *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(live, live_clear)

/* The object called `name` in one of the board's lists ("metrics", "triggers", "sources"); NULL. Borrowed. */
const json *live_one(const live *self, const char *list, const char *name);

/* "6.25 %", "-"; the caller frees. */
char *live_number(const json *object, const char *key, const char *unit);

#endif
