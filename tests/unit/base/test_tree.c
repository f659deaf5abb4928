/* YAML as a tree. The cases are text: tests/cases/base/tree and front. */
#include "base/tree.h"

#include "lib/cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

/* Sanitizers take their time. */
#if defined(__SANITIZE_ADDRESS__)
#define RUNNING_ON_SLOW 1
#else
#define RUNNING_ON_SLOW 0
#endif

static void dump_text(const node *at, GString *out)
{
    g_autofree char *escaped = g_strescape(node_text(at), NULL);
    g_string_append_printf(out, node_quoted(at) ? "\"%s\"" : "%s", escaped);
}

static void dump(const node *at, GString *out)
{
    static const char *const brackets[] = { [NODE_LIST] = "[]", [NODE_MAP] = "{}" };
    if (node_is(at) == NODE_SCALAR) {
        dump_text(at, out);
        return;
    }
    g_string_append_c(out, brackets[node_is(at)][0]);
    for (guint i = 0; i < node_count(at); i++) {
        if (i > 0)
            g_string_append_c(out, ',');
        if (node_is(at) == NODE_MAP) {
            dump_text(node_key(at, i), out);
            g_string_append_c(out, ':');
        }
        dump(node_item(at, i), out);
    }
    g_string_append_c(out, brackets[node_is(at)][1]);
}

typedef tree *(*parse)(const char *file, const char *text, gsize length, complaints *into);

/* What comes of a file: its complaints, else its tree, as the cases write them. */
static char *outcome(parse parse, const char *text)
{
    g_autoptr(complaints) wrong = complaints_new();
    g_autoptr(tree) self = parse("f", text, strlen(text), wrong);
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < complaints_count(wrong); i++) {
        const complaint *one = complaints_get(wrong, i);
        g_string_append_printf(out, "=> %u:%u: %s; %s\n", one->line, one->column, one->wrong, one->right);
    }
    if (out->len == 0) {
        g_string_append(out, "=> ");
        dump(tree_root(self), out);
        g_string_append_c(out, '\n');
    }
    return g_string_free(out, FALSE);
}

static void case_split(const table_case *one, GString *text, GString *due)
{
    for (char **line = one->lines; *line != NULL; line++) {
        bool result = g_str_has_prefix(*line, "=> ");
        g_autofree char *plain = g_strcompress(*line);
        /* The tree is written with the escapes of its scalars; complaints are plain. */
        bool tree_line = result && strchr("{[\"", (*line)[3]) != NULL;
        g_string_append_printf(result ? due : text, "%s\n", tree_line ? *line : plain);
    }
}

static void case_holds(parse parse, const table_case *one)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GString) due = g_string_new(NULL);
    case_split(one, text, due);
    g_autofree char *got = outcome(parse, text->str);
    if (strcmp(got, due->str) != 0)
        fail_msg("line %u: got\n%swanted\n%s", one->line, got, due->str);
}

static void tree_case(void **state)
{
    case_holds(tree_parse, *state);
}

static void front_case(void **state)
{
    case_holds(tree_parse_front, *state);
}

static char *repeat(const char *piece, guint count)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < count; i++)
        g_string_append(text, piece);
    return g_string_free(text, FALSE);
}

static double milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now); /* processor time: other work on the machine is not ours */
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void bomb__is_refused__in_ten_milliseconds(void **state)
{
    (void)state;
    static const struct {
        const char *name, *piece, *place;
        guint count;
    } bombs[] = {
        { "open brackets", "[", "f:1:33: nested too deep", 65535 },
        { "open braces", "{a: ", "f:1:129: nested too deep", 65535 },
        { "dashes", "- ", "f:1:65: nested too deep", 200000 },
        { "question marks", "? ", "f:1:3: a key", 200000 },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(bombs); i++) {
        g_autofree char *text = repeat(bombs[i].piece, bombs[i].count);
        g_autoptr(complaints) wrong = complaints_new();
        double before = milliseconds();
        assert_null(tree_parse("f", text, strlen(text), wrong));
        double took = milliseconds() - before;
        g_autofree char *said = complaints_text(wrong);
        if (!g_str_has_prefix(said, bombs[i].place))
            fail_msg("%s: %s", bombs[i].name, said);
        if (took > 10 * (RUNNING_ON_SLOW ? 20 : 1))
            fail_msg("%s took %.1f ms", bombs[i].name, took);
    }
}

