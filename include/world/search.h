/* search.h - where configuration, playbooks and templates are found, and whether they may be used.
 *
 * Nearest first: a file that was named (--config, WARROOM_CONFIG, a path given for a playbook), the working
 * directory, $XDG_CONFIG_HOME/warroom, /etc/warroom, and what ships with the program, found from the program's
 * own place, so that a build folder works uninstalled. In each of them playbooks lie in playbooks/NAME.md and
 * templates in templates/NAME.mustache; the configuration is warroom.yaml.
 *
 * A file that others could have written is refused, wherever it is (RELIABILITY 4). One in the working
 * directory must also have been trusted, in just these bytes, with `warroom trust`: it may name commands, and
 * a checkout or an unpacked archive is somebody else's words. Naming a file is trusting it; naming a configuration
 * of another folder is trusting the playbooks and templates beside it, too. */
#ifndef WARROOM_WORLD_SEARCH_H
#define WARROOM_WORLD_SEARCH_H

#include "base/digest.h"
#include "base/fail.h"
#include "settings/settings.h"

#define CONFIG_NAME "warroom.yaml"
#define CONFIG_VARIABLE "WARROOM_CONFIG"
#define CONFIG_LARGEST (1024 * 1024)

typedef enum { PLACE_NAMED, PLACE_HERE, PLACE_PERSON, PLACE_MACHINE, PLACE_SHIPPED } search_place;
typedef enum { SEARCH_PLAYBOOK, SEARCH_TEMPLATE } search_what;

typedef struct found {
    char *name;   /* "blue-green"; of a configuration and of a named file: its path as given */
    char *path;   /* absolute */
    char *folder; /* absolute: where relative paths in it start */
    char *text;   /* the bytes, with a NUL behind them */
    gsize length;
    char digest[DIGEST_SIZE];
    search_place place;
    bool trusted; /* everywhere but in the working directory: true */
} found;

void found_free(found *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(found, found_free)

extern const char
    *const search_place_names[]; /* by search_place: named, here, yours, this machine's, shipped */

/* Where to look. `named`: the value of --config, or NULL. `state`: the state directory, where the list of
 * trusted files is kept; NULL: nothing of the working directory is trusted. */
typedef struct search search;
search *search_new(const char *named, const char *state);
void search_free(search *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(search, search_free)

/* Another folder of playbooks or templates, before all others (`templates:` in the configuration). */
void search_add(search *self, search_what what, const char *folder);

/* The configuration to use. ERR_NOT_FOUND when there is none anywhere (the shipped defaults are then what
 * is so), ERR_REFUSED when it may not be used: the message says what to do. */
found *search_config(search *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same, to be looked at, not used: an untrusted one too. */
found *search_config_shown(search *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What is so: the configuration to use, read; the shipped defaults when there is none. With mistakes in it: an
 * ERR_USAGE error with a line for each. `where` (may be NULL) gets the file, NULL when there is none. The
 * folders of `templates:` are searched from then on. */
settings *search_settings(search *self, found **where, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A playbook or template by name, or a file by its path (whatever has a '/' or its ending). ERR_NOT_FOUND
 * names the nearest known one. */
found *search_find(search *self, search_what what, const char *name, gsize limit,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* All of them, sorted by name, the nearest of each name, without their texts; untrusted and refused ones as
 * well: finding is not using. Of found; never NULL. */
GPtrArray *search_list(search *self, search_what what);

/* The folder of what ships (templates, playbooks below it), absolute; NULL when there is none. The caller frees. */
char *search_shipped(void);

#endif
