/* condition_parse.c - the sentence, read from left to right, each complaint at its own column. */
#include "base/suggest.h"
#include "clause.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#define CONDITION_LONGEST 2048 /* bytes; a sentence nobody can read aloud is not one */
#define CLAUSES_MOST 16
#define UNIT_LONGEST 16

typedef struct parser {
    const char *text, *at;
    const char *const *metrics;
    const char *unit_at; /* where the last unit stands, when it is a word nobody knows; else NULL */
    char *unit;          /* borrowed from its clause */
    guint column;
    GError **error;
} parser;

static const char *const grammar_words[] = { "over", "under", "of",  "averaged", "per",    "within",
                                             "for",  "until", "and", "or",       "points", NULL };
static const char *const not_names[] = { "over",   "under",    "of",    "averaged",   "per",
                                         "within", "for",      "until", "and",        "or",
                                         "clear",  "baseline", "event", "deployment", NULL };
static const char *const known_units[] = { "%",   "points", "s",     "ms",     "us",  "ns",  "min", "h",
                                           "d",   "B",      "kB",    "MB",     "GB",  "TB",  "KiB", "MiB",
                                           "GiB", "TiB",    "rps",   "rpm",    "qps", "ops", "req", "req/s",
                                           "/s",  "/min",   "users", "orders", "EUR", "USD", "GBP", NULL };

static bool word_in(const char *word, const char *const *list)
{
    return word != NULL && g_strv_contains(list, word);
}

static bool stop_at(parser *self, const char *where, const char *format, ...) G_GNUC_PRINTF(3, 4);

static bool stop_at(parser *self, const char *where, const char *format, ...)
{
    va_list words;
    va_start(words, format);
    g_autofree char *what = g_strdup_vprintf(format, words);
    va_end(words);
    self->column = (guint)g_utf8_strlen(self->text, where - self->text) + 1;
    return fail(self->error, ERR_USAGE, "column %u: %s", self->column, what);
}

static void skip_space(parser *self)
{
    while (*self->at == ' ' || *self->at == '\t' || *self->at == '\n' || *self->at == '\r')
        self->at++;
}

static bool is_word_start(char c)
{
    return g_ascii_isalpha(c) || c == '_';
}

static gsize word_length(const char *at)
{
    gsize length = 0;
    if (!is_word_start(*at))
        return 0;
    while (g_ascii_isalnum(at[length]) || (at[length] != '\0' && strchr("_.:-", at[length]) != NULL))
        length++;
    return length;
}

/* The word that stands next, not taken; NULL when none does. The caller frees. */
static char *next_word(parser *self)
{
    skip_space(self);
    gsize length = word_length(self->at);
    return length > 0 ? g_strndup(self->at, length) : NULL;
}

static bool take(parser *self, const char *word)
{
    g_autofree char *next = next_word(self);
    if (next == NULL || strcmp(next, word) != 0)
        return false;
    self->at += strlen(word);
    return true;
}

/* What stands next, for a complaint: "'fro'", "'<'" or "the end". The caller frees. */
static char *found(parser *self)
{
    skip_space(self);
    if (*self->at == '\0')
        return g_strdup("the end");
    gsize length = word_length(self->at);
    if (length == 0)
        while (self->at[length] != '\0' && !g_ascii_isspace(self->at[length]))
            length++;
    g_autofree char *raw = g_strndup(self->at, MIN(length, 40));
    g_autofree char *valid = g_utf8_make_valid(raw, -1);
    return g_strdup_printf("'%s'", valid);
}

/* Something else stands here than could; when the unit before it looks like one of our words, that is where
 * the reader stumbled: in "> 5 fro 5m" nobody wants to hear about "5m". */
