/* Bytes from a face, in pieces: the same documents come out whatever the pieces are, each is an object that
 * goes out again as one line and comes back equal, and after an error nothing more is taken. */
#include "link/frame.h"

#include <string.h>

static GPtrArray *documents(const guint8 *data, gsize size, gsize piece, bool *broken)
{
    GPtrArray *found = g_ptr_array_new_with_free_func((GDestroyNotify)json_decref);
    g_autoptr(frame) self = frame_new();
    *broken = false;
    for (gsize at = 0; at < size && !*broken; at += piece) {
        frame_put(self, data + at, MIN(piece, size - at));
        for (;;) {
            g_autoptr(GError) error = NULL;
            json *one = frame_next(self, &error);
            *broken = error != NULL;
            if (one == NULL)
                break;
            g_assert_true(json_is_object(one));
            g_ptr_array_add(found, one);
        }
    }
    return found;
}

static void goes_round(const json *document)
{
    g_autoptr(GBytes) line = frame_line(document);
    if (line == NULL)
        return;
    gsize length = 0;
    const char *bytes = g_bytes_get_data(line, &length);
    g_assert_true(memchr(bytes, '\n', length) == bytes + length - 1);
    g_autoptr(frame) self = frame_new();
    frame_put(self, bytes, length);
    g_autoptr(json) back = frame_next(self, NULL);
    g_assert_nonnull(back);
    g_autofree char *first = json_line(document);
    g_autofree char *second = json_line(back);
    g_assert_cmpstr(first, ==, second); /* as text: 0.1 + 0.2 is written with 15 digits */
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);
int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    if (size < 1)
        return 0;
    bool broken = false, again = false;
    g_autoptr(GPtrArray) whole = documents(data + 1, size - 1, MAX(size, 2) - 1, &broken);
    g_autoptr(GPtrArray) pieces = documents(data + 1, size - 1, (gsize)data[0] % 17 + 1, &again);
    g_assert_true(broken == again);
    g_assert_cmpuint(whole->len, ==, pieces->len);
    for (guint i = 0; i < whole->len; i++) {
        g_assert_true(json_equal(g_ptr_array_index(whole, i), g_ptr_array_index(pieces, i)));
        goes_round(g_ptr_array_index(whole, i));
    }
    return 0;
}
