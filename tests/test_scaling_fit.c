/* SPDX-License-Identifier: MIT */
#include "numbers.h"
#include "random.h"
#include "scaling_fit.h"

enum { FIXTURE_LINES = 20 };

static void test_usl_fixture(void **state)
{
    (void)state;
    FILE *file = fixture_open("usl.csv");
    char line[LINE_BYTES_MAX];
    const char *field[FIELDS_MAX];
    int lines = 0;
    for (; fixture_fields(file, line, field) == 4; lines++) {
        double workers[VALUES_MAX], speedup[VALUES_MAX];
        size_t n = parse_values(field[2], workers);
        assert_int_equal(parse_values(field[3], speedup), n);
        struct scaling_fit fit;
        assert_int_equal(scaling_fit_usl(workers, speedup, n, &fit), 0);
        /* Exact curves: whatever the weights */
        assert_near(fit.sigma, atof(field[0]), 1e-9);
        assert_near(fit.kappa, atof(field[1]), 1e-9);
        assert_near(fit.residual, 0, 1e-9);
        assert_near(fit.peak, sqrt((1 - fit.sigma) / fit.kappa), 1e-6);
    }
    assert_int_equal(lines, FIXTURE_LINES);
    fclose(file);
}

static void test_fit_edges(void **state)
{
    (void)state;
    const double workers[] = {1, 2, 4, 8, 16, 32};
    double speedup[6];
    struct scaling_fit fit;

    for (size_t i = 0; i < 6; i++)
        speedup[i] = workers[i];
    assert_int_equal(scaling_fit_usl(workers, speedup, 6, &fit), 0);
    assert_near(fit.sigma, 0, 1e-12);
    assert_near(fit.kappa, 0, 1e-12);
    assert_true(isinf(fit.peak));
    assert_int_equal(scaling_fit_usl(workers, speedup, 5, &fit), -1);

    for (size_t i = 0; i < 6; i++)
        speedup[i] = workers[i] / (1 + 0.1 * (workers[i] - 1));
    assert_int_equal(scaling_fit_amdahl(workers, speedup, 6, &fit), 0);
    assert_near(fit.sigma, 0.1, 1e-12);
    assert_near(fit.kappa, 0, 0);
    assert_near(fit.residual, 0, 1e-12);

    for (size_t i = 0; i < 6; i++)
        speedup[i] = workers[i] * sqrt(workers[i]); /* better than linear */
    assert_int_equal(scaling_fit_usl(workers, speedup, 6, &fit), 0);
    assert_near(fit.sigma, 0, 0);
    assert_near(fit.kappa, 0, 0);

    for (size_t i = 0; i < 6; i++)
        speedup[i] = workers[i] / (1 - 0.02 * (workers[i] - 1) + 0.01 * workers[i] * (workers[i] - 1));
    assert_int_equal(scaling_fit_usl(workers, speedup, 6, &fit), 0);
    assert_near(fit.sigma, 0, 0);
    assert_in_range((long)(fit.kappa * 1e6), 8500, 10000);

    speedup[5] = 0;
    assert_int_equal(scaling_fit_usl(workers, speedup, 6, &fit), -1);
    speedup[5] = 1;
    const double repeated[] = {1, 2, 4, 8, 16, 16};
    assert_int_equal(scaling_fit_amdahl(repeated, speedup, 6, &fit), -1);
}

/* Off the law by some per cent at each count: the weighted residuals, those of speedup in parts of itself,
 * are orthogonal to what is fitted. */
static void test_weights(void **state)
{
    (void)state;
    const double workers[] = {1, 2, 4, 8, 16, 32}, off[] = {1, 0.97, 1.03, 0.98, 1.02, 0.96};
    double speedup[6], along_a = 0, along_b = 0, amdahl_along_a = 0;
    for (size_t i = 0; i < 6; i++) {
        double n = workers[i];
        speedup[i] = off[i] * n / (1 + 0.05 * (n - 1) + 0.002 * n * (n - 1));
    }
    struct scaling_fit usl, amdahl;
    assert_int_equal(scaling_fit_usl(workers, speedup, 6, &usl), 0);
    assert_int_equal(scaling_fit_amdahl(workers, speedup, 6, &amdahl), 0);
    assert_true(usl.sigma > 0 && usl.kappa > 0 && amdahl.sigma > 0);
    for (size_t i = 0; i < 6; i++) {
        double n = workers[i], part = speedup[i] / n, a = part * (n - 1), b = n * a;
        double residual = 1 - part - usl.sigma * a - usl.kappa * b;
        along_a += residual * a;
        along_b += residual * b;
        amdahl_along_a += (1 - part - amdahl.sigma * a) * a;
    }
    assert_near(along_a, 0, 1e-12);
    assert_near(along_b, 0, 1e-10);
    assert_near(amdahl_along_a, 0, 1e-12);
}

/* Of made-up measurements around a law, the wanted share of intervals holds what the law says; one without
 * scatter is a point. */
static void test_beyond(void **state)
{
    enum { TIMES = 200, COUNTS = 8 };
    (void)state;
    static const struct {
        double sigma, kappa;
    } laws[] = {{0.05, 0.004}, {0.2, 0.001}};
    const double workers[COUNTS] = {1, 2, 4, 6, 8, 10, 12, 16};
    uint64_t random = 42;
    for (size_t k = 0; k < 2; k++) {
        size_t gains_held = 0, peaks_held = 0;
        double law[COUNTS], speedup[COUNTS], sigma = laws[k].sigma, kappa = laws[k].kappa;
        double at_32 = 32 / (1 + sigma * 31 + kappa * 32 * 31), peak = sqrt((1 - sigma) / kappa);
        struct scaling_beyond beyond;
        for (size_t i = 0; i < COUNTS; i++)
            law[i] = workers[i] / (1 + sigma * (workers[i] - 1) + kappa * workers[i] * (workers[i] - 1));
        assert_int_equal(scaling_fit_beyond(workers, law, COUNTS, 32, 0.95, &beyond), 0);
        assert_near(beyond.gain, at_32 / law[COUNTS - 1], 1e-6);
        assert_near(beyond.gain_high - beyond.gain_low, 0, 1e-6);
        for (int time = 0; time < TIMES; time++) {
            for (size_t i = 0; i < COUNTS; i++) /* the sum of four: near enough to normal */
                speedup[i] =
                    law[i] * (1 + 0.01 *
                                      (random_below(&random, 1001) + random_below(&random, 1001) +
                                       random_below(&random, 1001) + random_below(&random, 1001) - 2000.0) /
                                      577);
            for (size_t i = COUNTS; i-- > 0;)
                speedup[i] /= speedup[0];
            assert_int_equal(scaling_fit_beyond(workers, speedup, COUNTS, 32, 0.95, &beyond), 0);
            assert_true(beyond.gain_low <= beyond.gain && beyond.gain <= beyond.gain_high);
            gains_held +=
                beyond.gain_low <= at_32 / law[COUNTS - 1] && at_32 / law[COUNTS - 1] <= beyond.gain_high;
            peaks_held += beyond.peak_low <= peak && peak <= beyond.peak_high;
        }
        assert_in_range(gains_held, TIMES * 90 / 100, TIMES * 99 / 100);
        assert_in_range(peaks_held, TIMES * 90 / 100, TIMES * 99 / 100);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_usl_fixture),
        cmocka_unit_test(test_fit_edges),
        cmocka_unit_test(test_weights),
        cmocka_unit_test(test_beyond),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
