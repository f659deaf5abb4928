/* plan_screen.c - screens 3 and v: what would run, what stands before it, and one gate in full. */
#include "draw.h"

#include <string.h>

static void draw_back(canvas *canvas, int row, int columns, const playbook *book)
{
    const char *parts[][2] = { { "code", book->back_code },
                               { "configuration", book->back_configuration },
                               { "schema", book->back_schema },
                               { "flags", book->back_flags },
                               { "caches", book->back_caches } };
    g_autoptr(GString) words = g_string_new(NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++)
        if (parts[i][1] != NULL)
            g_string_append_printf(words, "%s%s %s", words->len > 0 ? ", " : "", parts[i][0], parts[i][1]);
    canvas_put(canvas, row, 3, 10, ROLE_PLAIN, "goes back");
    canvas_put(canvas, row, 14, columns - 15, ROLE_PLAIN,
               words->len > 0 ? words->str : "the playbook does not say");
}

static int draw_plan_head(const desk *self, canvas *canvas, int row, int columns)
{
    const run *run = desk_run(self);
    const playbook *book = run->plan->book;
    g_autofree char *full = book->full_time > 0 ? span_clock(book->full_time) : g_strdup("not said");
    g_autofree char *title = g_strdup_printf("PLAN %.6s", run->plan->digest);
    g_autofree char *words =
        g_strdup_printf("%s  %s  full %s", run->title, run_state_names[run->state], full);
    canvas_rule(canvas, row, 0, columns, title, words);
    canvas_put(canvas, row + 1, 3, 10, ROLE_PLAIN, "target");
    canvas_put(canvas, row + 1, 14, columns - 15, ROLE_PLAIN,
               run->plan->target[0] != '\0' ? run->plan->target : "none is named");
    draw_back(canvas, row + 2, columns, book);
    canvas_put(canvas, row + 3, 3, 10, ROLE_PLAIN, "data");
    canvas_put(canvas, row + 3, 14, columns - 15, ROLE_PLAIN,
               book->data != NULL ? book->data : "the playbook does not say");
    return row + 4;
}

static void draw_gates(const desk *self, canvas *canvas, area area, int width, drawn *where)
{
    g_autoptr(GPtrArray) items = desk_items(self);
    guint cursor = desk_cursor(self, items);
    int first = draw_first((int)items->len, area.rows, cursor < items->len ? (int)cursor : -1);
    for (int i = 0; i < area.rows && first + i < (int)items->len; i++) {
        const item *one = g_ptr_array_index(items, (guint)(first + i));
        int row = area.row + i;
        draw_gate_line(self, canvas, row, 3, width - 4, one->gate);
        if ((guint)(first + i) != cursor)
            continue;
        canvas_put(canvas, row, 0, 1, ROLE_PLAIN, ">");
        canvas_tint(canvas, row, 0, width, ROLE_CURSOR);
        *where = (drawn){ row, 0, where->ticking };
    }
    if (items->len == 0)
        canvas_put(canvas, area.row, 3, width - 4, ROLE_PLAIN, "none: this playbook has no gates");
}

static void draw_risks(const desk *self, canvas *canvas, area area, int column)
{
    const playbook *book = desk_run(self)->plan->book;
    int row = area.row, width = area.columns - column - 3;
    for (int i = 0; i < area.rows; i++)
        canvas_marks(canvas, area.row + i, column, GLYPH_RULE, ROLE_PLAIN, "|");
    canvas_put(canvas, row++, column + 3, width, ROLE_PLAIN,
               book->risk != NULL ? book->risk : "none is named");
    if (book->aborts->len > 0 && row < area.row + area.rows)
        canvas_put(canvas, row++, column + 1, width, ROLE_STRONG, "HALTS BY ITSELF IF");
    for (guint i = 0; i < book->aborts->len && row < area.row + area.rows; i++)
        canvas_put(canvas, row++, column + 3, width, ROLE_PLAIN, g_ptr_array_index(book->aborts, i));
}

static void draw_phases(const desk *self, canvas *canvas, area area)
{
    const run *run = desk_run(self);
    const GPtrArray *phases = run->plan->book->phases;
    g_autofree char *words =
        g_strdup_printf("%u in %u phase%s", run_count(run), phases->len, phases->len == 1 ? "" : "s");
    canvas_rule(canvas, area.row, 0, area.columns, "STEPS", words);
    for (guint p = 0; p < phases->len && (int)p < area.rows - 1; p++) {
        g_autoptr(GString) steps = g_string_new(NULL);
        for (guint i = 0; i < run_count(run); i++)
            if (run_step(run, i)->phase == p)
                g_string_append_printf(steps, "%s%u %s", steps->len > 0 ? "   " : "", i + 1,
                                       run_step(run, i)->title);
        int row = area.row + 1 + (int)p;
        canvas_print(canvas, row, 3, 16, ROLE_PLAIN, "%u %s", p + 1,
                     ((const phase *)g_ptr_array_index(phases, p))->title);
        canvas_put(canvas, row, 20, area.columns - 21, ROLE_PLAIN, steps->str);
    }
}

