/* asking.h - one source asked once: the secret, the request or the command, the answer taken apart.
 *
 * Half an answer is no answer: when anything went wrong, every metric gets the same reason and none a value. */
#ifndef WARROOM_ENGINE_ASKING_H
#define WARROOM_ENGINE_ASKING_H

#include "detect/metric.h"
#include "detect/reading.h"
#include "detect/source.h"
#include "world/http.h"

#define COMMAND_LARGEST (8 * 1024 * 1024)

typedef struct asked {
    bool good;         /* the source answered as it should, whatever of our metrics was in it */
    const char *why;   /* when it did not: "no answer in 2s"; or what is odd though it did; "" */
    reading *readings; /* as many as metrics were asked for; borrowed */
    guint count;
    span took;
    span clock_off; /* how far its timestamps are ahead of the wall clock; 0 when it has none */
} asked;

typedef struct asking asking;
typedef void (*asking_done)(const asked *answer, void *context);

/* `folder`: where relative paths begin. `metrics`: of const metric *, borrowed until `done` was told. Told once, never
 * from inside; the asking is gone then. Arrival is the time by world's clock. */
asking *asking_start(http *client, const source *source, const GPtrArray *metrics, const char *folder,
                     asking_done done, void *context);
void asking_cancel(asking *self); /* then it is not told; NULL is welcome */

#endif
