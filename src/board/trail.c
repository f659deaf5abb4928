#include "board/trail.h"

#include "journal/kind.h"

#include <string.h>

static void entry_free(gpointer data)
{
    entry *self = data;
    g_free(self->word);
    g_free(self->sentence);
    g_free(self->by);
    g_free(self->account);
    g_free(self->means);
    g_free(self);
}

trail *trail_new(const char *stream)
{
    trail *self = g_new0(trail, 1);
    self->stream = g_strdup(stream);
    self->entries = g_ptr_array_new_with_free_func(entry_free);
    return self;
}

void trail_free(trail *self)
{
    if (self == NULL)
        return;
    g_free(self->stream);
    g_ptr_array_unref(self->entries);
    g_free(self);
}

void trail_follow(trail *self, const record *record)
{
    if (strcmp(record->stream, self->stream) != 0)
        return;
    const kind *kind = kind_find(record->kind);
    entry *one = g_new0(entry, 1);
    one->number = record->number;
    one->happened = record->happened;
    one->noted = record->noted;
    one->word = g_strdup(kind != NULL ? kind->word : "?");
    one->sentence = kind_tell(record);
    one->by = g_strdup(record->by.name[0] != '\0' ? record->by.name : "warroom");
    one->account = g_strdup(record->by.account);
    one->means = g_strdup(record->by.means);
    memcpy(one->hash, record->hash, sizeof one->hash);
    g_ptr_array_add(self->entries, one);
}

/* Its letters stand in the text in this order, whatever is between them. */
static bool letters_in_order(const char *text, const char *letters)
{
    for (; *letters != '\0'; text++) {
        if (*text == '\0')
            return false;
        if (g_ascii_tolower(*text) == g_ascii_tolower(*letters))
            letters++;
    }
    return true;
}

bool entry_fits(const entry *self, const char *filter)
{
    g_auto(GStrv) words = g_strsplit(filter, " ", -1);
    g_autofree char *all = g_strjoin(" ", self->word, self->sentence, self->by, NULL);
    for (char **word = words; *word != NULL; word++) {
        bool leaves_out = (*word)[0] == '-' && (*word)[1] != '\0';
        if (leaves_out ? strstr(all, *word + 1) != NULL : !letters_in_order(all, *word))
            return false;
    }
    return true;
}
