/* SPDX-License-Identifier: MIT */
/* One description in every format. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "table.h"
#include "words.h"

enum { NAME, CLAIM, VALUE, LOW_HIGH, VERDICT, COLUMN_END };

static const struct table_column columns_shown[COLUMN_END] = {
    [NAME] = {"name", "name", TABLE_ALL, .anchor = true, .strong = true},
    [CLAIM] = {"claim", "claim", TABLE_PEOPLE, .fit = TABLE_UNDER},
    [VALUE] = {"value", "value", TABLE_ALL, .right = true},
    [LOW_HIGH] = {"interval", "", TABLE_JSON},
    [VERDICT] = {"verdict", "verdict", TABLE_ALL},
};

static void fill(struct table *table)
{
    table_row(table, TABLE_ALL, 0);
    table_text(table, NAME, "a|b");
    table_text(table, CLAIM, "One is <less> than \"two\", as everybody knows");
    table_number(table, VALUE, 0.1);
    table_range(table, LOW_HIGH, 0.05, INFINITY);
    table_text(table, VERDICT, "holds");
    table_role(table, VERDICT, TABLE_GOOD);
    table_aside(table, VERDICT, "said first");
    table_aside(table, VERDICT, "said second");
    table_row(table, TABLE_PEOPLE, 1);
    table_text(table, NAME, "part");
    table_number(table, VALUE, NAN);
    table_text(table, VERDICT, "open");
}

static char *write_table(enum table_format format, size_t width, bool colour, void (*filler)(struct table *))
{
    const struct table_style style = {.colour = colour, .width = width};
    struct table table;
    char *text = NULL;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    assert_non_null(out);
    table_open(&table, format, columns_shown, COLUMN_END);
    filler(&table);
    assert_int_equal(table_write(&table, &style, out), 0);
    fclose(out);
    table_free(&table);
    return text;
}

static void expect(enum table_format format, size_t width, const char *expected)
{
    char *text = write_table(format, width, false, fill);
    assert_string_equal(text, expected);
    free(text);
}

static void test_machines(void **state)
{
    (void)state;
    expect(TABLE_CSV, 0, "name,value,verdict\na|b,0.1,holds\n");
    char *text = write_table(TABLE_JSON, 0, false, fill);
    json_t *rows = json_loads(text, 0, NULL);
    double value, low;
    assert_int_equal(json_array_size(rows), 1);
    assert_int_equal(
        json_unpack(json_array_get(rows, 0), "{s:F, s:[F, n]}", "value", &value, "interval", &low), 0);
    assert_true(value == 0.1 && low == 0.05);
    json_decref(rows);
    free(text);
}

static void test_people(void **state)
{
    (void)state;
    expect(TABLE_MARKDOWN, 0,
           "| name | claim | value | verdict |\n|---|---|--:|---|\n"
           "| **a\\|b** | One is \\<less> than \"two\", as everybody knows | 0.100 | "
           "**holds**<br>said first<br>said second |\n"
           "| | part | | open |\n");
    expect(
        TABLE_HTML, 0,
        "<div class=\"scroll\"><table>\n<tr><th>name</th><th>claim</th><th class=\"number\">value</th>"
        "<th>verdict</th></tr>\n"
        "<tr><td><a href=\"#a|b\">a|b</a></td><td data-title=\"claim\">One is &lt;less&gt; than "
        "&quot;two&quot;, as everybody knows</td><td class=\"number\" data-title=\"value\">0.100</td>"
        "<td data-title=\"verdict\"><span class=\"chip holds\">holds</span><br><span class=\"quiet\">said "
        "first<br>said second</span></td></tr>\n"
        "<tr><td class=\"pair\">part</td><td></td><td class=\"number\"></td><td data-title=\"verdict\">open"
        "</td></tr>\n</table></div>\n");
}

/* What does not fit stands under the row; no line ends with a space. */
static void test_text(void **state)
{
    (void)state;
    expect(TABLE_TEXT, 0,
           "name    claim                                         value  verdict\n"
           "a|b     One is <less> than \"two\", as everybody knows  0.100  holds: said first; said second\n"
           "  part                                                       open\n");
    expect(TABLE_TEXT, 30,
           "name    value  verdict\n"
           "a|b     0.100  holds\n"
           "    One is <less> than \"two\",\n"
           "    as everybody knows\n"
           "    said first; said second\n"
           "  part         open\n");
    char *text = write_table(TABLE_TEXT, 0, true, fill);
    assert_non_null(strstr(text, "\033[32mholds"));
    free(text);
}

