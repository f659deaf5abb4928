/* Foreign text: families of hostile sequences are made here, and none may come through (RELIABILITY row 67, G6). */
#define _GNU_SOURCE
#include "base/text.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <wchar.h>

#include <gnu/libc-version.h>

#include <cmocka.h>

static const struct row {
    const char *name, *bytes, *visible;
} rows[] = {
    { "plain text stays", "p95 latency > 2000 ms", "p95 latency > 2000 ms" },
    { "an escape sequence", "a\033[31mb", "a^[[31mb" },
    { "a carriage return that overwrites", "FAILED\rok    ", "FAILED^Mok    " },
    { "a backspace that erases", "no\b\byes", "no^H^Hyes" },
    { "a newline", "one\ntwo", "one^Jtwo" },
    { "a tab", "a\tb", "a^Ib" },
    { "DEL", "a\177", "a^?" },
    { "a C1 control, as UTF-8",
      "\xc2\x9b"
      "31m",
      "<U+009B>31m" },
    { "a C1 control, as a bare byte",
      "\x9b"
      "31m",
      "<9B>31m" },
    { "right-to-left override",
      "\xe2\x80\xae"
      "gpj.exe",
      "<U+202E>gpj.exe" },
    { "a zero-width space", "ro\xe2\x80\x8bot", "ro<U+200B>ot" },
    { "a zero-width joiner", "a\xe2\x80\x8d", "a<U+200D>" },
    { "a byte order mark within",
      "a\xef\xbb\xbf"
      "b",
      "a<U+FEFF>b" },
    { "a soft hyphen",
      "a\xc2\xad"
      "b",
      "a<U+00AD>b" },
    { "a line separator",
      "a\xe2\x80\xa8"
      "b",
      "a<U+2028>b" },
    { "a filler that looks like nothing", "\xe3\x85\xa4", "<U+3164>" },
    { "a variation selector", "!\xef\xb8\x8f", "!<U+FE0F>" },
    { "a tag character", "\xf3\xa0\x81\x81", "<U+E0041>" },
    { "a mark on its letter stays", "cafe\xcc\x81", "cafe\xcc\x81" },
    { "a mark alone", "\xcc\x81x", "<U+0301>x" },
    { "a mark on a space", "a \xcc\x81", "a <U+0301>" },
    { "a mark behind something hidden", "\033\xcc\x81", "^[<U+0301>" },
    { "marks stop climbing after four", "a\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81",
      "a\xcc\x81\xcc\x81\xcc\x81\xcc\x81<U+0301>" },
    { "a stray byte",
      "a\xff"
      "b",
      "a<FF>b" },
    { "an overlong slash", "\xc0\xaf", "<C0><AF>" },
    { "a surrogate", "\xed\xa0\x80", "<ED><A0><80>" },
    { "beyond the last code point", "\xf4\x90\x80\x80", "<F4><90><80><80>" },
    { "a character cut short", "\xe4\xb8", "<E4><B8>" },
    { "a noncharacter", "\xef\xbf\xbf", "<U+FFFF>" },
    { "an unassigned code point", "\xcd\xb8", "<U+0378>" },
    { "wide characters stay", "\xe4\xb8\xad\xe6\x96\x87", "\xe4\xb8\xad\xe6\x96\x87" },
    { "umlauts stay", "St\xc3\xb6rung", "St\xc3\xb6rung" },
};

static void text__shows__each_kind_of_trick(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *visible = text_visible(rows[i].bytes, -1);
        if (strcmp(visible, rows[i].visible) != 0)
            fail_msg("%s: '%s', not '%s'", rows[i].name, visible, rows[i].visible);
        assert_int_equal(text_is_visible(rows[i].bytes), strcmp(rows[i].bytes, rows[i].visible) == 0);
    }
}

static void text__shows__a_nul_inside(void **state)
{
    (void)state;
    g_autofree char *visible = text_visible("a\0b", 3);
    assert_string_equal(visible, "a^@b");
}

