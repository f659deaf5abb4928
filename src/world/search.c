#define _GNU_SOURCE
#include "world/search.h"

#include "base/id.h"
#include "base/suggest.h"
#include "world/files.h"
#include "world/trust.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SHIPPED_MARK "templates/" CONFIG_NAME
#define SHIPPED_STEPS_UP 5 /* build/asan/tests/unit/x and a step */
#define MACHINE_FOLDER "/etc/warroom"

const char *const search_place_names[] = { "named", "here", "yours", "this machine's", "shipped", NULL };

static const struct what {
    const char *word, *folder, *ending;
} whats[] = {
    [SEARCH_PLAYBOOK] = { "playbook", "playbooks", ".md" },
    [SEARCH_TEMPLATE] = { "template", "templates", ".mustache" },
};

typedef struct spot {
    search_place place;
    search_what what;
    char *folder;
} spot;

struct search {
    char *named, *state;
    GPtrArray *spots; /* of spot: the folders of playbooks and templates, nearest first */
};

void found_free(found *self)
{
    if (self == NULL)
        return;
    g_free(self->name);
    g_free(self->path);
    g_free(self->folder);
    g_free(self->text);
    g_free(self);
}

static void found_drop(gpointer data)
{
    found_free(data);
}

static void spot_drop(gpointer data)
{
    spot *self = data;
    g_free(self->folder);
    g_free(self);
}

/* --- the places ---------------------------------------------------------------------------------------- */

static bool folder_ships(const char *folder)
{
    struct stat is;
    g_autofree char *mark = g_build_filename(folder, SHIPPED_MARK, NULL);
    /* A folder that everybody may fill (/tmp) is nobody's installation. */
    return stat(mark, &is) == 0 && stat(folder, &is) == 0 && (is.st_mode & S_IWOTH) == 0;
}

char *search_shipped(void)
{
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    if (program == NULL)
        return NULL;
    g_autofree char *folder = g_path_get_dirname(program);
    /* Installed: of bin/warroom, and of the helpers in libexec/warroom. */
    g_autofree char *of_bin = g_build_filename(folder, "..", "share", "warroom", NULL);
    g_autofree char *of_helper = g_build_filename(folder, "..", "..", "share", "warroom", NULL);
    if (folder_ships(of_bin))
        return realpath(of_bin, NULL);
    if (folder_ships(of_helper))
        return realpath(of_helper, NULL);
    for (int step = 0; step < SHIPPED_STEPS_UP; step++) {
        char *up = g_path_get_dirname(folder);
        g_free(folder);
        folder = up;
        if (folder_ships(folder))
            return g_steal_pointer(&folder);
    }
    return NULL;
}

static char *person_folder(void)
{
    const char *config = g_getenv("XDG_CONFIG_HOME"), *home = g_getenv("HOME");
    if (config != NULL && g_path_is_absolute(config))
        return g_build_filename(config, "warroom", NULL);
    return home != NULL && g_path_is_absolute(home) ? g_build_filename(home, ".config", "warroom", NULL)
                                                    : NULL;
}

