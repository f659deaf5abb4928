#include "flood.h"

#include <string.h>

/* The bytes a list or quote marker takes at `at`, 0 when there is none. */
static gsize marker_length(const char *at, const char *end)
{
    if (at == end)
        return 0;
    if (*at == '>')
        return 1;
    const char *after = at;
    if (strchr("-+*", *at) != NULL)
        after++;
    else if (g_ascii_isdigit(*at)) {
        while (after < end && g_ascii_isdigit(*after))
            after++;
        if (after == end || (*after != '.' && *after != ')'))
            return 0;
        after++;
    } else {
        return 0;
    }
    return after == end || *after == ' ' || *after == '\t' ? (gsize)(after - at) : 0;
}

/* A line of nothing but one sign and blanks is a rule, however long: "- - - - -". */
static bool line_is_rule(const char *line, const char *end)
{
    char sign = 0;
    for (; line < end; line++) {
        if (*line == ' ' || *line == '\t')
            continue;
        if (strchr("-*_", *line) == NULL || (sign != 0 && *line != sign))
            return false;
        sign = *line;
    }
    return sign != 0;
}

static bool line_is_too_deep(const char *line, const char *end)
{
    guint markers = 0, column = 0;
    for (const char *at = line; at < end;) {
        if (*at == ' ' || *at == '\t') {
            column += *at == '\t' ? 4 - column % 4 : 1;
            at++;
            continue;
        }
        gsize length = marker_length(at, end);
        if (length == 0)
            return false;
        if (++markers > FLOOD_MARKERS || column > FLOOD_INDENT)
            return !line_is_rule(line, end);
        column += (guint)length;
        at += length;
    }
    return false;
}

static guint count_brackets(const char *line, const char *end)
{
    guint count = 0;
    while ((line = memchr(line, '[', (gsize)(end - line))) != NULL) {
        count++;
        line++;
    }
    return count;
}

static bool line_is_blank(const char *line, const char *end)
{
    while (line < end && (*line == ' ' || *line == '\t'))
        line++;
    return line == end;
}

bool flood_is_absent(const char *file, const char *text, gsize length, complaints *into)
{
    const char *end = text + length;
    guint number = 1, brackets = 0;
    for (const char *line = text; line < end; number++) {
        const char *stop = memchr(line, '\n', (gsize)(end - line));
        if (stop == NULL)
            stop = end;
        if (line_is_too_deep(line, stop)) {
            complaint_add(into, file, number, 1, "nested too deep for a runbook",
                          "at most " G_STRINGIFY(FLOOD_MARKERS) " list and quote markers open a line");
            return false;
        }
        brackets = line_is_blank(line, stop) ? 0 : brackets + count_brackets(line, stop);
        if (brackets > FLOOD_BRACKETS) {
            complaint_add(into, file, number, 1, "a flood of brackets",
                          "at most " G_STRINGIFY(FLOOD_BRACKETS) " '[' stand between two blank lines");
            return false;
        }
        line = stop + 1;
    }
    return true;
}
