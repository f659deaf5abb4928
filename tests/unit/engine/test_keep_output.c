/* What a step says: kept within bounds, read as it grows, and never at the step's cost. */
#define _GNU_SOURCE
#include "keeper/leaves.h"
#include "lib/trial.h"
#include "world/files.h"
#include "world/process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define SOON 20 /* seconds */
#define MEGABYTE (1024 * 1024)

static int setup(void **state)
{
    trial *self = g_new0(trial, 1);
    trial_begin(self);
    *state = self;
    return 0;
}

static int teardown(void **state)
{
    trial_end(*state);
    g_free(*state);
    return 0;
}

static gint64 on_disk(trial *self)
{
    static const char *const names[] = { LEAF_OUTPUT, LEAF_TAIL_0, LEAF_TAIL_1 };
    gint64 all = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(self->folder, names[i], NULL);
        struct stat is;
        all += stat(path, &is) == 0 ? is.st_size : 0;
    }
    return all;
}

/* Numbered lines of eight bytes: each byte says where it belongs. */
#define LINES "awk 'BEGIN { for (i = 0; i < %d; i++) printf \"%%07d\\n\", i }'"

/* Reads all pieces; asserts that every byte stands where its offset says, and that gaps are said exactly. */
static gint64 read_lines(keep_output *output, gint64 next, gint64 *gaps)
{
    keep_piece piece;
    char wanted[32];
    while (keep_output_next(output, &piece)) {
        assert_int_equal(piece.offset, next + piece.gap);
        *gaps += piece.gap;
        for (gsize i = 0; i < piece.length; i++) {
            gint64 at = piece.offset + (gint64)i;
            if (i == 0 || at % 8 == 0)
                snprintf(wanted, sizeof wanted, "%07ld\n", (long)(at / 8));
            if (piece.bytes[i] != wanted[at % 8])
                fail_msg("byte %ld is wrong", (long)at);
        }
        next = piece.offset + (gint64)piece.length;
    }
    return next;
}

static void output__is_kept_whole__up_to_the_head(void **state)
{
    g_autofree char *script = g_strdup_printf(LINES, OUTPUT_HEAD / 8);
    gint64 gaps = 0;
    trial_start(*state, script, 0, 0);
    g_autoptr(keep_seen) seen = trial_wait(*state, SOON);
    g_autoptr(keep_output) output = keep_output_open(((trial *)*state)->folder, 0, NULL);
    assert_int_equal(read_lines(output, 0, &gaps), OUTPUT_HEAD);
    assert_int_equal(gaps, 0);
    assert_int_equal(seen->output, OUTPUT_HEAD);
    assert_int_equal(seen->kept, OUTPUT_HEAD);
}

/* row 47 */
static void output__that_is_long__keeps_its_first_and_last(void **state)
{
    const gint64 all = 45 * MEGABYTE;
    g_autofree char *script = g_strdup_printf(LINES, (int)(all / 8));
    gint64 gaps = 0;
    trial_start(*state, script, 0, 0);
    g_autoptr(keep_seen) seen = trial_wait(*state, SOON);
    g_autoptr(keep_output) output = keep_output_open(((trial *)*state)->folder, 0, NULL);
    assert_int_equal(seen->output, all);
    assert_int_equal(read_lines(output, 0, &gaps), all); /* the last byte is there */
    assert_true(gaps > 0);
    assert_true(all - gaps >= OUTPUT_HEAD + OUTPUT_TAIL);
    assert_true(on_disk(*state) <= OUTPUT_HEAD + 2 * OUTPUT_TAIL + MEGABYTE);

    gaps = 0; /* from somewhere in the tail: no gap */
    g_autoptr(keep_output) late = keep_output_open(((trial *)*state)->folder, all - 1000, NULL);
    assert_int_equal(read_lines(late, all - 1000, &gaps), all);
    assert_int_equal(gaps, 0);
}