/* A terminal obeys control characters: C0, DEL, C1 as UTF-8, and C1 as a byte of its own. */
#define HOSTILE                                                                                              \
    "\033[2J\x07\x7f\xc2\x9b"                                                                                \
    "31m\x9b"                                                                                                \
    "A\n\xc3\xa9"
#define HARMLESS "\\x1b[2J\\x07\\x7f\\xc2\\x9b31m\\x9bA\\x0a\xc3\xa9"

static void fill_hostile(struct table *table)
{
    table_row(table, TABLE_ALL, 0);
    table_text(table, NAME, "%s", HOSTILE);
    table_text(table, CLAIM, "%s", HOSTILE);
    table_text(table, VERDICT, "no");
    table_aside(table, VERDICT, "%s", HOSTILE);
    table_heading(table, HOSTILE);
}

static void test_control_characters(void **state)
{
    (void)state;
    static const enum table_format people[] = {TABLE_TEXT, TABLE_MARKDOWN, TABLE_HTML};
    for (size_t i = 0; i < sizeof people / sizeof *people; i++) {
        char *text = write_table(people[i], 0, false, fill_hostile);
        for (const char *byte = text; *byte; byte++)
            assert_true((unsigned char)*byte >= 0x20 || *byte == '\n');
        assert_null(strstr(text, "\x9b"));
        assert_non_null(strstr(text, "\xc3\xa9"));
        free(text);
    }
    char *text = write_table(TABLE_CSV, 0, false, fill_hostile); /* programs get what is there */
    assert_non_null(strstr(text, HOSTILE));
    free(text);

    char plain[256], small[6];
    assert_false(word_is_plain(HOSTILE));
    word_plain(HOSTILE, plain, sizeof plain);
    assert_string_equal(plain, HARMLESS);
    assert_true(word_is_plain(plain));
    word_plain("\033\033", small, sizeof small);
    assert_string_equal(small, "\\x1b");
}

static void print_hostile(FILE *out)
{
    word_print(out, "crosspoint: %s\nnext\n", "\033]0;title\007");
}

static void test_print(void **state)
{
    (void)state;
    char *text = NULL;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    assert_non_null(out);
    print_hostile(out);
    fclose(out);
    assert_string_equal(text, "crosspoint: \\x1b]0;title\\x07\nnext\n");
    free(text);
}

/* Names break behind a slash where there is no space, and only columns that may be broken are. */
static void test_wrap(void **state)
{
    (void)state;
    enum { FIRST, SECOND, END };
    static const struct table_column columns[END] = {
        [FIRST] = {"a", "a", TABLE_ALL},
        [SECOND] = {"b", "b", TABLE_ALL, .fit = TABLE_WRAP},
    };
    const struct table_style style = {.width = 24};
    struct table table;
    char *text = NULL;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    assert_non_null(out);
    table_open(&table, TABLE_TEXT, columns, END);
    table.bare = true;
    table_row(&table, TABLE_ALL, 0);
    table_text(&table, FIRST, "kept whole");
    table_text(&table, SECOND, "native/cpu/sum-squares and more");
    assert_int_equal(table_write(&table, &style, out), 0);
    fclose(out);
    table_free(&table);
    assert_string_equal(text, "kept whole  native/cpu/\n            sum-squares\n            and more\n");
    free(text);
}

static void test_formats(void **state)
{
    (void)state;
    struct error error;
    assert_int_equal(table_format_find("markdown", &error), TABLE_MARKDOWN);
    assert_int_equal(table_format_find("yaml", &error), -1);
    assert_string_equal(error.text, "unknown format 'yaml'; known: text, csv, json, markdown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_machines), cmocka_unit_test(test_people),
        cmocka_unit_test(test_text),     cmocka_unit_test(test_control_characters),
        cmocka_unit_test(test_print),    cmocka_unit_test(test_wrap),
        cmocka_unit_test(test_formats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
