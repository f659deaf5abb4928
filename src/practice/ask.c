#include "ask.h"

#include "world/http.h"

#include <string.h>

#define ORDER_TIMEOUT (5 * SPAN_SECOND)
#define SHOP_TIMEOUT (5 * SPAN_SECOND)
#define ANSWER_LARGEST (1024 * 1024)

typedef struct asking {
    GMainLoop *loop;
    GString *body;
    answer answer;
} asking;

void answer_clear(answer *self)
{
    g_free(self->body);
    g_free(self->why);
    *self = (answer){ 0 };
}

static bool on_bytes(const char *bytes, gsize length, void *context)
{
    g_string_append_len(((asking *)context)->body, bytes, (gssize)length);
    return true;
}

static void on_done(const http_answer *given, void *context)
{
    asking *self = context;
    self->answer.status =
        given->outcome == HTTP_ANSWERED || given->outcome == HTTP_REFUSED ? given->status : 0;
    self->answer.seconds = (double)given->took / SPAN_SECOND;
    self->answer.why = g_strdup(given->why);
    g_main_loop_quit(self->loop);
}

static answer ask(const char *url, bool post, const char *token, span timeout)
{
    g_autoptr(http) asker = http_new();
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    asking self = { loop, g_string_new(NULL), { 0 } };
    http_request request = {
        .url = url, .bearer = token, .body = post ? "" : NULL, .timeout = timeout, .largest = ANSWER_LARGEST
    };
    http_ask(asker, &request, on_bytes, on_done, &self);
    g_main_loop_run(loop);
    self.answer.body = g_string_free(self.body, FALSE);
    return self.answer;
}

answer ask_shop(const char *url, bool post)
{
    return ask(url, post, NULL, SHOP_TIMEOUT);
}

json *ask_master(const told *where, const char *order, GError **error)
{
    g_autofree char *url = g_strdup_printf("%s/%s", where->control, order);
    g_auto(answer) got = ask(url, true, where->token, ORDER_TIMEOUT);
    if (got.status != 200) {
        fail(error, ERR_FAILED, "the practice system in %s does not answer: %s", where->folder, got.why);
        return NULL;
    }
    g_autoptr(json) all = json_read(got.body, strlen(got.body), error);
    if (all == NULL)
        return NULL;
    const char *refused = json_text(all, "error", NULL);
    if (refused != NULL) {
        fail(error, (err_kind)json_whole(all, "exit", ERR_FAILED), "%s", refused);
        return NULL;
    }
    return g_steal_pointer(&all);
}
