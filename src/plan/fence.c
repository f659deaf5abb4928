#include "fence.h"

#include "base/id.h"
#include "base/suggest.h"

#include <stdlib.h>
#include <string.h>

typedef enum {
    TAKE_ROLE,
    TAKE_NAME,
    TAKE_TIMEOUT,
    TAKE_RETRIES,
    TAKE_EXPECTED,
    TAKE_EXPECT,
    TAKE_ON_FAILURE,
    TAKE_CONTINUE,
    TAKE_UNCUT,
} taker;

#define OF(role) (1u << (role))
#define OF_RUN (OF(FENCE_COMMAND))
#define OF_ANY (OF_RUN | OF(FENCE_VERIFY) | OF(FENCE_UNDO) | OF(FENCE_GATE) | OF(FENCE_IDENTITY))

/* One row per attribute: what it is called, which fences may carry it, what it says. */
static const struct {
    const char *name;
    unsigned fits;
    taker taker;
    fence_role role;
    bool takes_value;
} attributes[] = {
    { "verify", OF_ANY, TAKE_ROLE, FENCE_VERIFY, false },
    { "undo", OF_ANY, TAKE_ROLE, FENCE_UNDO, false },
    { "gate", OF_ANY, TAKE_ROLE, FENCE_GATE, false },
    { "identity", OF_ANY, TAKE_ROLE, FENCE_IDENTITY, false },
    { "text", OF_ANY, TAKE_ROLE, FENCE_TEXT, false },
    { "name", OF_RUN | OF(FENCE_GATE), TAKE_NAME, 0, true },
    { "timeout", OF_ANY, TAKE_TIMEOUT, 0, true },
    { "retries", OF_RUN, TAKE_RETRIES, 0, true },
    { "expected", OF_RUN, TAKE_EXPECTED, 0, true },
    { "expect", OF(FENCE_IDENTITY), TAKE_EXPECT, 0, true },
    { "on-failure", OF_RUN, TAKE_ON_FAILURE, 0, true },
    { "continue", OF_RUN, TAKE_CONTINUE, 0, false },
    { "uncut", OF_RUN, TAKE_UNCUT, 0, false },
};

/* What site generators and other tools write there; none of it concerns us. */
static const char *const foreign[] = {
    "linenos",
    "linenums",
    "linenostart",
    "anchorlinenos",
    "hl_lines",
    "title",
    "caption",
    "file",
    "filename",
    "copy",
    "style",
    "class",
    "id",
    "highlight",
    "cwd",
    "category",
    "tag",
    "tags",
    "background",
    "interactive",
    "interpreter",
    "mimetype",
    "promptenv",
    "terminalrows",
    "numberlines",
    "linenumbers",
    "startline",
    "startfrom",
    "output",
    "eval",
    "echo",
    "excludefromrunall",
    "closeterminalonsuccess",
    "linenumbersstart",
    "label",
    "open",
    NULL,
};

static const char *const shells[] = { "sh", "bash", "shell", "zsh", NULL };
static const char *const transcripts[] = {
    "console", "terminal", "shell-session", "shellsession", "sh-session", "bash-session", NULL
};

void fence_clear(fence *self)
{
    g_free(self->language);
    g_free(self->name);
    g_free(self->expect);
    *self = (fence){ 0 };
}

/* Where the reading of one info string stands. */
typedef struct walk {
    fence *fence;
    const char *file;
    guint line, column; /* column: of the attribute at hand */
    complaints *into;
} walk;

static void grumble(const walk *at_hand, const char *right, const char *format, ...) G_GNUC_PRINTF(3, 4);

static void grumble(const walk *at_hand, const char *right, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *wrong = g_strdup_vprintf(format, args);
    va_end(args);
    complaint_add(at_hand->into, at_hand->file, at_hand->line, at_hand->column, wrong, right);
}

static gssize attribute_find(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(attributes); i++)
        if (strcmp(attributes[i].name, name) == 0)
            return (gssize)i;
    return -1;
}

static bool is_foreign(const char *key)
{
    g_autofree char *lower = g_ascii_strdown(key, -1);
    return strchr(".#-", *key) != NULL || g_ascii_isdigit(*key) || g_strv_contains(foreign, lower);
}

