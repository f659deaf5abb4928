/* id.h - names made by us, and names from outside that may serve as one. */
#ifndef WARROOM_BASE_ID_H
#define WARROOM_BASE_ID_H

#include <glib.h>
#include <stdbool.h>

#define ID_SIZE 27 /* 26 letters and digits, time first so that they sort, and the final NUL */

/* An id out of 16 bytes of chance and the time; nothing here asks for either. */
void id_make(gint64 wall_microseconds, const guchar chance[16], char id[ID_SIZE]);
bool id_is_good(const char *id);

/* A name that is safe as a key and in a path: letters, digits, '-', '_', '.', not first '.', 1 to 64. */
bool id_is_name(const char *name);

/* Turns a title into such a name: "Drain green!" is drain-green. The caller frees. Never empty. */
char *id_from_title(const char *title);

#endif
