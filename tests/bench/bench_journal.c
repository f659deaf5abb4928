/* bench_journal [RECORDS [ROUNDS [APPENDS]]], or fill FOLDER RECORDS - the journal beside what the disk and SHA-256 can do at all.
 *
 * Appends one at a time, each durable, turn about with a growing file (write + fdatasync) and a preallocated one;
 * what a record takes on the disk; verify of RECORDS (1,000,000) beside a bare SHA-256 chain over as many bytes; an open
 * incident, and an append, among that many old records beside an empty journal (PERFORMANCE.md, 7).
 * The files lie in BENCH_FOLDER (/var/tmp): a tmpfs would measure nothing. The old records are made once, and kept in
 * the build folder: each of their incidents was opened, filled with notes, and closed. */
#define _GNU_SOURCE
#include "journal/audit.h"
#include "lib/measure.h"
#include "world/store.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PAYLOAD 256
#define INCIDENT 100 /* records of the open incident among the old ones */
#define BATCH 1000
#define LIFE 5000 /* records of an old incident */

static char filler[PAYLOAD + 1];

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void must(bool good, const char *what)
{
    if (good)
        return;
    perror(what);
    exit(1);
}

/* ---- contenders ---- */

static record *event(const char *stream, int i, const char *kind)
{
    record *self = record_new(kind);
    g_free(self->stream), self->stream = g_strdup(stream);
    g_free(self->boot), self->boot = g_strdup("5be091c4-7d20-483f-96e2-b40000000001");
    g_free(self->by.name), self->by.name = g_strdup("ada");
    g_free(self->by.account), self->by.account = g_strdup("ada@ops1");
    g_free(self->by.means), self->by.means = g_strdup("cli");
    self->happened = self->noted = 1795097152345678 + i;
    self->up = 987654321 + i;
    g_free(self->body);
    if (strcmp(kind, "incident.opened") == 0)
        self->body = g_strdup("{\"id\":\"bench\",\"title\":\"checkout is slow\",\"severity\":\"high\"}");
    else if (strcmp(kind, "incident.closed") == 0)
        self->body = g_strdup("{\"outcome\":\"resolved\"}");
    else
        self->body = g_strdup_printf("{\"text\":\"%.*s\"}", PAYLOAD - 11, filler);
    return self;
}

static void append(store *journal, const char *stream, int i)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)record_free);
    g_ptr_array_add(list, event(stream, i, "note.added"));
    must(store_append(journal, list, NULL), "append");
}

/* Records `from` and on of an incident that begins with 0, and with `ends` stops with its closing. */
static void append_batch(store *journal, const char *stream, int from, int count, bool ends)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)record_free);
    for (int i = 0; i < count; i++) {
        bool last = ends && i + 1 == count;
        const char *kind = from + i == 0 ? "incident.opened" : last ? "incident.closed" : "note.added";
        g_ptr_array_add(list, event(stream, from + i, kind));
    }
    must(store_append(journal, list, NULL), "append");
}

static double store_rate(store *journal, const char *stream, int count)
{
    double start = seconds();
    for (int i = 0; i < count; i++)
        append(journal, stream, i);
    return count / (seconds() - start);
}

static double file_rate(int file, gint64 *at, int count)
{
    double start = seconds();
    for (int i = 0; i < count; i++) {
        must(pwrite(file, filler, PAYLOAD, *at) == PAYLOAD, "write");
        must(fdatasync(file) == 0, "fdatasync");
        *at += PAYLOAD;
    }
    return count / (seconds() - start);
}

/* A row of figures, and how they compare with the floor's. */
static void print(const char *name, double *samples, double *floor, int count, const char *unit)
{
    size_t size = (size_t)count;
    double low = measure_quartile(samples, size, 1), median = measure_quartile(samples, size, 2);
    measure_line(name, low, median, measure_quartile(samples, size, 3), unit,
                 median / measure_quartile(floor, size, 2), 0, true);
}

/* The ratio, round by round, that something is promised of. */
static void print_aim(const char *name, double *samples, int count, double aim, bool more)
{
    size_t size = (size_t)count;
    double low = measure_quartile(samples, size, 1), median = measure_quartile(samples, size, 2);
    measure_line(name, low, median, measure_quartile(samples, size, 3), "", median, aim, more);
}

/* ---- appends ---- */

