#include "complete.h"

#include "link/parse.h"

#include <string.h>

/* ---- what all shells need ---- */

/* "start|status|gate": what a line begins with. */
static char *first_words(const char *between)
{
    gsize count = 0;
    const command *rows = commands_all(&count);
    GString *words = g_string_new("");
    g_autofree char *last = NULL;
    for (gsize i = 0; i < count; i++) {
        char *word = g_strndup(rows[i].name, strcspn(rows[i].name, " "));
        if (g_strcmp0(word, last) != 0)
            g_string_append_printf(words, "%s%s", words->len > 0 ? between : "", word);
        g_free(last);
        last = word;
    }
    return g_string_free(words, FALSE);
}

static char *options_of(const parameter_row *own)
{
    GString *words = g_string_new("");
    const parameter_row *lists[] = { own, options_all() };
    for (gsize i = 0; i < G_N_ELEMENTS(lists); i++)
        for (const parameter_row *p = lists[i]; p->name != NULL; p++)
            if (!takes_is_word(p->takes))
                g_string_append_printf(words, "%s--%s", words->len > 0 ? " " : "", p->name);
    return g_string_free(words, FALSE);
}

/* What the n-th plain word of a row may be; "" when nobody knows. */
static const char *kind_of_word(const command *row)
{
    for (const parameter_row *p = row->parameters; p->name != NULL; p++)
        if (takes_is_word(p->takes))
            return p->completes != NULL ? p->completes : "";
    return "";
}

/* A shell function that prints the names of a kind, one a line: settled words, or asked of the program. */
static const char names_in_sh[] =
    "_warroom_names() {\n"
    "    case $1 in\n"
    "    *'|'*) printf '%s\\n' \"$1\" | tr '|' '\\n' ;;\n"
    "    incident|step|gate) warroom \"$1\" list --json -q 2>/dev/null |\n"
    "        sed -n \"s/^{[^{]*\\\"$1\\\":\\\"\\([^\\\"]*\\)\\\".*/\\1/p\" ;;\n"
    "    playbook|template|metric|trigger) warroom \"$1\" list --json -q 2>/dev/null |\n"
    "        sed -n 's/^{[^{]*\"name\":\"\\([^\"]*\\)\".*/\\1/p' ;;\n"
    "    command) warroom help --json 2>/dev/null | grep -o '\"command\":\"[^\"]*\"' | cut -d'\"' -f4 ;;\n"
    "    esac\n"
    "}\n";

/* ---- bash and zsh: one case per row ---- */

static void add_cases(GString *script)
{
    gsize count = 0;
    const command *rows = commands_all(&count);
    g_string_append(script, "_warroom_row() {\n    case $1 in\n");
    for (gsize i = 0; i < count; i++) {
        g_autofree char *options = options_of(rows[i].parameters);
        g_string_append_printf(script, "    '%s') options='%s' kind='%s' ;;\n", rows[i].name, options,
                               kind_of_word(&rows[i]));
    }
    g_autofree char *options = options_of(options_all());
    g_string_append_printf(script, "    *) options='%s' kind= ;;\n    esac\n}\n", options);
    g_string_append(script, "_warroom_value() {\n    case \"$1 $2\" in\n");
    for (gsize i = 0; i < count; i++)
        for (const parameter_row *p = rows[i].parameters; p->name != NULL; p++)
            if (p->takes == TAKES_VALUE && p->completes != NULL)
                g_string_append_printf(script, "    '%s --%s') kind='%s' ;;\n", rows[i].name, p->name,
                                       p->completes);
    g_string_append(script, "    *' --incident'|*' -i') kind=incident ;;\n    *' --config') kind=file ;;\n"
                            "    *) return 1 ;;\n    esac\n}\n");
}

static void add_verbs(GString *script)
{
    g_autofree char *all = first_words(" ");
    g_auto(GStrv) nouns = g_strsplit(all, " ", -1);
    g_string_append(script, "_warroom_verbs() {\n    case $1 in\n");
    for (char **noun = nouns; *noun != NULL; noun++) {
        g_autofree const char **verbs = parse_verbs(*noun);
        if (verbs == NULL)
            continue;
        g_autofree char *list = g_strjoinv(" ", (char **)verbs);
        g_string_append_printf(script, "    %s) verbs='%s' ;;\n", *noun, list);
    }
    g_string_append_printf(script, "    *) verbs= ;;\n    esac\n}\n_warroom_first='%s'\n", all);
}

