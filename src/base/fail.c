#include "base/fail.h"

#include <stdarg.h>

G_DEFINE_QUARK(warroom - error - quark, err)

bool fail(GError **error, err_kind kind, const char *format, ...)
{
    if (error != NULL) {
        va_list words;
        va_start(words, format);
        *error = g_error_new_valist(ERR, kind, format, words);
        va_end(words);
    }
    return false;
}

int fail_exit_code(const GError *error)
{
    if (error->domain != ERR)
        return ERR_FAILED;
    return error->code;
}
