/* What a bad server can do to us, and what is said about it (RELIABILITY 31-37). */
#include "lib/toxic.h"
#include "world/http.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

static toxic *server;
static http *client;

typedef struct asked {
    bool done, stop_at_once;
    http_outcome outcome;
    long status;
    char why[200];
    GString *body;
    span took;
} asked;

static bool on_bytes(const char *bytes, gsize length, void *context)
{
    asked *self = context;
    g_string_append_len(self->body, bytes, (gssize)MIN(length, 4096 - MIN(self->body->len, 4096)));
    return !self->stop_at_once;
}

static void on_done(const http_answer *answer, void *context)
{
    asked *self = context;
    assert_false(self->done);
    self->done = true;
    self->outcome = answer->outcome;
    self->status = answer->status;
    self->took = answer->took;
    g_strlcpy(self->why, answer->why, sizeof self->why);
}

static http_request request_of(const char *url)
{
    return (http_request){ .url = url, .timeout = 500 * SPAN_MILLISECOND, .largest = 1 << 20 };
}

static gboolean on_patience(gpointer data)
{
    *(bool *)data = true;
    return G_SOURCE_REMOVE;
}

static void await(const asked *self)
{
    bool over = false;
    guint patience = g_timeout_add_seconds(20, on_patience, &over);
    while (!self->done && !over)
        g_main_context_iteration(NULL, TRUE);
    assert_true(self->done);
    g_source_remove(patience);
}

static void ask(asked *self, const http_request *request)
{
    memset(self, 0, sizeof *self);
    self->body = g_string_new(NULL);
    http_ask(client, request, on_bytes, on_done, self);
    assert_false(self->done); /* never from inside */
    await(self);
}

static const struct row {
    const char *name, *path;
    http_outcome outcome;
    long status;
    const char *why;
} rows[] = {
    { "an answer", "/ok", HTTP_ANSWERED, 200, "" },
    { "a byte at a time", "/slow", HTTP_LATE, 200, "too slow: stopped after 500ms" },
    { "no answer", "/never", HTTP_LATE, 0, "no answer in 500ms" },
    { "an endless body", "/endless", HTTP_TOO_LARGE, 200, "answer larger than 1 MB: refused" },
    { "a body that says it is too large", "/claims", HTTP_TOO_LARGE, 200,
      "answer larger than 1 MB: refused" },
    { "reset in the body", "/reset", HTTP_UNREACHABLE, 200, "cut off in the middle of the answer" },
    { "less than it said", "/short", HTTP_UNREACHABLE, 200, "cut off in the middle of the answer" },
    { "closed at once", "/nothing", HTTP_UNREACHABLE, 0, "closed without an answer" },
    { "not HTTP", "/garbage", HTTP_REFUSED, 0, "the answer is not HTTP" },
    { "busy", "/status/503", HTTP_REFUSED, 503, "HTTP 503" },
    { "not there", "/nowhere", HTTP_REFUSED, 404, "HTTP 404" },
    { "busy without end", "/endless-503", HTTP_REFUSED, 503, "HTTP 503" },
    { "redirect to a file", "/to?file:///etc/passwd", HTTP_REFUSED, 302,
      "redirect to another kind of address: refused" },
    { "redirect to ftp", "/to?ftp://127.0.0.1/x", HTTP_REFUSED, 302,
      "redirect to another kind of address: refused" },
    { "redirect to another host", "/to?http://127.0.0.2:1/ok", HTTP_REFUSED, 302,
      "redirect to another host: refused" },
    { "redirect to another port", "/to?http://127.0.0.1:1/ok", HTTP_REFUSED, 302,
      "redirect to another port: refused" },
    { "redirect on the same host", "/to?/ok", HTTP_ANSWERED, 200, "" },
    { "redirect for ever", "/loop", HTTP_REFUSED, 302, "more than 3 redirects: refused" },
};

