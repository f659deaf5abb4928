#include "communicate/field.h"

#include <string.h>

const char *const field_filled_names[] = { "records", "you", NULL };

static const field_row rows[] = {
    { "id", FILLED_BY_RECORDS, "the incident: INC-0042", NULL },
    { "title", FILLED_BY_RECORDS, "what it was opened as", NULL },
    { "service", FILLED_BY_RECORDS, "the service that has it", NULL },
    { "environment", FILLED_BY_RECORDS, "where that service runs: prod", NULL },
    { "severity", FILLED_BY_RECORDS, "low, medium, high, critical", NULL },
    { "state", FILLED_BY_RECORDS, "where the work is: detected to closed", NULL },
    { "outcome", FILLED_BY_RECORDS, "what it was closed as", NULL },
    { "reason", FILLED_BY_RECORDS, "why it was closed so", NULL },
    { "drill", FILLED_BY_RECORDS, "true in a drill", NULL },
    { "commander", FILLED_BY_RECORDS, "who is in command", NULL },
    { "operator", FILLED_BY_RECORDS, "who runs the steps", NULL },
    { "communications", FILLED_BY_RECORDS, "who writes the messages", NULL },
    { "approver", FILLED_BY_RECORDS, "who approves", NULL },
    { "scribe", FILLED_BY_RECORDS, "who keeps the timeline", NULL },
    { "opened", FILLED_BY_RECORDS, "when it was opened, in UTC", NULL },
    { "began", FILLED_BY_RECORDS, "when impact began, in UTC", NULL },
    { "closed", FILLED_BY_RECORDS, "when it was closed, in UTC", NULL },
    { "duration", FILLED_BY_RECORDS, "from its beginning to its end or to now, in words", NULL },
    { "now", FILLED_BY_RECORDS, "when the text is written, in UTC", NULL },
    { "ref", FILLED_BY_RECORDS, "the last record and the head of its chain: proof of what was known", NULL },
    { "notes", FILLED_BY_RECORDS, "the timeline's notes, a list", NULL },
    { "last_notes", FILLED_BY_RECORDS, "the last five of them, a list", NULL },
    { "time", FILLED_BY_RECORDS, "when it happened", "notes" },
    { "by", FILLED_BY_RECORDS, "who wrote it", "notes" },
    { "text", FILLED_BY_RECORDS, "what it says", "notes" },
    { "playbook", FILLED_BY_RECORDS, "the title of the playbook that is run", NULL },
    { "target", FILLED_BY_RECORDS, "what it is run on", NULL },
    { "plan_digest", FILLED_BY_RECORDS, "the plan's digest, to which an approval is bound", NULL },
    { "run_state", FILLED_BY_RECORDS, "prepared, going, paused, halted, ended", NULL },
    { "step_number", FILLED_BY_RECORDS, "the current step, counted from 1", NULL },
    { "step_title", FILLED_BY_RECORDS, "its title", NULL },
    { "step_count", FILLED_BY_RECORDS, "how many steps the playbook has", NULL },
    { "open_gates", FILLED_BY_RECORDS, "gates that wait for a person, a list", NULL },
    { "title", FILLED_BY_RECORDS, "what the gate asks", "open_gates" },
    { "owner", FILLED_BY_RECORDS, "who may say so", "open_gates" },
    { "symptom", FILLED_BY_YOU, "what people notice, a sentence: Some customers cannot pay.", NULL },
    { "affected", FILLED_BY_YOU, "who and how many, a few words: about 8 % of payments", NULL },
    { "cause", FILLED_BY_YOU, "the cause, a sentence: A release made payments slow.", NULL },
    { "remedy", FILLED_BY_YOU, "what is or was done about it, a sentence", NULL },
    { "advice", FILLED_BY_YOU, "what people can do themselves, a sentence", NULL },
    { "partner_advice", FILLED_BY_YOU, "what partners must do or expect, a sentence", NULL },
    { "next_steps", FILLED_BY_YOU, "what comes next, a sentence", NULL },
    { "next_update", FILLED_BY_YOU, "when people hear again: 14:26 UTC", NULL },
    { "risk", FILLED_BY_YOU, "what the rollback itself may break, a sentence", NULL },
    { "contact", FILLED_BY_YOU, "where questions go: help@example.org", NULL },
    { "press_contact", FILLED_BY_YOU, "where journalists ask", NULL },
};

const field_row *fields_all(gsize *count)
{
    *count = G_N_ELEMENTS(rows);
    return rows;
}

const field_row *field_find(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    return NULL;
}
