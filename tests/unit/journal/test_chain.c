#include "journal/chain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT 12

static record *links[COUNT];

static int make_links(void **state)
{
    (void)state;
    for (int i = 0; i < COUNT; i++) {
        g_autofree char *body = g_strdup_printf("{\"text\":\"word %d\"}", i);
        links[i] = record_new("note.added");
        g_free(links[i]->stream), links[i]->stream = g_strdup("INC-0042");
        g_free(links[i]->body), links[i]->body = g_steal_pointer(&body);
        links[i]->number = i + 1;
        record_seal(links[i], i > 0 ? links[i - 1]->hash : NULL);
    }
    return 0;
}

static int free_links(void **state)
{
    (void)state;
    for (int i = 0; i < COUNT; i++)
        record_free(links[i]);
    return 0;
}

/* Follows the given places of the chain; what is said at the first that does not follow. */
static char *followed(const int *places, int count, gint64 *length)
{
    g_autoptr(chain) self = chain_new("INC-0042");
    char *why = NULL;
    for (int i = 0; i < count && why == NULL; i++) {
        g_autoptr(GError) error = NULL;
        if (!chain_follow(self, links[places[i]], &error))
            why = g_strdup(error->message);
    }
    *length = chain_length(self);
    return why;
}

static void chain__is_whole__from_the_first_to_the_last(void **state)
{
    (void)state;
    g_autoptr(chain) self = chain_new("INC-0042");
    assert_int_equal(chain_length(self), 0);
    assert_int_equal(strspn(chain_head(self), "0"), DIGEST_SIZE - 1);
    for (int i = 0; i < COUNT; i++)
        assert_true(chain_follow(self, links[i], NULL));
    assert_int_equal(chain_length(self), COUNT);
    assert_string_equal(chain_head(self), links[COUNT - 1]->hash);
}

static void chain__stops__at_each_record_taken_out(void **state)
{
    (void)state;
    for (int gone = 0; gone < COUNT - 1; gone++) {
        int places[COUNT], count = 0;
        gint64 length = 0;
        for (int i = 0; i < COUNT; i++)
            if (i != gone)
                places[count++] = i;
        g_autofree char *why = followed(places, count, &length);
        g_autofree char *due =
            g_strdup_printf("record %d is missing: %d stands in its place", gone + 1, gone + 2);
        assert_string_equal(why, due);
        assert_int_equal(length, gone);
    }
}

static void chain__stops__at_each_swap_and_each_double(void **state)
{
    (void)state;
    for (int first = 0; first < COUNT; first++)
        for (int second = first; second < COUNT; second++) {
            int places[COUNT + 1], count = 0;
            gint64 length = 0;
            for (int i = 0; i < COUNT; i++) {
                places[count++] = i == first ? second : i == second ? first : i;
                if (first == second && i == first)
                    places[count++] = i;
            }
            g_autofree char *why = followed(places, count, &length);
            assert_non_null(why);
            assert_int_equal(length, first == second ? first + 1 : first);
        }
}

/* The forger knows the format: he computes a good hash for his record. The next one tells. */
static void chain__tells__a_record_sealed_anew(void **state)
{
    (void)state;
    g_autoptr(chain) self = chain_new("INC-0042");
    g_autoptr(record) forged = record_copy(links[1]);
    g_autoptr(GError) error = NULL;
    g_free(forged->body), forged->body = g_strdup("{\"text\":\"nothing happened\"}");
    record_seal(forged, links[0]->hash);
    assert_true(chain_follow(self, links[0], NULL));
    assert_true(chain_follow(self, forged, NULL));
    assert_false(chain_follow(self, links[2], &error));
    assert_string_equal(error->message,
                        "record 3 does not match the record before it: one of the two was replaced");
    assert_int_equal(chain_length(self), 2);
}

static void chain__tells__a_record_of_another_stream(void **state)
{
    (void)state;
    g_autoptr(chain) self = chain_new("INC-0043");
    g_autoptr(GError) error = NULL;
    assert_false(chain_follow(self, links[0], &error));
    assert_string_equal(error->message, "record 1 belongs to the stream 'INC-0042', not to 'INC-0043'");
}

static void chain__tells__a_changed_record(void **state)
{
    (void)state;
    g_autoptr(chain) self = chain_new("INC-0042");
    g_autoptr(record) changed = record_copy(links[0]);
    g_autoptr(GError) error = NULL;
    changed->noted++;
    assert_false(chain_follow(self, changed, &error));
    assert_string_equal(error->message,
                        "record 1 does not match its hash: it was changed after it was written");
    assert_int_equal(chain_length(self), 0);
}

static void anchor__reads_back__what_it_printed(void **state)
{
    (void)state;
    g_autofree char *text = chain_anchor("INC-0042", 48, links[3]->hash);
    g_autofree char *stream = NULL, *digits = NULL;
    gint64 number = 0;
    assert_int_equal(strlen(text), strlen("INC-0042/48 5be091c47d20a83f16e2b4"));
    assert_true(chain_anchor_parse(text, &stream, &number, &digits, NULL));
    assert_string_equal(stream, "INC-0042");
    assert_int_equal(number, 48);
    assert_int_equal(strlen(digits), 22);
    assert_int_equal(strncmp(digits, links[3]->hash, 22), 0);
}

static void anchor__is_refused__when_it_is_none(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "INC-0042",
        "INC-0042/48",
        "/48 5be091c47d20a83f16e2b4",
        "INC-0042/x 5be091c47d20a83f16e2b4",
        "INC-0042/0 5be091c47d20a83f16e2b4",
        "INC-0042/-1 5be091c47d20a83f16e2b4",
        "INC-0042/48 5be091c",
        "INC-0042/48 5BE091C47D20A83F16E2B4",
        "INC-0042/48 5be091c47d20a83f16e2b4 and",
        "INC-0042/485be091c47d20a83f16e2b4",
        "INC-0042/48 00000000000000000000000000000000000000000000000000000000000000000",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        char *stream = NULL, *digits = NULL;
        gint64 number = -7;
        g_autoptr(GError) error = NULL;
        if (chain_anchor_parse(texts[i], &stream, &number, &digits, &error))
            fail_msg("'%s' is taken for an anchor", texts[i]);
        assert_int_equal(error->code, ERR_USAGE);
        assert_true(stream == NULL && digits == NULL && number == -7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chain__is_whole__from_the_first_to_the_last),
        cmocka_unit_test(chain__stops__at_each_record_taken_out),
        cmocka_unit_test(chain__stops__at_each_swap_and_each_double),
        cmocka_unit_test(chain__tells__a_record_sealed_anew),
        cmocka_unit_test(chain__tells__a_record_of_another_stream),
        cmocka_unit_test(chain__tells__a_changed_record),
        cmocka_unit_test(anchor__reads_back__what_it_printed),
        cmocka_unit_test(anchor__is_refused__when_it_is_none),
    };
    return cmocka_run_group_tests(tests, make_links, free_links);
}
