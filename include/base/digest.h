/* digest.h - SHA-256 over bytes and over lists of fields.
 *
 * A list is digested with each field's length before its bytes, so that no two different lists have the
 * same digest: ("ab", "c") is not ("a", "bc"). */
#ifndef WARROOM_BASE_DIGEST_H
#define WARROOM_BASE_DIGEST_H

#include <glib.h>

#define DIGEST_SIZE 65 /* 64 hex digits and the final NUL */

typedef struct digest digest;

digest *digest_new(void);
void digest_free(digest *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(digest, digest_free)

void digest_field(digest *self, const void *bytes, gsize length);
void digest_text(digest *self, const char *text); /* a field; NULL is an empty one */
void digest_number(digest *self, gint64 number);  /* a field of eight bytes, big-endian */

/* Writes the hex digits; the digest can be used no more. */
void digest_end(digest *self, char hex[DIGEST_SIZE]);

/* The plain SHA-256 of some bytes, as sha256sum prints it. */
void digest_bytes(const void *bytes, gsize length, char hex[DIGEST_SIZE]);

#endif
