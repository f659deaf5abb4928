/* Any bytes as a playbook.
 *
 * Held to: a playbook, or a complaint; names are names, each once; steps and gates stand at lines of the text, commands in
 * its order, each step in a phase there is; reading twice gives the same. */
#include "base/id.h"
#include "fuzz/hold.h"
#include "plan/playbook.h"

#include <string.h>

static void stands(guint line, guint lines)
{
    hold(line >= 1 && line <= lines);
}

static void gates_are_right(GPtrArray *gates, GHashTable *names, guint lines)
{
    for (guint i = 0; gates != NULL && i < gates->len; i++) {
        const gate *one = g_ptr_array_index(gates, i);
        stands(one->line, lines);
        hold(id_is_name(one->name) && g_hash_table_add(names, one->name));
        hold(one->title != NULL && one->owner != NULL && one->timeout > 0);
    }
}

static void is_right(const playbook *self, guint lines)
{
    guint before = 0;
    g_autoptr(GHashTable) steps = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GHashTable) gates = g_hash_table_new(g_str_hash, g_str_equal);
    hold(self->title != NULL && strlen(self->digest) == 64);
    gates_are_right(self->gates, gates, lines);
    for (guint i = 0; i < self->phases->len; i++) {
        const phase *one = g_ptr_array_index(self->phases, i);
        gates_are_right(one->gates, gates, lines);
    }
    for (guint i = 0; i < self->steps->len; i++) {
        const step *one = g_ptr_array_index(self->steps, i);
        stands(one->line, lines);
        hold(one->phase < self->phases->len);
        hold(id_is_name(one->name) && g_hash_table_add(steps, one->name));
        hold(one->timeout > 0 && one->retries <= RETRIES_MOST);
        if (one->command != NULL) { /* what runs first stands first */
            stands(one->command->line, lines);
            hold(one->command->line >= before && one->command->text != NULL &&
                 one->command->language != NULL);
            before = one->command->line;
        }
        gates_are_right(one->gates, gates, lines);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    guint lines = 1;
    const char *text = (const char *)bytes;
    g_autoptr(complaints) wrong = complaints_new(), again = complaints_new();
    g_autoptr(playbook) first = playbook_read("f.md", text, size, wrong);
    g_autoptr(playbook) second = playbook_read("f.md", text, size, again);
    for (size_t i = 0; i < size; i++)
        lines += text[i] == '\n' || text[i] == '\r';
    hold(first != NULL || complaints_count(wrong) > 0);
    hold((first == NULL) == (second == NULL) && complaints_count(wrong) == complaints_count(again));
    if (first == NULL)
        return 0;
    hold(first->steps->len == second->steps->len && strcmp(first->digest, second->digest) == 0);
    is_right(first, lines);
    return 0;
}
