#include "confirm.h"

#include "base/fail.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

bool confirm_is_attended(void)
{
    return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

char *confirm_line(const char *question)
{
    g_autofree char *visible = text_visible(question, -1);
    tcflush(STDIN_FILENO, TCIFLUSH);
    fprintf(stderr, "%s ", visible);
    fflush(stderr);
    char *line = NULL;
    size_t size = 0;
    ssize_t length = getline(&line, &size, stdin);
    char *answer = length < 0 ? NULL : g_strchomp(g_strdup(line));
    free(line);
    return answer;
}

bool confirm_question(call *self, const char *question, GError **error)
{
    if (self->yes)
        return true;
    if (!confirm_is_attended())
        return fail(error, ERR_REFUSED, "%s is refused: nobody was asked; --yes stands for 'y'",
                    self->row->name);
    g_autofree char *answer = confirm_line(question);
    if (answer == NULL || strcmp(answer, "y") != 0)
        return fail(error, ERR_REFUSED, "%s is refused: the answer was not 'y'; nothing was done",
                    self->row->name);
    self->yes = true;
    return true;
}

static bool confirm_yes(call *self, GError **error)
{
    g_autofree char *question = g_strdup_printf("%s: %s. y to go on:", self->row->name, self->row->about);
    return confirm_question(self, question, error);
}

static bool reason_is_long_enough(const call *self, const char *reason, GError **error)
{
    if (g_utf8_strlen(reason, -1) >= REASON_SHORTEST)
        return true;
    return fail(error, ERR_REFUSED,
                "%s is refused: a reason has at least %d characters; --reason TEXT gives it", self->row->name,
                REASON_SHORTEST);
}

static bool confirm_reason(call *self, GError **error)
{
    if (self->reason != NULL)
        return reason_is_long_enough(self, self->reason, error);
    if (!confirm_is_attended())
        return fail(error, ERR_REFUSED,
                    "%s is refused: it wants a reason of at least %d characters; --reason TEXT gives it",
                    self->row->name, REASON_SHORTEST);
    g_autofree char *question = g_strdup_printf("%s: the reason, for the report:", self->row->name);
    g_autofree char *answer = confirm_line(question);
    if (!reason_is_long_enough(self, answer != NULL ? answer : "", error))
        return false;
    json_put_text(self->args, "reason", answer);
    self->reason = json_text(self->args, "reason", NULL);
    return true;
}

bool confirm_row(call *self, GError **error)
{
    if ((self->row->needs & ASKS_YES) != 0 && !confirm_yes(self, error))
        return false;
    return (self->row->needs & ASKS_REASON) == 0 || confirm_reason(self, error);
}

bool confirm_name(call *self, const char *name, GError **error)
{
    g_autofree char *question = g_strdup_printf("%s: type the name %s:", self->row->name, name);
    g_autofree char *answer = confirm_line(question);
    if (g_strcmp0(answer, name) != 0)
        return fail(error, ERR_REFUSED, "%s is refused: '%s' is not the name '%s'; nothing was done",
                    self->row->name, answer != NULL ? answer : "", name);
    json_put_text(self->args, "confirm", answer);
    self->confirm = json_text(self->args, "confirm", NULL);
    return true;
}
