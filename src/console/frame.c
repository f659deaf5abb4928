/* frame.c - what stands on every screen: who, where, the clocks; and below, NEXT, the message line, the hints. */
#include "board/clocks.h"
#include "draw.h"
#include "keys.h"

#include <string.h>

static const struct {
    const char *name;
    char digit;
    const char *keys; /* hinted, in this order */
    void (*draw)(const desk *, canvas *, area, drawn *);
} screens[SCREENS] = {
    [SCREEN_ROOM] = { "ROOM", '1', "p A x X n Tab : ?", draw_room },
    [SCREEN_PLAN] = { "PLAN", '3', "Enter Space o v r R ?", draw_plan },
    [SCREEN_OUTPUT] = { "OUTPUT", '4', "p A End v n : ?", draw_step },
    [SCREEN_TIMELINE] = { "TIMELINE", '6', "n / j k g G : ?", draw_timeline },
    [SCREEN_INCIDENTS] = { "INCIDENTS", '9', "Enter n j k : q ?", draw_incidents },
    [SCREEN_START] = { "START", 0, "Enter j k : q ?", draw_start },
    [SCREEN_GATE] = { "PLAN", '3', "Space r o Esc ?", draw_gate },
    [SCREEN_HELP] = { "HELP", '?', "/ Esc", draw_help },
    [SCREEN_VIEW] = { "VIEW", 0, "j k PgDn Esc ?", draw_view },
};

static char *screen_name(const desk *self)
{
    char digit = screens[self->screen].digit;
    return digit != 0 ? g_strdup_printf("%c %s", digit, screens[self->screen].name)
                      : g_strdup(screens[self->screen].name);
}

/* ---- the header ---- */

static char *who_commands(const incident *of)
{
    const char *commander = incident_commander(of);
    if (!incident_is_open(of))
        return g_strdup(of->outcome);
    return commander != NULL ? g_strdup_printf("commander %s", commander) : g_strdup("NOBODY COMMANDS");
}

/* Short of room: who it is, how bad, where it stands, and the time. */
static void header_small(const desk *self, canvas *canvas, int columns)
{
    const incident *of = desk_room(self)->incident;
    g_autofree char *severity = g_ascii_strup(severity_names[of->severity], -1);
    g_autofree char *clock = moment_clock(self->board->now.wall);
    canvas_print(canvas, 0, 0, columns - 10, ROLE_PLAIN, "%s%s %s %s", of->drill ? "DRILL " : "", of->id,
                 severity, incident_state_names[of->state]);
    canvas_print(canvas, 0, columns - 9, 9, ROLE_PLAIN, "%sZ", clock);
    canvas_tint(canvas, 0, 0, columns, ROLE_CURSOR);
}

static void header_room(const desk *self, canvas *canvas, int columns)
{
    const incident *of = desk_room(self)->incident;
    g_autofree char *severity = g_ascii_strup(severity_names[of->severity], -1);
    g_autofree char *who = who_commands(of);
    g_autofree char *clock = moment_clock(self->board->now.wall);
    g_autofree char *name = screen_name(self);
    g_autofree char *left = g_strdup_printf("%s%s %s%s%s  %s  %s", of->drill ? "DRILL  " : "", of->id,
                                            of->service, of->environment[0] != '\0' ? " " : "",
                                            of->environment, severity, incident_state_names[of->state]);
    int right = columns - (of->drill ? 7 : 0);
    int who_at = columns >= 100 ? columns / 2 : 43;
    int taken = canvas_put(canvas, 0, 0, MIN(who_at - 1, columns), ROLE_PLAIN, left);
    canvas_put(canvas, 0, MAX(who_at, taken + 1), 14, ROLE_PLAIN, who);
    canvas_print(canvas, 0, who_at + 15, 9, ROLE_PLAIN, "%sZ", clock);
    canvas_put_right(canvas, 0, right - 14, 14, ROLE_PLAIN, name);
    canvas_tint(canvas, 0, 0, columns, ROLE_CURSOR);
    if (of->drill) {
        canvas_put(canvas, 0, 0, 5, ROLE_DRILL, "DRILL");
        canvas_put(canvas, 0, columns - 5, 5, ROLE_DRILL, "DRILL");
    }
}

