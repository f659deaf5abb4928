#include "base/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void bytes__have__the_sum_that_sha256sum_prints(void **state)
{
    (void)state;
    char hex[DIGEST_SIZE];
    digest_bytes("abc", 3, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    digest_bytes("", 0, hex);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void sum_of(char hex[DIGEST_SIZE], const char *const *fields)
{
    g_autoptr(digest) self = digest_new();
    for (; *fields != NULL; fields++)
        digest_text(self, *fields);
    digest_end(self, hex);
}

static void fields__cannot_run__into_one_another(void **state)
{
    (void)state;
    static const char *const lists[][4] = { { "ab", "c" }, { "a", "bc" }, { "abc" },
                                            { "abc", "" }, { "", "abc" }, { NULL } };
    char sums[G_N_ELEMENTS(lists)][DIGEST_SIZE];
    for (gsize i = 0; i < G_N_ELEMENTS(lists); i++) {
        sum_of(sums[i], lists[i]);
        for (gsize j = 0; j < i; j++)
            assert_string_not_equal(sums[i], sums[j]);
    }
}

static void number__is__eight_bytes_in_one_order(void **state)
{
    (void)state;
    char number[DIGEST_SIZE], bytes[DIGEST_SIZE];
    g_autoptr(digest) one = digest_new();
    digest_number(one, 258);
    digest_end(one, number);
    g_autoptr(digest) other = digest_new();
    digest_field(other, "\0\0\0\0\0\0\1\2", 8);
    digest_end(other, bytes);
    assert_string_equal(number, bytes);
}

static void null__is__an_empty_field(void **state)
{
    (void)state;
    char null[DIGEST_SIZE], empty[DIGEST_SIZE];
    g_autoptr(digest) one = digest_new();
    digest_text(one, NULL);
    digest_end(one, null);
    sum_of(empty, (const char *const[]){ "", NULL });
    assert_string_equal(null, empty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes__have__the_sum_that_sha256sum_prints),
        cmocka_unit_test(fields__cannot_run__into_one_another),
        cmocka_unit_test(number__is__eight_bytes_in_one_order),
        cmocka_unit_test(null__is__an_empty_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
