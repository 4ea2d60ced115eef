/* SPDX-License-Identifier: MIT */
#include "numbers.h"
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
        assert_near(fit.sigma, atof(field[0]), 1e-6);
        assert_near(fit.kappa, atof(field[1]), 1e-6);
        assert_near(fit.residual, 0, 1e-6);
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
    assert_in_range((long)(fit.kappa * 1e6), 9000, 10000);

    speedup[5] = 0;
    assert_int_equal(scaling_fit_usl(workers, speedup, 6, &fit), -1);
    speedup[5] = 1;
    const double repeated[] = {1, 2, 4, 8, 16, 16};
    assert_int_equal(scaling_fit_amdahl(repeated, speedup, 6, &fit), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_usl_fixture),
        cmocka_unit_test(test_fit_edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
