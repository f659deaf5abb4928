/* Any text as a condition, and a watch over it.
 *
 * Held to: an error names a column inside the text; a condition written in its one spelling parses to the same spelling;
 * its names come once. */
#include "detect/condition.h"
#include "fuzz/hold.h"

#include <string.h>

static void each_once(char **names)
{
    for (char **one = names; *one != NULL; one++)
        hold(**one != '\0' && !g_strv_contains((const char *const *)one + 1, *one));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    guint column = 0;
    g_autofree char *text = g_strndup((const char *)bytes, size);
    g_autoptr(GError) error = NULL;
    g_autoptr(condition) first = condition_parse(text, NULL, &column, &error);
    hold((first == NULL) == (error != NULL));
    if (first == NULL) {
        hold(error->code == ERR_USAGE && column >= 1 && column <= strlen(text) + 1);
        hold(g_utf8_validate(error->message, -1, NULL));
        return 0;
    }
    g_autofree char *spelling = condition_text(first);
    g_autoptr(condition) second = condition_parse(spelling, NULL, NULL, NULL);
    hold(second != NULL);
    g_autofree char *again = condition_text(second);
    g_auto(GStrv) metrics = condition_metrics(first), events = condition_events(first);
    hold(strcmp(spelling, again) == 0);
    each_once(metrics);
    each_once(events);
    return 0;
}
