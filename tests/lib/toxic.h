/* toxic.h - a web server that behaves as badly as the path it is asked for says.
 *
 *     /ok           "up 1"                          /seen         the request's lines, as comments, then "up 1"
 *     /slow         one byte every 50 ms            /never        no answer at all
 *     /endless      a body that never ends          /claims       Content-Length: 1 TB
 *     /reset        half a body, then a reset       /short        less than its Content-Length
 *     /nothing      closes                          /garbage      is not HTTP
 *     /status/503   that status, "up 1"             /endless-503  that status with an endless body
 *     /gzip         a gzip body nobody asked for    /to?URL       redirects there
 *     /loop         redirects to itself             /flap         "up 1" and a reset by turns
 *     /text         what toxic_say was given        /openmetrics  the same, as OpenMetrics
 *     /token        "up 1" to who brings the token "sesame", else 401
 *     /million      a million series, then "up 1" */
#ifndef WARROOM_TESTS_LIB_TOXIC_H
#define WARROOM_TESTS_LIB_TOXIC_H

#include <glib.h>

typedef struct toxic toxic;

toxic *toxic_start(void); /* on a port of 127.0.0.1, in threads of its own */
void toxic_stop(toxic *self);
guint toxic_port(const toxic *self);
guint toxic_asked(toxic *self); /* requests so far */
char *toxic_url(const toxic *self, const char *path);
void toxic_say(toxic *self, const char *text);

#endif
