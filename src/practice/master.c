/* master.c - FOLDER GUARD WISHES, and the folder's lock as descriptor 3: starts everything, starts again what dies,
 * answers the command line, and ends: when it is told to, when its time is over, when its owner's lock or its guard
 * is gone. */
#include "master.h"

#include "trouble.h"
#include "world/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define TEND_EVERY_MS 200

/* The owner holds its lock for as long as it wants us: when we could have it, it is gone. */
static bool owner_is_gone(master *self)
{
    if (self->owner < 0 || flock(self->owner, LOCK_SH | LOCK_NB) != 0)
        return false;
    flock(self->owner, LOCK_UN);
    return true;
}

static gboolean on_tick(void *context)
{
    master *self = context;
    if (g_get_monotonic_time() - self->began > self->wishes.lasts || owner_is_gone(self))
        g_main_loop_quit(self->loop);
    else
        children_tend(self);
    return G_SOURCE_CONTINUE;
}

static gboolean on_term(void *context)
{
    g_main_loop_quit(((master *)context)->loop);
    return G_SOURCE_CONTINUE;
}

static char *new_token(void)
{
    unsigned char chance[16];
    GString *text = g_string_new(NULL);
    if (getentropy(chance, sizeof chance) != 0)
        abort();
    for (gsize i = 0; i < sizeof chance; i++)
        g_string_append_printf(text, "%02x", chance[i]);
    return g_string_free(text, FALSE);
}

static void name_children(master *self)
{
    child *one = self->children;
    *one++ = (child){ .master = self, .kind = CHILD_BALANCER };
    *one++ = (child){ .master = self, .kind = CHILD_CUSTOMERS };
    for (int i = 0; i < POOLS * INSTANCES_MOST; i++)
        *one++ = (child){
            .master = self, .kind = CHILD_SHOP, .pool = i / INSTANCES_MOST, .seat = i % INSTANCES_MOST
        };
}

static bool open_all(master *self, GError **error)
{
    int shop_port = 0, control_port = 0, control = -1;
    if (self->wishes.owner != NULL && (self->owner = open(self->wishes.owner, O_RDONLY | O_CLOEXEC)) < 0)
        return fail(error, ERR_FAILED, "%s: %s", self->wishes.owner, g_strerror(errno));
    self->words = shared_make(self->folder, error);
    self->orders = self->words != NULL ? orders_open(self->folder, error) : NULL;
    if (self->orders == NULL || (self->shop_socket = served_listen(&shop_port, error)) < 0 ||
        (control = served_listen(&control_port, error)) < 0 ||
        served_new(control, control_ask, self, error) == NULL)
        return false;
    self->told =
        (told){ .folder = self->folder, .program = self->program, .token = new_token(), .pid = getpid() };
    self->told.shop = g_strdup_printf("http://127.0.0.1:%d", shop_port);
    self->told.control = g_strdup_printf("http://127.0.0.1:%d", control_port);
    self->told.metrics = g_strdup_printf("http://127.0.0.1:%d/metrics", control_port);
    return true;
}

int master_run(char **arguments, GError **error)
{
    static master self = { .owner = -1, .flag = true, .shop_socket = -1 };
    fcntl(PART_HELD, F_SETFD, FD_CLOEXEC);
    self.loop = g_main_loop_new(NULL, FALSE);
    g_unix_signal_add(SIGTERM, on_term, &self);
    g_unix_signal_add(SIGINT, on_term, &self);
    part_follow(arguments[1], SIGTERM);
    self.folder = arguments[0];
    self.program = place_program();
    self.me = g_strdup_printf("%d", (int)getpid());
    self.history = history_new();
    self.began = g_get_monotonic_time();
    if (!wishes_read(arguments[2], &self.wishes, error) || !open_all(&self, error))
        return 1;
    name_children(&self);
    g_strlcpy(self.version[0], self.wishes.version, sizeof self.version[0]);
    self.words->pool[0].wanted = self.wishes.instances;
    history_add(self.history, clock_now().wall, CHANGE_DEPLOYED, 0, self.version[0]);
    control_troubles(&self);
    control_traffic(&self, 0, 100);
    children_tend(&self);
    g_timeout_add(TEND_EVERY_MS, on_tick, &self);
    bool well = place_write(&self.told, error);
    if (well)
        g_main_loop_run(self.loop);
    children_end(&self);
    if (getppid() != (pid_t)strtol(arguments[1], NULL, 10)) /* else the guard does it, when we are gone */
        place_sweep(self.folder);
    return well ? 0 : 1;
}
