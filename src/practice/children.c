#include "master.h"

#include "world/process.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

/* An instance that ended unasked stays away so long, so that one can see it; the others are missed at once. */
#define SHOP_AWAY (3 * G_USEC_PER_SEC)
#define PART_AWAY (G_USEC_PER_SEC / 2)

static seat *seat_of(child *one)
{
    return &one->master->words->pool[one->pool].seats[one->seat];
}

/* Customers come when the doors are open: what fails before that is nobody's trouble. */
static bool doors_are_open(master *self)
{
    const seat *first = &self->words->pool[0].seats[0];
    self->opened = self->opened || (first->port != 0 && first->healthy != 0);
    return self->opened;
}

static bool is_wanted(child *one)
{
    if (one->kind == CHILD_CUSTOMERS)
        return doors_are_open(one->master);
    return one->kind != CHILD_SHOP || (one->master->version[one->pool][0] != '\0' &&
                                       one->seat < one->master->words->pool[one->pool].wanted);
}

static void write_pid(child *one)
{
    shared *words = one->master->words;
    if (one->kind == CHILD_BALANCER)
        words->balancer_pid = one->pid;
    else if (one->kind == CHILD_CUSTOMERS)
        words->customers_pid = one->pid;
    else
        seat_of(one)->pid = one->pid;
}

static void on_end(GPid pid, int status, void *context)
{
    child *one = context;
    (void)status;
    g_spawn_close_pid(pid);
    one->pid = 0;
    one->due = one->stopping ? 0 : g_get_monotonic_time() + (one->kind == CHILD_SHOP ? SHOP_AWAY : PART_AWAY);
    if (one->kind == CHILD_SHOP) {
        seat *place = seat_of(one);
        place->healthy = 0;
        place->port = 0;
        place->memory = 0;
        if (!one->stopping)
            place->restarts++;
    }
    one->stopping = false;
    write_pid(one);
    children_tend(one->master);
}

static void start(child *one)
{
    master *self = one->master;
    g_autofree char *number = g_strdup_printf("%d", one->seat);
    g_autofree char *rate = g_strdup_printf("%d", self->wishes.rate);
    const char *const lines[][8] = {
        [CHILD_BALANCER] = { self->program, ".balancer", self->folder, self->me },
        [CHILD_CUSTOMERS] = { self->program, ".customers", self->folder, self->me, self->told.shop, rate },
        [CHILD_SHOP] = { self->program, ".shop", self->folder, self->me, pool_names[one->pool], number,
                         self->version[one->pool] },
    };
    pid_t pid = process_detach(lines[one->kind], NULL, "/",
                               one->kind == CHILD_BALANCER ? self->shop_socket : -1, NULL);
    one->due = g_get_monotonic_time() + G_USEC_PER_SEC; /* when it could not be started */
    if (pid <= 0)
        return;
    one->pid = pid;
    write_pid(one);
    g_child_watch_add(pid, on_end, one);
}

/* Our own children, not reaped yet: their numbers are theirs. */
static void stop(child *one)
{
    one->stopping = true;
    kill(one->pid, SIGKILL);
}

void children_tend(master *self)
{
    gint64 now = g_get_monotonic_time();
    for (int i = 0; i < CHILDREN; i++) {
        child *one = &self->children[i];
        if (one->pid == 0 && is_wanted(one) && one->due <= now)
            start(one);
        else if (one->pid != 0 && !one->stopping && !is_wanted(one))
            stop(one);
    }
}

void children_renew(master *self, int pool)
{
    for (int i = 0; i < CHILDREN; i++) {
        child *one = &self->children[i];
        if (one->kind != CHILD_SHOP || one->pool != pool)
            continue;
        one->due = 0;
        if (one->pid != 0 && !one->stopping)
            stop(one);
    }
    children_tend(self);
}

void children_end(master *self)
{
    for (int i = 0; i < CHILDREN; i++)
        if (self->children[i].pid != 0)
            kill(self->children[i].pid, SIGKILL);
    for (int i = 0; i < CHILDREN; i++)
        if (self->children[i].pid != 0)
            waitpid(self->children[i].pid, NULL, 0);
}
