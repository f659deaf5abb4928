#include "execute/run.h"

#include "journal/kind.h"

#include <string.h>

const char *const deed_names[] = { "command", "undo", "identity", "verify", "check", NULL };
const char *const step_state_names[] = { "todo", "RUN",    "ok",          "FAIL", "UNVERIFIED",
                                         "skip", "undone", "INTERRUPTED", "LOST", NULL };
const char *const gate_state_names[] = { "open", "passed", "failed", "overridden", NULL };
const char *const run_state_names[] = { "prepared", "going", "paused", "halted", "ended", NULL };
const char *const run_reach_names[] = { "step", "phase", "end", NULL };

static void attempt_free(attempt *self)
{
    if (self == NULL)
        return;
    g_free(self->gate);
    g_free(self->folder);
    g_free(self);
}

static void gate_run_free(gpointer data)
{
    gate_run *self = data;
    g_free(self->how);
    g_free(self->by);
    g_free(self->value);
    g_free(self->wanted);
    g_free(self->reason);
    g_free(self);
}

static void text_set(char **place, const char *text)
{
    g_free(*place);
    *place = g_strdup(text);
}

static int word_index(const char *const *words, const char *word)
{
    for (int i = 0; words[i] != NULL; i++)
        if (g_strcmp0(words[i], word) == 0)
            return i;
    return -1;
}

run *run_from_record(const record *prepared, GError **error)
{
    const json *body = record_body(prepared);
    g_autoptr(plan) plan = plan_from_json(json_object_get(body, "plan"), error);
    if (plan == NULL)
        return NULL;
    run *self = g_new0(run, 1);
    self->id = g_strdup(json_text(body, "run", "R?"));
    self->title = g_strdup(json_text(body, "title", plan->book->title));
    self->steps = g_new0(step_run, plan->book->steps->len);
    self->plan = g_steal_pointer(&plan);
    self->gates = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, gate_run_free);
    self->tries = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    self->values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->why = g_strdup("");
    self->folder = g_strdup(json_text(body, "folder", NULL));
    self->prepared = prepared->happened;
    return self;
}

static void step_run_clear(step_run *self)
{
    g_free(self->outcome);
    g_free(self->said);
    g_free(self->reason);
    g_free(self->folder);
    g_free(self->by);
}

void run_free(run *self)
{
    if (self == NULL)
        return;
    for (guint i = 0; i < run_count(self); i++)
        step_run_clear(&self->steps[i]);
    g_free(self->steps);
    g_free(self->id);
    g_free(self->title);
    g_free(self->why);
    g_free(self->by);
    g_free(self->folder);
    g_free(self->outcome);
    g_free(self->confirmed);
    g_hash_table_unref(self->gates);
    g_hash_table_unref(self->tries);
    g_hash_table_unref(self->values);
    attempt_free(self->present);
    plan_free(self->plan);
    g_free(self);
}

/* ---- where it is ---- */

guint run_count(const run *self)
{
    return self->plan->book->steps->len;
}

const step *run_step(const run *self, guint index)
{
    return g_ptr_array_index(self->plan->book->steps, index);
}

static bool step_is_settled(const run *self, guint index)
{
    switch (self->steps[index].state) {
    case STEP_OK:
    case STEP_SKIPPED:
        return true;
    case STEP_FAILED: /* for good: no automatic try is left, and nobody stopped it */
        return run_step(self, index)->failing == ON_FAILURE_CONTINUE && !self->steps[index].cut &&
               self->steps[index].tries_asked > run_step(self, index)->retries;
    case STEP_UNVERIFIED:
        return run_step(self, index)->failing == ON_FAILURE_CONTINUE;
    default:
        return false;
    }
}

guint run_current(const run *self)
{
    guint index = 0;
    while (index < run_count(self) && step_is_settled(self, index))
        index++;
    return index;
}

