/* preview.c - a plan as a person reads it before anything is run (P6).
 *
 * Everything that will happen is here, in the order in which it will: what is asked, what is run with which
 * values, what is looked at afterwards, what takes it back. Texts are as written; whoever prints them makes
 * hostile ones visible. */
#include "plan/plan.h"

#include "base/text.h"
#include "fields.h"

#include <string.h>

#define DIGEST_SHOWN 12
#define NAME_CELLS 24 /* WARROOM_NAME */

typedef struct preview {
    GString *out;
    const playbook *book;
    GHashTable *values; /* NULL: none is known */
    const char *target;
} preview;

static void line(preview *self, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void line(preview *self, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_string_append_vprintf(self->out, format, args);
    va_end(args);
    while (self->out->len > 0 && self->out->str[self->out->len - 1] == ' ')
        g_string_truncate(self->out, self->out->len - 1);
    g_string_append_c(self->out, '\n');
}

/* A text of several lines, each behind the same sign. */
static void block(preview *self, const char *before, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i] != NULL; i++)
        if (*lines[i] != '\0' || lines[i + 1] != NULL)
            line(self, "%s%s", before, lines[i]);
}

static void labelled(preview *self, const char *indent, const char *label, const char *text)
{
    if (text == NULL)
        return;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i] != NULL; i++)
        line(self, "%s%-9s%s", indent, i == 0 ? label : "", lines[i]);
}

/* ---- values ---- */

static const char *value_of(const preview *self, const parameter *one)
{
    const char *value = self->values != NULL ? g_hash_table_lookup(self->values, one->name) : NULL;
    return value != NULL ? value : one->value;
}

static char *value_words(const preview *self, const parameter *one)
{
    const char *value = value_of(self, one);
    if (value == NULL)
        return g_strdup("not given yet");
    g_autofree char *visible = text_visible(value, -1);
    return one->secret ? g_strdup_printf("secret, from %s", visible) : g_strdup(visible);
}

/* Is WARROOM_NAME used in the script, as a whole word? */
static bool names_variable(const char *script, const char *name)
{
    g_autofree char *variable = g_strconcat("WARROOM_", name, NULL);
    gsize length = strlen(variable);
    for (const char *at = strstr(script, variable); at != NULL; at = strstr(at + length, variable))
        if (!g_ascii_isalnum(at[length]) && at[length] != '_')
            return true;
    return false;
}

static void script_values(preview *self, const char *indent, const char *text)
{
    if (strstr(text, "WARROOM_") == NULL)
        return;
    if (self->target != NULL && *self->target != '\0' && names_variable(text, "TARGET"))
        line(self, "%sWARROOM_TARGET = %s", indent, self->target);
    for (guint i = 0; i < self->book->parameters->len; i++) {
        const parameter *one = g_ptr_array_index(self->book->parameters, i);
        g_autofree char *value = value_words(self, one);
        if (names_variable(text, one->name))
            line(self, "%sWARROOM_%s = %s", indent, one->name, value);
    }
}

static void put_script(preview *self, const script *script)
{
    block(self, "             | ", script->text);
    script_values(self, "             with ", script->text);
}

/* ---- head ---- */

static void add_span(GString *into, const char *word, span length)
{
    if (length <= 0)
        return;
    g_autofree char *text = span_text(length);
    g_string_append_printf(into, " · %s %s", word, text);
}

static void put_head(preview *self, const char *digest)
{
    const playbook *book = self->book;
    g_autoptr(GString) facts = g_string_new(book->file);
    if (*book->type != '\0')
        g_string_append_printf(facts, " · for %s", book->type);
    add_span(facts, "switch", book->switch_time);
    add_span(facts, "in full", book->full_time);
    add_span(facts, "drill every", book->drill_every);
    line(self, "%s", book->title);
    line(self, "%s", facts->str);
    if (digest != NULL)
        line(self, "target %s · plan %.*s", *self->target != '\0' ? self->target : "not named", DIGEST_SHOWN,
             digest);
    if (*book->explanation != '\0') {
        line(self, "%s", "");
        block(self, "  ", book->explanation);
    }
    labelled(self, "  ", "risk", book->risk);
    labelled(self, "  ", "data", book->data);
    labelled(self, "  ", "trouble", book->trouble);
}

static void put_back(preview *self)
{
    const playbook *book = self->book;
    const struct {
        const char *what, *said;
    } rows[] = {
        { "code", book->back_code },     { "configuration", book->back_configuration },
        { "schema", book->back_schema }, { "flags", book->back_flags },
        { "caches", book->back_caches },
    };
    line(self, "\ngoes back, or stays");
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        line(self, "  %-15s%s", rows[i].what, rows[i].said != NULL ? rows[i].said : "not said");
}

static void put_values(preview *self)
{
    const GPtrArray *parameters = self->book->parameters;
    if (parameters->len > 0)
        line(self, "\nvalues, given to every step in its environment");
    for (guint i = 0; i < parameters->len; i++) {
        const parameter *one = g_ptr_array_index(parameters, i);
        g_autofree char *value = value_words(self, one);
        g_autofree char *name = g_strconcat("WARROOM_", one->name, NULL);
        line(self, "  %-*s %s%s%s", NAME_CELLS, name, value, *one->about != '\0' ? "   " : "", one->about);
    }
}

static void put_aborts(preview *self)
{
    if (self->book->aborts->len > 0)
        line(self, "\nhalts by itself when");
    for (guint i = 0; i < self->book->aborts->len; i++)
        line(self, "  %s", (const char *)g_ptr_array_index(self->book->aborts, i));
}

