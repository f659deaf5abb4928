/* Every case of the specification's core in our own words, what it leaves open, what is refused, and the
 * hostile ones. The cases are text: tests/cases/communicate/mustache*. */
#include "communicate/mustache.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define CASES_OF_THE_SPECIFICATION 136

/* The cases lie in the tree this program was built in, wherever it is called from. */
static char *cases_path(const char *name)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = g_path_get_dirname(self);
    while (strcmp(folder, "/") != 0) {
        char *path = g_build_filename(folder, "tests", "cases", "communicate", name, NULL);
        if (g_file_test(path, G_FILE_TEST_EXISTS))
            return path;
        g_free(path);
        char *above = g_path_get_dirname(folder);
        g_free(folder);
        folder = above;
    }
    fail_msg("no tests/cases/communicate/%s above this program", name);
    return NULL;
}

typedef struct test_case {
    char *name;
    GHashTable *fields; /* name -> json */
} test_case;

static void test_case_free(gpointer data)
{
    test_case *self = data;
    g_free(self->name);
    g_hash_table_unref(self->fields);
    g_free(self);
}

static GPtrArray *cases_read(const char *name)
{
    g_autofree char *path = cases_path(name);
    g_autofree char *text = NULL;
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    GPtrArray *cases = g_ptr_array_new_with_free_func(test_case_free);
    for (char **line = lines; *line != NULL; line++) {
        char *value = strstr(*line, ": ");
        if (**line == '#' || value == NULL)
            continue;
        *value = '\0';
        value += 2;
        if (strcmp(*line, "case") == 0) {
            test_case *fresh = g_new0(test_case, 1);
            fresh->name = g_strdup(value);
            fresh->fields =
                g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)json_decref);
            g_ptr_array_add(cases, fresh);
            continue;
        }
        g_autoptr(GError) error = NULL;
        json *parsed = json_read(value, strlen(value), &error);
        if (parsed == NULL)
            fail_msg("%s, line %d: %s", name, (int)(line - lines) + 1, error->message);
        const test_case *last = cases->pdata[cases->len - 1];
        g_hash_table_insert(last->fields, g_strdup(*line), parsed);
    }
    return cases;
}

static const char *case_text(const test_case *self, const char *field)
{
    return json_string_value(g_hash_table_lookup(self->fields, field));
}

typedef struct shelf {
    GHashTable *compiled; /* name -> mustache */
    const json *texts;    /* may be NULL */
} shelf;

static const mustache *shelf_take(const char *name, void *context)
{
    shelf *self = context;
    mustache *found = g_hash_table_lookup(self->compiled, name);
    const char *text = json_text(self->texts, name, NULL);
    if (found != NULL || text == NULL)
        return found;
    g_autoptr(GError) error = NULL;
    found = mustache_compile(name, text, strlen(text), &error);
    if (found == NULL)
        fail_msg("partial %s: %s", name, error->message);
    g_hash_table_insert(self->compiled, g_strdup(name), found);
    return found;
}

static char *render_case(const test_case *one, complaints *missing)
{
    static const char *const words[] = { "html", "none", "json", NULL };
    const char *text = case_text(one, "template");
    g_autoptr(GError) error = NULL;
    g_autoptr(mustache) compiled = mustache_compile("case", text, strlen(text), &error);
    if (compiled == NULL)
        fail_msg("%s: %s", one->name, error->message);
    g_autoptr(GHashTable) table =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)mustache_free);
    shelf held = { table, g_hash_table_lookup(one->fields, "partials") };
    const char *asked = case_text(one, "escape");
    mustache_escape escape = ESCAPE_HTML;
    for (guint i = 0; asked != NULL && words[i] != NULL; i++)
        if (strcmp(asked, words[i]) == 0)
            escape = (mustache_escape)i;
    GString *out = g_string_new("before|");
    if (!mustache_render(compiled, g_hash_table_lookup(one->fields, "data"), escape, shelf_take, &held, out,
                         missing, &error))
        fail_msg("%s: %s", one->name, error->message);
    assert_memory_equal(out->str, "before|", 7);
    assert_int_equal(strlen(out->str), out->len);
    g_string_erase(out, 0, 7);
    return g_string_free(out, FALSE);
}

