/* keep_watch: to be told, instead of asking. Closing an inotify descriptor makes the kernel wait until nobody can be
 * using it (some 20 ms here); taking its watch away does not. So descriptors that are given back wait for the next step. */
#include "keep.h"

#include <sys/inotify.h>
#include <unistd.h>

#define IDLE_MOST 8

typedef struct watching {
    int fd, mark;
} watching;

static GArray *busy; /* of watching */
static int idle[IDLE_MOST];
static guint idles;

int keep_watch(const char *folder)
{
    watching made = { .fd = idles > 0 ? idle[--idles] : inotify_init1(IN_NONBLOCK | IN_CLOEXEC) };
    if (made.fd < 0)
        return -1;
    /* The keeper holds exit open for writing: when it dies, however it dies, that is a close. */
    made.mark = inotify_add_watch(made.fd, folder, IN_MODIFY | IN_CLOSE_WRITE | IN_ONLYDIR);
    if (made.mark < 0) {
        close(made.fd);
        return -1;
    }
    if (busy == NULL)
        busy = g_array_new(FALSE, FALSE, sizeof(watching));
    g_array_append_val(busy, made);
    return made.fd;
}

void keep_watch_hush(int watch)
{
    char news[4096];
    while (watch >= 0 && read(watch, news, sizeof news) > 0)
        ;
}

void keep_watch_end(int watch)
{
    for (guint i = 0; busy != NULL && i < busy->len; i++) {
        watching one = g_array_index(busy, watching, i);
        if (one.fd != watch)
            continue;
        g_array_remove_index_fast(busy, i);
        if (idles == IDLE_MOST) {
            close(watch);
            return;
        }
        inotify_rm_watch(watch, one.mark);
        keep_watch_hush(watch); /* also the news that the mark is gone */
        idle[idles++] = watch;
        return;
    }
}
