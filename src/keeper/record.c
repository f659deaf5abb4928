#define _GNU_SOURCE
#include "record.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SUM_LINE 24 /* "sum " and 16 digits and a newline, with room */

void record_begin(record *self)
{
    memset(self, 0, sizeof *self);
    record_line(self, "version %d", LEAF_VERSION);
}

void record_line(record *self, const char *format, ...)
{
    size_t room = sizeof self->text - SUM_LINE - self->length;
    va_list words;
    va_start(words, format);
    int size = vsnprintf(self->text + self->length, room, format, words);
    va_end(words);
    if (size < 0 || (size_t)size + 1 >= room) {
        self->text[self->length] = '\0';
        return;
    }
    self->length += (size_t)size;
    self->text[self->length++] = '\n';
}

static uint64_t fnv(const char *bytes, size_t length)
{
    uint64_t sum = 0xcbf29ce484222325u;
    for (size_t i = 0; i < length; i++)
        sum = (sum ^ (unsigned char)bytes[i]) * 0x100000001b3u;
    return sum;
}

bool record_write(record *self, int file)
{
    uint64_t sum = fnv(self->text, self->length);
    memset(self->text + self->length, 0, sizeof self->text - self->length);
    self->length += (size_t)sprintf(self->text + self->length, "sum %016" PRIx64 "\n", sum);
    ssize_t put;
    do
        put = pwrite(file, self->text, sizeof self->text, 0);
    while (put < 0 && errno == EINTR);
    return put == (ssize_t)sizeof self->text;
}
