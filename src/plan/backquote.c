#include "backquote.h"

#include "detect/condition.h"

#include <string.h>

static const char *skip_name(const char *at)
{
    if (!g_ascii_islower(*at))
        return NULL;
    while (g_ascii_islower(*at) || g_ascii_isdigit(*at) || *at == '_')
        at++;
    return at;
}

bool backquote_is_condition(const char *text)
{
    if (g_str_has_prefix(text, "event ")) {
        const char *end = skip_name(text + strlen("event "));
        return end != NULL && (*end == '\0' || *end == ' ');
    }
    const char *at = skip_name(text);
    if (at == NULL || *at != ' ')
        return false;
    at += strspn(at, " ");
    gsize operator= strspn(at, "<>=!");
    if (operator== 0 || operator> 2 || at[operator] != ' ')
        return false;
    at += operator;
    at += strspn(at, " ");
    at += *at == '-' || *at == '+';
    return g_ascii_isdigit(*at);
}

/* The parser speaks of its own column; in a file there is another. */
static const char *without_column(const char *message)
{
    if (!g_str_has_prefix(message, "column "))
        return message;
    const char *rest = strstr(message, ": ");
    return rest != NULL ? rest + 2 : message;
}

bool backquote_check(const char *text, const char *file, guint line, guint column, complaints *into)
{
    g_autoptr(GError) error = NULL;
    guint within = 1;
    g_autoptr(condition) parsed = condition_parse(text, NULL, &within, &error);
    if (parsed != NULL)
        return true;
    g_auto(GStrv) halves = g_strsplit(without_column(error->message), "; ", 2);
    complaint_add(into, file, line, column + within - 1, halves[0],
                  halves[1] != NULL ? halves[1] : "a condition reads as error_rate > 5 % for 5m");
    return false;
}
