#define _GNU_SOURCE /* accept4 */
#include "link/server.h"

#include "admit.h"
#include "base/fail.h"
#include "frame.h"
#include "listen.h"
#include "world/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <poll.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <unistd.h>

#define PEERS_MOST 256
#define QUEUE_LARGEST (4 * (gsize)WIRE_LINE_LARGEST) /* a face that is further behind is dropped */
#define READ_AT_ONCE 65536
#define READS_AT_ONCE 16 /* then the others have their turn */

struct peer {
    server *server;
    filedesc socket;
    guint readable, writable, leaving; /* sources of the main loop; 0: none */
    frame *frame;
    GQueue *queue; /* of GBytes: the first one partly written */
    gsize queued, written;
    bool attached, refused;
    bool reads; /* the journal, by itself */
    admission who;
};

struct server {
    char *folder;
    char *group;
    json *greeting;
    server_ears ears;
    void *context;
    listening listening;
    guint knocks, swept; /* sources: somebody connects; the socket's name was taken away */
    filedesc watch;
    filedesc spare; /* given up for a moment, to tell somebody that there is none left */
    bool unlisted;
    GPtrArray *peers;
};

static gboolean peer_leaves(gpointer data);

static void forget_source(guint *source)
{
    if (*source != 0)
        g_source_remove(*source);
    *source = 0;
}

static void peer_free(peer *self)
{
    forget_source(&self->readable);
    forget_source(&self->writable);
    forget_source(&self->leaving);
    filedesc_close(self->socket);
    frame_free(self->frame);
    g_queue_free_full(self->queue, (GDestroyNotify)g_bytes_unref);
    g_free(self->who.account);
    g_free(self);
}

/* on_gone is for those who were let in: whoever was refused was never shown to the engine. */
static void peer_end(peer *self)
{
    const struct server *house = self->server;
    g_ptr_array_remove_fast(house->peers, self);
    if (!self->refused && house->ears.on_gone != NULL)
        house->ears.on_gone(self, house->context);
    peer_free(self);
}

void peer_drop(peer *self)
{
    if (self->leaving == 0)
        self->leaving = g_idle_add(peer_leaves, self);
}

static gboolean peer_leaves(gpointer data)
{
    peer *self = data;
    self->leaving = 0;
    peer_end(self);
    return G_SOURCE_REMOVE;
}

/* Writes what goes without waiting. False: the other side is gone. */
static bool peer_write(peer *self)
{
    GBytes *first = NULL;
    while ((first = g_queue_peek_head(self->queue)) != NULL) {
        gsize length = 0;
        const char *bytes = g_bytes_get_data(first, &length);
        ssize_t sent =
            send(self->socket, bytes + self->written, length - self->written, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0)
            return errno == EAGAIN || errno == EINTR;
        self->written += (gsize)sent;
        self->queued -= (gsize)sent;
        if (self->written == length) {
            g_bytes_unref(g_queue_pop_head(self->queue));
            self->written = 0;
        }
    }
    return true;
}

static gboolean peer_can_write(gint fd, GIOCondition condition, gpointer data)
{
    (void)fd, (void)condition;
    peer *self = data;
    bool well = peer_write(self);
    if (well && !g_queue_is_empty(self->queue))
        return G_SOURCE_CONTINUE;
    self->writable = 0;
    if (!well || self->refused)
        peer_drop(self);
    return G_SOURCE_REMOVE;
}

static void peer_send_bytes(peer *self, GBytes *line)
{
    if (self->leaving != 0)
        return;
    gsize length = g_bytes_get_size(line);
    if (self->queued + length > QUEUE_LARGEST) {
        peer_drop(self);
        return;
    }
    g_queue_push_tail(self->queue, g_bytes_ref(line));
    self->queued += length;
    if (self->writable != 0)
        return;
    if (!peer_write(self))
        peer_drop(self);
    else if (!g_queue_is_empty(self->queue))
        self->writable = g_unix_fd_add(self->socket, G_IO_OUT, peer_can_write, self);
    else if (self->refused)
        peer_drop(self);
}

void peer_send(peer *self, const json *line)
{
    g_autoptr(GBytes) bytes = frame_line(line);
    if (bytes != NULL) {
        peer_send_bytes(self, bytes);
        return;
    }
    g_autoptr(json) instead = json_pack("{s:s?, s:b, s:i, s:s}", "id", json_text(line, "id", NULL), "done",
                                        json_flag(line, "done", false), "code", ERR_FAILED, "why",
                                        "the answer is larger than a line may be");
    g_autoptr(GBytes) small = frame_line(instead);
    peer_send_bytes(self, small);
}

