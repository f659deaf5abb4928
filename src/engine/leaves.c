#include "leaves.h"
#include "keeper/leaves.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static guint64 fnv(const char *bytes, gsize length)
{
    guint64 sum = G_GUINT64_CONSTANT(0xcbf29ce484222325);
    for (gsize i = 0; i < length; i++)
        sum = (sum ^ (guchar)bytes[i]) * G_GUINT64_CONSTANT(0x100000001b3);
    return sum;
}

/* The text up to its `sum` line, when that is right. */
static leaf leaf_open(const char *bytes, gsize length, char **text)
{
    length = strnlen(bytes, length);
    if (!g_str_has_prefix(bytes, "version "))
        return LEAF_NONE;
    if (g_ascii_isdigit(bytes[8]) && g_ascii_strtoll(bytes + 8, NULL, 10) > LEAF_VERSION)
        return LEAF_NEWER;
    if (length < 22 || bytes[length - 1] != '\n' || strncmp(bytes + length - 21, "sum ", 4) != 0 ||
        bytes[length - 22] != '\n')
        return LEAF_TORN;
    g_autofree char *sum = g_strdup_printf("%016" PRIx64, fnv(bytes, length - 21));
    if (strncmp(sum, bytes + length - 17, 16) != 0)
        return LEAF_TORN;
    *text = g_strndup(bytes, length - 21);
    return LEAF_GOOD;
}

/* What stands behind `name ` in the first such line; borrowed, ends at the line's end. NULL when there is none. */
static const char *line_get(char *const *lines, const char *name)
{
    gsize size = strlen(name);
    for (; *lines != NULL; lines++)
        if (strncmp(*lines, name, size) == 0 && (*lines)[size] == ' ')
            return *lines + size + 1;
    return NULL;
}

/* `count` whole numbers, one space between, nothing else. */
static bool numbers_get(const char *text, gint64 *numbers, int count)
{
    for (int i = 0; text != NULL && i < count; i++) {
        char *end;
        if (!g_ascii_isdigit(*text) && *text != '-')
            return false;
        numbers[i] = g_ascii_strtoll(text, &end, 10);
        if (end == text || *end != (i + 1 < count ? ' ' : '\0'))
            return false;
        text = end + 1;
    }
    return text != NULL;
}

static bool process_get(char *const *lines, const char *name, pid_t *pid, guint64 *start)
{
    gint64 number[2];
    if (!numbers_get(line_get(lines, name), number, 2) || number[0] < 1 || number[0] > G_MAXINT ||
        number[1] < 0)
        return false;
    *pid = (pid_t)number[0];
    *start = (guint64)number[1];
    return true;
}

leaf leaf_read_holder(const char *bytes, gsize length, leaf_holder *result)
{
    g_autofree char *text = NULL;
    leaf found = leaf_open(bytes, length, &text);
    if (found != LEAF_GOOD)
        return found;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    leaf_holder holder = { 0 };
    const char *boot = line_get(lines, "boot");
    if (boot == NULL || !process_get(lines, "keeper", &holder.keeper, &holder.keeper_start) ||
        !process_get(lines, "step", &holder.step, &holder.step_start) ||
        !numbers_get(line_get(lines, "wall"), &holder.wall, 1) ||
        !numbers_get(line_get(lines, "up"), &holder.up, 1))
        return LEAF_TORN;
    g_strlcpy(holder.boot, boot, sizeof holder.boot);
    *result = holder;
    return LEAF_GOOD;
}

static bool outcome_get(const char *text, keep_seen *result)
{
    static const char *const names[] = { "exited ", "signalled ", "not-started ", "survived " };
    for (guint kind = 0; text != NULL && kind < G_N_ELEMENTS(names); kind++) {
        if (!g_str_has_prefix(text, names[kind]))
            continue;
        char *end;
        gint64 number = g_ascii_strtoll(text + strlen(names[kind]), &end, 10);
        if ((*end != '\0' && *end != ' ') || number < 0 || number > G_MAXINT)
            return false;
        result->outcome = (keep_outcome)kind;
        result->number = (int)number;
        result->words = g_strdup(*end == ' ' ? end + 1 : "");
        return true;
    }
    return false;
}

