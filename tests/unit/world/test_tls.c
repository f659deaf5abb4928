/* Certificates that must not be believed, shown by a real server (openssl s_server): which, and why (RELIABILITY 37). */
#include "lib/folder.h"
#include "world/http.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct told {
    bool done;
    http_outcome outcome;
    char why[200];
} told;

static void on_done(const http_answer *answer, void *context)
{
    told *self = context;
    self->done = true;
    self->outcome = answer->outcome;
    g_strlcpy(self->why, answer->why, sizeof self->why);
}

static gboolean on_patience(gpointer data)
{
    *(bool *)data = true;
    return G_SOURCE_REMOVE;
}

static told ask(http *client, const char *url, const char *ca)
{
    told is = { 0 };
    bool over = false;
    http_request request = { .url = url, .ca = ca, .timeout = 5 * SPAN_SECOND, .largest = 1 << 20 };
    guint patience = g_timeout_add_seconds(10, on_patience, &over);
    http_ask(client, &request, NULL, on_done, &is);
    while (!is.done && !over)
        g_main_context_iteration(NULL, TRUE);
    assert_true(is.done);
    g_source_remove(patience);
    return is;
}

static guint free_port(void)
{
    struct sockaddr_in place = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof place;
    int one = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(one, (struct sockaddr *)&place, sizeof place), 0);
    assert_int_equal(getsockname(one, (struct sockaddr *)&place, &length), 0);
    close(one);
    return ntohs(place.sin_port);
}

/* A key and a certificate signed by itself, for a name; an expired one takes the whole machinery of an authority. */
static const char make[] =
    "set -e; name=$1; exec >/dev/null 2>&1\n"
    "printf 'subjectAltName=DNS:%s\\n' \"$name\" >names\n"
    "openssl req -new -newkey rsa:2048 -nodes -keyout key.pem -out ask.pem -subj \"/CN=$name\"\n"
    "if [ \"$2\" = now ]; then openssl x509 -req -in ask.pem -signkey key.pem -days 2 -extfile names -out "
    "cert.pem\n"
    "else : >index; echo 01 >serial\n"
    "printf '%s\\n' '[ca]' default_ca=a '[a]' database=index serial=serial new_certs_dir=. default_md=sha256 "
    "policy=p "
    "'[p]' commonName=supplied >ca.conf\n"
    "openssl ca -batch -config ca.conf -selfsign -keyfile key.pem -in ask.pem -out cert.pem -extfile names "
    "-startdate 20200101000000Z -enddate 20200102000000Z; fi\n";

static void certificate_make(const char *folder, const char *name, const char *when)
{
    const char *arguments[] = { "sh", "-c", make, "sh", name, when, NULL };
    int status = -1;
    assert_true(g_spawn_sync(folder, (char **)arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL,
                             &status, NULL));
    assert_int_equal(status, 0);
}

static GPid server_start(const char *folder, guint port, const char *version)
{
    g_autofree char *number = g_strdup_printf("%u", port);
    const char *arguments[] = { "openssl", "s_server", "-accept", number,   "-key",  "key.pem",
                                "-cert",   "cert.pem", "-www",    "-quiet", version, NULL };
    GPid pid = 0;
    assert_true(g_spawn_async(folder, (char **)arguments, NULL,
                              G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL |
                                  G_SPAWN_STDERR_TO_DEV_NULL,
                              NULL, NULL, &pid, NULL));
    struct sockaddr_in place = { .sin_family = AF_INET,
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                 .sin_port = htons((uint16_t)port) };
    for (guint i = 0; i < 500; i++) {
        int one = socket(AF_INET, SOCK_STREAM, 0);
        bool open = connect(one, (struct sockaddr *)&place, sizeof place) == 0;
        close(one);
        if (open)
            return pid;
        g_usleep(10000); /* between two looks */
    }
    fail_msg("openssl s_server does not listen");
    return pid;
}

static const struct row {
    const char *name, *to, *when, *version;
    bool trusted; /* its certificate is given as `ca` */
    http_outcome outcome;
    const char *why;
} rows[] = {
    { "trusted by a ca file", "localhost", "now", NULL, true, HTTP_ANSWERED, "" },
    { "self-signed", "localhost", "now", NULL, false, HTTP_REFUSED, "certificate: self-signed" },
    { "for another name", "shop.example", "now", NULL, true, HTTP_REFUSED, "certificate: for another name" },
    { "expired", "localhost", "2020", NULL, true, HTTP_REFUSED, "certificate: expired" },
    { "older than TLS 1.2", "localhost", "now", "-tls1_1", true, HTTP_UNREACHABLE, NULL },
};

static void certificate__is_refused__with_its_reason(void **state)
{
    (void)state;
    g_autofree char *program = g_find_program_in_path("openssl");
    if (program == NULL)
        skip();
    g_autoptr(http) client = http_new();
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        char *folder = test_folder_make();
        g_autofree char *certificate = g_build_filename(folder, "cert.pem", NULL);
        guint port = free_port();
        g_autofree char *url = g_strdup_printf("https://localhost:%u/", port);
        certificate_make(folder, rows[i].to, rows[i].when);
        GPid server = server_start(folder, port, rows[i].version);
        told is = ask(client, url, rows[i].trusted ? certificate : NULL);
        kill(server, SIGKILL);
        waitpid(server, NULL, 0);
        test_folder_remove(folder);
        if (is.outcome != rows[i].outcome || (rows[i].why != NULL && strcmp(is.why, rows[i].why) != 0))
            fail_msg("%s: outcome %d, '%s'", rows[i].name, is.outcome, is.why);
    }
}

static void ca_file_that_is_not_there__is_said(void **state)
{
    (void)state;
    g_autoptr(http) client = http_new();
    told is = ask(client, "https://localhost:1/", "/nonexistent/ca.pem");
    assert_true(is.outcome == HTTP_REFUSED || is.outcome == HTTP_UNREACHABLE);
    assert_true(strcmp(is.why, "the ca file cannot be read") == 0 ||
                strcmp(is.why, "connection refused") == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(certificate__is_refused__with_its_reason),
        cmocka_unit_test(ca_file_that_is_not_there__is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
