/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <csv.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exit_codes.h"
#include "model.h"
#include "selftest_check.h"

static struct compare_row row_of(enum compare_verdict verdict, double ratio, size_t n, const char *reason)
{
    struct compare_row row = {.cell = "native/null/empty/serial",
                              .n_base = n,
                              .n_new = n,
                              .ratio = ratio,
                              .ci_low = ratio * 0.98,
                              .ci_high = ratio * 1.02,
                              .comparable = n > 0,
                              .verdict = verdict};
    snprintf(row.reason, sizeof row.reason, "%s", reason);
    return row;
}

static struct selftest_tally tally_of(const struct compare_row *rows, size_t count)
{
    const struct compared compared = {.samples_needed = 5};
    struct selftest_tally tally = {.trials = 0};
    for (size_t i = 0; i < count; i++)
        selftest_tally_add(&tally, &compared, &rows[i]);
    return tally;
}

static void only_what_can_have_a_verdict_is_a_trial(void **state)
{
    (void)state;
    const struct compare_row rows[] = {
        row_of(COMPARE_SAME, 1.01, 12, ""),
        row_of(COMPARE_INCONCLUSIVE, 1.03, 12, "underpowered: about 40 blocks needed"),
        row_of(COMPARE_SLOWER, 0.8, 12, ""),
        row_of(COMPARE_FASTER, 1.3, 12, ""),
        row_of(COMPARE_INCONCLUSIVE, 1, 4, "environment: 4 of 5 rows left: stolen time 7 %, above 5"),
        row_of(COMPARE_INCONCLUSIVE, NAN, 0, "environment: foreign CPU 50 %, above 15"),
        row_of(COMPARE_INCONCLUSIVE, NAN, 0, "skipped: place:split needs 2 processing units, 1 allowed"),
        row_of(COMPARE_INCONCLUSIVE, NAN, 0, "failed: timeout: still running after 30 s; raise --timeout"),
    };
    struct selftest_tally tally = tally_of(rows, sizeof rows / sizeof rows[0]);
    assert_int_equal(tally.trials, 4);
    assert_int_equal(tally.wrong, 2);
    assert_int_equal(tally.same, 1);
    assert_int_equal(tally.covered, 1);
    assert_int_equal(tally.lacking, 2);
    assert_int_equal(tally.skipped, 1);
    assert_int_equal(tally.failed, 1);
    assert_string_equal(tally.example, "native/null/empty/serial: slower, ratio 0.800");
}