static void bad_server__is_named(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *url = toxic_url(server, rows[i].path);
        http_request request = request_of(url);
        asked is;
        ask(&is, &request);
        if (is.outcome != rows[i].outcome || is.status != rows[i].status || strcmp(is.why, rows[i].why) != 0)
            fail_msg("%s: outcome %d, status %ld, '%s'", rows[i].name, is.outcome, is.status, is.why);
        if (is.took > 700 * SPAN_MILLISECOND)
            fail_msg("%s: took %ld ms", rows[i].name, (long)(is.took / 1000));
        if (is.outcome == HTTP_ANSWERED)
            assert_string_equal(is.body->str, "up 1\n");
        if (is.status >= 300)
            assert_int_equal(is.body->len, 0);
        g_string_free(is.body, TRUE);
    }
}

/* All of them at once: those that answer do it as if alone. */
static void slow_ones__delay_nobody(void **state)
{
    (void)state;
    enum { EACH = 10 };
    static asked many[G_N_ELEMENTS(rows) * EACH];
    for (gsize i = 0; i < G_N_ELEMENTS(many); i++) {
        g_autofree char *url = toxic_url(server, rows[i % G_N_ELEMENTS(rows)].path);
        http_request request = request_of(url);
        many[i].body = g_string_new(NULL);
        http_ask(client, &request, on_bytes, on_done, &many[i]);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(many); i++) {
        await(&many[i]);
        const struct row *row = &rows[i % G_N_ELEMENTS(rows)];
        if (row->outcome == HTTP_ANSWERED && many[i].outcome != HTTP_ANSWERED)
            fail_msg("%s: '%s'", row->name, many[i].why);
        assert_true(many[i].took <= 1500 * SPAN_MILLISECOND);
        g_string_free(many[i].body, TRUE);
    }
}

static void request__says_what_it_was_told__and_asks_for_no_compression(void **state)
{
    (void)state;
    g_setenv("http_proxy", "http://127.0.0.1:1", TRUE);
    g_autofree char *url = toxic_url(server, "/seen");
    const char *const headers[] = { "Accept: text/plain", "X-Team: payments", NULL };
    http_request request = request_of(url);
    request.headers = headers;
    request.bearer = "sesame";
    asked is;
    ask(&is, &request);
    assert_int_equal(is.outcome, HTTP_ANSWERED);
    assert_non_null(strstr(is.body->str, "# X-Team: payments\n"));
    assert_non_null(strstr(is.body->str, "# Authorization: Bearer sesame\n"));
    assert_non_null(strstr(is.body->str, "# Accept: text/plain\n"));
    assert_null(strstr(is.body->str, "Accept-Encoding"));
    g_string_free(is.body, TRUE);
    g_unsetenv("http_proxy");
}

static void compression_unasked__stays_packed(void **state)
{
    (void)state;
    g_autofree char *url = toxic_url(server, "/gzip");
    http_request request = request_of(url);
    asked is;
    ask(&is, &request);
    assert_int_equal(is.outcome, HTTP_ANSWERED);
    assert_int_equal((guchar)is.body->str[0], 0x1f);
    g_string_free(is.body, TRUE);
}