void peer_attach(peer *self)
{
    self->attached = true;
}

void peer_attach_reader(peer *self)
{
    self->reads = true;
    self->attached = true;
}

bool peer_is_attached(const peer *self)
{
    return self->attached && self->leaving == 0;
}

const char *peer_account(const peer *self)
{
    return self->who.account;
}

bool peer_is_guest(const peer *self)
{
    return self->who.guest;
}

/* Says why, once, and hangs up as soon as it is written. */
static void peer_refuse(peer *self, err_kind code, const char *why)
{
    g_autoptr(json) answer = json_pack("{s:b, s:i, s:s}", "done", 0, "code", (int)code, "why", why);
    self->refused = true;
    peer_send(self, answer);
}

/* False: hang up. A line that cannot be read makes the rest meaningless. */
static bool peer_hears(peer *self)
{
    for (;;) {
        g_autoptr(GError) error = NULL;
        g_autoptr(json) line = frame_next(self->frame, &error);
        if (error != NULL) {
            g_autoptr(json) answer =
                json_pack("{s:b, s:i, s:s}", "done", 0, "code", (int)ERR_USAGE, "why", error->message);
            peer_send(self, answer);
            return false;
        }
        if (line == NULL)
            return true;
        self->server->ears.on_line(self, line, self->server->context);
        if (self->leaving != 0)
            return true;
    }
}

static gboolean peer_can_read(gint fd, GIOCondition condition, gpointer data)
{
    (void)condition;
    peer *self = data;
    char bytes[READ_AT_ONCE];
    for (guint i = 0; i < READS_AT_ONCE; i++) {
        ssize_t got = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            return G_SOURCE_CONTINUE;
        if (got > 0)
            frame_put(self->frame, bytes, (gsize)got);
        if (got <= 0 || !peer_hears(self)) {
            peer_drop(self);
            break;
        }
        if (self->leaving != 0)
            break;
    }
    if (self->leaving == 0)
        return G_SOURCE_CONTINUE;
    self->readable = 0;
    return G_SOURCE_REMOVE;
}

static void server_take_in(server *self, filedesc socket)
{
    peer *new = g_new0(peer, 1);
    new->server = self;
    new->socket = socket;
    new->frame = frame_new();
    new->queue = g_queue_new();
    g_ptr_array_add(self->peers, new);
    g_autoptr(GError) error = NULL;
    if (!admit(socket, self->group, &new->who, &error)) {
        peer_refuse(new, ERR_REFUSED, error->message);
        return;
    }
    if (self->peers->len > PEERS_MOST) {
        peer_refuse(new, ERR_FAILED, "limited: too many faces are connected");
        return;
    }
    new->readable = g_unix_fd_add(socket, G_IO_IN | G_IO_HUP | G_IO_ERR, peer_can_read, new);
    peer_send(new, self->greeting);
}

