/* A line of an export, or of anything: what is read as a record writes itself as the same record, its kind either fits
 * or says why, it can be told and judged, and heads are found in any text without harm. */
#include "journal/audit.h"
#include "journal/chain.h"
#include "journal/kind.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void check_record(const json *object)
{
    g_autoptr(record) self = record_from_json(object, NULL);
    if (self == NULL)
        return;
    g_autoptr(json) again = record_json(self);
    g_assert_true(json_equal(again, object));
    g_autoptr(GError) error = NULL;
    g_assert_true(kind_fits(self, &error) == (error == NULL));
    g_autofree char *told = kind_tell(self);
    g_assert_nonnull(told);
    g_autoptr(audit) judge = audit_new(true);
    bool good = audit_follow(judge, self);
    audit_end(judge);
    char hash[DIGEST_SIZE];
    record_hash(self, hash);
    g_assert_true(!good || (strcmp(hash, self->hash) == 0 && self->number == 1));
    g_autoptr(record) copy = record_copy(self);
    record_seal(copy, NULL);
    g_autoptr(chain) whole = chain_resume(copy->stream, MAX(copy->number, 1) - 1, NULL);
    g_assert_true(copy->number < 1 || chain_follow(whole, copy, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    g_autofree char *text = g_strndup((const char *)bytes, length);
    g_autoptr(json) object = json_read((const char *)bytes, length, NULL);
    if (object != NULL)
        check_record(object);
    g_autoptr(audit) judge = audit_new(false);
    guint heads = audit_expect_text(judge, text, "fuzz");
    audit_end(judge);
    g_assert_true(heads >= audit_count(judge) && (heads == 0) == (audit_count(judge) == 0));
    return 0;
}
