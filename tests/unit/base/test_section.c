#include "base/section.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* One key of each kind, read as a room would. */
static void read_all(const node *map, complaints *into)
{
    static const char *const words[] = { "low", "medium", "high", NULL };
    g_autoptr(section) self = section_open(map, "thing 'x'", into);
    section_text_needed(self, "name");
    section_bool(self, "on", false);
    section_integer(self, "retries", 0, 10, 1);
    section_number(self, "scale", 1);
    section_span(self, "every", SPAN_SECOND);
    section_word(self, "severity", words, 1);
    g_strfreev(section_texts(self, "run"));
}

static const struct row {
    const char *name, *text, *said;
} rows[] = {
    { "nothing wrong", "{name: a, on: yes, retries: 3, scale: 0.5, every: 5s, severity: high, run: [a, b]}",
      "" },
    { "only what is needed", "{name: a}", "" },
    { "what is needed is not there", "{on: yes}", "f:1:1: thing 'x' has no 'name'; add 'name:'" },
    { "what is needed has no value", "{name: }",
      "f:1:8: 'name' has no value in thing 'x'; write one text, or remove the key" },
    { "nothing in quotes is a text", "{name: ''}", "" },
    { "a key nearly right", "{name: a, evry: 5s}",
      "f:1:11: unknown key 'evry' in thing 'x'; did you mean 'every'?" },
    { "a key that is there already is not meant", "{name: a, names: b}",
      "f:1:11: unknown key 'names' in thing 'x'; known keys: name, on, retries, scale, every, severity, "
      "run" },
    { "a key from nowhere", "{name: a, zebra: 1}",
      "f:1:11: unknown key 'zebra' in thing 'x'; known keys: name, on, retries, scale, every, severity, "
      "run" },
    { "a list for a text", "{name: [a]}", "f:1:8: 'name' is a list in thing 'x'; write one text" },
    { "a map for a number", "{name: a, scale: {b: 1}}",
      "f:1:18: 'scale' is a map in thing 'x'; write a number, as 0.5" },
    { "no word for a switch", "{name: a, on: maybe}",
      "f:1:15: 'on' is 'maybe'; one of: yes, no, true, false, on, off" },
    { "a fraction for a whole number", "{name: a, retries: 1.5}",
      "f:1:20: 'retries' is '1.5'; write a whole number from 0 to 10" },
    { "a number out of range", "{name: a, retries: 11}",
      "f:1:20: 'retries' is '11'; write a whole number from 0 to 10" },
    { "more digits than numbers have", "{name: a, retries: 99999999999999999999}",
      "f:1:20: 'retries' is '99999999999999999999'; write a whole number from 0 to 10" },
    { "a decimal comma", "{name: a, scale: '0,5'}",
      "f:1:18: 'scale' is '0,5', not a number; write a number, as 0.5" },
    { "not a number", "{name: a, scale: nan}",
      "f:1:18: 'scale' is 'nan', not a number; write a number, as 0.5" },
    { "a number without end", "{name: a, scale: 1e999}",
      "f:1:18: 'scale' is '1e999', not a number; write a number, as 0.5" },
    { "a hexadecimal", "{name: a, scale: 0x10}",
      "f:1:18: 'scale' is '0x10', not a number; write a number, as 0.5" },
    { "a duration without its unit", "{name: a, every: 5}",
      "f:1:18: 'every' is '5', not a duration; write its unit, as 5s" },
    { "no duration at all", "{name: a, every: soon}",
      "f:1:18: 'every' is 'soon', not a duration; write a duration, as 90s, 5m, 1h30m or 14d" },
    { "a word nearly right", "{name: a, severity: hihg}",
      "f:1:21: 'severity' is 'hihg'; did you mean 'high'?" },
    { "a word from nowhere", "{name: a, severity: purple}",
      "f:1:21: 'severity' is 'purple'; one of: low, medium, high" },
    { "a list in a list", "{name: a, run: [a, [b]]}",
      "f:1:20: an item of 'run' is itself a list or a map; write one text" },
    { "nothing in a list", "{name: a, run: [a, ]}", "" },
    { "an empty item of a list", "name: a\nrun:\n  - a\n  -\n",
      "f:4:4: an item of 'run' has no value; write one text" },
    { "a map for a list", "{name: a, run: {b: 1}}", "f:1:16: 'run' is a map in thing 'x'; write one text" },
    { "a text for a map", "hello", "f:1:1: thing 'x' is text, not a map; write it as key: value pairs" },
    { "a list for a map", "[a]", "f:1:1: thing 'x' is a list, not a map; write it as key: value pairs" },
    { "an alias is told once", "{name: *a}",
      "f:1:8: the alias '*a': aliases are not read; write the value out" },
    { "three mistakes at once", "{nam: a, every: x, retries: y}",
      "f:1:1: thing 'x' has no 'name'; add 'name:'\n"
      "f:1:2: unknown key 'nam' in thing 'x'; did you mean 'name'?\n"
      "f:1:17: 'every' is 'x', not a duration; write a duration, as 90s, 5m, 1h30m or 14d\n"
      "f:1:29: 'retries' is 'y'; write a whole number from 0 to 10" },
};

