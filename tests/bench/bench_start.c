/* bench_start [RECORDS] - how long until the first word: warroom beside a program that needs libc alone.
 *
 * Aim: at most 3 x hello world (issue 2). `status` is asked where nothing is open, where an incident is open, and
 * where it is open among RECORDS (1,000,000) old records; no engine runs then. The journal of old records is made once and
 * kept in the build folder. This program is the hello world, too: so it needs libc alone. */
#define _GNU_SOURCE
#include "lib/measure.h"

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS 100
#define AIM 3.0
#define AIM_OLD 1.1 /* PERFORMANCE 7: as with none */

extern char **environ;

static char *text_of(const char *format, const char *first, const char *second)
{
    char *text = NULL;
    if (asprintf(&text, format, first, second) < 0)
        exit(2);
    return text;
}

static char *own_path(void)
{
    char *self = realpath("/proc/self/exe", NULL);
    if (self == NULL)
        exit(2);
    return self;
}

/* The other bench knows how a journal is filled fast. */
static char *journal_of(const char *self, const char *folder, const char *records)
{
    char *place = strdup(self);
    *strrchr(place, '/') = '\0';
    char *maker = text_of("%s%s", place, "/bench_journal");
    free(place);
    char *words[] = { maker, "fill", (char *)folder, (char *)records, NULL };
    int status = 0;
    pid_t pid;
    if (posix_spawn(&pid, maker, NULL, NULL, words, environ) != 0 || waitpid(pid, &status, 0) != pid ||
        status != 0) {
        fprintf(stderr, "bench_start: %s cannot fill %s\n", maker, folder);
        exit(2);
    }
    free(maker);
    return text_of("WARROOM_STATE=%s%s", folder, "");
}

static void start(const char *self, const char *program, const char *none, const char *open, const char *old)
{
    const contender list[] = {
        { "libc hello world", (const char *const[]){ self, "hello", NULL }, 0, 0 },
        { "warroom --version", (const char *const[]){ program, "--version", NULL }, AIM, 0 },
        { "warroom status, nothing open", (const char *const[]){ none, program, "status", NULL }, AIM, 0 },
        { "warroom status, an open incident", (const char *const[]){ open, program, "status", NULL }, 0, 0 },
        { "warroom status, among the old records", (const char *const[]){ old, program, "status", NULL }, 0,
          0 },
        { "git --version, for scale", (const char *const[]){ "git", "--version", NULL }, 0, 0 },
    };
    measure_programs("start, from exec to exit", list, sizeof list / sizeof *list, ROUNDS, 1);
}

static void among(const char *program, const char *records, const char *open, const char *old)
{
    char *name = text_of("the same among %s old records%s", records, "");
    const contender list[] = {
        { "warroom status, an open incident", (const char *const[]){ open, program, "status", NULL }, 0, 0 },
        { name, (const char *const[]){ old, program, "status", NULL }, AIM_OLD, 0 },
    };
    measure_programs("an open incident among old records", list, sizeof list / sizeof *list, ROUNDS, 1);
    free(name);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "hello") == 0)
        return puts("hello, world") < 0;
    const char *records = argc > 1 ? argv[1] : "1000000", *bin = getenv("WARROOM_BIN"),
               *build = getenv("WARROOM_BUILD");
    if (bin == NULL || build == NULL) {
        fprintf(stderr, "bench_start: run it by `make bench`\n");
        return 2;
    }
    const char *folder = measure_folder();
    char *self = own_path(), *program = text_of("%s%s", bin, "/warroom");
    char *fresh = text_of("%s%s", folder, "/fresh"), *kept = text_of("%s/bench/old-%s", build, records);
    char *none = text_of("WARROOM_STATE=%s%s", folder, "/none");
    char *open = journal_of(self, fresh, "0"), *old = journal_of(self, kept, records);
    start(self, program, none, open, old);
    among(program, records, open, old);
    measure_folder_remove();
    char *texts[] = { self, program, fresh, kept, none, open, old };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        free(texts[i]);
    return 0;
}
