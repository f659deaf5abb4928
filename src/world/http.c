#include "world/http.h"

#include "detect/source.h"

#include <curl/curl.h>
#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define REDIRECTS_MOST 3
#define REFUSAL_LARGEST 65536 /* of the body of an answer that says no: nobody reads it */
#define SLOW_SECONDS 30       /* below SLOW_SPEED for so long is as good as dead, however long the time-out */
#define SLOW_SPEED 16         /* bytes a second */

struct http {
    CURLM *multi;
    int epoll;
    guint ready, timer; /* sources */
    GPtrArray *calls;
};

struct http_call {
    http *owner;
    CURL *easy;
    struct curl_slist *headers;
    char *body;
    http_bytes bytes;
    http_done done;
    void *context;
    bool stopped, too_large;
    span timeout;
    gint64 largest, count, began;
    guint redirects, idle;
    char *wrong; /* known before anything was asked, or found at a redirect */
    char words[CURL_ERROR_SIZE];
};

static void http_settle(http *self);

/* All of curl's sockets hang in one epoll descriptor, which hangs in the main loop. */
static int on_socket(CURL *easy, curl_socket_t socket, int what, void *context, void *known)
{
    http *self = context;
    (void)easy;
    struct epoll_event event = { .data.fd = socket };
    event.events = (what & CURL_POLL_IN ? EPOLLIN : 0u) | (what & CURL_POLL_OUT ? EPOLLOUT : 0u);
    if (what == CURL_POLL_REMOVE) {
        epoll_ctl(self->epoll, EPOLL_CTL_DEL, socket, NULL);
        curl_multi_assign(self->multi, socket, NULL);
        return 0;
    }
    if (epoll_ctl(self->epoll, known != NULL ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &event) == -1 &&
        errno == (known != NULL ? ENOENT : EEXIST)) /* the number of one that was closed and opened anew */
        epoll_ctl(self->epoll, known != NULL ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, socket, &event);
    curl_multi_assign(self->multi, socket, self);
    return 0;
}

