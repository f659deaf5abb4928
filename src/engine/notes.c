/* notes.c - the facts about a run that more than one place writes down. */
#include "inside.h"

#define WHY_LONGEST 4000 /* characters */

json *run_body(const run *run)
{
    json *body = json_object();
    json_put_text(body, "run", run->id);
    return body;
}

json *step_body(const run *run, guint index)
{
    json *body = run_body(run);
    json_put_whole(body, "step", index + 1);
    json_put_text(body, "title", run_step(run, index)->title);
    return body;
}

uptime now_up(engine *self)
{
    return self->hands.now(self->hands.context).up;
}

void look_again(engine *self, uptime at)
{
    self->hands.wake_at(self->hands.context, at);
}

void note_gate(engine *self, const room *room, const run *run, const gate *gate, bool passed,
               const char *value, const char *wanted, const char *why)
{
    json *body = run_body(run);
    json_put_text(body, "gate", gate->name);
    if (passed)
        json_put_text(body, "how", "auto");
    json_put_text(body, "value", value);
    json_put_text(body, "wanted", wanted);
    if (!passed)
        json_put_text(body, "why", why);
    engine_note(self, room->incident->id, passed ? "gate.passed" : "gate.failed", body);
}

void note_verified(engine *self, const room *room, const run *run, guint index, const char *value,
                   const char *wanted, const char *how)
{
    json *body = step_body(run, index);
    json_put_text(body, "value", value);
    json_put_text(body, "wanted", wanted);
    json_put_text(body, "how", how);
    engine_note(self, room->incident->id, "step.verified", body);
}

void note_unverified(engine *self, const room *room, const run *run, guint index, const char *why, bool known)
{
    json *body = step_body(run, index);
    json_put_text(body, "why", why);
    json_put_flag(body, "known", known);
    engine_note(self, room->incident->id, "step.unverified", body);
}

void note_halt(engine *self, const room *room, const run *run, const char *why)
{
    json *body = run_body(run);
    /* Hundreds of gates may have failed at once: a record has room for the first of them. */
    g_autofree char *cut =
        g_utf8_strlen(why, -1) > WHY_LONGEST ? g_utf8_substring(why, 0, WHY_LONGEST) : g_strdup(why);
    json_put_text(body, "why", cut);
    engine_note(self, room->incident->id, "run.halted", body);
}

void note_run(engine *self, const room *room, const run *run, const char *kind, const char *key,
              const char *words)
{
    json *body = run_body(run);
    json_put_text(body, key, words);
    engine_note(self, room->incident->id, kind, body);
}
