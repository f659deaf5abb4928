/* Templates beside their floor: a post-mortem with 10 rows (about a status update) and with 10,000.
 *
 * The floor writes the same text by hand: jansson asked by name, bytes copied into one buffer, nothing escaped.
 * Both run alternately; medians and quartiles in microseconds of processor time, then the ratio. With words it is
 * for callgrind:  bench_mustache floor|warm ROWS TIMES;  and for mustache-peers.sh:  bench_mustache data ROWS | template
 * Cold is the program, exec to exit, beside `sh -c :`. */
#include "communicate/mustache.h"

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 21
#define GOAL_WARM 2.5 /* PERFORMANCE 2: instructions; time is only shown */

extern char **environ;

static const char template_text[] =
    "# {{title}}\n\nService {{service}}, severity {{severity}}, commander {{commander}}.\n\n"
    "| time | who | what happened | outcome |\n|---|---|---|---|\n"
    "{{#rows}}\n| {{time}} | {{who}} | {{what}} | {{outcome}} |\n{{/rows}}\n\nroot cause: {{cause}}\n";

static json *data_of(int count)
{
    json *rows = json_array();
    for (int i = 0; i < count; i++) {
        g_autofree char *time = g_strdup_printf("2026-11-19 14:%02d:%02d UTC", i / 60 % 60, i % 60);
        g_autofree char *what = g_strdup_printf(
            "step %d of the blue-green playbook: drain the connections of host web-%d", i, i % 40);
        json_array_append_new(rows, json_pack("{s:s, s:s, s:s, s:s}", "time", time, "who", "Ada L.", "what",
                                              what, "outcome", i % 7 == 0 ? "halted" : "ok"));
    }
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "title", "Checkout is slow", "service", "checkout",
                     "severity", "high", "commander", "Ada L.", "cause", "a release made payments slow",
                     "rows", rows);
}

static void add(GString *out, const char *text, gsize length)
{
    if (out->len + length >= out->allocated_len)
        g_string_set_size(out, out->len + length);
    else
        out->len += length;
    memcpy(out->str + out->len - length, text, length);
}

static void add_field(GString *out, const json *object, const char *key)
{
    const json *value = json_object_get(object, key);
    add(out, json_string_value(value), json_string_length(value));
}

#define ADD(text) add(out, text, sizeof(text) - 1)

static void write_floor(GString *out, const json *data)
{
    ADD("# ");
    add_field(out, data, "title");
    ADD("\n\nService ");
    add_field(out, data, "service");
    ADD(", severity ");
    add_field(out, data, "severity");
    ADD(", commander ");
    add_field(out, data, "commander");
    ADD(".\n\n| time | who | what happened | outcome |\n|---|---|---|---|\n");
    const json *rows = json_object_get(data, "rows");
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json *row = json_array_get(rows, i);
        ADD("| ");
        add_field(out, row, "time");
        ADD(" | ");
        add_field(out, row, "who");
        ADD(" | ");
        add_field(out, row, "what");
        ADD(" | ");
        add_field(out, row, "outcome");
        ADD(" |\n");
    }
    ADD("\nroot cause: ");
    add_field(out, data, "cause");
    ADD("\n");
    out->str[out->len] = '\0';
}

static void write_warm(GString *out, const json *data, const mustache *compiled)
{
    g_autoptr(GError) error = NULL;
    if (!mustache_render(compiled, data, ESCAPE_HTML, NULL, NULL, out, NULL, &error))
        g_error("%s", error->message);
}

static double now_us(void)
{
    struct timespec at;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
    return (double)at.tv_sec * 1e6 + (double)at.tv_nsec / 1e3;
}

/* Microseconds for one, of many in a row; compiled is NULL for the floor. */
static double measure(const json *data, const mustache *compiled, int times)
{
    g_autoptr(GString) out = g_string_new(NULL);
    double begin = now_us();
    for (int i = 0; i < times; i++) {
        g_string_truncate(out, 0);
        if (compiled != NULL)
            write_warm(out, data, compiled);
        else
            write_floor(out, data);
    }
    return (now_us() - begin) / times;
}

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static double show(const char *what, double *figures)
{
    qsort(figures, ROUNDS, sizeof(double), compare);
    printf("%-34s %10.2f [%.2f-%.2f]\n", what, figures[ROUNDS / 2], figures[ROUNDS / 4],
           figures[ROUNDS * 3 / 4]);
    return figures[ROUNDS / 2];
}

