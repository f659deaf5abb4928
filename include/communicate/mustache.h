/* mustache.h - a template, compiled once to a flat list, rendered as often as wanted.
 *
 * All of the core specification: variables, sections, inverted sections, partials, comments, delimiters.
 * No lambdas; a partial comes from whoever the caller says; a value is never rendered twice.
 * A missing value is not a blank: it is pointed out, with the line and column of its tag. */
#ifndef WARROOM_COMMUNICATE_MUSTACHE_H
#define WARROOM_COMMUNICATE_MUSTACHE_H

#include "base/complaint.h"
#include "base/json.h"

typedef struct mustache mustache;

typedef enum { ESCAPE_HTML, ESCAPE_NONE, ESCAPE_JSON } mustache_escape;

/* `file` is for messages only. */
mustache *mustache_compile(const char *file, const char *text, gsize length,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mustache_free(mustache *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mustache, mustache_free)

typedef const mustache *(*mustache_partial)(const char *name, void *context); /* NULL: there is none */

/* Renders into `out`. Values that are missing are added to `missing` (may be NULL) and leave nothing behind. */
void mustache_render(const mustache *self, const json *data, mustache_escape escape, mustache_partial partial,
                     void *context, GString *out, complaints *missing);

/* Every name the template asks for, once, sorted. g_strfreev. */
char **mustache_fields(const mustache *self);

#endif
