/* room.c - screen 1: metrics, steps with their gates, and what the step prints. */
#include "draw.h"
#include "layout.h"

#include <string.h>

char mark_of_step(step_state state)
{
    static const char marks[] = {
        [STEP_TODO] = '.',   [STEP_RUNNING] = '*',     [STEP_OK] = '+',
        [STEP_FAILED] = 'X', [STEP_UNVERIFIED] = '!',  [STEP_SKIPPED] = '-',
        [STEP_UNDONE] = '-', [STEP_INTERRUPTED] = '?', [STEP_LOST] = '?',
    };
    return marks[state];
}

role role_of_step(step_state state)
{
    static const role roles[] = {
        [STEP_RUNNING] = ROLE_STRONG,      [STEP_FAILED] = ROLE_BAD,   [STEP_UNVERIFIED] = ROLE_SOON,
        [STEP_INTERRUPTED] = ROLE_UNKNOWN, [STEP_LOST] = ROLE_UNKNOWN,
    };
    return (gsize)state < G_N_ELEMENTS(roles) ? roles[state] : ROLE_PLAIN;
}

/* Elapsed of expected while it runs, what it took once it is done, what it is thought to take before. */
char *step_time(const desk *self, guint index)
{
    const run *run = desk_run(self);
    const step *step = run_step(run, index);
    const attempt *present = run->present;
    g_autofree char *expected = step->expected > 0 ? span_clock(step->expected) : NULL;
    if (present != NULL && present->step == index && present->what == DO_COMMAND) {
        bool same = strcmp(present->boot, self->board->now.boot) == 0;
        g_autofree char *elapsed =
            span_clock(same ? self->board->now.up - present->up : self->board->now.wall - present->started);
        return expected != NULL ? g_strdup_printf("%s/%s", elapsed, expected) : g_steal_pointer(&elapsed);
    }
    if (run->steps[index].elapsed > 0)
        return span_clock(run->steps[index].elapsed);
    return expected != NULL && run->steps[index].state == STEP_TODO ? g_strdup_printf("~%s", expected)
                                                                    : g_strdup("");
}

static const char *gate_words(const gate *gate, const gate_run *is)
{
    if (is->how != NULL && is->how[0] != '\0')
        return strcmp(is->how, "auto") == 0 ? "auto" : is->by != NULL ? is->by : is->how;
    return gate_is_automatic(gate) ? "auto" : gate->owner;
}

void draw_gate_line(const desk *self, canvas *canvas, int row, int column, int width, const gate *gate)
{
    static const char marks[] = { '.', '+', 'X', 'o' };
    const gate_run *is = run_gate(desk_run(self), gate->name);
    const char *found = is->value != NULL ? is->value : is->state == GATE_FAILED ? is->reason : NULL;
    int title = width > 60 ? 37 : width > 40 ? 25 : width / 2;
    canvas_box(canvas, row, column, is->state == GATE_FAILED ? ROLE_BAD : ROLE_PLAIN, marks[is->state]);
    canvas_put(canvas, row, column + 4, title, ROLE_PLAIN, gate->title);
    canvas_print(canvas, row, column + 4 + title + 1, width - title - 5, ROLE_PLAIN, "%s%s%s",
                 gate_words(gate, is), found != NULL ? " " : "", found != NULL ? found : "");
}

static void draw_step_line(const desk *self, canvas *canvas, int row, int width, guint index)
{
    const run *run = desk_run(self);
    const step *step = run_step(run, index);
    step_state state = run->steps[index].state;
    char mark[2] = { mark_of_step(state), '\0' };
    bool hand = state == STEP_TODO && step->command == NULL;
    g_autofree char *time = step_time(self, index);
    int title = width - 25;
    canvas_marks(canvas, row, 1, GLYPH_MARK, role_of_step(state), mark);
    canvas_print(canvas, row, 3, 2, ROLE_PLAIN, "%2u", index + 1);
    canvas_put(canvas, row, 6, title - 1, ROLE_PLAIN, step->title);
    canvas_put(canvas, row, 6 + title, 11, role_of_step(state), hand ? "by hand" : run_step_word(run, index));
    canvas_put_right(canvas, row, width - 11, 11, ROLE_PLAIN, time);
}

int draw_first(int count, int rows, int at)
{
    if (count <= rows || at < 0)
        return 0;
    return CLAMP(at - rows / 2, 0, count - rows);
}

static char *steps_words(const run *run)
{
    guint at = MIN(run_current(run), run_count(run) - 1);
    bool said = run->state != RUN_GOING;
    bool why = said && run->state != RUN_ENDED && run->why[0] != '\0';
    return g_strdup_printf("%s  phase %u/%u  step %u/%u%s%s%s%s", run->title, run_step(run, at)->phase + 1,
                           run->plan->book->phases->len, at + 1, run_count(run), said ? "  " : "",
                           said ? run_state_names[run->state] : "", why ? ": " : "", why ? run->why : "");
}