static void output__read_while_it_grows__never_lies(void **state)
{
    const gint64 all = 60 * MEGABYTE;
    g_autofree char *script = g_strdup_printf(LINES, (int)(all / 8));
    gint64 gaps = 0, next = 0;
    trial_start(*state, script, 0, 0);
    g_autoptr(keep_output) output = keep_output_open(((trial *)*state)->folder, 0, NULL);
    gint64 limit = g_get_monotonic_time() + SOON * SPAN_SECOND;
    while (next < all && g_get_monotonic_time() < limit)
        next = read_lines(output, next, &gaps);
    assert_int_equal(next, all);
    g_autoptr(keep_seen) seen = trial_wait(*state, SOON);
    assert_int_equal(seen->output, all);
}

static void output__of_single_bytes__stays_within_bounds(void **state)
{
    trial_start(*state, "i=0; while [ $i -lt 300 ]; do printf x; printf y >&2; i=$((i+1)); done", 0, 0);
    g_autoptr(keep_seen) seen = trial_wait(*state, SOON);
    assert_int_equal(seen->output, 600);
    assert_int_equal(seen->kept, 600);
}

static void output__of_any_bytes__comes_back_the_same(void **state)
{
    keep_piece piece;
    trial_start(*state, "printf '\\000\\001\\377\\n1 o 0 3\\nabc\\n\\000'", 0, 0);
    g_autoptr(keep_seen) seen = trial_wait(*state, SOON);
    g_autoptr(keep_output) output = keep_output_open(((trial *)*state)->folder, 0, NULL);
    assert_true(keep_output_next(output, &piece));
    assert_int_equal(piece.length, 17);
    assert_memory_equal(piece.bytes, "\000\001\377\n1 o 0 3\nabc\n\000", 17);
    assert_false(keep_output_next(output, &piece));
    assert_int_equal(seen->output, 17);
}

/* --- row 20: what cannot be written is dropped, and the step goes on --- */

static void assert_cut(trial *self, const char *words, gint64 all, gint64 most)
{
    gint64 gaps = 0;
    g_autofree char *script = g_strdup_printf(LINES, (int)(all / 8));
    trial_start(self, script, 0, 0);
    g_autoptr(keep_seen) seen = trial_wait(self, SOON);
    assert_int_equal(seen->state, KEEP_ENDED);
    assert_int_equal(seen->outcome, KEEP_EXITED);
    assert_int_equal(seen->number, 0);
    assert_int_equal(seen->output, all);
    assert_true(seen->kept > 0 && seen->kept <= most);
    assert_string_equal(seen->cut, words);
    g_autoptr(keep_output) output = keep_output_open(self->folder, 0, NULL);
    assert_true(read_lines(output, 0, &gaps) > 0); /* what is there is right */
}

static void output__over_the_file_size_limit__is_cut(void **state)
{
    struct rlimit before, small;
    getrlimit(RLIMIT_FSIZE, &before);
    small = before;
    small.rlim_cur = 300000;
    setrlimit(RLIMIT_FSIZE, &small);
    assert_cut(*state, "file size limit reached", 2 * MEGABYTE, 300000);
    setrlimit(RLIMIT_FSIZE, &before);
}

static bool tell_kernel(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    bool told = file != NULL && fputs(text, file) >= 0;
    return file != NULL && fclose(file) == 0 && told;
}

static bool user_namespace(void)
{
    g_autofree char *uids = g_strdup_printf("0 %u 1", (guint)geteuid());
    g_autofree char *gids = g_strdup_printf("0 %u 1", (guint)getegid());
    return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 && tell_kernel("/proc/self/setgroups", "deny") &&
           tell_kernel("/proc/self/uid_map", uids) && tell_kernel("/proc/self/gid_map", gids);
}

/* A mount namespace of our own, once: as root, or in a user namespace where the host allows one. */
static bool namespace_here(void)
{
    static int here = -1;
    if (here < 0)
        here = (unshare(CLONE_NEWNS) == 0 || user_namespace()) &&
               mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
    return here;
}

static int setup_small_disk(void **state)
{
    setup(state);
    trial *self = *state;
    if (!namespace_here() || mount("tmpfs", self->root, "tmpfs", 0, "size=1m,mode=0700") != 0) {
        print_message("# no mount namespace here: the file size limit stands for the full disk\n");
        g_clear_pointer(&self->root, g_free);
    }
    return 0;
}

static int teardown_small_disk(void **state)
{
    trial *self = *state;
    if (self->root != NULL)
        umount2(self->root, MNT_DETACH);
    else
        self->root = g_strdup("/tmp/nothing-was-mounted");
    return teardown(state);
}

