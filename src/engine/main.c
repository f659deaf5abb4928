#include "program.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

int main(int count, char **words)
{
    setlocale(LC_CTYPE, "");
    if (count > 1 && strcmp(words[1], "--version") == 0) {
        printf("warroom-engine %s\n", WARROOM_VERSION);
        return 0;
    }
    if (count > 1) {
        g_printerr(
            "warroom-engine: '%s' is not understood; it takes no arguments: 'warroom' starts it when it is "
            "needed\n",
            words[1]);
        return ERR_USAGE;
    }
    g_autoptr(GError) trouble = NULL;
    g_autoptr(program) program = program_new(&trouble);
    if (program == NULL) {
        g_printerr("warroom-engine: %s\n", trouble->message);
        return fail_exit_code(trouble);
    }
    program_run(program);
    return engine_is_broken(program->engine) ? ERR_FAILED : 0;
}
