/* vault.h - the secrets of steps: read late, when a step is about to start, and wiped when it has.
 *
 * A `command:` reference is run beside everything else: the answer is then "wait", and `arrived` says when to ask
 * again. A value is given once; the next start reads it anew. */
#ifndef WARROOM_ENGINE_VAULT_H
#define WARROOM_ENGINE_VAULT_H

#include "base/fail.h"

typedef enum { VAULT_GIVES, VAULT_WAITS, VAULT_FAILS } vault_answer;

typedef struct vault vault;

vault *vault_new(void (*arrived)(void *context), void *context);
void vault_free(vault *self); /* ends what is being asked; NULL is welcome */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(vault, vault_free)

/* VAULT_GIVES: *value is the caller's, for secret_free. VAULT_FAILS: the error names the reference, never a value. */
vault_answer vault_ask(vault *self, const char *reference, char **value, GError **error);

#endif
