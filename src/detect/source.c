#include "detect/source.h"

#include <string.h>

#define EVERY_SHIPPED (5 * SPAN_SECOND)
#define EVERY_LEAST (100 * SPAN_MILLISECOND)
#define EVERY_MOST SPAN_DAY
#define TIMEOUT_SHIPPED (2 * SPAN_SECOND)
#define TIMEOUT_LEAST (10 * SPAN_MILLISECOND)
#define TIMEOUT_MOST (10 * SPAN_MINUTE)

/* All kinds of DESIGN.md, in the order of source_kind; those behind its last one come with later versions. */
static const char *const kind_names[] = { "metrics", "command", "prometheus",   "json", "probe",
                                          "log",     "counter", "alertmanager", NULL };

const char *source_kind_name(source_kind kind)
{
    return kind_names[kind];
}

/* The part of "http://user@host:80/x" that says who is asked. The caller frees. */
static char *url_host(const char *url)
{
    const char *start = strstr(url, "://") + strlen("://");
    g_autofree char *authority = g_strndup(start, strcspn(start, "/?#"));
    const char *at = strrchr(authority, '@');
    const char *host = at != NULL ? at + 1 : authority;
    if (*host == '[')
        return g_strndup(host + 1, strcspn(host + 1, "]"));
    return g_strndup(host, strcspn(host, ":"));
}

static bool host_is_here(const char *host)
{
    if (g_ascii_strcasecmp(host, "localhost") == 0 || strcmp(host, "::1") == 0)
        return true;
    return g_str_has_prefix(host, "127.") && strspn(host, "0123456789.") == strlen(host);
}

bool source_url_is_safe(const char *url)
{
    if (g_ascii_strncasecmp(url, "https://", strlen("https://")) == 0)
        return true;
    g_autofree char *host = url_host(url);
    return host_is_here(host);
}

static bool url_is_clean(const char *url)
{
    for (const char *at = url; *at != '\0'; at++)
        if ((guchar)*at <= ' ' || *at == 0x7f)
            return false;
    return true;
}

static void url_check(const source *self, const node *at, complaints *into)
{
    bool plain = g_ascii_strncasecmp(self->url, "http://", strlen("http://")) == 0;
    bool closed = g_ascii_strncasecmp(self->url, "https://", strlen("https://")) == 0;
    if ((!plain && !closed) || !url_is_clean(self->url)) {
        node_complain(at, into, "write https://host:port/path", "'%s' is not an address to be asked",
                      self->url);
        return;
    }
    g_autofree char *host = url_host(self->url);
    if (*host == '\0')
        node_complain(at, into, "write https://host:port/path", "'%s' names no host", self->url);
    else if (plain && !self->insecure && !host_is_here(host))
        node_complain(at, into, "write https://, or add insecure: yes (it is then shown on the board)",
                      "plain http to another machine, '%s'", host);
}

/* No line of a header may begin another one. */
static void header_check(const char *header, const node *at, complaints *into)
{
    gsize name = strcspn(header, ":");
    bool good = header[name] == ':' && name > 0 && strpbrk(header, "\r\n") == NULL;
    for (gsize i = 0; good && i < name; i++)
        good = g_ascii_isalnum(header[i]) || strchr("!#$%&'*+-.^_`|~", header[i]) != NULL;
    if (!good)
        node_complain(at, into, "write \"Name: value\" or \"Name: file:/path\"", "'%s' is not a header",
                      header);
}

static bool token_is_reference(const char *token)
{
    return g_str_has_prefix(token, "file:") || g_str_has_prefix(token, "env:") ||
           g_str_has_prefix(token, "command:");
}

static void metrics_keys(source *self, section *keys, const node *map, complaints *into)
{
    self->insecure = section_bool(keys, "insecure", false);
    self->url = g_strdup(section_text_needed(keys, "url"));
    if (self->url != NULL)
        url_check(self, node_get(map, "url"), into);
    self->headers = section_texts(keys, "headers");
    for (char **header = self->headers; header != NULL && *header != NULL; header++)
        header_check(*header, node_get(map, "headers"), into);
    self->token = g_strdup(section_text(keys, "token", NULL));
    if (self->token != NULL && !token_is_reference(self->token)) /* the value itself is not repeated */
        node_complain(node_get(map, "token"), into, "write file:PATH, env:NAME or command:PROGRAM",
                      "a secret is named, never written here");
    self->ca = g_strdup(section_text(keys, "ca", NULL));
}

