/* What records fill in is what the table says they fill in; and no shipped text asks for anything else. */
#include "communicate/field.h"
#include "communicate/template.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define MINUTE (60 * G_GINT64_CONSTANT(1000000))
#define OPENED G_GINT64_CONSTANT(1795183380000000) /* 2026-11-20 14:03:00Z */

static void tell(incident *self, const char *kind, moment happened, json *body)
{
    static gint64 number = 0;
    g_autoptr(record) one = record_new(kind);
    g_free(one->stream);
    one->stream = g_strdup("INC-0042");
    one->number = ++number;
    one->happened = one->noted = happened;
    g_free(one->by.name);
    one->by.name = g_strdup("ada");
    record_set_body(one, body);
    record_seal(one, NULL);
    incident_fold(self, one);
}

static incident *incident_rich(void)
{
    incident *self = incident_new("INC-0042");
    tell(self, "incident.opened", OPENED,
         json_pack("{s:s, s:s, s:s, s:s, s:s, s:b}", "id", "INC-0042", "title", "Checkout is slow", "service",
                   "checkout", "environment", "prod", "severity", "high", "drill", 1));
    for (guint i = 0; seat_names[i] != NULL; i++)
        tell(self, "incident.assigned", OPENED,
             json_pack("{s:s, s:s}", "seat", seat_names[i], "name", "Ada L."));
    tell(self, "impact.set", OPENED, json_pack("{s:I}", "began", (json_int_t)(OPENED - 2 * MINUTE)));
    for (int i = 0; i < 7; i++) {
        g_autofree char *text = g_strdup_printf("note %d", i);
        tell(self, "note.added", OPENED + i * MINUTE, json_pack("{s:s}", "text", text));
    }
    return self;
}

static run *run_prepared(void)
{
    static const char book_text[] =
        "# Roll back\n\n- [ ] told everybody (Lin T.)\n\n## Switch\n\n### Drain green\n\n"
        "```sh\ntrue\n```\n\n### Look\n\n```sh\ntrue\n```\n";
    g_autoptr(GError) error = NULL;
    g_autoptr(complaints) wrong = complaints_new();
    playbook *book = playbook_read("book.md", book_text, strlen(book_text), wrong);
    assert_int_equal(complaints_count(wrong), 0);
    g_autoptr(plan) made = plan_make(book, "checkout", NULL, &error);
    assert_non_null(made);
    g_autoptr(record) prepared = record_new("run.prepared");
    record_set_body(prepared, json_pack("{s:s, s:o, s:s, s:s}", "run", "R1", "plan", plan_json(made),
                                        "digest", made->digest, "title", "Roll back"));
    run *self = run_from_record(prepared, &error);
    assert_non_null(self);
    return self;
}

static void assert_text(const json *values, const char *name, const char *expected)
{
    const char *found = json_text(values, name, "(absent)");
    if (strcmp(found, expected) != 0)
        fail_msg("%s is '%s', not '%s'", name, found, expected);
}

