/* watch.c - `watch`: stays, prints what happens, and by staying keeps the engine on. */
#include "follow.h"
#include "journal/kind.h"
#include "verbs.h"

#include <string.h>

static void tell_record(call *self, const record *record)
{
    const kind *kind = kind_find(record->kind);
    const char *word = kind != NULL ? kind->word : "unknown";
    g_autofree char *sentence = kind_tell(record);
    if (self->plain) {
        g_autofree char *class = g_ascii_strup(word, -1);
        say(self, "%s %s: %s.", class, record->stream, sentence);
    } else {
        g_autofree char *clock = moment_clock(record->happened);
        say(self, "%sZ %-8s %-9s %s", clock, record->stream, word, sentence);
    }
    if (self->json)
        say_json(self, record_json(record));
}

static void tell_news(call *self, const json *told)
{
    const char *what = json_text(told, "told", "");
    if (strcmp(what, "alert") == 0)
        say(self, "%s", json_text(told, "text", ""));
    if (strcmp(what, "output") == 0 || strcmp(what, "alert") == 0)
        say_json(self, json_incref((json *)told));
}

int verb_watch(call *self, GError **error)
{
    g_auto(asking) way = { 0 };
    if (!asking_open(self, &way, error))
        return 1;
    g_autoptr(follow) news = follow_new(self, &way, NULL, error);
    if (news == NULL)
        return 1;
    talk(self, "watching; ^C leaves");
    for (;;) {
        g_auto(happening) what = { 0 };
        if (!follow_next(news, SPAN_MINUTE, &what, error))
            return 1;
        if (what.signal != 0)
            return 128 + what.signal;
        if (what.record != NULL)
            tell_record(self, what.record);
        if (what.told != NULL)
            tell_news(self, what.told);
        say_flush();
    }
}
