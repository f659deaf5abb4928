#include "board/show.h"

#include "base/text.h"
#include "board/next.h"

#include <math.h>
#include <string.h>

/* A line whose arguments are foreign: made visible before it is added. */
static void line(GString *out, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void line(GString *out, const char *format, ...)
{
    va_list words;
    va_start(words, format);
    g_autofree char *raw = g_strdup_vprintf(format, words);
    va_end(words);
    g_autofree char *visible = text_visible(raw, -1);
    /* Trailing blanks would only make copies of it differ. */
    g_strchomp(visible);
    g_string_append(out, visible);
    g_string_append_c(out, '\n');
}

static const char *nothing_as(const char *text, const char *instead)
{
    return text != NULL && text[0] != '\0' ? text : instead;
}

static char *upper(const char *word)
{
    return g_ascii_strup(word, -1);
}

static const char *gate_mark(gate_state state)
{
    static const char *const marks[] = { "[.]", "[+]", "[X]", "[o]" };
    return marks[state];
}

static const char *step_mark(step_state state)
{
    static const char *const marks[] = {
        [STEP_TODO] = ".",   [STEP_RUNNING] = "*",     [STEP_OK] = "+",
        [STEP_FAILED] = "X", [STEP_UNVERIFIED] = "!",  [STEP_SKIPPED] = "-",
        [STEP_UNDONE] = "-", [STEP_INTERRUPTED] = "?", [STEP_LOST] = "?",
    };
    return marks[state];
}

/* ---- gates ---- */

static void show_gate(GString *out, const run *run, const gate *gate, int indent)
{
    const gate_run *state = run_gate(run, gate->name);
    GString *tail = g_string_new(NULL);
    if (state->how != NULL && state->how[0] != '\0')
        g_string_append_printf(tail, "  %s",
                               strcmp(state->how, "auto") == 0 ? "auto" : nothing_as(state->by, state->how));
    else if (gate->owner != NULL && gate->owner[0] != '\0')
        g_string_append_printf(tail, "  %s", gate->owner);
    if (state->value != NULL)
        g_string_append_printf(tail, "  %s", state->value);
    if (state->state == GATE_FAILED && state->reason != NULL)
        g_string_append_printf(tail, "  %s", state->reason);
    if (state->state == GATE_OVERRIDDEN && state->reason != NULL)
        g_string_append_printf(tail, "  against its check: %s", state->reason);
    line(out, "%*s%s %s%s  (%s)", indent, "", gate_mark(state->state), gate->title, tail->str, gate->name);
    g_string_free(tail, TRUE);
}

static void show_gate_list(GString *out, const run *run, const GPtrArray *gates, int indent)
{
    for (guint i = 0; i < gates->len; i++)
        show_gate(out, run, g_ptr_array_index(gates, i), indent);
}

static json *gate_json(const run *run, const gate *gate)
{
    const gate_run *state = run_gate(run, gate->name);
    json *object = json_object();
    json_put_text(object, "gate", gate->name);
    json_put_text(object, "title", gate->title);
    json_put_text(object, "owner", gate->owner);
    json_put_flag(object, "automatic", gate_is_automatic(gate));
    json_put_text(object, "state", gate_state_names[state->state]);
    json_put_text(object, "condition", gate->condition);
    json_put_text(object, "how", state->how);
    json_put_text(object, "by", state->by);
    json_put_text(object, "value", state->value);
    json_put_text(object, "wanted", state->wanted);
    json_put_text(object, "reason", state->reason);
    return object;
}

static void gates_json(json *into, const run *run, const GPtrArray *gates)
{
    for (guint i = 0; i < gates->len; i++)
        json_array_append_new(into, gate_json(run, g_ptr_array_index(gates, i)));
}

typedef void (*gates_seen)(void *context, const run *run, const GPtrArray *gates);

/* Every gate once, in the order in which they are met. */
static void each_gate(const run *run, gates_seen sees, void *context)
{
    const playbook *book = run->plan->book;
    sees(context, run, book->gates);
    for (guint p = 0; p < book->phases->len; p++) {
        sees(context, run, ((phase *)g_ptr_array_index(book->phases, p))->gates);
        for (guint i = 0; i < book->steps->len; i++) {
            const step *step = g_ptr_array_index(book->steps, i);
            if (step->phase == p)
                sees(context, run, step->gates);
        }
    }
}

static void sees_text(void *context, const run *run, const GPtrArray *gates)
{
    show_gate_list(context, run, gates, 0);
}

static void sees_json(void *context, const run *run, const GPtrArray *gates)
{
    gates_json(context, run, gates);
}

char *show_gates(const room *room)
{
    GString *out = g_string_new(NULL);
    const run *run = room_run(room);
    if (run != NULL)
        each_gate(run, sees_text, out);
    if (out->len == 0)
        line(out, "no gates: %s", run == NULL ? "no playbook is being run" : "this playbook has none");
    return g_string_free(out, FALSE);
}

json *show_gates_json(const room *room)
{
    json *list = json_array();
    const run *run = room_run(room);
    if (run != NULL)
        each_gate(run, sees_json, list);
    json *document = json_object();
    json_put(document, "gates", list);
    return document;
}

/* ---- steps ---- */

static bool is_present(const run *run, guint index)
{
    return run->present != NULL && run->present->step == index && run->steps[index].state != STEP_LOST;
}

/* Only an engine sees a step end: without one it is not called running, and not called anything else. */
static const char *step_word(const board *board, const run *run, guint index)
{
    return board->unattended && is_present(run, index) ? "UNKNOWN" : run_step_word(run, index);
}

/* How long it runs by now: by the clock that no one sets, as long as the machine was not started anew. */
static char *present_words(const board *board, const run *run)
{
    const attempt *present = run->present;
    const instant now = board->now;
    if (board->unattended) {
        g_autofree char *at = moment_clock(present->started);
        return g_strdup_printf("started %sZ", at);
    }
    bool same_boot = strcmp(present->boot, now.boot) == 0;
    g_autofree char *took = span_clock(same_boot ? now.up - present->up : now.wall - present->started);
    GString *words = g_string_new(present->what == DO_COMMAND ? "" : deed_names[present->what]);
    g_string_append_printf(words, "%s%s", words->len > 0 ? "  " : "", took);
    if (present->timeout > 0) {
        g_autofree char *most = span_clock(present->timeout);
        g_string_append_printf(words, ", time-out %s", most);
    }
    if (present->what == DO_COMMAND && present->try > 1)
        g_string_append_printf(words, ", try %u", present->try);
    if (run->aborting)
        g_string_append(words, ", being aborted");
    return g_string_free(words, FALSE);
}

/* What is left to say of a step beside its state: how long it took, how it ended, why it was left out. */
static char *past_words(const step_run *state)
{
    g_autofree char *took = state->elapsed > 0 ? span_clock(state->elapsed) : g_strdup("");
    const char *words = state->outcome;
    if (state->state != STEP_FAILED && g_strcmp0(words, "exit 0") == 0)
        words = NULL;
    if (state->state == STEP_SKIPPED)
        words = state->reason;
    return g_strdup_printf("%s%s%s", took, took[0] != '\0' && words != NULL ? "  " : "",
                           words != NULL ? words : "");
}

static void show_step(GString *out, const board *board, const run *run, guint index)
{
    const step *step = run_step(run, index);
    const step_run *state = &run->steps[index];
    bool here = index == run_current(run) && run->state != RUN_ENDED;
    bool present = is_present(run, index);
    g_autofree char *tail = present ? present_words(board, run) : past_words(state);
    const char *mark = !present ? step_mark(state->state) : board->unattended ? "?" : "*";
    const char *word =
        state->state == STEP_TODO && step->command == NULL ? "by hand" : step_word(board, run, index);
    line(out, "%s%s %2u %s  %s  %s", here ? ">" : " ", mark, index + 1, step->title, word, tail);
    show_gate_list(out, run, step->gates, 5);
}

static void show_run(GString *out, const board *board, const run *run)
{
    const playbook *book = run->plan->book;
    guint current = run_current(run);
    const char *why = run->state == RUN_ENDED && run->outcome != NULL ? run->outcome : run->why;
    line(out, "RUN %s  %s  %s%s%s  step %u/%u  plan %.6s", run->id, run->title, run_state_names[run->state],
         why[0] != '\0' ? ": " : "", why, MIN(current + 1, run_count(run)), run_count(run),
         run->plan->digest);
    show_gate_list(out, run, book->gates, 5);
    for (guint p = 0; p < book->phases->len; p++) {
        const phase *phase = g_ptr_array_index(book->phases, p);
        if (phase->title[0] != '\0')
            line(out, "   phase %u  %s", p + 1, phase->title);
        show_gate_list(out, run, phase->gates, 5);
        for (guint i = 0; i < run_count(run); i++)
            if (run_step(run, i)->phase == p)
                show_step(out, board, run, i);
    }
}

static json *step_json(const board *board, const run *run, guint index)
{
    const step *step = run_step(run, index);
    const step_run *state = &run->steps[index];
    json *object = json_object();
    json_put_whole(object, "number", index + 1);
    json_put_text(object, "step", step->name);
    json_put_text(object, "title", step->title);
    json_put_text(object, "state", step_word(board, run, index));
    json_put_flag(object, "current", index == run_current(run));
    json_put_flag(object, "by_hand", step->command == NULL);
    json_put_whole(object, "tries", state->tries);
    json_put_text(object, "outcome", state->outcome);
    json_put_text(object, "answered", state->said);
    json_put_text(object, "reason", state->reason);
    json_put_text(object, "output", state->folder);
    if (state->elapsed > 0)
        json_put_decimal(object, "elapsed", (double)state->elapsed / (double)SPAN_SECOND);
    json *gates = json_array();
    gates_json(gates, run, step->gates);
    json_put(object, "gates", gates);
    return object;
}

static json *run_json(const board *board, const run *run)
{
    json *object = json_object();
    json_put_text(object, "run", run->id);
    json_put_text(object, "title", run->title);
    json_put_text(object, "plan", run->plan->digest);
    json_put_text(object, "target", run->plan->target);
    json_put_text(object, "state", run_state_names[run->state]);
    json_put_text(object, "why", run->why);
    json_put_text(object, "outcome", run->outcome);
    json_put_whole(object, "current", run_current(run) + 1);
    json *steps = json_array();
    for (guint i = 0; i < run_count(run); i++)
        json_array_append_new(steps, step_json(board, run, i));
    json_put(object, "steps", steps);
    json *gates = json_array();
    each_gate(run, sees_json, gates);
    json_put(object, "gates", gates);
    return object;
}

char *show_steps(const board *board, const room *room)
{
    GString *out = g_string_new(NULL);
    const run *run = room_run(room);
    if (run == NULL)
        line(out, "no playbook is being run; 'warroom run PLAYBOOK' begins one");
    else
        show_run(out, board, run);
    return g_string_free(out, FALSE);
}

json *show_steps_json(const board *board, const room *room)
{
    const run *run = room_run(room);
    json *document = run != NULL ? run_json(board, run) : json_object();
    if (run == NULL)
        json_put(document, "steps", json_array());
    return document;
}

/* ---- one incident ---- */

/* The states in the order in which they are looked at (CONSOLE.md 2); unknown is its own mark, never that of
 * health (8). */
static const struct loudness {
    const char *state, *mark;
} loudness[] = {
    { "BREACH", "X" },   { "PENDING", "!" }, { "NO DATA", "?" },
    { "CLEARING", "~" }, { "ok", "." },      { "OFF", "." },
};
#define UNKNOWN_STATE 2

static gsize loudness_of(const json *metric)
{
    for (gsize i = 0; i < G_N_ELEMENTS(loudness); i++)
        if (strcmp(loudness[i].state, json_text(metric, "state", "")) == 0)
            return i;
    return UNKNOWN_STATE;
}

static char *number_words(const json *metric, const char *key)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    const char *unit = json_text(metric, "unit", "");
    if (!json_is_number(json_object_get(metric, key)))
        return g_strdup("-");
    g_ascii_formatd(digits, sizeof digits, "%.6g", json_decimal(metric, key, NAN));
    return g_strconcat(digits, unit[0] != '\0' ? " " : "", unit, NULL);
}

