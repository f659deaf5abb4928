#include "journal/audit.h"
#include "journal/chain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static record *sealed(GPtrArray *into, const char *stream, const char *kind, json *body)
{
    record *self = record_new(kind);
    const record *before = NULL;
    for (guint i = 0; i < into->len; i++)
        if (strcmp(((record *)into->pdata[i])->stream, stream) == 0)
            before = into->pdata[i];
    g_free(self->stream), self->stream = g_strdup(stream);
    record_set_body(self, body);
    self->number = before != NULL ? before->number + 1 : 1;
    record_seal(self, before != NULL ? before->hash : NULL);
    g_ptr_array_add(into, self);
    return self;
}

/* Two incidents, one of them closed, as the store writes them; eleven records.
 *   0 A/1  1 house/1 (A opened)  2 A/2  3 B/1  4 house/2 (B opened)  5 A/3  6 B/2  7 A/4 (closed)  8 house/3  9 B/3  10 B/4 */
static GPtrArray *a_journal(void)
{
    GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify)record_free);
    sealed(all, "A", "note.added", json_pack("{s:s}", "text", "1"));
    sealed(all, STREAM_HOUSE, "house.stream_opened", json_pack("{s:s,s:s}", "stream", "A", "title", "a"));
    sealed(all, "A", "note.added", json_pack("{s:s}", "text", "2"));
    sealed(all, "B", "note.added", json_pack("{s:s}", "text", "1"));
    sealed(all, STREAM_HOUSE, "house.stream_opened", json_pack("{s:s,s:s}", "stream", "B", "title", "b"));
    sealed(all, "A", "note.added", json_pack("{s:s}", "text", "3"));
    sealed(all, "B", "note.added", json_pack("{s:s}", "text", "2"));
    const record *last = sealed(all, "A", "incident.closed", json_pack("{s:s}", "outcome", "false alarm"));
    sealed(all, STREAM_HOUSE, "house.stream_closed",
           json_pack("{s:s,s:i,s:s}", "stream", "A", "number", 4, "hash", last->hash));
    sealed(all, "B", "note.added", json_pack("{s:s}", "text", "3"));
    sealed(all, "B", "room.merged", json_object());
    return all;
}

/* Judges the records but those of `without` ("A/3", "A/3-" for all from there on). */
static audit *judged(GPtrArray *all, const char *without, const char *heads)
{
    audit *self = audit_new(true);
    bool cut = without != NULL && g_str_has_suffix(without, "-");
    if (heads != NULL)
        audit_expect_text(self, heads, "mail.txt");
    for (guint i = 0; i < all->len; i++) {
        record *each = all->pdata[i];
        g_autofree char *place = g_strdup_printf("%s/%" G_GINT64_FORMAT, each->stream, each->number);
        g_autofree char *stream = g_strdup_printf("%s/", each->stream);
        bool gone =
            without != NULL && (cut ? g_str_has_prefix(without, stream) &&
                                          each->number >= g_ascii_strtoll(without + strlen(stream), NULL, 10)
                                    : strcmp(place, without) == 0);
        if (!gone)
            audit_follow(self, each);
    }
    audit_end(self);
    return self;
}

static const audit_stream *of(const audit *self, const char *name)
{
    for (guint i = 0; i < audit_count(self); i++)
        if (strcmp(audit_get(self, i)->name, name) == 0)
            return audit_get(self, i);
    fail_msg("no stream %s", name);
    return NULL;
}

static void audit__finds_all_well__and_says_who_vouches(void **state)
{
    (void)state;
    g_autoptr(GPtrArray) all = a_journal();
    g_autoptr(audit) self = judged(all, NULL, NULL);
    assert_true(audit_is_intact(self));
    assert_int_equal(audit_count(self), 3);
    const audit_stream *a = of(self, "A"), *b = of(self, "B"), *house = of(self, STREAM_HOUSE);
    assert_int_equal(a->length, 4);
    assert_string_equal(a->head, ((record *)all->pdata[7])->hash);
    assert_string_equal(a->voucher, "house/3");
    assert_true(a->from_house);
    assert_int_equal(b->length, 4);
    assert_null(b->voucher);
    assert_int_equal(b->unknown, 1);
    assert_int_equal(house->length, 3);
    assert_null(house->voucher);
}

