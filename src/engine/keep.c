#define _GNU_SOURCE
#include "keep.h"
#include "keeper/leaves.h"
#include "leaves.h"
#include "world/clock.h"
#include "world/files.h"
#include "world/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define MARK "WARROOM_KEEPER"
#define HOLDER_WAIT_MS 500 /* a keeper that was just started has not yet said who it is */

static char *program;   /* keep_use_program */
static GArray *keepers; /* pids of keepers that are children of ours */

/* --- starting --- */

void keep_use_program(const char *path)
{
    g_free(program);
    program = g_strdup(path);
}

char *keep_program(GError **error)
{
    if (program != NULL)
        return g_strdup(program);
    g_autofree char *self = g_file_read_link("/proc/self/exe", error);
    if (self == NULL)
        return NULL;
    g_autofree char *folder = g_path_get_dirname(self);
    char *beside = g_build_filename(folder, "warroom-keeper", NULL);
    if (access(beside, X_OK) == 0)
        return beside;
    g_free(beside);
    char *behind = g_build_filename(folder, "../libexec/warroom/warroom-keeper", NULL);
    if (access(behind, X_OK) == 0)
        return behind;
    g_free(behind);
    fail(error, ERR_NOT_FOUND, "there is no warroom-keeper beside %s or in %s/../libexec/warroom", self,
         folder);
    return NULL;
}

static void keepers_reap(void)
{
    for (guint i = keepers == NULL ? 0 : keepers->len; i > 0; i--)
        if (waitpid(g_array_index(keepers, pid_t, i - 1), NULL, WNOHANG) != 0)
            g_array_remove_index_fast(keepers, i - 1);
}

static bool leaf_fail(GError **error, const char *folder, const char *name)
{
    return fail(error, ERR_FAILED, "cannot write %s/%s: %s", folder, name, g_strerror(errno));
}

/* A new file with these bytes; -1 on error. */
static filedesc leaf_make(filedesc place, const char *name, const void *bytes, gsize length, mode_t mode)
{
    g_auto(filedesc) file = openat(place, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0)
        return -1;
    for (gsize done = 0; done < length;) {
        ssize_t put = write(file, (const char *)bytes + done, length - done);
        if (put < 0 && errno != EINTR)
            return -1;
        done += put > 0 ? (gsize)put : 0;
    }
    if (fchmod(file, mode) != 0)
        return -1;
    filedesc result = file;
    file = -1;
    return result;
}

/* The reserved exit file is on the disk before the step exists, and says in which boot: so a power cut can make a
 * step "interrupted", but never "never began". */
static bool leaves_make(filedesc place, const char *folder, const keep_order *order, GError **error)
{
    char space[LEAF_EXIT_SIZE] = { 0 };
    g_auto(filedesc) holder = leaf_make(place, LEAF_HOLDER, space, sizeof space, 0600);
    if (holder < 0)
        return leaf_fail(error, folder, LEAF_HOLDER);
    g_auto(filedesc) script = leaf_make(place, LEAF_SCRIPT, order->script, order->script_length, 0500);
    if (script < 0)
        return leaf_fail(error, folder, LEAF_SCRIPT);
    snprintf(space, sizeof space, "boot %s\n", process_boot());
    g_auto(filedesc) end = leaf_make(place, LEAF_EXIT, space, sizeof space, 0600);
    if (end < 0 || fdatasync(end) != 0)
        return leaf_fail(error, folder, LEAF_EXIT);
    return true;
}

static filedesc lock_make(filedesc place, const char *folder, GError **error)
{
    filedesc lock = leaf_make(place, LEAF_LOCK, "", 0, 0600);
    if (lock >= 0 && flock(lock, LOCK_EX) == 0)
        return lock;
    leaf_fail(error, folder, LEAF_LOCK);
    if (lock >= 0)
        close(lock);
    return -1;
}

/* Up, not down: a time-out of half a millisecond is not none. */
static char *milliseconds(span length)
{
    return g_strdup_printf("%" G_GINT64_FORMAT, (length + SPAN_MILLISECOND - 1) / SPAN_MILLISECOND);
}

static char **keeper_arguments(const char *path, const char *folder, const keep_order *order)
{
    g_autoptr(GStrvBuilder) all = g_strv_builder_new();
    g_autofree char *timeout = milliseconds(order->timeout);
    g_autofree char *grace = milliseconds(order->grace);
    g_strv_builder_add_many(all, path, folder, timeout, grace, NULL);
    g_strv_builder_addv(all, (const char **)order->interpreter);
    return g_strv_builder_end(all);
}

static char **keeper_environment(const char *folder, const keep_order *order)
{
    g_autoptr(GStrvBuilder) all = g_strv_builder_new();
    g_autofree char *mark = g_strdup_printf(MARK "=%s", folder);
    for (const char *const *one = order->environment; *one != NULL; one++)
        if (!g_str_has_prefix(*one, MARK "="))
            g_strv_builder_add(all, *one);
    g_strv_builder_add(all, mark);
    return g_strv_builder_end(all);
}

