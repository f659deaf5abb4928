/* Inputs made to keep a Markdown parser busy (RELIABILITY 44): each is read fast or refused by a sentence.
 *
 * Time is measured in processor time of this thread, so that a busy machine does not matter; the doubling test
 * finds a growth that is worse than linear before it hurts. */
#include "plan/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define LONGEST 0.2         /* seconds, PERFORMANCE 3 */
#define DOUBLING_MOST 3.2   /* 2 is linear, 4 is quadratic */
#define WORTH_DOUBLING 0.08 /* below that, a ratio tells of the heap's fresh pages, not of the work */

/* A sanitizer costs a factor of its own. */
#if defined(__SANITIZE_ADDRESS__)
#define SLOWER 10
#else
#define SLOWER 1
#endif

typedef enum { GROW_REPEAT, GROW_TICKS, GROW_INDENT, GROW_DEEP, GROW_HALVES } growth;

typedef struct family {
    const char *name;
    growth how;
    const char *one, *two; /* what is repeated; GROW_HALVES: one in the first half, two in the second */
} family;

static const family families[] = {
    { "open brackets", GROW_REPEAT, "[", "" },
    { "pictures in pictures", GROW_REPEAT, "![[]()", "" },
    { "links that never end", GROW_REPEAT, "[a](<b", "" },
    { "references to nothing", GROW_REPEAT, "[a][b]", "" },
    { "brackets below each other", GROW_REPEAT, "[a](\n", "" },
    { "emphasis left open", GROW_REPEAT, "*a **a ", "" },
    { "emphasis of both kinds", GROW_REPEAT, "*_* _ a", "" },
    { "back-quotes of growing length", GROW_TICKS, "`", "" },
    { "tags left open", GROW_REPEAT, "<a b=\"", "" },
    { "comments left open", GROW_REPEAT, "<!--", "" },
    { "character data left open", GROW_REPEAT, "<![CDATA[", "" },
    { "quotes in quotes", GROW_REPEAT, "> ", "" },
    { "quotes in quotes on every line", GROW_REPEAT, "> > > > > > > > > > > > > > > > a\n", "" },
    { "lists in lists", GROW_REPEAT, "- ", "" },
    { "lists in lists by indentation", GROW_INDENT, "- a\n", "" },
    { "a deep list, then empty lines", GROW_DEEP, "- ", "\n" },
    { "a deep quote, then lazy lines", GROW_DEEP, "> ", "a\n" },
    { "a deep numbered list, then empty lines", GROW_DEEP, "1. ", "\n" },
    { "definitions and references", GROW_HALVES, "[a]: /b\n", "[a]" },
    { "tables", GROW_REPEAT, "| a | b |\n", "" },
    { "headings", GROW_REPEAT, "# a\n", "" },
    { "headings of every level", GROW_REPEAT, "# a\n## a\n### a\n#### a\n##### a\n###### a\n", "" },
    { "tasks of one name", GROW_REPEAT, "- [ ] a\n", "" },
    { "tasks far apart", GROW_REPEAT, "- [ ] a\n\n", "" },
    { "tasks in tasks", GROW_REPEAT, "- [ ] - [ ] - [ ] - [ ] a\n", "" },
    { "tasks with conditions", GROW_REPEAT, "- [ ] a `b < 1 %`\n", "" },
    { "tasks with broken conditions", GROW_REPEAT, "- [ ] a `b < 1 % zz`\n", "" },
    { "fences", GROW_REPEAT, "```sh\na\n```\n", "" },
    { "fences without an end", GROW_REPEAT, "```sh\n", "" },
    { "fences with broken attributes", GROW_REPEAT, "```sh {zz=1 yy}\na\n```\n", "" },
    { "attributes without an end", GROW_REPEAT, "```sh {a=\"", "" },
    { "one fence of attributes", GROW_HALVES, "```sh {", "a " },
    { "numbered commands", GROW_REPEAT, "1. a\n\n   ```sh\n   b\n   ```\n", "" },
    { "prompts", GROW_HALVES, "```console\n", "$ a '\n" },
    { "here-documents in a session", GROW_HALVES, "```console\n", "$ a <<b\n" },
    { "marks", GROW_REPEAT, "Verify: `a < 1`\n\nRisk: x\n\n", "" },
    { "identities", GROW_REPEAT, "## a\n\n```sh {identity}\na\n```\n\n```sh\nb\n```\n", "" },
    { "one identity for many", GROW_HALVES, "```sh {identity}\naaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n```\n",
      "```sh\nb\n```\n" },
    { "a map in a map", GROW_HALVES, "---\na: {", "a: {" },
    { "front matter of many keys", GROW_HALVES, "---\na: b\n", "zz: {}\n" },
    { "parameters of many names", GROW_HALVES, "---\nparameters:\n", " x: 1\n" },
};

