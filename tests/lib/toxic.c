#define _GNU_SOURCE
#include "lib/toxic.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE 30000 /* ms: no connection of a test lives longer */

struct toxic {
    int listener;
    guint port;
    GThread *thread;
    GMutex lock;
    GPtrArray *threads;
    char *text;
    guint asked, flaps;
    gint stopping;
};

typedef struct visit {
    toxic *owner;
    int socket;
    char request[8192];
} visit;

static bool put(visit *self, const char *bytes, gsize length)
{
    while (length > 0) {
        ssize_t sent = send(self->socket, bytes, length, MSG_NOSIGNAL);
        if (sent <= 0 || g_atomic_int_get(&self->owner->stopping))
            return false;
        bytes += sent;
        length -= (gsize)sent;
    }
    return true;
}

static bool put_text(visit *self, const char *text)
{
    return put(self, text, strlen(text));
}

static void answer(visit *self, const char *status, const char *more, const char *body)
{
    g_autofree char *text =
        g_strdup_printf("HTTP/1.1 %s\r\nContent-Length: %zu\r\nConnection: close\r\n%s\r\n%s", status,
                        strlen(body), more, body);
    put_text(self, text);
}

/* Waits, but not beyond the end of the test. */
static bool rest(visit *self, guint milliseconds)
{
    for (guint i = 0; i < milliseconds && !g_atomic_int_get(&self->owner->stopping); i += 10)
        g_usleep(10000);
    return !g_atomic_int_get(&self->owner->stopping);
}

static void slow(visit *self)
{
    static const char text[] = "HTTP/1.1 200 OK\r\nContent-Length: 600\r\n\r\n";
    put_text(self, text);
    for (guint i = 0; i < 600 && rest(self, 50) && put(self, "#", 1); i++)
        ;
}

static void endless(visit *self, const char *status)
{
    static char piece[65536];
    g_autofree char *head = g_strdup_printf("HTTP/1.1 %s\r\nTransfer-Encoding: chunked\r\n\r\n", status);
    memset(piece, '#', sizeof piece);
    piece[sizeof piece - 1] = '\n';
    for (bool on = put_text(self, head); on;)
        on = put_text(self, "10000\r\n") && put(self, piece, sizeof piece) && put_text(self, "\r\n");
}

