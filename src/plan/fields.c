#include "fields.h"

#include "parts.h"

#include <string.h>

typedef enum {
    FIELD_TEXT,  /* char *; NULL is absent */
    FIELD_SPAN,  /* span, in microseconds */
    FIELD_COUNT, /* guint */
    FIELD_FLAG,  /* bool */
    FIELD_WORD,  /* an enum, by its words */
    FIELD_ONE,   /* a pointer to another struct; NULL is absent */
    FIELD_LIST,  /* GPtrArray of such */
    FIELD_TEXTS, /* GPtrArray of char * */
    FIELD_TREE,  /* json: not digested, the file's own digest covers it */
} field_kind;

typedef struct field {
    const char *key;
    gsize at;
    field_kind kind;
    const fields *of;
    const char *const *words;
    bool needed; /* a document without it is no playbook */
} field;

struct fields {
    const field *list; /* ended by a row without a key */
    void *(*make)(void);
    void (*drop)(void *);
};

static void *make_script(void)
{
    return g_new0(script, 1);
}

static void drop_script(void *self)
{
    script_free(self);
}

static void *make_gate(void)
{
    return g_new0(gate, 1);
}

static void drop_gate(void *self)
{
    gate_free(self);
}

static void *make_step(void)
{
    step *self = step_new(NULL, 0);
    self->timeout = self->verify_timeout = self->identity_timeout = self->undo_timeout = 0;
    return self;
}

static void drop_step(void *self)
{
    step_free(self);
}

static void *make_phase(void)
{
    phase *self = phase_new(NULL, 0);
    g_clear_pointer(&self->explanation, g_free);
    return self;
}

static void drop_phase(void *self)
{
    phase_free(self);
}

static void *make_parameter(void)
{
    return g_new0(parameter, 1);
}

static void drop_parameter(void *self)
{
    parameter_free(self);
}

static const char *const side_words[] = { "before", "after", NULL };
static const char *const failing_words[] = { "halt", "undo", "continue", NULL };

#define ROW(type, key_, member, ...)                                                                         \
    {                                                                                                        \
        .key = key_, .at = G_STRUCT_OFFSET(type, member), .kind = __VA_ARGS__                                \
    }

static const field script_rows[] = {
    ROW(script, "language", language, FIELD_TEXT, .needed = true),
    ROW(script, "text", text, FIELD_TEXT, .needed = true),
    ROW(script, "line", line, FIELD_COUNT),
    { 0 },
};
static const fields script_fields = { script_rows, make_script, drop_script };

static const field gate_rows[] = {
    ROW(gate, "name", name, FIELD_TEXT, .needed = true),
    ROW(gate, "title", title, FIELD_TEXT, .needed = true),
    ROW(gate, "owner", owner, FIELD_TEXT, .needed = true),
    ROW(gate, "condition", condition, FIELD_TEXT),
    ROW(gate, "check", check, FIELD_ONE, .of = &script_fields),
    ROW(gate, "timeout_us", timeout, FIELD_SPAN),
    ROW(gate, "side", side, FIELD_WORD, .words = side_words),
    ROW(gate, "line", line, FIELD_COUNT),
    { 0 },
};
static const fields gate_fields = { gate_rows, make_gate, drop_gate };

