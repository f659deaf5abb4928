/* outline.h - which heading is the title, and which are phases: it hangs on the levels a file uses. */
#ifndef WARROOM_PLAN_OUTLINE_H
#define WARROOM_PLAN_OUTLINE_H

#include "markdown.h"

typedef struct outline {
    gssize title_block; /* index of the heading that is the title; -1: none is */
    guint title_line;   /* 1 when none is */
    guint phase_level;  /* 0: one level only, all headings are steps */
} outline;

/* `titled`: the front matter has named the book, so that only a first heading above all others is its title. */
outline outline_of(const markdown *text, bool titled);

/* The words of that heading, else the file's name without its ending. The caller frees. */
char *outline_title(const outline *self, const markdown *text);

#endif