static void reset(visit *self)
{
    struct linger now = { .l_onoff = 1 };
    put_text(self, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nup 1\n");
    rest(self, 50);
    setsockopt(self->socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

static void million(visit *self)
{
    bool on = put_text(self, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
    for (guint i = 0; on && i < 1000; i++) {
        GString *piece = g_string_new(NULL);
        for (guint j = 0; j < 999; j++)
            g_string_append_printf(piece, "noise{a=\"%u\",b=\"%u\"} %u\n", i, j, j);
        on = put(self, piece->str, piece->len);
        g_string_free(piece, TRUE);
    }
    put_text(self, "up 1\n");
}

static void gzip(visit *self)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 25\r\n\r\n";
    static const char body[] = "\x1f\x8b\x08\0\0\0\0\0\0\x03+-P0\xe4\x02\0\x16\x14\x94\x32\x05\0\0\0";
    put_text(self, head);
    put(self, body, 25);
}

static void seen(visit *self)
{
    g_auto(GStrv) lines = g_strsplit(self->request, "\r\n", -1);
    g_autoptr(GString) body = g_string_new(NULL);
    for (char **line = lines; *line != NULL && **line != '\0'; line++)
        g_string_append_printf(body, "# %s\n", *line);
    g_string_append(body, "up 1\n");
    answer(self, "200 OK", "", body->str);
}

static void told(visit *self, const char *more)
{
    g_mutex_lock(&self->owner->lock);
    g_autofree char *text = g_strdup(self->owner->text);
    g_mutex_unlock(&self->owner->lock);
    answer(self, "200 OK", more, text);
}

static void redirect(visit *self, const char *to)
{
    g_autofree char *more = g_strdup_printf("Location: %s\r\n", to);
    answer(self, "302 Found", more, "");
}

static void behave(visit *self, const char *path)
{
    if (strcmp(path, "/ok") == 0)
        answer(self, "200 OK", "", "up 1\n");
    else if (strcmp(path, "/seen") == 0)
        seen(self);
    else if (strcmp(path, "/slow") == 0)
        slow(self);
    else if (strcmp(path, "/never") == 0)
        rest(self, PATIENCE);
    else if (strcmp(path, "/endless") == 0)
        endless(self, "200 OK");
    else if (strcmp(path, "/endless-503") == 0)
        endless(self, "503 Busy");
    else if (strcmp(path, "/claims") == 0)
        put_text(self, "HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\nup 1\n");
    else if (strcmp(path, "/reset") == 0)
        reset(self);
    else if (strcmp(path, "/short") == 0)
        put_text(self, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nup 1\n");
    else if (strcmp(path, "/garbage") == 0)
        put_text(self, "220 mail.example ESMTP\r\n\r\n");
    else if (strcmp(path, "/gzip") == 0)
        gzip(self);
    else if (strcmp(path, "/loop") == 0)
        redirect(self, "/loop");
    else if (strcmp(path, "/text") == 0)
        told(self, "");
    else if (strcmp(path, "/openmetrics") == 0)
        told(self, "Content-Type: application/openmetrics-text; version=1.0.0\r\n");
    else if (strcmp(path, "/million") == 0)
        million(self);
    else if (strcmp(path, "/token") == 0)
        answer(self, strstr(self->request, "Bearer sesame\r\n") != NULL ? "200 OK" : "401 Unauthorized", "",
               "up 1\n");
    else if (g_str_has_prefix(path, "/status/"))
        answer(self, path + strlen("/status/"), "", "up 1\n");
    else if (g_str_has_prefix(path, "/to?"))
        redirect(self, path + strlen("/to?"));
    else if (strcmp(path, "/flap") == 0 && g_atomic_int_add((gint *)&self->owner->flaps, 1) % 2 == 0)
        answer(self, "200 OK", "", "up 1\n");
    else if (strcmp(path, "/flap") == 0)
        reset(self);
    else if (strcmp(path, "/nothing") != 0)
        answer(self, "404 Not Found", "", "");
}

static gpointer visit_run(gpointer data)
{
    visit *self = data;
    gsize length = 0;
    while (length < sizeof self->request - 1 && strstr(self->request, "\r\n\r\n") == NULL) {
        ssize_t got = recv(self->socket, self->request + length, sizeof self->request - 1 - length, 0);
        if (got <= 0)
            break;
        length += (gsize)got;
    }
    char path[2048] = "";
    if (sscanf(self->request, "%*s %2047s", path) == 1) {
        g_atomic_int_inc((gint *)&self->owner->asked);
        behave(self, path);
    }
    close(self->socket);
    g_free(self);
    return NULL;
}

static gpointer accept_all(gpointer data)
{
    toxic *self = data;
    for (;;) {
        int socket = accept4(self->listener, NULL, NULL, SOCK_CLOEXEC);
        if (socket < 0 && errno == EINTR)
            continue;
        if (socket < 0)
            return NULL;
        struct timeval patience = { .tv_sec = PATIENCE / 1000 };
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &(struct timeval){ .tv_usec = 100000 },
                   sizeof(struct timeval));
        visit *one = g_new0(visit, 1);
        one->owner = self;
        one->socket = socket;
        g_ptr_array_add(self->threads, g_thread_new("visit", visit_run, one));
    }
}

toxic *toxic_start(void)
{
    toxic *self = g_new0(toxic, 1);
    struct sockaddr_in place = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof place;
    self->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    self->threads = g_ptr_array_new();
    self->text = g_strdup("");
    g_mutex_init(&self->lock);
    if (bind(self->listener, (struct sockaddr *)&place, sizeof place) != 0 ||
        listen(self->listener, 1024) != 0 ||
        getsockname(self->listener, (struct sockaddr *)&place, &length) != 0)
        g_error("no port to listen on: %s", g_strerror(errno));
    self->port = ntohs(place.sin_port);
    self->thread = g_thread_new("toxic", accept_all, self);
    return self;
}

void toxic_stop(toxic *self)
{
    g_atomic_int_set(&self->stopping, 1);
    shutdown(self->listener, SHUT_RDWR);
    g_thread_join(self->thread);
    for (guint i = 0; i < self->threads->len; i++)
        g_thread_join(g_ptr_array_index(self->threads, i));
    g_ptr_array_unref(self->threads);
    close(self->listener);
    g_mutex_clear(&self->lock);
    g_free(self->text);
    g_free(self);
}

guint toxic_port(const toxic *self)
{
    return self->port;
}

guint toxic_asked(toxic *self)
{
    return (guint)g_atomic_int_get((gint *)&self->asked);
}

char *toxic_url(const toxic *self, const char *path)
{
    return g_strdup_printf("http://127.0.0.1:%u%s", self->port, path);
}

void toxic_say(toxic *self, const char *text)
{
    g_mutex_lock(&self->lock);
    g_free(self->text);
    self->text = g_strdup(text);
    g_mutex_unlock(&self->lock);
}
