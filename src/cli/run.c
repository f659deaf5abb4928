/* run.c - `run`: the plan sent, then followed until it stops; leaving it stops nothing. */
#include "base/fail.h"
#include "board/next.h"
#include "follow.h"
#include "journal/kind.h"
#include "orders.h"
#include "plan/plan.h"
#include "verbs.h"
#include "view.h"
#include "world/clock.h"

#include <signal.h>
#include <string.h>

enum { EXIT_STOPPED_BY_PERSON = 7 };

typedef struct following {
    board *board;
    char *stream, *folder; /* folder: whose output was told, so far */
    gint64 told_output;
    GString *partial;   /* of its output: a line that has not ended yet ... */
    bool partial_error; /* ... and whether it went to standard error */
    gint64 told_until;  /* what the answer said already */
    gint64 seen;
    bool told_stop;   /* the last record said why it stands */
    bool by_person;   /* the last pause or abort came from somebody */
    bool known_wrong; /* the last verification said no, and did not merely not know */
} following;

static void following_clear(following *self)
{
    g_clear_pointer(&self->board, board_free);
    g_clear_pointer(&self->stream, g_free);
    g_clear_pointer(&self->folder, g_free);
    if (self->partial != NULL)
        g_string_free(g_steal_pointer(&self->partial), TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(following, following_clear)

/* ---- the plan, nothing run ---- */

static GHashTable *given_values(const json *args)
{
    GHashTable *values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    const char *name = NULL;
    json *value = NULL;
    json_object_foreach(json_object_get(args, "set"), name, value)
    {
        g_hash_table_replace(values, g_strdup(name), g_strdup(json_string_value(value)));
    }
    return values;
}

static found *find_book(call *self, GError **error)
{
    g_autoptr(search) search = search_new(self->config, self->state);
    return search_find(search, SEARCH_PLAYBOOK, json_text(self->args, "book", ""), PLAYBOOK_LARGEST, error);
}

static plan *plan_of_book(call *self, GError **error)
{
    g_autoptr(found) file = find_book(self, error);
    if (file == NULL)
        return NULL;
    g_autoptr(complaints) wrong = complaints_new();
    g_autoptr(playbook) book = playbook_read(file->path, file->text, file->length, wrong);
    if (!complaints_settle(wrong, error))
        return NULL;
    g_autoptr(GHashTable) given = given_values(self->args);
    return plan_make(g_steal_pointer(&book), json_text(self->args, "service", ""), given, error);
}

static void show_plan(call *self, const plan *plan)
{
    g_autofree char *preview = plan_preview(plan);
    say_lines(self, preview);
    say_json(self, plan_json(plan));
}

static int dry_run(call *self, GError **error)
{
    if (json_text(self->args, "book", NULL) != NULL) {
        g_autoptr(plan) plan = plan_of_book(self, error);
        if (plan == NULL)
            return ERR_FAILED;
        show_plan(self, plan);
        return 0;
    }
    g_auto(view) view = { 0 };
    if (!view_load(self, NULL, true, &view, error))
        return ERR_FAILED;
    const run *run = room_run(view.room);
    if (run == NULL) {
        fail(error, ERR_NOT_FOUND, "%s runs no playbook; 'warroom run PLAYBOOK' begins one",
             view.room->incident->id);
        return ERR_NOT_FOUND;
    }
    show_plan(self, run->plan);
    return 0;
}

/* ---- following ---- */

static const run *the_run(const following *self)
{
    const room *room = board_room(self->board, self->stream);
    return room != NULL ? room_run(room) : NULL;
}

static void see(following *self, const record *record)
{
    board_fold(self->board, record);
    self->seen = record->number;
    if (strcmp(record->kind, "run.paused") == 0 || strcmp(record->kind, "run.aborted") == 0)
        self->by_person = record->command[0] != '\0';
    if (strcmp(record->kind, "run.started") == 0 || strcmp(record->kind, "run.resumed") == 0)
        self->by_person = false;
    self->told_stop = strcmp(record->kind, "run.paused") == 0 || strcmp(record->kind, "run.halted") == 0;
    if (strcmp(record->kind, "step.unverified") == 0)
        self->known_wrong = json_flag(record_body(record), "known", false);
}

/* An engine that took over tells a step's output from its start: what was told is not told again. */
static bool is_news(following *self, const json *told)
{
    const char *folder = json_text(told, "folder", "");
    gint64 until = json_whole(told, "until", G_MAXINT64);
    if (g_strcmp0(folder, self->folder) != 0) {
        g_free(self->folder);
        self->folder = g_strdup(folder);
        self->told_output = 0;
    }
    if (until <= self->told_output)
        return false;
    self->told_output = until;
    return true;
}

static void end_line(const call *self, following *following)
{
    if (following->partial->len > 0)
        say(self, "    %s", following->partial->str);
    g_string_truncate(following->partial, 0);
}

static void tell_output(const call *self, following *following, const json *told)
{
    gint64 gap = json_whole(told, "gap", 0);
    if (gap > 0) {
        end_line(self, following);
        say(self, "    ... %" G_GINT64_FORMAT " bytes are not shown; 'warroom step show' has the output",
            gap);
    }
    bool error = json_flag(told, "error", false);
    if (error != following->partial_error)
        end_line(self, following);
    following->partial_error = error;
    g_auto(GStrv) lines = g_strsplit(json_text(told, "text", ""), "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        if (line != lines)
            end_line(self, following);
        g_string_append(following->partial, *line);
    }
}

static void tell(call *self, following *following, const happening *what)
{
    if (what->record != NULL)
        end_line(self, following);
    if (what->record != NULL && what->record->number > following->told_until) {
        g_autofree char *clock = moment_clock(what->record->happened);
        g_autofree char *sentence = kind_tell(what->record);
        say(self, "%sZ %s", clock, sentence);
        say_json(self, self->json ? record_json(what->record) : json_null());
    }
    if (what->told != NULL && strcmp(json_text(what->told, "told", ""), "output") == 0 &&
        g_strcmp0(json_text(what->told, "incident", NULL), following->stream) == 0 &&
        is_news(following, what->told)) {
        tell_output(self, following, what->told);
        say_json(self, json_incref(what->told));
    }
    say_flush();
}

/* A step at hand is let come to its end, also after a pause. */
static bool has_stopped(const run *run)
{
    if (run->state == RUN_ENDED)
        return true;
    if (run->state != RUN_PAUSED && run->state != RUN_HALTED)
        return false;
    guint index = run_current(run);
    bool lost = index < run_count(run) && run->steps[index].state == STEP_LOST;
    return run->present == NULL || lost;
}

static bool reached_what_was_asked(const run *run)
{
    guint index = run_current(run);
    if (run->reach == RUN_TO_STEP)
        return index > run->reach_index;
    return run->reach == RUN_TO_PHASE && index < run_count(run) &&
           run_step(run, index)->phase > run->reach_index;
}

static int verdict(const following *self, const run *run)
{
    if (run->state == RUN_ENDED)
        return g_strcmp0(run->outcome, "done") == 0 ? 0 : EXIT_STOPPED_BY_PERSON;
    if (self->by_person)
        return EXIT_STOPPED_BY_PERSON;
    if (run->state == RUN_PAUSED)
        return reached_what_was_asked(run) ? 0 : ERR_NEEDS_PERSON;
    guint index = run_current(run);
    step_state state = index < run_count(run) ? run->steps[index].state : STEP_OK;
    if (state == STEP_LOST || state == STEP_INTERRUPTED || (state == STEP_UNVERIFIED && !self->known_wrong))
        return ERR_NEEDS_PERSON;
    return ERR_FAILED;
}

static int tell_end(call *self, const following *following, const run *run)
{
    int code = verdict(following, run);
    next next = next_of(following->board, board_room(following->board, following->stream));
    if (run->why != NULL && run->why[0] != '\0' && !following->told_stop)
        say(self, "%s: %s", run_state_names[run->state], run->why);
    if (next.command != NULL)
        say(self, "NEXT   %s: %s", next.words, next.command);
    else
        say(self, "NEXT   %s", next.words);
    if (self->json) {
        json *document = json_object();
        json_put_text(document, "run", run->id);
        json_put_text(document, "state", run_state_names[run->state]);
        json_put_text(document, "why", run->why);
        json_put_text(document, "outcome", run->outcome);
        json_put_whole(document, "exit", code);
        json_put_text(document, "next", next.words);
        json_put_text(document, "command", next.command);
        say_json(self, document);
    }
    next_clear(&next);
    return code;
}

static int leave(call *self, int signal)
{
    talk(self,
         "the run goes on; 'warroom status' shows it, 'warroom pause' pauses it, 'warroom abort' ends it");
    return 128 + signal;
}

static int follow_run(call *self, asking *way, following *following, GError **error)
{
    g_autoptr(follow) news = follow_new(self, way, following->stream, error);
    if (news == NULL)
        return ERR_FAILED;
    for (;;) {
        g_auto(happening) what = { 0 };
        const run *run = the_run(following);
        bool caught_up = run != NULL && following->seen >= following->told_until;
        bool stopped = caught_up && has_stopped(run);
        if (!follow_next(news, stopped ? 0 : SPAN_MINUTE, &what, error))
            return ERR_FAILED;
        if (what.signal != 0)
            return leave(self, what.signal);
        if (what.record != NULL)
            see(following, what.record);
        else if (what.told == NULL && stopped)
            return tell_end(self, following, run);
        tell(self, following, &what);
    }
}

/* How far the answer already told the incident's records. */
static gint64 answered_until(const json *answer, const char *stream)
{
    const json *records = json_object_get(answer, "records");
    gint64 last = 0;
    for (size_t i = 0; i < json_array_size(records); i++) {
        const json *one = json_array_get(records, i);
        if (g_strcmp0(json_text(one, "stream", NULL), stream) == 0)
            last = MAX(last, json_whole(one, "number", 0));
    }
    return last;
}

static char *stream_of(const json *answer)
{
    const char *named = json_text(json_object_get(answer, "data"), "incident", NULL);
    if (named == NULL)
        named = json_text(json_array_get(json_object_get(answer, "records"), 0), "stream", NULL);
    return g_strdup(named);
}

int verb_run(call *self, GError **error)
{
    if (self->dry_run)
        return dry_run(self, error);
    g_autoptr(json) args = json_deep_copy(self->args);
    if (json_text(args, "book", NULL) != NULL) {
        g_autoptr(found) book = find_book(self, error);
        if (book == NULL)
            return ERR_FAILED;
        json_put_text(args, "book", book->path);
        json_put_text(args, "folder", book->folder);
        json_put_text(args, "digest", book->digest);
    }
    g_auto(asking) way = { 0 };
    g_autoptr(json) answer = NULL;
    if (!asking_open(self, &way, error) || !ask(self, &way, "run", args, &answer, error))
        return ERR_FAILED;
    orders_tell(self, answer);
    g_auto(following)
        following = { .board = board_new(), .stream = stream_of(answer), .partial = g_string_new(NULL) };
    if (following.stream == NULL) {
        fail(error, ERR_FAILED, "the engine did not say what it runs");
        return ERR_FAILED;
    }
    following.told_until = answered_until(answer, following.stream);
    following.board->now = clock_now();
    int code = follow_run(self, &way, &following, error);
    end_line(self, &following);
    return code;
}
