/* Prometheus and OpenMetrics text: tests/cases/detect/exposition.txt. Each body is fed whole, in pieces of seven
 * bytes and byte by byte, and must be read alike.
 *
 *     want NAME [label=value]...        scale=N and stamp=SECONDS are not labels
 *     | a line of the body              \ a piece of it with escapes, no line end added
 *     = 12, = empty, = malformed WORDS  for each want in turn
 *     ! WORDS                           the whole is refused
 *     ? openmetrics                     the answer's type said so */
#include "detect/exposition.h"
#include "lib/cases.h"

#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static metric *metric_wanted(const char *line)
{
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    metric *self = g_new0(metric, 1);
    self->series = g_strdup(words[0]);
    self->scale = 1;
    for (guint i = 1; words[i] != NULL; i++) {
        g_auto(GStrv) pair = g_strsplit(words[i], "=", 2);
        g_autofree char *value = g_strcompress(pair[1]);
        if (strcmp(pair[0], "scale") == 0) {
            self->scale = g_ascii_strtod(value, NULL);
        } else if (strcmp(pair[0], "stamp") == 0) {
            self->title = g_strdup(value);
        } else {
            if (self->labels == NULL)
                self->labels = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
            g_hash_table_insert(self->labels, g_strdup(pair[0]), g_steal_pointer(&value));
        }
    }
    return self;
}

static void metric_gone(gpointer data)
{
    metric_free(data);
}

static void reading_check(const exposition *self, guint index, const metric *wanted, const char *due)
{
    reading is = exposition_reading(self, index, 5);
    g_autofree char *number = g_strdup_printf("%.15g", is.value);
    g_autofree char *text = is.state == READ_VALUE ? g_strdup(number)
                            : is.why != NULL ? g_strdup_printf("%s %s", reading_state_name(is.state), is.why)
                                             : g_strdup(reading_state_name(is.state));
    assert_string_equal(text, due);
    assert_int_equal(is.at, 5);
    if (wanted->title != NULL) {
        moment stamp = 0;
        assert_true(exposition_stamp(self, index, &stamp));
        assert_int_equal(stamp / 1000, (gint64)(g_ascii_strtod(wanted->title, NULL) * 1000));
    }
    reading_clear(&is);
}

static void body_check(const table_case *row, const GPtrArray *wants, const GString *body, gsize piece)
{
    g_autoptr(exposition) self = exposition_new();
    g_autoptr(GError) error = NULL;
    for (guint i = 0; i < wants->len; i++)
        assert_int_equal(exposition_want(self, g_ptr_array_index(wants, i)), i);
    bool good = true;
    for (gsize at = 0; good && at < body->len; at += piece)
        good = exposition_feed(self, body->str + at, MIN(piece, body->len - at), &error);
    guint index = 0;
    for (char **line = row->lines; *line != NULL; line++)
        if (strcmp(*line, "? openmetrics") == 0)
            exposition_is_openmetrics(self);
    good = good && exposition_end(self, &error);
    for (char **line = row->lines; *line != NULL; line++)
        if (g_str_has_prefix(*line, "= ")) {
            if (!good)
                fail_msg("refused: %s", error->message);
            reading_check(self, index, g_ptr_array_index(wants, index), *line + 2);
            index++;
        } else if (g_str_has_prefix(*line, "! ")) {
            assert_false(good);
            assert_string_equal(error->message, *line + 2);
            index = wants->len;
        }
    assert_int_equal(index, wants->len);
}

static void exposition__is_read__as_its_row_says(void **state)
{
    const table_case *row = *state;
    g_autoptr(GPtrArray) wants = g_ptr_array_new_with_free_func(metric_gone);
    g_autoptr(GString) body = g_string_new(NULL);
    for (char **line = row->lines; *line != NULL; line++) {
        if (g_str_has_prefix(*line, "want ")) {
            g_ptr_array_add(wants, metric_wanted(*line + strlen("want ")));
        } else if (**line == '|') {
            g_string_append_printf(body, "%s\n", *line + MIN(strlen(*line), 2));
        } else if (**line == '\\') {
            g_autofree char *piece = g_strcompress(*line + 2);
            g_string_append(body, piece);
        }
    }
    body_check(row, wants, body, MAX(body->len, 1));
    body_check(row, wants, body, 7);
    body_check(row, wants, body, 1);
}

static metric *plain(const char *name)
{
    return metric_wanted(name);
}

static void flood(exposition *self, guint from, guint to)
{
    for (guint i = from; i < to; i++) {
        char line[64];
        int length = g_snprintf(line, sizeof line, "noise_%u{a=\"b\"} %u\n", i, i);
        assert_true(exposition_feed(self, line, (gsize)length, NULL));
    }
}

