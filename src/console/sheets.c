/* sheets.c - what is asked before anything dangerous: it replaces the panes below the metrics. */
#include "draw.h"

#include <string.h>

static int fact(canvas *canvas, int row, int columns, const char *name, const char *text)
{
    if (text == NULL || text[0] == '\0')
        return row;
    canvas_put(canvas, row, 3, 13, ROLE_PLAIN, name);
    canvas_put(canvas, row, 17, columns - 18, ROLE_PLAIN, text);
    return row + 1;
}

static bool is_production(const incident *of)
{
    return of->environment[0] == '\0' || g_ascii_strncasecmp(of->environment, "prod", 4) == 0;
}

/* A sheet names where it acts; production in its colour, a drill by its word. */
static void head(const desk *self, canvas *canvas, area area, const char *title, const char *what)
{
    const room *room = desk_room(self);
    canvas_rule(canvas, area.row, 0, area.columns, title, what);
    if (room == NULL)
        return;
    bool drill = room->incident->drill, production = is_production(room->incident);
    g_autofree char *upper = g_ascii_strup(room->incident->environment, -1);
    const char *word = drill              ? "DRILL"
                       : upper[0] == '\0' ? "ENVIRONMENT NOT NAMED"
                       : production       ? "PRODUCTION"
                                          : upper;
    int at = area.columns - (int)strlen(word) - 3;
    canvas_put(canvas, area.row, at - 1, 1, ROLE_PLAIN, " ");
    canvas_put(canvas, area.row, at, (int)strlen(word),
               drill        ? ROLE_DRILL
               : production ? ROLE_BAD
                            : ROLE_STRONG,
               word);
    canvas_put(canvas, area.row, at + (int)strlen(word), 1, ROLE_PLAIN, " ");
}

static const plan *plan_of(const desk *self)
{
    return self->plan != NULL ? self->plan : desk_run(self) != NULL ? desk_run(self)->plan : NULL;
}

static guint count_ways_back(const plan *plan, bool none)
{
    guint count = 0;
    for (guint i = 0; i < plan->book->steps->len; i++)
        count += (((const step *)g_ptr_array_index(plan->book->steps, i))->irreversible != NULL) == none;
    return count;
}

static int draw_what(const desk *self, canvas *canvas, int row, int columns)
{
    const plan *plan = plan_of(self);
    const incident *of = desk_room(self)->incident;
    if (plan == NULL)
        return row;
    const step *first = self->plan != NULL || desk_run(self) == NULL
                            ? g_ptr_array_index(plan->book->steps, 0)
                            : run_step(desk_run(self), desk_step(self));
    g_autofree char *steps = g_strdup_printf("%u steps in %u phases, plan %.6s", plan->book->steps->len,
                                             plan->book->phases->len, plan->digest);
    g_autofree char *where =
        g_strdup_printf("%s%s%s", of->service[0] != '\0' ? of->service : "no service is named",
                        of->environment[0] != '\0' ? ", " : "", of->environment);
    guint lost = count_ways_back(plan, true);
    g_autofree char *back = lost > 0 ? g_strdup_printf("%u of these steps: its name is typed each time", lost)
                                     : g_strdup("none of these steps");
    row = fact(canvas, row, columns, plan->book->title[0] != '\0' ? "playbook" : "", plan->book->title);
    row = fact(canvas, row, columns, "goes", steps);
    row = fact(canvas, row, columns, "where", where);
    row = fact(canvas, row, columns, "hurts", plan->book->risk);
    row = fact(canvas, row, columns, "loses", plan->book->data);
    row = fact(canvas, row, columns, "no way back", back);
    row = fact(canvas, row, columns, "this step", first->irreversible);
    if (first->command == NULL)
        return fact(canvas, row, columns, "first", first->title);
    row = fact(canvas, row, columns, "first command", first->title);
    g_auto(GStrv) lines = g_strsplit(first->command->text, "\n", 4);
    for (int i = 0; i < 3 && lines[i] != NULL && lines[i][0] != '\0'; i++)
        canvas_put(canvas, row++, 5, columns - 6, ROLE_PLAIN, lines[i]);
    return row;
}

static void draw_name(const desk *self, canvas *canvas, area area, drawn *where)
{
    g_autofree char *title = g_ascii_strup(self->pending.row->name, -1);
    head(self, canvas, area, title, plan_of(self) != NULL ? plan_of(self)->book->title : "");
    int row = draw_what(self, canvas, area.row + 1, area.columns);
    row = MIN(row + 1, area.row + area.rows - 2);
    int at = 3 + canvas_put(canvas, row, 3, area.columns - 4, ROLE_PLAIN, "Type this name to go on:  ");
    canvas_put(canvas, row, at, area.columns - at - 1, ROLE_STRONG, self->wanted);
    draw_typed(self, canvas, row + 1, at - 2, area.columns - at, "> ", where);
}

