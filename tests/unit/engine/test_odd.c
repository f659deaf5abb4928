/* Odd words on the socket, odd numbers from a source, odd journals: refused or survived, and never a standstill. */
#include "world/pretend.h"

#include "world/store.h"

#include <float.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static pretend *running_world(void)
{
    pretend *world = pretend_new();
    pretend_book(world, "/o.md",
                 "# Odd\n\n## A\n\n### Do\n\n```sh\nact\n```\n\n### Next\n\n```sh\nnext\n```\n");
    assert_true(pretend_ask(world, NULL, "start", "title=slow", NULL));
    assert_true(pretend_ask(world, NULL, "run", "book=/o.md", "confirm=odd", NULL));
    return world;
}

/* ---- questions ---- */

static bool ask_as(pretend *world, const char *me, const char *means, const char *account)
{
    g_autoptr(json) question =
        json_pack("{s:s, s:s, s:s, s:s}", "id", pretend_id(), "me", me, "means", means, "verb", "abort");
    g_autoptr(json) answer = engine_answer(world->engine, question, account);
    return json_flag(answer, "done", false);
}

/* A stop that can never be written would be owed for ever, and nothing else would be done. */
static void name__that_fits_into_no_record__is_refused_before_anything_is_done(void **state)
{
    (void)state;
    g_autofree char *fits = g_strnfill(STORE_TEXT_LARGEST, 'x');
    g_autofree char *long_one = g_strnfill(STORE_TEXT_LARGEST + 1, 'x');
    const struct {
        const char *name, *me, *means, *account;
        bool done;
    } rows[] = {
        { "a long name", long_one, "cli", "ada@here", false },
        { "a long means", "ada", long_one, "ada@here", false },
        { "as long as may be", fits, fits, "ada@here", true },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(pretend) world = running_world();
        if (ask_as(world, rows[i].me, rows[i].means, rows[i].account) != rows[i].done)
            fail_msg("%s", rows[i].name);
        assert_int_equal(pretend_running(world)->cut, rows[i].done);
    }
}

static void question__of_odd_shape__is_answered(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "{\"id\": %s}",
        "{\"id\": %s, \"verb\": 7, \"args\": [], \"env\": \"x\", \"me\": {}, \"means\": null}",
        "{\"id\": %s, \"verb\": \"run\", \"args\": \"x\"}",
        "{\"id\": %s, \"verb\": \"run\", \"args\": {\"book\": \"/o.md\", \"set\": [1]}, \"env\": [2]}",
        "{\"id\": %s, \"verb\": \"note\", \"args\": {\"text\": {\"a\": 1}}}",
        "{\"id\": %s, \"verb\": \"start\", \"args\": {\"title\": \"\\u202e\\u0001\", \"severity\": []}}",
        "{\"id\": %s, \"verb\": \"incident take\", \"args\": {\"seat\": \"scribe\"}}",
        "{\"id\": %s, \"verb\": \"incident assign\"}",
        "{\"id\": %s, \"verb\": \"incident severity\", \"args\": {}}",
        "{\"id\": %s, \"verb\": \"incident close\", \"args\": {\"as\": 3}}",
        "{\"id\": %s, \"verb\": \"incident reopen\", \"args\": {\"id\": {}}}",
        "{\"id\": %s, \"verb\": \"impact\", \"args\": {\"time\": 9223372036854775807}}",
        "{\"id\": %s, \"verb\": \"impact\", \"args\": {\"time\": \"9999-99-99T99:99:99Z\"}}",
        "{\"id\": %s, \"verb\": \"skip\", \"args\": {\"step\": \"99999999999999999999\", \"reason\": "
        "\"0123456789\"}}",
        "{\"id\": %s, \"verb\": \"skip\", \"args\": {\"step\": \"-1\", \"reason\": \"0123456789\"}}",
        "{\"id\": %s, \"verb\": \"undo\", \"args\": {\"step\": \"0\"}}",
        "{\"id\": %s, \"verb\": \"step mark\", \"args\": {\"as\": \"ok\"}}",
        "{\"id\": %s, \"verb\": \"step adopt\", \"args\": {\"step\": [1]}}",
        "{\"id\": %s, \"verb\": \"gate pass\", \"args\": {\"gate\": \"\"}}",
        "{\"id\": %s, \"verb\": \"trigger event\", \"args\": {\"name\": \"../x\"}}",
        "{\"id\": %s, \"verb\": \"run\", \"args\": {\"book\": \"/o.md\", \"incident\": "
        "\"../../etc/passwd\"}}",
    };
    g_autoptr(pretend) world = running_world();
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *id = g_strdup_printf("\"%s\"", pretend_id());
        g_auto(GStrv) parts = g_strsplit(rows[i], "%s", 2);
        g_autofree char *text = g_strjoinv(id, parts);
        g_autoptr(json) question = json_read(text, strlen(text), NULL);
        assert_non_null(question);
        g_autoptr(json) answer = engine_answer(world->engine, question, "ada@here");
        if (!json_is_boolean(json_object_get(answer, "done")))
            fail_msg("%s", rows[i]);
    }
    assert_string_equal(pretend_running(world)->script, "act\n");
    assert_null(engine_trouble(world->engine));
}

/* ---- a trigger ---- */

