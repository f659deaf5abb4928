/* plain.h - the board read aloud (CONSOLE.md 11): one thing, one line, its class first, no table, no marks.
 *
 * Made from the very documents that --json prints, so that neither can say what the other does not. The caller
 * frees; foreign text in them is made visible where they are printed. */
#ifndef WARROOM_CLI_PLAIN_H
#define WARROOM_CLI_PLAIN_H

#include "base/json.h"
#include "plan/playbook.h"

char *plain_room(const json *room);
char *plain_house(const json *house);
char *plain_steps(const json *run);
char *plain_gates(const json *document);
char *plain_gate(const json *one, const gate *gate); /* one gate in full, for every mode */

#endif
