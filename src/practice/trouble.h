/* trouble.h - the ways in which a release of the practice shop can be bad; chosen by name, freely combined.
 *
 * Every release from 2.0 on is born with what `up --bad` chose, and shows it while the flag new-checkout is on;
 * `break` gives any pool more of it. What each kind does is the shop's business (shop.c). */
#ifndef WARROOM_PRACTICE_TROUBLE_H
#define WARROOM_PRACTICE_TROUBLE_H

#include "base/fail.h"

typedef enum {
    TROUBLE_SLOW = 1,   /* answers come 0.6 to 1.4 s later */
    TROUBLE_ERRORS = 2, /* a fifth of the requests fails */
    TROUBLE_TOTALS = 4, /* one order in six is charged wrongly */
    TROUBLE_LEAK = 8,   /* memory grows until the instance is ended for it */
    TROUBLE_CRASH = 16, /* one request in a hundred ends the instance */
    TROUBLE_LOSS = 32,  /* one order in twenty is confirmed and not kept */
} trouble;

#define TROUBLE_SHIPPED "slow,errors"
#define TROUBLE_FLAG "new-checkout" /* off: releases from 2.0 on behave */

/* "slow,errors" as bits; "none" is 0. */
bool trouble_parse(const char *text, guint *bits, GError **error) G_GNUC_WARN_UNUSED_RESULT;
char *trouble_text(guint bits); /* in the order above; "none". The caller frees. */

/* A version is numbers with dots ("2.4.1"). */
bool version_is_good_text(const char *version);
bool version_is_bad(const char *version); /* 2.0 and later */

#endif
