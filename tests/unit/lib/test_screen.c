/* The terminal that tests read must itself be one. */
#include "lib/screen.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

static void run(screen *on, const char *script)
{
    assert_true(screen_run(on, (const char *const[]){ "/bin/sh", "-c", script, NULL }, NULL));
}

static void screen__shows__what_is_written(void **state)
{
    (void)state;
    int status = -1;
    g_autoptr(screen) term = screen_new(5, 20);
    run(term, "printf 'one\\ntwo\\n'; exit 3");
    assert_true(screen_shows(term, "two", 5));
    assert_true(screen_ends(term, &status, 5));
    assert_int_equal(WEXITSTATUS(status), 3);
    g_autofree char *text = screen_text(term);
    assert_string_equal(text, "one\ntwo\n");
    assert_false(screen_shows(term, "three", 0.05));
}

static void screen__keeps__what_scrolled_away(void **state)
{
    (void)state;
    g_autoptr(screen) term = screen_new(3, 20);
    run(term, "for i in 1 2 3 4 5 6; do echo line $i; done");
    assert_true(screen_ends(term, NULL, 5));
    g_autofree char *text = screen_text(term);
    assert_string_equal(text, "line 1\nline 2\nline 3\nline 4\nline 5\nline 6\n");
}

static void screen__knows__cells_and_cursor(void **state)
{
    (void)state;
    int row, column;
    g_autoptr(screen) term = screen_new(5, 20);
    run(term, "printf '\\033[2;3H\\033[1;7;31mX\\033[0m\\303\\274\\a\\033]2;title\\007'");
    assert_true(screen_ends(term, NULL, 5));
    screen_look x = screen_at(term, 1, 2), u = screen_at(term, 1, 3), none = screen_at(term, 0, 0);
    assert_string_equal(x.text, "X");
    assert_true(x.bold && x.reverse);
    assert_int_equal(x.fg, 1);
    assert_string_equal(u.text, "\303\274");
    assert_false(u.bold || u.reverse);
    assert_int_equal(u.fg, -1);
    assert_string_equal(none.text, "");
    screen_cursor(term, &row, &column);
    assert_int_equal(row, 1);
    assert_int_equal(column, 4);
    assert_int_equal(screen_bells(term), 1);
    assert_string_equal(screen_title(term), "title");
}

static void screen__shows__what_overwrites(void **state)
{
    (void)state;
    g_autoptr(screen) term = screen_new(5, 20);
    run(term, "printf 'healthy\\rdead'");
    assert_true(screen_ends(term, NULL, 5));
    g_autofree char *line = screen_row(term, 0);
    assert_string_equal(line, "deadthy");
    assert_int_equal(screen_bytes(term)->len, strlen("healthy\rdead"));
}

static void screen__takes__keys_and_sizes(void **state)
{
    (void)state;
    int status = -1;
    g_autoptr(screen) term = screen_new(5, 20);
    run(term, "trap 'stty size' WINCH; echo ready; read line; echo got $line; read line; exit 4");
    assert_true(screen_shows(term, "ready", 5));
    screen_type(term, "abc\r");
    assert_true(screen_shows(term, "got abc", 5));
    screen_resize(term, 7, 33);
    assert_true(screen_shows(term, "7 33", 5));
    screen_type(term, "\r");
    assert_true(screen_ends(term, &status, 5));
    assert_int_equal(WEXITSTATUS(status), 4);
}

static void screen__hangs_up__and_the_program_feels_it(void **state)
{
    (void)state;
    int status = 0;
    g_autoptr(screen) term = screen_new(5, 20);
    run(term, "echo ready; exec sleep 60");
    assert_true(screen_shows(term, "ready", 5));
    screen_hang_up(term);
    assert_true(screen_ends(term, &status, 5));
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGHUP);
    g_autofree char *line = screen_row(term, 0);
    assert_string_equal(line, "ready");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(screen__shows__what_is_written),
        cmocka_unit_test(screen__keeps__what_scrolled_away),
        cmocka_unit_test(screen__knows__cells_and_cursor),
        cmocka_unit_test(screen__shows__what_overwrites),
        cmocka_unit_test(screen__takes__keys_and_sizes),
        cmocka_unit_test(screen__hangs_up__and_the_program_feels_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
