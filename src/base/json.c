#include "base/json.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

#define JSON_DEEPEST 64
#define DIGITS 15 /* of a real */
#define DECIMAL_LARGEST                                                                                      \
    1.79769313486231e308 /* that can be read back: with so many digits DBL_MAX is rounded beyond itself */

/* jansson itself goes 2,048 deep; no document of ours does, and a stack is a stack. */
static bool json_is_shallow(const json *value, int left)
{
    if (left == 0)
        return false;
    if (json_is_array(value)) {
        for (size_t i = 0; i < json_array_size(value); i++)
            if (!json_is_shallow(json_array_get(value, i), left - 1))
                return false;
    } else if (json_is_object(value)) {
        const char *key = NULL;
        json *item = NULL;
        json_object_foreach((json *)value, key, item)
        {
            if (!json_is_shallow(item, left - 1))
                return false;
        }
    }
    return true;
}

json *json_read(const char *text, gsize length, GError **error)
{
    json_error_t trouble;
    g_autoptr(json) value = json_loadb(text, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &trouble);
    if (value == NULL) {
        fail(error, ERR_FAILED, "%d:%d: %s", trouble.line, trouble.column, trouble.text);
        return NULL;
    }
    if (!json_is_shallow(value, JSON_DEEPEST)) {
        fail(error, ERR_FAILED, "nested deeper than %d", JSON_DEEPEST);
        return NULL;
    }
    return g_steal_pointer(&value);
}

static char *json_write(const json *value, size_t flags)
{
    char *text = json_dumps(value, flags | JSON_REAL_PRECISION(DIGITS) | JSON_ENCODE_ANY);
    char *owned = g_strdup(text);
    free(text);
    return owned;
}

char *json_line(const json *value)
{
    return json_write(value, JSON_COMPACT);
}

char *json_pretty(const json *value)
{
    g_autofree char *text = json_write(value, JSON_INDENT(2));
    return g_strconcat(text, "\n", NULL);
}

const char *json_text(const json *object, const char *key, const char *absent)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : absent;
}

gint64 json_whole(const json *object, const char *key, gint64 absent)
{
    const json *value = json_object_get(object, key);
    return json_is_integer(value) ? json_integer_value(value) : absent;
}

double json_decimal(const json *object, const char *key, double absent)
{
    const json *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : absent;
}

bool json_flag(const json *object, const char *key, bool absent)
{
    const json *value = json_object_get(object, key);
    return json_is_boolean(value) ? json_boolean_value(value) : absent;
}

void json_put(json *object, const char *key, json *value)
{
    if (value != NULL)
        json_object_set_new(object, key, value);
}

void json_put_text(json *object, const char *key, const char *text)
{
    if (text == NULL)
        return;
    if (g_utf8_validate(text, -1, NULL)) {
        json_put(object, key, json_string(text));
        return;
    }
    g_autofree char *visible = text_visible_lines(text, -1);
    json_put(object, key, json_string(visible));
}

void json_put_whole(json *object, const char *key, gint64 number)
{
    json_put(object, key, json_integer(number));
}

json *json_of_decimal(double number)
{
    if (isnan(number))
        return json_string("NaN");
    if (isinf(number))
        return json_string(number > 0 ? "+Inf" : "-Inf");
    return json_real(CLAMP(number, -DECIMAL_LARGEST, DECIMAL_LARGEST));
}

void json_put_decimal(json *object, const char *key, double number)
{
    json_put(object, key, json_of_decimal(number));
}

void json_put_flag(json *object, const char *key, bool flag)
{
    json_put(object, key, json_boolean(flag));
}
