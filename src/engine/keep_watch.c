/* keep_watch: to be told, instead of asking. Closing an inotify descriptor makes the kernel wait until nobody can be
 * using it (some 20 ms here); taking its watch away does not. So descriptors that are given back wait for the next step. */
#include "keep.h"
#include "keeper/leaves.h"

#include <string.h>
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

/* Who holds it is written once, right after the start, and changes nothing. What we do not know may be an end: a news that
 * was lost (the queue ran over) bears no name. */
static keep_news news_of(const struct inotify_event *one)
{
    const char *name = one->len > 0 ? one->name : "";
    if (strcmp(name, LEAF_HOLDER) == 0)
        return KEEP_NO_NEWS;
    if (strcmp(name, LEAF_OUTPUT) == 0 || strcmp(name, LEAF_TAIL_0) == 0 || strcmp(name, LEAF_TAIL_1) == 0)
        return KEEP_PRINTED;
    return KEEP_MAY_HAVE_ENDED;
}

keep_news keep_watch_hush(int watch)
{
    _Alignas(struct inotify_event) char bytes[4096];
    keep_news all = KEEP_NO_NEWS;
    ssize_t got;
    while (watch >= 0 && (got = read(watch, bytes, sizeof bytes)) > 0)
        for (const char *at = bytes; at < bytes + got;) {
            const struct inotify_event *one = (const void *)at;
            all |= news_of(one);
            at += sizeof *one + one->len;
        }
    return all;
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
