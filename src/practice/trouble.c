#include "trouble.h"

#include <stdlib.h>
#include <string.h>

static const struct kind {
    const char *name;
    trouble bit;
} kinds[] = {
    { "slow", TROUBLE_SLOW }, { "errors", TROUBLE_ERRORS }, { "totals", TROUBLE_TOTALS },
    { "leak", TROUBLE_LEAK }, { "crash", TROUBLE_CRASH },   { "loss", TROUBLE_LOSS },
};

static guint bit_of(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (strcmp(kinds[i].name, name) == 0)
            return kinds[i].bit;
    return 0;
}

bool trouble_parse(const char *text, guint *bits, GError **error)
{
    guint found = 0;
    if (strcmp(text, "none") == 0) {
        *bits = 0;
        return true;
    }
    g_auto(GStrv) names = g_strsplit(text, ",", -1);
    for (char **name = names; *name != NULL; name++) {
        guint bit = bit_of(g_strstrip(*name));
        if (bit == 0)
            return fail(error, ERR_USAGE,
                        "'%s' is no kind of trouble: slow, errors, totals, leak, crash, loss or none", *name);
        found |= bit;
    }
    if (found == 0)
        return fail(error, ERR_USAGE,
                    "no kind of trouble is named: slow, errors, totals, leak, crash, loss or none");
    *bits = found;
    return true;
}

char *trouble_text(guint bits)
{
    GString *text = g_string_new(NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
        if ((bits & kinds[i].bit) != 0)
            g_string_append_printf(text, "%s%s", text->len > 0 ? "," : "", kinds[i].name);
    return g_string_free(text->len > 0 ? text : g_string_append(text, "none"), FALSE);
}

bool version_is_good_text(const char *version)
{
    gsize length = strlen(version);
    return length > 0 && length < 24 && g_ascii_isdigit(version[0]) && g_ascii_isdigit(version[length - 1]) &&
           strspn(version, "0123456789.") == length && strstr(version, "..") == NULL;
}

bool version_is_bad(const char *version)
{
    return strtol(version, NULL, 10) >= 2;
}
