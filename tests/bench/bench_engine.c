/* bench_engine [SECONDS [MEGABYTES]] - the engine as a guest on somebody's machine: what a person waits for its first answer,
 * what it costs while nothing happens, and what memory it and a keeper need after a step that prints a lot.
 *
 * Idle: an open incident without sources, then with six sources every 5 s, each for SECONDS (10). Its own time is counted, on
 * the processor by the nanosecond, not that of the commands that it asks. A wake-up is a voluntary change of context.
 * Memory: the most that was ever resident, after a step that printed MEGABYTES (100). */
#define _GNU_SOURCE
#include "lib/measure.h"

#include <glib.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 9
#define SETTLE 2 /* seconds until a new engine has found its rhythm */
#define AIM_IDLE 0.2
#define AIM_SOURCES 0.5
#define AIM_WAKES 3.0
#define AIM_KEEPER 8.0  /* MB, G8 */
#define AIM_ENGINE 64.0 /* MB */

static const char *folder;
static char *program;

static double now_ms(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6;
}

/* Runs `warroom WORDS...`, with the state directory of this name; its milliseconds from exec to exit. */
static double ask(const char *state, const char *const *words)
{
    g_autofree char *path = g_build_filename(folder, state, NULL);
    g_setenv("WARROOM_STATE", path, TRUE);
    g_autoptr(GStrvBuilder) all = g_strv_builder_new();
    g_strv_builder_add(all, program);
    g_strv_builder_addv(all, (const char **)words);
    g_auto(GStrv) argv = g_strv_builder_end(all);
    g_autoptr(GError) error = NULL;
    g_autofree char *said = NULL;
    int status = 0;
    double begin = now_ms();
    bool ran = g_spawn_sync(folder, argv, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, &said, &status,
                            &error);
    double took = now_ms() - begin;
    if (!ran || !g_spawn_check_wait_status(status, &error)) {
        fprintf(stderr, "bench_engine: warroom %s: %s\n%s", words[0], error->message,
                said != NULL ? said : "");
        exit(1);
    }
    return took;
}
#define ASK(state, ...) ask(state, (const char *const[]){ __VA_ARGS__, NULL })

static char *file_of(const char *format, int pid)
{
    g_autofree char *path = g_strdup_printf(format, pid);
    char *text = NULL;
    return g_file_get_contents(path, &text, NULL, NULL) ? text : NULL;
}

/* The number behind `name` in a text of lines; 0 when it is not there. */
static double number_in(const char *text, const char *name)
{
    const char *at = text != NULL ? strstr(text, name) : NULL;
    return at != NULL ? g_ascii_strtod(at + strlen(name), NULL) : 0;
}

static int engine_of(const char *state)
{
    g_autofree char *path = g_build_filename(folder, state, "engine.lock", NULL);
    g_autofree char *text = NULL;
    int pid = 0;
    if (!g_file_get_contents(path, &text, NULL, NULL) || sscanf(text, "engine %d", &pid) != 1) {
        fprintf(stderr, "bench_engine: no engine leads %s\n", state);
        exit(1);
    }
    return pid;
}

static void engine_end(const char *state)
{
    int pid = engine_of(state);
    kill(pid, SIGTERM);
    for (int tries = 0; tries < 1000; tries++) {
        g_autofree char *there = file_of("/proc/%d/stat", pid);
        if (there == NULL || strstr(there, ") Z ") != NULL)
            return;
        g_usleep(5000);
    }
}

/* ---- the first answer ---- */

static void first_answer(void)
{
    double first[ROUNDS], next[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        g_autofree char *state = g_strdup_printf("first-%d", i);
        first[i] = ASK(state, "start", "checkout is slow");
        next[i] = ASK(state, "note", "seen in two halls");
        engine_end(state);
    }
    printf("first answer (%d rounds)\n", ROUNDS);
    measure_ratio("engine started for it, over the next answer", first, next, ROUNDS, 0, false);
    double low = measure_quartile(first, ROUNDS, 1), middle = measure_quartile(first, ROUNDS, 2);
    printf("  a person waits %.1f ms [%.1f-%.1f] for the first, ", middle, low,
           measure_quartile(first, ROUNDS, 3));
    printf("%.1f ms for the next\n", measure_quartile(next, ROUNDS, 2));
}

/* ---- idle ---- */

typedef struct spent {
    double cpu; /* ns */
    double wakes;
} spent;

static spent spent_by(int pid)
{
    g_autofree char *tasks = g_strdup_printf("/proc/%d/task", pid);
    g_autoptr(GDir) all = g_dir_open(tasks, 0, NULL);
    spent sum = { 0 };
    for (const char *name; all != NULL && (name = g_dir_read_name(all)) != NULL;) {
        g_autofree char *run = file_of("/proc/%d/schedstat", atoi(name));
        g_autofree char *status = file_of("/proc/%d/status", atoi(name));
        sum.cpu += run != NULL ? g_ascii_strtod(run, NULL) : 0;
        sum.wakes += number_in(status, "\nvoluntary_ctxt_switches:");
    }
    return sum;
}

