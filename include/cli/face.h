/* face.h - the command line, whole: what src/main.c calls when it chose this face. */
#ifndef WARROOM_CLI_FACE_H
#define WARROOM_CLI_FACE_H

/* Returns the exit code (CONSOLE.md 10). */
int cli_main(int count, char **words);

#endif
