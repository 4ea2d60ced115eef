/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "result.h"
#include "synthetic.h"

static const char *const awkward[] = {"plain", "with, comma", "with \"quotes\"", "\"",        ",",
                                      "",      " spaces ",    "a;b|c",           "ünïcödé µs"};

struct seen {
    size_t rows;
    char reasons[16][64];
    double values[16];
    size_t lines[16];
};

static int take(void *context, const struct row *row, size_t line, struct error *error)
{
    (void)error;
    struct seen *seen = context;
    snprintf(seen->reasons[seen->rows], sizeof seen->reasons[0], "%s", row->text[COLUMN_REASON]);
    seen->values[seen->rows] = row_number(row, COLUMN_WALL_NS);
    seen->lines[seen->rows++] = line;
    return 0;
}

static void sample_path(const struct synthetic *synthetic, char *path, size_t path_bytes)
{
    snprintf(path, path_bytes, "%s/samples.csv", synthetic->folder);
}

static void test_round_trip(void **state)
{
    (void)state;
    struct synthetic synthetic;
    struct seen seen = {0};
    struct error error;
    char path[128];
    size_t cut = 99, count = sizeof awkward / sizeof *awkward;
    synthetic_open(&synthetic);
    for (size_t i = 0; i < count; i++)
        synthetic_row(&synthetic, "native/null/empty/serial", (unsigned)i, "failed", awkward[i],
                      COLUMN_WALL_NS, 1e9 / 3 * (double)i);
    synthetic_close(&synthetic);
    sample_path(&synthetic, path, sizeof path);
    assert_int_equal(result_read(path, take, &seen, &cut, &error), 0);
    assert_int_equal(seen.rows, count);
    assert_int_equal(cut, 0);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(seen.reasons[i], awkward[i]);
        assert_true(seen.values[i] == 1e9 / 3 * (double)i);
        assert_int_equal(seen.lines[i], i + 2);
    }
    synthetic_remove(&synthetic);
}

static void test_absent_is_empty(void **state)
{
    (void)state;
    struct row_buffer buffer;
    row_reset(&buffer);
    row_set_number(&buffer, COLUMN_WALL_NS, NAN);
    row_set_number(&buffer, COLUMN_ITEMS, INFINITY);
    assert_string_equal(buffer.row.text[COLUMN_WALL_NS], "");
    assert_string_equal(buffer.row.text[COLUMN_ITEMS], "");
    assert_true(isnan(row_number(&buffer.row, COLUMN_WALL_NS)));
    row_set(&buffer, COLUMN_REASON, "two\nlines");
    assert_string_equal(buffer.row.text[COLUMN_REASON], "two lines");
    row_set_number(&buffer, COLUMN_VALUE, 0.1);
    assert_string_equal(buffer.row.text[COLUMN_VALUE], "0.1");
}

static void test_cut_last_line(void **state)
{
    (void)state;
    struct synthetic synthetic;
    struct seen seen = {0};
    struct error error;
    char path[128];
    size_t cut = 0;
    synthetic_open(&synthetic);
    synthetic_row(&synthetic, "native/null/empty/serial", 0, "ok", "", COLUMN_WALL_NS, 1);
    fputs("synthetic,1,0,\"native/nu", synthetic.file);
    synthetic_close(&synthetic);
    sample_path(&synthetic, path, sizeof path);
    assert_int_equal(result_read(path, take, &seen, &cut, &error), 0);
    assert_int_equal(seen.rows, 1);
    assert_int_equal(cut, strlen("synthetic,1,0,\"native/nu"));
    synthetic_remove(&synthetic);
}

static void expect_failure(const char *text, const char *reason)
{
    char path[] = "/tmp/crosspoint-test-XXXXXX";
    struct samples samples;
    struct error error = {""};
    int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    synthetic_text(path, text);
    assert_int_equal(samples_load(path, NULL, 0, &samples, &error), -1);
    if (!strstr(error.text, reason) || !strstr(error.text, path))
        fail_msg("expected '%s' in: %s", reason, error.text);
    samples_free(&samples);
    unlink(path);
}

/* The header and one row whose first fields are given. */
static void expect_row_failure(const char *row, const char *reason)
{
    char header[2048], text[4096];
    assert_true(result_format_header(header, sizeof header) > 0);
    snprintf(text, sizeof text, "%s%s\n", header, row);
    expect_failure(text, reason);
}

