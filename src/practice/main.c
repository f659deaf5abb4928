/* warroom-practice - a shop to practise incidents on: real requests, real failures, real data, nothing of yours. */
#include "parts.h"
#include "trouble.h"
#include "verbs.h"

#include "base/suggest.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum {
    TAKES_BAD = 1,
    TAKES_FOR = 2,
    TAKES_OWNER = 4,
    TAKES_CONFIG = 8,
    TAKES_INSTANCES = 16,
    TAKES_RATE = 32,
    TAKES_VERSION = 64,
    TAKES_POOL = 128,
    TAKES_TRAFFIC = 256,
    TAKES_WAIT = 512,
    TAKES_TIMES = 1024,
    TAKES_JSON = 2048,
    TAKES_COUNT = 4096,
    TAKES_LOST = 8192,
    TAKES_YOUNGER = 16384,
    TAKES_PREVIOUS = 32768,
    TAKES_CORRECT = 65536,
};

static typed line = { .traffic = -1 };

static const struct option_row {
    guint bit;
    GOptionEntry entry;
} option_rows[] = {
    { ~0u,
      { "folder", 'f', 0, G_OPTION_ARG_FILENAME, &line.folder,
        "which practice system; default: $" PLACE_VARIABLE, "FOLDER" } },
    { TAKES_BAD,
      { "bad", 0, 0, G_OPTION_ARG_STRING, &line.bad,
        "how releases from 2.0 on are bad; default: " TROUBLE_SHIPPED, "KINDS" } },
    { TAKES_FOR,
      { "for", 0, 0, G_OPTION_ARG_STRING, &line.lasts, "ends by itself after this time; default: 1h",
        "TIME" } },
    { TAKES_OWNER,
      { "owner", 0, 0, G_OPTION_ARG_FILENAME, &line.owner,
        "ends when nobody holds the lock (flock) on FILE any more", "FILE" } },
    { TAKES_CONFIG,
      { "config", 0, 0, G_OPTION_ARG_FILENAME, &line.config,
        "writes a new warroom configuration that watches it", "FILE" } },
    { TAKES_INSTANCES,
      { "instances", 0, 0, G_OPTION_ARG_INT, &line.instances, "of a pool, 1 to 8; default: 2", "N" } },
    { TAKES_RATE,
      { "rate", 0, 0, G_OPTION_ARG_INT, &line.rate,
        "requests a second of the customers, 1 to 500; default: 50", "N" } },
    { TAKES_VERSION,
      { "version", 0, 0, G_OPTION_ARG_STRING, &line.version, "the version to begin with; default: 1.0.0",
        "VERSION" } },
    { TAKES_POOL, { "pool", 0, 0, G_OPTION_ARG_STRING, &line.pool, "blue or green", "POOL" } },
    { TAKES_TRAFFIC,
      { "traffic", 0, 0, G_OPTION_ARG_INT, &line.traffic,
        "share of new visits it gets once it is well; default: 100", "PERCENT" } },
    { TAKES_WAIT,
      { "wait", 0, 0, G_OPTION_ARG_STRING, &line.wait, "how long visits may take to end; default: 30s",
        "TIME" } },
    { TAKES_TIMES,
      { "times", 0, 0, G_OPTION_ARG_INT, &line.times, "how often each journey is made; default: 5", "N" } },
    { TAKES_JSON, { "json", 0, 0, G_OPTION_ARG_NONE, &line.as_json, "one JSON document", NULL } },
    { TAKES_COUNT,
      { "count", 0, 0, G_OPTION_ARG_NONE, &line.count, "only the number of differences, and exit 0", NULL } },
    { TAKES_LOST,
      { "lost", 0, 0, G_OPTION_ARG_NONE, &line.lost, "only lost orders are a difference", NULL } },
    { TAKES_YOUNGER,
      { "younger", 0, 0, G_OPTION_ARG_STRING, &line.younger, "an older one is refused", "TIME" } },
    { TAKES_PREVIOUS,
      { "previous", 0, 0, G_OPTION_ARG_NONE, &line.previous,
        "only 'VERSION POOL' of the one before; exit 4 without", NULL } },
    { TAKES_CORRECT,
      { "correct", 0, 0, G_OPTION_ARG_NONE, &line.correct,
        "first charges wrong orders what they should have cost", NULL } },
};

