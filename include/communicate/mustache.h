/* mustache.h - a template, compiled once to a flat list, rendered as often as wanted.
 *
 * All of the core specification: variables, sections, inverted sections, partials, comments, delimiters.
 * No lambdas; a partial comes from whoever the caller says; a value is never rendered twice.
 *
 * What a tag finds: the nearest context that has the name, even when it has null there. A section is left
 * out over nothing, null, false, 0, "" and []. A variable tag is missing its value when no context has the
 * name, or it is null, or it is a list or an object; "" is a value. A missing value is not a blank: it leaves
 * nothing behind and is pointed out once, with file, line and column of its tag; so is a partial that is
 * not there. A section over a name that nobody has is empty, not missing: that is how one asks.
 *
 * A hostile template ends soon: what it may nest, write and do has limits, below. */
#ifndef WARROOM_COMMUNICATE_MUSTACHE_H
#define WARROOM_COMMUNICATE_MUSTACHE_H

#include "base/complaint.h"
#include "base/json.h"

#define MUSTACHE_LARGEST (1024 * 1024)             /* bytes of a template's text */
#define MUSTACHE_OUTPUT_LARGEST (16 * 1024 * 1024) /* bytes of one rendering */
#define MUSTACHE_SECTIONS_DEEPEST 128              /* sections inside one another, in one text */
#define MUSTACHE_PARTIALS_DEEPEST 100              /* partials inside one another, in one rendering */
#define MUSTACHE_STEPS_MOST 4000000                /* parts written and contexts asked, in one rendering */

typedef struct mustache mustache;

typedef enum { ESCAPE_HTML, ESCAPE_NONE, ESCAPE_JSON } mustache_escape;

/* `file` is for messages only. The error is one line: "file:12:5: section 'users' is not closed; write
 * {{/users}}"; without a file (NULL) it begins with the line. Columns count characters, from 1. */
mustache *mustache_compile(const char *file, const char *text, gsize length,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mustache_free(mustache *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mustache, mustache_free)

typedef const mustache *(*mustache_partial)(const char *name, void *context); /* NULL: there is none */

/* Renders behind what `out` already holds. Values that are missing are added to `missing` (may be NULL).
 * False only when a limit is passed; `out` is then as it was. `partial` may be NULL. */
bool mustache_render(const mustache *self, const json *data, mustache_escape escape, mustache_partial partial,
                     void *context, GString *out, complaints *missing,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Every name the template asks for, once, sorted; those its partials ask for are theirs. g_strfreev. */
char **mustache_fields(const mustache *self);

#endif
