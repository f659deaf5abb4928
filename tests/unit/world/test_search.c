/* Where files are found, who may have written them, and what was trusted. Real files, in a folder of our own. */
#define _GNU_SOURCE
#include "world/search.h"

#include "lib/folder.h"
#include "world/files.h"
#include "world/trust.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char *top, *state_folder;

static int make_place(void **state)
{
    (void)state;
    top = test_folder_make();
    state_folder = g_build_filename(top, "state", NULL);
    g_autofree char *person = g_build_filename(top, "person", NULL);
    g_autofree char *here = g_build_filename(top, "here", NULL);
    g_setenv("XDG_CONFIG_HOME", person, TRUE);
    g_unsetenv(CONFIG_VARIABLE);
    return g_mkdir_with_parents(here, 0755) != 0 || chdir(here) != 0;
}

static int remove_place(void **state)
{
    (void)state;
    if (chdir("/") != 0)
        return 1;
    g_free(state_folder);
    test_folder_remove(top);
    return 0;
}

static char *put(const char *name, const char *text)
{
    char *path = g_build_filename(top, name, NULL);
    g_autofree char *folder = g_path_get_dirname(path);
    assert_int_equal(g_mkdir_with_parents(folder, 0755), 0);
    assert_true(g_file_set_contents(path, text, -1, NULL));
    assert_int_equal(chmod(path, 0644), 0);
    return path;
}

static void lay(const char *name, const char *text)
{
    g_free(put(name, text));
}

static void trust_it(const char *path, const char *text)
{
    char sum[DIGEST_SIZE];
    digest_bytes(text, strlen(text), sum);
    assert_true(trust_add(state_folder, path, sum, NULL));
}

/* What the search for the configuration comes to: its place, or the kind of its error. */
static char *outcome(const char *named)
{
    g_autoptr(search) self = search_new(named, state_folder);
    g_autoptr(GError) error = NULL;
    g_autoptr(found) one = search_config(self, &error);
    if (one != NULL)
        return g_strdup_printf("%s %s", search_place_names[one->place], one->text);
    return g_strdup_printf("%d %s", fail_exit_code(error), error->message);
}

static void configuration__is_found__nearest_first(void **state)
{
    (void)state;
    g_autofree char *none = outcome(NULL);
    assert_string_equal(none, "4 there is no configuration: 'warroom init' writes one");
    lay("person/warroom/warroom.yaml", "# yours");
    g_autofree char *person = outcome(NULL);
    assert_string_equal(person, "yours # yours");
    g_autofree char *near = put("here/warroom.yaml", "# here");
    trust_it(near, "# here");
    g_autofree char *here = outcome(NULL);
    assert_string_equal(here, "here # here");
    g_autofree char *elsewhere = put("else/w.yaml", "# else");
    g_setenv(CONFIG_VARIABLE, elsewhere, TRUE);
    g_autofree char *variable = outcome(NULL);
    assert_string_equal(variable, "named # else");
    g_autofree char *other = put("else/x.yaml", "# x");
    g_autofree char *named = outcome(other);
    assert_string_equal(named, "named # x");
    g_autofree char *lost = outcome("/nowhere/w.yaml");
    assert_true(g_str_has_prefix(lost, "4 cannot open /nowhere/w.yaml"));
}