static const field step_rows[] = {
    ROW(step, "name", name, FIELD_TEXT, .needed = true),
    ROW(step, "title", title, FIELD_TEXT, .needed = true),
    ROW(step, "explanation", explanation, FIELD_TEXT, .needed = true),
    ROW(step, "phase", phase, FIELD_COUNT),
    ROW(step, "line", line, FIELD_COUNT),
    ROW(step, "command", command, FIELD_ONE, .of = &script_fields),
    ROW(step, "undo", undo, FIELD_ONE, .of = &script_fields),
    ROW(step, "identity", identity, FIELD_ONE, .of = &script_fields),
    ROW(step, "expects", expects, FIELD_TEXT),
    ROW(step, "verify", verify, FIELD_ONE, .of = &script_fields),
    ROW(step, "verify_condition", verify_condition, FIELD_TEXT),
    ROW(step, "timeout_us", timeout, FIELD_SPAN),
    ROW(step, "verify_timeout_us", verify_timeout, FIELD_SPAN),
    ROW(step, "identity_timeout_us", identity_timeout, FIELD_SPAN),
    ROW(step, "undo_timeout_us", undo_timeout, FIELD_SPAN),
    ROW(step, "retries", retries, FIELD_COUNT),
    ROW(step, "expected_us", expected, FIELD_SPAN),
    ROW(step, "on_failure", failing, FIELD_WORD, .words = failing_words),
    ROW(step, "uncut", uncut, FIELD_FLAG),
    ROW(step, "irreversible", irreversible, FIELD_TEXT),
    ROW(step, "risk", risk, FIELD_TEXT),
    ROW(step, "data", data, FIELD_TEXT),
    ROW(step, "trouble", trouble, FIELD_TEXT),
    ROW(step, "gates", gates, FIELD_LIST, .of = &gate_fields),
    { 0 },
};
static const fields step_fields = { step_rows, make_step, drop_step };

static const field phase_rows[] = {
    ROW(phase, "title", title, FIELD_TEXT, .needed = true),
    ROW(phase, "explanation", explanation, FIELD_TEXT, .needed = true),
    ROW(phase, "line", line, FIELD_COUNT),
    ROW(phase, "risk", risk, FIELD_TEXT),
    ROW(phase, "data", data, FIELD_TEXT),
    ROW(phase, "trouble", trouble, FIELD_TEXT),
    ROW(phase, "gates", gates, FIELD_LIST, .of = &gate_fields),
    { 0 },
};
static const fields phase_fields = { phase_rows, make_phase, drop_phase };

static const field parameter_rows[] = {
    ROW(parameter, "name", name, FIELD_TEXT, .needed = true),
    ROW(parameter, "about", about, FIELD_TEXT, .needed = true),
    ROW(parameter, "default", value, FIELD_TEXT),
    ROW(parameter, "secret", secret, FIELD_FLAG),
    ROW(parameter, "line", line, FIELD_COUNT),
    { 0 },
};
static const fields parameter_fields = { parameter_rows, make_parameter, drop_parameter };

static const field playbook_rows[] = {
    ROW(playbook, "title", title, FIELD_TEXT, .needed = true),
    ROW(playbook, "file", file, FIELD_TEXT, .needed = true),
    ROW(playbook, "file_digest", digest, FIELD_TEXT, .needed = true),
    ROW(playbook, "explanation", explanation, FIELD_TEXT, .needed = true),
    ROW(playbook, "type", type, FIELD_TEXT, .needed = true),
    ROW(playbook, "switch_us", switch_time, FIELD_SPAN),
    ROW(playbook, "full_us", full_time, FIELD_SPAN),
    ROW(playbook, "drill_us", drill_every, FIELD_SPAN),
    ROW(playbook, "risk", risk, FIELD_TEXT),
    ROW(playbook, "data", data, FIELD_TEXT),
    ROW(playbook, "trouble", trouble, FIELD_TEXT),
    ROW(playbook, "back_code", back_code, FIELD_TEXT),
    ROW(playbook, "back_configuration", back_configuration, FIELD_TEXT),
    ROW(playbook, "back_schema", back_schema, FIELD_TEXT),
    ROW(playbook, "back_flags", back_flags, FIELD_TEXT),
    ROW(playbook, "back_caches", back_caches, FIELD_TEXT),
    ROW(playbook, "parameters", parameters, FIELD_LIST, .of = &parameter_fields),
    ROW(playbook, "aborts", aborts, FIELD_TEXTS),
    ROW(playbook, "gates", gates, FIELD_LIST, .of = &gate_fields),
    ROW(playbook, "phases", phases, FIELD_LIST, .of = &phase_fields),
    ROW(playbook, "steps", steps, FIELD_LIST, .of = &step_fields),
    ROW(playbook, "front", front, FIELD_TREE, .needed = true),
    { 0 },
};
const fields playbook_fields = { playbook_rows, NULL, NULL };

