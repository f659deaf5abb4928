#include "asking.h"

#include "detect/exposition.h"
#include "world/clock.h"
#include "world/process.h"
#include "world/secret.h"

#include <string.h>

struct asking {
    http *client;
    const source *source;
    const GPtrArray *metrics;
    char *folder;
    asking_done done;
    void *context;
    uptime began;
    guint idle;

    http_call *call;
    process *running;
    exposition *text;
    GError *error; /* of the text */
    char *missing; /* what to say of a metric that a command should have printed as one number; NULL */
};

static void asking_free(asking *self)
{
    if (self->idle != 0)
        g_source_remove(self->idle);
    exposition_free(self->text);
    g_clear_error(&self->error);
    g_free(self->missing);
    g_free(self->folder);
    g_free(self);
}

void asking_cancel(asking *self)
{
    if (self == NULL)
        return;
    http_cancel(self->call);
    if (self->running != NULL)
        process_cancel(self->running);
    asking_free(self);
}

static const metric *metric_at(const asking *self, guint index)
{
    return g_ptr_array_index(self->metrics, index);
}

/* Tells, and ends it. Takes the readings. */
static void tell(asking *self, asked *answer)
{
    answer->count = self->metrics->len;
    answer->took = clock_now().up - self->began;
    self->done(answer, self->context);
    for (guint i = 0; i < answer->count; i++)
        reading_clear(&answer->readings[i]);
    g_free(answer->readings);
    asking_free(self);
}

static void tell_silence(asking *self, reading_state state, const char *why)
{
    g_autofree char *kept = g_strdup(why);
    asked answer = { .readings = g_new0(reading, self->metrics->len + 1) };
    uptime now = clock_now().up;
    for (guint i = 0; i < self->metrics->len; i++)
        answer.readings[i] = reading_without(state, now, kept);
    reading one = reading_without(state, now, kept);
    g_autofree char *words = reading_words(&one);
    reading_clear(&one);
    answer.why = words;
    tell(self, &answer);
}

/* The stamps of the wanted series against our wall clock: the one that differs most. */
static span clock_difference(const asking *self, moment now)
{
    span most = 0;
    for (guint i = 0; i < self->metrics->len; i++) {
        moment stamp = 0;
        if (exposition_stamp(self->text, i, &stamp) && ABS(stamp - now) > ABS(most))
            most = stamp - now;
    }
    return most;
}

static reading reading_found(const asking *self, guint index, uptime now)
{
    reading found = exposition_reading(self->text, index, now);
    if (found.state != READ_EMPTY || self->missing == NULL || metric_at(self, index)->series_said)
        return found;
    reading_clear(&found);
    return reading_without(READ_MALFORMED, now, self->missing);
}

static void tell_text(asking *self)
{
    if (self->error == NULL && !exposition_end(self->text, &self->error)) {
        tell_silence(self, READ_MALFORMED, self->error->message);
        return;
    }
    instant now = clock_now();
    asked answer = { .good = true, .readings = g_new0(reading, self->metrics->len + 1) };
    for (guint i = 0; i < self->metrics->len; i++)
        answer.readings[i] = reading_found(self, i, now.up);
    answer.why = exposition_warning(self->text) != NULL ? exposition_warning(self->text) : "";
    answer.clock_off = clock_difference(self, now.wall);
    tell(self, &answer);
}

/* A command whose metric has no `name:` is meant to print one number. */
static void numbers_missing(asking *self, const GString *output)
{
    g_autofree char *line = g_strndup(output->str, MIN(strcspn(output->str, "\r\n"), 40));
    g_autofree char *shown = g_utf8_make_valid(line, -1);
    g_free(self->missing);
    self->missing = g_strdup_printf("neither one number nor a line of its name: '%s'", shown);
}

static void text_expect(asking *self)
{
    self->text = exposition_new();
    for (guint i = 0; i < self->metrics->len; i++)
        exposition_want(self->text, metric_at(self, i));
}

static bool on_bytes(const char *bytes, gsize length, void *context)
{
    asking *self = context;
    return exposition_feed(self->text, bytes, length, &self->error);
}

