/* explain.c - the verbs that speak about the table itself: help, completion. */
#include "base/fail.h"
#include "complete.h"
#include "help.h"
#include "manual.h"
#include "verbs.h"

#include <string.h>

static int print_manual(call *self, const char *name, GError **error)
{
    const command *row = name != NULL ? command_find(name) : NULL;
    if (name != NULL && row == NULL) {
        fail(error, ERR_NOT_FOUND, "there is no command '%s'; 'warroom help' lists them", name);
        return ERR_NOT_FOUND;
    }
    g_autofree char *page = row != NULL ? manual_command(row) : manual_program();
    say_bytes(self, page, strlen(page));
    return 0;
}

/* With --json: the table itself, for whoever builds on it. */
static json *table(void)
{
    gsize count = 0;
    const command *rows = commands_all(&count);
    json *list = json_array();
    for (gsize i = 0; i < count; i++)
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:s, s:s}", "command", rows[i].name, "section",
                                        rows[i].section, "about", rows[i].about, "example", rows[i].example));
    return json_pack("{s:o}", "commands", list);
}

int verb_help(call *self, GError **error)
{
    const char *name = json_text(self->args, "command", NULL);
    if (json_flag(self->args, "man", false))
        return print_manual(self, name, error);
    if (self->json) {
        say_json(self, table());
        return 0;
    }
    if (g_strcmp0(name, "keys") == 0) {
        g_autofree char *keys = help_keys();
        say_lines(self, keys);
        return 0;
    }
    const command *row = name != NULL ? command_find(name) : NULL;
    return help_print(row, row == NULL ? name : NULL, error);
}

int verb_completion(call *self, GError **error)
{
    (void)error; /* the parser let no other shell through */
    g_autofree char *script = complete_script(json_text(self->args, "shell", ""));
    say_bytes(self, script, strlen(script));
    return 0;
}