static void command_keys(source *self, section *keys, const node *map, complaints *into)
{
    self->run = section_texts(keys, "run");
    if (self->run == NULL && !section_has(keys, "run"))
        node_complain(map, into, "write run: [\"./bin/queue-depth\", checkout]",
                      "source '%s' has nothing to run", self->name);
    else if (self->run != NULL && (self->run[0] == NULL || *self->run[0] == '\0'))
        node_complain(node_get(map, "run"), into, "write run: [\"./bin/queue-depth\", checkout]",
                      "the command is empty");
    else if (self->run != NULL && node_is(node_get(map, "run")) == NODE_SCALAR &&
             strpbrk(self->run[0], " \t") != NULL)
        node_complain(node_get(map, "run"), into, "write run: [\"./bin/queue-depth\", checkout]",
                      "the command has spaces in its program's name: no shell splits it");
}

/* Keys of the other kinds are not mistakes while the kind is the mistake. */
static void keys_skip(section *keys, const node *map)
{
    for (guint i = 0; i < node_count(map); i++)
        section_node(keys, node_text(node_key(map, i)));
}

static span times_read(section *keys, const char *key, const node *map, span least, span most, span shipped,
                       complaints *into)
{
    span length = section_span(keys, key, shipped);
    if (length >= least && length <= most)
        return length;
    g_autofree char *low = span_text(least);
    g_autofree char *high = span_text(most);
    g_autofree char *right = g_strdup_printf("from %s to %s", low, high);
    node_complain(node_get(map, key), into, right, "'%s: %s' is too %s", key, node_text(node_get(map, key)),
                  length < least ? "short" : "long");
    return shipped;
}

static void kind_read(source *self, section *keys, const node *map, complaints *into)
{
    if (!section_has(keys, "kind")) {
        node_complain(map, into, "write kind: metrics or kind: command", "source '%s' has no kind",
                      self->name);
        keys_skip(keys, map);
        return;
    }
    int row = section_word(keys, "kind", kind_names, -1);
    if (row < 0) {
        keys_skip(keys, map);
    } else if (row > SOURCE_COMMAND) {
        node_complain(node_get(map, "kind"), into, "this version reads metrics and command",
                      "sources of kind '%s' come with a later version", kind_names[row]);
        keys_skip(keys, map);
    } else {
        self->kind = (source_kind)row;
        if (self->kind == SOURCE_METRICS)
            metrics_keys(self, keys, map, into);
        else
            command_keys(self, keys, map, into);
    }
}

source *source_read(const char *name, const node *map, complaints *into)
{
    g_autofree char *what = g_strdup_printf("source '%s'", name);
    g_autoptr(section) keys = section_open(map, what, into);
    source *self = g_new0(source, 1);
    self->name = g_strdup(name);
    self->every = EVERY_SHIPPED;
    self->timeout = TIMEOUT_SHIPPED;
    self->line = map != NULL ? node_line(map) : 0;
    if (map == NULL || (node_is(map) != NODE_MAP && !node_is_blank(map)))
        return self; /* section_open has complained */
    self->every = times_read(keys, "every", map, EVERY_LEAST, EVERY_MOST, EVERY_SHIPPED, into);
    self->timeout = times_read(keys, "timeout", map, TIMEOUT_LEAST, TIMEOUT_MOST, TIMEOUT_SHIPPED, into);
    kind_read(self, keys, map, into);
    return self;
}

span source_stale_after(const source *self)
{
    return MAX(3 * self->every, self->timeout + self->every);
}

void source_free(source *self)
{
    if (self == NULL)
        return;
    g_free(self->name);
    g_free(self->url);
    g_strfreev(self->run);
    g_strfreev(self->headers);
    g_free(self->token);
    g_free(self->ca);
    g_free(self);
}
