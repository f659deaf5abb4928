/* Two people at two terminals fire the same step in the same moment (row 55), and two engines come up for one state
 * directory (row 5), with the real programs: one starts, the other is told by whom. RACES=N runs so many pairs. */
#include "lib/folder.h"
#include "link/client.h"
#include "world/clock.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define RACES 150
#define ENGINES 30
#define STEPS 100 /* of a playbook: then another incident */
#define PATIENCE (20 * SPAN_SECOND)

static char *state_folder, *engine_path;

static guint how_many(guint usual)
{
    const char *races = g_getenv("RACES");
    return races != NULL ? (guint)atoi(races) : usual;
}

static client *face(const char *me)
{
    client_wish wish = { .state = state_folder, .me = me, .means = "cli", .engine = engine_path };
    g_autoptr(GError) error = NULL;
    client *made = client_open(&wish, &error);
    if (made == NULL)
        fail_msg("%s", error->message);
    return made;
}

/* A face that starts nothing: it waits until somebody answers. */
static client *visit(void)
{
    client_wish wish = { .state = state_folder, .me = "ada", .means = "cli", .engine = engine_path };
    for (uptime until = clock_now().up + PATIENCE; clock_now().up < until; g_usleep(1000)) {
        client *made = client_look(&wish, NULL);
        if (made != NULL)
            return made;
    }
    fail_msg("no engine answers");
    return NULL;
}

static bool ask(client *self, json *args, const char *verb, char **why)
{
    g_autoptr(json) given = args;
    g_autoptr(json) answer = NULL;
    g_autoptr(GError) error = NULL;
    bool done = client_ask(self, verb, given, NULL, &answer, &error);
    if (why != NULL)
        *why = g_strdup(done ? "" : error->message);
    return done;
}

/* ---- two faces ---- */

/* A rival waits for its word, fires, and says what came of it. */
static void rival(int word, int result)
{
    client *self = face("raj");
    char step[16];
    while (read(word, step, sizeof step) == sizeof step) {
        g_autofree char *why = NULL;
        bool done = ask(self, json_pack("{s:s}", "step", step), "run", &why);
        char line[512] = { done ? 'y' : 'n' };
        g_strlcpy(line + 1, why, sizeof line - 1);
        if (write(result, line, sizeof line) != sizeof line)
            break;
    }
    client_close(self);
    _exit(0);
}

static void write_book(const char *path, const char *did)
{
    GString *text = g_string_new("# Race\n\n## Only\n");
    for (guint i = 1; i <= STEPS; i++)
        g_string_append_printf(text, "\n### Step %u\n\n```sh\necho %u >>%s\n```\n", i, i, did);
    assert_true(g_file_set_contents(path, text->str, -1, NULL));
    g_string_free(text, TRUE);
}

static void await_paused(client *self)
{
    uptime until = clock_now().up + PATIENCE;
    while (clock_now().up < until) {
        g_autoptr(GError) error = NULL;
        g_autoptr(json) told = client_told(self, SPAN_SECOND, &error);
        const json *record = json_object_get(told, "record");
        const char *kind = json_text(record, "kind", "");
        if (strcmp(kind, "run.paused") == 0 || strcmp(kind, "run.ended") == 0)
            return;
        assert_null(error);
    }
    fail_msg("the step did not come to its end");
}

static guint lines_of(const char *path)
{
    g_autofree char *text = NULL;
    guint lines = 0;
    if (g_file_get_contents(path, &text, NULL, NULL))
        for (const char *at = text; *at != '\0'; at++)
            lines += *at == '\n';
    return lines;
}

/* The rival has to be woken first: how long that takes is not known, so this side waits a little, another time
 * each, and either of them comes first now and then. */
static void even_out(guint race)
{
    uptime until = clock_now().up + (span)(race % 32) * 20;
    while (clock_now().up < until)
        continue;
}

static void begin_incident(client *self, const char *book)
{
    (void)ask(self, json_pack("{s:s}", "as", "aborted"), "incident close", NULL);
    assert_true(ask(self, json_pack("{s:s}", "title", "a race"), "start", NULL));
    g_autofree char *why = NULL;
    /* Step 1 is run at once; the rivals race for those behind it. */
    if (!ask(self, json_pack("{s:s, s:s, s:s}", "book", book, "confirm", "race", "step", "1"), "run", &why))
        fail_msg("%s", why);
    await_paused(self);
}

