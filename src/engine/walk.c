/* walk.c - every open run, as far as it goes now.
 *
 * Nothing is decided here: the run says what is due, keepers say what became of them, conditions say what is so.
 * A start is committed before the keeper exists; the end of one and the start of the next go into one commit. */
#include "inside.h"

#include <string.h>

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
        g_debug("abort: %s", gone->message); /* it has just ended: its end is seen next */
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
        if (run == NULL || run->state == RUN_ENDED || !incident_is_open(room->incident) ||
            !incident_may_grow(room->incident))
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
