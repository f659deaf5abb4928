/* chain.h - is a journal whole? A stream is checked record by record, in order.
 *
 * What it can prove is that nothing inside was edited, taken out, put in or swapped. It cannot prove that
 * nothing was cut off at the end, or that the whole was not written anew: that needs a head kept outside
 * (warroom verify --against). It says so. */
#ifndef WARROOM_JOURNAL_CHAIN_H
#define WARROOM_JOURNAL_CHAIN_H

#include "journal/record.h"

typedef struct chain chain;

chain *chain_new(const char *stream);
/* Goes on behind record number `length`, whose hash is `head`, taken on trust. */
chain *chain_resume(const char *stream, gint64 length, const char *head);
void chain_free(chain *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(chain, chain_free)

/* The next record as it was read. False when it does not follow; `error` names the record and what is wrong. */
bool chain_follow(chain *self, const record *next, GError **error) G_GNUC_WARN_UNUSED_RESULT;

gint64 chain_length(const chain *self);
const char *chain_head(const chain *self); /* the hash of the last good record; 64 zeros when there is none */

/* "INC-0042/48 5be091c47d20a83f16e2b4": what is printed in messages, reports, handovers. The caller frees. */
char *chain_anchor(const char *stream, gint64 number, const char *hash);
bool chain_anchor_parse(const char *text, char **stream, gint64 *number, char **hash_start,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