static void million_series__are_not_kept__and_the_wanted_one_is_read(void **state)
{
    (void)state;
    g_autoptr(metric) wanted = plain("wanted");
    g_autoptr(exposition) self = exposition_new();
    exposition_want(self, wanted);
    flood(self, 0, 1000);
    size_t before = mallinfo2().uordblks;
    flood(self, 1000, 999999);
    assert_true(exposition_feed(self, "wanted 7\n", 9, NULL));
    assert_true(mallinfo2().uordblks <= before + 4096);
    assert_true(exposition_end(self, NULL));
    assert_null(exposition_warning(self));
    reading is = exposition_reading(self, 0, 0);
    assert_int_equal(is.state, READ_VALUE);
    assert_true(is.value == 7);
}

static void beyond_a_million__the_limit_is_named__and_what_was_found_stays(void **state)
{
    (void)state;
    g_autoptr(metric) early = plain("early");
    g_autoptr(metric) late = plain("late");
    g_autoptr(exposition) self = exposition_new();
    exposition_want(self, early);
    exposition_want(self, late);
    assert_true(exposition_feed(self, "early 1\n", 8, NULL));
    flood(self, 0, EXPOSITION_SAMPLES);
    assert_true(exposition_feed(self, "late 2\n", 7, NULL));
    assert_true(exposition_end(self, NULL));
    assert_string_equal(exposition_warning(self), "more than 1,000,000 samples: the rest was not looked at");
    reading is = exposition_reading(self, 0, 0);
    assert_int_equal(is.state, READ_VALUE);
    is = exposition_reading(self, 1, 0);
    assert_int_equal(is.state, READ_TOO_LARGE);
    reading_clear(&is);
}

static void more_than_128_megabytes__are_refused(void **state)
{
    (void)state;
    g_autoptr(exposition) self = exposition_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *piece = g_malloc(1 << 20);
    memset(piece, 'x', 1 << 20);
    piece[(1 << 20) - 1] = '\n';
    for (guint i = 0; i < 128; i++)
        assert_true(exposition_feed(self, piece, 1 << 20, &error));
    assert_false(exposition_feed(self, "\n", 1, &error));
    assert_string_equal(error->message, "answer larger than 128 MB: refused");
}

static void line_without_end__takes_no_memory__unless_it_is_wanted(void **state)
{
    (void)state;
    g_autoptr(metric) wanted = plain("wanted");
    g_autofree char *piece = g_malloc(1 << 20);
    memset(piece, 'x', 1 << 20);
    g_autoptr(exposition) self = exposition_new();
    exposition_want(self, wanted);
    assert_true(exposition_feed(self, piece, 1 << 20, NULL));
    size_t before = mallinfo2().uordblks;
    for (guint i = 0; i < 20; i++)
        assert_true(exposition_feed(self, piece, 1 << 20, NULL));
    assert_true(mallinfo2().uordblks <= before + 4096);
    assert_true(exposition_feed(self, "\nwanted 3\n", 10, NULL));
    reading is = exposition_reading(self, 0, 0);
    assert_true(is.value == 3);

    g_autoptr(GError) error = NULL;
    assert_true(exposition_feed(self, "wanted{a=\"", 10, NULL));
    assert_false(exposition_feed(self, piece, 1 << 20, &error));
    assert_string_equal(error->message, "line 3: longer than 65536 bytes");
}

static void thousand_wanted_names__are_each_found(void **state)
{
    (void)state;
    g_autoptr(GPtrArray) wants = g_ptr_array_new_with_free_func(metric_gone);
    g_autoptr(exposition) self = exposition_new();
    g_autoptr(GString) body = g_string_new(NULL);
    for (guint i = 0; i < 1000; i++) {
        g_autofree char *name = g_strdup_printf("http_thing_%u_total", i);
        g_ptr_array_add(wants, plain(name));
        exposition_want(self, g_ptr_array_index(wants, i));
        g_string_append_printf(body, "%s{x=\"1\"} %u\n", name, i * 3);
    }
    assert_true(exposition_feed(self, body->str, body->len, NULL));
    assert_true(exposition_end(self, NULL));
    for (guint i = 0; i < 1000; i++)
        assert_true(exposition_reading(self, i, 0).value == i * 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(million_series__are_not_kept__and_the_wanted_one_is_read),
        cmocka_unit_test(beyond_a_million__the_limit_is_named__and_what_was_found_stays),
        cmocka_unit_test(more_than_128_megabytes__are_refused),
        cmocka_unit_test(line_without_end__takes_no_memory__unless_it_is_wanted),
        cmocka_unit_test(thousand_wanted_names__are_each_found),
    };
    g_autoptr(GPtrArray) cases = cases_read("detect/exposition.txt");
    int failed = cases_run("exposition", cases, exposition__is_read__as_its_row_says);
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
