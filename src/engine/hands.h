/* hands.h - all that the engine does to the world, as one struct of functions.
 *
 * The engine itself is a fold, a table of orders and a walk over what is due; these are its hands. The program
 * gives it real ones (hands.c), a test gives it pretend ones and lives an hour in a millisecond. */
#ifndef WARROOM_ENGINE_HANDS_H
#define WARROOM_ENGINE_HANDS_H

#include "detect/watch.h"
#include "keep.h"
#include "vault.h"
#include "world/store.h"

typedef struct hands {
    void *context;
    instant (*now)(void *context);

    /* the journal */
    /* `also` gets what the journal noted of its own accord (house.stream_opened and the like). `for_good`: no
     * later append will be taken either. */
    bool (*append)(void *context, GPtrArray *records, GPtrArray *also, bool *for_good, GError **error);
    bool (*read)(void *context, const char *stream, store_sees sees, void *seer, GError **error);
    bool (*of_command)(void *context, const char *command, store_sees sees, void *seer, GError **error);

    /* keepers; folders are named below the state directory */
    bool (*start)(void *context, const char *folder, const keep_order *order, GError **error);
    keep_seen *(*look)(void *context, const char *folder, const char *boot, GError **error);
    bool (*cut)(void *context, const char *folder, GError **error);
    GArray *(*end_orphan)(void *context, const char *folder, bool force, GError **error);
    char *(*said)(void *context, const char *folder, bool errors); /* the last of its output, as text; "" */
    /* what it wrote to WARROOM_OUTPUT; NULL: nothing, or with the error that it cannot be read */
    char *(*handed_on)(void *context, const char *folder, GError **error);
    char *(*path)(void *context, const char *folder); /* absolute */

    vault_answer (*secret)(void *context, const char *reference, char **value, GError **error);
    char *(*playbook)(void *context, const char *path, gsize *length, GError **error);
    evidence (*evidence)(void *context, const char *service, uptime now);
    void (*notice)(void *context, const char *title, const char *line, severity severity);
    void (*wake_at)(void *context, uptime at); /* engine_tick is wanted then, at the latest */
} hands;

#endif
