/* A face and an engine over a real socket. The engine is this very program, started by the client under test:
 * it keeps the lock, remembers the ids it was told in a file (as the journal would), and misbehaves as the file
 * "mode" in its state directory says. */
#include "link/client.h"
#include "link/server.h"
#include "world/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* --- the engine --- */

static GMainLoop *loop;
static server *house;
static char *state_folder;

static char *in_state(const char *name)
{
    return g_build_filename(state_folder, name, NULL);
}

/* The whole file, or "". */
static char *state_text(const char *name)
{
    g_autofree char *path = in_state(name);
    char *text = NULL;
    return g_file_get_contents(path, &text, NULL, NULL) ? text : g_strdup("");
}

static void state_put(const char *name, const char *text)
{
    g_autofree char *path = in_state(name);
    assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void state_add(const char *name, const char *line)
{
    g_autofree char *path = in_state(name);
    int file = open(path, O_WRONLY | O_APPEND | O_CREAT, 0600);
    if (write(file, line, strlen(line)) != (ssize_t)strlen(line) || write(file, "\n", 1) != 1)
        abort();
    close(file);
}

static guint state_lines(const char *name)
{
    g_autofree char *text = state_text(name);
    guint lines = 0;
    for (const char *at = text; *at != '\0'; at++)
        lines += *at == '\n';
    return lines;
}

static bool mode_is(const char *mode)
{
    g_autofree char *now = state_text("mode");
    return strcmp(now, mode) == 0;
}

static void answer_refusal(peer *from, const char *id)
{
    g_autoptr(json) no = json_pack("{s:s, s:b, s:i, s:s, s:s}", "id", id, "done", 0, "code", 3, "why",
                                   "cannot run: gate 'x' is open", "way", "'warroom gate pass x' ticks it");
    peer_send(from, no);
}

static void on_line(peer *from, json *line, void *context)
{
    (void)context;
    const char *id = json_text(line, "id", ""), *verb = json_text(line, "verb", "");
    g_autofree char *ids = state_text("ids");
    bool again = strstr(ids, id) != NULL;
    if (strcmp(verb, "gate pass") == 0) {
        answer_refusal(from, id);
        return;
    }
    if (strcmp(verb, "attach") == 0)
        peer_attach(from);
    if (!again)
        state_add("ids", id);
    if (mode_is("dies over it") && !again)
        raise(SIGKILL);
    g_autoptr(json) told = json_pack("{s:s, s:s}", "told", "alert", "text", verb);
    server_tell_all(house, told);
    g_autoptr(json) yes = json_pack("{s:s, s:b, s:b, s:{s:s, s:i}}", "id", id, "done", 1, "again", again,
                                    "data", "account", peer_account(from), "pid", (int)getpid());
    peer_send(from, yes);
    if (strcmp(verb, "leave") == 0) {
        state_put("mode", "");
        server_unlist(house);
        g_main_loop_quit(loop);
    }
}

static int engine_main(void)
{
    state_folder = g_strdup(getenv("WARROOM_STATE"));
    if (mode_is("broken")) {
        fprintf(stderr, "warroom-engine: warroom.yaml:3:1: unknown key 'abve'\n");
        return 2;
    }
    g_autofree char *lock_path = in_state(ENGINE_LOCK_NAME);
    int lock = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (flock(lock, LOCK_EX | LOCK_NB) != 0)
        return ERR_REFUSED;
    g_autofree char *pid = g_strdup_printf("%d", (int)getpid());
    state_add("engines", pid);
    const char *version = mode_is("older") ? "0.0.9" : mode_is("newer") ? "99.10.0" : WARROOM_VERSION;
    const char *config = getenv("WARROOM_CONFIG");
    json *greeting = json_pack("{s:s, s:i, s:s}", "warroom", version, "pid", (int)getpid(), "config",
                               config != NULL ? config : "");
    loop = g_main_loop_new(NULL, FALSE);
    g_autoptr(GError) error = NULL;
    house = server_new(state_folder, NULL, greeting, (server_ears){ .on_line = on_line }, NULL, &error);
    if (house == NULL) {
        fprintf(stderr, "warroom-engine: %s\n", error->message);
        return 1;
    }
    alarm(30); /* nothing is left behind, whatever the test does */
    g_main_loop_run(loop);
    server_free(house);
    return 0;
}

/* --- the tests --- */

static char *program;

static client_wish wish_now(void)
{
    return (client_wish){ .state = state_folder, .me = "ada", .means = "cli", .engine = program };
}

static int fresh_state(void **state)
{
    (void)state;
    g_free(state_folder);
    state_folder = g_dir_make_tmp("warroom-client-XXXXXX", NULL);
    return state_folder == NULL;
}

static gint engine_pid(client *face)
{
    return (gint)json_whole(client_greeting(face), "pid", 0);
}

/* Every engine that led here, by the number it wrote down itself; all of them are ours. */
static void end_engines(void)
{
    g_autofree char *text = state_text("engines");
    g_auto(GStrv) pids = g_strsplit(text, "\n", -1);
    for (char **pid = pids; *pid != NULL && **pid != '\0'; pid++) {
        kill(atoi(*pid), SIGKILL);
        waitpid(atoi(*pid), NULL, 0);
    }
    g_autofree char *path = in_state("engines");
    unlink(path); /* a number is good for one signal */
}

static int clear_state(void **state)
{
    (void)state;
    end_engines();
    static const char *const names[] = { "mode",           "ids",          "engines", SOCKET_NAME,
                                         ENGINE_LOCK_NAME, ENGINE_LOG_NAME };
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = in_state(names[i]);
        unlink(path);
    }
    return rmdir(state_folder);
}

