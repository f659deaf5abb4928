/* became.c - what became of a keeper, written down: its end, its verdict, or that nobody knows. */
#include "inside.h"

#include "base/text.h"
#include "journal/kind.h"

#include <string.h>

#define HANDED_ON_LONGEST 4096 /* bytes of one value handed on by a step */
#define OUTPUT_NAMES_REFUSED_PREFIX "LD_"

static json *attempt_body(const run *run, const attempt *attempt)
{
    json *body = step_body(run, attempt->step);
    json_put_whole(body, "try", attempt->try);
    json_put_text(body, "what", deed_names[attempt->what]);
    json_put_text(body, "gate", attempt->gate);
    return body;
}

static char *first_line(const char *text)
{
    g_autofree char *copy = g_strdup(text);
    g_strstrip(copy);
    char *end = strchr(copy, '\n');
    if (end != NULL)
        *end = '\0';
    return text_visible(copy, -1);
}

static char *last_line(const char *text)
{
    g_autofree char *copy = g_strdup(text);
    g_strstrip(copy);
    const char *start = strrchr(copy, '\n');
    return text_visible(start != NULL ? start + 1 : copy, -1);
}

static void put_survivors(json *body, const keep_seen *seen)
{
    if (seen->survivors == NULL || seen->survivors->len == 0)
        return;
    json *list = json_array();
    for (guint i = 0; i < seen->survivors->len; i++) {
        const keep_process *process = &g_array_index(seen->survivors, keep_process, i);
        g_autofree char *name = text_visible(process->name != NULL ? process->name : "", -1);
        g_autofree char *text = g_strdup_printf("%d %s", (int)process->pid, name);
        json_array_append_new(list, json_string(text));
    }
    json_put(body, "survivors", list);
}

static const char *outcome_word(const keep_seen *seen)
{
    static const char *const words[] = {
        [KEEP_EXITED] = "exited",
        [KEEP_SIGNALLED] = "signalled",
        [KEEP_NOT_STARTED] = "not-started",
        [KEEP_SURVIVED] = "survived",
    };
    return words[seen->outcome];
}

static const char *reason_word(const keep_seen *seen)
{
    static const char *const words[] = {
        [KEEP_BY_ITSELF] = "ended",
        [KEEP_BY_TIMEOUT] = "timeout",
        [KEEP_BY_ABORT] = "abort",
    };
    return words[seen->reason];
}

/* Who the target says it is, against who the plan says it should be. */
static bool identity_fits(const run *run, const attempt *attempt, const char *answer, bool well, char **said)
{
    const char *expects = run_step(run, attempt->step)->expects;
    if (!well) {
        *said =
            g_strdup_printf("the target did not say who it is: %s", answer[0] != '\0' ? answer : "no answer");
        return false;
    }
    if (expects == NULL || strcmp(answer, expects) == 0) {
        *said = g_strdup(answer);
        return true;
    }
    *said = g_strdup_printf("the target answers '%s', the plan expects '%s'", answer, expects);
    return false;
}

static void put_figures(json *body, const keep_seen *seen)
{
    json_put_text(body, "outcome", outcome_word(seen));
    json_put_whole(body, "code", seen->number);
    if (seen->reason != KEEP_BY_ITSELF)
        json_put_text(body, "reason", reason_word(seen));
    json_put_whole(body, "output", seen->output);
    json_put_whole(body, "kept", seen->kept);
    json_put_text(body, "cut", seen->cut);
    if (seen->left > 0)
        json_put_whole(body, "left", seen->left);
    if (seen->asked != MOMENT_NONE)
        json_put_whole(body, "asked", seen->asked);
    put_survivors(body, seen);
    json_put_whole(body, "elapsed_us", seen->lasted);
}