static void on_answer(const http_answer *answer, void *context)
{
    static const reading_state states[] = {
        [HTTP_LATE] = READ_LATE,         [HTTP_UNREACHABLE] = READ_UNREACHABLE,
        [HTTP_REFUSED] = READ_REFUSED,   [HTTP_TOO_LARGE] = READ_TOO_LARGE,
        [HTTP_STOPPED] = READ_MALFORMED,
    };
    asking *self = context;
    self->call = NULL;
    if (answer->outcome == HTTP_STOPPED)
        tell_silence(self, READ_MALFORMED, self->error->message);
    else if (answer->outcome != HTTP_ANSWERED)
        tell_silence(self, states[answer->outcome], answer->why);
    else {
        if (g_str_has_prefix(answer->type, "application/openmetrics-text"))
            exposition_is_openmetrics(self->text);
        tell_text(self);
    }
}

/* "Name: file:/path" becomes "Name: " and what the file holds. */
static char *header_fill(const char *header, GError **error)
{
    const char *value = strchr(header, ':') + 1;
    value += strspn(value, " ");
    secret_kind kind = secret_is(value);
    if (kind != SECRET_FILE && kind != SECRET_ENV)
        return g_strdup(header);
    char *secret = secret_read(value, error);
    if (secret == NULL)
        return NULL;
    g_autofree char *name = g_strndup(header, (gsize)(value - header));
    char *filled = g_strconcat(name, secret, NULL);
    secret_free(secret);
    return filled;
}

static char **headers_fill(const source *from, GError **error)
{
    g_autoptr(GStrvBuilder) filled = g_strv_builder_new();
    g_strv_builder_add(filled,
                       "Accept: text/plain;version=0.0.4, application/openmetrics-text;version=1.0.0;q=0.5");
    for (char **header = from->headers; header != NULL && *header != NULL; header++) {
        g_autofree char *one = header_fill(*header, error);
        if (one == NULL)
            return NULL;
        g_strv_builder_add(filled, one);
    }
    return g_strv_builder_end(filled);
}

static char *place(const asking *self, const char *path)
{
    return path == NULL ? NULL : g_canonicalize_filename(path, self->folder);
}

static void ask_http(asking *self, const char *token)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) headers = headers_fill(self->source, &error);
    if (headers == NULL) {
        tell_silence(self, READ_REFUSED, error->message);
        return;
    }
    g_autofree char *ca = place(self, self->source->ca);
    http_request request = {
        .url = self->source->url,
        .headers = (const char *const *)headers,
        .bearer = token,
        .ca = ca,
        .insecure = self->source->insecure,
        .timeout = self->source->timeout,
        .largest = EXPOSITION_LARGEST,
    };
    text_expect(self);
    self->call = http_ask(self->client, &request, on_bytes, on_answer, self);
}

/* One decimal number and nothing else; or NaN, Inf. */
static bool number_read(const char *text, gsize length, double *number)
{
    g_autofree char *line = g_strndup(text, MIN(length, 64));
    char *end = NULL;
    g_strstrip(line);
    if (length > 64 || *line == '\0' || strpbrk(line, "xX") != NULL)
        return false;
    *number = g_ascii_strtod(line, &end);
    return *end == '\0';
}

static void tell_number(asking *self, double number)
{
    uptime now = clock_now().up;
    asked answer = { .good = true, .why = "", .readings = g_new0(reading, self->metrics->len + 1) };
    for (guint i = 0; i < self->metrics->len; i++)
        answer.readings[i] = metric_at(self, i)->series_said
                                 ? reading_without(READ_EMPTY, now, "it printed one number, without names")
                                 : reading_of(number * metric_at(self, i)->scale, now);
    tell(self, &answer);
}

static void tell_output(asking *self, const GString *output)
{
    double number = 0;
    if (strspn(output->str, " \t\r\n") == output->len) {
        tell_silence(self, READ_EMPTY, "it printed nothing");
    } else if (number_read(output->str, output->len, &number)) {
        tell_number(self, number);
    } else {
        text_expect(self);
        numbers_missing(self, output);
        /* That it ended by itself says that it is whole: a last line without an end is one. */
        bool whole = output->str[output->len - 1] == '\n';
        if (!exposition_feed(self->text, output->str, output->len, &self->error) ||
            (!whole && !exposition_feed(self->text, "\n", 1, &self->error)))
            tell_silence(self, READ_MALFORMED, self->error->message);
        else
            tell_text(self);
    }
}

