#include "prompt.h"

#include <string.h>

/* How a command goes on beyond the end of its line. */
typedef struct unfinished {
    char quote;     /* the quote still open, or 0 */
    char *here;     /* the word that ends a here-document, or NULL */
    bool here_tabs; /* <<- : the word may be indented */
    guint compound; /* open do, then, { and ( at ends of lines */
    bool joined;    /* the line ended in a backslash, |, && or || */
} unfinished;

static void unfinished_clear(unfinished *self)
{
    g_free(self->here);
    *self = (unfinished){ 0 };
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(unfinished, unfinished_clear)

static bool is_unfinished(const unfinished *self)
{
    return self->quote != 0 || self->here != NULL || self->compound > 0 || self->joined;
}

/* "<<EOF", "<<-'EOF'" at `at` (behind the two signs): takes the word, returns where it ended. */
static const char *take_here(unfinished *self, const char *at, const char *end)
{
    bool tabs = at < end && *at == '-';
    at += tabs;
    while (at < end && *at == ' ')
        at++;
    g_autoptr(GString) word = g_string_new(NULL);
    for (; at < end && (g_ascii_isalnum(*at) || strchr("_'\"\\", *at) != NULL); at++)
        if (strchr("'\"\\", *at) == NULL)
            g_string_append_c(word, *at);
    if (word->len > 0 && self->here == NULL) {
        self->here = g_strdup(word->str);
        self->here_tabs = tabs;
    }
    return at;
}

/* Quotes, comments and here-documents of one line. Returns where its commands end (before a comment). */
static const char *scan_quotes(unfinished *self, const char *line, const char *end)
{
    for (const char *at = line; at < end; at++) {
        if (self->quote != 0) {
            if (*at == '\\' && self->quote == '"')
                at++;
            else if (*at == self->quote)
                self->quote = 0;
        } else if (*at == '\\') {
            at++;
        } else if (*at == '\'' || *at == '"') {
            self->quote = *at;
        } else if (*at == '#' && (at == line || g_ascii_isspace(at[-1]))) {
            return at;
        } else if (at + 2 < end && strncmp(at, "<<", 2) == 0 && at[2] != '<') {
            at = take_here(self, at + 2, end) - 1;
        } else if (at + 2 < end && strncmp(at, "<<<", 3) == 0) {
            at += 2;
        }
    }
    return end;
}

static bool starts_with_word(const char *line, const char *end, const char *word)
{
    gsize length = strlen(word);
    return (gsize)(end - line) >= length && strncmp(line, word, length) == 0 &&
           (line + length == end || strchr(" \t;|&)>", line[length]) != NULL);
}

static bool ends_with_word(const char *line, const char *end, const char *word)
{
    gsize length = strlen(word);
    return (gsize)(end - line) >= length && strncmp(end - length, word, length) == 0 &&
           (end - length == line || strchr(" \t;)", end[-(gssize)length - 1]) != NULL);
}

static void read_line(unfinished *self, const char *line, const char *end)
{
    static const char *const openers[] = { "do", "then", "{", "(", "in", NULL };
    static const char *const closers[] = { "done", "fi", "}", ")", "esac", NULL };
    if (self->here != NULL) {
        while (self->here_tabs && line < end && *line == '\t')
            line++;
        if ((gsize)(end - line) == strlen(self->here) && strncmp(line, self->here, (gsize)(end - line)) == 0)
            g_clear_pointer(&self->here, g_free);
        return;
    }
    bool was_quoted = self->quote != 0;
    const char *stop = scan_quotes(self, line, end);
    self->joined = stop == end && end > line && end[-1] == '\\' && self->quote == 0;
    if (was_quoted || self->quote != 0)
        return;
    while (stop > line && g_ascii_isspace(stop[-1]))
        stop--;
    while (line < stop && g_ascii_isspace(*line))
        line++;
    for (guint i = 0; closers[i] != NULL; i++)
        if (self->compound > 0 && starts_with_word(line, stop, closers[i]))
            self->compound--;
    for (guint i = 0; openers[i] != NULL; i++)
        if (ends_with_word(line, stop, openers[i]) &&
            (strcmp(openers[i], "in") != 0 || starts_with_word(line, stop, "case")))
            self->compound++;
    if (stop > line && (stop[-1] == '|' || (stop - line > 1 && strncmp(stop - 2, "&&", 2) == 0)))
        self->joined = true;
}

/* "user@host:~$ " and "[user@host dir]# ": the length of the prompt, 0 when the line has none. */
static gsize long_prompt(const char *line, const char *end)
{
    bool bracketed = line < end && *line == '[';
    const char *at = line + bracketed;
    const char *name = at;
    while (at < end && (g_ascii_isalnum(*at) || strchr("_-.", *at) != NULL))
        at++;
    if (at == name || at == end || *at != '@')
        return 0;
    for (at++; at < end && !strchr(bracketed ? "]" : "$# ", *at); at++)
        ;
    if (bracketed && at < end)
        at++;
    if (at + 1 >= end || (*at != '$' && *at != '#') || at[1] != ' ')
        return 0;
    return (gsize)(at - line) + 2;
}

/* "# Drain the node" and "# 1. Drain" are remarks: no command begins with a capital or a digit. */
static bool begins_sentence(char letter)
{
    return g_ascii_isupper(letter) || g_ascii_isdigit(letter) || (letter & 0x80) != 0;
}

/* The length of the prompt that opens a line, 0 for none; `root`: "# " is one too. */
static gsize prompt_length(const char *line, const char *end, bool root)
{
    gsize length = (gsize)(end - line);
    if (length >= 1 && *line == '$' && (length == 1 || line[1] == ' '))
        return MIN(length, 2);
    if (root && length > 2 && strncmp(line, "# ", 2) == 0 && !begins_sentence(line[2]))
        return 2;
    return long_prompt(line, end);
}

static bool is_continuation(const char *line, const char *end)
{
    return line < end && *line == '>' && (line + 1 == end || line[1] == ' ');
}

static const char *line_end(const char *line)
{
    return line + strcspn(line, "\n");
}

/* Is this a session, and whose? Looks at the first line that is neither blank nor (outside of transcripts)
 * a comment; "# " counts as root's prompt only when no other prompt is about. */
static bool is_session(const char *text, bool transcript, bool *root)
{
    *root = false;
    bool first = true, hash_first = false;
    for (const char *line = text; *line != '\0';) {
        const char *end = line_end(line);
        bool blank = strspn(line, " \t") >= (gsize)(end - line);
        bool comment = !blank && *line == '#';
        if (!blank && (first || hash_first)) {
            if (prompt_length(line, end, false) > 0)
                return true;
            if (first && comment && transcript && prompt_length(line, end, true) > 0)
                hash_first = true;
            else if (!comment && first)
                return false;
            first = first && comment && !hash_first;
        }
        line = *end == '\n' ? end + 1 : end;
    }
    *root = hash_first;
    return hash_first;
}

static void append_line(GString *into, const char *line, const char *end)
{
    g_string_append_len(into, line, end - line);
    g_string_append_c(into, '\n');
}

/* A session whose first prompt is "$ " may carry "# " lines: they stay, as the comments they then are. */
static bool session_line(unfinished *open, GString *into, const char *line, const char *end, bool root,
                         bool transcript)
{
    gsize prompt = prompt_length(line, end, root);
    bool goes_on = into->len > 0 && is_unfinished(open);
    if (prompt > 0 && (!goes_on || open->here == NULL)) {
        unfinished_clear(open);
        line += prompt;
    } else if (is_continuation(line, end) && into->len > 0) {
        line += MIN(2, end - line);
    } else if (!goes_on) {
        if (!transcript || strncmp(line, "# ", 2) != 0)
            return false;
        append_line(into, line, end);
        return true;
    }
    read_line(open, line, end);
    append_line(into, line, end);
    return true;
}

char *prompt_drop(const char *text, bool transcript, guint *skipped)
{
    *skipped = 0;
    bool root = false;
    if (!is_session(text, transcript, &root))
        return g_strdup(text);
    g_autoptr(GString) result = g_string_sized_new(strlen(text));
    g_auto(unfinished) open = { 0 };
    bool after_command = false;
    for (const char *line = text; *line != '\0';) {
        const char *end = line_end(line);
        bool printed = !after_command && is_continuation(line, end) && !is_unfinished(&open);
        after_command = !printed && session_line(&open, result, line, end, root, transcript);
        if (result->len == 0)
            (*skipped)++;
        line = *end == '\n' ? end + 1 : end;
    }
    return g_string_free(g_steal_pointer(&result), FALSE);
}

bool prompt_is_foreign(const char *text)
{
    text += strspn(text, " \t\n");
    if (g_str_has_prefix(text, "PS ") || (g_ascii_isalpha(text[0]) && strncmp(text + 1, ":\\", 2) == 0)) {
        const char *end = line_end(text);
        return memchr(text, '>', (gsize)(end - text)) != NULL;
    }
    gsize word = strcspn(text, " \n");
    if (word < 2 || text[word] != ' ' || strspn(text, "0123456789&") + 1 == word) /* "> x", "2> x" */
        return false;
    if (text[word - 1] == '>')
        return true;
    return word > 2 && text[word - 1] == '#' && strchr("=-", text[word - 2]) != NULL;
}