static void show_metric(GString *out, const json *metric)
{
    const char *state = json_text(metric, "state", "NO DATA");
    const char *why = json_text(metric, "why", "");
    g_autofree char *seen = text_visible(json_text(metric, "title", json_text(metric, "name", "")), -1);
    g_autofree char *title = text_fit(seen, 20);
    g_autofree char *number = number_words(metric, "value");
    g_autofree char *value = text_fit_left(number, 12);
    g_autofree char *limit = number_words(metric, "limit");
    bool limited = json_is_number(json_object_get(metric, "limit"));
    line(out, " %s %s %s  %-8s %s%s%s%s", loudness[loudness_of(metric)].mark, title, value, state,
         limited ? " limit " : "", limited ? limit : "", why[0] != '\0' ? " " : "", why);
}

static void show_metrics(GString *out, const json *live)
{
    const json *metrics = json_object_get(live, "metrics");
    if (json_array_size(metrics) == 0)
        return;
    line(out, "METRICS");
    for (gsize loud = 0; loud < G_N_ELEMENTS(loudness); loud++)
        for (size_t i = 0; i < json_array_size(metrics); i++)
            if (loudness_of(json_array_get(metrics, i)) == loud)
                show_metric(out, json_array_get(metrics, i));
}

static void show_seats(GString *out, const incident *incident)
{
    for (guint i = 0; seat_names[i] != NULL; i++) {
        const char *name = g_hash_table_lookup(incident->seats, seat_names[i]);
        if (name != NULL && i > 0)
            line(out, "   %-14s %s", seat_names[i], name);
    }
}

