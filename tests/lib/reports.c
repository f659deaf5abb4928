/* reports.c - linked into every program of the sanitizer build: where its reports go, whatever its environment and its stderr are.
 *
 * A keeper has the step's environment and no stderr, an engine's stderr is a log that goes with the test's folder: a report
 * there would never be read. So each process writes its own file below REPORTS, and tests/run fails when there is one.
 * UBSAN_OPTIONS and ASAN_OPTIONS still win over what is said here. Leaks are not looked for under strace: the leak checker
 * traces the program itself, and a program has one tracer. */
#include <stdio.h>

#ifndef REPORTS
#define REPORTS "."
#endif

const char *__asan_default_options(void);
const char *__ubsan_default_options(void);
int __lsan_is_turned_off(void);

const char *__asan_default_options(void)
{
    return "detect_stack_use_after_return=1:print_stacktrace=1:halt_on_error=1:allow_addr2line=1:log_exe_"
           "name=1:"
           "log_path='" REPORTS "/report'";
}

const char *__ubsan_default_options(void)
{
    return "print_stacktrace=1:halt_on_error=1:allow_addr2line=1:log_exe_name=1:log_path='" REPORTS
           "/report'";
}

int __lsan_is_turned_off(void)
{
    char line[256];
    int tracer = 0;
    FILE *status = fopen("/proc/self/status", "re");
    while (status != NULL && fgets(line, sizeof line, status) != NULL)
        if (sscanf(line, "TracerPid: %d", &tracer) == 1)
            break;
    if (status != NULL)
        fclose(status);
    return tracer != 0;
}
