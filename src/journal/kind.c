#include "journal/kind.h"

#include <string.h>

/* A field is name:type, '?' before it when it may be absent, types with '|' between them when it may be either:
 * text whole decimal flag object list. Fields that end in _us are microseconds.
 *
 * A telling has its fields in braces, {field} or {field:as}; ways[] below says as what. What stands in brackets is
 * told only when every field inside is there and has words (not "", false, or an empty list). */
/* clang-format off */
static const kind kinds[] = {
    /* ---- the house stream ---- */
    { "house.engine_started", 1, "house", "version:text pid:whole me:text", "engine {version} started by {me}, process {pid}" },
    { "house.engine_left", 1, "house", "", "engine left: nothing is open" },
    { "house.settings_loaded", 1, "house", "file:text digest:text", "configuration loaded[: {file}]" },
    { "house.stream_opened", 1, "house", "stream:text title:text ?service:text", "{stream} opened: {title}[ ({service})]" },
    { "house.stream_closed", 1, "house", "stream:text number:whole hash:text ?outcome:text", "{stream} closed with record {number}" },
    { "house.clock_stepped", 1, "house", "by_us:whole", "clock stepped by {by_us:span}" },
    { "house.message", 1, "house", "text:text", "{text}" },
    { "trigger.changed", 1, "trigger", "trigger:text from:text to:text ?value:text|decimal ?limit:text|decimal rule:text ?severity:text ?why:text ?kept:object",
      "{trigger}: {to}, was {from}[, value {value}][, limit {limit}] ({rule})[: {why}]" },
    { "event.told", 1, "trigger", "event:text ?text:text", "event {event}[: {text}]" },
    { "source.silent", 1, "trigger", "source:text why:text", "source {source} is silent: {why}" },
    { "source.answered", 1, "trigger", "source:text", "source {source} answers again" },

    /* ---- an incident ---- */
    { "incident.opened", 1, "decision", "id:text title:text ?service:text ?environment:text severity:text ?commander:text ?drill:flag",
      "opened {id}: {title}[, {service}][ {environment}], {severity}[, commander {commander}]" },
    { "incident.severity_set", 1, "decision", "severity:text", "severity is {severity}" },
    { "incident.assigned", 1, "decision", "seat:text name:text", "{seat}: {name}" },
    { "incident.taken", 1, "decision", "name:text ?from:text", "{name} takes command[ from {from}]" },
    { "incident.closed", 1, "decision", "outcome:text ?reason:text", "closed: {outcome}[, {reason}]" },
    { "incident.reopened", 1, "decision", "reason:text", "reopened[: {reason}]" },
    { "impact.set", 1, "impact", "began:whole", "impact began {began:moment}" },
    { "note.added", 1, "note", "text:text", "{text}" },
    { "ask.put", 1, "ask", "name:text text:text due_us:whole", "{name}: {text}" },
    { "ask.answered", 1, "answer", "ask:whole text:text", "to {ask}: {text}" },

    /* ---- a run ---- */
    { "run.prepared", 1, "decision", "run:text plan:object digest:text title:text ?folder:text", "{run}: plan of '{title}' is ready" },
    { "run.started", 1, "decision", "run:text mode:text ?reach:whole ?confirmed:text ?sure:text", "{run}: run {mode:reach}[, '{confirmed}' typed][, '{sure}' typed]" },
    { "run.paused", 1, "decision", "run:text ?why:text", "{run}: paused[: {why}]" },
    { "run.resumed", 1, "decision", "run:text", "{run}: resumed" },
    { "run.halted", 1, "decision", "run:text why:text", "{run}: halted: {why}" },
    { "run.aborted", 1, "decision", "run:text", "{run}: aborted" },
    { "run.ended", 1, "decision", "run:text outcome:text", "{run}: ended, {outcome}" },
    { "step.started", 1, "step", "run:text step:whole ?title:text try:whole what:text ?gate:text folder:text digest:text ?timeout_us:whole",
      "step {step}[ '{title}'] {what}[ for gate {gate}] started[, try {try:again}]" },
    { "step.ended", 1, "step", "run:text step:whole ?title:text try:whole what:text ?gate:text outcome:text code:whole well:flag ?reason:text ?said:text ?asked:whole ?cut:text ?output:whole ?kept:whole ?left:whole ?survivors:list elapsed_us:whole",
      "step {step}[ '{title}'] {what}[ for gate {gate}]: {outcome:ending}[ after {elapsed_us:clock}][: {said}][; output cut at {kept} bytes: {cut}][; processes left behind: {left}][; still there: {survivors}]" },
    { "step.lost", 1, "step", "run:text step:whole ?title:text try:whole what:text ?gate:text why:text", "step {step}[ '{title}'] {what} lost its keeper, outcome unknown: {why}" },
    { "step.interrupted", 1, "step", "run:text step:whole ?title:text try:whole what:text ?gate:text why:text", "step {step}[ '{title}'] {what} interrupted: {why}" },
    { "step.adopted", 1, "step", "run:text step:whole ?title:text try:whole", "step {step}[ '{title}'] adopted: its process is watched without a keeper" },
    { "step.marked", 1, "step", "run:text step:whole ?title:text outcome:text reason:text", "step {step}[ '{title}'] marked {outcome}: {reason}" },
    { "step.done_by_hand", 1, "step", "run:text step:whole ?title:text ?by_whom:text", "step {step}[ '{title}'] done by hand[, by {by_whom}]" },
    { "step.verified", 1, "step", "run:text step:whole ?title:text ?value:text|decimal ?wanted:text|decimal how:text", "step {step}[ '{title}'] verified by {how}[: {value}][, wanted {wanted}]" },
    { "step.unverified", 1, "step", "run:text step:whole ?title:text why:text known:flag", "step {step}[ '{title}'] not verified: {why}" },
    { "step.skipped", 1, "step", "run:text step:whole ?title:text reason:text", "step {step}[ '{title}'] skipped: {reason}" },
    { "step.undo_asked", 1, "step", "run:text step:whole ?title:text", "step {step}[ '{title}']: undo asked" },
    { "step.retry_asked", 1, "step", "run:text step:whole ?title:text", "step {step}[ '{title}']: another try asked" },
    { "step.handed_on", 1, "step", "run:text step:whole ?title:text values:object ?refused:list", "step {step}[ '{title}'][ hands on {values:names}][; not handed on: {refused}]" },
    { "gate.passed", 1, "gate", "run:text gate:text how:text ?value:text|decimal ?wanted:text|decimal ?reason:text", "gate {gate} passed, {how}[: {value}][, wanted {wanted}][, because {reason}]" },
    { "gate.failed", 1, "gate", "run:text gate:text ?value:text|decimal ?wanted:text|decimal why:text", "gate {gate} failed: {why}" },
    { "gate.withdrawn", 1, "gate", "run:text gate:text", "gate {gate} withdrawn" },
    { "evidence.kept", 1, "evidence", "file:text digest:text bytes:whole", "kept {file}, {bytes} bytes" },
};
/* clang-format on */

