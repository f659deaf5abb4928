/* ask.h - asking the engine on behalf of a call.
 *
 * What is the same for every command that is sent: who asks, under which configuration, whether an engine has
 * to be started, and a name that the engine wants typed. */
#ifndef WARROOM_CLI_ASK_H
#define WARROOM_CLI_ASK_H

#include "call.h"
#include "link/client.h"
#include "settings/settings.h"
#include "world/search.h"

typedef struct asking {
    client *client;
    found *config;      /* NULL: none is found, the shipped defaults hold */
    settings *settings; /* read from it */
} asking;

/* Reads the configuration, all its mistakes at once, then comes in, starting an engine when there is none. A row
 * that only stops is not held up by a configuration. */
bool asking_open(call *self, asking *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void asking_close(asking *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(asking, asking_close)

/* The engine that runs, if one does and speaks with us; NULL without an error when none runs. */
client *asking_look(call *self, GError **error);

/* Sends the verb with `args` (borrowed) and what the call brings beside; asks for a name where one is wanted and
 * sends again. */
bool ask(call *self, asking *way, const char *verb, const json *args, json **answer,
         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Somebody else's room, entered by the group: its files cannot be read, only what comes over the socket. */
bool is_guest(const call *self);

#endif
