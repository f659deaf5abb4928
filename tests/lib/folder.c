#define _GNU_SOURCE /* nftw */
#include "lib/folder.h"

#include <ftw.h>
#include <glib.h>
#include <stdio.h>

char *test_folder_make(void)
{
    char *folder = g_dir_make_tmp("warroom-test-XXXXXX", NULL);
    g_assert_nonnull(folder);
    return folder;
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about, (void)kind, (void)where;
    return remove(path);
}

void test_folder_remove(char *folder)
{
    if (folder != NULL)
        nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    g_free(folder);
}
