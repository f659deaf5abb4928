/* Templates beside their floor: a post-mortem with 10 rows (about a status update) and with 10,000.
 *
 * The floor writes the same text by hand: jansson asked by name, bytes copied into one buffer, nothing escaped.
 * With words it is for callgrind:  bench_mustache floor|warm ROWS TIMES
 * and for mustache-peers.sh:  bench_mustache data ROWS | template */
#include "communicate/mustache.h"
#include "lib/measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 21
#define AIM_WARM 2.5 /* PERFORMANCE 2, there in instructions (callgrind); here in time */
#define AIM_COLD_FEW 3.5
#define AIM_COLD_MANY 1.0

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
    g_autofree char *title = g_strdup_printf("template over jansson and memcpy, %d rows", rows);
    printf("templates, warm\n");
    measure_ratio(title, ours, floor, ROUNDS, AIM_WARM, false);
}

static char *written(const char *folder, const char *name, const char *text)
{
    char *path = g_build_filename(folder, name, NULL);
    g_autoptr(GError) error = NULL;
    if (!g_file_set_contents(path, text, -1, &error))
        g_error("%s", error->message);
    return path;
}

static void cold(const char *self, const char *program, int rows, double aim)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = g_dir_make_tmp("bench-XXXXXX", &error);
    g_autoptr(json) data = data_of(rows);
    g_autofree char *text = json_line(data);
    g_autofree char *template = written(folder, "t.mustache", template_text);
    g_autofree char *values = written(folder, "values.json", text);
    const contender list[] = {
        { "by hand: jansson and memcpy", (const char *const[]){ self, "cold", values, NULL }, 0, 0 },
        { "warroom template render",
          (const char *const[]){ program, "template", "render", template, "--data", values, NULL }, aim, 0 },
        { "sh -c :, for scale", (const char *const[]){ "sh", "-c", ":", NULL }, 0, 0 },
    };
    g_autofree char *title = g_strdup_printf("templates, cold, %d rows, from exec to exit", rows);
    measure_programs(title, list, G_N_ELEMENTS(list), ROUNDS, 1);
    remove(template);
    remove(values);
    rmdir(folder);
}

/* The floor of a cold start: a file of values read, loaded, written out. */
static int cold_floor(const char *file)
{
    g_autoptr(json) data = json_load_file(file, 0, NULL);
    g_autoptr(GString) out = g_string_new(NULL);
    write_floor(out, data);
    return fwrite(out->str, 1, out->len, stdout) != out->len;
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
    if (count == 3 && strcmp(words[1], "cold") == 0)
        return cold_floor(words[2]);
    if (count == 3) {
        g_autoptr(json) data = data_of(atoi(words[2]));
        g_autofree char *text = json_line(data);
        return puts(text) < 0;
    }
    if (count == 2)
        return fputs(template_text, stdout) < 0;
    warm(compiled, 10, 5000);
    warm(compiled, 10000, 5);
    const char *folder = g_getenv("WARROOM_BIN");
    g_autofree char *program = g_build_filename(folder != NULL ? folder : "build/bin", "warroom", NULL);
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    cold(self, program, 10, AIM_COLD_FEW);
    cold(self, program, 10000, AIM_COLD_MANY);
    return 0;
}