static void lines__keep__newlines_and_spread_tabs(void **state)
{
    (void)state;
    g_autofree char *lines = text_visible_lines("a\tb\n\xe4\xb8\xad\tc\r\n1234567\t|", -1);
    assert_string_equal(lines, "a       b\n\xe4\xb8\xad      c^M\n1234567 |");
}

/* --- the families ---------------------------------------------------------------------------------------- */

static GPtrArray *hostile;

static void add(const char *bytes, gsize length)
{
    g_ptr_array_add(hostile, g_string_new_len(bytes, (gssize)length));
}

/* A sequence alone, between letters, behind a wide character, and doubled: each place breaks other tools. */
static void add_everywhere(const char *bytes, gsize length)
{
    static const char *const around[][2] = {
        { "", "" }, { "a", "b" }, { "\xe4\xb8\xad", " " }, { "e", "\xcc\x81" }
    };
    for (gsize i = 0; i < G_N_ELEMENTS(around); i++) {
        g_autoptr(GString) one = g_string_new(around[i][0]);
        g_string_append_len(one, bytes, (gssize)length);
        g_string_append(one, around[i][1]);
        add(one->str, one->len);
    }
}

static void add_code(gunichar code)
{
    char bytes[8];
    gint length = g_unichar_to_utf8(code, bytes);
    add_everywhere(bytes, (gsize)length);
}

static void family_controls(void)
{
    for (int c = 0; c < 0x20; c++) {
        char byte = (char)c;
        add_everywhere(&byte, 1);
    }
    for (gunichar c = 0x7f; c < 0xa0; c++)
        add_code(c);
    for (int c = 0x80; c < 0x100; c++) {
        char byte = (char)c;
        add(&byte, 1);
    }
}

static void family_sequences(void)
{
    static const char *const openers[] = { "\033[",    "\033]0;title", "\033]52;c;cm0gLXJm",
                                           "\033P",    "\033_G",       "\033^",
                                           "\033X",    "\033#8",       "\033c",
                                           "\033(0",   "\033%G",       "\033Z",
                                           "\033[6n",  "\033[?1049h",  "\033[2J\033[H",
                                           "\033[21t", "\x9b",         "\x9d" };
    static const char *const enders[] = { "", "\a", "\033\\", "\x9c", "m", "\r\n" };
    for (gsize i = 0; i < G_N_ELEMENTS(openers); i++)
        for (gsize j = 0; j < G_N_ELEMENTS(enders); j++) {
            g_autofree char *one = g_strconcat(openers[i], enders[j], "ok", NULL);
            add(one, strlen(one));
        }
}

static void family_invisible(void)
{
    static const struct {
        gunichar first, last;
    } ranges[] = { { 0x00ad, 0x00ad },  { 0x034f, 0x034f }, { 0x0600, 0x0605 }, { 0x061c, 0x061c },
                   { 0x115f, 0x1160 },  { 0x17b4, 0x17b5 }, { 0x180b, 0x180f }, { 0x200b, 0x200f },
                   { 0x2028, 0x202e },  { 0x2060, 0x206f }, { 0x3164, 0x3164 }, { 0xfe00, 0xfe0f },
                   { 0xfeff, 0xfeff },  { 0xffa0, 0xffa0 }, { 0xfff0, 0xfffb }, { 0xfffe, 0xffff },
                   { 0xe0000, 0xe007f } };
    for (gsize i = 0; i < G_N_ELEMENTS(ranges); i++)
        for (gunichar c = ranges[i].first; c <= ranges[i].last; c++)
            add_code(c);
}

static void family_marks(void)
{
    static const gunichar marks[] = { 0x0300, 0x0336, 0x0489, 0x064b, 0x0e33,
                                      0x1161, 0x20d2, 0x20dd, 0x3099, 0xfe20 };
    for (gsize i = 0; i < G_N_ELEMENTS(marks); i++)
        for (int count = 1; count <= 12; count++) {
            g_autoptr(GString) one = g_string_new(count % 2 == 0 ? "x" : "");
            for (int j = 0; j < count; j++)
                g_string_append_unichar(one, marks[i]);
            add(one->str, one->len);
        }
}

