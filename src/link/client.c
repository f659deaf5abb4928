#define _GNU_SOURCE /* struct ucred, O_PATH */
#include "link/client.h"

#include "base/fail.h"
#include "base/id.h"
#include "frame.h"
#include "link/command.h"
#include "listen.h"
#include "start.h"
#include "world/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define TRIES_MOST 5                        /* engines that may vanish under one question */
#define LOOK_AGAIN (5 * SPAN_MILLISECOND)   /* while an engine starts */
#define START_AGAIN (50 * SPAN_MILLISECOND) /* when the one before us was still leaving */

struct client {
    client_wish wish; /* its texts are ours */
    filedesc socket;
    frame *frame;
    json *greeting, *refusal;
    gint pid; /* of the engine, from the kernel */
    filedesc process;
    GQueue *told; /* of json: came while an answer was awaited */
    bool may_write, was_there;
    guint restarts;
    starting starting;
};

typedef enum { HEARD, SILENT, GONE } hearing;

static void client_hang_up(client *self)
{
    filedesc_close(self->socket);
    filedesc_close(self->process);
    self->socket = self->process = -1;
    g_clear_pointer(&self->frame, frame_free);
    g_clear_pointer(&self->greeting, json_decref);
}

void client_close(client *self)
{
    if (self == NULL)
        return;
    client_hang_up(self);
    g_queue_free_full(self->told, (GDestroyNotify)json_decref);
    json_decref(self->refusal);
    g_free((char *)self->wish.state);
    g_free((char *)self->wish.config);
    g_free((char *)self->wish.me);
    g_free((char *)self->wish.means);
    g_free((char *)self->wish.engine);
    g_free((char *)self->wish.version);
    g_free(self);
}

static client *client_new(const client_wish *wish)
{
    client *self = g_new0(client, 1);
    self->wish = *wish;
    self->wish.state = g_strdup(wish->state);
    self->wish.config = g_strdup(wish->config != NULL ? wish->config : "");
    self->wish.me = g_strdup(wish->me);
    self->wish.means = g_strdup(wish->means);
    self->wish.engine = g_strdup(wish->engine);
    self->wish.version = g_strdup(wish->version != NULL ? wish->version : WARROOM_VERSION);
    if (self->wish.patience == 0)
        self->wish.patience = CLIENT_PATIENCE;
    self->socket = self->process = -1;
    self->told = g_queue_new();
    return self;
}

const json *client_greeting(const client *self)
{
    return self->greeting;
}

bool client_may_write(const client *self)
{
    return self->may_write;
}

guint client_restarts(const client *self)
{
    return self->restarts;
}

const json *client_refusal(const client *self)
{
    return self->refusal;
}

int client_descriptor(const client *self)
{
    return self->socket;
}

/* --- the line --- */

static bool wait_for(const client *self, short events, uptime until)
{
    for (;;) {
        span left = until - clock_now().up;
        struct pollfd ready = { .fd = self->socket, .events = events };
        int wait = left <= 0 ? 0 : (int)((left + SPAN_MILLISECOND - 1) / SPAN_MILLISECOND);
        int got = poll(&ready, 1, wait);
        if (got > 0)
            return true;
        if (got == 0 || errno != EINTR)
            return false;
    }
}

/* The next line, whatever it is. What the engine sent before it went is still heard. */
static hearing hear(client *self, uptime until, json **line)
{
    for (;;) {
        g_autoptr(GError) broken = NULL;
        *line = frame_next(self->frame, &broken);
        if (*line != NULL)
            return HEARD;
        if (broken != NULL)
            return GONE;
        if (!wait_for(self, POLLIN, until))
            return SILENT;
        char bytes[65536];
        ssize_t got = recv(self->socket, bytes, sizeof bytes, MSG_DONTWAIT);
        if (got > 0)
            frame_put(self->frame, bytes, (gsize)got);
        else if (got == 0 || (errno != EAGAIN && errno != EINTR))
            return GONE;
    }
}

