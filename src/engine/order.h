/* order.h - what the handlers of orders share: reading what was asked, and refusing with a way on.
 *
 * A handler looks at everything first and notes last: a refusal leaves nothing behind. */
#ifndef WARROOM_ENGINE_ORDER_H
#define WARROOM_ENGINE_ORDER_H

#include "inside.h"

const char *arg(const order *self, const char *name); /* NULL when absent or empty */

/* Each NULL with the refusal: the incident meant; an open one; with the run that is present; and its step. */
room *the_room(order *self, GError **error);
room *the_open_room(order *self, GError **error);
room *the_run(order *self, run **run, GError **error);
room *the_step(order *self, run **run, guint *index, const char *key, GError **error);

bool a_reason(const order *self, const char **reason, GError **error);
bool the_name(order *self, const char *name, GError **error);
bool a_severity(const char *word, const char **severity, GError **error);
bool a_moment(const order *self, const char *word, moment *at, GError **error);

/* The environment of the face that fires reaches the steps it fires. */
void remember_face(order *self, const room *room, const run *run);

bool order_start(order *self, GError **error);
bool order_note(order *self, GError **error);
bool order_impact(order *self, GError **error);
bool order_assign(order *self, GError **error);
bool order_take(order *self, GError **error);
bool order_severity(order *self, GError **error);
bool order_close(order *self, GError **error);
bool order_reopen(order *self, GError **error);
bool order_run(order *self, GError **error);
bool order_resume(order *self, GError **error);
bool order_pause(order *self, GError **error);
bool order_abort(order *self, GError **error);
bool order_retry(order *self, GError **error);
bool order_skip(order *self, GError **error);
bool order_undo(order *self, GError **error);
bool order_step_done(order *self, GError **error);
bool order_step_adopt(order *self, GError **error);
bool order_step_mark(order *self, GError **error);
bool order_gate_pass(order *self, GError **error);

#endif
