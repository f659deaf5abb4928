/* verify: is the journal, or an export of it, what was written? It says what it can prove, and what it cannot. */
#include "call.h"

#include "base/suggest.h"
#include "journal/audit.h"
#include "journal/chain.h"
#include "verbs.h"
#include "world/files.h"
#include "world/store.h"

#include <stdio.h>
#include <string.h>

#define HEADS_LARGEST ((gsize)256 * 1024 * 1024)
#define LINE_LARGEST ((gsize)8 * 1024 * 1024)

/* What one stream came to, in words. */
static char *stream_words(const audit_stream *each)
{
    const char *s = each->length == 1 ? "" : "s";
    g_autofree char *kept = each->length == 0
                                ? g_strdup("")
                                : g_strdup_printf("; the first %" G_GINT64_FORMAT
                                                  " %s intact: warroom journal export --to FILE %s",
                                                  each->length, each->length == 1 ? "is" : "are",
                                                  each->length == 1 ? "keeps it" : "keeps them");
    if (each->wrong != NULL)
        return g_strdup_printf("DAMAGED: %s%s", each->wrong, kept);
    g_autofree char *head = chain_anchor(each->name, each->length, each->head);
    g_autofree char *whole =
        g_strdup_printf("chain whole: %" G_GINT64_FORMAT " record%s, ref %s", each->length, s, head);
    if (each->voucher == NULL)
        return g_strdup_printf("%s; nothing outside vouches for the end", whole);
    if (each->from_house)
        return g_strdup_printf("%s; %s has its end, in the same journal; nothing outside vouches for it",
                               whole, each->voucher);
    if (each->vouched == each->length)
        return g_strdup_printf("%s; %s vouches for all of it", whole, each->voucher);
    return g_strdup_printf("%s; %s vouches for the first %" G_GINT64_FORMAT
                           "; nothing outside vouches for the rest",
                           whole, each->voucher, each->vouched);
}

static bool is_vouched(const audit_stream *each)
{
    return each->voucher != NULL && !each->from_house && each->vouched == each->length;
}

static json *stream_document(const audit_stream *each)
{
    json *document = json_object();
    json_put_text(document, "stream", each->name);
    json_put_flag(document, "intact", each->wrong == NULL);
    json_put_whole(document, "records", each->length);
    json_put_text(document, "head", each->head);
    json_put_whole(document, "unknown", each->unknown);
    json_put_text(document, "wrong", each->wrong);
    json_put_whole(document, "vouched", each->from_house ? 0 : each->vouched);
    json_put_text(document, "voucher", each->from_house ? NULL : each->voucher);
    return document;
}

/* All of them, or the one that was asked for. */
static int tell_streams(const call *self, const audit *judge, const char *only, const GError *broken,
                        GError **error)
{
    guint damaged = 0, shown = 0, unvouched = 0;
    json *streams = json_array();
    for (guint i = 0; i < audit_count(judge); i++) {
        const audit_stream *each = audit_get(judge, i);
        bool told_of = each->length == 0 && each->wrong == NULL; /* by the house, in an export of it alone */
        if (told_of || (only != NULL && strcmp(only, each->name) != 0))
            continue;
        g_autofree char *words = stream_words(each);
        shown++;
        damaged += each->wrong != NULL ? 1 : 0;
        unvouched += is_vouched(each) ? 0 : 1;
        say(self, "%s: %s", each->name, words);
        if (each->unknown > 0)
            say(self,
                "%s: %" G_GINT64_FORMAT " of kinds I do not know: a newer warroom wrote them; read-only",
                each->name, each->unknown);
        json_array_append_new(streams, stream_document(each));
    }
    if (unvouched > 0 && damaged == 0)
        say(self, "A chain cannot prove that nothing was cut off behind an end that nothing outside vouches "
                  "for, nor "
                  "that it was not all written anew. --against FILE holds it against heads kept elsewhere.");
    bool intact = damaged == 0 && broken == NULL;
    json *document = json_object();
    json_put_flag(document, "intact", intact);
    json_put_text(document, "wrong", broken != NULL ? broken->message : NULL);
    json_put(document, "streams", streams);
    if (self->json) {
        say_json(self, document); /* with what is wrong in it: an error would be a second document */
        return intact ? 0 : ERR_FAILED;
    }
    json_decref(document);
    if (intact)
        return 0;
    if (broken != NULL)
        fail(error, ERR_FAILED, "%s", broken->message);
    else
        fail(error, ERR_FAILED, "not intact: %u of %u stream%s", damaged, shown, shown == 1 ? "" : "s");
    return ERR_FAILED;
}

