#include "journal/record.h"

#include <string.h>

/* Changing what is hashed, or its order, changes this word, so that no old hash is taken for a new one. */
#define RECORD_FORMAT "warroom record 1"

static const char no_hash[DIGEST_SIZE] = "00000000000000000000000000000000"
                                         "00000000000000000000000000000000";

record *record_new(const char *kind)
{
    record *self = g_new0(record, 1);
    self->stream = g_strdup("");
    self->boot = g_strdup("");
    self->by.name = g_strdup("");
    self->by.account = g_strdup("");
    self->by.means = g_strdup("");
    self->command = g_strdup("");
    self->kind = g_strdup(kind);
    self->version = 1;
    self->body = g_strdup("{}");
    memcpy(self->previous, no_hash, DIGEST_SIZE);
    memcpy(self->hash, no_hash, DIGEST_SIZE);
    return self;
}

record *record_copy(const record *self)
{
    record *copy = g_new0(record, 1);
    *copy = *self;
    copy->stream = g_strdup(self->stream);
    copy->boot = g_strdup(self->boot);
    copy->by.name = g_strdup(self->by.name);
    copy->by.account = g_strdup(self->by.account);
    copy->by.means = g_strdup(self->by.means);
    copy->command = g_strdup(self->command);
    copy->kind = g_strdup(self->kind);
    copy->body = g_strdup(self->body);
    copy->read = NULL;
    return copy;
}

void record_free(record *self)
{
    if (self == NULL)
        return;
    g_free(self->stream);
    g_free(self->boot);
    g_free(self->by.name);
    g_free(self->by.account);
    g_free(self->by.means);
    g_free(self->command);
    g_free(self->kind);
    g_free(self->body);
    json_decref(self->read);
    g_free(self);
}

/* The tree of a body's bytes; NULL when they are not one JSON object. */
static json *body_tree(const char *body)
{
    g_autoptr(json) tree = json_read(body, strlen(body), NULL);
    return json_is_object(tree) ? g_steal_pointer(&tree) : NULL;
}

const json *record_body(const record *self)
{
    if (self->read == NULL) {
        json *tree = body_tree(self->body);
        ((record *)self)->read = tree != NULL ? tree : json_object(); /* a memory of what the bytes say */
    }
    return self->read;
}

void record_set_body(record *self, json *body)
{
    g_free(self->body);
    self->body = json_line(body);
    json_decref(self->read);
    self->read = body;
}

void record_hash(const record *self, char hex[DIGEST_SIZE])
{
    g_autoptr(digest) sum = digest_new();
    digest_text(sum, RECORD_FORMAT);
    digest_text(sum, self->stream);
    digest_number(sum, self->number);
    digest_number(sum, self->happened);
    digest_number(sum, self->noted);
    digest_number(sum, self->up);
    digest_text(sum, self->boot);
    digest_text(sum, self->by.name);
    digest_text(sum, self->by.account);
    digest_text(sum, self->by.means);
    digest_text(sum, self->command);
    digest_text(sum, self->kind);
    digest_number(sum, self->version);
    digest_text(sum, self->body);
    digest_text(sum, self->previous);
    digest_end(sum, hex);
}

void record_seal(record *self, const char *previous)
{
    g_strlcpy(self->previous, previous != NULL ? previous : no_hash, DIGEST_SIZE);
    record_hash(self, self->hash);
}

/* A time as people read it, where that gives the very same time back; else its number. */
static json *time_json(moment at)
{
    g_autofree char *text = moment_text(at);
    moment again = 0;
    if (moment_parse(text, &again, NULL) && again == at)
        return json_string(text);
    return json_integer(at);
}

static bool time_from_json(const json *object, const char *key, moment *result, GError **error)
{
    const json *value = json_object_get(object, key);
    if (json_is_integer(value)) {
        *result = json_integer_value(value);
        return true;
    }
    if (!json_is_string(value))
        return fail(error, ERR_FAILED, "'%s' is not a time", key);
    if (moment_parse(json_string_value(value), result, error))
        return true;
    g_prefix_error(error, "'%s': ", key);
    return false;
}

json *record_json(const record *self)
{
    json *object = json_object(), *by = json_object();
    json_put_text(object, "stream", self->stream);
    json_put_whole(object, "number", self->number);
    json_put(object, "happened", time_json(self->happened));
    json_put(object, "noted", time_json(self->noted));
    json_put_whole(object, "up", self->up);
    json_put_text(object, "boot", self->boot);
    json_put_text(by, "name", self->by.name);
    json_put_text(by, "account", self->by.account);
    json_put_text(by, "means", self->by.means);
    json_put(object, "who", by);
    json_put_text(object, "command", self->command);
    json_put_text(object, "kind", self->kind);
    json_put_whole(object, "version", self->version);
    json_put(object, "body", body_tree(self->body));
    json_put_text(object, "stored", self->body);
    json_put_text(object, "previous", self->previous);
    json_put_text(object, "hash", self->hash);
    return object;
}

static bool text_from_json(const json *object, const char *key, char **result, GError **error)
{
    const char *text = json_text(object, key, NULL);
    if (text == NULL)
        return fail(error, ERR_FAILED, "'%s' is not there, or is not a text", key);
    g_free(*result);
    *result = g_strdup(text);
    return true;
}

static bool whole_from_json(const json *object, const char *key, gint64 *result, GError **error)
{
    if (!json_is_integer(json_object_get(object, key)))
        return fail(error, ERR_FAILED, "'%s' is not there, or is not a whole number", key);
    *result = json_whole(object, key, 0);
    return true;
}

static bool hash_from_json(const json *object, const char *key, char hex[DIGEST_SIZE], GError **error)
{
    const char *text = json_text(object, key, "");
    if (strlen(text) != DIGEST_SIZE - 1)
        return fail(error, ERR_FAILED, "'%s' is not 64 hexadecimal digits", key);
    g_strlcpy(hex, text, DIGEST_SIZE);
    return true;
}

static bool fields_from_json(record *self, const json *object, GError **error)
{
    const json *by = json_object_get(object, "who");
    return text_from_json(object, "stream", &self->stream, error) &&
           whole_from_json(object, "number", &self->number, error) &&
           time_from_json(object, "happened", &self->happened, error) &&
           time_from_json(object, "noted", &self->noted, error) &&
           whole_from_json(object, "up", &self->up, error) &&
           text_from_json(object, "boot", &self->boot, error) &&
           text_from_json(by, "name", &self->by.name, error) &&
           text_from_json(by, "account", &self->by.account, error) &&
           text_from_json(by, "means", &self->by.means, error) &&
           text_from_json(object, "command", &self->command, error) &&
           text_from_json(object, "kind", &self->kind, error) &&
           whole_from_json(object, "version", &self->version, error) &&
           text_from_json(object, "stored", &self->body, error) &&
           hash_from_json(object, "previous", self->previous, error) &&
           hash_from_json(object, "hash", self->hash, error);
}

record *record_from_json(const json *object, GError **error)
{
    g_autoptr(record) self = record_new("");
    if (!json_is_object(object)) {
        fail(error, ERR_FAILED, "not a record: one JSON object is");
        return NULL;
    }
    if (!fields_from_json(self, object, error))
        return NULL;
    /* What the hash does not cover (the body shown as an object, further keys) must say nothing else. */
    g_autoptr(json) again = record_json(self);
    if (!json_equal(again, object)) {
        fail(error, ERR_FAILED, "what is shown and what is stored differ: the record was changed by hand");
        return NULL;
    }
    return g_steal_pointer(&self);
}