static bool stop_expecting(parser *self, const char *expected, const char *const *words)
{
    if (self->unit_at != NULL) {
        const char *near = suggest_word(self->unit, grammar_words);
        if (near != NULL)
            return stop_at(self, self->unit_at, "'%s' is not a unit known here: did you mean '%s'?",
                           self->unit, near);
    }
    g_autofree char *here = found(self);
    g_autofree char *word = next_word(self);
    const char *near = word != NULL && words != NULL ? suggest_word(word, words) : NULL;
    if (near != NULL && strcmp(near, word) != 0)
        return stop_at(self, self->at, "expected %s, found %s: did you mean '%s'?", expected, here, near);
    return stop_at(self, self->at, "expected %s, found %s", expected, here);
}

static bool expect(parser *self, const char *word, const char *expected)
{
    const char *const words[] = { word, NULL };
    return take(self, word) || stop_expecting(self, expected, words);
}

static bool parse_span(parser *self, span *result)
{
    skip_space(self);
    const char *end = span_scan(self->at, result);
    if (end != NULL && (is_word_start(*end) || *end == '.'))
        end = NULL;
    if (end == NULL)
        return stop_expecting(self, "a duration such as 90s, 5m or 1h30m", NULL);
    self->at = end;
    return true;
}

/* A duration in which something must be able to happen. */
static bool parse_length(parser *self, span *result)
{
    skip_space(self);
    const char *where = self->at;
    if (!parse_span(self, result))
        return false;
    return *result > 0 || stop_at(self, where, "a window of no length: write 90s, 5m or 1h30m");
}

static bool parse_metric(parser *self, char **name)
{
    g_autofree char *word = next_word(self);
    if (word == NULL || word_in(word, not_names)) {
        g_autofree char *here = found(self);
        return stop_at(self, self->at, "expected the name of a metric, found %s", here);
    }
    if (self->metrics != NULL && !g_strv_contains(self->metrics, word)) {
        g_autofree char *sentence = suggest_sentence(word, self->metrics);
        return stop_at(self, self->at, "no metric '%s'%s%s", word, *sentence != '\0' ? ": " : "", sentence);
    }
    self->at += strlen(word);
    *name = g_steal_pointer(&word);
    return true;
}

static bool parse_op(parser *self, comparison *op)
{
    static const struct {
        const char *sign;
        comparison op;
    } signs[] = { { ">=", OP_AT_LEAST }, { "<=", OP_AT_MOST }, { "!=", OP_UNEQUAL },
                  { ">", OP_ABOVE },     { "<", OP_BELOW },    { "=", OP_EQUAL } };
    skip_space(self);
    for (gsize i = 0; i < G_N_ELEMENTS(signs); i++)
        if (g_str_has_prefix(self->at, signs[i].sign)) {
            self->at += strlen(signs[i].sign);
            if (*self->at == '=' || *self->at == '>' || *self->at == '<')
                return stop_at(self, self->at - strlen(signs[i].sign), "expected one of > >= < <= = !=");
            *op = signs[i].op;
            return true;
        }
    g_autofree char *here = found(self);
    return stop_at(self, self->at, "expected one of > >= < <= = !=, found %s", here);
}

/* Digits, a point, an exponent; g_ascii_strtod alone would take 0x10, nan and infinity too. */
static gsize number_length(const char *at)
{
    const char *end = at;
    if (*end == '-' || *end == '+')
        end++;
    const char *digits = end;
    while (g_ascii_isdigit(*end))
        end++;
    if (end == digits)
        return 0;
    if (*end == '.' && g_ascii_isdigit(end[1]))
        for (end++; g_ascii_isdigit(*end);)
            end++;
    if (*end == 'e' || *end == 'E') {
        const char *power = end + 1 + (end[1] == '-' || end[1] == '+');
        if (g_ascii_isdigit(*power)) {
            while (g_ascii_isdigit(*power))
                power++;
            end = power;
        }
    }
    return (gsize)(end - at);
}

static bool parse_number(parser *self, double *number)
{
    skip_space(self);
    gsize length = number_length(self->at);
    if (length == 0)
        return stop_expecting(self, "a number", NULL);
    if (self->at[length] != '\0' && strchr(",.xX", self->at[length]) != NULL)
        return stop_at(self, self->at, "a number has digits and one '.' at most: write 2000 or 99.5");
    g_autofree char *digits = g_strndup(self->at, length);
    double value = g_ascii_strtod(digits, NULL);
    if (!isfinite(value))
        return stop_at(self, self->at, "'%s' is too large", digits);
    *number = value == 0 ? 0 : value; /* -0 is 0 */
    self->at += length;
    return true;
}