static void bench_append(const char *folder, int rounds, int count)
{
    g_autofree char *growing_path = g_build_filename(folder, "growing", NULL);
    g_autofree char *reserved_path = g_build_filename(folder, "reserved", NULL);
    g_autofree double *rate = g_new(double, rounds * 5);
    double *growing = rate, *reserved = rate + rounds, *journal = rate + 2 * rounds;
    double *to_growing = rate + 3 * rounds, *to_reserved = rate + 4 * rounds;
    int grows = open(growing_path, O_WRONLY | O_CREAT, 0600),
        fixed = open(reserved_path, O_WRONLY | O_CREAT, 0600);
    gint64 grown = 0, filled = 0, size = (gint64)(rounds + 1) * count * PAYLOAD;
    must(grows >= 0 && fixed >= 0 && posix_fallocate(fixed, 0, size) == 0 && fsync(fixed) == 0, "files");
    g_autoptr(store) open_journal = store_open_writing(folder, NULL);
    must(open_journal != NULL, "journal");
    for (int i = -1; i < rounds; i++) { /* one round is not counted */
        int at = MAX(i, 0);
        growing[at] = file_rate(grows, &grown, count);
        reserved[at] = file_rate(fixed, &filled, count);
        journal[at] = store_rate(open_journal, "INC-0001", count);
        to_growing[at] = journal[at] / growing[at];
        to_reserved[at] = journal[at] / reserved[at];
    }
    close(grows), close(fixed);
    printf("append: %d rounds of %d records of %d bytes, each durable\n", rounds, count, PAYLOAD);
    print("growing file, write + fdatasync", growing, growing, rounds, "/s");
    print("preallocated file, write + fdatasync", reserved, growing, rounds, "/s");
    print("journal", journal, growing, rounds, "/s");
    print_aim("journal over growing, by round", to_growing, rounds, 0.9, true);
    print_aim("journal over preallocated, by round", to_reserved, rounds, 0, true);
}

/* ---- a million ---- */

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about, (void)kind, (void)where;
    return remove(path);
}

static gsize payload_of(const record *each)
{
    return strlen(each->stream) + strlen(each->boot) + strlen(each->by.name) + strlen(each->by.account) +
           strlen(each->by.means) + strlen(each->command) + strlen(each->kind) + strlen(each->body) +
           5 * sizeof(gint64) + 32; /* number, three times, version; the hash */
}

/* The newest incident is open. What was filled before, by this very program, is taken as it is. */
static void fill(const char *folder, int records)
{
    g_autofree char *whole = g_build_filename(folder, "filled", NULL);
    if (g_file_test(whole, G_FILE_TEST_EXISTS))
        return;
    must(g_mkdir_with_parents(folder, 0700) == 0, folder);
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    must(g_mkdir_with_parents(folder, 0700) == 0, folder);
    g_autoptr(store) journal = store_open_writing(folder, NULL);
    must(journal != NULL, "journal");
    for (int at = 0; at < records; at += BATCH) {
        g_autofree char *stream = g_strdup_printf("INC-%04d", at / LIFE + 1);
        int count = MIN(BATCH, records - at);
        append_batch(journal, stream, at % LIFE, count, at % LIFE + count == LIFE || at + count == records);
    }
    append_batch(journal, "INC-9999", 0, INCIDENT, false);
    must(g_file_set_contents(whole, "", 0, NULL), whole);
}

static void bench_size(const char *folder, int records)
{
    g_autofree char *path = g_build_filename(folder, "journal.db", NULL);
    g_autoptr(record) one = event("INC-0001", 1, "note.added");
    struct stat about;
    must(stat(path, &about) == 0, path);
    double each = (double)about.st_size / records, ratio = each / (double)payload_of(one);
    measure_line("record on disk over its fields' bytes", each, each, each, "B", ratio, 1.3, false);
}

static bool judge_record(const record *each, void *context)
{
    audit_follow(context, each);
    return true;
}

static double verify_seconds(const char *folder)
{
    double start = seconds();
    gint64 position = 0;
    g_autoptr(audit) judge = audit_new(true);
    g_autoptr(store) journal = store_open_reading(folder, NULL);
    must(journal != NULL && store_follow(journal, 0, judge_record, judge, &position, NULL), "verify");
    audit_end(judge);
    must(audit_is_intact(judge), "intact");
    return seconds() - start;
}