static void same_text(const json *data, const mustache *compiled)
{
    g_autoptr(GString) floor = g_string_new(NULL), warm = g_string_new(NULL);
    write_floor(floor, data);
    write_warm(warm, data, compiled);
    if (!g_string_equal(floor, warm))
        g_error("the floor and the template write different texts");
}

static void warm(const mustache *compiled, int rows, int times)
{
    g_autoptr(json) data = data_of(rows);
    same_text(data, compiled);
    double floor[ROUNDS], ours[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        floor[round] = measure(data, NULL, times);
        ours[round] = measure(data, compiled, times);
    }
    g_autofree char *first = g_strdup_printf("floor, %d rows, us", rows);
    g_autofree char *second = g_strdup_printf("template, %d rows, us", rows);
    double under = show(first, floor), over = show(second, ours);
    double ratio = over / under;
    printf("%-34s %10.2f %s %.1f\n\n", "  ratio", ratio, ratio <= GOAL_WARM ? "within" : "MISSED, aim",
           GOAL_WARM);
}

/* Processor milliseconds of one child. */
static double spawn_ms(char *const *words)
{
    struct rusage used;
    pid_t child = 0;
    int status = 0;
    posix_spawn_file_actions_t quiet;
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", 1, 0);
    if (posix_spawnp(&child, words[0], &quiet, NULL, words, environ) != 0)
        g_error("cannot start %s", words[0]);
    posix_spawn_file_actions_destroy(&quiet);
    if (wait4(child, &status, 0, &used) < 0 || status != 0)
        g_error("%s ended with status %d", words[0], status);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e3 +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e3;
}

static char *written(const char *folder, const char *name, const char *text)
{
    char *path = g_build_filename(folder, name, NULL);
    g_autoptr(GError) error = NULL;
    if (!g_file_set_contents(path, text, -1, &error))
        g_error("%s", error->message);
    return path;
}

static void cold(const char *program, int rows)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = g_dir_make_tmp("bench-XXXXXX", &error);
    g_autoptr(json) data = data_of(rows);
    g_autofree char *line = json_line(data);
    g_autofree char *template = written(folder, "t.mustache", template_text);
    g_autofree char *values = written(folder, "values.json", line);
    char *const ours[] = { (char *)program, "template", "render", template, "--data", values, NULL };
    char *const least[] = { "sh", "-c", ":", NULL };
    double floor[ROUNDS], whole[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        floor[round] = spawn_ms(least);
        whole[round] = spawn_ms(ours);
    }
    g_autofree char *what = g_strdup_printf("cold, %d rows, ms", rows);
    show("sh -c :, ms", floor);
    show(what, whole);
    puts("");
    remove(template);
    remove(values);
    rmdir(folder);
}

static char *program_path(void)
{
    const char *folder = g_getenv("WARROOM_BIN");
    return g_build_filename(folder != NULL ? folder : "build/bin", "warroom", NULL);
}

int main(int count, char **words)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(mustache) compiled = mustache_compile("bench", template_text, sizeof template_text - 1, &error);
    if (compiled == NULL)
        g_error("%s", error->message);
    if (count == 4) {
        g_autoptr(json) data = data_of(atoi(words[2]));
        measure(data, strcmp(words[1], "floor") == 0 ? NULL : compiled, atoi(words[3]));
        return 0;
    }
    if (count == 3) {
        g_autoptr(json) data = data_of(atoi(words[2]));
        g_autofree char *line = json_line(data);
        puts(line);
        return 0;
    }
    if (count == 2) {
        fputs(template_text, stdout);
        return 0;
    }
    warm(compiled, 10, 5000);
    warm(compiled, 10000, 5);
    g_autofree char *program = program_path();
    if (g_file_test(program, G_FILE_TEST_IS_EXECUTABLE)) {
        cold(program, 10);
        cold(program, 10000);
    } else {
        printf("cold: there is no %s\n", program);
    }
    return 0;
}
