/* ears.c - what faces ask: the orders go to the engine, the few questions that are none are answered here. */
#include "program.h"

#include "world/clock.h"

#include <string.h>
#include <unistd.h>

#define APPEND_SLOW SPAN_SECOND /* RELIABILITY row 25 */

json *program_greeting(const program *self)
{
    json *greeting = json_object();
    g_autofree char *started = moment_text(self->started.wall);
    json_put_text(greeting, "warroom", WARROOM_VERSION);
    json_put_whole(greeting, "pid", getpid());
    json_put_text(greeting, "started", started);
    json_put_text(greeting, "by", self->me);
    json_put_text(greeting, "config", self->config);
    json_put_text(greeting, "digest", self->settings->digest);
    return greeting;
}

static json *answer_to(const json *question, json *data)
{
    json *answer = json_object();
    json_put_text(answer, "id", json_text(question, "id", ""));
    json_put_flag(answer, "done", true);
    json_put(answer, "records", json_array());
    json_put(answer, "data", data);
    json_put_flag(answer, "again", false);
    return answer;
}

static void refuse(peer *from, const json *question, const GError *error)
{
    g_autoptr(json) answer = json_object();
    json_put_text(answer, "id", json_text(question, "id", ""));
    json_put_flag(answer, "done", false);
    json_put_whole(answer, "code", fail_exit_code(error));
    json_put_text(answer, "why", error->message);
    json_put_text(answer, "way", "");
    peer_send(from, answer);
}

/* ---- attach ---- */

typedef struct catching_up {
    peer *peer;
    gint64 position;
} catching_up;

static bool send_record(const record *record, void *context)
{
    catching_up *to = context;
    g_autoptr(json) line = json_object();
    json_put_text(line, "told", "record");
    json_put_whole(line, "position", ++to->position);
    json_put(line, "record", record_json(record));
    peer_send(to->peer, line);
    return true;
}

static void attach(program *self, peer *from, const json *question)
{
    gint64 newest = self->position;
    gint64 after = MAX(json_whole(json_object_get(question, "args"), "after", newest), 0);
    catching_up to = { from, after };
    g_autoptr(GError) trouble = NULL;
    if (after < newest && !store_follow(self->store, after, send_record, &to, &after, &trouble)) {
        refuse(from, question, trouble);
        return;
    }
    if (json_flag(json_object_get(question, "args"), "records", true))
        peer_attach(from);
    else
        peer_attach_reader(from);
    g_autoptr(json) answer = answer_to(question, json_pack("{s:I}", "position", (json_int_t)newest));
    peer_send(from, answer);
    program_follow_heard(self, from);
}

/* ---- live ---- */

static json *live_run(const room *room, const run *run, const instant *now)
{
    const step *step = run_step(run, run->present->step);
    json *object = json_object();
    json_put_text(object, "incident", room->incident->id);
    json_put_text(object, "run", run->id);
    json_put_whole(object, "step", run->present->step + 1);
    json_put_text(object, "title", step->title);
    json_put_text(object, "what", deed_names[run->present->what]);
    json_put_text(object, "folder", run->present->folder);
    json_put_flag(object, "aborting", run->aborting);
    if (strcmp(run->present->boot, now->boot) == 0)
        json_put_decimal(object, "elapsed", (double)(now->up - run->present->up) / (double)SPAN_SECOND);
    return object;
}

/* A disk on which each record takes so long is about to fail, or is shared with too many. */
static char *slow_words(const program *self)
{
    if (self->append_took < APPEND_SLOW)
        return NULL;
    g_autofree char *took = span_text(self->append_took);
    return g_strdup_printf("journal slow: the last record took %s to reach the disk", took);
}

static json *live(const program *self)
{
    instant now = clock_now();
    json *data = poll_board_json(self->poller, now);
    json *running = json_array();
    GHashTableIter each;
    gpointer item = NULL;
    g_hash_table_iter_init(&each, engine_board(self->engine)->rooms);
    while (g_hash_table_iter_next(&each, NULL, &item)) {
        const run *run = room_run(item);
        if (run != NULL && run->present != NULL)
            json_array_append_new(running, live_run(item, run, &now));
    }
    json_put(data, "running", running);
    g_autofree char *slow = slow_words(self);
    json_put_text(data, "trouble", engine_trouble(self->engine));
    json_put_text(data, "slow", slow);
    return data;
}

/* ---- metric test: the answer comes when the source has spoken ---- */

typedef struct testing {
    guint waits; /* how many sources are still asked */
    json *question, *sources;
    peer *peer; /* NULL: it has left */
} testing;

