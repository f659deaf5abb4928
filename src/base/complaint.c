#include "base/complaint.h"

#include "base/text.h"

#include <string.h>

typedef struct entry {
    complaint what;
    guint order; /* of arrival: two at the same place stay in it */
} entry;

struct complaints {
    GPtrArray *entries;
    bool sorted;
};

static void entry_free(gpointer data)
{
    entry *self = data;
    g_free(self->what.file);
    g_free(self->what.wrong);
    g_free(self->what.right);
    g_free(self);
}

complaints *complaints_new(void)
{
    complaints *self = g_new0(complaints, 1);
    self->entries = g_ptr_array_new_with_free_func(entry_free);
    self->sorted = true;
    return self;
}

void complaints_free(complaints *self)
{
    if (self == NULL)
        return;
    g_ptr_array_unref(self->entries);
    g_free(self);
}

#define WORDS_LONGEST 600 /* bytes: a value of a megabyte is not told in full */

/* A copy that is no longer than a person reads, cut between characters. */
static char *words_copy(const char *words)
{
    gsize length = words != NULL ? strlen(words) : 0;
    if (length <= WORDS_LONGEST)
        return g_strdup(words != NULL ? words : "");
    length = WORDS_LONGEST;
    while (length > 0 && ((guchar)words[length] & 0xc0) == 0x80)
        length--;
    g_autofree char *kept = g_strndup(words, length);
    return g_strconcat(kept, "~", NULL);
}

void complaint_add(complaints *self, const char *file, guint line, guint column, const char *wrong,
                   const char *right)
{
    entry *one = g_new0(entry, 1);
    one->what.file = g_strdup(file != NULL ? file : "");
    one->what.line = line;
    one->what.column = column;
    one->what.wrong = words_copy(wrong);
    one->what.right = words_copy(right);
    one->order = self->entries->len;
    g_ptr_array_add(self->entries, one);
    self->sorted = false;
}

guint complaints_count(const complaints *self)
{
    return self->entries->len;
}

static int number_compare(guint a, guint b)
{
    return (a > b) - (a < b);
}

static int entry_compare(gconstpointer left, gconstpointer right)
{
    const entry *a = *(const entry *const *)left, *b = *(const entry *const *)right;
    int order = strcmp(a->what.file, b->what.file);
    if (order == 0)
        order = number_compare(a->what.line, b->what.line);
    if (order == 0)
        order = number_compare(a->what.column, b->what.column);
    return order != 0 ? order : number_compare(a->order, b->order);
}

const complaint *complaints_get(const complaints *self, guint index)
{
    /* Sorted when first asked, not at each add: a file of a thousand mistakes is no reason to be slow. */
    if (!self->sorted) {
        g_ptr_array_sort(self->entries, entry_compare);
        ((complaints *)self)->sorted = true;
    }
    return &((const entry *)g_ptr_array_index(self->entries, index))->what;
}

/* Made visible here, before lines are put below one another: a newline in a key would forge one. */
static void append_visible(GString *text, const char *before, const char *words)
{
    g_autofree char *visible = text_visible(words, -1);
    g_string_append(text, before);
    g_string_append(text, visible);
}

char *complaints_text(const complaints *self)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < complaints_count(self); i++) {
        const complaint *one = complaints_get(self, i);
        append_visible(text, i > 0 ? "\n" : "", one->file);
        if (one->line > 0) /* 0: about the file as a whole */
            g_string_append_printf(text, ":%u:%u", one->line, one->column);
        append_visible(text, ": ", one->wrong);
        if (one->right[0] != '\0')
            append_visible(text, "; ", one->right);
    }
    return g_string_free(text, FALSE);
}

bool complaints_settle(const complaints *self, GError **error)
{
    if (complaints_count(self) == 0)
        return true;
    g_autofree char *text = complaints_text(self);
    return fail(error, ERR_USAGE, "%s", text);
}