static filedesc server_accepts(const server *self)
{
    return accept4(self->listening.socket, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
}

/* Out of descriptors: who knocks is told so and sent off. Left to wait he would keep us awake for nothing. */
static bool server_sends_off(server *self)
{
    filedesc_close(self->spare);
    filedesc socket = server_accepts(self);
    if (socket >= 0) {
        g_autoptr(json) why =
            json_pack("{s:b, s:i, s:s}", "done", 0, "code", (int)ERR_FAILED, "why",
                      "limited: too many open files in the engine; a face that leaves makes room");
        g_autoptr(GBytes) line = frame_line(why);
        gsize length = 0;
        const void *bytes = g_bytes_get_data(line, &length);
        if (send(socket, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
            g_debug("sent off without a word: %s", g_strerror(errno));
        filedesc_close(socket);
    }
    self->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    return socket >= 0;
}

/* Lets one in; false when nobody waits. */
static bool server_opens(server *self)
{
    filedesc socket = server_accepts(self);
    if (socket < 0)
        return (errno == EMFILE || errno == ENFILE) && server_sends_off(self);
    server_take_in(self, socket);
    return true;
}

static gboolean server_knocked(gint fd, GIOCondition condition, gpointer data)
{
    (void)fd, (void)condition;
    server_opens(data);
    return G_SOURCE_CONTINUE;
}

static bool server_listen(server *self, GError **error)
{
    listening fresh = { .socket = -1 };
    if (!listening_open(self->folder, self->group, &fresh, error))
        return false;
    while (self->listening.socket >= 0 && server_opens(self)) /* who knocked at the old name is let in */
        continue;
    forget_source(&self->knocks);
    filedesc_close(self->listening.socket);
    self->listening = fresh;
    self->knocks = g_unix_fd_add(fresh.socket, G_IO_IN, server_knocked, self);
    return true;
}

/* A name that was swept away is made again; whoever is in stays in. */
static gboolean server_swept(gint fd, GIOCondition condition, gpointer data)
{
    (void)condition;
    server *self = data;
    char events[4096];
    while (read(fd, events, sizeof events) > 0)
        continue;
    if (!self->unlisted && !listening_stands(self->folder, &self->listening)) {
        g_autoptr(GError) error = NULL;
        if (!server_listen(self, &error))
            g_printerr("warroom-engine: %s\n", error->message);
    }
    return G_SOURCE_CONTINUE;
}

server *server_new(const char *folder, const char *group, json *greeting, server_ears ears, void *context,
                   GError **error)
{
    g_autoptr(server) self = g_new0(server, 1);
    self->folder = g_strdup(folder);
    self->group = g_strdup(group);
    self->greeting = greeting;
    self->ears = ears;
    self->context = context;
    self->listening.socket = -1;
    self->peers = g_ptr_array_new();
    self->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    self->watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (self->watch >= 0 && inotify_add_watch(self->watch, folder, IN_DELETE | IN_MOVED_FROM) >= 0)
        self->swept = g_unix_fd_add(self->watch, G_IO_IN, server_swept, self);
    if (!server_listen(self, error))
        return NULL;
    return g_steal_pointer(&self);
}

void server_unlist(server *self)
{
    if (self->unlisted)
        return;
    self->unlisted = true;
    listening_unlink(self->folder, &self->listening);
}

bool server_list(server *self, GError **error)
{
    if (!self->unlisted)
        return true;
    if (!server_listen(self, error))
        return false;
    self->unlisted = false;
    return true;
}

guint server_peers(const server *self)
{
    return self->peers->len;
}

/* Whoever knocked before the name was gone is still let in: he may hold an accepted connection. */
void server_drain(server *self, span limit)
{
    uptime end = clock_now().up + limit;
    for (guint i = 0; i < self->peers->len; i++) {
        peer *one = g_ptr_array_index(self->peers, i);
        while (!g_queue_is_empty(one->queue) && peer_write(one) && !g_queue_is_empty(one->queue)) {
            span left = end - clock_now().up;
            struct pollfd ready = { .fd = one->socket, .events = POLLOUT };
            if (left <= 0 || poll(&ready, 1, (int)(left / SPAN_MILLISECOND) + 1) <= 0)
                break;
        }
    }
}

void server_free(server *self)
{
    if (self == NULL)
        return;
    if (self->listening.socket >= 0)
        server_unlist(self);
    forget_source(&self->knocks);
    forget_source(&self->swept);
    server_drain(self, 0);
    while (self->peers->len > 0)
        peer_end(g_ptr_array_index(self->peers, self->peers->len - 1));
    g_ptr_array_unref(self->peers);
    filedesc_close(self->listening.socket);
    filedesc_close(self->watch);
    filedesc_close(self->spare);
    json_decref(self->greeting);
    g_free(self->group);
    g_free(self->folder);
    g_free(self);
}

void server_greet(server *self, json *greeting)
{
    json_decref(self->greeting);
    self->greeting = greeting;
}

static void server_tell(server *self, const json *line, bool readers)
{
    g_autoptr(GBytes) bytes = NULL;
    for (guint i = 0; i < self->peers->len; i++) {
        peer *one = g_ptr_array_index(self->peers, i);
        if (!peer_is_attached(one) || (one->reads && !readers))
            continue;
        if (bytes == NULL && (bytes = frame_line(line)) == NULL)
            return;
        peer_send_bytes(one, bytes);
    }
}

void server_tell_all(server *self, const json *line)
{
    server_tell(self, line, true);
}

void server_tell_listeners(server *self, const json *line)
{
    server_tell(self, line, false);
}

guint server_listeners(const server *self)
{
    guint count = 0;
    for (guint i = 0; i < self->peers->len; i++) {
        const peer *one = g_ptr_array_index(self->peers, i);
        count += peer_is_attached(one) && !one->reads;
    }
    return count;
}

guint server_attached(const server *self)
{
    guint count = 0;
    for (guint i = 0; i < self->peers->len; i++)
        count += peer_is_attached(g_ptr_array_index(self->peers, i));
    return count;
}
