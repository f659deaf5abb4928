/* Notices: one means after the other until one works, and nobody waits. */
#include "engine/notice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct scene {
    settings settings;
    notifier *self;
    char *folder;
    bool faces;
    GString *bells;
    guint ended;
    char *means, *trouble;
} scene;

static bool on_bell(const char *line, void *context)
{
    scene *self = context;
    if (self->faces)
        g_string_append_printf(self->bells, "%s\n", line);
    return self->faces;
}

static void on_ended(const char *line, const char *means, const char *trouble, void *context)
{
    scene *self = context;
    (void)line;
    g_free(self->means);
    g_free(self->trouble);
    self->means = g_strdup(means);
    self->trouble = g_strdup(trouble);
    self->ended++;
}

static char *script(scene *self, const char *name, const char *text)
{
    char *path = g_build_filename(self->folder, name, NULL);
    g_autofree char *whole = g_strdup_printf("#!/bin/sh\ncd %s\n%s\n", self->folder, text);
    assert_true(g_file_set_contents(path, whole, -1, NULL));
    assert_int_equal(chmod(path, 0700), 0);
    return path;
}

static void scene_begin(scene *self, const char *order, const char *helper, const char *command)
{
    memset(self, 0, sizeof *self);
    self->folder = g_dir_make_tmp("warroom-notice-XXXXXX", NULL);
    self->bells = g_string_new(NULL);
    self->settings.notify = g_strsplit(order, " ", -1);
    g_autofree char *help = script(self, "helper", helper);
    g_autofree char *run = script(self, "command", command);
    self->settings.notify_command = g_new0(char *, 3);
    self->settings.notify_command[0] = g_strdup(run);
    self->settings.notify_command[1] = g_strdup("--to ops");
    self->self = notice_new(&self->settings, help, on_bell, on_ended, self);
}

static char *said(scene *self, const char *name)
{
    g_autofree char *path = g_build_filename(self->folder, name, NULL);
    char *text = NULL;
    return g_file_get_contents(path, &text, NULL, NULL) ? text : g_strdup("");
}

static void scene_end(scene *self)
{
    static const char *const names[] = { "helper", "command", "told" };
    notice_free(self->self);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(self->folder, names[i], NULL);
        unlink(path);
    }
    rmdir(self->folder);
    g_strfreev(self->settings.notify);
    g_strfreev(self->settings.notify_command);
    g_string_free(self->bells, TRUE);
    g_free(self->folder);
    g_free(self->means);
    g_free(self->trouble);
}

static gboolean on_patience(gpointer data)
{
    *(bool *)data = true;
    return G_SOURCE_REMOVE;
}

static void await(scene *self, guint ended)
{
    bool over = false;
    guint patience = g_timeout_add_seconds(15, on_patience, &over);
    while (self->ended < ended && !over)
        g_main_context_iteration(NULL, TRUE);
    assert_int_equal(self->ended, ended);
    g_source_remove(patience);
}

#define TELL "printf '%s|' \"$@\" >told"

static const struct row {
    const char *name, *order, *helper, *command;
    bool faces;
    const char *means, *trouble, *told, *bells;
} rows[] = {
    { "the desktop works", "desktop bell command", TELL, "exit 9", true, "desktop", "",
      "critical|warroom INC-1|p95 high|", "" },
    { "no desktop: the bell", "desktop bell command", "echo no desktop >&2; exit 1", "exit 9", true, "bell",
      "desktop: no desktop", "", "p95 high\n" },
    { "no desktop, no face: the command", "desktop bell command", "exit 1", TELL, false, "command",
      "desktop: exited 1; bell: nobody is attached", "--to ops|p95 high|", "" },
    { "nothing works", "desktop bell command", "exit 1", "exit 4", false, NULL,
      "desktop: exited 1; bell: nobody is attached; command: exited 4", "", "" },
    { "the command first", "command desktop", "exit 9", TELL, true, "command", "", "--to ops|p95 high|", "" },
    { "the bell alone", "bell", "exit 9", "exit 9", true, "bell", "", "", "p95 high\n" },
};

static void means__are_tried_in_their_order(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const struct row *row = &rows[i];
        scene self;
        scene_begin(&self, row->order, row->helper, row->command);
        self.faces = row->faces;
        notice_give(self.self, "warroom INC-1", "p95 high", SEVERITY_HIGH);
        await(&self, 1);
        g_autofree char *told = said(&self, "told");
        if (g_strcmp0(self.means, row->means) != 0 || strcmp(self.trouble, row->trouble) != 0 ||
            strcmp(told, row->told) != 0 || strcmp(self.bells->str, row->bells) != 0)
            fail_msg("%s: by %s, '%s', told '%s', bells '%s'", row->name, self.means, self.trouble, told,
                     self.bells->str);
        scene_end(&self);
    }
}

static void hung_desktop__costs_its_helper__and_then_the_next_means_at_once(void **state)
{
    (void)state;
    scene self;
    scene_begin(&self, "desktop bell", "exec sleep 60", "exit 9");
    self.faces = true;
    gint64 began = g_get_monotonic_time();
    for (guint i = 0; i < 10; i++)
        notice_give(self.self, "t", "l", SEVERITY_LOW);
    assert_true(g_get_monotonic_time() - began < SPAN_SECOND); /* nobody waited */
    assert_int_equal(self.ended, 6);                           /* beyond the fourth: at once */
    assert_string_equal(self.trouble, "desktop: it has not answered earlier notices yet");
    await(&self, 10);
    assert_string_equal(self.trouble, "desktop: took longer than 3s");
    assert_true(g_get_monotonic_time() - began < 6 * SPAN_SECOND);
    scene_end(&self);
}

static void hostile_line__is_one_visible_argument(void **state)
{
    (void)state;
    scene self;
    scene_begin(&self, "command", "exit 9", TELL);
    notice_give(self.self, "t", "a; rm -rf $HOME `id` \033[2J\n-x", SEVERITY_LOW);
    await(&self, 1);
    g_autofree char *told = said(&self, "told");
    assert_string_equal(told, "--to ops|a; rm -rf $HOME `id` ^[[2J^J-x|");
    scene_end(&self);
}

static void notices_under_way__end_with_their_owner(void **state)
{
    (void)state;
    scene self;
    scene_begin(&self, "desktop", "exec sleep 60", "exit 9");
    notice_give(self.self, "t", "l", SEVERITY_LOW);
    guint ended = self.ended;
    scene_end(&self);
    for (guint i = 0; i < 20; i++)
        g_main_context_iteration(NULL, FALSE);
    assert_int_equal(ended, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(means__are_tried_in_their_order),
        cmocka_unit_test(hung_desktop__costs_its_helper__and_then_the_next_means_at_once),
        cmocka_unit_test(hostile_line__is_one_visible_argument),
        cmocka_unit_test(notices_under_way__end_with_their_owner),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
