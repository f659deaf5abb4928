/* lists.c - screens 6 and 9 and the start: timeline, incidents, what can be begun. */
#include "draw.h"

#include <string.h>

static void mark_cursor(canvas *canvas, int row, int columns, drawn *where)
{
    canvas_put(canvas, row, 0, 1, ROLE_PLAIN, ">");
    canvas_tint(canvas, row, 0, columns, ROLE_CURSOR);
    *where = (drawn){ row, 0, where->ticking };
}

/* ---- the timeline ---- */

static void draw_entry_line(canvas *canvas, int row, int columns, const entry *one)
{
    g_autofree char *clock = moment_clock(one->happened);
    canvas_put(canvas, row, 3, 8, ROLE_PLAIN, clock);
    canvas_put(canvas, row, 13, 9, ROLE_PLAIN, one->word);
    canvas_put(canvas, row, 23, columns - 33, ROLE_PLAIN, one->sentence);
    canvas_put(canvas, row, columns - 9, 8, ROLE_PLAIN, one->by);
}

static void draw_entry(canvas *canvas, area area, const entry *one)
{
    g_autofree char *happened = moment_clock(one->happened);
    g_autofree char *noted = moment_clock(one->noted);
    g_autofree char *title = g_strdup_printf("ENTRY %" G_GINT64_FORMAT, one->number);
    g_autofree char *words =
        g_strdup_printf("%s  happened %s  noted %s  %s", one->word, happened, noted, one->account);
    canvas_rule(canvas, area.row, 0, area.columns, title, words);
    canvas_put(canvas, area.row + 1, 3, area.columns - 4, ROLE_PLAIN, one->sentence);
    canvas_print(canvas, area.row + 2, 3, area.columns - 4, ROLE_PLAIN, "by %s%s%s   hash %.8s", one->by,
                 one->means[0] != '\0' ? ", " : "", one->means, one->hash);
}

void draw_timeline(const desk *self, canvas *canvas, area area, drawn *where)
{
    const trail *trail = desk_trail(self);
    g_autoptr(GPtrArray) items = desk_items(self);
    guint cursor = desk_cursor(self, items), all = trail != NULL ? trail->entries->len : 0;
    bool typing = self->field == FIELD_NOTE || self->field == FIELD_FILTER;
    int rows = area.rows - 1 - 3 - (typing ? 2 : 0);
    int first = draw_first((int)items->len, rows, (int)cursor);
    g_autofree char *words = g_strdup_printf("%u of %u entries%s%s", items->len, all,
                                             self->filter[0] != '\0' ? "  filter: " : "", self->filter);
    canvas_rule(canvas, area.row, 0, area.columns, "TIMELINE", words);
    for (int i = 0; i < rows && first + i < (int)items->len; i++) {
        const item *one = g_ptr_array_index(items, (guint)(first + i));
        draw_entry_line(canvas, area.row + 1 + i, area.columns,
                        g_ptr_array_index(trail->entries, one->index));
        if ((guint)(first + i) == cursor)
            mark_cursor(canvas, area.row + 1 + i, area.columns, where);
    }
    if (cursor < items->len) {
        const item *one = g_ptr_array_index(items, cursor);
        draw_entry(canvas, (struct area){ area.row + 1 + rows, 0, 3, area.columns },
                   g_ptr_array_index(trail->entries, one->index));
    }
}

/* ---- incidents ---- */

static int draw_firing(const desk *self, canvas *canvas, int row, int columns)
{
    const json *triggers = json_object_get(self->live, "triggers");
    int before = row + 1;
    canvas_rule(canvas, row++, 0, columns, "FIRING", NULL);
    for (size_t i = 0; i < json_array_size(triggers); i++) {
        const json *one = json_array_get(triggers, i);
        if (strcmp(json_text(one, "state", ""), "firing") != 0)
            continue;
        g_autofree char *severity = g_ascii_strup(json_text(one, "severity", ""), -1);
        canvas_marks(canvas, row, 1, GLYPH_MARK, ROLE_BAD, "X");
        canvas_put(canvas, row, 3, 8, ROLE_BAD, severity);
        canvas_put(canvas, row, 12, 22, ROLE_PLAIN, json_text(one, "name", ""));
        canvas_put(canvas, row++, 35, columns - 36, ROLE_PLAIN, json_text(one, "when", ""));
    }
    if (row == before)
        canvas_put(canvas, row++, 3, columns - 4, ROLE_PLAIN,
                   self->live != NULL ? "none" : "not known: the engine has not told yet");
    return row;
}

