/* walk.c - every open run, as far as it goes now.
 *
 * Nothing is decided here: the run says what is due, keepers say what became of them, conditions say what is so.
 * A start is committed before the keeper exists; the end of one and the start of the next go into one commit. */
#include "inside.h"

#include "base/text.h"

#include <string.h>

#define AWHILE SPAN_SECOND     /* how often what cannot announce itself is looked at */
#define HANDED_ON_LONGEST 4096 /* bytes of one value handed on by a step */
#define OUTPUT_NAMES_REFUSED_PREFIX "LD_"

static json *step_body(const run *run, guint index)
{
    json *body = json_object();
    json_put_text(body, "run", run->id);
    json_put_whole(body, "step", index + 1);
    json_put_text(body, "title", run_step(run, index)->title);
    return body;
}

static uptime now_up(engine *self)
{
    return self->hands.now(self->hands.context).up;
}

static void look_again(engine *self, uptime at)
{
    self->hands.wake_at(self->hands.context, at);
}

/* ---- what became of a keeper ---- */

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
    g_autofree char *text = self->hands.handed_on(self->hands.context, attempt->folder);
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

static void note_gate(engine *self, const room *room, const run *run, const gate *gate, bool passed,
                      const char *value, const char *wanted, const char *why)
{
    json *body = json_object();
    json_put_text(body, "run", run->id);
    json_put_text(body, "gate", gate->name);
    if (passed)
        json_put_text(body, "how", "auto");
    json_put_text(body, "value", value);
    json_put_text(body, "wanted", wanted);
    if (!passed)
        json_put_text(body, "why", why);
    engine_note(self, room->incident->id, passed ? "gate.passed" : "gate.failed", body);
}

static void note_verified(engine *self, const room *room, const run *run, guint index, const char *value,
                          const char *wanted, const char *how)
{
    json *body = step_body(run, index);
    json_put_text(body, "value", value);
    json_put_text(body, "wanted", wanted);
    json_put_text(body, "how", how);
    engine_note(self, room->incident->id, "step.verified", body);
}

static void note_unverified(engine *self, const room *room, const run *run, guint index, const char *why,
                            bool known)
{
    json *body = step_body(run, index);
    json_put_text(body, "why", why);
    json_put_flag(body, "known", known);
    engine_note(self, room->incident->id, "step.unverified", body);
}

/* A check or a verification has its verdict now, unless there is time to ask again. */
static void note_verdict(engine *self, const room *room, const run *run, const attempt *attempt, bool well,
                         const char *answer, const char *words)
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
    if (!well && run_tries_again(run, &asked, now_up(self)))
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

static void note_ended(engine *self, const room *room, const run *run, const keep_seen *seen)
{
    attempt *was = attempt_copy(run->present); /* folding the end forgets the present one */
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
    g_autofree char *words = keep_words(seen);
    g_autofree char *said = NULL;
    if (was->what == DO_IDENTITY)
        well = identity_fits(run, was, answer, well, &said);
    else if (seen->outcome == KEEP_NOT_STARTED)
        said = g_strdup(words);
    else if (answer[0] != '\0')
        said = g_strdup(answer);
    json *body = attempt_body(run, was);
    json_put_flag(body, "well", well);
    json_put_text(body, "said", said);
    put_figures(body, seen);
    engine_note(self, room->incident->id, "step.ended", body);
    if (was->what == DO_COMMAND && well)
        note_handed_on(self, room, run, was);
    if (was->what == DO_CHECK || was->what == DO_VERIFY)
        note_verdict(self, room, run, was, well, answer, words);
    attempt_copy_free(was);
}

static void note_halt(engine *self, const room *room, const run *run, const char *why)
{
    json *body = json_object();
    json_put_text(body, "run", run->id);
    json_put_text(body, "why", why);
    engine_note(self, room->incident->id, "run.halted", body);
}

static bool acts(const attempt *attempt)
{
    return attempt->what == DO_COMMAND || attempt->what == DO_UNDO;
}

static void note_unknown(engine *self, const room *room, const run *run, const char *kind, const char *why)
{
    g_autofree char *words =
        g_strdup_printf("step %u '%s': %s; outcome unknown, a person decides", run->present->step + 1,
                        run_step(run, run->present->step)->title, why);
    bool halts = acts(run->present);
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
    if (!known) {
        g_autofree char *why =
            seen->step_there
                ? g_strdup_printf("lost its keeper; its process %d is still there", (int)seen->step)
                : g_strdup("lost its keeper; its process is gone");
        note_unknown(self, room, run, "step.lost", why);
        return;
    }
    if (run->adopted && !seen->step_there)
        note_unknown(self, room, run, "step.interrupted", "its process has ended and nobody saw how");
    else
        look_again(self, now_up(self) + AWHILE);
}

