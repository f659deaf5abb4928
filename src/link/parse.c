#include "link/parse.h"

#include "base/fail.h"
#include "base/suggest.h"

#include <string.h>

typedef struct reading {
    const char *const *words;
    gsize at;
    bool literal; /* after "--" */
    GPtrArray *plain;
    parsed *into;
} reading;

void parsed_free(parsed *self)
{
    if (self == NULL)
        return;
    g_free(self->noun);
    json_decref(self->args);
    json_decref(self->options);
    g_free(self);
}

const char **parse_verbs(const char *noun)
{
    gsize count = 0;
    const command *rows = commands_all(&count);
    gsize length = strlen(noun);
    g_autoptr(GPtrArray) verbs = g_ptr_array_new();
    for (gsize i = 0; i < count; i++)
        if (strncmp(rows[i].name, noun, length) == 0 && rows[i].name[length] == ' ')
            g_ptr_array_add(verbs, (gpointer)(rows[i].name + length + 1));
    if (verbs->len == 0)
        return NULL;
    g_ptr_array_add(verbs, NULL);
    return (const char **)g_ptr_array_free(g_steal_pointer(&verbs), FALSE);
}

/* Every word a line may begin with, nouns once, NULL-ended; the strings are the caller's. */
static char **first_words(void)
{
    gsize count = 0;
    const command *rows = commands_all(&count);
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    g_autofree char *last = NULL;
    for (gsize i = 0; i < count; i++) {
        char *word = g_strndup(rows[i].name, strcspn(rows[i].name, " "));
        if (g_strcmp0(word, last) != 0)
            g_strv_builder_add(builder, word);
        g_free(last);
        last = word;
    }
    return g_strv_builder_end(builder);
}

char *parse_usage(const command *row)
{
    GString *text = g_string_new("warroom ");
    g_string_append(text, row->name);
    for (const parameter_row *p = row->parameters; p->name != NULL; p++) {
        switch (p->takes) {
        case TAKES_WORD:
            g_string_append_printf(text, " %s", p->shown);
            break;
        case TAKES_MAYBE:
            g_string_append_printf(text, " [%s]", p->shown);
            break;
        case TAKES_WORDS:
            g_string_append_printf(text, " %s...", p->shown);
            break;
        case TAKES_MAYBE_WORDS:
            g_string_append_printf(text, " [%s...]", p->shown);
            break;
        case TAKES_FLAG:
            g_string_append_printf(text, " [--%s]", p->name);
            break;
        case TAKES_VALUE:
            g_string_append_printf(text, " [--%s %s]", p->name, p->shown);
            break;
        case TAKES_PAIRS:
            g_string_append_printf(text, " [--%s %s]...", p->name, p->shown);
            break;
        }
    }
    return g_string_free(text, FALSE);
}

static const parameter_row *option_in(const parameter_row *rows, const char *name, gsize length, char letter)
{
    for (const parameter_row *p = rows; p != NULL && p->name != NULL; p++) {
        if (takes_is_word(p->takes))
            continue;
        if (letter != 0 ? p->letter == letter
                        : strlen(p->name) == length && strncmp(p->name, name, length) == 0)
            return p;
    }
    return NULL;
}

static char *option_suggestion(const command *row, const char *name)
{
    g_autoptr(GPtrArray) known = g_ptr_array_new();
    for (const parameter_row *p = row != NULL ? row->parameters : NULL; p != NULL && p->name != NULL; p++)
        if (!takes_is_word(p->takes))
            g_ptr_array_add(known, (gpointer)p->name);
    for (const parameter_row *p = options_all(); p->name != NULL; p++)
        g_ptr_array_add(known, (gpointer)p->name);
    g_ptr_array_add(known, NULL);
    const char *near = suggest_word(name, (const char *const *)known->pdata);
    return near != NULL ? g_strdup_printf("did you mean '--%s'?", near) : g_strdup("'--' ends the options");
}

/* A value that may only be one of some words is held to them here, before anything is tried. */
static bool value_is_allowed(const parameter_row *row, const char *value, GError **error)
{
    if (row->completes == NULL || strchr(row->completes, '|') == NULL)
        return true;
    g_auto(GStrv) allowed = g_strsplit(row->completes, "|", -1);
    if (g_strv_contains((const char *const *)allowed, value))
        return true;
    const char *near = suggest_word(value, (const char *const *)allowed);
    g_autofree char *list = g_strjoinv(", ", allowed);
    if (near != NULL)
        return fail(error, ERR_USAGE, "%s is not '%s'; did you mean '%s'? (%s)", row->shown, value, near,
                    list);
    return fail(error, ERR_USAGE, "%s is not '%s'; one of: %s", row->shown, value, list);
}

static bool put_pair(json *pairs, const char *option, const char *text, GError **error)
{
    const char *equals = strchr(text, '=');
    if (equals == NULL || equals == text)
        return fail(error, ERR_USAGE, "--%s wants NAME=VALUE, not '%s'", option, text);
    g_autofree char *name = g_strndup(text, (gsize)(equals - text));
    if (json_object_get(pairs, name) != NULL)
        return fail(error, ERR_USAGE, "--%s names '%s' twice", option, name);
    json_put_text(pairs, name, equals + 1);
    return true;
}

static bool put_option(json *into, const parameter_row *row, const char *value, GError **error)
{
    if (row->takes == TAKES_PAIRS) {
        if (json_object_get(into, row->name) == NULL)
            json_put(into, row->name, json_object());
        return put_pair(json_object_get(into, row->name), row->name, value, error);
    }
    if (json_object_get(into, row->name) != NULL)
        return fail(error, ERR_USAGE, "--%s is given twice", row->name);
    if (!value_is_allowed(row, value, error))
        return false;
    json_put_text(into, row->name, value);
    return true;
}

