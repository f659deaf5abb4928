#include "restore.h"

#include "world/files.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define BYTES_MOST 256
#define NOTE_MARK "warroom terminal 1"
#define LOOKS 10
#define BETWEEN_LOOKS 10000 /* microseconds */

/* One terminal for one process: a signal handler has nobody to ask. */
typedef struct note {
    char mark[24];
    pid_t session;
    struct termios modes;
    size_t length;
    char bytes[BYTES_MOST];
} note;

static struct {
    int fd, lock;
    char *path;
    note note;
} ours = { .fd = -1, .lock = -1 };

static const int crashes[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS };

static void put_back(int fd, const note *from)
{
    for (size_t sent = 0; sent < from->length;) {
        ssize_t put = write(fd, from->bytes + sent, from->length - sent);
        if (put < 0 && errno != EINTR)
            break;
        sent += put > 0 ? (size_t)put : 0;
    }
    tcsetattr(fd, TCSANOW, &from->modes);
}

static void crashed(int which)
{
    put_back(ours.fd, &ours.note);
    signal(which, SIG_DFL);
    raise(which);
}

static char *note_path(int fd, const char *folder)
{
    unsigned device = 0; /* the terminal's own, also when it was reached as /dev/tty */
    if (folder == NULL || ioctl(fd, TIOCGDEV, &device) != 0)
        return NULL;
    return g_strdup_printf("%s/terminal-%u-%u", folder, major(device), minor(device));
}

static void write_note(int fd, const char *folder)
{
    ours.path = note_path(fd, folder);
    if (ours.path == NULL)
        return;
    ours.lock = open(ours.path, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool noted = ours.lock >= 0 && flock(ours.lock, LOCK_EX | LOCK_NB) == 0 &&
                 write(ours.lock, &ours.note, sizeof ours.note) == (ssize_t)sizeof ours.note;
    if (!noted)
        g_debug("the terminal is not noted: a console that is killed leaves it as it is");
}

void restore_begin(int fd, const char *folder, const char *bytes)
{
    ours.fd = fd;
    ours.note = (note){ .mark = NOTE_MARK, .session = tcgetsid(fd) };
    tcgetattr(fd, &ours.note.modes);
    ours.note.length = MIN(strlen(bytes), sizeof ours.note.bytes);
    memcpy(ours.note.bytes, bytes, ours.note.length);
    write_note(fd, folder);
    for (gsize i = 0; i < G_N_ELEMENTS(crashes); i++)
        signal(crashes[i], crashed);
}

const struct termios *restore_modes(void)
{
    return &ours.note.modes;
}

void restore_now(void)
{
    put_back(ours.fd, &ours.note);
}

void restore_end(void)
{
    if (ours.fd < 0)
        return;
    restore_now();
    if (ours.path != NULL)
        unlink(ours.path);
    if (ours.lock >= 0)
        close(ours.lock);
    g_clear_pointer(&ours.path, g_free);
    for (gsize i = 0; i < G_N_ELEMENTS(crashes); i++)
        signal(crashes[i], SIG_DFL);
    ours.fd = ours.lock = -1;
}

/* A killed console's lock may live a moment longer, in an engine it was just starting. */
static bool lock_is_free(int fd)
{
    for (int look = 0; look < LOOKS; look++) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            return true;
        g_usleep(BETWEEN_LOOKS);
    }
    return false;
}

/* Of the same session: a terminal that was given the number since owes nobody anything. */
static bool is_left_behind(int fd, note *found)
{
    return lock_is_free(fd) && read(fd, found, sizeof *found) == (ssize_t)sizeof *found &&
           strcmp(found->mark, NOTE_MARK) == 0 && found->length <= sizeof found->bytes &&
           found->session == tcgetsid(STDIN_FILENO);
}

bool restore_repair(const char *folder)
{
    g_autofree char *path = note_path(STDIN_FILENO, folder);
    g_auto(filedesc) fd = path != NULL ? open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC) : -1;
    note found = { .session = -1 };
    if (fd < 0 || !is_left_behind(fd, &found))
        return false;
    put_back(STDIN_FILENO, &found);
    unlink(path);
    return true;
}
