/* verbs.h - what each row of the table calls.
 *
 * One function per row, named after it; dispatch is made from this list and checked against the table by a
 * test. A verb returns its exit code, or sets `error` and returns anything: main prints it once. */
#ifndef WARROOM_CLI_VERBS_H
#define WARROOM_CLI_VERBS_H

#include "call.h"

/* Each verb's function, by its row's name with '_' for ' '. */
#define VERBS(EACH)                                                                                          \
    EACH(start)                                                                                              \
    EACH(status)                                                                                             \
    EACH(note)                                                                                               \
    EACH(impact)                                                                                             \
    EACH(run)                                                                                                \
    EACH(pause)                                                                                              \
    EACH(resume)                                                                                             \
    EACH(abort)                                                                                              \
    EACH(retry)                                                                                              \
    EACH(skip)                                                                                               \
    EACH(undo)                                                                                               \
    EACH(check)                                                                                              \
    EACH(init)                                                                                               \
    EACH(trust)                                                                                              \
    EACH(verify)                                                                                             \
    EACH(watch)                                                                                              \
    EACH(completion)                                                                                         \
    EACH(help)                                                                                               \
    EACH(incident_list)                                                                                      \
    EACH(incident_show)                                                                                      \
    EACH(incident_assign)                                                                                    \
    EACH(incident_take)                                                                                      \
    EACH(incident_severity)                                                                                  \
    EACH(incident_close)                                                                                     \
    EACH(incident_reopen)                                                                                    \
    EACH(step_list)                                                                                          \
    EACH(step_show)                                                                                          \
    EACH(step_done)                                                                                          \
    EACH(step_adopt)                                                                                         \
    EACH(step_mark)                                                                                          \
    EACH(gate_list)                                                                                          \
    EACH(gate_show)                                                                                          \
    EACH(gate_pass)                                                                                          \
    EACH(playbook_list)                                                                                      \
    EACH(playbook_show)                                                                                      \
    EACH(metric_list)                                                                                        \
    EACH(metric_show)                                                                                        \
    EACH(metric_test)                                                                                        \
    EACH(trigger_list)                                                                                       \
    EACH(trigger_show)                                                                                       \
    EACH(trigger_event)                                                                                      \
    EACH(template_list)                                                                                      \
    EACH(template_show)                                                                                      \
    EACH(template_render)                                                                                    \
    EACH(template_fields)                                                                                    \
    EACH(journal_list)                                                                                       \
    EACH(journal_show)                                                                                       \
    EACH(journal_export)

/* A row without its verb does not link. */
#define VERB_DECLARE(name) int verb_##name(call *self, GError **error);
VERBS(VERB_DECLARE)

#endif
