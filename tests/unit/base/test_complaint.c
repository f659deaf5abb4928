#include "base/complaint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void complaints__come__in_the_order_of_the_text(void **state)
{
    (void)state;
    g_autoptr(complaints) self = complaints_new();
    complaint_add(self, "b", 1, 1, "other file", NULL);
    complaint_add(self, "a", 10, 1, "line ten", "mend it");
    complaint_add(self, "a", 9, 20, "column twenty", NULL);
    complaint_add(self, "a", 9, 3, "column three", NULL);
    complaint_add(self, "a", 9, 3, "the same place, later", NULL);
    complaint_add(self, "a", 0, 0, "the whole file", "do without");
    g_autofree char *text = complaints_text(self);
    assert_string_equal(text, "a: the whole file; do without\n"
                              "a:9:3: column three\n"
                              "a:9:3: the same place, later\n"
                              "a:9:20: column twenty\n"
                              "a:10:1: line ten; mend it\n"
                              "b:1:1: other file");
    complaint_add(self, "a", 1, 1, "came late", NULL);
    assert_string_equal(complaints_get(self, 1)->wrong, "came late");
    assert_string_equal(complaints_get(self, 1)->right, "");
    assert_int_equal(complaints_count(self), 7);
}

static void complaints__settle__only_when_there_are_none(void **state)
{
    (void)state;
    g_autoptr(complaints) self = complaints_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *nothing = complaints_text(self);
    assert_string_equal(nothing, "");
    assert_true(complaints_settle(self, &error));
    assert_null(error);
    complaint_add(self, "100%s", 1, 2, "50%d", NULL);
    assert_false(complaints_settle(self, &error));
    assert_string_equal(error->message, "100%s:1:2: 50%d");
    assert_int_equal(fail_exit_code(error), ERR_USAGE);
}

static void complaint__of_foreign_words__forges_no_line(void **state)
{
    (void)state;
    g_autoptr(complaints) self = complaints_new();
    g_autofree char *long_value = g_strnfill(100000, 'x');
    complaint_add(self, "f", 1, 1, "unknown key 'a\nf:2:1: fine'", "\033[2J");
    complaint_add(self, "f", 2, 1, long_value, long_value);
    g_autofree char *text = complaints_text(self);
    assert_true(g_str_has_prefix(text, "f:1:1: unknown key 'a^Jf:2:1: fine'; ^[[2J\nf:2:1: xxx"));
    assert_true(strlen(text) < 1500);
}

static void error__of_another_domain__is_a_failure(void **state)
{
    (void)state;
    g_autoptr(GError) error = g_error_new_literal(G_FILE_ERROR, 7, "x");
    assert_int_equal(fail_exit_code(error), ERR_FAILED);
    assert_false((fail)(NULL, ERR_REFUSED, "nobody listens"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(complaints__come__in_the_order_of_the_text),
        cmocka_unit_test(complaints__settle__only_when_there_are_none),
        cmocka_unit_test(complaint__of_foreign_words__forges_no_line),
        cmocka_unit_test(error__of_another_domain__is_a_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
