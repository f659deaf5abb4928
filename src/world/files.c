#define _GNU_SOURCE
#include "world/files.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FOLDER_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

void filedesc_close(filedesc self)
{
    int kept = errno;
    close(self);
    errno = kept;
}

static bool file_fail(GError **error, const char *deed, const char *path)
{
    int number = errno;
    return fail(error, number == ENOENT ? ERR_NOT_FOUND : ERR_FAILED, "cannot %s %s: %s", deed, path,
                g_strerror(number));
}

static const char *file_sort(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFREG:
        return "a plain file";
    case S_IFDIR:
        return "a folder";
    case S_IFLNK:
        return "a symbolic link";
    case S_IFIFO:
        return "a FIFO";
    case S_IFSOCK:
        return "a socket";
    default:
        return "a device";
    }
}

static bool file_expect(const struct stat *is, mode_t sort, const char *path, GError **error)
{
    if ((is->st_mode & S_IFMT) == sort)
        return true;
    return fail(error, ERR_REFUSED, "%s is %s (mode %04o) where %s should be", path, file_sort(is->st_mode),
                is->st_mode & 07777, file_sort(sort));
}

/* An open that failed because of what stands there says so; O_NONBLOCK, so that a FIFO cannot hold us. */
static filedesc file_open_plain(int folder, const char *name, struct stat *is, GError **error)
{
    g_auto(filedesc) file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file < 0) {
        int number = errno;
        if (fstatat(folder, name, is, AT_SYMLINK_NOFOLLOW) == 0 && !file_expect(is, S_IFREG, name, error))
            return -1;
        errno = number;
        file_fail(error, "open", name);
        return -1;
    }
    if (fstat(file, is) != 0) {
        file_fail(error, "look at", name);
        return -1;
    }
    if (!file_expect(is, S_IFREG, name, error))
        return -1;
    filedesc result = file;
    file = -1;
    return result;
}

static char *file_slurp(filedesc file, const char *path, gsize limit, gsize *length, GError **error)
{
    g_autoptr(GByteArray) all = g_byte_array_new();
    for (;;) {
        guint8 piece[16384];
        ssize_t got = read(file, piece, sizeof piece);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            file_fail(error, "read", path);
            return NULL;
        }
        if (got == 0)
            break;
        if (all->len + (gsize)got > limit) {
            fail(error, ERR_REFUSED, "%s is larger than %" G_GSIZE_FORMAT " bytes", path, limit);
            return NULL;
        }
        g_byte_array_append(all, piece, (guint)got);
    }
    if (length != NULL)
        *length = all->len;
    g_byte_array_append(all, (const guint8 *)"", 1);
    return (char *)g_byte_array_free(g_steal_pointer(&all), FALSE);
}

char *file_read_at(int folder, const char *name, gsize limit, gsize *length, GError **error)
{
    struct stat is;
    g_auto(filedesc) file = file_open_plain(folder, name, &is, error);
    return file < 0 ? NULL : file_slurp(file, name, limit, length, error);
}

char *file_read(const char *path, gsize limit, gsize *length, GError **error)
{
    return file_read_at(AT_FDCWD, path, limit, length, error);
}

/* Debian gives each user a group of their own: write permission for such a group gives nothing away. */
static bool group_is_one(gid_t group, uid_t owner)
{
    const struct passwd *who = getpwuid(owner);
    g_autofree char *name = who == NULL ? NULL : g_strdup(who->pw_name);
    const struct group *members = getgrgid(group);
    if (members == NULL)
        return false;
    for (char **member = members->gr_mem; *member != NULL; member++)
        if (g_strcmp0(*member, name) != 0)
            return false;
    bool one = true;
    setpwent();
    while (one && (who = getpwent()) != NULL)
        one = who->pw_gid != group || who->pw_uid == owner || who->pw_uid == 0;
    endpwent();
    return one;
}

static bool owner_is_ours(uid_t owner)
{
    if (owner == geteuid() || owner == 0)
        return true;
    const char *caller = geteuid() == 0 ? g_getenv("SUDO_UID") : NULL;
    guint64 number;
    return caller != NULL && g_ascii_string_to_unsigned(caller, 10, 0, G_MAXUINT32, &number, NULL) &&
           owner == (uid_t)number;
}

static bool writers_check(const struct stat *is, const char *path, bool sticky_will_do, GError **error)
{
    if (sticky_will_do && (is->st_mode & S_ISVTX) != 0)
        return true;
    if ((is->st_mode & S_IWOTH) != 0)
        return fail(error, ERR_REFUSED, "%s can be written by everybody (mode %04o): chmod o-w %s", path,
                    is->st_mode & 07777, path);
    if ((is->st_mode & S_IWGRP) != 0 && !group_is_one(is->st_gid, is->st_uid))
        return fail(error, ERR_REFUSED, "%s can be written by the group %u (mode %04o): chmod g-w %s", path,
                    (guint)is->st_gid, is->st_mode & 07777, path);
    return true;
}