static void expect_error(const GError *error, int code, const char *words)
{
    if (error == NULL || error->code != code || strstr(error->message, words) == NULL)
        fail_msg("wanted %d '%s', got %d '%s'", code, words, error != NULL ? error->code : 0,
                 error != NULL ? error->message : "no error");
}

static void client__starts_an_engine__where_there_is_none(void **state)
{
    (void)state;
    client_wish wish = wish_now();
    g_autoptr(GError) error = NULL;
    assert_null(client_look(&wish, &error));
    expect_error(error, ERR_NOT_FOUND, "no engine runs");
    assert_int_equal(state_lines("engines"), 0);
    g_autoptr(client) face = client_open(&wish, NULL);
    assert_non_null(face);
    g_autoptr(json) answer = NULL;
    assert_true(client_ask(face, "note", NULL, NULL, &answer, NULL));
    g_autofree char *account = g_strdup_printf("@%s", g_get_host_name());
    assert_non_null(strstr(json_text(json_object_get(answer, "data"), "account", ""), account));
    g_autoptr(client) second = client_open(&wish, NULL);
    assert_non_null(second);
    assert_int_equal(engine_pid(face), engine_pid(second));
    assert_int_equal(state_lines("engines"), 1);
}

static void client__keeps_the_engine_in_a_session_of_its_own(void **state)
{
    (void)state;
    client_wish wish = wish_now();
    g_autoptr(client) face = client_open(&wish, NULL);
    assert_int_equal(getsid(engine_pid(face)), engine_pid(face));
}

static void client__makes_the_socket_for_its_owner_alone(void **state)
{
    (void)state;
    client_wish wish = wish_now();
    g_autoptr(client) face = client_open(&wish, NULL);
    g_autofree char *path = in_state(SOCKET_NAME);
    assert_non_null(face);
    struct stat made;
    assert_int_equal(stat(path, &made), 0);
    assert_int_equal(made.st_mode, S_IFSOCK | 0600);
}

static void client__gets_a_lost_answer__by_asking_again(void **state)
{
    (void)state;
    state_put("mode", "dies over it");
    client_wish wish = wish_now();
    g_autoptr(client) face = client_open(&wish, NULL);
    g_autoptr(json) answer = NULL;
    g_autoptr(GError) error = NULL;
    assert_true(client_ask(face, "note", NULL, NULL, &answer, &error));
    assert_true(json_flag(answer, "again", false));
    assert_int_equal(state_lines("ids"), 1);
    assert_int_equal(state_lines("engines"), 2);
    assert_int_equal(client_restarts(face), 1);
}