/* One field of a shape: a view into its text. */
typedef struct field {
    const char *name, *types;
    gsize name_length, types_length;
    bool may_be_absent;
} field;

/* The next field at `shape`, and what follows it; NULL at the end. */
static const char *field_scan(const char *shape, field *result)
{
    shape += strspn(shape, " ");
    if (*shape == '\0')
        return NULL;
    result->may_be_absent = *shape == '?';
    result->name = shape + (result->may_be_absent ? 1 : 0);
    result->name_length = strcspn(result->name, ":");
    result->types = result->name + result->name_length + 1;
    result->types_length = strcspn(result->types, " ");
    return result->types + result->types_length;
}

const kind *kinds_all(gsize *count)
{
    *count = G_N_ELEMENTS(kinds);
    return kinds;
}

const kind *kind_find(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    return NULL;
}

bool kind_knows(const record *self)
{
    const kind *row = kind_find(self->kind);
    return row != NULL && self->version >= 1 && self->version <= row->version;
}

/* A decimal that JSON cannot write stands as its name (json_put_decimal). */
static bool is_decimal(const json *value)
{
    static const char *const names[] = { "NaN", "+Inf", "-Inf", NULL };
    const char *text = json_string_value(value);
    return json_is_number(value) || (text != NULL && g_strv_contains(names, text));
}