#define AT(type, object, row) ((type)(void *)((char *)(object) + (row)->at))

/* ---- out ---- */

static json *list_json(const field *row, const GPtrArray *items)
{
    json *list = json_array();
    for (guint i = 0; i < items->len; i++) {
        const void *item = g_ptr_array_index(items, i);
        json_array_append_new(list,
                              row->kind == FIELD_TEXTS ? json_string(item) : fields_json(row->of, item));
    }
    return list;
}

static json *field_json(const field *row, const void *object)
{
    switch (row->kind) {
    case FIELD_TEXT: {
        const char *text = *AT(char **, object, row);
        return text != NULL ? json_string(text) : NULL;
    }
    case FIELD_SPAN: {
        span length = *AT(span *, object, row);
        return length != 0 ? json_integer(length) : NULL;
    }
    case FIELD_COUNT: {
        guint count = *AT(guint *, object, row);
        return count != 0 ? json_integer(count) : NULL;
    }
    case FIELD_FLAG:
        return *AT(bool *, object, row) ? json_true() : NULL;
    case FIELD_WORD:
        return json_string(row->words[*AT(guint *, object, row)]);
    case FIELD_ONE: {
        const void *one = *AT(void **, object, row);
        return one != NULL ? fields_json(row->of, one) : NULL;
    }
    case FIELD_LIST:
    case FIELD_TEXTS:
        return list_json(row, *AT(GPtrArray **, object, row));
    case FIELD_TREE:
        return json_incref(*AT(json **, object, row));
    }
    return NULL;
}

json *fields_json(const fields *self, const void *object)
{
    json *result = json_object();
    for (const field *row = self->list; row->key != NULL; row++)
        json_put(result, row->key, field_json(row, object));
    return result;
}

/* ---- back ---- */

static bool read_one(const fields *self, const json *from, void **into, GError **error)
{
    void *one = self->make();
    if (!fields_read(self, one, from, error)) {
        self->drop(one);
        return false;
    }
    *into = one;
    return true;
}

static bool read_list(const field *row, const json *from, GPtrArray *into, GError **error)
{
    if (!json_is_array(from))
        return fail(error, ERR_FAILED, "'%s' is not a list", row->key);
    for (size_t i = 0; i < json_array_size(from); i++) {
        const json *item = json_array_get(from, i);
        void *one = NULL;
        if (row->kind == FIELD_LIST && !read_one(row->of, item, &one, error)) {
            g_prefix_error(error, "%s[%zu]: ", row->key, i);
            return false;
        }
        if (row->kind == FIELD_TEXTS && !json_is_string(item))
            return fail(error, ERR_FAILED, "%s[%zu] is not a text", row->key, i);
        g_ptr_array_add(into, row->kind == FIELD_LIST ? one : g_strdup(json_string_value(item)));
    }
    return true;
}

static bool read_word(const field *row, const json *from, guint *into, GError **error)
{
    const char *word = json_string_value(from);
    for (guint i = 0; word != NULL && row->words[i] != NULL; i++)
        if (strcmp(row->words[i], word) == 0) {
            *into = i;
            return true;
        }
    return fail(error, ERR_FAILED, "'%s' is not one of its words", row->key);
}

static bool is_of_kind(const field *row, const json *value)
{
    switch (row->kind) {
    case FIELD_TEXT:
        return json_is_string(value);
    case FIELD_SPAN:
        return json_is_integer(value) && json_integer_value(value) > 0 &&
               json_integer_value(value) <= SPAN_LONGEST;
    case FIELD_COUNT:
        return json_is_integer(value) && json_integer_value(value) > 0 &&
               json_integer_value(value) <= G_MAXINT;
    case FIELD_FLAG:
        return json_is_boolean(value);
    default:
        return true;
    }
}