static void faces__that_fire_one_step__start_it_once__and_the_other_is_told_by_whom(void **state)
{
    (void)state;
    g_autofree char *book = g_build_filename(state_folder, "race.md", NULL);
    g_autofree char *did = g_build_filename(state_folder, "did", NULL);
    write_book(book, did);
    int word[2], result[2];
    assert_int_equal(pipe(word), 0);
    assert_int_equal(pipe(result), 0);
    pid_t other = fork();
    if (other == 0) {
        close(word[1]);
        rival(word[0], result[1]);
    }
    close(word[0]);
    client *self = face("ada");
    assert_true(ask(self, json_object(), "attach", NULL));
    guint mine = 0, theirs = 0;
    for (guint race = 0; race < how_many(RACES); race++) {
        guint step = race % (STEPS - 1) + 2;
        if (step == 2) {
            begin_incident(self, book);
            assert_int_equal(unlink(did), 0);
        }
        char name[16] = { 0 };
        g_snprintf(name, sizeof name, "%u", step);
        g_autofree char *why = NULL;
        char line[512];
        assert_int_equal(write(word[1], name, sizeof name), sizeof name);
        even_out(race);
        bool done = ask(self, json_pack("{s:s}", "step", name), "run", &why);
        assert_int_equal(read(result[0], line, sizeof line), sizeof line);
        bool they = line[0] == 'y';
        mine += done;
        theirs += they;
        if (done == they)
            fail_msg("race %u: both %s: '%s', '%s'", race, done ? "started it" : "were refused", why,
                     line + 1);
        if (strstr(done ? line + 1 : why, done ? "started by ada" : "started by raj") == NULL)
            fail_msg("race %u: the other was told '%s'", race, done ? line + 1 : why);
        await_paused(self);
        if (lines_of(did) != step - 1)
            fail_msg("race %u: step %u left %u lines", race, step, lines_of(did));
    }
    print_message("# of %u races %u were won by one, %u by the other\n", mine + theirs, mine, theirs);
    assert_int_not_equal(mine, 0); /* else there was no race */
    assert_int_not_equal(theirs, 0);
    close(word[1]);
    waitpid(other, NULL, 0);
    close(result[0]), close(result[1]);
    (void)ask(self, json_pack("{s:s}", "as", "aborted"), "incident close", NULL);
    client_close(self);
}

/* ---- two engines ---- */

static pid_t start_engine(const int barrier[2])
{
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    char nothing = 0;
    g_setenv("WARROOM_STATE", state_folder, TRUE);
    g_unsetenv("WARROOM_CONFIG");
    close(barrier[1]);
    if (read(barrier[0], &nothing, 1) < 0) /* until the other end is closed: the barrier */
        _exit(99);
    g_autofree char *log = g_build_filename(state_folder, "rivals.log", NULL);
    if (freopen(log, "a", stderr) == NULL)
        _exit(99);
    execl(engine_path, engine_path, (char *)NULL);
    _exit(99);
}

static void engines__for_one_state_directory__leave_one_in_the_lead(void **state)
{
    (void)state;
    g_autofree char *log = g_build_filename(state_folder, "rivals.log", NULL);
    guint refused = 0;
    for (guint race = 0; race < MIN(how_many(ENGINES), 1000); race++) {
        int barrier[2];
        assert_int_equal(pipe(barrier), 0);
        pid_t rivals[2] = { start_engine(barrier), start_engine(barrier) };
        close(barrier[1]);
        close(barrier[0]);
        int status = 0;
        pid_t lost = wait(&status);
        assert_true(lost == rivals[0] || lost == rivals[1]);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), ERR_REFUSED);
        refused++;
        pid_t leads = lost == rivals[0] ? rivals[1] : rivals[0];
        assert_int_equal(kill(leads, 0), 0);
        client *visitor = visit(); /* it answers: so it leads */
        assert_true(ask(visitor, json_object(), "leave", NULL));
        client_close(visitor);
        assert_int_equal(waitpid(leads, &status, 0), leads);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    g_autofree char *text = NULL;
    assert_true(g_file_get_contents(log, &text, NULL, NULL));
    guint told = 0;
    for (const char *at = text; (at = strstr(at, "already led by ")) != NULL; at++)
        told++;
    assert_int_equal(told, refused);
}

static void end_engine(void)
{
    client_wish wish = { .state = state_folder, .me = "ada", .means = "cli", .engine = engine_path };
    client *self = client_look(&wish, NULL);
    if (self == NULL)
        return;
    (void)ask(self, json_object(), "leave", NULL);
    client_close(self);
}

int main(void)
{
    const char *bin = g_getenv("WARROOM_BIN");
    engine_path = g_build_filename(bin != NULL ? bin : "build/bin", "warroom-engine", NULL);
    state_folder = test_folder_make();
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(engines__for_one_state_directory__leave_one_in_the_lead),
        cmocka_unit_test(faces__that_fire_one_step__start_it_once__and_the_other_is_told_by_whom),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    end_engine();
    test_folder_remove(state_folder);
    g_free(engine_path);
    return failed;
}