static void size__over_a_megabyte__is_refused(void **state)
{
    (void)state;
    g_autofree char *fits = repeat("# 234567\n", 1024 * 1024 / 9);
    g_autofree char *large = repeat("# 234567\n", 1024 * 1024 / 9 + 1);
    g_autoptr(complaints) wrong = complaints_new();
    g_autoptr(tree) self = tree_parse("f", fits, strlen(fits), wrong);
    assert_non_null(self);
    assert_null(tree_parse("f", large, strlen(large), wrong));
    g_autofree char *said = complaints_text(wrong);
    assert_string_equal(said, "f:1:1: 1048581 bytes are too large; 1 MB is the most");
}

static void many_duplicates__take__no_square_of_time(void **state)
{
    (void)state;
    g_autofree char *text = repeat("a:\n", 300000);
    g_autoptr(complaints) wrong = complaints_new();
    double before = milliseconds();
    g_autoptr(tree) self = tree_parse("f", text, strlen(text), wrong);
    assert_int_equal(complaints_count(wrong), 299999);
    assert_true(milliseconds() - before < 1000 * (RUNNING_ON_SLOW ? 20 : 1));
    assert_non_null(self);
}

static void node__knows__where_it_stands(void **state)
{
    (void)state;
    const char *text = "a: 1\nb:\n  - x\n  - {c: \"d\"}\n";
    g_autoptr(complaints) wrong = complaints_new();
    g_autoptr(tree) self = tree_parse("dir/f.yaml", text, strlen(text), wrong);
    const node *item = node_item(node_get(tree_root(self), "b"), 1), *deep = node_get(item, "c");
    assert_string_equal(node_text(deep), "d");
    assert_int_equal(node_line(deep), 4);
    assert_int_equal(node_column(deep), 9);
    assert_true(node_quoted(deep));
    assert_string_equal(node_file(deep), "dir/f.yaml");
    assert_int_equal(node_line(node_key(tree_root(self), 1)), 2);
    assert_null(node_get(tree_root(self), "c"));
    assert_null(node_get(deep, "c"));
    assert_int_equal(node_count(deep), 0);
    node_complain(deep, wrong, "this", "not %s", "that");
    g_autofree char *said = complaints_text(wrong);
    assert_string_equal(said, "dir/f.yaml:4:9: not that; this");
}

static void node__that_is_bad__is_complained_of_once(void **state)
{
    (void)state;
    const char *text = "a: *x\n";
    g_autoptr(complaints) wrong = complaints_new();
    g_autoptr(tree) self = tree_parse("f", text, strlen(text), wrong);
    const node *alias = node_get(tree_root(self), "a");
    assert_true(node_is_bad(alias));
    node_complain(alias, wrong, "", "again");
    assert_int_equal(complaints_count(wrong), 1);
}

/* A text need not end in a NUL: what lies behind its length is nobody's. */
static void text__is_read__to_its_length_only(void **state)
{
    (void)state;
    g_autoptr(complaints) wrong = complaints_new();
    g_autoptr(tree) self = tree_parse("f", "a: 1\n\tgarbage", 5, wrong);
    assert_non_null(self);
    assert_int_equal(complaints_count(wrong), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bomb__is_refused__in_ten_milliseconds),
        cmocka_unit_test(size__over_a_megabyte__is_refused),
        cmocka_unit_test(many_duplicates__take__no_square_of_time),
        cmocka_unit_test(node__knows__where_it_stands),
        cmocka_unit_test(node__that_is_bad__is_complained_of_once),
        cmocka_unit_test(text__is_read__to_its_length_only),
    };
    g_autoptr(GPtrArray) trees = cases_read("base/tree");
    g_autoptr(GPtrArray) fronts = cases_read("base/front");
    return cases_run("tree", trees, tree_case) + cases_run("front", fronts, front_case) +
           cmocka_run_group_tests(tests, NULL, NULL);
}
