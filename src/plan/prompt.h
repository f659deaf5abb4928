/* prompt.h - what is to be run of a fence that shows a session at a terminal.
 *
 * "$ systemctl stop shop" is a command behind a prompt, the lines below it are what it printed. A fence whose
 * first line has no prompt is no session: it runs whole. Where a command is unfinished at the end of its line
 * (a backslash, an open quote, a here-document, "do", "|"), the next line still belongs to it. */
#ifndef WARROOM_PLAN_PROMPT_H
#define WARROOM_PLAN_PROMPT_H

#include <glib.h>
#include <stdbool.h>

/* `transcript`: a console or terminal fence, where "# " may be the prompt of root and not a comment.
 * *skipped is the number of lines before the first that runs. The caller frees. */
char *prompt_drop(const char *text, bool transcript, guint *skipped);

/* Does a transcript begin at the prompt of what is no shell of ours ("mysql> ", "shop=# ", ">>> ", "PS C:\> ")?
 * What was typed there must not reach a shell. */
bool prompt_is_foreign(const char *text);

#endif
