#include "vault.h"

#include "base/span.h"
#include "world/process.h"
#include "world/secret.h"

#include <string.h>

#define COMMAND_PATIENCE (10 * SPAN_SECOND)

/* One command that is asked, or has answered. */
typedef struct asked {
    vault *vault;
    char *reference;
    process *process; /* while it runs */
    char *value;
    GError *trouble;
} asked;

struct vault {
    void (*arrived)(void *context);
    void *context;
    GHashTable *asked; /* reference -> asked */
};

static void asked_free(gpointer data)
{
    asked *self = data;
    if (self->process != NULL)
        process_cancel(self->process);
    secret_free(self->value);
    g_clear_error(&self->trouble);
    g_free(self->reference);
    g_free(self);
}

vault *vault_new(void (*arrived)(void *context), void *context)
{
    vault *self = g_new0(vault, 1);
    self->arrived = arrived;
    self->context = context;
    self->asked = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, asked_free);
    return self;
}

void vault_free(vault *self)
{
    if (self == NULL)
        return;
    g_hash_table_unref(self->asked);
    g_free(self);
}

static void answered(process_result *result, void *context)
{
    asked *self = context;
    self->process = NULL;
    if (result->timed_out)
        fail(&self->trouble, ERR_FAILED, "the secret '%s' did not come within 10s", self->reference);
    else if (result->exit_code != 0)
        fail(&self->trouble, ERR_FAILED, "the secret '%s': its command failed, exit %d", self->reference,
             result->exit_code);
    else
        self->value = secret_trim(self->reference, result->output->str, result->output->len, &self->trouble);
    explicit_bzero(result->output->str, result->output->len);
    self->vault->arrived(self->vault->context);
}

static vault_answer vault_send(vault *self, const char *reference, GError **error)
{
    g_auto(GStrv) words = secret_command(reference, error);
    if (words == NULL)
        return VAULT_FAILS;
    asked *sent = g_new0(asked, 1);
    process_order order = { .arguments = (const char *const *)words,
                            .timeout = COMMAND_PATIENCE,
                            .limit = SECRET_LARGEST };
    sent->vault = self;
    sent->reference = g_strdup(reference);
    sent->process = process_start(&order, answered, sent, error);
    if (sent->process == NULL) {
        asked_free(sent);
        return VAULT_FAILS;
    }
    g_hash_table_insert(self->asked, sent->reference, sent);
    return VAULT_WAITS;
}

vault_answer vault_ask(vault *self, const char *reference, char **value, GError **error)
{
    if (secret_is(reference) != SECRET_COMMAND) {
        *value = secret_read(reference, error);
        return *value != NULL ? VAULT_GIVES : VAULT_FAILS;
    }
    asked *sent = g_hash_table_lookup(self->asked, reference);
    if (sent == NULL)
        return vault_send(self, reference, error);
    if (sent->process != NULL)
        return VAULT_WAITS;
    vault_answer answer = sent->value != NULL ? VAULT_GIVES : VAULT_FAILS;
    *value = g_steal_pointer(&sent->value);
    if (sent->trouble != NULL)
        g_propagate_error(error, g_steal_pointer(&sent->trouble));
    g_hash_table_remove(self->asked, reference);
    return answer;
}