static void header_house(const desk *self, canvas *canvas, int columns)
{
    g_autofree char *clock = moment_clock(self->board->now.wall);
    g_autofree char *name = screen_name(self);
    bool start = self->screen == SCREEN_START;
    canvas_print(canvas, 0, 0, 40, ROLE_PLAIN, "%s%s", start ? "WARROOM " : screens[self->screen].name,
                 start ? WARROOM_VERSION : "");
    if (!start) {
        canvas_print(canvas, 0, 43, 14, ROLE_PLAIN, "you are %s", self->me);
        canvas_print(canvas, 0, 58, 9, ROLE_PLAIN, "%sZ", clock);
    }
    canvas_put_right(canvas, 0, columns - 12, 12, ROLE_PLAIN, name);
    canvas_tint(canvas, 0, 0, columns, ROLE_CURSOR);
}

static int draw_deadline(canvas *canvas, int column, int columns, const deadline *one)
{
    bool late = one->state != CLOCK_WAITS && one->at > one->budget;
    span left = one->budget - one->at;
    bool near = one->state == CLOCK_RUNS && !late && left < one->budget / 5;
    const char mark[2] = { late                        ? 'X'
                           : one->state == CLOCK_DONE  ? '+'
                           : one->state == CLOCK_WAITS ? '.'
                           : near                      ? '!'
                                                       : '*',
                           '\0' };
    role role = late ? ROLE_BAD : near ? ROLE_SOON : ROLE_PLAIN;
    g_autofree char *at = span_clock(one->state == CLOCK_RUNS && !late ? left : one->at);
    int budget = (int)(one->budget / SPAN_MINUTE);
    g_autofree char *text = one->state == CLOCK_WAITS           ? g_strdup_printf("%s/%d", one->word, budget)
                            : one->state == CLOCK_DONE && !late ? g_strdup_printf("%s %s", one->word, at)
                            : late ? g_strdup_printf("%s %s/%d", one->word, at, budget)
                                   : g_strdup_printf("%s -%s/%d", one->word, at, budget);
    canvas_marks(canvas, 1, column, GLYPH_MARK, role, mark);
    return 1 + canvas_put(canvas, 1, column + 1, columns - column - 1, role, text);
}

static void draw_clocks(const desk *self, canvas *canvas, int columns)
{
    const room *room = desk_room(self);
    deadline all[DEADLINES];
    clocks_of(room, self->board->now.wall, all);
    g_autofree char *total = span_clock(clocks_total(room, self->board->now.wall));
    int column = canvas_print(canvas, 1, 0, columns, ROLE_STRONG, "T+%s", total) + 1;
    for (int i = 0; i < DEADLINES; i++) {
        bool shown = columns >= WIDE || all[i].state == CLOCK_RUNS || i == DEADLINES - 1;
        if (shown)
            column += draw_deadline(canvas, column, columns, &all[i]) + 1;
    }
}

static void second_line_house(const desk *self, canvas *canvas, int columns)
{
    g_autoptr(GPtrArray) open = board_open(self->board);
    if (self->screen == SCREEN_START) {
        canvas_put(canvas, 1, 0, columns, ROLE_PLAIN,
                   "no configuration: nothing touches your systems until you run a step on them");
        return;
    }
    size_t sources = json_array_size(json_object_get(self->live, "sources")), silent = 0;
    for (size_t i = 0; i < sources; i++)
        silent += strcmp(json_text(json_array_get(json_object_get(self->live, "sources"), i), "state", ""),
                         "answers") != 0;
    if (sources > 0)
        canvas_print(canvas, 1, 0, columns, ROLE_PLAIN, "%u open   sources %zu of %zu answering", open->len,
                     sources - silent, sources);
    else
        canvas_print(canvas, 1, 0, columns, ROLE_PLAIN, "%u open   no metrics are connected", open->len);
}

/* ---- the foot ---- */