static void configuration__of_the_working_directory__needs_trust(void **state)
{
    (void)state;
    g_autofree char *path = put("here/warroom.yaml", "# one");
    lay("person/warroom/warroom.yaml", "# yours");
    g_autofree char *before = outcome(NULL);
    g_autofree char *due =
        g_strdup_printf("3 %s lies in the working directory and is not trusted yet: look at "
                        "it, then: warroom trust %s",
                        path, path);
    assert_string_equal(before, due); /* and not passed over for the one in the person's folder */
    trust_it(path, "# one");
    g_autofree char *after = outcome(NULL);
    assert_string_equal(after, "here # one");
    lay("here/warroom.yaml", "# two");
    g_autofree char *changed = outcome(NULL);
    assert_non_null(strstr(changed, "has changed since it was trusted"));
    assert_int_equal(changed[0], '3');
    g_autofree char *named = outcome("warroom.yaml");
    assert_string_equal(named, "named # two"); /* naming is trusting */
    g_autoptr(search) self = search_new(NULL, NULL);
    assert_null(search_config(self, NULL)); /* nowhere to remember: nothing is trusted */
    g_autoptr(found) shown = search_config_shown(self, NULL);
    assert_non_null(shown);
    assert_false(shown->trusted);
}

static void configuration__in_the_persons_own_folder__needs_no_trust(void **state)
{
    (void)state;
    g_autofree char *yours = put("person/warroom/warroom.yaml", "# yours");
    g_autofree char *folder = g_path_get_dirname(yours);
    assert_int_equal(chdir(folder), 0);
    g_autofree char *result = outcome(NULL);
    assert_string_equal(result, "yours # yours");
}

static void file__that_others_can_write__is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        mode_t file, folder;
        const char *said; /* NULL: it is used */
    } rows[] = {
        { "ours alone", 0600, 0700, NULL },
        { "others may read", 0644, 0755, NULL },
        { "others may write it", 0646, 0755, "can be written by everybody (mode 0646)" },
        { "others may put another in its place", 0644, 0757, "can be written by everybody (mode 0757)" },
        { "a sticky folder", 0644, 01777, NULL },
    };
    g_autofree char *path = put("open/w.yaml", "# w");
    g_autofree char *folder = g_path_get_dirname(path);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        assert_int_equal(chmod(path, rows[i].file), 0);
        assert_int_equal(chmod(folder, rows[i].folder), 0);
        g_autofree char *result = outcome(path); /* though it was named */
        bool good = rows[i].said == NULL ? strcmp(result, "named # w") == 0
                                         : result[0] == '3' && strstr(result, rows[i].said) != NULL &&
                                               strstr(result, top) != NULL;
        if (!good)
            fail_msg("%s: %s", rows[i].name, result);
    }
}

static void thing__that_is_no_file__is_refused(void **state)
{
    (void)state;
    g_autofree char *fifo = g_build_filename(top, "here", "warroom.yaml", NULL);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    g_autofree char *result = outcome(NULL); /* and does not wait for a writer */
    assert_true(result[0] == '3' && strstr(result, "is a FIFO") != NULL);
}

static void file__over_a_megabyte__is_refused(void **state)
{
    (void)state;
    g_autofree char *text = g_strnfill(CONFIG_LARGEST + 1, '#');
    g_autofree char *path = put("else/large.yaml", text);
    g_autofree char *result = outcome(path);
    assert_true(result[0] == '3' && strstr(result, "is larger than") != NULL);
}

static void playbook__is_found__by_name_or_file(void **state)
{
    (void)state;
    g_autofree char *near = put("here/playbooks/back.md", "# near");
    lay("person/warroom/playbooks/back.md", "# far");
    lay("person/warroom/playbooks/other.md", "# other");
    lay("here/loose.md", "# loose");
    g_autoptr(search) self = search_new(NULL, state_folder);
    g_autoptr(GError) untrusted = NULL, unknown = NULL, strange = NULL;
    assert_null(search_find(self, SEARCH_PLAYBOOK, "back", 1000, &untrusted));
    assert_int_equal(fail_exit_code(untrusted), ERR_REFUSED);
    trust_it(near, "# near");
    g_autoptr(found) back = search_find(self, SEARCH_PLAYBOOK, "back", 1000, NULL);
    assert_string_equal(back->text, "# near");
    assert_string_equal(back->path, near);
    g_autoptr(found) yours = search_find(self, SEARCH_PLAYBOOK, "other", 1000, NULL);
    assert_int_equal(yours->place, PLACE_PERSON);
    g_autoptr(found) file = search_find(self, SEARCH_PLAYBOOK, "loose.md", 1000, NULL);
    assert_int_equal(file->place, PLACE_NAMED);
    assert_null(search_find(self, SEARCH_PLAYBOOK, "othr", 1000, &unknown));
    assert_string_equal(unknown->message, "there is no playbook 'othr': did you mean 'other'?");
    assert_int_equal(fail_exit_code(unknown), ERR_NOT_FOUND);
    assert_null(search_find(self, SEARCH_PLAYBOOK, "..", 1000, &strange));
    assert_int_equal(fail_exit_code(strange), ERR_NOT_FOUND);
}

