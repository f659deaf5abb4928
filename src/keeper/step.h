/* step.h - the one process everything is about: how it is started. */
#ifndef WARROOM_KEEPER_STEP_H
#define WARROOM_KEEPER_STEP_H

#include "clock.h"
#include "family.h"

#include <sys/resource.h>

typedef struct step {
    char **arguments; /* the interpreter, its arguments, the script, NULL */
    const char *boot;
    int holder;   /* the file, open for writing */
    int out, err; /* our ends of its pipes, not blocking */
    pid_t pid;
    struct rlimit core, files; /* what the step gets back */
} step;

/* 0, or the errno of what could not be done: then there is no process. */
int step_start(step *self, member keeper, when now);

/* The words for that errno, as row 8 wants them. */
const char *step_words(int number, const char *interpreter, char *buffer, size_t size);

#endif
