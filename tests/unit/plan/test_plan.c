/* A playbook with its values: what is asked for, what the digest covers, the way to the journal and back. */
#include "plan/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char text[] =
    "---\ntitle: T\nparameters:\n  A: {about: first, default: one}\n  B: {about: second}\n"
    "  KEY: {secret: yes}\nabort: [\"error_rate > 5 % for 1m\"]\n---\n\n"
    "- [ ] Book gate (Ann)\n\n"
    "## First\n\n- [ ] Phase gate\n\n"
    "### Cut\n\n- [ ] Step gate `load < 5`\n\n"
    "```sh {name=cut timeout=30s retries=2 expected=5s on-failure=undo uncut}\ncut \"$WARROOM_A\"\n```\n\n"
    "```sh {verify}\nlook\n```\n\n```sh {undo}\nuncut\n```\n\n- [ ] After gate\n\n"
    "Irreversible: gone.\n\n"
    "### 2\n\nBy hand.\n\n"
    "## Second\n\n### Last\n\n```bash\ntrue\n```\n";

static playbook *read_text(const char *from)
{
    g_autoptr(complaints) wrong = complaints_new();
    playbook *book = playbook_read("t.md", from, strlen(from), wrong);
    g_autofree char *said = complaints_text(wrong);
    assert_string_equal(said, "");
    assert_non_null(book);
    return book;
}

/* "A=1 B=2" as a table; NULL gives none. */
static GHashTable *values_of(const char *pairs)
{
    GHashTable *values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_auto(GStrv) list = g_strsplit(pairs, " ", -1);
    for (guint i = 0; list[i] != NULL; i++) {
        g_auto(GStrv) pair = g_strsplit(list[i], "=", 2);
        if (pair[0] != NULL && pair[1] != NULL)
            g_hash_table_insert(values, g_strdup(pair[0]), g_strdup(pair[1]));
    }
    return values;
}

static plan *make(const char *from, const char *target, const char *pairs, GError **error)
{
    g_autoptr(GHashTable) given = values_of(pairs);
    return plan_make(read_text(from), target, given, error);
}

static plan *good(void)
{
    GError *error = NULL;
    plan *self = make(text, "shop", "B=two KEY=env:K", &error);
    assert_null(error);
    return self;
}

static void plan__takes__defaults_and_given_values(void **state)
{
    (void)state;
    g_autoptr(plan) self = good();
    assert_string_equal(self->target, "shop");
    assert_int_equal(g_hash_table_size(self->values), 3);
    assert_string_equal(g_hash_table_lookup(self->values, "A"), "one");
    assert_string_equal(g_hash_table_lookup(self->values, "B"), "two");
    assert_string_equal(g_hash_table_lookup(self->values, "KEY"), "env:K");
    assert_int_equal(strlen(self->digest), DIGEST_SIZE - 1);
}

