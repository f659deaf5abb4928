/* manual.h - the manual pages, in troff, from the rows of the table. */
#ifndef WARROOM_CLI_MANUAL_H
#define WARROOM_CLI_MANUAL_H

#include "link/command.h"

char *manual_program(void);               /* warroom(1); the caller frees */
char *manual_command(const command *row); /* warroom-NAME(1) */

#endif