static void family_broken(void)
{
    static const char *const broken[] = {
        "\xc0\x80",     "\xc1\xbf",     "\xe0\x80\xaf",     "\xf0\x80\x80\xaf",
        "\xed\xa0\x80", "\xed\xbf\xbf", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80",
        "\xe2\x80",     "\xf0\x9f\x98", "\x80\x80\x80",     "\xe2\x80\xe2\x80\xae"
    };
    for (gsize i = 0; i < G_N_ELEMENTS(broken); i++)
        add_everywhere(broken[i], strlen(broken[i]));
}

/* Anything at all, from a fixed seed, so that a failure is a failure again. */
static void family_anything(void)
{
    guint32 chance = 2463534242u;
    for (int i = 0; i < 300; i++) {
        char bytes[24];
        for (gsize j = 0; j < sizeof bytes; j++) {
            chance ^= chance << 13, chance ^= chance >> 17, chance ^= chance << 5;
            bytes[j] = (char)(chance >> 11);
        }
        add(bytes, sizeof bytes);
    }
}

static void string_drop(gpointer data)
{
    g_string_free(data, TRUE);
}

static int make_families(void **state)
{
    (void)state;
    setlocale(LC_CTYPE, "C.UTF-8"); /* for wcwidth, which the program does not ask */
    hostile = g_ptr_array_new_with_free_func(string_drop);
    family_controls();
    family_sequences();
    family_invisible();
    family_marks();
    family_broken();
    family_anything();
    return 0;
}

static int free_families(void **state)
{
    (void)state;
    g_ptr_array_unref(hostile);
    return 0;
}

/* The width ncurses would find, character by character; -1 when it would not draw one. */
static int width_of_libc(const char *visible)
{
    int sum = 0;
    for (const char *at = visible; *at != '\0'; at = g_utf8_next_char(at)) {
        int width = wcwidth((wchar_t)g_utf8_get_char(at));
        if (width < 0)
            return -1;
        sum += width;
    }
    return sum;
}

static bool is_clean(const char *visible, bool lines)
{
    for (const char *at = visible; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if (lines && c == '\n')
            continue;
        GUnicodeType type = g_unichar_type(c);
        if (c < 0x20 || (c >= 0x7f && c < 0xa0) || type == G_UNICODE_FORMAT || type == G_UNICODE_CONTROL ||
            type == G_UNICODE_SURROGATE || type == G_UNICODE_LINE_SEPARATOR ||
            type == G_UNICODE_PARAGRAPH_SEPARATOR || type == G_UNICODE_UNASSIGNED)
            return false;
    }
    return true;
}

static void check_hostile(const GString *bytes)
{
    g_autofree char *visible = text_visible(bytes->str, (gssize)bytes->len);
    g_autofree char *again = text_visible(visible, -1);
    g_autofree char *lines = text_visible_lines(bytes->str, (gssize)bytes->len);
    g_autofree char *lines_again = text_visible_lines(lines, -1);
    g_autofree char *shown = g_strescape(bytes->str, NULL);
    if (!g_utf8_validate(visible, -1, NULL) || !g_utf8_validate(lines, -1, NULL))
        fail_msg("%s: not UTF-8", shown);
    if (!is_clean(visible, false) || !is_clean(lines, true))
        fail_msg("%s: something came through in '%s'", shown, visible);
    if (strcmp(visible, again) != 0 || strcmp(lines, lines_again) != 0 || !text_is_visible(visible))
        fail_msg("%s: shown twice it is '%s'", shown, again);
    if (text_width(visible) != text_width(again) || text_width(visible) != width_of_libc(visible))
        fail_msg("%s: %d cells, the C library says %d", shown, text_width(visible), width_of_libc(visible));
}

static void text__lets_nothing_through__of_any_family(void **state)
{
    (void)state;
    assert_true(hostile->len >= 600);
    for (guint i = 0; i < hostile->len; i++)
        check_hostile(g_ptr_array_index(hostile, i));
    print_message("# %u hostile sequences\n", hostile->len);
}

