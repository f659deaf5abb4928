#include "samples.h"

#include "world/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define HEADER "warroom samples 1\n"
#define SUFFIX ".tsv"

struct samples {
    char *folder;
    int file;         /* the segment being written; -1: none yet */
    gint64 length;    /* of it */
    GString *waiting; /* lines */
    moment begins;    /* the first of them */
    GPtrArray *spans; /* of segment, in order, the last one being written */
};

typedef struct segment {
    moment begins;
    gint64 length;
} segment;

static char *segment_path(const samples *self, moment begins)
{
    return g_strdup_printf("%s/%016" G_GINT64_FORMAT SUFFIX, self->folder, begins);
}

static int segment_order(gconstpointer a, gconstpointer b)
{
    const segment *one = *(const segment *const *)a, *other = *(const segment *const *)b;
    return (one->begins > other->begins) - (one->begins < other->begins);
}

static void segment_note(samples *self, moment begins, gint64 length)
{
    segment *one = g_new(segment, 1);
    *one = (segment){ .begins = begins, .length = length };
    g_ptr_array_add(self->spans, one);
}

static void segments_find(samples *self)
{
    g_autoptr(GDir) names = g_dir_open(self->folder, 0, NULL);
    for (const char *name; names != NULL && (name = g_dir_read_name(names)) != NULL;) {
        char *end = NULL;
        moment begins = g_ascii_strtoll(name, &end, 10);
        g_autofree char *path = g_build_filename(self->folder, name, NULL);
        struct stat facts;
        if (end != name && strcmp(end, SUFFIX) == 0 && lstat(path, &facts) == 0 && S_ISREG(facts.st_mode))
            segment_note(self, begins, facts.st_size);
    }
    g_ptr_array_sort(self->spans, segment_order);
}

samples *samples_open(const char *folder, GError **error)
{
    g_autofree char *path = g_build_filename(folder, "samples", NULL);
    if (!folder_make(path, error))
        return NULL;
    samples *self = g_new0(samples, 1);
    self->folder = g_steal_pointer(&path);
    self->file = -1;
    self->waiting = g_string_new(NULL);
    self->spans = g_ptr_array_new_with_free_func(g_free);
    segments_find(self);
    return self;
}

void samples_close(samples *self)
{
    if (self == NULL)
        return;
    samples_write(self, MOMENT_NONE, NULL);
    if (self->file >= 0)
        close(self->file);
    g_ptr_array_unref(self->spans);
    g_string_free(self->waiting, TRUE);
    g_free(self->folder);
    g_free(self);
}

void samples_add(samples *self, moment at, const char *metric, double value)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    g_ascii_formatd(digits, sizeof digits, "%.17g", value);
    if (self->waiting->len == 0)
        self->begins = at;
    g_string_append_printf(self->waiting, "%" G_GINT64_FORMAT "\t%s\t%s\n", at, metric, digits);
}

static bool put(int file, const char *bytes, gsize length)
{
    while (length > 0) {
        ssize_t written = write(file, bytes, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        bytes += written;
        length -= (gsize)written;
    }
    return true;
}

/* A segment of our own: one that another engine wrote may end in a torn line. */
static bool segment_begin(samples *self)
{
    g_autofree char *path = segment_path(self, self->begins);
    if (self->file >= 0)
        close(self->file);
    self->file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (self->file < 0 && errno == EEXIST) { /* the clock was set back: the next free name */
        self->begins++;
        return segment_begin(self);
    }
    if (self->file < 0 || !put(self->file, HEADER, strlen(HEADER)))
        return false;
    self->length = (gint64)strlen(HEADER);
    segment_note(self, self->begins, self->length);
    return true;
}

static void segments_drop(samples *self, moment now)
{
    gint64 all = 0;
    for (guint i = 0; i < self->spans->len; i++)
        all += ((const segment *)g_ptr_array_index(self->spans, i))->length;
    while (self->spans->len > 1) {
        const segment *oldest = g_ptr_array_index(self->spans, 0), *next = g_ptr_array_index(self->spans, 1);
        bool old = now != MOMENT_NONE && next->begins < now - SAMPLES_OLDEST;
        if (all <= SAMPLES_LARGEST && !old)
            return;
        g_autofree char *path = segment_path(self, oldest->begins);
        unlink(path);
        all -= oldest->length;
        g_ptr_array_remove_index(self->spans, 0);
    }
}

bool samples_write(samples *self, moment now, GError **error)
{
    if (self->waiting->len == 0)
        return true;
    bool good = (self->file >= 0 && self->length < SAMPLES_SEGMENT) || segment_begin(self);
    good = good && put(self->file, self->waiting->str, self->waiting->len) && fdatasync(self->file) == 0;
    int number = errno;
    if (good) {
        self->length += (gint64)self->waiting->len;
        ((segment *)g_ptr_array_index(self->spans, self->spans->len - 1))->length = self->length;
    } else if (self->file >= 0) {
        close(self->file); /* whatever half line is in it, the next segment begins clean */
        self->file = -1;
    }
    g_string_truncate(self->waiting, 0);
    segments_drop(self, now);
    return good || fail(error, ERR_FAILED, "samples cannot be kept: %s", g_strerror(number));
}

typedef struct range {
    moment from, to;
    samples_sees sees;
    void *context;
} range;

/* WALL <TAB> METRIC <TAB> VALUE, whole or left out. */
static void line_see(char *line, const range *wanted)
{
    char *end = NULL;
    moment at = g_ascii_strtoll(line, &end, 10);
    if (end == line || *end != '\t' || at < wanted->from || at > wanted->to)
        return;
    char *metric = end + 1, *tab = strchr(metric, '\t');
    if (tab == NULL)
        return;
    *tab = '\0';
    double value = g_ascii_strtod(tab + 1, &end);
    if (end != tab + 1 && *end == '\0')
        wanted->sees(at, metric, value, wanted->context);
}

static void segment_see(const char *path, const range *wanted)
{
    FILE *file = fopen(path, "re");
    char line[512];
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        char *end = strchr(line, '\n');
        if (end == NULL)
            continue; /* torn, or not ours */
        *end = '\0';
        line_see(line, wanted);
    }
    if (file != NULL)
        fclose(file);
}

void samples_read(samples *self, moment from, moment to, samples_sees sees, void *context)
{
    range wanted = { .from = from, .to = to, .sees = sees, .context = context };
    for (guint i = 0; i < self->spans->len; i++) {
        const segment *one = g_ptr_array_index(self->spans, i);
        bool last = i + 1 == self->spans->len;
        const segment *next = last ? NULL : g_ptr_array_index(self->spans, i + 1);
        if (one->begins > to || (next != NULL && next->begins < from))
            continue;
        g_autofree char *path = segment_path(self, one->begins);
        segment_see(path, &wanted);
    }
    g_auto(GStrv) waiting = g_strsplit(self->waiting->str, "\n", -1);
    for (char **line = waiting; *line != NULL; line++)
        line_see(*line, &wanted);
}
