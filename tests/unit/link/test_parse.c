/* Words into a row and its values; and the table itself, as far as it can be held to something. */
#include "cli/help.h"
#include "cli/manual.h"
#include "link/parse.h"

#include "cli/verbs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static parsed *parse_line(const char *line, GError **error)
{
    g_auto(GStrv) words = NULL;
    if (line[0] == '\0')
        words = g_new0(char *, 1);
    else
        assert_true(g_shell_parse_argv(line, NULL, &words, NULL));
    return parse_words((const char *const *)words, error);
}

static void parse__reads__a_line_into_its_row(void **state)
{
    (void)state;
    static const struct row {
        const char *name, *line, *command, *args, *options;
    } rows[] = {
        { "nothing at all", "", NULL, "{}", "{}" },
        { "a bare verb", "pause", "pause", "{}", "{}" },
        { "a noun and its verb", "gate pass backup", "gate pass", "{\"gate\":\"backup\"}", "{}" },
        { "words become one text", "note three pods restarted", "note", "{\"text\":\"three pods restarted\"}",
          "{}" },
        { "options before the command", "--json -i INC-0001 status", "status", "{}",
          "{\"json\":true,\"incident\":\"INC-0001\"}" },
        { "options between words", "note --at 14:01 it began", "note",
          "{\"at\":\"14:01\",\"text\":\"it began\"}", "{}" },
        { "a value behind =", "start --severity=low slow", "start",
          "{\"severity\":\"low\",\"title\":\"slow\"}", "{}" },
        { "an empty value", "start --environment= slow", "start", "{\"environment\":\"\",\"title\":\"slow\"}",
          "{}" },
        { "a letter with its value", "start -s checkout slow", "start",
          "{\"service\":\"checkout\",\"title\":\"slow\"}", "{}" },
        { "a letter with its value behind it", "start -scheckout slow", "start",
          "{\"service\":\"checkout\",\"title\":\"slow\"}", "{}" },
        { "pairs, each once", "run book --set A=1 --set B=x=y", "run",
          "{\"book\":\"book\",\"set\":{\"A\":\"1\",\"B\":\"x=y\"}}", "{}" },
        { "-- ends the options", "note -- --help is text here", "note", "{\"text\":\"--help is text here\"}",
          "{}" },
        { "a lone - is a word", "template render - --data x", "template render",
          "{\"data\":\"x\",\"name\":\"-\"}", "{}" },
        { "quoted words keep their blanks", "incident close --as 'false alarm'", "incident close",
          "{\"as\":\"false alarm\"}", "{}" },
        { "letters beyond ASCII", "start St\xc3\xb6rung im Shop", "start",
          "{\"title\":\"St\xc3\xb6rung im Shop\"}", "{}" },
        { "--help lets words be missing", "gate pass --help", "gate pass", "{}", "{\"help\":true}" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(parsed) line = parse_line(rows[i].line, &error);
        if (line == NULL)
            fail_msg("%s: %s", rows[i].name, error->message);
        g_autofree char *args = json_line(line->args);
        g_autofree char *options = json_line(line->options);
        g_autoptr(json) wanted_args = json_read(rows[i].args, strlen(rows[i].args), NULL);
        g_autoptr(json) wanted_options = json_read(rows[i].options, strlen(rows[i].options), NULL);
        if (g_strcmp0(line->row != NULL ? line->row->name : NULL, rows[i].command) != 0 ||
            !json_equal(line->args, wanted_args) || !json_equal(line->options, wanted_options))
            fail_msg("%s: %s %s %s", rows[i].name, line->row != NULL ? line->row->name : "none", args,
                     options);
    }
}

static void parse__says__what_is_wrong_and_what_would_be_right(void **state)
{
    (void)state;
    static const struct row {
        const char *line, *words;
    } rows[] = {
        { "gat", "unknown command 'gat'; did you mean 'gate'?" },
        { "gate pss x", "unknown command 'gate pss'; did you mean 'gate pass'?" },
        { "gate zzzzzz", "'gate' goes with: list, show, pass" },
        { "gate", "'gate' wants a verb: list, show, pass" },
        { "qqqqqqqq", "'warroom help' lists them" },
        { "gate pass", "'gate pass' wants GATE: warroom gate pass GATE" },
        { "pause now", "'now' is a word too many: warroom pause" },
        { "start --serice x slow", "unknown option '--serice'; did you mean '--service'?" },
        { "stat", "did you mean 'start'?" }, /* no abbreviations: named, not taken */
        { "start --sev low slow", "unknown option '--sev'" },
        { "start --severity hgih slow", "LEVEL is not 'hgih'; did you mean 'high'?" },
        { "incident severity zzz", "one of: low, medium, high, critical" },
        { "start slow --severity", "--severity wants a value: --severity LEVEL" },
        { "start slow -s a -s b", "--service is given twice" },
        { "pause --json=yes", "--json takes no value" },
        { "run book --set A", "--set wants NAME=VALUE, not 'A'" },
        { "run book --set =1", "--set wants NAME=VALUE, not '=1'" },
        { "run book --set A=1 --set A=2", "--set names 'A' twice" },
        { "-s checkout start slow", "unknown option '-s'" },
        { "completion powershell", "SHELL is not 'powershell'" },
        { "note -5 degrees", "unknown option '-5'; '--' ends the options" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(parsed) line = parse_line(rows[i].line, &error);
        if (line != NULL)
            fail_msg("%s: was taken", rows[i].line);
        if (error->code != ERR_USAGE || strstr(error->message, rows[i].words) == NULL)
            fail_msg("%s: %d %s", rows[i].line, error->code, error->message);
    }
}

static void table__has_examples__that_are_the_command_they_explain(void **state)
{
    (void)state;
    gsize count = 0;
    const command *rows = commands_all(&count);
    assert_true(count > 30);
    for (gsize i = 0; i < count; i++) {
        g_autoptr(GError) error = NULL;
        assert_true(g_str_has_prefix(rows[i].example, "warroom "));
        g_autoptr(parsed) line = parse_line(rows[i].example + strlen("warroom "), &error);
        if (line == NULL || line->row != &rows[i])
            fail_msg("%s: '%s': %s", rows[i].name, rows[i].example,
                     error != NULL ? error->message : "another row");
    }
}

static const char *const verb_names[] = {
#define VERB_NAME(name) #name,
    VERBS(VERB_NAME) NULL
};

static void table__has__a_verb_for_each_row_and_a_row_for_each_verb(void **state)
{
    (void)state;
    gsize count = 0;
    const command *rows = commands_all(&count);
    for (gsize i = 0; i < count; i++) {
        g_autofree char *name = g_strdelimit(g_strdup(rows[i].name), " ", '_');
        if (!g_strv_contains(verb_names, name))
            fail_msg("no verb for '%s'", rows[i].name);
        if (command_find(rows[i].name) != &rows[i])
            fail_msg("'%s' stands twice", rows[i].name);
    }
    assert_int_equal(count, G_N_ELEMENTS(verb_names) - 1);
}

/* One letter, one meaning: an option of a row does not take one that every command has. */
static void table__gives__no_option_two_meanings(void **state)
{
    (void)state;
    gsize count = 0;
    const command *rows = commands_all(&count);
    for (gsize i = 0; i < count; i++)
        for (const parameter_row *own = rows[i].parameters; own->name != NULL; own++)
            for (const parameter_row *all = options_all(); all->name != NULL; all++)
                if (!takes_is_word(own->takes) &&
                    (strcmp(own->name, all->name) == 0 || (own->letter != 0 && own->letter == all->letter)))
                    fail_msg("'%s': --%s", rows[i].name, own->name);
}

static void help__fits_eighty_columns_and_names_every_command(void **state)
{
    (void)state;
    g_autofree char *usage = help_usage();
    g_auto(GStrv) lines = g_strsplit(usage, "\n", -1);
    for (char **line = lines; *line != NULL; line++)
        if (g_utf8_strlen(*line, -1) > 80)
            fail_msg("wider than 80: %s", *line);
    assert_true(g_strv_length(lines) <= 24);
    gsize count = 0;
    const command *rows = commands_all(&count);
    for (gsize i = 0; i < count; i++) {
        g_autofree char *first = g_strndup(rows[i].name, strcspn(rows[i].name, " "));
        if (strstr(usage, first) == NULL)
            fail_msg("not in the usage: %s", first);
        g_autofree char *help = help_command(&rows[i]);
        if (strstr(help, rows[i].example) == NULL || strstr(help, rows[i].about) == NULL)
            fail_msg("%s: %s", rows[i].name, help);
    }
}

/* A line of a manual that begins with a dot is a request: none may come out of a row's words. */
static void manual__lets_no_text_become_a_request(void **state)
{
    (void)state;
    static const char *const requests[] = {
        ".TH", ".SH", ".SS", ".TP", ".PP", ".B", ".BR", ".nf", ".fi", NULL
    };
    gsize count = 0;
    const command *rows = commands_all(&count);
    for (gsize i = 0; i < count; i++) {
        g_autofree char *page = manual_command(&rows[i]);
        g_auto(GStrv) lines = g_strsplit(page, "\n", -1);
        assert_true(g_str_has_prefix(lines[0], ".TH WARROOM-"));
        for (char **line = lines; *line != NULL; line++) {
            g_autofree char *word = g_strndup(*line, strcspn(*line, " "));
            if (word[0] == '.' && !g_strv_contains(requests, word))
                fail_msg("%s: %s", rows[i].name, *line);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parse__reads__a_line_into_its_row),
        cmocka_unit_test(parse__says__what_is_wrong_and_what_would_be_right),
        cmocka_unit_test(table__has_examples__that_are_the_command_they_explain),
        cmocka_unit_test(table__has__a_verb_for_each_row_and_a_row_for_each_verb),
        cmocka_unit_test(table__gives__no_option_two_meanings),
        cmocka_unit_test(help__fits_eighty_columns_and_names_every_command),
        cmocka_unit_test(manual__lets_no_text_become_a_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
