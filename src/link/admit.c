#define _GNU_SOURCE /* struct ucred */
#include "admit.h"

#include <grp.h>
#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

#define GROUPS_MOST 1024

static bool is_member(const struct passwd *person, const char *group)
{
    const struct group *wanted = getgrnam(group);
    if (wanted == NULL)
        return false;
    gid_t gid = wanted->gr_gid;
    gid_t list[GROUPS_MOST];
    int count = GROUPS_MOST;
    if (getgrouplist(person->pw_name, person->pw_gid, list, &count) < 0)
        return false;
    for (int i = 0; i < count; i++)
        if (list[i] == gid)
            return true;
    return false;
}

bool admit(int socket, const char *group, admission *result, GError **error)
{
    struct ucred peer = { 0 };
    socklen_t size = sizeof peer;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) {
        result->account = g_strdup("?");
        return fail(error, ERR_REFUSED, "the kernel does not say who is there");
    }
    const struct passwd *person = getpwuid(peer.uid);
    g_autofree char *name =
        person != NULL ? g_strdup(person->pw_name) : g_strdup_printf("uid %u", (unsigned)peer.uid);
    result->account = g_strdup_printf("%s@%s", name, g_get_host_name());
    result->uid = peer.uid;
    result->guest = peer.uid != geteuid() && peer.uid != 0;
    if (!result->guest)
        return true;
    if (group != NULL && person != NULL && is_member(person, group))
        return true;
    if (group != NULL)
        return fail(error, ERR_REFUSED, "%s is not of the group '%s'", name, group);
    return fail(error, ERR_REFUSED,
                "this room is for one account, not for %s; 'room: {group: NAME}' opens it", name);
}
