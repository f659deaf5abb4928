/* warroom-notify against a real message bus of its own: a desktop that answers, one that hangs, none, no bus (D9,
 * RELIABILITY 61). */
#include "base/span.h"
#include "world/process.h"

#include <gio/gio.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const char interface[] =
    "<node><interface name='org.freedesktop.Notifications'>"
    "<method name='Notify'><arg type='s' direction='in'/><arg type='u' direction='in'/><arg type='s' "
    "direction='in'/>"
    "<arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='as' direction='in'/>"
    "<arg type='a{sv}' direction='in'/><arg type='i' direction='in'/><arg type='u' direction='out'/></method>"
    "<method name='GetServerInformation'><arg type='s' direction='out'/><arg type='s' direction='out'/>"
    "<arg type='s' direction='out'/><arg type='s' direction='out'/></method>"
    "<method name='GetCapabilities'><arg type='as' direction='out'/></method>"
    "</interface></node>";

typedef struct desktop {
    char *folder, *address;
    GPid bus;
    bool hangs;
    GDBusConnection *line;
    GThread *thread;
    GMainLoop *loop;
    GMutex lock;
    GCond ready;
    bool named;
    char *title, *body;
    guchar urgency;
} desktop;

static void on_call(GDBusConnection *line, const char *sender, const char *path, const char *name,
                    const char *method, GVariant *arguments, GDBusMethodInvocation *call, gpointer context)
{
    desktop *self = context;
    (void)line, (void)sender, (void)path, (void)name;
    if (strcmp(method, "GetServerInformation") == 0) {
        g_dbus_method_invocation_return_value(call, g_variant_new("(ssss)", "test", "test", "1", "1.2"));
    } else if (strcmp(method, "GetCapabilities") == 0) {
        const char *const able[] = { "body", "body-markup", NULL };
        g_dbus_method_invocation_return_value(call, g_variant_new("(^as)", able));
    } else {
        g_autoptr(GVariant) hints = g_variant_get_child_value(arguments, 6);
        g_mutex_lock(&self->lock);
        g_variant_get_child(arguments, 3, "s", &self->title);
        g_variant_get_child(arguments, 4, "s", &self->body);
        g_variant_lookup(hints, "urgency", "y", &self->urgency);
        g_mutex_unlock(&self->lock);
        if (!self->hangs)
            g_dbus_method_invocation_return_value(call, g_variant_new("(u)", 1));
    }
}

static void on_name(GDBusConnection *line, const char *name, gpointer context)
{
    desktop *self = context;
    (void)line, (void)name;
    g_mutex_lock(&self->lock);
    self->named = true;
    g_cond_signal(&self->ready);
    g_mutex_unlock(&self->lock);
}

static gpointer desktop_live(gpointer context)
{
    desktop *self = context;
    g_autoptr(GMainContext) own = g_main_context_new();
    g_main_context_push_thread_default(own);
    GDBusNodeInfo *node = g_dbus_node_info_new_for_xml(interface, NULL);
    static const GDBusInterfaceVTable table = { .method_call = on_call };
    self->line = g_dbus_connection_new_for_address_sync(self->address,
                                                        G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                            G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                                        NULL, NULL, NULL);
    guint object = g_dbus_connection_register_object(self->line, "/org/freedesktop/Notifications",
                                                     node->interfaces[0], &table, self, NULL, NULL);
    guint name = g_bus_own_name_on_connection(self->line, "org.freedesktop.Notifications",
                                              G_BUS_NAME_OWNER_FLAGS_NONE, on_name, NULL, self, NULL);
    self->loop = g_main_loop_new(own, FALSE);
    g_main_loop_run(self->loop);
    g_bus_unown_name(name);
    g_dbus_connection_unregister_object(self->line, object);
    g_dbus_connection_close_sync(self->line, NULL, NULL);
    g_clear_object(&self->line);
    g_dbus_node_info_unref(node);
    g_main_context_pop_thread_default(own);
    return NULL;
}

/* A bus of our own; false when there is no dbus-daemon. */
static bool bus_start(desktop *self)
{
    g_autofree char *program = g_find_program_in_path("dbus-daemon");
    int out = -1;
    memset(self, 0, sizeof *self);
    if (program == NULL)
        return false;
    self->folder = g_dir_make_tmp("warroom-bus-XXXXXX", NULL);
    g_autofree char *config = g_build_filename(self->folder, "bus.conf", NULL);
    g_autofree char *text = g_strdup_printf("<busconfig><type>session</type><listen>unix:dir=%s</listen>"
                                            "<policy context='default'><allow send_destination='*'/>"
                                            "<allow eavesdrop='true'/><allow own='*'/></policy></busconfig>",
                                            self->folder);
    assert_true(g_file_set_contents(config, text, -1, NULL));
    g_autofree char *option = g_strdup_printf("--config-file=%s", config);
    char *arguments[] = { program, option, (char *)"--nofork", (char *)"--print-address", NULL };
    assert_true(g_spawn_async_with_pipes(NULL, arguments, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL,
                                         &self->bus, NULL, &out, NULL, NULL));
    char address[512] = "";
    gsize length = 0;
    while (length < sizeof address - 1 && strchr(address, '\n') == NULL &&
           read(out, address + length, 1) == 1)
        length++;
    close(out);
    self->address = g_strdup(g_strstrip(address));
    assert_true(*self->address != '\0');
    return true;
}