static gboolean on_time(gpointer context)
{
    http *self = context;
    int running = 0;
    self->timer = 0;
    curl_multi_socket_action(self->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    http_settle(self);
    return G_SOURCE_REMOVE;
}

static int on_timer(CURLM *multi, long milliseconds, void *context)
{
    http *self = context;
    (void)multi;
    if (self->timer != 0)
        g_source_remove(self->timer);
    self->timer = milliseconds >= 0 ? g_timeout_add((guint)milliseconds, on_time, self) : 0;
    return 0;
}

static gboolean on_ready(int epoll, GIOCondition condition, gpointer context)
{
    http *self = context;
    struct epoll_event events[64];
    (void)condition;
    int count = epoll_wait(epoll, events, G_N_ELEMENTS(events), 0);
    for (int i = 0; i < count; i++) {
        int what = (events[i].events & EPOLLIN ? CURL_CSELECT_IN : 0) |
                   (events[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
                   (events[i].events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);
        int running = 0;
        curl_multi_socket_action(self->multi, events[i].data.fd, what, &running);
    }
    http_settle(self);
    return G_SOURCE_CONTINUE;
}

http *http_new(void)
{
    static gsize once = 0;
    if (g_once_init_enter(&once)) {
        curl_global_init(CURL_GLOBAL_DEFAULT);
        g_once_init_leave(&once, 1);
    }
    http *self = g_new0(http, 1);
    self->epoll = epoll_create1(EPOLL_CLOEXEC);
    self->multi = curl_multi_init();
    self->calls = g_ptr_array_new();
    curl_multi_setopt(self->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(self->multi, CURLMOPT_SOCKETDATA, self);
    curl_multi_setopt(self->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(self->multi, CURLMOPT_TIMERDATA, self);
    if (self->epoll >= 0)
        self->ready = g_unix_fd_add(self->epoll, G_IO_IN, on_ready, self);
    return self;
}

static void call_free(http_call *call)
{
    if (call->idle != 0)
        g_source_remove(call->idle);
    curl_multi_remove_handle(call->owner->multi, call->easy);
    curl_easy_cleanup(call->easy);
    curl_slist_free_all(call->headers);
    g_ptr_array_remove_fast(call->owner->calls, call);
    g_free(call->body);
    g_free(call->wrong);
    g_free(call);
}

void http_cancel(http_call *call)
{
    if (call != NULL)
        call_free(call);
}

void http_free(http *self)
{
    if (self == NULL)
        return;
    while (self->calls->len > 0)
        call_free(g_ptr_array_index(self->calls, self->calls->len - 1));
    g_ptr_array_unref(self->calls);
    curl_multi_cleanup(self->multi);
    if (self->timer != 0)
        g_source_remove(self->timer);
    if (self->ready != 0)
        g_source_remove(self->ready);
    if (self->epoll >= 0)
        close(self->epoll);
    g_free(self);
}

/* What came. MAXFILESIZE alone lets a body through that does not say its size: here every byte is counted. */
static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
    http_call *call = context;
    gsize length = size * count;
    long status = 0;
    curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
    bool good = status >= 200 && status < 300;
    call->count += (gint64)length;
    if (call->count > (good ? call->largest : REFUSAL_LARGEST)) {
        call->too_large = good;
        return 0;
    }
    if (good && call->bytes != NULL && !call->bytes(bytes, length, call->context)) {
        call->stopped = true;
        return 0;
    }
    return length;
}

static char *certificate_words(const http_call *call)
{
    static const struct {
        long code; /* X509_V_ERR_... of OpenSSL */
        const char *words;
    } known[] = {
        { 9, "certificate: not valid yet" },
        { 10, "certificate: expired" },
        { 18, "certificate: self-signed" },
        { 19, "certificate: self-signed authority, not one we trust" },
        { 20, "certificate: its issuer is unknown" },
        { 21, "certificate: its issuer is unknown" },
        { 62, "certificate: for another name" },
        { 64, "certificate: for another address" },
    };
    long code = 0;
    curl_easy_getinfo(call->easy, CURLINFO_SSL_VERIFYRESULT, &code);
    for (gsize i = 0; i < G_N_ELEMENTS(known); i++)
        if (known[i].code == code)
            return g_strdup(known[i].words);
    if (strstr(call->words, "subject name") != NULL || strstr(call->words, "alternative") != NULL)
        return g_strdup("certificate: for another name");
    return g_strdup_printf("certificate: %s", call->words);
}

static char *late_words(const http_call *call)
{
    curl_off_t lookup = 0, connect = 0;
    long header = 0;
    curl_easy_getinfo(call->easy, CURLINFO_NAMELOOKUP_TIME_T, &lookup);
    curl_easy_getinfo(call->easy, CURLINFO_CONNECT_TIME_T, &connect);
    curl_easy_getinfo(call->easy, CURLINFO_HEADER_SIZE, &header);
    g_autofree char *limit = span_text(call->timeout);
    if (lookup == 0)
        return g_strdup("name lookup timed out");
    if (connect == 0) {
        g_autofree char *half = span_text(call->timeout / 2);
        return g_strdup_printf("no connection within %s", half);
    }
    return header == 0 ? g_strdup_printf("no answer in %s", limit)
                       : g_strdup_printf("too slow: stopped after %s", limit);
}

static char *connect_words(const http_call *call)
{
    long number = 0;
    curl_easy_getinfo(call->easy, CURLINFO_OS_ERRNO, &number);
    switch (number) {
    case ECONNREFUSED:
        return g_strdup("connection refused");
    case ENETUNREACH:
    case EHOSTUNREACH:
        return g_strdup("no route to it");
    case 0:
        return g_strdup("no connection");
    default:
        return g_strdup_printf("no connection: %s", g_strerror((int)number));
    }
}

static char *size_words(gint64 largest)
{
    return largest >= 1024 * 1024
               ? g_strdup_printf("answer larger than %" G_GINT64_FORMAT " MB: refused",
                                 largest / (1024 * 1024))
               : g_strdup_printf("answer larger than %" G_GINT64_FORMAT " bytes: refused", largest);
}

/* curl's code in our words; the caller frees. */
static char *trouble(const http_call *call, CURLcode code, http_outcome *outcome)
{
    *outcome = HTTP_UNREACHABLE;
    switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
        *outcome = HTTP_LATE;
        return late_words(call);
    case CURLE_COULDNT_RESOLVE_HOST:
        return g_strdup("no such host");
    case CURLE_COULDNT_CONNECT:
        return connect_words(call);
    case CURLE_PEER_FAILED_VERIFICATION:
        *outcome = HTTP_REFUSED;
        return certificate_words(call);
    case CURLE_SSL_CACERT_BADFILE:
        *outcome = HTTP_REFUSED;
        return g_strdup("the ca file cannot be read");
    case CURLE_SSL_CONNECT_ERROR:
        return g_strdup_printf("no TLS: %s", call->words);
    case CURLE_FILESIZE_EXCEEDED:
        *outcome = HTTP_TOO_LARGE;
        return size_words(call->largest);
    case CURLE_GOT_NOTHING:
        return g_strdup("closed without an answer");
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
        return g_strdup("cut off in the middle of the answer");
    case CURLE_URL_MALFORMAT:
        *outcome = HTTP_REFUSED;
        return g_strdup("not an address to be asked");
    case CURLE_UNSUPPORTED_PROTOCOL: /* the address was looked at before: this is an answer without a status line */
    case CURLE_WEIRD_SERVER_REPLY:
        *outcome = HTTP_REFUSED;
        return g_strdup("the answer is not HTTP");
    default:
        return g_strdup(*call->words != '\0' ? call->words : curl_easy_strerror(code));
    }
}

static void call_end(http_call *call, http_outcome outcome, const char *why)
{
    http_answer answer = { .outcome = outcome, .why = why, .bytes = call->count, .type = "" };
    char *type = NULL;
    curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &answer.status);
    curl_easy_getinfo(call->easy, CURLINFO_CONTENT_TYPE, &type);
    if (type != NULL)
        answer.type = type;
    answer.took = g_get_monotonic_time() - call->began;
    if (call->done != NULL)
        call->done(&answer, call->context);
    call_free(call);
}

/* Host and port, for telling whether two addresses are the same place. */
static bool place_of(const char *url, char **scheme, char **host, char **port)
{
    CURLU *parts = curl_url();
    bool good = curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
                curl_url_get(parts, CURLUPART_SCHEME, scheme, 0) == CURLUE_OK &&
                curl_url_get(parts, CURLUPART_HOST, host, 0) == CURLUE_OK &&
                curl_url_get(parts, CURLUPART_PORT, port, CURLU_DEFAULT_PORT) == CURLUE_OK;
    curl_url_cleanup(parts);
    return good;
}

/* May we go from here to there? To the same place, or from http to https on the usual ports; NULL: yes. */
static const char *redirect_refusal(const char *from, const char *to)
{
    char *part[6] = { NULL };
    const char *refusal = "redirect to what is no address: refused";
    if (g_ascii_strncasecmp(to, "http", strlen("http")) != 0)
        return "redirect to another kind of address: refused"; /* file: has no host to be asked for */
    if (place_of(from, &part[0], &part[1], &part[2]) && place_of(to, &part[3], &part[4], &part[5])) {
        bool closed = strcmp(part[0], "https") == 0, closes = strcmp(part[3], "https") == 0;
        bool opens = strcmp(part[3], "http") == 0;
        bool upgrade = !closed && closes && strcmp(part[2], "80") == 0 && strcmp(part[5], "443") == 0;
        refusal = !closes && !opens                           ? "redirect to another kind of address: refused"
                  : g_ascii_strcasecmp(part[1], part[4]) != 0 ? "redirect to another host: refused"
                  : closed && opens                           ? "redirect from https to http: refused"
                  : !upgrade && strcmp(part[2], part[5]) != 0 ? "redirect to another port: refused"
                                                              : NULL;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(part); i++)
        curl_free(part[i]);
    return refusal;
}

/* A redirect that may be followed goes into the same handle, within what is left of its time. */
static const char *call_redirect(http_call *call)
{
    char *here = NULL, *there = NULL;
    curl_easy_getinfo(call->easy, CURLINFO_EFFECTIVE_URL, &here);
    curl_easy_getinfo(call->easy, CURLINFO_REDIRECT_URL, &there);
    if (there == NULL)
        return "redirect to nowhere: refused";
    if (++call->redirects > REDIRECTS_MOST)
        return "more than 3 redirects: refused";
    const char *refusal = redirect_refusal(here, there);
    if (refusal != NULL)
        return refusal;
    span left = call->timeout - (g_get_monotonic_time() - call->began);
    g_autofree char *next = g_strdup(there);
    curl_multi_remove_handle(call->owner->multi, call->easy);
    curl_easy_setopt(call->easy, CURLOPT_URL, next);
    curl_easy_setopt(call->easy, CURLOPT_TIMEOUT_MS, (long)MAX(left / SPAN_MILLISECOND, 1));
    call->count = 0;
    curl_multi_add_handle(call->owner->multi, call->easy);
    return NULL;
}

static void call_settle(http_call *call, CURLcode code)
{
    long status = 0;
    http_outcome outcome = HTTP_ANSWERED;
    curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
    bool refused = status >= 300 && (code == CURLE_OK || code == CURLE_WRITE_ERROR);
    if (call->too_large) {
        g_autofree char *words = size_words(call->largest);
        call_end(call, HTTP_TOO_LARGE, words);
    } else if (call->stopped) {
        call_end(call, HTTP_STOPPED, "stopped");
    } else if (refused && status < 400 && status != 304) {
        const char *refusal = call_redirect(call);
        if (refusal != NULL)
            call_end(call, HTTP_REFUSED, refusal);
    } else if (refused) {
        g_autofree char *words = g_strdup_printf("HTTP %ld", status);
        call_end(call, HTTP_REFUSED, words);
    } else if (code != CURLE_OK) {
        g_autofree char *words = trouble(call, code, &outcome);
        call_end(call, outcome, words);
    } else {
        call_end(call, HTTP_ANSWERED, "");
    }
}

static void http_settle(http *self)
{
    int left = 0;
    for (CURLMsg *message; (message = curl_multi_info_read(self->multi, &left)) != NULL;) {
        if (message->msg != CURLMSG_DONE)
            continue;
        void *call = NULL;
        CURLcode code = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
        call_settle(call, code);
    }
}

static bool header_add(http_call *call, const char *header)
{
    if (strpbrk(header, "\r\n") != NULL)
        return false;
    call->headers = curl_slist_append(call->headers, header);
    return true;
}

static const char *call_headers(http_call *call, const http_request *request)
{
    for (const char *const *header = request->headers; header != NULL && *header != NULL; header++)
        if (!header_add(call, *header))
            return "a header with a line end in it: refused";
    if (request->bearer != NULL) {
        g_autofree char *header = g_strconcat("Authorization: Bearer ", request->bearer, NULL);
        bool added = header_add(call, header);
        memset(header, 0, strlen(header));
        if (!added)
            return "a token with a line end in it: refused";
    }
    curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->headers);
    return NULL;
}

static void call_limits(http_call *call, const http_request *request)
{
    long milliseconds = (long)MAX(request->timeout / SPAN_MILLISECOND, 1);
    curl_easy_setopt(call->easy, CURLOPT_TIMEOUT_MS, milliseconds);
    curl_easy_setopt(call->easy, CURLOPT_CONNECTTIMEOUT_MS, MAX(milliseconds / 2, 1));
    curl_easy_setopt(call->easy, CURLOPT_LOW_SPEED_LIMIT, (long)SLOW_SPEED);
    curl_easy_setopt(call->easy, CURLOPT_LOW_SPEED_TIME, (long)SLOW_SECONDS);
    curl_easy_setopt(call->easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)request->largest);
}

