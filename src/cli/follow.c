#include "follow.h"

#include "base/fail.h"
#include "world/clock.h"
#include "world/files.h"
#include "world/store.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define LOOK_ANYWAY (1 * SPAN_SECOND) /* behind the doorbell, which may be deaf */

struct follow {
    call *call;
    asking *way;
    store *store; /* NULL for a guest */
    filedesc bell, signals;
    int screen; /* standard output when it is a terminal, else -1; not ours */
    bool hung_up;
    GHashTable *next; /* stream -> number of the record that comes next, of those we follow */
    char *only;       /* the one stream; NULL: all */
    gint64 position;  /* of the last record told to a guest */
    GQueue *waiting;  /* of happening, in the order in which it happened */
    GQueue *heard;    /* of happening: told by the engine, not yet put among the records */
};

void happening_clear(happening *self)
{
    g_clear_pointer(&self->record, record_free);
    g_clear_pointer(&self->told, json_decref);
}

static void push(GQueue *queue, record *record, json *told)
{
    happening *one = g_new0(happening, 1);
    one->record = record;
    one->told = told;
    g_queue_push_tail(queue, one);
}

static bool is_later(const happening *record, moment at)
{
    return record->record != NULL && record->record->noted > at;
}

/* Output comes over the socket, records by the journal: what a step printed stands before the record of its end. */
static void put_in_order(follow *self)
{
    happening *told = NULL;
    while ((told = g_queue_pop_head(self->heard)) != NULL) {
        moment at = json_whole(told->told, "at", G_MAXINT64);
        GList *place = self->waiting->head;
        while (place != NULL && !is_later(place->data, at))
            place = place->next;
        if (place != NULL)
            g_queue_insert_before(self->waiting, place, told);
        else
            g_queue_push_tail(self->waiting, told);
    }
}

static void happening_free(gpointer data)
{
    happening_clear(data);
    g_free(data);
}

void follow_free(follow *self)
{
    if (self == NULL)
        return;
    store_close(self->store);
    filedesc_close(self->bell);
    filedesc_close(self->signals);
    g_hash_table_unref(self->next);
    g_free(self->only);
    g_queue_free_full(self->waiting, happening_free);
    g_queue_free_full(self->heard, happening_free);
    g_free(self);
}

static void follow_from(follow *self, const char *stream, gint64 number)
{
    gint64 *from = g_new(gint64, 1);
    *from = number;
    g_hash_table_replace(self->next, g_strdup(stream), from);
}

static bool attach(follow *self, GError **error)
{
    g_autoptr(json) args = json_object();
    if (self->store == NULL)
        json_put_whole(args, "after", self->position);
    else
        json_put_flag(args, "records", false);
    g_autoptr(json) answer = NULL;
    if (!client_ask(self->way->client, "attach", args, NULL, &answer, error))
        return false;
    if (self->store == NULL && self->only == NULL && self->position == 0)
        self->position = json_whole(json_object_get(answer, "data"), "position", 0);
    return true;
}

/* From the end of every stream that there is; new ones from their first record. */
static bool follow_all(follow *self, GError **error)
{
    g_auto(GStrv) streams = store_streams(self->store, error);
    if (streams == NULL)
        return false;
    for (char **stream = streams; *stream != NULL; stream++)
        follow_from(self, *stream, store_length(self->store, *stream) + 1);
    return true;
}

static int catch_signals(void)
{
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGINT);
    sigaddset(&ending, SIGTERM);
    sigprocmask(SIG_BLOCK, &ending, NULL);
    return signalfd(-1, &ending, SFD_CLOEXEC | SFD_NONBLOCK);
}

follow *follow_new(call *call, asking *way, const char *stream, GError **error)
{
    g_autoptr(follow) self = g_new0(follow, 1);
    self->call = call;
    self->way = way;
    self->only = g_strdup(stream);
    self->next = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->waiting = g_queue_new();
    self->heard = g_queue_new();
    self->bell = -1;
    self->screen = isatty(STDOUT_FILENO) ? STDOUT_FILENO : -1;
    self->signals = catch_signals();
    if (!is_guest(call)) {
        self->store = store_open_reading(call->state, error);
        if (self->store == NULL)
            return NULL;
        self->bell = store_doorbell(call->state);
        if (stream != NULL)
            follow_from(self, stream, 1);
        else if (!follow_all(self, error))
            return NULL;
    }
    if (!attach(self, error))
        return NULL;
    return g_steal_pointer(&self);
}