static void desktop_start(desktop *self, bool hangs)
{
    self->hangs = hangs;
    g_mutex_lock(&self->lock);
    self->thread = g_thread_new("desktop", desktop_live, self);
    gint64 limit = g_get_monotonic_time() + 10 * G_USEC_PER_SEC;
    while (!self->named && g_cond_wait_until(&self->ready, &self->lock, limit))
        ;
    assert_true(self->named);
    g_mutex_unlock(&self->lock);
}

static void desktop_stop(desktop *self)
{
    if (self->thread != NULL) {
        g_main_context_invoke(g_main_loop_get_context(self->loop),
                              (GSourceFunc)(void (*)(void))g_main_loop_quit, self->loop);
        g_thread_join(self->thread);
        g_main_loop_unref(self->loop);
    }
    kill(self->bus, SIGTERM);
    waitpid(self->bus, NULL, 0);
    g_autofree char *config = g_build_filename(self->folder, "bus.conf", NULL);
    unlink(config);
    rmdir(self->folder);
    g_free(self->folder);
    g_free(self->address);
    g_free(self->title);
    g_free(self->body);
}

/* The program that was built beside this test. */
static char *program(void)
{
    const char *from = g_getenv("WARROOM_BIN");
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    char *tests = strstr(self, "/tests/unit/");
    if (from == NULL && tests != NULL)
        *tests = '\0';
    return from != NULL ? g_build_filename(from, "warroom-notify", NULL)
                        : g_build_filename(self, "bin", "warroom-notify", NULL);
}

static int notify(const char *address, const char *urgency, const char *title, const char *body, span *took,
                  char **says)
{
    g_autofree char *path = program();
    g_autofree char *bus = g_strdup_printf("DBUS_SESSION_BUS_ADDRESS=%s", address);
    const char *const arguments[] = { path, urgency, title, body, NULL };
    const char *const environment[] = { "PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "ASAN_OPTIONS=detect_leaks=0",
                                        bus, NULL };
    process_order order = {
        .arguments = arguments, .environment = environment, .timeout = 20 * SPAN_SECOND, .limit = 4096
    };
    g_auto(process_result) result = { 0 };
    gint64 began = g_get_monotonic_time();
    assert_true(process_run(&order, &result, NULL));
    *took = g_get_monotonic_time() - began;
    *says = g_strdup(result.says->str);
    return result.exit_code;
}

static void answering_desktop__shows_what_looks_like_markup_as_text(void **state)
{
    (void)state;
    desktop self;
    if (!bus_start(&self))
        skip();
    desktop_start(&self, false);
    span took = 0;
    g_autofree char *says = NULL;
    assert_int_equal(
        notify(self.address, "critical", "warroom INC-1", "p95 <b>high</b> & rising", &took, &says), 0);
    assert_string_equal(says, "");
    assert_string_equal(self.title, "warroom INC-1");
    assert_string_equal(self.body, "p95 &lt;b&gt;high&lt;/b&gt; &amp; rising");
    assert_int_equal(self.urgency, 2);
    desktop_stop(&self);
}

static void hung_desktop__is_given_up_after_two_seconds(void **state)
{
    (void)state;
    desktop self;
    if (!bus_start(&self))
        skip();
    desktop_start(&self, true);
    span took = 0;
    g_autofree char *says = NULL;
    assert_int_equal(notify(self.address, "low", "t", "b", &took, &says), 3);
    assert_string_equal(says, "the desktop did not answer in 2s\n");
    assert_true(took >= 1900 * SPAN_MILLISECOND && took < 3 * SPAN_SECOND);
    desktop_stop(&self);
}

static void bus_without_a_desktop__is_said_at_once(void **state)
{
    (void)state;
    desktop self;
    if (!bus_start(&self))
        skip();
    span took = 0;
    g_autofree char *says = NULL;
    assert_int_equal(notify(self.address, "low", "t", "b", &took, &says), 1);
    assert_true(g_str_has_prefix(says, "no desktop to show it"));
    assert_true(took < 2 * SPAN_SECOND);
    desktop_stop(&self);
}

static void no_bus__is_said_at_once(void **state)
{
    (void)state;
    span took = 0;
    g_autofree char *says = NULL;
    assert_int_equal(notify("unix:path=/nonexistent/bus", "low", "t", "b", &took, &says), 1);
    assert_true(g_str_has_prefix(says, "no desktop to show it"));
    assert_true(took < 2 * SPAN_SECOND);
}

static void wrong_words__are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *urgency, *title;
    } wrong[] = { { "loud", "t" }, { "", "t" }, { "low", "\xff" } };
    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        span took = 0;
        g_autofree char *says = NULL;
        assert_int_equal(notify("", wrong[i].urgency, wrong[i].title, "b", &took, &says), 2);
        assert_true(g_str_has_prefix(says, "Usage: "));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answering_desktop__shows_what_looks_like_markup_as_text),
        cmocka_unit_test(hung_desktop__is_given_up_after_two_seconds),
        cmocka_unit_test(bus_without_a_desktop__is_said_at_once),
        cmocka_unit_test(no_bus__is_said_at_once),
        cmocka_unit_test(wrong_words__are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
