/* parts.h - the parts settings is put together from. */
#ifndef WARROOM_SETTINGS_PARTS_H
#define WARROOM_SETTINGS_PARTS_H

#include "settings/settings.h"

service *service_read(const char *name, const node *map, complaints *into);
void service_free(service *self);
person *person_read(const node *map, complaints *into);
void person_free(person *self);

/* display, steps, room, templates: into settings that hold the defaults. */
void house_read(settings *self, section *keys, complaints *into);

/* The sections of later rooms: the right outer shape, and no secret written out. */
void later_read(section *keys, complaints *into);

/* No secret stands in a source's headers or address. */
void secrets_check_sources(const node *sources, complaints *into);

/* One name against the other, once all are read. */
void agree_check(const settings *self, complaints *into);

/* The keys of a map, borrowed, NULL-ended; empty when it is none. g_free. */
const char **parts_names(const node *map);

#endif
