/* engine.h - commands in, records out, and what the records make due.
 *
 * It holds the board, notes what happens, commits before it acts, and walks every open run as far as it goes.
 * It can end at any instant: another one, with the same journal, owes exactly the same. */
#ifndef WARROOM_ENGINE_ENGINE_H
#define WARROOM_ENGINE_ENGINE_H

#include "board/board.h"
#include "hands.h"
#include "settings/settings.h"

#define ENGINE_GRACE (10 * SPAN_SECOND) /* between the polite signal and the forcing one (CONSOLE 07) */

typedef struct engine engine;

/* Borrows the settings. Folds the house and every open incident; NULL when the journal cannot be read. */
engine *engine_new(const hands *hands, const settings *settings, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void engine_use(engine *self, const settings *settings); /* from now on; borrowed */
void engine_free(engine *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(engine, engine_free)

/* One question of a face (wire.h), asked by `account`; the answer is the caller's. */
json *engine_answer(engine *self, const json *question, const char *account) G_GNUC_WARN_UNUSED_RESULT;

/* Does what is due by now. Called after every commit by itself, and by whoever learns that a step ended,
 * that a reading came, or that the wake-up time has come. */
void engine_tick(engine *self);

/* What the poller found. */
void engine_trigger(engine *self, const trigger *trigger, watch_state from, watch_state to, const char *rule,
                    const double *value, const double *limit, const char *why, const json *kept);
void engine_source(engine *self, const char *source, bool silent, const char *why);

/* The house's own facts. */
bool engine_say(engine *self, const char *kind, json *body, GError **error); /* takes the body */

const board *engine_board(const engine *self);
const char *engine_trouble(const engine *self); /* why nothing new can start: "journal full: ..."; NULL */
bool engine_is_needed(const engine *self);      /* something is open */
bool engine_is_broken(const engine *self);      /* the journal may not be written any more: leave */

/* The folders of what runs now, to be watched; NULL-ended, g_strfreev. */
char **engine_running(const engine *self);

#endif
