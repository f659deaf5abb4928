#include "parts.h"

#include "base/suggest.h"

#include <string.h>

#define CLOCK_LEAST SPAN_SECOND
#define CLOCK_MOST SPAN_MINUTE
#define NOTIFY_COMMAND "command"

static bool is_variable_name(const char *text)
{
    if (!g_ascii_isalpha(*text) && *text != '_')
        return false;
    for (; *text != '\0'; text++)
        if (!g_ascii_isalnum(*text) && *text != '_')
            return false;
    return true;
}

static void steps_read(settings *self, section *keys, complaints *into)
{
    g_autoptr(section) steps = section_open(section_node(keys, "steps"), "steps", into);
    char **pass = section_texts(steps, "pass");
    if (pass == NULL)
        return;
    const node *at = section_node(steps, "pass");
    for (guint i = 0; pass[i] != NULL; i++) {
        const node *item = node_is(at) == NODE_LIST && i < node_count(at) ? node_item(at, i) : at;
        if (!is_variable_name(pass[i]))
            node_complain(item, into, "a name alone, as KUBECONFIG", "'%s' is not the name of a variable",
                          pass[i]);
        else if (g_str_has_prefix(pass[i], "WARROOM_"))
            node_complain(item, into, "remove it: warroom sets these itself", "'%s' cannot be passed on",
                          pass[i]);
    }
    g_strfreev(self->steps_pass);
    self->steps_pass = pass;
}

static void room_read(settings *self, section *keys, complaints *into)
{
    g_autoptr(section) room = section_open(section_node(keys, "room"), "room", into);
    self->room_group = g_strdup(section_text(room, "group", NULL));
}

/* Words of a short list, each once. */
static void words_check(char **words, const node *at, const char *const *known, complaints *into)
{
    for (guint i = 0; words[i] != NULL; i++) {
        const node *item = node_is(at) == NODE_LIST && i < node_count(at) ? node_item(at, i) : at;
        g_autofree char *right = suggest_sentence(words[i], known);
        if (!g_strv_contains(known, words[i]))
            node_complain(item, into, right, "'%s' is no way to notify", words[i]);
        for (guint j = 0; j < i; j++)
            if (strcmp(words[i], words[j]) == 0)
                node_complain(item, into, "name it once", "'%s' is named twice", words[i]);
    }
}

static void notices_read(settings *self, section *display, complaints *into)
{
    static const char *const known[] = { "desktop", "bell", NOTIFY_COMMAND, NULL };
    self->notify_command = section_texts(display, "notify_command");
    if (self->notify_command != NULL && self->notify_command[0] == NULL)
        node_complain(section_node(display, "notify_command"), into, "write [\"./bin/page-me\"]",
                      "'notify_command' is empty");
    char **notify = section_texts(display, "notify");
    if (notify != NULL) {
        const node *at = section_node(display, "notify");
        words_check(notify, at, known, into);
        if (g_strv_contains((const char *const *)notify, NOTIFY_COMMAND) && self->notify_command == NULL)
            node_complain(at, into, "add notify_command: [\"./bin/page-me\"]",
                          "'notify' names a command, but none is given");
        g_strfreev(self->notify);
        self->notify = notify;
    } else if (self->notify_command != NULL) {
        /* Who gives a command and no order means it to be used: last, as the shipped file says. */
        static const char *const all[] = { "desktop", "bell", NOTIFY_COMMAND, NULL };
        g_strfreev(self->notify);
        self->notify = g_strdupv((char **)all);
    }
}

static void clock_read(settings *self, section *display, complaints *into)
{
    span every = section_span(display, "clock", self->clock);
    if (every < CLOCK_LEAST || every > CLOCK_MOST)
        node_complain(section_node(display, "clock"), into, "from 1s to 1m", "'clock' is out of range");
    else
        self->clock = every;
}

static void display_read(settings *self, section *keys, complaints *into)
{
    static const char *const glyph_words[] = { "auto", "utf8", "ascii", NULL };
    static const char *const theme_words[] = { "auto", "default", "mono", "cvd", NULL };
    static const char *const time_words[] = { "utc", "local", NULL };
    g_autoptr(section) display = section_open(section_node(keys, "display"), "display", into);
    self->glyphs = (glyphs)section_word(display, "glyphs", glyph_words, GLYPHS_AUTO);
    self->theme = (theme)section_word(display, "theme", theme_words, THEME_AUTO);
    self->local_time = section_word(display, "time", time_words, 0) == 1;
    self->mouse = section_bool(display, "mouse", false);
    clock_read(self, display, into);
    notices_read(self, display, into);
}

static void templates_read(settings *self, section *keys, complaints *into)
{
    const node *at = section_node(keys, "templates");
    bool empty = at != NULL && (node_is(at) == NODE_SCALAR ? node_is_blank(at) : node_count(at) == 0);
    if (at == NULL || empty)
        return; /* {} and [] and nothing are the same nothing */
    if (node_is(at) == NODE_MAP) {
        node_complain(at, into, "write one folder, or a list of folders", "templates is a map");
        return;
    }
    char **folders = section_texts(keys, "templates");
    if (folders != NULL) {
        g_strfreev(self->templates);
        self->templates = folders;
    }
}

void house_read(settings *self, section *keys, complaints *into)
{
    steps_read(self, keys, into);
    room_read(self, keys, into);
    display_read(self, keys, into);
    templates_read(self, keys, into);
}
