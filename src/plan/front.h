/* front.h - the YAML above a Markdown file, as far as it is ours.
 *
 *     title: Roll back the shop
 *     type: blue_green
 *     expected: {switch: 1m, full: 10m}
 *     drill: 30d
 *     parameters:
 *       REPLICAS: {about: how many to keep, default: 3}
 *       TOKEN: {about: of the load balancer, secret: "env:LB_TOKEN"}
 *     abort: ["error_rate > 10 % for 1m"]
 *     back: {code: goes back, schema: "stays: the older code can live with it"}
 *
 * Site generators keep keys of their own there: those stay in `front` and are nobody's mistake, unless one
 * is a slip of the hand for one of ours. */
#ifndef WARROOM_PLAN_FRONT_H
#define WARROOM_PLAN_FRONT_H

#include "plan/playbook.h"

/* How many lines the front matter takes, its rules included; 0 when there is none. Also of "+++" (TOML),
 * which is passed over. */
guint front_lines(const char *text, gsize length);

/* Fills the book from it. False when the YAML cannot be read; then `into` says why. */
bool front_read(playbook *book, const char *text, gsize length, complaints *into);

#endif
