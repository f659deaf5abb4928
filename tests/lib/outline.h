/* outline.h - a playbook as a short text: what a person would write down who had read it by hand.
 *
 *     title: Drain a node
 *     phase 3: Drain
 *       step 5 [cordon]: Cordon the node
 *         run 8 sh, 10m: kubectl cordon n1
 *         . the script's second line
 *     complaint 9:4: what is wrong; what would be right */
#ifndef WARROOM_TESTS_LIB_OUTLINE_H
#define WARROOM_TESTS_LIB_OUTLINE_H

#include "plan/playbook.h"

/* `book` may be NULL: "unreadable". The caller frees. */
char *outline_text(const playbook *book, const complaints *complaints);

#endif