static void draw_hints(const desk *self, canvas *canvas, int row, int columns)
{
    static const char *const of_sheets[] = {
        [SHEET_NONE] = "",
        [SHEET_NAME] = "Enter run, when the name matches   Esc back, nothing has run",
        [SHEET_REASON] = "Enter keep the reason   Esc back, nothing was done",
        [SHEET_ABORT] = "y abort  p pause instead  Esc go on",
        [SHEET_CLOSE] = "y close  j k choose  Esc back",
        [SHEET_SILENT] = "y end it and start another  Esc wait",
    };
    if (self->sheet != SHEET_NONE) {
        canvas_put(canvas, row, 0, columns, ROLE_PLAIN, of_sheets[self->sheet]);
        return;
    }
    if (self->field != FIELD_NONE) {
        canvas_put(canvas, row, 0, columns, ROLE_PLAIN,
                   self->field == FIELD_COMMAND
                       ? "Enter do  Esc drop  Tab complete  Up recall"
                       : "Enter keep  Esc drop        while typing, letters only type");
        return;
    }
    g_auto(GStrv) names = g_strsplit(screens[self->screen].keys, " ", -1);
    const room *room = desk_room(self);
    bool drill = room != NULL && room->incident->drill;
    int column = drill ? canvas_put(canvas, row, 0, 5, ROLE_DRILL, "DRILL") + 2 : 0;
    for (char **name = names; *name != NULL; name++) {
        const key_row *key = key_named(*name, strlen(*name));
        g_autofree char *hint = g_strdup_printf("%s %s", key->name, key->word);
        bool last = strcmp(*name, "?") == 0 && columns >= WIDE;
        int at = last ? columns - (int)strlen(hint) - (columns >= 100 ? 0 : 1) : column;
        if (at + (int)strlen(hint) <= columns)
            column = at + canvas_put(canvas, row, at, columns - at, ROLE_PLAIN, hint) + 2;
    }
}

static void draw_next(const desk *self, canvas *canvas, int row, int columns)
{
    static const char *const of_sheets[] = {
        [SHEET_NAME] = "type the name and Enter, or Esc",
        [SHEET_REASON] = "type the reason and Enter, or Esc",
        [SHEET_ABORT] = "y abort, p pause or Esc; Enter does nothing here",
        [SHEET_CLOSE] = "y  close as marked; Enter does nothing here",
        [SHEET_SILENT] = "y  end the engine, start another; the steps go on",
    };
    static const char *const of_fields[] = {
        [FIELD_NOTE] = "Enter  keep the note, happened when you began to type",
        [FIELD_TITLE] = "Enter  open the incident",
        [FIELD_BOOK] = "Enter  walk this playbook",
        [FIELD_COMMAND] = "Enter  do it",
        [FIELD_FILTER] = "Enter  keep the filter",
    };
    canvas_put(canvas, row, 0, 4, ROLE_STRONG, "NEXT");
    int at = columns >= WIDE ? 7 : 5;
    if (self->sheet != SHEET_NONE) {
        canvas_put(canvas, row, at, columns - at, ROLE_STRONG, of_sheets[self->sheet]);
    } else if (self->field != FIELD_NONE) {
        canvas_put(canvas, row, at, columns - at, ROLE_STRONG, of_fields[self->field]);
    } else {
        const char *key = self->next.line == NULL ? "" : self->next.ticks ? "Space  " : "Enter  ";
        const char *marked = self->screen == SCREEN_START ? "the marked line" : "show the marked incident";
        bool chooses = self->screen == SCREEN_START ||
                       (self->screen == SCREEN_INCIDENTS && self->board->streams->len > 0);
        canvas_print(canvas, row, at, columns - at, ROLE_STRONG, "%s%s",
                     chooses             ? "Enter  "
                     : self->next.person ? "choose: "
                                         : key,
                     chooses ? marked : self->next.words);
    }
}

static void draw_message(const desk *self, canvas *canvas, int row, int columns)
{
    bool warning = self->loud && strstr(self->message, "WARNING") != NULL;
    role role = warning ? ROLE_BAD : self->loud ? ROLE_SOON : ROLE_PLAIN;
    canvas_put(canvas, row, 0, columns, role, self->message);
}

static void draw_field(const desk *self, canvas *canvas, int row, int columns, drawn *where)
{
    static const struct {
        const char *title, *rest, *prompt;
    } fields[] = {
        [FIELD_NOTE] = { "NOTE", "stamped when you began to type", "> " },
        [FIELD_TITLE] = { "NEW INCIDENT", "what is wrong, in a few words", "> " },
        [FIELD_BOOK] = { "PLAYBOOK", "a name, or any Markdown file by its path", "> " },
        [FIELD_COMMAND] = { "COMMAND", "as on the command line, without 'warroom'", ":" },
        [FIELD_FILTER] = { "FILTER", "letters in order; -word leaves out", "/" },
    };
    canvas_rule(canvas, row, 0, columns, fields[self->field].title, fields[self->field].rest);
    for (int i = 0; i < columns; i++)
        canvas_put(canvas, row + 1, i, 1, ROLE_PLAIN, " ");
    draw_typed(self, canvas, row + 1, 3, columns - 3, fields[self->field].prompt, where);
}

