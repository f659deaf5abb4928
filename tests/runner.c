/* runner.c - runs test programs side by side, and believes none of them.
 *
 * Each program gets a folder of its own (TMPDIR, HOME), its own session and a time limit, and below it a watcher that
 * adopts whatever the program leaves running: a process or a mount left behind is a failure, and is ended. What the
 * program prints is TAP. A program that crashes, is late, prints without end, breaks its own plan or runs no test has
 * failed, whatever it says.
 *
 *   runner PROGRAM...     JOBS: how many at a time (2); LIMIT: seconds for one that does not say (120)
 *
 * A script may raise its limit by a line `# timeout: SECONDS` near its top. The last line is `N passed, N failed`. */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LIMIT_DEFAULT 120
#define PRINTED_MOST (64L * 1024 * 1024) /* a test that prints more is not to be read by anybody */
#define LEFTOVER_GRACE 2.0               /* seconds in which what was just ended may disappear */
#define KILLING_MOST 5.0
#define SLOWEST_SHOWN 10
#define LINES_SHOWN 80

typedef struct ending { /* what a watcher tells the runner; goes through a pipe in one piece */
    int status;
    bool late, flooded, leftover;
    double seconds;
    char left[800];
} ending;

typedef struct job {
    const char *program;
    int limit;
    pid_t watcher;
    int pipe;
    char folder[200];
    ending end;
    int passed, failed, skipped, planned;
    char why[1400]; /* what the runner itself found wrong */
} job;

static volatile sig_atomic_t asked_to_stop;

static void on_stop(int signal)
{
    asked_to_stop = signal;
}

static double now(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static void give_up(const char *what)
{
    fprintf(stderr, "runner: %s: %s\n", what, strerror(errno));
    exit(2);
}

static void add(char *text, size_t size, const char *more)
{
    size_t used = strlen(text);
    snprintf(text + used, size - used, "%s", more);
}

/* --- the watcher: one per running program, parent of all it leaves behind --- */

/* The parent of a process and its name; 0 when it is gone or only a zombie. */
static pid_t parent_of(pid_t pid, char name[64])
{
    char path[64], line[512], state;
    int parent = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return 0;
    size_t length = fread(line, 1, sizeof line - 1, file);
    fclose(file);
    line[length] = '\0';
    char *open = strchr(line, '('), *close = strrchr(line, ')');
    if (open == NULL || close == NULL || sscanf(close + 1, " %c %d", &state, &parent) != 2 || state == 'Z')
        return 0;
    *close = '\0';
    snprintf(name, 64, "%.60s", open + 1);
    return parent;
}

static bool descends_from(pid_t pid, pid_t ancestor)
{
    char name[64];
    for (int height = 0; height < 100 && pid > 1; height++) {
        pid = parent_of(pid, name);
        if (pid == ancestor)
            return true;
    }
    return false;
}

/* Counts the living processes below this one, signals each when asked to, and names them when there is room. */
static int below(int signal, char *names, size_t size)
{
    int count = 0;
    DIR *proc = opendir("/proc");
    if (proc == NULL)
        return 0;
    for (struct dirent *entry; (entry = readdir(proc)) != NULL;) {
        pid_t pid = (pid_t)atoi(entry->d_name);
        char name[64] = "", text[100];
        if (pid <= 1 || pid == getpid() || parent_of(pid, name) == 0 || !descends_from(pid, getpid()))
            continue;
        count++;
        if (signal != 0)
            kill(pid, signal);
        snprintf(text, sizeof text, " %s (%d)", name, (int)pid);
        if (names != NULL)
            add(names, size, text);
    }
    closedir(proc);
    return count;
}

static void reap(pid_t main_pid, bool *ended, int *status)
{
    int how;
    for (pid_t pid; (pid = waitpid(-1, &how, WNOHANG)) > 0;)
        if (pid == main_pid && !*ended) {
            *ended = true;
            *status = how;
        }
}

static void wait_a_little(const sigset_t *signals, long milliseconds)
{
    struct timespec limit = { .tv_sec = 0, .tv_nsec = milliseconds * 1000000 };
    siginfo_t info;
    if (sigtimedwait(signals, &info, &limit) == SIGTERM)
        asked_to_stop = SIGTERM;
}

static void end_all_below(pid_t main_pid, bool *ended, int *status, const sigset_t *signals)
{
    double until = now() + KILLING_MOST;
    do {
        reap(main_pid, ended, status);
        if (below(SIGKILL, NULL, 0) == 0)
            break;
        wait_a_little(signals, 5);
    } while (now() < until);
    reap(main_pid, ended, status);
}

static bool printed_too_much(const char *folder)
{
    char path[256];
    struct stat out = { 0 }, err = { 0 };
    snprintf(path, sizeof path, "%s/out", folder);
    stat(path, &out);
    snprintf(path, sizeof path, "%s/err", folder);
    stat(path, &err);
    return out.st_size + err.st_size > PRINTED_MOST;
}

static void redirect(const char *folder, const char *name, int target)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || dup2(fd, target) < 0)
        _exit(127);
}