static void test_malformed(void **state)
{
    (void)state;
    struct samples samples;
    struct error error;
    char commas[COLUMN_COUNT] = "", row[512];
    expect_failure("", "line 1: empty");
    expect_failure("a,b,c\n1,2,3\n", "line 1: no column 'run_id'");
    expect_row_failure("r,0,0,cell", "line 2: 4 fields where the header has 45");
    expect_row_failure("r,0,0,\"cell", "line 2: a quoted field does not end");
    expect_row_failure("r,0,0,\"ce\"ll", "line 2:");
    memset(commas, ',', COLUMN_COUNT - 1 - COLUMN_STATUS);
    snprintf(row, sizeof row, "r,zero,0,c,,,,,,,,,ok%s", commas);
    expect_row_failure(row, "line 2: block 'zero' is no whole number from 0 up");
    snprintf(row, sizeof row, "r,-1,0,c,,,,,,,,,ok%s", commas);
    expect_row_failure(row, "line 2: block '-1' is no whole number from 0 up");
    snprintf(row, sizeof row, "r,0,0.5,c,,,,,,,,,ok%s", commas);
    expect_row_failure(row, "line 2: slot '0.5' is no whole number from 0 up");
    snprintf(row, sizeof row, "r,1e20,0,c,,,,,,,,,ok%s", commas);
    expect_row_failure(row, "line 2: block '1e20' is no whole number from 0 up");
    snprintf(row, sizeof row, "r,0,0,c,,,,,,,,,fine%s", commas);
    expect_row_failure(row, "line 2: status 'fine' is none of ok");
    snprintf(row, sizeof row, "r,0,0,,,,,,,,,,ok%s", commas);
    expect_row_failure(row, "line 2: cell is empty");
    snprintf(row, sizeof row, "r,0,0,c,,,,,,,,,ok,,nan%.*s", COLUMN_COUNT - 1 - COLUMN_ITEMS, commas);
    expect_row_failure(row, "line 2: items: 'nan' is no number");
    assert_int_equal(samples_load("/nonexistent/results", NULL, 0, &samples, &error), -1);
    assert_non_null(strstr(error.text, "/nonexistent/results: No such file"));
    char empty[] = "/tmp/crosspoint-test-XXXXXX";
    assert_non_null(mkdtemp(empty));
    assert_int_equal(samples_load(empty, NULL, 0, &samples, &error), -1);
    assert_non_null(strstr(error.text, empty));
    assert_non_null(strstr(error.text, "/samples.csv: No such file"));
    rmdir(empty);
}

/* Bytes that no run writes, but an editor or a bad disk does. */

struct file {
    char path[32], text[4096];
    size_t length, header;
};

/* Two rows, the second with a quoted reason. */
static void file_open(struct file *file)
{
    struct row_buffer buffer;
    snprintf(file->path, sizeof file->path, "/tmp/crosspoint-test-XXXXXX");
    int descriptor = mkstemp(file->path);
    assert_true(descriptor >= 0);
    close(descriptor);
    file->length = file->header = result_format_header(file->text, sizeof file->text);
    for (unsigned block = 0; block < 2; block++) {
        row_reset(&buffer);
        row_set(&buffer, COLUMN_CELL, "native/null/empty/serial");
        row_set(&buffer, COLUMN_BLOCK, "%u", block);
        row_set(&buffer, COLUMN_SLOT, "0");
        row_set(&buffer, COLUMN_STATUS, "failed");
        row_set(&buffer, COLUMN_REASON, block ? "a, b" : "a");
        file->length +=
            result_format_row(&buffer.row, file->text + file->length, sizeof file->text - file->length);
    }
}

static int file_load(const struct file *file, const char *before, struct samples *samples,
                     struct error *error)
{
    FILE *out = fopen(file->path, "we");
    assert_non_null(out);
    fputs(before, out);
    assert_int_equal(fwrite(file->text, 1, file->length, out), file->length);
    assert_int_equal(fclose(out), 0);
    error->text[0] = '\0';
    return samples_load(file->path, NULL, 0, samples, error);
}

static size_t line_of(const struct file *file, size_t place)
{
    size_t line = 1;
    for (size_t i = 0; i < place; i++)
        line += file->text[i] == '\n';
    return line;
}

/* Every byte in turn becomes NUL, but the file's last one: a line that is cut is no error. */
static void test_nul(void **state)
{
    (void)state;
    struct file file;
    struct samples samples;
    struct error error;
    char place[64];
    file_open(&file);
    for (size_t i = 0; i < file.length - 1; i++) {
        char was = file.text[i];
        snprintf(place, sizeof place, ": line %zu: a NUL byte", line_of(&file, i));
        file.text[i] = '\0';
        assert_int_equal(file_load(&file, "", &samples, &error), -1);
        if (!strstr(error.text, place))
            fail_msg("byte %zu: %s", i, error.text);
        samples_free(&samples);
        file.text[i] = was;
    }
    unlink(file.path);
}

