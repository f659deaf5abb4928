#include "plan/plan.h"

#include "fields.h"
#include "parts.h"

#include <string.h>

#define PLAN_FORMAT "warroom plan 1" /* digested first: another way to digest is another plan */

static bool is_reference(const char *text)
{
    return g_str_has_prefix(text, "file:") || g_str_has_prefix(text, "env:") ||
           g_str_has_prefix(text, "command:");
}

static const parameter *find_parameter(const playbook *book, const char *name)
{
    for (guint i = 0; i < book->parameters->len; i++) {
        const parameter *one = g_ptr_array_index(book->parameters, i);
        if (strcmp(one->name, name) == 0)
            return one;
    }
    return NULL;
}

static void add_word(GString *list, const char *word)
{
    g_string_append_printf(list, "%s%s", list->len > 0 ? ", " : "", word);
}

static char *known_parameters(const playbook *book)
{
    g_autoptr(GString) list = g_string_new(NULL);
    for (guint i = 0; i < book->parameters->len; i++)
        add_word(list, ((parameter *)g_ptr_array_index(book->parameters, i))->name);
    return list->len > 0 ? g_strdup_printf("it has %s", list->str) : g_strdup("it has none");
}

static bool check_given(const playbook *book, GHashTable *given, GError **error)
{
    g_autoptr(GString) unknown = g_string_new(NULL);
    g_autoptr(GList) names = given != NULL ? g_hash_table_get_keys(given) : NULL;
    names = g_list_sort(names, (GCompareFunc)strcmp);
    for (const GList *at = names; at != NULL; at = at->next) {
        const parameter *one = find_parameter(book, at->data);
        const char *value = g_hash_table_lookup(given, at->data);
        if (one == NULL)
            add_word(unknown, at->data);
        else if (!g_utf8_validate(value, -1, NULL))
            return fail(error, ERR_USAGE, "the value of %s is not UTF-8", one->name);
        else if (one->secret && !is_reference(value))
            return fail(error, ERR_USAGE,
                        "%s is a secret: give a reference (file:, env: or command:), never the value",
                        one->name);
    }
    if (unknown->len == 0)
        return true;
    g_autofree char *known = known_parameters(book);
    return fail(error, ERR_USAGE, "the playbook has no parameter %s; %s", unknown->str, known);
}

static bool fill_values(plan *self, GHashTable *given, GError **error)
{
    g_autoptr(GString) missing = g_string_new(NULL);
    for (guint i = 0; i < self->book->parameters->len; i++) {
        const parameter *one = g_ptr_array_index(self->book->parameters, i);
        const char *value = given != NULL ? g_hash_table_lookup(given, one->name) : NULL;
        if (value == NULL)
            value = one->value;
        if (value == NULL)
            add_word(missing, one->name);
        else
            g_hash_table_insert(self->values, g_strdup(one->name), g_strdup(value));
    }
    return missing->len == 0 ||
           fail(error, ERR_USAGE, "no value for %s; give each with --set NAME=VALUE", missing->str);
}

static void seal(const plan *self, char hex[DIGEST_SIZE])
{
    g_autoptr(digest) sum = digest_new();
    digest_text(sum, PLAN_FORMAT);
    g_autoptr(GString) bytes = g_string_new(NULL);
    fields_bytes(&playbook_fields, self->book, bytes);
    digest_field(sum, bytes->str, bytes->len);
    digest_text(sum, self->target);
    for (guint i = 0; i < self->book->parameters->len; i++) {
        const parameter *one = g_ptr_array_index(self->book->parameters, i);
        digest_text(sum, one->name);
        digest_text(sum, g_hash_table_lookup(self->values, one->name));
    }
    digest_end(sum, hex);
}

static plan *plan_new(playbook *book, const char *target)
{
    plan *self = g_new0(plan, 1);
    self->book = book;
    self->target = g_strdup(target != NULL ? target : "");
    self->values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return self;
}

plan *plan_make(playbook *book, const char *target, GHashTable *given, GError **error)
{
    g_autoptr(plan) self = plan_new(book, target);
    if (!check_given(book, given, error) || !fill_values(self, given, error))
        return NULL;
    seal(self, self->digest);
    return g_steal_pointer(&self);
}

void plan_free(plan *self)
{
    if (self == NULL)
        return;
    playbook_free(self->book);
    g_free(self->target);
    g_hash_table_unref(self->values);
    g_free(self);
}