bool run_find_step(const run *self, const char *word, guint *index, GError **error)
{
    if (word == NULL || word[0] == '\0') {
        *index = run_current(self);
        if (*index < run_count(self))
            return true;
        return fail(error, ERR_NOT_FOUND, "every step of '%s' is done; name one: a number from 1 to %u",
                    self->title, run_count(self));
    }
    if (plan_step(self->plan, word, index) != NULL)
        return true;
    return fail(error, ERR_NOT_FOUND, "'%s' has no step '%s'; it has 1 to %u, 'warroom step list' names them",
                self->title, word, run_count(self));
}

const gate_run *run_gate(const run *self, const char *name)
{
    static const gate_run open = { .state = GATE_OPEN };
    const gate_run *found = g_hash_table_lookup(self->gates, name);
    return found != NULL ? found : &open;
}

bool gate_is_automatic(const gate *gate)
{
    return gate->condition != NULL || gate->check != NULL;
}

static char *tries_key(deed what, guint step, const char *gate)
{
    return g_strdup_printf("%s %u %s", deed_names[what], step, gate != NULL ? gate : "");
}

guint run_tries_of(const run *self, deed what, guint step, const char *gate)
{
    g_autofree char *key = tries_key(what, step, gate);
    return GPOINTER_TO_UINT(g_hash_table_lookup(self->tries, key));
}

GPtrArray *run_open_gates(const run *self)
{
    GPtrArray *open = g_ptr_array_new();
    guint index = run_current(self);
    if (index == run_count(self))
        return open;
    bool after = self->steps[index].commanded;
    g_autoptr(GPtrArray) all =
        after ? plan_gates_after(self->plan, index) : plan_gates_before(self->plan, index);
    for (guint i = 0; i < all->len; i++) {
        gate *gate = g_ptr_array_index(all, i);
        gate_state state = run_gate(self, gate->name)->state;
        if (!gate_is_automatic(gate) && state != GATE_PASSED && state != GATE_OVERRIDDEN)
            g_ptr_array_add(open, gate);
    }
    return open;
}

bool run_gate_holds(const run *self, const gate *gate, gint64 since)
{
    const gate_run *state = run_gate(self, gate->name);
    if (state->state == GATE_OVERRIDDEN)
        return true;
    return state->state == GATE_PASSED && state->judged > since;
}

/* A step is only called running while something of it runs. */
const char *run_step_word(const run *self, guint index)
{
    const step_run *state = &self->steps[index];
    bool undoes = self->present != NULL && self->present->step == index && self->present->what == DO_UNDO;
    if (undoes && state->state != STEP_LOST && state->state != STEP_INTERRUPTED)
        return step_state_names[STEP_RUNNING];
    if (state->state != STEP_RUNNING)
        return step_state_names[state->state];
    bool acts = self->present != NULL && self->present->step == index &&
                (self->present->what == DO_COMMAND || self->present->what == DO_UNDO);
    return acts ? step_state_names[STEP_RUNNING] : "CHECK";
}

/* ---- folding ---- */

static gate_run *gate_run_of(run *self, const char *name)
{
    gate_run *found = g_hash_table_lookup(self->gates, name);
    if (found == NULL) {
        found = g_new0(gate_run, 1);
        g_hash_table_insert(self->gates, g_strdup(name), found);
    }
    return found;
}

/* From here on something is waited for. */
static void wait_from(step_run *step, const record *record)
{
    step->since = record->up;
    step->asked = false;
}

static void fold_gate(run *self, const record *record, const json *body, gate_state state)
{
    const char *name = json_text(body, "gate", "");
    gate_run *gate = gate_run_of(self, name);
    bool override = g_strcmp0(json_text(body, "how", ""), "override") == 0;
    gate->state = override ? GATE_OVERRIDDEN : state;
    gate->judged = record->number;
    gate->at = record->happened;
    text_set(&gate->how, json_text(body, "how", state == GATE_FAILED ? "auto" : ""));
    text_set(&gate->by, record->by.name);
    text_set(&gate->value, json_text(body, "value", NULL));
    text_set(&gate->wanted, json_text(body, "wanted", NULL));
    text_set(&gate->reason, json_text(body, state == GATE_FAILED ? "why" : "reason", NULL));
    guint current = run_current(self);
    if (current < run_count(self))
        wait_from(&self->steps[current], record);
}

