/* Files read with suspicion, written whole; the state folder found and refused. */
#define _GNU_SOURCE
#include "world/files.h"
#include "world/state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static int setup(void **state)
{
    *state = g_dir_make_tmp("warroom-files-XXXXXX", NULL);
    return chdir(*state);
}

static int teardown(void **state)
{
    g_autofree char *remove = g_strdup_printf("rm -rf --one-file-system '%s'", (char *)*state);
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(system(remove), 0);
    g_free(*state);
    return 0;
}

static void shell(const char *command)
{
    if (system(command) != 0)
        fail_msg("%s", command);
}

/* row 69 */
static void file__that_is_not_plain__is_refused_by_name_and_mode(void **state)
{
    static const struct {
        const char *name, *make, *said;
        int kind;
    } rows[] = {
        { "nothing", "true", "No such file", ERR_NOT_FOUND },
        { "a FIFO", "mkfifo -m 640 it", "it is a FIFO (mode 0640)", ERR_REFUSED },
        { "a link to a file", "echo x >other; ln -s other it", "it is a symbolic link (mode 0777)",
          ERR_REFUSED },
        { "a link to nothing", "ln -s nowhere it", "it is a symbolic link", ERR_REFUSED },
        { "a folder", "mkdir -m 750 it", "it is a folder (mode 0750)", ERR_REFUSED },
        { "a device", "ln -s /dev/zero it", "it is a symbolic link", ERR_REFUSED },
        { "too much", "head -c 101 /dev/zero >it", "it is larger than 100 bytes", ERR_REFUSED },
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        print_message("# %s\n", rows[i].name);
        shell("rm -rf it other");
        shell(rows[i].make);
        assert_null(file_read("it", 100, NULL, &error));
        assert_int_equal(error->code, rows[i].kind);
        if (strstr(error->message, rows[i].said) == NULL)
            fail_msg("'%s' is not in '%s'", rows[i].said, error->message);
    }
}

static void file__is_read_whole__at_its_limit_too(void **state)
{
    gsize length = 0;
    (void)state;
    shell("printf 'a\\0b' >it; : >empty");
    g_autofree char *bytes = file_read("it", 3, &length, NULL);
    assert_int_equal(length, 3);
    assert_memory_equal(bytes, "a\0b", 4); /* and a NUL behind */
    g_autofree char *empty = file_read("empty", 0, &length, NULL);
    assert_int_equal(length, 0);
    assert_string_equal(empty, "");
}

static void file__is_replaced__with_its_mode_and_nothing_beside(void **state)
{
    struct stat is;
    (void)state;
    shell("echo old >it; chmod 644 it");
    assert_true(file_write("it", "new", 3, 0600, NULL));
    g_autofree char *bytes = file_read("it", 10, NULL, NULL);
    assert_string_equal(bytes, "new");
    assert_int_equal(stat("it", &is), 0);
    assert_int_equal(is.st_mode & 07777, 0600);
    shell("[ \"$(ls -A)\" = it ]");
    g_auto(filedesc) folder = folder_open(".", NULL);
    assert_true(file_write_at(folder, "other", "x", 1, 0640, NULL));
    shell("[ \"$(stat -c %a other)\" = 640 ]");
}

/* The link is replaced, what it points to is not written. */
static void writing__does_not_go_through_a_link(void **state)
{
    (void)state;
    shell("echo precious >target; ln -s target it");
    assert_true(file_write("it", "new", 3, 0600, NULL));
    shell("[ \"$(cat target)\" = precious ] && [ ! -L it ]");
}

static void writing__that_fails__leaves_the_old_file(void **state)
{
    struct rlimit before, small;
    g_autoptr(GError) error = NULL;
    (void)state;
    shell("echo old >it");
    getrlimit(RLIMIT_FSIZE, &before);
    small = before;
    small.rlim_cur = 10;
    setrlimit(RLIMIT_FSIZE, &small);
    signal(SIGXFSZ, SIG_IGN);
    bool written = file_write("it", "much longer than ten bytes", 26, 0600, &error);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_false(written);
    assert_non_null(strstr(error->message, "File too large"));
    shell("[ \"$(cat it)\" = old ] && [ \"$(ls -A)\" = it ]");
}