json *plan_json(const plan *self)
{
    json *document = json_object();
    json_put_text(document, "digest", self->digest);
    json_put_text(document, "target", self->target);
    json *values = json_object();
    for (guint i = 0; i < self->book->parameters->len; i++) {
        const parameter *one = g_ptr_array_index(self->book->parameters, i);
        json_put_text(values, one->name, g_hash_table_lookup(self->values, one->name));
    }
    json_put(document, "values", values);
    json_put(document, "playbook", fields_json(&playbook_fields, self->book));
    return document;
}

static bool read_values(plan *self, const json *values, GError **error)
{
    const char *name = NULL;
    json *value = NULL;
    json_object_foreach((json *)values, name, value)
    {
        if (!json_is_string(value) || find_parameter(self->book, name) == NULL)
            return fail(error, ERR_FAILED, "the plan has a value for '%s' that its playbook does not know",
                        name);
        g_hash_table_insert(self->values, g_strdup(name), g_strdup(json_string_value(value)));
    }
    return true;
}

static bool is_whole(const playbook *book, GError **error)
{
    for (guint i = 0; i < book->steps->len; i++)
        if (((step *)g_ptr_array_index(book->steps, i))->phase >= book->phases->len)
            return fail(error, ERR_FAILED, "step %u of the plan is in no phase", i + 1);
    return true;
}

plan *plan_from_json(const json *document, GError **error)
{
    g_autoptr(plan) self = plan_new(playbook_new(NULL), json_text(document, "target", ""));
    if (!fields_read(&playbook_fields, self->book, json_object_get(document, "playbook"), error)) {
        g_prefix_error(error, "the plan cannot be read: ");
        return NULL;
    }
    if (!is_whole(self->book, error) || !read_values(self, json_object_get(document, "values"), error))
        return NULL;
    seal(self, self->digest);
    if (strcmp(self->digest, json_text(document, "digest", "")) != 0) {
        fail(error, ERR_FAILED, "the plan is not what its digest says: it has been changed");
        return NULL;
    }
    return g_steal_pointer(&self);
}

const step *plan_step(const plan *self, const char *number_or_name, guint *index)
{
    guint64 number = 0;
    const GPtrArray *steps = self->book->steps;
    if (g_ascii_string_to_unsigned(number_or_name, 10, 1, MAX(steps->len, 1), &number, NULL) &&
        steps->len > 0) {
        *index = (guint)number - 1;
        return g_ptr_array_index(steps, *index);
    }
    for (guint i = 0; i < steps->len; i++) {
        const step *one = g_ptr_array_index(steps, i);
        if (strcmp(one->name, number_or_name) == 0) {
            *index = i;
            return one;
        }
    }
    return NULL;
}

static const gate *find_gate(const GPtrArray *gates, const char *name)
{
    for (guint i = 0; i < gates->len; i++) {
        const gate *one = g_ptr_array_index(gates, i);
        if (strcmp(one->name, name) == 0)
            return one;
    }
    return NULL;
}

const gate *plan_gate(const plan *self, const char *name)
{
    const gate *found = find_gate(self->book->gates, name);
    for (guint i = 0; found == NULL && i < self->book->phases->len; i++)
        found = find_gate(((phase *)g_ptr_array_index(self->book->phases, i))->gates, name);
    for (guint i = 0; found == NULL && i < self->book->steps->len; i++)
        found = find_gate(((step *)g_ptr_array_index(self->book->steps, i))->gates, name);
    return found;
}

static void add_gates(GPtrArray *into, const GPtrArray *gates, gate_side side)
{
    for (guint i = 0; i < gates->len; i++) {
        gate *one = g_ptr_array_index(gates, i);
        if (one->side == side)
            g_ptr_array_add(into, one);
    }
}

GPtrArray *plan_gates_before(const plan *self, guint index)
{
    const step *at = g_ptr_array_index(self->book->steps, index);
    const phase *phase = g_ptr_array_index(self->book->phases, at->phase);
    GPtrArray *gates = g_ptr_array_new();
    add_gates(gates, self->book->gates, GATE_BEFORE);
    add_gates(gates, phase->gates, GATE_BEFORE);
    add_gates(gates, at->gates, GATE_BEFORE);
    return gates;
}

GPtrArray *plan_gates_after(const plan *self, guint index)
{
    GPtrArray *gates = g_ptr_array_new();
    add_gates(gates, ((step *)g_ptr_array_index(self->book->steps, index))->gates, GATE_AFTER);
    return gates;
}
