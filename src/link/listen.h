/* listen.h - the socket's name in the state directory: made, looked after, taken away.
 *
 * It is reached through a directory descriptor (/proc/self/fd/N/engine.sock), as the path of a socket may be
 * no longer than 107 bytes and a state directory's may. */
#ifndef WARROOM_LINK_LISTEN_H
#define WARROOM_LINK_LISTEN_H

#include "world/files.h"

#include <sys/un.h>

typedef struct listening {
    filedesc socket;
    dev_t device; /* which file our name stood for when we made it */
    ino_t inode;
} listening;

/* In place of whatever socket stands there: 0600, or 0660 for `group` with the folder passable (0710). */
bool listening_open(const char *folder, const char *group, listening *result,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool listening_stands(const char *folder, const listening *self); /* is the name there, and ours? */
void listening_unlink(const char *folder, const listening *self); /* only while it is ours */

/* The address of the socket in an open folder. */
void socket_address(int folder, struct sockaddr_un *address);

#endif
