#include "link/surroundings.h"

bool surroundings_matter(const char *verb)
{
    static const char *const firing[] = { "run", "resume", "retry", "undo", NULL };
    return g_strv_contains(firing, verb);
}

json *surroundings_json(char *const *pass)
{
    static const char *const always[] = { "PATH", "HOME", "USER", "LANG", NULL };
    json *environment = json_object();
    for (const char *const *name = always; *name != NULL; name++)
        json_put_text(environment, *name, g_getenv(*name));
    for (; pass != NULL && *pass != NULL; pass++)
        json_put_text(environment, *pass, g_getenv(*pass));
    return environment;
}
