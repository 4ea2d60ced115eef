/* SPDX-License-Identifier: MIT */
/* A comparison written, and what it is read from. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compare_origin.h"
#include "exit_codes.h"
#include "made_pair.h"

/* Formats */

static void fill_golden(struct pair *pair)
{
    pair_open(pair, COLUMN_ITEMS_PER_SECOND);
    for (unsigned block = 0; block < 8; block++) {
        pair_add(&pair->base, "a/b/conc:16", block, 100);
        pair_add(&pair->new, "a/b/conc:16", block, 50);
        pair_add(&pair->base, "a/b/conc:4", block, 64);
        pair_add(&pair->new, "a/b/conc:4", block, 64);
        pair_add(&pair->base, "x, \"y\" | z", block, 3);
    }
    pair_compare(pair, COMPARE_PAIRED, 0.05);
}

static void check_golden(const char *format, const char *expected)
{
    struct pair pair;
    fill_golden(&pair);
    char *text = pair_write(&pair.compared, format);
    assert_string_equal(text, expected);
    free(text);
    pair_close(&pair);
}

static void test_csv(void **state)
{
    (void)state;
    check_golden("csv",
                 "cell,n,base,new,metric,ratio,ci_low,ci_high,p_adjusted,verdict,reason\n"
                 "a/b/conc:4,8,64,64,items_per_second,1,1,1,0.0078125,same,\n"
                 "a/b/conc:16,8,100,50,items_per_second,0.5,0.5,0.5,0.0078125,slower,\n"
                 "\"x, \"\"y\"\" | z\",0,3,,items_per_second,,,,,inconclusive,one-sided: only in base\n");
}

static void test_markdown(void **state)
{
    (void)state;
    check_golden(
        "markdown",
        "| cell | n | base | new | ratio (95 % interval) | detectable | verdict |\n"
        "|---|--:|--:|--:|---|--:|---|\n"
        "| a/b/conc:4 | 8 | 64.0/s | 64.0/s | 1.00× (1.00–1.00) | 0 % | **same** |\n"
        "| a/b/conc:16 | 8 | 100/s | 50.0/s | 0.500× (0.500–0.500) | 0 % | **slower** |\n"
        "| x, \"y\" \\| z | 8/0 | 3.00/s | | | | **inconclusive**<br>one-sided: only in base |\n\n"
        "1 slower, 0 faster, 1 same, 1 inconclusive (1 of them not comparable): work per second, effect 5 "
        "%.\n"
        "Not compared: 1 of the 3 cells of base, for which new has no figure to compare.\n"
        "Paired by block, signed-rank test; 2 tests, Holm-adjusted, 5 %.\n"
        "Geometric means of the ratios (above 1: new is faster): a/b 0.7071× (0.00865–57.8) over 2 cells.\n"
        "Detectable: what lies that far beyond 5 % is shown with a probability of 90 %.\n");
}

static void test_json(void **state)
{
    (void)state;
    struct pair pair;
    json_error_t where;
    fill_golden(&pair);
    char *text = pair_write(&pair.compared, "json");
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &where);
    assert_non_null(root);
    const char *test, *verdict, *reason, *family;
    int slower, code, tests, n_new, cells_of_mean;
    double ratio, low, high, mean;
    assert_int_equal(json_unpack(root, "{s:s, s:i, s:i, s:i, s:[{s:s, s:i, s:F}]}", "test", &test, "tests",
                                 &tests, "slower", &slower, "exit_code", &code, "geometric_means", "family",
                                 &family, "cells", &cells_of_mean, "mean", &mean),
                     0);
    assert_string_equal(family, "a/b");
    assert_int_equal(cells_of_mean, 2);
    assert_string_equal(test, "signed-rank");
    assert_int_equal(tests, 2);
    assert_int_equal(slower, 1);
    assert_int_equal(code, EXIT_REGRESSION);
    assert_true(fabs(mean - sqrt(0.5)) < 1e-12);
    json_t *cells = json_object_get(root, "cells");
    assert_int_equal(json_array_size(cells), 3);
    assert_int_equal(json_unpack(json_array_get(cells, 1), "{s:s, s:F, s:[F, F]}", "verdict", &verdict,
                                 "ratio", &ratio, "interval", &low, &high),
                     0);
    assert_string_equal(verdict, "slower");
    assert_true(ratio == 0.5 && low == 0.5 && high == 0.5);
    assert_int_equal(json_unpack(json_array_get(cells, 2), "{s:s, s:i, s:n, s:n}", "reason", &reason, "n_new",
                                 &n_new, "ratio", "detectable"),
                     0);
    assert_string_equal(reason, "one-sided: only in base");
    json_decref(root);
    free(text);
    pair_close(&pair);
}

