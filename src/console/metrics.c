/* metrics.c - values beside limits, as a pane and as one line. */
#include "base/text.h"
#include "draw.h"

#include <math.h>
#include <string.h>

typedef struct metric_look {
    const char *state, *short_word;
    char mark;
    role role;
    int rank; /* worst first */
} metric_look;

static const metric_look looks[] = {
    { "BREACH", "BREACH", 'X', ROLE_BAD, 0 },
    { "PENDING", "PENDING", '!', ROLE_SOON, 1 },
    { "NO DATA", "NO DATA", '?', ROLE_UNKNOWN, 2 },
    { "CLEARING", "CLEARING", '~', ROLE_PLAIN, 3 },
    { "ok", "ok", '.', ROLE_PLAIN, 4 },
    { "OFF", "off", '.', ROLE_PLAIN, 5 },
};

static const metric_look *look_of(const json *metric)
{
    const char *state = json_text(metric, "state", "NO DATA");
    for (gsize i = 0; i < G_N_ELEMENTS(looks); i++)
        if (strcmp(looks[i].state, state) == 0)
            return &looks[i];
    return &looks[2]; /* a state of a newer engine is unknown, never well */
}

static const json *all_of(const desk *self)
{
    return json_object_get(self->live, "metrics");
}

/* Worst first, then as configured. The caller frees the array. */
static GPtrArray *sorted(const desk *self)
{
    GPtrArray *list = g_ptr_array_new();
    for (int rank = 0; rank < (int)G_N_ELEMENTS(looks); rank++)
        for (size_t i = 0; i < json_array_size(all_of(self)); i++) {
            json *one = json_array_get(all_of(self), i);
            if (look_of(one)->rank == rank)
                g_ptr_array_add(list, one);
        }
    return list;
}

int draw_metrics_rows(const desk *self)
{
    size_t count = json_array_size(all_of(self));
    return count == 0 ? 1 : 2 + (int)count;
}

char *figure(double value, const char *unit)
{
    if (isnan(value))
        return g_strdup("-");
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    g_ascii_formatd(digits, sizeof digits, fabs(value) >= 1000 ? "%.0f" : "%.4g", value);
    return g_strdup_printf("%s%s%s", digits, unit[0] != '\0' ? " " : "", unit);
}

static char *limit_of(const json *metric, bool unit)
{
    double limit = json_decimal(metric, "limit", NAN);
    if (isnan(limit))
        return g_strdup("-");
    g_autofree char *number = figure(limit, unit ? json_text(metric, "unit", "") : "");
    return g_strconcat(strcmp(json_text(metric, "bad", "up"), "down") == 0 ? "<" : ">", number, NULL);
}

/* Points of a share, a share of all else. */
static char *change_of(const json *metric)
{
    double value = json_decimal(metric, "value", NAN), base = json_decimal(metric, "baseline", NAN);
    if (isnan(value) || isnan(base))
        return g_strdup("-");
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    bool points = strcmp(json_text(metric, "unit", ""), "%") == 0;
    double change = points ? value - base : base != 0 ? (value - base) * 100 / base : 0;
    if (fabs(change) < 0.05)
        return g_strdup("0");
    g_ascii_formatd(digits, sizeof digits, points ? "%+.1f" : "%+.0f", change);
    return g_strconcat(digits, points ? "pt" : "%", NULL);
}

static const json *trigger_of(const desk *self, const json *metric)
{
    const char *name = json_text(metric, "trigger", NULL);
    const json *all = json_object_get(self->live, "triggers");
    for (size_t i = 0; name != NULL && i < json_array_size(all); i++)
        if (strcmp(json_text(json_array_get(all, i), "name", ""), name) == 0)
            return json_array_get(all, i);
    return NULL;
}

static char *short_span(double seconds)
{
    span length = (span)(seconds * (double)SPAN_SECOND);
    return length < SPAN_MINUTE || length % SPAN_MINUTE == 0 ? span_text(length - length % SPAN_SECOND)
                                                             : span_clock(length);
}

