/* Incidents made by chance: random playbooks, random orders in any order, keepers that end, fail, are lost; engines
 * that die, machines that restart, disks that fill. After every event the promises are looked at. A failure names
 * its seed, and WARROOM_SEED=N runs that one alone; WARROOM_SEEDS=N runs so many. */
#include "board/show.h"
#include "journal/chain.h"
#include "world/pretend.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SEEDS 400
#define EVENTS 120

typedef struct chance {
    GRand *rand;
    guint seed;
    guint event;
    GString *story;
} chance;

static bool likely(chance *self, double share)
{
    return g_rand_double(self->rand) < share;
}

static char *random_book(chance *self)
{
    GString *text = g_string_new("# Chance\n\n");
    if (likely(self, 0.5))
        g_string_append(text, "- [ ] book gate\n\n");
    gint phases = g_rand_int_range(self->rand, 1, 4);
    guint steps = 0;
    for (gint p = 0; p < phases; p++) {
        g_string_append_printf(text, "## Phase %d\n\n", p + 1);
        if (likely(self, 0.3))
            g_string_append_printf(text, "- [ ] phase gate %d\n\n", p + 1);
        gint count = g_rand_int_range(self->rand, 1, 4);
        for (gint i = 0; i < count; i++) {
            steps++;
            g_string_append_printf(text, "### Step %u\n\nDo it.\n\n", steps);
            if (likely(self, 0.2))
                g_string_append_printf(text, "- [ ] before %u `errors < 5`\n\n", steps);
            if (likely(self, 0.2))
                g_string_append(text, "```sh {identity expect=\"me\"}\nwho\n```\n\n");
            if (likely(self, 0.85)) {
                g_string_append_printf(text, "```sh {retries=%d%s}\ndo %u\n```\n\n",
                                       g_rand_int_range(self->rand, 0, 3),
                                       likely(self, 0.15) ? " continue" : "", steps);
                if (likely(self, 0.4))
                    g_string_append_printf(text, "```sh {undo}\nundo %u\n```\n\n", steps);
            }
            if (likely(self, 0.3))
                g_string_append_printf(text, "```sh {verify}\nverify %u\n```\n\n", steps);
            if (likely(self, 0.3))
                g_string_append_printf(text, "- [ ] after %u\n\n", steps);
        }
    }
    return g_string_free(text, FALSE);
}

static guint random_step(chance *self, const pretend *world)
{
    const run *run = pretend_run(world);
    return run != NULL ? (guint)g_rand_int_range(self->rand, 1, (gint32)run_count(run) + 1) : 1;
}

static void random_order(chance *self, pretend *world)
{
    static const char *const verbs[] = { "run",       "run",        "run",       "pause",
                                         "resume",    "abort",      "retry",     "skip",
                                         "undo",      "gate pass",  "gate pass", "gate pass",
                                         "step done", "step adopt", "step mark", "note" };
    const char *verb = verbs[g_rand_int_range(self->rand, 0, G_N_ELEMENTS(verbs))];
    const run *run = pretend_run(world);
    guint index = random_step(self, world);
    g_autofree char *step = g_strdup_printf("step=%u", index);
    g_autofree char *what = g_strdup_printf("what=%u", index);
    g_autofree char *confirm = run != NULL ? g_strdup_printf("confirm=%s", run_step(run, index - 1)->name)
                                           : g_strdup("confirm=chance");
    g_autofree char *gate = g_strdup("gate=none");
    g_autoptr(GPtrArray) open = run != NULL ? run_open_gates(run) : NULL;
    if (open != NULL && open->len > 0) {
        g_free(gate);
        gate = g_strconcat("gate=", ((struct gate *)g_ptr_array_index(open, 0))->name, NULL);
    }
    bool begins = strcmp(verb, "run") == 0 && (run == NULL || run->state == RUN_ENDED || likely(self, 0.1));
    g_autofree char *why = NULL;
    bool done = begins ? pretend_ask(world, &why, "run", "book=/b.md", "confirm=chance", NULL)
                       : pretend_ask(world, &why, verb, step, strcmp(verb, "retry") == 0 ? what : "as=ok",
                                     "reason=because chance says so", "text=hello", gate, confirm, NULL);
    g_string_append_printf(self->story, "%u ask %s %s: %s\n", self->event, verb, step, done ? "done" : why);
}

