#include "world/person.h"

#include <glib.h>
#include <pwd.h>
#include <unistd.h>

const char *person_name(const char *said)
{
    const char *name = said;
    if (name == NULL || name[0] == '\0')
        name = g_getenv("WARROOM_ME");
    if ((name == NULL || name[0] == '\0') && geteuid() == 0)
        name = g_getenv("SUDO_USER");
    if (name == NULL || name[0] == '\0') {
        const struct passwd *login = getpwuid(getuid());
        name = login != NULL ? login->pw_name : "unknown";
    }
    return g_intern_string(name);
}
