/* board.h - the read model: all folds together. What screens, texts and JSON show is drawn from here.
 *
 * It is made of records and of nothing else, but for `now` and `unattended`, which whoever draws puts in. A board can follow
 * the whole journal, or only the streams somebody asks for: the house's stream says which there are. */
#ifndef WARROOM_BOARD_BOARD_H
#define WARROOM_BOARD_BOARD_H

#include "execute/run.h"
#include "incident/incident.h"

/* One incident with its runs. */
typedef struct room {
    incident *incident;
    GPtrArray *runs; /* of run, in order; the last is the present one */
    char *trouble;   /* a plan that could not be read back; NULL */
} room;

/* What the house's stream says of a stream, without reading it. */
typedef struct listed {
    char *stream, *title, *service;
    moment opened, closed; /* MOMENT_NONE while open */
    char *outcome;
} listed;

typedef struct board {
    instant now;
    bool unattended;      /* no engine answers: put in, as `now` is, by whoever draws */
    GHashTable *rooms;    /* stream -> room: those that were folded */
    GPtrArray *streams;   /* of listed, in order of opening */
    GHashTable *listing;  /* stream -> listed, of the same */
    GHashTable *triggers; /* trigger -> its last change, a json object: state, value, limit, since */
    GHashTable *silent;   /* source -> why it is silent */
    GHashTable *events;   /* event -> when it was last told, a moment in a gint64* */
    char *config_digest;  /* of the settings in use, as journaled; NULL */
    char *engine_boot;    /* the boot the last engine ran in; NULL */
    moment engine_since;  /* when the last engine started; MOMENT_NONE: never */
    bool engine_left;     /* ... and whether it left in good order */
    guint unknown;        /* records of unknown kinds, everywhere */
    gint64 position;      /* how far a follower has come (store_follow) */
} board;

board *board_new(void);
void board_free(board *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(board, board_free)

void board_fold(board *self, const record *record);

room *board_room(const board *self, const char *stream); /* NULL when it was not folded */
run *room_run(const room *self);                         /* the present run; NULL */

/* Open ones, in order of opening. The caller frees the array. */
GPtrArray *board_open(const board *self); /* of listed */
const listed *board_listed(const board *self, const char *stream);
guint board_count(const board *self, const char *family); /* how many INC-, DRILL- there have been */

/* "-i" or the one that is open: refused, naming them, when there are two (CONSOLE.md 10). */
bool board_pick(const board *self, const char *wanted, const char **stream,
                GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
