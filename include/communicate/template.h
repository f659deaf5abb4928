/* template.h - a text that people edit: Mustache, and what its first line says about it.
 *
 * The first line may be a remark that says for whom the text is, how long it may be, and as what its values
 * are written:
 *     {{! audience: users; channel: status page; at most: 1000 characters; writes: text }}
 * Each of the four may be left out. "writes" is html (the rule of Mustache, and what is so when nothing is
 * said), text (values as they are) or json (values fit inside a JSON string). A file without such a line is
 * a template like any other. */
#ifndef WARROOM_COMMUNICATE_TEMPLATE_H
#define WARROOM_COMMUNICATE_TEMPLATE_H

#include "communicate/mustache.h"

typedef struct template
{
    char *file;
    char *audience, *channel; /* "" when not said */
    guint at_most;            /* characters; 0: no limit */
    mustache_escape escape;
    mustache *body;
}
template;

extern const char *const mustache_escape_names[]; /* html, text, json, NULL */

template *template_read(const char *file, const char *text, gsize length,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
void template_free(template *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(template, template_free)

/* Fills it in. What is missing, and a text longer than it may be, are complaints: then the result is to be
 * looked at, not sent. NULL only when a limit of rendering is passed. The caller frees with g_free. */
char *template_fill(const template *self, const json *data, mustache_partial partial, void *context,
                    complaints *wrong, GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
