/* move.c - the verbs that move versions and traffic. */
#include "verbs.h"

#include "trouble.h"
#include "weights.h"

#include <stdio.h>
#include <string.h>

#define WELL_MOST (15 * G_USEC_PER_SEC)
#define WAIT_SHIPPED (30 * SPAN_SECOND)
#define WAIT_MOST SPAN_HOUR

/* An order whose words may be anything: they travel quoted. The system answers, or the error says why not. */
static json *order(const told *where, GError **error, const char *verb, ...) G_GNUC_NULL_TERMINATED;
static json *order(const told *where, GError **error, const char *verb, ...)
{
    GString *text = g_string_new(verb);
    va_list pairs;
    va_start(pairs, verb);
    const char *name = NULL;
    for (char mark = '?'; (name = va_arg(pairs, const char *)) != NULL; mark = '&') {
        const char *value = va_arg(pairs, const char *);
        g_autofree char *quoted = g_uri_escape_string(value, NULL, FALSE);
        g_string_append_printf(text, "%c%s=%s", mark, name, quoted);
    }
    va_end(pairs);
    json *answer = ask_master(where, text->str, error);
    g_string_free(text, TRUE);
    return answer;
}

/* --- deploy --- */

static bool wait_well(const typed *line, const char *pool, GError **error)
{
    gint64 until = g_get_monotonic_time() + WELL_MOST;
    for (;;) {
        g_autoptr(json) state = NULL;
        g_autoptr(told) where = running(line, &state, error);
        if (where == NULL)
            return false;
        const json *mine = pool_in(state, pool);
        if (json_whole(mine, "healthy", 0) == json_whole(mine, "instances", -1))
            return true;
        if (g_get_monotonic_time() > until)
            return fail(error, ERR_FAILED,
                        "%s is not well after 15s: %d of %d instances; no traffic was moved", pool,
                        (int)json_whole(mine, "healthy", 0), (int)json_whole(mine, "instances", 0));
        g_usleep(100000);
    }
}

int verb_deploy(const typed *line, GError **error)
{
    const char *version = line->words[0];
    int percent = line->traffic < 0 ? 100 : line->traffic;
    if (percent > 100)
        return fail(error, ERR_USAGE, "--traffic is a share from 0 to 100"), 1;
    g_autoptr(told) where = running(line, NULL, error);
    if (where == NULL)
        return 1;
    g_autoptr(json) answer = line->pool != NULL
                                 ? order(where, error, "deploy", "version", version, "pool", line->pool, NULL)
                                 : order(where, error, "deploy", "version", version, NULL);
    if (answer == NULL)
        return 1;
    const char *pool = json_text(answer, "pool", "");
    printf("deployed  %s on %s\n", version, pool);
    fflush(stdout);
    if (!wait_well(line, pool, error))
        return 1;
    if (percent > 0) {
        g_autofree char *share = g_strdup_printf("%d", percent);
        g_autoptr(json) moved = order(where, error, "traffic", "pool", pool, "percent", share, NULL);
        if (moved == NULL)
            return 1;
    }
    printf("well      %s gets %d %% of the new visits\n", pool, percent);
    return 0;
}

/* --- traffic --- */

int verb_traffic(const typed *line, GError **error)
{
    const char *pool = line->words[0], *percent = line->words[1];
    g_autoptr(told) where = running(line, NULL, error);
    g_autoptr(json) moved =
        where != NULL ? order(where, error, "traffic", "pool", pool, "percent", percent, NULL) : NULL;
    if (moved == NULL)
        return 1;
    printf("traffic   %s gets %s %% of the new visits\n", pool, percent);
    return 0;
}

static bool wait_drained(const typed *line, const char *pool, span most, int *left, GError **error)
{
    gint64 began = g_get_monotonic_time();
    for (gint64 told_at = 0;; g_usleep(100000)) {
        g_autoptr(json) state = NULL;
        g_autoptr(told) where = running(line, &state, error);
        if (where == NULL)
            return false;
        const json *mine = pool_in(state, pool);
        if (json_whole(mine, "percent", 0) > 0)
            return fail(error, ERR_REFUSED, "%s gets %d %% of the new visits: move the traffic first", pool,
                        (int)json_whole(mine, "percent", 0));
        gint64 now = g_get_monotonic_time();
        *left = (int)json_whole(mine, "connections", 0);
        if (now - told_at >= G_USEC_PER_SEC || *left == 0) {
            printf("drain     %s: %d open\n", pool, *left);
            fflush(stdout);
            told_at = now;
        }
        if (*left == 0 || now - began >= most)
            return true;
    }
}

int verb_drain(const typed *line, GError **error)
{
    const char *pool = line->words[0];
    span most = WAIT_SHIPPED;
    int left = 0;
    if (pool_of(pool) < 0)
        return fail(error, ERR_USAGE, "'%s' is no pool: blue or green", pool), 1;
    if (line->wait != NULL && !span_parse(line->wait, &most, error))
        return 1;
    if (most > WAIT_MOST)
        return fail(error, ERR_USAGE, "--wait is at most 1h"), 1;
    if (!wait_drained(line, pool, most, &left, error))
        return 1;
    if (left == 0) {
        printf("drained   nobody is left on %s\n", pool);
        return 0;
    }
    g_autoptr(told) where = running(line, NULL, error);
    g_autoptr(json) cut = where != NULL ? order(where, error, "cut", "pool", pool, NULL) : NULL;
    if (cut == NULL)
        return 1;
    printf("cut       %d visits were still open on %s, and go on in the other pool\n", left, pool);
    return 0;
}

/* --- the rest --- */

int verb_scale(const typed *line, GError **error)
{
    g_autoptr(told) where = running(line, NULL, error);
    g_autoptr(json) done =
        where != NULL ? order(where, error, "scale", "pool", line->words[0], "count", line->words[1], NULL)
                      : NULL;
    if (done == NULL || !wait_well(line, line->words[0], error))
        return 1;
    printf("scaled    %s runs %s\n", line->words[0], line->words[1]);
    return 0;
}

int verb_flag(const typed *line, GError **error)
{
    g_autoptr(told) where = running(line, NULL, error);
    g_autoptr(json) done =
        where != NULL ? order(where, error, "flag", "name", line->words[0], "state", line->words[1], NULL)
                      : NULL;
    if (done == NULL)
        return 1;
    printf("flag      %s is %s\n", line->words[0], line->words[1]);
    return 0;
}

int verb_break(const typed *line, GError **error)
{
    g_autoptr(told) where = running(line, NULL, error);
    if (where == NULL)
        return 1;
    g_autoptr(json) done =
        line->pool != NULL ? order(where, error, "break", "kind", line->words[0], "pool", line->pool, NULL)
                           : order(where, error, "break", "kind", line->words[0], NULL);
    if (done == NULL)
        return 1;
    printf("broken    %s: %s\n", line->pool != NULL ? line->pool : "the pool customers meet", line->words[0]);
    return 0;
}

int verb_heal(const typed *line, GError **error)
{
    g_autoptr(told) where = running(line, NULL, error);
    g_autoptr(json) done = where != NULL ? order(where, error, "heal", NULL) : NULL;
    if (done == NULL)
        return 1;
    puts("healed    every version behaves; what was lost or charged wrongly stays so: warroom-practice "
         "compare");
    return 0;
}