static void cut__never_takes__more_than_its_width(void **state)
{
    (void)state;
    for (guint i = 0; i < hostile->len; i++) {
        const GString *bytes = g_ptr_array_index(hostile, i);
        g_autofree char *visible = text_visible(bytes->str, (gssize)bytes->len);
        for (int width = 0; width <= text_width(visible) + 1; width++) {
            g_autofree char *cut = text_cut(visible, width);
            g_autofree char *right = text_fit(visible, width);
            g_autofree char *left = text_fit_left(visible, width);
            assert_true(text_width(cut) <= width);
            assert_int_equal(text_width(right), width);
            assert_int_equal(text_width(left), width);
            assert_true(text_is_visible(cut));
            if (text_width(visible) <= width)
                assert_string_equal(cut, visible);
        }
    }
}

static void cut__ends__in_a_tilde(void **state)
{
    (void)state;
    static const struct {
        const char *name, *visible, *cut, *fit, *left;
        int width;
    } cuts[] = {
        { "it fits", "abc", "abc", "abc ", " abc", 4 },
        { "it fits exactly", "abcd", "abcd", "abcd", "abcd", 4 },
        { "one too many", "abcde", "abc~", "abc~", "abc~", 4 },
        { "a wide one straddles the end", "\xe4\xb8\xad\xe6\x96\x87\xe5\xad\x97", "\xe4\xb8\xad~",
          "\xe4\xb8\xad~ ", " \xe4\xb8\xad~", 4 },
        { "a mark stays with its letter",
          "e\xcc\x81"
          "abcd",
          "e\xcc\x81"
          "ab~",
          "e\xcc\x81"
          "ab~",
          "e\xcc\x81"
          "ab~",
          4 },
        { "one cell", "abc", "~", "~", "~", 1 },
        { "no cell", "abc", "", "", "", 0 },
        { "fewer than none", "abc", "", "", "", -3 },
        { "nothing to show", "", "", "  ", "  ", 2 },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cuts); i++) {
        g_autofree char *cut = text_cut(cuts[i].visible, cuts[i].width);
        g_autofree char *fit = text_fit(cuts[i].visible, cuts[i].width);
        g_autofree char *left = text_fit_left(cuts[i].visible, cuts[i].width);
        if (strcmp(cut, cuts[i].cut) != 0 || strcmp(fit, cuts[i].fit) != 0 || strcmp(left, cuts[i].left) != 0)
            fail_msg("%s: '%s' '%s' '%s'", cuts[i].name, cut, fit, left);
    }
}

/* The table is the C library's own, of Debian 12; a newer one knows newer characters, and those we still show
 * by their number. */
static void width__is__what_the_c_library_says(void **state)
{
    (void)state;
    guint differ = 0;
    for (gunichar c = 1; c < 0x110000; c++) {
        char bytes[16] = "";
        if (c >= 0xd800 && c <= 0xdfff)
            continue;
        bytes[0] = 'a'; /* something for a mark to sit on */
        bytes[1 + g_unichar_to_utf8(c, bytes + 1)] = '\0';
        if (text_is_visible(bytes) && text_width(bytes) - 1 != wcwidth((wchar_t)c))
            differ++;
    }
    print_message("# glibc %s: %u code points differ\n", gnu_get_libc_version(), differ);
    if (strcmp(gnu_get_libc_version(), "2.36") == 0)
        assert_int_equal(differ, 0);
}

static void width__needs__no_locale(void **state)
{
    (void)state;
    setlocale(LC_CTYPE, "C");
    assert_int_equal(text_width("\xe4\xb8\xad\xe6\x96\x87"), 4);
    setlocale(LC_CTYPE, "C.UTF-8");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text__shows__each_kind_of_trick),
        cmocka_unit_test(text__shows__a_nul_inside),
        cmocka_unit_test(lines__keep__newlines_and_spread_tabs),
        cmocka_unit_test(text__lets_nothing_through__of_any_family),
        cmocka_unit_test(cut__never_takes__more_than_its_width),
        cmocka_unit_test(cut__ends__in_a_tilde),
        cmocka_unit_test(width__is__what_the_c_library_says),
        cmocka_unit_test(width__needs__no_locale),
    };
    return cmocka_run_group_tests(tests, make_families, free_families);
}
