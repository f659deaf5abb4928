#define _GNU_SOURCE
#include "output.h"

#include "keeper/leaves.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define RETRY_AFTER 1000000                  /* microseconds */
#define FILE_MOST (2 * (int64_t)OUTPUT_HEAD) /* with the headers, however small the pieces are */

static const char *const names[] = { LEAF_OUTPUT, LEAF_TAIL_0, LEAF_TAIL_1 };

static bool output_open(output *self)
{
    if (self->file < 0)
        self->file = openat(self->folder, names[self->turn],
                            O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    return self->file >= 0;
}

static void output_turn(output *self)
{
    output_end(self);
    self->turn = self->turn == 1 ? 2 : 1;
    self->payload = self->end = 0;
}

void output_begin(output *self, int folder)
{
    *self = (output){ .folder = folder, .file = -1 };
}

void output_end(output *self)
{
    if (self->file >= 0)
        close(self->file);
    self->file = -1;
}

/* Whole or not at all: a frame that did not fit is taken back. */
static bool output_write(output *self, char stream, const char *bytes, size_t length)
{
    char header[80];
    int size = snprintf(header, sizeof header, "%" PRId64 " %c %" PRId64 " %zu\n", when_now().wall, stream,
                        self->came, length);
    struct iovec part[] = { { header, (size_t)size }, { (char *)bytes, length }, { "\n", 1 } };
    ssize_t all = size + (ssize_t)length + 1;
    ssize_t put = pwritev(self->file, part, 3, self->end);
    if (put == all) {
        self->end += all;
        return true;
    }
    if (put >= 0) { /* short: the next byte would say why */
        errno = 0;
        if (pwrite(self->file, "", 1, self->end + put) == 1)
            errno = ENOSPC;
    }
    int number = errno;
    if (ftruncate(self->file, self->end) != 0)
        number = errno;
    errno = number;
    return false;
}

static void output_failed(output *self)
{
    if (self->wrong == 0)
        self->wrong = errno;
    self->retry = when_now().up + RETRY_AFTER;
}

static void output_piece(output *self, char stream, const char *bytes, size_t length)
{
    bool written = false;
    if (self->wrong == 0 || when_now().up >= self->retry) {
        written = output_open(self) && output_write(self, stream, bytes, length);
        if (!written)
            output_failed(self);
    }
    self->came += (int64_t)length;
    if (written) {
        self->kept += (int64_t)length;
        self->payload += (int64_t)length;
    }
}

void output_take(output *self, char stream, const char *bytes, size_t length)
{
    while (length > 0) {
        int64_t most = self->turn == 0 ? OUTPUT_HEAD : OUTPUT_TAIL;
        if (self->payload >= most || self->end >= FILE_MOST - OUTPUT_FRAME)
            output_turn(self);
        size_t piece = length;
        if ((int64_t)piece > most - self->payload && self->payload < most)
            piece = (size_t)(most - self->payload);
        output_piece(self, stream, bytes, piece);
        bytes += piece;
        length -= piece;
    }
}

const char *output_cut(const output *self)
{
    switch (self->wrong) {
    case 0:
        return NULL;
    case ENOSPC:
        return "disk full";
    case EDQUOT:
        return "quota used up";
    case EFBIG:
        return "file size limit reached";
    default:
        return strerror(self->wrong);
    }
}