static double chain_seconds(int records)
{
    double start = seconds();
    char hash[DIGEST_SIZE] = "";
    for (int i = 0; i < records; i++) {
        g_autoptr(digest) sum = digest_new();
        digest_field(sum, filler, PAYLOAD);
        digest_text(sum, hash);
        digest_end(sum, hash);
    }
    return seconds() - start;
}

static void bench_verify(const char *folder, int records, int rounds)
{
    g_autofree double *took = g_new(double, rounds * 3);
    for (int i = 0; i < rounds; i++) {
        took[i] = chain_seconds(records);
        took[rounds + i] = verify_seconds(folder);
        took[2 * rounds + i] = took[rounds + i] / took[i];
    }
    printf("verify of %d records\n", records);
    print("bare SHA-256 chain over as many", took, took, rounds, "s");
    print("verify", took + rounds, took, rounds, "s");
    print_aim("verify over the chain, by round", took + 2 * rounds, rounds, 6, false);
}

static bool count_record(const record *each, void *context)
{
    (void)each;
    ++*(int *)context;
    return true;
}

/* What an engine does when it starts: opens, looks at what there is, reads the open incident. */
static double start_seconds(const char *folder)
{
    double start = seconds();
    int count = 0;
    g_autoptr(store) journal = store_open_writing(folder, NULL);
    must(journal != NULL && store_read(journal, "INC-9999", 1, count_record, &count, NULL), "start");
    must(count >= INCIDENT, "the open incident");
    return seconds() - start;
}

static void bench_start(const char *old, const char *fresh, int rounds)
{
    g_autofree double *took = g_new(double, rounds * 3);
    fill(fresh, 0);
    for (int i = 0; i < rounds; i++) {
        took[i] = start_seconds(fresh);
        took[rounds + i] = start_seconds(old);
        took[2 * rounds + i] = took[rounds + i] / took[i];
        took[i] *= 1e3, took[rounds + i] *= 1e3;
    }
    printf("an open incident of %d records\n", INCIDENT);
    print("in an empty journal", took, took, rounds, "ms");
    print("among the old records", took + rounds, took, rounds, "ms");
    print_aim("among them over empty, by round", took + 2 * rounds, rounds, 2, false);
}

static void bench_growth(const char *old, const char *fresh, int rounds, int count)
{
    g_autofree double *rate = g_new(double, rounds * 3);
    g_autoptr(store) large = store_open_writing(old, NULL);
    g_autoptr(store) small = store_open_writing(fresh, NULL);
    for (int i = 0; i < rounds; i++) {
        rate[i] = store_rate(small, "INC-9998", count);
        rate[rounds + i] = store_rate(large, "INC-9998", count);
        rate[2 * rounds + i] = rate[rounds + i] / rate[i];
    }
    printf("append, one at a time\n");
    print("to a small journal", rate, rate, rounds, "/s");
    print("behind the old records", rate + rounds, rate, rounds, "/s");
    print_aim("behind them over small, by round", rate + 2 * rounds, rounds, 0.9, true);
}

int main(int argc, char **argv)
{
    int records = argc > 1 ? atoi(argv[1]) : 1000000, rounds = argc > 2 ? atoi(argv[2]) : 15;
    int count = argc > 3 ? atoi(argv[3]) : 500, few = MAX(rounds / 3, 1);
    setvbuf(stdout, NULL, _IOLBF, 0); /* a slow disk takes its time: what is known is told */
    memset(filler, 'x', PAYLOAD);
    if (argc > 3 && strcmp(argv[1], "fill") == 0) {
        fill(argv[2], atoi(argv[3]));
        return 0;
    }
    const char *build = g_getenv("WARROOM_BUILD");
    const char *folder = measure_folder();
    g_autofree char *one = g_build_filename(folder, "one", NULL);
    g_autofree char *fresh = g_build_filename(folder, "fresh", NULL);
    g_autofree char *old = build != NULL ? g_strdup_printf("%s/bench/old-%d", build, records)
                                         : g_build_filename(folder, "old", NULL);
    must(g_mkdir_with_parents(one, 0700) == 0, one);
    bench_append(one, rounds, count);
    fill(old, records);
    bench_size(old, records);
    bench_verify(old, records, few);
    bench_start(old, fresh, rounds);
    bench_growth(old, fresh, rounds, MAX(count / 5, 1));
    measure_folder_remove();
    return 0;
}
