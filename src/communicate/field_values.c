/* What records fill in: an incident and its run, as values of templates. */
#include "communicate/field.h"

#define LAST_NOTES 5   /* as many as fit on a one-page brief (I1) */
#define HEAD_DIGITS 22 /* 88 bits of the chain's head: RELIABILITY 4 */

/* To the minute and with its zone in words: it is read by people everywhere. */
static void put_moment(json *into, const char *key, moment at)
{
    if (at == MOMENT_NONE)
        return;
    g_autofree char *full = moment_human(at);
    g_autofree char *text = g_strdup_printf("%.16s UTC", full);
    json_put_text(into, key, text);
}

static void put_words(json *into, const char *key, const char *text)
{
    if (text != NULL && text[0] != '\0')
        json_put_text(into, key, text);
}

static char *count_words(gint64 count, const char *one)
{
    return g_strdup_printf("%" G_GINT64_FORMAT " %s%s", count, one, count == 1 ? "" : "s");
}

/* Clocks step back: a negative length is none. */
static void put_duration(json *into, const char *key, span length)
{
    gint64 minutes = MAX(length, 0) / SPAN_MINUTE;
    g_autofree char *whole = NULL;
    if (minutes < 60) {
        whole = minutes == 0 ? g_strdup("less than a minute") : count_words(minutes, "minute");
    } else {
        g_autofree char *hours = count_words(minutes / 60, "hour");
        g_autofree char *rest = count_words(minutes % 60, "minute");
        whole = minutes % 60 == 0 ? g_strdup(hours) : g_strdup_printf("%s %s", hours, rest);
    }
    json_put_text(into, key, whole);
}

static json *notes_from(const incident *incident, guint from)
{
    json *list = json_array();
    for (guint i = from; i < incident->notes->len; i++) {
        const note *each = incident->notes->pdata[i];
        json *one = json_object();
        put_moment(one, "time", each->happened);
        put_words(one, "by", each->by);
        put_words(one, "text", each->text);
        json_array_append_new(list, one);
    }
    return list;
}

static void put_times(json *into, const incident *incident, moment now)
{
    moment begin = incident->began != MOMENT_NONE ? incident->began : incident->opened;
    put_moment(into, "opened", incident->opened);
    put_moment(into, "began", incident->began);
    put_moment(into, "closed", incident->closed);
    put_duration(into, "duration", (incident->closed != MOMENT_NONE ? incident->closed : now) - begin);
    put_moment(into, "now", now);
}

static void put_incident(json *into, const incident *incident)
{
    put_words(into, "id", incident->id);
    put_words(into, "title", incident->title);
    put_words(into, "service", incident->service);
    put_words(into, "environment", incident->environment);
    put_words(into, "severity", severity_names[incident->severity]);
    put_words(into, "state", incident_state_names[incident->state]);
    put_words(into, "outcome", incident->outcome);
    put_words(into, "reason", incident->reason);
    json_put_flag(into, "drill", incident->drill);
    for (guint i = 0; seat_names[i] != NULL; i++)
        put_words(into, seat_names[i], g_hash_table_lookup(incident->seats, seat_names[i]));
}

static void put_gates(json *into, const run *run)
{
    g_autoptr(GPtrArray) open = run_open_gates(run);
    json *list = json_array();
    for (guint i = 0; i < open->len; i++) {
        const gate *each = open->pdata[i];
        json *one = json_object();
        put_words(one, "title", each->title);
        json_put_text(one, "owner", each->owner); /* "" too: else a name outside would be found */
        json_array_append_new(list, one);
    }
    json_put(into, "open_gates", list);
}

static void put_run(json *into, const run *run)
{
    put_words(into, "playbook", run->title);
    put_words(into, "target", run->plan->target);
    put_words(into, "plan_digest", run->plan->digest);
    put_words(into, "run_state", run_state_names[run->state]);
    json_put_whole(into, "step_count", run_count(run));
    guint current = run_current(run);
    if (current < run_count(run)) {
        json_put_whole(into, "step_number", (gint64)current + 1);
        put_words(into, "step_title", run_step(run, current)->title);
    }
    put_gates(into, run);
}

json *field_values(const incident *incident, const run *run, moment now)
{
    json *values = json_object();
    put_incident(values, incident);
    put_times(values, incident, now);
    if (incident->number > 0) {
        g_autofree char *ref = g_strdup_printf("%s/%" G_GINT64_FORMAT " %.*s", incident->id, incident->number,
                                               HEAD_DIGITS, incident->head);
        json_put_text(values, "ref", ref);
    }
    guint count = incident->notes->len;
    json_put(values, "notes", notes_from(incident, 0));
    json_put(values, "last_notes", notes_from(incident, count > LAST_NOTES ? count - LAST_NOTES : 0));
    if (run != NULL)
        put_run(values, run);
    return values;
}
