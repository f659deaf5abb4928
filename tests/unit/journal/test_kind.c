#include "journal/kind.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static record *with_body(const char *kind_name, const char *body)
{
    record *self = record_new(kind_name);
    g_free(self->body);
    self->body = g_strdup(body);
    return self;
}

/* A value of the type, the first of several. */
static json *value_of(const char *type)
{
    if (g_str_has_prefix(type, "text"))
        return json_string("words");
    if (g_str_has_prefix(type, "whole"))
        return json_integer(7);
    if (g_str_has_prefix(type, "decimal"))
        return json_real(0.5);
    if (g_str_has_prefix(type, "flag"))
        return json_true();
    if (g_str_has_prefix(type, "object"))
        return json_pack("{s:s}", "a", "b");
    if (g_str_has_prefix(type, "list"))
        return json_pack("[s]", "a");
    fail_msg("a shape names the type '%s', which there is not", type);
    return NULL;
}

/* Bodies with every field, and with the needed ones only. */
static json *body_of(const kind *row, bool whole)
{
    json *body = json_object();
    g_auto(GStrv) fields = g_strsplit(row->shape, " ", -1);
    for (gsize i = 0; fields[i] != NULL; i++) {
        bool needed = fields[i][0] != '?';
        g_auto(GStrv) part = g_strsplit(fields[i] + (needed ? 0 : 1), ":", 2);
        if (fields[i][0] == '\0')
            continue;
        if (needed || whole)
            json_put(body, part[0], value_of(part[1]));
    }
    return body;
}

static void kinds__each_have__a_good_row(void **state)
{
    (void)state;
    static const char *const words[] = { "house",  "trigger", "decision", "impact",   "note", "ask",
                                         "answer", "step",    "gate",     "evidence", NULL };
    gsize count = 0;
    const kind *rows = kinds_all(&count);
    assert_true(count >= 44);
    for (gsize i = 0; i < count; i++) {
        assert_ptr_equal(kind_find(rows[i].name), &rows[i]); /* no name stands twice */
        if (!g_strv_contains(words, rows[i].word))
            fail_msg("%s has the unknown word '%s'", rows[i].name, rows[i].word);
        assert_true(rows[i].version >= 1);
        assert_true(rows[i].telling[0] != '\0');
    }
}

static void kinds__fit_their_shape__and_tell_all_of_it(void **state)
{
    (void)state;
    gsize count = 0;
    const kind *rows = kinds_all(&count);
    for (gsize i = 0; i < count; i++)
        for (int whole = 0; whole < 2; whole++) {
            g_autoptr(record) self = record_new(rows[i].name);
            g_autoptr(GError) error = NULL;
            self->version = rows[i].version;
            record_set_body(self, body_of(&rows[i], whole));
            if (!kind_fits(self, &error))
                fail_msg("%s: %s", rows[i].name, error->message);
            g_autofree char *told = kind_tell(self);
            if (strpbrk(told, "{}[]") != NULL || strstr(told, "null") != NULL || strstr(told, "  ") != NULL)
                fail_msg("%s tells '%s'", rows[i].name, told);
        }
}

/* Taking away, renaming or mistyping any needed field of any kind is seen. */
static void kinds__do_not_fit__with_any_field_wrong(void **state)
{
    (void)state;
    gsize count = 0;
    const kind *rows = kinds_all(&count);
    for (gsize i = 0; i < count; i++) {
        g_autoptr(json) needed = body_of(&rows[i], false);
        const char *key = NULL;
        json *value = NULL;
        json_object_foreach(needed, key, value)
        {
            g_autoptr(record) less = record_new(rows[i].name);
            g_autoptr(record) other = record_new(rows[i].name);
            json *without = json_copy(needed), *wrong = json_copy(needed);
            json_object_del(without, key);
            json_object_set_new(wrong, key, json_null());
            record_set_body(less, without);
            record_set_body(other, wrong);
            if (kind_fits(less, NULL) || kind_fits(other, NULL))
                fail_msg("%s fits without a good '%s'", rows[i].name, key);
        }
        g_autoptr(record) more = record_new(rows[i].name);
        json *wider = json_copy(needed);
        json_put_flag(wider, "surprise", true);
        record_set_body(more, wider);
        assert_false(kind_fits(more, NULL));
    }
}

