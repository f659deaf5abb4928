#include "journal/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define NOBODY_KNOWS "0000000000000000000000000000000000000000000000000000000000000000"

static record *example(void)
{
    record *self = record_new("step.started");
    json *body = json_object();
    g_free(self->stream), self->stream = g_strdup("INC-0042");
    self->number = 48;
    self->happened = 1795097152000000;
    self->noted = 1795097152345678;
    self->up = 987654321;
    g_free(self->boot), self->boot = g_strdup("5be091c4-7d20-483f-96e2-b40000000001");
    g_free(self->by.name), self->by.name = g_strdup("ada");
    g_free(self->by.account), self->by.account = g_strdup("ada@ops1");
    g_free(self->by.means), self->by.means = g_strdup("cli");
    g_free(self->command), self->command = g_strdup("01JD0000000000000000000001");
    json_put_text(body, "what", "Störung \"eins\"\n\x1b");
    json_put_whole(body, "try", 1);
    json_put_decimal(body, "value", 0.1);
    record_set_body(self, body);
    record_seal(self, NULL);
    return self;
}

static void assert_same(const record *one, const record *two)
{
    assert_string_equal(one->stream, two->stream);
    assert_int_equal(one->number, two->number);
    assert_true(one->happened == two->happened && one->noted == two->noted && one->up == two->up);
    assert_string_equal(one->boot, two->boot);
    assert_string_equal(one->by.name, two->by.name);
    assert_string_equal(one->by.account, two->by.account);
    assert_string_equal(one->by.means, two->by.means);
    assert_string_equal(one->command, two->command);
    assert_string_equal(one->kind, two->kind);
    assert_int_equal(one->version, two->version);
    assert_string_equal(one->body, two->body);
    assert_string_equal(one->previous, two->previous);
    assert_string_equal(one->hash, two->hash);
}

static void record__is_empty__when_new(void **state)
{
    (void)state;
    g_autoptr(record) self = record_new("note.added");
    assert_string_equal(self->kind, "note.added");
    assert_string_equal(self->body, "{}");
    assert_string_equal(self->stream, "");
    assert_string_equal(self->by.means, "");
    assert_int_equal(self->number, 0);
    assert_int_equal(self->version, 1);
    assert_string_equal(self->previous, NOBODY_KNOWS);
    assert_int_equal(json_object_size(record_body(self)), 0);
}

static void record__comes_back_the_same__through_json(void **state)
{
    (void)state;
    g_autoptr(record) self = example();
    g_autoptr(json) object = record_json(self);
    g_autofree char *line = json_line(object);
    g_autoptr(json) read = json_read(line, strlen(line), NULL);
    g_autoptr(record) again = record_from_json(read, NULL);
    assert_non_null(again);
    assert_same(self, again);
    assert_string_equal(json_text(object, "happened", ""), "2026-11-19T14:05:52.000000Z");
    assert_string_equal(json_text(json_object_get(object, "body"), "what", ""), "Störung \"eins\"\n\x1b");
}

static void record__keeps_times_nobody_can_write(void **state)
{
    (void)state;
    static const gint64 times[] = { G_MININT64, -1, 0, G_MAXINT64, 253402300799999999 };
    for (gsize i = 0; i < G_N_ELEMENTS(times); i++) {
        g_autoptr(record) self = example();
        self->happened = times[i];
        record_seal(self, NULL);
        g_autoptr(json) object = record_json(self);
        g_autoptr(record) again = record_from_json(object, NULL);
        assert_non_null(again);
        assert_same(self, again);
    }
}

static void record__copy_is_its_own(void **state)
{
    (void)state;
    g_autoptr(record) self = example();
    record_body(self);
    g_autoptr(record) copy = record_copy(self);
    assert_same(self, copy);
    g_free(copy->kind), copy->kind = g_strdup("note.added");
    assert_string_equal(self->kind, "step.started");
    assert_true(json_equal(record_body(self), record_body(copy)));
}

static void record__body_is_empty__when_its_bytes_are_no_object(void **state)
{
    (void)state;
    static const char *const bodies[] = { "", "[]", "{", "\"x\"", "{\"a\":1,\"a\":2}", "{} {}", "nil" };
    for (gsize i = 0; i < G_N_ELEMENTS(bodies); i++) {
        g_autoptr(record) self = example();
        g_free(self->body), self->body = g_strdup(bodies[i]);
        json_decref(self->read), self->read = NULL;
        record_seal(self, NULL);
        assert_int_equal(json_object_size(record_body(self)), 0);
        g_autoptr(json) object = record_json(self);
        g_autoptr(record) again = record_from_json(object, NULL);
        assert_non_null(again);
        assert_same(self, again);
    }
}

