/* moment.h - points in time, and the one value that brings all clocks along.
 *
 * A moment is what a wall clock in UTC says; it may step. An uptime is what the kernel's boot clock says
 * (CLOCK_BOOTTIME): it runs through suspend, never steps, and means nothing after a reboot, so it travels
 * with the boot's id. Durations are differences of uptimes; moments are for people. Nothing here asks a clock. */
#ifndef WARROOM_BASE_MOMENT_H
#define WARROOM_BASE_MOMENT_H

#include "base/span.h"

typedef int64_t moment; /* microseconds since 1970-01-01T00:00:00Z */
typedef int64_t uptime; /* microseconds since this machine started */

#define MOMENT_NONE INT64_MIN
#define BOOT_ID_SIZE 37 /* a UUID as text, with its final NUL */

typedef struct instant {
    moment wall;
    uptime up;
    char boot[BOOT_ID_SIZE];
} instant;

/* RFC 3339 in UTC, six decimals, as stored: 2026-11-19T14:05:52.000000Z. The caller frees. */
char *moment_text(moment at);

/* To the second, for people: 2026-11-19 14:05:52Z; and the clock alone: 14:05:52. The caller frees. */
char *moment_human(moment at);
char *moment_clock(moment at);

/* Any RFC 3339 time with its offset; fractions up to nine digits. */
bool moment_parse(const char *text, moment *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What a person types: RFC 3339, or HH:MM[:SS] for the last time the clock (UTC) said so before `now`. */
bool moment_parse_human(const char *text, moment now, moment *result,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
