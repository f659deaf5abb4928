/* warroom.yaml as a whole. Single mistakes are text: tests/cases/settings/mistakes; twelve at once stand in
 * tests/golden/check-twelve.yaml and .txt, as a person sees them. */
#include "settings/settings.h"

#include "lib/cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void mistake_case(void **state)
{
    const table_case *one = *state;
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GString) due = g_string_new(NULL);
    g_autoptr(GString) got = g_string_new(NULL);
    for (char **line = one->lines; *line != NULL; line++)
        g_string_append_printf(g_str_has_prefix(*line, "=> ") ? due : text, "%s\n", *line);
    g_autoptr(complaints) wrong = complaints_new();
    g_autoptr(settings) self = settings_read("f", text->str, text->len, wrong);
    for (guint i = 0; i < complaints_count(wrong); i++) {
        const complaint *say = complaints_get(wrong, i);
        g_string_append_printf(got, "=> %u:%u: %s; %s\n", say->line, say->column, say->wrong, say->right);
    }
    if (self != NULL)
        g_string_append(got, "=> fine\n");
    if (strcmp(got->str, due->str) != 0)
        fail_msg("line %u: got\n%swanted\n%s", one->line, got->str, due->str);
}

/* A file of the repository, which lies above this program. */
static char *repository_file(const char *name)
{
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    for (g_autofree char *folder = g_path_get_dirname(program); strlen(folder) > 1;) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        char *text = NULL, *above = g_path_get_dirname(folder);
        if (g_file_get_contents(path, &text, NULL, NULL)) {
            g_free(above);
            return text;
        }
        g_free(folder);
        folder = above;
    }
    fail_msg("no %s above this program", name);
    return NULL;
}

static void twelve_mistakes__are_told__in_one_run(void **state)
{
    (void)state;
    g_autofree char *text = repository_file("tests/golden/check-twelve.yaml");
    g_autofree char *golden = repository_file("tests/golden/check-twelve.txt");
    g_autoptr(complaints) wrong = complaints_new();
    assert_null(settings_read("check-twelve.yaml", text, strlen(text), wrong));
    assert_int_equal(complaints_count(wrong), 12);
    for (guint i = 0; i < complaints_count(wrong); i++) {
        const complaint *one = complaints_get(wrong, i);
        assert_true(one->line > 0 && one->column > 0 && one->wrong[0] != '\0' && one->right[0] != '\0');
        for (guint j = 0; j < i; j++) {
            const complaint *other = complaints_get(wrong, j);
            assert_true(one->line != other->line || one->column != other->column);
        }
    }
    g_autofree char *said = complaints_text(wrong);
    g_autofree char *lines = g_strconcat(said, "\n", NULL);
    assert_string_equal(lines, golden);
}

static bool list_is(char **list, const char *const *due)
{
    return list != NULL && g_strv_equal((const char *const *)list, due);
}

/* The shipped file says what is so; the program may not know better. */
static void shipped_file__says__what_the_program_does(void **state)
{
    (void)state;
    g_autofree char *text = repository_file("templates/warroom.yaml");
    g_autoptr(complaints) wrong = complaints_new();
    g_autoptr(settings) read = settings_read("templates/warroom.yaml", text, strlen(text), wrong);
    g_autoptr(settings) shipped = settings_shipped();
    assert_non_null(read);
    GPtrArray *const things[][2] = { { read->sources, shipped->sources },
                                     { read->metrics, shipped->metrics },
                                     { read->triggers, shipped->triggers },
                                     { read->services, shipped->services },
                                     { read->people, shipped->people } };
    for (gsize i = 0; i < G_N_ELEMENTS(things); i++)
        assert_int_equal(things[i][0]->len, things[i][1]->len);
    assert_true(list_is(read->steps_pass, (const char *const *)shipped->steps_pass));
    assert_true(list_is(read->templates, (const char *const *)shipped->templates));
    assert_true(list_is(read->notify, (const char *const *)shipped->notify));
    assert_null(read->notify_command);
    assert_null(shipped->notify_command);
    assert_null(read->room_group);
    assert_null(shipped->room_group);
    assert_int_equal(read->glyphs, shipped->glyphs);
    assert_int_equal(read->theme, shipped->theme);
    assert_int_equal(read->clock, shipped->clock);
    assert_int_equal(read->local_time, shipped->local_time);
    assert_int_equal(read->mouse, shipped->mouse);
    /* Each key the file has, the reader takes; each default it states is stated, not left to be so. */
    static const char *const stated[] = { "glyphs", "theme", "time", "clock", "mouse", "notify" };
    for (gsize i = 0; i < G_N_ELEMENTS(stated); i++)
        assert_non_null(node_get(settings_section(read, "display"), stated[i]));
    assert_string_equal(shipped->file, "");
    assert_null(settings_section(shipped, "display"));
}

