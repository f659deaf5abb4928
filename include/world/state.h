/* state.h - the one folder where warroom keeps what must not be lost.
 *
 * WARROOM_STATE, else $XDG_STATE_HOME/warroom, else ~/.local/state/warroom. It is 0700 (0710 where a group may
 * reach the socket) and ours; one that
 * others can write, or on a network file system (locks lie there), is refused with the way out. */
#ifndef WARROOM_WORLD_STATE_H
#define WARROOM_WORLD_STATE_H

#include "world/files.h"

/* Its name, nothing touched. NULL when there is neither a variable nor a home. The caller frees. */
char *state_name(GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Finds or makes it, checks it, and from now on makes new files for the owner alone (umask 077). Returns
 * its absolute path, which the caller frees; with `folder` not NULL also a descriptor, which the caller closes. */
char *state_open(filedesc *folder, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The umask of before state_open: what is started for a person (a step above all) gets that one back. */
mode_t state_person_umask(void);

/* The words for a network file system ("NFS") by statfs's f_type; NULL for all others. */
const char *state_network_name(unsigned long type);

#endif
