/* Recorded journals: each reads back, verifies, and folds to the same board for ever.
 *
 * A journal under tests/journals is never changed: it is what a warroom of its day wrote. What it folds to stands in
 * tests/golden/journals, in words of this test's own, so that no change of a screen touches it (GOLDEN=write). */
#include "board/board.h"
#include "journal/audit.h"
#include "journal/kind.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static char *place(const char *folder, const char *name, const char *ending)
{
    const char *top = g_getenv("WARROOM_TOP");
    g_autofree char *file = g_strconcat(name, ending, NULL);
    return g_build_filename(top != NULL ? top : ".", "tests", folder, file, NULL);
}

static GPtrArray *recorded(const char *name)
{
    GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)record_free);
    g_autofree char *path = place("journals", name, ".jsonl");
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        fail_msg("%s cannot be read", path);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (gsize i = 0; lines[i][0] != '\0'; i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(json) object = json_read(lines[i], strlen(lines[i]), &error);
        record *each = object != NULL ? record_from_json(object, &error) : NULL;
        if (each == NULL)
            fail_msg("%s:%zu: %s", path, i + 1, error->message);
        g_ptr_array_add(list, each);
    }
    return list;
}

static void word(GString *into, const char *name, const char *value)
{
    if (value != NULL && value[0] != '\0')
        g_string_append_printf(into, "  %s: %s\n", name, value);
}

static void when(GString *into, const char *name, moment at)
{
    g_autofree char *text = at != MOMENT_NONE ? moment_text(at) : NULL;
    word(into, name, text);
}

static void tell_run(GString *into, const run *self)
{
    g_string_append_printf(into, "  run %s: %s, %s\n", self->id, self->title, run_state_names[self->state]);
    word(into, "  why", self->why);
    word(into, "  outcome", self->outcome);
    for (guint i = 0; i < self->plan->book->steps->len; i++) {
        const step *each = self->plan->book->steps->pdata[i];
        g_string_append_printf(into, "    step %u %s: %s, %u tries\n", i + 1, each->name,
                               step_state_names[self->steps[i].state], self->steps[i].tries);
        word(into, "    reason", self->steps[i].reason);
        for (guint n = 0; n < each->gates->len; n++) {
            const gate *one = each->gates->pdata[n];
            const gate_run *passed = g_hash_table_lookup(self->gates, one->name);
            g_string_append_printf(into, "      gate %s: %s\n", one->name,
                                   gate_state_names[passed != NULL ? passed->state : GATE_OPEN]);
        }
    }
}

static void tell_room(GString *into, const room *self)
{
    const incident *of = self->incident;
    g_string_append_printf(into, "%s: %s, %s, %s\n", of->id, of->title, severity_names[of->severity],
                           incident_state_names[of->state]);
    word(into, "service", of->service);
    word(into, "environment", of->environment);
    word(into, "commander", incident_commander(of));
    word(into, "operations", g_hash_table_lookup(of->seats, "operations"));
    word(into, "outcome", of->outcome);
    word(into, "trouble", self->trouble);
    when(into, "opened", of->opened);
    when(into, "began", of->began);
    when(into, "closed", of->closed);
    g_string_append_printf(into, "  records: %" G_GINT64_FORMAT ", unknown: %u, head %.8s\n", of->number,
                           of->unknown, of->head);
    for (guint i = 0; i < of->notes->len; i++) {
        const note *each = of->notes->pdata[i];
        g_autofree char *text = g_strescape(each->text, NULL);
        g_string_append_printf(into, "  note %" G_GINT64_FORMAT " by %s: %s\n", each->number, each->by, text);
    }
    for (guint i = 0; i < self->runs->len; i++)
        tell_run(into, self->runs->pdata[i]);
}

static char *board_words(const board *self)
{
    GString *words = g_string_new("");
    for (guint i = 0; i < self->streams->len; i++) {
        const listed *each = self->streams->pdata[i];
        const room *there = board_room(self, each->stream);
        if (there != NULL)
            tell_room(words, there);
    }
    g_autoptr(GList) names = g_list_sort(g_hash_table_get_keys(self->triggers), (GCompareFunc)strcmp);
    for (GList *at = names; at != NULL; at = at->next)
        g_string_append_printf(words, "trigger %s: %s\n", (char *)at->data,
                               json_text(g_hash_table_lookup(self->triggers, at->data), "to", "?"));
    g_string_append_printf(words, "unknown: %u\n", self->unknown);
    return g_string_free(words, FALSE);
}

static void compare(const char *name, const char *words)
{
    g_autofree char *path = place("golden/journals", name, ".txt");
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *golden = NULL;
    if (g_strcmp0(g_getenv("GOLDEN"), "write") == 0) {
        g_mkdir_with_parents(folder, 0755);
        assert_true(g_file_set_contents(path, words, -1, NULL));
    }
    if (!g_file_get_contents(path, &golden, NULL, NULL))
        fail_msg("%s cannot be read", path);
    assert_string_equal(words, golden);
}

static const struct {
    const char *name;
    gint64 unknown;
} journals[] = {
    { "walk", 0 },  /* CONSOLE.md 12, as far as the house goes */
    { "crash", 0 }, /* a step fails, another is cut by a reboot; foreign characters */
    { "newer", 3 }, /* with kinds of a program to come */
};

static void journal__reads_back__and_verifies(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(journals); i++) {
        g_autoptr(GPtrArray) list = recorded(journals[i].name);
        g_autoptr(audit) judge = audit_new(true);
        gint64 unknown = 0;
        for (guint n = 0; n < list->len; n++) {
            g_autoptr(GError) error = NULL;
            const record *each = list->pdata[n];
            if (!audit_follow(judge, each))
                fail_msg("%s: record %u is not intact", journals[i].name, n + 1);
            if (kind_knows(each) && !kind_fits(each, &error))
                fail_msg("%s: record %u: %s", journals[i].name, n + 1, error->message);
            unknown += kind_knows(each) ? 0 : 1;
        }
        audit_end(judge);
        assert_true(audit_is_intact(judge));
        assert_int_equal(unknown, journals[i].unknown);
    }
}

static void journal__folds__to_the_same_board_for_ever(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(journals); i++) {
        g_autoptr(GPtrArray) list = recorded(journals[i].name);
        g_autoptr(board) self = board_new();
        for (guint n = 0; n < list->len; n++)
            board_fold(self, list->pdata[n]);
        g_autofree char *words = board_words(self);
        compare(journals[i].name, words);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(journal__reads_back__and_verifies),
        cmocka_unit_test(journal__folds__to_the_same_board_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