static void draw_listed(canvas *canvas, int row, int columns, const listed *one)
{
    g_autofree char *day = moment_human(one->opened);
    day[strlen("2026-11-19 14:05")] = '\0';
    canvas_put(canvas, row, 3, 9, ROLE_PLAIN, one->stream);
    canvas_put(canvas, row, 13, 16, ROLE_PLAIN, day);
    canvas_put(canvas, row, 31, 10, ROLE_PLAIN, one->service[0] != '\0' ? one->service : "-");
    canvas_put(canvas, row, 42, columns - 66, ROLE_PLAIN, one->title);
    canvas_put(canvas, row, columns - 23, 22, ROLE_PLAIN, one->closed == MOMENT_NONE ? "open" : one->outcome);
}

void draw_incidents(const desk *self, canvas *canvas, area area, drawn *where)
{
    g_autoptr(GPtrArray) items = desk_items(self);
    g_autoptr(GPtrArray) open = board_open(self->board);
    guint cursor = desk_cursor(self, items);
    int row = draw_firing(self, canvas, area.row, area.columns), end = area.row + area.rows;
    canvas_rule(canvas, row++, 0, area.columns, "OPEN", NULL);
    if (open->len == 0)
        canvas_put(canvas, row++, 3, 20, ROLE_PLAIN, "none");
    int first = cursor > open->len ? draw_first((int)items->len, MAX(end - row - 1, 1), (int)cursor) : 0;
    for (guint i = (guint)first; i <= items->len && row < end; i++) {
        if (i == open->len) {
            g_autofree char *words = g_strdup_printf("%u incident%s", items->len - open->len,
                                                     items->len - open->len == 1 ? "" : "s");
            canvas_rule(canvas, row++, 0, area.columns, "PAST", words);
        }
        if (i == items->len || row >= end)
            break;
        const item *one = g_ptr_array_index(items, i);
        draw_listed(canvas, row, area.columns, board_listed(self->board, one->name));
        if (i == cursor)
            mark_cursor(canvas, row, area.columns, where);
        row++;
    }
}

/* ---- the start ---- */

void draw_start(const desk *self, canvas *canvas, area area, drawn *where)
{
    static const struct {
        const char *name, *title, *more, *below;
    } rows[] = {
        { "start:drill", "Practise an incident now", "no server, nothing leaves",
          "A small shop runs on this machine, its new version fails, you roll it back." },
        { "start:book", "Open a runbook you have", "any Markdown file, walked as steps",
          "Headings become steps, task lists gates, shell blocks commands." },
        { "start:hand", "Start an incident by hand", "a title; no metrics yet", "" },
        { "start:init", "Connect your metrics", "asks 6 questions, writes warroom.yaml", "" },
        { "start:books", "Look at the playbooks", "what is found on this machine", "" },
    };
    g_autoptr(GPtrArray) items = desk_items(self);
    guint cursor = desk_cursor(self, items);
    int row = area.row;
    canvas_rule(canvas, row++, 0, area.columns, "START", NULL);
    for (guint i = 0; i < items->len; i++)
        for (gsize r = 0; r < G_N_ELEMENTS(rows); r++) {
            if (strcmp(rows[r].name, ((const item *)g_ptr_array_index(items, i))->name) != 0)
                continue;
            canvas_put(canvas, row, 3, 34, ROLE_STRONG, rows[r].title);
            canvas_put(canvas, row, 38, area.columns - 39, ROLE_PLAIN, rows[r].more);
            canvas_put(canvas, row + 1, 3, area.columns - 4, ROLE_PLAIN, rows[r].below);
            if (i == cursor)
                mark_cursor(canvas, row, area.columns, where);
            row += rows[r].below[0] != '\0' && area.rows > 14 ? 3 : area.rows > 14 ? 2 : 1;
        }
    if (row + 2 >= area.row + area.rows)
        return;
    canvas_rule(canvas, row++, 0, area.columns, "THIS TERMINAL", NULL);
    canvas_put(canvas, row, 3, area.columns - 4, ROLE_PLAIN, self->terminal != NULL ? self->terminal : "");
}
