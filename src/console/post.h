/* post.h - questions to the engine and news from it, without ever waiting for them.
 *
 * A thread of its own holds the client: an engine that stands still stops no key and no clock. News is a queue, in
 * the order it came; a descriptor becomes readable when there is some. An engine that went is started again, and
 * what is told goes on behind the last record that was heard. */
#ifndef WARROOM_CONSOLE_POST_H
#define WARROOM_CONSOLE_POST_H

#include "link/client.h"

typedef enum {
    NEWS_TOLD,   /* a line the engine tells */
    NEWS_ANSWER, /* to the question with this ticket: `line`, or `error` with `refusal` */
    NEWS_HERE,   /* an engine was reached; again: another one than before */
    NEWS_SILENT, /* it has not answered for CLIENT_PATIENCE */
    NEWS_NOBODY, /* none can be reached: `error` */
} news_kind;

typedef struct news {
    news_kind kind;
    json *line;
    GError *error;
    json *refusal;
    guint ticket;
    bool again;
    gint pid;
} news;
void news_free(news *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(news, news_free)

typedef struct post post;

/* `wish` is copied, its texts too; on_silent is the post's own. Told are all records behind `after`. A `guest`
 * starts no engine. It lives as long as the process: nobody who leaves waits for an engine that does not answer. */
post *post_new(const client_wish *wish, bool guest, gint64 after);

int post_descriptor(const post *self);
news *post_next(post *self); /* NULL: none */

/* Takes `args` and `env` (may be NULL). Answered under the ticket that it gives. */
guint post_ask(post *self, const char *verb, json *args, json *env);

/* The engine that was found silent is to be ended when it is silent again. */
void post_end_silent(post *self);

#endif