static void client__tells_a_refusal_with_its_way_on(void **state)
{
    (void)state;
    client_wish wish = wish_now();
    g_autoptr(client) face = client_open(&wish, NULL);
    g_autoptr(GError) error = NULL;
    assert_false(client_ask(face, "gate pass", NULL, NULL, NULL, &error));
    expect_error(error, ERR_REFUSED, "cannot run: gate 'x' is open; 'warroom gate pass x' ticks it");
}

static void client__asks_an_older_engine_to_leave(void **state)
{
    (void)state;
    state_put("mode", "older");
    client_wish old = wish_now();
    old.version = "0.0.9";
    g_autoptr(client) older = client_open(&old, NULL);
    assert_non_null(older);
    client_wish wish = wish_now();
    g_autoptr(client) face = client_open(&wish, NULL);
    assert_string_equal(json_text(client_greeting(face), "warroom", ""), WARROOM_VERSION);
    assert_int_not_equal(engine_pid(face), engine_pid(older));
    assert_true(client_may_write(face));
}

static void client__only_reads__where_a_newer_engine_leads(void **state)
{
    (void)state;
    state_put("mode", "newer");
    client_wish wish = wish_now();
    g_autoptr(client) face = client_open(&wish, NULL);
    assert_false(client_may_write(face));
    g_autoptr(GError) error = NULL;
    assert_false(client_ask(face, "note", NULL, NULL, NULL, &error));
    expect_error(error, ERR_REFUSED, "the engine is warroom 99.10.0 and this is " WARROOM_VERSION);
    assert_true(client_ask(face, "live", NULL, NULL, NULL, NULL));
    assert_int_equal(state_lines("engines"), 1);
}

static void client__does_not_mix_configurations(void **state)
{
    (void)state;
    client_wish one = wish_now(), other = wish_now();
    one.config = "/etc/one.yaml";
    other.config = "/etc/two.yaml";
    g_autoptr(client) face = client_open(&one, NULL);
    assert_non_null(face);
    g_autoptr(GError) error = NULL;
    assert_null(client_open(&other, &error));
    expect_error(error, ERR_REFUSED, "runs with '/etc/one.yaml', this would be '/etc/two.yaml'");
}

static void client__says_why__an_engine_did_not_start(void **state)
{
    (void)state;
    state_put("mode", "broken");
    client_wish wish = wish_now();
    g_autoptr(GError) error = NULL;
    assert_null(client_open(&wish, &error));
    expect_error(error, ERR_USAGE, "the engine did not start: warroom.yaml:3:1: unknown key 'abve'");
}

static bool agrees(gint pid, void *context)
{
    *(gint *)context = pid;
    return true;
}

static void client__names_an_engine_that_is_silent(void **state)
{
    (void)state;
    client_wish wish = wish_now();
    wish.patience = SPAN_SECOND;
    g_autoptr(client) face = client_open(&wish, NULL);
    gint pid = engine_pid(face);
    kill(pid, SIGSTOP);
    g_autofree char *words = g_strdup_printf("engine has not answered for 1 s (pid %d)", pid);
    g_autoptr(GError) error = NULL;
    assert_false(client_ask(face, "note", NULL, NULL, NULL, &error));
    expect_error(error, ERR_FAILED, words);
    g_autoptr(GError) again = NULL;
    assert_null(client_open(&wish, &again)); /* it holds the lock: there is no second one */
    expect_error(again, ERR_FAILED, words);
    assert_int_equal(state_lines("engines"), 1);
    gint asked = 0;
    wish.on_silent = agrees;
    wish.context = &asked;
    g_autoptr(client) next = client_open(&wish, NULL);
    assert_non_null(next);
    assert_int_equal(asked, pid);
    assert_int_equal(state_lines("engines"), 2);
}

