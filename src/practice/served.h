/* served.h - an HTTP server on the main loop (libmicrohttpd, one thread, one epoll descriptor).
 *
 * A call is answered at once or later, by the same function; until then its client waits and costs nothing. */
#ifndef WARROOM_PRACTICE_SERVED_H
#define WARROOM_PRACTICE_SERVED_H

#include "base/fail.h"

typedef struct served served;
typedef struct served_call served_call; /* gone when it was answered */
typedef void (*served_ask)(served_call *call, void *context);

/* A listening socket on a free port of the loopback; -1 on error. Who holds it may hand it on. */
int served_listen(int *port, GError **error);

/* Answers what arrives on this socket, for the rest of the process's life. */
served *served_new(int listening, served_ask ask, void *context, GError **error) G_GNUC_WARN_UNUSED_RESULT;

const char *served_method(const served_call *call); /* GET, POST ... */
const char *served_path(const served_call *call);   /* without the question */
const char *served_whole(const served_call *call);  /* path and question, as they came */
const char *served_value(const served_call *call,
                         const char *name);         /* of the question; NULL when not there */
const char *served_bearer(const served_call *call); /* the token; NULL */

void served_answer(served_call *call, unsigned status, const char *type, const char *body);
void served_answer_later(served_call *call, unsigned status, const char *type, const char *body,
                         guint milliseconds);

#endif
