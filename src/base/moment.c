#include "base/moment.h"

#include <string.h>

static GDateTime *date_of(moment at)
{
    int64_t seconds = at / SPAN_SECOND;
    if (at % SPAN_SECOND < 0)
        seconds--;
    return g_date_time_new_from_unix_utc(seconds);
}

static int micros_of(moment at)
{
    int64_t micros = at % SPAN_SECOND;
    return (int)(micros < 0 ? micros + SPAN_SECOND : micros);
}

#define YEAR "%C%y" /* four digits, always; %Y writes the year 226 with three */

static char *moment_format(moment at, const char *format)
{
    g_autoptr(GDateTime) date = date_of(at);
    return date != NULL ? g_date_time_format(date, format) : g_strdup("(no time)");
}

char *moment_text(moment at)
{
    g_autofree char *seconds = moment_format(at, YEAR "-%m-%dT%H:%M:%S");
    return g_strdup_printf("%s.%06dZ", seconds, micros_of(at));
}

char *moment_human(moment at)
{
    return moment_format(at, YEAR "-%m-%d %H:%M:%SZ");
}

char *moment_clock(moment at)
{
    return moment_format(at, "%H:%M:%S");
}

bool moment_parse(const char *text, moment *result, GError **error)
{
    g_autoptr(GDateTime) date = NULL;
    /* GLib takes many ISO 8601 forms; we take the one that cannot be misread: date, T, time, offset. */
    bool shaped = strlen(text) >= strlen("2026-11-19T14:05:52Z") && text[4] == '-' && text[7] == '-' &&
                  (text[10] == 'T' || text[10] == ' ') && text[13] == ':' && text[16] == ':';
    if (shaped)
        date = g_date_time_new_from_iso8601(text, NULL);
    if (date == NULL)
        return fail(error, ERR_USAGE, "'%s' is not a time: write it as 2026-11-19T14:05:52Z", text);
    moment at = g_date_time_to_unix(date) * SPAN_SECOND + g_date_time_get_microsecond(date);
    g_autoptr(GDateTime) here = date_of(at);
    if (here == NULL)
        return fail(error, ERR_USAGE, "'%s' is before the year 1 or after 9999 in UTC", text);
    *result = at;
    return true;
}

/* `least` to two digits, below `limit`; scanf would take signs and blanks as well. Of minutes both digits are wanted: 14:5
 * may be 14:05 or half of 14:50. */
static const char *clock_part(const char *text, int least, int limit, int *result)
{
    int number = 0, digits = 0;
    while (digits < 2 && g_ascii_isdigit(text[digits]))
        number = number * 10 + (text[digits++] - '0');
    *result = number;
    return digits >= least && number < limit ? text + digits : NULL;
}

static bool clock_scan(const char *text, span *result)
{
    int hour = 0, minute = 0, second = 0;
    text = clock_part(text, 1, 24, &hour);
    if (text == NULL || *text++ != ':')
        return false;
    text = clock_part(text, 2, 60, &minute);
    if (text != NULL && *text == ':')
        text = clock_part(text + 1, 2, 60, &second);
    if (text != NULL && *text == 'Z')
        text++;
    *result = hour * SPAN_HOUR + minute * SPAN_MINUTE + second * SPAN_SECOND;
    return text != NULL && *text == '\0';
}

bool moment_parse_human(const char *text, moment now, moment *result, GError **error)
{
    span clock = 0;
    if (clock_scan(text, &clock)) {
        moment midnight = now - now % SPAN_DAY;
        *result = midnight + clock <= now ? midnight + clock : midnight + clock - SPAN_DAY;
        return true;
    }
    if (moment_parse(text, result, NULL))
        return true;
    return fail(error, ERR_USAGE, "'%s' is not a time: write 14:05, 14:05:52 or 2026-11-19T14:05:52Z (UTC)",
                text);
}