static void call_manners(http_call *call, const http_request *request)
{
    curl_easy_setopt(call->easy, CURLOPT_PRIVATE, call);
    curl_easy_setopt(call->easy, CURLOPT_ERRORBUFFER, call->words);
    curl_easy_setopt(call->easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(call->easy, CURLOPT_WRITEDATA, call);
    curl_easy_setopt(call->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(call->easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(call->easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(call->easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(call->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(call->easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(call->easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(call->easy, CURLOPT_PROXY, "");
    curl_easy_setopt(call->easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(call->easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(call->easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(call->easy, CURLOPT_USERAGENT, "warroom/" WARROOM_VERSION);
    if (request->ca != NULL)
        curl_easy_setopt(call->easy, CURLOPT_CAINFO, request->ca);
    if (call->body != NULL) {
        curl_easy_setopt(call->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(call->body));
        curl_easy_setopt(call->easy, CURLOPT_POSTFIELDS, call->body);
    }
}

/* What must not even be tried; NULL when it may be. */
static const char *call_refusal(const http_request *request)
{
    if (g_ascii_strncasecmp(request->url, "http://", 7) != 0 &&
        g_ascii_strncasecmp(request->url, "https://", 8) != 0)
        return "not an address to be asked: http and https only";
    if (!request->insecure && !source_url_is_safe(request->url))
        return "plain http to another machine: refused";
    return NULL;
}

static gboolean on_wrong(gpointer context)
{
    http_call *call = context;
    call->idle = 0;
    call_end(call, HTTP_REFUSED, call->wrong);
    return G_SOURCE_REMOVE;
}

http_call *http_ask(http *self, const http_request *request, http_bytes bytes, http_done done, void *context)
{
    http_call *call = g_new0(http_call, 1);
    call->owner = self;
    call->easy = curl_easy_init();
    call->body = g_strdup(request->body);
    call->bytes = bytes;
    call->done = done;
    call->context = context;
    call->timeout = request->timeout;
    call->largest = request->largest;
    call->began = g_get_monotonic_time();
    g_ptr_array_add(self->calls, call);
    call_manners(call, request);
    call_limits(call, request);
    const char *wrong = call_refusal(request);
    if (wrong == NULL)
        wrong = call_headers(call, request);
    if (wrong == NULL && curl_easy_setopt(call->easy, CURLOPT_URL, request->url) != CURLE_OK)
        wrong = "not an address to be asked";
    if (wrong != NULL) {
        call->wrong = g_strdup(wrong);
        call->idle = g_idle_add(on_wrong, call);
    } else {
        curl_multi_add_handle(self->multi, call->easy);
    }
    return call;
}
