#include "manual.h"

#include "link/parse.h"

#include <string.h>

/* Text as troff prints it: a backslash, a leading dot or quote would be a request. */
static void add_text(GString *page, const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        bool begins = page->len == 0 || page->str[page->len - 1] == '\n';
        if (begins && (*at == '.' || *at == '\''))
            g_string_append(page, "\\&");
        if (*at == '\\')
            g_string_append(page, "\\e");
        else if (*at == '-')
            g_string_append(page, "\\-");
        else if (*at == '\'')
            g_string_append(page, "\\(aq");
        else
            g_string_append_c(page, *at);
    }
}

static void add_line(GString *page, const char *request, const char *text)
{
    if (request[0] != '\0')
        g_string_append_printf(page, "%s\n", request);
    if (text[0] == '\0')
        return;
    add_text(page, text);
    g_string_append_c(page, '\n');
}

static void add_title(GString *page, const char *name, const char *about)
{
    g_autofree char *upper = g_ascii_strup(name, -1);
    g_string_append_printf(page, ".TH %s 1 \"\" \"warroom %s\"\n.SH NAME\n%s \\- ", upper, WARROOM_VERSION,
                           name);
    add_line(page, "", about);
}

static void add_parameters(GString *page, const parameter_row *rows)
{
    for (const parameter_row *p = rows; p->name != NULL; p++) {
        g_autoptr(GString) label = g_string_new("");
        if (p->letter != 0)
            g_string_append_printf(label, "-%c, ", p->letter);
        if (takes_is_word(p->takes))
            g_string_append(label, p->shown);
        else
            g_string_append_printf(label, "--%s%s%s", p->name, p->takes == TAKES_FLAG ? "" : " ", p->shown);
        add_line(page, ".TP\n.B", "");
        page->str[page->len - 1] = ' ';
        add_line(page, "", label->str);
        add_line(page, "", p->about);
    }
}

static void add_exits(GString *page)
{
    static const struct {
        const char *code, *means;
    } exits[] = {
        { "0", "done, healthy, intact" },
        { "1", "failed" },
        { "2", "the words, or the configuration, were wrong: nothing was tried" },
        { "3", "refused: a gate, an approval, a name, a seat, a state says no" },
        { "4", "not found" },
        { "5", "needs a person" },
        { "7", "stopped by a person" },
        { "8", "no data" },
        { "130, 143", "ended by a signal; what runs goes on" },
    };
    add_line(page, ".SH EXIT STATUS", "");
    for (gsize i = 0; i < G_N_ELEMENTS(exits); i++) {
        add_line(page, ".TP", exits[i].code);
        add_line(page, "", exits[i].means);
    }
}

static void add_example(GString *page, const command *row)
{
    add_line(page, ".SH EXAMPLE\n.nf", row->example);
    add_line(page, ".fi", "");
}

static void add_asking(GString *page, const command *row)
{
    if ((row->needs & ASKS_YES) != 0)
        add_line(page, ".PP",
                 "It asks for y on a terminal; without one it is refused unless --yes is given.");
    if ((row->needs & ASKS_NAME) != 0)
        add_line(page, ".PP",
                 "It may ask for a name to be typed; without a terminal --confirm NAME gives it.");
    if ((row->needs & ASKS_REASON) != 0)
        add_line(page, ".PP",
                 "It asks for a reason of at least 10 characters; without a terminal --reason gives it.");
}

static void add_see_also(GString *page)
{
    add_line(page, ".SH SEE ALSO", "");
    g_string_append(page, ".BR warroom (1),\n.BR warroom.yaml (5),\n.BR warroom\\-playbook (5)\n");
}

char *manual_command(const command *row)
{
    g_autofree char *name = g_strconcat("warroom-", row->name, NULL);
    g_autofree char *usage = parse_usage(row);
    GString *page = g_string_new("");
    g_strdelimit(name, " ", '-');
    add_title(page, name, row->about);
    add_line(page, ".SH SYNOPSIS", usage);
    g_autofree char *about = g_strdup_printf("'warroom %s' %s.", row->name, row->about);
    add_line(page, ".SH DESCRIPTION", about);
    if (row->more[0] != '\0')
        add_line(page, ".PP", row->more);
    add_asking(page, row);
    if (row->parameters->name != NULL)
        add_line(page, ".SH OPTIONS", "");
    add_parameters(page, row->parameters);
    add_line(page, ".PP", "The options of every command are in warroom(1).");
    add_exits(page);
    add_example(page, row);
    add_see_also(page);
    return g_string_free(page, FALSE);
}

static void add_commands(GString *page)
{
    gsize count = 0;
    const command *rows = commands_all(&count);
    const char *section = "";
    add_line(page, ".SH COMMANDS", "");
    for (gsize i = 0; i < count; i++) {
        if (strcmp(section, rows[i].section) != 0)
            add_line(page, ".SS", "");
        if (strcmp(section, rows[i].section) != 0)
            add_line(page, "", rows[i].section);
        section = rows[i].section;
        g_autofree char *usage = parse_usage(&rows[i]);
        add_line(page, ".TP", usage);
        add_line(page, "", rows[i].about);
    }
}

static void add_surroundings(GString *page)
{
    static const struct {
        const char *name, *about;
    } variables[] = {
        { "WARROOM_STATE",
          "the state directory; default: $XDG_STATE_HOME/warroom, else ~/.local/state/warroom" },
        { "WARROOM_CONFIG", "the configuration to use, as --config" },
        { "WARROOM_ME", "who you are, as --me; else SUDO_USER or the login" },
        { "WARROOM_PLAIN", "1 is --plain; TERM=dumb is, too" },
    };
    add_line(page, ".SH ENVIRONMENT", "");
    for (gsize i = 0; i < G_N_ELEMENTS(variables); i++) {
        add_line(page, ".TP", variables[i].name);
        add_line(page, "", variables[i].about);
    }
}

char *manual_program(void)
{
    GString *page = g_string_new("");
    add_title(page, "warroom", "command an incident: gates, steps, and a journal of it all");
    add_line(page, ".SH SYNOPSIS", "warroom [COMMAND] [OPTIONS]");
    add_line(
        page, ".SH DESCRIPTION",
        "One engine for each state directory keeps the journal, watches the metrics and runs the steps of "
        "playbooks, each under a keeper that outlives everything above it. This program sends it commands "
        "and shows what the journal says. It starts the engine when one is needed.");
    add_line(
        page, ".PP",
        "Data goes to standard output, talk to standard error. With --json an answer is one document, or one "
        "object a line where several follow; an error is then {\"error\": {\"code\": N, \"text\": ...}} on "
        "standard output beside its line on standard error. Without a terminal nothing is asked: what "
        "would be asked for is given by an option, or the command is refused.");
    add_commands(page);
    add_line(page, ".SH OPTIONS", "");
    add_parameters(page, options_all());
    add_exits(page);
    add_surroundings(page);
    add_line(page, ".SH EXAMPLE\n.nf", "warroom start 'checkout is slow' -s checkout");
    add_line(page, "", "warroom run restart.md --dry-run");
    add_line(page, "", "warroom run restart.md --confirm checkout");
    add_line(page, ".fi", "");
    add_line(page, ".SH SEE ALSO", "");
    g_string_append(page, ".BR warroom.yaml (5),\n.BR warroom\\-playbook (5)\n");
    return g_string_free(page, FALSE);
}
