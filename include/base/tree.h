/* tree.h - a YAML text as a tree of nodes that know where they stand.
 *
 * All scalars are plain text: what a scalar means is for whoever reads it to say ("no" is a country).
 * Refused with line and column: anchors, aliases, tags, duplicate keys, keys that are not scalars, depth
 * over 32, more than 1 MB, text that is not UTF-8, tabs as indentation.
 * Where the shape survives (a duplicate key, an anchor, an alias, a tag), the complaint is made and the tree
 * still given, so that the other mistakes are found in the same run: whoever uses a tree counts the
 * complaints first. Nodes live as long as their tree. */
#ifndef WARROOM_BASE_TREE_H
#define WARROOM_BASE_TREE_H

#include "base/complaint.h"

typedef struct tree tree;
typedef struct node node;
typedef enum { NODE_SCALAR, NODE_LIST, NODE_MAP } node_kind;

/* NULL when the text cannot be read; then `into` says why. An empty text is an empty map.
 * `front` takes a whole Markdown file and stops at the second "---": what is above it is its front matter.
 * A file that does not begin with "---", or has an empty line below it, has none: an empty map. */
tree *tree_parse(const char *file, const char *text, gsize length, complaints *into);
tree *tree_parse_front(const char *file, const char *text, gsize length, complaints *into);
void tree_free(tree *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(tree, tree_free)

const node *tree_root(const tree *self);

node_kind node_is(const node *self);
const char *node_file(const node *self);
guint node_line(const node *self);
guint node_column(const node *self);
const char *node_text(const node *self); /* a scalar's text; NULL for lists, maps and NULL */
bool node_quoted(const node *self); /* written in quotes, or as a block: "" is then a value, not nothing */
guint node_count(const node *self); /* items of a list, pairs of a map, 0 for a scalar */
const node *node_item(const node *self, guint index); /* of a list; of a map the value of a pair */
const node *node_key(const node *self, guint index);  /* of a map, in the order written */
const node *node_get(const node *self,
                     const char *key); /* of a map; NULL when absent, or not a map, or of NULL */

bool node_is_blank(const node *self); /* nothing behind its key: neither text nor quotes */
bool node_is_bad(const node *self);   /* an alias, say: complained about already, its text means nothing */

/* A complaint at this node; none at a bad one. */
void node_complain(const node *self, complaints *into, const char *right, const char *wrong, ...)
    G_GNUC_PRINTF(4, 5);

#endif
