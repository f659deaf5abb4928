/* bench_steps [ROUNDS] - what running a step costs: 200 x true, by the floor and by what people use.
 *
 * None of the peers syncs anything to the disk. `just` is not packaged in Debian 12: left out where it is not there. A keeper of our own per
 * step, without the engine: it reserves and syncs the end's place, keeps lock, holder, output and a synced end record; with
 * the two journal records beside it that is what the durable floor does, and the rest of X4. */
#define _GNU_SOURCE
#include "lib/measure.h"

#include "engine/keep.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS 7
#define STEPS 200
#define MANY 1000
#define MANY_ROUNDS 2
#define AIM 2.0        /* PERFORMANCE 1 */
#define AIM_SYNCS 3.0  /* of one step */
#define AIM_LINEAR 1.1 /* MANY steps beside STEPS, for one */

extern char **environ;

/* The floor: a step is a process, its end is waited for; durable: and two records of 256 bytes are synced. */
static int floor_run(const char *const *argv, bool durable)
{
    char record[256];
    int journal = open("floor.journal", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    memset(record, 'r', sizeof record);
    for (int i = 0; i < STEPS; i++) {
        int status;
        pid_t pid;
        if (durable && (write(journal, record, sizeof record) < 0 || fdatasync(journal) != 0))
            return 1;
        if (posix_spawn(&pid, argv[0], NULL, NULL, (char *const *)argv, environ) != 0)
            return 1;
        waitpid(pid, &status, 0);
        if (status != 0 ||
            (durable && (write(journal, record, sizeof record) < 0 || fdatasync(journal) != 0)))
            return 1;
    }
    return close(journal);
}

/* As the engine does: a record, the keeper, its end seen by inotify, a record. */
static bool keeper_step(const char *path, const keep_order *order)
{
    g_autoptr(GError) error = NULL;
    if (!keep_start(path, order, &error)) {
        fprintf(stderr, "%s\n", error->message);
        return false;
    }
    struct pollfd bell = { .fd = keep_watch(path), .events = POLLIN };
    for (;;) {
        g_autoptr(keep_seen) seen = keep_look(path, NULL, NULL);
        if (seen == NULL || seen->state != KEEP_RUNNING) {
            keep_watch_end(bell.fd);
            return seen != NULL && seen->state == KEEP_ENDED && seen->number == 0;
        }
        poll(&bell, 1, 1000);
        keep_watch_hush(bell.fd);
    }
}

static int keepers_run(void)
{
    char record[256];
    int journal = open("keeper.journal", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const char *bin = getenv("WARROOM_BIN");
    g_autofree char *program = bin == NULL ? NULL : g_strdup_printf("%s/warroom-keeper", bin);
    g_autofree char *here = g_get_current_dir();
    const keep_order order = { .interpreter = (const char *const[]){ "/bin/sh", NULL },
                               .script = "/bin/true; exit $?",
                               .script_length = 18,
                               .environment = (const char *const *)environ,
                               .cwd = here,
                               .timeout = 60 * SPAN_SECOND,
                               .grace = SPAN_SECOND };
    memset(record, 'r', sizeof record);
    keep_use_program(program);
    for (int i = 0; i < STEPS; i++) {
        g_autofree char *path = g_strdup_printf("%s/steps.%d/%d", here, (int)getpid(), i);
        if (write(journal, record, sizeof record) < 0 || fdatasync(journal) != 0 ||
            !keeper_step(path, &order) || write(journal, record, sizeof record) < 0 ||
            fdatasync(journal) != 0)
            return 1;
    }
    while (waitpid(-1, NULL, 0) > 0) /* the last keeper's time counts too */
        ;
    return close(journal);
}

static int floor_of(const char *which)
{
    if (strcmp(which, "keeper") == 0)
        return keepers_run();
    if (strcmp(which, "spawn") == 0)
        return floor_run((const char *const[]){ "/bin/true", NULL }, false);
    if (strcmp(which, "shell") == 0)
        return floor_run((const char *const[]){ "/bin/sh", "-c", "/bin/true; exit $?", NULL }, false);
    return floor_run((const char *const[]){ "/bin/sh", "-c", "/bin/true; exit $?", NULL }, true);
}

static FILE *create(const char *name)
{
    FILE *file = fopen(name, "w");
    if (file == NULL) {
        perror(name);
        exit(2);
    }
    return file;
}

/* Each run has a state of its own, so that none pays for what another left. */
static void write_playbook(const char *bin, const char *name, int steps)
{
    char path[64];
    snprintf(path, sizeof path, "%s.md", name);
    FILE *book = create(path);
    snprintf(path, sizeof path, "%s.sh", name);
    FILE *script = create(path);
    fprintf(book, "# %s\n\n## All\n", name);
    for (int i = 1; i <= steps; i++)
        fprintf(book, "\n### Step %d\n\n```sh\n/bin/true\n```\n", i);
    fprintf(script, "export WARROOM_STATE=$PWD/state.$$\n");
    fprintf(script, "%s/warroom start 'many steps' &&\n", bin);
    fprintf(script, "%s/warroom run ./%s.md --confirm %s &&\n", bin, name, name);
    fprintf(script, "%s/warroom incident close --as 'false alarm' --yes\n", bin);
    fclose(book);
    fclose(script);
}

static void write_peers(void)
{
    FILE *script = create("steps.sh"), *make = create("Makefile"), *just = create("justfile"),
         *ninja = create("build.ninja"), *tsp = create("tsp.sh");
    fprintf(script, "status=0\n");
    fprintf(make, "all:\n");
    fprintf(just, "all:\n");
    fprintf(ninja, "rule step\n  command = /bin/true\n");
    fprintf(tsp, "export TS_SOCKET=$PWD/tsp.sock TMPDIR=$PWD\n");
    for (int i = 1; i <= STEPS; i++) {
        fprintf(script, "/bin/true || exit\n");
        fprintf(make, "\t@/bin/true\n");
        fprintf(just, "    @/bin/true\n");
        fprintf(ninja, "build step%d: step %s%.0d\n", i, i > 1 ? "step" : "", i - 1);
        fprintf(tsp, "tsp -n /bin/true >/dev/null\n");
    }
    fprintf(tsp, "tsp -w\ntsp -K\n");
    fclose(script);
    fclose(make);
    fclose(just);
    fclose(ninja);
    fclose(tsp);
}

/* Of all processes, from the face to the steps; 0 where there is no strace. */
static unsigned syncs_of(const char *command)
{
    char line[256];
    unsigned calls = 0;
    g_autofree char *traced = g_strdup_printf("strace -f -qq -e trace=fsync,fdatasync,sync_file_range,syncfs,"
                                              "msync -e signal=none -o syncs sh %s >/dev/null 2>&1",
                                              command);
    if (system(traced) != 0)
        return 0;
    FILE *trace = fopen("syncs", "r");
    while (trace != NULL && fgets(line, sizeof line, trace) != NULL)
        calls += strstr(line, "sync") != NULL && strstr(line, "resumed>") == NULL;
    if (trace != NULL)
        fclose(trace);
    return calls;
}

/* In runs that are not timed: many steps' syncs less those of one, which are the incident's and the engine's own, too. */
static void count_syncs(void)
{
    unsigned all = syncs_of("few.sh"), own = syncs_of("one.sh");
    if (all == 0 || own == 0)
        printf("  %-42s not counted: no strace\n", "syncs of a step");
    else
        measure_limit("syncs of a step, all processes together", (double)(all - own) / (STEPS - 1), "",
                      AIM_SYNCS);
}

static void measure_growth(void)
{
    const contender list[] = {
        { "warroom, 200 steps", (const char *const[]){ "/bin/sh", "few.sh", NULL }, 0, STEPS },
        { "warroom, 1000 steps", (const char *const[]){ "/bin/sh", "many.sh", NULL }, AIM_LINEAR, MANY },
    };
    measure_programs("a step of few and of many", list, sizeof list / sizeof *list, MANY_ROUNDS, STEPS);
}

int main(int argc, char **argv)
{
    char self[4096];
    if (argc > 1 && !g_ascii_isdigit(argv[1][0]))
        return floor_of(argv[1]);
    int rounds = argc > 1 ? atoi(argv[1]) : ROUNDS;
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    const char *bin = getenv("WARROOM_BIN");
    if (length < 0 || bin == NULL || chdir(measure_folder()) != 0) {
        fprintf(stderr, "bench_steps: run it by `make bench`\n");
        return 2;
    }
    self[length] = '\0';
    write_peers();
    write_playbook(bin, "one", 1);
    write_playbook(bin, "few", STEPS);
    write_playbook(bin, "many", MANY);
    const contender list[] = {
        { "floor: sh -c, two synced records", (const char *const[]){ self, "durable", NULL }, 0, 0 },
        { "warroom", (const char *const[]){ "/bin/sh", "few.sh", NULL }, AIM, 0 },
        { "a keeper each, two synced records", (const char *const[]){ self, "keeper", NULL }, 0, 0 },
        { "floor: sh -c", (const char *const[]){ self, "shell", NULL }, 0, 0 },
        { "floor: spawn and wait", (const char *const[]){ self, "spawn", NULL }, 0, 0 },
        { "sh -e", (const char *const[]){ "/bin/sh", "-e", "steps.sh", NULL }, 0, 0 },
        { "make", (const char *const[]){ "make", "-s", NULL }, 0, 0 },
        { "just", (const char *const[]){ "just", "--justfile", "justfile", NULL }, 0, 0 },
        { "ninja -j1", (const char *const[]){ "ninja", "-j1", "--quiet", NULL }, 0, 0 },
        { "task-spooler", (const char *const[]){ "/bin/sh", "tsp.sh", NULL }, 0, 0 },
    };
    measure_programs("200 steps of true", list, sizeof list / sizeof *list, rounds, STEPS);
    count_syncs();
    measure_growth();
    measure_folder_remove();
    return 0;
}
