/* warroom-notify - one desktop notification, in at most two seconds.
 *
 *     warroom-notify low|normal|critical TITLE BODY
 *
 * A program of its own, because libnotify waits 25 s for a desktop that hangs, and writes warnings where a screen may be.
 * Ends 0: shown; 1: there is no desktop to show it; 2: wrong words; 3: the desktop did not answer in time.
 * Title and body are shown as they are: what looks like markup is text. */
#include <libnotify/notify.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE 2 /* seconds; D9 */

enum { SHOWN = 0, NO_DESKTOP = 1, USAGE = 2, TOO_LATE = 3 };

static void on_alarm(int number)
{
    static const char words[] = "the desktop did not answer in 2s\n";
    (void)number;
    ssize_t ignored = write(STDERR_FILENO, words, sizeof words - 1);
    (void)ignored;
    _exit(TOO_LATE);
}

static int urgency_of(const char *word)
{
    static const char *const words[] = { "low", "normal", "critical" };
    for (int i = 0; i < 3; i++)
        if (strcmp(words[i], word) == 0)
            return i; /* NOTIFY_URGENCY_LOW, _NORMAL, _CRITICAL */
    return -1;
}

/* GLib talks on standard error: nobody asked it. */
static GLogWriterOutput silence(GLogLevelFlags level, const GLogField *fields, gsize count, gpointer context)
{
    (void)level, (void)fields, (void)count, (void)context;
    return G_LOG_WRITER_HANDLED;
}

static int show(NotifyUrgency urgency, const char *title, const char *body)
{
    g_autofree char *escaped = g_markup_escape_text(body, -1);
    g_autoptr(GError) error = NULL;
    if (!notify_init("warroom")) {
        fputs("no desktop to show it\n", stderr);
        return NO_DESKTOP;
    }
    NotifyNotification *notice = notify_notification_new(title, escaped, NULL);
    notify_notification_set_urgency(notice, urgency);
    bool shown = notify_notification_show(notice, &error);
    if (!shown)
        fprintf(stderr, "no desktop to show it: %s\n", error->message);
    g_object_unref(notice);
    return shown ? SHOWN : NO_DESKTOP;
}

int main(int argc, char **argv)
{
    int urgency = argc == 4 ? urgency_of(argv[1]) : -1;
    if (urgency < 0 || !g_utf8_validate(argv[2], -1, NULL) || !g_utf8_validate(argv[3], -1, NULL)) {
        fputs("Usage: warroom-notify low|normal|critical TITLE BODY\n", stderr);
        return USAGE;
    }
    signal(SIGALRM, on_alarm);
    alarm(PATIENCE);
    g_log_set_writer_func(silence, NULL, NULL);
    return show((NotifyUrgency)urgency, argv[2], argv[3]);
}
