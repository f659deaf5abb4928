/* confirm.h - being sure (CONSOLE.md 5).
 *
 * On a terminal a person is asked; what was typed before the question was drawn is thrown away first.
 * Without one, nothing is asked: without the option that stands for the answer the command is refused. */
#ifndef WARROOM_CLI_CONFIRM_H
#define WARROOM_CLI_CONFIRM_H

#include "call.h"

#define REASON_SHORTEST 10 /* CONSOLE.md 5 */

/* What the row itself asks for: a yes, a reason. (A name is asked for once the engine says which.) */
bool confirm_row(call *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The name as printed, typed out: compared exactly. */
bool confirm_name(call *self, const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Is there a terminal with a person at it? */
bool confirm_is_attended(void);

/* A question of the verb's own, which --yes answers too. */
bool confirm_question(call *self, const char *question, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One line of the person's; NULL at the end of input. The caller frees. */
char *confirm_line(const char *question);

#endif