static GPtrArray *tests; /* of testing: under way */

static void testing_free(testing *self)
{
    json_decref(self->question);
    json_decref(self->sources);
    g_free(self);
}

static testing *testing_of(const peer *who)
{
    for (guint i = 0; tests != NULL && i < tests->len; i++) {
        testing *one = g_ptr_array_index(tests, i);
        if (one->peer == who)
            return one;
    }
    return NULL;
}

static void tested(json *answer, void *context)
{
    testing *self = context;
    json_array_append(self->sources, answer);
    if (--self->waits > 0)
        return;
    if (self->peer != NULL) {
        json *data = json_object();
        json_put(data, "sources", json_incref(self->sources));
        g_autoptr(json) all = answer_to(self->question, data);
        peer_send(self->peer, all);
    }
    g_ptr_array_remove_fast(tests, self);
    testing_free(self);
}

static void test(program *self, peer *from, json *question)
{
    const char *name = json_text(json_object_get(question, "args"), "name", NULL);
    g_autoptr(GError) trouble = NULL;
    if (tests == NULL)
        tests = g_ptr_array_new();
    if (testing_of(from) != NULL)
        fail(&trouble, ERR_REFUSED, "a test is under way for this face already");
    else if (name == NULL && self->settings->sources->len == 0)
        fail(&trouble, ERR_NOT_FOUND, "the configuration has no sources; 'warroom init' writes one");
    if (trouble != NULL) {
        refuse(from, question, trouble);
        return;
    }
    testing *made = g_new0(testing, 1);
    made->question = json_incref(question);
    made->sources = json_array();
    made->peer = from;
    made->waits = name != NULL ? 1 : self->settings->sources->len;
    guint asked = 0;
    for (guint i = 0; i < made->waits && trouble == NULL; i++) {
        const char *each = name;
        if (each == NULL)
            each = ((const source *)g_ptr_array_index(self->settings->sources, i))->name;
        if (poll_test(self->poller, each, tested, made, &trouble))
            asked++;
    }
    if (asked == 0) {
        refuse(from, question, trouble);
        testing_free(made);
        return;
    }
    g_ptr_array_add(tests, made);
}

/* The poller that asked for them is gone, and tells nothing any more. */
void program_tests_end(const GError *why)
{
    while (tests != NULL && tests->len > 0) {
        testing *one = g_ptr_array_remove_index_fast(tests, tests->len - 1);
        if (one->peer != NULL && why != NULL)
            refuse(one->peer, one->question, why);
        testing_free(one);
    }
}

/* ---- the ears ---- */

/* Steps run as this account: what they find around them (a PATH, a folder) is of its choice, never of a guest's. */
static void leave_outside(json *line)
{
    json_object_del(line, "env");
    json_object_del(json_object_get(line, "args"), "folder");
}

static void heard(peer *from, json *line, void *context)
{
    program *self = context;
    const char *verb = json_text(line, "verb", "");
    if (peer_is_guest(from))
        leave_outside(line);
    self->idle_since = 0;
    if (strcmp(verb, "attach") == 0) {
        attach(self, from, line);
    } else if (strcmp(verb, "live") == 0) {
        g_autoptr(json) answer = answer_to(line, live(self));
        peer_send(from, answer);
    } else if (strcmp(verb, "step show") == 0) {
        g_autoptr(json) answer = answer_to(line, program_printed(self, json_object_get(line, "args")));
        peer_send(from, answer);
    } else if (strcmp(verb, "metric test") == 0) {
        test(self, from, line);
    } else if (strcmp(verb, "leave") == 0 && !peer_is_guest(from)) { /* for a guest it is no verb at all */
        g_autoptr(json) answer = answer_to(line, NULL);
        peer_send(from, answer);
        self->leaving = true;
        g_main_loop_quit(self->loop);
    } else {
        g_autoptr(json) answer = engine_answer(self->engine, line, peer_account(from));
        if (strcmp(verb, "trigger event") == 0 && json_flag(answer, "done", false) &&
            !json_flag(answer, "again", false)) {
            instant now = clock_now();
            poll_event(self->poller, json_text(json_object_get(line, "args"), "name", ""), now.up, now);
        }
        peer_send(from, answer);
        program_follow(self);
        if (engine_is_broken(self->engine))
            g_main_loop_quit(self->loop);
    }
}

static void left(peer *who, void *context)
{
    testing *test = testing_of(who);
    (void)context;
    if (test != NULL)
        test->peer = NULL;
}

server_ears program_ears(void)
{
    return (server_ears){ .on_line = heard, .on_gone = left };
}
