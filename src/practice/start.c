/* start.c - up and down. */
#define _GNU_SOURCE
#include "parts.h"
#include "shared.h"
#include "trouble.h"
#include "verbs.h"

#include "world/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define START_MOST (20 * G_USEC_PER_SEC)
#define LEAVE_MOST (5 * G_USEC_PER_SEC)
#define LASTS_SHIPPED SPAN_HOUR
#define LASTS_MOST (12 * SPAN_HOUR)
#define CONFIG_TEMPLATE "practice.yaml"

/* --- what is asked for --- */

static bool number_ok(int *number, int shipped, int most, const char *what, GError **error)
{
    if (*number == 0)
        *number = shipped;
    return (*number >= 1 && *number <= most) ||
           fail(error, ERR_USAGE, "%s is a number from 1 to %d", what, most);
}

static bool owner_holds(const char *path, GError **error)
{
    g_auto(filedesc) file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return fail(error, ERR_NOT_FOUND, "%s: %s", path, g_strerror(errno));
    return flock(file, LOCK_SH | LOCK_NB) != 0 ||
           fail(error, ERR_REFUSED, "nobody holds the lock on %s: the practice system would end at once",
                path);
}

static bool wishes_of(const typed *line, wishes *wish, GError **error)
{
    *wish = (wishes){ .instances = line->instances, .rate = line->rate, .lasts = LASTS_SHIPPED };
    wish->version = line->version != NULL ? line->version : (char *)"1.0.0";
    wish->owner = line->owner != NULL ? g_canonicalize_filename(line->owner, NULL) : NULL;
    if (!trouble_parse(line->bad != NULL ? line->bad : TROUBLE_SHIPPED, &wish->bad, error) ||
        !number_ok(&wish->instances, 2, INSTANCES_MOST, "--instances", error) ||
        !number_ok(&wish->rate, 50, 500, "--rate", error) ||
        (line->lasts != NULL && !span_parse(line->lasts, &wish->lasts, error)))
        return false;
    if (wish->lasts < SPAN_SECOND || wish->lasts > LASTS_MOST)
        return fail(error, ERR_USAGE, "--for is a time from 1s to 12h");
    if (!version_is_good_text(wish->version))
        return fail(error, ERR_USAGE, "'%s' is no version: numbers with dots, as in 1.0.0", wish->version);
    return wish->owner == NULL || owner_holds(wish->owner, error);
}

/* --- the configuration that watches it --- */

static char *shipped_template(GError **error)
{
    static const char *const places[] = { "../../templates", "../share/warroom/templates",
                                          "../../share/warroom/templates" };
    g_autofree char *program = place_program(), *bin = g_path_get_dirname(program);
    for (gsize i = 0; i < G_N_ELEMENTS(places); i++) {
        g_autofree char *path = g_build_filename(bin, places[i], CONFIG_TEMPLATE, NULL);
        char *text = file_read_owned(path, 256 * 1024, NULL, NULL);
        if (text != NULL)
            return text;
    }
    fail(error, ERR_NOT_FOUND, "templates/" CONFIG_TEMPLATE " is not found beside %s", bin);
    return NULL;
}

/* Values that stand between quotes there. */
static void put_value(GString *text, const char *name, const char *value)
{
    g_autoptr(GString) quoted = g_string_new(value);
    g_string_replace(quoted, "\\", "\\\\", 0);
    g_string_replace(quoted, "\"", "\\\"", 0);
    g_string_replace(text, name, quoted->str, 0);
}

static bool write_config(const char *path, const told *where, GError **error)
{
    g_autofree char *shipped = shipped_template(error);
    if (shipped == NULL)
        return false;
    g_autoptr(GString) text = g_string_new(shipped);
    put_value(text, "{{metrics}}", where->metrics);
    put_value(text, "{{shop}}", where->shop);
    put_value(text, "{{folder}}", where->folder);
    put_value(text, "{{program}}", where->program);
    g_autofree char *absolute = g_canonicalize_filename(path, NULL);
    return file_write_new(absolute, text->str, text->len, 0600, error);
}

/* --- up --- */

