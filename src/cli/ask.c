#include "ask.h"

#include "base/fail.h"
#include "confirm.h"
#include "link/surroundings.h"
#include "world/state.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

void asking_close(asking *self)
{
    g_clear_pointer(&self->client, client_close);
    g_clear_pointer(&self->config, found_free);
    g_clear_pointer(&self->settings, settings_free);
}

bool is_guest(const call *self)
{
    struct stat place;
    return stat(self->state, &place) == 0 && place.st_uid != geteuid() && geteuid() != 0;
}

static bool read_settings(call *self, asking *result, GError **error)
{
    g_autoptr(search) search = search_new(self->config, self->state);
    result->settings = search_settings(search, &result->config, error);
    return result->settings != NULL;
}

/* A person may end an engine that stands still; the one that follows goes on where the journal says. */
static bool asks_to_end(gint pid, void *context)
{
    (void)context;
    if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
        return false;
    g_autofree char *question =
        g_strdup_printf("engine has not answered for %d s (pid %d). y ends it and starts "
                        "another, nothing noted is lost:",
                        (int)(CLIENT_PATIENCE / SPAN_SECOND), pid);
    g_autofree char *answer = confirm_line(question);
    return g_strcmp0(answer, "y") == 0;
}

/* A test of a source may take as long as the source is given; everything else is answered at once. */
static span patience_of(const call *self, const asking *way)
{
    span longest = 0;
    if (strcmp(self->row->name, "metric test") != 0 || way->settings == NULL)
        return 0;
    for (guint i = 0; i < way->settings->sources->len; i++)
        longest = MAX(longest, ((const source *)g_ptr_array_index(way->settings->sources, i))->timeout);
    return CLIENT_PATIENCE + longest;
}

static client_wish wish_of(const call *self, const asking *way, bool any_config)
{
    return (client_wish){ .state = self->state,
                          .config = way->config != NULL ? way->config->path : "",
                          .me = self->me,
                          .means = "cli",
                          .any_config = any_config,
                          .patience = patience_of(self, way),
                          .on_silent = asks_to_end };
}

bool asking_open(call *self, asking *result, GError **error)
{
    bool stops = (self->row->needs & STOPS) != 0, guest = is_guest(self);
    g_autoptr(GError) trouble = NULL;
    if (!read_settings(self, result, &trouble) && !stops && !guest) {
        g_propagate_error(error, g_steal_pointer(&trouble));
        return false;
    }
    client_wish wish = wish_of(self, result, stops || guest);
    if (guest || trouble != NULL) {
        result->client = client_look(&wish, error);
        return result->client != NULL;
    }
    g_autofree char *state = state_open(NULL, error);
    if (state == NULL)
        return false;
    result->client = client_open(&wish, error);
    return result->client != NULL;
}

client *asking_look(call *self, GError **error)
{
    g_auto(asking) way = { 0 };
    g_autoptr(GError) trouble = NULL;
    bool read = read_settings(self, &way, NULL);
    client_wish wish = wish_of(self, &way, !read || is_guest(self));
    client *engine = client_look(&wish, &trouble);
    if (engine == NULL && !g_error_matches(trouble, ERR, ERR_NOT_FOUND))
        g_propagate_error(error, g_steal_pointer(&trouble));
    return engine;
}

static json *args_of(const call *self, const json *args)
{
    json *whole = json_deep_copy(args);
    json_put_text(whole, "incident", self->incident);
    json_put_text(whole, "reason", self->reason);
    json_put_text(whole, "confirm", self->confirm);
    if (self->yes)
        json_put_flag(whole, "yes", true);
    return whole;
}

bool ask(call *self, asking *way, const char *verb, const json *args, json **answer, GError **error)
{
    char *const *pass = way->settings != NULL ? way->settings->steps_pass : NULL;
    g_autoptr(json) environment = surroundings_matter(verb) ? surroundings_json(pass) : NULL;
    for (bool again = false;; again = true) {
        g_autoptr(json) whole = args_of(self, args);
        g_autoptr(GError) refusal = NULL;
        if (client_ask(way->client, verb, whole, environment, answer, &refusal))
            return true;
        const char *name = json_text(client_refusal(way->client), "confirm", NULL);
        if (again || name == NULL || self->confirm != NULL || !confirm_is_attended()) {
            g_propagate_error(error, g_steal_pointer(&refusal));
            return false;
        }
        if (!confirm_name(self, name, error))
            return false;
    }
}
