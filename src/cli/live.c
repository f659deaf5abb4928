#include "live.h"

#include "ask.h"

#include <string.h>

bool live_load(call *self, live *result, GError **error)
{
    g_autoptr(search) where = search_new(self->config, self->state);
    g_autoptr(found) file = NULL;
    g_autoptr(GError) trouble = NULL;
    result->settings = search_settings(where, &file, error);
    if (result->settings == NULL)
        return false;
    g_autoptr(client) engine = asking_look(self, &trouble);
    g_autoptr(json) none = json_object();
    g_autoptr(json) answer = NULL;
    if (engine != NULL && client_ask(engine, "live", none, NULL, &answer, &trouble))
        result->board = json_incref(json_object_get(answer, "data"));
    if (trouble != NULL) /* what is configured can be told all the same */
        talk(self, "warroom: %s", trouble->message);
    return true;
}

void live_clear(live *self)
{
    g_clear_pointer(&self->settings, settings_free);
    g_clear_pointer(&self->board, json_decref);
}

const json *live_one(const live *self, const char *list, const char *name)
{
    const json *all = json_object_get(self->board, list);
    for (size_t i = 0; i < json_array_size(all); i++)
        if (strcmp(json_text(json_array_get(all, i), "name", ""), name) == 0)
            return json_array_get(all, i);
    return NULL;
}

char *live_number(const json *object, const char *key, const char *unit)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    if (!json_is_number(json_object_get(object, key)))
        return g_strdup("-");
    g_ascii_formatd(digits, sizeof digits, "%.6g", json_decimal(object, key, 0));
    return *unit != '\0' ? g_strdup_printf("%s %s", digits, unit) : g_strdup(digits);
}