static void section__says__what_is_wrong_and_what_would_be_right(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(complaints) wrong = complaints_new();
        g_autoptr(tree) file = tree_parse("f", rows[i].text, strlen(rows[i].text), wrong);
        read_all(tree_root(file), wrong);
        g_autofree char *said = complaints_text(wrong);
        if (strcmp(said, rows[i].said) != 0)
            fail_msg("%s: '%s'", rows[i].name, said);
    }
}

static void section__gives__what_is_written(void **state)
{
    (void)state;
    static const char *const words[] = { "low", "medium", "high", NULL };
    const char *text =
        "{t: no, b: Off, i: -3, n: -1.5e2, s: 1h30m, w: HIGH, one: a b, many: [a, 'b c'], none: []}";
    g_autoptr(complaints) wrong = complaints_new();
    g_autoptr(tree) file = tree_parse("f", text, strlen(text), wrong);
    section *self = section_open(tree_root(file), "it", wrong);
    assert_string_equal(section_text(self, "t", "-"), "no"); /* a country, not a switch */
    assert_false(section_bool(self, "b", true));
    assert_int_equal(section_integer(self, "i", -5, 5, 0), -3);
    assert_true(section_number(self, "n", 0) == -150.0);
    assert_int_equal(section_span(self, "s", 0), 90 * SPAN_MINUTE);
    assert_int_equal(section_word(self, "w", words, 0), 2);
    g_auto(GStrv) one = section_texts(self, "one");
    g_auto(GStrv) many = section_texts(self, "many");
    g_auto(GStrv) none = section_texts(self, "none");
    assert_true(g_strv_equal((const char *const *)one, (const char *const[]){ "a b", NULL }));
    assert_true(g_strv_equal((const char *const *)many, (const char *const[]){ "a", "b c", NULL }));
    assert_non_null(none);
    assert_null(none[0]);
    assert_true(section_has(self, "t"));
    section_close(self);
    assert_int_equal(complaints_count(wrong), 0);
}

static void section__that_is_absent__gives_the_defaults(void **state)
{
    (void)state;
    g_autoptr(complaints) wrong = complaints_new();
    section *self = section_open(NULL, "it", wrong);
    assert_string_equal(section_text(self, "t", "-"), "-");
    assert_null(section_text_needed(self, "needed")); /* whoever needs it all complains about the section */
    assert_true(section_bool(self, "b", true));
    assert_int_equal(section_integer(self, "i", 0, 9, 4), 4);
    assert_int_equal(section_span(self, "s", 7), 7);
    assert_null(section_texts(self, "l"));
    assert_null(section_map(self));
    assert_false(section_has(self, "t"));
    section_close(self);
    assert_int_equal(complaints_count(wrong), 0);
}

static void number__is_read__in_any_locale(void **state)
{
    (void)state;
    /* Where no locale with a decimal comma is installed, this row proves nothing more than the one above. */
    bool comma = setlocale(LC_NUMERIC, "de_DE.UTF-8") != NULL;
    g_autoptr(complaints) wrong = complaints_new();
    g_autoptr(tree) file = tree_parse("f", "n: 0.95", 7, wrong);
    section *self = section_open(tree_root(file), "it", wrong);
    assert_true(section_number(self, "n", 0) == 0.95);
    section_close(self);
    setlocale(LC_NUMERIC, "C");
    print_message("# a locale with a decimal comma: %s\n", comma ? "yes" : "none installed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(section__says__what_is_wrong_and_what_would_be_right),
        cmocka_unit_test(section__gives__what_is_written),
        cmocka_unit_test(section__that_is_absent__gives_the_defaults),
        cmocka_unit_test(number__is_read__in_any_locale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
