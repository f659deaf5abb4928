/* journal list, show, export: what was written down, read without an engine. */
#include "call.h"

#include "base/suggest.h"
#include "base/text.h"
#include "journal/audit.h"
#include "journal/kind.h"
#include "verbs.h"
#include "world/store.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define PLACE_WIDTH 14
#define WORD_WIDTH 9

/* The stream is there, or the nearest one is named. */
static bool stream_is_there(store *journal, const char *stream, GError **error)
{
    if (store_length(journal, stream) > 0)
        return true;
    g_auto(GStrv) streams = store_streams(journal, error);
    if (streams == NULL)
        return false;
    g_autofree char *sentence = suggest_sentence(stream, (const char *const *)streams);
    return fail(error, ERR_NOT_FOUND, "no stream '%s' in the journal%s%s", stream,
                sentence[0] != '\0' ? "; " : "", sentence);
}

static const char *word_of(const record *each)
{
    const kind *row = kind_knows(each) ? kind_find(each->kind) : NULL;
    return row != NULL ? row->word : "unknown";
}

/* ---- list ---- */

typedef struct listing {
    const call *call;
    const char *only; /* a word of the timeline, a kind, or the room of kinds: step, step.ended */
    gint64 unknown;
} listing;

static bool listing_wants(const listing *self, const record *each)
{
    if (self->only == NULL || strcmp(self->only, word_of(each)) == 0 || strcmp(self->only, each->kind) == 0)
        return true;
    gsize length = strlen(self->only);
    return strncmp(self->only, each->kind, length) == 0 && each->kind[length] == '.';
}

static json *record_document(const record *each)
{
    json *document = record_json(each);
    g_autofree char *told = kind_tell(each);
    json_put_text(document, "word", word_of(each));
    json_put_text(document, "told", told);
    return document;
}

static bool list_one(const record *each, void *context)
{
    listing *self = context;
    self->unknown += kind_knows(each) ? 0 : 1;
    if (!listing_wants(self, each))
        return true;
    g_autofree char *place = g_strdup_printf("%s/%" G_GINT64_FORMAT, each->stream, each->number);
    g_autofree char *when = moment_human(each->happened);
    g_autofree char *told = kind_tell(each);
    const char *by = each->by.name[0] != '\0' ? each->by.name : "warroom";
    const char *stepped = each->happened > each->noted ? " (clock stepped)" : "";
    if (self->call->plain)
        say(self->call, "%s %s %s%s %s. %s", word_of(each), place, when, stepped, told, by);
    else
        say(self->call, "%-*s %s  %-*s %s  [%s]%s", PLACE_WIDTH, place, when, WORD_WIDTH, word_of(each), told,
            by, stepped);
    say_json(self->call, self->call->json ? record_document(each) : NULL);
    return true;
}

int verb_journal_list(call *self, GError **error)
{
    const char *stream = json_text(self->args, "stream", NULL);
    listing list = { self, json_text(self->args, "only", NULL), 0 };
    g_autoptr(store) journal = store_open_reading(self->state, error);
    gint64 position = 0;
    if (journal == NULL || (stream != NULL && !stream_is_there(journal, stream, error)))
        return ERR_FAILED;
    bool whole = stream != NULL ? store_read(journal, stream, 1, list_one, &list, error)
                                : store_follow(journal, 0, list_one, &list, &position, error);
    if (list.unknown > 0)
        talk(self,
             "%" G_GINT64_FORMAT " record%s of kinds I do not know: a newer warroom wrote %s; read-only",
             list.unknown, list.unknown == 1 ? "" : "s", list.unknown == 1 ? "it" : "them");
    return whole ? 0 : ERR_FAILED;
}

/* ---- show ---- */

static bool keep_one(const record *each, void *context)
{
    *(record **)context = record_copy(each);
    return false;
}

/* "INC-0042/48" */
static bool place_parse(const char *place, char **stream, gint64 *number, GError **error)
{
    const char *slash = strrchr(place, '/');
    char *end = NULL;
    gint64 count = slash != NULL ? g_ascii_strtoll(slash + 1, &end, 10) : 0;
    if (count < 1 || *end != '\0' || slash == place || !g_ascii_isdigit(slash[1]))
        return fail(error, ERR_USAGE, "'%s' is not a record: write stream and number, as in INC-0042/48",
                    place);
    *stream = g_strndup(place, (gsize)(slash - place));
    *number = count;
    return true;
}

static void show_who(const call *self, const record *each)
{
    if (each->by.name[0] == '\0')
        say(self, "by        warroom");
    else
        say(self, "by        %s (%s), %s", each->by.name, each->by.account, each->by.means);
    if (each->command[0] != '\0')
        say(self, "command   %s", each->command);
}