static void client__finds_a_socket_that_was_swept(void **state)
{
    (void)state;
    client_wish wish = wish_now();
    g_autoptr(client) face = client_open(&wish, NULL);
    g_autofree char *path = in_state(SOCKET_NAME);
    assert_int_equal(unlink(path), 0);
    g_autoptr(client) second = client_open(&wish, NULL);
    assert_non_null(second);
    assert_int_equal(engine_pid(face), engine_pid(second));
    assert_true(client_ask(face, "note", NULL, NULL, NULL, NULL)); /* who was in, stays in */
    assert_int_equal(state_lines("engines"), 1);
}

static void client__hears_news__also_while_it_waits_for_an_answer(void **state)
{
    (void)state;
    client_wish wish = wish_now();
    g_autoptr(client) face = client_open(&wish, NULL);
    assert_true(client_ask(face, "attach", NULL, NULL, NULL, NULL));
    g_autoptr(client) other = client_open(&wish, NULL);
    assert_true(client_ask(other, "impact", NULL, NULL, NULL, NULL));
    assert_true(client_ask(face, "note", NULL, NULL, NULL, NULL));
    static const char *const wanted[] = { "attach", "impact", "note" };
    for (gsize i = 0; i < G_N_ELEMENTS(wanted); i++) {
        g_autoptr(json) news = client_told(face, SPAN_SECOND, NULL);
        assert_string_equal(json_text(news, "text", ""), wanted[i]);
    }
    g_autoptr(GError) error = NULL;
    assert_null(client_told(face, 0, &error));
    assert_null(error);
    kill(engine_pid(face), SIGKILL);
    assert_null(client_told(face, 5 * SPAN_SECOND, &error));
    expect_error(error, ERR_FAILED, "the engine is gone");
}

/* Ten faces at one barrier, again and again: whoever loses the race for the lock finds the winner. */
static void client__ends_with_one_engine__however_many_start_at_once(void **state)
{
    (void)state;
    for (guint round = 1; round <= 5; round++) {
        int gate[2];
        assert_int_equal(pipe(gate), 0);
        pid_t faces[10];
        for (gsize i = 0; i < G_N_ELEMENTS(faces); i++) {
            faces[i] = fork();
            if (faces[i] != 0)
                continue;
            close(gate[1]);
            char byte;
            if (read(gate[0], &byte, 1) != 0)
                _exit(1);
            client_wish wish = wish_now();
            g_autoptr(client) face = client_open(&wish, NULL);
            _exit(face != NULL && client_ask(face, "note", NULL, NULL, NULL, NULL) ? 0 : 1);
        }
        close(gate[0]);
        close(gate[1]);
        for (gsize i = 0; i < G_N_ELEMENTS(faces); i++) {
            int status = -1;
            waitpid(faces[i], &status, 0);
            assert_int_equal(status, 0);
        }
        assert_int_equal(state_lines("engines"), 1);
        assert_int_equal(state_lines("ids"), 10 * round);
        end_engines();
    }
}

#define WITH_STATE(test) cmocka_unit_test_setup_teardown(test, fresh_state, clear_state)

int main(void)
{
    const char *name = getenv("WARROOM_CLIENT_TEST");
    if (name != NULL)
        return engine_main();
    setenv("WARROOM_CLIENT_TEST", "engine", 1);
    unsetenv("WARROOM_CONFIG");
    program = g_file_read_link("/proc/self/exe", NULL);
    const struct CMUnitTest tests[] = {
        WITH_STATE(client__starts_an_engine__where_there_is_none),
        WITH_STATE(client__keeps_the_engine_in_a_session_of_its_own),
        WITH_STATE(client__makes_the_socket_for_its_owner_alone),
        WITH_STATE(client__gets_a_lost_answer__by_asking_again),
        WITH_STATE(client__tells_a_refusal_with_its_way_on),
        WITH_STATE(client__asks_an_older_engine_to_leave),
        WITH_STATE(client__only_reads__where_a_newer_engine_leads),
        WITH_STATE(client__does_not_mix_configurations),
        WITH_STATE(client__says_why__an_engine_did_not_start),
        WITH_STATE(client__names_an_engine_that_is_silent),
        WITH_STATE(client__finds_a_socket_that_was_swept),
        WITH_STATE(client__hears_news__also_while_it_waits_for_an_answer),
        WITH_STATE(client__ends_with_one_engine__however_many_start_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