static bool expect_heads(audit *judge, const char *path, GError **error)
{
    g_autofree char *text = path != NULL ? file_read(path, HEADS_LARGEST, NULL, error) : NULL;
    if (path == NULL)
        return true;
    if (text == NULL)
        return false;
    if (audit_expect_text(judge, text, path) > 0)
        return true;
    return fail(error, ERR_NOT_FOUND,
                "no head in %s: one looks like 'ref INC-0042/48 5be091c47d20a83f16e2b4'", path);
}

static bool show_to_judge(const record *each, void *context)
{
    audit_follow(context, each);
    return true;
}

/* ---- the journal ---- */

static bool judge_has(const audit *judge, const char *name, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < audit_count(judge); i++) {
        g_ptr_array_add(names, audit_get(judge, i)->name);
        if (strcmp(audit_get(judge, i)->name, name) == 0)
            return true;
    }
    g_ptr_array_add(names, NULL);
    g_autofree char *sentence = suggest_sentence(name, (const char *const *)names->pdata);
    return fail(error, ERR_NOT_FOUND, "no stream '%s' in the journal, and no such file%s%s", name,
                sentence[0] != '\0' ? "; " : "", sentence);
}

/* The engine appends by the index: one that was tampered with, or broke, would let it write beside the records. */
static bool index_agrees(store *journal, const audit *judge, GError **error)
{
    for (guint i = 0; i < audit_count(judge); i++) {
        const audit_stream *each = audit_get(judge, i);
        if (each->wrong == NULL && store_length(journal, each->name) != each->length)
            return fail(error, ERR_FAILED, "%s: the index of the journal file does not fit its records",
                        each->name);
    }
    return true;
}

static int verify_journal(const call *self, audit *judge, const char *stream, GError **error)
{
    gint64 position = 0;
    g_autoptr(GError) broken = NULL;
    g_autoptr(store) journal = store_open_reading(self->state, error);
    if (journal == NULL)
        return ERR_FAILED;
    if (!store_follow(journal, 0, show_to_judge, judge, &position, &broken))
        return tell_streams(self, judge, stream, broken, error);
    audit_end(judge);
    if (!index_agrees(journal, judge, &broken))
        return tell_streams(self, judge, stream, broken, error);
    if (stream != NULL && !judge_has(judge, stream, error))
        return ERR_NOT_FOUND;
    return tell_streams(self, judge, stream, NULL, error);
}

/* ---- an export ---- */

static bool follow_line(audit *judge, const char *text, gsize length, GError **error)
{
    g_autoptr(json) object = json_read(text, length, error);
    g_autoptr(record) each = object != NULL ? record_from_json(object, error) : NULL;
    if (each != NULL)
        audit_follow(judge, each);
    return each != NULL;
}

static bool follow_lines(audit *judge, FILE *file, const char *path, GError **error)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t length = 0;
    bool good = true;
    for (guint number = 1; good && (length = getline(&line, &room, file)) >= 0; number++) {
        good = (gsize)length <= LINE_LARGEST ? follow_line(judge, line, (gsize)length, error)
                                             : fail(error, ERR_FAILED, "longer than a record can be");
        if (!good)
            g_prefix_error(error, "%s:%u: ", path, number);
    }
    free(line);
    if (good && ferror(file))
        good = fail(error, ERR_FAILED, "%s cannot be read", path);
    return good;
}

static int verify_file(const call *self, audit *judge, const char *path, GError **error)
{
    g_autoptr(GError) broken = NULL;
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        fail(error, ERR_NOT_FOUND, "%s cannot be read", path);
        return ERR_NOT_FOUND;
    }
    bool whole = follow_lines(judge, file, path, &broken);
    fclose(file);
    if (!whole)
        return tell_streams(self, judge, NULL, broken, error);
    if (audit_count(judge) == 0) {
        fail(error, ERR_NO_DATA, "%s has no records", path);
        return ERR_NO_DATA;
    }
    audit_end(judge);
    return tell_streams(self, judge, NULL, NULL, error);
}

int verb_verify(call *self, GError **error)
{
    const char *what = json_text(self->args, "id", NULL);
    bool is_file = what != NULL && g_file_test(what, G_FILE_TEST_IS_REGULAR);
    g_autoptr(audit) judge = audit_new(!is_file);
    if (!expect_heads(judge, json_text(self->args, "against", NULL), error))
        return ERR_FAILED;
    return is_file ? verify_file(self, judge, what, error) : verify_journal(self, judge, what, error);
}
