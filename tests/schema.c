/* schema SCHEMA [lines]: is standard input the document that the schema describes? Prints what is not, ends 1.
 *
 * A schema is JSON of the same shape as the document. An object: each key with its shape, "?key" when it may be
 * absent; a key that the schema does not have is a difference, too, so that nothing is added unseen. A list: one
 * shape for all its items. A text: one of text, whole, number, flag, time, id, hash, any, or the words it may
 * be, with '|' between them and one at the end: "open|closed|". With `lines` each line is a document. */
#include "base/json.h"

#include <stdio.h>
#include <string.h>

static guint wrong;

static void differs(const char *at, const char *wanted, const json *got)
{
    g_autofree char *shown = got != NULL ? json_line(got) : g_strdup("nothing");
    printf("%s: wanted %s, got %.200s\n", at[0] != '\0' ? at : ".", wanted, shown);
    wrong++;
}

static bool is_time(const json *value)
{
    const char *text = json_string_value(value);
    moment at = 0;
    return text != NULL && g_str_has_suffix(text, "Z") && moment_parse(text, &at, NULL);
}

static bool is_hash(const json *value)
{
    const char *text = json_string_value(value);
    return text != NULL && strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

static bool fits_word(const char *shape, const json *value)
{
    if (strchr(shape, '|') != NULL) {
        g_auto(GStrv) words = g_strsplit(shape, "|", -1);
        const char *text = json_string_value(value);
        return text != NULL && text[0] != '\0' && g_strv_contains((const char *const *)words, text);
    }
    const struct {
        const char *name;
        bool fits;
    } shapes[] = {
        { "text", json_is_string(value) },   { "id", json_string_length(value) > 0 },
        { "whole", json_is_integer(value) }, { "number", json_is_number(value) },
        { "flag", json_is_boolean(value) },  { "time", is_time(value) },
        { "hash", is_hash(value) },          { "any", true },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++)
        if (strcmp(shapes[i].name, shape) == 0)
            return shapes[i].fits;
    return false; /* a slip in the schema is a difference as well */
}

static void compare(const char *at, const json *schema, const json *value);

static void compare_object(const char *at, const json *schema, const json *value)
{
    const char *key = NULL;
    json *shape = NULL, *item = NULL;
    json_object_foreach((json *)schema, key, shape)
    {
        const char *name = key[0] == '?' ? key + 1 : key;
        const json *found = json_object_get(value, name);
        g_autofree char *below = g_strconcat(at, ".", name, NULL);
        if (found != NULL)
            compare(below, shape, found);
        else if (key[0] != '?')
            differs(below, "something", NULL);
    }
    json_object_foreach((json *)value, key, item)
    {
        g_autofree char *maybe = g_strconcat("?", key, NULL);
        g_autofree char *below = g_strconcat(at, ".", key, NULL);
        if (json_object_get(schema, key) == NULL && json_object_get(schema, maybe) == NULL)
            differs(below, "no such key", item);
    }
}

static void compare(const char *at, const json *schema, const json *value)
{
    if (json_is_string(schema)) {
        if (!fits_word(json_string_value(schema), value))
            differs(at, json_string_value(schema), value);
    } else if (json_typeof(schema) != json_typeof(value)) {
        differs(at, json_is_array(schema) ? "a list" : "an object", value);
    } else if (json_is_object(schema)) {
        compare_object(at, schema, value);
    } else {
        for (size_t i = 0; i < json_array_size(value); i++) {
            g_autofree char *below = g_strdup_printf("%s[%zu]", at, i);
            compare(below, json_array_get(schema, 0), json_array_get(value, i));
        }
    }
}

static void check(const json *schema, const char *text, gsize length)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json) document = json_read(text, length, &error);
    if (document != NULL) {
        compare("", schema, document);
        return;
    }
    printf("not JSON: %s\n", error->message);
    wrong++;
}

static char *read_all(FILE *from)
{
    GString *text = g_string_new("");
    char bytes[4096];
    for (gsize got = 0; (got = fread(bytes, 1, sizeof bytes, from)) > 0;)
        g_string_append_len(text, bytes, (gssize)got);
    return g_string_free(text, FALSE);
}

int main(int count, char **words)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    if (count < 2 || !g_file_get_contents(words[1], &text, NULL, &error)) {
        fprintf(stderr, "schema: %s\n", error != NULL ? error->message : "schema FILE [lines]");
        return 2;
    }
    g_autoptr(json) schema = json_read(text, strlen(text), &error);
    if (schema == NULL) {
        fprintf(stderr, "schema: %s: %s\n", words[1], error->message);
        return 2;
    }
    g_autofree char *input = read_all(stdin);
    g_strchomp(input);
    if (count == 2) {
        check(schema, input, strlen(input));
        return wrong > 0;
    }
    g_auto(GStrv) lines = g_strsplit(input, "\n", -1);
    if (lines[0] == NULL)
        differs("", "a line", NULL);
    for (char **line = lines; *line != NULL; line++)
        check(schema, *line, strlen(*line));
    return wrong > 0;
}