static bool owner_check(const struct stat *is, const char *path, GError **error)
{
    if (owner_is_ours(is->st_uid))
        return true;
    return fail(error, ERR_REFUSED, "%s belongs to another user (uid %u, mode %04o), not to uid %u or root",
                path, (guint)is->st_uid, is->st_mode & 07777, (guint)geteuid());
}

/* `real` has no links in it. Owners further up than the first folder are not asked: in a container the root
 * of the tree may belong to nobody. */
static bool folders_above_check(const char *real, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(real);
    for (bool first = true;; first = false) {
        struct stat is;
        if (stat(folder, &is) != 0)
            return file_fail(error, "look at", folder);
        if (!writers_check(&is, folder, true, error))
            return false;
        if (first && (is.st_mode & S_ISVTX) == 0 && !owner_check(&is, folder, error))
            return false;
        if (strcmp(folder, "/") == 0)
            return true;
        char *up = g_path_get_dirname(folder);
        g_free(folder);
        folder = up;
    }
}

static bool names_check(const char *path, const char *real, const struct stat *is, GError **error)
{
    if (!owner_check(is, path, error) || !writers_check(is, path, false, error))
        return false;
    if (!folders_above_check(real, error))
        return false;
    g_autofree char *given = g_canonicalize_filename(path, NULL);
    return strcmp(given, real) == 0 || folders_above_check(given, error); /* where the link itself lies */
}

bool file_check_owner(const char *path, GError **error)
{
    struct stat is;
    g_autofree char *real = realpath(path, NULL); /* malloc is g_malloc since GLib 2.46 */
    if (real == NULL || stat(real, &is) != 0)
        return file_fail(error, "look at", path);
    return names_check(path, real, &is, error);
}

char *file_read_owned(const char *path, gsize limit, gsize *length, GError **error)
{
    struct stat is;
    g_autofree char *real = realpath(path, NULL);
    if (real == NULL) {
        file_fail(error, "open", path);
        return NULL;
    }
    g_auto(filedesc) file = file_open_plain(AT_FDCWD, real, &is, error);
    if (file < 0 || !names_check(path, real, &is, error))
        return NULL;
    return file_slurp(file, path, limit, length, error);
}

static bool file_fill(filedesc file, const char *bytes, gsize length)
{
    while (length > 0) {
        ssize_t put = write(file, bytes, length);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return false;
        bytes += put;
        length -= (gsize)put;
    }
    return true;
}

/* Gives the finished file its name. A link, unlike a rename, never takes the place of what is there. */
static bool file_name(const char *fresh, const char *path, bool over)
{
    if (over)
        return rename(fresh, path) == 0;
    if (link(fresh, path) != 0)
        return false;
    unlink(fresh);
    return true;
}

static bool file_put(const char *path, const void *bytes, gsize length, mode_t mode, bool over,
                     GError **error)
{
    g_autofree char *place = g_path_get_dirname(path);
    g_autofree char *fresh = g_strdup_printf("%s/.new-XXXXXX", place);
    g_auto(filedesc) folder = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return file_fail(error, "open the folder", place);
    g_auto(filedesc) file = mkostemp(fresh, O_CLOEXEC);
    if (file < 0)
        return file_fail(error, "make a file in", place);
    if (!file_fill(file, bytes, length) || fchmod(file, mode) != 0 || fsync(file) != 0 ||
        !file_name(fresh, path, over)) {
        if (!over && errno == EEXIST)
            fail(error, ERR_REFUSED, "%s is there already: it is not overwritten", path);
        else
            file_fail(error, "write", path);
        unlink(fresh);
        return false;
    }
    return fsync(folder) == 0 || file_fail(error, "sync the folder of", path);
}

bool file_write(const char *path, const void *bytes, gsize length, mode_t mode, GError **error)
{
    return file_put(path, bytes, length, mode, true, error);
}

bool file_write_new(const char *path, const void *bytes, gsize length, mode_t mode, GError **error)
{
    return file_put(path, bytes, length, mode, false, error);
}

/* By way of /proc, so that the folder may be renamed meanwhile and mkostemp still makes the name. */
bool file_write_at(int folder, const char *name, const void *bytes, gsize length, mode_t mode, GError **error)
{
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d/%s", folder, name);
    g_autoptr(GError) wrong = NULL;
    if (file_write(path, bytes, length, mode, &wrong))
        return true;
    g_propagate_prefixed_error(error, g_steal_pointer(&wrong), "%s: ", name);
    return false;
}

bool folder_make(const char *path, GError **error)
{
    struct stat is;
    int wrong = g_mkdir_with_parents(path, 0700) == 0 ? 0 : errno;
    if (stat(path, &is) == 0)
        return file_expect(&is, S_IFDIR, path, error);
    errno = wrong != 0 ? wrong : errno;
    return file_fail(error, "make the folder", path);
}

filedesc folder_open(const char *path, GError **error)
{
    struct stat is;
    filedesc folder = open(path, FOLDER_FLAGS);
    if (folder >= 0)
        return folder;
    int number = errno;
    if (lstat(path, &is) == 0 && !file_expect(&is, S_IFDIR, path, error))
        return -1;
    errno = number;
    file_fail(error, "open the folder", path);
    return -1;
}
