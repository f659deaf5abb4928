#include "detect/exposition.h"

#include "sample.h"

#include <math.h>
#include <string.h>

/* What is wanted, and what was found of it. */
typedef struct want {
    const metric *metric;
    guint found; /* series that fit */
    double value, stamp;
    bool stamped;
    char *identity; /* of the first that fits */
    char *wrong;    /* why it cannot be used: then nothing else counts */
    gint next;      /* the next want of the same name; -1 */
} want;

/* Names are found by a hash of all their bytes; most lines are sorted out before by their first four. */
typedef struct slot {
    const char *name; /* NULL: free */
    gsize length;
    guint32 hash;
    gint want; /* the first of this name */
} slot;

#define SIEVE_BITS 12

struct exposition {
    GArray *wants; /* of want */
    slot *slots;
    guint room, used;                     /* room is a power of two */
    guint64 sieve[1 << (SIEVE_BITS - 6)]; /* a bit for each beginning that is wanted */
    bool sieved;                          /* every wanted name has four bytes */

    GString *carry; /* the beginning of a line whose end has not come */
    bool skipping;  /* that line is not wanted */
    sample sample;
    guint64 bytes, line, samples;
    bool begun, openmetrics, ended; /* ended: "# EOF" was seen */
};

static guint32 name_hash(const char *name, gsize length)
{
    guint32 hash = 2166136261u;
    for (gsize i = 0; i < length; i++)
        hash = (hash ^ (guchar)name[i]) * 16777619u;
    return hash;
}

static guint sieve_bit(const char *bytes)
{
    guint32 first = 0;
    memcpy(&first, bytes, sizeof first);
    return (first * 2654435761u) >> (32 - SIEVE_BITS);
}

exposition *exposition_new(void)
{
    exposition *self = g_new0(exposition, 1);
    self->wants = g_array_new(FALSE, TRUE, sizeof(want));
    self->room = 16;
    self->slots = g_new0(slot, self->room);
    self->sieved = true;
    self->carry = g_string_new(NULL);
    sample_init(&self->sample);
    return self;
}

void exposition_free(exposition *self)
{
    if (self == NULL)
        return;
    for (guint i = 0; i < self->wants->len; i++) {
        g_free(g_array_index(self->wants, want, i).identity);
        g_free(g_array_index(self->wants, want, i).wrong);
    }
    g_array_unref(self->wants);
    g_free(self->slots);
    g_string_free(self->carry, TRUE);
    sample_clear(&self->sample);
    g_free(self);
}

/* The slot of this name, or the free one where it would be. */
static slot *slot_of(const exposition *self, const char *name, gsize length, guint32 hash)
{
    for (guint i = hash & (self->room - 1);; i = (i + 1) & (self->room - 1)) {
        slot *one = &self->slots[i];
        if (one->name == NULL ||
            (one->hash == hash && one->length == length && memcmp(one->name, name, length) == 0))
            return one;
    }
}

static void slots_grow(exposition *self)
{
    g_autofree slot *old = self->slots;
    guint count = self->room;
    self->room *= 2;
    self->slots = g_new0(slot, self->room);
    for (guint i = 0; i < count; i++)
        if (old[i].name != NULL)
            *slot_of(self, old[i].name, old[i].length, old[i].hash) = old[i];
}

guint exposition_want(exposition *self, const metric *metric)
{
    const char *name = metric->series;
    gsize length = strlen(name);
    guint32 hash = name_hash(name, length);
    slot *one = slot_of(self, name, length, hash);
    want fresh = { .metric = metric, .next = one->name != NULL ? one->want : -1 };
    *one = (slot){ .name = name, .length = length, .hash = hash, .want = (gint)self->wants->len };
    g_array_append_val(self->wants, fresh);
    if (length < sizeof(guint32)) {
        self->sieved = false;
    } else {
        guint bit = sieve_bit(name);
        self->sieve[bit / 64] |= (guint64)1 << (bit % 64);
    }
    if (++self->used * 2 > self->room)
        slots_grow(self);
    return self->wants->len - 1;
}

