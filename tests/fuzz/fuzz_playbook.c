/* Any bytes as a playbook.
 *
 * Held to: what is read stands on lines of the text, in the order of the text where it is a step; each line of a
 * command stands in the text (behind a prompt it may begin later); names are unique; reading twice gives
 * the same; the plan comes back from its document with its digest; complaints stand on lines of the text; the preview is text. */
#include "base/id.h"
#include "fuzz/hold.h"
#include "plan/plan.h"

#include <string.h>

/* Lines as cmark counts them: "\n", "\r\n" and "\r" each end one. */
static guint count_lines(const char *text, size_t length)
{
    guint lines = 1;
    for (size_t i = 0; i < length; i++)
        lines += text[i] == '\n' || (text[i] == '\r' && (i + 1 == length || text[i + 1] != '\n'));
    return lines;
}

/* The text without the indentation that lists, quotes and tabs may have taken from its lines. */
static void script_is_inside(const script *script, const char *text, guint lines)
{
    if (script == NULL)
        return;
    hold(script->line >= 1 && script->line <= lines);
    hold(script->text[strspn(script->text, " \t\n")] != '\0');
    g_auto(GStrv) each = g_strsplit(script->text, "\n", -1);
    for (guint i = 0; each[i] != NULL; i++)
        hold(strstr(text, g_strstrip(each[i])) != NULL);
}

static void gates_are_inside(const GPtrArray *gates, GHashTable *names, const char *text, guint lines)
{
    for (guint i = 0; i < gates->len; i++) {
        const gate *gate = g_ptr_array_index(gates, i);
        hold(gate->line >= 1 && gate->line <= lines);
        hold(*gate->title != '\0' && gate->owner != NULL);
        hold(id_is_name(gate->name) && g_hash_table_add(names, gate->name));
        hold(gate->timeout > 0);
        script_is_inside(gate->check, text, lines);
    }
}

static void book_is_inside(const playbook *book, const char *text, guint lines)
{
    g_autoptr(GHashTable) gates = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GHashTable) steps = g_hash_table_new(g_str_hash, g_str_equal);
    gates_are_inside(book->gates, gates, text, lines);
    for (guint i = 0; i < book->phases->len; i++) {
        const phase *phase = g_ptr_array_index(book->phases, i);
        hold(phase->line >= 1 && phase->line <= lines);
        gates_are_inside(phase->gates, gates, text, lines);
    }
    guint last = 0;
    for (guint i = 0; i < book->steps->len; i++) {
        const step *step = g_ptr_array_index(book->steps, i);
        hold(step->phase < book->phases->len && step->line <= lines);
        hold(id_is_name(step->name) && g_hash_table_add(steps, step->name));
        hold(strspn(step->name, "0123456789") < strlen(step->name));
        hold(step->timeout > 0 && step->retries <= RETRIES_MOST);
        gates_are_inside(step->gates, gates, text, lines);
        script_is_inside(step->verify, text, lines);
        script_is_inside(step->undo, text, lines);
        script_is_inside(step->identity, text, lines);
        script_is_inside(step->command, text, lines);
        if (step->command != NULL) {
            hold(step->command->line > last);
            last = step->command->line;
        }
    }
}

static void plan_comes_back(plan *self)
{
    g_autoptr(json) document = plan_json(self);
    g_autofree char *line = json_line(document);
    g_autoptr(json) read = json_read(line, strlen(line), NULL);
    g_autoptr(plan) back = plan_from_json(read, NULL);
    hold(back != NULL && strcmp(back->digest, self->digest) == 0);
    g_autofree char *preview = plan_preview(back);
    hold(g_utf8_validate(preview, -1, NULL));
    for (guint i = 0; i < self->book->steps->len; i++) {
        g_ptr_array_unref(plan_gates_before(self, i));
        g_ptr_array_unref(plan_gates_after(self, i));
    }
    plan_free(self);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    g_autofree char *text = g_strndup((const char *)bytes, size);
    guint lines = count_lines(text, size);
    g_autoptr(complaints) wrong = complaints_new();
    playbook *book = playbook_read("fuzz.md", text, size, wrong);
    for (guint i = 0; i < complaints_count(wrong); i++) {
        const complaint *one = complaints_get(wrong, i);
        hold(one->line >= 1 && one->line <= lines && one->column >= 1);
    }
    if (book == NULL) {
        hold(complaints_count(wrong) > 0);
        return 0;
    }
    book_is_inside(book, text, lines);
    g_autoptr(GHashTable) given = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < book->parameters->len; i++)
        g_hash_table_insert(given, ((parameter *)g_ptr_array_index(book->parameters, i))->name, "env:X");
    plan *made = plan_make(book, "target", given, NULL);
    hold(made != NULL);
    g_autoptr(complaints) again = complaints_new();
    g_autoptr(plan) second = plan_make(playbook_read("fuzz.md", text, size, again), "target", given, NULL);
    hold(strcmp(second->digest, made->digest) == 0 && complaints_count(again) == complaints_count(wrong));
    plan_comes_back(made);
    return 0;
}
