/* keep_end_orphan: the keeper is gone, its step's processes perhaps not. There is no subreaper any more that would gather
 * them, so they are known by three signs: the identity in the holder file, the session and the parents that lead to it, and
 * the mark in the environment they were started with. */
#include "keep.h"
#include "keeper/leaves.h"
#include "leaves.h"
#include "world/files.h"
#include "world/process.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

/* Does this process carry WARROOM_KEEPER=FOLDER in the environment it was started with? */
static bool is_marked(pid_t pid, const char *mark)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/environ", (int)pid);
    g_autofree char *all = NULL;
    gsize length = 0;
    if (!g_file_get_contents(path, &all, &length, NULL))
        return false;
    for (const char *one = all; one < all + length; one += strlen(one) + 1)
        if (strcmp(one, mark) == 0)
            return true;
    return false;
}

/* The session's number proves something only while its leader, the step itself, is there: a free number is given away. */
static void mark_first(GArray *all, const leaf_holder *holder, const char *mark, bool *ours)
{
    bool leader = process_is_there(holder->step, holder->step_start);
    for (guint i = 0; i < all->len; i++) {
        const process_facts *one = &g_array_index(all, process_facts, i);
        if (one->pid == getpid())
            continue;
        ours[i] = (one->pid == holder->step && one->start == holder->step_start) ||
                  (leader && one->session == holder->step) || is_marked(one->pid, mark);
    }
}

static bool parent_is_ours(GArray *all, const bool *ours, pid_t parent)
{
    for (guint i = 0; i < all->len; i++)
        if (g_array_index(all, process_facts, i).pid == parent)
            return ours[i];
    return false;
}

static void mark_descendants(GArray *all, bool *ours)
{
    for (bool found = true; found;) {
        found = false;
        for (guint i = 0; i < all->len; i++) {
            if (ours[i] || !parent_is_ours(all, ours, g_array_index(all, process_facts, i).parent))
                continue;
            ours[i] = true;
            found = true;
        }
    }
}

static void clear_name(gpointer one)
{
    g_free(((keep_process *)one)->name);
}

static GArray *signal_all(GArray *all, const bool *ours, bool force)
{
    GArray *there = g_array_new(FALSE, TRUE, sizeof(keep_process));
    g_array_set_clear_func(there, clear_name);
    for (guint i = 0; i < all->len; i++) {
        const process_facts *one = &g_array_index(all, process_facts, i);
        if (!ours[i] || one->state == 'Z' || one->state == 'X')
            continue;
        keep_process named = { one->pid, g_strdup(one->name) };
        g_array_append_val(there, named);
        process_signal(one->pid, one->start, force ? SIGKILL : SIGTERM, NULL);
        process_signal(one->pid, one->start, SIGCONT, NULL);
    }
    return there;
}

GArray *keep_end_orphan(const char *folder, bool force, GError **error)
{
    g_autoptr(keep_seen) seen = keep_look(folder, NULL, error);
    if (seen == NULL)
        return NULL;
    if (seen->state == KEEP_RUNNING) {
        fail(error, ERR_REFUSED, "a keeper holds this step: abort it");
        return NULL;
    }
    g_autofree char *path = g_build_filename(folder, LEAF_HOLDER, NULL);
    g_autofree char *mark = g_strdup_printf("WARROOM_KEEPER=%s", folder);
    g_autofree char *bytes = file_read(path, LEAF_EXIT_SIZE, NULL, NULL);
    leaf_holder holder = { 0 };
    if (bytes != NULL)
        leaf_read_holder(bytes, LEAF_EXIT_SIZE, &holder);
    if (strcmp(holder.boot, process_boot()) !=
        0) /* another boot, or nobody knows: only the mark can prove it */
        holder.step = 0;
    g_autoptr(GArray) all = process_all();
    g_autofree bool *ours = g_new0(bool, all->len + 1);
    mark_first(all, &holder, mark, ours);
    mark_descendants(all, ours);
    return signal_all(all, ours, force);
}
