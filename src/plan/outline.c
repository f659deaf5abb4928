#include "outline.h"

#include "words.h"

#include <string.h>

static bool section_acts(const markdown *text, guint heading)
{
    for (guint i = heading + 1; i < text->blocks->len; i++) {
        const block *block = markdown_block(text, i);
        if (block->kind == BLOCK_HEADING)
            return false;
        if (block->kind == BLOCK_TASK || (block->kind == BLOCK_FENCE && block->fence.role != FENCE_TEXT))
            return true;
    }
    return false;
}

/* The highest level of the headings, how many have it, and are there others? 0 when there is no heading. */
static guint highest_level(const markdown *text, gssize except, guint *count, bool *others)
{
    guint highest = 0;
    *count = 0;
    *others = false;
    for (guint i = 0; i < text->blocks->len; i++) {
        const block *block = markdown_block(text, i);
        if (block->kind != BLOCK_HEADING || (gssize)i == except)
            continue;
        *others = *others || (highest != 0 && block->level != highest);
        if (highest == 0 || block->level < highest) {
            highest = block->level;
            *count = 0;
        }
        *count += block->level == highest;
    }
    return highest;
}

static gssize find_title(const markdown *text, bool titled)
{
    guint count = 0, index = 0;
    bool others = false;
    guint highest = highest_level(text, -1, &count, &others);
    while (index < text->blocks->len && markdown_block(text, index)->kind != BLOCK_HEADING)
        index++;
    if (highest == 0 || markdown_block(text, index)->level != highest)
        return -1;
    if (highest > 1)
        return count == 1 && !titled ? (gssize)index : -1;
    return count == 1 || !section_acts(text, index) ? (gssize)index : -1;
}

outline outline_of(const markdown *text, bool titled)
{
    guint count = 0;
    bool others = false;
    outline self = { .title_block = find_title(text, titled), .title_line = 1 };
    guint highest = highest_level(text, self.title_block, &count, &others);
    if (self.title_block >= 0)
        self.title_line = markdown_block(text, (guint)self.title_block)->line;
    self.phase_level = others ? highest : 0;
    return self;
}

static char *title_of_file(const char *file)
{
    g_autofree char *base = g_path_get_basename(file);
    char *ending = strrchr(base, '.');
    if (ending != NULL && ending != base)
        *ending = '\0';
    return g_steal_pointer(&base);
}

char *outline_title(const outline *self, const markdown *text)
{
    if (self->title_block < 0)
        return title_of_file(text->file);
    g_autofree char *words = markdown_words(markdown_block(text, (guint)self->title_block)->node);
    return words_heading(words);
}
