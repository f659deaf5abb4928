#include "parts.h"

#include "base/id.h"

#include <string.h>

playbook *playbook_new(const char *file)
{
    playbook *self = g_new0(playbook, 1);
    self->file = g_strdup(file);
    self->parameters = g_ptr_array_new_with_free_func((GDestroyNotify)parameter_free);
    self->aborts = g_ptr_array_new_with_free_func(g_free);
    self->gates = g_ptr_array_new_with_free_func((GDestroyNotify)gate_free);
    self->phases = g_ptr_array_new_with_free_func((GDestroyNotify)phase_free);
    self->steps = g_ptr_array_new_with_free_func((GDestroyNotify)step_free);
    return self;
}

step *step_new(const char *title, guint line)
{
    step *self = g_new0(step, 1);
    self->title = g_strdup(title);
    self->line = line;
    self->timeout = self->undo_timeout = STEP_TIMEOUT;
    self->verify_timeout = VERIFY_TIMEOUT;
    self->identity_timeout = IDENTITY_TIMEOUT;
    self->gates = g_ptr_array_new_with_free_func((GDestroyNotify)gate_free);
    return self;
}

phase *phase_new(const char *title, guint line)
{
    phase *self = g_new0(phase, 1);
    self->title = g_strdup(title);
    self->explanation = g_strdup("");
    self->line = line;
    self->gates = g_ptr_array_new_with_free_func((GDestroyNotify)gate_free);
    return self;
}

script *script_new(const char *language, const char *text, guint line)
{
    script *self = g_new0(script, 1);
    self->language = g_strdup(language);
    self->text = g_strdup(text);
    self->line = line;
    return self;
}

script *script_copy(const script *self)
{
    return self != NULL ? script_new(self->language, self->text, self->line) : NULL;
}

void script_free(script *self)
{
    if (self == NULL)
        return;
    g_free(self->language);
    g_free(self->text);
    g_free(self);
}

void gate_free(gate *self)
{
    if (self == NULL)
        return;
    g_free(self->name);
    g_free(self->title);
    g_free(self->owner);
    g_free(self->condition);
    script_free(self->check);
    g_free(self);
}

void step_free(step *self)
{
    if (self == NULL)
        return;
    g_free(self->name);
    g_free(self->title);
    g_free(self->explanation);
    script_free(self->command);
    script_free(self->undo);
    script_free(self->identity);
    script_free(self->verify);
    g_free(self->expects);
    g_free(self->verify_condition);
    g_free(self->irreversible);
    g_free(self->risk);
    g_free(self->data);
    g_free(self->trouble);
    g_ptr_array_unref(self->gates);
    g_free(self);
}

void phase_free(phase *self)
{
    if (self == NULL)
        return;
    g_free(self->title);
    g_free(self->explanation);
    g_free(self->risk);
    g_free(self->data);
    g_free(self->trouble);
    g_ptr_array_unref(self->gates);
    g_free(self);
}

void parameter_free(parameter *self)
{
    if (self == NULL)
        return;
    g_free(self->name);
    g_free(self->about);
    g_free(self->value);
    g_free(self);
}

void playbook_free(playbook *self)
{
    if (self == NULL)
        return;
    char *const texts[] = {
        self->file,        self->title,      self->explanation, self->type,      self->digest,
        self->risk,        self->data,       self->trouble,     self->back_code, self->back_configuration,
        self->back_schema, self->back_flags, self->back_caches
    };
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    g_ptr_array_unref(self->parameters);
    g_ptr_array_unref(self->aborts);
    g_ptr_array_unref(self->gates);
    g_ptr_array_unref(self->phases);
    g_ptr_array_unref(self->steps);
    json_decref(self->front);
    g_free(self);
}

/* "2. Drain" and "Step 3: ring Bob" are numbered for readers; a name need not be. */
static const char *behind_number(const char *title)
{
    const char *at = title;
    if (g_ascii_strncasecmp(at, "step ", 5) == 0 && g_ascii_isdigit(at[5]))
        at += 5;
    gsize digits = strspn(at, "0123456789.");
    at += digits;
    at += digits > 0 ? strspn(at, ").: ") : 0;
    return digits > 0 && g_ascii_isalpha(*at) ? at : title;
}

char *name_from_title(const char *title, GHashTable *taken)
{
    g_autofree char *base = id_from_title(behind_number(title));
    if (strspn(base, "0123456789") == strlen(base)) {
        char *spelled = g_strdup_printf("n%.63s", base);
        g_free(base);
        base = spelled;
    }
    guint last = GPOINTER_TO_UINT(g_hash_table_lookup(taken, base));
    char *name = g_strdup(base);
    while (g_hash_table_contains(taken, name)) {
        g_free(name);
        name = g_strdup_printf("%.58s-%u", base, MAX(++last, 2));
    }
    if (last > 0)
        g_hash_table_replace(taken, g_strdup(base), GUINT_TO_POINTER(MAX(last, 2)));
    g_hash_table_replace(taken, g_strdup(name), GUINT_TO_POINTER(1));
    return name;
}