void exposition_is_openmetrics(exposition *self)
{
    self->openmetrics = true;
}

static bool want_fits(const want *self, const sample *seen)
{
    GHashTableIter each;
    gpointer name = NULL, value = NULL;
    if (self->metric->labels == NULL)
        return true;
    g_hash_table_iter_init(&each, self->metric->labels);
    while (g_hash_table_iter_next(&each, &name, &value))
        if (strcmp(sample_label(seen, name), value) != 0)
            return false;
    return true;
}

static void want_take(want *self, const sample *seen, guint64 line)
{
    if (self->wrong != NULL || self->found > 1 || !want_fits(self, seen)) {
        self->found += self->found > 1 && want_fits(self, seen);
        return;
    }
    g_autofree char *identity = sample_identity(seen);
    if (self->found == 1 && strcmp(identity, self->identity) == 0) {
        self->wrong = g_strdup_printf("line %" G_GUINT64_FORMAT ": the same series twice", line);
        return;
    }
    if (++self->found > 1)
        return;
    self->identity = g_steal_pointer(&identity);
    self->value = seen->value;
    self->stamp = seen->stamp;
    self->stamped = seen->stamped;
}

/* The wants of the name this line begins with; -1. `length` is of the whole line. */
static gint line_wanted(const exposition *self, const char *line, gsize length, gsize *name)
{
    if (self->sieved) {
        if (length < sizeof(guint32))
            return -1;
        guint bit = sieve_bit(line);
        if ((self->sieve[bit / 64] >> (bit % 64) & 1) == 0)
            return -1;
    }
    *name = sample_name_length(line, length);
    const slot *one = slot_of(self, line, *name, name_hash(line, *name));
    return one->name != NULL ? one->want : -1;
}

static void sample_line(exposition *self, const char *line, gsize length)
{
    gsize name = 0, at = 0;
    if (++self->samples > EXPOSITION_SAMPLES)
        return;
    gint index = line_wanted(self, line, length, &name);
    if (index < 0)
        return;
    const char *wrong = sample_parse(&self->sample, line, length, name, &at);
    for (; index >= 0; index = g_array_index(self->wants, want, index).next) {
        want *one = &g_array_index(self->wants, want, index);
        if (wrong == NULL)
            want_take(one, &self->sample, self->line);
        else if (one->wrong == NULL)
            one->wrong =
                g_strdup_printf("line %" G_GUINT64_FORMAT ", column %zu: %s", self->line, at + 1, wrong);
    }
}

/* An error page or a picture is not an answer without our metrics. */
static bool first_line_is_ours(exposition *self, const char *line, gsize length, GError **error)
{
    self->begun = true;
    if (*line == '#' || *line == '_' || *line == ':' || g_ascii_isalpha(*line))
        return true;
    g_autofree char *raw = g_strndup(line, MIN(length, 40));
    g_autofree char *shown = g_utf8_make_valid(raw, -1);
    return fail(error, ERR_FAILED, "line %" G_GUINT64_FORMAT ": not exposition text: '%s'", self->line,
                shown);
}

static bool line_read(exposition *self, const char *line, gsize length, GError **error)
{
    self->line++;
    while (length > 0 && (*line == ' ' || *line == '\t')) {
        line++;
        length--;
    }
    if (length == 0)
        return true;
    if (self->ended)
        return fail(error, ERR_FAILED, "line %" G_GUINT64_FORMAT ": text behind # EOF", self->line);
    if (!self->begun && !first_line_is_ours(self, line, length, error))
        return false;
    if (*line != '#')
        sample_line(self, line, length);
    else if (length == strlen("# EOF") && memcmp(line, "# EOF", length) == 0)
        self->ended = self->openmetrics = true;
    return true;
}