void draw_steps(const desk *self, canvas *canvas, area area, drawn *where)
{
    const run *run = desk_run(self);
    if (run == NULL || run_count(run) == 0) {
        canvas_rule(canvas, area.row, 0, area.columns, "STEPS",
                    "no playbook is being run; Enter asks for one");
        return;
    }
    g_autofree char *words = steps_words(run);
    g_autoptr(GPtrArray) items = desk_items(self);
    guint cursor = desk_cursor(self, items);
    int first = draw_first((int)items->len, area.rows - 1, cursor < items->len ? (int)cursor : -1);
    canvas_rule(canvas, area.row, 0, area.columns, "STEPS", words);
    for (int i = 0; i < area.rows - 1 && first + i < (int)items->len; i++) {
        const item *one = g_ptr_array_index(items, (guint)(first + i));
        int row = area.row + 1 + i;
        if (one->gate != NULL)
            draw_gate_line(self, canvas, row, 5, area.columns - 6, one->gate);
        else
            draw_step_line(self, canvas, row, MIN(area.columns, 100), one->index);
        if ((guint)(first + i) != cursor)
            continue;
        canvas_put(canvas, row, 0, 1, ROLE_PLAIN, ">");
        if (self->focus == 0 && self->sheet == SHEET_NONE) {
            canvas_tint(canvas, row, 0, area.columns, ROLE_CURSOR);
            *where = (drawn){ row, 0, where->ticking };
        }
    }
}

static char *output_words(const desk *self)
{
    const run *run = desk_run(self);
    guint step = desk_printer(self);
    bool running = run->present != NULL && run->present->step == step;
    const span expected = run_step(run, step)->expected;
    g_autofree char *left = NULL;
    if (running && expected > 0) {
        span elapsed = MAX(self->board->now.up - run->present->up, 0);
        g_autofree char *rest = span_clock(MAX(expected - elapsed, 0));
        left = g_strdup_printf("  %d %%  about %s left", (int)MIN(elapsed * 100 / expected, 99), rest);
    }
    const char *tail = self->scroll > 0 ? "  End follows" : running ? "  following" : "";
    return g_strdup_printf("step %u %s%s%s", step + 1, run_step(run, step)->title, left != NULL ? left : "",
                           tail);
}

void draw_output(const desk *self, canvas *canvas, area area, bool times)
{
    const outlet *outlet = desk_output(self);
    int count = outlet != NULL ? (int)outlet->lines->len : 0;
    int last = MAX(count - MIN(self->scroll, MAX(count - area.rows, 0)), 0);
    for (int i = 0; i < area.rows && last - area.rows + i < count; i++) {
        int at = last - MIN(area.rows, last) + i;
        if (at >= last)
            break;
        const outline *line = g_ptr_array_index(outlet->lines, (guint)at);
        g_autofree char *clock = line->at != MOMENT_NONE ? moment_clock(line->at) : g_strdup("        ");
        int column = times ? 12 : 3;
        if (times)
            canvas_put(canvas, area.row + i, 2, 8, ROLE_PLAIN, clock);
        if (times && line->error)
            canvas_put(canvas, area.row + i, 11, 1, ROLE_STRONG, "e");
        canvas_put(canvas, area.row + i, column + (times ? 1 : 0), area.columns - column - 1, ROLE_PLAIN,
                   line->text);
    }
}

void draw_room(const desk *self, canvas *canvas, area area, drawn *where)
{
    g_autoptr(GPtrArray) items = desk_items(self);
    const part parts[] = {
        { PART_FIT, MIN(draw_metrics_rows(self), 3), draw_metrics_rows(self) },
        { PART_FIT, 4, 1 + (int)items->len },
        { PART_FILL, 4, 0 },
    };
    int sizes[G_N_ELEMENTS(parts)];
    layout_split(area.rows, parts, G_N_ELEMENTS(parts), sizes);
    struct area metrics = { area.row, 0, sizes[0], area.columns };
    struct area steps = { area.row + sizes[0], 0, sizes[1], area.columns };
    struct area output = { area.row + sizes[0] + sizes[1], 0, sizes[2], area.columns };
    draw_metrics(self, canvas, metrics);
    draw_steps(self, canvas, steps, where);
    if (desk_run(self) == NULL || run_count(desk_run(self)) == 0) {
        canvas_rule(canvas, output.row, 0, output.columns, "OUTPUT", "nothing runs");
        return;
    }
    g_autofree char *words = output_words(self);
    canvas_rule(canvas, output.row, 0, output.columns, "OUTPUT", words);
    draw_output(self, canvas, (struct area){ output.row + 1, 0, output.rows - 1, output.columns }, true);
    if (self->focus == 1)
        *where = (drawn){ output.row + 1, 0, where->ticking };
}

/* Below 80x24: one pane at a time, Tab changes it. */
void draw_small(const desk *self, canvas *canvas, area area, drawn *where)
{
    int row = area.row + 1;
    draw_metrics_line(self, canvas, area.row, area.columns);
    struct area rest = { row, 0, area.row + area.rows - row, area.columns };
    if (self->focus == 0 || desk_run(self) == NULL) {
        draw_steps(self, canvas, rest, where);
        return;
    }
    canvas_rule(canvas, rest.row, 0, rest.columns, "OUTPUT", NULL);
    draw_output(self, canvas, (struct area){ rest.row + 1, 0, rest.rows - 1, rest.columns }, false);
}
