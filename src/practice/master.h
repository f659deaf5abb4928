/* master.h - what the master's sources share: its children and its words to the command line. */
#ifndef WARROOM_PRACTICE_MASTER_H
#define WARROOM_PRACTICE_MASTER_H

#include "history.h"
#include "orders.h"
#include "parts.h"
#include "place.h"
#include "served.h"
#include "shared.h"

typedef struct master master;

typedef struct child { /* a process that should run as long as it is wanted */
    master *master;
    enum { CHILD_BALANCER, CHILD_CUSTOMERS, CHILD_SHOP } kind;
    int pool, seat;
    pid_t pid;     /* 0: not now */
    bool stopping; /* its end was asked for */
    gint64 due;    /* monotonic: when it may start again */
} child;

#define CHILDREN (2 + POOLS * INSTANCES_MOST)

struct master {
    GMainLoop *loop;
    char *folder, *program, *me;
    wishes wishes;
    shared *words;
    told told;
    int shop_socket;
    child children[CHILDREN];
    char version[POOLS][24]; /* "": nothing was ever put there */
    guint broken[POOLS];     /* trouble that `break` made */
    bool flag;               /* new-checkout */
    bool opened;             /* an instance was well once */
    history *history;
    int live; /* the pool most customers meet */
    orders *orders;
    gint64 began;
    int owner; /* descriptor; -1 when nobody must hold it */
};

/* children.c: starts what is wanted and not there, ends what is there and not wanted. */
void children_tend(master *self);
void children_end(master *self);
void children_renew(master *self, int pool); /* all of this pool are ended and started again */

/* control.c: one order from the command line, or a look at the metrics. */
void control_ask(served_call *call, void *context);
void control_troubles(master *self); /* writes what each pool suffers from into the words */
void control_traffic(master *self, int pool, int percent);

#endif
