/* folder.h - a folder of a test's own, gone with all that is in it. */
#ifndef WARROOM_TESTS_FOLDER_H
#define WARROOM_TESTS_FOLDER_H

char *folder_make(void); /* the caller gives it to folder_remove */
void folder_remove(char *folder);

#endif