static gsize unit_length(const char *at)
{
    gsize length = 0;
    bool opens = g_ascii_isalpha(*at) || *at == '%' || *at == '/' || *at == '$' || (guchar)*at >= 0x80;
    if (!opens)
        return 0;
    while (at[length] != '\0' && !g_ascii_isspace(at[length]) && strchr("<>=!,;()", at[length]) == NULL)
        length++;
    return length;
}

static bool unit_is_clean(const char *unit)
{
    for (const char *at = unit; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        GUnicodeType type = g_unichar_type(c);
        if (!g_unichar_isgraph(c) || type == G_UNICODE_FORMAT || g_unichar_iszerowidth(c))
            return false;
    }
    return true;
}

static bool parse_unit(parser *self, clause *part)
{
    skip_space(self);
    gsize length = unit_length(self->at);
    g_autofree char *unit = g_strndup(self->at, length);
    if (length == 0 || word_in(unit, not_names))
        return true;
    if (length > UNIT_LONGEST || !unit_is_clean(unit))
        return stop_at(self, self->at, "expected a unit such as %%, points or ms");
    if (!word_in(unit, known_units)) {
        self->unit_at = self->at;
        self->unit = unit;
    }
    self->at += length;
    g_free(part->unit);
    part->unit = g_steal_pointer(&unit);
    return true;
}

static bool parse_of(parser *self, clause *part, const char *of_at)
{
    if (strcmp(part->unit, "%") != 0)
        return stop_at(self, of_at, "a part of something is written in %%, as in 150 %% of baseline");
    if (take(self, "baseline")) {
        part->against = AGAINST_BASELINE;
        return true;
    }
    part->against = AGAINST_METRIC;
    return parse_metric(self, &part->other);
}

static bool parse_against(parser *self, clause *part)
{
    skip_space(self);
    const char *where = self->at;
    if (take(self, "of"))
        return parse_of(self, part, where);
    bool over = take(self, "over");
    if (!over && !take(self, "under"))
        return strcmp(part->unit, "points") != 0 ||
               stop_expecting(self, "'over baseline' or 'under baseline' after 'points'", grammar_words);
    if (!expect(self, "baseline", "'baseline'"))
        return false;
    if (self->unit_at != NULL && g_strcmp0(suggest_word(self->unit, grammar_words), "points") == 0)
        return stop_at(self, self->unit_at, "'%s' is not a unit known here: did you mean 'points'?",
                       self->unit);
    if (part->number < 0)
        return stop_at(self, where, "a distance from the baseline is not negative: write '%s'",
                       over ? "under" : "over");
    part->against = over ? AGAINST_OVER_BASELINE : AGAINST_UNDER_BASELINE;
    return true;
}

static bool parse_rate(parser *self, clause *part)
{
    static const char *const units[] = { "second", "minute", "hour", NULL };
    part->window = WINDOW_RATE;
    part->length = take(self, "second")   ? SPAN_SECOND
                   : take(self, "minute") ? SPAN_MINUTE
                   : take(self, "hour")   ? SPAN_HOUR
                                          : 0;
    return part->length > 0 || stop_expecting(self, "'second', 'minute' or 'hour' after 'per'", units);
}

static bool parse_window(parser *self, clause *part)
{
    if (take(self, "averaged")) {
        self->unit_at = NULL;
        part->window = WINDOW_AVERAGED;
        return expect(self, "over", "'over' after 'averaged'") && parse_length(self, &part->length);
    }
    if (take(self, "per")) {
        self->unit_at = NULL;
        return parse_rate(self, part);
    }
    if (take(self, "within")) {
        self->unit_at = NULL;
        part->window = WINDOW_DEPLOYMENT;
        return parse_length(self, &part->length) && expect(self, "of", "'of deployment'") &&
               expect(self, "deployment", "'deployment'");
    }
    return true;
}