static bool folder_is_same(const char *a, const char *b)
{
    struct stat one, other;
    return a != NULL && b != NULL && stat(a, &one) == 0 && stat(b, &other) == 0 &&
           one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

/* The working directory may be one of the others: then it is that one, and needs no trust of its own. */
static bool here_is_elsewhere(const char *person)
{
    return folder_is_same(".", person) || folder_is_same(".", MACHINE_FOLDER);
}

static void spot_add(search *self, search_place place, const char *folder)
{
    if (folder == NULL)
        return;
    for (gsize what = 0; what < G_N_ELEMENTS(whats); what++) {
        spot *one = g_new0(spot, 1);
        one->place = place;
        one->what = (search_what)what;
        one->folder = g_build_filename(folder, whats[what].folder, NULL);
        g_ptr_array_add(self->spots, one);
    }
}

search *search_new(const char *named, const char *state)
{
    search *self = g_new0(search, 1);
    const char *variable = g_getenv(CONFIG_VARIABLE);
    if (named == NULL && variable != NULL && *variable != '\0')
        named = variable;
    self->named = g_strdup(named);
    self->state = g_strdup(state);
    self->spots = g_ptr_array_new_with_free_func(spot_drop);
    g_autofree char *here = g_get_current_dir();
    g_autofree char *person = person_folder();
    g_autofree char *shipped = search_shipped();
    if (named != NULL) {
        g_autofree char *path = g_canonicalize_filename(named, here);
        g_autofree char *folder = g_path_get_dirname(path);
        /* In the working directory, that file alone was named, not what lies beside it. */
        if (!folder_is_same(folder, "."))
            spot_add(self, PLACE_NAMED, folder);
    }
    /* Whoever stands where the program was built runs that program: its own files need no trust beside it. */
    if (!here_is_elsewhere(person) && !folder_is_same(".", shipped))
        spot_add(self, PLACE_HERE, here);
    spot_add(self, PLACE_PERSON, person);
    spot_add(self, PLACE_MACHINE, MACHINE_FOLDER);
    spot_add(self, PLACE_SHIPPED, shipped);
    return self;
}

void search_free(search *self)
{
    if (self == NULL)
        return;
    g_free(self->named);
    g_free(self->state);
    g_ptr_array_unref(self->spots);
    g_free(self);
}

void search_add(search *self, search_what what, const char *folder)
{
    spot *one = g_new0(spot, 1);
    one->place = PLACE_NAMED;
    one->what = what;
    one->folder = g_canonicalize_filename(folder, NULL);
    g_ptr_array_insert(self->spots, 0, one);
}

/* --- one file ------------------------------------------------------------------------------------------ */

static trust found_trust(const search *self, const found *one)
{
    if (one->place != PLACE_HERE)
        return TRUST_GIVEN;
    return self->state != NULL ? trust_of(self->state, one->path, one->digest) : TRUST_NEVER;
}

/* What ships belongs to whoever the program belongs to: it was trusted by being run. */
static char *found_bytes(search_place place, const char *path, gsize limit, gsize *length, GError **error)
{
    return place == PLACE_SHIPPED ? file_read(path, limit, length, error)
                                  : file_read_owned(path, limit, length, error);
}

static found *found_read(const search *self, search_place place, const char *name, const char *path,
                         gsize limit, GError **error)
{
    g_autoptr(found) one = g_new0(found, 1);
    one->text = found_bytes(place, path, limit, &one->length, error);
    if (one->text == NULL)
        return NULL;
    one->place = place;
    one->name = g_strdup(name);
    one->path = g_canonicalize_filename(path, NULL);
    one->folder = g_path_get_dirname(one->path);
    digest_bytes(one->text, one->length, one->digest);
    one->trusted = found_trust(self, one) == TRUST_GIVEN;
    return g_steal_pointer(&one);
}

static bool found_may_be_used(const search *self, const found *one, GError **error)
{
    if (one->trusted)
        return true;
    bool changed = found_trust(self, one) == TRUST_CHANGED;
    return fail(error, ERR_REFUSED, "%s %s: look at it, then: warroom trust %s", one->path,
                changed ? "has changed since it was trusted"
                        : "lies in the working directory and is not trusted yet",
                one->path);
}

/* --- the configuration --------------------------------------------------------------------------------- */

found *search_config_shown(search *self, GError **error)
{
    if (self->named != NULL)
        return found_read(self, PLACE_NAMED, self->named, self->named, CONFIG_LARGEST, error);
    g_autofree char *person = person_folder();
    g_autofree char *yours = person != NULL ? g_build_filename(person, CONFIG_NAME, NULL) : NULL;
    const struct {
        search_place place;
        const char *path;
    } candidates[] = {
        { PLACE_HERE, here_is_elsewhere(person) ? NULL : CONFIG_NAME },
        { PLACE_PERSON, yours },
        { PLACE_MACHINE, MACHINE_FOLDER "/" CONFIG_NAME },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(candidates); i++) {
        g_autoptr(GError) wrong = NULL;
        if (candidates[i].path == NULL)
            continue;
        found *one = found_read(self, candidates[i].place, candidates[i].path, candidates[i].path,
                                CONFIG_LARGEST, &wrong);
        if (one != NULL)
            return one;
        /* One that is there and may not be read is not passed over for one further away. */
        if (!g_error_matches(wrong, ERR, ERR_NOT_FOUND)) {
            g_propagate_error(error, g_steal_pointer(&wrong));
            return NULL;
        }
    }
    fail(error, ERR_NOT_FOUND, "there is no configuration: 'warroom init' writes one");
    return NULL;
}

found *search_config(search *self, GError **error)
{
    g_autoptr(found) one = search_config_shown(self, error);
    if (one == NULL || !found_may_be_used(self, one, error))
        return NULL;
    return g_steal_pointer(&one);
}

static settings *settings_of(const found *one, GError **error)
{
    g_autoptr(complaints) wrong = complaints_new();
    settings *self = settings_read(one->name, one->text, one->length, wrong);
    if (self != NULL) {
        g_free(self->file);
        self->file =
            g_strdup(one->path); /* mistakes are told by the name that was given, facts by the whole */
        return self;
    }
    guint count = complaints_count(wrong);
    g_autofree char *text = complaints_text(wrong);
    fail(error, ERR_USAGE, "the configuration is not used, %u %s in it:\n%s", count,
         count == 1 ? "mistake is" : "mistakes are", text);
    return NULL;
}

settings *search_settings(search *self, found **where, GError **error)
{
    g_autoptr(GError) wrong = NULL;
    g_autoptr(found) one = search_config(self, &wrong);
    g_autoptr(settings) so = NULL;
    bool none = one == NULL && self->named == NULL && g_error_matches(wrong, ERR, ERR_NOT_FOUND);
    if (one == NULL && !none) {
        g_propagate_error(error, g_steal_pointer(&wrong));
        return NULL;
    }
    so = none ? settings_shipped() : settings_of(one, error);
    if (so == NULL)
        return NULL;
    for (guint i = g_strv_length(so->templates); i > 0; i--) {
        g_autofree char *folder = g_canonicalize_filename(so->templates[i - 1], one->folder);
        search_add(self, SEARCH_TEMPLATE, folder);
    }
    if (where != NULL)
        *where = g_steal_pointer(&one);
    return g_steal_pointer(&so);
}

/* --- playbooks and templates ----------------------------------------------------------------------------- */

static bool name_is_path(search_what what, const char *name)
{
    return strchr(name, '/') != NULL || g_str_has_suffix(name, whats[what].ending);
}

static bool not_found(search *self, search_what what, const char *name, GError **error)
{
    g_autoptr(GPtrArray) all = search_list(self, what);
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < all->len; i++)
        g_ptr_array_add(names, ((found *)g_ptr_array_index(all, i))->name);
    g_ptr_array_add(names, NULL);
    const char *meant = suggest_word(name, (const char *const *)names->pdata);
    if (meant != NULL)
        return fail(error, ERR_NOT_FOUND, "there is no %s '%s': did you mean '%s'?", whats[what].word, name,
                    meant);
    return fail(error, ERR_NOT_FOUND,
                "there is no %s '%s': 'warroom %s list' names them all, a file is given as ./%s%s",
                whats[what].word, name, whats[what].word, name, whats[what].ending);
}