static void plan__refuses__wrong_values_and_says_which(void **state)
{
    (void)state;
    static const struct {
        const char *name, *pairs, *says;
    } rows[] = {
        { "all that are missing", "", "no value for B, KEY; give each with --set NAME=VALUE" },
        { "all that are unknown", "B=1 KEY=env:K Z=1 Y=2",
          "the playbook has no parameter Y, Z; it has A, B, KEY" },
        { "a secret's value", "B=1 KEY=hunter2",
          "KEY is a secret: give a reference (file:, env: or command:), never the value" },
        { "what is not UTF-8", "B=\xff KEY=env:K", "the value of B is not UTF-8" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        print_message("# %s\n", rows[i].name);
        assert_null(make(text, "shop", rows[i].pairs, &error));
        assert_string_equal(error->message, rows[i].says);
        assert_int_equal(error->code, ERR_USAGE);
    }
}

static void plan__comes_back__from_its_document(void **state)
{
    (void)state;
    g_autoptr(plan) self = good();
    g_autoptr(json) document = plan_json(self);
    g_autofree char *line = json_line(document);
    g_autoptr(GError) error = NULL;
    g_autoptr(json) read = json_read(line, strlen(line), &error);
    g_autoptr(plan) back = plan_from_json(read, &error);
    assert_null(error);
    assert_non_null(back);
    assert_string_equal(back->digest, self->digest);
    g_autoptr(json) again = plan_json(back);
    g_autofree char *second = json_line(again);
    assert_string_equal(second, line);
    g_autofree char *preview = plan_preview(self), *second_preview = plan_preview(back);
    assert_string_equal(preview, second_preview);
}

/* Every text, number, flag of the document, one after the other, is changed: none goes unseen. */
static guint change_each(json *root, json *at, guint *unseen)
{
    guint count = 0;
    const char *key = NULL;
    json *value = NULL;
    void *next = NULL;
    json_object_foreach_safe(at, next, key, value)
    {
        if (json_is_object(value))
            count += change_each(root, value, unseen);
        for (size_t i = 0; json_is_array(value) && i < json_array_size(value); i++)
            count += change_each(root, json_array_get(value, i), unseen);
        json *other = json_is_string(value)    ? json_string("changed")
                      : json_is_integer(value) ? json_integer(json_integer_value(value) + 1)
                      : json_is_boolean(value) ? json_false()
                                               : NULL;
        if (other == NULL)
            continue;
        g_autoptr(json) kept = json_incref(value);
        g_autofree char *name = g_strdup(key);
        json_object_set_new(at, name, other);
        g_autoptr(GError) error = NULL;
        g_autoptr(plan) changed = plan_from_json(root, &error);
        if (changed != NULL) {
            print_message("# unseen: %s\n", name);
            (*unseen)++;
        }
        json_object_set(at, name, kept);
        count++;
    }
    return count;
}

static void plan__digest__covers_every_value_of_the_document(void **state)
{
    (void)state;
    g_autoptr(plan) self = good();
    g_autoptr(json) document = plan_json(self);
    guint unseen = 0;
    /* the whole front matter is covered by the file's digest, which is covered here */
    g_autoptr(json) front = json_incref(json_object_get(json_object_get(document, "playbook"), "front"));
    json_object_clear(front);
    assert_in_range(change_each(document, document, &unseen), 90, 200);
    assert_int_equal(unseen, 0);
    g_autoptr(plan) back = plan_from_json(document, NULL);
    assert_non_null(back);
}

static void plan__digest__differs__with_file_value_target(void **state)
{
    (void)state;
    g_autofree char *prose = g_strconcat(text, "\nA word more.\n", NULL);
    const struct {
        const char *name, *text, *target, *pairs;
    } rows[] = {
        { "another target", text, "blog", "B=two KEY=env:K" },
        { "another value", text, "shop", "B=three KEY=env:K" },
        { "the default's value given is the same", text, "shop", "A=one B=two KEY=env:K" },
        { "another reference", text, "shop", "B=two KEY=env:L" },
        { "prose alone", prose, "shop", "B=two KEY=env:K" },
    };
    g_autoptr(plan) self = good();
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        print_message("# %s\n", rows[i].name);
        g_autoptr(plan) other = make(rows[i].text, rows[i].target, rows[i].pairs, NULL);
        assert_non_null(other);
        assert_int_equal(strcmp(other->digest, self->digest) == 0, i == 2);
    }
}

static void plan__finds__steps_by_number_and_name(void **state)
{
    (void)state;
    static const struct {
        const char *word;
        int index; /* -1: none */
    } rows[] = {
        { "1", 0 },  { "cut", 0 }, { "2", 1 }, { "n2", 1 },  { "3", 2 },    { "last", 2 },
        { "0", -1 }, { "4", -1 },  { "", -1 }, { "-1", -1 }, { "Cut", -1 }, { "1x", -1 },
    };
    g_autoptr(plan) self = good();
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        guint index = 99;
        const step *found = plan_step(self, rows[i].word, &index);
        print_message("# '%s'\n", rows[i].word);
        assert_int_equal(found != NULL, rows[i].index >= 0);
        if (found != NULL)
            assert_int_equal(index, rows[i].index);
    }
}