static bool parse_hold(parser *self, clause *part)
{
    if (!take(self, "for"))
        return true;
    part->holds = true;
    if (!parse_span(self, &part->rise))
        return false;
    self->unit_at = NULL;
    if (!take(self, "until"))
        return true;
    part->clears = true;
    return expect(self, "clear", "'clear for' after 'until'") && expect(self, "for", "'for' after 'clear'") &&
           parse_span(self, &part->fall);
}

static bool parse_event(parser *self, clause *part)
{
    g_autofree char *name = next_word(self);
    if (name == NULL || word_in(name, not_names))
        return stop_expecting(self, "the name of an event", NULL);
    self->at += strlen(name);
    part->event = true;
    part->name = g_steal_pointer(&name);
    part->length = EVENT_LASTS;
    return !take(self, "within") || parse_length(self, &part->length);
}

/* What was not written: an event is over when it is over; a hold clears in the time it took to rise. */
static void clause_settle(clause *part)
{
    if (!part->event && !part->clears)
        part->fall = part->holds ? part->rise : KEEP_FIRING;
}

static clause *parse_clause(parser *self)
{
    g_autoptr(clause) part = clause_new();
    self->unit_at = NULL;
    bool good = take(self, "event")
                    ? parse_event(self, part)
                    : parse_metric(self, &part->name) && parse_op(self, &part->op) &&
                          parse_number(self, &part->number) && parse_unit(self, part) &&
                          parse_against(self, part) && parse_window(self, part) && parse_hold(self, part);
    if (!good)
        return NULL;
    clause_settle(part);
    return g_steal_pointer(&part);
}

static bool parse_end(parser *self, const clause *last)
{
    skip_space(self);
    if (*self->at == '\0')
        return true;
    if (last->event)
        return stop_expecting(self, "'within', 'and', 'or' or the end", grammar_words);
    if (last->clears)
        return stop_expecting(self, "'and', 'or' or the end", grammar_words);
    if (last->holds)
        return stop_expecting(self, "'until clear for', 'and', 'or' or the end", grammar_words);
    if (last->window != WINDOW_NONE)
        return stop_expecting(self, "'for', 'and', 'or' or the end", grammar_words);
    return stop_expecting(self, "'averaged over', 'per', 'within', 'for', 'and', 'or' or the end",
                          grammar_words);
}

static bool parse_joined(parser *self, condition *into)
{
    bool joined = false;
    for (;;) {
        clause *part = parse_clause(self);
        if (part == NULL)
            return false;
        g_ptr_array_add(into->clauses, part);
        skip_space(self);
        const char *where = self->at;
        bool any = take(self, "or");
        if (!any && !take(self, "and"))
            return parse_end(self, part);
        if (joined && any != into->any)
            return stop_at(self, where, "'and' and 'or' are not mixed in one condition: write two");
        if (into->clauses->len == CLAUSES_MOST)
            return stop_at(self, where, "a condition has at most %d parts", CLAUSES_MOST);
        into->any = any;
        joined = true;
    }
}

condition *condition_parse(const char *text, const char *const *metrics, guint *column, GError **error)
{
    parser self = { .text = text, .at = text, .metrics = metrics, .column = 1, .error = error };
    g_autoptr(condition) result = g_new0(condition, 1);
    result->clauses = g_ptr_array_new_with_free_func((GDestroyNotify)clause_free);
    bool good = false;
    if (!g_utf8_validate(text, -1, NULL))
        good = stop_at(&self, text, "the condition is not UTF-8");
    else if (strlen(text) > CONDITION_LONGEST)
        good = stop_at(&self, text, "a condition is at most %d bytes long", CONDITION_LONGEST);
    else
        good = parse_joined(&self, result);
    if (good)
        return g_steal_pointer(&result);
    if (column != NULL)
        *column = self.column;
    return NULL;
}