static void show_next(GString *out, const board *board, const room *room)
{
    next next = next_of(board, room);
    if (next.command != NULL)
        line(out, "NEXT   %s: %s", next.words, next.command);
    else
        line(out, "NEXT   %s", next.words);
    next_clear(&next);
}

/* What keeps the engine from starting anything new: first, before all that it makes stale. */
static void show_trouble(GString *out, const json *live)
{
    const char *trouble = live != NULL ? json_text(live, "trouble", NULL) : NULL;
    if (trouble != NULL)
        line(out, "TROUBLE  %s: nothing new starts; pause and abort act at once", trouble);
    const char *slow = live != NULL ? json_text(live, "slow", NULL) : NULL;
    if (slow != NULL)
        line(out, "SLOW     %s", slow);
}

static void trouble_json(json *object, const json *live)
{
    if (live != NULL)
        json_put_text(object, "trouble", json_text(live, "trouble", NULL));
    if (live != NULL)
        json_put_text(object, "slow", json_text(live, "slow", NULL));
}

char *show_room(const board *board, const room *room, const json *live)
{
    GString *out = g_string_new(NULL);
    show_trouble(out, live);
    const incident *incident = room->incident;
    g_autofree char *severity = upper(severity_names[incident->severity]);
    const char *commander = incident_commander(incident);
    g_autofree char *clock = moment_clock(board->now.wall);
    line(out, "%s%s %s%s%s  %s  %s  %s%s  %sZ", incident->drill ? "DRILL  " : "", incident->id,
         nothing_as(incident->service, "(no service)"), incident->environment[0] != '\0' ? " " : "",
         incident->environment, severity, incident_state_names[incident->state],
         commander != NULL ? "commander " : "NOBODY COMMANDS", commander != NULL ? commander : "", clock);
    line(out, "   %s", incident->title);
    moment began = incident->began != MOMENT_NONE ? incident->began : incident->opened;
    bool today = began / SPAN_DAY == board->now.wall / SPAN_DAY;
    g_autofree char *clock_since = moment_clock(began);
    g_autofree char *since = today ? g_strconcat(clock_since, "Z", NULL) : moment_human(began);
    g_autofree char *length =
        span_clock((incident_is_open(incident) ? board->now.wall : incident->closed) - began);
    line(out, "   %s %s  T+%s", incident->began != MOMENT_NONE ? "impact began" : "opened", since, length);
    show_seats(out, incident);
    if (incident->unknown > 0)
        line(out, "   %u events of kinds I do not know: read-only; a newer warroom wrote them",
             incident->unknown);
    if (room->trouble != NULL)
        line(out, "   a plan cannot be read back: %s", room->trouble);
    if (!incident_is_open(incident))
        line(out, "   outcome: %s%s%s", incident->outcome, incident->reason != NULL ? ": " : "",
             incident->reason != NULL ? incident->reason : "");
    if (live != NULL)
        show_metrics(out, live);
    else if (board->unattended)
        line(out, "METRICS  unknown: no engine answers");
    const run *run = room_run(room);
    if (run != NULL)
        show_run(out, board, run);
    show_next(out, board, room);
    return g_string_free(out, FALSE);
}

