/* metric.c - the metrics: what they are, what they read, and a question out of turn. */
#include "ask.h"
#include "base/text.h"
#include "live.h"
#include "verbs.h"

#include <string.h>

#define NO_ENGINE "no engine runs: nothing is read"

static char *series_words(const metric *of)
{
    GString *words = g_string_new(of->series);
    GHashTableIter each;
    gpointer name = NULL, value = NULL;
    if (of->labels == NULL)
        return g_string_free(words, FALSE);
    g_hash_table_iter_init(&each, of->labels);
    for (guint i = 0; g_hash_table_iter_next(&each, &name, &value); i++)
        g_string_append_printf(words, "%s%s=\"%s\"", i == 0 ? "{" : ",", (char *)name, (char *)value);
    return g_string_free(g_string_append_c(words, '}'), FALSE);
}

/* What is configured, and over it what is so. */
static json *metric_document(const live *way, const metric *of)
{
    json *into = json_object();
    g_autofree char *series = series_words(of);
    json_put_text(into, "name", of->name);
    json_put_text(into, "title", of->title);
    json_put_text(into, "source", of->source);
    json_put_text(into, "series", series);
    json_put_text(into, "unit", of->unit);
    json_put_text(into, "bad", of->bad == BAD_DOWN ? "down" : "up");
    json_put_decimal(into, "scale", of->scale);
    json_put_text(into, "configured_baseline", of->baseline);
    json_put_whole(into, "line", of->line);
    const json *now = live_one(way, "metrics", of->name);
    if (now != NULL) {
        json_object_update(into, (json *)now);
    } else {
        json_put_text(into, "state", "NO DATA");
        json_put_text(into, "why", NO_ENGINE);
    }
    return into;
}

/* "BREACH error_rate 7 %, limit 5 %": the class first, as it is read aloud. */
static void metric_plain(const call *self, const metric *of, const json *is)
{
    g_autofree char *value = live_number(is, "value", of->unit);
    g_autofree char *limit = live_number(is, "limit", of->unit);
    const char *why = json_text(is, "why", "");
    if (*why != '\0')
        say(self, "%s %s: %s", json_text(is, "state", ""), of->name, why);
    else
        say(self, "%s %s %s, limit %s", json_text(is, "state", ""), of->name, value, limit);
}

static void metric_row(const call *self, const metric *of, const json *is)
{
    if (self->plain) {
        metric_plain(self, of, is);
        return;
    }
    g_autofree char *number = live_number(is, "value", of->unit);
    g_autofree char *most = live_number(is, "limit", of->unit);
    g_autofree char *seen = text_visible(of->name, -1);
    g_autofree char *name = text_fit(seen, 24);
    g_autofree char *value = text_fit_left(number, 14);
    g_autofree char *limit = text_fit_left(most, 14);
    g_autofree char *state = text_fit(json_text(is, "state", ""), 9);
    g_autofree char *line =
        g_strdup_printf("%s %s %s  %s %s", name, value, limit, state, json_text(is, "why", ""));
    say(self, "%s", g_strchomp(line));
}

int verb_metric_list(call *self, GError **error)
{
    g_auto(live) way = { 0 };
    if (!live_load(self, &way, error))
        return 0;
    if (way.settings->metrics->len == 0)
        talk(self, "The configuration has no metrics; 'warroom init' writes one.");
    else if (!self->plain)
        say(self, "METRIC                            VALUE          LIMIT  STATE");
    for (guint i = 0; i < way.settings->metrics->len; i++) {
        const metric *of = g_ptr_array_index(way.settings->metrics, i);
        json *is = metric_document(&way, of);
        metric_row(self, of, is);
        say_json(self, is);
    }
    return 0;
}

static const metric *metric_wanted(const live *way, const char *name, GError **error)
{
    const metric *of = settings_metric(way->settings, name);
    if (of == NULL)
        fail(error, ERR_NOT_FOUND, "no metric '%s'; 'warroom metric list' lists them", name);
    return of;
}

int verb_metric_show(call *self, GError **error)
{
    g_auto(live) way = { 0 };
    if (!live_load(self, &way, error))
        return 0;
    const metric *of = metric_wanted(&way, json_text(self->args, "name", ""), error);
    if (of == NULL)
        return 0;
    json *is = metric_document(&way, of);
    g_autofree char *value = live_number(is, "value", of->unit);
    g_autofree char *limit = live_number(is, "limit", of->unit);
    g_autofree char *baseline = live_number(is, "baseline", of->unit);
    const char *why = json_text(is, "why", "");
    say(self, "%s  %s", of->name, of->title);
    say(self, "STATE     %s%s%s", json_text(is, "state", ""), *why != '\0' ? ": " : "", why);
    say(self, "VALUE     %s", value);
    say(self, "LIMIT     %s%s%s", limit, json_object_get(is, "trigger") != NULL ? ", of trigger " : "",
        json_text(is, "trigger", ""));
    say(self, "BASELINE  %s%s%s", baseline, of->baseline != NULL ? ", configured as " : "",
        of->baseline != NULL ? of->baseline : "");
    say(self, "SOURCE    %s: %s", of->source, json_text(is, "series", ""));
    say(self, "BAD       %s", of->bad == BAD_DOWN ? "down" : "up");
    say_json(self, is);
    return 0;
}

/* Of a metric only it counts, of a source all of its metrics. True when each has a value. */
static bool tested_say(const call *self, const json *source, const char *only)
{
    bool good = json_flag(source, "good", false);
    const char *why = json_text(source, "why", "");
    say(self, "%s: %s%s%s, %g s", json_text(source, "source", ""), good ? "answers" : "no answer",
        *why != '\0' ? ": " : "", why, json_decimal(source, "took", 0));
    const json *metrics = json_object_get(source, "metrics");
    for (size_t i = 0; i < json_array_size(metrics); i++) {
        const json *one = json_array_get(metrics, i);
        const char *name = json_text(one, "name", "");
        if (only != NULL && strcmp(only, name) != 0)
            continue;
        bool there = json_is_number(json_object_get(one, "value"));
        g_autofree char *value = live_number(one, "value", json_text(one, "unit", ""));
        say(self, "  %s  %s", name, there ? value : json_text(one, "why", ""));
        good = good && there;
    }
    return good;
}

int verb_metric_test(call *self, GError **error)
{
    g_auto(asking) way = { 0 };
    g_autoptr(json) answer = NULL;
    if (!asking_open(self, &way, error) || !ask(self, &way, "metric test", self->args, &answer, error))
        return 0;
    const char *name = json_text(self->args, "name", NULL);
    bool is_metric = name != NULL && way.settings != NULL && settings_metric(way.settings, name) != NULL;
    const json *sources = json_object_get(json_object_get(answer, "data"), "sources");
    bool good = true;
    for (size_t i = 0; i < json_array_size(sources); i++)
        good = tested_say(self, json_array_get(sources, i), is_metric ? name : NULL) && good;
    say_json(self, json_incref(json_object_get(answer, "data")));
    return good ? 0 : ERR_NO_DATA;
}
