/* The real warroom on a real terminal, with a real engine: what a person at the keys sees. */
#define _GNU_SOURCE
#include "lib/folder.h"
#include "lib/screen.h"
#include "link/client.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define SOON 10.0 /* seconds that anything may take on a busy machine */

static const char book[] =
    "# Rollback by hand\n\n- [ ] impact is smaller (ada)\n\n## Move\n\n### Point it\n\n"
    "```sh {timeout=20s}\necho pointing; printf '\\033[31mred\\rback\\n'; [ ! -e %1$s/hold ] || "
    "while [ -e %1$s/hold ]; do sleep 0.1; done; echo pointed >>%1$s/did\n```\n\n### Tell them\n\n"
    "- [ ] told everybody\n\n## Clean up\n\n### Remove\n\n```sh\necho removed >>%1$s/did\n```\n";

typedef struct seat {
    char *folder, *state, *program, *book;
    screen *term;
} seat;

static char *program_path(void)
{
    const char *bin = g_getenv("WARROOM_BIN");
    g_autofree char *path = g_build_filename(bin != NULL ? bin : "build/bin", "warroom", NULL);
    return g_canonicalize_filename(path, NULL);
}

static int set_up(void **state)
{
    seat *self = g_new0(seat, 1);
    self->folder = test_folder_make();
    self->state = g_build_filename(self->folder, "state", NULL);
    self->book = g_build_filename(self->folder, "walk.md", NULL);
    self->program = program_path();
    g_setenv("WARROOM_STATE", self->state, TRUE);
    g_setenv("WARROOM_ME", "ada", TRUE);
    g_setenv("XDG_CONFIG_HOME", self->folder, TRUE);
    g_auto(GStrv) parts = g_strsplit(book, "%1$s", -1);
    g_autofree char *text = g_strjoinv(self->folder, parts);
    assert_true(g_file_set_contents(self->book, text, -1, NULL));
    *state = self;
    return 0;
}

static pid_t engine_pid(const seat *self)
{
    const client_wish wish = {
        .state = self->state, .config = "", .me = "test", .means = "cli", .any_config = true
    };
    g_autoptr(client) engine = client_look(&wish, NULL);
    return engine != NULL ? (pid_t)json_whole(client_greeting(engine), "pid", 0) : 0;
}

static int tear_down(void **state)
{
    seat *self = *state;
    screen_free(self->term);
    pid_t engine = engine_pid(self);
    if (engine > 0)
        kill(engine, SIGKILL);
    test_folder_remove(self->folder);
    g_free(self->state);
    g_free(self->program);
    g_free(self->book);
    g_free(self);
    return 0;
}

static void sit(seat *self, int rows, int columns, const char *const *environment)
{
    const char *argv[] = { self->program, NULL };
    self->term = screen_new(rows, columns);
    assert_true(screen_run(self->term, argv, environment));
}

static void sees(seat *self, const char *text)
{
    if (screen_shows(self->term, text, SOON))
        return;
    g_autofree char *shown = screen_text(self->term);
    fail_msg("'%s' did not appear:\n%s", text, shown);
}

/* What a careful person does: read that something changed, wait the guard out, press. */
static void press(seat *self, const char *keys)
{
    screen_shows(self->term, "\a", 0.75); /* no row ever shows a bell: the whole time passes, all is read */
    screen_type(self->term, keys);
}

static void open_book(seat *self)
{
    sees(self, "Open a runbook you have");
    press(self, "\r");
    sees(self, "Enter  walk this playbook");
    screen_type(self->term, self->book);
    screen_type(self->term, "\r");
    sees(self, "Type this name");
    press(self, "rollback-by-hand\r");
    sees(self, "tick gate 'impact is smaller'");
}

static void walk_on(seat *self)
{
    press(self, " ");
    sees(self, "run step 1");
    press(self, "\r");
    sees(self, "tick gate 'told everybody'");
    press(self, " ");
    sees(self, "do step 2 'Tell them' by hand");
    press(self, " ");
    sees(self, "run step 3");
    press(self, "\r");
    sees(self, "close the incident");
    press(self, "\r");
    sees(self, "how did it end?");
    press(self, "y");
    sees(self, "closed: rollback successful");
}

static void did_each_once(const seat *self)
{
    g_autofree char *path = g_build_filename(self->folder, "did", NULL);
    g_autofree char *did = NULL;
    assert_true(g_file_get_contents(path, &did, NULL, NULL));
    assert_string_equal(did, "pointed\nremoved\n");
}

static void leaves_well(seat *self)
{
    int status = -1;
    press(self, "q");
    assert_true(screen_ends(self->term, &status, SOON));
    assert_int_equal(status, 0);
}

static void walk__goes_to_its_end__with_enter_space_y_and_one_name(void **state)
{
    seat *self = *state;
    sit(self, 24, 80, NULL);
    open_book(self);
    g_autofree char *rule = screen_row(self->term, 2);
    assert_non_null(strstr(rule, "\u2500METRICS"));
    walk_on(self);
    did_each_once(self);
    leaves_well(self);
}

static void walk__is_the_same__in_ascii_without_colour(void **state)
{
    seat *self = *state;
    sit(self, 24, 80, (const char *const[]){ "NO_COLOR=1", "LC_ALL=C", NULL });
    open_book(self);
    g_autofree char *all = screen_text(self->term);
    for (const char *at = all; *at != '\0'; at++)
        assert_true((guchar)*at < 0x80);
    assert_non_null(strstr(all, "-METRICS"));
    for (int row = 0; row < 24; row++)
        for (int column = 0; column < 80; column++)
            assert_int_equal(screen_at(self->term, row, column).bg, -1);
    walk_on(self);
    leaves_well(self);
}

