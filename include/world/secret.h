/* secret.h - a value that is named in the configuration and lives elsewhere.
 *
 *     file:/etc/warroom/prom.token    ours or root's, not readable by group or others; a final newline is dropped
 *     env:PROM_TOKEN                  of the process that reads it
 *     command:/usr/bin/pass prom      split into words as a shell would, run without one; its output
 *
 * The value is never put into an error. */
#ifndef WARROOM_WORLD_SECRET_H
#define WARROOM_WORLD_SECRET_H

#include "base/fail.h"

#define SECRET_LARGEST 65536

typedef enum { SECRET_FILE, SECRET_ENV, SECRET_COMMAND, SECRET_NONE } secret_kind;

secret_kind secret_is(const char *reference);

/* The value of a file: or env: reference; the caller frees with secret_free. */
char *secret_read(const char *reference, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whose environment this process has, for the error of one that is not there: "the engine that ada started at ..." */
void secret_environment_of(const char *whose);

/* The words of a command: reference, to be run; the caller frees with g_strfreev. */
char **secret_command(const char *reference, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What a command printed, or a file holds, as a value: without the final newline; refuses an empty one, line
 * ends inside and NUL. The caller frees with secret_free. */
char *secret_trim(const char *reference, const char *bytes, gsize length,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

void secret_free(char *value); /* wiped first; NULL is welcome */

#endif