/* What the palette could mean, newest row lowest: name, what it does, its key. */
static int draw_matches(const desk *self, canvas *canvas, int bottom, int columns)
{
    g_autoptr(GPtrArray) matches = desk_matches(self->typed->str);
    int shown = MIN((int)matches->len, 8);
    for (int i = 0; i < shown; i++) {
        const command *row = g_ptr_array_index(matches, (guint)i);
        int at = bottom - shown + i;
        g_autofree char *blank = g_strnfill((gsize)columns, ' ');
        canvas_put(canvas, at, 0, columns, ROLE_PLAIN, blank);
        canvas_put(canvas, at, 3, 19, ROLE_PLAIN, row->name);
        canvas_put(canvas, at, 23, columns - 33, ROLE_PLAIN, row->about);
        canvas_put_right(canvas, at, columns - 9, 8, ROLE_PLAIN, row->key);
    }
    return shown;
}

void draw_typed(const desk *self, canvas *canvas, int row, int column, int width, const char *prompt,
                drawn *where)
{
    int at = column + canvas_put(canvas, row, column, width, ROLE_PLAIN, prompt);
    int left = width - (at - column) - 1;
    const char *shown = self->typed->str;
    glong over = g_utf8_strlen(shown, -1) - left;
    if (over > 0)
        shown = g_utf8_offset_to_pointer(shown, over);
    at += canvas_put(canvas, row, at, left, ROLE_PLAIN, shown);
    canvas_put(canvas, row, at, 1, ROLE_PLAIN, "_");
    where->row = row;
    where->column = at;
}

/* ---- the whole ---- */

static int draw_head(const desk *self, canvas *canvas, int columns)
{
    bool room = desk_room(self) != NULL && self->screen != SCREEN_INCIDENTS && self->screen != SCREEN_START;
    if (!room) {
        header_house(self, canvas, columns);
        second_line_house(self, canvas, columns);
        return 2;
    }
    if (columns < WIDE)
        header_small(self, canvas, columns);
    else
        header_room(self, canvas, columns);
    draw_clocks(self, canvas, columns);
    if (self->screen == SCREEN_ROOM)
        return 2;
    draw_metrics_line(self, canvas, 2, columns);
    return 3;
}

drawn draw_desk(const desk *self, canvas *canvas)
{
    area all = canvas_area(canvas);
    drawn where = { .row = -1, .ticking = self->screen != SCREEN_START };
    canvas_clear(canvas);
    if (all.rows < 10 || all.columns < 40) {
        draw_line(self, canvas);
        return where;
    }
    int top = draw_head(self, canvas, all.columns), foot = all.rows - 3;
    area middle = { top, 0, foot - top, all.columns };
    bool small =
        (all.columns < WIDE || all.rows < HIGH) && self->screen == SCREEN_ROOM && desk_room(self) != NULL;
    if (self->sheet != SHEET_NONE)
        draw_sheet(self, canvas, middle, &where);
    else if (small)
        draw_small(self, canvas, middle, &where);
    else
        screens[self->screen].draw(self, canvas, middle, &where);
    if (self->field == FIELD_COMMAND)
        draw_matches(self, canvas, foot - 2, all.columns);
    if (self->field != FIELD_NONE && self->field != FIELD_SHEET)
        draw_field(self, canvas, foot - 2, all.columns, &where);
    draw_next(self, canvas, foot, all.columns);
    draw_message(self, canvas, foot + 1, all.columns);
    draw_hints(self, canvas, foot + 2, all.columns);
    return where;
}

char *draw_title(const desk *self)
{
    const room *room = desk_room(self);
    if (room == NULL)
        return g_strdup("warroom");
    const run *run = room_run(room);
    g_autofree char *severity = g_ascii_strup(severity_names[room->incident->severity], -1);
    g_autofree char *steps =
        run != NULL ? g_strdup_printf(" %u/%u", MIN(run_current(run) + 1, run_count(run)), run_count(run))
                    : g_strdup("");
    return g_strdup_printf("%s%s %s %s%s", room->incident->drill ? "DRILL " : "", room->incident->id,
                           severity, incident_state_names[room->incident->state], steps);
}

void draw_line(const desk *self, canvas *canvas)
{
    area all = canvas_area(canvas);
    g_autofree char *title = draw_title(self);
    const room *room = desk_room(self);
    g_autofree char *total =
        room != NULL ? span_clock(clocks_total(room, self->board->now.wall)) : g_strdup("");
    canvas_print(canvas, 0, 0, all.columns, ROLE_PLAIN, "%s%s%s", title, room != NULL ? " T+" : "", total);
    canvas_put(canvas, 1, 0, all.columns, ROLE_PLAIN, self->message);
}