static trigger *trigger_made(void)
{
    static const char text[] = "- {name: t, when: \"m > 1\", severity: high, why: x}\n";
    static const char *const metrics[] = { "m", NULL };
    g_autoptr(complaints) wrong = complaints_new();
    g_autoptr(tree) tree = tree_parse("t.yaml", text, strlen(text), wrong);
    trigger *made = trigger_read(node_item(tree_root(tree), 0), metrics, wrong);
    assert_int_equal(complaints_count(wrong), 0);
    return made;
}

static void trigger__that_fires_while_the_journal_is_full__is_told_under_its_incident(void **state)
{
    (void)state;
    g_autoptr(pretend) world = running_world();
    g_autoptr(trigger) trigger = trigger_made();
    double value = 2, limit = 1;
    world->full = g_strdup("journal full");
    engine_trigger(world->engine, trigger, WATCH_QUIET, WATCH_FIRING, "m > 1", &value, &limit, "", NULL);
    assert_int_equal(world->notices, 1);
    assert_string_equal(world->noticed, "INC-0001");
    engine_trigger(world->engine, trigger, WATCH_CLEARING, WATCH_FIRING, "m > 1", &value, &limit, "", NULL);
    assert_int_equal(world->notices, 1); /* it has not been away */
}

/* The largest number there is has no neighbour above it to be rounded to. */
static void trigger__of_the_largest_number__is_written_and_read_back(void **state)
{
    (void)state;
    g_autoptr(pretend) world = running_world();
    g_autoptr(trigger) trigger = trigger_made();
    double value = DBL_MAX, limit = -DBL_MAX;
    engine_trigger(world->engine, trigger, WATCH_QUIET, WATCH_FIRING, "m > 1", &value, &limit, "", NULL);
    const json *body = record_body(pretend_last(world, "trigger.changed"));
    assert_true(json_decimal(body, "value", 0) > 1.79e308);
    assert_true(json_decimal(body, "limit", 0) < -1.79e308);
}

/* ---- a journal that a newer program wrote ---- */

static void stream__with_unknown_records__is_left_alone__and_holds_up_no_other(void **state)
{
    (void)state;
    g_autoptr(pretend) world = running_world();
    g_autoptr(record) strange = record_copy(pretend_last(world, "run.started"));
    g_free(strange->kind);
    strange->kind = g_strdup("run.dreamt");
    record_seal(strange, strange->hash);
    g_ptr_array_add(world->journal, g_steal_pointer(&strange));
    pretend_running(world)->outcome = KEEP_EXITED;
    pretend_running(world)->state = KEEP_ENDED;
    pretend_engine_again(world);
    pretend_pass(world, SPAN_MINUTE);
    assert_int_equal(pretend_count(world, "step.ended"), 0);
    assert_int_equal(world->started->len, 1);
    g_autoptr(trigger) trigger = trigger_made();
    engine_trigger(world->engine, trigger, WATCH_QUIET, WATCH_FIRING, "m > 1", NULL, NULL, "", NULL);
    assert_int_equal(pretend_count(world, "trigger.changed"), 1); /* in the house's stream alone */
}

/* ---- a journal that is damaged ---- */

static void stream__that_is_damaged__is_refused_each_time(void **state)
{
    (void)state;
    g_autoptr(pretend) world = pretend_new();
    assert_true(pretend_ask(world, NULL, "start", "title=slow", NULL));
    assert_true(pretend_ask(world, NULL, "incident close", "as=false alarm", NULL));
    pretend_engine_again(world); /* what is closed is not read before somebody asks for it */
    world->damaged = "INC-0001";
    guint records = world->journal->len;
    for (int i = 0; i < 2; i++) {
        g_autofree char *why = NULL;
        assert_false(pretend_ask(world, &why, "note", "text=hello", "incident=INC-0001", NULL));
        assert_non_null(strstr(why, "does not match its hash"));
        assert_false(pretend_ask(world, NULL, "incident reopen", "id=INC-0001", NULL));
    }
    assert_int_equal(world->journal->len, records);
}

/* ---- words in titles ---- */

static void refusal__has_its_way_on__whatever_the_title(void **state)
{
    (void)state;
    g_autoptr(pretend) world = running_world();
    pretend_book(world, "/p.md", "# Drain; switch\n\n## A\n\n### Do\n\n```sh\nact\n```\n");
    assert_true(pretend_ask(world, NULL, "abort", NULL));
    pretend_end(world, 0, "");
    assert_true(pretend_ask(world, NULL, "abort", NULL));
    assert_true(pretend_ask(world, NULL, "run", "book=/p.md", "confirm=drain-switch", NULL));
    g_autoptr(json) question = json_pack("{s:s, s:s, s:s, s:{s:s}}", "id", pretend_id(), "verb", "run", "me",
                                         "ada", "args", "book", "/o.md");
    g_autoptr(json) answer = engine_answer(world->engine, question, "ada@here");
    assert_string_equal(json_text(answer, "why", ""), "R2 of 'Drain; switch' is not done");
    assert_true(g_str_has_prefix(json_text(answer, "way", ""), "'warroom run' goes on"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(name__that_fits_into_no_record__is_refused_before_anything_is_done),
        cmocka_unit_test(question__of_odd_shape__is_answered),
        cmocka_unit_test(trigger__that_fires_while_the_journal_is_full__is_told_under_its_incident),
        cmocka_unit_test(trigger__of_the_largest_number__is_written_and_read_back),
        cmocka_unit_test(stream__with_unknown_records__is_left_alone__and_holds_up_no_other),
        cmocka_unit_test(stream__that_is_damaged__is_refused_each_time),
        cmocka_unit_test(refusal__has_its_way_on__whatever_the_title),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
