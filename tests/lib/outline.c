#include "lib/outline.h"

static void put_script(GString *out, const char *word, const script *script, span timeout)
{
    if (script == NULL)
        return;
    g_autofree char *limit = span_text(timeout);
    g_auto(GStrv) lines = g_strsplit(script->text, "\n", -1);
    g_string_append_printf(out, "    %s %u %s, %s: %s\n", word, script->line, script->language, limit,
                           lines[0]);
    for (guint i = 1; lines[0] != NULL && lines[i] != NULL; i++)
        if (*lines[i] != '\0' || lines[i + 1] != NULL)
            g_string_append_printf(out, "    . %s\n", lines[i]);
}

static void put_gates(GString *out, const char *indent, const GPtrArray *gates, int side)
{
    for (guint i = 0; i < gates->len; i++) {
        const gate *gate = g_ptr_array_index(gates, i);
        if (side >= 0 && (int)gate->side != side)
            continue;
        g_string_append_printf(out, "%s%s %u [%s]: %s", indent, gate->side == GATE_AFTER ? "after" : "gate",
                               gate->line, gate->name, gate->title);
        if (*gate->owner != '\0')
            g_string_append_printf(out, " (%s)", gate->owner);
        if (gate->condition != NULL)
            g_string_append_printf(out, " if %s", gate->condition);
        g_string_append_c(out, '\n');
        put_script(out, "check", gate->check, gate->timeout);
    }
}

static void put_words(GString *out, const char *indent, const char *word, const char *words)
{
    if (words == NULL)
        return;
    g_auto(GStrv) lines = g_strsplit(words, "\n", -1);
    for (guint i = 0; lines[i] != NULL; i++)
        g_string_append_printf(out, "%s%s: %s\n", indent, i == 0 ? word : " ..", lines[i]);
}

/* The first line of some prose, and how many there are. */
static void put_prose(GString *out, const char *indent, const char *prose)
{
    g_auto(GStrv) lines = g_strsplit(prose, "\n", -1);
    if (lines[0] != NULL)
        g_string_append_printf(out, "%ssays %u: %s\n", indent, g_strv_length(lines), lines[0]);
}

static void put_step(GString *out, const step *step)
{
    static const char *const failing[] = { "halt", "undo", "continue" };
    g_string_append_printf(out, "  step %u [%s]: %s\n", step->line, step->name, step->title);
    put_prose(out, "    ", step->explanation);
    put_gates(out, "    ", step->gates, GATE_BEFORE);
    put_script(out, "identity", step->identity, step->identity_timeout);
    put_words(out, "    ", "expects", step->expects);
    put_script(out, "run", step->command, step->timeout);
    put_script(out, "verify", step->verify, step->verify_timeout);
    if (step->verify_condition != NULL) {
        g_autofree char *limit = span_text(step->verify_timeout);
        g_string_append_printf(out, "    verify if %s, %s\n", step->verify_condition, limit);
    }
    put_script(out, "undo", step->undo, step->undo_timeout);
    put_gates(out, "    ", step->gates, GATE_AFTER);
    if (step->retries > 0 || step->failing != ON_FAILURE_HALT || step->uncut || step->expected > 0) {
        g_autofree char *expected = span_text(step->expected);
        g_string_append_printf(out, "    retries %u, on failure %s, expected %s%s\n", step->retries,
                               failing[step->failing], expected, step->uncut ? ", uncut" : "");
    }
    put_words(out, "    ", "risk", step->risk);
    put_words(out, "    ", "data", step->data);
    put_words(out, "    ", "trouble", step->trouble);
    put_words(out, "    ", "irreversible", step->irreversible);
}

static void put_span(GString *out, const char *word, span length)
{
    g_autofree char *text = span_text(length);
    if (length > 0)
        g_string_append_printf(out, "%s: %s\n", word, text);
}

static void put_head(GString *out, const playbook *book)
{
    g_string_append_printf(out, "title: %s\n", book->title);
    if (*book->type != '\0')
        g_string_append_printf(out, "type: %s\n", book->type);
    put_span(out, "switch", book->switch_time);
    put_span(out, "full", book->full_time);
    put_span(out, "drill", book->drill_every);
    put_words(out, "", "code", book->back_code);
    put_words(out, "", "configuration", book->back_configuration);
    put_words(out, "", "schema", book->back_schema);
    put_words(out, "", "flags", book->back_flags);
    put_words(out, "", "caches", book->back_caches);
    for (guint i = 0; i < book->parameters->len; i++) {
        const parameter *one = g_ptr_array_index(book->parameters, i);
        g_string_append_printf(out, "parameter %u %s%s: %s (%s)\n", one->line, one->name,
                               one->secret ? ", secret" : "", one->value != NULL ? one->value : "to be given",
                               one->about);
    }
    for (guint i = 0; i < book->aborts->len; i++)
        g_string_append_printf(out, "abort: %s\n", (char *)g_ptr_array_index(book->aborts, i));
    put_prose(out, "", book->explanation);
    put_words(out, "", "risk", book->risk);
    put_words(out, "", "data", book->data);
    put_words(out, "", "trouble", book->trouble);
    put_gates(out, "", book->gates, -1);
}

char *outline_text(const playbook *book, const complaints *complaints)
{
    g_autoptr(GString) out = g_string_new(NULL);
    if (book == NULL)
        g_string_append(out, "unreadable\n");
    else
        put_head(out, book);
    for (guint i = 0, next = 0; book != NULL && i < book->phases->len; i++) {
        const phase *phase = g_ptr_array_index(book->phases, i);
        g_string_append_printf(out, "phase %u: %s\n", phase->line, phase->title);
        put_prose(out, "  ", phase->explanation);
        put_words(out, "  ", "risk", phase->risk);
        put_words(out, "  ", "data", phase->data);
        put_words(out, "  ", "trouble", phase->trouble);
        put_gates(out, "  ", phase->gates, -1);
        for (; next < book->steps->len; next++) {
            const step *step = g_ptr_array_index(book->steps, next);
            if (step->phase != i)
                break;
            put_step(out, step);
        }
    }
    for (guint i = 0; i < complaints_count(complaints); i++) {
        const complaint *one = complaints_get(complaints, i);
        g_string_append_printf(out, "complaint %u:%u: %s; %s\n", one->line, one->column, one->wrong,
                               one->right);
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}
