#include "detect/condition.h"

#include "clause.h"

#include <string.h>

clause *clause_new(void)
{
    clause *self = g_new0(clause, 1);
    self->unit = g_strdup("");
    return self;
}

void clause_free(clause *self)
{
    if (self == NULL)
        return;
    g_free(self->name);
    g_free(self->unit);
    g_free(self->other);
    g_free(self);
}

bool clause_is_relative(const clause *self)
{
    return self->against != AGAINST_NUMBER && strcmp(self->unit, "%") == 0;
}

bool clause_counts(const clause *self)
{
    return self->window == WINDOW_DEPLOYMENT && self->against == AGAINST_NUMBER && *self->unit == '\0';
}

void condition_free(condition *self)
{
    if (self == NULL)
        return;
    g_ptr_array_unref(self->clauses);
    g_free(self);
}

/* The shortest decimal that reads back as the same number. */
static void number_write(GString *text, double number)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    g_ascii_formatd(digits, sizeof digits, "%.15g", number);
    if (g_ascii_strtod(digits, NULL) != number)
        g_ascii_formatd(digits, sizeof digits, "%.17g", number);
    g_string_append(text, digits);
}

static void span_write(GString *text, const char *before, span length)
{
    g_autofree char *words = span_text(length);
    g_string_append_printf(text, "%s%s", before, words);
}

static void amount_write(GString *text, const clause *part)
{
    static const char *const ops[] = { ">", ">=", "<", "<=", "=", "!=" };
    g_string_append_printf(text, " %s ", ops[part->op]);
    number_write(text, part->number);
    if (*part->unit != '\0')
        g_string_append_printf(text, " %s", part->unit);
    switch (part->against) {
    case AGAINST_NUMBER:
        break;
    case AGAINST_OVER_BASELINE:
        g_string_append(text, " over baseline");
        break;
    case AGAINST_UNDER_BASELINE:
        g_string_append(text, " under baseline");
        break;
    case AGAINST_BASELINE:
        g_string_append(text, " of baseline");
        break;
    case AGAINST_METRIC:
        g_string_append_printf(text, " of %s", part->other);
        break;
    }
}

static void window_write(GString *text, const clause *part)
{
    switch (part->window) {
    case WINDOW_NONE:
        break;
    case WINDOW_AVERAGED:
        span_write(text, " averaged over ", part->length);
        break;
    case WINDOW_RATE:
        g_string_append(text, part->length == SPAN_SECOND   ? " per second"
                              : part->length == SPAN_MINUTE ? " per minute"
                                                            : " per hour");
        break;
    case WINDOW_DEPLOYMENT:
        span_write(text, " within ", part->length);
        g_string_append(text, " of deployment");
        break;
    }
}

static void clause_write(GString *text, const clause *part)
{
    if (part->event) {
        g_string_append_printf(text, "event %s", part->name);
        if (part->length != EVENT_LASTS)
            span_write(text, " within ", part->length);
        return;
    }
    g_string_append(text, part->name);
    amount_write(text, part);
    window_write(text, part);
    if (part->holds)
        span_write(text, " for ", part->rise);
    if (part->clears)
        span_write(text, " until clear for ", part->fall);
}

char *condition_text(const condition *self)
{
    GString *text = g_string_new("");
    for (guint i = 0; i < self->clauses->len; i++) {
        if (i > 0)
            g_string_append(text, self->any ? " or " : " and ");
        clause_write(text, g_ptr_array_index(self->clauses, i));
    }
    return g_string_free(text, FALSE);
}

static void name_once(GPtrArray *names, const char *name)
{
    if (!g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL))
        g_ptr_array_add(names, g_strdup(name));
}

char **condition_metrics(const condition *self)
{
    GPtrArray *names = g_ptr_array_new();
    for (guint i = 0; i < self->clauses->len; i++) {
        const clause *part = g_ptr_array_index(self->clauses, i);
        if (part->event)
            continue;
        name_once(names, part->name);
        if (part->other != NULL)
            name_once(names, part->other);
    }
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(names, FALSE);
}

char **condition_events(const condition *self)
{
    GPtrArray *names = g_ptr_array_new();
    for (guint i = 0; i < self->clauses->len; i++) {
        const clause *part = g_ptr_array_index(self->clauses, i);
        if (part->event)
            name_once(names, part->name);
    }
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(names, FALSE);
}

bool condition_needs_baseline(const condition *self, const char *metric)
{
    for (guint i = 0; i < self->clauses->len; i++) {
        const clause *part = g_ptr_array_index(self->clauses, i);
        bool compared = part->against == AGAINST_OVER_BASELINE || part->against == AGAINST_UNDER_BASELINE ||
                        part->against == AGAINST_BASELINE;
        if (compared && (metric == NULL || strcmp(part->name, metric) == 0))
            return true;
    }
    return false;
}
