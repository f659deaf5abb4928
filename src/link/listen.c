#include "listen.h"

#include "link/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define WAITING_MOST 64 /* faces that connect while the engine is busy with a sync */

void socket_address(int folder, struct sockaddr_un *address)
{
    address->sun_family = AF_UNIX;
    snprintf(address->sun_path, sizeof address->sun_path, "/proc/self/fd/%d/" SOCKET_NAME, folder);
}

static bool clear_name(int folder, GError **error)
{
    struct stat there;
    if (fstatat(folder, SOCKET_NAME, &there, AT_SYMLINK_NOFOLLOW) != 0)
        return true;
    if (!S_ISSOCK(there.st_mode))
        return fail(error, ERR_REFUSED, SOCKET_NAME " in the state directory is not a socket; take it away");
    if (unlinkat(folder, SOCKET_NAME, 0) != 0 && errno != ENOENT)
        return fail(error, ERR_FAILED, "cannot remove the old " SOCKET_NAME ": %s", g_strerror(errno));
    return true;
}

/* Members must be able to pass through the folder and to open the socket, and nothing more. */
static bool open_to_group(int folder, const char *name, GError **error)
{
    const struct group *group = getgrnam(name);
    if (group == NULL)
        return fail(error, ERR_USAGE, "room: group '%s' does not exist on this machine", name);
    if (fchownat(folder, SOCKET_NAME, (uid_t)-1, group->gr_gid, AT_SYMLINK_NOFOLLOW) != 0 ||
        fchmodat(folder, SOCKET_NAME, 0660, 0) != 0 || fchown(folder, (uid_t)-1, group->gr_gid) != 0 ||
        fchmod(folder, 0710) != 0)
        return fail(error, ERR_FAILED, "cannot open the room to the group '%s': %s", name, g_strerror(errno));
    return true;
}

static bool bind_name(int socket, int folder, GError **error)
{
    struct sockaddr_un address = { 0 };
    socket_address(folder, &address);
    /* The mode of the descriptor becomes the mode of the name: it never exists with any other. */
    if (fchmod(socket, 0600) != 0 || bind(socket, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(socket, WAITING_MOST) != 0)
        return fail(error, ERR_FAILED, "cannot listen on " SOCKET_NAME ": %s", g_strerror(errno));
    return true;
}

bool listening_open(const char *folder, const char *group, listening *result, GError **error)
{
    g_auto(filedesc) place = folder_open(folder, error);
    if (place < 0 || !clear_name(place, error))
        return false;
    g_auto(filedesc) ear = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (ear < 0)
        return fail(error, ERR_FAILED, "cannot make a socket: %s", g_strerror(errno));
    if (!bind_name(ear, place, error) || (group != NULL && !open_to_group(place, group, error)))
        return false;
    struct stat made;
    if (fstatat(place, SOCKET_NAME, &made, AT_SYMLINK_NOFOLLOW) != 0)
        return fail(error, ERR_FAILED, "cannot find the socket just made: %s", g_strerror(errno));
    result->device = made.st_dev;
    result->inode = made.st_ino;
    result->socket = ear;
    ear = -1;
    return true;
}

static bool is_ours(int folder, const listening *self)
{
    struct stat there;
    return fstatat(folder, SOCKET_NAME, &there, AT_SYMLINK_NOFOLLOW) == 0 && there.st_dev == self->device &&
           there.st_ino == self->inode;
}

bool listening_stands(const char *folder, const listening *self)
{
    g_auto(filedesc) place = folder_open(folder, NULL);
    return place >= 0 && is_ours(place, self);
}

void listening_unlink(const char *folder, const listening *self)
{
    g_auto(filedesc) place = folder_open(folder, NULL);
    if (place >= 0 && is_ours(place, self))
        unlinkat(place, SOCKET_NAME, 0);
}
