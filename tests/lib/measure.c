#define _GNU_SOURCE
#include "lib/measure.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/fs.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define REST_PAUSE 5000 /* microseconds between two looks at what was left running */
#define REST_TRIES 400

extern char **environ;

typedef struct figures {
    double *wall, *cpu; /* milliseconds */
    bool out;
    char why[80];
} figures;

static double now(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6;
}

static pid_t parent_of(const char *pid)
{
    char path[300], line[512];
    int parent = 0;
    snprintf(path, sizeof path, "/proc/%s/stat", pid);
    FILE *file = fopen(path, "re");
    size_t length = file != NULL ? fread(line, 1, sizeof line - 1, file) : 0;
    if (file != NULL)
        fclose(file);
    line[length] = '\0';
    char *behind = strrchr(line, ')');
    return behind != NULL && sscanf(behind + 1, " %*c %d", &parent) == 1 ? parent : 0;
}

static double spent(const struct rusage *use)
{
    return (double)(use->ru_utime.tv_sec + use->ru_stime.tv_sec) * 1e3 +
           (double)(use->ru_utime.tv_usec + use->ru_stime.tv_usec) / 1e3;
}

/* What the program left running is ours now (we are its subreaper): a server is asked to end, again and again, as it may
 * be just starting; and what all of them spent is counted. */
static double end_and_count_the_rest(void)
{
    double sum = 0;
    struct rusage use;
    for (int tries = 0; tries < REST_TRIES; tries++) {
        pid_t ended;
        int status;
        while ((ended = wait4(-1, &status, WNOHANG, &use)) > 0)
            sum += spent(&use);
        if (ended < 0)
            return sum; /* no child is left */
        DIR *proc = opendir("/proc");
        for (struct dirent *entry; proc != NULL && (entry = readdir(proc)) != NULL;)
            if (atoi(entry->d_name) > 0 && parent_of(entry->d_name) == getpid())
                kill((pid_t)atoi(entry->d_name), tries < REST_TRIES / 2 ? SIGTERM : SIGKILL);
        if (proc != NULL)
            closedir(proc);
        usleep(REST_PAUSE);
    }
    return sum;
}

