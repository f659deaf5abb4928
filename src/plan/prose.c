#include "prose.h"

#include <string.h>

void prose_add(GString *into, const char *text, gsize length)
{
    if (length == 0)
        return;
    if (into->len > 0 && !g_str_has_suffix(into->str, "\n"))
        g_string_append(into, "\n\n");
    g_string_append_len(into, text, (gssize)length);
}

void prose_trim(GString *text)
{
    while (text->len > 0 && g_ascii_isspace(text->str[text->len - 1]))
        g_string_truncate(text, text->len - 1);
}

void prose_join(char **into, const char *words)
{
    if (*words == '\0')
        return;
    char *joined = *into != NULL ? g_strconcat(*into, "\n", words, NULL) : g_strdup(words);
    g_free(*into);
    *into = joined;
}
