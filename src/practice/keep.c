/* keep.c - the verbs about the orders: backups, and the comparison with the customers' receipts. */
#include "orders.h"
#include "verbs.h"

#include "world/clock.h"

#include <stdio.h>

static void print_backup(const char *word, const backup *one)
{
    g_autofree char *at = moment_human(one->at);
    printf("%-9s %s  %s  %" G_GINT64_FORMAT " orders  version %s  sha256 %.12s\n", word, one->name, at,
           one->rows, one->version, one->digest);
}

static bool take(const told *where, const json *state, const char *word, backup *made, GError **error)
{
    if (!backup_take(where->folder, json_text(state, "version", "?"), made, error))
        return false;
    print_backup(word, made);
    return true;
}

int verb_backup(const typed *line, GError **error)
{
    g_autoptr(json) state = NULL;
    g_autoptr(told) where = running(line, &state, error);
    g_auto(backup) made = { 0 };
    if (where == NULL || !backup_take(where->folder, json_text(state, "version", "?"), &made, error))
        return 1;
    if (!line->as_json) {
        print_backup("backup", &made);
        return 0;
    }
    g_autoptr(json) all = json_object();
    json_put_text(all, "name", made.name);
    json_put_whole(all, "rows", made.rows);
    json_put_text(all, "sha256", made.digest);
    g_autofree char *text = json_pretty(all);
    fputs(text, stdout);
    return 0;
}

int verb_verify_backup(const typed *line, GError **error)
{
    g_autoptr(told) where = running(line, NULL, error);
    g_auto(backup) one = { 0 };
    span limit = SPAN_LONGEST;
    if (where == NULL || (line->younger != NULL && !span_parse(line->younger, &limit, error)) ||
        !backup_find(where->folder, line->words != NULL ? line->words[0] : NULL, &one, error) ||
        !backup_verify(where->folder, &one, error))
        return 1;
    span age = MAX(clock_now().wall - one.at, 0);
    g_autofree char *old = span_text(age - age % SPAN_SECOND);
    if (age > limit)
        return fail(error, ERR_REFUSED, "%s is %s old: older than %s", one.name, old, line->younger), 1;
    print_backup("whole", &one);
    return 0;
}

int verb_restore(const typed *line, GError **error)
{
    g_autoptr(json) state = NULL;
    g_autoptr(told) where = running(line, &state, error);
    g_auto(backup) one = { 0 };
    g_auto(backup) before = { 0 };
    gint64 gone = 0;
    if (where == NULL ||
        !backup_find(where->folder, line->words != NULL ? line->words[0] : NULL, &one, error) ||
        !backup_verify(where->folder, &one, error) || !take(where, state, "kept", &before, error) ||
        !backup_restore(where->folder, &one, &gone, error))
        return 1;
    print_backup("restored", &one);
    printf("gone      %" G_GINT64_FORMAT " orders that were made since; they are in %s\n", gone, before.name);
    return 0;
}

static void print_comparison(const comparison *all)
{
    printf("compared  %" G_GINT64_FORMAT " confirmed orders with the database\n"
           "lost      %" G_GINT64_FORMAT "\n"
           "wrong     %" G_GINT64_FORMAT " charged another total than the price list says\n"
           "unclaimed %" G_GINT64_FORMAT " kept, and never confirmed to anybody (no difference)\n",
           all->compared, all->lost, all->wrong, all->unclaimed);
}

static void print_json(const comparison *all)
{
    g_autoptr(json) row = json_object();
    json_put_whole(row, "compared", all->compared);
    json_put_whole(row, "lost", all->lost);
    json_put_whole(row, "wrong", all->wrong);
    json_put_whole(row, "unclaimed", all->unclaimed);
    g_autofree char *text = json_pretty(row);
    fputs(text, stdout);
}

int verb_compare(const typed *line, GError **error)
{
    g_autoptr(told) where = running(line, NULL, error);
    comparison all;
    gint64 corrected = 0;
    if (where == NULL || (line->correct && !orders_correct(where->folder, &corrected, error)) ||
        !orders_compare(where->folder, &all, error))
        return 1;
    gint64 differences = all.lost + (line->lost ? 0 : all.wrong);
    if (line->count) {
        printf("%" G_GINT64_FORMAT "\n", differences);
        return 0;
    }
    if (line->correct && !line->as_json)
        printf("corrected %" G_GINT64_FORMAT " totals\n", corrected);
    if (line->as_json)
        print_json(&all);
    else
        print_comparison(&all);
    return differences == 0 ? 0
                            : (fail(error, ERR_FAILED, "%" G_GINT64_FORMAT " differences", differences), 1);
}
