#include "shared.h"

#include "place.h"
#include "world/files.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

static shared *map(const char *folder, int flags, GError **error)
{
    g_autofree char *path = g_build_filename(folder, PLACE_SHARED, NULL);
    g_auto(filedesc) file = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
    struct stat look;
    if (file < 0 || ((flags & O_CREAT) != 0 && ftruncate(file, sizeof(shared)) != 0)) {
        fail(error, ERR_FAILED, "%s: %s", path, g_strerror(errno));
        return NULL;
    }
    if (fstat(file, &look) != 0 || look.st_size != sizeof(shared)) {
        fail(error, ERR_FAILED, "%s: written by another version of this program", path);
        return NULL;
    }
    void *words = mmap(NULL, sizeof(shared), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (words == MAP_FAILED) {
        fail(error, ERR_FAILED, "%s: %s", path, g_strerror(errno));
        return NULL;
    }
    return words;
}

shared *shared_make(const char *folder, GError **error)
{
    return map(folder, O_CREAT | O_TRUNC, error);
}

shared *shared_map(const char *folder, GError **error)
{
    return map(folder, 0, error);
}

void shared_sample(shared *self, int pool, answer_kind answer, gint64 took, gint64 at)
{
    uint64_t next = self->next;
    self->samples[next % SAMPLES] =
        (sample){ at, (guint32)CLAMP(took, 0, G_MAXUINT32), (guint8)pool, (guint8)answer };
    self->next = next + 1;
    self->pool_requests[pool]++;
    if (answer != ANSWER_GOOD)
        self->pool_failed[pool]++;
}

GArray *shared_samples(const shared *self)
{
    GArray *copy = g_array_new(FALSE, FALSE, sizeof(sample));
    guint count = (guint)MIN(self->next, (uint64_t)SAMPLES);
    if (count > 0)
        g_array_append_vals(copy, self->samples, count);
    return copy;
}
