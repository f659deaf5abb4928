#include "world/clock.h"

#include <string.h>
#include <time.h>

static int64_t clock_microseconds(clockid_t which)
{
    struct timespec now;
    clock_gettime(which, &now);
    return (int64_t)now.tv_sec * SPAN_SECOND + now.tv_nsec / 1000;
}

static const char *boot_id(void)
{
    static char id[BOOT_ID_SIZE];
    if (id[0] == '\0') {
        g_autofree char *text = NULL;
        if (g_file_get_contents("/proc/sys/kernel/random/boot_id", &text, NULL, NULL))
            g_strlcpy(id, g_strstrip(text), sizeof id);
        else
            g_strlcpy(id, "unknown", sizeof id);
    }
    return id;
}

instant clock_now(void)
{
    instant now = { .wall = clock_microseconds(CLOCK_REALTIME), .up = clock_microseconds(CLOCK_BOOTTIME) };
    memcpy(now.boot, boot_id(), sizeof now.boot);
    return now;
}