static void complain_unknown(const walk *at_hand, const char *key)
{
    const char *known[G_N_ELEMENTS(attributes) + 1] = { NULL };
    for (gsize i = 0; i < G_N_ELEMENTS(attributes); i++)
        known[i] = attributes[i].name;
    const char *near = suggest_word(key, known);
    g_autofree char *right =
        near != NULL ? g_strdup_printf("did you mean '%s'?", near) : g_strjoinv(", ", (char **)known);
    g_autofree char *sentence = near != NULL ? g_strdup(right) : g_strdup_printf("one of: %s", right);
    grumble(at_hand, sentence, "unknown attribute '%s'", key);
}

static void take_span(const walk *at_hand, const char *key, const char *value, span *into)
{
    g_autoptr(GError) error = NULL;
    span length = 0;
    if (!span_parse(value, &length, &error))
        grumble(at_hand, "write it as 30s, 5m, 1h30m", "%s=%s is not a duration", key, value);
    else if (length <= 0)
        grumble(at_hand, "write it as 30s, 5m, 1h30m", "%s=%s leaves no time", key, value);
    else
        *into = length;
}

static void take_retries(const walk *at_hand, const char *value)
{
    char *end = NULL;
    gint64 number = g_ascii_strtoll(value, &end, 10);
    if (!g_ascii_isdigit(*value) || *end != '\0' || number > RETRIES_MOST)
        grumble(at_hand, "a whole number from 0 to " G_STRINGIFY(RETRIES_MOST), "retries=%s", value);
    else
        at_hand->fence->retries = (gint)number;
}

static void take_on_failure(const walk *at_hand, const char *value)
{
    static const char *const words[] = { "halt", "undo", "continue", NULL };
    for (int i = 0; words[i] != NULL; i++)
        if (strcmp(words[i], value) == 0) {
            at_hand->fence->failing = (on_failure)i;
            at_hand->fence->failing_said = true;
            return;
        }
    g_autofree char *right = suggest_sentence(value, words);
    grumble(at_hand, right, "on-failure=%s", value);
}

static void take_name(const walk *at_hand, const char *value)
{
    if (!id_is_name(value) || strspn(value, "0123456789") == strlen(value)) {
        grumble(at_hand, "letters, digits, '-', '_' and '.', not a number alone",
                "'%s' is no name for a step", value);
        return;
    }
    g_free(at_hand->fence->name);
    at_hand->fence->name = g_strdup(value);
}

static void take_value(const walk *at_hand, gsize row, const char *value)
{
    fence *self = at_hand->fence;
    switch (attributes[row].taker) {
    case TAKE_NAME:
        take_name(at_hand, value);
        break;
    case TAKE_TIMEOUT:
        take_span(at_hand, "timeout", value, &self->timeout);
        break;
    case TAKE_EXPECTED:
        take_span(at_hand, "expected", value, &self->expected);
        break;
    case TAKE_RETRIES:
        take_retries(at_hand, value);
        break;
    case TAKE_EXPECT:
        g_free(self->expect);
        self->expect = g_strdup(value);
        break;
    case TAKE_ON_FAILURE:
        take_on_failure(at_hand, value);
        break;
    case TAKE_CONTINUE:
        self->failing = ON_FAILURE_CONTINUE;
        self->failing_said = true;
        break;
    case TAKE_UNCUT:
        self->uncut = true;
        break;
    case TAKE_ROLE:
        self->role = attributes[row].role;
        break;
    }
}

/* One word of the braces: quoted or bare; NULL at the end. Moves `at` behind it. */
static char *next_word(const char **at, const char *end)
{
    const char *from = *at;
    if (from < end && (*from == '"' || *from == '\'')) {
        const char *close = memchr(from + 1, *from, (gsize)(end - from - 1));
        if (close != NULL) {
            *at = close + 1;
            return g_strndup(from + 1, (gsize)(close - from - 1));
        }
    }
    const char *stop = from;
    int depth = 0; /* hl_lines=[1, 2] is one word */
    for (; stop < end && (depth > 0 || !strchr(" \t,=:}", *stop) || (*stop == ':' && stop == from)); stop++)
        depth += *stop == '[' ? 1 : *stop == ']' ? -1 : 0;
    *at = stop;
    return g_strndup(from, (gsize)(stop - from));
}

