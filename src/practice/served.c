#include "served.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib-unix.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE_S 20 /* for a client that says nothing */
#define RUNS_MOST 64  /* in one go, while the server has more to do */

struct served {
    struct MHD_Daemon *daemon;
    served_ask ask;
    void *context;
    guint timer, again;
};

struct served_call {
    served *server;
    struct MHD_Connection *connection;
    struct MHD_Response *response; /* NULL until it is answered */
    char *whole, *path, *method;
    unsigned status;
    bool told, asleep;
};

int served_listen(int *port, GError **error)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 128) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &length) != 0) {
        fail(error, ERR_FAILED, "no port of the loopback to listen on: %s", g_strerror(errno));
        if (fd >= 0)
            close(fd);
        return -1;
    }
    *port = ntohs(at.sin_port);
    return fd;
}

/* --- the server's turns on the main loop --- */

static void turn(served *self);

static gboolean on_ready(int fd, GIOCondition condition, void *context)
{
    (void)fd, (void)condition;
    turn(context);
    return G_SOURCE_CONTINUE;
}

static gboolean on_time(void *context)
{
    served *self = context;
    self->timer = 0;
    turn(self);
    return G_SOURCE_REMOVE;
}

static gboolean on_again(void *context)
{
    served *self = context;
    self->again = 0;
    turn(self);
    return G_SOURCE_REMOVE;
}

/* Its epoll descriptor is silent about work that is left over: the time-out it names tells. */
static void turn(served *self)
{
    MHD_UNSIGNED_LONG_LONG left = 0;
    enum MHD_Result waits = MHD_NO;
    for (int i = 0; i < RUNS_MOST; i++) {
        MHD_run(self->daemon);
        waits = MHD_get_timeout(self->daemon, &left);
        if (waits != MHD_YES || left > 0)
            break;
    }
    if (self->timer != 0)
        g_source_remove(self->timer);
    self->timer = waits == MHD_YES ? g_timeout_add((guint)MIN(left, 60000), on_time, self) : 0;
}

/* --- one call --- */

static void *on_begin(void *context, const char *whole, struct MHD_Connection *connection)
{
    served_call *call = g_new0(served_call, 1);
    call->server = context;
    call->connection = connection;
    call->whole = g_strdup(whole);
    return call;
}

static void on_end(void *context, struct MHD_Connection *connection, void **own,
                   enum MHD_RequestTerminationCode code)
{
    served_call *call = *own;
    (void)context, (void)connection, (void)code;
    if (call == NULL)
        return;
    if (call->response != NULL)
        MHD_destroy_response(call->response);
    g_free(call->whole);
    g_free(call->path);
    g_free(call->method);
    g_free(call);
    *own = NULL;
}

static enum MHD_Result on_call(void *context, struct MHD_Connection *connection, const char *path,
                               const char *method, const char *version, const char *upload,
                               size_t *upload_size, void **own)
{
    served_call *call = *own;
    (void)context, (void)version, (void)upload;
    if (call->path == NULL) { /* the head is there; a body may follow */
        call->path = g_strdup(path);
        call->method = g_strdup(method);
        return MHD_YES;
    }
    if (*upload_size > 0) { /* everything is asked in the address: a body means nothing */
        *upload_size = 0;
        return MHD_YES;
    }
    if (!call->told) {
        call->told = true;
        call->server->ask(call, call->server->context);
    }
    if (call->response != NULL)
        return MHD_queue_response(connection, call->status, call->response);
    if (!call->asleep) {
        call->asleep = true;
        MHD_suspend_connection(connection);
    }
    return MHD_YES;
}

void served_answer(served_call *call, unsigned status, const char *type, const char *body)
{
    call->status = status;
    call->response =
        MHD_create_response_from_buffer(strlen(body), (void *)(uintptr_t)body, MHD_RESPMEM_MUST_COPY);
    MHD_add_response_header(call->response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    if (!call->asleep)
        return;
    served *self = call->server;
    MHD_resume_connection(call->connection);
    if (self->again == 0)
        self->again = g_idle_add(on_again, self);
}

typedef struct later {
    served_call *call;
    unsigned status;
    char *type, *body;
} later;

static gboolean on_later(void *context)
{
    later *self = context;
    served_answer(self->call, self->status, self->type, self->body);
    g_free(self->type);
    g_free(self->body);
    g_free(self);
    return G_SOURCE_REMOVE;
}

void served_answer_later(served_call *call, unsigned status, const char *type, const char *body,
                         guint milliseconds)
{
    later *self = g_new0(later, 1);
    *self = (later){ call, status, g_strdup(type), g_strdup(body) };
    g_timeout_add(milliseconds, on_later, self);
}

const char *served_method(const served_call *call)
{
    return call->method;
}

const char *served_path(const served_call *call)
{
    return call->path;
}

const char *served_whole(const served_call *call)
{
    return call->whole;
}

const char *served_value(const served_call *call, const char *name)
{
    return MHD_lookup_connection_value(call->connection, MHD_GET_ARGUMENT_KIND, name);
}

const char *served_bearer(const served_call *call)
{
    const char *value = MHD_lookup_connection_value(call->connection, MHD_HEADER_KIND, "Authorization");
    return value != NULL && g_str_has_prefix(value, "Bearer ") ? value + strlen("Bearer ") : NULL;
}

served *served_new(int listening, served_ask ask, void *context, GError **error)
{
    served *self = g_new0(served, 1);
    self->ask = ask;
    self->context = context;
    self->daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_call, NULL,
                                    MHD_OPTION_LISTEN_SOCKET, listening, MHD_OPTION_URI_LOG_CALLBACK,
                                    on_begin, self, MHD_OPTION_NOTIFY_COMPLETED, on_end, NULL,
                                    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)PATIENCE_S, MHD_OPTION_END);
    const union MHD_DaemonInfo *info =
        self->daemon != NULL ? MHD_get_daemon_info(self->daemon, MHD_DAEMON_INFO_EPOLL_FD) : NULL;
    if (info == NULL) {
        fail(error, ERR_FAILED, "the HTTP server does not start: %s", g_strerror(errno));
        g_free(self);
        return NULL;
    }
    g_unix_fd_add(info->epoll_fd, G_IO_IN, on_ready, self);
    turn(self);
    return self;
}
