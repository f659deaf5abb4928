/* The engine's end of the socket against raw faces: hostile, slow, foreign, gone. One process, no waiting on hope. */
#define _GNU_SOURCE /* pipe2 */
#include "link/listen.h"
#include "link/server.h"
#include "world/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define PATIENCE (10 * SPAN_SECOND)

typedef struct scene {
    char *folder;
    server *server;
    guint lines, gone;
    char *last; /* the last line that came, and from whom */
    char *account;
    bool guest, attach;
} scene;

static void on_line(peer *from, json *line, void *context)
{
    scene *self = context;
    self->lines++;
    g_free(self->last);
    self->last = json_line(line);
    g_free(self->account);
    self->account = g_strdup(peer_account(from));
    self->guest = peer_is_guest(from);
    if (self->attach)
        peer_attach(from);
    peer_send(from, line);
}

static void on_gone(peer *who, void *context)
{
    (void)who;
    ((scene *)context)->gone++;
}

static scene *scene_new(const char *group)
{
    scene *self = g_new0(scene, 1);
    self->folder = g_dir_make_tmp("warroom-server-XXXXXX", NULL);
    g_autoptr(GError) error = NULL;
    self->server = server_new(self->folder, group, json_pack("{s:s}", "warroom", "test"),
                              (server_ears){ on_line, on_gone }, self, &error);
    if (self->server == NULL)
        fail_msg("%s", error->message);
    return self;
}

static void scene_free(scene *self)
{
    server_free(self->server);
    g_autofree char *path = g_build_filename(self->folder, SOCKET_NAME, NULL);
    assert_int_equal(access(path, F_OK), -1); /* it takes its name away */
    rmdir(self->folder);
    g_free(self->folder);
    g_free(self->last);
    g_free(self->account);
    g_free(self);
}

