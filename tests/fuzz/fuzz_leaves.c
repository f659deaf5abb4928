/* What a keeper left, read by an engine that must not believe it: holder, end record, frame.
 *
 * The first byte says what follows, and whether a true sum is put behind it first: else no mutation would ever get past the
 * sum. Held to: what is read whole changes when one byte of it does; a frame's header written anew is the same header; numbers are
 * in their bounds; what is not good leaves the result alone. */
#define _GNU_SOURCE
#include "engine/leaves.h"
#include "keeper/leaves.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void hold(bool what)
{
    if (!what)
        abort();
}

static uint64_t fnv(const char *bytes, size_t length)
{
    uint64_t sum = 0xcbf29ce484222325u;
    for (size_t i = 0; i < length; i++)
        sum = (sum ^ (unsigned char)bytes[i]) * 0x100000001b3u;
    return sum;
}

/* `version 1`, the bytes, a newline, the sum: as a keeper would seal it. */
static char *sealed(const char *bytes, size_t length)
{
    g_autofree char *body = g_strdup_printf("version 1\n%.*s\n", (int)length, bytes);
    return g_strdup_printf("%ssum %016" PRIx64 "\n", body, fnv(body, strlen(body)));
}

static void clear(gpointer one)
{
    g_free(((keep_process *)one)->name);
}

static leaf read_exit(const char *text, gsize length)
{
    keep_seen seen = { .ended = -7, .survivors = g_array_new(FALSE, TRUE, sizeof(keep_process)) };
    g_array_set_clear_func(seen.survivors, clear);
    leaf is = leaf_read_exit(text, length, &seen);
    if (is == LEAF_GOOD) {
        hold(seen.words != NULL && seen.number >= 0 && seen.outcome <= KEEP_SURVIVED &&
             seen.reason <= KEEP_BY_ABORT);
        g_autofree char *words = keep_words(&seen);
        hold(words[0] != '\0');
    } else {
        hold(seen.words == NULL && seen.cut == NULL && seen.ended == -7 && seen.survivors->len == 0);
    }
    g_free(seen.words);
    g_free(seen.cut);
    g_array_unref(seen.survivors);
    return is;
}

static leaf read_holder(const char *text, gsize length)
{
    leaf_holder holder = { .step = -7 };
    leaf is = leaf_read_holder(text, length, &holder);
    if (is == LEAF_GOOD)
        hold(holder.step > 0 && holder.keeper > 0 && strlen(holder.boot) < BOOT_ID_SIZE);
    else
        hold(holder.step == -7);
    return is;
}

typedef leaf (*reading)(const char *text, gsize length);

/* Whatever single byte changes, it is not the same record any more. */
static void read_and_bend(char *text, reading read)
{
    gsize length = strlen(text);
    if (read(text, length) != LEAF_GOOD)
        return;
    for (gsize i = 0; i < length; i += 1 + length / 16) {
        text[i] ^= 1;
        hold(read(text, length) != LEAF_GOOD);
        text[i] ^= 1;
    }
    hold(read(text, length) == LEAF_GOOD);
}

static void read_frame(const char *bytes, size_t length)
{
    leaf_frame frame;
    char again[2 * LEAF_FRAME_HEADER];
    gsize header = leaf_read_frame(bytes, length, &frame);
    if (header == 0)
        return;
    hold(header <= length && header <= LEAF_FRAME_HEADER && bytes[header - 1] == '\n');
    hold(frame.length >= 1 && frame.length <= OUTPUT_FRAME && frame.offset >= 0 && frame.at >= 0);
    int size = snprintf(again, sizeof again, "%" PRId64 " %c %" PRId64 " %zu\n", frame.at,
                        frame.is_error ? 'e' : 'o', frame.offset, frame.length);
    if (memchr(bytes, '0', header) == NULL) /* leading noughts would be lost */
        hold((gsize)size == header && memcmp(again, bytes, header) == 0);
    hold(leaf_read_frame(bytes, header - 1, &frame) == 0); /* a header without its end is none */
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size < 1)
        return 0;
    const char *rest = (const char *)bytes + 1;
    g_autofree char *text = g_strndup(rest, size - 1); /* with the NUL that a file is read with */
    g_autofree char *good = sealed(rest, size - 1);
    char boot[BOOT_ID_SIZE];
    switch (bytes[0] % 5) {
    case 0:
        read_exit(text, size - 1);
        if (leaf_read_reserved(text, size - 1, boot))
            hold(strlen(boot) < BOOT_ID_SIZE);
        break;
    case 1:
        read_holder(text, size - 1);
        break;
    case 2:
        read_and_bend(good, read_exit);
        break;
    case 3:
        read_and_bend(good, read_holder);
        break;
    default:
        read_frame(rest, size - 1);
    }
    return 0;
}