/* The option at `at`, with its value, which may be the next word. */
static bool read_option(reading *self, GError **error)
{
    const char *word = self->words[self->at++];
    bool is_long = word[1] == '-';
    const char *name = is_long ? word + 2 : word + 1;
    gsize length = is_long ? strcspn(name, "=") : 1;
    char letter = is_long ? 0 : name[0];
    const command *row = self->into->row;
    json *into = self->into->args;
    const parameter_row *option = row != NULL ? option_in(row->parameters, name, length, letter) : NULL;
    if (option == NULL) {
        option = option_in(options_all(), name, length, letter);
        into = self->into->options;
    }
    if (option == NULL) {
        g_autofree char *plain = g_strndup(name, length);
        g_autofree char *right = option_suggestion(row, plain);
        return fail(error, ERR_USAGE, "unknown option '%s'; %s", word, right);
    }
    const char *rest = name + length;
    if (option->takes == TAKES_FLAG) {
        if (rest[0] != '\0')
            return fail(error, ERR_USAGE, "--%s takes no value: '%s'", option->name, word);
        json_put_flag(into, option->name, true);
        return true;
    }
    if (rest[0] != '\0')
        return put_option(into, option, is_long ? rest + 1 : rest, error);
    if (self->words[self->at] == NULL)
        return fail(error, ERR_USAGE, "--%s wants a value: --%s %s", option->name, option->name,
                    option->shown);
    return put_option(into, option, self->words[self->at++], error);
}

static bool unknown_command(const char *word, GError **error)
{
    g_auto(GStrv) known = first_words();
    const char *near = suggest_word(word, (const char *const *)known);
    if (near != NULL)
        return fail(error, ERR_USAGE, "unknown command '%s'; did you mean '%s'?", word, near);
    return fail(error, ERR_USAGE, "unknown command '%s'; 'warroom help' lists them", word);
}

/* The first word names a command, or a noun whose verb comes next. */
static bool read_command(reading *self, const char *word, GError **error)
{
    parsed *into = self->into;
    if (into->noun == NULL) {
        into->row = command_find(word);
        if (into->row != NULL)
            return true;
        g_autofree const char **verbs = parse_verbs(word);
        if (verbs == NULL)
            return unknown_command(word, error);
        into->noun = g_strdup(word);
        return true;
    }
    g_autofree char *name = g_strdup_printf("%s %s", into->noun, word);
    into->row = command_find(name);
    if (into->row != NULL)
        return true;
    g_autofree const char **verbs = parse_verbs(into->noun);
    const char *near = suggest_word(word, verbs);
    if (near != NULL)
        return fail(error, ERR_USAGE, "unknown command '%s'; did you mean '%s %s'?", name, into->noun, near);
    g_autofree char *list = g_strjoinv(", ", (char **)verbs);
    return fail(error, ERR_USAGE, "unknown command '%s'; '%s' goes with: %s", name, into->noun, list);
}

static bool settle_words(reading *self, GError **error)
{
    const command *row = self->into->row;
    guint at = 0;
    for (const parameter_row *p = row->parameters; p->name != NULL; p++) {
        if (!takes_is_word(p->takes))
            continue;
        if (at >= self->plain->len) {
            if (p->takes == TAKES_MAYBE || p->takes == TAKES_MAYBE_WORDS ||
                json_flag(self->into->options, "help", false))
                continue;
            g_autofree char *usage = parse_usage(row);
            return fail(error, ERR_USAGE, "'%s' wants %s: %s", row->name, p->shown, usage);
        }
        if (p->takes == TAKES_WORDS || p->takes == TAKES_MAYBE_WORDS) {
            g_ptr_array_add(self->plain, NULL);
            g_autofree char *text = g_strjoinv(" ", (char **)self->plain->pdata + at);
            json_put_text(self->into->args, p->name, text);
            return true;
        }
        const char *word = g_ptr_array_index(self->plain, at++);
        if (!value_is_allowed(p, word, error))
            return false;
        json_put_text(self->into->args, p->name, word);
    }
    if (at == self->plain->len)
        return true;
    g_autofree char *usage = parse_usage(row);
    return fail(error, ERR_USAGE, "'%s' is a word too many: %s", (char *)g_ptr_array_index(self->plain, at),
                usage);
}

static bool read_words(reading *self, GError **error)
{
    while (self->words[self->at] != NULL) {
        const char *word = self->words[self->at];
        if (!self->literal && strcmp(word, "--") == 0) {
            self->literal = true;
            self->at++;
        } else if (!self->literal && word[0] == '-' && word[1] != '\0') {
            if (!read_option(self, error))
                return false;
        } else if (self->into->row == NULL) {
            self->at++;
            if (!read_command(self, word, error))
                return false;
        } else {
            self->at++;
            g_ptr_array_add(self->plain, (gpointer)word);
        }
    }
    return true;
}

parsed *parse_words(const char *const *words, GError **error)
{
    g_autoptr(parsed) self = g_new0(parsed, 1);
    self->args = json_object();
    self->options = json_object();
    g_autoptr(GPtrArray) plain = g_ptr_array_new();
    reading scan = { .words = words, .plain = plain, .into = self };
    if (!read_words(&scan, error))
        return NULL;
    if (self->row != NULL) {
        g_clear_pointer(&self->noun, g_free);
        if (!settle_words(&scan, error))
            return NULL;
    } else if (self->noun != NULL && !json_flag(self->options, "help", false)) {
        g_autofree const char **verbs = parse_verbs(self->noun);
        g_autofree char *list = g_strjoinv(", ", (char **)verbs);
        fail(error, ERR_USAGE, "'%s' wants a verb: %s", self->noun, list);
        return NULL;
    }
    return g_steal_pointer(&self);
}