/* What is left of a lost step, ended: politely first, after the grace by force. */
static void end_orphan(engine *self, const room *room, const run *run)
{
    memory *memory = engine_memory(self, room, run);
    uptime now = now_up(self);
    bool force = memory->orphan_asked != 0 && now - memory->orphan_asked >= ENGINE_GRACE;
    g_autoptr(GError) trouble = NULL;
    g_autoptr(GArray) left =
        self->hands.end_orphan(self->hands.context, run->present->folder, force, &trouble);
    if (left == NULL) {
        g_message("abort: %s", trouble->message);
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
static bool look_at_present(engine *self, const room *room, const run *run)
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
        note_unknown(self, room, run, "step.interrupted", "interrupted by reboot");
        break;
    }
    return self->batch->len > noted;
}

/* ---- launching ---- */

static void put_env(GStrvBuilder *env, const char *name, const char *value)
{
    if (value == NULL)
        return;
    g_autofree char *pair = g_strdup_printf("%s=%s", name, value);
    g_strv_builder_add(env, pair);
}

/* PATH and the like come from the face that fired it; an automatic or taken-over run has the engine's own. */
static void put_inherited(const engine *self, GStrvBuilder *env, const memory *memory)
{
    static const char *const always[] = { "PATH", "HOME", "USER", "LANG", NULL };
    const char *const *lists[] = { always, (const char *const *)self->settings->steps_pass };
    for (gsize list = 0; list < G_N_ELEMENTS(lists); list++) {
        for (guint i = 0; lists[list][i] != NULL; i++) {
            const char *name = lists[list][i];
            const char *value = memory->env != NULL ? json_text(memory->env, name, NULL) : g_getenv(name);
            put_env(env, name, value);
        }
    }
}

static char **step_environment(engine *self, const room *room, const run *run, guint index,
                               const char *folder)
{
    g_autoptr(GStrvBuilder) env = g_strv_builder_new();
    put_inherited(self, env, engine_memory(self, room, run));
    put_env(env, "WARROOM_INCIDENT", room->incident->id);
    put_env(env, "WARROOM_TARGET", run->plan->target);
    put_env(env, "WARROOM_RUN", run->id);
    put_env(env, "WARROOM_STEP", run_step(run, index)->name);
    g_autofree char *path = self->hands.path(self->hands.context, folder);
    g_autofree char *output = g_build_filename(path, "handed-on", NULL);
    put_env(env, "WARROOM_OUTPUT", output);
    GHashTableIter each;
    gpointer name = NULL, value = NULL;
    g_hash_table_iter_init(&each, run->plan->values);
    while (g_hash_table_iter_next(&each, &name, &value)) {
        g_autofree char *full = g_strdup_printf("WARROOM_%s", (char *)name);
        put_env(env, full, value);
    }
    g_hash_table_iter_init(&each, run->values);
    while (g_hash_table_iter_next(&each, &name, &value)) {
        g_autofree char *full = g_strdup_printf("WARROOM_OUT_%s", (char *)name);
        put_env(env, full, value);
    }
    return g_strv_builder_end(env);
}

/* "INC-0042/R1-step-02-try-1": what a person finds when looking for the output. */
static char *attempt_folder(const room *room, const run *run, const due *due, guint try)
{
    if (due->what == DO_COMMAND)
        return g_strdup_printf("steps/%s/%s-step-%02u-try-%u", room->incident->id, run->id, due->step + 1,
                               try);
    if (due->gate != NULL)
        return g_strdup_printf("steps/%s/%s-step-%02u-gate-%s-%u", room->incident->id, run->id, due->step + 1,
                               due->gate->name, try);
    return g_strdup_printf("steps/%s/%s-step-%02u-%s-%u", room->incident->id, run->id, due->step + 1,
                           deed_names[due->what], try);
}

static const char *const *interpreter_of(const script *script)
{
    static const char *const sh[] = { "sh", "-e", NULL };
    static const char *const bash[] = { "bash", "-e", NULL };
    static const char *const zsh[] = { "zsh", "-e", NULL };
    if (g_strcmp0(script->language, "bash") == 0)
        return bash;
    if (g_strcmp0(script->language, "zsh") == 0)
        return zsh;
    return sh;
}