static void audit__finds__what_is_missing(void **state)
{
    (void)state;
    static const struct {
        const char *name, *without, *stream, *wrong;
        gint64 length;
    } rows[] = {
        { "one in the middle", "B/2", "B", "record 2 is missing: 3 stands in its place", 1 },
        { "the first", "A/1", "A", "record 1 is missing: 2 stands in its place", 0 },
        { "the end of a closed stream", "A/4", "A", "cut off: 1 record shorter than the head in house/3 says",
          3 },
        { "more of it", "A/2-", "A", "cut off: 3 records shorter than the head in house/3 says", 1 },
        { "a closed stream", "A/1-", "A", "it is gone: house/3 has the head of its record 4", 0 },
        { "an open stream", "B/1-", "B", "it is gone: the house says that it was opened", 0 },
        { "a stream's opening", "house/2-", "B",
          "the house does not know it: it was put in, or the house was cut off", 4 },
        { "the whole house", "house/1-", "A",
          "the house does not know it: it was put in, or the house was cut off", 4 },
    };
    g_autoptr(GPtrArray) all = a_journal();
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(audit) self = judged(all, rows[i].without, NULL);
        const audit_stream *stream = of(self, rows[i].stream);
        if (audit_is_intact(self) || stream->wrong == NULL)
            fail_msg("%s: nothing is found", rows[i].name);
        assert_string_equal(stream->wrong, rows[i].wrong);
        assert_int_equal(stream->length, rows[i].length);
    }
}

/* What it honestly cannot prove: without a head, a cut end and an older copy look whole. With one they do not. */
static void audit__finds_a_cut__only_with_a_head_from_outside(void **state)
{
    (void)state;
    g_autoptr(GPtrArray) all = a_journal();
    g_autofree char *head = chain_anchor("B", 4, ((record *)all->pdata[10])->hash);
    g_autofree char *mail = g_strdup_printf("Dear all,\nref %s\n", head);
    g_autoptr(audit) blind = judged(all, "B/3-", NULL);
    g_autoptr(audit) seeing = judged(all, "B/3-", mail);
    g_autoptr(audit) whole = judged(all, NULL, mail);
    assert_true(audit_is_intact(blind));
    assert_null(of(blind, "B")->voucher);
    assert_string_equal(of(seeing, "B")->wrong,
                        "cut off: 2 records shorter than the head in mail.txt:2 says");
    assert_true(audit_is_intact(whole));
    assert_string_equal(of(whole, "B")->voucher, "mail.txt:2");
    assert_int_equal(of(whole, "B")->vouched, 4);
    assert_false(of(whole, "B")->from_house);
}

static void audit__finds_a_rewrite__with_a_head_from_outside(void **state)
{
    (void)state;
    g_autoptr(GPtrArray) all = a_journal();
    g_autoptr(GPtrArray) other = g_ptr_array_new_with_free_func((GDestroyNotify)record_free);
    g_autofree char *head = chain_anchor("B", 2, ((record *)all->pdata[6])->hash);
    sealed(other, "B", "note.added", json_pack("{s:s}", "text", "another history"));
    sealed(other, STREAM_HOUSE, "house.stream_opened", json_pack("{s:s,s:s}", "stream", "B", "title", "b"));
    sealed(other, "B", "note.added", json_pack("{s:s}", "text", "2"));
    sealed(other, "B", "note.added", json_pack("{s:s}", "text", "3"));
    g_autoptr(audit) blind = judged(other, NULL, NULL);
    g_autoptr(audit) seeing = judged(other, NULL, head);
    assert_true(audit_is_intact(blind));
    assert_string_equal(
        of(seeing, "B")->wrong,
        "record 2 is not the one whose head stands in mail.txt:1: it, or what is before it, was "
        "written anew");
    assert_int_equal(of(seeing, "B")->length, 1);
}

