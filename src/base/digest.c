#include "base/digest.h"

#include <string.h>

struct digest {
    GChecksum *sum;
};

digest *digest_new(void)
{
    digest *self = g_new0(digest, 1);
    self->sum = g_checksum_new(G_CHECKSUM_SHA256);
    return self;
}

void digest_free(digest *self)
{
    if (self == NULL)
        return;
    g_checksum_free(self->sum);
    g_free(self);
}

void digest_field(digest *self, const void *bytes, gsize length)
{
    guint64 size = GUINT64_TO_BE((guint64)length);
    g_checksum_update(self->sum, (const guchar *)&size, sizeof size);
    g_checksum_update(self->sum, bytes, (gssize)length);
}

void digest_text(digest *self, const char *text)
{
    digest_field(self, text != NULL ? text : "", text != NULL ? strlen(text) : 0);
}

void digest_number(digest *self, gint64 number)
{
    guint64 bytes = GUINT64_TO_BE((guint64)number);
    digest_field(self, &bytes, sizeof bytes);
}

void digest_end(digest *self, char hex[DIGEST_SIZE])
{
    g_strlcpy(hex, g_checksum_get_string(self->sum), DIGEST_SIZE);
}

void digest_bytes(const void *bytes, gsize length, char hex[DIGEST_SIZE])
{
    g_autofree char *text = g_compute_checksum_for_data(G_CHECKSUM_SHA256, bytes, length);
    g_strlcpy(hex, text, DIGEST_SIZE);
}