static void kind__says__what_does_not_fit(void **state)
{
    (void)state;
    static const struct {
        const char *name, *kind, *body, *why;
    } rows[] = {
        { "unknown kind", "step.danced", "{}", "'step.danced' is not a kind of record" },
        { "missing", "note.added", "{}", "note.added: 'text' is missing" },
        { "another type", "note.added", "{\"text\":1}", "note.added: 'text' is not text" },
        { "one of two types", "step.verified", "{\"run\":\"R1\",\"step\":2,\"how\":\"x\",\"value\":true}",
          "step.verified: 'value' is not text|decimal" },
        { "not whole", "impact.set", "{\"began\":1.5}", "impact.set: 'began' is not whole" },
        { "null is not absent", "incident.taken", "{\"name\":\"ada\",\"from\":null}",
          "incident.taken: 'from' is not text" },
        { "a stranger", "note.added", "{\"text\":\"a\",\"txt\":\"b\"}",
          "note.added: 'txt' is not a field of it; its fields are: text:text" },
        { "a field of none", "house.engine_left", "{\"why\":\"\"}",
          "house.engine_left: 'why' is not a field of it; its fields are: " },
        { "no object", "note.added", "[]", "note.added: the body is not an object" },
        { "a prefix of a field", "note.added", "{\"text\":\"a\",\"tex\":\"b\"}",
          "note.added: 'tex' is not a field of it; its fields are: text:text" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(record) self = with_body(rows[i].kind, rows[i].body);
        g_autoptr(GError) error = NULL;
        if (kind_fits(self, &error))
            fail_msg("%s: it fits", rows[i].name);
        assert_string_equal(error->message, rows[i].why);
    }
}

static void kind__takes__decimals_by_name(void **state)
{
    (void)state;
    static const char *const values[] = { "1", "1.5", "\"NaN\"", "\"+Inf\"", "\"-Inf\"", "\"soon\"" };
    for (gsize i = 0; i < G_N_ELEMENTS(values); i++) {
        g_autofree char *body =
            g_strdup_printf("{\"run\":\"R1\",\"step\":2,\"how\":\"x\",\"value\":%s}", values[i]);
        g_autoptr(record) self = with_body("step.verified", body);
        assert_true(kind_fits(self, NULL));
    }
}

static void kind__refuses__a_body_that_is_no_json_and_another_version(void **state)
{
    (void)state;
    g_autoptr(record) broken = with_body("note.added", "{\"text\":");
    g_autoptr(record) doubled = with_body("note.added", "{\"text\":\"a\",\"text\":\"b\"}");
    g_autoptr(record) newer = with_body("note.added", "{\"text\":\"a\"}");
    g_autoptr(record) older = with_body("note.added", "{\"text\":\"a\"}");
    newer->version = 2;
    older->version = 0;
    assert_false(kind_fits(broken, NULL));
    assert_false(kind_fits(doubled, NULL));
    assert_false(kind_fits(newer, NULL));
    assert_false(kind_fits(older, NULL));
    assert_false(kind_knows(newer));
    assert_false(kind_knows(older));
    assert_true(kind_knows(broken));
}

static void kind__tells__as_people_say_it(void **state)
{
    (void)state;
    static const struct {
        const char *kind, *body, *told;
    } rows[] = {
        { "trigger.changed",
          "{\"trigger\":\"p95\",\"from\":\"pending\",\"to\":\"firing\",\"value\":1240.0,\"limit\":820.5,"
          "\"rule\":\"p95 > 200 % of baseline\"}",
          "p95: firing, was pending, value 1240, limit 820.5 (p95 > 200 % of baseline)" },
        { "trigger.changed",
          "{\"trigger\":\"p95\",\"from\":\"quiet\",\"to\":\"unknown\",\"rule\":\"r\",\"why\":\"no data\"}",
          "p95: unknown, was quiet (r): no data" },
        { "house.clock_stepped", "{\"by_us\":-7200000000}", "clock stepped by -2h" },
        { "house.clock_stepped", "{\"by_us\":-9223372036854775808}",
          "clock stepped by -9223372036854775808" },
        { "impact.set", "{\"began\":1795097152345678}", "impact began 2026-11-19 14:05:52Z" },
        { "incident.opened", "{\"id\":\"INC-0042\",\"title\":\"slow\",\"severity\":\"high\"}",
          "opened INC-0042: slow, high" },
        { "incident.opened",
          "{\"id\":\"INC-0042\",\"title\":\"slow\",\"service\":\"checkout\",\"environment\":\"prod\","
          "\"severity\":\"high\",\"commander\":\"ada\",\"drill\":false}",
          "opened INC-0042: slow, checkout prod, high, commander ada" },
        { "incident.closed", "{\"outcome\":\"false alarm\",\"reason\":\"\"}", "closed: false alarm" },
        { "step.ended",
          "{\"run\":\"R1\",\"step\":2,\"title\":\"drain\",\"try\":1,\"what\":\"command\",\"outcome\":"
          "\"exited\",\"code\":0,"
          "\"well\":true,\"elapsed_us\":58000000,\"survivors\":[]}",
          "step 2 'drain' command: exit 0 after 0:58" },
        { "step.ended",
          "{\"run\":\"R1\",\"step\":2,\"try\":1,\"what\":\"undo\",\"outcome\":\"signalled\",\"code\":15,"
          "\"well\":false,"
          "\"reason\":\"abort\",\"elapsed_us\":61000000,\"survivors\":[\"sleep 12\",{\"pid\":3}]}",
          "step 2 undo: aborted after 1:01; still there: sleep 12, {\"pid\":3}" },
        { "step.ended",
          "{\"run\":\"R1\",\"step\":3,\"title\":\"hang\",\"try\":1,\"what\":\"command\",\"outcome\":"
          "\"signalled\",\"code\":15,\"well\":false,\"reason\":\"timeout\",\"elapsed_us\":2012000}",
          "step 3 'hang' command: time-out after 0:02" },
        { "step.ended",
          "{\"run\":\"R1\",\"step\":3,\"try\":1,\"what\":\"check\",\"gate\":\"room\",\"outcome\":"
          "\"not-started\",\"code\":0,\"well\":false,\"said\":\"no such folder\",\"elapsed_us\":0}",
          "step 3 check for gate room: not started: no such folder" },
        { "step.started",
          "{\"run\":\"R1\",\"step\":2,\"title\":\"drain\",\"try\":1,\"what\":\"command\",\"folder\":\"f\","
          "\"digest\":\"d\"}",
          "step 2 'drain' command started" },
        { "step.started",
          "{\"run\":\"R1\",\"step\":2,\"try\":3,\"what\":\"verify\",\"folder\":\"f\",\"digest\":\"d\"}",
          "step 2 verify started, try 3" },
        { "step.handed_on", "{\"run\":\"R1\",\"step\":1,\"values\":{\"host\":\"db-1\",\"port\":\"1\"}}",
          "step 1 hands on host, port" },
        { "step.handed_on",
          "{\"run\":\"R1\",\"step\":1,\"title\":\"look\",\"values\":{},\"refused\":[\"PATH\",\"a b\"]}",
          "step 1 'look'; not handed on: PATH, a b" },
        { "run.started", "{\"run\":\"R1\",\"mode\":\"end\",\"confirmed\":\"checkout\"}",
          "R1: run to the end, 'checkout' typed" },
        { "run.started", "{\"run\":\"R1\",\"mode\":\"phase\"}", "R1: run to the end of the phase" },
        { "gate.passed",
          "{\"run\":\"R1\",\"gate\":\"room\",\"how\":\"auto\",\"value\":9.75,\"wanted\":\"a > 5\"}",
          "gate room passed, auto: 9.75, wanted a > 5" },
        { "house.settings_loaded", "{\"file\":\"\",\"digest\":\"\"}", "configuration loaded" },
        { "note.added", "{\"text\":\"{braces} [stay]\"}", "{braces} [stay]" },
        { "note.added", "[]", "" },
        { "room.dissolved", "{}", "room.dissolved (a newer warroom wrote this)" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(record) self = with_body(rows[i].kind, rows[i].body);
        g_autofree char *told = kind_tell(self);
        assert_string_equal(told, rows[i].told);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds__each_have__a_good_row),
        cmocka_unit_test(kinds__fit_their_shape__and_tell_all_of_it),
        cmocka_unit_test(kinds__do_not_fit__with_any_field_wrong),
        cmocka_unit_test(kind__says__what_does_not_fit),
        cmocka_unit_test(kind__takes__decimals_by_name),
        cmocka_unit_test(kind__refuses__a_body_that_is_no_json_and_another_version),
        cmocka_unit_test(kind__tells__as_people_say_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