static void become(const job *self, const sigset_t *before)
{
    char path[256];
    setsid();
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    dup2(nothing, 0);
    redirect(self->folder, "out", 1);
    redirect(self->folder, "err", 2);
    snprintf(path, sizeof path, "%s/t", self->folder);
    setenv("TMPDIR", path, 1);
    snprintf(path, sizeof path, "%s/home", self->folder);
    setenv("HOME", path, 1);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    sigprocmask(SIG_SETMASK, before, NULL);
    if (access(self->program, X_OK) != 0 && access(self->program, R_OK) == 0)
        execl("/bin/sh", "sh", self->program, (char *)NULL); /* a script that nobody has marked */
    execl(self->program, self->program, (char *)NULL);
    fprintf(stderr, "runner: cannot start %s: %s\n", self->program, strerror(errno));
    _exit(127);
}

static void watch(const job *self, int tell)
{
    sigset_t signals, before;
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, &before);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    setsid();
    ending end = { 0 };
    double start = now();
    bool ended = false;
    pid_t pid = fork();
    if (pid == 0)
        become(self, &before);
    while (!ended && !asked_to_stop && !end.late && !end.flooded) {
        wait_a_little(&signals, 50);
        reap(pid, &ended, &end.status);
        end.late = !ended && now() - start > self->limit;
        end.flooded = printed_too_much(self->folder);
    }
    end.seconds = now() - start;
    for (double until = now() + LEFTOVER_GRACE; ended && now() < until && below(0, NULL, 0) > 0;) {
        wait_a_little(&signals, 20);
        reap(pid, &ended, &end.status);
    }
    end.leftover = below(0, end.left, sizeof end.left) > 0 && ended;
    end_all_below(pid, &ended, &end.status, &signals);
    _exit(write(tell, &end, sizeof end) == sizeof end ? 0 : 1);
}

/* --- the runner --- */

static int limit_of(const char *program)
{
    const char *given = getenv("LIMIT");
    int limit = given != NULL && atoi(given) > 0 ? atoi(given) : LIMIT_DEFAULT;
    char line[400];
    FILE *file = fopen(program, "re");
    for (int i = 0; file != NULL && i < 20 && fgets(line, sizeof line, file) != NULL; i++) {
        if (i == 0 && strncmp(line, "#!", 2) != 0)
            break;
        sscanf(line, "# timeout: %d", &limit);
    }
    if (file != NULL)
        fclose(file);
    return limit;
}

static void start(job *self)
{
    const char *tmp = getenv("TMPDIR");
    char path[256];
    int ends[2];
    snprintf(self->folder, sizeof self->folder, "%.180s/wr.XXXXXX", tmp != NULL ? tmp : "/tmp");
    if (mkdtemp(self->folder) == NULL || pipe2(ends, O_CLOEXEC) != 0)
        give_up("cannot make a folder for a test");
    snprintf(path, sizeof path, "%s/t", self->folder);
    mkdir(path, 0711);
    chmod(self->folder, 0711); /* a test about two accounts opens its own folder: the way there is open */
    snprintf(path, sizeof path, "%s/home", self->folder);
    mkdir(path, 0700);
    self->limit = limit_of(self->program);
    fflush(stdout);
    self->watcher = fork();
    if (self->watcher < 0)
        give_up("cannot start a watcher");
    if (self->watcher == 0) {
        close(ends[0]);
        watch(self, ends[1]);
    }
    close(ends[1]);
    self->pipe = ends[0];
}

