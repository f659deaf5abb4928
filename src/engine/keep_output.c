/* keep_output: reading a keeper's frames while it still writes them. The head is read from its beginning; then the tail whose
 * first byte is the older one, then the other. A tail may be emptied and begun anew under our eyes: so its first header is
 * looked at before and after each reading, and when it changed, what was read does not count. */
#define _GNU_SOURCE
#include "keep.h"
#include "keeper/leaves.h"
#include "leaves.h"
#include "world/files.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { HEAD, TAIL_0, TAIL_1, FILES };
static const char *const names[FILES] = { LEAF_OUTPUT, LEAF_TAIL_0, LEAF_TAIL_1 };

struct keep_output {
    filedesc place;
    filedesc file[FILES];
    int current;
    off_t position; /* in the current file */
    gint64 first;   /* offset of the current file's first frame */
    gint64 next;    /* the byte that is wanted */
    char bytes[OUTPUT_FRAME + 1];
};

static bool file_ready(keep_output *self, int which)
{
    if (self->file[which] < 0)
        self->file[which] = openat(self->place, names[which], O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    return self->file[which] >= 0;
}

static gsize header_read(keep_output *self, int which, off_t at, leaf_frame *frame)
{
    char bytes[LEAF_FRAME_HEADER];
    if (!file_ready(self, which))
        return 0;
    ssize_t got = pread(self->file[which], bytes, sizeof bytes, at);
    return got <= 0 ? 0 : leaf_read_frame(bytes, (gsize)got, frame);
}

static bool begin_file(keep_output *self, int which, gint64 first)
{
    self->current = which;
    self->position = 0;
    self->first = first;
    return true;
}

/* Goes over to the tail that begins next after byte `after`. */
static bool tail_begin(keep_output *self, gint64 after)
{
    leaf_frame frame, best = { .offset = G_MAXINT64 };
    int which = HEAD;
    for (int tail = TAIL_0; tail <= TAIL_1; tail++)
        if (header_read(self, tail, 0, &frame) > 0 && frame.offset > after && frame.offset < best.offset) {
            best = frame;
            which = tail;
        }
    return which != HEAD && begin_file(self, which, best.offset);
}

static bool file_is_same(keep_output *self)
{
    leaf_frame frame;
    return self->current == HEAD ||
           (header_read(self, self->current, 0, &frame) > 0 && frame.offset == self->first);
}

typedef enum { GOT, NOT_YET, CHANGED } got;

static got frame_read(keep_output *self, leaf_frame *frame)
{
    gsize header = header_read(self, self->current, self->position, frame);
    if (header > 0 && frame->offset + (gint64)frame->length > self->next) {
        gsize wanted = frame->length + 1;
        ssize_t read = pread(self->file[self->current], self->bytes, wanted, self->position + (off_t)header);
        if (read != (ssize_t)wanted || self->bytes[frame->length] != '\n')
            header = 0;
    }
    if (!file_is_same(self))
        return CHANGED;
    if (header == 0)
        return NOT_YET;
    self->position += (off_t)(header + frame->length + 1);
    return GOT;
}

static bool piece_give(keep_output *self, const leaf_frame *frame, keep_piece *piece)
{
    gint64 end = frame->offset + (gint64)frame->length;
    if (end <= self->next)
        return false;
    gsize known = frame->offset < self->next ? (gsize)(self->next - frame->offset) : 0;
    *piece = (keep_piece){
        .at = frame->at,
        .offset = frame->offset + (gint64)known,
        .gap = MAX(0, frame->offset - self->next),
        .is_error = frame->is_error,
        .bytes = self->bytes + known,
        .length = frame->length - known,
    };
    self->next = end;
    return true;
}

keep_output *keep_output_open(const char *folder, gint64 from, GError **error)
{
    filedesc place = folder_open(folder, error);
    if (place < 0)
        return NULL;
    keep_output *self = g_new0(keep_output, 1);
    self->place = place;
    self->next = from;
    for (int which = HEAD; which < FILES; which++)
        self->file[which] = -1;
    return self;
}

bool keep_output_next(keep_output *self, keep_piece *piece)
{
    leaf_frame frame;
    for (;;) {
        got result = frame_read(self, &frame);
        if (result == GOT && piece_give(self, &frame, piece))
            return true;
        if (result == GOT)
            continue;
        if (result == CHANGED) {
            if (!tail_begin(self, -1))
                return false;
            continue;
        }
        /* A later file proves that this one is complete: it may have grown since we looked, so look once more. */
        keep_output before = { .current = self->current, .position = self->position, .first = self->first };
        if (!tail_begin(self, self->current == HEAD ? -1 : self->first))
            return false;
        int later = self->current;
        gint64 later_first = self->first;
        self->current = before.current;
        self->position = before.position;
        self->first = before.first;
        if (frame_read(self, &frame) == GOT) {
            if (piece_give(self, &frame, piece))
                return true;
            continue;
        }
        begin_file(self, later, later_first);
    }
}

void keep_output_free(keep_output *self)
{
    if (self == NULL)
        return;
    for (int which = HEAD; which < FILES; which++)
        if (self->file[which] >= 0)
            close(self->file[which]);
    close(self->place);
    g_free(self);
}