static const char *skip(const char *at, const char *end, const char *signs)
{
    while (at < end && strchr(signs, *at) != NULL)
        at++;
    return at;
}

typedef void (*pair_sees)(walk *at_hand, const char *key, const char *value);

/* Walks key, key=value, "key":"value"; `from` is where the braces' inside begins in the source line. */
static void walk_pairs(walk *at_hand, const char *at, const char *end, guint column, pair_sees sees)
{
    const char *begin = at;
    while ((at = skip(at, end, " \t,")) < end) {
        at_hand->column = column + (guint)(at - begin);
        const char *before = at;
        g_autofree char *key = next_word(&at, end);
        const char *sign = skip(at, end, " \t");
        g_autofree char *value = NULL;
        if (sign < end && (*sign == '=' || *sign == ':')) {
            at = skip(sign + 1, end, " \t");
            value = next_word(&at, end);
        }
        if (at == before)
            at++;
        else if (*key != '\0')
            sees(at_hand, key, value);
    }
}

/* First the roles, so that the fitting of the rest does not hang on the order they are written in. */
static void see_role(walk *at_hand, const char *key, const char *value)
{
    gssize row = attribute_find(key);
    if (row < 0 || attributes[row].taker != TAKE_ROLE || value != NULL)
        return;
    fence_role role = attributes[row].role;
    if (at_hand->fence->role == FENCE_TEXT)
        grumble(at_hand, "commands stand in sh, bash, shell, console, terminal or zsh fences",
                "{%s} on a fence that is text", key);
    else if (at_hand->fence->role != FENCE_COMMAND && at_hand->fence->role != role)
        grumble(at_hand, "a fence is one of verify, undo, gate, identity", "{%s} beside another role", key);
    else
        at_hand->fence->role = role;
}

static void see_attribute(walk *at_hand, const char *key, const char *value)
{
    gssize row = attribute_find(key);
    if (row < 0) {
        if (!is_foreign(key))
            complain_unknown(at_hand, key);
    } else if (attributes[row].taker == TAKE_ROLE) {
        if (value != NULL)
            grumble(at_hand, "it stands alone", "'%s' takes no value", key);
    } else if ((attributes[row].fits & OF(at_hand->fence->role)) == 0) {
        grumble(at_hand, "it belongs to another fence of the step", "'%s' means nothing here", key);
    } else if (attributes[row].takes_value != (value != NULL)) {
        g_autofree char *right = g_strdup_printf("write %s=...", key);
        grumble(at_hand, value != NULL ? "it stands alone" : right,
                value != NULL ? "'%s' takes no value" : "'%s' needs a value", key);
    } else {
        take_value(at_hand, (gsize)row, value);
    }
}

/* The language: the first word, or of "{.sh #id}" and "{bash}" the first inside. */
static char *language_of(const char *info)
{
    const char *at = info + strspn(info, " \t{.");
    return g_ascii_strdown(at, (gssize)strcspn(at, " \t{},:"));
}

void fence_read(fence *self, const char *info, const char *file, guint line, const char *source,
                complaints *into)
{
    *self = (fence){ .timeout = -1, .expected = -1, .retries = -1, .language = language_of(info) };
    self->transcript = g_strv_contains(transcripts, self->language);
    bool runs = self->transcript || g_strv_contains(shells, self->language);
    self->role = runs ? FENCE_COMMAND : FENCE_TEXT;

    const char *open = strchr(info, '{'), *close = strrchr(info, '}');
    if (open == NULL || close == NULL || close < open)
        return;
    if (open == info) /* "{.sh ...}": the language was the first word inside */
        open += strspn(open, " \t{.") + strlen(self->language) - 1;
    const char *brace = strchr(source, '{');
    guint column = brace != NULL ? (guint)(brace - source) + (guint)(open - strchr(info, '{')) + 2 : 1;
    walk at_hand = { .fence = self, .file = file, .line = line, .into = into };
    if (open + 1 <= close) {
        walk_pairs(&at_hand, open + 1, close, column, see_role);
        if (runs && self->role != FENCE_TEXT)
            walk_pairs(&at_hand, open + 1, close, column, see_attribute);
    }
}
