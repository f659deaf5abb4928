/* orders.h - the shop's database of orders (SQLite), its backups, and the comparison with what customers hold.
 *
 * Several instances write at once: a rollback journal, not WAL. Nothing is synced: what survives is the death of
 * any process, and a power cut ends the practice anyhow. */
#ifndef WARROOM_PRACTICE_ORDERS_H
#define WARROOM_PRACTICE_ORDERS_H

#include "base/moment.h"

#define GOODS 5
typedef struct good {
    const char *name;
    int cents;
} good;
extern const good goods[GOODS]; /* the price list: the shop and its customers know the same one */

typedef struct order {
    const char *id, *version; /* borrowed */
    int good, quantity;
    gint64 total; /* cents */
    moment at;
} order;
gint64 order_owed(int good, int quantity); /* what it should cost */

typedef struct orders orders;
orders *orders_open(const char *folder, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void orders_free(orders *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(orders, orders_free)

bool orders_place(orders *self, const order *one, GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool orders_total(orders *self, const char *id, gint64 *total, GError **error); /* ERR_NOT_FOUND */
bool orders_sum(orders *self, moment since, gint64 *cents, gint64 *count, GError **error);

/* The customers' side: one confirmed order. */
typedef struct receipts receipts;
receipts *receipts_open(const char *folder, GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool receipts_keep(receipts *self, const order *one, GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct comparison {
    gint64 compared; /* confirmed orders: every row of the customers' */
    gint64 lost;     /* confirmed, and not in the shop's database */
    gint64 wrong;    /* there, but with another total than the price list says */
    gint64
        unclaimed; /* there, but never confirmed: an answer that was lost on its way. No difference; journeys' own are left out */
} comparison;
bool orders_compare(const char *folder, comparison *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Charges every wrong order what it should have cost. */
bool orders_correct(const char *folder, gint64 *corrected, GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct backup {
    char *name; /* backup-0001 */
    moment at;
    gint64 rows;
    char digest[65];
    char *version; /* what was live then */
} backup;
void backup_clear(backup *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(backup, backup_clear)

bool backup_take(const char *folder, const char *version, backup *result,
                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* NULL: the newest. ERR_NOT_FOUND when there is none. */
bool backup_find(const char *folder, const char *name, backup *result,
                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Its bytes are those that were written, and SQLite finds it whole, with that many rows. */
bool backup_verify(const char *folder, const backup *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Puts it in the place of what is there; `gone` counts the orders that were there and are no more. */
bool backup_restore(const char *folder, const backup *self, gint64 *gone,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
