#define _GNU_SOURCE
#include "place.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define TOLD_LARGEST (64 * 1024)
#define TEMPORARY "warroom-practice." /* how the folders begin that `up` makes for itself */

void told_free(told *self)
{
    if (self == NULL)
        return;
    g_free(self->folder);
    g_free(self->shop);
    g_free(self->metrics);
    g_free(self->control);
    g_free(self->token);
    g_free(self->program);
    g_free(self);
}

char *place_find(const char *named, GError **error)
{
    const char *folder = named != NULL ? named : g_getenv(PLACE_VARIABLE);
    if (folder == NULL)
        folder = g_getenv(PLACE_PASSED);
    if (folder == NULL || folder[0] == '\0') {
        fail(error, ERR_USAGE,
             "no practice system is named: --folder FOLDER, or " PLACE_VARIABLE
             " as 'warroom-practice up' prints it");
        return NULL;
    }
    return g_canonicalize_filename(folder, NULL);
}

told *place_read(const char *folder, GError **error)
{
    g_autofree char *path = g_build_filename(folder, PLACE_TOLD, NULL);
    g_autoptr(GError) why = NULL;
    gsize length = 0;
    g_autofree char *text = file_read(path, TOLD_LARGEST, &length, &why);
    if (text == NULL || !place_is_locked(folder)) {
        fail(error, text == NULL && !g_error_matches(why, ERR, ERR_NOT_FOUND) ? ERR_FAILED : ERR_NOT_FOUND,
             "no practice system runs in %s%s%s", folder, text == NULL ? ": " : "",
             text == NULL ? why->message : "");
        return NULL;
    }
    g_autoptr(json) all = json_read(text, length, error);
    if (all == NULL) {
        g_prefix_error(error, "%s: ", path);
        return NULL;
    }
    told *self = g_new0(told, 1);
    self->folder = g_strdup(folder);
    self->shop = g_strdup(json_text(all, "shop", ""));
    self->metrics = g_strdup(json_text(all, "metrics", ""));
    self->control = g_strdup(json_text(all, "control", ""));
    self->token = g_strdup(json_text(all, "token", ""));
    self->program = g_strdup(json_text(all, "program", ""));
    self->pid = json_whole(all, "pid", 0);
    return self;
}

bool place_write(const told *self, GError **error)
{
    g_autoptr(json) all = json_object();
    json_put_whole(all, "format", 1);
    json_put_text(all, "folder", self->folder);
    json_put_text(all, "shop", self->shop);
    json_put_text(all, "metrics", self->metrics);
    json_put_text(all, "control", self->control);
    json_put_text(all, "token", self->token);
    json_put_text(all, "program", self->program);
    json_put_whole(all, "pid", self->pid);
    g_autofree char *text = json_pretty(all);
    g_autofree char *path = g_build_filename(self->folder, PLACE_TOLD, NULL);
    return file_write(path, text, strlen(text), 0600, error);
}

filedesc place_lock(const char *folder, GError **error)
{
    g_autofree char *path = g_build_filename(folder, PLACE_LOCK, NULL);
    g_auto(filedesc) file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0) {
        fail(error, ERR_FAILED, "%s: %s", path, g_strerror(errno));
        return -1;
    }
    if (flock(file, LOCK_EX | LOCK_NB) != 0) {
        fail(error, ERR_REFUSED,
             "a practice system runs in %s already: another folder, or warroom-practice down", folder);
        return -1;
    }
    int held = file;
    file = -1;
    return held;
}

bool place_is_locked(const char *folder)
{
    g_autofree char *path = g_build_filename(folder, PLACE_LOCK, NULL);
    g_auto(filedesc) file = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    return file >= 0 && flock(file, LOCK_SH | LOCK_NB) != 0;
}

static void sweep_backups(const char *folder)
{
    g_autofree char *backups = g_build_filename(folder, PLACE_BACKUPS, NULL);
    g_autoptr(GDir) all = g_dir_open(backups, 0, NULL);
    const char *name = NULL;
    while (all != NULL && (name = g_dir_read_name(all)) != NULL) {
        if (!g_str_has_prefix(name, "backup-"))
            continue;
        g_autofree char *path = g_build_filename(backups, name, NULL);
        unlink(path);
    }
    rmdir(backups);
}

void place_sweep_rest(const char *folder)
{
    static const char *const names[] = {
        PLACE_TOLD,     PLACE_SHARED,
        PLACE_ORDERS,   PLACE_ORDERS "-journal",
        PLACE_RECEIPTS, PLACE_RECEIPTS "-journal",
    };
    sweep_backups(folder);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(folder, names[i], NULL);
        unlink(path);
    }
}

void place_sweep(const char *folder)
{
    g_autofree char *lock = g_build_filename(folder, PLACE_LOCK, NULL);
    place_sweep_rest(folder);
    unlink(lock);
    g_autofree char *last = g_path_get_basename(folder);
    if (g_str_has_prefix(last, TEMPORARY))
        rmdir(folder);
}

char *place_program(void)
{
    return g_file_read_link("/proc/self/exe", NULL);
}
