#include "practice/history.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define BLUE 0
#define GREEN 1

typedef struct row {
    const char *name;
    struct {
        change_kind kind;
        int pool;
        const char *version;
    } changes[6];
    const char *live, *previous;
} row;

static const row rows[] = {
    { "nothing yet", { { 0 } }, NULL, NULL },
    { "put there, met by nobody", { { CHANGE_DEPLOYED, BLUE, "1.0.0" } }, NULL, NULL },
    { "the first one",
      { { CHANGE_DEPLOYED, BLUE, "1.0.0" }, { CHANGE_LIVE, BLUE, "1.0.0" } },
      "1.0.0",
      NULL },
    { "one put beside it is not live",
      { { CHANGE_LIVE, BLUE, "1.0.0" }, { CHANGE_DEPLOYED, GREEN, "2.0.0" } },
      "1.0.0",
      NULL },
    { "a new one went live",
      { { CHANGE_LIVE, BLUE, "1.0.0" }, { CHANGE_LIVE, GREEN, "2.0.0" } },
      "2.0.0",
      "1.0.0" },
    { "rolled back: the one before is the bad one",
      { { CHANGE_LIVE, BLUE, "1.0.0" }, { CHANGE_LIVE, GREEN, "2.0.0" }, { CHANGE_LIVE, BLUE, "1.0.0" } },
      "1.0.0",
      "2.0.0" },
    { "the same version on the other pool is no other version",
      { { CHANGE_LIVE, BLUE, "1.0.0" }, { CHANGE_LIVE, GREEN, "2.0.0" }, { CHANGE_LIVE, BLUE, "2.0.0" } },
      "2.0.0",
      "1.0.0" },
};

static void history__knows__what_is_live_and_what_was(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(history) self = history_new();
        for (int j = 0; j < 6 && rows[i].changes[j].version != NULL; j++)
            history_add(self, j * SPAN_SECOND, rows[i].changes[j].kind, rows[i].changes[j].pool,
                        rows[i].changes[j].version);
        const change *live = history_live(self), *previous = history_previous(self);
        if (g_strcmp0(live != NULL ? live->version : NULL, rows[i].live) != 0 ||
            g_strcmp0(previous != NULL ? previous->version : NULL, rows[i].previous) != 0)
            fail_msg("%s: live %s, before %s", rows[i].name, live != NULL ? live->version : "-",
                     previous != NULL ? previous->version : "-");
    }
}

static void history__is_told__newest_first(void **state)
{
    (void)state;
    g_autoptr(history) self = history_new();
    history_add(self, 0, CHANGE_DEPLOYED, BLUE, "1.0.0");
    history_add(self, SPAN_SECOND, CHANGE_LIVE, BLUE, "1.0.0");
    g_autofree char *text = history_text(self);
    assert_string_equal(text, "1970-01-01 00:00:01Z  live      1.0.0     blue  (what customers meet)\n"
                              "1970-01-01 00:00:00Z  deployed  1.0.0     blue\n");
    g_autoptr(json) list = history_json(self);
    assert_int_equal(json_array_size(list), 2);
    assert_string_equal(json_text(json_array_get(list, 0), "what", ""), "deployed");
    assert_string_equal(json_text(json_array_get(list, 1), "at", ""), "1970-01-01T00:00:01.000000Z");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(history__knows__what_is_live_and_what_was),
        cmocka_unit_test(history__is_told__newest_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
