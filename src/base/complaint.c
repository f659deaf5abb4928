#include "base/complaint.h"

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

void complaint_add(complaints *self, const char *file, guint line, guint column, const char *wrong,
                   const char *right)
{
    entry *one = g_new0(entry, 1);
    one->what.file = g_strdup(file != NULL ? file : "");
    one->what.line = line;
    one->what.column = column;
    one->what.wrong = g_strdup(wrong);
    one->what.right = g_strdup(right != NULL ? right : "");
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

char *complaints_text(const complaints *self)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < complaints_count(self); i++) {
        const complaint *one = complaints_get(self, i);
        if (i > 0)
            g_string_append_c(text, '\n');
        g_string_append(text, one->file);
        if (one->line > 0) /* 0: about the file as a whole */
            g_string_append_printf(text, ":%u:%u", one->line, one->column);
        g_string_append_printf(text, ": %s", one->wrong);
        if (one->right[0] != '\0')
            g_string_append_printf(text, "; %s", one->right);
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
