#include "markdown.h"

#include "words.h"

#include <string.h>

/* What a block inherits from the lists it stands in. */
typedef struct context {
    cmark_node *item;
    guint numbered;
    bool inside; /* of a list or quote */
} context;

typedef struct walk {
    markdown *into;
    GHashTable *fences; /* cmark_node -> fence: read once, asked twice */
    guint numbered;
} walk;

static void index_lines(markdown *self, const char *text, gsize length)
{
    const char *end = text + length;
    for (const char *line = text; line < end;) {
        g_ptr_array_add(self->lines, (gpointer)line);
        const char *stop = memchr(line, '\n', (gsize)(end - line));
        line = stop != NULL ? stop + 1 : end;
    }
    g_ptr_array_add(self->lines, (gpointer)end);
}

static guint node_line_of(cmark_node *node)
{
    return (guint)MAX(1, cmark_node_get_start_line(node));
}

static const char *line_begin(const markdown *self, guint line)
{
    return g_ptr_array_index(self->lines, MIN(line, self->lines->len) - 1);
}

static const char *first_byte(const markdown *self, cmark_node *node)
{
    const char *line = line_begin(self, node_line_of(node));
    gsize column = (gsize)MAX(1, cmark_node_get_start_column(node)) - 1;
    return line + MIN(column, strcspn(line, "\n"));
}

/* An indented code block has no fence, and cmark has no word for that: look at where it begins. */
static bool is_fenced(const markdown *self, cmark_node *node)
{
    const char *at = first_byte(self, node);
    const char *end = g_ptr_array_index(self->lines, self->lines->len - 1);
    return at + 3 <= end && (strncmp(at, "```", 3) == 0 || strncmp(at, "~~~", 3) == 0);
}

static void fence_destroy(gpointer data)
{
    fence_clear(data);
    g_free(data);
}

static void read_fences(walk *self, complaints *into)
{
    cmark_iter *iter = cmark_iter_new(self->into->root);
    cmark_event_type event;
    while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
        cmark_node *node = cmark_iter_get_node(iter);
        cmark_node_type type = cmark_node_get_type(node);
        if (event == CMARK_EVENT_ENTER && (type == CMARK_NODE_PARAGRAPH || type == CMARK_NODE_HEADING))
            cmark_iter_reset(iter, node, CMARK_EVENT_EXIT); /* nothing for us among the inlines */
        if (type != CMARK_NODE_CODE_BLOCK || !is_fenced(self->into, node))
            continue;
        fence *read = g_new0(fence, 1);
        guint line = node_line_of(node);
        const char *source = line_begin(self->into, line);
        g_autofree char *first = g_strndup(source, strcspn(source, "\n"));
        fence_read(read, cmark_node_get_fence_info(node), self->into->file, line, first, into);
        g_hash_table_insert(self->fences, node, read);
    }
    cmark_iter_free(iter);
}

static bool has_command(const walk *self, cmark_node *node)
{
    if (cmark_node_get_type(node) == CMARK_NODE_CODE_BLOCK) {
        const fence *read = g_hash_table_lookup(self->fences, node);
        return read != NULL && read->role == FENCE_COMMAND;
    }
    if (cmark_node_get_type(node) == CMARK_NODE_PARAGRAPH)
        return false;
    for (cmark_node *child = cmark_node_first_child(node); child != NULL; child = cmark_node_next(child))
        if (has_command(self, child))
            return true;
    return false;
}

/* "[ ] " or "[x] " at the very beginning, as text: "- [ ]none" is no task, nor is a link. */
static bool is_task(cmark_node *paragraph)
{
    cmark_node *item = cmark_node_parent(paragraph);
    cmark_node *text = cmark_node_first_child(paragraph);
    if (cmark_node_get_type(item) != CMARK_NODE_ITEM || cmark_node_previous(paragraph) != NULL ||
        text == NULL || cmark_node_get_type(text) != CMARK_NODE_TEXT ||
        cmark_node_get_literal(text)[0] != '[')
        return false;
    g_autofree char *words = markdown_words(paragraph);
    return words_are_task(words);
}

static void add_block(walk *self, cmark_node *node, block_kind kind, const context *in)
{
    block block = { .kind = kind,
                    .line = node_line_of(node),
                    .numbered = in->numbered,
                    .source = first_byte(self->into, node),
                    .node = node,
                    .item = in->item };
    if (kind == BLOCK_HEADING)
        block.level = (guint)cmark_node_get_heading_level(node);
    if (kind == BLOCK_TASK)
        block.commanded = has_command(self, cmark_node_parent(node));
    fence *read = g_hash_table_lookup(self->fences, node);
    if (read != NULL) {
        block.fence = *read; /* moved: the table keeps an empty one */
        *read = (fence){ 0 };
    }
    g_array_append_val(self->into->blocks, block);
}

static bool is_comment(cmark_node *html)
{
    const char *literal = cmark_node_get_literal(html);
    return g_str_has_prefix(literal + strspn(literal, " "), "<!--");
}

