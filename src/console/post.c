#include "post.h"

#include "world/files.h"

#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define COME_BACK_AFTER 2000 /* ms, when no engine can be reached */

typedef struct question {
    guint ticket;
    char *verb;
    json *args, *env;
} question;

struct post {
    client_wish wish;
    bool guest;
    gint64 position;
    GAsyncQueue *news, *questions;
    filedesc came, asked;
    guint tickets;
    gint end_silent; /* atomic */

    client *client; /* from here on: the thread's alone */
    bool met, told_nobody;
};

void news_free(news *self)
{
    if (self == NULL)
        return;
    json_decref(self->line);
    json_decref(self->refusal);
    g_clear_error(&self->error);
    g_free(self);
}

static void question_free(question *self)
{
    g_free(self->verb);
    json_decref(self->args);
    json_decref(self->env);
    g_free(self);
}

static void ring(filedesc bell)
{
    uint64_t one = 1;
    if (write(bell, &one, sizeof one) != (ssize_t)sizeof one)
        g_debug("a bell that is ringing already");
}

static void hush(filedesc bell)
{
    uint64_t rung = 0;
    if (read(bell, &rung, sizeof rung) != (ssize_t)sizeof rung)
        g_debug("nobody rang");
}

static void push(post *self, news_kind kind, news with)
{
    news *one = g_memdup2(&with, sizeof with);
    one->kind = kind;
    g_async_queue_push(self->news, one);
    ring(self->came);
}

/* ---- the thread ---- */

static bool on_silent(gint pid, void *context)
{
    post *self = context;
    push(self, NEWS_SILENT, (news){ .pid = pid });
    return g_atomic_int_compare_and_exchange(&self->end_silent, 1, 0);
}

static bool come_in(post *self, GError **error)
{
    if (self->client == NULL)
        self->client = self->guest ? client_look(&self->wish, error) : client_open(&self->wish, error);
    if (self->client == NULL)
        return false;
    g_autoptr(json) args = json_object();
    json_put_whole(args, "after", self->position);
    if (!client_ask(self->client, "attach", args, NULL, NULL, error))
        return false;
    push(self, NEWS_HERE, (news){ .again = self->met });
    self->met = true;
    self->told_nobody = false;
    return true;
}

static void tell_nobody(post *self, GError *error)
{
    if (!self->told_nobody)
        push(self, NEWS_NOBODY, (news){ .error = g_error_copy(error) });
    self->told_nobody = true;
}

/* False: the engine is gone, or cannot be reached. */
static bool hear(post *self)
{
    for (;;) {
        g_autoptr(GError) gone = NULL;
        json *told = client_told(self->client, 0, &gone);
        if (gone != NULL)
            return false;
        if (told == NULL)
            return true;
        if (strcmp(json_text(told, "told", ""), "record") == 0)
            self->position = json_whole(told, "position", self->position);
        push(self, NEWS_TOLD, (news){ .line = told });
    }
}

static void ask_one(post *self, question *one)
{
    news answer = { .ticket = one->ticket };
    guint before = client_restarts(self->client);
    if (!client_ask(self->client, one->verb, one->args, one->env, &answer.line, &answer.error))
        answer.refusal = json_incref((json *)client_refusal(self->client));
    push(self, NEWS_ANSWER, answer);
    g_autoptr(GError) trouble = NULL;
    if (client_restarts(self->client) != before && !come_in(self, &trouble))
        tell_nobody(self, trouble);
    question_free(one);
}

static void wait(post *self, bool inside)
{
    struct pollfd ready[] = {
        { .fd = self->asked, .events = POLLIN },
        { .fd = inside ? client_descriptor(self->client) : -1, .events = POLLIN },
    };
    poll(ready, G_N_ELEMENTS(ready), inside ? -1 : COME_BACK_AFTER);
    if (ready[0].revents != 0)
        hush(self->asked);
}

G_NORETURN static gpointer work(gpointer data)
{
    post *self = data;
    for (bool inside = false;;) {
        g_autoptr(GError) trouble = NULL;
        inside = inside || come_in(self, &trouble);
        if (trouble != NULL)
            tell_nobody(self, trouble);
        for (question *one; inside && (one = g_async_queue_try_pop(self->questions)) != NULL;)
            ask_one(self, one);
        inside = inside && hear(self);
        if (inside || trouble != NULL)
            wait(self, inside);
    }
}

/* ---- the console's side ---- */

post *post_new(const client_wish *wish, bool guest, gint64 after)
{
    post *self = g_new0(post, 1);
    self->wish = *wish;
    self->wish.state = g_strdup(wish->state);
    self->wish.config = g_strdup(wish->config);
    self->wish.me = g_strdup(wish->me);
    self->wish.on_silent = on_silent;
    self->wish.context = self;
    self->guest = guest;
    self->position = after;
    self->news = g_async_queue_new_full((GDestroyNotify)news_free);
    self->questions = g_async_queue_new_full((GDestroyNotify)question_free);
    self->came = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    self->asked = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    g_thread_unref(g_thread_new("post", work, self));
    return self;
}

int post_descriptor(const post *self)
{
    return self->came;
}

news *post_next(post *self)
{
    news *one = g_async_queue_try_pop(self->news);
    if (one == NULL)
        hush(self->came);
    return one != NULL ? one : g_async_queue_try_pop(self->news);
}

guint post_ask(post *self, const char *verb, json *args, json *env)
{
    question *one = g_new0(question, 1);
    guint ticket = ++self->tickets;
    one->ticket = ticket;
    one->verb = g_strdup(verb);
    one->args = args;
    one->env = env;
    g_async_queue_push(self->questions, one);
    ring(self->asked);
    return ticket; /* the question is the thread's by now, and may be answered and gone */
}

void post_end_silent(post *self)
{
    g_atomic_int_set(&self->end_silent, 1);
}
