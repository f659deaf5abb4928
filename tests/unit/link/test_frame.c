/* Bytes cut into documents, whatever the pieces they come in. */
#include "link/frame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char two[] = "{\"a\":1}\n\r\n\n{\"b\":[2,\"x\\ny\"]}\n";

static void frame__gives_the_same_documents__for_pieces_of_every_size(void **state)
{
    (void)state;
    for (gsize piece = 1; piece <= sizeof two; piece++) {
        g_autoptr(frame) self = frame_new();
        g_autoptr(GString) got = g_string_new("");
        for (gsize at = 0; at < strlen(two); at += piece) {
            frame_put(self, two + at, MIN(piece, strlen(two) - at));
            g_autoptr(GError) error = NULL;
            for (json *one = frame_next(self, &error); one != NULL; one = frame_next(self, &error)) {
                g_autofree char *line = json_line(one);
                g_string_append_printf(got, "%s;", line);
                json_decref(one);
            }
            assert_null(error);
        }
        assert_string_equal(got->str, "{\"a\":1};{\"b\":[2,\"x\\ny\"]};");
    }
}

static void frame__says_no__to_what_is_no_object(void **state)
{
    (void)state;
    static const struct row {
        const char *name, *line, *words;
    } rows[] = {
        { "a list", "[1]\n", "not a JSON object" },
        { "a word", "hello\n", "invalid token" },
        { "half a document", "{\"a\":\n", "end of file" },
        { "a key twice", "{\"a\":1,\"a\":2}\n", "duplicate" },
        { "two documents on a line", "{} {}\n", "end of file" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(frame) self = frame_new();
        g_autoptr(GError) error = NULL;
        frame_put(self, rows[i].line, strlen(rows[i].line));
        assert_null(frame_next(self, &error));
        if (error == NULL || strstr(error->message, rows[i].words) == NULL)
            fail_msg("%s: %s", rows[i].name, error != NULL ? error->message : "no error");
    }
}

static void frame__hangs_up__on_a_line_without_end(void **state)
{
    (void)state;
    g_autoptr(frame) self = frame_new();
    g_autofree char *flood = g_malloc(WIRE_LINE_LARGEST);
    memset(flood, ' ', WIRE_LINE_LARGEST);
    g_autoptr(GError) error = NULL;
    frame_put(self, flood, WIRE_LINE_LARGEST);
    assert_null(frame_next(self, &error));
    assert_null(error); /* exactly as long as it may be: the newline may still come */
    frame_put(self, flood, 1);
    assert_null(frame_next(self, &error));
    assert_non_null(error);
}

static void frame__writes_what_it_reads(void **state)
{
    (void)state;
    g_autoptr(json) document = json_pack("{s:s, s:f}", "text", "line\nbreak \x1b[2J", "value", 0.95);
    g_autoptr(GBytes) line = frame_line(document);
    gsize length = 0;
    const char *bytes = g_bytes_get_data(line, &length);
    assert_int_equal(bytes[length - 1], '\n');
    assert_ptr_equal(memchr(bytes, '\n', length), bytes + length - 1);
    g_autoptr(frame) self = frame_new();
    frame_put(self, bytes, length);
    g_autoptr(json) back = frame_next(self, NULL);
    assert_true(json_equal(document, back));
}

static void frame__refuses_to_write__what_nobody_may_read(void **state)
{
    (void)state;
    g_autofree char *large = g_strnfill(WIRE_LINE_LARGEST, 'x');
    g_autoptr(json) document = json_pack("{s:s}", "text", large);
    assert_null(frame_line(document));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frame__gives_the_same_documents__for_pieces_of_every_size),
        cmocka_unit_test(frame__says_no__to_what_is_no_object),
        cmocka_unit_test(frame__hangs_up__on_a_line_without_end),
        cmocka_unit_test(frame__writes_what_it_reads),
        cmocka_unit_test(frame__refuses_to_write__what_nobody_may_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
