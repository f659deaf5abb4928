/* restore.h - putting the terminal back: at the end, in a crash, and for a console that was killed.
 *
 * What is needed for it is kept ready, so that a signal handler can do it. A note in the state folder says that the
 * terminal is ours; its lock is gone when we are, and whoever starts next finds it. */
#ifndef WARROOM_CONSOLE_RESTORE_H
#define WARROOM_CONSOLE_RESTORE_H

#include <stdbool.h>
#include <termios.h>

/* From now on the terminal `fd` is to be put back to its present modes, and told `bytes`. `folder` may be NULL. */
void restore_begin(int fd, const char *folder, const char *bytes);
const struct termios *restore_modes(void); /* those it is put back to */
void restore_now(void);                    /* the bytes and the modes; more may follow */
void restore_end(void);                    /* ... and it is not ours any more */

bool restore_repair(
    const char *folder); /* of standard input's terminal, after a console that was killed on it */

#endif
