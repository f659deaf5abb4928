/* store.h - where records are kept: one SQLite file, one writer.
 *
 * The engine opens it for writing, on the one connection there is in the world; everybody else opens it
 * for reading, reads shortly, and closes. Nobody opens the file in any other way: closing any descriptor
 * of it would drop SQLite's locks. WAL and synchronous=FULL: an append that returned is on the disk. */
#ifndef WARROOM_WORLD_STORE_H
#define WARROOM_WORLD_STORE_H

#include "journal/record.h"

typedef struct store store;

#define STORE_BODY_LARGEST ((gsize)1024 * 1024) /* of one record */
#define STORE_TEXT_LARGEST ((gsize)1024)        /* of a name, a kind, an id */

/* `folder` is the state directory. Writing makes it and the file when there is none; SIGXFSZ is ignored from then
 * on. That there is one writer is for the caller to see to. */
store *store_open_writing(const char *folder, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* NULL with ERR_NOT_FOUND when there is no journal yet. */
store *store_open_reading(const char *folder, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void store_close(store *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(store, store_close)

/* Appends all or none, durably: numbers and seals each record behind its stream's last (the record's
 * stream, texts, body and times are set by the caller; number, previous and hash are filled in here).
 * The first record of a stream, incident.closed and incident.reopened bring a note in the house stream along
 * (house.stream_opened, house.stream_closed), right behind them, which is not put into `records`.
 *
 * ERR_REFUSED: a record is not one (too large, not UTF-8), or its stream has records of kinds we do not know.
 * ERR_FAILED: journal full, read-only, replaced under us: nothing was written, it may be tried again. A failure
 * that leaves it open what is on the disk (EIO, damage) makes the store refuse every later append.
 * After the commit the doorbell is rung. */
bool store_append(store *self, GPtrArray *records, GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef bool (*store_sees)(const record *record, void *context); /* false: enough */

/* Readings go in batches: `sees` may take its time, and may read and append itself. */

/* Records of a stream from number `from` on, in order, handed over one at a time (not kept). Each is checked
 * against the chain first: damage ends the reading with the error, after all that stands before it. */
bool store_read(store *self, const char *stream, gint64 from, store_sees sees, void *context,
                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Every record of every stream, in the order of appending, after position `after` (0: all); the last
 * position is put into *position. This is how followers catch up. Chains are not checked (see chain.h). */
bool store_follow(store *self, gint64 after, store_sees sees, void *context, gint64 *position,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The records a command made, in order: how a command sent twice is answered the second time. */
bool store_of_command(store *self, const char *command, store_sees sees, void *context,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* In the order of their first records; g_strfreev. */
char **store_streams(store *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gint64 store_position(store *self); /* of the newest record; 0 when there is none: positions have no gaps */
gint64 store_length(store *self, const char *stream); /* the last number; 0 when there is none */

/* Why it takes no append any more, until it is opened again; NULL while it does. */
const char *store_refuses(const store *self);

/* Is the file under our name still the one we opened? */
bool store_is_ours(store *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The doorbell: a descriptor that becomes readable after somebody appended. -1 when it cannot be had:
 * then look once a second. store_doorbell_hush empties it. */
int store_doorbell(const char *folder);
void store_doorbell_hush(int doorbell);

#endif
