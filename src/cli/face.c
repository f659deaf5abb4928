#include "cli/face.h"

#include "base/fail.h"
#include "base/text.h"
#include "confirm.h"
#include "help.h"
#include "link/parse.h"
#include "verbs.h"
#include "world/person.h"
#include "world/state.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct entry {
    const char *name;
    verb verb;
} entry;

#define VERB_ENTRY(name) { #name, verb_##name },
static const entry entries[] = { VERBS(VERB_ENTRY) };

static verb verb_of(const command *row)
{
    g_autofree char *name = g_strdelimit(g_strdup(row->name), " ", '_');
    for (gsize i = 0; i < G_N_ELEMENTS(entries); i++)
        if (strcmp(entries[i].name, name) == 0)
            return entries[i].verb;
    g_assert_not_reached(); /* a test holds the rows and the verbs to each other */
}

static bool is_plain(const json *options)
{
    return json_flag(options, "plain", false) || g_strcmp0(g_getenv("TERM"), "dumb") == 0 ||
           g_strcmp0(g_getenv("WARROOM_PLAIN"), "1") == 0;
}

static bool call_fill(call *self, const parsed *line, GError **error)
{
    const json *options = line->options;
    self->row = line->row;
    self->args = line->args;
    self->incident = json_text(options, "incident", NULL);
    self->config = json_text(options, "config", NULL);
    self->me = person_name(json_text(options, "me", NULL));
    self->json = json_flag(options, "json", false);
    self->plain = is_plain(options);
    self->quiet = json_flag(options, "quiet", false);
    self->dry_run = json_flag(options, "dry-run", false);
    self->yes = json_flag(options, "yes", false);
    self->raw = json_flag(options, "raw", false);
    self->confirm = json_text(options, "confirm", NULL);
    self->reason = json_text(options, "reason", NULL);
    if (self->raw && isatty(STDOUT_FILENO))
        return fail(error, ERR_REFUSED,
                    "cannot write raw text to a terminal: it could drive it; "
                    "--raw goes into a pipe or a file");
    g_autoptr(GError) trouble = NULL;
    self->state = state_name(&trouble);
    if (self->state != NULL || (self->row->needs & STANDS_ALONE) != 0)
        return true;
    g_propagate_error(error, g_steal_pointer(&trouble));
    return false;
}

static int call_run(call *self, GError **error)
{
    verb does = verb_of(self->row);
    if (!self->dry_run && !confirm_row(self, error))
        return ERR_REFUSED;
    return does(self, error);
}

/* Once, on standard error; with --json also as the document on standard output, so that there is always one. */
static int tell_error(const GError *error, bool as_json)
{
    int code = fail_exit_code(error);
    g_autofree char *visible = text_visible_lines(error->message, -1);
    fprintf(stderr, "warroom: %s\n", visible);
    if (as_json) {
        call self = { .json = true };
        json *inner = json_object();
        json_put_whole(inner, "code", code);
        json_put_text(inner, "text", error->message);
        json *document = json_object();
        json_put(document, "error", inner);
        say_json(&self, document);
        g_autoptr(GError) lost = NULL;
        if (!say_settle(&lost))
            return code;
    }
    return code;
}

static int run_line(parsed *line, GError **error)
{
    if (json_flag(line->options, "version", false)) {
        call self = { 0 };
        say(&self, "warroom %s", WARROOM_VERSION);
        return 0;
    }
    if (json_flag(line->options, "help", false))
        return help_print(line->row, line->noun, error);
    if (line->row == NULL)
        line->row = command_find("status");
    call self = { 0 };
    int code = call_fill(&self, line, error) ? call_run(&self, error) : ERR_FAILED;
    g_free(self.state);
    return code;
}

int cli_main(int count, char **words)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(parsed) line = parse_words((const char *const *)words + (count > 0), &error);
    bool as_json = line != NULL ? json_flag(line->options, "json", false)
                                : g_strv_contains((const char *const *)words, "--json");
    int code = line != NULL ? run_line(line, &error) : ERR_USAGE;
    if (error == NULL && say_settle(&error))
        return code;
    return tell_error(error, as_json);
}