/* Keeps the beginning of a line until the rest comes; of lines that are not wanted, nothing. */
static bool line_carry(exposition *self, const char *bytes, gsize length, GError **error)
{
    if (self->skipping)
        return true;
    gsize room = EXPOSITION_LINE - self->carry->len;
    g_string_append_len(self->carry, bytes, (gssize)MIN(length, room));
    if (length <= room)
        return true;
    gsize name = 0;
    const char *line = self->carry->str;
    gsize blanks = strspn(line, " \t");
    if (line[blanks] != '#' && line_wanted(self, line + blanks, self->carry->len - blanks, &name) >= 0)
        return fail(error, ERR_FAILED, "line %" G_GUINT64_FORMAT ": longer than %d bytes", self->line + 1,
                    EXPOSITION_LINE);
    self->skipping = true;
    return true;
}

/* The end of a line that came in pieces. */
static bool line_join(exposition *self, const char *bytes, gsize length, GError **error)
{
    if (!line_carry(self, bytes, length, error))
        return false;
    /* Of one that was skipped the beginning is enough: it is not wanted, and no "# EOF". */
    bool good = line_read(self, self->carry->str, self->carry->len, error);
    self->skipping = false;
    g_string_truncate(self->carry, 0);
    return good;
}

bool exposition_feed(exposition *self, const char *bytes, gsize length, GError **error)
{
    self->bytes += length;
    if (self->bytes > EXPOSITION_LARGEST)
        return fail(error, ERR_FAILED, "answer larger than 128 MB: refused");
    const char *end = bytes + length;
    while (bytes < end) {
        const char *line_end = memchr(bytes, '\n', (gsize)(end - bytes));
        if (line_end == NULL)
            return line_carry(self, bytes, (gsize)(end - bytes), error);
        bool joins = self->skipping || self->carry->len > 0;
        if (joins ? !line_join(self, bytes, (gsize)(line_end - bytes), error)
                  : !line_read(self, bytes, (gsize)(line_end - bytes), error))
            return false;
        bytes = line_end + 1;
    }
    return true;
}

bool exposition_end(exposition *self, GError **error)
{
    if (self->carry->len > 0 || self->skipping) {
        /* Only "# EOF" may stand without a line end: "12" may have been the beginning of "1200". */
        if (self->skipping || strcmp(self->carry->str, "# EOF") != 0)
            return fail(error, ERR_FAILED, "line %" G_GUINT64_FORMAT ": cut off, it has no end",
                        self->line + 1);
        if (!line_join(self, "", 0, error))
            return false;
    }
    if (self->openmetrics && !self->ended)
        return fail(error, ERR_FAILED, "cut off: no # EOF at its end");
    return true;
}

static reading want_missing(const exposition *self, uptime at)
{
    if (exposition_warning(self) != NULL)
        return reading_without(READ_TOO_LARGE, at, "not among the first 1,000,000 samples");
    return reading_without(READ_EMPTY, at, NULL);
}

reading exposition_reading(const exposition *self, guint index, uptime at)
{
    const want *one = &g_array_index(self->wants, want, index);
    if (one->wrong != NULL)
        return reading_without(READ_MALFORMED, at, one->wrong);
    if (one->found == 0)
        return want_missing(self, at);
    if (one->found > 1) {
        g_autofree char *why = g_strdup_printf("%u series where one is due: name its labels", one->found);
        return reading_without(READ_MANY, at, why);
    }
    return reading_of(one->value * one->metric->scale, at);
}

bool exposition_stamp(const exposition *self, guint index, moment *stamp)
{
    const want *one = &g_array_index(self->wants, want, index);
    double seconds = self->openmetrics ? one->stamp : one->stamp / 1000;
    if (one->found != 1 || !one->stamped || !(fabs(seconds) < 1e11))
        return false;
    *stamp = (moment)(seconds * (double)SPAN_SECOND);
    return true;
}

const char *exposition_warning(const exposition *self)
{
    return self->samples > EXPOSITION_SAMPLES ? "more than 1,000,000 samples: the rest was not looked at"
                                              : NULL;
}