static const struct verb_row {
    const char *name, *words, *summary, *more, *example;
    guint takes, least, most;
    int (*perform)(const typed *line, GError **error);
} verbs[] = {
    { "up", "", "starts a practice system",
      "Everything runs on free ports of the loopback and is told by practice.json in the folder. It ends by "
      "itself: after its time, with its owner, when it is told to; then nothing of it is left.",
      "warroom-practice up --bad slow,errors --for 20m",
      TAKES_BAD | TAKES_FOR | TAKES_OWNER | TAKES_CONFIG | TAKES_INSTANCES | TAKES_RATE | TAKES_VERSION, 0, 0,
      verb_up },
    { "down", "", "ends it, and takes away all it wrote", "", "warroom-practice down", 0, 0, 0, verb_down },
    { "status", "", "what runs, who gets the traffic, what customers met", "", "warroom-practice status",
      TAKES_JSON, 0, 0, verb_status },
    { "whoami", "", "which target this is",
      "The shop is asked, through its balancer; exit 1 when it does not answer.", "warroom-practice whoami",
      0, 0, 0, verb_whoami },
    { "metrics", "", "the figures, as Prometheus text", "The same that a scrape of its metrics address gets.",
      "warroom-practice metrics", 0, 0, 0, verb_metrics },
    { "deploys", "", "the deploy history, newest first", "", "warroom-practice deploys --previous",
      TAKES_JSON | TAKES_PREVIOUS, 0, 0, verb_deploys },
    { "deploy", "VERSION", "puts a version on the pool without traffic, then moves the traffic",
      "Its instances must be well before they get a customer. --traffic 20 makes a canary, --traffic 0 moves "
      "nobody.",
      "warroom-practice deploy 2.0.0", TAKES_POOL | TAKES_TRAFFIC, 1, 1, verb_deploy },
    { "traffic", "POOL PERCENT", "gives a pool its share of new visits, the other one the rest",
      "Visits that are open stay where they are until they end: see drain.",
      "warroom-practice traffic blue 100", 0, 2, 2, verb_traffic },
    { "drain", "POOL", "waits until the visits on a pool have ended",
      "Prints how many are open; what is left when the time is over is moved to the other pool, and said.",
      "warroom-practice drain green --wait 20s", TAKES_WAIT, 1, 1, verb_drain },
    { "scale", "POOL N", "runs N instances of a pool, 0 to 8", "", "warroom-practice scale green 0", 0, 2, 2,
      verb_scale },
    { "flag", "NAME on|off", "turns a feature flag",
      "There is one: " TROUBLE_FLAG ". Off, releases from 2.0 on behave.",
      "warroom-practice flag " TROUBLE_FLAG " off", 0, 2, 2, verb_flag },
    { "break", "KINDS", "makes a pool bad, whatever its version",
      "Kinds: slow, errors, totals, leak, crash, loss; several with commas. Without --pool: the one "
      "customers meet.",
      "warroom-practice break crash --pool blue", TAKES_POOL, 1, 1, verb_break },
    { "heal", "", "ends all trouble, that of bad releases too",
      "What was charged wrongly or lost stays so: see compare.", "warroom-practice heal", 0, 0, 0,
      verb_heal },
    { "backup", "", "copies the orders while the shop goes on", "", "warroom-practice backup", TAKES_JSON, 0,
      0, verb_backup },
    { "verify-backup", "[NAME]", "is a backup whole, and young enough?",
      "Default: the newest. Its bytes, SQLite's own check and its rows are compared with what was written "
      "down.",
      "warroom-practice verify-backup --younger 30m", TAKES_YOUNGER, 0, 1, verb_verify_backup },
    { "restore", "[NAME]", "puts a backup in the place of the orders",
      "Default: the newest. What is there is backed up first; the orders made since are gone, and counted.",
      "warroom-practice restore backup-0001", 0, 0, 1, verb_restore },
    { "compare", "", "holds the orders against the customers' receipts",
      "Exit 1 when an order is lost or charged wrongly.", "warroom-practice compare",
      TAKES_JSON | TAKES_COUNT | TAKES_LOST | TAKES_CORRECT, 0, 0, verb_compare },
    { "journeys", "", "makes the key journeys, as a customer would",
      "Exit 1 when one fails. With --pool that pool is asked, whatever its traffic.",
      "warroom-practice journeys --pool blue", TAKES_POOL | TAKES_TIMES, 0, 0, verb_journeys },
};