static int face_new(const scene *self)
{
    int place = open(self->folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int face = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct sockaddr_un address = { 0 };
    socket_address(place, &address);
    assert_int_equal(connect(face, (struct sockaddr *)&address, sizeof address), 0);
    close(place);
    return face;
}

static void turn(void)
{
    g_main_context_iteration(NULL, FALSE);
}

/* What the face hears, up to so many lines, or to the end ("<end>"). */
static char *face_hears(int face, gint lines)
{
    GString *text = g_string_new("");
    uptime until = clock_now().up + PATIENCE;
    while (lines > 0 && clock_now().up < until) {
        turn();
        char bytes[65536];
        ssize_t got = recv(face, bytes, sizeof bytes, MSG_DONTWAIT);
        if (got == 0 || (got < 0 && errno != EAGAIN)) {
            g_string_append(text, "<end>");
            break;
        }
        for (ssize_t i = 0; i < got; i++)
            lines -= bytes[i] == '\n';
        g_string_append_len(text, bytes, MAX(got, 0));
    }
    return g_string_free(text, FALSE);
}

static void face_says(int face, const char *text)
{
    assert_int_equal(send(face, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

static void until_gone(const scene *self, guint count)
{
    uptime until = clock_now().up + PATIENCE;
    while (self->gone < count && clock_now().up < until)
        turn();
    assert_int_equal(self->gone, count);
}

static void server__greets__and_answers_in_order(void **state)
{
    (void)state;
    scene *self = scene_new(NULL);
    int face = face_new(self);
    face_says(face, "{\"n\":1}\n{\"n\":2}\n{\"n\":");
    g_autofree char *heard = face_hears(face, 3);
    assert_string_equal(heard, "{\"warroom\":\"test\"}\n{\"n\":1}\n{\"n\":2}\n");
    face_says(face, "3}\n");
    g_autofree char *rest = face_hears(face, 1);
    assert_string_equal(rest, "{\"n\":3}\n");
    assert_false(self->guest);
    g_autofree char *me = g_strdup_printf("%s@%s", getpwuid(geteuid())->pw_name, g_get_host_name());
    assert_string_equal(self->account, me);
    close(face);
    until_gone(self, 1);
    scene_free(self);
}

static void server__hangs_up__on_what_is_no_document(void **state)
{
    (void)state;
    static const char *const lines[] = { "GET / HTTP/1.1\r\n", "[]\n", "{\"a\":1}}\n", "\x80\xff\n" };
    scene *self = scene_new(NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
        int face = face_new(self);
        face_says(face, lines[i]);
        g_autofree char *heard = face_hears(face, 9);
        if (strstr(heard, "\"done\":false,\"code\":2") == NULL || !g_str_has_suffix(heard, "<end>"))
            fail_msg("%s: %s", lines[i], heard);
        close(face);
        until_gone(self, (guint)i + 1);
    }
    assert_int_equal(self->lines, 0);
    scene_free(self);
}

static void server__drops__a_face_that_does_not_read(void **state)
{
    (void)state;
    scene *self = scene_new(NULL);
    self->attach = true;
    int slow = face_new(self), quick = face_new(self);
    face_says(slow, "{}\n");
    face_says(quick, "{}\n");
    g_autofree char *greeted = face_hears(quick, 2);
    assert_non_null(strstr(greeted, "{}"));
    uptime until = clock_now().up + PATIENCE;
    while (server_attached(self->server) < 2 && clock_now().up < until)
        turn();
    g_autofree char *megabyte = g_strnfill(1024 * 1024, 'x');
    g_autoptr(json) news = json_pack("{s:s}", "told", megabyte);
    for (guint i = 0; i < 40 && self->gone == 0; i++) {
        server_tell_all(self->server, news);
        g_autofree char *heard = face_hears(quick, 1);
        assert_int_equal(strlen(heard), strlen(megabyte) + strlen("{'told':''}\n"));
    }
    assert_int_equal(self->gone, 1); /* the slow one; the quick one heard all of it */
    assert_int_equal(server_attached(self->server), 1);
    close(slow);
    close(quick);
    until_gone(self, 2);
    scene_free(self);
}

static void server__survives__a_thousand_faces_that_come_and_go(void **state)
{
    (void)state;
    scene *self = scene_new(NULL);
    for (guint i = 0; i < 1000; i++) {
        int face = face_new(self);
        if (i % 3 == 0)
            face_says(face, "{\"half\":");
        if (i % 7 == 0)
            turn();
        close(face);
        if (i % 5 == 0)
            turn();
        for (guint k = 0; k < 4; k++)
            turn();
    }
    int face = face_new(self);
    g_autofree char *heard = face_hears(face, 1);
    assert_string_equal(heard, "{\"warroom\":\"test\"}\n");
    close(face);
    uptime until = clock_now().up + PATIENCE;
    while (self->gone < 1001 && clock_now().up < until)
        turn();
    assert_int_equal(self->gone, 1001);
    scene_free(self);
}

static void server__refuses__the_three_hundredth_face(void **state)
{
    (void)state;
    scene *self = scene_new(NULL);
    int faces[300];
    for (guint i = 0; i < G_N_ELEMENTS(faces); i++) {
        faces[i] = face_new(self);
        turn();
        turn();
    }
    g_autofree char *first = face_hears(faces[0], 1);
    assert_string_equal(first, "{\"warroom\":\"test\"}\n");
    g_autofree char *last = face_hears(faces[299], 2);
    assert_non_null(strstr(last, "too many faces"));
    assert_true(g_str_has_suffix(last, "<end>"));
    for (guint i = 0; i < G_N_ELEMENTS(faces); i++)
        close(faces[i]);
    scene_free(self);
}

static void server__makes__its_swept_name_again(void **state)
{
    (void)state;
    scene *self = scene_new(NULL);
    int old = face_new(self);
    g_autofree char *path = g_build_filename(self->folder, SOCKET_NAME, NULL);
    g_autofree char *aside = g_build_filename(self->folder, "aside", NULL);
    for (guint i = 0; i < 3; i++) {
        assert_int_equal(i == 1 ? rename(path, aside) : unlink(path), 0);
        uptime until = clock_now().up + PATIENCE;
        while (access(path, F_OK) != 0 && clock_now().up < until)
            turn();
        int face = face_new(self);
        g_autofree char *heard = face_hears(face, 1);
        assert_string_equal(heard, "{\"warroom\":\"test\"}\n");
        close(face);
    }
    unlink(aside);
    face_says(old, "{}\n");
    g_autofree char *still = face_hears(old, 2);
    assert_string_equal(still, "{\"warroom\":\"test\"}\n{}\n");
    close(old);
    scene_free(self);
}

/* A face of another account, in a process of its own; what it heard comes back through a pipe. */
static char *foreign_face(const scene *self, const char *account, const char *says)
{
    const struct passwd *person = getpwnam(account);
    assert_non_null(person);
    int words[2];
    assert_int_equal(pipe2(words, O_CLOEXEC), 0);
    pid_t child = fork();
    if (child == 0) {
        if (setgroups(0, NULL) != 0 || setgid(person->pw_gid) != 0 || setuid(person->pw_uid) != 0)
            _exit(1);
        int place = open(self->folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
        int face = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        struct sockaddr_un address = { 0 };
        socket_address(place, &address);
        if (place < 0 || connect(face, (struct sockaddr *)&address, sizeof address) != 0)
            dprintf(words[1], "%s", g_strerror(errno));
        else if (send(face, says, strlen(says), MSG_NOSIGNAL) >= 0) {
            shutdown(face, SHUT_WR);
            char byte;
            while (recv(face, &byte, 1, 0) == 1)
                if (write(words[1], &byte, 1) != 1)
                    break;
        }
        _exit(0);
    }
    close(words[1]);
    while (waitpid(child, NULL, WNOHANG) == 0)
        turn();
    GString *heard = g_string_new("");
    char byte;
    while (read(words[0], &byte, 1) == 1)
        g_string_append_c(heard, byte);
    close(words[0]);
    return g_string_free(heard, FALSE);
}

static void server__lets_in__its_own_account_and_its_group(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip(); /* only root can be somebody else */
    scene *alone = scene_new(NULL);
    g_autofree char *shut = foreign_face(alone, "nobody", "{}\n");
    assert_string_equal(shut, g_strerror(EACCES));
    scene_free(alone);

    scene *room = scene_new("nogroup"); /* the group of nobody */
    g_autofree char *member = foreign_face(room, "nobody", "{}\n");
    assert_string_equal(member, "{\"warroom\":\"test\"}\n{}\n");
    assert_true(room->guest);
    assert_true(g_str_has_prefix(room->account, "nobody@"));
    g_autofree char *stranger = foreign_face(room, "daemon", "{}\n");
    assert_string_equal(stranger, g_strerror(EACCES));
    /* Were the modes wrong, the kernel's word on who is there still holds. */
    g_autofree char *path = g_build_filename(room->folder, SOCKET_NAME, NULL);
    assert_int_equal(chmod(path, 0666), 0);
    assert_int_equal(chmod(room->folder, 0711), 0);
    guint lines = room->lines;
    g_autofree char *refused = foreign_face(room, "daemon", "{}\n");
    assert_non_null(strstr(refused, "daemon is not of the group 'nogroup'"));
    assert_null(strstr(refused, "\"warroom\""));
    assert_int_equal(room->lines, lines);
    scene_free(room);
}

static void server__says_so__when_something_else_has_its_name(void **state)
{
    (void)state;
    g_autofree char *folder = g_dir_make_tmp("warroom-server-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, SOCKET_NAME, NULL);
    assert_true(g_file_set_contents(path, "", 0, NULL));
    g_autoptr(GError) error = NULL;
    assert_null(server_new(folder, NULL, json_object(), (server_ears){ on_line, on_gone }, NULL, &error));
    assert_non_null(strstr(error->message, "is not a socket"));
    assert_int_equal(error->code, ERR_REFUSED);
    unlink(path);
    rmdir(folder);
}

static void server__works__in_a_folder_with_a_very_long_name(void **state)
{
    (void)state;
    scene *self = scene_new(NULL);
    g_autofree char *name = g_strnfill(200, 'n');
    g_autofree char *folder = g_build_filename(self->folder, name, NULL);
    assert_int_equal(mkdir(folder, 0700), 0);
    g_autoptr(GError) error = NULL;
    g_autoptr(server) far = server_new(folder, NULL, json_pack("{s:s}", "warroom", "far"),
                                       (server_ears){ on_line, on_gone }, self, &error);
    assert_non_null(far);
    scene there = { .folder = folder };
    int face = face_new(&there);
    g_autofree char *heard = face_hears(face, 1);
    assert_string_equal(heard, "{\"warroom\":\"far\"}\n");
    close(face);
    g_clear_pointer(&far, server_free);
    rmdir(folder);
    scene_free(self);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(server__greets__and_answers_in_order),
        cmocka_unit_test(server__hangs_up__on_what_is_no_document),
        cmocka_unit_test(server__drops__a_face_that_does_not_read),
        cmocka_unit_test(server__survives__a_thousand_faces_that_come_and_go),
        cmocka_unit_test(server__refuses__the_three_hundredth_face),
        cmocka_unit_test(server__makes__its_swept_name_again),
        cmocka_unit_test(server__lets_in__its_own_account_and_its_group),
        cmocka_unit_test(server__says_so__when_something_else_has_its_name),
        cmocka_unit_test(server__works__in_a_folder_with_a_very_long_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
