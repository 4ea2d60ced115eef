/* SPDX-License-Identifier: MIT */
/* Launches that fail, the second round of compare --ab, and how a comparison ends. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "exit_codes.h"
#include "made_pair.h"

static void test_failed(void **state)
{
    (void)state;
    static const struct {
        unsigned failed_base, failed_new;
        bool broken;
        enum compare_verdict verdict;
        const char *reason;
    } cases[] = {
        {0, 14, true, COMPARE_INCONCLUSIVE, "failed in new: killed by signal 11"},
        {0, 9, true, COMPARE_INCONCLUSIVE, "failed in new (9 of 14 launches): killed by signal 11"},
        {0, 7, false, COMPARE_SAME, "failed in new (7 of 14 launches): killed by signal 11"},
        {14, 0, false, COMPARE_INCONCLUSIVE, "failed in base: timeout"},
        {1, 14, true, COMPARE_INCONCLUSIVE,
         "failed in base (1 of 14 launches) and in new: killed by signal 11"},
        {8, 14, false, COMPARE_INCONCLUSIVE,
         "failed in base (8 of 14 launches) and in new: killed by signal 11"},
        {12, 0, false, COMPARE_INCONCLUSIVE,
         "failed in base (12 of 14 launches), 2 of the 5 blocks needed are left: timeout"},
        {0, 0, false, COMPARE_SAME, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pair pair;
        pair_open(&pair, COLUMN_ITEMS_PER_SECOND);
        pair_fill_failed(&pair, "a", cases[i].failed_base, cases[i].failed_new);
        const struct compare_row *rows = pair_compare(&pair, COMPARE_PAIRED, 0.05);
        assert_string_equal(rows[0].reason, cases[i].reason);
        assert_int_equal(rows[0].verdict, cases[i].verdict);
        assert_int_equal(rows[0].broken, cases[i].broken);
        assert_int_equal(compared_exit_code(&pair.compared) == EXIT_REGRESSION, cases[i].broken);
        pair_close(&pair);
    }
}

/* A regression that no ratio shows is named, whatever else there is. */
static void test_failed_is_told(void **state)
{
    (void)state;
    struct pair pair;
    pair_open(&pair, COLUMN_ITEMS_PER_SECOND);
    pair_fill_failed(&pair, "a", 0, 9);
    pair_fill_failed(&pair, "b", 0, 2);
    pair_fill_failed(&pair, "c", 0, 0);
    pair_compare(&pair, COMPARE_UNPAIRED, 0.05);
    assert_int_equal(compared_exit_code(&pair.compared), EXIT_REGRESSION);
    char *text = pair_write(&pair.compared, "text"), *csv = pair_write(&pair.compared, "csv");
    char *json = pair_write(&pair.compared, "json"), *named;
    assert_non_null(strstr(text, "0 slower, 0 faster, 2 same, 1 inconclusive: "));
    assert_non_null(strstr(text, "\nFailed launches: 0 in base, 11 in new.\n"));
    assert_non_null(strstr(text, "\nRegression: 1 cell fails in new, in base not or far less often.\n"));
    assert_non_null(
        strstr(csv, ",same,unpaired; failed in new (2 of 14 launches): killed by signal 11\nc,14,"));
    assert_non_null(strstr(json, "\"failed_base\": 0, \"failed_new\": 11, \"broken\": 1,"));
    assert_non_null(strstr(json, "\"exit_code\": 1,"));
    size_t bytes;
    FILE *out = open_memstream(&named, &bytes);
    assert_non_null(out);
    compared_name_broken(&pair.compared, out);
    fclose(out);
    assert_string_equal(named, "regression: a, failed in new (9 of 14 launches): killed by signal 11\n");
    free(text);
    free(csv);
    free(json);
    free(named);
    pair_close(&pair);
}

/* A second round: five cells that were slower in the first and one that was not. */
static void fill_rounds(struct pair *first, struct pair *again)
{
    static const char *const cells[] = {"a", "b", "c", "d", "e", "f"};
    pair_open(first, COLUMN_ITEMS_PER_SECOND);
    pair_open(again, COLUMN_ITEMS_PER_SECOND);
    for (unsigned block = 0; block < 8; block++) {
        for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
            pair_add(&first->base, cells[i], block, 100);
            pair_add(&first->new, cells[i], block, i == 2 ? 100 : 50);
            if (i != 2)
                pair_add(&again->base, cells[i], block, 100);
        }
        pair_add(&again->new, "a", block, 50);
        pair_add(&again->new, "b", block, 100);
        pair_add_status(&again->new, "d", block, STATUS_INVALID, "steal 7 %");
        if (block < 3)
            pair_add(&again->new, "e", block, 50);
        else
            pair_add_status(&again->new, "e", block, STATUS_INVALID, "steal 7 %");
        pair_add_status(&again->new, "f", block, STATUS_FAILED, "killed by signal 11");
    }
    pair_compare(first, COMPARE_PAIRED, 0.05);
    pair_compare(again, COMPARE_PAIRED, 0.05);
    assert_int_equal(first->compared.verdicts[COMPARE_SLOWER], 5);
}