/* `name=value` lines. Names that would change how the next shell starts are refused, and said. */
static void note_handed_on(engine *self, const room *room, const run *run, const attempt *attempt)
{
    static const char *const refused_names[] = { "PATH", "BASH_ENV", "ENV", "IFS", "SHELLOPTS", NULL };
    g_autoptr(GError) trouble = NULL;
    g_autofree char *text = self->hands.handed_on(self->hands.context, attempt->folder, &trouble);
    if (trouble != NULL) { /* a later step may need just these: it does not run without them unasked */
        g_autofree char *why =
            g_strdup_printf("step %u '%s' is done, what it hands on cannot be used: %s", attempt->step + 1,
                            run_step(run, attempt->step)->title, trouble->message);
        note_halt(self, room, run, why);
    }
    if (text == NULL || text[0] == '\0')
        return;
    g_autoptr(json) values = json_object();
    g_autoptr(json) refused = json_array();
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i] != NULL; i++) {
        char *equals = strchr(lines[i], '=');
        if (lines[i][0] == '\0')
            continue;
        if (equals != NULL)
            *equals = '\0';
        g_autofree char *name = g_ascii_strup(lines[i], -1);
        bool good = equals != NULL && equals != lines[i] && strlen(equals + 1) <= HANDED_ON_LONGEST &&
                    g_utf8_validate(equals + 1, -1, NULL) &&
                    strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == strlen(name) &&
                    !g_strv_contains(refused_names, name) &&
                    !g_str_has_prefix(name, OUTPUT_NAMES_REFUSED_PREFIX);
        g_autofree char *shown = text_visible(lines[i], -1);
        g_autofree char *cut = text_cut(shown, 60);
        if (good)
            json_put_text(values, name, equals + 1);
        else
            json_array_append_new(refused, json_string(cut));
    }
    json *body = step_body(run, attempt->step);
    json_put(body, "values", json_incref(values));
    if (json_array_size(refused) > 0)
        json_put(body, "refused", json_incref(refused));
    engine_note(self, room->incident->id, "step.handed_on", body);
}

/* A check or a verification has its verdict now, unless there is time to ask again. `cut`: it may not be. */
static void note_verdict(engine *self, const room *room, const run *run, const attempt *attempt, bool well,
                         bool cut, const char *answer, const char *words)
{
    g_autofree char *why = answer[0] != '\0' ? g_strdup_printf("%s (%s)", answer, words) : g_strdup(words);
    const gate *gate = attempt->gate != NULL ? plan_gate(run->plan, attempt->gate) : NULL;
    const step *step = run_step(run, attempt->step);
    due asked = { .step = attempt->step, .gate = gate };
    if (gate != NULL) {
        asked.patient = gate->side == GATE_AFTER;
        asked.timeout = gate_patience(gate);
    } else {
        asked.patient = true;
        asked.timeout = step->verify_timeout;
    }
    if (!well && !cut && run_tries_again(run, &asked, now_up(self)))
        return;
    if (gate != NULL)
        note_gate(self, room, run, gate, well, answer[0] != '\0' ? answer : NULL, NULL, why);
    else if (well)
        note_verified(self, room, run, attempt->step, answer[0] != '\0' ? answer : NULL, NULL, "script");
    else
        note_unverified(self, room, run, attempt->step, why, true);
}

static attempt *attempt_copy(const attempt *from)
{
    attempt *copy = g_memdup2(from, sizeof *from);
    copy->gate = g_strdup(from->gate);
    copy->folder = g_strdup(from->folder);
    return copy;
}

static void attempt_copy_free(attempt *copy)
{
    g_free(copy->gate);
    g_free(copy->folder);
    g_free(copy);
}

static bool acts(const attempt *attempt)
{
    return attempt->what == DO_COMMAND || attempt->what == DO_UNDO;
}