static json *next_json(const board *board, const room *room)
{
    next next = next_of(board, room);
    json *object = json_object();
    json_put_text(object, "words", next.words);
    json_put_text(object, "command", next.command);
    json_put_flag(object, "person", next.person);
    next_clear(&next);
    return object;
}

static void put_moment(json *object, const char *key, moment at)
{
    if (at == MOMENT_NONE)
        return;
    g_autofree char *text = moment_text(at);
    json_put_text(object, key, text);
}

json *show_room_json(const board *board, const room *room, const json *live)
{
    const incident *incident = room->incident;
    json *object = json_object();
    json_put_text(object, "incident", incident->id);
    json_put_text(object, "title", incident->title);
    json_put_text(object, "service", incident->service);
    json_put_text(object, "environment", incident->environment);
    json_put_text(object, "severity", severity_names[incident->severity]);
    json_put_text(object, "state", incident_state_names[incident->state]);
    json_put_text(object, "commander", incident_commander(incident));
    json_put_text(object, "outcome", incident->outcome);
    json_put_text(object, "reason", incident->reason);
    json_put_flag(object, "drill", incident->drill);
    put_moment(object, "opened", incident->opened);
    put_moment(object, "began", incident->began);
    put_moment(object, "closed", incident->closed);
    json_put_whole(object, "records", incident->number);
    json_put_text(object, "head", incident->head);
    json_put_flag(object, "read_only", incident->unknown > 0);
    json_put(object, "next", next_json(board, room));
    const run *run = room_run(room);
    json_put(object, "run", run != NULL ? run_json(board, run) : NULL);
    if (live != NULL)
        json_put(object, "metrics", json_incref(json_object_get(live, "metrics")));
    trouble_json(object, live);
    return object;
}

