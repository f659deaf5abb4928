/* clock.h - time as a test wants it.
 *
 * Every unit test is linked with lib/clock.c in place of world's clock. It tells the real time until the test sets it;
 * from then on it stands still, and moves only when it is stepped. One test's time is the next one's: set it, or give
 * it back by clock_test_real. The boot is always this one until a test reboots. */
#ifndef WARROOM_TESTS_LIB_CLOCK_H
#define WARROOM_TESTS_LIB_CLOCK_H

#include "world/clock.h"

#include <stdbool.h>

#define CLOCK_TEST_BOOT "00000000-0000-4000-8000-00000000b007"

void clock_test_set(moment wall, uptime up);
void clock_test_step(span by);            /* both clocks go on by it, as when time passes */
void clock_test_jump(span by);            /* the wall clock alone: somebody set it */
void clock_test_reboot(const char *boot); /* another boot: the boot clock begins at 0 */
void clock_test_real(void);               /* the kernel's time again */

#endif
