/* onscreen.c - what a person sees: runs a program on a terminal of ROWS x COLUMNS, to its end, and prints the text.
 *
 *   onscreen ROWS COLUMNS PROGRAM [WORD...]     what scrolled away stands above; ends as the program did, 124 after 30 s */
#include "lib/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#define SECONDS_MOST 30

int main(int argc, char **argv)
{
    int status = 0;
    if (argc < 4 || atoi(argv[1]) < 1 || atoi(argv[2]) < 1) {
        fprintf(stderr, "onscreen: write  onscreen ROWS COLUMNS PROGRAM [WORD...]\n");
        return 2;
    }
    g_autoptr(screen) term = screen_new(atoi(argv[1]), atoi(argv[2]));
    if (!screen_run(term, (const char *const *)argv + 3, NULL) || !screen_ends(term, &status, SECONDS_MOST))
        return 124;
    g_autofree char *text = screen_text(term);
    fputs(text, stdout);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