static void show_record(const call *self, const record *each)
{
    g_autofree char *happened = moment_text(each->happened);
    g_autofree char *noted = moment_text(each->noted);
    g_autofree char *told = kind_tell(each);
    g_autofree char *body = json_pretty(record_body(each));
    say(self, "record    %s/%" G_GINT64_FORMAT, each->stream, each->number);
    say(self, "kind      %s, version %" G_GINT64_FORMAT " (%s)", each->kind, each->version, word_of(each));
    say(self, "told      %s", told);
    say(self, "happened  %s%s", happened, each->happened > each->noted ? " (clock stepped)" : "");
    say(self, "noted     %s", noted);
    say(self, "up        %" G_GINT64_FORMAT " us, boot %s", each->up, each->boot);
    show_who(self, each);
    say(self, "hash      %s, intact", each->hash);
    say(self, "follows   %s", each->number == 1 ? "nothing: it is the first" : each->previous);
    say_lines(self, body);
}

int verb_journal_show(call *self, GError **error)
{
    g_autofree char *stream = NULL;
    g_autoptr(record) found = NULL;
    gint64 number = 0;
    if (!place_parse(json_text(self->args, "record", ""), &stream, &number, error))
        return ERR_USAGE;
    g_autoptr(store) journal = store_open_reading(self->state, error);
    if (journal == NULL || !stream_is_there(journal, stream, error) ||
        !store_read(journal, stream, number, keep_one, &found, error))
        return ERR_FAILED;
    if (found == NULL) {
        fail(error, ERR_NOT_FOUND, "no record %" G_GINT64_FORMAT " in %s: its last is %" G_GINT64_FORMAT,
             number, stream, store_length(journal, stream));
        return ERR_NOT_FOUND;
    }
    show_record(self, found);
    say_json(self, self->json ? record_document(found) : NULL);
    return 0;
}

/* ---- export ---- */

typedef struct exporting {
    const call *call;
    audit *audit;
    int file; /* -1: standard output */
    int trouble;
    gint64 count;
} exporting;

static void export_bytes(exporting *self, const char *bytes, gsize length)
{
    if (self->file < 0)
        say_bytes(self->call, bytes, length);
    while (self->file >= 0 && length > 0 && self->trouble == 0) {
        ssize_t written = write(self->file, bytes, length);
        if (written < 0 && errno != EINTR)
            self->trouble = errno;
        if (written > 0)
            bytes += written, length -= (gsize)written;
    }
}

/* What is damaged is left out, and all that stands behind it in its stream: the rest is worth keeping. */
static bool export_one(const record *each, void *context)
{
    exporting *self = context;
    if (!audit_follow(self->audit, each))
        return true;
    g_autoptr(json) document = record_json(each);
    g_autofree char *text = json_line(document);
    g_autofree char *line = g_strconcat(text, "\n", NULL);
    export_bytes(self, line, strlen(line));
    self->count++;
    return self->trouble == 0;
}

static bool export_run(exporting *self, store *journal, const char *stream, GError **error)
{
    gint64 position = 0;
    g_autoptr(GError) broken = NULL;
    bool whole = stream != NULL ? store_read(journal, stream, 1, export_one, self, &broken)
                                : store_follow(journal, 0, export_one, self, &position, &broken);
    for (guint i = 0; whole && i < audit_count(self->audit); i++) {
        const audit_stream *each = audit_get(self->audit, i);
        if (each->wrong != NULL)
            whole = fail(&broken, ERR_FAILED, "%s: %s", each->name, each->wrong);
    }
    if (whole)
        return true;
    return fail(error, ERR_FAILED, "%s; %" G_GINT64_FORMAT " intact record%s exported", broken->message,
                self->count, self->count == 1 ? " was" : "s were");
}

static bool export_to(exporting *self, store *journal, const char *stream, const char *path, GError **error)
{
    self->file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (self->file < 0 && errno == EEXIST)
        return fail(error, ERR_REFUSED, "%s is there already: an export never writes over a file", path);
    if (self->file < 0)
        return fail(error, ERR_FAILED, "%s: %s", path, g_strerror(errno));
    bool whole = export_run(self, journal, stream, error);
    if (self->trouble == 0 && fsync(self->file) != 0 && errno != EINVAL)
        self->trouble = errno;
    close(self->file);
    if (self->trouble == 0)
        return whole;
    g_clear_error(error);
    return fail(error, ERR_FAILED, "could not write %s: %s", path, g_strerror(self->trouble));
}

int verb_journal_export(call *self, GError **error)
{
    const char *stream = json_text(self->args, "stream", NULL), *path = json_text(self->args, "to", NULL);
    g_autoptr(audit) judge = audit_new(false);
    exporting state = { self, judge, -1, 0, 0 };
    g_autoptr(store) journal = store_open_reading(self->state, error);
    if (journal == NULL || (stream != NULL && !stream_is_there(journal, stream, error)))
        return ERR_FAILED;
    bool whole = path != NULL ? export_to(&state, journal, stream, path, error)
                              : export_run(&state, journal, stream, error);
    if (whole && path != NULL)
        talk(self, "%" G_GINT64_FORMAT " record%s written to %s", state.count, state.count == 1 ? "" : "s",
             path);
    return whole ? 0 : ERR_FAILED;
}
