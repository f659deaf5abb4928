/* step_screen.c - screen 4: the step at hand, and all that it prints; and texts that are only read. */
#include "draw.h"
#include "keys.h"

#include <string.h>

static char *first_line(const char *text)
{
    gsize length = strcspn(text, "\n");
    return text[length] != '\0' && text[length + 1] != '\0' ? g_strdup_printf("%.*s ...", (int)length, text)
                                                            : g_strndup(text, length);
}

/* Secrets are known by their reference alone (plan.h): what is here may be shown. */
static char *values_of(const plan *plan)
{
    GString *words = g_string_new(NULL);
    for (guint i = 0; i < plan->book->parameters->len; i++) {
        const parameter *one = g_ptr_array_index(plan->book->parameters, i);
        const char *value = g_hash_table_lookup(plan->values, one->name);
        g_string_append_printf(words, "%s%s=%s", words->len > 0 ? " " : "", one->name,
                               one->secret     ? "(secret)"
                               : value != NULL ? value
                                               : "");
    }
    return g_string_free(words, FALSE);
}

static void fact(canvas *canvas, int row, int columns, const char *name, const char *text)
{
    canvas_put(canvas, row, 3, 8, ROLE_PLAIN, name);
    canvas_put(canvas, row, 12, columns - 13, ROLE_PLAIN, text != NULL && text[0] != '\0' ? text : "-");
}

static void draw_elapsed(const desk *self, canvas *canvas, int row, int columns, guint index)
{
    const run *run = desk_run(self);
    const step *step = run_step(run, index);
    g_autofree char *time = step_time(self, index);
    g_autofree char *most = span_clock(step->timeout);
    g_autofree char *words = g_strdup_printf("%s, time-out %s", time[0] != '\0' ? time : "not started", most);
    fact(canvas, row, columns, "elapsed", words);
    bool running = run->present != NULL && run->present->step == index;
    if (!running || step->expected <= 0 || columns < WIDE)
        return;
    int tenth = (int)CLAMP((self->board->now.up - run->present->up) * 10 / step->expected, 0, 10);
    char bar[11];
    for (int i = 0; i < 10; i++)
        bar[i] = i < tenth ? '#' : '.';
    bar[10] = '\0';
    canvas_put(canvas, row, columns - 21, 1, ROLE_PLAIN, "[");
    canvas_marks(canvas, row, columns - 20, GLYPH_BAR, ROLE_PLAIN, bar);
    canvas_put(canvas, row, columns - 10, 1, ROLE_PLAIN, "]");
}

void draw_step(const desk *self, canvas *canvas, area area, drawn *where)
{
    const run *run = desk_run(self);
    if (run == NULL || run_count(run) == 0) {
        canvas_rule(canvas, area.row, 0, area.columns, "STEP", "none: no playbook is being run");
        return;
    }
    guint index = desk_printer(self);
    const step *step = run_step(run, index);
    const step_run *is = &run->steps[index];
    static const char *const failing[] = { "halt; then undo, retry or skip", "its undo runs", "go on" };
    g_autofree char *title = g_strdup_printf("STEP %u of %u", index + 1, run_count(run));
    g_autofree char *words = g_strdup_printf("%s  phase %u/%u  %s", step->title, step->phase + 1,
                                             run->plan->book->phases->len, run_step_word(run, index));
    g_autofree char *command =
        step->command != NULL ? first_line(step->command->text) : g_strdup("none: by hand");
    g_autofree char *values = values_of(run->plan);
    g_autofree char *verify =
        step->verify != NULL ? first_line(step->verify->text) : g_strdup(step->verify_condition);
    g_autofree char *tries = g_strdup_printf("%s  try %u of %u", values[0] != '\0' ? values : "none",
                                             MAX(is->tries, 1), step->retries + 1);
    canvas_rule(canvas, area.row, 0, area.columns, title, words);
    fact(canvas, area.row + 1, area.columns, "command", command);
    fact(canvas, area.row + 2, area.columns, "target",
         is->said != NULL && step->identity != NULL ? is->said : run->plan->target);
    fact(canvas, area.row + 3, area.columns, "values", tries);
    draw_elapsed(self, canvas, area.row + 4, area.columns, index);
    fact(canvas, area.row + 5, area.columns, "verify", verify);
    fact(canvas, area.row + 6, area.columns, is->outcome != NULL ? "ended" : "on fail",
         is->outcome != NULL ? is->outcome : failing[step->failing]);
    const outlet *outlet = desk_output(self);
    g_autofree char *lines =
        g_strdup_printf("%u lines, e marks stderr%s", outlet != NULL ? outlet->lines->len : 0,
                        self->scroll > 0 ? "; End follows" : "");
    canvas_rule(canvas, area.row + 7, 0, area.columns, "OUTPUT", lines);
    draw_output(self, canvas, (struct area){ area.row + 8, 0, area.rows - 8, area.columns }, true);
    where->row = area.row + area.rows - 1;
    where->column = 0;
}