static void test_byte_order_mark(void **state)
{
    (void)state;
    struct file file;
    struct samples samples;
    struct error error;
    file_open(&file);
    assert_int_equal(file_load(&file, "\xef\xbb\xbf", &samples, &error), 0);
    assert_int_equal(samples.row_count, 2);
    assert_string_equal(samples_reason(&samples, &samples.rows[1]), "a, b");
    samples_free(&samples);
    assert_int_equal(file_load(&file, "\xef\xbb\xbf\xef\xbb\xbf", &samples, &error), -1);
    assert_non_null(strstr(error.text, "line 1: no column 'run_id'"));
    samples_free(&samples);
    file.length = 0;
    assert_int_equal(file_load(&file, "\xef\xbb\xbf\n", &samples, &error), -1);
    assert_non_null(strstr(error.text, "line 1: empty"));
    samples_free(&samples);
    unlink(file.path);
}

static void test_column_twice(void **state)
{
    (void)state;
    char text[4096], reason[128];
    for (int column = 0; column < COLUMN_COUNT; column++) {
        snprintf(text, sizeof text, "%s,", columns[column].name);
        assert_true(result_format_header(text + strlen(text), sizeof text - strlen(text)) > 0);
        snprintf(reason, sizeof reason, "line 1: column '%s' stands twice", columns[column].name);
        expect_failure(text, reason);
    }
    memset(text, ',', 200);
    text[200] = '\n';
    text[201] = '\0';
    expect_failure(text, "line 1: too many fields");
}

/* Whatever stands there, it is read or it is named. */
static void test_noise(void **state)
{
    (void)state;
    static const char noise[] = {'\0', '"', ',', '\n', '\r', ' ', 'x', '\xff'};
    uint64_t random = 1;
    struct file whole;
    file_open(&whole);
    for (int round = 0; round < 1000; round++) {
        struct file file = whole;
        struct samples samples;
        struct error error;
        for (int i = 0; i < 1 + round % 4; i++) {
            random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            file.text[(random >> 33) % file.length] = noise[(random >> 30) % sizeof noise];
        }
        if (file_load(&file, "", &samples, &error))
            assert_non_null(strstr(error.text, ": line "));
        else
            assert_true(samples.row_count <= 4);
        samples_free(&samples);
    }
    unlink(whole.path);
}

static void test_load(void **state)
{
    (void)state;
    struct synthetic synthetic;
    struct samples samples;
    struct error error;
    char path[128];
    synthetic_open(&synthetic);
    synthetic_row(&synthetic, "native/cpu/sum-squares/thread-pool/workers:8/place:one-core", 0, "ok", "",
                  COLUMN_WALL_NS, 5);
    synthetic_row(&synthetic, "native/cpu/sum-squares/thread-pool/workers:4/place:compact", 0, "ok", "",
                  COLUMN_WALL_NS, 6);
    synthetic_row(&synthetic, "native/io/sleep/thread-pool/conc:64", 0, "skipped", "no such, \"limit\"",
                  COLUMN_COUNT, 0);
    synthetic_row(&synthetic, "native/cpu/sum-squares/thread-pool/workers:4/place:compact", 1, "invalid",
                  "steal", COLUMN_WALL_NS, 7);
    synthetic_close(&synthetic);
    assert_int_equal(synthetic_load(&synthetic, &samples, &error), 0);
    assert_int_equal(samples.cell_count, 3);
    assert_int_equal(samples.row_count, 4);
    assert_int_equal(samples.units_max, 4);
    assert_string_equal(samples.run_id, "synthetic");
    assert_ptr_equal(samples_find(&samples, "native/io/sleep/thread-pool/conc:64"), &samples.cells[2]);
    assert_null(samples_find(&samples, "native/io/sleep/serial"));
    const struct samples_cell *pool = &samples.cells[0], *sleep = &samples.cells[2];
    assert_string_equal(pool->name, "native/cpu/sum-squares/thread-pool/workers:4/place:compact");
    assert_int_equal(sleep->rows[STATUS_SKIPPED], 1);
    assert_string_equal(sleep->reasons[STATUS_SKIPPED], "no such, \"limit\"");
    assert_true(isnan(samples.figures[COLUMN_WALL_NS][sleep->first]));
    assert_int_equal(pool->count, 2);
    assert_int_equal(samples.rows[pool->first + 1].block, 1);
    assert_int_equal(samples.rows[pool->first + 1].status, STATUS_INVALID);
    assert_true(samples.figures[COLUMN_WALL_NS][pool->first + 1] == 7);
    samples_free(&samples);

    snprintf(path, sizeof path, "%s/run.json", synthetic.folder);
    synthetic_text(path, "{\"machine\": {\"units_max\": 6}}");
    assert_int_equal(synthetic_load(&synthetic, &samples, &error), 0);
    assert_int_equal(samples.units_max, 6);
    samples_free(&samples);
    synthetic_remove(&synthetic);
}

