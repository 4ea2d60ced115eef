/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advice.h"
#include "advice_write.h"

enum { BLOCKS = 14 };

static struct advice made;
static struct samples samples;

static size_t add(const char *name)
{
    struct cell cell;
    struct error error;
    assert_int_equal(cell_parse(name, NULL, &cell, &error), 0);
    size_t index = advice_add(&made, &cell, &error);
    made.candidates[index].finalist = true;
    made.candidates[index].rate = 1;
    return index;
}

static void begin(void)
{
    static const enum column metrics[] = {COLUMN_ITEMS_PER_SECOND, COLUMN_MEMORY_BYTES,
                                          COLUMN_FOREIGN_CPU_FRACTION, COLUMN_STEAL_FRACTION};
    made = (struct advice){.serial = SIZE_MAX,
                           .fastest = SIZE_MAX,
                           .chosen = SIZE_MAX,
                           .second = SIZE_MAX,
                           .tree = SIZE_MAX,
                           .units = 2};
    samples_init(&samples, metrics, sizeof metrics / sizeof metrics[0]);
}

static void measure_block(size_t index, unsigned block, double rate, double memory_bytes)
{
    struct error error;
    double by_column[COLUMN_COUNT];
    for (int column = 0; column < COLUMN_COUNT; column++)
        by_column[column] = NAN;
    by_column[COLUMN_ITEMS_PER_SECOND] = rate;
    by_column[COLUMN_MEMORY_BYTES] = memory_bytes;
    by_column[COLUMN_FOREIGN_CPU_FRACTION] = by_column[COLUMN_STEAL_FRACTION] = 0;
    const struct samples_input input = {.cell = made.candidates[index].name,
                                        .reason = "",
                                        .block = block,
                                        .status = STATUS_OK,
                                        .line = block + 2,
                                        .items = 100,
                                        .generator_busy = NAN,
                                        .by_column = by_column};
    assert_int_equal(samples_add(&samples, &input, &error), 0);
}

/* Rates scattered by some tenths of a percent, each block with a mood of its own. */
static void measure(size_t index, double rate, double memory_bytes)
{
    for (unsigned block = 0; block < BLOCKS; block++) {
        double mood = 1 + 0.2 * (block % 3), scatter = 1 + 0.002 * ((block * 7 + index * 5) % 11 - 5.0);
        measure_block(index, block, rate * mood * scatter, memory_bytes);
    }
}

static void judge(void)
{
    struct error error;
    assert_int_equal(samples_finish(&samples, &error), 0);
    assert_int_equal(advice_judge(&made, &samples, &error), 0);
    samples_free(&samples);
}

/* The one that is clearly ahead is chosen, and what the others lose is told with intervals that hold it. */
static void test_clear(void **state)
{
    (void)state;
    begin();
    size_t serial = add("native/own/a/serial/place:none"),
           threads = add("native/own/a/thread-pool/workers:2/place:none"),
           processes = add("native/own/a/process-pool/workers:2/place:none");
    measure(serial, 100, 1e6);
    measure(threads, 190, 1e6);
    measure(processes, 150, 2e6);
    judge();
    assert_int_equal(made.chosen, threads);
    assert_int_equal(made.second, processes);
    assert_int_equal(made.comparisons, 3);
    const struct advice_candidate *second = &made.candidates[processes];
    assert_true(second->ratio_low < 190.0 / 150 && second->ratio_high > 190.0 / 150);
    assert_true(second->p < 0.05 && !second->tied && !second->equivalent);
    assert_true(made.candidates[serial].ratio > 1.85 && made.candidates[serial].ratio < 1.95);
}

/* What is tied and takes less memory is chosen before the fastest; that they are equivalent is shown. */
static void test_tied(void **state)
{
    (void)state;
    begin();
    size_t threads = add("native/own/a/thread-pool/workers:2/place:none"),
           processes = add("native/own/a/process-pool/workers:2/place:none"),
           serial = add("native/own/a/serial/place:none");
    measure(threads, 200, 1e6);
    measure(processes, 203, 3e6);
    measure(serial, 100, 1e5);
    judge();
    assert_int_equal(made.fastest, processes);
    assert_int_equal(made.chosen, threads);
    assert_true(made.candidates[processes].tied && made.candidates[processes].equivalent);
    assert_int_equal(made.second, serial); /* the first that is no tie */
}