static bool field_read(const field *row, void *object, json *value, GError **error)
{
    if (!is_of_kind(row, value))
        return fail(error, ERR_FAILED, "'%s' has a value of another kind", row->key);
    switch (row->kind) {
    case FIELD_TEXT:
        *AT(char **, object, row) = g_strdup(json_string_value(value));
        return true;
    case FIELD_SPAN:
        *AT(span *, object, row) = json_integer_value(value);
        return true;
    case FIELD_COUNT:
        *AT(guint *, object, row) = (guint)json_integer_value(value);
        return true;
    case FIELD_FLAG:
        *AT(bool *, object, row) = json_is_true(value);
        return true;
    case FIELD_WORD:
        return read_word(row, value, AT(guint *, object, row), error);
    case FIELD_ONE:
        return read_one(row->of, value, AT(void **, object, row), error);
    case FIELD_LIST:
    case FIELD_TEXTS:
        return read_list(row, value, *AT(GPtrArray **, object, row), error);
    case FIELD_TREE:
        *AT(json **, object, row) = json_incref(value);
        return true;
    }
    return true;
}

bool fields_read(const fields *self, void *object, const json *from, GError **error)
{
    if (!json_is_object(from))
        return fail(error, ERR_FAILED, "not an object");
    for (const field *row = self->list; row->key != NULL; row++) {
        json *value = json_object_get(from, row->key);
        if (value == NULL && row->needed)
            return fail(error, ERR_FAILED, "'%s' is missing", row->key);
        if (value != NULL && !field_read(row, object, value, error))
            return false;
    }
    return true;
}

/* ---- canonical bytes ---- */

#define END_OF_OBJECT '\xff'

static void append_number(GString *into, guint64 number)
{
    guint64 bytes = GUINT64_TO_BE(number);
    g_string_append_len(into, (const char *)&bytes, sizeof bytes);
}

static void append_text(GString *into, const char *text)
{
    gsize length = strlen(text);
    append_number(into, length);
    g_string_append_len(into, text, (gssize)length);
}

static void append_list(const field *row, const GPtrArray *items, GString *into)
{
    append_number(into, items->len);
    for (guint i = 0; i < items->len; i++) {
        if (row->kind == FIELD_TEXTS)
            append_text(into, g_ptr_array_index(items, i));
        else
            fields_bytes(row->of, g_ptr_array_index(items, i), into);
    }
}

static bool is_absent(const field *row, const void *object)
{
    switch (row->kind) {
    case FIELD_TEXT:
    case FIELD_ONE:
        return *AT(void **, object, row) == NULL;
    case FIELD_SPAN:
        return *AT(span *, object, row) == 0;
    case FIELD_COUNT:
    case FIELD_WORD:
        return *AT(guint *, object, row) == 0;
    case FIELD_FLAG:
        return !*AT(bool *, object, row);
    case FIELD_LIST:
    case FIELD_TEXTS:
        return (*AT(GPtrArray **, object, row))->len == 0;
    case FIELD_TREE:
        return true;
    }
    return true;
}

static void append_field(const field *row, const void *object, GString *into)
{
    switch (row->kind) {
    case FIELD_TEXT:
        append_text(into, *AT(char **, object, row));
        break;
    case FIELD_SPAN:
        append_number(into, (guint64)*AT(span *, object, row));
        break;
    case FIELD_COUNT:
    case FIELD_WORD:
        append_number(into, *AT(guint *, object, row));
        break;
    case FIELD_ONE:
        fields_bytes(row->of, *AT(void **, object, row), into);
        break;
    case FIELD_LIST:
    case FIELD_TEXTS:
        append_list(row, *AT(GPtrArray **, object, row), into);
        break;
    case FIELD_FLAG: /* its number says it */
    case FIELD_TREE:
        break;
    }
}

void fields_bytes(const fields *self, const void *object, GString *into)
{
    for (const field *row = self->list; row->key != NULL; row++) {
        if (is_absent(row, object))
            continue;
        g_string_append_c(into, (char)(row - self->list));
        append_field(row, object, into);
    }
    g_string_append_c(into, END_OF_OBJECT);
}
