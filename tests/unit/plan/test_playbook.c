/* Markdown runbooks of many styles, each read and compared with what a person reads in it.
 *
 * tests/cases/plan/NAME/input.md and expected.txt: a folder per case; GOLDEN=write writes the latter anew. */
#include "plan/playbook.h"

#include "lib/outline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

typedef struct runbook {
    char *name, *folder;
} runbook;

static char *cases_folder(void)
{
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    char *folder = g_path_get_dirname(program);
    while (strlen(folder) > 1) {
        g_autofree char *cases = g_build_filename(folder, "tests", "cases", "plan", NULL);
        g_autofree char *above = g_path_get_dirname(folder);
        g_free(folder);
        if (g_file_test(cases, G_FILE_TEST_IS_DIR))
            return g_steal_pointer(&cases);
        folder = g_steal_pointer(&above);
    }
    g_error("no tests/cases/plan above this program");
}

static char *read_file(const runbook *book, const char *name, gsize *length)
{
    g_autofree char *path = g_build_filename(book->folder, name, NULL);
    char *text = NULL;
    if (!g_file_get_contents(path, &text, length, NULL))
        fail_msg("%s cannot be read", path);
    return text;
}

static bool is_writing(void)
{
    return g_strcmp0(g_getenv("GOLDEN"), "write") == 0;
}

/* Shows the first line that differs, which is what a person looks for. */
static void assert_same_text(const char *name, const char *got, const char *wanted)
{
    g_auto(GStrv) left = g_strsplit(got, "\n", -1), right = g_strsplit(wanted, "\n", -1);
    for (guint i = 0; left[i] != NULL || right[i] != NULL; i++) {
        const char *has = left[i] != NULL ? left[i] : "(end)";
        const char *should = right[i] != NULL ? right[i] : "(end)";
        if (strcmp(has, should) != 0)
            fail_msg("%s, line %u:\n  is     %s\n  wanted %s", name, i + 1, has, should);
        if (left[i] == NULL || right[i] == NULL)
            break;
    }
}

static void runbook__reads__as_a_person_reads_it(void **state)
{
    const runbook *book = *state;
    gsize length = 0;
    g_autofree char *text = read_file(book, "input.md", &length);
    g_autoptr(complaints) complaints = complaints_new();
    g_autoptr(playbook) read = playbook_read("input.md", text, length, complaints);
    g_autofree char *outline = outline_text(read, complaints);
    if (is_writing()) {
        g_autofree char *path = g_build_filename(book->folder, "expected.txt", NULL);
        assert_true(g_file_set_contents(path, outline, -1, NULL));
        return;
    }
    g_autofree char *expected = read_file(book, "expected.txt", NULL);
    assert_same_text(book->name, outline, expected);
}

/* Counted without any parser of ours or cmark's: every line that opens a fence of a shell. Good for the
 * runbooks named "plain-...", in which no fence stands inside of another or of an HTML block. */
static guint count_shell_fences(const char *text)
{
    static const char *const shells[] = { "sh", "bash", "shell", "console", "terminal", "zsh", NULL };
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    guint count = 0;
    char inside = 0;
    for (guint i = 0; lines[i] != NULL; i++) {
        const char *line = lines[i] + strspn(lines[i], " \t>-+*0123456789.)[]x");
        if (!g_str_has_prefix(line, "```") && !g_str_has_prefix(line, "~~~"))
            continue;
        gsize sign = strspn(line, "`~");
        const char *info = line + sign + strspn(line + sign, " {.");
        g_autofree char *word = g_ascii_strdown(info, (gssize)strcspn(info, " \t\r{"));
        if (inside != 0) {
            if (*line == inside && *word == '\0')
                inside = 0;
            continue;
        }
        inside = *line;
        count += g_strv_contains(shells, word);
    }
    return count;
}

static void runbook__has__a_step_for_each_shell_fence(void **state)
{
    const runbook *book = *state;
    if (!g_str_has_prefix(book->name, "plain-"))
        return;
    gsize length = 0;
    g_autofree char *text = read_file(book, "input.md", &length);
    g_autoptr(complaints) complaints = complaints_new();
    g_autoptr(playbook) read = playbook_read("input.md", text, length, complaints);
    assert_non_null(read);
    assert_int_equal(complaints_count(complaints), 0);
    guint commands = 0;
    for (guint i = 0; i < read->steps->len; i++)
        commands += ((step *)g_ptr_array_index(read->steps, i))->command != NULL;
    assert_int_equal(commands, count_shell_fences(text));
}

static gint by_name(gconstpointer left, gconstpointer right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static void add_tests(GArray *tests, GPtrArray *books, const char *folder)
{
    static const struct {
        const char *name;
        CMUnitTestFunction test;
    } kinds[] = {
        { "runbook__reads__as_a_person_reads_it", runbook__reads__as_a_person_reads_it },
        { "runbook__has__a_step_for_each_shell_fence", runbook__has__a_step_for_each_shell_fence },
    };
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    for (const char *name = g_dir_read_name(dir); name != NULL; name = g_dir_read_name(dir))
        g_ptr_array_add(names, g_strdup(name));
    g_ptr_array_sort(names, by_name);
    for (guint i = 0; i < names->len; i++) {
        runbook *book = g_new0(runbook, 1);
        book->name = g_strdup(g_ptr_array_index(names, i));
        book->folder = g_build_filename(folder, book->name, NULL);
        g_autofree char *input = g_build_filename(book->folder, "input.md", NULL);
        for (gsize kind = 0; kind < G_N_ELEMENTS(kinds) && g_file_test(input, G_FILE_TEST_EXISTS); kind++) {
            struct CMUnitTest test = { .test_func = kinds[kind].test, .initial_state = book };
            test.name = g_strdup_printf("%s__%s", kinds[kind].name, book->name);
            g_array_append_val(tests, test);
        }
        g_ptr_array_add(books, book);
    }
}

static void runbook_free(gpointer data)
{
    runbook *self = data;
    g_free(self->name);
    g_free(self->folder);
    g_free(self);
}

int main(void)
{
    g_autofree char *folder = cases_folder();
    g_autoptr(GArray) tests = g_array_new(FALSE, TRUE, sizeof(struct CMUnitTest));
    g_autoptr(GPtrArray) books = g_ptr_array_new_with_free_func(runbook_free);
    add_tests(tests, books, folder);
    struct CMUnitTest *all = (struct CMUnitTest *)(void *)tests->data;
    int failed = _cmocka_run_group_tests("playbook", all, tests->len, NULL, NULL);
    for (guint i = 0; i < tests->len; i++)
        g_free((char *)all[i].name);
    return failed;
}