static void blame(job *self, const char *format, const char *value)
{
    char text[1000];
    snprintf(text, sizeof text, format, value);
    self->failed++;
    add(self->why, sizeof self->why, "  ! ");
    add(self->why, sizeof self->why, text);
    add(self->why, sizeof self->why, "\n");
}

static void read_tap(job *self)
{
    char path[256], line[4096];
    bool planned = false;
    int plan = 0;
    snprintf(path, sizeof path, "%s/out", self->folder);
    FILE *file = fopen(path, "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        bool good = strncmp(line, "ok", 2) == 0 && (line[2] == ' ' || line[2] == '\n');
        bool bad = strncmp(line, "not ok", 6) == 0;
        if ((good || bad) && strstr(line, "# SKIP") != NULL)
            self->skipped++;
        else if (good)
            self->passed++;
        else if (bad)
            self->failed++;
        else if (sscanf(line, "1..%d", &plan) == 1) {
            planned = true;
            self->planned += plan;
            self->skipped += plan == 0 && strstr(line, "# SKIP") != NULL;
        } else if (strncmp(line, "Bail out!", 9) == 0)
            blame(self, "%s", line);
    }
    if (file != NULL)
        fclose(file);
    int run = self->passed + self->failed + self->skipped;
    if (planned && self->planned > 0 && self->planned != run)
        blame(self, "%s", "it ran another number of tests than its plan says");
    if (run == 0 && *self->why == '\0')
        blame(self, "%s", "it ran no test");
}

static void find_mounts(job *self)
{
    char line[2000], point[1000];
    FILE *file = fopen("/proc/self/mountinfo", "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "%*s %*s %*s %*s %999s", point) == 1 &&
            strncmp(point, self->folder, strlen(self->folder)) == 0) {
            blame(self, "it left a file system mounted at %s", point);
            umount2(point, MNT_DETACH);
        }
    if (file != NULL)
        fclose(file);
}

static void judge(job *self)
{
    char number[32];
    ending *end = &self->end;
    read_tap(self);
    snprintf(number, sizeof number, "%d",
             end->late                  ? self->limit
             : WIFSIGNALED(end->status) ? WTERMSIG(end->status)
                                        : WEXITSTATUS(end->status));
    if (end->late)
        blame(self, "it was still running after %s s", number);
    else if (end->flooded)
        blame(self, "%s", "it printed more than 64 MB");
    else if (WIFSIGNALED(end->status))
        blame(self, "it was ended by signal %s", number);
    else if (WEXITSTATUS(end->status) != 0 && self->failed == 0)
        blame(self, "no test failed, but it ended with %s", number);
    if (end->leftover)
        blame(self, "it left processes behind:%s", end->left);
    find_mounts(self);
}