static void visit_leaf(walk *self, cmark_node *node, const context *in)
{
    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_HEADING:
        add_block(self, node, in->inside ? BLOCK_PARAGRAPH : BLOCK_HEADING, in);
        break;
    case CMARK_NODE_PARAGRAPH:
        add_block(self, node, is_task(node) ? BLOCK_TASK : BLOCK_PARAGRAPH, in);
        break;
    case CMARK_NODE_CODE_BLOCK:
        add_block(self, node, g_hash_table_contains(self->fences, node) ? BLOCK_FENCE : BLOCK_OTHER, in);
        break;
    case CMARK_NODE_HTML_BLOCK:
        add_block(self, node, is_comment(node) ? BLOCK_HIDDEN : BLOCK_OTHER, in);
        break;
    case CMARK_NODE_THEMATIC_BREAK:
        add_block(self, node, BLOCK_HIDDEN, in);
        break;
    default:
        add_block(self, node, BLOCK_OTHER, in);
    }
}

/* Depth is bounded: flood.h counted the markers before. */
static void visit(walk *self, cmark_node *node, const context *in, bool stepped)
{
    for (cmark_node *child = cmark_node_first_child(node); child != NULL; child = cmark_node_next(child)) {
        context below = *in;
        switch (cmark_node_get_type(child)) {
        case CMARK_NODE_BLOCK_QUOTE:
            below.inside = true;
            visit(self, child, &below, false);
            break;
        case CMARK_NODE_LIST:
            below.inside = true;
            visit(self, child, &below,
                  in->numbered == 0 && cmark_node_get_list_type(child) == CMARK_ORDERED_LIST &&
                      has_command(self, child));
            break;
        case CMARK_NODE_ITEM:
            if (stepped)
                below.numbered = ++self->numbered;
            if (in->numbered == 0)
                below.item = child;
            visit(self, child, &below, false);
            break;
        default:
            visit_leaf(self, child, &below);
        }
    }
}

static void set_regions(markdown *self)
{
    guint last = self->lines->len; /* the line behind the last */
    for (guint i = self->blocks->len; i-- > 0;) {
        block *block = &g_array_index(self->blocks, struct block, i);
        block->next = MAX(last, block->line);
        last = block->line;
    }
}

static void block_clear(gpointer data)
{
    fence_clear(&((block *)data)->fence);
}

markdown *markdown_read(const char *file, const char *text, gsize length, complaints *into)
{
    markdown *self = g_new0(markdown, 1);
    self->file = file;
    self->lines = g_ptr_array_new();
    self->blocks = g_array_new(FALSE, TRUE, sizeof(block));
    g_array_set_clear_func(self->blocks, block_clear);
    index_lines(self, text, length);
    self->root = cmark_parse_document(text, length, CMARK_OPT_DEFAULT);
    g_autoptr(GHashTable) fences = g_hash_table_new_full(NULL, NULL, NULL, fence_destroy);
    walk walk = { .into = self, .fences = fences };
    read_fences(&walk, into);
    visit(&walk, self->root, &(context){ 0 }, false);
    set_regions(self);
    return self;
}

void markdown_free(markdown *self)
{
    if (self == NULL)
        return;
    g_array_unref(self->blocks);
    g_ptr_array_unref(self->lines);
    cmark_node_free(self->root);
    g_free(self);
}

const block *markdown_block(const markdown *self, guint index)
{
    return &g_array_index(self->blocks, block, index);
}

char *markdown_words(cmark_node *node)
{
    g_autoptr(GString) words = g_string_new(NULL);
    cmark_iter *iter = cmark_iter_new(node);
    while (cmark_iter_next(iter) != CMARK_EVENT_DONE) {
        cmark_node *at = cmark_iter_get_node(iter);
        switch (cmark_node_get_type(at)) {
        case CMARK_NODE_TEXT:
            g_string_append(words, cmark_node_get_literal(at));
            break;
        case CMARK_NODE_CODE:
            g_string_append_printf(words, "`%s`", cmark_node_get_literal(at));
            break;
        case CMARK_NODE_SOFTBREAK:
        case CMARK_NODE_LINEBREAK:
            g_string_append_c(words, ' ');
            break;
        default:
            break;
        }
    }
    cmark_iter_free(iter);
    return g_strstrip(g_string_free(g_steal_pointer(&words), FALSE));
}

char *markdown_item_title(cmark_node *item)
{
    cmark_node *first = item != NULL ? cmark_node_first_child(item) : NULL;
    if (first == NULL || (cmark_node_get_type(first) != CMARK_NODE_PARAGRAPH &&
                          cmark_node_get_type(first) != CMARK_NODE_HEADING))
        return NULL;
    g_autofree char *words = markdown_words(first);
    return words_title(words);
}

const char *markdown_region(const markdown *self, const block *block, gsize *length)
{
    const char *from = line_begin(self, block->line);
    *length = (gsize)(line_begin(self, block->next) - from);
    return from;
}

bool markdown_find(const markdown *self, const block *block, const char *needle, guint *line, guint *column)
{
    gsize length = 0;
    const char *from = markdown_region(self, block, &length);
    const char *at = g_strstr_len(from, (gssize)length, needle);
    *line = block->line;
    *column = 1;
    if (at == NULL)
        return false;
    const char *begin = from;
    for (const char *p = from; p < at; p++)
        if (*p == '\n') {
            (*line)++;
            begin = p + 1;
        }
    *column = (guint)(at - begin) + 1;
    return true;
}