/* Returns how many of a file's cases are right, after telling about those that are not. */
static guint cases_right(const char *file, guint *count)
{
    g_autoptr(GPtrArray) cases = cases_read(file);
    guint right = 0;
    for (guint i = 0; i < cases->len; i++) {
        const test_case *one = cases->pdata[i];
        g_autoptr(complaints) missing = complaints_new();
        g_autofree char *found = render_case(one, missing);
        g_autofree char *told = complaints_text(missing);
        const char *expected = case_text(one, "expected"), *owed = case_text(one, "missing");
        assert_non_null(expected);
        bool good = strcmp(found, expected) == 0 && (owed == NULL || strcmp(owed, told) == 0);
        if (!good)
            print_error("%s: %s\n  expected: %s\n  found:    %s\n  told:     %s\n", file, one->name, expected,
                        found, told);
        right += good;
    }
    *count += cases->len;
    return right;
}

static void specification__all_core_cases__hold(void **state)
{
    (void)state;
    static const char *const files[] = { "comments", "delimiters", "interpolation",
                                         "inverted", "partials",   "sections" };
    guint count = 0, right = 0;
    for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *file = g_strdup_printf("mustache/%s.txt", files[i]);
        right += cases_right(file, &count);
    }
    print_message("# %u of %u core cases of the specification\n", right, count);
    assert_int_equal(count, CASES_OF_THE_SPECIFICATION);
    assert_int_equal(right, count);
}

static void house__what_the_specification_leaves_open__is_settled(void **state)
{
    (void)state;
    guint count = 0;
    guint right = cases_right("mustache_house.txt", &count);
    assert_true(count > 0);
    assert_int_equal(right, count);
}

static void compile__what_is_wrong__is_told_with_its_place(void **state)
{
    (void)state;
    g_autoptr(GPtrArray) cases = cases_read("mustache_errors.txt");
    guint wrong = 0;
    assert_true(cases->len > 0);
    for (guint i = 0; i < cases->len; i++) {
        const test_case *one = cases->pdata[i];
        const char *text = case_text(one, "template"), *expected = case_text(one, "error");
        g_autoptr(GError) error = NULL;
        g_autoptr(mustache) compiled = mustache_compile("case", text, strlen(text), &error);
        if (compiled == NULL && strcmp(error->message, expected) == 0 && error->code == ERR_USAGE)
            continue;
        print_error("%s\n  expected: %s\n  found:    %s\n", one->name, expected,
                    compiled != NULL ? "a template" : error->message);
        wrong++;
    }
    assert_int_equal(wrong, 0);
}

static char *compile_error(const char *file, const char *text, gsize length)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(mustache) compiled = mustache_compile(file, text, length, &error);
    assert_null(compiled);
    return g_strdup(error->message);
}

static void compile__bytes_that_are_no_text__are_refused(void **state)
{
    (void)state;
    g_autofree char *nul = compile_error("case", "a\nb\0c", 5);
    assert_string_equal(nul, "case:2:2: byte 00 is not UTF-8 text; save it as UTF-8");
    g_autofree char *latin = compile_error(NULL, "Gr\xF6\xDF", 4);
    assert_string_equal(latin, "1:3: byte F6 is not UTF-8 text; save it as UTF-8");
}

static char *repeated(const char *piece, gsize length)
{
    GString *text = g_string_sized_new(length);
    while (text->len + strlen(piece) <= length)
        g_string_append(text, piece);
    return g_string_free(text, FALSE);
}

/* A megabyte of each must end at once, with one line that names its place. The limit is generous: a walk
 * that grows with the square of the length takes minutes. */
static void compile__a_megabyte_of_malice__ends_soon(void **state)
{
    (void)state;
    static const struct {
        const char *name, *piece, *error; /* NULL: it compiles */
    } rows[] = {
        { "braces", "{{", "1:1: the tag is not closed; write }}}" },
        { "braces and a name", "{{a ", "1:1: the tag is not closed; write }}" },
        { "open sections", "{{#a}}",
          "1:769: sections nest deeper than 128; move the inner ones into a partial" },
        { "open inverted ones", "{{^a}}",
          "1:769: sections nest deeper than 128; move the inner ones into a partial" },
        { "ends", "{{/a}}", "1:1: no section 'a' is open here; open it with {{#a}} or take this away" },
        { "remarks without end", "{{! ", "1:1: the tag is not closed; write }}" },
        { "three braces", "{{{a}} ", "1:1: the tag is not closed; write }}}" },
        { "delimiters without end", "{{= ", "1:1: the tag is not closed; write =}}" },
        { "values", "{{a}}", NULL },
        { "sections", "{{#a}}{{/a}}", NULL },
        { "partials", "{{>a}}", NULL },
        { "blanks before a remark", "   {{!}} ", NULL },
        { "lines of blanks", "          \n", NULL },
        { "delimiters", "{{=<% %>=}}<%={{ }}=%>", NULL },
        { "long names", "{{a.b.c.d.e.f.g.h}}", NULL },
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = repeated(rows[i].piece, MUSTACHE_LARGEST);
        gint64 begin = g_get_monotonic_time();
        g_autoptr(GError) error = NULL;
        g_autoptr(mustache) compiled = mustache_compile(NULL, text, strlen(text), &error);
        gint64 took = g_get_monotonic_time() - begin;
        print_message("# %s: %d ms\n", rows[i].name, (int)(took / 1000));
        assert_true(took < 5 * G_USEC_PER_SEC);
        assert_true((compiled == NULL) == (rows[i].error != NULL));
        if (compiled == NULL)
            assert_string_equal(error->message, rows[i].error);
    }
}