static void draw_reason(const desk *self, canvas *canvas, area area, drawn *where)
{
    g_autofree char *title = g_ascii_strup(self->pending.row->name, -1);
    head(self, canvas, area, title, self->pending.row->about);
    g_autofree char *what = json_line(self->pending.args);
    int row =
        fact(canvas, area.row + 1, area.columns, "what",
             json_text(self->pending.args, "gate", json_text(self->pending.args, "step", "where it stands")));
    row = fact(canvas, row, area.columns, "", what);
    canvas_print(canvas, row + 1, 3, area.columns - 4, ROLE_PLAIN,
                 "The reason, at least %d characters; it stands in the report:", REASON_LEAST);
    draw_typed(self, canvas, row + 2, 3, area.columns - 4, "> ", where);
}

static void draw_abort(const desk *self, canvas *canvas, area area)
{
    const run *run = desk_run(self);
    guint index = desk_step(self);
    bool running = run != NULL && run->present != NULL;
    g_autofree char *time = running ? step_time(self, run->present->step) : NULL;
    g_autofree char *words = running ? g_strdup_printf("step %u '%s'  running %s", run->present->step + 1,
                                                       run_step(run, run->present->step)->title, time)
                                     : g_strdup("no step runs: the run ends where it stands");
    head(self, canvas, area, "ABORT", words);
    int row = area.row + 2;
    canvas_put(canvas, row, 3, 4, ROLE_STRONG, "y");
    canvas_put(canvas, row++, 8, area.columns - 9, ROLE_PLAIN,
               running ? "abort now: TERM to the whole tree, then KILL; survivors are named"
                       : "abort: nothing more starts");
    canvas_put(canvas, row, 3, 4, ROLE_STRONG, "p");
    canvas_put(canvas, row++, 8, area.columns - 9, ROLE_PLAIN,
               "pause instead: the step ends by itself, the next does not start");
    canvas_put(canvas, row, 3, 4, ROLE_STRONG, "Esc");
    canvas_put(canvas, row, 8, area.columns - 9, ROLE_PLAIN, "go on; nothing changes");
    row = fact(canvas, row + 2, area.columns, "not undone",
               "what was done stays done; u offers the undo of a step");
    if (running)
        fact(canvas, row, area.columns, "may be cut",
             run_step(run, index)->uncut ? "no, says the playbook: its name is asked for"
                                         : "yes, says the playbook");
}

static void draw_close(const desk *self, canvas *canvas, area area, drawn *where)
{
    head(self, canvas, area, "CLOSE", "how did it end? The report says so");
    for (int i = 0; incident_outcomes[i] != NULL && i + 1 < area.rows; i++) {
        canvas_put(canvas, area.row + 1 + i, 3, area.columns - 4, ROLE_PLAIN, incident_outcomes[i]);
        if (i != (int)self->choice)
            continue;
        canvas_put(canvas, area.row + 1 + i, 0, 1, ROLE_PLAIN, ">");
        canvas_tint(canvas, area.row + 1 + i, 0, area.columns, ROLE_CURSOR);
        *where = (drawn){ area.row + 1 + i, 0, where->ticking };
    }
}

static void draw_silent(const desk *self, canvas *canvas, area area)
{
    canvas_rule(canvas, area.row, 0, area.columns, "ENGINE", "does not answer");
    canvas_print(canvas, area.row + 2, 3, area.columns - 4, ROLE_PLAIN,
                 "engine has not answered for 5 s (pid %d)", self->silent_pid);
    canvas_put(canvas, area.row + 3, 3, area.columns - 4, ROLE_PLAIN,
               "y ends it and starts another: nothing noted is lost, the steps go on");
    canvas_put(canvas, area.row + 4, 3, area.columns - 4, ROLE_PLAIN, "Esc waits");
}

void draw_sheet(const desk *self, canvas *canvas, area area, drawn *where)
{
    bool metrics = self->screen == SCREEN_ROOM && area.rows >= 19 && self->sheet != SHEET_NAME;
    if (metrics) {
        int rows = MIN(draw_metrics_rows(self), area.rows - 11);
        draw_metrics(self, canvas, (struct area){ area.row, 0, rows, area.columns });
        area.row += rows;
        area.rows -= rows;
    }
    if (self->sheet == SHEET_NAME)
        draw_name(self, canvas, area, where);
    else if (self->sheet == SHEET_REASON)
        draw_reason(self, canvas, area, where);
    else if (self->sheet == SHEET_ABORT)
        draw_abort(self, canvas, area);
    else if (self->sheet == SHEET_CLOSE)
        draw_close(self, canvas, area, where);
    else
        draw_silent(self, canvas, area);
}
