#include "world/secret.h"

#include "world/files.h"

#include <string.h>
#include <unistd.h>

static const struct kind_row {
    const char *prefix;
    secret_kind kind;
} kinds[] = { { "file:", SECRET_FILE }, { "env:", SECRET_ENV }, { "command:", SECRET_COMMAND } };

secret_kind secret_is(const char *reference)
{
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (g_str_has_prefix(reference, kinds[i].prefix))
            return kinds[i].kind;
    return SECRET_NONE;
}

/* As process-wide as the environment it speaks of. */
static char *environment_owner;

void secret_environment_of(const char *whose)
{
    g_free(environment_owner);
    environment_owner = g_strdup(whose);
}

static const char *secret_name(const char *reference)
{
    return strchr(reference, ':') + 1;
}

void secret_free(char *value)
{
    if (value == NULL)
        return;
    explicit_bzero(value, strlen(value));
    g_free(value);
}

char *secret_trim(const char *reference, const char *bytes, gsize length, GError **error)
{
    if (length > 0 && bytes[length - 1] == '\n')
        length--;
    if (length > 0 && bytes[length - 1] == '\r')
        length--;
    if (length == 0 || memchr(bytes, '\0', length) != NULL || memchr(bytes, '\n', length) != NULL ||
        memchr(bytes, '\r', length) != NULL) {
        fail(error, ERR_FAILED, "the secret '%s' is %s", reference,
             length == 0 ? "empty" : "more than one line");
        return NULL;
    }
    return g_strndup(bytes, length);
}

/* What others can read is no secret. */
static char *secret_file(const char *reference, GError **error)
{
    const char *path = secret_name(reference);
    struct stat facts;
    gsize length = 0;
    if (stat(path, &facts) == 0 && (facts.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        fail(error, ERR_REFUSED, "the secret %s can be read by others (mode %04o): chmod 600 it", path,
             facts.st_mode & 07777);
        return NULL;
    }
    char *bytes = file_read_owned(path, SECRET_LARGEST, &length, error);
    if (bytes == NULL)
        return NULL;
    char *value = secret_trim(reference, bytes, length, error);
    explicit_bzero(bytes, length);
    g_free(bytes);
    return value;
}

char *secret_read(const char *reference, GError **error)
{
    switch (secret_is(reference)) {
    case SECRET_FILE:
        return secret_file(reference, error);
    case SECRET_ENV: {
        const char *value = g_getenv(secret_name(reference));
        if (value != NULL)
            return secret_trim(reference, value, strlen(value), error);
        fail(error, ERR_NOT_FOUND, "the secret '%s' is not in the environment%s%s", reference,
             environment_owner != NULL ? " of " : "", environment_owner != NULL ? environment_owner : "");
        return NULL;
    }
    case SECRET_COMMAND:
    case SECRET_NONE:
        break;
    }
    fail(error, ERR_USAGE, "'%s' is not a secret that can be read: write file:PATH or env:NAME",
         secret_is(reference) == SECRET_COMMAND ? reference : "this");
    return NULL;
}

char **secret_command(const char *reference, GError **error)
{
    char **words = NULL;
    g_autoptr(GError) wrong = NULL;
    if (g_shell_parse_argv(secret_name(reference), NULL, &words, &wrong))
        return words;
    fail(error, ERR_USAGE, "'%s' is not a command: %s", reference, wrong->message);
    return NULL;
}