static void compile__over_a_megabyte__is_refused(void **state)
{
    (void)state;
    g_autofree char *text = repeated("a", MUSTACHE_LARGEST + 1);
    g_autofree char *message = compile_error("big", text, strlen(text));
    assert_string_equal(message, "big:1:1: the template is over 1048576 bytes; write a shorter one");
}

/* Renders a template whose partials and data are given as JSON; the error's text, which must be there. */
static char *render_error(const char *template, const char *partials, const char *data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json) texts = json_read(partials, strlen(partials), &error);
    g_autoptr(json) values = json_read(data, strlen(data), &error);
    g_autoptr(mustache) compiled = mustache_compile("case", template, strlen(template), &error);
    assert_null(error);
    g_autoptr(GHashTable) table =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)mustache_free);
    shelf held = { table, texts };
    g_autoptr(GString) out = g_string_new("before");
    clock_t begin = clock();
    assert_false(mustache_render(compiled, values, ESCAPE_NONE, shelf_take, &held, out, NULL, &error));
    assert_true(clock() - begin < 10 * CLOCKS_PER_SEC); /* of this process: others may be at work */
    assert_string_equal(out->str, "before");
    return g_strdup(error->message);
}

static void render__partials_without_end__stop_with_one_line(void **state)
{
    (void)state;
    static const struct {
        const char *name, *template, *partials, *data, *error;
    } rows[] = {
        { "one that names itself", "{{>p}}", "{\"p\": \"x\\n {{>p}}\"}", "{}",
          "p:2:2: partials nest deeper than 100; let one end where its data ends" },
        { "twice itself", "{{>p}}", "{\"p\": \"{{>p}}{{>p}}\"}", "{}",
          "p:1:1: partials nest deeper than 100; let one end where its data ends" },
        { "two that name each other", "{{>p}}", "{\"p\": \"{{>q}}\", \"q\": \"{{>p}}\"}", "{}",
          "q:1:1: partials nest deeper than 100; let one end where its data ends" },
        { "forty doublings of nothing", "{{>a}}",
          "{\"a\":\"{{>b}}{{>b}}{{>b}}{{>b}}\",\"b\":\"{{>c}}{{>c}}{{>c}}{{>c}}\",\"c\":\"{{>d}}{{>d}}{{>d}}{"
          "{>d}}\","
          "\"d\":\"{{>e}}{{>e}}{{>e}}{{>e}}\",\"e\":\"{{>f}}{{>f}}{{>f}}{{>f}}\",\"f\":\"{{>g}}{{>g}}{{>g}}{{"
          ">g}}\","
          "\"g\":\"{{>h}}{{>h}}{{>h}}{{>h}}\",\"h\":\"{{>i}}{{>i}}{{>i}}{{>i}}\",\"i\":\"{{>j}}{{>j}}{{>j}}{{"
          ">j}}\","
          "\"j\":\"{{>k}}{{>k}}{{>k}}{{>k}}\",\"k\":\"{{>l}}{{>l}}{{>l}}{{>l}}\",\"l\":\"{{>m}}{{>m}}{{>m}}{{"
          ">m}}\","
          "\"m\":\"\"}",
          "{}", "takes more than 4000000 steps; walk fewer lists inside one another" },
        { "lists in lists in lists",
          "{{#n}}{{#n}}{{#n}}{{#n}}{{#n}}{{#n}}{{#n}}{{#n}}{{/n}}{{/n}}{{/n}}{{/n}}{{/n}}"
          "{{/n}}{{/n}}{{/n}}",
          "{}", "{\"n\": [1,2,3,4,5,6,7,8,9,10]}",
          "takes more than 4000000 steps; walk fewer lists inside one another" },
        { "text without measure",
          "{{#n}}{{#n}}{{#n}}{{#n}}{{#n}}{{#n}}{{t}}{{t}}{{t}}{{t}}{{/n}}{{/n}}{{/n}}{{/n}}"
          "{{/n}}{{/n}}",
          "{}", "{\"n\": [1,2,3,4,5,6,7,8,9,10], \"t\": \"0123456789012345678901234567890123456789\"}",
          "becomes longer than 16777216 bytes; walk shorter lists" },
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *message = render_error(rows[i].template, rows[i].partials, rows[i].data);
        if (strstr(message, rows[i].error) == NULL)
            fail_msg("%s: %s", rows[i].name, message);
        assert_null(strchr(message, '\n'));
    }
}