static void random_end(chance *self, pretend *world)
{
    pretend_keeper *keeper = pretend_running(world);
    if (keeper == NULL)
        return;
    if (likely(self, 0.07)) {
        keeper->state = KEEP_LOST;
        keeper->step_there = likely(self, 0.5);
        engine_tick(world->engine);
        g_string_append_printf(self->story, "%u lost %s\n", self->event, keeper->folder);
        return;
    }
    int code = likely(self, 0.75) ? 0 : 1;
    g_string_append_printf(self->story, "%u end %s %d\n", self->event, keeper->folder, code);
    pretend_end(world, code, likely(self, 0.9) ? "me\n" : "another\n");
}

static void random_event(chance *self, pretend *world)
{
    double what = g_rand_double(self->rand);
    if (what < 0.40) {
        random_order(self, world);
    } else if (what < 0.72) {
        random_end(self, world);
    } else if (what < 0.86) {
        span time = g_rand_int_range(self->rand, 1, 40) * SPAN_SECOND;
        pretend_pass(world, time);
        g_string_append_printf(self->story, "%u pass %d\n", self->event, (int)(time / SPAN_SECOND));
    } else if (what < 0.91) {
        if (likely(self, 0.8))
            pretend_reading(world, "errors", g_rand_int_range(self->rand, 0, 8));
        else
            pretend_silence(world, "errors");
    } else if (what < 0.95) {
        world->die_after = world->appends + (guint)g_rand_int_range(self->rand, 1, 4);
        g_string_append_printf(self->story, "%u dies after commit %u\n", self->event, world->die_after);
    } else if (what < 0.97) {
        if (world->full == NULL)
            world->full = g_strdup("journal full");
        else {
            g_clear_pointer(&world->full, g_free);
            pretend_pass(world, 2 * SPAN_SECOND); /* what is owed is paid within a second */
        }
        g_string_append_printf(self->story, "%u full: %s\n", self->event, world->full != NULL ? "yes" : "no");
    } else if (what < 0.98) {
        pretend_reboot(world);
        g_string_append_printf(self->story, "%u reboot\n", self->event);
    }
    if (world->dead) {
        pretend_engine_again(world);
        g_string_append_printf(self->story, "%u another engine\n", self->event);
    }
}

/* ---- the promises ---- */

static void broken(const chance *self, const char *promise)
{
    fprintf(stderr, "%s\n", self->story->str); /* longer than cmocka prints */
    fail_msg("seed %u, event %u: %s", self->seed, self->event, promise);
}

static void look_at_keepers(const chance *self, const pretend *world)
{
    guint running = 0;
    for (guint i = 0; i < world->started->len; i++) {
        const pretend_keeper *keeper = g_ptr_array_index(world->started, i);
        if (keeper->starts > 1)
            broken(self, "a keeper was started twice");
        running += keeper->state == KEEP_RUNNING;
    }
    if (running > 1)
        broken(self, "two steps run at once");
}

/* Every command that was started had a reason: the first time, a retry the book allows, or a person's word. */
static void look_at_starts(const chance *self, const pretend *world)
{
    GHashTable *allowed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    const run *run = NULL;
    (void)run;
    for (guint i = 0; i < world->journal->len; i++) {
        const record *each = g_ptr_array_index(world->journal, i);
        const json *body = record_body(each);
        g_autofree char *key =
            g_strdup_printf("%s %d", json_text(body, "run", ""), (int)json_whole(body, "step", 0));
        gint left = GPOINTER_TO_INT(g_hash_table_lookup(allowed, key));
        bool command = g_strcmp0(json_text(body, "what", ""), "command") == 0;
        if (strcmp(each->kind, "step.retry_asked") == 0) {
            g_hash_table_replace(allowed, g_strdup(key), GINT_TO_POINTER(0));
        } else if (strcmp(each->kind, "step.started") == 0 && command) {
            if (left < 0)
                broken(self, "a command whose end is not known was started again unasked");
            g_hash_table_replace(allowed, g_strdup(key), GINT_TO_POINTER(-1)); /* until its end is noted */
        } else if (strcmp(each->kind, "step.ended") == 0 && command) {
            bool well = json_flag(body, "well", false);
            g_hash_table_replace(allowed, g_strdup(key), GINT_TO_POINTER(well ? -2 : 1));
        }
    }
    g_hash_table_unref(allowed);
}