static void what_must_not_be_asked__is_refused_before(void **state)
{
    (void)state;
    static const char *const smuggled[] = { "X-A: b\r\nX-Admin: yes", NULL };
    const struct {
        const char *name;
        http_request request;
        const char *why;
    } bad[] = {
        { "another kind", request_of("ftp://127.0.0.1/x"),
          "not an address to be asked: http and https only" },
        { "a file", request_of("file:///etc/passwd"), "not an address to be asked: http and https only" },
        { "plain to another machine", request_of("http://192.0.2.1/x"),
          "plain http to another machine: refused" },
        { "a header in a header", request_of("http://127.0.0.1:1/"),
          "a header with a line end in it: refused" },
        { "a header in a token", request_of("http://127.0.0.1:1/"),
          "a token with a line end in it: refused" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        http_request request = bad[i].request;
        request.headers = i == 3 ? smuggled : NULL;
        request.bearer = i == 4 ? "a\nX-Admin: yes" : NULL;
        asked is;
        ask(&is, &request);
        assert_int_equal(is.outcome, HTTP_REFUSED);
        assert_string_equal(is.why, bad[i].why);
        g_string_free(is.body, TRUE);
    }
}

static void nobody_listens__is_refused(void **state)
{
    (void)state;
    http_request request = request_of("http://127.0.0.1:1/x");
    asked is;
    ask(&is, &request);
    assert_int_equal(is.outcome, HTTP_UNREACHABLE);
    assert_string_equal(is.why, "connection refused");
    g_string_free(is.body, TRUE);
}

static void name_that_is_none__is_said(void **state)
{
    (void)state;
    http_request request = request_of("https://no-such-host.invalid/x");
    request.timeout = 4 * SPAN_SECOND;
    asked is;
    ask(&is, &request);
    /* Without any name server the resolver may only give up in time. */
    assert_true(is.outcome == HTTP_UNREACHABLE || is.outcome == HTTP_LATE);
    assert_true(strcmp(is.why, "no such host") == 0 || strcmp(is.why, "name lookup timed out") == 0);
    g_string_free(is.body, TRUE);
}

static void callback_that_has_enough__stops_it(void **state)
{
    (void)state;
    g_autofree char *url = toxic_url(server, "/endless");
    http_request request = request_of(url);
    asked is = { .stop_at_once = true, .body = g_string_new(NULL) };
    http_ask(client, &request, on_bytes, on_done, &is);
    await(&is);
    assert_int_equal(is.outcome, HTTP_STOPPED);
    g_string_free(is.body, TRUE);
}

static void cancelled__is_never_told(void **state)
{
    (void)state;
    g_autofree char *url = toxic_url(server, "/slow");
    http_request request = request_of(url);
    asked is = { .body = g_string_new(NULL) };
    http_call *call = http_ask(client, &request, on_bytes, on_done, &is);
    for (guint i = 0; i < 20; i++)
        g_main_context_iteration(NULL, FALSE);
    http_cancel(call);
    g_autofree char *other = toxic_url(server, "/ok");
    http_request next = request_of(other);
    asked after;
    ask(&after, &next);
    assert_false(is.done);
    g_string_free(is.body, TRUE);
    g_string_free(after.body, TRUE);
}

/* 128 MB through a limit of 64: what is kept is what the callback keeps. */
static void large_body__leaves_memory_flat(void **state)
{
    (void)state;
    struct rusage before, after;
    g_autofree char *url = toxic_url(server, "/endless");
    http_request request = request_of(url);
    request.largest = 64 << 20;
    request.timeout = 20 * SPAN_SECOND;
    asked is;
    getrusage(RUSAGE_SELF, &before);
    ask(&is, &request);
    getrusage(RUSAGE_SELF, &after);
    assert_int_equal(is.outcome, HTTP_TOO_LARGE);
    assert_string_equal(is.why, "answer larger than 64 MB: refused");
    assert_true(after.ru_maxrss - before.ru_maxrss < 16 * 1024);
    g_string_free(is.body, TRUE);
}

static int begin(void **state)
{
    (void)state;
    server = toxic_start();
    client = http_new();
    return 0;
}

static int end(void **state)
{
    (void)state;
    http_free(client);
    toxic_stop(server);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_server__is_named),
        cmocka_unit_test(slow_ones__delay_nobody),
        cmocka_unit_test(request__says_what_it_was_told__and_asks_for_no_compression),
        cmocka_unit_test(compression_unasked__stays_packed),
        cmocka_unit_test(what_must_not_be_asked__is_refused_before),
        cmocka_unit_test(nobody_listens__is_refused),
        cmocka_unit_test(name_that_is_none__is_said),
        cmocka_unit_test(callback_that_has_enough__stops_it),
        cmocka_unit_test(cancelled__is_never_told),
        cmocka_unit_test(large_body__leaves_memory_flat),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
