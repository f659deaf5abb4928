#include "detect/reading.h"

#include <math.h>

static const struct state_words {
    const char *name;  /* as journaled */
    const char *words; /* for people, when the moment left none of its own */
} states[] = {
    [READ_VALUE] = { "value", "" },
    [READ_NONE_YET] = { "none-yet", "no answer yet" },
    [READ_LATE] = { "late", "no answer in time" },
    [READ_UNREACHABLE] = { "unreachable", "unreachable" },
    [READ_REFUSED] = { "refused", "refused" },
    [READ_EMPTY] = { "empty", "not in the answer" },
    [READ_MANY] = { "many", "several series where one is due" },
    [READ_NAN] = { "nan", "not a number (NaN)" },
    [READ_INFINITE] = { "infinite", "infinite" },
    [READ_STALE] = { "stale", "stale" },
    [READ_MALFORMED] = { "malformed", "answer not understood" },
    [READ_TOO_LARGE] = { "too-large", "answer too large: refused" },
};

void reading_clear(reading *self)
{
    g_clear_pointer(&self->why, g_free);
    *self = (reading){ .state = READ_NONE_YET };
}

void reading_copy(reading *self, const reading *from)
{
    char *why = g_strdup(from->why); /* first: the two may be one */
    g_free(self->why);
    *self = *from;
    self->why = why;
}

reading reading_of(double value, uptime at)
{
    if (isnan(value))
        return reading_without(READ_NAN, at, NULL);
    if (isinf(value))
        return reading_without(READ_INFINITE, at, value > 0 ? "+Inf" : "-Inf");
    return (reading){ .state = READ_VALUE, .value = value, .at = at };
}

reading reading_without(reading_state state, uptime at, const char *why)
{
    return (reading){ .state = state, .at = at, .why = g_strdup(why) };
}

char *reading_words(const reading *self)
{
    const struct state_words *state = &states[self->state];
    if (self->why == NULL || *self->why == '\0')
        return g_strdup(state->words);
    if (self->state == READ_REFUSED || self->state == READ_STALE || self->state == READ_INFINITE)
        return g_strconcat(state->words, self->state == READ_REFUSED ? ": " : ", ", self->why, NULL);
    return g_strdup(self->why);
}

const char *reading_state_name(reading_state state)
{
    return states[state].name;
}
