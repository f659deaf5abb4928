/* server.h - the engine's end of the socket.
 *
 * It listens in the state directory, lets in who may come in, cuts what comes into lines, and hands each one
 * over as an object; answers and news are queued and written as fast as the other side reads. It knows
 * nothing of commands. A face that does not read its news is dropped, never waited for: an engine that waits
 * for a terminal on a bad line is an engine that stands still.
 *
 * All of it runs in GLib's default main context; no function here blocks, but for server_drain. */
#ifndef WARROOM_LINK_SERVER_H
#define WARROOM_LINK_SERVER_H

#include "link/wire.h"

typedef struct server server;
typedef struct peer peer; /* one face; lives until its on_gone has returned */

typedef struct server_ears {
    /* An object came. `line` is borrowed; take a reference to keep it. */
    void (*on_line)(peer *from, json *line, void *context);
    /* The face has left, was dropped, or the server is being freed: forget the pointer. May be NULL. */
    void (*on_gone)(peer *who, void *context);
} server_ears;

/* Makes the socket in `folder` (0600; with `group`, which may be NULL, 0660 and of that group, and the folder
 * passable for it), in place of one that a dead engine left: the caller holds the engine's lock. `greeting` is
 * what each face hears first; the server takes it. A socket that is swept away is made again. */
server *server_new(const char *folder, const char *group, json *greeting, server_ears ears, void *context,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
void server_free(server *self); /* what was queued is written if it goes without waiting */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(server, server_free)

/* From now on (a new configuration, a new digest). Takes it. */
void server_greet(server *self, json *greeting);

/* No new faces: the socket is unlinked, those who are in stay. The first step of leaving (DESIGN). */
void server_unlist(server *self);
/* Taken back: in the very moment of leaving somebody asked for something that keeps us. */
bool server_list(server *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Writes what is queued, waiting at most so long in all; the last step of leaving. */
void server_drain(server *self, span limit);

/* To every face that was marked as attached. Does not take `line`. */
void server_tell_all(server *self, const json *line);
guint server_attached(const server *self);
/* The same, but those who read the journal by themselves: for records. */
void server_tell_listeners(server *self, const json *line);
guint server_listeners(const server *self);
guint server_peers(const server *self); /* faces that are in, attached or not */

/* Queues a line. Does not take it. The peer may be dropped by this (too much queued); on_gone then comes later,
 * from the main loop, never from inside. */
void peer_send(peer *self, const json *line);
void peer_attach(peer *self);        /* server_tell_all reaches it */
void peer_attach_reader(peer *self); /* and server_tell_listeners does not */
bool peer_is_attached(const peer *self);
void peer_drop(peer *self);                 /* later, from the main loop */
const char *peer_account(const peer *self); /* ada@ops1, from the kernel */
bool peer_is_guest(const peer *self); /* let in by the group: gets records over the socket, never the file */

#endif