static char *bash_script(void)
{
    GString *script = g_string_new("# bash completion for warroom, made from its table of commands\n");
    g_string_append(script, names_in_sh);
    add_cases(script);
    add_verbs(script);
    g_string_append(
        script,
        "_warroom() {\n"
        "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
        "    local first= second= row= verbs= options= kind= i word IFS=$' \\t\\n'\n"
        "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
        "        word=${COMP_WORDS[i]}\n"
        "        case $word in\n"
        "        -i|--incident|--config|--me|--reason|--confirm) ((i++)) ;;\n"
        "        -*) ;;\n"
        "        *) if [[ -z $first ]]; then first=$word; elif [[ -z $second ]]; then second=$word; fi ;;\n"
        "        esac\n"
        "    done\n"
        "    COMPREPLY=()\n"
        "    _warroom_verbs \"$first\"\n"
        "    if [[ -n $verbs ]]; then row=\"$first $second\"; else row=$first; fi\n"
        "    _warroom_row \"$row\"\n"
        "    if _warroom_value \"$row\" \"$prev\"; then :\n"
        "    elif [[ $cur == -* ]]; then COMPREPLY=($(compgen -W \"$options\" -- \"$cur\")); return\n"
        "    elif [[ -z $first ]]; then COMPREPLY=($(compgen -W \"$_warroom_first\" -- \"$cur\")); return\n"
        "    elif [[ -n $verbs && -z $second ]]; then COMPREPLY=($(compgen -W \"$verbs\" -- \"$cur\")); "
        "return\n"
        "    fi\n"
        "    if [[ $kind == file || $kind == playbook || $kind == template ]]; then\n"
        "        COMPREPLY=($(compgen -f -- \"$cur\"))\n"
        "    fi\n"
        "    IFS=$'\\n'\n"
        "    COMPREPLY+=($(compgen -W \"$(_warroom_names \"$kind\")\" -- \"$cur\"))\n"
        "    for i in \"${!COMPREPLY[@]}\"; do printf -v \"COMPREPLY[i]\" %q \"${COMPREPLY[i]}\"; done\n"
        "}\n"
        "complete -F _warroom warroom\n");
    return g_string_free(script, FALSE);
}

static char *zsh_script(void)
{
    GString *script =
        g_string_new("#compdef warroom\n# zsh completion for warroom, made from its table of commands\n");
    g_string_append(script, names_in_sh);
    add_cases(script);
    add_verbs(script);
    g_string_append(
        script,
        "_warroom() {\n"
        "    local cur=${words[CURRENT]} prev=${words[CURRENT-1]}\n"
        "    local first= second= row= verbs= options= kind= word\n"
        "    for word in ${words[2,CURRENT-1]}; do\n"
        "        case $word in\n"
        "        -*) ;;\n"
        "        *) if [[ -z $first ]]; then first=$word; elif [[ -z $second ]]; then second=$word; fi ;;\n"
        "        esac\n"
        "    done\n"
        "    _warroom_verbs \"$first\"\n"
        "    if [[ -n $verbs ]]; then row=\"$first $second\"; else row=$first; fi\n"
        "    _warroom_row \"$row\"\n"
        "    if _warroom_value \"$row\" \"$prev\"; then :\n"
        "    elif [[ $cur == -* ]]; then compadd -- ${=options}; return\n"
        "    elif [[ -z $first ]]; then compadd -- ${=_warroom_first}; return\n"
        "    elif [[ -n $verbs && -z $second ]]; then compadd -- ${=verbs}; return\n"
        "    fi\n"
        "    [[ $kind == (file|playbook|template) ]] && _files\n"
        "    compadd -- ${(f)\"$(_warroom_names \"$kind\")\"}\n"
        "}\n"
        "if [[ $funcstack[1] == _warroom ]]; then _warroom \"$@\"; else compdef _warroom warroom; fi\n");
    return g_string_free(script, FALSE);
}

/* ---- fish ---- */

