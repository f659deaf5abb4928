#include "frame.h"

#include "base/fail.h"

#include <string.h>

struct frame {
    GByteArray *bytes;
    gsize seen; /* so many bytes hold no newline: each is looked at once, however small the pieces */
};

frame *frame_new(void)
{
    frame *self = g_new0(frame, 1);
    self->bytes = g_byte_array_new();
    return self;
}

void frame_free(frame *self)
{
    if (self == NULL)
        return;
    g_byte_array_unref(self->bytes);
    g_free(self);
}

void frame_put(frame *self, const void *bytes, gsize length)
{
    g_byte_array_append(self->bytes, bytes, (guint)length);
}

static bool line_is_blank(const guchar *line, gsize length)
{
    return length == 0 || (length == 1 && line[0] == '\r');
}

json *frame_next(frame *self, GError **error)
{
    for (;;) {
        const guchar *start = self->bytes->data;
        const guchar *end = self->bytes->len > self->seen
                                ? memchr(start + self->seen, '\n', self->bytes->len - self->seen)
                                : NULL;
        gsize length = end != NULL ? (gsize)(end - start) : self->bytes->len;
        if (length > WIRE_LINE_LARGEST) {
            fail(error, ERR_USAGE, "a line is longer than %d bytes", WIRE_LINE_LARGEST);
            return NULL;
        }
        if (end == NULL) {
            self->seen = self->bytes->len;
            return NULL;
        }
        g_autoptr(json) document = NULL;
        bool blank = line_is_blank(start, length);
        if (!blank)
            document = json_read((const char *)start, length, error);
        g_byte_array_remove_range(self->bytes, 0, (guint)length + 1);
        self->seen = 0;
        if (blank)
            continue;
        if (document == NULL)
            return NULL;
        if (!json_is_object(document)) {
            fail(error, ERR_USAGE, "a line is not a JSON object");
            return NULL;
        }
        return g_steal_pointer(&document);
    }
}

GBytes *frame_line(const json *document)
{
    char *line = json_line(document);
    gsize length = strlen(line);
    if (length > WIRE_LINE_LARGEST) {
        g_free(line);
        return NULL;
    }
    line[length] = '\n'; /* in the place of the final NUL */
    return g_bytes_new_take(line, length + 1);
}
