/* audit.h - is everything that was written still there, and as it was written?
 *
 * All records are shown to it, in the order of their appending. Each stream's chain proves that nothing inside was
 * edited, taken out, put in or swapped; the house's notes prove that no stream was taken out whole, and where a closed
 * one ended; heads that were kept elsewhere (a message, a report, an export) prove that nothing was cut off or
 * written anew up to them. What nobody vouches for, it says. */
#ifndef WARROOM_JOURNAL_AUDIT_H
#define WARROOM_JOURNAL_AUDIT_H

#include "journal/record.h"

typedef struct audit audit;

typedef struct audit_stream {
    char *name;
    gint64 length; /* how many records are intact, from the first */
    char head[DIGEST_SIZE];
    gint64 unknown; /* records of kinds we do not know, among them */
    char *wrong;    /* what is wrong behind them; NULL: nothing */
    gint64 vouched; /* the last record that something outside the stream vouches for; 0: none */
    char *voucher;  /* what that is: house/7, mail.txt:3; NULL */
    bool
        from_house; /* ... and it is in the same journal: whoever rewrote the one may have rewritten the other */
} audit_stream;

/* `with_house`: the records come from a whole journal, so the house must know each stream. (It is asked too when the
 * records of an export bring it along with others.) */
audit *audit_new(bool with_house);
void audit_free(audit *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(audit, audit_free)

/* A head kept elsewhere, before the records are shown: the first digits of its hash, and where it stands. */
void audit_expect(audit *self, const char *stream, gint64 number, const char *hash_start,
                  const char *voucher);

/* All heads in a text: "... ref INC-0042/48 5be091c47d20a83f16e2b4 ...", a line of an export. How many there were. */
guint audit_expect_text(audit *self, const char *text, const char *file);

/* The next record. False when it, or one before it in its stream, is not intact. */
bool audit_follow(audit *self, const record *next);

/* There are no more records: what is missing now is missing. */
void audit_end(audit *self);

guint audit_count(const audit *self);
const audit_stream *audit_get(const audit *self, guint index); /* in the order of their first records */
bool audit_is_intact(const audit *self);

#endif
