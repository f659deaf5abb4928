/* http.h - asking over HTTP, many at once, on the main loop; the answer is handed on as it arrives.
 *
 * What it refuses by itself: anything but http and https, redirects to another host or down to http, plain http
 * beyond this machine (unless `insecure`), TLS below 1.2, certificates it cannot check, answers larger than
 * allowed (counted unpacked, as they arrive; no compression is asked for), header values with line ends, and
 * waiting any longer than it was told. Proxies and .netrc are not looked at.
 *
 * Linked into warroom-engine alone: libcurl costs every start 4.5 ms. */
#ifndef WARROOM_WORLD_HTTP_H
#define WARROOM_WORLD_HTTP_H

#include "base/span.h"

typedef struct http http;           /* many calls, one epoll descriptor in the default GMainContext */
typedef struct http_call http_call; /* one of them; gone when `done` was told */

typedef enum {
    HTTP_ANSWERED, /* 2xx, whole */
    HTTP_LATE, /* not within its time, or too slow: "name lookup timed out", "too slow: stopped after 2s" */
    HTTP_UNREACHABLE, /* no name, no route, refused, reset mid-body, broken TLS */
    HTTP_REFUSED, /* an answer that says no: "HTTP 503", "certificate: self-signed", a redirect not followed */
    HTTP_TOO_LARGE,
    HTTP_STOPPED, /* by `bytes` */
} http_outcome;

typedef struct http_request {
    const char *url;
    const char *const *headers; /* "Name: value", NULL-ended; NULL */
    const char *bearer;         /* a token; sent to the first host only; NULL */
    const char *ca;             /* a file of certificates to trust instead of the system's; NULL */
    const char *body;           /* NULL: GET; else POST */
    bool insecure;
    span timeout;   /* for all of it; the connection must stand within half of that */
    gint64 largest; /* bytes of the body */
} http_request;

typedef struct http_answer {
    http_outcome outcome;
    long status;      /* 0 when none came */
    const char *why;  /* "" with HTTP_ANSWERED */
    const char *type; /* Content-Type; "" */
    gint64 bytes;
    span took;
} http_answer;

/* Bytes of a 2xx body, in order. False stops the call. It may not cancel or free. */
typedef bool (*http_bytes)(const char *bytes, gsize length, void *context);
/* Told exactly once, never from inside http_ask; not after http_cancel. The answer is borrowed. */
typedef void (*http_done)(const http_answer *answer, void *context);

http *http_new(void);
void http_free(http *self); /* cancels what is under way */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(http, http_free)

/* `bytes` may be NULL: the body is only counted. Never fails at once: what is wrong with the request is told to `done`. Everything is copied. */
http_call *http_ask(http *self, const http_request *request, http_bytes bytes, http_done done, void *context);
void http_cancel(http_call *call);

#endif
