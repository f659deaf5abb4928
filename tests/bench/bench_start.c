/* How long until the first word: warroom beside a program that needs libc alone.
 *
 * Aim: at most 3 x hello world (issue 2). `status` is asked where nothing is open and no engine runs. */
#include "lib/measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROUNDS 200
#define AIM 3.0

int main(int argc, char **argv)
{
    char state[] = "/tmp/warroom-bench.XXXXXX", program[4096], self[4096];
    if (argc > 1 && strcmp(argv[1], "hello") == 0)
        return puts("hello, world") < 0;
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    const char *bin = getenv("WARROOM_BIN");
    if (length < 0 || bin == NULL || mkdtemp(state) == NULL) {
        fprintf(stderr, "bench_start: run it by `make bench`\n");
        return 2;
    }
    self[length] = '\0';
    snprintf(program, sizeof program, "%s/warroom", bin);
    setenv("WARROOM_STATE", state, 1);
    const contender list[] = {
        { "libc hello world", (const char *const[]){ self, "hello", NULL }, 0 },
        { "warroom --version", (const char *const[]){ program, "--version", NULL }, AIM },
        { "warroom status", (const char *const[]){ program, "status", NULL }, AIM },
        { "git --version, for scale", (const char *const[]){ "git", "--version", NULL }, 0 },
    };
    measure_programs("start, from exec to exit", list, sizeof list / sizeof *list, ROUNDS, 1);
    return rmdir(state) != 0;
}
