/* A 200 kB runbook read into a plan, beside cmark alone on the same bytes: PERFORMANCE 3.
 *
 * Turn about, medians and quartiles in milliseconds of processor time, then the ratio; then 256 kB beside 200 kB,
 * and the slowest of some hostile inputs of 256 kB. With words it is for callgrind, which counts instructions:
 *     bench_playbook cmark|plan TIMES */
#include "lib/measure.h"
#include "plan/plan.h"

#include <cmark.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUNDS 21
#define GOAL_CMARK 1.3    /* PERFORMANCE 3: instructions; time is only shown */
#define GOAL_LINEAR 1.35  /* 256 kB beside 200 kB */
#define GOAL_HOSTILE 200. /* ms */

/* One chapter, about 1.1 kB, as runbooks are written: prose, a table, a list, gates, fences of all kinds. */
static const char chapter[] =
    "## Chapter %u: move the *shop* to the other hall\n\n"
    "Before anything is moved, look at the [dashboard](https://example.org/d/%u) and at the **error rate** "
    "of the\n"
    "last hour. If it is above what is usual, stop here and ring the [on-call lead][lead]; a move on top of "
    "an\n"
    "incident makes two of them. See also `runbooks/network.md`, and the note about _old_ switches.\n\n"
    "| host | role | hall |\n|------|------|------|\n| web-%u | front | A |\n| db-%u | storage | B |\n\n"
    "- [ ] The backup of last night is valid (storage)\n"
    "- [ ] Nobody deploys: `deployments_running < 1`\n\n"
    "### Step %u.1: drain\n\n"
    "1. Take it out of the balancer.\n2. Wait until nobody is left.\n\n"
    "```bash {name=drain-%u timeout=2m retries=1}\n"
    "lb set-weight \"web-$WARROOM_TARGET\" 0\nsleep 5\nlb connections \"web-$WARROOM_TARGET\"\n```\n\n"
    "Verify: `connections < 10 for 30s` within 2m\n\n"
    "Risk: sessions that live longer than a minute are cut.\n\n"
    "### Step %u.2: look\n\n"
    "```console\n$ ssh web-1 uptime\n 10:00:00 up 3 days,  load average: 0.10, 0.12, 0.09\n```\n\n"
    "It should say something like this:\n\n```text\nload average: 0.10\n```\n\n"
    "> A quote from the post-mortem of May: *never* skip this.\n\n[lead]: https://example.org/oncall\n\n";

static GString *runbook_of(gsize size)
{
    GString *text = g_string_new("# Move the hall\n\n");
    for (unsigned n = 1; text->len + sizeof chapter + 60 < size; n++) {
        g_autofree char *one = g_strdup_printf(chapter, n, n, n, n, n, n, n);
        g_string_append(text, one);
    }
    while (text->len < size)
        g_string_append_c(text, '\n');
    return text;
}

static double cpu_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static double run_cmark(const GString *text)
{
    double begin = cpu_ms();
    cmark_node_free(cmark_parse_document(text->str, text->len, CMARK_OPT_DEFAULT));
    return cpu_ms() - begin;
}

/* Also refused texts, of hostile kinds. */
static double run_plan(const GString *text)
{
    double begin = cpu_ms();
    g_autoptr(complaints) wrong = complaints_new();
    playbook *book = playbook_read("bench.md", text->str, text->len, wrong);
    if (book != NULL)
        plan_free(plan_make(book, "hall", NULL, NULL));
    return cpu_ms() - begin;
}

typedef double (*work)(const GString *text);

static void measure(const char *name, work first, const GString *one, work second, const GString *two,
                    double aim)
{
    double left[ROUNDS], right[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        left[i] = first(one);
        right[i] = second(two);
    }
    double floor = measure_quartile(left, ROUNDS, 2), median = measure_quartile(right, ROUNDS, 2);
    measure_line(name, measure_quartile(right, ROUNDS, 1), median, measure_quartile(right, ROUNDS, 3), "ms",
                 median / floor, aim, false);
}

static void measure_hostile(void)
{
    static const char *const units[] = { "# a\n",   "- [ ] a\n\n",     "*_* _ a",   "![[]()", "[a](<b",
                                         "*a **a ", "```sh\na\n```\n", "> > > a\n", "<!--" };
    double worst = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
        g_autoptr(GString) text = g_string_new(NULL);
        while (text->len + strlen(units[i]) <= PLAYBOOK_LARGEST)
            g_string_append(text, units[i]);
        worst = MAX(worst, run_plan(text));
    }
    measure_line("the slowest of 9 hostile 256 kB", worst, worst, worst, "ms", worst / GOAL_HOSTILE, 1,
                 false);
}

int main(int argc, char **argv)
{
    g_autoptr(GString) text = runbook_of(200 * 1024);
    if (argc == 3) {
        work what = strcmp(argv[1], "cmark") == 0 ? run_cmark : run_plan;
        for (int i = atoi(argv[2]); i > 0; i--)
            what(text);
        return 0;
    }
    g_autoptr(GString) largest = runbook_of(PLAYBOOK_LARGEST);
    printf("a runbook of 200 kB read into a plan\n");
    measure("cmark alone", run_cmark, text, run_cmark, text, 0);
    measure("plan, beside cmark", run_cmark, text, run_plan, text, GOAL_CMARK);
    measure("256 kB, beside 200 kB", run_plan, text, run_plan, largest, GOAL_LINEAR);
    measure_hostile();
    return 0;
}
