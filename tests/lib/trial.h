/* trial.h - a step tried out under the real keeper, in a folder of its own. */
#ifndef WARROOM_TESTS_LIB_TRIAL_H
#define WARROOM_TESTS_LIB_TRIAL_H

#include "engine/keep.h"

typedef struct trial {
    char *root;   /* the step works here */
    char *folder; /* root/step: the keeper's */
} trial;

/* Makes the folder and finds the keeper: in $WARROOM_BIN, else in the build folder this program lies in. */
void trial_begin(trial *self);
void trial_end(trial *self); /* removes it; processes are the test's business */

/* Runs a script under `sh`; asserts that it could be started. Milliseconds. */
void trial_start(trial *self, const char *script, int timeout, int grace);
bool trial_try(trial *self, const char *const *interpreter, const char *script,
               const char *const *environment, int timeout, int grace, GError **error);

keep_seen *trial_look(trial *self);
/* Looks until a keeper no longer holds it; asserts that this comes within `seconds`. */
keep_seen *trial_wait(trial *self, int seconds);

/* All that was kept of the output, one stream after the other: "o:" or "e:" and the bytes. */
char *trial_output(trial *self);

/* Polls until the file in root exists; asserts that it comes. Its text, stripped; the caller frees. */
char *trial_file(trial *self, const char *name);
bool trial_has(trial *self, const char *name);

/* Polls until process `pid` is gone or dead; false after `seconds`. */
bool trial_gone(pid_t pid, int seconds);

#endif
