/* Which face: the console for a person at a terminal who named no command, else the command line. */
#include "cli/face.h"
#include "console/console.h"
#include "link/parse.h"

#include <langinfo.h>
#include <locale.h>
#include <string.h>
#include <unistd.h>

/* Characters as UTF-8 whatever the environment says (cron says C), and nothing else of the locale: a decimal
 * comma would make other numbers of our thresholds. True when the environment itself says UTF-8. */
static bool settle_locale(void)
{
    setlocale(LC_CTYPE, "");
    bool utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    if (!utf8)
        setlocale(LC_CTYPE, "C.UTF-8");
    return utf8;
}

static bool is_attended(void)
{
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && g_strcmp0(g_getenv("TERM"), "dumb") != 0 &&
           g_strcmp0(g_getenv("WARROOM_PLAIN"), "1") != 0;
}

static bool asks_for_console(const parsed *line)
{
    static const char *const others[] = { "help", "version", "json", "plain", "raw", "dry-run", NULL };
    for (const char *const *name = others; *name != NULL; name++)
        if (json_flag(line->options, *name, false))
            return false;
    return line->row == NULL && line->noun == NULL;
}

int main(int count, char **words)
{
    bool utf8 = settle_locale();
    console_repair();
    g_autoptr(parsed) line =
        is_attended() ? parse_words((const char *const *)words + (count > 0), NULL) : NULL;
    if (line == NULL || !asks_for_console(line))
        return cli_main(count, words);
    const console_wish wish = { json_text(line->options, "incident", NULL),
                                json_text(line->options, "config", NULL),
                                json_text(line->options, "me", NULL),
                                json_flag(line->options, "no-color", false), utf8 };
    bool drawn = false;
    int code = console_main(&wish, &drawn);
    return drawn ? code : cli_main(count, words);
}
