#include "plain.h"

#include <string.h>

static void add(GString *text, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Foreign newlines must not make lines: they are the reader's only structure. */
static void add(GString *text, const char *format, ...)
{
    va_list words;
    va_start(words, format);
    g_autofree char *line = g_strdup_vprintf(format, words);
    va_end(words);
    for (char *at = line; *at != '\0'; at++)
        if (*at == '\n' || *at == '\r')
            *at = ' ';
    g_string_append(text, line);
    g_string_append_c(text, '\n');
}

/* ", word" or "". */
static char *more(const char *before, const char *word)
{
    return word != NULL && word[0] != '\0' ? g_strconcat(before, word, NULL) : g_strdup("");
}

static void add_gates(GString *text, const json *gates)
{
    for (size_t i = 0; i < json_array_size(gates); i++) {
        const json *gate = json_array_get(gates, i);
        g_autofree char *by = more(", by ", json_text(gate, "by", NULL));
        g_autofree char *value = more(", value ", json_text(gate, "value", NULL));
        g_autofree char *reason = more(", because ", json_text(gate, "reason", NULL));
        add(text, "GATE %s: %s%s%s%s. name %s.", json_text(gate, "title", ""), json_text(gate, "state", ""),
            by, value, reason, json_text(gate, "gate", ""));
    }
}

static void add_steps(GString *text, const json *run)
{
    const json *steps = json_object_get(run, "steps");
    for (size_t i = 0; i < json_array_size(steps); i++) {
        const json *step = json_array_get(steps, i);
        g_autofree char *outcome = more(", ", json_text(step, "outcome", NULL));
        g_autofree char *reason = more(", because ", json_text(step, "reason", NULL));
        add(text, "STEP %" G_GINT64_FORMAT " %s: %s%s%s%s.", json_whole(step, "number", 0),
            json_text(step, "title", ""), json_text(step, "state", ""), outcome, reason,
            json_flag(step, "current", false) ? ", current" : "");
        add_gates(text, json_object_get(step, "gates"));
    }
}

static bool is_of_a_step(const json *run, const char *name)
{
    const json *steps = json_object_get(run, "steps");
    for (size_t i = 0; i < json_array_size(steps); i++) {
        const json *gates = json_object_get(json_array_get(steps, i), "gates");
        for (size_t k = 0; k < json_array_size(gates); k++)
            if (strcmp(json_text(json_array_get(gates, k), "gate", ""), name) == 0)
                return true;
    }
    return false;
}

/* Those of the whole run and of its phases: the others stand with their steps. */
static void add_other_gates(GString *text, const json *run)
{
    const json *gates = json_object_get(run, "gates");
    g_autoptr(json) others = json_array();
    for (size_t i = 0; i < json_array_size(gates); i++) {
        json *gate = json_array_get(gates, i);
        if (!is_of_a_step(run, json_text(gate, "gate", "")))
            json_array_append(others, gate);
    }
    add_gates(text, others);
}

static void add_next(GString *text, const json *document)
{
    const json *next = json_object_get(document, "next");
    g_autofree char *command = more(": ", json_text(next, "command", NULL));
    add(text, "NEXT %s%s", json_text(next, "words", "nothing"), command);
}

/* The same digits in every language. */
static char *number_words(const json *number, const char *unit)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    return g_strconcat(g_ascii_formatd(digits, sizeof digits, "%.6g", json_number_value(number)), unit, NULL);
}

static void add_metrics(GString *text, const json *metrics)
{
    for (size_t i = 0; i < json_array_size(metrics); i++) {
        const json *metric = json_array_get(metrics, i);
        g_autofree char *why = more(", ", json_text(metric, "why", NULL));
        g_autofree char *unit = more(" ", json_text(metric, "unit", NULL));
        const json *value = json_object_get(metric, "value");
        const json *most = json_object_get(metric, "limit");
        g_autofree char *shown = json_is_number(value) ? number_words(value, unit) : g_strdup("no value");
        g_autofree char *number = json_is_number(most) ? number_words(most, unit) : NULL;
        g_autofree char *limit = more(", limit ", number);
        add(text, "METRIC %s: %s, %s%s%s.", json_text(metric, "title", json_text(metric, "name", "")),
            json_text(metric, "state", ""), shown, limit, why);
    }
}

char *plain_steps(const json *run)
{
    GString *text = g_string_new("");
    const char *why = json_text(run, "why", "");
    if (json_object_get(run, "run") == NULL)
        add(text, "RUN none.");
    else
        add(text, "RUN %s %s: %s%s%s.", json_text(run, "run", ""), json_text(run, "title", ""),
            json_text(run, "state", ""), why[0] != '\0' ? ", " : "", why);
    add_other_gates(text, run);
    add_steps(text, run);
    return g_string_free(text, FALSE);
}