static void test_text(void **state)
{
    (void)state;
    struct pair pair;
    struct error error;
    fill_golden(&pair);
    char *text = pair_write(&pair.compared, "text");
    assert_non_null(strstr(text, " 8   100/s  50.0/s  0.500× (0.500–0.500)          0 %  slower\n"));
    assert_int_equal(compared_write(&pair.compared, "xml", 0, 0, stdout, &error), -1);
    assert_string_equal(error.text, "unknown format 'xml'; known: text, csv, json, markdown");
    free(text);
    pair_close(&pair);
}

/* Files */

static const enum column metric = COLUMN_ITEMS_PER_SECOND;

static void read_folder(const char *folder, struct samples *table)
{
    struct error error;
    assert_int_equal(samples_load(folder, &metric, 1, table, &error), 0);
}

/* Copies samples.csv with its rows in another order. */
static void shuffle_rows(const struct synthetic *from, struct synthetic *to)
{
    enum { LINES_MAX = 2000, LINE_BYTES = 512 };
    char path[128], *lines[LINES_MAX];
    size_t count = 0, room = 0;
    snprintf(path, sizeof path, "%s/samples.csv", from->folder);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    for (lines[0] = NULL; count < LINES_MAX && getline(&lines[count], &room, file) > 0; room = 0)
        if (++count < LINES_MAX)
            lines[count] = NULL;
    assert_true(count < LINES_MAX);
    free(lines[count]);
    fclose(file);
    for (size_t left = count; left > 1; left--) { /* 11 and the count have no common factor: every row once */
        static const size_t step = 11;
        size_t pick = 1 + (count - left) * step % (count - 1);
        fputs(lines[pick], to->file);
    }
    for (size_t i = 0; i < count; i++)
        free(lines[i]);
}

static void test_order(void **state)
{
    (void)state;
    static const char *const formats[] = {"text", "csv", "json", "markdown"};
    struct synthetic base, new, shuffled;
    struct compare_options options = {.effect = 0.05, .pairing = COMPARE_PAIRED};
    struct error error;
    synthetic_open(&base);
    synthetic_open(&new);
    synthetic_open(&shuffled);
    synthetic_suite(&base, 12);
    new.state = 77;
    synthetic_suite(&new, 12);
    synthetic_row(&new, "native/io/sleep/serial/place:compact", 13, "failed", "one", COLUMN_COUNT, 0);
    synthetic_row(&new, "native/io/sleep/serial/place:compact", 13, "failed", "another", COLUMN_COUNT, 0);
    synthetic_close(&base);
    synthetic_close(&new);
    shuffle_rows(&new, &shuffled);
    synthetic_close(&shuffled);
    for (int pairing = COMPARE_UNPAIRED; pairing <= COMPARE_PAIRED; pairing++)
        for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
            char *text[2];
            options.pairing = (enum compare_pairing)pairing;
            for (int run = 0; run < 2; run++) {
                struct samples tables[2];
                struct compared compared;
                read_folder(base.folder, &tables[0]);
                read_folder(run ? shuffled.folder : new.folder, &tables[1]);
                assert_int_equal(compare_tables(&tables[0], &tables[1], COLUMN_ITEMS_PER_SECOND, &options,
                                                &compared, &error),
                                 0);
                assert_int_equal(compared.comparable, compared.count);
                text[run] = pair_write(&compared, formats[i]);
                compared_free(&compared);
                samples_free(&tables[0]);
                samples_free(&tables[1]);
            }
            assert_string_equal(text[0], text[1]);
            free(text[0]);
            free(text[1]);
        }
    synthetic_remove(&base);
    synthetic_remove(&new);
    synthetic_remove(&shuffled);
}

static void load_fails(const char *path, const char *reason)
{
    struct samples table;
    struct error error = {""};
    assert_int_equal(samples_load(path, &metric, 1, &table, &error), -1);
    assert_non_null(strstr(error.text, path));
    assert_non_null(strstr(error.text, reason));
    samples_free(&table);
}

