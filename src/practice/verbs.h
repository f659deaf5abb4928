/* verbs.h - the one table of what can be typed, and what its rows call. */
#ifndef WARROOM_PRACTICE_VERBS_H
#define WARROOM_PRACTICE_VERBS_H

#include "ask.h"

typedef struct typed { /* the command line, read; what was not given is NULL, 0 or -1 */
    char *folder, *bad, *lasts, *owner, *config, *version, *pool, *younger;
    int instances, rate, times, traffic;
    char *wait;
    gboolean as_json, count, lost, previous, correct;
    char **words; /* behind the verb */
} typed;

/* Each returns its exit code, or sets the error whose kind is it. */
int verb_up(const typed *line, GError **error); /* start.c */
int verb_down(const typed *line, GError **error);

int verb_deploy(const typed *line, GError **error); /* move.c: what moves versions and traffic */
int verb_traffic(const typed *line, GError **error);
int verb_drain(const typed *line, GError **error);
int verb_scale(const typed *line, GError **error);
int verb_flag(const typed *line, GError **error);
int verb_break(const typed *line, GError **error);
int verb_heal(const typed *line, GError **error);

int verb_status(const typed *line, GError **error); /* look.c: what changes nothing */
int verb_whoami(const typed *line, GError **error);
int verb_deploys(const typed *line, GError **error);
int verb_metrics(const typed *line, GError **error);
int verb_journeys(const typed *line, GError **error);

int verb_backup(const typed *line, GError **error); /* keep.c: the orders */
int verb_verify_backup(const typed *line, GError **error);
int verb_restore(const typed *line, GError **error);
int verb_compare(const typed *line, GError **error);

/* The running system the line means; its state in `state` when that is not NULL. */
told *running(const typed *line, json **state, GError **error) G_GNUC_WARN_UNUSED_RESULT;
const json *pool_in(const json *state, const char *pool);

#endif