/* ---- texts ---- */

void draw_view(const desk *self, canvas *canvas, area area, drawn *where)
{
    g_auto(GStrv) lines = g_strsplit(self->text, "\n", -1);
    int count = (int)g_strv_length(lines), rows = area.rows - 1;
    int most = MAX(count - rows, 0);
    int first = CLAMP(self->scroll == 0 ? 0 : self->scroll, 0, most);
    g_autofree char *words = g_strdup_printf("%d lines", count);
    canvas_rule(canvas, area.row, 0, area.columns, self->title, words);
    for (int i = 0; i < rows && first + i < count; i++)
        canvas_put(canvas, area.row + 1 + i, 1, area.columns - 2, ROLE_PLAIN, lines[first + i]);
    where->row = area.row + 1;
    where->column = 0;
}

/* ---- help ---- */

/* Arrows and the like stand beside the letter that does the same. */
static bool fits(const desk *self, const key_row *row)
{
    static const char *const twins[] = { "Down", "Up", "Home", "S-Tab", NULL };
    if (g_strv_contains(twins, row->name))
        return false;
    g_autofree char *all = g_strconcat(row->name, " ", row->about, NULL);
    return self->screen != SCREEN_HELP || self->filter[0] == '\0' || strstr(all, self->filter) != NULL;
}

static void draw_keys(const desk *self, canvas *canvas, area area, bool acts, int column, int width)
{
    gsize count = 0;
    const key_row *rows = keys_all(&count);
    int row = area.row + 2;
    for (gsize i = 0; i < count && row < area.row + area.rows; i++) {
        bool screen = rows[i].code >= (enum key)'0' && rows[i].code <= (enum key)'9';
        if (rows[i].acts != acts || screen || !fits(self, &rows[i]))
            continue;
        canvas_put(canvas, row, column + 2, 6, ROLE_STRONG, rows[i].name);
        canvas_put(canvas, row++, column + 9, width - 9, ROLE_PLAIN, rows[i].about);
    }
}

void draw_help(const desk *self, canvas *canvas, area area, drawn *where)
{
    static const char *const side[] = { "SCREENS",
                                        "  1  room",
                                        "  3  plan, gates",
                                        "  4  output",
                                        "  6  timeline",
                                        "  9  incidents",
                                        "MARKS",
                                        "  + good    X bad",
                                        "  ! look    * now",
                                        "  . quiet   ? unknown",
                                        "STOPPING",
                                        "  p  after step",
                                        "  A  now",
                                        "  q  leaves; all",
                                        "     goes on" };
    int third = area.columns >= WIDE ? area.columns / 3 : area.columns;
    canvas_rule(canvas, area.row, 0, area.columns, "HELP",
                self->filter[0] != '\0' ? self->filter : "/ searches, Esc closes");
    canvas_put(canvas, area.row + 1, 0, third, ROLE_STRONG, "ACTS");
    draw_keys(self, canvas, area, true, 0, third + 4);
    where->row = area.row + 1;
    if (third == area.columns)
        return;
    canvas_put(canvas, area.row + 1, third + 5, third, ROLE_STRONG, "EVERYWHERE");
    draw_keys(self, canvas, area, false, third + 5, third + 3);
    for (int i = 0; i < (int)G_N_ELEMENTS(side) && i + 1 < area.rows; i++)
        canvas_put(canvas, area.row + 1 + i, 2 * third + 8, third - 6,
                   side[i][0] != ' ' ? ROLE_STRONG : ROLE_PLAIN, side[i]);
}
