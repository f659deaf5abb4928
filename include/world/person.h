/* person.h - who sits here, as far as this machine can say. A claim, until it is signed; the engine keeps what
 * the kernel says beside it. */
#ifndef WARROOM_WORLD_PERSON_H
#define WARROOM_WORLD_PERSON_H

/* `said` (may be NULL or "") when given, else $WARROOM_ME, under root $SUDO_USER, else the account. Interned. */
const char *person_name(const char *said);

#endif
