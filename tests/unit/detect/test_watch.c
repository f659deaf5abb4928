/* Conditions lived through: tests/cases/detect/watch.txt and no-data.txt, each case a small story:
 *
 *     when: error_rate > 5 for 10s
 *     10 error_rate=6 -> pending                    at 10 s it reads 6; the state after that look
 *     12 error_rate=nan -> pending unknown          states of readings by their name; the truth, too
 *     13 -> pending true 6 5                        nothing new arrived; the numbers it was judged by
 *     14 baseline error_rate=1 deployed=0 event deploy_failed=14 restart reboot why "words"
 *
 * A reading keeps its arrival time until it is told again. */
#include "detect/watch.h"
#include "lib/cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef struct story {
    GHashTable *readings, *baselines, *events;
    condition *when;
    watch *self;
    evidence by;
    const char *where;
} story;

static const reading *reading_named(void *context, const char *name)
{
    return g_hash_table_lookup(((story *)context)->readings, name);
}

static const reading *baseline_named(void *context, const char *name)
{
    return g_hash_table_lookup(((story *)context)->baselines, name);
}

static uptime event_named(void *context, const char *name)
{
    uptime *at = g_hash_table_lookup(((story *)context)->events, name);
    return at != NULL ? *at : G_MININT64;
}

static void reading_free(gpointer data)
{
    reading_clear(data);
    g_free(data);
}

static reading *reading_told(const char *text, uptime at)
{
    reading told = { 0 };
    bool named = false;
    for (int state = READ_NONE_YET; state <= READ_TOO_LARGE; state++)
        if (strcmp(text, reading_state_name((reading_state)state)) == 0) {
            told = reading_without((reading_state)state, at, NULL);
            named = true;
        }
    if (!named)
        told = reading_of(g_ascii_strtod(text, NULL), at);
    return g_memdup2(&told, sizeof told);
}

static void story_begin(story *self, const char *when)
{
    g_autoptr(GError) error = NULL;
    self->readings = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, reading_free);
    self->baselines = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, reading_free);
    self->events = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->when = condition_parse(when, NULL, NULL, &error);
    if (self->when == NULL)
        fail_msg("%s", error->message);
    self->self = watch_new(self->when);
    self->by = (evidence){ .reading_of = reading_named,
                           .baseline_of = baseline_named,
                           .event_at = event_named,
                           .context = self,
                           .deployed = G_MININT64 };
}

static void story_end(story *self)
{
    watch_free(self->self);
    condition_free(self->when);
    g_hash_table_unref(self->readings);
    g_hash_table_unref(self->baselines);
    g_hash_table_unref(self->events);
}

static void story_restart(story *self, bool same_boot)
{
    g_autoptr(json) kept = watch_keep(self->self);
    g_autofree char *line = json_line(kept);
    g_autoptr(json) read = json_read(line, strlen(line), NULL);
    watch_free(self->self);
    self->self = watch_new(self->when);
    watch_resume(self->self, read, self->by.now, same_boot);
}

static uptime seconds(const char *text)
{
    return (uptime)(g_ascii_strtod(text, NULL) * SPAN_SECOND);
}

/* What happens before the look: "baseline a=1", "deployed=3", "event x=3", "restart", "reboot", "a=5". */
static void story_tell(story *self, char **words)
{
    for (; *words != NULL; words++) {
        g_auto(GStrv) pair = g_strsplit(*words, "=", 2);
        GHashTable *into = self->readings;
        if (strcmp(*words, "restart") == 0 || strcmp(*words, "reboot") == 0) {
            story_restart(self, strcmp(*words, "restart") == 0);
            continue;
        }
        if (strcmp(*words, "baseline") == 0 || strcmp(*words, "event") == 0) {
            bool event = strcmp(*words, "event") == 0;
            g_strfreev(g_steal_pointer(&pair));
            pair = g_strsplit(*++words, "=", 2);
            into = self->baselines;
            if (event) {
                uptime at = seconds(pair[1]);
                g_hash_table_insert(self->events, g_strdup(pair[0]), g_memdup2(&at, sizeof at));
                continue;
            }
        }
        if (pair[1] == NULL)
            fail_msg("%s: '%s'?", self->where, *words);
        if (strcmp(pair[0], "deployed") == 0)
            self->by.deployed = seconds(pair[1]);
        else
            g_hash_table_insert(into, g_strdup(pair[0]), reading_told(pair[1], self->by.now));
    }
}

static void near(const story *self, double is, const char *due)
{
    double want = g_ascii_strtod(due, NULL);
    if (is < want - 1e-6 || is > want + 1e-6)
        fail_msg("%s: %.9g instead of %s", self->where, is, due);
}

static void story_check(story *self, watch_state state, const char *expected)
{
    g_auto(GStrv) halves = g_strsplit(expected, " why ", 2);
    g_auto(GStrv) due = g_strsplit(g_strstrip(halves[0]), " ", -1);
    if (strcmp(watch_state_name(state), due[0]) != 0)
        fail_msg("%s: %s, truth %s (%s)", self->where, watch_state_name(state),
                 truth_name(watch_truth(self->self)), watch_why(self->self));
    if (due[1] != NULL && strcmp(truth_name(watch_truth(self->self)), due[1]) != 0)
        fail_msg("%s: truth is %s (%s)", self->where, truth_name(watch_truth(self->self)),
                 watch_why(self->self));
    /* D8: met is firing and seen; unknown is never met. */
    assert_int_equal(watch_is_met(self->self),
                     state == WATCH_FIRING && watch_truth(self->self) == TRUTH_TRUE);
    assert_true((watch_truth(self->self) == TRUTH_UNKNOWN) == (*watch_why(self->self) != '\0'));
    double value = 0, limit = 0;
    if (due[1] != NULL && due[2] != NULL) {
        assert_true(watch_numbers(self->self, &value, &limit));
        near(self, value, due[2]);
        if (due[3] != NULL)
            near(self, limit, due[3]);
    }
    if (halves[1] != NULL && strcmp(watch_why(self->self), halves[1]) != 0)
        fail_msg("%s: why is '%s'", self->where, watch_why(self->self));
}

static void story_line(story *self, const char *line)
{
    self->where = line;
    g_auto(GStrv) sides = g_strsplit(line, "->", 2);
    if (sides[1] == NULL)
        fail_msg("'%s' expects nothing", line);
    g_auto(GStrv) words = g_strsplit(g_strstrip(sides[0]), " ", -1);
    self->by.now = seconds(words[0]);
    story_tell(self, words + 1);
    story_check(self, watch_look(self->self, &self->by), g_strstrip(sides[1]));
}

static void watch__goes_where_its_story_says(void **state)
{
    const table_case *row = *state;
    story self = { 0 };
    assert_true(g_str_has_prefix(row->lines[0], "when: "));
    story_begin(&self, row->lines[0] + strlen("when: "));
    for (char **line = row->lines + 1; *line != NULL; line++)
        story_line(&self, *line);
    story_end(&self);
}

int main(void)
{
    g_autoptr(GPtrArray) stories = cases_read("detect/watch.txt");
    g_autoptr(GPtrArray) blind = cases_read("detect/no-data.txt");
    int failed = cases_run("watch", stories, watch__goes_where_its_story_says);
    return failed + cases_run("no data", blind, watch__goes_where_its_story_says);
}
