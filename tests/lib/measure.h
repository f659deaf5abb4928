/* measure.h - contenders side by side: the same work, alternated in one run, medians with their quartiles, ratios only.
 *
 * A figure by itself says little on a machine that others use too; the ratio of two that ran turn about says more. The
 * first contender is what the others are measured against. */
#ifndef WARROOM_TESTS_LIB_MEASURE_H
#define WARROOM_TESTS_LIB_MEASURE_H

#include <stdbool.h>
#include <stddef.h>

typedef struct contender {
    const char *name;
    const char *const *
        argv; /* a program, from exec to exit; its output goes to /dev/null. First may stand NAME=VALUE, for its environment */
    double aim; /* CPU at most so many times the first's; 0: no aim */
    int works;  /* pieces of work in one run of it, where that is not the same for all */
} contender;

/* Runs each `rounds` times, turn about, after one unmeasured round; a program that is not there, or that ends in
 * failure, is said and left out. What a program leaves running is asked to end after each round, and its CPU counts.
 * `works`: pieces of work in one run, for the time of one. Prints the table. */
void measure_programs(const char *title, const contender *list, size_t count, int rounds, int works);

/* A folder for what is measured, under BENCH_FOLDER (/var/tmp: a tmpfs would measure nothing). Where the file system is ext4
 * without a journal of its own, making a file costs more the more was deleted near it lately: so the folder is marked as the
 * top of a tree, which puts each folder in it where there is room. Ends the program when it cannot be had. */
const char *measure_folder(void);
void measure_folder_remove(void);

/* The ratio of two measured in turns, round by round: a line with its median and quartiles. Sorts neither. */
void measure_ratio(const char *name, const double *samples, const double *floor, size_t count, double aim,
                   bool at_least);

/* For what is measured inside one process: sorts the samples and gives quartile 1, 2 (the median) or 3. */
double measure_quartile(double *samples, size_t count, int quartile);

/* One line: a figure with its spread, its ratio to a floor, and whether the aim is met. `at_least`: more is better. */
void measure_line(const char *name, double low, double median, double high, const char *unit, double ratio,
                  double aim, bool at_least);

/* A figure that is promised by itself, not beside a floor. */
void measure_limit(const char *name, double figure, const char *unit, double aim);

#endif
