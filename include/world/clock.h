/* clock.h - the one place that asks the kernel what time it is.
 *
 * Tests link another clock in its place (tests/lib/clock.c), so that an hour takes a millisecond. No shipped
 * program can be told the time. */
#ifndef WARROOM_WORLD_CLOCK_H
#define WARROOM_WORLD_CLOCK_H

#include "base/moment.h"

instant clock_now(void); /* wall clock, boot clock, boot id */

#endif