static void false_verdicts_are_counted_against_the_rate(void **state)
{
    (void)state;
    static const struct {
        struct selftest_tally tally;
        double rate_max;
        bool prove;
        enum selftest_verdict verdict;
        const char *shown;
    } cases[] = {
        {{.trials = 150}, 0.02, true, SELFTEST_PASSED, "0 of 150 (below 1.98 %)"},
        {{.trials = 180}, 0.02, true, SELFTEST_PASSED, "0 of 180 (below 1.65 %)"},
        {{.trials = 100}, 0.02, true, SELFTEST_NOT_SHOWN, "0 of 100 (below 2.95 %)"},
        {{.trials = 180, .wrong = 1}, 0.02, true, SELFTEST_NOT_SHOWN, "1 of 180 (below 2.61 %)"},
        {{.trials = 180, .wrong = 4}, 0.02, true, SELFTEST_NOT_SHOWN, "4 of 180 (below 5.01 %)"},
        {{.trials = 180, .wrong = 8}, 0.02, true, SELFTEST_FAILED, "8 of 180 (below 7.88 %)"},
        {{.trials = 45}, 0.02, false, SELFTEST_PASSED, "0 of 45 (below 6.44 %)"},
        {{.trials = 45, .wrong = 1}, 0.02, false, SELFTEST_NOT_SHOWN, "1 of 45 (below 10.1 %)"},
        {{.trials = 27, .wrong = 3}, 0.02, false, SELFTEST_FAILED, "3 of 27 (below 26.3 %)"},
        {{.trials = 27, .wrong = 1}, 0, false, SELFTEST_FAILED, "1 of 27 (below 16.4 %)"},
        {{.trials = 10, .lacking = 35}, 0.02, false, SELFTEST_NOT_SHOWN, "0 of 10 (below 25.9 %)"},
        {{.trials = 0, .lacking = 45}, 0.02, false, SELFTEST_NOT_SHOWN, "0 of 0 (below 100 %)"},
        {{.trials = 0, .skipped = 5}, 0.02, false, SELFTEST_SKIPPED, "0 of 0 (below 100 %)"},
        {{.trials = 44, .failed = 1}, 0.02, false, SELFTEST_FAILED, "0 of 44 (below 6.58 %)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct selftest_check check = {.verdict = SELFTEST_NOT_SHOWN};
        selftest_judge_false(&cases[i].tally, cases[i].rate_max, cases[i].prove, &check);
        assert_string_equal(check.shown, cases[i].shown);
        assert_int_equal(check.verdict, cases[i].verdict);
    }
}

static void power_fails_only_where_its_bound_says_so(void **state)
{
    (void)state;
    static const struct {
        size_t found, n, blocks;
        enum selftest_verdict verdict;
        const char *shown;
    } cases[] = {
        {60, 60, 20, SELFTEST_PASSED, "60 of 60 (95.1–100 %)"},
        {57, 60, 20, SELFTEST_PASSED, "57 of 60 (87.6–98.6 %)"},
        {56, 60, 20, SELFTEST_NOT_SHOWN, "56 of 60 (85.4–97.7 %)"},
        {40, 60, 20, SELFTEST_FAILED, "40 of 60 (55.4–76.7 %)"},
        {40, 60, 14, SELFTEST_NOT_SHOWN, "40 of 60 (55.4–76.7 %)"}, /* blocks are lacking */
        {60, 60, 14, SELFTEST_PASSED, "60 of 60 (95.1–100 %)"},     /* found with even less */
        {0, 0, 0, SELFTEST_NOT_SHOWN, "0 of 0 (0–100 %)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct selftest_check check = {.verdict = SELFTEST_NOT_SHOWN};
        selftest_judge_power(cases[i].found, cases[i].n, cases[i].n, 0.95, cases[i].blocks, 20, &check);
        assert_string_equal(check.shown, cases[i].shown);
        assert_string_equal(check.required, "≥ 95 % found");
        assert_int_equal(check.verdict, cases[i].verdict);
        assert_int_equal(strncmp(check.detail, "environment", 11) == 0, cases[i].blocks < 20);
    }
}

static void few_of_the_planned_tries_show_nothing(void **state)
{
    (void)state;
    const double near[] = {1, 1, 1};
    for (size_t n = 1; n <= 3; n++) {
        struct selftest_check power = {.verdict = SELFTEST_NOT_SHOWN}, estimate = power;
        selftest_judge_power(n, n, 5, 0.95, 20, 20, &power);
        selftest_judge_estimate(near, n, 5, 1, 0.02, &estimate);
        assert_int_equal(power.verdict, n == 3 ? SELFTEST_PASSED : SELFTEST_NOT_SHOWN);
        assert_int_equal(estimate.verdict, power.verdict);
    }
}

static void an_estimate_fails_only_where_its_interval_says_so(void **state)
{
    (void)state;
    const double near[] = {0.999, 1.001, 1.002, 1.0, 0.998, 1.0},
                 off[] = {1.04, 1.05, 1.06, 1.05, 1.04, 1.05};
    const double wide[] = {0.97, 1.04, 1.06, 1.05, 1.04, 1.05};
    static const struct {
        int which;
        size_t n;
        enum selftest_verdict verdict;
    } cases[] = {{0, 6, SELFTEST_PASSED},    {0, 1, SELFTEST_PASSED},    {1, 6, SELFTEST_FAILED},
                 {1, 5, SELFTEST_FAILED},    {1, 4, SELFTEST_NOT_SHOWN}, {2, 6, SELFTEST_NOT_SHOWN},
                 {0, 0, SELFTEST_NOT_SHOWN}, {1, 1, SELFTEST_NOT_SHOWN}};
    const double *const estimates[] = {near, off, wide};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct selftest_check check = {.verdict = SELFTEST_NOT_SHOWN};
        selftest_judge_estimate(estimates[cases[i].which], cases[i].n, cases[i].n, 1, 0.02, &check);
        assert_string_equal(check.required, "1 ± 2 %");
        assert_int_equal(check.verdict, cases[i].verdict);
    }
}

static void back_must_mirror_forth(void **state)
{
    (void)state;
    struct compare_row forth_rows[] = {row_of(COMPARE_SLOWER, 0.5, 20, ""),
                                       row_of(COMPARE_SAME, 1.01, 20, ""),
                                       row_of(COMPARE_INCONCLUSIVE, NAN, 0, "environment")};
    struct compare_row back_rows[] = {row_of(COMPARE_FASTER, 2, 20, ""),
                                      row_of(COMPARE_SAME, 1 / 1.01, 20, ""),
                                      row_of(COMPARE_INCONCLUSIVE, NAN, 0, "environment")};
    struct compared forth = {.rows = forth_rows, .count = 3}, back = {.rows = back_rows, .count = 3};
    struct selftest_check check = {.verdict = SELFTEST_NOT_SHOWN};
    selftest_judge_inverse(&forth, &back, &check);
    assert_int_equal(check.verdict, SELFTEST_PASSED);
    back_rows[0].ratio = 2.0001;
    selftest_judge_inverse(&forth, &back, &check);
    assert_int_equal(check.verdict, SELFTEST_FAILED);
    back_rows[0] = row_of(COMPARE_SLOWER, 2, 20, "");
    selftest_judge_inverse(&forth, &back, &check);
    assert_int_equal(check.verdict, SELFTEST_FAILED);
    forth.count = back.count = 0;
    check.verdict = SELFTEST_NOT_SHOWN;
    selftest_judge_inverse(&forth, &back, &check);
    assert_int_equal(check.verdict, SELFTEST_NOT_SHOWN);
}

static void a_disturbed_run_must_say_environment(void **state)
{
    (void)state;
    static const struct {
        size_t blocks, flagged, caused;
        enum compare_verdict found;
        const char *reason;
        enum selftest_verdict verdict;
    } cases[] = {
        {9, 9, 8, COMPARE_INCONCLUSIVE, "environment: foreign CPU 51 %, above 15", SELFTEST_PASSED},
        {9, 8, 8, COMPARE_INCONCLUSIVE, "environment: foreign CPU 51 %, above 15", SELFTEST_FAILED},
        {9, 9, 9, COMPARE_INCONCLUSIVE, "underpowered: about 40 blocks needed", SELFTEST_FAILED},
        {9, 9, 9, COMPARE_SLOWER, "", SELFTEST_FAILED},
        {9, 9, 0, COMPARE_INCONCLUSIVE, "environment: stolen time 7 %, above 5", SELFTEST_FAILED},
        {0, 0, 0, COMPARE_INCONCLUSIVE, "environment", SELFTEST_NOT_SHOWN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct selftest_disturbed disturbed = {
            .blocks = cases[i].blocks, .flagged = cases[i].flagged, .caused = cases[i].caused};
        struct compare_row row = row_of(cases[i].found, 1, 0, cases[i].reason);
        const struct compared compared = {.rows = &row, .count = 1};
        struct selftest_check check = {.verdict = SELFTEST_NOT_SHOWN};
        selftest_judge_disturbed(&disturbed, &compared, &check);
        assert_int_equal(check.verdict, cases[i].verdict);
    }
}

static void the_worst_check_decides_the_exit_code(void **state)
{
    (void)state;
    struct selftest_checks checks = {.rows = NULL};
    assert_int_equal(selftest_checks_exit_code(&checks), EXIT_NOTHING_COMPARABLE);
    selftest_checks_add(&checks, "A/A", "a")->verdict = SELFTEST_PASSED;
    selftest_checks_add(&checks, "A/A", "b")->verdict = SELFTEST_SKIPPED;
    assert_int_equal(selftest_checks_exit_code(&checks), EXIT_FINE);
    selftest_checks_add(&checks, "A/A", "c");
    assert_int_equal(selftest_checks_exit_code(&checks), EXIT_NOTHING_COMPARABLE);
    selftest_checks_add(&checks, "A/A", "d")->verdict = SELFTEST_FAILED;
    assert_int_equal(selftest_checks_exit_code(&checks), EXIT_REGRESSION);
    selftest_checks_free(&checks);
}

/* selftest.csv, read back */

struct reading {
    size_t field, rows;
    bool malformed;
    char test[16];
};

static void take_field(void *text, size_t length, void *context)
{
    static const char *const header[] = {"test", "subject", "shown", "required", "verdict", "detail"};
    struct reading *reading = context;
    char field[512];
    snprintf(field, sizeof field, "%.*s", (int)length, (const char *)text);
    if (reading->field >= 6 || (reading->rows == 0 && strcmp(field, header[reading->field]) != 0))
        reading->malformed = true;
    else if (reading->rows > 0 && reading->field == 0)
        snprintf(reading->test, sizeof reading->test, "%s", field);
    else if (reading->rows > 0 && reading->field == 4) {
        int verdict = 0;
        while (verdict < SELFTEST_VERDICT_COUNT && strcmp(field, selftest_verdict_names[verdict]) != 0)
            verdict++;
        reading->malformed |= verdict == SELFTEST_VERDICT_COUNT;
    }
    reading->field++;
}

static void take_line(int end, void *context)
{
    (void)end;
    struct reading *reading = context;
    reading->malformed |= reading->field != 6;
    reading->field = 0;
    reading->rows++;
}

static struct reading read_csv(const char *path)
{
    struct reading reading = {.field = 0};
    struct csv_parser parser;
    char text[65536];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t length = fread(text, 1, sizeof text, file);
    fclose(file);
    csv_init(&parser, CSV_STRICT);
    assert_int_equal(csv_parse(&parser, text, length, take_field, take_line, &reading), length);
    csv_fini(&parser, take_field, take_line, &reading);
    csv_free(&parser);
    return reading;
}

static void the_file_holds_a_row_a_check(void **state)
{
    (void)state;
    char folder[] = "/tmp/crosspoint-test-XXXXXX", path[64];
    struct selftest_checks checks = {.rows = NULL};
    struct error error;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/selftest.csv", folder);
    struct selftest_check *check = selftest_checks_add(&checks, "slowdown", "+10 %: found slower");
    selftest_judge_power(60, 60, 60, 0.95, 20, 20, check);
    snprintf(check->detail, sizeof check->detail, "commas, \"quotes\" and more");
    assert_int_equal(selftest_checks_write_csv(&checks, path, &error), 0);
    struct reading reading = read_csv(path);
    assert_false(reading.malformed);
    assert_int_equal(reading.rows, 2);
    assert_string_equal(reading.test, "slowdown");
    selftest_checks_free(&checks);
    unlink(path);
    rmdir(folder);
}

/* On whatever machine this is, however busy: it ends with a verdict and a file. */
static void expect_verdicts(const char *test, size_t rows)
{
    char folder[] = "/tmp/crosspoint-test-XXXXXX", command[4096], path[128];
    const char *program = getenv("CROSSPOINT_PROGRAM");
    if (!program || !*program)
        skip();
    assert_non_null(mkdtemp(folder));
    snprintf(command, sizeof command, "'%s' selftest --only %s --quick --quiet --out %s/out", program, test,
             folder);
    int status = system(command);
    assert_true(WIFEXITED(status));
    int code = WEXITSTATUS(status);
    assert_true(code == EXIT_FINE || code == EXIT_REGRESSION || code == EXIT_NOTHING_COMPARABLE);
    snprintf(path, sizeof path, "%s/out/selftest.csv", folder);
    struct reading reading = read_csv(path);
    assert_false(reading.malformed);
    assert_int_equal(reading.rows, 1 + rows);
    assert_string_equal(reading.test, test);
    snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
}

static void the_command_ends_with_a_verdict(void **state)
{
    (void)state;
    size_t model_count = 0;
    while (models[model_count])
        model_count++;
    expect_verdicts("analytic", model_count);
    expect_verdicts("omission", 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_can_have_a_verdict_is_a_trial),
        cmocka_unit_test(false_verdicts_are_counted_against_the_rate),
        cmocka_unit_test(power_fails_only_where_its_bound_says_so),
        cmocka_unit_test(few_of_the_planned_tries_show_nothing),
        cmocka_unit_test(an_estimate_fails_only_where_its_interval_says_so),
        cmocka_unit_test(back_must_mirror_forth),
        cmocka_unit_test(a_disturbed_run_must_say_environment),
        cmocka_unit_test(the_worst_check_decides_the_exit_code),
        cmocka_unit_test(the_file_holds_a_row_a_check),
        cmocka_unit_test(the_command_ends_with_a_verdict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
