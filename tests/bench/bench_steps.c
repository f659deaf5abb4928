/* What running a step costs: 200 x true, by the floor and by what people use.
 *
 * None of the peers syncs anything to the disk. `just` is not packaged in Debian 12 and is left out. */
#define _GNU_SOURCE
#include "lib/measure.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS 15
#define STEPS 200

extern char **environ;

static char folder[] = "/tmp/warroom-bench.XXXXXX";

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

static int floor_of(const char *which)
{
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

static void write_peers(void)
{
    FILE *script = create("steps.sh"), *make = create("Makefile"), *ninja = create("build.ninja"),
         *tsp = create("tsp.sh");
    fprintf(script, "status=0\n");
    fprintf(make, "all:\n");
    fprintf(ninja, "rule step\n  command = /bin/true\n");
    fprintf(tsp, "export TS_SOCKET=$PWD/tsp.sock TMPDIR=$PWD\n");
    for (int i = 1; i <= STEPS; i++) {
        fprintf(script, "/bin/true || exit\n");
        fprintf(make, "\t@/bin/true\n");
        fprintf(ninja, "build step%d: step %s%.0d\n", i, i > 1 ? "step" : "", i - 1);
        fprintf(tsp, "tsp -n /bin/true >/dev/null\n");
    }
    fprintf(tsp, "tsp -w\ntsp -K\n");
    fclose(script);
    fclose(make);
    fclose(ninja);
    fclose(tsp);
}

int main(int argc, char **argv)
{
    char self[4096];
    if (argc > 1)
        return floor_of(argv[1]);
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length < 0 || mkdtemp(folder) == NULL || chdir(folder) != 0)
        return 2;
    self[length] = '\0';
    write_peers();
    const contender list[] = {
        { "floor: sh -c, two synced records", (const char *const[]){ self, "durable", NULL }, 0 },
        { "floor: sh -c", (const char *const[]){ self, "shell", NULL }, 0 },
        { "floor: spawn and wait", (const char *const[]){ self, "spawn", NULL }, 0 },
        { "sh -e", (const char *const[]){ "/bin/sh", "-e", "steps.sh", NULL }, 0 },
        { "make", (const char *const[]){ "make", "-s", NULL }, 0 },
        { "ninja -j1", (const char *const[]){ "ninja", "-j1", "--quiet", NULL }, 0 },
        { "task-spooler", (const char *const[]){ "/bin/sh", "tsp.sh", NULL }, 0 },
    };
    measure_programs("200 steps of true", list, sizeof list / sizeof *list, ROUNDS, STEPS);
    fflush(stdout);
    return execlp("rm", "rm", "-rf", "--one-file-system", folder, (char *)NULL);
}
