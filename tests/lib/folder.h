/* folder.h - a folder of a test's own, gone with all that is in it. */
#ifndef WARROOM_TESTS_LIB_FOLDER_H
#define WARROOM_TESTS_LIB_FOLDER_H

char *test_folder_make(void); /* the caller gives it to test_folder_remove */
void test_folder_remove(char *folder);

#endif
