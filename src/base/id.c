#include "base/id.h"

#include <string.h>

#define NAME_LONGEST 64
#define TIME_LETTERS 10 /* 48 bits of milliseconds: until the year 10889 */

/* Crockford's: no I, L, O, U, so that an id read over the telephone arrives. In ASCII order, so that ids sort. */
static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

void id_make(gint64 wall_microseconds, const guchar chance[16], char id[ID_SIZE])
{
    guint64 milliseconds = wall_microseconds > 0 ? (guint64)wall_microseconds / 1000 : 0;
    for (int i = TIME_LETTERS - 1; i >= 0; i--) {
        id[i] = letters[milliseconds & 31];
        milliseconds >>= 5;
    }
    /* Each letter carries five bits of chance; 16 of them use 80 of the 128 given. */
    for (int i = 0; i < 16; i++)
        id[TIME_LETTERS + i] = letters[chance[i] & 31];
    id[ID_SIZE - 1] = '\0';
}

bool id_is_good(const char *id)
{
    return strlen(id) == ID_SIZE - 1 && strspn(id, letters) == ID_SIZE - 1 && id[0] <= '7';
}

static bool is_name_letter(char c)
{
    return g_ascii_isalnum(c) || c == '-' || c == '_' || c == '.';
}

bool id_is_name(const char *name)
{
    gsize length = 0;
    while (is_name_letter(name[length]) && length <= NAME_LONGEST)
        length++;
    return name[length] == '\0' && length >= 1 && length <= NAME_LONGEST && name[0] != '.';
}

/* What no letter of ours can spell gets a name that at least differs from the next one's. */
static char *id_of_unspellable(const char *title)
{
    g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, title, -1);
    return g_strdup_printf("item-%.8s", sum);
}

char *id_from_title(const char *title)
{
    g_autofree char *valid = g_utf8_make_valid(title, -1);
    g_autofree char *plain = g_str_to_ascii(valid, "C");
    g_autoptr(GString) name = g_string_new(NULL);
    for (const char *at = plain; *at != '\0' && name->len < NAME_LONGEST; at++) {
        if (is_name_letter(*at) && *at != '-')
            g_string_append_c(name, g_ascii_tolower(*at));
        else if (name->len > 0 && name->str[name->len - 1] != '-')
            g_string_append_c(name, '-');
    }
    while (name->len > 0 && strchr("-._", name->str[name->len - 1]) != NULL)
        g_string_truncate(name, name->len - 1);
    gsize start = strspn(name->str, "-._");
    if (name->str[start] == '\0')
        return id_of_unspellable(title);
    return g_strdup(name->str + start);
}
