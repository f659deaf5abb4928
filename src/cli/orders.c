/* orders.c - the verbs that are one question to the engine: sent, answered, told in a line each. */
#include "orders.h"
#include "ask.h"
#include "base/fail.h"
#include "journal/kind.h"
#include "verbs.h"

void orders_tell(call *self, const json *answer)
{
    const json *records = json_object_get(answer, "records");
    for (size_t i = 0; i < json_array_size(records); i++) {
        g_autoptr(record) record = record_from_json(json_array_get(records, i), NULL);
        if (record == NULL)
            continue;
        g_autofree char *sentence = kind_tell(record);
        say(self, "%s/%" G_GINT64_FORMAT " %s", record->stream, record->number, sentence);
    }
    const char *unwritten = json_text(answer, "unwritten", NULL);
    if (unwritten != NULL)
        say(self, "%s: it holds from now on; the journal has it as soon as it takes records again (%s)",
            self->row->name, unwritten);
    if (json_flag(answer, "again", false))
        talk(self, "this was asked before and was done then; nothing was done twice");
    if (!self->json)
        return;
    json *document = json_object();
    json_put(document, "again", json_boolean(json_flag(answer, "again", false)));
    json_put(document, "data", json_incref(json_object_get(answer, "data")));
    json_put(document, "records", json_incref((json *)records));
    json_put_text(document, "unwritten", unwritten);
    say_json(self, document);
}

/* With --dry-run nothing is sent, not even a question: what would be is shown. */
int orders_dry(call *self)
{
    g_autofree char *args = json_line(self->args);
    say(self, "dry run: '%s' %s would be sent to the engine; nothing was", self->row->name, args);
    say_json(self, json_pack("{s:b, s:s, s:O}", "dry_run", 1, "verb", self->row->name, "args", self->args));
    return 0;
}

static int order(call *self, GError **error)
{
    if (self->dry_run)
        return orders_dry(self);
    g_auto(asking) way = { 0 };
    g_autoptr(json) answer = NULL;
    if (!asking_open(self, &way, error) || !ask(self, &way, self->row->name, self->args, &answer, error))
        return ERR_FAILED;
    orders_tell(self, answer);
    return 0;
}

#define ORDER(name)                                                                                          \
    int verb_##name(call *self, GError **error)                                                              \
    {                                                                                                        \
        return order(self, error);                                                                           \
    }

ORDER(start)
ORDER(note)
ORDER(impact)
ORDER(pause)
ORDER(resume)
ORDER(abort)
ORDER(retry)
ORDER(skip)
ORDER(undo)
ORDER(step_done)
ORDER(step_adopt)
ORDER(step_mark)
ORDER(gate_pass)
ORDER(incident_assign)
ORDER(incident_take)
ORDER(incident_severity)
ORDER(incident_close)
ORDER(incident_reopen)
ORDER(trigger_event)
