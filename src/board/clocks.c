#include "board/clocks.h"

static moment impact(const room *room)
{
    return room->incident->began != MOMENT_NONE ? room->incident->began : room->incident->opened;
}

span clocks_total(const room *room, moment now)
{
    moment until = incident_is_open(room->incident) ? now : room->incident->closed;
    return MAX(until - impact(room), 0);
}

static moment first_start(const room *room)
{
    for (guint i = 0; i < room->runs->len; i++) {
        const run *one = g_ptr_array_index(room->runs, i);
        if (one->started != MOMENT_NONE)
            return one->started;
    }
    return MOMENT_NONE;
}

static moment last_end(const room *room)
{
    const run *last = room_run(room);
    bool done = last != NULL && last->state == RUN_ENDED && g_strcmp0(last->outcome, "done") == 0;
    return done ? last->ended : MOMENT_NONE;
}

void clocks_of(const room *room, moment now, deadline result[DEADLINES])
{
    static const struct {
        const char *word;
        span budget; /* D10 */
    } rows[DEADLINES] = {
        { "detect", 1 * SPAN_MINUTE },  { "decide", 2 * SPAN_MINUTE },   { "execute", 5 * SPAN_MINUTE },
        { "verify", 10 * SPAN_MINUTE }, { "restore", 15 * SPAN_MINUTE },
    };
    moment closed = room->incident->closed;
    moment ended = last_end(room);
    const moment ends[DEADLINES] = { room->incident->opened, first_start(room), ended, closed, closed };
    bool running = false;
    for (int i = 0; i < DEADLINES; i++) {
        bool done = ends[i] != MOMENT_NONE;
        clock_state state = done                                           ? CLOCK_DONE
                            : running || !incident_is_open(room->incident) ? CLOCK_WAITS
                                                                           : CLOCK_RUNS;
        running = running || !done;
        span at = (done ? ends[i] : now) - impact(room);
        result[i] = (deadline){ rows[i].word, rows[i].budget, state, MAX(at, 0) };
    }
}
