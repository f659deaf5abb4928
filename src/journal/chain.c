#include "journal/chain.h"

#include <string.h>

#define ANCHOR_DIGITS 22 /* 88 bits: more than anybody can forge, few enough to be read out */
#define ANCHOR_LEAST 8   /* what a person may still shorten it to */

struct chain {
    char *stream;
    gint64 length;
    char head[DIGEST_SIZE];
};

chain *chain_new(const char *stream)
{
    chain *self = g_new0(chain, 1);
    self->stream = g_strdup(stream);
    memset(self->head, '0', DIGEST_SIZE - 1);
    return self;
}

chain *chain_resume(const char *stream, gint64 length, const char *head)
{
    chain *self = chain_new(stream);
    self->length = length;
    if (head != NULL)
        g_strlcpy(self->head, head, DIGEST_SIZE);
    return self;
}

void chain_free(chain *self)
{
    if (self == NULL)
        return;
    g_free(self->stream);
    g_free(self);
}

/* The number says where the record claims to stand. */
static bool chain_counts(const chain *self, const record *next, GError **error)
{
    gint64 due = self->length + 1;
    if (next->number == due)
        return true;
    if (next->number > due)
        return fail(error, ERR_FAILED,
                    "record %" G_GINT64_FORMAT " is missing: %" G_GINT64_FORMAT " stands in its place", due,
                    next->number);
    return fail(error, ERR_FAILED,
                "record %" G_GINT64_FORMAT " is out of order: %" G_GINT64_FORMAT " stands in its place", due,
                next->number);
}

bool chain_follow(chain *self, const record *next, GError **error)
{
    char hash[DIGEST_SIZE];
    if (!chain_counts(self, next, error))
        return false;
    gint64 number = next->number;
    if (strcmp(next->stream, self->stream) != 0)
        return fail(error, ERR_FAILED, "record %" G_GINT64_FORMAT " belongs to the stream '%s', not to '%s'",
                    number, next->stream, self->stream);
    record_hash(next, hash);
    if (strcmp(next->hash, hash) != 0)
        return fail(error, ERR_FAILED,
                    "record %" G_GINT64_FORMAT
                    " does not match its hash: it was changed after it was written",
                    number);
    if (strcmp(next->previous, self->head) != 0)
        return fail(error, ERR_FAILED,
                    "record %" G_GINT64_FORMAT
                    " does not match the record before it: one of the two was replaced",
                    number);
    self->length = number;
    memcpy(self->head, hash, DIGEST_SIZE);
    return true;
}

gint64 chain_length(const chain *self)
{
    return self->length;
}

const char *chain_head(const chain *self)
{
    return self->head;
}

char *chain_anchor(const char *stream, gint64 number, const char *hash)
{
    return g_strdup_printf("%s/%" G_GINT64_FORMAT " %.*s", stream, number, ANCHOR_DIGITS, hash);
}

/* The whole is a name, a slash, a number, one or more blanks, and hexadecimal digits. */
bool chain_anchor_parse(const char *text, char **stream, gint64 *number, char **hash_start, GError **error)
{
    const char *slash = strchr(text, '/');
    char *end = NULL;
    gint64 count = 0;
    if (slash == NULL || slash == text || !g_ascii_isdigit(slash[1]))
        return fail(error, ERR_USAGE, "'%s' is not an anchor: write it as INC-0042/48 5be091c47d20a83f16e2b4",
                    text);
    count = g_ascii_strtoll(slash + 1, &end, 10);
    const char *digits = end + strspn(end, " \t");
    size_t length = strspn(digits, "0123456789abcdef");
    if (count < 1 || digits == end || digits[length] != '\0' || length < ANCHOR_LEAST ||
        length >= DIGEST_SIZE)
        return fail(error, ERR_USAGE,
                    "'%s' is not an anchor: after the number come %d to 64 hexadecimal digits, as in "
                    "INC-0042/48 5be091c47d20a83f16e2b4",
                    text, ANCHOR_LEAST);
    *stream = g_strndup(text, (gsize)(slash - text));
    *number = count;
    *hash_start = g_strdup(digits);
    return true;
}
