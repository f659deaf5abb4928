#include "names.h"

#include "parts.h"

static void name_gates(playbook *book, complaints *into, GPtrArray *gates, GHashTable *taken, bool said)
{
    for (guint i = 0; i < gates->len; i++) {
        gate *gate = g_ptr_array_index(gates, i);
        if (said && gate->name != NULL && g_hash_table_contains(taken, gate->name)) {
            g_autofree char *wrong = g_strdup_printf("a second gate named '%s'", gate->name);
            complaint_add(into, book->file, gate->line, 1, wrong, "give it another name");
            g_clear_pointer(&gate->name, g_free);
        }
        if (said && gate->name != NULL)
            g_hash_table_replace(taken, g_strdup(gate->name), GUINT_TO_POINTER(1));
        if (!said && gate->name == NULL)
            gate->name = name_from_title(gate->title, taken);
    }
}

static void name_step(playbook *book, complaints *into, step *step, GHashTable *taken, bool said)
{
    if (said && step->name != NULL && g_hash_table_contains(taken, step->name)) {
        g_autofree char *wrong = g_strdup_printf("a second step named '%s'", step->name);
        complaint_add(into, book->file, step->line, 1, wrong, "give it another name");
        g_clear_pointer(&step->name, g_free);
    }
    if (said && step->name != NULL)
        g_hash_table_replace(taken, g_strdup(step->name), GUINT_TO_POINTER(1));
    if (!said && step->name == NULL)
        step->name = name_from_title(step->title, taken);
}

/* Names that were given come first, so that none of them is taken by a title. */
void names_give(playbook *book, complaints *into)
{
    g_autoptr(GHashTable) steps = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GHashTable) gates = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (int said = 1; said >= 0; said--) {
        name_gates(book, into, book->gates, gates, said);
        guint next = 0;
        for (guint i = 0; i < book->steps->len; i++) {
            step *step = g_ptr_array_index(book->steps, i);
            for (; next <= step->phase; next++)
                name_gates(book, into, ((phase *)g_ptr_array_index(book->phases, next))->gates, gates, said);
            name_step(book, into, step, steps, said);
            name_gates(book, into, step->gates, gates, said);
        }
    }
}