static bool is_of_type(const json *value, const char *type, gsize length)
{
    struct {
        const char *type;
        bool fits;
    } const rows[] = {
        { "text", json_is_string(value) },   { "whole", json_is_integer(value) },
        { "decimal", is_decimal(value) },    { "flag", json_is_boolean(value) },
        { "object", json_is_object(value) }, { "list", json_is_array(value) },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (strlen(rows[i].type) == length && strncmp(rows[i].type, type, length) == 0)
            return rows[i].fits;
    g_assert_not_reached(); /* a slip in the table above: a test reads every row */
}

static bool field_fits(const field *self, const json *value)
{
    const char *end = self->types + self->types_length;
    for (const char *type = self->types; type < end; type += strcspn(type, "| ") + 1)
        if (is_of_type(value, type, strcspn(type, "| ")))
            return true;
    return false;
}

/* The first key of the body that the shape does not have; NULL when all are known. */
static const char *body_stranger(const kind *row, const json *body)
{
    const char *key = NULL;
    json *value = NULL;
    json_object_foreach((json *)body, key, value)
    {
        bool known = false;
        field each;
        for (const char *at = field_scan(row->shape, &each); at != NULL && !known; at = field_scan(at, &each))
            known = strlen(key) == each.name_length && strncmp(key, each.name, each.name_length) == 0;
        if (!known)
            return key;
    }
    return NULL;
}

static bool body_fits(const kind *row, const json *body, GError **error)
{
    field each;
    for (const char *at = field_scan(row->shape, &each); at != NULL; at = field_scan(at, &each)) {
        g_autofree char *name = g_strndup(each.name, each.name_length);
        const json *value = json_object_get(body, name);
        if (value == NULL && !each.may_be_absent)
            return fail(error, ERR_FAILED, "%s: '%s' is missing", row->name, name);
        if (value != NULL && !field_fits(&each, value))
            return fail(error, ERR_FAILED, "%s: '%s' is not %.*s", row->name, name, (int)each.types_length,
                        each.types);
    }
    const char *stranger = body_stranger(row, body);
    if (stranger != NULL)
        return fail(error, ERR_FAILED, "%s: '%s' is not a field of it; its fields are: %s", row->name,
                    stranger, row->shape);
    return true;
}

bool kind_fits(const record *self, GError **error)
{
    const kind *row = kind_find(self->kind);
    if (row == NULL)
        return fail(error, ERR_FAILED, "'%s' is not a kind of record", self->kind);
    if (self->version != row->version)
        return fail(error, ERR_FAILED,
                    "%s: version %" G_GINT64_FORMAT " is not written any more or not yet, %" G_GINT64_FORMAT
                    " is",
                    row->name, self->version, row->version);
    g_autoptr(json) body = json_read(self->body, strlen(self->body), error);
    if (body == NULL) {
        g_prefix_error(error, "%s: the body is not JSON: ", row->name);
        return false;
    }
    if (!json_is_object(body))
        return fail(error, ERR_FAILED, "%s: the body is not an object", row->name);
    return body_fits(row, body, error);
}

/* ---- the telling ---- */

static bool is_worth_telling(const json *value)
{
    if (value == NULL || json_is_null(value) || json_is_false(value))
        return false;
    if (json_is_string(value))
        return json_string_length(value) > 0;
    return !json_is_array(value) || json_array_size(value) > 0;
}

static char *list_words(const json *list)
{
    GString *words = g_string_new("");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json *item = json_array_get(list, i);
        g_autofree char *other = json_is_string(item) ? NULL : json_line(item);
        g_string_append_printf(words, "%s%s", i > 0 ? ", " : "",
                               other != NULL ? other : json_string_value(item));
    }
    return g_string_free(words, FALSE);
}

static char *list_names(const json *object)
{
    GString *words = g_string_new("");
    const char *name = NULL;
    json *value = NULL;
    json_object_foreach((json *)object, name, value)
        g_string_append_printf(words, "%s%s", words->len > 0 ? ", " : "", name);
    return g_string_free(words, words->len == 0);
}

char *kind_ending(const json *body)
{
    const char *outcome = json_text(body, "outcome", "");
    const char *reason = json_text(body, "reason", "ended");
    gint64 code = json_whole(body, "code", 0);
    if (strcmp(reason, "timeout") == 0)
        return g_strdup("time-out");
    if (strcmp(reason, "abort") == 0)
        return g_strdup("aborted");
    if (strcmp(outcome, "exited") == 0)
        return g_strdup_printf("exit %" G_GINT64_FORMAT, code);
    if (strcmp(outcome, "signalled") == 0)
        return g_strdup_printf("killed by signal %" G_GINT64_FORMAT, code);
    return g_strdup(strcmp(outcome, "not-started") == 0 ? "not started" : outcome);
}