/* Its last words are a question nobody could answer: standard input is empty, there is no terminal (row 49). */
static char *question_in(const char *text)
{
    gsize length = strlen(text);
    while (length > 0 && text[length - 1] == ' ')
        length--;
    if (length == 0 || strchr(":?>])", text[length - 1]) == NULL || strchr(text + length, '\n') != NULL)
        return NULL;
    const char *start = g_strrstr_len(text, (gssize)length, "\n");
    start = start != NULL ? start + 1 : text;
    g_autofree char *line = text_visible(start, (gssize)(text + length - start));
    g_autofree char *cut = text_cut(line, 60);
    return g_strdup_printf("it asked for input: '%s'", cut);
}

static char *unanswered_question(engine *self, const char *folder)
{
    for (int errors = 0; errors < 2; errors++) {
        g_autofree char *text = self->hands.said(self->hands.context, folder, errors == 1);
        char *question = question_in(text);
        if (question != NULL)
            return question;
    }
    return NULL;
}

/* A stop that was asked for stops, whatever it met, and however that ended: nothing goes on by itself behind it. */
static void note_stopped(engine *self, const room *room, const run *run, const attempt *was, bool cut)
{
    const char *title = run_step(run, was->step)->title;
    g_autofree char *why =
        !cut ? g_strdup_printf("aborted in the moment in which step %u '%s' ended", was->step + 1, title)
        : was->what == DO_COMMAND ? g_strdup_printf("step %u '%s' failed: aborted", was->step + 1, title)
                                  : g_strdup_printf("aborted during the %s of step %u '%s'",
                                                    deed_names[was->what], was->step + 1, title);
    note_halt(self, room, run, why);
}

static void note_ended(engine *self, const room *room, const run *run, const keep_seen *seen)
{
    attempt *was = attempt_copy(run->present); /* folding the end forgets the present one, and its abort */
    bool cut = seen->reason == KEEP_BY_ABORT, stopped = cut || run->aborting;
    bool well = seen->outcome == KEEP_EXITED && seen->number == 0 && seen->reason == KEEP_BY_ITSELF;
    g_autofree char *output = was->what == DO_COMMAND || was->what == DO_UNDO
                                  ? g_strdup("")
                                  : self->hands.said(self->hands.context, was->folder, false);
    g_autofree char *answer = was->what == DO_IDENTITY ? first_line(output) : last_line(output);
    if (answer[0] == '\0' && !well && was->what != DO_COMMAND && was->what != DO_UNDO) {
        g_autofree char *errors = self->hands.said(self->hands.context, was->folder, true);
        g_free(answer);
        answer = last_line(errors);
    }
    json *body = attempt_body(run, was);
    put_figures(body, seen);
    /* A check that took too long is told as that, not by the signal it was ended with. */
    g_autofree char *words = seen->outcome == KEEP_NOT_STARTED || seen->outcome == KEEP_SURVIVED
                                 ? keep_words(seen)
                                 : kind_ending(body);
    g_autofree char *said = NULL;
    if (was->what == DO_IDENTITY)
        well = identity_fits(run, was, answer, well, &said);
    else if (seen->outcome == KEEP_NOT_STARTED)
        said = g_strdup(words);
    else if (acts(was) && !well && seen->reason == KEEP_BY_ITSELF)
        said = unanswered_question(self, was->folder);
    else if (answer[0] != '\0')
        said = g_strdup(answer);
    json_put_flag(body, "well", well);
    json_put_text(body, "said", said);
    engine_note(self, room->incident->id, "step.ended", body);
    if (was->what == DO_COMMAND && well)
        note_handed_on(self, room, run, was);
    if (was->what == DO_CHECK || was->what == DO_VERIFY)
        note_verdict(self, room, run, was, well, cut, answer, words);
    if (stopped)
        note_stopped(self, room, run, was, cut);
    attempt_copy_free(was);
}