static void test_malformed(void **state)
{
    (void)state;
    struct synthetic synthetic;
    struct samples table;
    struct compare_options options = {.effect = 0.05};
    struct compared compared;
    struct error error;
    char path[128];
    synthetic_open(&synthetic);
    snprintf(path, sizeof path, "%s/samples.csv", synthetic.folder);
    fflush(synthetic.file);
    read_folder(synthetic.folder, &table);
    assert_int_equal(table.cell_count, 0);
    assert_int_equal(compare_tables(&table, &table, COLUMN_ITEMS_PER_SECOND, &options, &compared, &error), 0);
    assert_int_equal(compared_exit_code(&compared), EXIT_NOTHING_COMPARABLE);
    free(pair_write(&compared, "text"));
    compared_free(&compared);
    samples_free(&table);

    synthetic_row(&synthetic, "native/null/empty/serial", 3, "ok", "", COLUMN_ITEMS_PER_SECOND, 5);
    synthetic_row(&synthetic, "native/null/empty/serial", 3, "invalid", "", COLUMN_ITEMS_PER_SECOND, 5);
    fflush(synthetic.file);
    read_folder(synthetic.folder, &table);
    assert_int_equal(table.cells[0].rows[STATUS_OK], 1);
    samples_free(&table);
    synthetic_row(&synthetic, "native/null/empty/serial", 3, "ok", "", COLUMN_ITEMS_PER_SECOND, 6);
    fflush(synthetic.file);
    load_fails(path,
               ": line 4: a second ok row of native/null/empty/serial in block 3; the first is in line 2");
    synthetic_row(&synthetic, "native/null/empty/serial", 4, "fine", "", COLUMN_COUNT, 0);
    synthetic_close(&synthetic);
    load_fails(path, ": line 5: status 'fine' is none of ");
    synthetic_text(path, "");
    load_fails(path, "line 1: empty");
    synthetic_text(path, "run_id,block\n");
    load_fails(path, "no column 'slot'");
    synthetic_remove(&synthetic);
    load_fails(path, "No such file");
}

static void write_run(const char *folder, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/run.json", folder);
    synthetic_text(path, text);
}

static void test_origin(void **state)
{
    (void)state;
    struct synthetic folders[2];
    struct compare_origin base, new;
    struct error error = {""};
    char warning[256];
    synthetic_open(&folders[0]);
    synthetic_open(&folders[1]);
    write_run(folders[0].folder, "{\"session\": \"s1\", \"machine\": {\"hostname\": \"a\", \"fingerprint\": "
                                 "{\"cpu_model\": \"X\", \"units_max\": 2, \"kernel\": \"6.1\"}}}");
    write_run(folders[1].folder,
              "{\"session\": \"s1\", \"machine\": {\"hostname\": \"b\", \"fingerprint\": "
              "{\"kernel\": \"6.1\", \"cpu_model\": \"Y\", \"units_max\": 4, \"hypervisor\": 1}}}");
    assert_int_equal(compare_origin_load(folders[0].folder, &base, &error), 0);
    assert_int_equal(compare_origin_load(folders[1].folder, &new, &error), 0);
    assert_int_equal(compare_origin_pairing(&base, &new), COMPARE_PAIRED);
    compare_origin_warning(&base, &new, warning, sizeof warning);
    assert_string_equal(warning,
                        "measured on different machines: cpu_model 'X' against 'Y', units_max '2' against "
                        "'4', hypervisor nothing against '1'");
    compare_origin_warning(&base, &base, warning, sizeof warning);
    assert_string_equal(warning, "");
    compare_origin_free(&new);

    write_run(folders[1].folder, "{}");
    assert_int_equal(compare_origin_load(folders[1].folder, &new, &error), 0);
    assert_int_equal(compare_origin_pairing(&base, &new), COMPARE_UNPAIRED);
    assert_int_equal(compare_origin_pairing(&new, &new), COMPARE_UNPAIRED);
    compare_origin_warning(&base, &new, warning, sizeof warning);
    assert_string_equal(warning, "NEW does not tell which machine it was measured on");
    compare_origin_free(&base);
    compare_origin_free(&new);

    write_run(folders[1].folder, "{\"session\":\n");
    assert_int_equal(compare_origin_load(folders[1].folder, &new, &error), -1);
    assert_non_null(strstr(error.text, "run.json: line "));
    compare_origin_free(&new);
    for (int i = 0; i < 2; i++) {
        synthetic_close(&folders[i]);
        synthetic_remove(&folders[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv),    cmocka_unit_test(test_markdown), cmocka_unit_test(test_json),
        cmocka_unit_test(test_text),   cmocka_unit_test(test_order),    cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_origin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
