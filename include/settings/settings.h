/* settings.h - warroom.yaml, read whole, all its mistakes told at once.
 *
 * Each room reads its own section (detect its sources, metrics and triggers; communicate its channels ...);
 * here they come together, and one name is checked against the other: a trigger's metric, a metric's
 * source, a service's depends. A configuration that has complaints is never used, in part or whole.
 * Sections of rooms that are not built yet are kept as they are: only their outer shape and their secrets
 * are checked. What a file does not say is so as templates/warroom.yaml says it; a test holds the two together. */
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

typedef enum { GLYPHS_AUTO, GLYPHS_UTF8, GLYPHS_ASCII } glyphs;
typedef enum { THEME_AUTO, THEME_DEFAULT, THEME_MONO, THEME_CVD } theme;

typedef struct settings {
    char *file; /* "" for the shipped defaults alone */
    char digest[DIGEST_SIZE];
    GPtrArray *sources, *metrics, *triggers, *services, *people; /* of source, metric, trigger ... */
    char **steps_pass;     /* names taken from the face's environment; never NULL */
    char *room_group;      /* the group whose members may come in; NULL: this account alone */
    char **notify;         /* of desktop, bell, command: in the order of trial */
    char **notify_command; /* NULL when none; it gets the message line as its last argument */
    char **templates;      /* folders looked in first; never NULL */
    glyphs glyphs;
    theme theme;
    span clock; /* how often running clocks are drawn */
    bool local_time, mouse;
    tree *tree; /* the whole file; NULL for the shipped defaults */
} settings;

/* NULL when there are complaints. */
settings *settings_read(const char *file, const char *text, gsize length, complaints *into);
settings *settings_shipped(void); /* with no file at all */
void settings_free(settings *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(settings, settings_free)

const service *settings_service(const settings *self, const char *name); /* NULL when there is none */
const metric *settings_metric(const settings *self, const char *name);
const trigger *settings_trigger(const settings *self, const char *name);
const source *settings_source(const settings *self, const char *name);

/* A section as it stands in the file, for the room that reads it; NULL when it is not there. */
const node *settings_section(const settings *self, const char *key);

#endif