static void audit__takes_heads__from_any_text(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        guint count;
    } rows[] = {
        { "nothing", "", 0 },
        { "prose", "We rolled back 3/4 of it. Deadbeef 12345678.", 0 },
        { "a message", "ref INC-0042/48 5be091c47d20a83f16e2b4", 1 },
        { "shortened, with an ellipsis", "(ref INC-0042/48 5be091c4\xe2\x80\xa6)", 1 },
        { "several on a line", "A/1 00000000 and B/2  11111111, C/3\t22222222.", 3 },
        { "a longer word", "A/1 0000000000g", 0 },
        { "too short", "A/1 0000000", 0 },
        { "number 0", "A/0 00000000", 0 },
        { "a broken line of an export", "{\"stream\":\"A\",\"number\":1", 0 },
        { "an export's line without a hash", "{\"stream\":\"A\",\"number\":1}", 0 },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(audit) self = audit_new(false);
        guint count = audit_expect_text(self, rows[i].text, "f");
        if (count != rows[i].count)
            fail_msg("%s: %u heads, not %u", rows[i].name, count, rows[i].count);
    }
}

static void audit__holds_a_journal__against_its_export(void **state)
{
    (void)state;
    g_autoptr(GPtrArray) all = a_journal();
    GString *lines = g_string_new("");
    for (guint i = 0; i < all->len; i++) {
        g_autoptr(json) document = record_json(all->pdata[i]);
        g_autofree char *line = json_line(document);
        g_string_append_printf(lines, "%s\n", line);
    }
    g_autofree char *export = g_string_free(lines, FALSE);
    g_autoptr(audit) whole = judged(all, NULL, export);
    g_autoptr(audit) cut = judged(all, "B/4", export);
    assert_true(audit_is_intact(whole));
    assert_int_equal(of(whole, "B")->vouched, 4);
    assert_string_equal(of(whole, STREAM_HOUSE)->voucher, "mail.txt:9");
    assert_string_equal(of(cut, "B")->wrong, "cut off: 1 record shorter than the head in mail.txt:11 says");
}

static void audit__does_not_ask_the_house__of_a_single_stream(void **state)
{
    (void)state;
    g_autoptr(GPtrArray) all = a_journal();
    g_autoptr(audit) self = audit_new(false);
    for (guint i = 0; i < all->len; i++)
        if (strcmp(((record *)all->pdata[i])->stream, "B") == 0)
            assert_true(audit_follow(self, all->pdata[i]));
    audit_end(self);
    assert_true(audit_is_intact(self));
}

static void audit__asks_the_house__when_an_export_has_it(void **state)
{
    (void)state;
    g_autoptr(GPtrArray) all = a_journal();
    g_autoptr(audit) part = audit_new(false);
    g_autoptr(audit) alone = audit_new(false);
    for (guint i = 0; i < all->len; i++) {
        const record *each = all->pdata[i];
        if (strcmp(each->stream, "B") != 0)
            audit_follow(part, each);
        if (strcmp(each->stream, STREAM_HOUSE) == 0)
            audit_follow(alone, each);
    }
    audit_end(part);
    audit_end(alone);
    assert_string_equal(of(part, "B")->wrong, "it is gone: the house says that it was opened");
    assert_true(audit_is_intact(alone));
    assert_null(of(alone, STREAM_HOUSE)->wrong);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(audit__finds_all_well__and_says_who_vouches),
        cmocka_unit_test(audit__finds__what_is_missing),
        cmocka_unit_test(audit__finds_a_cut__only_with_a_head_from_outside),
        cmocka_unit_test(audit__finds_a_rewrite__with_a_head_from_outside),
        cmocka_unit_test(audit__takes_heads__from_any_text),
        cmocka_unit_test(audit__holds_a_journal__against_its_export),
        cmocka_unit_test(audit__does_not_ask_the_house__of_a_single_stream),
        cmocka_unit_test(audit__asks_the_house__when_an_export_has_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