/* Files of older runs end with the columns of their time. */
static void test_appended_columns(void **state)
{
    (void)state;
    char text[4096], path[] = "/tmp/crosspoint-test-XXXXXX";
    struct samples samples;
    struct error error;
    static const enum column fairness = COLUMN_FAIRNESS;
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    close(descriptor);
    assert_true(result_format_header(text, sizeof text) > 0);
    char *end = strstr(text, ",tasks_lost");
    assert_non_null(end);
    snprintf(end, sizeof text - (size_t)(end - text), "\nr,0,0,c,,,,,,,,,ok%.*s\n",
             COLUMN_REQUIRED_COUNT - 1 - COLUMN_STATUS, ",,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,");
    synthetic_text(path, text);
    assert_int_equal(samples_load(path, &fairness, 1, &samples, &error), 0);
    assert_int_equal(samples.row_count, 1);
    assert_true(isnan(samples.figures[COLUMN_FAIRNESS][0]));
    samples_free(&samples);
    *strstr(text, "throttled_ns") = 'x';
    synthetic_text(path, text);
    assert_int_equal(samples_load(path, NULL, 0, &samples, &error), -1);
    assert_non_null(strstr(error.text, "line 1: no column 'throttled_ns'"));
    samples_free(&samples);
    unlink(path);
}

static void test_two_ok_rows_in_a_block(void **state)
{
    (void)state;
    struct synthetic synthetic;
    struct samples samples;
    struct error error;
    synthetic_open(&synthetic);
    synthetic_row(&synthetic, "native/null/empty/serial", 7, "ok", "", COLUMN_WALL_NS, 1);
    synthetic_row(&synthetic, "native/null/empty/thread-pool", 7, "ok", "", COLUMN_WALL_NS, 1);
    synthetic_row(&synthetic, "native/null/empty/serial", 7, "failed", "", COLUMN_COUNT, 0);
    synthetic_row(&synthetic, "native/null/empty/serial", 7, "ok", "", COLUMN_COUNT, 0);
    synthetic_close(&synthetic);
    assert_int_equal(synthetic_load(&synthetic, &samples, &error), -1);
    assert_non_null(strstr(error.text, "/samples.csv: line 5: a second ok row of native/null/empty/serial in "
                                       "block 7; the first is in line 2"));
    samples_free(&samples);
    synthetic_remove(&synthetic);
}

/* In whatever order rows stand, and whatever ran beside them. */
static void test_pairs(void **state)
{
    (void)state;
    static const char better[] = "native/null/empty/serial", worse[] = "native/null/empty/thread-pool";
    struct synthetic synthetic;
    struct samples samples;
    struct samples_pairing pairing;
    struct error error;
    synthetic_open(&synthetic);
    for (unsigned i = 0; i < 12; i++) {
        unsigned block = 5 * i % 12;
        synthetic_row(&synthetic, better, block, block == 3 ? "failed" : "ok", "", COLUMN_WALL_NS, block);
        synthetic_row(&synthetic, worse, 11 - block, "ok", "", block == 2 ? COLUMN_COUNT : COLUMN_WALL_NS,
                      1 + block);
    }
    synthetic_close(&synthetic);
    assert_int_equal(synthetic_load(&synthetic, &samples, &error), 0);
    assert_int_equal(samples_pair(&samples, samples_find(&samples, better), &samples,
                                  samples_find(&samples, worse), COLUMN_WALL_NS, &pairing),
                     0);
    assert_int_equal(pairing.better.ok, 11);
    assert_int_equal(pairing.better.with_figure, 11);
    assert_int_equal(pairing.better.without_ratio, 1); /* block 0 took 0 */
    assert_int_equal(pairing.worse.with_figure, 11);
    assert_int_equal(pairing.count, 10); /* all but 3 and 9 */
    for (size_t i = 0; i < pairing.count; i++) {
        assert_true(i == 0 || pairing.pairs[i].block > pairing.pairs[i - 1].block);
        assert_true(pairing.pairs[i].better == pairing.pairs[i].block);
        assert_true(pairing.pairs[i].worse == 12 - pairing.pairs[i].block);
    }
    samples_pairing_free(&pairing);
    samples_free(&samples);
    synthetic_remove(&synthetic);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_absent_is_empty),
        cmocka_unit_test(test_cut_last_line),
        cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_load),
        cmocka_unit_test(test_nul),
        cmocka_unit_test(test_byte_order_mark),
        cmocka_unit_test(test_column_twice),
        cmocka_unit_test(test_noise),
        cmocka_unit_test(test_appended_columns),
        cmocka_unit_test(test_two_ok_rows_in_a_block),
        cmocka_unit_test(test_pairs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