static bool sees(const record *record, void *context)
{
    follow *self = context;
    follow_from(self, record->stream, record->number + 1);
    push(self->waiting, record_copy(record), NULL);
    return true;
}

static bool read_stream(follow *self, const char *stream, GError **error)
{
    const gint64 *from = g_hash_table_lookup(self->next, stream);
    return store_read(self->store, stream, from != NULL ? *from : 1, sees, self, error);
}

static bool read_journal(follow *self, GError **error)
{
    if (self->store == NULL)
        return true;
    if (self->only != NULL)
        return read_stream(self, self->only, error);
    g_auto(GStrv) streams = store_streams(self->store, error);
    for (char **stream = streams; stream != NULL && *stream != NULL; stream++)
        if (!read_stream(self, *stream, error))
            return false;
    return streams != NULL;
}

static bool hear_record(follow *self, const json *told, GError **error)
{
    self->position = json_whole(told, "position", self->position);
    if (self->store != NULL)
        return true;
    g_autoptr(record) record = record_from_json(json_object_get(told, "record"), error);
    if (record == NULL)
        return false;
    if (self->only == NULL || strcmp(record->stream, self->only) == 0)
        push(self->waiting, g_steal_pointer(&record), NULL);
    return true;
}

/* The engine ended; another one is started, as what is followed goes on only with one. */
static bool come_back(follow *self, GError **error)
{
    if (!attach(self, error))
        return false;
    g_autofree char *clock = moment_clock(clock_now().wall);
    talk(self->call, "engine restarted %s", clock);
    return true;
}

static bool hear_engine(follow *self, GError **error)
{
    for (;;) {
        g_autoptr(GError) gone = NULL;
        json *told = client_told(self->way->client, 0, &gone);
        if (gone != NULL)
            return come_back(self, error);
        if (told == NULL)
            return true;
        if (strcmp(json_text(told, "told", ""), "record") != 0) {
            push(self->heard, NULL, told);
            continue;
        }
        bool well = hear_record(self, told, error);
        json_decref(told);
        if (!well)
            return false;
    }
}

static int read_signal(const follow *self)
{
    struct signalfd_siginfo which;
    return read(self->signals, &which, sizeof which) == (ssize_t)sizeof which ? (int)which.ssi_signo : 0;
}

static void wait_for_news(follow *self, span patience)
{
    struct pollfd ready[] = {
        { .fd = self->bell, .events = POLLIN },
        { .fd = self->signals, .events = POLLIN },
        { .fd = client_descriptor(self->way->client), .events = POLLIN },
        { .fd =
              self->screen }, /* the window was closed, and the signal that says so is ignored (nohup, sudo) */
    };
    span longest = MIN(patience, LOOK_ANYWAY);
    poll(ready, G_N_ELEMENTS(ready), (int)(longest / SPAN_MILLISECOND));
    self->hung_up = (ready[3].revents & (POLLHUP | POLLERR)) != 0;
    if (self->bell >= 0)
        store_doorbell_hush(self->bell);
}

bool follow_next(follow *self, span patience, happening *result, GError **error)
{
    uptime until = clock_now().up + patience;
    for (;;) {
        happening *one = g_queue_pop_head(self->waiting);
        if (one != NULL) {
            *result = *one;
            g_free(one);
            return true;
        }
        result->signal = self->hung_up ? SIGHUP : read_signal(self);
        if (result->signal != 0)
            return true;
        if (!hear_engine(self, error) || !read_journal(self, error))
            return false;
        put_in_order(self);
        if (!g_queue_is_empty(self->waiting))
            continue;
        span left = until - clock_now().up;
        if (left <= 0)
            return true;
        wait_for_news(self, left);
    }
}
