#include "notice.h"

#include "base/text.h"
#include "world/process.h"

#include <string.h>

#define DESKTOP_PATIENCE (3 * SPAN_SECOND) /* the helper ends itself after two */
#define COMMAND_PATIENCE (30 * SPAN_SECOND)
#define DESKTOPS_HUNG 4 /* helpers that hang at once: then the desktop is not tried any more for now */
#define NOTICES_MOST 64 /* under way: more at once is a flood, and the screen says so (CONSOLE 8) */
#define SAID_LARGEST 4096

struct notifier {
    const settings *settings;
    char *helper;
    notice_bell bell;
    notice_ended ended;
    void *context;
    GPtrArray *notices; /* under way */
    guint desktops;     /* helpers running */
};

typedef struct notice {
    notifier *owner;
    char *title, *line;
    severity severity;
    guint step; /* of `notify:` */
    GString *trouble;
    process *running;
    bool desktop; /* what runs is the helper */
} notice;

static void notice_try(notice *self);

notifier *notice_new(const settings *settings, const char *helper, notice_bell bell, notice_ended ended,
                     void *context)
{
    notifier *self = g_new0(notifier, 1);
    self->settings = settings;
    self->helper = g_strdup(helper);
    self->bell = bell;
    self->ended = ended;
    self->context = context;
    self->notices = g_ptr_array_new();
    return self;
}

static void notice_drop(notice *self)
{
    if (self->running != NULL)
        process_cancel(self->running);
    g_ptr_array_remove_fast(self->owner->notices, self);
    g_string_free(self->trouble, TRUE);
    g_free(self->title);
    g_free(self->line);
    g_free(self);
}

void notice_free(notifier *self)
{
    if (self == NULL)
        return;
    while (self->notices->len > 0)
        notice_drop(g_ptr_array_index(self->notices, self->notices->len - 1));
    g_ptr_array_unref(self->notices);
    g_free(self->helper);
    g_free(self);
}

static void notice_end(notice *self, const char *means)
{
    if (self->owner->ended != NULL)
        self->owner->ended(self->line, means, self->trouble->str, self->owner->context);
    notice_drop(self);
}

static void notice_failed(notice *self, const char *means, const char *why)
{
    g_string_append_printf(self->trouble, "%s%s: %s", self->trouble->len > 0 ? "; " : "", means, why);
    self->step++;
    notice_try(self);
}

static void on_ended(process_result *result, void *context)
{
    notice *self = context;
    const char *means = self->desktop ? "desktop" : "command";
    self->running = NULL;
    self->owner->desktops -= self->desktop;
    if (!result->timed_out && result->exit_code == 0) {
        notice_end(self, means);
        return;
    }
    process_order order = { .timeout = self->desktop ? DESKTOP_PATIENCE : COMMAND_PATIENCE };
    g_autofree char *said = text_visible(result->says->str, (gssize)strcspn(result->says->str, "\n"));
    g_autofree char *words = *said != '\0' ? g_strdup(said) : process_result_words(result, &order);
    notice_failed(self, means, words);
}

static void notice_run(notice *self, const char *const *arguments, bool desktop)
{
    g_autoptr(GError) error = NULL;
    process_order order = { .arguments = arguments,
                            .timeout = desktop ? DESKTOP_PATIENCE : COMMAND_PATIENCE,
                            .limit = SAID_LARGEST };
    self->desktop = desktop;
    self->running = process_start(&order, on_ended, self, &error);
    if (self->running == NULL)
        notice_failed(self, desktop ? "desktop" : "command", error->message);
    else
        self->owner->desktops += desktop;
}

static void try_desktop(notice *self)
{
    static const char *const urgency[] = { [SEVERITY_LOW] = "low",
                                           [SEVERITY_MEDIUM] = "normal",
                                           [SEVERITY_HIGH] = "critical",
                                           [SEVERITY_CRITICAL] = "critical" };
    const char *const arguments[] = { self->owner->helper, urgency[self->severity], self->title, self->line,
                                      NULL };
    if (self->owner->desktops >= DESKTOPS_HUNG)
        notice_failed(self, "desktop", "it has not answered earlier notices yet");
    else
        notice_run(self, arguments, true);
}

static void try_command(notice *self)
{
    char **command = self->owner->settings->notify_command;
    guint count = command != NULL ? g_strv_length(command) : 0;
    if (count == 0) {
        notice_failed(self, "command", "none is configured");
        return;
    }
    g_autofree const char **arguments = g_new0(const char *, count + 2);
    for (guint i = 0; i < count; i++)
        arguments[i] = command[i];
    arguments[count] = self->line;
    notice_run(self, arguments, false);
}

static void notice_try(notice *self)
{
    char **order = self->owner->settings->notify;
    const char *means = order != NULL && self->step < g_strv_length(order) ? order[self->step] : NULL;
    if (means == NULL)
        notice_end(self, NULL);
    else if (strcmp(means, "desktop") == 0)
        try_desktop(self);
    else if (strcmp(means, "command") == 0)
        try_command(self);
    else if (self->owner->bell != NULL && self->owner->bell(self->line, self->owner->context))
        notice_end(self, "bell");
    else
        notice_failed(self, "bell", "nobody is attached");
}

void notice_give(notifier *self, const char *title, const char *line, severity severity)
{
    if (self->notices->len >= NOTICES_MOST) {
        if (self->ended != NULL)
            self->ended(line, NULL, "too many notices at once", self->context);
        return;
    }
    notice *one = g_new0(notice, 1);
    one->owner = self;
    one->title = text_visible(title, -1);
    one->line = text_visible(line, -1);
    one->severity = severity;
    one->trouble = g_string_new(NULL);
    g_ptr_array_add(self->notices, one);
    notice_try(one);
}
