#include "window.h"

#include <math.h>

/* One grain. An average keeps the area under the curve between two times; rate and count keep the growth of the
 * counter up to a time. */
typedef struct grain {
    uptime from, to; /* rate, count: only `from` */
    double sum;      /* the area in value x microseconds; or the growth since the beginning */
} grain;

struct window {
    window_kind kind;
    span length;
    grain *ring;
    guint first, count, room; /* room is a power of two */

    bool knows; /* an average: the present value is known */
    double present;
    uptime seen; /* the average's last sight; the arrival of the counter's last sample */
    bool any;    /* a counter was seen at all */

    double area;  /* of all grains */
    span covered; /* of all grains */
    guint dropped;

    double growth;   /* the counter's, from nothing */
    uptime deployed; /* the deployment `base` belongs to */
    double base;
};

window *window_new(window_kind kind, span length)
{
    window *self = g_new0(window, 1);
    self->kind = kind;
    self->length = length;
    self->room = 16;
    self->ring = g_new(grain, self->room);
    self->deployed = G_MININT64;
    return self;
}

void window_free(window *self)
{
    if (self == NULL)
        return;
    g_free(self->ring);
    g_free(self);
}

static grain *grain_at(const window *self, guint index)
{
    return &self->ring[(self->first + index) & (self->room - 1)];
}

static void grain_push(window *self, grain one)
{
    if (self->count == self->room) {
        grain *larger = g_new(grain, self->room * 2);
        for (guint i = 0; i < self->count; i++)
            larger[i] = *grain_at(self, i);
        g_free(self->ring);
        self->ring = larger;
        self->first = 0;
        self->room *= 2;
    }
    *grain_at(self, self->count++) = one;
}

static void grain_drop(window *self)
{
    self->first = (self->first + 1) & (self->room - 1);
    self->count--;
}

/* Taking away what was added leaves crumbs; once in a while the sum is made anew, so that they stay crumbs. What
 * became too large for a number is made anew at once. */
static void area_renew(window *self)
{
    if (isfinite(self->area) && self->dropped++ < self->count)
        return;
    self->dropped = 0;
    self->area = 0;
    for (guint i = 0; i < self->count; i++)
        self->area += grain_at(self, i)->sum;
}

static void average_forget(window *self, uptime cut)
{
    while (self->count > 0 && grain_at(self, 0)->to <= cut) {
        grain *old = grain_at(self, 0);
        self->area -= old->sum;
        self->covered -= old->to - old->from;
        grain_drop(self);
        area_renew(self);
    }
    if (self->count > 0 && grain_at(self, 0)->from < cut) {
        grain *old = grain_at(self, 0);
        double part = old->sum * (double)(cut - old->from) / (double)(old->to - old->from);
        old->sum -= part;
        self->area -= part;
        self->covered -= cut - old->from;
        old->from = cut;
    }
}

/* The value that stood until now is worth the time it stood. */
static void average_pass(window *self, uptime now)
{
    span stood = now - self->seen;
    if (self->knows && stood > 0) {
        grain *last = grain_at(self, self->count - 1);
        double area = self->present * (double)stood;
        last->to = now;
        last->sum += area;
        self->area += area;
        self->covered += stood;
    }
    self->seen = now;
}

static void average_see(window *self, const reading *look, uptime now)
{
    average_pass(self, now);
    bool knows = look != NULL && look->state == READ_VALUE;
    bool changed = knows && (!self->knows || look->value != self->present);
    if (changed) {
        bool apart = self->count < WINDOW_GRAINS || grain_at(self, self->count - 1)->to != now ||
                     now - grain_at(self, self->count - 1)->from >= self->length / WINDOW_GRAINS;
        if (apart)
            grain_push(self, (grain){ .from = now, .to = now });
        self->present = look->value;
    }
    self->knows = knows;
    /* The grain that is being filled may not be dropped: while something is known there is a last one. */
    average_forget(self, MIN(now - self->length, knows ? grain_at(self, self->count - 1)->to - 1 : now));
}

bool window_average(window *self, uptime now, double *value, const char **why)
{
    average_pass(self, now);
    if (self->covered < (self->length + 1) / 2) {
        *why = "less than half of its time was seen";
        return false;
    }
    *value = self->area / (double)self->covered;
    return true;
}

/* A counter that fell was started anew and has counted up to where it is since. */
static double growth_between(double before, double after)
{
    return after >= before ? after - before : MAX(after, 0);
}

static void counter_see(window *self, const reading *look)
{
    if (look == NULL || look->state != READ_VALUE || (self->any && look->at <= self->seen))
        return; /* nothing, or nothing new, or late */
    self->growth = self->any ? self->growth + growth_between(self->present, look->value) : look->value;
    if (!isfinite(self->growth)) { /* too often anew, from too high: counted from here */
        self->growth = look->value;
        self->count = 0;
        self->deployed = G_MININT64;
    }
    self->present = look->value;
    self->any = true;
    self->seen = look->at;
    bool apart =
        self->count < 2 || look->at - grain_at(self, self->count - 2)->from >= self->length / WINDOW_GRAINS;
    grain now = { .from = look->at, .to = look->at, .sum = self->growth };
    if (apart)
        grain_push(self, now);
    else
        *grain_at(self, self->count - 1) = now;
    /* One grain at or before the window's beginning stays: growth is counted from there. */
    while (self->count > 2 && grain_at(self, 1)->from <= look->at - self->length)
        grain_drop(self);
}

void window_see(window *self, const reading *look, uptime now)
{
    if (self->kind == WINDOW_AVERAGED)
        average_see(self, look, now);
    else
        counter_see(self, look);
}

bool window_rate(const window *self, double *value, const char **why)
{
    if (self->count < 2) {
        *why = self->any ? "seen once: a rate takes two" : "not seen yet";
        return false;
    }
    const grain *base = grain_at(self, 0);
    span length = self->seen - base->from;
    if (length < (self->length + 1) / 2) {
        *why = "less than half of its time was seen";
        return false;
    }
    *value = (self->growth - base->sum) * (double)self->length / (double)length;
    return true;
}

/* The growth at the last sample from before the deployment; 0 when there is none: then all of it counts. */
static double growth_before(const window *self, uptime deployed)
{
    double before = 0;
    for (guint i = 0; i < self->count && grain_at(self, i)->from <= deployed; i++)
        before = grain_at(self, i)->sum;
    return before;
}

bool window_count(window *self, uptime deployed, double *value, const char **why)
{
    if (!self->any) {
        *why = "not seen yet";
        return false;
    }
    if (deployed != self->deployed) { /* once for a deployment */
        self->base = growth_before(self, deployed);
        self->deployed = deployed;
    }
    *value = self->growth - self->base;
    return true;
}
