/* complete.h - completion for a shell, from the rows of the table.
 *
 * Commands, options and settled words are in the script; names that live in a room or a configuration are asked
 * of the program when Tab is pressed, and nothing is started for it. */
#ifndef WARROOM_CLI_COMPLETE_H
#define WARROOM_CLI_COMPLETE_H

#include "link/command.h"

char *complete_script(const char *shell); /* bash, zsh, fish; the caller frees */

#endif
