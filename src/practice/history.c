#include "history.h"

#include "weights.h"

#include <string.h>

static const char *const kind_names[] = { "deployed", "live" };

struct history {
    GArray *changes;
};

history *history_new(void)
{
    history *self = g_new0(history, 1);
    self->changes = g_array_new(FALSE, FALSE, sizeof(change));
    return self;
}

void history_free(history *self)
{
    if (self == NULL)
        return;
    g_array_unref(self->changes);
    g_free(self);
}

void history_add(history *self, moment at, change_kind kind, int pool, const char *version)
{
    change one = { .at = at, .kind = kind, .pool = pool };
    g_strlcpy(one.version, version, sizeof one.version);
    g_array_append_val(self->changes, one);
}

const change *history_all(const history *self, guint *count)
{
    *count = self->changes->len;
    return (const change *)(const void *)self->changes->data;
}

/* The newest that went live, other than in the version `but` (NULL: any). */
static const change *newest_live(const history *self, const char *but)
{
    for (guint i = self->changes->len; i > 0; i--) {
        const change *one = &g_array_index(self->changes, change, i - 1);
        if (one->kind == CHANGE_LIVE && (but == NULL || strcmp(one->version, but) != 0))
            return one;
    }
    return NULL;
}

const change *history_live(const history *self)
{
    return newest_live(self, NULL);
}

const change *history_previous(const history *self)
{
    const change *live = history_live(self);
    return live != NULL ? newest_live(self, live->version) : NULL;
}

json *history_json(const history *self)
{
    json *list = json_array();
    for (guint i = 0; i < self->changes->len; i++) {
        const change *one = &g_array_index(self->changes, change, i);
        g_autofree char *at = moment_text(one->at);
        json *row = json_object();
        json_put_text(row, "at", at);
        json_put_text(row, "what", kind_names[one->kind]);
        json_put_text(row, "version", one->version);
        json_put_text(row, "pool", pool_names[one->pool]);
        json_array_append_new(list, row);
    }
    return list;
}

char *history_text(const history *self)
{
    GString *text = g_string_new(NULL);
    const change *live = history_live(self);
    for (guint i = self->changes->len; i > 0; i--) {
        const change *one = &g_array_index(self->changes, change, i - 1);
        g_autofree char *at = moment_human(one->at);
        g_string_append_printf(text, "%s  %-8s  %-8s  %s%s\n", at, kind_names[one->kind], one->version,
                               pool_names[one->pool], one == live ? "  (what customers meet)" : "");
    }
    return g_string_free(text, FALSE);
}