static void playbook__beside_a_named_configuration__is_trusted_with_it(void **state)
{
    (void)state;
    g_autofree char *far = put("else/warroom.yaml", "");
    lay("else/playbooks/back.md", "# far");
    lay("here/warroom.yaml", "");
    lay("here/playbooks/near.md", "# near");
    g_autoptr(search) elsewhere = search_new(far, state_folder);
    g_autoptr(found) back = search_find(elsewhere, SEARCH_PLAYBOOK, "back", 1000, NULL);
    assert_string_equal(back->text, "# far");
    /* In the working directory that one file was named, and nothing beside it. */
    g_autoptr(search) here = search_new("warroom.yaml", state_folder);
    g_autoptr(GError) error = NULL;
    assert_null(search_find(here, SEARCH_PLAYBOOK, "near", 1000, &error));
    assert_int_equal(fail_exit_code(error), ERR_REFUSED);
}

static void list__has__the_nearest_of_each_name(void **state)
{
    (void)state;
    lay("here/templates/b.mustache", "near");
    lay("person/warroom/templates/b.mustache", "far");
    lay("person/warroom/templates/a.mustache", "a");
    g_autofree char *more = put("more/c.mustache", "c");
    lay("person/warroom/templates/not a name.mustache", "x");
    g_autofree char *folder = g_path_get_dirname(more);
    g_autoptr(search) self = search_new(NULL, state_folder);
    search_add(self, SEARCH_TEMPLATE, folder);
    g_autoptr(GPtrArray) list = search_list(self, SEARCH_TEMPLATE);
    g_autoptr(GString) names = g_string_new(NULL);
    for (guint i = 0; i < list->len; i++) {
        const found *one = g_ptr_array_index(list, i);
        if (one->place != PLACE_SHIPPED)
            g_string_append_printf(names, "%s %s%s\n", one->name, search_place_names[one->place],
                                   one->trusted ? "" : " untrusted");
    }
    assert_string_equal(names->str, "a yours\nb here untrusted\nc named\n");
}

static void shipped_files__are_found__from_the_programs_own_place(void **state)
{
    (void)state;
    g_autofree char *folder = search_shipped();
    assert_non_null(folder);
    g_autofree char *config = g_build_filename(folder, "templates", CONFIG_NAME, NULL);
    assert_true(g_file_test(config, G_FILE_TEST_IS_REGULAR));
}

static void settings__are_read__from_where_they_are_found(void **state)
{
    (void)state;
    g_autoptr(search) nothing = search_new(NULL, state_folder);
    g_autoptr(found) where = NULL;
    g_autoptr(settings) shipped = search_settings(nothing, &where, NULL);
    assert_non_null(shipped);
    assert_null(where);
    g_autofree char *bad = put("else/bad.yaml", "a: 1\nb: 2\n");
    g_autoptr(search) broken = search_new(bad, state_folder);
    g_autoptr(GError) error = NULL;
    assert_null(search_settings(broken, NULL, &error));
    assert_int_equal(fail_exit_code(error), ERR_USAGE);
    assert_true(g_str_has_prefix(error->message, "the configuration is not used, 2 mistakes are in it:\n"));
    g_autofree char *good = put("else/good.yaml", "templates: ./words\n");
    g_autofree char *word = put("else/words/w.mustache", "w");
    g_autoptr(search) found_it = search_new(good, state_folder);
    g_autoptr(settings) so = search_settings(found_it, &where, NULL);
    assert_string_equal(so->file, good);
    g_autoptr(found) template = search_find(found_it, SEARCH_TEMPLATE, "w", 100, NULL);
    assert_string_equal(template->path, word);
}