/* "exit 3: no such queue", the first line of what it said. */
static char *failure_words(const process_result *result, const process_order *order)
{
    g_autofree char *words = process_result_words(result, order);
    g_autofree char *said = g_strndup(result->says->str, MIN(strcspn(result->says->str, "\r\n"), 200));
    g_autofree char *shown = g_utf8_make_valid(said, -1);
    return *g_strstrip(shown) != '\0' ? g_strdup_printf("%s: %s", words, shown) : g_strdup(words);
}

static process_order order_of(const asking *self, const char *const *arguments, gsize limit)
{
    return (process_order){
        .arguments = arguments, .cwd = self->folder, .timeout = self->source->timeout, .limit = limit
    };
}

/* True when it did what it should; else the silence was told. */
static bool command_was_good(asking *self, const process_result *result, gsize limit)
{
    process_order order = order_of(self, NULL, limit);
    if (result->timed_out) {
        g_autofree char *words = process_result_words(result, &order);
        tell_silence(self, READ_LATE, words);
    } else if (result->exit_code != 0) {
        g_autofree char *words = failure_words(result, &order);
        tell_silence(self, READ_REFUSED, words);
    } else if (result->cut && result->output->len >= limit) {
        g_autofree char *words = limit >= 1024 * 1024 ? g_strdup_printf("answer larger than %zu MB: refused",
                                                                        limit / (1024 * 1024))
                                                      : g_strdup("the secret is too large");
        tell_silence(self, READ_TOO_LARGE, words);
    } else {
        return true;
    }
    return false;
}

static void on_command(process_result *result, void *context)
{
    asking *self = context;
    self->running = NULL;
    if (command_was_good(self, result, COMMAND_LARGEST))
        tell_output(self, result->output);
}

static void on_token(process_result *result, void *context)
{
    asking *self = context;
    g_autoptr(GError) error = NULL;
    self->running = NULL;
    if (!command_was_good(self, result, SECRET_LARGEST))
        return;
    char *token = secret_trim(self->source->token, result->output->str, result->output->len, &error);
    if (token == NULL)
        tell_silence(self, READ_REFUSED, error->message);
    else
        ask_http(self, token);
    secret_free(token);
}

static void run(asking *self, char **arguments, gsize limit, process_done then)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *program = strchr(arguments[0], '/') != NULL ? place(self, arguments[0]) : NULL;
    g_autofree const char **line = g_new0(const char *, g_strv_length(arguments) + 1);
    for (guint i = 0; arguments[i] != NULL; i++)
        line[i] = i == 0 && program != NULL ? program : arguments[i];
    process_order order = order_of(self, line, limit);
    self->running = process_start(&order, then, self, &error);
    if (self->running == NULL)
        tell_silence(self, READ_UNREACHABLE, error->message);
}

static char *token_reference(const asking *self)
{
    if (secret_is(self->source->token) != SECRET_FILE)
        return g_strdup(self->source->token);
    g_autofree char *path = place(self, self->source->token + strlen("file:"));
    return g_strconcat("file:", path, NULL);
}

static void ask_metrics(asking *self)
{
    g_autoptr(GError) error = NULL;
    if (self->source->token == NULL) {
        ask_http(self, NULL);
    } else if (secret_is(self->source->token) == SECRET_COMMAND) {
        g_auto(GStrv) words = secret_command(self->source->token, &error);
        if (words == NULL)
            tell_silence(self, READ_REFUSED, error->message);
        else
            run(self, words, SECRET_LARGEST, on_token);
    } else {
        g_autofree char *reference = token_reference(self);
        char *token = secret_read(reference, &error);
        if (token == NULL)
            tell_silence(self, READ_REFUSED, error->message);
        else
            ask_http(self, token);
        secret_free(token);
    }
}

/* From the main loop, so that nothing is told from inside asking_start. */
static gboolean on_begin(gpointer context)
{
    asking *self = context;
    self->idle = 0;
    if (self->source->kind == SOURCE_METRICS)
        ask_metrics(self);
    else
        run(self, self->source->run, COMMAND_LARGEST, on_command);
    return G_SOURCE_REMOVE;
}

asking *asking_start(http *client, const source *source, const GPtrArray *metrics, const char *folder,
                     asking_done done, void *context)
{
    asking *self = g_new0(asking, 1);
    self->client = client;
    self->source = source;
    self->metrics = metrics;
    self->folder = g_canonicalize_filename(folder, NULL);
    self->done = done;
    self->context = context;
    self->began = clock_now().up;
    self->idle = g_idle_add_full(G_PRIORITY_DEFAULT, on_begin, self, NULL);
    return self;
}
