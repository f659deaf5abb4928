/* source.h - where readings come from, as configured: who to ask, how often, for how long.
 *
 * A description only. World asks, and hands the bytes to the reader of the kind. This version reads
 * `metrics` (Prometheus or OpenMetrics text, scraped directly) and `command`; a configuration that names
 * another kind is told so. */
#ifndef WARROOM_DETECT_SOURCE_H
#define WARROOM_DETECT_SOURCE_H

#include "base/section.h"

typedef enum { SOURCE_METRICS, SOURCE_COMMAND } source_kind;

typedef struct source {
    char *name;
    source_kind kind;
    char *url;      /* metrics */
    char **run;     /* command: program and arguments, no shell. It prints one number, or exposition text */
    char **headers; /* "Name: value" or "Name: file:/path" */
    char *token;    /* a reference: file:, env:, command: */
    char *ca;       /* a file */
    bool insecure;  /* plain http beyond this machine, shown on the board */
    span every, timeout;
    guint line;
} source;

/* Always a source; what is wrong with it the complaints say. */
source *source_read(const char *name, const node *map, complaints *into);
void source_free(source *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(source, source_free)

const char *source_kind_name(source_kind kind);

/* The age at which its last values are no longer true of now: three intervals missed, and never less than
 * what a slow but timely answer takes. */
span source_stale_after(const source *self);

/* https, or plain http to this very machine. */
bool source_url_is_safe(const char *url);

#endif
