/* words.h - what a line of prose says: a task, its owner, its condition; "Verify:", "Risk:". Plain text in. */
#ifndef WARROOM_PLAN_WORDS_H
#define WARROOM_PLAN_WORDS_H

#include <glib.h>
#include <stdbool.h>

#define TITLE_LONGEST 72 /* characters of an item's words that make a title */

/* "[ ] Backup is recent" and "[x] ...", the box apart from the words. */
bool words_are_task(const char *words);

/* The parts of a task, box and all. Owner "" and condition NULL when there is none; the caller frees. */
void words_split_task(const char *words, char **title, char **owner, char **condition);

/* The last back-quoted text that begins as a condition, NULL when there is none; *after is what follows it. */
char *words_condition(const char *words, const char **before, const char **after);

/* Two in one sentence: which of them was meant, or both? Nobody may guess. Counts no further than it must. */
bool words_are_several_conditions(const char *words);

typedef enum { MARK_NONE, MARK_VERIFY, MARK_RISK, MARK_DATA, MARK_TROUBLE, MARK_IRREVERSIBLE } mark;

/* The mark that a paragraph's source line begins with, emphasised or not. */
mark words_mark(const char *source);

/* Behind the mark. Borrowed. */
const char *words_behind_mark(const char *words);

/* The beginning of some prose as a title: to the end of its sentence or a word, without a final ':'. */
char *words_title(const char *words);

/* A heading without the "{#anchor}" some sites add. Never empty. The caller frees. */
char *words_heading(const char *words);

#endif
