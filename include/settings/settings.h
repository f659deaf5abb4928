/* settings.h - warroom.yaml, read whole, all its mistakes told at once.
 *
 * Each room reads its own section (detect its sources, metrics and triggers; communicate its channels ...);
 * here they come together, and one name is checked against the other: a trigger's metric, a metric's
 * source, a service's playbook. A configuration that has complaints is never used, in part or whole. */
#ifndef WARROOM_SETTINGS_SETTINGS_H
#define WARROOM_SETTINGS_SETTINGS_H

#include "base/digest.h"
#include "base/section.h"
#include "detect/metric.h"
#include "detect/source.h"
#include "detect/trigger.h"

typedef struct service {
    char *name;
    char *environment;  /* "" when not said */
    char *type;         /* blue_green ...; "" */
    char *playbook;     /* name or file; NULL */
    char **identity;    /* a command; NULL */
    char **deployments; /* a command that lists them; NULL */
    char **depends;     /* NULL when none */
    guint line;
} service;

typedef struct person {
    char *name, *role, *phone, *email, *signer; /* NULL when not said, but for the name */
    guint line;
} person;

typedef struct settings {
    char *file; /* "" for the shipped defaults alone */
    char digest[DIGEST_SIZE];
    GPtrArray *sources, *metrics, *triggers, *services, *people; /* of source, metric, trigger ... */
    char **steps_pass;     /* names taken from the face's environment; never NULL */
    char *room_group;      /* the group whose members may come in; NULL: this account alone */
    char **notify;         /* of desktop, bell, command: in the order of trial */
    char **notify_command; /* NULL when none */
    bool local_time;
} settings;

/* NULL when there are complaints. */
settings *settings_read(const char *file, const char *text, gsize length, complaints *into);
settings *settings_shipped(void); /* with no file at all */
void settings_free(settings *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(settings, settings_free)

const service *settings_service(const settings *self, const char *name); /* NULL when there is none */
const metric *settings_metric(const settings *self, const char *name);
const trigger *settings_trigger(const settings *self, const char *name);

#endif
