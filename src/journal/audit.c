#include "journal/audit.h"

#include "journal/chain.h"
#include "journal/kind.h"

#include <string.h>

typedef struct expected {
    char *stream;
    gint64 number;
    char *hash_start, *voucher;
    bool from_house;
    bool met;
} expected;

/* A stream as it is followed: what is known of it, and its chain. */
typedef struct followed {
    audit_stream known;
    chain *chain;
    bool announced; /* the house says that it was opened */
} followed;

struct audit {
    bool with_house;
    GPtrArray *streams;   /* of followed */
    GHashTable *by_name;  /* name -> followed */
    GPtrArray *heads;     /* of expected */
    GHashTable *by_place; /* "INC-0042/48" -> GPtrArray of expected */
};

static void expected_free(expected *self)
{
    g_free(self->stream);
    g_free(self->hash_start);
    g_free(self->voucher);
    g_free(self);
}

static void followed_free(followed *self)
{
    g_free(self->known.name);
    g_free(self->known.wrong);
    g_free(self->known.voucher);
    chain_free(self->chain);
    g_free(self);
}

audit *audit_new(bool with_house)
{
    audit *self = g_new0(audit, 1);
    self->with_house = with_house;
    self->streams = g_ptr_array_new_with_free_func((GDestroyNotify)followed_free);
    self->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    self->heads = g_ptr_array_new_with_free_func((GDestroyNotify)expected_free);
    self->by_place =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
    return self;
}

void audit_free(audit *self)
{
    if (self == NULL)
        return;
    g_hash_table_unref(self->by_place);
    g_hash_table_unref(self->by_name);
    g_ptr_array_unref(self->heads);
    g_ptr_array_unref(self->streams);
    g_free(self);
}

static followed *audit_stream_of(audit *self, const char *name)
{
    followed *known = g_hash_table_lookup(self->by_name, name);
    if (known != NULL)
        return known;
    known = g_new0(followed, 1);
    known->known.name = g_strdup(name);
    known->chain = chain_new(name);
    g_strlcpy(known->known.head, chain_head(known->chain), DIGEST_SIZE);
    g_ptr_array_add(self->streams, known);
    g_hash_table_insert(self->by_name, known->known.name, known);
    return known;
}

