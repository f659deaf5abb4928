/* init: six questions, and a first configuration out of the answers. On a terminal they are asked; without one
 * the options answer them. What is written passes `check`, is trusted as it was written, and never takes the
 * place of a file. Its wording is templates/init.yaml. */
#include "call.h"

#include "communicate/mustache.h"
#include "confirm.h"
#include "verbs.h"
#include "world/files.h"
#include "world/search.h"
#include "world/state.h"
#include "world/trust.h"

#include "base/id.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define TRIES 3 /* wrong answers to one question: then somebody else is typing */
#define TEMPLATE_LARGEST (64 * 1024)

typedef bool (*answer_check)(const char *answer);

static bool is_service(const char *answer)
{
    return id_is_name(answer);
}

static bool is_text(const char *answer)
{
    return answer[0] != '\0';
}

static bool is_address(const char *answer)
{
    return answer[0] == '\0' || g_str_has_prefix(answer, "https://") || g_str_has_prefix(answer, "http://");
}

static bool is_series(const char *answer)
{
    if (!g_ascii_isalpha(*answer) && *answer != '_' && *answer != ':')
        return false;
    for (; *answer != '\0'; answer++)
        if (!g_ascii_isalnum(*answer) && *answer != '_' && *answer != ':')
            return false;
    return true;
}

static bool is_number(const char *answer)
{
    char *end = NULL;
    double number = g_ascii_strtod(answer, &end);
    return answer[0] != '\0' && answer[strspn(answer, "0123456789.-")] == '\0' && *end == '\0' &&
           isfinite(number);
}

/* The options of the row have the same names. */
static const struct question {
    const char *name, *asked, *usual, *wrong;
    answer_check check;
    bool of_metrics; /* asked only when there is an address to read from */
} questions[] = {
    { "service", "The service this is about", "checkout", "letters, digits, '-', '_' and '.', at most 64",
      is_service, false },
    { "environment", "Its environment", "prod", "one word, as prod or staging", is_text, false },
    { "type", "How it is deployed: rolling, blue_green, canary, kubernetes, application, configuration ...",
      "rolling", "one word", is_text, false },
    { "metrics", "The address of its metrics, as http://127.0.0.1:8080/metrics; empty: none yet", "",
      "an address that begins with https:// or http://, or nothing", is_address, false },
    { "series", "The series there that rises when it is in trouble", "errors_per_second",
      "a name as it stands in the metrics", is_series, true },
    { "limit", "Above which value it is in trouble", "5", "a number, as 5 or 0.5", is_number, true },
};

static char *answer_of(const call *self, const struct question *row, GError **error)
{
    const char *given = json_text(self->args, row->name, NULL);
    if (given != NULL || !confirm_is_attended()) {
        if (given == NULL && row == &questions[0])
            fail(error, ERR_USAGE, "cannot init: nobody was asked; --service NAME says what it is about");
        else if (row->check(given != NULL ? given : row->usual))
            return g_strdup(given != NULL ? given : row->usual);
        else
            fail(error, ERR_USAGE, "--%s '%s' is wrong: write %s", row->name, given, row->wrong);
        return NULL;
    }
    for (int i = 0; i < TRIES; i++) {
        g_autofree char *question = g_strdup_printf("%s [%s]:", row->asked, row->usual);
        g_autofree char *answer = confirm_line(question);
        if (answer == NULL)
            break;
        if (row->check(answer[0] != '\0' ? answer : row->usual))
            return g_strdup(answer[0] != '\0' ? answer : row->usual);
        talk(self, "write %s", row->wrong);
    }
    fail(error, ERR_REFUSED, "cannot init: no answer about the %s; nothing was written", row->name);
    return NULL;
}

static json *answers(const call *self, GError **error)
{
    g_autoptr(json) values = json_object();
    json_put_text(values, "me", self->me);
    for (gsize i = 0; i < G_N_ELEMENTS(questions); i++) {
        if (questions[i].of_metrics && json_text(values, "metrics", "")[0] == '\0')
            continue;
        g_autofree char *answer = answer_of(self, &questions[i], error);
        if (answer == NULL)
            return NULL;
        if (answer[0] != '\0')
            json_put_text(values, questions[i].name, answer);
    }
    return g_steal_pointer(&values);
}

static char *render(const json *values, GError **error)
{
    g_autofree char *shipped = search_shipped();
    if (shipped == NULL) {
        fail(error, ERR_NOT_FOUND, "the shipped templates are not there: install warroom whole");
        return NULL;
    }
    gsize length = 0;
    g_autofree char *path = g_build_filename(shipped, "templates", "init.yaml", NULL);
    g_autofree char *text = file_read(path, TEMPLATE_LARGEST, &length, error);
    g_autoptr(mustache) wording = text != NULL ? mustache_compile(path, text, length, error) : NULL;
    if (wording == NULL)
        return NULL;
    g_autoptr(complaints) missing = complaints_new();
    GString *out = g_string_new(NULL);
    bool good = mustache_render(wording, values, ESCAPE_JSON, NULL, NULL, out, missing, error);
    return g_string_free(out, !good);
}

/* What init writes, `check` must like: an answer that breaks it is told here, before there is a file. */
static bool passes(const char *text, GError **error)
{
    g_autoptr(complaints) wrong = complaints_new();
    g_autoptr(settings) so = settings_read(CONFIG_NAME, text, strlen(text), wrong);
    if (so != NULL || complaints_settle(wrong, error))
        return true;
    g_prefix_error(error, "cannot init: an answer does not fit; nothing was written\n");
    return false;
}

static bool write_down(const char *path, const char *text, char digest[DIGEST_SIZE], GError **error)
{
    g_autofree char *state = state_open(NULL, error);
    digest_bytes(text, strlen(text), digest);
    return state != NULL && file_write_new(path, text, strlen(text), 0644, error) &&
           trust_add(state, path, digest, error);
}

int verb_init(call *self, GError **error)
{
    char digest[DIGEST_SIZE];
    const char *folder = json_text(self->args, "folder", ".");
    g_autofree char *place = g_canonicalize_filename(folder, NULL);
    g_autofree char *path = g_build_filename(place, CONFIG_NAME, NULL);
    if (g_file_test(path, G_FILE_TEST_EXISTS | G_FILE_TEST_IS_SYMLINK)) {
        fail(error, ERR_REFUSED, "%s is there already: it is not overwritten", path);
        return ERR_REFUSED;
    }
    g_autoptr(json) values = answers(self, error);
    g_autofree char *text = values != NULL ? render(values, error) : NULL;
    if (text == NULL || !passes(text, error))
        return ERR_FAILED;
    if (self->dry_run) {
        say_bytes(self, text, strlen(text));
        return 0;
    }
    if (!write_down(path, text, digest, error))
        return ERR_FAILED;
    json *document = json_object();
    json_put_text(document, "written", path);
    json_put_text(document, "digest", digest);
    say_json(self, document);
    say(self, "%s is written, and trusted as it is", path);
    talk(self, "next: warroom check");
    return 0;
}
