#include "lib/trial.h"
#include "world/process.h"

/* cmocka wants these before it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#define BETWEEN_LOOKS 1000 /* microseconds */
#define FILE_COMES 30      /* seconds */

static char *keeper_find(void)
{
    const char *bin = g_getenv("WARROOM_BIN");
    if (bin != NULL)
        return g_build_filename(bin, "warroom-keeper", NULL);
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = g_path_get_dirname(self);
    while (strlen(folder) > 1) {
        char *keeper = g_build_filename(folder, "bin/warroom-keeper", NULL);
        if (g_file_test(keeper, G_FILE_TEST_IS_EXECUTABLE))
            return keeper;
        g_free(keeper);
        char *up = g_path_get_dirname(folder);
        g_free(folder);
        folder = up;
    }
    fail_msg("there is no warroom-keeper above %s: set WARROOM_BIN", self);
    return NULL;
}

void trial_begin(trial *self)
{
    g_autofree char *keeper = keeper_find();
    keep_use_program(keeper);
    self->root = g_dir_make_tmp("warroom-trial-XXXXXX", NULL);
    assert_non_null(self->root);
    self->folder = g_build_filename(self->root, "steps/step", NULL);
}

void trial_end(trial *self)
{
    const char *arguments[] = { "rm", "-rf", "--one-file-system", self->root, NULL };
    process_order order = { .arguments = arguments, .limit = 4096 };
    g_auto(process_result) result = { 0 };
    assert_true(process_run(&order, &result, NULL));
    g_free(self->root);
    g_free(self->folder);
    *self = (trial){ 0 };
}

bool trial_try(trial *self, const char *const *interpreter, const char *script,
               const char *const *environment, int timeout, int grace, GError **error)
{
    const char *plain[] = { "PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", NULL };
    keep_order order = {
        .interpreter = interpreter,
        .script = script,
        .script_length = strlen(script),
        .environment = environment == NULL ? plain : environment,
        .cwd = self->root,
        .timeout = timeout * SPAN_MILLISECOND,
        .grace = grace * SPAN_MILLISECOND,
    };
    return keep_start(self->folder, &order, error);
}

void trial_start(trial *self, const char *script, int timeout, int grace)
{
    const char *interpreter[] = { "sh", NULL };
    g_autoptr(GError) error = NULL;
    if (!trial_try(self, interpreter, script, NULL, timeout, grace, &error))
        fail_msg("could not start: %s", error->message);
}

keep_seen *trial_look(trial *self)
{
    g_autoptr(GError) error = NULL;
    keep_seen *seen = keep_look(self->folder, NULL, &error);
    if (seen == NULL)
        fail_msg("could not look: %s", error->message);
    return seen;
}

keep_seen *trial_wait(trial *self, int seconds)
{
    gint64 limit = g_get_monotonic_time() + seconds * SPAN_SECOND;
    for (;;) {
        keep_seen *seen = trial_look(self);
        if (seen->state != KEEP_RUNNING)
            return seen;
        keep_seen_free(seen);
        if (g_get_monotonic_time() > limit)
            fail_msg("still running after %d s", seconds);
        g_usleep(BETWEEN_LOOKS);
    }
}

char *trial_output(trial *self)
{
    g_autoptr(GString) all = g_string_new(NULL);
    g_autoptr(keep_output) output = keep_output_open(self->folder, 0, NULL);
    keep_piece piece;
    int last = -1;
    assert_non_null(output);
    while (keep_output_next(output, &piece)) {
        if (last != piece.is_error)
            g_string_append(all, piece.is_error ? "e:" : "o:");
        last = piece.is_error;
        g_string_append_len(all, piece.bytes, (gssize)piece.length);
    }
    return g_string_free(g_steal_pointer(&all), FALSE);
}

bool trial_has(trial *self, const char *name)
{
    g_autofree char *path = g_build_filename(self->root, name, NULL);
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

char *trial_file(trial *self, const char *name)
{
    g_autofree char *path = g_build_filename(self->root, name, NULL);
    gint64 limit = g_get_monotonic_time() + FILE_COMES * SPAN_SECOND;
    for (;;) {
        char *text = NULL;
        if (g_file_get_contents(path, &text, NULL, NULL) && g_str_has_suffix(text, "\n"))
            return g_strstrip(text);
        g_free(text);
        if (g_get_monotonic_time() > limit)
            fail_msg("%s did not come", path);
        g_usleep(BETWEEN_LOOKS);
    }
}

bool trial_gone(pid_t pid, int seconds)
{
    gint64 limit = g_get_monotonic_time() + seconds * SPAN_SECOND;
    process_facts facts;
    while (process_look(pid, &facts) && facts.state != 'Z' && facts.state != 'X') {
        if (g_get_monotonic_time() > limit)
            return false;
        g_usleep(BETWEEN_LOOKS);
    }
    return true;
}