/* ---- gates and steps ---- */

static void put_gate(preview *self, const gate *gate, const char *label)
{
    g_autofree char *limit = span_text(gate->timeout);
    const char *owner = *gate->owner != '\0' ? gate->owner : "anybody";
    line(self, "    %-9s%s [%s], line %u", label, gate->title, gate->name, gate->line);
    if (gate->condition != NULL)
        line(self, "             passes by itself when %s", gate->condition);
    else if (gate->check != NULL)
        line(self, "             passes by itself when this succeeds within %s", limit);
    else
        line(self, "             by hand: %s", owner);
    if (gate->check != NULL)
        put_script(self, gate->check);
}

static void put_gates(preview *self, const GPtrArray *gates, int side, const char *label)
{
    for (guint i = 0; i < gates->len; i++) {
        const gate *one = g_ptr_array_index(gates, i);
        if (side < 0 || (int)one->side == side)
            put_gate(self, one, label);
    }
}

static void put_command(preview *self, const step *step)
{
    static const char *const failing[] = { "halts", "is undone", "goes on" };
    if (step->command == NULL) {
        line(self, "    by hand  a person does it and says so");
        return;
    }
    g_autofree char *limit = span_text(step->timeout);
    g_autoptr(GString) how = g_string_new(NULL);
    g_string_append_printf(how, "%s, at most %s", step->command->language, limit);
    if (step->expected > 0) {
        g_autofree char *expected = span_text(step->expected);
        g_string_append_printf(how, ", expected %s", expected);
    }
    if (step->retries > 0)
        g_string_append_printf(how, ", %u %s", step->retries, step->retries == 1 ? "retry" : "retries");
    line(self, "    run      %s; when it fails it %s%s", how->str, failing[step->failing],
         step->uncut ? "; must not be cut" : "");
    put_script(self, step->command);
}

static void put_verify(preview *self, const step *step)
{
    g_autofree char *limit = span_text(step->verify_timeout);
    if (step->verify_condition != NULL)
        line(self, "    verify   %s, within %s", step->verify_condition, limit);
    if (step->verify == NULL)
        return;
    line(self, "    verify   this succeeds within %s", limit);
    put_script(self, step->verify);
}

static void put_identity(preview *self, const step *step)
{
    if (step->identity == NULL)
        return;
    g_autofree char *limit = span_text(step->identity_timeout);
    if (step->expects != NULL)
        line(self, "    target   must answer \"%s\" within %s", step->expects, limit);
    else
        line(self, "    target   says who it is within %s", limit);
    put_script(self, step->identity);
}

static void put_undo(preview *self, const step *step)
{
    if (step->undo == NULL)
        return;
    g_autofree char *limit = span_text(step->undo_timeout);
    line(self, "    undo     %s, at most %s; runs when asked%s", step->undo->language, limit,
         step->failing == ON_FAILURE_UNDO ? ", or when the step fails" : "");
    put_script(self, step->undo);
}

static void put_step(preview *self, const step *step, guint number)
{
    line(self, "\n  %u. %s [%s], line %u", number, step->title, step->name, step->line);
    block(self, "    ", step->explanation);
    put_gates(self, step->gates, GATE_BEFORE, "gate");
    put_identity(self, step);
    put_command(self, step);
    put_verify(self, step);
    put_gates(self, step->gates, GATE_AFTER, "then");
    put_undo(self, step);
    labelled(self, "    ", "risk", step->risk);
    labelled(self, "    ", "data", step->data);
    labelled(self, "    ", "trouble", step->trouble);
    if (step->irreversible != NULL)
        line(self, "    NO WAY BACK from here: %s", step->irreversible);
}

static void put_phase(preview *self, const phase *phase, guint number)
{
    line(self, "\nphase %u of %u: %s, line %u", number, self->book->phases->len, phase->title, phase->line);
    block(self, "  ", phase->explanation);
    labelled(self, "  ", "risk", phase->risk);
    labelled(self, "  ", "data", phase->data);
    labelled(self, "  ", "trouble", phase->trouble);
    put_gates(self, phase->gates, -1, "gate");
}

static void put_phases(preview *self)
{
    const playbook *book = self->book;
    for (guint i = 0, next = 0; i < book->phases->len; i++) {
        put_phase(self, g_ptr_array_index(book->phases, i), i + 1);
        for (; next < book->steps->len; next++) {
            const step *step = g_ptr_array_index(book->steps, next);
            if (step->phase != i)
                break;
            put_step(self, step, next + 1);
        }
    }
}

static char *write_preview(const playbook *book, const char *target, GHashTable *values, const char *digest)
{
    preview self = { .out = g_string_new(NULL), .book = book, .values = values, .target = target };
    put_head(&self, digest);
    put_back(&self);
    put_values(&self);
    put_aborts(&self);
    if (book->gates->len > 0)
        line(&self, "\nbefore anything runs");
    put_gates(&self, book->gates, -1, "gate");
    put_phases(&self);
    line(&self, "\n%u %s; nothing of it has been run", book->steps->len,
         book->steps->len == 1 ? "step" : "steps");
    return g_string_free(self.out, FALSE);
}

char *plan_preview(const plan *self)
{
    return write_preview(self->book, self->target, self->values, self->digest);
}

char *playbook_preview(const playbook *book, GHashTable *values)
{
    return write_preview(book, NULL, values, NULL);
}

json *playbook_json(const playbook *book)
{
    return fields_json(&playbook_fields, book);
}
