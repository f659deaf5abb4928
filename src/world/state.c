#include "world/state.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#define FUSE_TYPE 0x65735546UL

/* f_type of file systems whose locks depend on another machine (statfs(2); linux/magic.h). */
static const struct {
    unsigned long type;
    const char *name;
} networks[] = {
    { 0x6969, "NFS" },        { 0xff534d42, "CIFS" },   { 0xfe534d42, "SMB" },   { 0x517b, "SMB" },
    { 0x01021997, "9P" },     { 0x00c36400, "Ceph" },   { 0x5346414f, "AFS" },   { 0x6b414653, "AFS" },
    { 0x73757245, "Coda" },   { 0x0bd00bd0, "Lustre" }, { 0x7461636f, "OCFS2" }, { 0x01161970, "GFS2" },
    { 0x19830326, "BeeGFS" },
};

static mode_t person_umask;
static bool umask_is_ours;

const char *state_network_name(unsigned long type)
{
    for (gsize i = 0; i < G_N_ELEMENTS(networks); i++)
        if (networks[i].type == (type & 0xffffffffUL))
            return networks[i].name;
    return NULL;
}

mode_t state_person_umask(void)
{
    if (!umask_is_ours) {
        mode_t mask = umask(077);
        umask(mask);
        return mask;
    }
    return person_umask;
}

static void umask_take(void)
{
    mode_t before = umask(077);
    if (!umask_is_ours)
        person_umask = before;
    umask_is_ours = true;
}

char *state_name(GError **error)
{
    const char *named = g_getenv("WARROOM_STATE");
    if (named != NULL && named[0] != '\0')
        return g_canonicalize_filename(named, NULL);
    const char *xdg = g_getenv("XDG_STATE_HOME"); /* the XDG rules: a relative one is ignored */
    if (xdg != NULL && g_path_is_absolute(xdg))
        return g_build_filename(xdg, "warroom", NULL);
    const char *home = g_getenv("HOME");
    if (home != NULL && g_path_is_absolute(home))
        return g_build_filename(home, ".local/state/warroom", NULL);
    fail(error, ERR_USAGE,
         "there is no HOME to keep the state in: set WARROOM_STATE to a folder of your own");
    return NULL;
}

/* FUSE says only that it is FUSE; mountinfo says which: "... - fuse.sshfs host:/dir ...". */
static char *fuse_kind(dev_t device)
{
    g_autofree char *all = NULL;
    if (!g_file_get_contents("/proc/self/mountinfo", &all, NULL, NULL))
        return NULL;
    g_autofree char *wanted = g_strdup_printf("%u:%u", major(device), minor(device));
    g_auto(GStrv) lines = g_strsplit(all, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        g_auto(GStrv) part = g_strsplit(*line, " ", -1);
        const char *kind = strstr(*line, " - ");
        if (kind != NULL && g_strv_length(part) > 2 && strcmp(part[2], wanted) == 0)
            return g_strndup(kind + 3, strcspn(kind + 3, " "));
    }
    return NULL;
}

static bool network_check(filedesc folder, const char *path, GError **error)
{
    struct statfs system;
    struct stat is;
    if (fstatfs(folder, &system) != 0 || fstat(folder, &is) != 0)
        return fail(error, ERR_FAILED, "cannot look at %s", path);
    const char *name = state_network_name((unsigned long)system.f_type);
    g_autofree char *fuse = (unsigned long)system.f_type == FUSE_TYPE ? fuse_kind(is.st_dev) : NULL;
    if (fuse != NULL && (strstr(fuse, "sshfs") != NULL || strstr(fuse, "nfs") != NULL ||
                         strstr(fuse, "rclone") != NULL || strstr(fuse, "gluster") != NULL))
        name = fuse;
    if (name == NULL)
        return true;
    return fail(error, ERR_REFUSED,
                "%s is on a network file system (%s), whose locks cannot be relied on: "
                "set WARROOM_STATE to a folder on this machine",
                path, name);
}

/* Is something in it, and nothing of ours? "." and ".." are always there. */
static bool holds_other_things(const char *path)
{
    static const char *const ours[] = { "journal.db", "engine.lock", "trusted", NULL };
    for (const char *const *name = ours; *name != NULL; name++) {
        g_autofree char *file = g_build_filename(path, *name, NULL);
        if (g_file_test(file, G_FILE_TEST_EXISTS))
            return false;
    }
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
    return folder != NULL && g_dir_read_name(folder) != NULL;
}

/* A folder of ours is closed to others. One that is not, /etc in a slip of the keyboard, is never touched. */
static bool privacy_check(filedesc folder, const char *path, GError **error)
{
    struct stat is;
    if (fstat(folder, &is) != 0)
        return fail(error, ERR_FAILED, "cannot look at %s", path);
    if (is.st_uid != geteuid())
        return fail(error, ERR_REFUSED,
                    "the state folder %s belongs to another user (uid %u, mode %04o): "
                    "set WARROOM_STATE to a folder of your own",
                    path, (guint)is.st_uid, is.st_mode & 07777);
    if ((is.st_mode & 0022) != 0)
        return fail(error, ERR_REFUSED,
                    "the state folder %s can be written by others (mode %04o): chmod 700 %s", path,
                    is.st_mode & 07777, path);
    if ((is.st_mode & 0067) != 0 && holds_other_things(path))
        return fail(error, ERR_REFUSED,
                    "the state folder %s is open to others (mode %04o) and holds other things: set "
                    "WARROOM_STATE to a folder of its own",
                    path, is.st_mode & 07777);
    if ((is.st_mode & 0067) != 0 && fchmod(folder, is.st_mode & 0710) != 0) /* 0710: a room with a group */
        return fail(error, ERR_FAILED, "cannot close the state folder %s to others", path);
    return true;
}

char *state_open(filedesc *folder, GError **error)
{
    g_autofree char *path = state_name(error);
    if (path == NULL)
        return NULL;
    umask_take();
    if (!folder_make(path, error))
        return NULL;
    g_auto(filedesc) place = folder_open(path, error);
    if (place < 0 || !privacy_check(place, path, error) || !network_check(place, path, error) ||
        !file_check_owner(path, error))
        return NULL;
    if (folder != NULL) {
        *folder = place;
        place = -1;
    }
    return g_steal_pointer(&path);
}