static void trust__is_remembered__for_a_path_and_its_bytes(void **state)
{
    (void)state;
    char one[DIGEST_SIZE], two[DIGEST_SIZE];
    digest_bytes("1", 1, one);
    digest_bytes("2", 1, two);
    assert_int_equal(trust_of(state_folder, "/a", one), TRUST_NEVER);
    assert_true(trust_add(state_folder, "/a", one, NULL));
    assert_true(trust_add(state_folder, "/a b", two, NULL));
    assert_int_equal(trust_of(state_folder, "/a", one), TRUST_GIVEN);
    assert_int_equal(trust_of(state_folder, "/a", two), TRUST_CHANGED);
    assert_int_equal(trust_of(state_folder, "/a b", two), TRUST_GIVEN);
    assert_int_equal(trust_of(state_folder, "/", one), TRUST_NEVER);
    assert_true(trust_add(state_folder, "/a", two, NULL)); /* in the place of the first */
    assert_int_equal(trust_of(state_folder, "/a", one), TRUST_CHANGED);
    assert_int_equal(trust_of(state_folder, "/a b", two), TRUST_GIVEN);
    assert_false(trust_add(state_folder, "/a\n/b", one, NULL));
    struct stat is;
    g_autofree char *file = g_build_filename(state_folder, "trusted", NULL);
    assert_int_equal(stat(file, &is), 0);
    assert_int_equal(is.st_mode & 07777, 0600);
}

static void trust__kept_in_a_link__is_not_believed(void **state)
{
    (void)state;
    char sum[DIGEST_SIZE];
    digest_bytes("1", 1, sum);
    g_autofree char *forged = g_strdup_printf("%s  /a\n", sum);
    g_autofree char *elsewhere = put("else/forged", forged);
    g_autofree char *kept = g_build_filename(state_folder, "trusted", NULL);
    assert_int_equal(g_mkdir_with_parents(state_folder, 0700), 0);
    assert_int_equal(symlink(elsewhere, kept), 0);
    assert_int_equal(trust_of(state_folder, "/a", sum), TRUST_NEVER);
    g_autoptr(GError) error = NULL;
    assert_false(trust_add(state_folder, "/b", sum, &error));
    assert_non_null(strstr(error->message, "is a symbolic link"));
}

int main(void)
{
#define IN_ITS_PLACE(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)
    const struct CMUnitTest tests[] = {
        IN_ITS_PLACE(configuration__is_found__nearest_first),
        IN_ITS_PLACE(configuration__of_the_working_directory__needs_trust),
        IN_ITS_PLACE(configuration__in_the_persons_own_folder__needs_no_trust),
        IN_ITS_PLACE(file__that_others_can_write__is_refused),
        IN_ITS_PLACE(thing__that_is_no_file__is_refused),
        IN_ITS_PLACE(file__over_a_megabyte__is_refused),
        IN_ITS_PLACE(playbook__is_found__by_name_or_file),
        IN_ITS_PLACE(playbook__beside_a_named_configuration__is_trusted_with_it),
        IN_ITS_PLACE(list__has__the_nearest_of_each_name),
        IN_ITS_PLACE(shipped_files__are_found__from_the_programs_own_place),
        IN_ITS_PLACE(settings__are_read__from_where_they_are_found),
        IN_ITS_PLACE(trust__is_remembered__for_a_path_and_its_bytes),
        IN_ITS_PLACE(trust__kept_in_a_link__is_not_believed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