static char *names_of(GPtrArray *gates)
{
    g_autoptr(GString) names = g_string_new(NULL);
    for (guint i = 0; i < gates->len; i++)
        g_string_append_printf(names, "%s ", ((gate *)g_ptr_array_index(gates, i))->name);
    g_ptr_array_unref(gates);
    return g_string_free(g_steal_pointer(&names), FALSE);
}

static void plan__names__the_gates_of_a_step(void **state)
{
    (void)state;
    static const struct {
        guint step;
        const char *before, *after;
    } rows[] = {
        { 0, "book-gate phase-gate step-gate ", "after-gate " },
        { 1, "book-gate phase-gate ", "" },
        { 2, "book-gate ", "" },
    };
    g_autoptr(plan) self = good();
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *before = names_of(plan_gates_before(self, rows[i].step));
        g_autofree char *after = names_of(plan_gates_after(self, rows[i].step));
        assert_string_equal(before, rows[i].before);
        assert_string_equal(after, rows[i].after);
    }
    assert_string_equal(plan_gate(self, "phase-gate")->title, "Phase gate");
    assert_string_equal(plan_gate(self, "step-gate")->condition, "load < 5");
    assert_null(plan_gate(self, "no-gate"));
}

static void plan__damaged_document__is_refused_in_words(void **state)
{
    (void)state;
    static const struct {
        const char *name, *document, *says;
    } rows[] = {
        { "no playbook", "{}", "the plan cannot be read: not an object" },
        { "no title", "{\"playbook\":{}}", "the plan cannot be read: 'title' is missing" },
        { "a number for a title", "{\"playbook\":{\"title\":1}}",
          "the plan cannot be read: 'title' has a value of another kind" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(json) document = json_read(rows[i].document, strlen(rows[i].document), NULL);
        print_message("# %s\n", rows[i].name);
        assert_null(plan_from_json(document, &error));
        assert_string_equal(error->message, rows[i].says);
    }
}

/* RELIABILITY 69 and row 44 in short: what cannot be a playbook at all. */
static void playbook__that_is_no_text__is_refused_in_words(void **state)
{
    (void)state;
    g_autofree char *large = g_strnfill(PLAYBOOK_LARGEST + 1, 'a');
    const struct {
        const char *name, *bytes;
        gsize length;
        const char *says;
    } rows[] = {
        { "too large", large, PLAYBOOK_LARGEST + 1,
          "x.md:1:1: 262145 bytes are too many for a playbook; at most 256 kB" },
        { "not UTF-8", "a\nb\xff", 4, "x.md:2:1: this is not UTF-8; save the file as UTF-8 text" },
        { "a NUL", "a\nb\0c", 5, "x.md:2:1: a NUL byte in the text; save the file as UTF-8 text" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(complaints) wrong = complaints_new();
        print_message("# %s\n", rows[i].name);
        assert_null(playbook_read("x.md", rows[i].bytes, rows[i].length, wrong));
        g_autofree char *said = complaints_text(wrong);
        assert_string_equal(said, rows[i].says);
    }
    large[PLAYBOOK_LARGEST] = '\0';
    g_autoptr(complaints) fine = complaints_new();
    g_autoptr(playbook) book = playbook_read("x.md", large, PLAYBOOK_LARGEST, fine);
    assert_non_null(book);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plan__takes__defaults_and_given_values),
        cmocka_unit_test(plan__refuses__wrong_values_and_says_which),
        cmocka_unit_test(plan__comes_back__from_its_document),
        cmocka_unit_test(plan__digest__covers_every_value_of_the_document),
        cmocka_unit_test(plan__digest__differs__with_file_value_target),
        cmocka_unit_test(plan__finds__steps_by_number_and_name),
        cmocka_unit_test(plan__names__the_gates_of_a_step),
        cmocka_unit_test(plan__damaged_document__is_refused_in_words),
        cmocka_unit_test(playbook__that_is_no_text__is_refused_in_words),
    };
    return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