static void folder_remove(const char *folder)
{
    static const char *const names[] = { LEAF_SCRIPT, LEAF_LOCK, LEAF_EXIT, LEAF_HOLDER };
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(folder, names[i], NULL);
        unlink(path);
    }
    rmdir(folder);
}

static bool keeper_spawn(const char *path, const char *folder, const keep_order *order, filedesc lock,
                         GError **error)
{
    g_auto(GStrv) arguments = keeper_arguments(path, folder, order);
    g_auto(GStrv) environment = keeper_environment(folder, order);
    pid_t pid = process_detach((const char *const *)arguments, (const char *const *)environment, order->cwd,
                               lock, error);
    if (pid == 0)
        return false;
    if (keepers == NULL)
        keepers = g_array_new(FALSE, FALSE, sizeof(pid_t));
    g_array_append_val(keepers, pid);
    return true;
}

bool keep_start(const char *folder, const keep_order *order, GError **error)
{
    g_autofree char *above = g_path_get_dirname(folder);
    g_autofree char *path = keep_program(error);
    keepers_reap();
    if (path == NULL || !folder_make(above, error))
        return false;
    if (mkdir(folder, 0700) != 0)
        return fail(error, errno == EEXIST ? ERR_REFUSED : ERR_FAILED, "cannot make the step's folder %s: %s",
                    folder, errno == EEXIST ? "it was started before" : g_strerror(errno));
    g_auto(filedesc) place = folder_open(folder, error);
    g_auto(filedesc) lock = place < 0 ? -1 : lock_make(place, folder, error);
    if (lock >= 0 && leaves_make(place, folder, order, error) &&
        keeper_spawn(path, folder, order, lock, error))
        return true;
    folder_remove(folder);
    return false;
}

/* --- looking --- */

static const char leaf_of_a_newer[] = "%s was written by a newer keeper: a newer warroom can read it";