static void followed_blame(followed *self, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void followed_blame(followed *self, const char *format, ...)
{
    va_list words;
    if (self->known.wrong != NULL)
        return; /* the first trouble is the one to look at */
    va_start(words, format);
    self->known.wrong = g_strdup_vprintf(format, words);
    va_end(words);
}

/* ---- heads ---- */

static expected *audit_add_head(audit *self, const char *stream, gint64 number, const char *hash_start,
                                const char *voucher)
{
    expected *head = g_new0(expected, 1);
    char *place = g_strdup_printf("%s/%" G_GINT64_FORMAT, stream, number);
    GPtrArray *same = g_hash_table_lookup(self->by_place, place);
    head->stream = g_strdup(stream);
    head->number = number;
    head->hash_start = g_strdup(hash_start);
    head->voucher = g_strdup(voucher);
    g_ptr_array_add(self->heads, head);
    if (same == NULL) {
        same = g_ptr_array_new();
        g_hash_table_insert(self->by_place, g_strdup(place), same);
    }
    g_ptr_array_add(same, head);
    g_free(place);
    return head;
}

void audit_expect(audit *self, const char *stream, gint64 number, const char *hash_start, const char *voucher)
{
    audit_add_head(self, stream, number, hash_start, voucher);
}

/* One line of an export. */
static bool expect_record(audit *self, const char *line, const char *voucher)
{
    g_autoptr(json) object = json_read(line, strlen(line), NULL);
    const char *stream = json_text(object, "stream", NULL), *hash = json_text(object, "hash", "");
    if (stream == NULL || strlen(hash) != DIGEST_SIZE - 1)
        return false;
    audit_expect(self, stream, json_whole(object, "number", 0), hash, voucher);
    return true;
}

guint audit_expect_text(audit *self, const char *text, const char *file)
{
    guint count = 0;
    g_autoptr(GRegex) form =
        g_regex_new("([A-Za-z0-9][A-Za-z0-9._-]{0,63}/[0-9]{1,18})[ \\t]+([0-9a-f]{8,64})(?![0-9a-zA-Z])",
                    G_REGEX_OPTIMIZE | G_REGEX_RAW, 0, NULL);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (gsize i = 0; lines[i] != NULL; i++) {
        g_autofree char *voucher = g_strdup_printf("%s:%" G_GSIZE_FORMAT, file, i + 1);
        g_autoptr(GMatchInfo) found = NULL;
        if (lines[i][0] == '{' && expect_record(self, lines[i], voucher)) {
            count++;
            continue;
        }
        for (g_regex_match(form, lines[i], 0, &found); g_match_info_matches(found);
             g_match_info_next(found, NULL)) {
            g_autofree char *words = g_match_info_fetch(found, 0);
            g_autofree char *stream = NULL, *hash_start = NULL;
            gint64 number = 0;
            if (chain_anchor_parse(words, &stream, &number, &hash_start, NULL)) {
                audit_expect(self, stream, number, hash_start, voucher);
                count++;
            }
        }
    }
    return count;
}

static bool head_fits(const expected *head, const char *hash)
{
    return strncmp(head->hash_start, hash, strlen(head->hash_start)) == 0;
}

/* A head is met: what it vouches for is all that stands before it. */
static void followed_meet(followed *self, expected *head)
{
    head->met = true;
    if (!head_fits(head, chain_head(self->chain))) {
        followed_blame(self,
                       "record %" G_GINT64_FORMAT
                       " is not the one whose head stands in %s: it, or what is before "
                       "it, was written anew",
                       head->number, head->voucher);
        return;
    }
    bool better = self->known.voucher == NULL || (self->known.from_house && !head->from_house) ||
                  (self->known.from_house == head->from_house && head->number > self->known.vouched);
    if (!better)
        return;
    g_free(self->known.voucher);
    self->known.vouched = head->number;
    self->known.voucher = g_strdup(head->voucher);
    self->known.from_house = head->from_house;
}

static void audit_meet_heads(audit *self, followed *stream, gint64 number)
{
    if (self->heads->len == 0)
        return;
    g_autofree char *place = g_strdup_printf("%s/%" G_GINT64_FORMAT, stream->known.name, number);
    GPtrArray *here = g_hash_table_lookup(self->by_place, place);
    for (guint i = 0; here != NULL && i < here->len; i++)
        followed_meet(stream, here->pdata[i]);
}

/* ---- the house ---- */

static void audit_hear_house(audit *self, const record *note)
{
    bool opened = strcmp(note->kind, "house.stream_opened") == 0;
    const json *body = record_body(note);
    const char *name = json_text(body, "stream", NULL);
    if (name == NULL || (!opened && strcmp(note->kind, "house.stream_closed") != 0))
        return;
    followed *stream = audit_stream_of(self, name);
    stream->announced = stream->announced || opened;
    if (opened)
        return;
    g_autofree char *voucher = g_strdup_printf("%s/%" G_GINT64_FORMAT, STREAM_HOUSE, note->number);
    gint64 number = json_whole(body, "number", 0);
    expected *head = audit_add_head(self, name, number, json_text(body, "hash", ""), voucher);
    head->from_house = true;
    if (chain_length(stream->chain) == number)
        followed_meet(stream, head);
}

/* ---- following ---- */

bool audit_follow(audit *self, const record *next)
{
    followed *stream = audit_stream_of(self, next->stream);
    g_autoptr(GError) error = NULL;
    if (stream->known.wrong != NULL)
        return false;
    if (!chain_follow(stream->chain, next, &error)) {
        followed_blame(stream, "%s", error->message);
        return false;
    }
    audit_meet_heads(self, stream, next->number);
    if (stream->known.wrong != NULL)
        return false;
    stream->known.length = next->number;
    g_strlcpy(stream->known.head, chain_head(stream->chain), DIGEST_SIZE);
    stream->known.unknown += kind_knows(next) ? 0 : 1;
    if (strcmp(next->stream, STREAM_HOUSE) == 0)
        audit_hear_house(self, next);
    return true;
}

static void audit_miss_head(audit *self, const expected *head)
{
    followed *stream = audit_stream_of(self, head->stream);
    gint64 length = stream->known.length;
    if (length >= head->number)
        followed_blame(stream, "%s notes its end at record %" G_GINT64_FORMAT ", out of place", head->voucher,
                       head->number);
    else if (length == 0)
        followed_blame(stream, "it is gone: %s has the head of its record %" G_GINT64_FORMAT, head->voucher,
                       head->number);
    else
        followed_blame(stream, "cut off: %" G_GINT64_FORMAT " record%s shorter than the head in %s says",
                       head->number - length, head->number - length == 1 ? "" : "s", head->voucher);
}

static void audit_ask_house(audit *self)
{
    followed *house = g_hash_table_lookup(self->by_name, STREAM_HOUSE);
    bool heard = house != NULL && house->known.wrong == NULL;
    for (guint i = 0; i < self->streams->len; i++) {
        followed *stream = self->streams->pdata[i];
        if (stream == house)
            continue;
        if (stream->announced && stream->known.length == 0)
            followed_blame(stream, "it is gone: the house says that it was opened");
        if (!stream->announced && (heard || house == NULL))
            followed_blame(stream, "the house does not know it: it was put in, or the house was cut off");
    }
}

/* An export of everything: the house and what it tells of. */
static bool audit_has_both(const audit *self)
{
    bool house = false, others = false;
    for (guint i = 0; i < self->streams->len; i++) {
        const audit_stream *each = audit_get(self, i);
        bool is_house = strcmp(each->name, STREAM_HOUSE) == 0;
        house = house || is_house;
        others = others || (!is_house && each->length > 0);
    }
    return house && others;
}

void audit_end(audit *self)
{
    bool asks_house = self->with_house || audit_has_both(self);
    for (guint i = 0; i < self->heads->len; i++) {
        const expected *head = self->heads->pdata[i];
        if (!head->met && (!head->from_house || asks_house))
            audit_miss_head(self, head);
    }
    if (asks_house)
        audit_ask_house(self);
}

guint audit_count(const audit *self)
{
    return self->streams->len;
}

const audit_stream *audit_get(const audit *self, guint index)
{
    const followed *stream = self->streams->pdata[index];
    return &stream->known;
}

bool audit_is_intact(const audit *self)
{
    for (guint i = 0; i < self->streams->len; i++)
        if (audit_get(self, i)->wrong != NULL)
            return false;
    return true;
}