static void idle(const char *name, const char *state, int seconds, double aim, double aim_wakes)
{
    int pid = engine_of(state);
    sleep(SETTLE);
    spent before = spent_by(pid);
    double begin = now_ms();
    sleep((unsigned)seconds);
    spent after = spent_by(pid);
    double lasted = now_ms() - begin;
    g_autofree char *cpu = g_strdup_printf("%s: of one core", name);
    g_autofree char *wakes = g_strdup_printf("%s: wake-ups", name);
    measure_limit(cpu, (after.cpu - before.cpu) / (lasted * 1e6) * 100, "%", aim);
    measure_limit(wakes, (after.wakes - before.wakes) / (lasted / 1e3), "/s", aim_wakes);
}

static void write_config(void)
{
    g_autofree char *path = g_build_filename(folder, "sources.yaml", NULL);
    g_autofree char *page = g_build_filename(folder, "numbers.prom", NULL);
    g_autoptr(GString) text = g_string_new("sources:\n"), numbers = g_string_new(NULL);
    for (int i = 0; i < 6; i++) {
        g_string_append_printf(text, "  s%d: {kind: command, run: [\"/bin/cat\", \"%s\"], every: 5s}\n", i,
                               page);
        g_string_append_printf(numbers, "load_%d %d\n", i, i);
    }
    g_string_append(text, "metrics:\n");
    for (int i = 0; i < 6; i++)
        g_string_append_printf(text, "  m%d: {source: s%d, name: load_%d}\n", i, i, i);
    if (!g_file_set_contents(path, text->str, -1, NULL) || !g_file_set_contents(page, numbers->str, -1, NULL))
        exit(1);
    g_setenv("WARROOM_CONFIG", path, TRUE);
}

static void idle_both(int seconds)
{
    printf("an open incident, nothing happens (%d s each)\n", seconds);
    ASK("idle", "start", "checkout is slow");
    idle("no sources", "idle", seconds, AIM_IDLE, AIM_WAKES);
    engine_end("idle");
    write_config();
    ASK("sources", "start", "checkout is slow");
    idle("six sources every 5 s", "sources", seconds, AIM_SOURCES, 0);
    engine_end("sources");
    g_unsetenv("WARROOM_CONFIG");
}

/* ---- memory ---- */

static double peak_mb(int pid)
{
    g_autofree char *status = file_of("/proc/%d/status", pid);
    return number_in(status, "\nVmHWM:") / 1024;
}

/* The keeper of the one step there is writes its number down; it is looked at until it is gone. */
static double keeper_peak(const char *state, int face)
{
    g_autofree char *holder =
        g_build_filename(folder, state, "steps", "INC-0001", "R1-step-01-try-1", "holder", NULL);
    double most = 0;
    for (int status; waitpid(face, &status, WNOHANG) == 0; g_usleep(5000)) {
        g_autofree char *text = NULL;
        if (g_file_get_contents(holder, &text, NULL, NULL))
            most = MAX(most, peak_mb((int)number_in(text, "\nkeeper ")));
    }
    return most;
}

static void memory(int megabytes)
{
    g_autofree char *book = g_build_filename(folder, "loud.md", NULL);
    g_autofree char *text = g_strdup_printf("# Loud\n\n## All\n\n### Print\n\n```sh\n"
                                            "yes 'drain the connections of host web-1' | head -c %dM\n```\n",
                                            megabytes);
    if (!g_file_set_contents(book, text, -1, NULL))
        exit(1);
    ASK("loud", "start", "checkout is slow");
    char *argv[] = { program, "run", book, "--confirm", "loud", NULL };
    GPid face;
    if (!g_spawn_async(folder, argv, NULL,
                       G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL,
                       NULL, NULL, &face, NULL))
        exit(1);
    double keeper = keeper_peak("loud", face), engine = peak_mb(engine_of("loud"));
    printf("memory after a step that printed %d MB\n", megabytes);
    measure_limit("keeper, at most resident", keeper, "MB", AIM_KEEPER);
    measure_limit("engine, at most resident", engine, "MB", AIM_ENGINE);
    engine_end("loud");
}

int main(int argc, char **argv)
{
    int seconds = argc > 1 ? MAX(1, atoi(argv[1])) : 10, megabytes = argc > 2 ? MAX(1, atoi(argv[2])) : 100;
    const char *bin = g_getenv("WARROOM_BIN");
    if (bin == NULL) {
        fprintf(stderr, "bench_engine: run it by `make bench`\n");
        return 2;
    }
    program = g_build_filename(bin, "warroom", NULL);
    folder = measure_folder();
    first_answer();
    fflush(stdout);
    idle_both(seconds);
    fflush(stdout);
    memory(megabytes);
    measure_folder_remove();
    g_free(program);
    return 0;
}
