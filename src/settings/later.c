/* Sections whose rooms are not built yet. They are kept as they stand (settings_section); what can be said of
 * them already is said: whether each is a map or a list, and that no secret is written out. */
#include "parts.h"

#include <string.h>

static const struct later {
    const char *key;
    node_kind shape, inner; /* NODE_SCALAR: anything */
} laters[] = {
    { "stakeholders", NODE_LIST, NODE_MAP }, { "channels", NODE_MAP, NODE_MAP },
    { "approvals", NODE_MAP, NODE_SCALAR },  { "readiness", NODE_MAP, NODE_SCALAR },
    { "redact", NODE_LIST, NODE_SCALAR },    { "drills", NODE_MAP, NODE_SCALAR },
    { "automation", NODE_MAP, NODE_SCALAR }, { "keys", NODE_MAP, NODE_SCALAR },
};

static const char *const shape_words[] = {
    [NODE_SCALAR] = "a text", [NODE_LIST] = "a list", [NODE_MAP] = "a map"
};
static const char *const shape_ways[] = {
    [NODE_SCALAR] = "", [NODE_LIST] = "write a list, as - item", [NODE_MAP] = "write key: value pairs"
};

#define REFERENCE "write file:PATH, env:NAME or command:PROGRAM"

/* What stands behind "file:", "env:" or "command:"; NULL when it is not a reference. */
static const char *reference_rest(const char *text)
{
    static const char *const ways[] = { "file:", "env:", "command:" };
    for (gsize i = 0; i < G_N_ELEMENTS(ways); i++)
        if (g_str_has_prefix(text, ways[i]))
            return text + strlen(ways[i]);
    return NULL;
}

/* The value itself is never repeated: it may be the secret. */
static void reference_check(const node *at, const char *key, complaints *into)
{
    if (node_is(at) != NODE_SCALAR || node_is_blank(at))
        return;
    const char *rest = reference_rest(node_text(at));
    if (rest == NULL)
        node_complain(at, into, REFERENCE, "the secret '%s' is written out: it is named, never written here",
                      key);
    else if (*rest == '\0')
        node_complain(at, into, REFERENCE, "the secret '%s' refers to nothing", key);
}

static bool is_secret_key(const char *key)
{
    static const char *const keys[] = { "token", "password", "secret", "api_key", "webhook", NULL };
    return g_strv_contains(keys, key);
}

/* Whoever has the address of such a hook may post there. */
static bool url_is_secret(const node *map)
{
    static const char *const kinds[] = { "slack", "teams", NULL };
    const node *kind = node_get(map, "kind");
    return kind != NULL && node_text(kind) != NULL && g_strv_contains(kinds, node_text(kind));
}

static void url_check(const node *at, complaints *into)
{
    const char *text = node_text(at);
    const char *start = text != NULL ? strstr(text, "://") : NULL;
    if (start == NULL)
        return;
    gsize host = strcspn(start + 3, "/?#");
    const char *sign = memchr(start + 3, '@', host);
    const char *colon = sign != NULL ? memchr(start + 3, ':', (gsize)(sign - start - 3)) : NULL;
    if (colon != NULL)
        node_complain(at, into, "take it out, and name it: password: \"file:...\"",
                      "a password stands in the address");
}

/* Depth is bounded by the tree's own 32. */
static void secrets_check(const node *at, complaints *into)
{
    for (guint i = 0; i < node_count(at); i++) {
        const node *item = node_item(at, i);
        if (node_is(at) == NODE_MAP) {
            const char *key = node_text(node_key(at, i));
            if (is_secret_key(key) || (strcmp(key, "url") == 0 && url_is_secret(at)))
                reference_check(item, key, into);
            else if (strcmp(key, "url") == 0)
                url_check(item, into);
        }
        secrets_check(item, into);
    }
}

static bool header_is_secret(const char *header)
{
    static const char *const names[] = { "authorization", "proxy-authorization", "cookie", "x-api-key",
                                         "x-auth-token" };
    gsize length = strcspn(header, ":");
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        if (strlen(names[i]) == length && g_ascii_strncasecmp(header, names[i], length) == 0)
            return true;
    return false;
}

static void header_check(const node *at, complaints *into)
{
    const char *text = node_text(at), *value = text != NULL ? strchr(text, ':') : NULL;
    if (value == NULL || !header_is_secret(text))
        return;
    value += 1 + strspn(value + 1, " ");
    if (reference_rest(value) == NULL)
        node_complain(at, into, "write \"Name: file:PATH\", or use token: \"env:NAME\"",
                      "the header '%.*s' holds a secret written out", (int)strcspn(text, ":"), text);
}

void secrets_check_sources(const node *sources, complaints *into)
{
    for (guint i = 0; sources != NULL && i < node_count(sources); i++) {
        const node *one = node_item(sources, i);
        const node *headers = node_get(one, "headers"), *token = node_get(one, "token"),
                   *url = node_get(one, "url");
        for (guint j = 0; headers != NULL && j < node_count(headers); j++)
            header_check(node_item(headers, j), into);
        if (headers != NULL && node_is(headers) == NODE_SCALAR)
            header_check(headers, into);
        if (url != NULL)
            url_check(url, into);
        /* That it is a reference at all, the room that reads sources has checked. */
        if (token != NULL && node_text(token) != NULL && reference_rest(node_text(token)) != NULL)
            reference_check(token, "token", into);
    }
}

static void shape_check(const struct later *row, const node *at, complaints *into)
{
    if (node_is(at) != row->shape) {
        if (!node_is_blank(at) &&
            (node_is(at) == NODE_SCALAR || node_count(at) > 0)) /* {} is as empty as [] */
            node_complain(at, into, shape_ways[row->shape], "%s is %s, not %s", row->key,
                          shape_words[node_is(at)], shape_words[row->shape]);
        return;
    }
    for (guint i = 0; row->inner != NODE_SCALAR && i < node_count(at); i++)
        if (node_is(node_item(at, i)) != row->inner)
            node_complain(node_item(at, i), into, shape_ways[row->inner], "an entry of %s is %s, not %s",
                          row->key, shape_words[node_is(node_item(at, i))], shape_words[row->inner]);
}

void later_read(section *keys, complaints *into)
{
    for (gsize i = 0; i < G_N_ELEMENTS(laters); i++) {
        const node *at = section_node(keys, laters[i].key);
        if (at == NULL)
            continue;
        shape_check(&laters[i], at, into);
        secrets_check(at, into);
    }
}
