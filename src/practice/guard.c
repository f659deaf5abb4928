/* guard.c - FOLDER WISHES, and the folder's lock as descriptor 3: starts the master, waits for its end, sweeps up. */
#include "parts.h"
#include "place.h"
#include "world/process.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

int guard_run(char **arguments, GError **error)
{
    const char *folder = arguments[0];
    g_autofree char *program = place_program();
    g_autofree char *me = g_strdup_printf("%d", (int)getpid());
    const char *const line[] = { program, ".master", folder, me, arguments[1], NULL };
    fcntl(PART_HELD, F_SETFD, FD_CLOEXEC);
    pid_t master = process_detach(line, NULL, "/", PART_HELD, error);
    while (master > 0 && waitpid(master, NULL, 0) < 0 && errno == EINTR)
        continue;
    place_sweep(folder);
    return master > 0 ? 0 : 1;
}