/* The way to a step begins anew: its gates must be judged again, its target asked again who it is. */
static void approach(run *self, guint index, const record *record)
{
    if (index >= run_count(self))
        return;
    step_run *step = &self->steps[index];
    step->approach = record->number;
    wait_from(step, record);
    step->identified = false;
}

static void forget_present(run *self)
{
    attempt_free(self->present);
    self->present = NULL;
    self->adopted = self->aborting = false;
}

static void fold_started(run *self, const record *record, const json *body, step_run *step, guint index)
{
    int what = word_index(deed_names, json_text(body, "what", ""));
    if (what < 0)
        return;
    forget_present(self);
    attempt *now = g_new0(attempt, 1);
    now->what = (deed)what;
    now->step = index;
    now->try = (guint)json_whole(body, "try", 1);
    now->gate = g_strdup(json_text(body, "gate", NULL));
    now->folder = g_strdup(json_text(body, "folder", ""));
    now->started = record->happened;
    now->up = record->up;
    now->timeout = json_whole(body, "timeout_us", 0);
    g_strlcpy(now->boot, record->boot, sizeof now->boot);
    self->present = now;
    g_hash_table_replace(self->tries, tries_key(now->what, index, now->gate), GUINT_TO_POINTER(now->try));
    if (now->what == DO_COMMAND) {
        step->sure = false;       /* once typed, once run */
        step->undo_tried = false; /* what this try does, its own undo takes back */
        step->state = STEP_RUNNING;
        text_set(&step->by, self->by);
        step->tries++;
        step->tries_asked++;
        step->started = record->happened;
        step->commanded = step->verified = false;
    }
    if (now->what == DO_COMMAND || now->what == DO_UNDO)
        text_set(&step->folder, now->folder);
    if (now->what == DO_UNDO) {
        step->undo_tried = true;
        step->undo_due = false;
    }
}

/* "exit 1", "killed by signal 9", "time-out": what a person reads beside FAIL; of what never began, why. */
static char *outcome_words(const json *body)
{
    const char *outcome = json_text(body, "outcome", "");
    const char *said = json_text(body, "said", NULL);
    if (said != NULL && strcmp(outcome, "not-started") == 0)
        return g_strdup(said);
    char *ending = kind_ending(body);
    if (said == NULL || strcmp(outcome, "exited") != 0 || !g_str_has_prefix(ending, "exit ") ||
        json_whole(body, "code", 0) == 0)
        return ending;
    char *words = g_strconcat(ending, ", ", said, NULL);
    g_free(ending);
    return words;
}

static void fold_ended(run *self, const record *record, const json *body, step_run *step)
{
    int what = word_index(deed_names, json_text(body, "what", ""));
    bool well = json_flag(body, "well", false);
    forget_present(self);
    step->tried = record->up;
    step->asked = true;
    if (what == DO_COMMAND) {
        wait_from(step, record);
        step->ended = record->happened;
        step->fired = record->number;
        step->elapsed = json_whole(body, "elapsed_us", 0);
        step->commanded = well;
        step->cut = !well && g_strcmp0(json_text(body, "reason", ""), "abort") == 0;
        step->state = well ? STEP_RUNNING : STEP_FAILED;
        g_free(step->outcome);
        step->outcome = outcome_words(body);
    } else if (what == DO_IDENTITY) {
        step->identified = well;
        text_set(&step->said, json_text(body, "said", NULL));
        if (!well) {
            g_free(step->outcome);
            step->outcome = outcome_words(body);
        }
    } else if (what == DO_UNDO) {
        if (well) {
            step->state = STEP_UNDONE;
            step->commanded = step->verified = false;
        }
        g_free(step->outcome);
        step->outcome = outcome_words(body);
    }
}

