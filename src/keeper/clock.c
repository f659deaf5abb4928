#include "clock.h"

#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int64_t microseconds(clockid_t which)
{
    struct timespec now;
    clock_gettime(which, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

when when_now(void)
{
    return (when){ .wall = microseconds(CLOCK_REALTIME), .up = microseconds(CLOCK_BOOTTIME) };
}

bool boot_read(char *id, int size)
{
    int file = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t got = file < 0 ? -1 : read(file, id, (size_t)size - 1);
    if (file >= 0)
        close(file);
    id[got > 0 ? got : 0] = '\0';
    id[strcspn(id, "\n")] = '\0';
    return id[0] != '\0';
}
