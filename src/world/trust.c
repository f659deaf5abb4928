#include "world/trust.h"

#include "base/digest.h"
#include "world/files.h"

#include <string.h>

#define TRUSTED_NAME "trusted"
#define TRUSTED_LARGEST (1024 * 1024)
#define DIGITS (DIGEST_SIZE - 1)

static char *trusted_path(const char *state)
{
    return g_build_filename(state, TRUSTED_NAME, NULL);
}

/* Its lines; an empty list when there is no such file yet. NULL when it is there and cannot be read. */
static char **trusted_lines(const char *state, GError **error)
{
    g_autofree char *path = trusted_path(state);
    g_autoptr(GError) wrong = NULL;
    g_autofree char *text = file_read(path, TRUSTED_LARGEST, NULL, &wrong);
    if (text == NULL && !g_error_matches(wrong, ERR, ERR_NOT_FOUND)) {
        g_propagate_error(error, g_steal_pointer(&wrong));
        return NULL;
    }
    return g_strsplit(text != NULL ? text : "", "\n", -1);
}

static bool line_names(const char *line, const char *path)
{
    return strlen(line) > DIGITS + 2 && strncmp(line + DIGITS, "  ", 2) == 0 &&
           strcmp(line + DIGITS + 2, path) == 0;
}

trust trust_of(const char *state, const char *path, const char *sum)
{
    g_auto(GStrv) lines = trusted_lines(state, NULL);
    for (char **line = lines; line != NULL && *line != NULL; line++)
        if (line_names(*line, path))
            return strncmp(*line, sum, DIGITS) == 0 ? TRUST_GIVEN : TRUST_CHANGED;
    return TRUST_NEVER;
}

bool trust_add(const char *state, const char *path, const char *sum, GError **error)
{
    if (strpbrk(path, "\r\n") != NULL)
        return fail(error, ERR_REFUSED, "a path with a line break in it cannot be trusted: rename the file");
    if (!folder_make(state, error))
        return false;
    g_auto(GStrv) lines = trusted_lines(state, error);
    if (lines == NULL)
        return false;
    g_autoptr(GString) text = g_string_new(NULL);
    for (char **line = lines; *line != NULL; line++)
        if (**line != '\0' && !line_names(*line, path))
            g_string_append_printf(text, "%s\n", *line);
    g_string_append_printf(text, "%s  %s\n", sum, path);
    g_autofree char *file = trusted_path(state);
    return file_write(file, text->str, text->len, 0600, error);
}