static const struct part_row {
    const char *name;
    guint arguments;
    int (*run)(char **arguments, GError **error);
} part_rows[] = {
    { ".guard", 2, guard_run },         { ".master", 3, master_run }, { ".balancer", 2, balancer_run },
    { ".customers", 4, customers_run }, { ".shop", 5, shop_run },
};

static void usage(FILE *to)
{
    fputs("Usage: warroom-practice VERB [WORDS] [OPTIONS]\n\n"
          "A shop to practise incidents on: real requests, real failures, real data, nothing of yours.\n\n",
          to);
    for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++) {
        g_autofree char *typed_so = g_strdup_printf("%s %s", verbs[i].name, verbs[i].words);
        fprintf(to, "  %-22s %s\n", typed_so, verbs[i].summary);
    }
    fputs("\nwarroom-practice VERB --help    explains one, with an example\n", to);
}

static const struct verb_row *verb_find(const char *name, GError **error)
{
    const char *names[G_N_ELEMENTS(verbs) + 1] = { NULL };
    for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++) {
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
        names[i] = verbs[i].name;
    }
    const char *near = suggest_word(name, names);
    fail(error, ERR_USAGE, "there is no '%s'%s%s%s", name, near != NULL ? ": did you mean " : ": see --help",
         near != NULL ? near : "", near != NULL ? "?" : "");
    return NULL;
}

/* The options of this verb; --help prints and ends. */
static bool read_line(const struct verb_row *verb, char **arguments, GError **error)
{
    GOptionEntry entries[G_N_ELEMENTS(option_rows) + 2] = { { 0 } };
    gsize count = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(option_rows); i++)
        if (option_rows[i].bit == ~0u || (verb->takes & option_rows[i].bit) != 0)
            entries[count++] = option_rows[i].entry;
    entries[count] =
        (GOptionEntry){ G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &line.words, NULL, NULL };
    g_autofree char *summary = g_strdup_printf("%s: %s.%s%s", verb->name, verb->summary,
                                               verb->more[0] != '\0' ? "\n" : "", verb->more);
    g_autofree char *example = g_strdup_printf("Example:\n  %s", verb->example);
    g_autofree char *words = g_strdup_printf("%s", verb->words);
    GOptionContext *context = g_option_context_new(words);
    g_option_context_set_summary(context, summary);
    g_option_context_set_description(context, example);
    g_option_context_add_main_entries(context, entries, NULL);
    g_autoptr(GError) why = NULL;
    bool read = g_option_context_parse_strv(context, &arguments, &why);
    g_option_context_free(context);
    guint given = line.words != NULL ? g_strv_length(line.words) : 0;
    if (!read)
        return fail(error, ERR_USAGE, "%s", why->message);
    if (given < verb->least || given > verb->most)
        return fail(error, ERR_USAGE, "takes %s, as in: %s", verb->most == 0 ? "no words" : verb->words,
                    verb->example);
    return true;
}

static int perform(char **arguments, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(part_rows); i++)
        if (strcmp(part_rows[i].name, arguments[1]) == 0 &&
            g_strv_length(arguments) == part_rows[i].arguments + 2)
            return part_rows[i].run(arguments + 2, error);
    const struct verb_row *verb = verb_find(arguments[1], error);
    if (verb == NULL)
        return ERR_USAGE;
    /* The option reader takes the first word for the program's name, and takes words out of the list. */
    g_autofree char *name = g_strdup_printf("warroom-practice %s", verb->name);
    g_set_prgname(name);
    g_auto(GStrv) rest = g_strdupv(arguments + 1);
    if (!read_line(verb, rest, error))
        return ERR_USAGE;
    return verb->perform(&line, error);
}

int main(int count, char **arguments)
{
    g_autoptr(GError) error = NULL;
    setlocale(LC_ALL, "");
    umask(077);
    if (count < 2 || strcmp(arguments[1], "--help") == 0 || strcmp(arguments[1], "-h") == 0) {
        usage(count < 2 ? stderr : stdout);
        return count < 2 ? ERR_USAGE : 0;
    }
    if (strcmp(arguments[1], "--version") == 0) {
        puts("warroom-practice " WARROOM_VERSION);
        return 0;
    }
    int code = perform(arguments, &error);
    if (error == NULL)
        return code;
    fprintf(stderr, "warroom-practice %s: %s\n", arguments[1], error->message);
    return fail_exit_code(error);
}