void note_not_started(engine *self, const room *room, const run *run, const char *why)
{
    attempt *was = attempt_copy(run->present);
    json *body = attempt_body(run, was);
    json_put_flag(body, "well", false);
    json_put_text(body, "outcome", "not-started");
    json_put_whole(body, "code", 0);
    json_put_text(body, "said", why);
    json_put_whole(body, "elapsed_us", 0);
    engine_note(self, room->incident->id, "step.ended", body);
    if (was->what == DO_CHECK || was->what == DO_VERIFY)
        note_verdict(self, room, run, was, false, false, "", why);
    attempt_copy_free(was);
}

static void note_unknown(engine *self, const room *room, const run *run, const char *kind, const char *why)
{
    g_autofree char *words =
        g_strdup_printf("step %u '%s' %s%s; outcome unknown, a person decides", run->present->step + 1,
                        run_step(run, run->present->step)->title,
                        strcmp(kind, "step.lost") == 0 ? "lost its keeper: " : "was interrupted: ", why);
    bool halts = acts(run->present) || run->aborting;
    json *body = attempt_body(run, run->present);
    json_put_text(body, "why", why);
    engine_note(self, room->incident->id, kind, body);
    if (halts)
        note_halt(self, room, run, words);
}

/* The keeper is gone and left no word. Its step may live on. */
static void look_at_lost(engine *self, const room *room, const run *run, const keep_seen *seen)
{
    bool known = run->steps[run->present->step].state == STEP_LOST;
    memory *memory = engine_memory(self, room, run);
    bool was_there = memory->orphan_there;
    memory->orphan_there = seen->step_there;
    if (!known) {
        g_autofree char *why = seen->step_there
                                   ? g_strdup_printf("its process %d is still there", (int)seen->step)
                                   : g_strdup("its process is gone");
        note_unknown(self, room, run, "step.lost", why);
        return;
    }
    if (!seen->step_there && (run->adopted || (was_there && !run->aborting)))
        note_unknown(self, room, run, "step.interrupted", "its process has ended and nobody saw how");
    else
        look_again(self, now_up(self) + AWHILE);
}

/* What is left of a lost step, ended: politely first, after the grace by force. */
void end_orphan(engine *self, const room *room, const run *run)
{
    memory *memory = engine_memory(self, room, run);
    uptime now = now_up(self);
    bool force = memory->orphan_asked != 0 && now - memory->orphan_asked >= ENGINE_GRACE;
    g_autoptr(GError) trouble = NULL;
    g_autoptr(GArray) left =
        self->hands.end_orphan(self->hands.context, run->present->folder, force, &trouble);
    if (left == NULL) {
        g_debug("abort: %s", trouble->message);
        look_again(self, now + AWHILE);
        return;
    }
    if (memory->orphan_asked == 0)
        memory->orphan_asked = now;
    if (left->len > 0) {
        look_again(self, now + AWHILE / 4);
        return;
    }
    memory->orphan_asked = 0;
    note_unknown(self, room, run, "step.interrupted",
                 "it lost its keeper, and what was left of it was ended");
}

/* True: something was noted, walk on. */
bool look_at_present(engine *self, const room *room, const run *run)
{
    const attempt *present = run->present;
    g_autoptr(GError) trouble = NULL;
    g_autoptr(keep_seen) seen =
        self->hands.look(self->hands.context, present->folder, present->boot, &trouble);
    guint noted = self->batch->len;
    if (seen == NULL) {
        g_message("%s: %s", present->folder, trouble->message);
        look_again(self, now_up(self) + AWHILE);
        return false;
    }
    switch (seen->state) {
    case KEEP_RUNNING:
        look_again(self, now_up(self) + AWHILE);
        break;
    case KEEP_ENDED:
        note_ended(self, room, run, seen);
        break;
    case KEEP_LOST:
        look_at_lost(self, room, run, seen);
        break;
    case KEEP_NEVER_BEGAN:
        note_unknown(self, room, run, "step.interrupted", "the engine ended before it began: it never ran");
        break;
    case KEEP_INTERRUPTED:
        note_unknown(self, room, run, "step.interrupted", "the machine was started anew");
        break;
    }
    return self->batch->len > noted;
}
