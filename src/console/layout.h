/* layout.h - sizes as arithmetic, before anything is drawn.
 *
 * Parts share a length: a fixed one takes what it takes, a fitting one up to what it needs, a filling one what is
 * left. When it is short, each first gets its least, the earlier ones before the later ones. */
#ifndef WARROOM_CONSOLE_LAYOUT_H
#define WARROOM_CONSOLE_LAYOUT_H

typedef enum { PART_FIXED, PART_FIT, PART_FILL } part_kind;

typedef struct part {
    part_kind kind;
    int least; /* of a fixed one: its size */
    int wants; /* of a fitting one */
} part;

void layout_split(int length, const part *parts, int count, int *sizes);

#endif