/* A step is done once its command, its verification and the gates behind it are. */
static void settle(run *self, guint index)
{
    if (index >= run_count(self))
        return;
    step_run *state = &self->steps[index];
    const step *step = run_step(self, index);
    bool asks = step->verify != NULL || step->verify_condition != NULL;
    if (state->state != STEP_RUNNING || !state->commanded || (asks && !state->verified))
        return;
    g_autoptr(GPtrArray) after = plan_gates_after(self->plan, index);
    for (guint i = 0; i < after->len; i++) {
        const gate *gate = g_ptr_array_index(after, i);
        if (!run_gate_holds(self, gate, state->fired))
            return;
    }
    state->state = STEP_OK;
}

static void go(run *self, const record *record)
{
    self->state = RUN_GOING;
    text_set(&self->why, "");
    if (record->by.name[0] != '\0')
        text_set(&self->by, record->by.name);
    approach(self, run_current(self), record);
}

static void fold_run(run *self, const record *record, const json *body, const char *kind)
{
    if (strcmp(kind, "run.started") == 0) {
        if (self->started == 0)
            self->started = record->happened;
        int reach = word_index(run_reach_names, json_text(body, "mode", "end"));
        self->reach = reach < 0 ? RUN_TO_END : (run_reach)reach;
        self->reach_index = (guint)json_whole(body, "reach", 0);
        if (json_text(body, "confirmed", NULL) != NULL)
            text_set(&self->confirmed, json_text(body, "confirmed", NULL));
        if (json_text(body, "sure", NULL) != NULL && run_current(self) < run_count(self))
            self->steps[run_current(self)].sure = true;
        go(self, record);
    } else if (strcmp(kind, "run.resumed") == 0) {
        go(self, record);
    } else if (strcmp(kind, "run.paused") == 0) {
        self->state = RUN_PAUSED;
        text_set(&self->why, json_text(body, "why", ""));
    } else if (strcmp(kind, "run.halted") == 0) {
        self->state = RUN_HALTED;
        text_set(&self->why, json_text(body, "why", ""));
    } else if (strcmp(kind, "run.aborted") == 0) {
        self->aborting = self->present != NULL;
    } else if (strcmp(kind, "run.ended") == 0) {
        self->state = RUN_ENDED;
        self->ended = record->happened;
        text_set(&self->why, "");
        text_set(&self->outcome, json_text(body, "outcome", ""));
    }
}

/* A mark is a person's word for what nobody could see. */
static void fold_mark(run *self, const record *record, const json *body, step_run *step, guint index)
{
    const char *outcome = json_text(body, "outcome", "");
    forget_present(self);
    step->ended = record->happened;
    text_set(&step->reason, json_text(body, "reason", NULL));
    if (strcmp(outcome, "undone") == 0) {
        step->state = STEP_UNDONE;
    } else if (strcmp(outcome, "ok") == 0) {
        step->commanded = step->verified = true;
        step->fired = record->number;
        step->state = STEP_RUNNING;
        text_set(&step->outcome, "marked ok");
        settle(self, index);
    } else {
        step->commanded = false;
        step->state = STEP_FAILED;
        text_set(&step->outcome, "marked failed");
    }
}

static void fold_handed_on(run *self, const json *body)
{
    const char *name = NULL;
    json *value = NULL;
    json *values = json_object_get(body, "values");
    json_object_foreach(values, name, value)
    {
        if (json_is_string(value))
            g_hash_table_replace(self->values, g_strdup(name), g_strdup(json_string_value(value)));
    }
}