/* RELIABILITY 4: who else could have written it? */
static void owner__is_asked__up_to_the_root(void **state)
{
    static const struct {
        const char *name, *make, *said; /* NULL: accepted */
        bool as_root;
    } rows[] = {
        { "ours alone", "mkdir in; echo x >in/it; chmod 755 in; chmod 600 in/it", NULL, false },
        { "readable by all", "mkdir in; echo x >in/it; chmod 755 in; chmod 644 in/it", NULL, false },
        { "written by everybody", "mkdir -m 755 in; echo x >in/it; chmod 646 in/it",
          "in/it can be written by everybody "
          "(mode 0646)",
          false },
        { "in a folder of everybody's", "mkdir in; echo x >in/it; chmod 757 in",
          "in can be written by everybody", false },
        { "in a sticky folder", "mkdir in; echo x >in/it; chmod 1777 in", NULL, false },
        { "far below a folder of everybody's",
          "mkdir -p in/a/b; echo x >in/it; mv in/it in/a/b/it; ln -s a/b/it in/it; "
          "chmod 757 in/a",
          "in/a can be written by everybody", false },
        { "through a link in a folder of everybody's",
          "mkdir in far; echo x >far/it; ln -s ../far/it in/it; chmod 757 in",
          "in can be written by everybody", false },
        { "through a link, all ours", "mkdir -m 755 in far; echo x >far/it; ln -s ../far/it in/it", NULL,
          false },
        { "another's", "mkdir -m 755 in; echo x >in/it; chown 65534 in/it",
          "belongs to another user (uid 65534", true },
        { "in another's folder", "mkdir -m 755 in; echo x >in/it; chown 65534 in", "belongs to another user",
          true },
        { "written by a group of others",
          "mkdir -m 755 in; echo x >in/it; chgrp 65533 in/it; chmod 664 in/it",
          "in/it can be written by the group 65533 (mode 0664)", true },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        if (rows[i].as_root && geteuid() != 0)
            continue;
        print_message("# %s\n", rows[i].name);
        shell("rm -rf in far");
        shell(rows[i].make);
        g_autofree char *bytes = file_read_owned("in/it", 100, NULL, &error);
        g_autofree char *path = g_build_filename(*state, "in/it", NULL);
        assert_int_equal(file_check_owner(path, NULL), bytes != NULL);
        if (rows[i].said == NULL) {
            if (bytes == NULL)
                fail_msg("refused: %s", error->message);
            assert_string_equal(bytes, "x\n");
        } else {
            assert_null(bytes);
            assert_int_equal(error->code, ERR_REFUSED);
            if (strstr(error->message, rows[i].said) == NULL)
                fail_msg("'%s' is not in '%s'", rows[i].said, error->message);
        }
    }
}

static void owner__under_sudo__is_also_the_one_who_called(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    shell("mkdir -m 755 in; echo x >in/it; chown -R 65534 in");
    assert_false(file_check_owner("in/it", NULL));
    g_setenv("SUDO_UID", "65534", TRUE);
    bool good = file_check_owner("in/it", NULL);
    g_unsetenv("SUDO_UID");
    assert_true(good);
}

/* --- the state folder --- */

static void state__is_found_by_the_first_that_is_set(void **state)
{
    static const struct {
        const char *warroom, *xdg, *home, *path; /* NULL: not set, or an error */
    } rows[] = {
        { "/a/b", "/x", "/h", "/a/b" },
        { "/a/../b/", "/x", "/h", "/b" },
        { "", "/x", "/h", "/x/warroom" },
        { NULL, "/x", "/h", "/x/warroom" },
        { NULL, "relative", "/h", "/h/.local/state/warroom" }, /* the XDG rules */
        { NULL, NULL, "/h", "/h/.local/state/warroom" },
        { NULL, NULL, NULL, NULL },
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const char *const names[] = { "WARROOM_STATE", "XDG_STATE_HOME", "HOME" };
        const char *const values[] = { rows[i].warroom, rows[i].xdg, rows[i].home };
        for (gsize v = 0; v < 3; v++)
            values[v] == NULL ? g_unsetenv(names[v]) : (void)g_setenv(names[v], values[v], TRUE);
        g_autoptr(GError) error = NULL;
        g_autofree char *path = state_name(&error);
        if (rows[i].path == NULL)
            assert_non_null(strstr(error->message, "WARROOM_STATE"));
        else
            assert_string_equal(path, rows[i].path);
    }
}