static void output__on_a_full_disk__is_cut(void **state)
{
    if (((trial *)*state)->root == NULL)
        skip();
    assert_cut(*state, "disk full", 4 * MEGABYTE, MEGABYTE);
}

static void start__on_a_full_disk__begins_nothing(void **state)
{
    trial *self = *state;
    const char *interpreter[] = { "sh", NULL };
    const char *fill[] = { "sh", "-c", "cat /dev/zero >fill 2>/dev/null; truncate -s -100 fill", NULL };
    process_order order = { .arguments = fill, .cwd = self->root, .limit = 100 };
    g_auto(process_result) result = { 0 };
    g_autoptr(GError) error = NULL;
    if (self->root == NULL)
        skip();
    assert_true(process_run(&order, &result, NULL));
    assert_false(trial_try(self, interpreter, "echo ran >ran", NULL, 0, 0, &error));
    assert_non_null(strstr(error->message, "No space left"));
    g_autoptr(keep_seen) seen = trial_look(self);
    assert_int_equal(seen->state, KEEP_NEVER_BEGAN);
    assert_false(trial_has(self, "ran"));
}

/* The end is written over space that was reserved before the start: a disk that fills meanwhile does not lose it. */
static void end__on_a_full_disk__is_kept(void **state)
{
    trial *self = *state;
    if (self->root == NULL)
        skip();
    trial_start(self, "cat /dev/zero >fill 2>/dev/null; echo said; exit 3", 0, 0);
    g_autoptr(keep_seen) seen = trial_wait(self, SOON);
    assert_int_equal(seen->state, KEEP_ENDED);
    assert_int_equal(seen->number, 3);
    assert_string_equal(seen->cut, "disk full");
}

/* G8: bounded in memory, on the disk and in time, while much is said: 100 MB, with FAULTS 1 GB. */
static void keeper__stays_small__whatever_is_said(void **state)
{
    trial *self = *state;
    const gint64 all = g_getenv("FAULTS") == NULL ? 100000000 : 1000000000;
    g_autofree char *script =
        g_strdup_printf("yes | head -c %ld; echo >said; while [ ! -e go ]; do sleep 0.01; done", (long)all);
    trial_start(self, script, 0, 0);
    g_free(trial_file(self, "said"));
    g_autoptr(keep_seen) seen = trial_look(self);
    g_autofree char *path = g_strdup_printf("/proc/%d/status", (int)seen->keeper);
    g_autofree char *text = NULL;
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    int kilobytes = atoi(strstr(text, "VmHWM:") + strlen("VmHWM:"));
    g_autofree char *go = g_build_filename(self->root, "go", NULL);
    assert_true(file_write(go, "", 0, 0600, NULL));
    g_autoptr(keep_seen) end = trial_wait(self, SOON);
    print_message("# %ld bytes said: keeper %d kB at most, %ld bytes on the disk\n", (long)all, kilobytes,
                  (long)on_disk(self));
    assert_int_equal(end->output, all);
    assert_int_equal(end->kept, all);
    assert_true(on_disk(self) <= OUTPUT_HEAD + 2 * OUTPUT_TAIL + MEGABYTE);
#ifndef __SANITIZE_ADDRESS__
    assert_true(kilobytes < 8 * 1024);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(output__is_kept_whole__up_to_the_head),     TEST(output__that_is_long__keeps_its_first_and_last),
        TEST(output__read_while_it_grows__never_lies),   TEST(output__of_single_bytes__stays_within_bounds),
        TEST(output__of_any_bytes__comes_back_the_same), TEST(output__over_the_file_size_limit__is_cut),
        TEST(keeper__stays_small__whatever_is_said),
#define SMALL(name) cmocka_unit_test_setup_teardown(name, setup_small_disk, teardown_small_disk)
        SMALL(output__on_a_full_disk__is_cut), /* last: from here on we live in a namespace */
        SMALL(start__on_a_full_disk__begins_nothing),    SMALL(end__on_a_full_disk__is_kept),
    };
    if (g_getenv("ONLY") != NULL)
        cmocka_set_test_filter(g_getenv("ONLY"));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