/* Three of whom each is ahead of the next, by 22 % in the middle: none is within 5 % of another, nor tied. */
static void test_circle(void **state)
{
    (void)state;
    static const double rates[] = {100, 200, 300};
    begin();
    for (unsigned workers = 1; workers <= 3; workers++) {
        char name[CELL_NAME_BYTES];
        snprintf(name, sizeof name, "native/own/a/thread-pool/workers:%u/place:none", workers);
        size_t index = add(name);
        for (unsigned block = 0; block < 12; block++)
            measure_block(index, block, rates[(2 + 2 * index + 2 * block) % 3], 1e6);
    }
    judge();
    for (size_t i = 0; i < made.count; i++) {
        double ratio = made.candidates[i].ratio;
        assert_int_equal(made.candidates[i].tied, i == made.chosen);
        assert_true(i == made.chosen || ratio < 1 / 1.05 || ratio > 1.05);
    }
}

/* The correction is that of all comparisons: an interval of one alone would be narrower. */
static void test_corrected(void **state)
{
    (void)state;
    begin();
    char name[80];
    for (unsigned workers = 1; workers <= ADVICE_FINALISTS_MAX; workers++) {
        snprintf(name, sizeof name, "native/own/a/thread-pool/workers:%u/place:none", workers);
        measure(add(name), 100, 1e6);
    }
    judge();
    assert_int_equal(made.comparisons, ADVICE_FINALISTS_MAX * (ADVICE_FINALISTS_MAX - 1) / 2);
    assert_true(fabs(made.level - (1 - 0.05 / 15)) < 1e-12);
    assert_int_equal(made.chosen, 0); /* all are the same: the fewest workers */
    for (size_t i = 1; i < made.count; i++)
        assert_true(made.candidates[i].tied && made.candidates[i].p > 0.05);
}

static void test_nothing(void **state)
{
    (void)state;
    struct error error;
    begin();
    add("native/own/a/serial/place:none");
    assert_int_equal(samples_finish(&samples, &error), 0);
    assert_int_equal(advice_judge(&made, &samples, &error), -1);
    samples_free(&samples);
}

/* All failed in the first look: why is told though there is no finalist, and of a limit that there is one
 * option for. */
static void test_none_measured(void **state)
{
    (void)state;
    struct error error;
    begin();
    made.serial = add("native/own/a/serial/place:none");
    made.candidates[made.serial].finalist = false;
    made.candidates[made.serial].rate = NAN;
    advice_note_problem(&made.candidates[made.serial], "timeout: still running after 3 s; raise --timeout");
    assert_int_equal(samples_finish(&samples, &error), 0);
    assert_int_equal(advice_judge(&made, &samples, &error), -1);
    assert_string_equal(error.text, "no launch was ok: serial: 3 s were too short for its least work; "
                                    "--seconds takes more");
    samples_free(&samples);
}

/* The finals have the fastest few of the first look, the tree's pick and one after the other; never who
 * failed. */
static void test_finalists(void **state)
{
    (void)state;
    char name[80];
    begin();
    for (unsigned workers = 1; workers <= 9; workers++) {
        snprintf(name, sizeof name, "native/own/a/thread-pool/workers:%u/place:none", workers);
        size_t index = add(name);
        made.candidates[index].finalist = false;
        made.candidates[index].rate = workers == 9 ? NAN : workers;
    }
    made.serial = 0;
    made.tree = 2;
    advice_choose_finalists(&made, 4);
    for (size_t i = 0; i < made.count; i++)
        assert_int_equal(made.candidates[i].finalist, i == 0 || i == 2 || i == 6 || i == 7);
    assert_int_equal(made.finalists, 4);
}

static void classify(double wall_ms, double user_ms, double system_ms, unsigned items, unsigned switches)
{
    struct row_buffer row;
    row_reset(&row);
    row_set_number(&row, COLUMN_WALL_NS, wall_ms * 1e6);
    row_set_number(&row, COLUMN_CPU_USER_NS, user_ms * 1e6);
    row_set_number(&row, COLUMN_CPU_SYSTEM_NS, system_ms * 1e6);
    row_set(&row, COLUMN_ITEMS, "%u", items);
    row_set(&row, COLUMN_SWITCHES_VOLUNTARY, "%u", switches);
    advice_classify(&made, &row.row);
}

static void test_class(void **state)
{
    (void)state;
    begin();
    classify(100, 98, 1, 10, 0);
    assert_string_equal(made.class.word, "computing");
    classify(100, 1, 1, 10, 10);
    assert_string_equal(made.class.word, "waiting");
    classify(100, 50, 0, 10, 10);
    assert_string_equal(made.class.word, "computing and waiting");
    classify(100, 10, 85, 10, 0);
    assert_string_equal(made.class.word, "in the kernel");
    classify(100, 40, 0, 10, 1); /* others had the processor: it never gave it up */
    assert_string_equal(made.class.word, "computing");
}