static void render__a_wide_margin_before_many_lines__stops_too(void **state)
{
    (void)state;
    g_autofree char *blanks = repeated(" ", 500000);
    g_autofree char *lines = repeated("a\n", 500000);
    g_autofree char *text = g_strconcat("\n", blanks, "{{>p}}\n", NULL);
    g_autofree char *partials = NULL;
    g_autoptr(json) texts = json_pack("{s:s}", "p", lines);
    partials = json_line(texts);
    g_autofree char *message = render_error(text, partials, "{}");
    assert_string_equal(message,
                        "case:2:500001: the text becomes longer than 16777216 bytes; walk shorter lists");
}

static void render__a_partial_that_follows_its_data__goes_as_deep_as_it(void **state)
{
    (void)state;
    GString *data = g_string_new(NULL);
    for (guint i = 0; i < 30; i++)
        g_string_append(data, "{\"n\":[");
    for (guint i = 0; i < 30; i++)
        g_string_append(data, "]}");
    g_autofree char *nested = g_string_free(data, FALSE);
    g_autoptr(GError) error = NULL;
    g_autoptr(json) values = json_read(nested, strlen(nested), &error);
    g_autoptr(json) texts = json_pack("{s:s}", "p", "({{#n}}{{>p}}{{/n}})");
    g_autoptr(mustache) compiled = mustache_compile("case", "{{>p}}", 6, &error);
    g_autoptr(GHashTable) table =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)mustache_free);
    shelf held = { table, texts };
    g_autoptr(GString) out = g_string_new(NULL);
    assert_true(mustache_render(compiled, values, ESCAPE_NONE, shelf_take, &held, out, NULL, &error));
    assert_int_equal(out->len, 60);
}

static void render__ten_thousand_rows__are_all_there(void **state)
{
    (void)state;
    g_autoptr(json) rows = json_array();
    for (int i = 0; i < 10000; i++)
        json_array_append_new(rows, json_pack("{s:i}", "n", i));
    g_autoptr(json) data = json_pack("{s:O}", "rows", rows);
    g_autoptr(GError) error = NULL;
    const char *text = "{{#rows}}\n{{n}}\n{{/rows}}\n";
    g_autoptr(mustache) compiled = mustache_compile(NULL, text, strlen(text), &error);
    g_autoptr(GString) out = g_string_new(NULL), expected = g_string_new(NULL);
    for (int i = 0; i < 10000; i++)
        g_string_append_printf(expected, "%d\n", i);
    assert_true(mustache_render(compiled, data, ESCAPE_HTML, NULL, NULL, out, NULL, &error));
    assert_string_equal(out->str, expected->str);
}

static void fields__every_name_once__sorted(void **state)
{
    (void)state;
    const char *text = "{{! note }}{{title}} {{#hosts}}{{name}} {{.}}{{/hosts}}{{^hosts}}{{&title}}{{/hosts}}"
                       "{{{service.name}}}{{> foot}}";
    g_autoptr(GError) error = NULL;
    g_autoptr(mustache) compiled = mustache_compile(NULL, text, strlen(text), &error);
    g_auto(GStrv) names = mustache_fields(compiled);
    g_autofree char *joined = g_strjoinv(" ", names);
    assert_string_equal(joined, "hosts name service.name title");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(specification__all_core_cases__hold),
        cmocka_unit_test(house__what_the_specification_leaves_open__is_settled),
        cmocka_unit_test(compile__what_is_wrong__is_told_with_its_place),
        cmocka_unit_test(compile__bytes_that_are_no_text__are_refused),
        cmocka_unit_test(compile__a_megabyte_of_malice__ends_soon),
        cmocka_unit_test(compile__over_a_megabyte__is_refused),
        cmocka_unit_test(render__partials_without_end__stop_with_one_line),
        cmocka_unit_test(render__a_wide_margin_before_many_lines__stops_too),
        cmocka_unit_test(render__a_partial_that_follows_its_data__goes_as_deep_as_it),
        cmocka_unit_test(render__ten_thousand_rows__are_all_there),
        cmocka_unit_test(fields__every_name_once__sorted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