static hearing tell(client *self, GBytes *line, uptime until)
{
    gsize length = 0, sent = 0;
    const char *bytes = g_bytes_get_data(line, &length);
    while (sent < length) {
        ssize_t put = send(self->socket, bytes + sent, length - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (put > 0)
            sent += (gsize)put;
        else if (errno != EAGAIN && errno != EINTR)
            return GONE;
        else if (!wait_for(self, POLLOUT, until))
            return SILENT;
    }
    return HEARD;
}

/* --- a silent engine --- */

static bool fail_silent(const client *self, GError **error)
{
    return fail(
        error, ERR_FAILED,
        "engine has not answered for %d s (pid %d); 'kill -9 %d' ends it, and the next command starts "
        "another: nothing noted is lost",
        (int)(self->wish.patience / SPAN_SECOND), self->pid, self->pid);
}

/* Ends the very process we are connected to (its number was pinned when we came), if the person wants that. */
static bool end_silent(client *self)
{
    if (self->wish.on_silent == NULL || self->process < 0 ||
        !self->wish.on_silent(self->pid, self->wish.context))
        return false;
    if (syscall(SYS_pidfd_send_signal, self->process, SIGKILL, NULL, 0) != 0)
        return false;
    struct pollfd gone = { .fd = self->process, .events = POLLIN };
    poll(&gone, 1, (int)(self->wish.patience / SPAN_MILLISECOND));
    return true;
}

/* --- coming in --- */

typedef enum { REACHED, NOBODY, TROUBLE } reaching;

static reaching reach(client *self, GError **error)
{
    /* Only a handle to the name: a guest may pass through the folder, not read it. */
    g_auto(filedesc) folder = open(self->wish.state, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0)
        return NOBODY;
    self->socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct sockaddr_un address = { 0 };
    socket_address(folder, &address);
    if (self->socket >= 0 && connect(self->socket, (struct sockaddr *)&address, sizeof address) == 0) {
        struct ucred peer = { 0 };
        socklen_t size = sizeof peer;
        getsockopt(self->socket, SOL_SOCKET, SO_PEERCRED, &peer, &size);
        self->pid = peer.pid;
        self->process = (int)syscall(SYS_pidfd_open, peer.pid, 0);
        self->frame = frame_new();
        return REACHED;
    }
    int trouble = errno;
    client_hang_up(self);
    if (trouble == ENOENT || trouble == ECONNREFUSED)
        return NOBODY;
    fail(error, trouble == EACCES ? ERR_REFUSED : ERR_FAILED, "cannot reach the engine in %s: %s",
         self->wish.state, g_strerror(trouble));
    return TROUBLE;
}

static reaching be_greeted(client *self, GError **error)
{
    json *line = NULL;
    switch (hear(self, clock_now().up + self->wish.patience, &line)) {
    case HEARD:
        break;
    case GONE:
        client_hang_up(self);
        return NOBODY;
    case SILENT:
        if (end_silent(self)) {
            client_hang_up(self);
            return NOBODY;
        }
        fail_silent(self, error);
        client_hang_up(self);
        return TROUBLE;
    }
    if (json_object_get(line, "warroom") == NULL) {
        gint64 code = json_whole(line, "code", ERR_REFUSED);
        fail(error, code == ERR_FAILED ? ERR_FAILED : ERR_REFUSED, "%s",
             json_text(line, "why", "what answers there is no engine"));
        json_decref(line);
        client_hang_up(self);
        return TROUBLE;
    }
    self->greeting = line;
    return REACHED;
}

/* Below, at or above zero, as with strcmp; numbers between dots. */
static int version_compare(const char *a, const char *b)
{
    g_auto(GStrv) left = g_strsplit(a, ".", -1);
    g_auto(GStrv) right = g_strsplit(b, ".", -1);
    guint left_length = g_strv_length(left), right_length = g_strv_length(right);
    for (guint i = 0; i < MAX(left_length, right_length); i++) {
        guint64 l = i < left_length ? g_ascii_strtoull(left[i], NULL, 10) : 0;
        guint64 r = i < right_length ? g_ascii_strtoull(right[i], NULL, 10) : 0;
        if (l != r)
            return l < r ? -1 : 1;
    }
    return 0;
}

static bool same_configuration(const client *self, GError **error)
{
    const char *theirs = json_text(self->greeting, "config", "");
    if (self->wish.any_config || strcmp(theirs, self->wish.config) == 0)
        return true;
    return fail(
        error, ERR_REFUSED,
        "the engine (pid %d) runs with %s%s%s, this would be %s%s%s: they are not mixed; --config names "
        "the one in use, WARROOM_STATE another room",
        self->pid, theirs[0] != '\0' ? "'" : "", theirs[0] != '\0' ? theirs : "the shipped defaults",
        theirs[0] != '\0' ? "'" : "", self->wish.config[0] != '\0' ? "'" : "",
        self->wish.config[0] != '\0' ? self->wish.config : "the shipped defaults",
        self->wish.config[0] != '\0' ? "'" : "");
}

/* Somebody who is older than we are makes room; the steps under its keepers go on. */
static bool send_away(client *self, GError **error)
{
    g_autoptr(json) wish = json_pack("{s:s, s:s, s:s, s:s, s:{}}", "id", "leave", "me", self->wish.me,
                                     "means", self->wish.means, "verb", "leave", "args");
    g_autoptr(GBytes) line = frame_line(wish);
    uptime until = clock_now().up + self->wish.patience;
    hearing heard = tell(self, line, until);
    while (heard == HEARD) {
        g_autoptr(json) said = NULL;
        heard = hear(self, until, &said);
        if (heard == HEARD && json_object_get(said, "done") != NULL && !json_flag(said, "done", false))
            return fail(error, ERR_REFUSED,
                        "the engine is warroom %s, older than this, and does not leave: %s",
                        json_text(self->greeting, "warroom", "?"), json_text(said, "why", "it says no"));
    }
    if (heard == SILENT && !end_silent(self))
        return fail_silent(self, error);
    client_hang_up(self);
    return true;
}

/* One try to come in. NOBODY: nothing there, or one that just left. */
static reaching come_in(client *self, bool replaces, GError **error)
{
    reaching reached = reach(self, error);
    if (reached == REACHED)
        reached = be_greeted(self, error);
    if (reached != REACHED)
        return reached;
    int order = version_compare(json_text(self->greeting, "warroom", "0"), self->wish.version);
    if (order < 0 && replaces)
        return send_away(self, error) ? NOBODY : TROUBLE;
    if (!same_configuration(self, error)) {
        client_hang_up(self);
        return TROUBLE;
    }
    starting_done(&self->starting);
    self->may_write = order <= 0;
    if (self->was_there)
        self->restarts++;
    self->was_there = true;
    return REACHED;
}

static bool may_start(const client *self, GError **error)
{
    struct stat place;
    if (stat(self->wish.state, &place) != 0)
        return fail(error, ERR_NOT_FOUND, "the state directory %s is not there", self->wish.state);
    if (place.st_uid == geteuid())
        return true;
    return fail(error, ERR_REFUSED, "no engine runs in %s, and only the account it belongs to starts one",
                self->wish.state);
}

/* Comes in, starting what is needed, within CLIENT_PATIENCE. */
static bool come_in_for_sure(client *self, GError **error)
{
    uptime until = 0,
           start_at = 0; /* the time runs from when nobody is there: ending a silent one has its own */
    for (;;) {
        reaching reached = come_in(self, true, error);
        if (reached != NOBODY)
            return reached == REACHED;
        if (!starting_look(&self->starting, &self->wish, error))
            return false;
        uptime now = clock_now().up;
        if (until == 0)
            until = now + self->wish.patience;
        if (self->starting.pid == 0 && now >= start_at) {
            if (!may_start(self, error) || !starting_begin(&self->starting, &self->wish, error))
                return false;
            start_at = now + START_AGAIN;
        }
        if (now > until) {
            g_autofree char *words = starting_last_words(&self->starting, &self->wish);
            return fail(error, ERR_FAILED, "the engine did not start within %d s%s%s",
                        (int)(self->wish.patience / SPAN_SECOND), words[0] != '\0' ? ": " : "", words);
        }
        g_usleep(LOOK_AGAIN);
    }
}

client *client_open(const client_wish *wish, GError **error)
{
    g_autoptr(client) self = client_new(wish);
    if (!come_in_for_sure(self, error))
        return NULL;
    return g_steal_pointer(&self);
}

client *client_look(const client_wish *wish, GError **error)
{
    g_autoptr(client) self = client_new(wish);
    reaching reached = come_in(self, false, error);
    if (reached == REACHED)
        return g_steal_pointer(&self);
    if (reached == NOBODY)
        fail(error, ERR_NOT_FOUND, "no engine runs");
    return NULL;
}

/* --- questions --- */

static bool verb_only_reads(const char *verb)
{
    static const char *const readers[] = { "attach", "live", NULL };
    const command *row = command_find(verb);
    return row != NULL ? (row->needs & FITS_READER) != 0 : g_strv_contains(readers, verb);
}

static json *question(const client *self, const char *verb, const json *args, const json *env)
{
    char id[ID_SIZE];
    guchar chance[16];
    if (getrandom(chance, sizeof chance, 0) != (ssize_t)sizeof chance)
        g_error("the kernel gives no random bytes");
    id_make(clock_now().wall, chance, id);
    json *wish = json_object();
    json_put_text(wish, "id", id);
    json_put_text(wish, "me", self->wish.me);
    json_put_text(wish, "means", self->wish.means);
    json_put_text(wish, "verb", verb);
    json_put(wish, "args", args != NULL ? json_incref((json *)args) : json_object());
    json_put(wish, "env", env != NULL ? json_incref((json *)env) : NULL);
    return wish;
}

/* The answer to `id`; news that comes before it is kept. */
static hearing hear_answer(client *self, const char *id, json **answer)
{
    for (;;) {
        json *line = NULL;
        hearing heard = hear(self, clock_now().up + self->wish.patience, &line);
        if (heard != HEARD)
            return heard;
        if (json_object_get(line, "told") != NULL) {
            g_queue_push_tail(self->told, line);
            continue;
        }
        const char *whose = json_text(line, "id", NULL);
        if (whose == NULL || strcmp(whose, id) == 0) {
            *answer = line;
            return HEARD;
        }
        json_decref(line); /* the second answer to a question asked twice */
    }
}

static bool settle_answer(const json *answer, GError **error)
{
    if (json_flag(answer, "done", false))
        return true;
    gint64 code = json_whole(answer, "code", ERR_FAILED);
    const char *way = json_text(answer, "way", "");
    if (code < ERR_FAILED || code > ERR_NO_DATA)
        code = ERR_FAILED;
    return fail(error, (err_kind)code, "%s%s%s", json_text(answer, "why", "the engine says no"),
                way[0] != '\0' ? "; " : "", way);
}

/* Asks once. GONE: ask again, with the same id. */
static hearing ask_once(client *self, GBytes *line, const char *id, json **answer)
{
    hearing heard = tell(self, line, clock_now().up + self->wish.patience);
    if (heard == HEARD)
        heard = hear_answer(self, id, answer);
    if (heard == SILENT && end_silent(self))
        heard = GONE;
    return heard;
}

bool client_ask(client *self, const char *verb, const json *args, const json *env, json **answer,
                GError **error)
{
    if (self->socket >= 0 && !self->may_write && !verb_only_reads(verb))
        return fail(error, ERR_REFUSED,
                    "the engine is warroom %s and this is %s: an older face only reads; a newer "
                    "warroom does '%s'",
                    json_text(self->greeting, "warroom", "?"), self->wish.version, verb);
    g_clear_pointer(&self->refusal, json_decref);
    g_autoptr(json) wish = question(self, verb, args, env);
    g_autoptr(GBytes) line = frame_line(wish);
    if (line == NULL)
        return fail(error, ERR_USAGE, "'%s' with all its values is longer than %d bytes", verb,
                    WIRE_LINE_LARGEST);
    for (guint i = 0; i < TRIES_MOST; i++) {
        if (self->socket < 0 && !come_in_for_sure(self, error))
            return false;
        g_autoptr(json) got = NULL;
        hearing heard = ask_once(self, line, json_text(wish, "id", ""), &got);
        if (heard == HEARD) {
            bool done = settle_answer(got, error);
            if (!done)
                self->refusal = g_steal_pointer(&got);
            else if (answer != NULL)
                *answer = g_steal_pointer(&got);
            return done;
        }
        if (heard == SILENT)
            fail_silent(self, error);
        client_hang_up(self);
        if (heard == SILENT)
            return false;
    }
    return fail(error, ERR_NEEDS_PERSON,
                "'%s' got no answer: %d engines ended over it; 'warroom status' shows what was noted", verb,
                TRIES_MOST);
}

json *client_told(client *self, span patience, GError **error)
{
    if (!g_queue_is_empty(self->told))
        return g_queue_pop_head(self->told);
    if (self->socket < 0) {
        fail(error, ERR_FAILED, "the engine is gone");
        return NULL;
    }
    uptime until = clock_now().up + patience;
    for (;;) {
        json *line = NULL;
        hearing heard = hear(self, until, &line);
        if (heard == HEARD && json_object_get(line, "told") != NULL)
            return line;
        json_decref(line);
        if (heard == HEARD)
            continue;
        if (heard == GONE) {
            client_hang_up(self);
            fail(error, ERR_FAILED, "the engine is gone");
        }
        return NULL;
    }
}
