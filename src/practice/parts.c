#include "parts.h"

#include "base/json.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

void part_follow(const char *parent, int signal)
{
    prctl(PR_SET_PDEATHSIG, signal);
    if (getppid() != (pid_t)strtol(parent, NULL, 10))
        raise(signal);
}

char *wishes_text(const wishes *self)
{
    g_autoptr(json) all = json_object();
    json_put_whole(all, "bad", self->bad);
    json_put_whole(all, "instances", self->instances);
    json_put_whole(all, "rate", self->rate);
    json_put_whole(all, "lasts", self->lasts);
    json_put_text(all, "owner", self->owner);
    json_put_text(all, "version", self->version);
    return json_line(all);
}

bool wishes_read(const char *text, wishes *result, GError **error)
{
    g_autoptr(json) all = json_read(text, strlen(text), error);
    if (all == NULL)
        return false;
    *result =
        (wishes){ (guint)json_whole(all, "bad", 0),        (int)json_whole(all, "instances", 1),
                  (int)json_whole(all, "rate", 1),         json_whole(all, "lasts", 0),
                  g_strdup(json_text(all, "owner", NULL)), g_strdup(json_text(all, "version", "1.0.0")) };
    return true;
}
