/* Any text as a span, as a moment, as JSON, as a name, and looked for among known words.
 *
 * Held to: what was read and written again reads the same; a suggestion is one of the known words; a name made of a
 * title is a name. */
#include "base/id.h"
#include "base/json.h"
#include "base/moment.h"
#include "base/suggest.h"
#include "fuzz/hold.h"

#include <string.h>

static void as_span(const char *text)
{
    span first = 0, second = 0;
    g_autoptr(GError) error = NULL;
    if (!span_parse(text, &first, &error)) {
        hold(error != NULL && error->code == ERR_USAGE && first == 0);
        return;
    }
    g_autofree char *written = span_text(first);
    g_autofree char *clock = span_clock(first);
    hold(first >= 0 && first <= SPAN_LONGEST && *clock != '\0');
    hold(span_parse(written, &second, NULL) && second == first);
}

static void as_moment(const char *text)
{
    moment first = 0, second = 0;
    if (moment_parse(text, &first, NULL)) {
        g_autofree char *written = moment_text(first);
        hold(moment_parse(written, &second, NULL) && second == first);
    }
    moment now = 1790000000 * SPAN_SECOND;
    if (moment_parse_human(text, now, &first, NULL) && strlen(text) <= 8)
        hold(first <= now && first > now - SPAN_DAY);
}

static void as_json(const char *text, gsize size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json) first = json_read(text, size, &error);
    hold((first == NULL) == (error != NULL));
    if (first == NULL)
        return;
    g_autofree char *line = json_line(first);
    hold(strchr(line, '\n') == NULL);
    g_autoptr(json) second = json_read(line, strlen(line), NULL);
    hold(second != NULL);
    g_autofree char *again = json_line(second);
    hold(strcmp(line, again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char *const known[] = { "above", "below", "error_rate", "p99", "\303\274ber", NULL };
    g_autofree char *text = g_strndup((const char *)bytes, size);
    as_span(text);
    as_moment(text);
    as_json((const char *)bytes, size);
    g_autofree char *name = id_from_title(text);
    hold(id_is_name(name));
    const char *meant = suggest_word(text, known);
    hold(meant == NULL || g_strv_contains(known, meant));
    return 0;
}
