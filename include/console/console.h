/* console.h - the face with keys and cells: an incident, worked from a terminal. */
#ifndef WARROOM_CONSOLE_CONSOLE_H
#define WARROOM_CONSOLE_CONSOLE_H

#include <stdbool.h>

typedef struct console_wish {
    const char *incident; /* which one is shown; NULL: the one that is open */
    const char *config;   /* the configuration to use; NULL: the one that is found */
    const char *me;       /* who sits here; NULL: found out */
    bool no_colour, utf8_locale;
} console_wish;

/* Until it is left: 0. False in *drawn when this terminal cannot show it: the reason was said on standard error, and
 * the status as text is what is left. */
int console_main(const console_wish *wish, bool *drawn);

/* A console that was killed on this terminal left it raw: puts it back, and says so. */
void console_repair(void);

#endif
