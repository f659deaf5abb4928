#include "base/suggest.h"

#include <stdbool.h>
#include <string.h>

#define WORD_LONGEST 64   /* nobody mistypes a longer one */
#define SHORT_LIST 8      /* words that are simply all named */
#define PREFIX_SHORTEST 3 /* "err" may mean error_rate, "e" may mean anything */

static guint least(guint a, guint b, guint c)
{
    return MIN(a, MIN(b, c));
}

/* Slips of the hand between two words: a letter too many, too few, wrong, or two swapped. Case is no slip,
 * and neither is '-' for '_'. */
static char letter_of(char c)
{
    return c == '-' ? '_' : g_ascii_tolower(c);
}

/* Anything above `most` is only said to be more: a list of a thousand words is then looked through quickly. */
static guint word_distance(const char *a, gsize a_length, const char *b, gsize b_length, guint most)
{
    guint row[3][WORD_LONGEST + 1] = { 0 };
    guint *before = row[0], *above = row[1], *here = row[2];
    for (gsize j = 0; j <= b_length; j++)
        above[j] = (guint)j;
    for (gsize i = 1; i <= a_length; i++) {
        guint nearest = here[0] = (guint)i;
        for (gsize j = 1; j <= b_length; j++) {
            char x = letter_of(a[i - 1]), y = letter_of(b[j - 1]);
            here[j] = least(above[j] + 1, here[j - 1] + 1, above[j - 1] + (x != y));
            if (i > 1 && j > 1 && x == letter_of(b[j - 2]) && letter_of(a[i - 2]) == y)
                here[j] = MIN(here[j], before[j - 2] + 1);
            nearest = MIN(nearest, here[j]);
        }
        if (nearest > most + 1) /* and a swap looks back by no more than one row */
            return nearest;
        guint *spare = before;
        before = above;
        above = here;
        here = spare;
    }
    return above[b_length];
}

/* A third of the word may be wrong, three letters at most. */
static guint slips_allowed(gsize length)
{
    return (guint)MIN((length + 1) / 3, 3);
}

static bool is_beginning(const char *word, gsize length, const char *of, gsize of_length)
{
    return length >= PREFIX_SHORTEST && length < of_length && g_ascii_strncasecmp(word, of, length) == 0;
}

const char *suggest_word(const char *word, const char *const *known)
{
    gsize length = strlen(word);
    const char *nearest = NULL, *begun = NULL;
    guint nearest_slips = slips_allowed(length) + 1;
    if (length == 0 || length > WORD_LONGEST)
        return NULL;
    for (; *known != NULL; known++) {
        gsize known_length = strlen(*known);
        if (known_length > WORD_LONGEST)
            continue;
        guint slips = word_distance(word, length, *known, known_length, nearest_slips);
        if (slips < nearest_slips && slips < known_length) {
            nearest = *known;
            nearest_slips = slips;
        }
        if (begun == NULL && (is_beginning(word, length, *known, known_length) ||
                              is_beginning(*known, known_length, word, length)))
            begun = *known;
    }
    return nearest != NULL ? nearest : begun;
}

char *suggest_sentence(const char *word, const char *const *known)
{
    const char *nearest = suggest_word(word, known);
    if (nearest != NULL)
        return g_strdup_printf("did you mean '%s'?", nearest);
    guint count = g_strv_length((char **)known);
    if (count == 0 || count > SHORT_LIST)
        return g_strdup("");
    g_autofree char *words = g_strjoinv(", ", (char **)known);
    return g_strdup_printf(count == 1 ? "the only one is %s" : "one of: %s", words);
}
