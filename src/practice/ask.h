/* ask.h - the command line's way to a running practice system, and to its shop: one question, one answer. */
#ifndef WARROOM_PRACTICE_ASK_H
#define WARROOM_PRACTICE_ASK_H

#include "base/json.h"
#include "place.h"

/* An order to the master ("traffic?pool=blue&percent=100"). Its refusal is the error. */
json *ask_master(const told *where, const char *order, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A request as a customer makes it. `status` is 0 when nobody answered; the body is that of a 2xx. */
typedef struct answer {
    long status;
    double seconds;
    char *body;
    char *why;
} answer;
void answer_clear(answer *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(answer, answer_clear)
answer ask_shop(const char *url, bool post);

#endif
