#include "words.h"

#include "backquote.h"

#include <string.h>

#define OWNER_LONGEST 60

bool words_are_task(const char *words)
{
    return words[0] == '[' && strchr(" xX", words[1]) != NULL && words[1] != '\0' && words[2] == ']' &&
           (words[3] == ' ' || words[3] == '\t') && words[4] != '\0';
}

char *words_condition(const char *words, const char **before, const char **after)
{
    char *found = NULL;
    for (const char *open = strchr(words, '`'); open != NULL;) {
        const char *close = strchr(open + 1, '`');
        if (close == NULL)
            break;
        g_autofree char *inside = g_strndup(open + 1, (gsize)(close - open - 1));
        g_strstrip(inside);
        if (backquote_is_condition(inside)) {
            g_free(found);
            found = g_steal_pointer(&inside);
            *before = open;
            *after = close + 1;
        }
        open = strchr(close + 1, '`');
    }
    return found;
}

/* Parentheses at the end of a task name its owner; a remark in them does not. */
static bool is_owner(const char *text, gsize length)
{
    static const char *const remarks[] = { "see ",  "e.g",    "i.e",      "if ",  "optional", "or ",
                                           "and ",  "about ", "approx",   "not ", "when ",    "should ",
                                           "must ", "with ",  "without ", "in ",  "on ",      "at ",
                                           "for ",  "from ",  NULL };
    g_autofree char *lower = g_utf8_strdown(text, (gssize)length);
    for (int i = 0; remarks[i] != NULL; i++)
        if (g_str_has_prefix(lower, remarks[i]))
            return false;
    return length > 0 && length <= OWNER_LONGEST && !g_ascii_isdigit(*text) &&
           strpbrk(lower, "`/<>=:;?()") == NULL;
}

static char *take_owner(char *words)
{
    gsize length = strlen(words);
    while (length > 0 && strchr(" .", words[length - 1]) != NULL)
        length--;
    char *open = strrchr(words, '(');
    if (length == 0 || words[length - 1] != ')' || open == NULL || open == words)
        return g_strdup("");
    gsize inside = (gsize)(words + length - 1 - open - 1);
    if (!is_owner(open + 1, inside))
        return g_strdup("");
    char *owner = g_strstrip(g_strndup(open + 1, inside));
    *open = '\0';
    return owner;
}

static void trim_end(char *words, const char *signs)
{
    gsize length = strlen(words);
    while (length > 0 && strchr(signs, words[length - 1]) != NULL)
        words[--length] = '\0';
}

void words_split_task(const char *words, char **title, char **owner, char **condition)
{
    g_autofree char *rest = g_strstrip(g_strdup(words + 4));
    *owner = take_owner(rest);
    const char *before = NULL, *after = NULL;
    *condition = words_condition(rest, &before, &after);
    if (*condition != NULL) {
        g_autofree char *head = g_strndup(rest, (gsize)(before - rest));
        trim_end(head, " ");
        char *joined = g_strconcat(head, after, NULL);
        g_free(rest);
        rest = joined;
    }
    g_strstrip(rest);
    trim_end(rest, " :,-");
    *title = *rest != '\0' ? g_steal_pointer(&rest) : g_strdup(*condition != NULL ? *condition : words + 4);
}

bool words_are_several_conditions(const char *words)
{
    const char *before = NULL, *after = NULL;
    g_autofree char *last = words_condition(words, &before, &after);
    if (last == NULL)
        return false;
    g_autofree char *rest = g_strndup(words, (gsize)(before - words));
    g_autofree char *other = words_condition(rest, &before, &after);
    return other != NULL;
}

static const struct {
    const char *word;
    mark mark;
} marks[] = {
    { "Verify:", MARK_VERIFY },
    { "Risk:", MARK_RISK },
    { "Data:", MARK_DATA },
    { "Trouble:", MARK_TROUBLE },
    { "Irreversible:", MARK_IRREVERSIBLE },
};

mark words_mark(const char *source)
{
    source += strspn(source, "*_");
    for (gsize i = 0; i < G_N_ELEMENTS(marks); i++) {
        gsize word = strlen(marks[i].word);
        if (strncmp(source, marks[i].word, word) == 0)
            return marks[i].mark;
        /* **Risk**: the sign outside of the emphasis */
        if (strncmp(source, marks[i].word, word - 1) == 0) {
            gsize stars = strspn(source + word - 1, "*_");
            if (stars > 0 && source[word - 1 + stars] == ':')
                return marks[i].mark;
        }
    }
    return MARK_NONE;
}

const char *words_behind_mark(const char *words)
{
    const char *colon = strchr(words, ':');
    if (colon == NULL)
        return words;
    colon++;
    return colon + strspn(colon, " \t");
}

char *words_title(const char *words)
{
    if (words_are_task(words))
        words += 4;
    g_autofree char *title = g_strstrip(g_strdup(words));
    char *stop = strstr(title, ". ");
    if (stop != NULL && stop - title > 3)
        *stop = '\0';
    if (g_utf8_strlen(title, -1) > TITLE_LONGEST) {
        char *cut = g_utf8_offset_to_pointer(title, TITLE_LONGEST - 1);
        *cut = '\0';
        char *space = strrchr(title, ' ');
        if (space != NULL && space > title + TITLE_LONGEST / 2)
            *space = '\0';
        trim_end(title, " ,:");
        return g_strconcat(title, "~", NULL);
    }
    trim_end(title, " :.");
    return *title != '\0' ? g_steal_pointer(&title) : NULL;
}

char *words_heading(const char *words)
{
    char *title = g_strdup(words);
    char *anchor = strstr(title, "{#");
    if (anchor != NULL && g_str_has_suffix(anchor, "}"))
        *anchor = '\0';
    g_strstrip(title);
    if (*title != '\0')
        return title;
    g_free(title);
    return g_strdup("Untitled");
}