found *search_find(search *self, search_what what, const char *name, gsize limit, GError **error)
{
    if (name_is_path(what, name))
        return found_read(self, PLACE_NAMED, name, name, limit, error);
    for (guint i = 0; id_is_name(name) && i < self->spots->len; i++) {
        const spot *here = g_ptr_array_index(self->spots, i);
        if (here->what != what)
            continue;
        g_autofree char *file = g_strconcat(name, whats[what].ending, NULL);
        g_autofree char *path = g_build_filename(here->folder, file, NULL);
        g_autoptr(GError) wrong = NULL;
        g_autoptr(found) one = found_read(self, here->place, name, path, limit, &wrong);
        if (one == NULL && g_error_matches(wrong, ERR, ERR_NOT_FOUND))
            continue;
        if (one == NULL)
            g_propagate_error(error, g_steal_pointer(&wrong));
        else if (found_may_be_used(self, one, error))
            return g_steal_pointer(&one);
        return NULL;
    }
    not_found(self, what, name, error);
    return NULL;
}

static bool list_has(GPtrArray *list, const char *name)
{
    for (guint i = 0; i < list->len; i++)
        if (strcmp(((found *)g_ptr_array_index(list, i))->name, name) == 0)
            return true;
    return false;
}

/* Its digest is needed to know whether it is trusted; what cannot be read is not. */
static bool listed_is_trusted(const search *self, const found *one)
{
    if (one->place != PLACE_HERE)
        return true;
    g_autoptr(found) whole = found_read(self, one->place, one->name, one->path, CONFIG_LARGEST, NULL);
    return whole != NULL && whole->trusted;
}

static void list_folder(const search *self, const spot *where, GPtrArray *list)
{
    const char *ending = whats[where->what].ending;
    g_autoptr(GDir) folder = g_dir_open(where->folder, 0, NULL);
    for (const char *file; folder != NULL && (file = g_dir_read_name(folder)) != NULL;) {
        g_autofree char *name = NULL;
        if (!g_str_has_suffix(file, ending))
            continue;
        name = g_strndup(file, strlen(file) - strlen(ending));
        if (!id_is_name(name) || list_has(list, name))
            continue;
        found *one = g_new0(found, 1);
        one->place = where->place;
        one->path = g_build_filename(where->folder, file, NULL);
        one->folder = g_strdup(where->folder);
        one->name = g_steal_pointer(&name);
        one->trusted = listed_is_trusted(self, one);
        g_ptr_array_add(list, one);
    }
}

static int found_compare(gconstpointer left, gconstpointer right)
{
    return strcmp((*(const found *const *)left)->name, (*(const found *const *)right)->name);
}

GPtrArray *search_list(search *self, search_what what)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(found_drop);
    for (guint i = 0; i < self->spots->len; i++) {
        const spot *where = g_ptr_array_index(self->spots, i);
        if (where->what == what)
            list_folder(self, where, list);
    }
    g_ptr_array_sort(list, found_compare);
    return list;
}
