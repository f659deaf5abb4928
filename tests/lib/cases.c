#include "lib/cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static char *cases_path(const char *name)
{
    const char *top = g_getenv("WARROOM_TOP"); /* the build may lie elsewhere */
    if (top != NULL)
        return g_build_filename(top, "tests", "cases", name, NULL);
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    for (g_autofree char *folder = g_path_get_dirname(program); strlen(folder) > 1;) {
        char *path = g_build_filename(folder, "tests", "cases", name, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
            return path;
        g_free(path);
        char *above = g_path_get_dirname(folder);
        g_free(folder);
        folder = above;
    }
    g_error("no tests/cases/%s above this program", name);
}

static void case_free(gpointer data)
{
    table_case *self = data;
    g_free(self->name);
    g_strfreev(self->lines);
    g_free(self);
}

GPtrArray *cases_read(const char *name)
{
    g_autofree char *path = cases_path(name);
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        g_error("%s cannot be read", path);
    GPtrArray *cases = g_ptr_array_new_with_free_func(case_free);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    GStrvBuilder *builder = NULL;
    table_case *open = NULL;
    for (guint i = 0;; i++) {
        bool ends = lines[i] == NULL || g_str_has_prefix(lines[i], "== ");
        if (ends && open != NULL) {
            open->lines = g_strv_builder_end(builder);
            g_strv_builder_unref(builder);
        }
        if (lines[i] == NULL)
            return cases;
        if (ends) {
            open = g_new0(table_case, 1);
            open->name = g_strdup(lines[i] + 3);
            open->line = i + 1;
            g_ptr_array_add(cases, open);
            builder = g_strv_builder_new();
        } else if (open != NULL && lines[i][0] != '#' && *g_strchomp(lines[i]) != '\0') {
            g_strv_builder_add(builder, lines[i]);
        }
    }
}

int cases_run(const char *group, GPtrArray *cases, void (*test)(void **state))
{
    g_autofree struct CMUnitTest *tests = g_new0(struct CMUnitTest, cases->len);
    for (guint i = 0; i < cases->len; i++) {
        table_case *one = g_ptr_array_index(cases, i);
        tests[i] = (struct CMUnitTest){ .name = one->name, .test_func = test, .initial_state = one };
    }
    return _cmocka_run_group_tests(group, tests, cases->len, NULL, NULL);
}
