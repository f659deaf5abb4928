/* The clock that unit tests are linked with in place of world's: the real one until a test sets it. */
#include "lib/clock.h"

#include <string.h>
#include <time.h>

static struct {
    bool set;
    instant now;
} clock_pretended;

static int64_t real_microseconds(clockid_t which)
{
    struct timespec now;
    clock_gettime(which, &now);
    return (int64_t)now.tv_sec * SPAN_SECOND + now.tv_nsec / 1000;
}

instant clock_now(void)
{
    if (clock_pretended.set)
        return clock_pretended.now;
    return (instant){ .wall = real_microseconds(CLOCK_REALTIME),
                      .up = real_microseconds(CLOCK_BOOTTIME),
                      .boot = CLOCK_TEST_BOOT };
}

void clock_test_set(moment wall, uptime up)
{
    clock_pretended.set = true;
    clock_pretended.now = (instant){ .wall = wall, .up = up, .boot = CLOCK_TEST_BOOT };
}

void clock_test_step(span by)
{
    clock_pretended.now.wall += by;
    clock_pretended.now.up += by;
}

void clock_test_jump(span by)
{
    clock_pretended.now.wall += by;
}

void clock_test_reboot(const char *boot)
{
    clock_pretended.now.up = 0;
    g_strlcpy(clock_pretended.now.boot, boot, sizeof clock_pretended.now.boot);
}

void clock_test_real(void)
{
    memset(&clock_pretended, 0, sizeof clock_pretended);
}
