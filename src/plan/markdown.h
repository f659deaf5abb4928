/* markdown.h - a Markdown text as a flat list of blocks, each with the lines it stands on.
 *
 * cmark does the reading. Of its positions only the starts of blocks are to be trusted, so a block's region
 * goes from its own line to that of the next. Lists and quotes are not blocks of their own here: what counts
 * is what stands in them, and which item it stands in. */
#ifndef WARROOM_PLAN_MARKDOWN_H
#define WARROOM_PLAN_MARKDOWN_H

#include "fence.h"

#include <cmark.h>

typedef enum {
    BLOCK_HEADING, /* of the document; one in a quote or a list is prose */
    BLOCK_FENCE,   /* fenced code, of any language */
    BLOCK_TASK,    /* the first paragraph of a task-list item */
    BLOCK_PARAGRAPH,
    BLOCK_OTHER,  /* HTML, indented code */
    BLOCK_HIDDEN, /* an HTML comment, a rule */
} block_kind;

typedef struct block {
    block_kind kind;
    guint line, next; /* lines from 1; `next`: where the next block begins */
    guint level;      /* of a heading */
    guint numbered; /* the item of a numbered list of commands it stands in, counted over the file; 0: none */
    bool commanded; /* a task: a command stands inside of its item */
    fence fence;    /* of a fence */
    const char *source;      /* its first byte, behind the markers of lists and quotes */
    cmark_node *node, *item; /* the item it stands in, the innermost, or the numbered one; NULL: none */
} block;

typedef struct markdown {
    const char *file;
    GPtrArray *lines; /* of const char*: where each begins, and the end behind the last; lines[0] is line 1 */
    GArray *blocks;   /* of block */
    cmark_node *root;
} markdown;

/* `text` has "\n" as its only line ending and outlives the result. */
markdown *markdown_read(const char *file, const char *text, gsize length, complaints *into);
void markdown_free(markdown *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(markdown, markdown_free)

const block *markdown_block(const markdown *self, guint index);

/* The words of a heading or paragraph: code in its back-quotes, everything else plain. The caller frees. */
char *markdown_words(cmark_node *node);

/* The first words of an item, fit for a title; NULL when it has none. The caller frees. */
char *markdown_item_title(cmark_node *item);

/* The bytes of a block's region. */
const char *markdown_region(const markdown *self, const block *block, gsize *length);

/* Where `needle` stands in a block's region; false: its first line and column 1. */
bool markdown_find(const markdown *self, const block *block, const char *needle, guint *line, guint *column);

#endif
