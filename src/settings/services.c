#include "parts.h"

#include <string.h>

/* The ways a service is deployed that a rollback differs by (P2, A6). */
static const char *const types[] = {
    "blue_green",
    "canary",
    "rolling",
    "kubernetes",
    "argo_rollouts",
    "application",
    "database",
    "configuration",
    "infrastructure",
    "database_migration",
    "feature_flag",
    "multi_service",
    "mobile",
    "dns",
    "load_balancer",
    "unknown",
    NULL,
};

/* A program and its arguments. Text alone would leave it open whether a shell splits it: it does not. */
static char **command_read(section *keys, const char *key, complaints *into)
{
    char **words = section_texts(keys, key);
    if (words == NULL)
        return NULL;
    const node *at = section_node(keys, key);
    if (words[0] == NULL || words[0][0] == '\0')
        node_complain(at, into, "write [\"./bin/name\", argument]", "the command '%s' is empty", key);
    else if (node_is(at) == NODE_SCALAR && strpbrk(words[0], " \t") != NULL)
        node_complain(at, into, "write a list, as [\"./bin/name\", argument]: no shell splits it",
                      "the command '%s' has spaces in its program's name", key);
    return words;
}

static void deployments_read(service *self, section *keys, complaints *into)
{
    const node *map = section_node(keys, "deployments");
    if (map == NULL)
        return;
    g_autofree char *what = g_strdup_printf("the deployments of service '%s'", self->name);
    g_autoptr(section) inner = section_open(map, what, into);
    if (section_map(inner) != NULL && !section_has(inner, "command"))
        section_text_needed(inner, "command");
    self->deployments = command_read(inner, "command", into);
}

service *service_read(const char *name, const node *map, complaints *into)
{
    g_autofree char *what = g_strdup_printf("service '%s'", name);
    g_autoptr(section) keys = section_open(map, what, into);
    service *self = g_new0(service, 1);
    self->name = g_strdup(name);
    self->line = node_line(map);
    self->environment = g_strdup(section_text(keys, "environment", ""));
    int type = section_word(keys, "type", types, -1);
    self->type = g_strdup(type >= 0 ? types[type] : "");
    self->playbook = g_strdup(section_text(keys, "playbook", NULL));
    self->identity = command_read(keys, "identity", into);
    deployments_read(self, keys, into);
    self->depends = section_texts(keys, "depends");
    return self;
}

void service_free(service *self)
{
    if (self == NULL)
        return;
    g_free(self->name);
    g_free(self->environment);
    g_free(self->type);
    g_free(self->playbook);
    g_strfreev(self->identity);
    g_strfreev(self->deployments);
    g_strfreev(self->depends);
    g_free(self);
}

static void email_check(const node *at, complaints *into)
{
    const char *text = node_text(at), *sign = strchr(text, '@');
    bool good = sign != NULL && sign > text && sign[1] != '\0' && strchr(sign + 1, '@') == NULL;
    for (const char *c = text; good && *c != '\0'; c++)
        good = !g_ascii_isspace(*c) && !g_ascii_iscntrl(*c);
    if (!good)
        node_complain(at, into, "write name@example.org", "'%s' is not an e-mail address", text);
}

static void signer_check(const node *at, complaints *into)
{
    static const char *const kinds[] = { "ssh-", "ecdsa-", "sk-ssh-", "sk-ecdsa-" };
    const char *text = node_text(at);
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (g_str_has_prefix(text, kinds[i]) && strchr(text, ' ') != NULL)
            return;
    node_complain(at, into, "write the public key, as \"ssh-ed25519 AAAA...\"",
                  "the signer is not a public SSH key");
}

person *person_read(const node *map, complaints *into)
{
    g_autoptr(section) keys = section_open(map, "a person", into);
    person *self = g_new0(person, 1);
    self->line = node_line(map);
    self->name = g_strdup(section_text_needed(keys, "name"));
    self->role = g_strdup(section_text(keys, "role", NULL));
    self->phone = g_strdup(section_text(keys, "phone", NULL));
    self->email = g_strdup(section_text(keys, "email", NULL));
    if (self->email != NULL)
        email_check(section_node(keys, "email"), into);
    self->signer = g_strdup(section_text(keys, "signer", NULL));
    if (self->signer != NULL)
        signer_check(section_node(keys, "signer"), into);
    if (self->name == NULL)
        g_clear_pointer(&self, person_free);
    return self;
}

void person_free(person *self)
{
    if (self == NULL)
        return;
    g_free(self->name);
    g_free(self->role);
    g_free(self->phone);
    g_free(self->email);
    g_free(self->signer);
    g_free(self);
}
