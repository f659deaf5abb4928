/* Any bytes as an answer of /metrics, at once and in pieces.
 *
 * Held to: how the bytes arrive changes nothing: the same verdict, the same readings. */
#include "detect/exposition.h"
#include "fuzz/hold.h"

#include <string.h>

static bool read_in(const uint8_t *bytes, size_t size, size_t piece, const metric *wanted, reading *result)
{
    g_autoptr(exposition) self = exposition_new();
    guint index = exposition_want(self, wanted);
    bool good = true;
    for (size_t at = 0; good && at < size; at += piece)
        good = exposition_feed(self, (const char *)bytes + at, MIN(piece, size - at), NULL);
    good = good && exposition_end(self, NULL);
    if (good)
        *result = exposition_reading(self, index, 1);
    return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    metric wanted = { .name = (char *)"errors", .series = (char *)"e", .scale = 1 };
    reading whole = { 0 }, pieces = { 0 };
    bool good = read_in(bytes, size, size + 1, &wanted, &whole);
    for (size_t piece = 1; piece <= 7; piece += 2) {
        hold(read_in(bytes, size, piece, &wanted, &pieces) == good);
        hold(!good ||
             (whole.state == pieces.state && memcmp(&whole.value, &pieces.value, sizeof whole.value) == 0));
        reading_clear(&pieces);
    }
    reading_clear(&whole);
    return 0;
}