/* For single quotes in fish: a quote and a backslash are escaped. */
static char *fish_quoted(const char *text)
{
    g_auto(GStrv) slashes = g_strsplit(text, "\\", -1);
    g_autofree char *once = g_strjoinv("\\\\", slashes);
    g_auto(GStrv) quotes = g_strsplit(once, "'", -1);
    return g_strjoinv("\\'", quotes);
}

static void add_fish_names(GString *script, const char *kind)
{
    if (kind == NULL || kind[0] == '\0')
        return;
    if (strcmp(kind, "file") == 0)
        g_string_append(script, " -F");
    else
        g_string_append_printf(script, " -a \"(_warroom_names '%s')\"", kind);
}

static void add_fish_options(GString *script, const char *condition, const parameter_row *rows)
{
    for (const parameter_row *p = rows; p->name != NULL; p++) {
        if (takes_is_word(p->takes))
            continue;
        g_autofree char *about = fish_quoted(p->about);
        g_string_append_printf(script, "complete -c warroom%s -l %s", condition, p->name);
        if (p->letter != 0)
            g_string_append_printf(script, " -s %c", p->letter);
        if (p->takes != TAKES_FLAG) {
            g_string_append(script, " -x");
            add_fish_names(script, p->completes);
        }
        g_string_append_printf(script, " -d '%s'\n", about);
    }
}

static void add_fish_row(GString *script, const command *row)
{
    g_auto(GStrv) words = g_strsplit(row->name, " ", 2);
    g_autofree char *about = fish_quoted(row->about);
    g_autofree char *here = NULL;
    if (words[1] == NULL) {
        g_string_append_printf(script, "complete -c warroom -n __fish_use_subcommand -a %s -d '%s'\n",
                               words[0], about);
        here = g_strdup_printf(" -n '__fish_seen_subcommand_from %s'", words[0]);
    } else {
        g_autofree const char **verbs = parse_verbs(words[0]);
        g_autofree char *list = g_strjoinv(" ", (char **)verbs);
        g_string_append_printf(script,
                               "complete -c warroom -n '__fish_seen_subcommand_from %s; and not "
                               "__fish_seen_subcommand_from %s' -a %s -d '%s'\n",
                               words[0], list, words[1], about);
        here = g_strdup_printf(" -n '__fish_seen_subcommand_from %s; and __fish_seen_subcommand_from %s'",
                               words[0], words[1]);
    }
    add_fish_options(script, here, row->parameters);
    const char *kind = kind_of_word(row);
    if (kind[0] == '\0')
        return;
    g_string_append_printf(script, "complete -c warroom%s", here);
    add_fish_names(script, kind);
    g_string_append_c(script, '\n');
}

static char *fish_script(void)
{
    GString *script = g_string_new("# fish completion for warroom, made from its table of commands\n");
    g_string_append(
        script,
        "function _warroom_names\n"
        "    switch $argv[1]\n"
        "        case '*|*'\n"
        "            string split '|' $argv[1]\n"
        "        case incident step gate\n"
        "            warroom $argv[1] list --json -q 2>/dev/null | string replace -rf "
        "'^.*?\"'$argv[1]'\":\"([^\"]*)\".*' '$1'\n"
        "        case playbook template metric trigger\n"
        "            warroom $argv[1] list --json -q 2>/dev/null | string replace -rf "
        "'^.*?\"name\":\"([^\"]*)\".*' '$1'\n"
        "        case command\n"
        "            warroom help --json 2>/dev/null | grep -o '\"command\":\"[^\"]*\"' | cut -d'\"' -f4\n"
        "    end\n"
        "end\n"
        "complete -c warroom -f\n");
    g_autofree char *all = first_words(" ");
    g_auto(GStrv) nouns = g_strsplit(all, " ", -1);
    for (char **noun = nouns; *noun != NULL; noun++)
        if (command_find(*noun) == NULL)
            g_string_append_printf(script, "complete -c warroom -n __fish_use_subcommand -a %s\n", *noun);
    gsize count = 0;
    const command *rows = commands_all(&count);
    for (gsize i = 0; i < count; i++)
        add_fish_row(script, &rows[i]);
    add_fish_options(script, "", options_all());
    return g_string_free(script, FALSE);
}

char *complete_script(const char *shell)
{
    if (strcmp(shell, "bash") == 0)
        return bash_script();
    return strcmp(shell, "zsh") == 0 ? zsh_script() : fish_script();
}