static void note_not_started(engine *self, const room *room, const run *run, const char *why)
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
        note_verdict(self, room, run, was, false, "", why);
    attempt_copy_free(was);
}

/* Intent before deed: the start is on the disk before the process exists. False: the journal did not take it. */
static bool launch(engine *self, const room *room, const run *run, const due *due)
{
    guint try = run_tries_of(run, due->what, due->step, due->gate != NULL ? due->gate->name : NULL) + 1;
    g_autofree char *folder = attempt_folder(room, run, due, try);
    char hex[DIGEST_SIZE];
    gsize length = strlen(due->script->text);
    digest_bytes(due->script->text, length, hex);
    json *body = step_body(run, due->step);
    json_put_whole(body, "try", try);
    json_put_text(body, "what", deed_names[due->what]);
    json_put_text(body, "gate", due->gate != NULL ? due->gate->name : NULL);
    json_put_text(body, "folder", folder);
    json_put_text(body, "digest", hex);
    json_put_whole(body, "timeout_us", due->timeout);
    engine_note(self, room->incident->id, "step.started", body);
    g_autoptr(GError) trouble = NULL;
    if (!engine_commit(self, &trouble)) {
        look_again(self, now_up(self) + AWHILE);
        return false;
    }
    g_auto(GStrv) env = step_environment(self, room, run, due->step, folder);
    g_autofree char *home = g_path_get_dirname(run->plan->book->file);
    keep_order order = { .interpreter = interpreter_of(due->script),
                         .script = due->script->text,
                         .script_length = length,
                         .environment = (const char *const *)env,
                         .cwd = run->folder != NULL ? run->folder : home,
                         .timeout = due->timeout,
                         .grace = ENGINE_GRACE };
    if (!self->hands.start(self->hands.context, folder, &order, &trouble))
        note_not_started(self, room, run, trouble->message);
    return true;
}

/* ---- judging conditions ---- */

static void judging_begin(judging *self, const char *key, const char *text)
{
    if (g_strcmp0(self->key, key) == 0)
        return;
    judging_clear(self);
    self->key = g_strdup(key);
    self->condition = condition_parse(text, NULL, NULL, NULL); /* the plan's reader has tried it already */
    if (self->condition != NULL)
        self->watch = watch_new(self->condition);
}

static char *judged_value(const watch *watch)
{
    double value = 0, limit = 0;
    return watch_numbers(watch, &value, &limit) ? g_strdup_printf("%.6g", value) : NULL;
}

static void note_judged(engine *self, const room *room, const run *run, const due *due, bool passed,
                        const char *value, const char *why, bool known)
{
    if (due->gate != NULL)
        note_gate(self, room, run, due->gate, passed, value, due->condition, why);
    else if (passed)
        note_verified(self, room, run, due->step, value, due->condition, "condition");
    else
        note_unverified(self, room, run, due->step, why, known);
}

/* True: it was decided and noted. A condition that is not known yet is waited for, never taken for an answer. */
static bool judge(engine *self, const room *room, const run *run, const due *due)
{
    judging *judging = &engine_memory(self, room, run)->present;
    g_autofree char *key = g_strdup_printf("%s %u %s %" G_GINT64_FORMAT, run->id, due->step,
                                           due->gate != NULL ? due->gate->name : "verify", due->at);
    judging_begin(judging, key, due->condition);
    if (judging->watch == NULL) {
        note_judged(self, room, run, due, false, NULL, "its condition cannot be understood", true);
        return true;
    }
    uptime now = now_up(self);
    evidence evidence = self->hands.evidence(self->hands.context, room->incident->service, now);
    watch_state is = watch_look(judging->watch, &evidence);
    truth truth = watch_truth(judging->watch);
    g_autofree char *value = judged_value(judging->watch);
    if (watch_is_met(judging->watch)) {
        note_judged(self, room, run, due, true, value, NULL, true);
        return true;
    }
    bool over = now >= due->at + due->timeout;
    bool plainly_no = is == WATCH_QUIET && truth == TRUTH_FALSE && !due->patient;
    if (!over && !plainly_no) {
        look_again(self, MIN(now + AWHILE, due->at + due->timeout));
        return false;
    }
    g_autofree char *waited = span_text(due->timeout);
    g_autofree char *why =
        truth == TRUTH_UNKNOWN ? g_strdup_printf("unknown: %s", watch_why(judging->watch))
        : plainly_no ? g_strdup_printf("%s, wanted %s", value != NULL ? value : "not so", due->condition)
                     : g_strdup_printf("%s after %s, wanted %s", value != NULL ? value : "not so", waited,
                                       due->condition);
    note_judged(self, room, run, due, false, value, why, truth != TRUTH_UNKNOWN);
    return true;
}

