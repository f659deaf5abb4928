/* Any bytes, read as warroom.yaml: settings or complaints, never both and never neither; each complaint has a
 * place and says what would be right. */
#include "settings/settings.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(condition)                                                                                      \
    do {                                                                                                     \
        if (!(condition))                                                                                    \
            abort();                                                                                         \
    } while (0)

/* Every name that was taken is there to be found under itself. */
static void must_agree(const settings *self)
{
    for (guint i = 0; i < self->metrics->len; i++) {
        const metric *one = g_ptr_array_index(self->metrics, i);
        MUST(settings_metric(self, one->name) == one && settings_source(self, one->source) != NULL);
    }
    for (guint i = 0; i < self->triggers->len; i++) {
        const trigger *one = g_ptr_array_index(self->triggers, i);
        MUST(settings_trigger(self, one->name) == one);
        MUST(one->service == NULL || settings_service(self, one->service) != NULL);
    }
    for (guint i = 0; i < self->services->len; i++) {
        const service *one = g_ptr_array_index(self->services, i);
        for (char **name = one->depends; name != NULL && *name != NULL; name++)
            MUST(settings_service(self, *name) != NULL);
    }
    MUST(self->steps_pass != NULL && self->notify != NULL && self->templates != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(complaints) wrong = complaints_new();
    g_autoptr(settings) self = settings_read("f", (const char *)data, size, wrong);
    MUST((self != NULL) == (complaints_count(wrong) == 0));
    for (guint i = 0; i < complaints_count(wrong); i++) {
        const complaint *one = complaints_get(wrong, i);
        MUST(one->line >= 1 && one->column >= 1 && one->wrong[0] != '\0' && one->right[0] != '\0');
    }
    if (self != NULL)
        must_agree(self);
    return 0;
}
