/* Any text as a template and as its own partial, over data with every kind of value.
 *
 * Held to: what cannot be compiled names a place inside the text; the same text compiled again writes the same;
 * complaints stand inside the text; the output is text again and no longer than allowed; a text without tags
 * writes itself; names come once and sorted. */
#define _GNU_SOURCE /* memmem */
#include "communicate/mustache.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char data_text[] = "{\"a\": \"<x> & \\\"y\\\"\", \"b\": true, \"c\": false, \"d\": null, \"e\": "
                                "0, \"f\": 1.5, \"n\": [1, 2, 3],"
                                " \"s\": {\"a\": \"in {{a}}\", \"s\": {\"z\": -7}}, \"l\": [{\"a\": 1}, "
                                "{\"b\": []}, {\"l\": [{\"a\": 2}]}],"
                                " \"z\": \"\", \"t\": \"one\\ntwo\\n\"}";

static void hold(bool what)
{
    if (!what)
        abort();
}

static const mustache *itself(const char *name, void *context)
{
    return strlen(name) < 3 ? context : NULL;
}

/* Is there such a line, and has it such a column (or its end)? */
static void place_is_inside(const char *text, gsize length, guint64 line, guint64 column)
{
    const char *at = text, *end = text + length;
    hold(line >= 1 && column >= 1);
    for (; line > 1; line--) {
        at = memchr(at, '\n', (gsize)(end - at));
        hold(at != NULL);
        at++;
    }
    const char *newline = memchr(at, '\n', (gsize)(end - at));
    hold(column <= (guint64)((newline != NULL ? newline : end) - at) + 1);
}

static void error_is_inside(const GError *error, const char *text, gsize length)
{
    char *after = NULL;
    guint64 line = g_ascii_strtoull(error->message, &after, 10);
    hold(*after == ':');
    guint64 column = g_ascii_strtoull(after + 1, &after, 10);
    hold(*after == ':');
    place_is_inside(text, length, line, column);
}

static GString *rendered(const mustache *self, const json *data, mustache_escape escape, complaints *missing,
                         bool *done)
{
    GString *out = g_string_new("head");
    g_autoptr(GError) error = NULL;
    *done = mustache_render(self, data, escape, itself, (void *)self, out, missing, &error);
    hold(*done == (error == NULL));
    hold(strncmp(out->str, "head", 4) == 0 && (*done || out->len == 4));
    return out;
}

static void names_are_sorted(const mustache *self)
{
    g_auto(GStrv) names = mustache_fields(self);
    for (char **each = names; *each != NULL && each[1] != NULL; each++)
        hold(strcmp(each[0], each[1]) < 0);
}

static void render_twice(const char *text, gsize length, const mustache *first, const json *data)
{
    g_autoptr(mustache) second = mustache_compile(NULL, text, length, NULL);
    hold(second != NULL);
    for (mustache_escape escape = ESCAPE_HTML; escape <= ESCAPE_JSON; escape++) {
        bool done = false, done_again = false;
        g_autoptr(complaints) missing = complaints_new();
        g_autoptr(GString) out = rendered(first, data, escape, missing, &done);
        g_autoptr(GString) again = rendered(second, data, escape, NULL, &done_again);
        hold(done == done_again && g_string_equal(out, again));
        hold(out->len <= 4 + MUSTACHE_OUTPUT_LARGEST + MUSTACHE_LARGEST);
        hold(g_utf8_validate(out->str, (gssize)out->len, NULL));
        if (memmem(text, length, "{{", 2) == NULL)
            hold(out->len == length + 4 && memcmp(out->str + 4, text, length) == 0);
        for (guint i = 0; i < complaints_count(missing); i++) {
            const complaint *each = complaints_get(missing, i);
            place_is_inside(text, length, each->line, each->column);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static json *data = NULL;
    if (data == NULL)
        data = json_read(data_text, strlen(data_text), NULL);
    hold(data != NULL);
    const char *text = (const char *)bytes;
    g_autoptr(GError) error = NULL;
    g_autoptr(mustache) compiled = mustache_compile(NULL, text, size, &error);
    hold((compiled == NULL) == (error != NULL));
    if (compiled == NULL) {
        hold(error->code == ERR_USAGE);
        error_is_inside(error, text, size);
        return 0;
    }
    names_are_sorted(compiled);
    render_twice(text, size, compiled, data);
    return 0;
}
