#include "communicate/template.h"

#include "base/suggest.h"

#include <string.h>

#define HEAD_OPENS "{{!"
#define HEAD_CLOSES "}}"

const char *const mustache_escape_names[] = {
    [ESCAPE_HTML] = "html", [ESCAPE_NONE] = "text", [ESCAPE_JSON] = "json", NULL
};

static const char *const head_keys[] = { "audience", "channel", "at most", "writes", NULL };

static bool head_at_most(template *self, const char *value, GError **error)
{
    char *end = NULL;
    guint64 number = g_ascii_strtoull(value, &end, 10);
    end += strspn(end, " ");
    bool unit = *end == '\0' || strcmp(end, "characters") == 0;
    if (!g_ascii_isdigit(value[0]) || number == 0 || number > MUSTACHE_OUTPUT_LARGEST || !unit)
        return fail(error, ERR_USAGE, "%s:1:1: '%s' is not a length; write at most: 280 characters",
                    self->file, value);
    self->at_most = (guint)number;
    return true;
}

static bool head_writes(template *self, const char *value, GError **error)
{
    for (guint i = 0; mustache_escape_names[i] != NULL; i++)
        if (strcmp(mustache_escape_names[i], value) == 0) {
            self->escape = (mustache_escape)i;
            return true;
        }
    g_autofree char *meant = suggest_sentence(value, mustache_escape_names);
    return fail(error, ERR_USAGE, "%s:1:1: a template does not write '%s'; %s", self->file, value, meant);
}

static bool head_take(template *self, const char *key, const char *value, GError **error)
{
    if (strcmp(key, "at most") == 0)
        return head_at_most(self, value, error);
    if (strcmp(key, "writes") == 0)
        return head_writes(self, value, error);
    char **place = strcmp(key, "audience") == 0  ? &self->audience
                   : strcmp(key, "channel") == 0 ? &self->channel
                                                 : NULL;
    if (place == NULL) {
        g_autofree char *meant = suggest_sentence(key, head_keys);
        return fail(error, ERR_USAGE, "%s:1:1: a template's first line does not say '%s'; %s", self->file,
                    key, meant);
    }
    g_free(*place);
    *place = g_strdup(value);
    return true;
}

static bool head_knows(const char *key)
{
    return g_strv_contains(head_keys, key);
}

/* A remark whose first words are none of ours is a remark; one that has begun with ours means it. */
static bool head_read(template *self, const char *text, gsize length, GError **error)
{
    const char *newline = memchr(text, '\n', length);
    g_autofree char *line = g_strndup(text, newline != NULL ? (gsize)(newline - text) : length);
    char *close = strstr(line, HEAD_CLOSES);
    if (!g_str_has_prefix(line, HEAD_OPENS) || close == NULL)
        return true;
    *close = '\0';
    g_auto(GStrv) pairs = g_strsplit(line + strlen(HEAD_OPENS), ";", -1);
    for (char **pair = pairs; *pair != NULL; pair++) {
        char *colon = strchr(*pair, ':');
        if (colon != NULL)
            *colon = '\0';
        const char *key = g_strstrip(*pair);
        if (pair == pairs && !head_knows(key))
            return true;
        if (!head_take(self, key, colon != NULL ? g_strstrip(colon + 1) : "", error))
            return false;
    }
    return true;
}

template *template_read(const char *file, const char *text, gsize length, GError **error)
{
    g_autoptr(template) self = g_new0(template, 1);
    self->file = g_strdup(file);
    self->audience = g_strdup("");
    self->channel = g_strdup("");
    self->escape = ESCAPE_HTML;
    self->body = mustache_compile(file, text, length, error);
    if (self->body == NULL || !head_read(self, text, length, error))
        return NULL;
    return g_steal_pointer(&self);
}

void template_free(template *self)
{
    if (self == NULL)
        return;
    g_free(self->file);
    g_free(self->audience);
    g_free(self->channel);
    mustache_free(self->body);
    g_free(self);
}

/* The newline at the end is the file's, not the message's. */
static glong message_length(const char *text)
{
    glong length = g_utf8_strlen(text, -1);
    return g_str_has_suffix(text, "\n") ? length - 1 : length;
}

char *template_fill(const template *self, const json *data, mustache_partial partial, void *context,
                    complaints *wrong, GError **error)
{
    g_autoptr(GString) out = g_string_new(NULL);
    if (!mustache_render(self->body, data, self->escape, partial, context, out, wrong, error))
        return NULL;
    glong length = self->at_most > 0 ? message_length(out->str) : 0;
    if (length > (glong)self->at_most) {
        g_autofree char *what = g_strdup_printf("the text has %ld characters", length);
        g_autofree char *right = g_strdup_printf("%u are allowed: give shorter values", self->at_most);
        complaint_add(wrong, self->file, 1, 1, what, right);
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}