static char *held_of(const desk *self, const json *metric)
{
    const json *trigger = trigger_of(self, metric);
    double held = json_decimal(trigger, "held", NAN), needs = json_decimal(trigger, "needs", NAN);
    if (strcmp(json_text(metric, "state", ""), "NO DATA") == 0) {
        double age = json_decimal(metric, "age", NAN);
        g_autofree char *old = isnan(age) ? NULL : short_span(age);
        return old != NULL ? g_strdup_printf("%s old", old) : g_strdup("none");
    }
    if (isnan(held) || isnan(needs))
        return g_strdup("-");
    g_autofree char *up = short_span(MIN(held, needs));
    g_autofree char *to = short_span(needs);
    return g_strdup_printf("%s/%s", up, to);
}

/* The last `width` slots, each a level between the least and the most of them. */
static void draw_trend(canvas *canvas, int row, int column, int width, const json *trend)
{
    static const char levels[] = "_.-:=*%#";
    size_t count = json_array_size(trend), from = count > (size_t)width ? count - (size_t)width : 0;
    double least = INFINITY, most = -INFINITY;
    for (size_t i = from; i < count; i++)
        if (json_is_number(json_array_get(trend, i))) {
            least = fmin(least, json_number_value(json_array_get(trend, i)));
            most = fmax(most, json_number_value(json_array_get(trend, i)));
        }
    for (size_t i = from; i < count; i++) {
        const json *one = json_array_get(trend, i);
        if (!json_is_number(one))
            continue;
        double height = most > least ? (json_number_value(one) - least) / (most - least) : 0;
        char mark[2] = { levels[(int)lround(height * 7)], '\0' };
        canvas_marks(canvas, row, column + (int)(i - from), GLYPH_TREND, ROLE_PLAIN, mark);
    }
}

static void draw_row(const desk *self, canvas *canvas, int row, int columns, const json *metric)
{
    const metric_look *look = look_of(metric);
    char mark[2] = { look->mark, '\0' };
    int more = columns - WIDE; /* goes to the name and to the trend */
    int wide_name = more / 3, wide_trend = more - wide_name;
    g_autofree char *value = figure(json_decimal(metric, "value", NAN), json_text(metric, "unit", ""));
    g_autofree char *limit = limit_of(metric, true);
    g_autofree char *base = figure(json_decimal(metric, "baseline", NAN), json_text(metric, "unit", ""));
    g_autofree char *change = change_of(metric);
    g_autofree char *held = held_of(self, metric);
    canvas_marks(canvas, row, 1, GLYPH_MARK, look->role, mark);
    canvas_put(canvas, row, 3, 13 + wide_name, ROLE_PLAIN,
               json_text(metric, "title", json_text(metric, "name", "")));
    canvas_put_right(canvas, row, wide_name + 16, 9, ROLE_PLAIN, value);
    canvas_put_right(canvas, row, wide_name + 26, 8, ROLE_PLAIN, limit);
    draw_trend(canvas, row, wide_name + 35, 12 + wide_trend, json_object_get(metric, "trend"));
    canvas_put_right(canvas, row, more + 47, 8, ROLE_PLAIN, base);
    canvas_put_right(canvas, row, more + 55, 8, ROLE_PLAIN, change);
    canvas_put_right(canvas, row, more + 63, 8, ROLE_PLAIN, held);
    canvas_put(canvas, row, more + 72, 8, look->role, look->short_word);
}

static char *counts(const desk *self)
{
    GString *words = g_string_new(NULL);
    for (gsize state = 0; state < G_N_ELEMENTS(looks); state++) {
        guint count = 0;
        for (size_t i = 0; i < json_array_size(all_of(self)); i++)
            count += look_of(json_array_get(all_of(self), i)) == &looks[state];
        if (count > 0)
            g_string_append_printf(words, "%s%u %s", words->len > 0 ? "  " : "", count,
                                   looks[state].short_word);
    }
    return g_string_free(words, FALSE);
}