char *plain_gates(const json *document)
{
    GString *text = g_string_new("");
    add_gates(text, json_object_get(document, "gates"));
    if (text->len == 0)
        add(text, "GATE none.");
    return g_string_free(text, FALSE);
}

static void add_trouble(GString *text, const json *document)
{
    const char *trouble = json_text(document, "trouble", NULL);
    if (trouble != NULL)
        add(text, "TROUBLE %s. nothing new starts, pause and abort act at once.", trouble);
    const char *slow = json_text(document, "slow", NULL);
    if (slow != NULL)
        add(text, "SLOW %s.", slow);
}

char *plain_room(const json *room)
{
    GString *text = g_string_new("");
    add_trouble(text, room);
    g_autofree char *service = more(", ", json_text(room, "service", NULL));
    g_autofree char *environment = more(", ", json_text(room, "environment", NULL));
    g_autofree char *outcome = more(", outcome ", json_text(room, "outcome", NULL));
    add(text, "%sINCIDENT %s %s: %s, %s%s%s%s.", json_flag(room, "drill", false) ? "DRILL " : "",
        json_text(room, "incident", ""), json_text(room, "title", ""), json_text(room, "severity", ""),
        json_text(room, "state", ""), service, environment, outcome);
    add(text, "COMMANDER %s.", json_text(room, "commander", "nobody"));
    const char *began = json_text(room, "began", NULL);
    add(text, "IMPACT %s %s.", began != NULL ? "began" : "opened",
        began != NULL ? began : json_text(room, "opened", "unknown"));
    add_metrics(text, json_object_get(room, "metrics"));
    if (json_object_get(room, "run") != NULL) {
        g_autofree char *steps = plain_steps(json_object_get(room, "run"));
        g_string_append(text, steps);
    }
    add_next(text, room);
    return g_string_free(text, FALSE);
}

char *plain_house(const json *house)
{
    GString *text = g_string_new("");
    add_trouble(text, house);
    const json *incidents = json_object_get(house, "incidents");
    for (size_t i = 0; i < json_array_size(incidents); i++) {
        const json *one = json_array_get(incidents, i);
        g_autofree char *service = more(", ", json_text(one, "service", NULL));
        g_autofree char *outcome = more(", ", json_text(one, "outcome", NULL));
        add(text, "INCIDENT %s %s: %s%s%s.", json_text(one, "incident", ""), json_text(one, "title", ""),
            json_flag(one, "open", false) ? "open" : "closed", service, outcome);
    }
    if (json_array_size(incidents) == 0)
        add(text, "INCIDENT none.");
    add_next(text, house);
    return g_string_free(text, FALSE);
}

static void add_way(GString *text, const json *one)
{
    const char *name = json_text(one, "gate", ""), *state = json_text(one, "state", "");
    if (strcmp(state, "open") == 0 && !json_flag(one, "automatic", false))
        add(text, "WAY warroom gate pass %s", name);
    else if (strcmp(state, "failed") == 0 || strcmp(state, "open") == 0)
        add(text, "WAY warroom retry, or warroom gate pass %s --reason TEXT", name);
}

char *plain_gate(const json *one, const gate *gate)
{
    GString *text = g_string_new("");
    add(text, "GATE %s: %s", json_text(one, "title", ""), json_text(one, "state", ""));
    add(text, "NAME %s, line %u", gate->name, gate->line);
    if (gate->owner != NULL && gate->owner[0] != '\0')
        add(text, "OWNER %s", gate->owner);
    if (gate->condition != NULL)
        add(text, "ASKED %s", gate->condition);
    else if (gate->check != NULL)
        g_string_append_printf(text, "ASKED\n%s%s", gate->check->text,
                               g_str_has_suffix(gate->check->text, "\n") ? "" : "\n");
    else
        add(text, "ASKED a person");
    const char *value = json_text(one, "value", NULL), *wanted = json_text(one, "wanted", NULL);
    if (value != NULL)
        add(text, "FOUND %s%s%s", value, wanted != NULL ? ", wanted " : "", wanted != NULL ? wanted : "");
    if (json_text(one, "by", NULL) != NULL)
        add(text, "BY %s", json_text(one, "by", ""));
    if (json_text(one, "reason", NULL) != NULL)
        add(text, "BECAUSE %s", json_text(one, "reason", ""));
    add_way(text, one);
    return g_string_free(text, FALSE);
}
