#include "incident/incident.h"

#include "journal/kind.h"

#include <string.h>

const char *const incident_state_names[] = { "detected", "analyzed",  "decided", "planned", "executing",
                                             "executed", "verifying", "closed",  NULL };
const char *const incident_outcomes[] = { "rollback successful",
                                          "rollback verification failed",
                                          "fixed forward",
                                          "monitored",
                                          "aborted",
                                          "false alarm",
                                          "error",
                                          NULL };
const char *const seat_names[] = { "commander", "operator", "communications", "approver", "scribe", NULL };

static void note_free(gpointer data)
{
    note *self = data;
    g_free(self->by);
    g_free(self->text);
    g_free(self);
}

incident *incident_new(const char *id)
{
    incident *self = g_new0(incident, 1);
    self->id = g_strdup(id);
    self->title = g_strdup("");
    self->service = g_strdup("");
    self->environment = g_strdup("");
    self->seats = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->notes = g_ptr_array_new_with_free_func(note_free);
    self->began = self->closed = MOMENT_NONE;
    return self;
}

void incident_free(incident *self)
{
    if (self == NULL)
        return;
    g_free(self->id);
    g_free(self->title);
    g_free(self->service);
    g_free(self->environment);
    g_free(self->outcome);
    g_free(self->reason);
    g_hash_table_unref(self->seats);
    g_ptr_array_unref(self->notes);
    g_free(self);
}

bool incident_is_open(const incident *self)
{
    return self->state != INCIDENT_CLOSED;
}

bool incident_may_grow(const incident *self)
{
    return self->unknown == 0;
}

const char *incident_commander(const incident *self)
{
    return g_hash_table_lookup(self->seats, "commander");
}

char *incident_id(const char *family, guint last)
{
    return g_strdup_printf("%s-%04u", family, last + 1);
}

static severity severity_of(const json *body, severity absent)
{
    const char *word = json_text(body, "severity", "");
    for (int i = 0; severity_names[i] != NULL; i++)
        if (strcmp(severity_names[i], word) == 0)
            return (severity)i;
    return absent;
}

static void set(char **place, const char *text)
{
    g_free(*place);
    *place = g_strdup(text);
}

static void seat(incident *self, const char *seat, const char *name)
{
    if (name != NULL && name[0] != '\0')
        g_hash_table_replace(self->seats, g_strdup(seat), g_strdup(name));
    else
        g_hash_table_remove(self->seats, seat);
}

static void fold_opened(incident *self, const record *record, const json *body)
{
    set(&self->title, json_text(body, "title", ""));
    set(&self->service, json_text(body, "service", ""));
    set(&self->environment, json_text(body, "environment", ""));
    self->severity = severity_of(body, SEVERITY_MEDIUM);
    self->drill = json_flag(body, "drill", false);
    self->opened = record->happened;
    seat(self, "commander", json_text(body, "commander", NULL));
}

static void fold_note(incident *self, const record *record, const json *body)
{
    note *kept = g_new0(note, 1);
    kept->number = record->number;
    kept->happened = record->happened;
    kept->by = g_strdup(record->by.name);
    kept->text = g_strdup(json_text(body, "text", ""));
    g_ptr_array_add(self->notes, kept);
}

static void fold_closed(incident *self, const record *record, const json *body)
{
    self->state = INCIDENT_CLOSED;
    self->closed = record->happened;
    set(&self->outcome, json_text(body, "outcome", ""));
    set(&self->reason, json_text(body, "reason", NULL));
}

static void fold_reopened(incident *self)
{
    self->state = INCIDENT_DETECTED;
    self->closed = MOMENT_NONE;
    self->reopened++;
    set(&self->outcome, NULL);
    set(&self->reason, NULL);
}

/* Where the work is follows from what was done: nobody sets a state by hand. */
static void fold_run(incident *self, const json *body, const char *kind)
{
    if (strcmp(kind, "run.prepared") == 0)
        self->state = INCIDENT_PLANNED;
    else if (strcmp(kind, "run.started") == 0 || strcmp(kind, "run.resumed") == 0)
        self->state = INCIDENT_EXECUTING;
    else if (strcmp(kind, "run.ended") == 0)
        self->state =
            strcmp(json_text(body, "outcome", ""), "done") == 0 ? INCIDENT_EXECUTED : INCIDENT_DECIDED;
}

void incident_fold(incident *self, const record *record)
{
    const char *kind = record->kind;
    const json *body = record_body(record);
    self->number = record->number;
    memcpy(self->head, record->hash, sizeof self->head);
    if (!kind_knows(record)) {
        self->unknown++;
        return;
    }
    if (strcmp(kind, "incident.opened") == 0)
        fold_opened(self, record, body);
    else if (strcmp(kind, "incident.severity_set") == 0)
        self->severity = severity_of(body, self->severity);
    else if (strcmp(kind, "incident.assigned") == 0)
        seat(self, json_text(body, "seat", ""), json_text(body, "name", NULL));
    else if (strcmp(kind, "incident.taken") == 0)
        seat(self, "commander", json_text(body, "name", NULL));
    else if (strcmp(kind, "incident.closed") == 0)
        fold_closed(self, record, body);
    else if (strcmp(kind, "incident.reopened") == 0)
        fold_reopened(self);
    else if (strcmp(kind, "impact.set") == 0)
        self->began = json_whole(body, "began", self->began);
    else if (strcmp(kind, "note.added") == 0)
        fold_note(self, record, body);
    else if (g_str_has_prefix(kind, "run."))
        fold_run(self, body, kind);
}
