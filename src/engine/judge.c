/* judge.c - conditions of a plan, lived through until they have an answer. */
#include "inside.h"

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
bool judge(engine *self, const room *room, const run *run, const due *due)
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
bool abort_trigger_fired(engine *self, const room *room, const run *run)
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
