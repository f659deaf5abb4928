#include "help.h"

#include "base/fail.h"
#include "call.h"
#include "link/parse.h"

#include <string.h>

#define COLUMNS 80
#define NAMES_AT 16 /* where the lists of the usage begin */

static const struct section {
    const char *name, *under;
} sections[] = { { "In an incident", "" }, { "Before, after", "" }, { "Things", "(list, show..)" } };

/* The words of a section: bare verbs, or nouns once. */
static char **section_words(const char *section)
{
    gsize count = 0;
    const command *rows = commands_all(&count);
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    g_autofree char *last = NULL;
    for (gsize i = 0; i < count; i++) {
        if (strcmp(rows[i].section, section) != 0)
            continue;
        char *word = g_strndup(rows[i].name, strcspn(rows[i].name, " "));
        if (g_strcmp0(word, last) != 0)
            g_strv_builder_add(builder, word);
        g_free(last);
        last = word;
    }
    return g_strv_builder_end(builder);
}

static void append_section(GString *text, const struct section *section)
{
    g_auto(GStrv) words = section_words(section->name);
    gsize column = NAMES_AT - 1;
    bool second = false;
    g_string_append_printf(text, "%-*s", NAMES_AT - 1, section->name);
    for (char **word = words; *word != NULL; word++) {
        if (column + 1 + strlen(*word) > COLUMNS) {
            g_string_append_printf(text, "\n%-*s", NAMES_AT - 1, second ? "" : section->under);
            second = true;
            column = NAMES_AT - 1;
        }
        g_string_append_printf(text, " %s", *word);
        column += 1 + strlen(*word);
    }
    g_string_append(text, "\n");
    if (!second && section->under[0] != '\0')
        g_string_append_printf(text, "%s\n", section->under);
}

char *help_usage(void)
{
    GString *text = g_string_new("Usage: warroom [COMMAND] [OPTIONS]\n\n");
    for (gsize i = 0; i < G_N_ELEMENTS(sections); i++)
        append_section(text, &sections[i]);
    g_string_append(text, "\n"
                          "  warroom start 'checkout is slow' -s checkout\n"
                          "  warroom run restart.md --dry-run          every command, nothing run\n"
                          "  warroom gate pass backup-recent           tick a gate by hand\n"
                          "\n"
                          "-i, --incident ID   default: the live one      --json  --plain  --no-color\n"
                          "-n, --dry-run       --yes  --confirm NAME      --reason TEXT  -q  -h\n"
                          "warroom help COMMAND    warroom help keys    man warroom    warroom --version\n");
    return g_string_free(text, FALSE);
}

/* Words wrapped to the width, each line indented. */
static void append_wrapped(GString *text, const char *words, guint indent)
{
    g_auto(GStrv) list = g_strsplit(words, " ", -1);
    gsize column = 0;
    for (char **word = list; *word != NULL; word++) {
        gsize length = (gsize)g_utf8_strlen(*word, -1);
        if (column > 0 && column + 1 + length > COLUMNS) {
            g_string_append(text, "\n");
            column = 0;
        }
        if (column == 0) {
            g_string_append_printf(text, "%*s", (int)indent, "");
            column = indent;
        } else {
            g_string_append(text, " ");
            column++;
        }
        g_string_append(text, *word);
        column += length;
    }
    g_string_append(text, "\n");
}

static char *option_label(const parameter_row *row)
{
    g_autofree char *letter = row->letter != 0 ? g_strdup_printf("-%c, ", row->letter) : g_strdup("");
    if (row->takes == TAKES_FLAG)
        return g_strdup_printf("%s--%s", letter, row->name);
    return g_strdup_printf("%s--%s %s", letter, row->name, row->shown);
}

static void append_parameters(GString *text, const parameter_row *rows)
{
    for (const parameter_row *p = rows; p->name != NULL; p++) {
        g_autofree char *label = takes_is_word(p->takes) ? g_strdup(p->shown) : option_label(p);
        g_string_append_printf(text, "  %-26s %s\n", label, p->about);
    }
}

static void append_needs(GString *text, const command *row)
{
    if ((row->needs & ASKS_YES) != 0)
        g_string_append(text,
                        "Asks for 'y' on a terminal; without one it is refused unless --yes is given.\n");
    if ((row->needs & ASKS_NAME) != 0)
        g_string_append(text,
                        "May ask for a name to be typed; without a terminal --confirm NAME gives it.\n");
    if ((row->needs & ASKS_REASON) != 0)
        g_string_append(text,
                        "Asks for a reason of at least 10 characters; without a terminal --reason TEXT.\n");
}

char *help_command(const command *row)
{
    g_autofree char *usage = parse_usage(row);
    GString *text = g_string_new("");
    g_string_append_printf(text, "Usage: %s\n\n%s: %s%s\n", usage, row->name, row->about,
                           g_str_has_suffix(row->about, "?") ? "" : ".");
    if (row->more[0] != '\0')
        append_wrapped(text, row->more, 0);
    append_needs(text, row);
    if (row->parameters->name != NULL) {
        g_string_append(text, "\n");
        append_parameters(text, row->parameters);
    }
    g_string_append_printf(text, "\nExample:\n  %s\n", row->example);
    g_string_append(text, "\nOptions of every command:\n");
    append_parameters(text, options_all());
    return g_string_free(text, FALSE);
}

char *help_noun(const char *noun)
{
    g_autofree const char **verbs = parse_verbs(noun);
    if (verbs == NULL)
        return NULL;
    GString *text = g_string_new("");
    g_string_append_printf(text, "Usage: warroom %s VERB\n\n", noun);
    for (const char **word = verbs; *word != NULL; word++) {
        g_autofree char *name = g_strdup_printf("%s %s", noun, *word);
        const command *row = command_find(name);
        g_autofree char *usage = parse_usage(row);
        g_string_append_printf(text, "%s\n    %s\n", usage, row->about);
    }
    g_string_append_printf(text, "\nwarroom help %s VERB explains one.\n", noun);
    return g_string_free(text, FALSE);
}

/* A key is a command line: what the console will take, said by the rows that it stands for. */
char *help_keys(void)
{
    GString *text =
        g_string_new("A key is a command line; these are the console's, and what each one types.\n\n");
    gsize count = 0;
    const command *rows = commands_all(&count);
    for (gsize i = 0; i < count; i++)
        if (rows[i].key[0] != '\0')
            g_string_append_printf(text, "  %-6s %-18s %s\n", rows[i].key, rows[i].name, rows[i].about);
    return g_string_free(text, FALSE);
}

int help_print(const command *row, const char *noun, GError **error)
{
    call self = { 0 };
    g_autofree char *text = row != NULL ? help_command(row) : noun != NULL ? help_noun(noun) : help_usage();
    if (text == NULL) {
        fail(error, ERR_NOT_FOUND, "there is no command '%s'; 'warroom help' lists them", noun);
        return ERR_NOT_FOUND;
    }
    say_lines(&self, text);
    return 0;
}
