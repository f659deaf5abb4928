/* orders.h - what an answer of the engine says, told: its records in a line each, or the document. */
#ifndef WARROOM_CLI_ORDERS_H
#define WARROOM_CLI_ORDERS_H

#include "call.h"

void orders_tell(call *self, const json *answer);
int orders_dry(call *self);

#endif