/* What could not be tested here is said, each with its reason. */
static void show_skipped(const job *self)
{
    char path[256], line[4096];
    snprintf(path, sizeof path, "%s/out", self->folder);
    FILE *file = fopen(path, "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (strstr(line, "# SKIP") != NULL)
            printf("      %s", line);
    if (file != NULL)
        fclose(file);
}

/* The last lines of what it printed, controls made harmless; of its TAP only what did not pass. */
static void show(const job *self, const char *name, bool tap)
{
    char path[256], line[4096];
    long wanted = 0, seen = 0;
    snprintf(path, sizeof path, "%s/%s", self->folder, name);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return;
    while (fgets(line, sizeof line, file) != NULL)
        wanted += !(tap && strncmp(line, "ok ", 3) == 0);
    rewind(file);
    while (fgets(line, sizeof line, file) != NULL) {
        if ((tap && strncmp(line, "ok ", 3) == 0) || ++seen <= wanted - LINES_SHOWN)
            continue;
        for (char *c = line; *c != '\0'; c++)
            if (iscntrl((unsigned char)*c) && *c != '\n' && *c != '\t')
                *c = '?';
        printf("      %s%s", line, strchr(line, '\n') != NULL ? "" : "\n");
    }
    fclose(file);
}

static void remove_folder(const job *self)
{
    pid_t pid = fork();
    if (pid == 0) {
        execl("/bin/sh", "sh", "-c", "chmod -R u+rwX -- \"$1\"; rm -rf --one-file-system -- \"$1\"", "sh",
              self->folder, (char *)NULL);
        _exit(127);
    }
    waitpid(pid, NULL, 0);
}

static void finish(job *self)
{
    int ignored;
    if (read(self->pipe, &self->end, sizeof self->end) != sizeof self->end) {
        self->end.status = 0;
        blame(self, "%s", "its watcher was ended");
    }
    close(self->pipe);
    waitpid(self->watcher, &ignored, 0);
    self->watcher = 0;
    judge(self);
    printf("%-5s %6.2f s %5d  %s\n", self->failed > 0 ? "FAIL" : "ok", self->end.seconds, self->passed,
           self->program);
    if (self->skipped > 0)
        show_skipped(self);
    if (self->failed > 0) {
        show(self, "out", true);
        show(self, "err", false);
        fputs(self->why, stdout);
    }
    fflush(stdout);
    remove_folder(self);
}

static int slower(const void *a, const void *b)
{
    double left = ((const job *)a)->end.seconds, right = ((const job *)b)->end.seconds;
    return (left < right) - (left > right);
}

static int sum_up(job *jobs, int count, double seconds)
{
    int passed = 0, failed = 0, skipped = 0;
    qsort(jobs, (size_t)count, sizeof *jobs, slower);
    printf("\nthe ten slowest:\n");
    for (int i = 0; i < count; i++) {
        if (i < SLOWEST_SHOWN)
            printf("  %6.2f s  %s\n", jobs[i].end.seconds, jobs[i].program);
        passed += jobs[i].passed;
        failed += jobs[i].failed;
        skipped += jobs[i].skipped;
    }
    printf("\nthe suite: %d programs, %.1f s\n", count, seconds);
    if (skipped > 0)
        printf("%d skipped\n", skipped);
    printf("%d passed, %d failed\n", passed, failed);
    return failed == 0 && passed > 0 ? 0 : 1;
}

static void stop(job *jobs, int count)
{
    for (int i = 0; i < count; i++)
        if (jobs[i].watcher > 0) {
            kill(jobs[i].watcher, SIGTERM);
            waitpid(jobs[i].watcher, NULL, 0);
            remove_folder(&jobs[i]);
        }
    exit(130);
}

static void wait_for_one(job *jobs, int count)
{
    struct pollfd ends[64];
    int who[64], running = 0;
    for (int i = 0; i < count && running < 64; i++)
        if (jobs[i].watcher > 0) {
            ends[running] = (struct pollfd){ .fd = jobs[i].pipe, .events = POLLIN };
            who[running++] = i;
        }
    int ready = poll(ends, (nfds_t)running, -1);
    if (asked_to_stop)
        stop(jobs, count);
    for (int i = 0; ready > 0 && i < running; i++)
        if (ends[i].revents != 0)
            finish(&jobs[who[i]]);
}

int main(int argc, char **argv)
{
    const char *given = getenv("JOBS");
    int at_once = given != NULL && atoi(given) > 0 && atoi(given) < 64 ? atoi(given) : 2;
    int count = argc - 1, started = 0, running = 0;
    if (count == 0) {
        fprintf(stderr, "runner: no test program was named\n");
        return 2;
    }
    job *jobs = calloc((size_t)count, sizeof *jobs);
    struct sigaction action = { .sa_handler = on_stop };
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    double begin = now();
    for (int i = 0; i < count; i++)
        jobs[i].program = argv[i + 1];
    do {
        for (; started < count && running < at_once; started++, running++)
            start(&jobs[started]);
        wait_for_one(jobs, started);
        running = 0;
        for (int i = 0; i < started; i++)
            running += jobs[i].watcher > 0;
    } while (running > 0 || started < count);
    int status = sum_up(jobs, count, now() - begin);
    free(jobs);
    return status;
}