/* A shared lock for a moment: two who look at once do not see each other. */
static bool lock_is_held(filedesc place, bool *held, GError **error)
{
    g_auto(filedesc) lock = openat(place, LEAF_LOCK, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    *held = false;
    if (lock < 0 && errno == ENOENT)
        return true;
    if (lock < 0)
        return fail(error, ERR_FAILED, "cannot open the step's lock: %s", g_strerror(errno));
    *held = flock(lock, LOCK_SH | LOCK_NB) != 0;
    if (*held && errno != EWOULDBLOCK)
        return fail(error, ERR_FAILED, "cannot ask for the step's lock: %s", g_strerror(errno));
    return true;
}

/* The leaf's bytes, with room for a NUL; an absent one is empty. */
static bool leaf_load(filedesc place, const char *name, char **bytes, gsize *length, GError **error)
{
    g_autoptr(GError) wrong = NULL;
    *bytes = file_read_at(place, name, LEAF_EXIT_SIZE, length, &wrong);
    if (*bytes == NULL && g_error_matches(wrong, ERR, ERR_NOT_FOUND)) {
        *bytes = g_strdup("");
        *length = 0;
    }
    if (*bytes == NULL)
        g_propagate_error(error, g_steal_pointer(&wrong));
    return *bytes != NULL;
}

/* True: *found says whether there is an end; the reserved boot is put into `boot` ("" when it does not say). */
static bool exit_look(filedesc place, keep_seen *seen, bool *found, char boot[BOOT_ID_SIZE], GError **error)
{
    g_autofree char *bytes = NULL;
    gsize length;
    boot[0] = '\0';
    if (!leaf_load(place, LEAF_EXIT, &bytes, &length, error))
        return false;
    leaf_read_reserved(bytes, length, boot);
    leaf is = leaf_read_exit(bytes, length, seen);
    if (is == LEAF_NEWER)
        return fail(error, ERR_REFUSED, leaf_of_a_newer, LEAF_EXIT);
    *found = is == LEAF_GOOD;
    return true;
}

static bool holder_look(filedesc place, leaf_holder *holder, leaf *is, GError **error)
{
    g_autofree char *bytes = NULL;
    gsize length;
    if (!leaf_load(place, LEAF_HOLDER, &bytes, &length, error))
        return false;
    *is = leaf_read_holder(bytes, length, holder);
    if (*is == LEAF_NEWER)
        return fail(error, ERR_REFUSED, leaf_of_a_newer, LEAF_HOLDER);
    return true;
}

static void seen_hold(keep_seen *seen, const leaf_holder *holder)
{
    seen->keeper = holder->keeper;
    seen->step = holder->step;
    seen->started = holder->wall;
    seen->started_up = holder->up;
    seen->step_there =
        strcmp(holder->boot, process_boot()) == 0 && process_is_there(holder->step, holder->step_start);
}

/* No record, no lock: what became of it? A holder that cannot be read is no proof that nothing ran. */
static keep_state state_without_keeper(leaf holder, const char *reserved, const char *boot)
{
    if (reserved[0] != '\0' ? strcmp(reserved, process_boot()) != 0
                            : boot != NULL && strcmp(boot, clock_now().boot) != 0)
        return KEEP_INTERRUPTED;
    return holder == LEAF_NONE ? KEEP_NEVER_BEGAN : KEEP_LOST;
}

static bool keep_look_into(filedesc place, const char *boot, keep_seen *seen, GError **error)
{
    leaf_holder holder;
    leaf holder_is;
    char reserved[BOOT_ID_SIZE];
    bool ended = false, held = false;
    /* The lock first: whoever let go of it has written its record before. */
    if (!lock_is_held(place, &held, error) || !exit_look(place, seen, &ended, reserved, error) ||
        !holder_look(place, &holder, &holder_is, error))
        return false;
    moment started = seen->started;
    uptime started_up = seen->started_up;
    if (holder_is == LEAF_GOOD)
        seen_hold(seen, &holder);
    if (ended) {
        seen->state = KEEP_ENDED;
        seen->started = started;
        seen->started_up = started_up;
    } else {
        seen->state = held ? KEEP_RUNNING : state_without_keeper(holder_is, reserved, boot);
    }
    return true;
}

static void survivor_clear(gpointer one)
{
    g_free(((keep_process *)one)->name);
}

static GArray *processes_new(void)
{
    GArray *all = g_array_new(FALSE, TRUE, sizeof(keep_process));
    g_array_set_clear_func(all, survivor_clear);
    return all;
}

void keep_seen_free(keep_seen *self)
{
    if (self == NULL)
        return;
    g_free(self->words);
    g_free(self->cut);
    g_array_unref(self->survivors);
    g_free(self);
}

keep_seen *keep_look(const char *folder, const char *boot, GError **error)
{
    g_autoptr(keep_seen) seen = g_new0(keep_seen, 1);
    g_autoptr(GError) wrong = NULL;
    keepers_reap();
    seen->survivors = processes_new();
    seen->started = seen->ended = seen->asked = MOMENT_NONE;
    g_auto(filedesc) place = folder_open(folder, &wrong);
    if (place < 0 && g_error_matches(wrong, ERR, ERR_NOT_FOUND))
        seen->state = state_without_keeper(LEAF_NONE, "", boot);
    else if (place < 0) {
        g_propagate_error(error, g_steal_pointer(&wrong));
        return NULL;
    } else if (!keep_look_into(place, boot, seen, error)) {
        g_prefix_error(error, "%s: ", folder);
        return NULL;
    }
    if (seen->words == NULL)
        seen->words = g_strdup("");
    return g_steal_pointer(&seen);
}

char *keep_words(const keep_seen *seen)
{
    switch (seen->outcome) {
    case KEEP_EXITED:
        return g_strdup_printf("exited %d", seen->number);
    case KEEP_SIGNALLED:
        return g_strdup_printf("killed by signal %d (%s)", seen->number,
                               sigabbrev_np(seen->number) == NULL ? "?" : sigabbrev_np(seen->number));
    case KEEP_NOT_STARTED:
        return g_strdup_printf("could not start: %s", seen->words);
    case KEEP_SURVIVED:
        break;
    }
    return g_strdup("could not be ended");
}

/* --- ending --- */

static bool holder_wait(filedesc place, leaf_holder *holder, GError **error)
{
    for (int waited = 0;; waited += 2) {
        leaf is;
        bool held;
        if (!lock_is_held(place, &held, error) || !holder_look(place, holder, &is, error))
            return false;
        if (!held)
            return fail(error, ERR_REFUSED, "the step has ended, or its keeper is gone");
        if (is == LEAF_GOOD)
            return true;
        if (waited >= HOLDER_WAIT_MS)
            return fail(error, ERR_FAILED, "the keeper has not begun yet");
        g_usleep(2000);
    }
}

/* The lock is held after the descriptor was opened: so the keeper lived all the while, and the number was its own.
 * (Its /proc entry may be closed to us: it is not dumpable.) */
bool keep_abort(const char *folder, GError **error)
{
    leaf_holder holder;
    bool held;
    g_auto(filedesc) place = folder_open(folder, error);
    if (place < 0 || !holder_wait(place, &holder, error))
        return false;
    g_auto(filedesc) keeper = pidfd_open(holder.keeper, 0);
    int number = errno;
    if (!lock_is_held(place, &held, error))
        return false;
    if (!held)
        return fail(error, ERR_REFUSED, "the step has ended, or its keeper is gone");
    if (keeper >= 0 && pidfd_send_signal(keeper, SIGTERM, NULL, 0) == 0)
        return true;
    return fail(error, ERR_FAILED, "cannot signal the keeper (process %d): %s", (int)holder.keeper,
                g_strerror(keeper < 0 ? number : errno));
}