/* ---- the house ---- */

#define LISTED_WIDTH 60

static void show_listed(GString *out, const listed *item)
{
    g_autofree char *opened = moment_human(item->opened);
    g_autofree char *seen = text_visible(item->title, -1);
    g_autofree char *title = text_cut(seen, LISTED_WIDTH); /* whole in its own room */
    line(out, "   %-10s %s  %s  %s%s%s", item->stream, opened, nothing_as(item->service, "-"), title,
         item->closed == MOMENT_NONE ? "" : "  ",
         item->closed == MOMENT_NONE ? "" : nothing_as(item->outcome, "closed"));
}

char *show_house(const board *board, const json *live)
{
    GString *out = g_string_new(NULL);
    show_trouble(out, live);
    g_autoptr(GPtrArray) open = board_open(board);
    line(out, "%u open, %u in all", open->len, board->streams->len);
    for (guint i = 0; i < open->len; i++)
        show_listed(out, g_ptr_array_index(open, i));
    for (guint i = board->streams->len; i > 0; i--) {
        const listed *item = g_ptr_array_index(board->streams, i - 1);
        if (item->closed != MOMENT_NONE)
            show_listed(out, item);
    }
    if (board->unknown > 0)
        line(out, "   %u events of kinds I do not know: a newer warroom wrote them", board->unknown);
    show_next(out, board, NULL);
    return g_string_free(out, FALSE);
}

json *show_house_json(const board *board, const json *live)
{
    json *list = json_array();
    for (guint i = 0; i < board->streams->len; i++) {
        const listed *item = g_ptr_array_index(board->streams, i);
        json *object = json_object();
        json_put_text(object, "incident", item->stream);
        json_put_text(object, "title", item->title);
        json_put_text(object, "service", item->service);
        json_put_flag(object, "open", item->closed == MOMENT_NONE);
        put_moment(object, "opened", item->opened);
        put_moment(object, "closed", item->closed);
        json_put_text(object, "outcome", item->closed != MOMENT_NONE ? item->outcome : NULL);
        json_array_append_new(list, object);
    }
    json *document = json_object();
    json_put(document, "incidents", list);
    trouble_json(document, live);
    json_put(document, "next", next_json(board, NULL));
    return document;
}