void draw_plan(const desk *self, canvas *canvas, area area, drawn *where)
{
    const run *run = desk_run(self);
    if (run == NULL) {
        canvas_rule(canvas, area.row, 0, area.columns, "PLAN", "none: no playbook is being run");
        canvas_put(canvas, area.row + 2, 3, area.columns - 4, ROLE_PLAIN,
                   ":run BOOK begins one; the plan is shown before anything runs");
        return;
    }
    int row = draw_plan_head(self, canvas, area.row, area.columns);
    canvas_rule(canvas, row, 0, area.columns, "APPROVALS", "nobody is asked by this version");
    int phases = MIN((int)run->plan->book->phases->len + 1, 6);
    int gates = area.row + area.rows - row - 2 - phases, width = area.columns >= WIDE ? 50 : area.columns;
    canvas_rule(canvas, row + 1, 0, area.columns, "BEFORE", NULL);
    if (width < area.columns) {
        canvas_put(canvas, row + 1, width, 1, ROLE_PLAIN, "+");
        canvas_rule(canvas, row + 1, width + 1, area.columns - width - 1, "RISKS", NULL);
        draw_risks(self, canvas, (struct area){ row + 2, 0, gates, area.columns }, width);
    }
    draw_gates(self, canvas, (struct area){ row + 2, 0, gates, area.columns }, width, where);
    draw_phases(self, canvas, (struct area){ row + 2 + gates, 0, phases, area.columns });
}

/* ---- one gate ---- */

static int fact(canvas *canvas, int row, int columns, const char *name, const char *text)
{
    if (text == NULL || text[0] == '\0')
        return row;
    canvas_put(canvas, row, 3, 10, ROLE_PLAIN, name);
    canvas_put(canvas, row, 14, columns - 15, ROLE_PLAIN, text);
    return row + 1;
}

void draw_gate(const desk *self, canvas *canvas, area area, drawn *where)
{
    static const char marks[] = { '.', '+', 'X', 'o' };
    const run *run = desk_run(self);
    const gate *gate = run != NULL ? plan_gate(run->plan, self->gate) : NULL;
    if (gate == NULL)
        return;
    const gate_run *is = run_gate(run, gate->name);
    g_autofree char *state = g_ascii_strup(gate_state_names[is->state], -1);
    g_autofree char *words = g_strdup_printf("%s", gate->title);
    g_autofree char *clock = is->state != GATE_OPEN ? moment_clock(is->at) : NULL;
    g_autofree char *found =
        is->value != NULL || is->wanted != NULL
            ? g_strdup_printf("%s%s%s", is->value != NULL ? is->value : "-",
                              is->wanted != NULL ? "; wanted " : "", is->wanted != NULL ? is->wanted : "")
            : NULL;
    canvas_rule(canvas, area.row, 0, area.columns, "GATE", words);
    int at = area.columns - 5 - (int)strlen(state);
    canvas_put(canvas, area.row, at - 1, 1, ROLE_PLAIN, " ");
    canvas_box(canvas, area.row, at, is->state == GATE_FAILED ? ROLE_BAD : ROLE_PLAIN, marks[is->state]);
    canvas_print(canvas, area.row, at + 3, 12, is->state == GATE_FAILED ? ROLE_BAD : ROLE_PLAIN, " %s",
                 state);
    int row = fact(canvas, area.row + 1, area.columns, "asks", gate->title);
    row = fact(canvas, row, area.columns, "owner", gate->owner);
    row = fact(canvas, row, area.columns, "check", gate->check != NULL ? gate->check->text : gate->condition);
    row = fact(canvas, row, area.columns, "last run", clock);
    row = fact(canvas, row, area.columns, "found", found);
    row = fact(canvas, row, area.columns, "by", is->by);
    row = fact(canvas, row, area.columns, "because", is->reason);
    canvas_rule(canvas, row, 0, area.columns, "WAYS ON", NULL);
    if (is->state == GATE_OPEN)
        row = fact(canvas, row + 1, area.columns, "Space",
                   gate_is_automatic(gate) ? "nothing: its check ticks it" : "tick it") -
              1;
    if (gate_is_automatic(gate))
        row = fact(canvas, row + 1, area.columns, "r", "run the check again") - 1;
    if (is->state == GATE_OPEN || is->state == GATE_FAILED)
        row = fact(canvas, row + 1, area.columns, "o",
                   "override: pass by hand against the check; needs a reason") -
              1;
    fact(canvas, row + 1, area.columns, "Esc", "back; the gate stays as it is");
    where->row = area.row;
    where->column = 0;
}