/* A condition of the playbook that halts the run: looked at as long as it goes on. */
static bool abort_trigger_fired(engine *self, const room *room, const run *run)
{
    GPtrArray *texts = run->plan->book->aborts;
    memory *memory = engine_memory(self, room, run);
    if (texts->len == 0)
        return false;
    uptime now = now_up(self);
    evidence evidence = self->hands.evidence(self->hands.context, room->incident->service, now);
    look_again(self, now + AWHILE);
    for (guint i = 0; i < texts->len; i++) {
        if (memory->aborts->len <= i)
            g_ptr_array_add(memory->aborts, g_new0(judging, 1));
        judging *judging = g_ptr_array_index(memory->aborts, i);
        const char *text = g_ptr_array_index(texts, i);
        judging_begin(judging, text, text);
        if (judging->watch == NULL || watch_look(judging->watch, &evidence) != WATCH_FIRING)
            continue;
        g_autofree char *value = judged_value(judging->watch);
        g_autofree char *why =
            g_strdup_printf("abort trigger: %s (now %s)", text, value != NULL ? value : "so");
        note_halt(self, room, run, why);
        return true;
    }
    return false;
}

/* ---- the walk ---- */

static void note_run(engine *self, const room *room, const run *run, const char *kind, const char *key,
                     const char *words)
{
    json *body = json_object();
    json_put_text(body, "run", run->id);
    json_put_text(body, key, words);
    engine_note(self, room->incident->id, kind, body);
}

static void cut(engine *self, const room *room, const run *run)
{
    memory *memory = engine_memory(self, room, run);
    if (run->steps[run->present->step].state == STEP_LOST) {
        end_orphan(self, room, run);
        return;
    }
    if (g_strcmp0(memory->cut, run->present->folder) == 0)
        return;
    g_autoptr(GError) gone = NULL;
    if (!self->hands.cut(self->hands.context, run->present->folder, &gone))
        g_message("abort: %s", gone->message); /* it has just ended: its end is seen next */
    g_free(memory->cut);
    memory->cut = g_strdup(run->present->folder);
}

/* One thing that is due. True: walk on; false: nothing more for now. */
static bool walk_due(engine *self, const room *room, const run *run, due *due)
{
    switch (due->kind) {
    case DUE_NOTHING:
        return false;
    case DUE_LAUNCH:
        if (engine_memory(self, room, run)->held)
            return false;
        if (due->at > now_up(self)) {
            look_again(self, due->at);
            return false;
        }
        return launch(self, room, run, due);
    case DUE_JUDGE:
        return judge(self, room, run, due);
    case DUE_CUT:
        cut(self, room, run);
        return false;
    case DUE_HALT:
        note_halt(self, room, run, due->why);
        return true;
    case DUE_PAUSE:
        note_run(self, room, run, "run.paused", "why", due->why);
        return true;
    case DUE_END:
        note_run(self, room, run, "run.ended", "outcome", due->why);
        return true;
    }
    return false;
}

static void walk(engine *self, const char *stream)
{
    bool on = true;
    while (on && !self->broken) {
        const room *room = board_room(self->board, stream); /* a failed commit makes the board anew */
        const run *run = room != NULL ? room_run(room) : NULL;
        if (run == NULL || run->state == RUN_ENDED || !incident_is_open(room->incident))
            return;
        on = false;
        if (run->present != NULL)
            on = look_at_present(self, room, run);
        if (!on && run->state == RUN_GOING)
            on = abort_trigger_fired(self, room, run);
        if (!on) {
            due due = run_due(run);
            on = walk_due(self, room, run, &due);
            due_clear(&due);
        }
    }
}

void walk_all(engine *self)
{
    g_autoptr(GPtrArray) open = board_open(self->board);
    g_autoptr(GPtrArray) streams = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < open->len; i++)
        g_ptr_array_add(streams, g_strdup(((listed *)g_ptr_array_index(open, i))->stream));
    for (guint i = 0; i < streams->len; i++)
        walk(self, g_ptr_array_index(streams, i));
    g_autoptr(GError) trouble = NULL;
    if (!self->broken && !engine_commit(self, &trouble))
        look_again(self, now_up(self) + AWHILE);
}