/* ---- the ways in which a field is told: NULL when there is nothing to tell ---- */

static char *as_moment(const json *value, const json *body)
{
    (void)body;
    return json_is_integer(value) ? moment_human(json_integer_value(value)) : NULL;
}

static bool is_span(const json *value)
{
    return json_is_integer(value) && ABS((double)json_integer_value(value)) <= SPAN_LONGEST;
}

static char *as_span(const json *value, const json *body)
{
    (void)body;
    return is_span(value) ? span_text(json_integer_value(value)) : json_line(value);
}

/* What did not last was not begun. */
static char *as_clock(const json *value, const json *body)
{
    (void)body;
    if (!is_span(value))
        return json_line(value);
    return json_integer_value(value) != 0 ? span_clock(json_integer_value(value)) : NULL;
}

/* The first try needs no word. */
static char *as_again(const json *value, const json *body)
{
    (void)body;
    return json_integer_value(value) != 1 ? json_line(value) : NULL;
}

static char *as_ending(const json *value, const json *body)
{
    (void)value;
    return kind_ending(body);
}

static char *as_names(const json *value, const json *body)
{
    (void)body;
    return list_names(value);
}

static char *as_reach(const json *value, const json *body)
{
    (void)body;
    const char *reach = json_string_value(value);
    if (g_strcmp0(reach, "end") == 0)
        return g_strdup("to the end");
    if (g_strcmp0(reach, "phase") == 0)
        return g_strdup("to the end of the phase");
    return g_strdup(g_strcmp0(reach, "step") == 0 ? "one step" : reach);
}

static char *as_it_is(const json *value)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    if (json_is_string(value))
        return g_strdup(json_string_value(value));
    if (json_is_real(value)) /* 950, not 950.0; 0.1, not 0.10000000000000001 */
        return g_strdup(g_ascii_formatd(digits, sizeof digits, "%.9g", json_real_value(value)));
    return json_is_array(value) ? list_words(value) : json_line(value);
}

static const struct {
    const char *as;
    char *(*words)(const json *value, const json *body);
} ways[] = {
    { "moment", as_moment }, /* microseconds: a day and a time */
    { "span", as_span },     /* microseconds: 1m30s, exact */
    { "clock", as_clock },   /* microseconds: m:ss, as people read it */
    { "again", as_again },   /* a number of tries: untold when it is the first */
    { "ending", as_ending }, /* how a step's process ended */
    { "names", as_names },   /* the names of an object */
    { "reach", as_reach },   /* how far a run goes */
};

static char *value_words(const json *value, const char *as, const json *body)
{
    for (gsize i = 0; as != NULL && i < G_N_ELEMENTS(ways); i++)
        if (strcmp(ways[i].as, as) == 0)
            return ways[i].words(value, body);
    return as_it_is(value);
}

/* Appends the field at `at` ("{name:as}") and gives what follows it; *there becomes false when it is not there. */
static const char *tell_field(GString *into, const json *body, const char *at, bool *there)
{
    const char *end = at + strcspn(at, "}");
    g_autofree char *inside = g_strndup(at + 1, (gsize)(end - at - 1));
    g_auto(GStrv) part = g_strsplit(inside, ":", 2);
    const json *value = json_object_get(body, part[0]);
    g_autofree char *words = is_worth_telling(value) ? value_words(value, part[1], body) : NULL;
    if (words != NULL)
        g_string_append(into, words);
    else
        *there = false;
    return end + 1;
}

static char *tell(const char *telling, const json *body)
{
    GString *text = g_string_new("");
    gsize group = 0;
    bool there = true;
    for (const char *at = telling; *at != '\0';) {
        if (*at == '{') {
            at = tell_field(text, body, at, &there);
        } else if (*at == '[') {
            group = text->len, there = true, at++;
        } else if (*at == ']') {
            g_string_truncate(text, there ? text->len : group);
            at++;
        } else {
            g_string_append_c(text, *at++);
        }
    }
    return g_string_free(text, FALSE);
}

char *kind_tell(const record *self)
{
    if (!kind_knows(self))
        return g_strdup_printf("%s (a newer warroom wrote this)", self->kind);
    return tell(kind_find(self->kind)->telling, record_body(self));
}
