/* json.h - jansson with our habits: owned by scope, compact, numbers as people wrote them. */
#ifndef WARROOM_BASE_JSON_H
#define WARROOM_BASE_JSON_H

#include "base/moment.h"

#include <jansson.h>

typedef json_t json; /* so that g_autoptr(json) reads well */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(json, json_decref)

/* Duplicate keys, depth over 64 and anything after the value are refused, with line and column. */
json *json_read(const char *text, gsize length, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One line, order kept, reals with 15 digits. The caller frees with g_free. */
char *json_line(const json *value);
char *json_pretty(const json *value); /* indented by two, a final newline */

/* What is absent or of another kind gives the default; strings are borrowed. */
const char *json_text(const json *object, const char *key, const char *absent);
gint64 json_whole(const json *object, const char *key, gint64 absent);
double json_decimal(const json *object, const char *key, double absent); /* integers too */
bool json_flag(const json *object, const char *key, bool absent);

/* Text that is not UTF-8 is stored in its visible form; NULL stores nothing. */
void json_put_text(json *object, const char *key, const char *text);
void json_put_whole(json *object, const char *key, gint64 number);
void json_put_decimal(json *object, const char *key, double number); /* NaN and infinities: as text */
json *json_of_decimal(double number); /* the same, to stand in a list; the caller owns it */
void json_put_flag(json *object, const char *key, bool flag);
void json_put(json *object, const char *key, json *value); /* takes the reference; NULL stores nothing */

#endif
