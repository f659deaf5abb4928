/* files.h - whole files, read with suspicion and written so that they are there after a power cut.
 *
 * Two ways to read. A file in our own place is opened without following a link and must be a plain file: what
 * another user may have put there (a link, a FIFO) is refused with its path and mode. A file that people keep
 * (configuration, playbook, template) may be reached through links, and is then asked who else could have
 * written it. Paths only: what the bytes mean is for the pure rooms to say. */
#ifndef WARROOM_WORLD_FILES_H
#define WARROOM_WORLD_FILES_H

#include "base/fail.h"

#include <sys/stat.h>

typedef int filedesc; /* g_auto(filedesc) closes it; -1 is none */
void filedesc_close(filedesc self);
G_DEFINE_AUTO_CLEANUP_FREE_FUNC(filedesc, filedesc_close, -1)

/* The whole file with a NUL behind it; `length` may be NULL. More than `limit` bytes is an error, as is
 * everything that is not a plain file. ERR_NOT_FOUND when there is none. The caller frees with g_free. */
char *file_read(const char *path, gsize limit, gsize *length, GError **error) G_GNUC_WARN_UNUSED_RESULT;
char *file_read_at(int folder, const char *name, gsize limit, gsize *length,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same through links, and only when nobody else could have written it (file_check_owner); what was
 * checked is what is read. */
char *file_read_owned(const char *path, gsize limit, gsize *length, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Could anybody but us have written this file or folder, or put another in its place? Refused (ERR_REFUSED):
 * an owner who is neither we nor root (under sudo also not the one who called it); write permission for others or
 * for a group with another member, on it or on a folder above it. Sticky folders above it are accepted. */
bool file_check_owner(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Replaces the file whole and durably: a new one beside it, synced, renamed over it, the folder synced. */
bool file_write(const char *path, const void *bytes, gsize length, mode_t mode,
                GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool file_write_at(int folder, const char *name, const void *bytes, gsize length, mode_t mode,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same, but never over a file that is there: ERR_REFUSED. */
bool file_write_new(const char *path, const void *bytes, gsize length, mode_t mode,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Makes a folder, 0700, and those above it that are missing. One that is there stays as it is; something else
 * in its place is an error. */
bool folder_make(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A descriptor of a folder, not reached through a link at its end; -1 on error. */
filedesc folder_open(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
