#include "call.h"

#include "base/fail.h"
#include "base/text.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The first trouble with standard output; what comes after it is not written. */
static int trouble;

/* A reader that left (head, less) is no error: we end as a program does that nobody reads from. */
static void end_quietly(void)
{
    signal(SIGPIPE, SIG_DFL);
    raise(SIGPIPE);
    _exit(128 + SIGPIPE);
}

static void note_trouble(void)
{
    if (errno == EPIPE)
        end_quietly();
    if (trouble == 0)
        trouble = errno;
}

static void put(const char *bytes, gsize length)
{
    if (trouble == 0 && fwrite(bytes, 1, length, stdout) < length)
        note_trouble();
}

void say_flush(void)
{
    if (trouble == 0 && fflush(stdout) != 0)
        note_trouble();
}

bool say_settle(GError **error)
{
    say_flush();
    if (trouble == 0)
        return true;
    return fail(error, ERR_FAILED, "could not write: %s", g_strerror(trouble));
}

void say(const call *self, const char *format, ...)
{
    if (self->json)
        return;
    va_list words;
    va_start(words, format);
    g_autofree char *line = g_strdup_vprintf(format, words);
    va_end(words);
    g_autofree char *visible = self->raw ? g_strdup(line) : text_visible(line, -1);
    put(visible, strlen(visible));
    put("\n", 1);
}

void say_lines(const call *self, const char *text)
{
    if (self->json || text[0] == '\0')
        return;
    g_autofree char *visible = self->raw ? g_strdup(text) : text_visible_lines(text, -1);
    put(visible, strlen(visible));
    if (visible[0] != '\0' && visible[strlen(visible) - 1] != '\n')
        put("\n", 1);
}

void say_bytes(const call *self, const char *bytes, gsize length)
{
    (void)self;
    if (!isatty(STDOUT_FILENO)) {
        put(bytes, length);
        return;
    }
    g_autofree char *visible = text_visible_lines(bytes, (gssize)length);
    put(visible, strlen(visible));
}

/* jansson escapes the first 32 characters; what else would move a terminal or hide is escaped here, so that
 * the document stays the same document and yet shows all it holds. */
char *json_shown(const json *document)
{
    g_autofree char *line = json_line(document);
    GString *shown = g_string_sized_new(strlen(line) + 16);
    for (const char *at = line; *at != '\0'; at = g_utf8_next_char(at)) {
        gsize length = (gsize)(g_utf8_next_char(at) - at);
        if (*at >= ' ' && *at < 0x7f) {
            g_string_append_c(shown, *at);
            continue;
        }
        g_autofree char *one = g_strndup(at, length);
        gunichar point = g_utf8_get_char(at);
        if (text_is_visible(one))
            g_string_append_len(shown, at, (gssize)length);
        else if (point <= 0xffff)
            g_string_append_printf(shown, "\\u%04x", point);
        else
            g_string_append_printf(shown, "\\u%04x\\u%04x", 0xd800 + ((point - 0x10000) >> 10),
                                   0xdc00 + ((point - 0x10000) & 0x3ff));
    }
    return g_string_free(shown, FALSE);
}

void say_json(const call *self, json *document)
{
    g_autoptr(json) owned = document;
    if (!self->json)
        return;
    g_autofree char *line = json_shown(owned);
    put(line, strlen(line));
    put("\n", 1);
}

void talk(const call *self, const char *format, ...)
{
    if (self->quiet)
        return;
    va_list words;
    va_start(words, format);
    g_autofree char *line = g_strdup_vprintf(format, words);
    va_end(words);
    g_autofree char *visible = text_visible(line, -1);
    fprintf(stderr, "%s\n", visible);
}
