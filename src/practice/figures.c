#include "figures.h"

#include <math.h>
#include <stdlib.h>

static int by_size(const void *one, const void *other)
{
    guint32 a = *(const guint32 *)one, b = *(const guint32 *)other;
    return a < b ? -1 : a > b;
}

double percentile(const guint32 *sorted, gsize count, double share)
{
    if (count == 0)
        return NAN;
    double rank = ceil(share * (double)count);
    gsize index = rank < 1 ? 0 : (gsize)rank - 1;
    return sorted[MIN(index, count - 1)];
}

static bool within(const sample *one, int pool, gint64 from, gint64 to)
{
    return one->at > from && one->at <= to && (pool == ANY_POOL || one->pool == pool);
}

figures figures_of(const sample *samples, gsize count, int pool, gint64 from, gint64 to)
{
    figures result = { 0 };
    guint available = 0;
    g_autofree guint32 *took = g_new(guint32, MAX(count, 1));
    gsize answered = 0;
    for (gsize i = 0; i < count; i++) {
        const sample *one = &samples[i];
        if (!within(one, pool, from, to))
            continue;
        result.requests++;
        result.failed += one->answer != ANSWER_GOOD;
        available += one->answer == ANSWER_GOOD && one->took <= IN_TIME_US;
        if (one->answer != ANSWER_NONE)
            took[answered++] = one->took;
    }
    qsort(took, answered, sizeof *took, by_size);
    double all = result.requests;
    result.per_second = all * 1e6 / (double)MAX(to - from, 1);
    result.error_percent = all > 0 ? 100 * result.failed / all : NAN;
    result.available_percent = all > 0 ? 100 * available / all : NAN;
    result.p50 = percentile(took, answered, 0.50) / 1e6;
    result.p95 = percentile(took, answered, 0.95) / 1e6;
    result.p99 = percentile(took, answered, 0.99) / 1e6;
    return result;
}

double figures_share(const sample *samples, gsize count, int pool, gint64 from, gint64 to)
{
    guint mine = 0, all = 0;
    for (gsize i = 0; i < count; i++) {
        all += within(&samples[i], ANY_POOL, from, to);
        mine += within(&samples[i], pool, from, to);
    }
    return all > 0 ? 100.0 * mine / all : NAN;
}