/* What cannot be stated as a key, because there is nothing yet to have it, is stated in words. */
static void shipped_file__says__what_is_so_of_things_to_come(void **state)
{
    (void)state;
    static const char least[] = "sources: {s: {kind: command, run: x}}\nmetrics: {m: {source: s}}\n"
                                "triggers: [{name: t, when: 'm > 1'}]\n";
    g_autofree char *text = repository_file("templates/warroom.yaml");
    g_autoptr(complaints) wrong = complaints_new();
    g_autoptr(settings) self = settings_read("f", least, sizeof least - 1, wrong);
    const source *source = settings_source(self, "s");
    const trigger *trigger = settings_trigger(self, "t");
    assert_non_null(strstr(text, "every: (5s) and timeout: (2s)"));
    assert_true(source->every == 5 * SPAN_SECOND && source->timeout == 2 * SPAN_SECOND);
    assert_non_null(strstr(text, "bad: up (where nothing is said) or down"));
    assert_non_null(strstr(text, "scale: 1."));
    assert_int_equal(settings_metric(self, "m")->bad, BAD_UP);
    assert_true(settings_metric(self, "m")->scale == 1);
    assert_non_null(strstr(text,
                           "# Where nothing is said: severity: medium, action: alert, automation: manual, "
                           "shadow: no, any service, no budget."));
    assert_true(trigger->severity == SEVERITY_MEDIUM && trigger->action == ACTION_ALERT);
    assert_true(trigger->automation == AUTOMATION_MANUAL && !trigger->shadow);
    assert_true(trigger->service == NULL && trigger->answer == 0);
}

static const char whole[] =
    "sources: {shop: {kind: metrics, url: 'https://x/m', every: 7s}}\n"
    "metrics: {p95: {source: shop, scale: 1000, bad: down}}\n"
    "triggers: [{name: slow, when: 'p95 < 3 for 5m', severity: critical, service: web}]\n"
    "services: {web: {environment: prod, type: canary, playbook: ./back.md, identity: [./who, am i], "
    "depends: db, deployments: {command: [./d, web]}}, db: {}}\n"
    "people: [{name: Ana, role: lead, phone: '1', email: a@b.c, signer: 'ssh-ed25519 AA'}]\n"
    "channels: {mail: {kind: smtp}}\n"
    "display: {time: local, glyphs: utf8, theme: cvd, clock: 10s, mouse: on, notify_command: [./page, -x]}\n"
    "steps: {pass: [KUBECONFIG]}\nroom: {group: ops}\ntemplates: ./texts\n";

static void settings__hold__what_is_written(void **state)
{
    (void)state;
    g_autoptr(complaints) wrong = complaints_new();
    g_autoptr(settings) self = settings_read("w.yaml", whole, sizeof whole - 1, wrong);
    assert_non_null(self);
    const service *web = settings_service(self, "web");
    assert_string_equal(web->environment, "prod");
    assert_string_equal(web->type, "canary");
    assert_string_equal(web->playbook, "./back.md");
    assert_true(list_is(web->identity, (const char *const[]){ "./who", "am i", NULL }));
    assert_true(list_is(web->deployments, (const char *const[]){ "./d", "web", NULL }));
    assert_true(list_is(web->depends, (const char *const[]){ "db", NULL }));
    assert_int_equal(web->line, 4);
    assert_string_equal(settings_service(self, "db")->environment, "");
    assert_null(settings_service(self, "db")->playbook);
    assert_null(settings_service(self, "none"));
    assert_int_equal(settings_source(self, "shop")->every, 7 * SPAN_SECOND);
    assert_true(settings_metric(self, "p95")->scale == 1000);
    assert_int_equal(settings_trigger(self, "slow")->severity, SEVERITY_CRITICAL);
    const person *ana = g_ptr_array_index(self->people, 0);
    assert_string_equal(ana->name, "Ana");
    assert_string_equal(ana->email, "a@b.c");
}

static void settings__hold__how_the_house_is_kept(void **state)
{
    (void)state;
    g_autoptr(complaints) wrong = complaints_new();
    g_autoptr(settings) self = settings_read("w.yaml", whole, sizeof whole - 1, wrong);
    assert_non_null(self);
    assert_true(self->local_time && self->mouse);
    assert_int_equal(self->glyphs, GLYPHS_UTF8);
    assert_int_equal(self->theme, THEME_CVD);
    assert_int_equal(self->clock, 10 * SPAN_SECOND);
    assert_true(list_is(self->notify, (const char *const[]){ "desktop", "bell", "command", NULL }));
    assert_true(list_is(self->notify_command, (const char *const[]){ "./page", "-x", NULL }));
    assert_true(list_is(self->steps_pass, (const char *const[]){ "KUBECONFIG", NULL }));
    assert_true(list_is(self->templates, (const char *const[]){ "./texts", NULL }));
    assert_string_equal(self->room_group, "ops");
    assert_string_equal(self->file, "w.yaml");
    assert_int_equal(node_line(settings_section(self, "channels")), 6);
    char digest[DIGEST_SIZE];
    digest_bytes(whole, sizeof whole - 1, digest);
    assert_string_equal(self->digest, digest);
}

static void settings__of_too_many_things__are_refused(void **state)
{
    (void)state;
    g_autoptr(GString) text = g_string_new("services:\n");
    for (int i = 0; i < 1001; i++)
        g_string_append_printf(text, "  s%d: {depends: s%d}\n", i, i + 1);
    g_autoptr(complaints) wrong = complaints_new();
    assert_null(settings_read("f", text->str, text->len, wrong));
    g_autofree char *said = complaints_text(wrong);
    assert_string_equal(said, "f:2:3: 1001 entries in services are too many; 1000 are the most");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(twelve_mistakes__are_told__in_one_run),
        cmocka_unit_test(shipped_file__says__what_the_program_does),
        cmocka_unit_test(shipped_file__says__what_is_so_of_things_to_come),
        cmocka_unit_test(settings__hold__what_is_written),
        cmocka_unit_test(settings__hold__how_the_house_is_kept),
        cmocka_unit_test(settings__of_too_many_things__are_refused),
    };
    g_autoptr(GPtrArray) mistakes = cases_read("settings/mistakes");
    return cases_run("mistakes", mistakes, mistake_case) + cmocka_run_group_tests(tests, NULL, NULL);
}