static void fold_step(run *self, const record *record, const json *body, const char *kind)
{
    guint index = (guint)(json_whole(body, "step", 0) - 1);
    if (index >= run_count(self))
        return;
    step_run *step = &self->steps[index];
    bool acts = g_strcmp0(json_text(body, "what", "command"), "command") == 0 ||
                g_strcmp0(json_text(body, "what", ""), "undo") == 0;
    if (strcmp(kind, "step.started") == 0) {
        fold_started(self, record, body, step, index);
    } else if (strcmp(kind, "step.ended") == 0) {
        fold_ended(self, record, body, step);
        settle(self, index);
    } else if (strcmp(kind, "step.lost") == 0 || strcmp(kind, "step.interrupted") == 0) {
        /* A check that was cut off changed nothing and is simply asked again; a command is a person's to judge. */
        bool lost = strcmp(kind, "step.lost") == 0;
        if (acts) {
            step->state = lost ? STEP_LOST : STEP_INTERRUPTED;
            text_set(&step->outcome, json_text(body, "why", ""));
        }
        if (!lost || !acts)
            forget_present(self);
        wait_from(step, record);
    } else if (strcmp(kind, "step.adopted") == 0) {
        self->adopted = true;
    } else if (strcmp(kind, "step.marked") == 0) {
        fold_mark(self, record, body, step, index);
    } else if (strcmp(kind, "step.done_by_hand") == 0) {
        step->commanded = true;
        step->fired = record->number;
        step->state = STEP_RUNNING;
        step->ended = record->happened;
        text_set(&step->outcome, "by hand");
        wait_from(step, record);
        settle(self, index);
    } else if (strcmp(kind, "step.verified") == 0) {
        step->verified = true;
        wait_from(step, record);
        text_set(&step->said, json_text(body, "value", NULL));
        settle(self, index);
    } else if (strcmp(kind, "step.unverified") == 0) {
        step->state = STEP_UNVERIFIED;
        text_set(&step->outcome, json_text(body, "why", ""));
    } else if (strcmp(kind, "step.skipped") == 0) {
        forget_present(self);
        step->state = STEP_SKIPPED;
        step->ended = record->happened;
        text_set(&step->reason, json_text(body, "reason", ""));
    } else if (strcmp(kind, "step.retry_asked") == 0) {
        forget_present(self);
        /* What was done and only could not be verified is verified again, not done again. */
        step->state = step->commanded ? STEP_RUNNING : STEP_TODO;
        step->verified = false;
        step->tries_asked = 0;
        approach(self, index, record);
    } else if (strcmp(kind, "step.undo_asked") == 0) {
        step->undo_due = true;
    } else if (strcmp(kind, "step.handed_on") == 0) {
        fold_handed_on(self, body);
    }
}

void run_fold(run *self, const record *record)
{
    const char *kind = record->kind;
    const json *body = record_body(record);
    if (g_strcmp0(json_text(body, "run", NULL), self->id) != 0)
        return;
    if (g_str_has_prefix(kind, "run."))
        fold_run(self, record, body, kind);
    else if (g_str_has_prefix(kind, "step."))
        fold_step(self, record, body, kind);
    else if (strcmp(kind, "gate.passed") == 0)
        fold_gate(self, record, body, GATE_PASSED);
    else if (strcmp(kind, "gate.failed") == 0)
        fold_gate(self, record, body, GATE_FAILED);
    else if (strcmp(kind, "gate.withdrawn") == 0)
        fold_gate(self, record, body, GATE_OPEN);
    if (strcmp(kind, "gate.passed") == 0) {
        settle(self, run_current(self));
        text_set(&self->why,
                 ""); /* what it waited for may just have come: the next walk says what it waits for now */
    }
    if (run_current(self) != self->nearing) {
        if (self->state == RUN_HALTED && g_str_has_prefix(kind, "step."))
            text_set(&self->why, ""); /* what it halted for is behind it: skipped, or marked */
        self->nearing = run_current(self);
        approach(self, self->nearing, record);
    }
}

void run_wake(run *self, const instant *now)
{
    for (guint i = 0; i < run_count(self); i++)
        self->steps[i].since = self->steps[i].tried = now->up;
}