static bool reason_get(const char *text, keep_seen *result)
{
    static const char *const names[] = { "ended", "timeout", "abort" };
    for (guint kind = 0; text != NULL && kind < G_N_ELEMENTS(names); kind++)
        if (strcmp(text, names[kind]) == 0) {
            result->reason = (keep_reason)kind;
            return true;
        }
    return false;
}

static void survivors_get(char *const *lines, GArray *survivors)
{
    for (; *lines != NULL; lines++) {
        if (!g_str_has_prefix(*lines, "survivor "))
            continue;
        char *end;
        gint64 pid = g_ascii_strtoll(*lines + strlen("survivor "), &end, 10);
        keep_process one = { (pid_t)pid, g_strdup(*end == ' ' ? end + 1 : "") };
        g_array_append_val(survivors, one);
    }
}

static bool figures_get(char *const *lines, keep_seen *result)
{
    gint64 started[2], ended[2], asked[2], left;
    if (!numbers_get(line_get(lines, "started"), started, 2) ||
        !numbers_get(line_get(lines, "ended"), ended, 2) ||
        !numbers_get(line_get(lines, "output"), &result->output, 1) ||
        !numbers_get(line_get(lines, "kept"), &result->kept, 1) ||
        !numbers_get(line_get(lines, "left"), &left, 1))
        return false;
    result->started = started[0];
    result->started_up = started[1];
    result->ended = ended[0];
    result->lasted = ended[1] - started[1];
    result->left = (guint)CLAMP(left, 0, G_MAXINT);
    result->asked = numbers_get(line_get(lines, "asked"), asked, 2) ? asked[0] : MOMENT_NONE;
    return true;
}

leaf leaf_read_exit(const char *bytes, gsize length, keep_seen *result)
{
    g_autofree char *text = NULL;
    leaf found = leaf_open(bytes, length, &text);
    if (found != LEAF_GOOD)
        return found;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    keep_seen seen = *result;
    if (!reason_get(line_get(lines, "reason"), &seen) || !figures_get(lines, &seen) ||
        !outcome_get(line_get(lines, "outcome"), &seen))
        return LEAF_TORN;
    seen.cut = g_strdup(line_get(lines, "cut"));
    survivors_get(lines, seen.survivors);
    *result = seen;
    return LEAF_GOOD;
}

bool leaf_read_reserved(const char *bytes, gsize length, char boot[BOOT_ID_SIZE])
{
    length = strnlen(bytes, length);
    if (length < 6 || strncmp(bytes, "boot ", 5) != 0 || bytes[length - 1] != '\n' ||
        length - 6 >= BOOT_ID_SIZE)
        return false;
    memcpy(boot, bytes + 5, length - 6);
    boot[length - 6] = '\0';
    return true;
}

/* Digits and nothing else, up to `end`; at most 18, so that it cannot overflow. */
static const char *digits_get(const char *text, const char *limit, char end, gint64 *number)
{
    gint64 value = 0;
    const char *begin = text;
    for (; text < limit && g_ascii_isdigit(*text); text++) {
        if (text - begin >= 18)
            return NULL;
        value = value * 10 + (*text - '0');
    }
    if (text == begin || text == limit || *text != end)
        return NULL;
    *number = value;
    return text + 1;
}

gsize leaf_read_frame(const char *bytes, gsize length, leaf_frame *result)
{
    const char *limit = bytes + MIN(length, LEAF_FRAME_HEADER);
    leaf_frame frame;
    gint64 size;
    const char *at = digits_get(bytes, limit, ' ', &frame.at);
    if (at == NULL || limit - at < 2 || (*at != 'o' && *at != 'e') || at[1] != ' ')
        return 0;
    frame.is_error = *at == 'e';
    at = digits_get(at + 2, limit, ' ', &frame.offset);
    if (at != NULL)
        at = digits_get(at, limit, '\n', &size);
    if (at == NULL || size < 1 || size > OUTPUT_FRAME)
        return 0;
    frame.length = (gsize)size;
    *result = frame;
    return (gsize)(at - bytes);
}