static void test_confirm(void **state)
{
    (void)state;
    static const struct {
        enum compare_verdict verdict;
        const char *reason;
    } expected[] = {
        {COMPARE_SLOWER, "confirmed: 0.500× (0.500–0.500) in the second round"},
        {COMPARE_INCONCLUSIVE, "not confirmed: 1.00× (1.00–1.00) in the second round"},
        {COMPARE_SAME, ""},
        {COMPARE_INCONCLUSIVE, "not judged in the second round: environment: steal 7 %"},
        {COMPARE_INCONCLUSIVE,
         "not judged in the second round: environment: 3 of the 6 blocks needed are left: steal 7 %"},
        {COMPARE_INCONCLUSIVE, "failed in new: killed by signal 11"},
    };
    struct pair first, again;
    fill_rounds(&first, &again);
    struct compared *compared = &first.compared;
    compared_confirm(compared, &again.compared);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        assert_int_equal(compared->rows[i].verdict, expected[i].verdict);
        assert_string_equal(compared->rows[i].reason, expected[i].reason);
    }
    assert_int_equal(compared->verdicts[COMPARE_SLOWER], 1);
    assert_int_equal(compared->verdicts[COMPARE_INCONCLUSIVE], 4);
    assert_int_equal(compared->confirmed, 1);
    assert_int_equal(compared->unjudged, 2);
    assert_int_equal(compared->failed_new, 8);
    assert_int_equal(compared_exit_code(compared), EXIT_REGRESSION);
    compared->verdicts[COMPARE_SLOWER] = 0;
    assert_int_equal(compared_exit_code(compared), EXIT_REGRESSION);
    compared->broken = 0;
    assert_int_equal(compared_exit_code(compared), EXIT_TOO_LITTLE_DATA);
    compared->again_void = true;
    assert_int_equal(compared_exit_code(compared), EXIT_NOTHING_COMPARABLE);
    compared->unjudged = 0;
    assert_int_equal(compared_exit_code(compared), EXIT_FINE);
    pair_close(&first);
    pair_close(&again);
}

/* One that failed has to fail, or be slower, again. */
static void test_confirm_broken(void **state)
{
    (void)state;
    static const char *const names[] = {"a", "b", "c", "d"};
    struct pair first, again;
    pair_open(&first, COLUMN_ITEMS_PER_SECOND);
    pair_open(&again, COLUMN_ITEMS_PER_SECOND);
    for (size_t i = 0; i < 4; i++)
        pair_fill_failed(&first, names[i], 0, 9);
    pair_fill_failed(&again, "a", 0, 9);
    pair_fill_failed(&again, "b", 0, 0);
    for (unsigned block = 0; block < 14; block++) {
        pair_add_status(&again.base, "c", block, STATUS_INVALID, "steal 7 %");
        pair_add_status(&again.new, "c", block, STATUS_INVALID, "steal 7 %");
        pair_add(&again.base, "d", block, 100);
        pair_add(&again.new, "d", block, 50);
    }
    pair_compare(&first, COMPARE_PAIRED, 0.05);
    pair_compare(&again, COMPARE_PAIRED, 0.05);
    struct compared *compared = &first.compared;
    assert_int_equal(compared->broken, 4);
    compared_confirm(compared, &again.compared);
    assert_string_equal(
        compared->rows[0].reason,
        "failed in new (9 of 14 launches): killed by signal 11; confirmed: failed in the second round");
    assert_string_equal(compared->rows[1].reason, "not confirmed: failed in the first round only");
    assert_string_equal(compared->rows[2].reason, "not judged in the second round: environment: steal 7 %");
    assert_true(compared->rows[3].broken);
    assert_int_equal(compared->broken, 2);
    assert_int_equal(compared->confirmed, 2);
    assert_int_equal(compared->unjudged, 1);
    assert_int_equal(compared->verdicts[COMPARE_INCONCLUSIVE], 4);
    assert_int_equal(compared_exit_code(compared), EXIT_REGRESSION);
    pair_close(&first);
    pair_close(&again);
}

static void test_interrupted(void **state)
{
    (void)state;
    struct pair first, again;
    fill_rounds(&first, &again);
    first.compared.rows[2].broken = true;
    first.compared.broken = 1;
    compared_interrupt(&first.compared);
    assert_int_equal(first.compared.broken, 0);
    assert_string_equal(first.compared.rows[2].reason, first.compared.rows[0].reason);
    assert_int_equal(first.compared.verdicts[COMPARE_SLOWER], 5);
    assert_string_equal(first.compared.rows[0].reason, "not confirmed: the second round was interrupted");
    char *json = pair_write(&first.compared, "json");
    assert_non_null(strstr(json, "\"exit_code\": 130,"));
    free(json);
    pair_close(&first);
    pair_close(&again);
}

static void test_exit_codes(void **state)
{
    (void)state;
    static const struct {
        size_t slower, comparable, too_little;
        int code;
    } cases[] = {
        {0, 10, 0, EXIT_FINE}, {1, 10, 9, EXIT_REGRESSION},      {0, 0, 0, EXIT_NOTHING_COMPARABLE},
        {0, 10, 5, EXIT_FINE}, {0, 10, 6, EXIT_TOO_LITTLE_DATA}, {0, 1, 1, EXIT_TOO_LITTLE_DATA},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct compared compared = {.comparable = cases[i].comparable, .too_little = cases[i].too_little};
        compared.verdicts[COMPARE_SLOWER] = cases[i].slower;
        assert_int_equal(compared_exit_code(&compared), cases[i].code);
    }
    struct compared gone = {.comparable = 5, .in_base = 11, .missing = 6};
    assert_int_equal(compared_exit_code(&gone), EXIT_TOO_LITTLE_DATA);
    gone.missing = 5;
    assert_int_equal(compared_exit_code(&gone), EXIT_FINE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_failed),         cmocka_unit_test(test_failed_is_told),
        cmocka_unit_test(test_exit_codes),     cmocka_unit_test(test_confirm),
        cmocka_unit_test(test_confirm_broken), cmocka_unit_test(test_interrupted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