static void repeat(GString *out, const char *unit, gsize size)
{
    gsize step = strlen(unit);
    while (step > 0 && out->len + step <= size)
        g_string_append_len(out, unit, (gssize)step);
}

static void grow(const family *self, GString *out, gsize size)
{
    switch (self->how) {
    case GROW_REPEAT:
        repeat(out, self->one, size);
        break;
    case GROW_TICKS:
        for (gsize i = 1; out->len + i + 1 <= size; i++) {
            repeat(out, "`", out->len + i);
            g_string_append_c(out, ' ');
        }
        break;
    case GROW_INDENT:
        for (gsize i = 0; out->len + 2 * i + 4 <= size; i++) {
            repeat(out, " ", out->len + 2 * i);
            g_string_append(out, self->one);
        }
        break;
    case GROW_DEEP: /* as deep as is let through, by markers and then by indentation */
        repeat(out, self->one, 32 * strlen(self->one));
        g_string_append(out, "a\n");
        for (gsize i = 66; i <= 100; i += 2) {
            repeat(out, " ", out->len + i);
            g_string_append(out, "- a\n");
        }
        repeat(out, self->two, size);
        break;
    case GROW_HALVES:
        if (strchr(self->one, '{') != NULL || strlen(self->two) > 3)
            g_string_append(out, self->one);
        else
            repeat(out, self->one, size / 2);
        repeat(out, self->two, size);
        break;
    }
}

static double cpu_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* The least of three readings; *refused: was it sent away? */
static double read_time(const family *self, gsize size, bool *refused)
{
    g_autoptr(GString) text = g_string_sized_new(size);
    grow(self, text, size);
    double least = G_MAXDOUBLE;
    for (int i = 0; i < 3; i++) {
        double begin = cpu_now();
        g_autoptr(complaints) complaints = complaints_new();
        playbook *book = playbook_read("hostile.md", text->str, text->len, complaints);
        *refused = book == NULL;
        assert_true(book != NULL || complaints_count(complaints) > 0);
        if (book != NULL)
            plan_free(plan_make(book, NULL, NULL, NULL));
        least = MIN(least, cpu_now() - begin);
        if (least > LONGEST * SLOWER)
            break;
    }
    return least;
}

static void hostile__is_read_fast_or_refused(void **state)
{
    const family *self = *state;
    bool refused = false;
    double half = G_MAXDOUBLE, whole = G_MAXDOUBLE;
    /* What others do to the caches and to the memory costs time of ours, never less: the least of many looks is
     * what the work itself costs, and a square stays one. */
    for (int looks = 0; looks < 12; looks++) {
        half = MIN(half, read_time(self, PLAYBOOK_LARGEST / 2, &refused));
        whole = MIN(whole, read_time(self, PLAYBOOK_LARGEST, &refused));
        if (whole <= WORTH_DOUBLING * SLOWER || whole <= half * DOUBLING_MOST)
            break;
    }
    print_message("# %s: %.0f ms%s\n", self->name, whole * 1e3, refused ? ", refused" : "");
    if (whole > LONGEST * SLOWER)
        fail_msg("%s: %.3f s for 256 kB", self->name, whole);
    if (whole > WORTH_DOUBLING * SLOWER && whole > half * DOUBLING_MOST)
        fail_msg("%s: 128 kB take %.3f s, 256 kB %.3f s", self->name, half, whole);
}

int main(void)
{
    struct CMUnitTest tests[G_N_ELEMENTS(families)];
    for (gsize i = 0; i < G_N_ELEMENTS(families); i++) {
        char *name = g_strdup_printf("hostile__is_read_fast_or_refused__%s", families[i].name);
        tests[i] = (struct CMUnitTest){ .name = g_strdelimit(name, " ", '_'),
                                        .test_func = hostile__is_read_fast_or_refused,
                                        .initial_state = (void *)&families[i] };
    }
    int failed = _cmocka_run_group_tests("hostile", tests, G_N_ELEMENTS(tests), NULL, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(tests); i++)
        g_free((char *)tests[i].name);
    return failed;
}