static char *folder_for(const typed *line, GError **error)
{
    if (line->folder != NULL) {
        char *folder = g_canonicalize_filename(line->folder, NULL);
        if (folder_make(folder, error))
            return folder;
        g_free(folder);
        return NULL;
    }
    char *made = g_build_filename(g_get_tmp_dir(), "warroom-practice.XXXXXX", NULL);
    if (g_mkdtemp(made) != NULL)
        return made;
    fail(error, ERR_FAILED, "%s: %s", made, g_strerror(errno));
    g_free(made);
    return NULL;
}

static bool is_open(const json *state)
{
    const json *blue = pool_in(state, "blue");
    return json_whole(state, "customers_pid", 0) != 0 &&
           json_whole(blue, "healthy", 0) == json_whole(blue, "instances", -1);
}

static told *wait_open(const char *folder, GError **error)
{
    gint64 until = g_get_monotonic_time() + START_MOST;
    while (g_get_monotonic_time() < until) {
        g_autoptr(told) where = place_read(folder, NULL);
        g_autoptr(json) state = where != NULL ? ask_master(where, "status", NULL) : NULL;
        if (state != NULL && is_open(state))
            return g_steal_pointer(&where);
        if (where == NULL && !place_is_locked(folder)) {
            fail(error, ERR_FAILED, "the practice system in %s ended at its start", folder);
            return NULL;
        }
        g_usleep(50000);
    }
    fail(error, ERR_FAILED, "the practice system in %s did not open its doors within 20s", folder);
    return NULL;
}

static told *start_in(const char *folder, const wishes *wish, GError **error)
{
    g_auto(filedesc) lock = place_lock(folder, error);
    if (lock < 0)
        return NULL;
    place_sweep_rest(folder);
    g_autofree char *program = place_program(), *text = wishes_text(wish);
    const char *const words[] = { program, ".guard", folder, text, NULL };
    if (process_detach(words, NULL, "/", lock, error) <= 0)
        return NULL;
    filedesc_close(lock);
    lock = -1;
    return wait_open(folder, error);
}

static int up(const typed *line, const wishes *wish, GError **error)
{
    if (line->config != NULL && access(line->config, F_OK) == 0)
        return fail(error, ERR_REFUSED, "%s is there already: it is not overwritten", line->config), 1;
    g_autofree char *folder = folder_for(line, error);
    g_autoptr(told) where = folder != NULL ? start_in(folder, wish, error) : NULL;
    if (where == NULL)
        return 1;
    if (line->config != NULL && !write_config(line->config, where, error)) {
        json_decref(ask_master(where, "down", NULL));
        return 1;
    }
    g_autofree char *lasts = span_text(wish->lasts), *bad = trouble_text(wish->bad);
    g_autofree char *quoted = g_shell_quote(where->folder);
    printf("shop      %s\nmetrics   %s\nversion   %s on blue; releases from 2.0 on are bad: %s\nends      "
           "after %s%s\n"
           "export " PLACE_VARIABLE "=%s " PLACE_PASSED "=%s\n",
           where->shop, where->metrics, wish->version, bad, lasts,
           wish->owner != NULL ? ", or with its owner" : "", quoted, quoted);
    return 0;
}

int verb_up(const typed *line, GError **error)
{
    wishes wish = { 0 };
    int code = wishes_of(line, &wish, error) ? up(line, &wish, error) : ERR_USAGE;
    g_free(wish.owner);
    return code;
}

/* --- down --- */

int verb_down(const typed *line, GError **error)
{
    g_autoptr(told) where = running(line, NULL, error);
    if (where == NULL)
        return 1;
    process_facts master = { 0 };
    bool known = process_look((pid_t)where->pid, &master);
    g_autoptr(json) answer = ask_master(where, "down", NULL);
    if (answer == NULL && known) /* it does not listen */
        process_signal(master.pid, master.start, SIGKILL, NULL);
    gint64 until = g_get_monotonic_time() + LEAVE_MOST;
    while (place_is_locked(where->folder)) {
        if (g_get_monotonic_time() > until)
            return fail(error, ERR_FAILED, "the practice system in %s has not ended within 5s",
                        where->folder),
                   1;
        g_usleep(20000);
    }
    printf("down      nothing of it is left in %s\n", where->folder);
    return 0;
}
