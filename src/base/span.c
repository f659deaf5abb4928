#include "base/span.h"

#include <string.h>

static const struct unit {
    const char *name;
    span length;
} units[] = {
    { "w", 7 * SPAN_DAY }, { "d", SPAN_DAY },    { "h", SPAN_HOUR },
    { "m", SPAN_MINUTE },  { "s", SPAN_SECOND }, { "ms", SPAN_MILLISECOND },
};

/* The unit whose whole name stands at `text`, looked for below the last one used: units fall. */
static const struct unit *unit_at(const char *text, gsize from)
{
    gsize letters = 0;
    while (g_ascii_isalpha(text[letters]))
        letters++;
    /* "5m30s" runs on into digits, "5ms" does not stop at the m: the longest run of letters is the name. */
    for (gsize i = from; i < G_N_ELEMENTS(units); i++)
        if (strlen(units[i].name) == letters && strncmp(text, units[i].name, letters) == 0)
            return &units[i];
    return NULL;
}

const char *span_scan(const char *text, span *result)
{
    span total = 0;
    gsize next = 0;
    const char *at = text;
    while (g_ascii_isdigit(*at)) {
        const char *digits = at;
        int64_t number = 0;
        while (g_ascii_isdigit(*digits)) {
            number = number * 10 + (*digits++ - '0');
            if (number > SPAN_LONGEST)
                return NULL;
        }
        const struct unit *unit = unit_at(digits, next);
        if (unit == NULL)
            return NULL;
        if (number > SPAN_LONGEST / unit->length)
            return NULL;
        total += number * unit->length;
        if (total > SPAN_LONGEST)
            return NULL;
        next = (gsize)(unit - units) + 1;
        at = digits + strlen(unit->name);
    }
    if (at == text)
        return NULL;
    *result = total;
    return at;
}

bool span_parse(const char *text, span *result, GError **error)
{
    span begun = 0;
    const char *end = span_scan(text, &begun);
    if (end == NULL || *end != '\0')
        return fail(error, ERR_USAGE, "'%s' is not a duration: write it as 90s, 5m, 1h30m or 14d", text);
    *result = begun;
    return true;
}

/* Its size without its sign; the lowest number has none of its own. */
static span magnitude(span length)
{
    return length == INT64_MIN ? INT64_MAX : length < 0 ? -length : length;
}

char *span_text(span length)
{
    if (length == 0)
        return g_strdup("0s");
    GString *text = g_string_new(length < 0 ? "-" : "");
    span rest = magnitude(length);
    for (gsize i = 1; i < G_N_ELEMENTS(units); i++) { /* weeks are read, days are written */
        span count = rest / units[i].length;
        if (count > 0)
            g_string_append_printf(text, "%" G_GINT64_FORMAT "%s", count, units[i].name);
        rest %= units[i].length;
    }
    if (text->len == 0)
        g_string_append(text, "0s"); /* less than a millisecond */
    return g_string_free(text, FALSE);
}

char *span_clock(span length)
{
    const char *sign = length < 0 ? "-" : "";
    int64_t seconds = magnitude(length) / SPAN_SECOND;
    if (seconds < 600)
        return g_strdup_printf("%s%d:%02d", sign, (int)(seconds / 60), (int)(seconds % 60));
    if (seconds < 3600)
        return g_strdup_printf("%s%dm", sign, (int)(seconds / 60));
    return g_strdup_printf("%s%" G_GINT64_FORMAT "h%02d", sign, seconds / 3600, (int)(seconds % 3600 / 60));
}
