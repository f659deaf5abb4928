/* help.h - usage, a command explained, and the keys: all from the one table. */
#ifndef WARROOM_CLI_HELP_H
#define WARROOM_CLI_HELP_H

#include "link/command.h"

/* A row's help, a noun's, or (NULL, NULL) the usage, to standard output. Returns the exit code. */
int help_print(const command *row, const char *noun, GError **error);

/* The texts themselves; the caller frees. */
char *help_usage(void);
char *help_command(const command *row);
char *help_noun(const char *noun); /* NULL when there is no such noun */

char *help_keys(void);

#endif