static void values__of_an_open_incident__are_those_of_its_records(void **state)
{
    (void)state;
    g_autoptr(incident) incident = incident_rich();
    g_autoptr(run) run = run_prepared();
    g_autoptr(json) values = field_values(incident, run, OPENED + 75 * MINUTE);
    const struct {
        const char *name, *value;
    } rows[] = {
        { "id", "INC-0042" },
        { "title", "Checkout is slow" },
        { "service", "checkout" },
        { "environment", "prod" },
        { "severity", "high" },
        { "commander", "Ada L." },
        { "scribe", "Ada L." },
        { "opened", "2026-11-20 14:03 UTC" },
        { "began", "2026-11-20 14:01 UTC" },
        { "now", "2026-11-20 15:18 UTC" },
        { "duration", "1 hour 17 minutes" },
        { "closed", "(absent)" },
        { "outcome", "(absent)" },
        { "playbook", "Roll back" },
        { "target", "checkout" },
        { "run_state", "prepared" },
        { "step_title", "Drain green" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        assert_text(values, rows[i].name, rows[i].value);
    assert_true(json_flag(values, "drill", false));
    assert_int_equal(json_whole(values, "step_number", 0), 1);
    assert_int_equal(json_whole(values, "step_count", 0), 2);
    const json *gates = json_object_get(values, "open_gates");
    assert_int_equal(json_array_size(gates), 1);
    assert_text(json_array_get(gates, 0), "title", "told everybody");
    assert_text(json_array_get(gates, 0), "owner", "Lin T.");
    const json *last = json_object_get(values, "last_notes");
    assert_int_equal(json_array_size(json_object_get(values, "notes")), 7);
    assert_int_equal(json_array_size(last), 5);
    assert_text(json_array_get(last, 0), "text", "note 2");
    assert_text(json_array_get(last, 4), "time", "2026-11-20 14:09 UTC");
    assert_text(json_array_get(last, 4), "by", "ada");
    g_autofree char *ref = g_strdup_printf("INC-0042/%d %.22s", (int)incident->number, incident->head);
    assert_text(values, "ref", ref);
}

static void values__of_little__leave_out_what_is_not_known(void **state)
{
    (void)state;
    g_autoptr(incident) incident = incident_new("INC-0001");
    tell(incident, "incident.opened", OPENED,
         json_pack("{s:s, s:s, s:s}", "id", "INC-0001", "title", "Slow", "severity", "low"));
    g_autoptr(json) values = field_values(incident, NULL, OPENED + 30 * SPAN_SECOND);
    static const char *const absent[] = {
        "service", "environment", "commander", "began", "closed", "playbook"
    };
    for (gsize i = 0; i < G_N_ELEMENTS(absent); i++)
        if (json_object_get(values, absent[i]) != NULL)
            fail_msg("%s is filled in", absent[i]);
    assert_text(values, "duration", "less than a minute");
    assert_false(json_flag(values, "drill", true));
}

/* Every row that says "records" is filled in by them, and nothing is filled in that has no row. */
static void table__and_what_is_filled__are_the_same_names(void **state)
{
    (void)state;
    g_autoptr(incident) incident = incident_rich();
    tell(incident, "incident.closed", OPENED + 9 * MINUTE,
         json_pack("{s:s, s:s}", "outcome", "false alarm", "reason", "nothing was wrong"));
    g_autoptr(run) run = run_prepared();
    g_autoptr(json) values = field_values(incident, run, OPENED + 75 * MINUTE);
    assert_text(values, "duration", "11 minutes");
    gsize count = 0;
    const field_row *rows = fields_all(&count);
    for (gsize i = 0; i < count; i++) {
        const json *place =
            rows[i].within == NULL ? values : json_array_get(json_object_get(values, rows[i].within), 0);
        bool filled = json_object_get(place, rows[i].name) != NULL;
        if (filled != (rows[i].by == FILLED_BY_RECORDS))
            fail_msg("%s: %s", rows[i].name, filled ? "is filled in by records" : "is not filled in");
        assert_true(strlen(rows[i].about) > 0);
    }
    const char *key = NULL;
    json *value = NULL;
    json_object_foreach(values, key, value)
    {
        if (field_find(key) == NULL)
            fail_msg("%s is filled in and has no row", key);
    }
}

static char *templates_folder(void)
{
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    for (g_autofree char *folder = g_path_get_dirname(program); strlen(folder) > 1;) {
        char *path = g_build_filename(folder, "templates", NULL);
        if (g_file_test(path, G_FILE_TEST_IS_DIR))
            return path;
        g_free(path);
        char *above = g_path_get_dirname(folder);
        g_free(folder);
        folder = above;
    }
    fail_msg("no templates/ above this program");
    return NULL;
}

static void shipped__each_says_for_whom__and_asks_for_known_fields(void **state)
{
    (void)state;
    g_autofree char *folder = templates_folder();
    g_autoptr(GDir) files = g_dir_open(folder, 0, NULL);
    guint count = 0;
    for (const char *name; (name = g_dir_read_name(files)) != NULL;) {
        if (!g_str_has_suffix(name, ".mustache"))
            continue;
        count++;
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_autofree char *text = NULL;
        gsize length = 0;
        g_autoptr(GError) error = NULL;
        assert_true(g_file_get_contents(path, &text, &length, &error));
        g_autoptr(template) read = template_read(name, text, length, &error);
        if (read == NULL)
            fail_msg("%s", error->message);
        if (read->audience[0] == '\0' || read->channel[0] == '\0' || read->at_most == 0)
            fail_msg("%s does not say for whom, where, how long", name);
        g_auto(GStrv) asked = mustache_fields(read->body);
        for (char **each = asked; *each != NULL; each++)
            if (field_find(*each) == NULL)
                fail_msg("%s asks for '%s', which is no field", name, *each);
    }
    assert_true(count >= 16);
}

static void head__what_is_wrong_in_it__is_told(void **state)
{
    (void)state;
    static const struct {
        const char *text, *error;
    } rows[] = {
        { "{{! audience: us; at most: many }}",
          "t:1:1: 'many' is not a length; write at most: 280 characters" },
        { "{{! audience: us; at most: 0 }}", "t:1:1: '0' is not a length; write at most: 280 characters" },
        { "{{! at most: 280 words }}", "t:1:1: '280 words' is not a length; write at most: 280 characters" },
        { "{{! writes: morse }}", "t:1:1: a template does not write 'morse'; " },
        { "{{! audience: us; chanel: mail }}",
          "t:1:1: a template's first line does not say 'chanel'; did you mean 'channel'?" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(template) read = template_read("t", rows[i].text, strlen(rows[i].text), &error);
        assert_null(read);
        if (!g_str_has_prefix(error->message, rows[i].error))
            fail_msg("%s: %s", rows[i].text, error->message);
    }
}

static void head__what_it_says__is_taken(void **state)
{
    (void)state;
    static const struct {
        const char *text, *audience, *channel;
        guint at_most;
        mustache_escape escape;
    } rows[] = {
        { "no head", "", "", 0, ESCAPE_HTML },
        { "{{! just a remark; with: a colon }}", "", "", 0, ESCAPE_HTML },
        { "{{! audience: us }}", "us", "", 0, ESCAPE_HTML },
        { "{{!writes:text;at most:7;channel:a: b;audience:us}}\n", "us", "a: b", 7, ESCAPE_NONE },
        { "{{! at most: 10 characters; writes: json }}", "", "", 10, ESCAPE_JSON },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(template) read = template_read("t", rows[i].text, strlen(rows[i].text), &error);
        assert_non_null(read);
        assert_string_equal(read->audience, rows[i].audience);
        assert_string_equal(read->channel, rows[i].channel);
        assert_int_equal(read->at_most, rows[i].at_most);
        assert_int_equal(read->escape, rows[i].escape);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values__of_an_open_incident__are_those_of_its_records),
        cmocka_unit_test(values__of_little__leave_out_what_is_not_known),
        cmocka_unit_test(table__and_what_is_filled__are_the_same_names),
        cmocka_unit_test(shipped__each_says_for_whom__and_asks_for_known_fields),
        cmocka_unit_test(head__what_is_wrong_in_it__is_told),
        cmocka_unit_test(head__what_it_says__is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