static void state__is_made_for_us_alone__or_refused(void **state)
{
    static const struct {
        const char *name, *make, *said;
        const char *mode; /* afterwards, when accepted */
    } rows[] = {
        { "new", "true", NULL, "700" },
        { "there already", "mkdir -m 700 -p s/t", NULL, "700" },
        { "readable by others: closed", "mkdir -p s/t; chmod 755 s/t", NULL, "710" },
        { "open to a group for its socket", "mkdir -p s/t; chmod 710 s/t", NULL, "710" },
        { "written by everybody", "mkdir -p s/t; chmod 777 s/t", "(mode 0777)", NULL },
        { "written by a group", "mkdir -p s/t; chmod 770 s/t", "(mode 0770)", NULL },
        { "a file", "mkdir s; : >s/t", "a folder should be", NULL },
        { "a link", "mkdir s far; ln -s ../far s/t", "symbolic link", NULL },
        { "below a folder of everybody's", "mkdir -p s/t; chmod 700 s/t; chmod 777 s",
          "can be written by everybody", NULL },
    };
    g_autofree char *path = g_build_filename(*state, "s/t", NULL);
    mode_t before = umask(022);
    g_setenv("WARROOM_STATE", path, TRUE);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_auto(filedesc) folder = -1;
        print_message("# %s\n", rows[i].name);
        shell("rm -rf s far");
        shell(rows[i].make);
        g_autofree char *got = state_open(&folder, &error);
        if (rows[i].said == NULL) {
            if (got == NULL)
                fail_msg("refused: %s", error->message);
            g_autofree char *look = g_strdup_printf("[ \"$(stat -c %%a s/t)\" = %s ]", rows[i].mode);
            shell(look);
            assert_true(folder >= 0 && faccessat(folder, ".", W_OK, 0) == 0);
        } else {
            assert_null(got);
            if (strstr(error->message, rows[i].said) == NULL)
                fail_msg("'%s' is not in '%s'", rows[i].said, error->message);
        }
    }
    assert_int_equal(state_person_umask(), 022); /* of before */
    assert_int_equal(umask(before), 077);
}

static void network_file_systems__are_known(void **state)
{
    static const struct {
        unsigned long type;
        const char *name;
    } rows[] = {
        { 0x6969, "NFS" },    { 0xff534d42, "CIFS" }, { 0xffffffffff534d42, "CIFS" }, { 0x01021997, "9P" },
        { 0xef53, NULL },     { 0x9123683e, NULL },   { 0x01021994, NULL },           { 0x58465342, NULL },
        { 0x794c7630, NULL }, { 0x65735546, NULL },   { 0x2fc12fc1, NULL },
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const char *name = state_network_name(rows[i].type);
        if (g_strcmp0(name, rows[i].name) != 0)
            fail_msg("%lx is %s", rows[i].type, name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(file__that_is_not_plain__is_refused_by_name_and_mode),
        TEST(file__is_read_whole__at_its_limit_too),
        TEST(file__is_replaced__with_its_mode_and_nothing_beside),
        TEST(writing__does_not_go_through_a_link),
        TEST(writing__that_fails__leaves_the_old_file),
        TEST(owner__is_asked__up_to_the_root),
        TEST(owner__under_sudo__is_also_the_one_who_called),
        TEST(state__is_found_by_the_first_that_is_set),
        TEST(state__is_made_for_us_alone__or_refused),
        TEST(network_file_systems__are_known),
    };
    umask(022);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
