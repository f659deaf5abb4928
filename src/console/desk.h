/* desk.h - what a person has before them: the board, where they look, what is being typed.
 *
 * Keys and news come in; orders, lines as the command line would take them, come out. A desk knows no terminal and
 * no engine, so it can be sat at by a test. Screens are drawn from it and change nothing of it. */
#ifndef WARROOM_CONSOLE_DESK_H
#define WARROOM_CONSOLE_DESK_H

#include "board/board.h"
#include "board/next.h"
#include "board/trail.h"
#include "key.h"
#include "link/command.h"
#include "world/search.h"

#define GUARD (700 * SPAN_MILLISECOND) /* CONSOLE.md 3: nothing is taken before it could be read */
#define REASON_LEAST 10                /* characters; CONSOLE.md 5 */

typedef enum {
    SCREEN_ROOM,
    SCREEN_PLAN,
    SCREEN_OUTPUT,
    SCREEN_TIMELINE,
    SCREEN_INCIDENTS,
    SCREEN_START,
    SCREEN_GATE,
    SCREEN_HELP,
    SCREEN_VIEW,
    SCREENS,
} screen_id;

typedef enum {
    SHEET_NONE,
    SHEET_NAME,   /* a name is typed: run, undo, what has no way back */
    SHEET_REASON, /* a reason is typed */
    SHEET_ABORT,  /* y */
    SHEET_CLOSE,  /* an outcome is chosen, then y */
    SHEET_SILENT, /* y ends an engine that does not answer */
} sheet_kind;

typedef enum {
    FIELD_NONE,
    FIELD_NOTE,
    FIELD_TITLE,
    FIELD_BOOK,
    FIELD_COMMAND,
    FIELD_FILTER,
    FIELD_SHEET, /* the sheet's name or reason */
} field_kind;

/* A command as it will be asked of the engine. */
typedef struct order {
    const command *row;
    json *args;
} order;

/* A line of a list that the cursor can stand on; its name outlives any change of the list. */
typedef struct item {
    char *name; /* "gate:impact-smaller", "step:2", "INC-0042", "entry:51", "start:book" */
    guint index;
    const gate *gate;
} item;

typedef struct outlet { /* what one keeper's step printed */
    GPtrArray *lines;   /* of outline */
    gint64 until;
    bool asked;
} outlet;
typedef struct outline {
    moment at; /* MOMENT_NONE: before we came */
    bool error;
    char *text;
} outline;

typedef struct desk {
    board *board; /* its `now` is the desk's now */
    json *live;
    const settings *settings; /* NULL: none could be read */
    char *me, *state;
    bool configured;
    char *terminal; /* words about it, for the start screen */

    char *incident;      /* the one in this room; NULL */
    GHashTable *trails;  /* stream -> trail */
    GHashTable *outlets; /* folder -> outlet */

    screen_id screen, before; /* before: where Esc leads */
    guint focus;              /* the pane with the cursor */
    char *at[SCREENS];        /* name of the item under the cursor; NULL: where NEXT is */
    int scroll;               /* lines above the end of a text; 0 follows */
    char *gate;               /* of SCREEN_GATE */
    char *title, *text;       /* of SCREEN_VIEW */
    char *filter;

    sheet_kind sheet;
    order pending; /* what the sheet would do */
    char *wanted;  /* the name that must be typed */
    guint choice;
    plan *plan;      /* of a playbook that is about to be begun; NULL */
    gint silent_pid; /* SHEET_SILENT */

    field_kind field;
    GString *typed;
    moment typing_since;
    bool pasting;
    char *recalled;

    char *message;
    bool loud;         /* the message is an alert */
    uptime held_until; /* a refusal is read before the next record takes its line */
    next next;         /* as it stands on the screen */
    uptime next_since, sheet_since;
    char *book_after; /* begun as soon as the incident for it is open */

    GQueue *orders; /* of order */
    GQueue *looks;  /* of char**: commands that only look, as words */
    bool quits, suspends, redraws, drops, bells, ends_engine;
    char **lends; /* a program that wants the terminal; NULL */
} desk;

desk *desk_new(void);
void desk_free(desk *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(desk, desk_free)

room *desk_room(const desk *self); /* NULL: the house */
const run *desk_run(const desk *self);
const trail *desk_trail(const desk *self);
const outlet *desk_output(const desk *self); /* of the step at hand; NULL when it printed nothing yet */
guint desk_printer(const desk *self);        /* whose output is shown */
guint desk_step(const desk *self);           /* the step the cursor or the run is at */

void desk_begin(desk *self);                        /* after the first records: which screen comes first */
void desk_record(desk *self, const record *record); /* one that happened; also those of before */
void desk_told(desk *self, const json *line);       /* output, alert */
void desk_live(desk *self, json *live);             /* takes it */
void desk_answer(desk *self, const json *answer, const GError *error, const json *refusal,
                 const order *order);
void desk_now(desk *self, instant now); /* the time, and what NEXT is now */
void desk_say(desk *self, const char *format, ...) G_GNUC_PRINTF(2, 3);
void desk_view(desk *self, const char *title, const char *text);
void desk_silent(desk *self, gint pid);

void desk_key(desk *self, key key);

/* ---- for what acts and what draws ---- */

void order_clear(order *self);
bool desk_line(desk *self, const char *line);    /* a command line, without "warroom" */
void desk_act(desk *self, const char *key_name); /* the command a key gives here */
void desk_show(desk *self, screen_id screen);
void desk_open(desk *self, const char *stream);
void desk_sheet(desk *self, sheet_kind kind);
void desk_close_sheet(desk *self);
void desk_field(desk *self, field_kind kind, const char *text);
void desk_field_key(desk *self, key key);
void desk_send(desk *self, order *order);     /* takes what is in it */
void desk_book(desk *self, const char *name); /* a playbook is walked */
bool desk_find_book(desk *self, const char *name, json *args, GError **error);

/* Of the list the cursor walks on this screen. Of item; the caller frees. */
GPtrArray *desk_items(const desk *self);
guint desk_cursor(const desk *self, const GPtrArray *items); /* its index; G_MAXUINT: nowhere */
void desk_move(desk *self, int by);                          /* G_MININT, G_MAXINT: first, last */

/* Command rows that match what is typed in the palette. Of const command*; the caller frees. */
GPtrArray *desk_matches(const char *typed);

#endif