void draw_metrics(const desk *self, canvas *canvas, area area)
{
    if (json_array_size(all_of(self)) == 0) {
        canvas_rule(canvas, area.row, 0, area.columns, "METRICS",
                    self->live != NULL ? "none are connected; :init asks six questions"
                                       : "the engine has not told them yet");
        return;
    }
    g_autofree char *words = counts(self);
    g_autoptr(GPtrArray) list = sorted(self);
    int more = area.columns - WIDE, name = more / 3;
    canvas_rule(canvas, area.row, 0, area.columns, "METRICS", words);
    canvas_put(canvas, area.row + 1, 2, 10, ROLE_PLAIN, "METRIC");
    canvas_put(canvas, area.row + 1, name + 20, 5, ROLE_PLAIN, "VALUE");
    canvas_put(canvas, area.row + 1, name + 29, 5, ROLE_PLAIN, "LIMIT");
    canvas_put(canvas, area.row + 1, name + 35, 11, ROLE_PLAIN, "LAST 10 MIN");
    canvas_put(canvas, area.row + 1, more + 51, 4, ROLE_PLAIN, "BASE");
    canvas_put(canvas, area.row + 1, more + 57, 6, ROLE_PLAIN, "CHANGE");
    canvas_put(canvas, area.row + 1, more + 67, 4, ROLE_PLAIN, "HELD");
    canvas_put(canvas, area.row + 1, more + 72, 5, ROLE_PLAIN, "STATE");
    for (guint i = 0; i < list->len && (int)i < area.rows - 2; i++)
        draw_row(self, canvas, area.row + 2 + (int)i, area.columns, g_ptr_array_index(list, i));
}

static char *brief_of(const desk *self, const json *metric)
{
    const metric_look *look = look_of(metric);
    g_autofree char *value = figure(json_decimal(metric, "value", NAN), "");
    g_autofree char *limit = limit_of(metric, true);
    g_autofree char *held = look->rank == 1 ? held_of(self, metric) : NULL;
    const char *title = json_text(metric, "title", json_text(metric, "name", ""));
    g_autofree char *word = g_strndup(title, strcspn(title, " "));
    g_autofree char *visible = text_visible(word, -1);
    g_autofree char *name = text_fit(visible, MIN(text_width(visible), 7));
    return g_strdup_printf("%s %s %s%s%s", name, value, limit, held != NULL ? " " : "",
                           held != NULL ? held : "");
}

static char *rest_of(const desk *self)
{
    guint ok = 0, unknown = 0;
    for (size_t i = 0; i < json_array_size(all_of(self)); i++) {
        int rank = look_of(json_array_get(all_of(self), i))->rank;
        ok += rank >= 4;
        unknown += rank == 2;
    }
    return g_strdup_printf("%u ok  ? %u", ok, unknown);
}

/* The worst of them, as many as fit; how many are well and how many are unknown is always said. */
void draw_metrics_line(const desk *self, canvas *canvas, int row, int columns)
{
    if (json_array_size(all_of(self)) == 0) {
        canvas_put(canvas, row, 0, columns, ROLE_PLAIN, "no metrics are connected");
        return;
    }
    g_autofree char *rest = rest_of(self);
    g_autoptr(GPtrArray) list = sorted(self);
    int column = 0, end = columns - (int)strlen(rest) - 2;
    for (guint i = 0; i < list->len; i++) {
        const json *metric = g_ptr_array_index(list, i);
        const metric_look *look = look_of(metric);
        g_autofree char *brief = brief_of(self, metric);
        char mark[2] = { look->mark, '\0' };
        if (look->rank == 2 || look->rank >= 4 || column + 2 + (int)strlen(brief) > end)
            continue;
        canvas_marks(canvas, row, column, GLYPH_MARK, look->role, mark);
        column += 2 + canvas_put(canvas, row, column + 2, end - column - 2, ROLE_PLAIN, brief) + 2;
    }
    canvas_put(canvas, row, column, columns - column, ROLE_PLAIN, rest);
}