typedef void (*change)(record *self);
static void one_up(char **text)
{
    char *changed = g_strconcat(*text, "x", NULL);
    g_free(*text);
    *text = changed;
}
static void change_stream(record *self)
{
    one_up(&self->stream);
}
static void change_number(record *self)
{
    self->number++;
}
static void change_happened(record *self)
{
    self->happened++;
}
static void change_noted(record *self)
{
    self->noted++;
}
static void change_up(record *self)
{
    self->up++;
}
static void change_boot(record *self)
{
    one_up(&self->boot);
}
static void change_name(record *self)
{
    one_up(&self->by.name);
}
static void change_account(record *self)
{
    one_up(&self->by.account);
}
static void change_means(record *self)
{
    one_up(&self->by.means);
}
static void change_command(record *self)
{
    one_up(&self->command);
}
static void change_kind(record *self)
{
    one_up(&self->kind);
}
static void change_version(record *self)
{
    self->version++;
}
static void change_body(record *self)
{
    one_up(&self->body);
}
static void change_previous(record *self)
{
    self->previous[63] = 'f';
}
static void change_border(record *self) /* a letter moves from one field into the next */
{
    g_free(self->by.name), self->by.name = g_strdup("ad");
    g_free(self->by.account), self->by.account = g_strdup("aada@ops1");
}

static void record__hash_covers__every_field(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        change change;
    } rows[] = {
        { "stream", change_stream },
        { "number", change_number },
        { "happened", change_happened },
        { "noted", change_noted },
        { "up", change_up },
        { "boot", change_boot },
        { "name", change_name },
        { "account", change_account },
        { "means", change_means },
        { "command", change_command },
        { "kind", change_kind },
        { "version", change_version },
        { "body", change_body },
        { "previous", change_previous },
        { "border", change_border },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        char hash[DIGEST_SIZE];
        g_autoptr(record) self = example();
        rows[i].change(self);
        record_hash(self, hash);
        if (strcmp(hash, self->hash) == 0)
            fail_msg("a changed %s leaves the hash as it was", rows[i].name);
    }
}

/* The format itself is a promise: a journal of today must verify for ever. */
static void record__hash_is__what_it_was_in_0_1_0(void **state)
{
    (void)state;
    g_autoptr(record) self = example();
    assert_string_equal(self->hash, "c24d323f4d0dd973f804ca675f4708db1b9843d6480411f39535c30743bc633a");
}

/* One byte of the line flipped, each of eight bits: it is refused, or its hash no longer fits, or it still says
 * exactly the same (the case of a hexadecimal digit in an escape). */
static void record__tells__every_flipped_bit_of_a_line(void **state)
{
    (void)state;
    g_autoptr(record) self = example();
    g_autoptr(json) object = record_json(self);
    g_autofree char *line = json_line(object);
    gsize length = strlen(line), refused = 0, unfit = 0, same = 0;
    for (gsize bit = 0; bit < length * 8; bit++) {
        line[bit / 8] ^= (char)(1 << bit % 8);
        g_autoptr(json) read = json_read(line, length, NULL);
        g_autoptr(record) again = read != NULL ? record_from_json(read, NULL) : NULL;
        line[bit / 8] ^= (char)(1 << bit % 8);
        if (again == NULL) {
            refused++;
            continue;
        }
        char hash[DIGEST_SIZE];
        record_hash(again, hash);
        if (strcmp(hash, again->hash) != 0) {
            unfit++;
            continue;
        }
        same++;
        assert_same(self, again);
    }
    assert_true(refused > 0 && unfit > 0);
    assert_true(same < 8);
}

static void record__is_refused__when_a_field_is_missing_or_more(void **state)
{
    (void)state;
    static const char *const keys[] = {
        "stream",  "number", "happened", "noted",    "up",   "boot", "who",
        "command", "kind",   "version",  "previous", "hash", "body", "stored"
    };
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_autoptr(record) self = example();
        g_autoptr(json) object = record_json(self);
        g_autoptr(GError) error = NULL;
        json_object_del(object, keys[i]);
        assert_null(record_from_json(object, &error));
        assert_non_null(error);
    }
    g_autoptr(record) self = example();
    g_autoptr(json) object = record_json(self);
    json_put_text(object, "approved", "yes");
    assert_null(record_from_json(object, NULL));
    g_autoptr(json) list = json_array();
    assert_null(record_from_json(list, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(record__is_empty__when_new),
        cmocka_unit_test(record__comes_back_the_same__through_json),
        cmocka_unit_test(record__keeps_times_nobody_can_write),
        cmocka_unit_test(record__copy_is_its_own),
        cmocka_unit_test(record__body_is_empty__when_its_bytes_are_no_object),
        cmocka_unit_test(record__hash_covers__every_field),
        cmocka_unit_test(record__hash_is__what_it_was_in_0_1_0),
        cmocka_unit_test(record__tells__every_flipped_bit_of_a_line),
        cmocka_unit_test(record__is_refused__when_a_field_is_missing_or_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