static void output__that_is_hostile__moves_nothing(void **state)
{
    seat *self = *state;
    sit(self, 24, 80, NULL);
    open_book(self);
    press(self, " ");
    sees(self, "run step 1");
    press(self, "\r");
    sees(self, "^[[31mred^Mback");
    press(self, "6");
    sees(self, "TIMELINE");
    press(self, "n");
    sees(self, "keep the note");
    screen_type(self->term, "\u202elast\r");
    sees(self, "<U+202E>last");
    g_autofree char *rule = screen_row(self->term, 3);
    assert_non_null(strstr(rule, "TIMELINE"));
}

static void name__that_is_wrong__runs_nothing(void **state)
{
    seat *self = *state;
    sit(self, 24, 80, NULL);
    sees(self, "Open a runbook you have");
    press(self, "\r");
    sees(self, "Enter  walk this playbook");
    screen_type(self->term, self->book);
    screen_type(self->term, "\rrollback-by-hand\r"); /* typed ahead of the sheet */
    sees(self, "Type this name");
    press(self, "\003");
    sees(self, "p pauses, A aborts, q leaves");
    press(self, "rollback\r");
    sees(self, "is not 'rollback-by-hand': nothing was run");
    press(self, "\033[200~rollback-by-hand\r\033[201~");
    sees(self, "a paste is not taken here");
    press(self, "\033");
    sees(self, "nothing was done");
    g_autofree char *path = g_build_filename(self->folder, "did", NULL);
    assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
}

static void step__goes_on__when_console_and_engine_are_killed(void **state)
{
    seat *self = *state;
    g_autofree char *hold = g_build_filename(self->folder, "hold", NULL);
    assert_true(g_file_set_contents(hold, "", 0, NULL));
    sit(self, 24, 80, NULL);
    open_book(self);
    press(self, " ");
    sees(self, "run step 1");
    press(self, "\r");
    sees(self, "wait: step 1");
    kill(engine_pid(self), SIGKILL);
    sees(self, "engine restarted");
    screen_hang_up(self->term); /* the window is closed in the middle of the step */
    assert_true(screen_ends(self->term, NULL, 1.0 + SOON / 5));
    screen_free(self->term);
    kill(engine_pid(self), SIGKILL);
    sit(self, 24, 80, NULL);
    sees(self, "wait: step 1");
    unlink(hold);
    sees(self, "tick gate 'told everybody'");
    g_autofree char *path = g_build_filename(self->folder, "did", NULL);
    g_autofree char *did = NULL;
    assert_true(g_file_get_contents(path, &did, NULL, NULL));
    assert_string_equal(did, "pointed\n");
}

static void size__changes__without_end(void **state)
{
    seat *self = *state;
    sit(self, 24, 80, NULL);
    open_book(self);
    for (int i = 0; i < 500; i++)
        screen_resize(self->term, 1 + i % 40, 1 + (i * 7) % 130);
    static const struct {
        int rows, columns;
        const char *shown;
    } sizes[] = { { 10, 40, "NEXT" },
                  { 1, 40, "INC-0001 HIGH executing" },
                  { 40, 120, "commander ada" },
                  { 24, 80, "commander ada" } };
    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
        screen_resize(self->term, sizes[i].rows, sizes[i].columns);
        sees(self, sizes[i].shown);
    }
    leaves_well(self);
}

/* The shell stays; the console below it is killed, and the next warroom finds the terminal raw. */
static void terminal__is_put_back__also_after_kill_9(void **state)
{
    seat *self = *state;
    g_autofree char *script =
        g_strdup_printf("'%s' </dev/tty & echo $! >'%s/pid'; wait; stty -a | grep -c -- '-icanon'; "
                        "'%s' --version; stty -a | grep -c -- '-icanon'; echo over",
                        self->program, self->folder, self->program);
    self->term = screen_new(24, 80);
    assert_true(screen_run(self->term, (const char *const[]){ "/bin/sh", "-c", script, NULL }, NULL));
    sees(self, "Open a runbook");
    g_autofree char *path = g_build_filename(self->folder, "pid", NULL);
    g_autofree char *pid = NULL;
    assert_true(g_file_get_contents(path, &pid, NULL, NULL));
    kill(atoi(pid), SIGKILL);
    sees(self, "over");
    g_autofree char *all = screen_text(self->term);
    assert_non_null(strstr(all, "a console was killed here"));
}

static void console__is_quiet__when_nothing_changes(void **state)
{
    seat *self = *state;
    sit(self, 24, 80, NULL);
    sees(self, "Open a runbook");
    screen_shows(self->term, "\a", 1.0);
    guint before = screen_bytes(self->term)->len;
    screen_shows(self->term, "\a", 3.0);
    assert_int_equal(screen_bytes(self->term)->len, before);
    press(self, "jj");
    press(self, "kk");
    open_book(self);
    screen_shows(self->term, "\a", 1.5);
    before = screen_bytes(self->term)->len;
    screen_shows(self->term, "\a", 4.0);
    assert_in_range(screen_bytes(self->term)->len - before, 1, 4 * 150); /* PERFORMANCE: 150 bytes a second */
}

#define SEATED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SEATED(walk__goes_to_its_end__with_enter_space_y_and_one_name),
        SEATED(walk__is_the_same__in_ascii_without_colour),
        SEATED(output__that_is_hostile__moves_nothing),
        SEATED(name__that_is_wrong__runs_nothing),
        SEATED(step__goes_on__when_console_and_engine_are_killed),
        SEATED(size__changes__without_end),
        SEATED(terminal__is_put_back__also_after_kill_9),
        SEATED(console__is_quiet__when_nothing_changes),
    };
    cmocka_set_test_filter(g_getenv("CONSOLE_TEST"));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
