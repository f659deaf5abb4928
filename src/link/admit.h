/* admit.h - who is at the other end of a socket, and may he come in? The kernel says, not the other end. */
#ifndef WARROOM_LINK_ADMIT_H
#define WARROOM_LINK_ADMIT_H

#include "base/fail.h"

typedef struct admission {
    char *account; /* ada@ops1; owned */
    guint uid;
    bool guest; /* neither we nor root: let in by the group */
} admission;

/* Our own account and root may, and members of `group` (NULL: nobody else). Refused: ERR_REFUSED with the
 * account's name; `result` is filled in either way. */
bool admit(int socket, const char *group, admission *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