static void run_once(const contender *self, figures *into, int round)
{
    posix_spawn_file_actions_t quiet;
    struct rusage use;
    int status = 0;
    pid_t pid;
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", O_WRONLY, 0);
    const char *const *argv = self->argv;
    if (strchr(argv[0], '=') != NULL)
        putenv((char *)*argv++);
    double start = now();
    int failed = posix_spawnp(&pid, argv[0], &quiet, NULL, (char *const *)argv, environ);
    if (failed == 0)
        wait4(pid, &status, 0, &use);
    double end = now(), rest = end_and_count_the_rest();
    posix_spawn_file_actions_destroy(&quiet);
    into->out = failed != 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0;
    if (failed != 0)
        snprintf(into->why, sizeof into->why, "%s", strerror(failed));
    else if (into->out)
        snprintf(into->why, sizeof into->why, "it ended with %d",
                 WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    else if (round >= 0) {
        into->wall[round] = end - start;
        into->cpu[round] = spent(&use) + rest;
    }
}

static int by_size(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

double measure_quartile(double *samples, size_t count, int quartile)
{
    qsort(samples, count, sizeof *samples, by_size);
    double place = (double)(count - 1) * quartile / 4;
    size_t below = (size_t)place;
    return below + 1 < count
               ? samples[below] + (place - (double)below) * (samples[below + 1] - samples[below])
               : samples[below];
}

static const char *verdict(double ratio, double aim, bool at_least)
{
    static char text[64];
    if (aim <= 0)
        return "";
    snprintf(text, sizeof text, "  aim %s %.2f: %s", at_least ? ">=" : "<=", aim,
             (at_least ? ratio >= aim : ratio <= aim) ? "met" : "MISSED");
    return text;
}

void measure_line(const char *name, double low, double median, double high, const char *unit, double ratio,
                  double aim, bool at_least)
{
    printf("  %-34s %9.3f [%.3f-%.3f] %s  %6.2f x%s\n", name, median, low, high, unit, ratio,
           verdict(ratio, aim, at_least));
}

void measure_limit(const char *name, double figure, const char *unit, double aim)
{
    printf("  %-42s %9.3f %s%s\n", name, figure, unit, verdict(figure, aim, false));
}

static void print_ratio(const double *samples, const double *floor, size_t count, double aim, bool at_least)
{
    double *ratio = calloc(count, sizeof *ratio);
    for (size_t i = 0; i < count; i++)
        ratio[i] = floor[i] > 0 ? samples[i] / floor[i] : 0;
    double low = measure_quartile(ratio, count, 1), median = measure_quartile(ratio, count, 2);
    printf("%7.2f x [%.2f-%.2f]%s", median, low, measure_quartile(ratio, count, 3),
           verdict(median, aim, at_least));
    free(ratio);
}

void measure_ratio(const char *name, const double *samples, const double *floor, size_t count, double aim,
                   bool at_least)
{
    printf("  %-42s", name);
    print_ratio(samples, floor, count, aim, at_least);
    putchar('\n');
}

/* Of one piece of work. The samples stay in the order in which they were taken. */
static double median_of(const double *samples, size_t count)
{
    double *own = calloc(count, sizeof *own);
    memcpy(own, samples, count * sizeof *own);
    double median = measure_quartile(own, count, 2);
    free(own);
    return median;
}

static void print_one(const contender *self, const figures *own, const figures *floor, size_t rounds)
{
    if (own->out) {
        printf("  %-42s left out: %s\n", self->name, own->why);
        return;
    }
    printf("  %-42s wall %8.3f ms, CPU %8.3f ms", self->name, median_of(own->wall, rounds),
           median_of(own->cpu, rounds));
    if (own != floor && !floor->out)
        print_ratio(own->cpu, floor->cpu, rounds, self->aim, false);
    putchar('\n');
}

static void run_all(const contender *list, size_t count, figures *all, int rounds, int works)
{
    for (int round = -1; round < rounds; round++)
        for (size_t i = 0; i < count; i++)
            if (!all[i].out)
                run_once(&list[i], &all[i], round);
    for (size_t i = 0; i < count; i++)
        for (int round = 0; round < rounds; round++) {
            all[i].wall[round] /= list[i].works > 0 ? list[i].works : works;
            all[i].cpu[round] /= list[i].works > 0 ? list[i].works : works;
        }
}

void measure_programs(const char *title, const contender *list, size_t count, int rounds, int works)
{
    figures *all = calloc(count, sizeof *all);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    printf("%s (%d rounds, alternated; x: its CPU over the first's%s)\n", title, rounds,
           works > 1 ? "; for one piece of work" : "");
    fflush(stdout);
    for (size_t i = 0; i < count; i++) {
        all[i].wall = calloc((size_t)rounds, sizeof(double));
        all[i].cpu = calloc((size_t)rounds, sizeof(double));
    }
    run_all(list, count, all, rounds, works);
    for (size_t i = 0; i < count; i++)
        print_one(&list[i], &all[i], &all[0], (size_t)rounds);
    for (size_t i = 0; i < count; i++) {
        free(all[i].wall);
        free(all[i].cpu);
    }
    free(all);
}

/* ---- a place ---- */

static char place[4096];

const char *measure_folder(void)
{
    const char *above = getenv("BENCH_FOLDER");
    int flags = 0;
    snprintf(place, sizeof place, "%s/warroom-bench.XXXXXX", above != NULL ? above : "/var/tmp");
    if (mkdtemp(place) == NULL) {
        perror(place);
        exit(2);
    }
    int folder = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (ioctl(folder, FS_IOC_GETFLAGS, &flags) == 0) {
        flags |= FS_TOPDIR_FL;
        ioctl(folder, FS_IOC_SETFLAGS, &flags); /* not every file system knows it, and none needs it */
    }
    close(folder);
    return place;
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about, (void)kind, (void)where;
    return remove(path);
}

void measure_folder_remove(void)
{
    nftw(place, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