/* Where none but one at a time has a figure, nothing is said of more at once but that. */
static void test_one_at_a_time(void **state)
{
    (void)state;
    begin();
    made.import_s = NAN;
    made.serial = add("native/own/a/serial/place:none");
    measure(made.serial, 100, 1e6);
    classify(100, 1, 1, 10, 10);
    judge();
    advice_note_found(&made, "it leaves processes behind; it changes its own file");
    advice_conclude(&made);
    assert_int_equal(made.change_count, 0);
    assert_string_equal(made.untold[0], "how far the task can be judged: it leaves processes behind");
    assert_string_equal(made.untold[1], "how far the task can be judged: it changes its own file");
    assert_string_equal(made.untold[2],
                        "what more at once would gain: one at a time is all that was measured");
}

/* In words and as JSON, with all that is known and with next to nothing. */
static void test_written(void **state)
{
    (void)state;
    static const char *const formats[] = {"text", "markdown", "json"};
    struct error error;
    begin();
    made.serial = add("native/own/a/serial/place:none");
    made.tree = add("native/own/a/process-pool/workers:2/place:none");
    size_t threads = add("native/own/a/thread-pool/workers:2/place:none");
    snprintf(made.work, sizeof made.work, "own/a");
    classify(100, 98, 1, 10, 0);
    measure(made.serial, 100, 1e6);
    measure(made.tree, 150, 2e6);
    measure(threads, 190, 1e6);
    judge();
    advice_conclude(&made);
    for (size_t i = 0; i < 3; i++) {
        char *text = NULL;
        size_t bytes = 0;
        FILE *out = open_memstream(&text, &bytes);
        assert_int_equal(advice_write(&made, formats[i], NULL, out, &error), 0);
        fclose(out);
        assert_non_null(
            strstr(text, i < 2 ? "thread-pool, 2 workers: 227/s" : "\"choose\": \"native/own/a/thread-pool"));
        assert_non_null(strstr(text, i < 2 ? "loses 21 % (" : "\"chosen_ratio\": 1.2"));
        assert_null(strstr(text, "nan"));
        free(text);
    }
    assert_int_equal(advice_write(&made, "csv", NULL, stdout, &error), -1);
}

/* Twice the cores, from a law that eight worker counts follow: with its interval. */
static void test_more_cores(void **state)
{
    (void)state;
    begin();
    made.units = 8;
    made.import_s = NAN;
    for (unsigned workers = 1; workers <= 8; workers++) {
        char name[CELL_NAME_BYTES];
        snprintf(name, sizeof name, "native/own/a/thread-pool/workers:%u/place:none", workers);
        size_t index = add(name);
        made.candidates[index].finalist = workers > 5;
        made.candidates[index].rate = 100 * workers /
                                      (1 + 0.05 * (workers - 1) + 0.004 * workers * (workers - 1)) *
                                      (workers % 2 ? 1.004 : 0.996);
        if (made.candidates[index].finalist)
            measure(index, made.candidates[index].rate, 1e6);
    }
    made.serial = 0;
    judge();
    advice_conclude(&made);
    const char *told = NULL;
    for (size_t i = 0; i < made.change_count; i++)
        told = strstr(made.change[i], "more cores: ") ? made.change[i] : told;
    double gain, low, high, peak, peak_low, peak_high;
    assert_non_null(told);
    assert_int_equal(
        sscanf(told,
               "more cores: fitted to 8 worker counts, 16 would do %lf times the work of 8 (%lf to "
               "%lf); it is fastest with %lf (%lf to %lf)",
               &gain, &low, &high, &peak, &peak_low, &peak_high),
        6);
    /* 16 / (1 + 0.75 + 0.96) over 8 / (1 + 0.35 + 0.224); the square root of 0.95 / 0.004 */
    assert_true(low < 1.162 && 1.162 < high && high - low < 0.4);
    assert_true(peak_low <= 15.4 && 15.4 <= peak_high && low < gain && gain < high && peak_low < peak);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clear),         cmocka_unit_test(test_tied),
        cmocka_unit_test(test_corrected),     cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_finalists),     cmocka_unit_test(test_class),
        cmocka_unit_test(test_written),       cmocka_unit_test(test_more_cores),
        cmocka_unit_test(test_circle),        cmocka_unit_test(test_none_measured),
        cmocka_unit_test(test_one_at_a_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