static void look_at_run(const chance *self, const pretend *world)
{
    const run *run = pretend_run(world);
    if (run == NULL)
        return;
    guint current = run_current(run);
    for (guint i = 0; i < run_count(run); i++) {
        const step_run *step = &run->steps[i];
        /* Behind a step that was taken back others may stand that ran before that. */
        bool taken_back =
            current < run_count(run) && (run->steps[current].undo_tried || run->steps[current].undo_due);
        if (i > current && !taken_back && (step->state == STEP_RUNNING || step->state == STEP_OK))
            broken(self, "a step went ahead of one that is not done");
        if (strcmp(run_step_word(run, i), "RUN") == 0 && world->full == NULL &&
            pretend_running(world) == NULL)
            broken(self, "a step is called running and nothing runs");
    }
    if (run->present != NULL && run->present->what == DO_COMMAND) {
        g_autoptr(GPtrArray) before = plan_gates_before(run->plan, run->present->step);
        for (guint i = 0; i < before->len; i++) {
            gate_state is = run_gate(run, ((gate *)g_ptr_array_index(before, i))->name)->state;
            if (is != GATE_PASSED && is != GATE_OVERRIDDEN)
                broken(self, "a command runs behind a gate that is not passed");
        }
    }
}

static void look_at_chains(const chance *self, const pretend *world)
{
    GHashTable *chains = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)chain_free);
    for (guint i = 0; i < world->journal->len; i++) {
        const record *each = g_ptr_array_index(world->journal, i);
        chain *chain = g_hash_table_lookup(chains, each->stream);
        if (chain == NULL) {
            chain = chain_new(each->stream);
            g_hash_table_insert(chains, each->stream, chain);
        }
        g_autoptr(GError) error = NULL;
        if (!chain_follow(chain, each, &error))
            broken(self, error->message);
    }
    g_hash_table_unref(chains);
}

static char *shown(const board *board)
{
    g_autoptr(GPtrArray) open = board_open(board);
    if (open->len == 0)
        return g_strdup("");
    json *document =
        show_room_json(board, board_room(board, ((listed *)g_ptr_array_index(open, 0))->stream), NULL);
    char *text = json_pretty(document);
    json_decref(document);
    return text;
}

/* What the engine thinks is what the journal says: a board folded from nothing else shows the same. */
static void look_at_fold(const chance *self, const pretend *world)
{
    if (world->full != NULL)
        return;
    g_autoptr(board) again = board_new();
    for (guint i = 0; i < world->journal->len; i++)
        board_fold(again, g_ptr_array_index(world->journal, i));
    g_autofree char *theirs = shown(again);
    g_autofree char *ours = shown(engine_board(world->engine));
    if (strcmp(ours, theirs) != 0) {
        fprintf(stderr, "engine: %s\njournal: %s\n", ours, theirs);
        broken(self, "the engine thinks what the journal does not say");
    }
}

static void live(guint seed)
{
    g_autoptr(pretend) world = pretend_new();
    chance chance = { g_rand_new_with_seed(seed), seed, 0, g_string_new(NULL) };
    g_autofree char *book = random_book(&chance);
    g_string_append(chance.story, book);
    pretend_book(world, "/b.md", book);
    pretend_reading(world, "errors", 1);
    assert_true(pretend_ask(world, NULL, "start", "title=chance", NULL));
    for (chance.event = 1; chance.event <= EVENTS; chance.event++) {
        random_event(&chance, world);
        look_at_keepers(&chance, world);
        look_at_starts(&chance, world);
        look_at_run(&chance, world);
        look_at_fold(&chance, world);
    }
    look_at_chains(&chance, world);
    g_rand_free(chance.rand);
    g_string_free(chance.story, TRUE);
}

static void promises__hold__whatever_happens(void **state)
{
    (void)state;
    const char *one = g_getenv("WARROOM_SEED");
    const char *many = g_getenv("WARROOM_SEEDS");
    if (one != NULL) {
        live((guint)atoi(one));
        return;
    }
    guint count = many != NULL ? (guint)atoi(many) : SEEDS;
    for (guint seed = 1; seed <= count; seed++)
        live(seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(promises__hold__whatever_happens) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
