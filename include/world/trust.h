/* trust.h - the files of working directories that a person allowed, each in just the bytes it then had.
 *
 * Kept in the state directory's file `trusted`, a line for each path: its SHA-256, two spaces, the path, as
 * sha256sum writes it. Changed content is another file: it is asked for again. */
#ifndef WARROOM_WORLD_TRUST_H
#define WARROOM_WORLD_TRUST_H

#include "base/fail.h"

/* `state`: the state directory. `path`: absolute. `sum`: 64 hex digits. A second trust of a path takes the place of the first. */
bool trust_add(const char *state, const char *path, const char *sum,
               GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef enum { TRUST_NEVER, TRUST_CHANGED, TRUST_GIVEN } trust;

/* What cannot be read is not trusted. TRUST_CHANGED: it was, with other bytes. */
trust trust_of(const char *state, const char *path, const char *sum);

#endif
