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

#include "drawing.h"
#include "report.h"
#include "sweep_draw.h"
#include "synthetic.h"

static const char *source_root = ".";

struct scene {
    struct synthetic synthetic;
    struct samples samples;
    struct sweeps sweeps;
    struct drawn drawn;
    struct error error;
};

static void begin(struct scene *scene, unsigned units)
{
    char path[128], text[128];
    memset(scene, 0, sizeof *scene);
    synthetic_open(&scene->synthetic);
    if (!units)
        return;
    snprintf(path, sizeof path, "%s/run.json", scene->synthetic.folder);
    snprintf(text, sizeof text, "{\"machine\": {\"units_max\": %u}}\n", units);
    synthetic_text(path, text);
}

static void find(struct scene *scene)
{
    synthetic_close(&scene->synthetic);
    if (synthetic_load(&scene->synthetic, &scene->samples, &scene->error) ||
        sweeps_find(&scene->samples, &(struct sweeps_wanted){NULL}, &scene->sweeps, &scene->error))
        fail_msg("%s", scene->error.text);
}

static void end(struct scene *scene)
{
    sweeps_free(&scene->sweeps);
    samples_free(&scene->samples);
    drawn_free(&scene->drawn);
    synthetic_remove(&scene->synthetic);
}

/* A model that follows the Universal Scalability Law. */
struct law {
    const char *model;
    double one, sigma, kappa; /* one: what a worker does, of serial's 1000 a second */
};
static const unsigned eight[] = {1, 2, 3, 4, 6, 8, 12, 16};

static void write_model(struct scene *scene, const struct law *law, const char *keys, const unsigned *workers,
                        size_t count, unsigned blocks, double spread)
{
    for (size_t i = 0; i < count; i++) {
        char cell[CELL_NAME_BYTES];
        double n = workers[i], speedup = n / (1 + law->sigma * (n - 1) + law->kappa * n * (n - 1));
        snprintf(cell, sizeof cell, "native/cpu/x/%s/workers:%u%s", law->model, workers[i], keys);
        synthetic_cell(&scene->synthetic, cell, blocks, COLUMN_ITEMS_PER_SECOND, 1000 * law->one * speedup,
                       spread);
    }
}

static void write_serial(struct scene *scene, const char *keys, unsigned blocks, double spread)
{
    char cell[CELL_NAME_BYTES];
    snprintf(cell, sizeof cell, "native/cpu/x/serial%s", keys);
    synthetic_cell(&scene->synthetic, cell, blocks, COLUMN_ITEMS_PER_SECOND, 1000, spread);
}

static const struct sweep_chart *only_chart(const struct scene *scene)
{
    assert_int_equal(scene->sweeps.count, 1);
    return &scene->sweeps.charts[0];
}

static bool have_gnuplot(void)
{
    return system("gnuplot --version > /dev/null 2>&1") == 0;
}

/* Draws; false where gnuplot is missing. */
static bool draw(struct scene *scene, int expected)
{
    char scripts[512];
    if (!have_gnuplot())
        return false;
    snprintf(scripts, sizeof scripts, "%s/scripts/gnuplot", source_root);
    if (sweeps_draw(&scene->sweeps, scripts, scene->synthetic.folder, 2, &scene->drawn, &scene->error))
        fail_msg("%s", scene->error.text);
    assert_int_equal(scene->sweeps.count, expected);
    return true;
}

static void expect(const struct scene *scene, const char *name, const char *part)
{
    char *text = synthetic_read(scene->synthetic.folder, name);
    if (!text || !strstr(text, part))
        fail_msg("%s: missing, or without '%s'", name, part);
    free(text);
}

static void expect_none(const struct scene *scene, const char *name, const char *part)
{
    char *text = synthetic_read(scene->synthetic.folder, name);
    if (text && strstr(text, part))
        fail_msg("%s: has '%s'", name, part);
    free(text);
}

/* Exact data give the law back; a pool that does less than serial with one worker as well. */
static void test_exact_law(void **state)
{
    (void)state;
    static const struct law laws[] = {{"process-pool", 1, 0.02, 0.0005},
                                      {"thread-pool", 1, 0.05, 0.004},
                                      {"event-loop-threads", 0.7, 0.1, 0}};
    struct scene scene;
    begin(&scene, 16);
    write_serial(&scene, "/place:compact", 6, 0);
    for (size_t i = 0; i < 3; i++)
        write_model(&scene, &laws[i], "/place:compact", eight, 8, 6, 0);
    find(&scene);
    const struct sweep_chart *chart = only_chart(&scene);
    assert_string_equal(chart->id, "scaling-cpu-x-compact");
    assert_string_equal(chart->reference, "serial");
    assert_int_equal(chart->count, 3);
    for (size_t i = 0; i < 3; i++) {
        const struct sweep_series *series = &chart->series[i];
        assert_string_equal(series->model, laws[i].model); /* in the order of their last speedup */
        assert_int_equal(series->count, 8);
        assert_true(series->fitted);
        assert_float_equal(series->scale, laws[i].one, 1e-9);
        assert_float_equal(series->usl.sigma, laws[i].sigma, 1e-9);
        assert_float_equal(series->usl.kappa, laws[i].kappa, 1e-9);
        assert_true(series->amdahl.sigma >= laws[i].sigma - 1e-12);
    }
    if (!draw(&scene, 1)) {
        end(&scene);
        return;
    }
    const char *script = "charts/scaling-cpu-x-compact.gp";
    assert_float_equal(synthetic_script_number(scene.synthetic.folder, script, "USL_SIGMA"), 0.02, 1e-9);
    assert_float_equal(synthetic_script_number(scene.synthetic.folder, script, "USL_KAPPA"), 0.0005, 1e-9);
    assert_float_equal(synthetic_script_number(scene.synthetic.folder, script, "AMDAHL_SIGMA"),
                       chart->series[0].amdahl.sigma, 1e-12);
    assert_float_equal(synthetic_script_number(scene.synthetic.folder, script, "FITTED_LAST"), 16, 0);
    expect(&scene, script, "usl(i, x) with lines");
    expect(&scene, script, "USL: σ 0.0200, κ 0.000500, peak beyond 16");
    expect(&scene, script, "USL: σ 0.0500, κ 0.00400, peak at 15");
    expect(&scene, script, "USL: σ 0.100, κ 0, no peak");
    expect(&scene, script, "Amdahl: σ 0.100, at most 7.00×");
    expect_none(&scene, script, "too few cores");
    expect(&scene, "charts/scaling-cpu-x-compact.svg", "Scaling of cpu/x");
    expect(&scene, "charts/scaling-cpu-x-compact.png", "PNG");
    end(&scene);
}

/* A curve with a peak is none of Amdahl's: what the fit says is the limit may have been passed by far. Then
 * no limit is told. */
static void test_no_limit_below_what_was_measured(void **state)
{
    (void)state;
    static const struct {
        struct law law;
        bool limit;
    } cases[] = {{{"thread-pool", 1, 0.05, 0.01}, false}, {{"thread-pool", 1, 0.05, 0}, true}};
    unsigned workers[64];
    for (unsigned i = 0; i < 64; i++)
        workers[i] = i + 1;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct scene scene;
        const struct sweep_point *furthest;
        char text[128];
        begin(&scene, 64);
        write_serial(&scene, "", 6, 0);
        write_model(&scene, &cases[i].law, "", workers, 64, 6, 0);
        find(&scene);
        const struct sweep_series *series = sweep_best(only_chart(&scene), &furthest);
        assert_true(series->fitted);
        scaling_word_amdahl(series, text, sizeof text);
        assert_int_equal(strstr(text, "at most") != NULL, cases[i].limit);
        assert_int_equal(1 / series->amdahl.sigma > furthest->figure.median, cases[i].limit);
        end(&scene);
    }
}

/* Few counts up to 64, far beyond the peak: the weights keep Amdahl's limit above what was measured. Without
 * them the last count decides, and the limit is 1.66. */
static void test_weights_keep_the_limit(void **state)
{
    (void)state;
    static const struct law law = {"thread-pool", 1, 0.05, 0.01};
    static const unsigned doubled[] = {1, 2, 4, 8, 16, 32, 64};
    struct scene scene;
    char text[128];
    begin(&scene, 64);
    write_serial(&scene, "", 6, 0);
    write_model(&scene, &law, "", doubled, 7, 6, 0);
    find(&scene);
    scaling_word_amdahl(only_chart(&scene)->series, text, sizeof text);
    assert_string_equal(text, "σ 0.212, at most 4.72×");
    end(&scene);
}

/* Noise of 3 %: still near; the script stands alone. */
static void test_noisy_law_stands_alone(void **state)
{
    (void)state;
    static const struct law law = {"process-pool", 0.97, 0.03, 0.002};
    struct scene scene;
    begin(&scene, 16);
    write_serial(&scene, "", 12, 0.03);
    write_model(&scene, &law, "", eight, 8, 12, 0.03);
    find(&scene);
    const struct sweep_series *series = only_chart(&scene)->series;
    assert_int_equal(series->points[0].n, 12);
    assert_true(series->points[7].figure.low < series->points[7].figure.median);
    assert_float_equal(series->usl.sigma, 0.03, 0.015);
    assert_float_equal(series->usl.kappa, 0.002, 0.001);
    if (!draw(&scene, 1)) {
        end(&scene);
        return;
    }
    char command[512];
    snprintf(
        command, sizeof command,
        "cd %s && mkdir alone && cp charts/scaling-cpu-x.gp charts/scaling-cpu-x.csv alone && cd alone && "
        "gnuplot -d scaling-cpu-x.gp",
        scene.synthetic.folder);
    assert_int_equal(system(command), 0);
    expect(&scene, "alone/scaling-cpu-x.svg", "Scaling of cpu/x");
    expect(&scene, "alone/scaling-cpu-x.png", "PNG");
    expect(&scene, "alone/scaling-cpu-x.csv",
           "series,kind,reference,model,workers,speedup,low,high,n,block\n");
    end(&scene);
}

static void test_too_few_cores(void **state)
{
    (void)state;
    static const struct law law = {"thread-pool", 1, 0.05, 0};
    struct scene scene;
    begin(&scene, 2);
    write_serial(&scene, "", 6, 0);
    write_model(&scene, &law, "", eight, 2, 6, 0);
    find(&scene);
    const struct sweep_series *series = only_chart(&scene)->series;
    assert_false(series->fitted);
    assert_int_equal(series->fit_count, 2);
    if (!draw(&scene, 1)) {
        end(&scene);
        return;
    }
    expect(&scene, "charts/scaling-cpu-x.gp",
           "too few cores for a fit (2 worker counts within the units, 6 needed)");
    expect_none(&scene, "charts/scaling-cpu-x.gp", "USL: ");
    assert_float_equal(
        synthetic_script_number(scene.synthetic.folder, "charts/scaling-cpu-x.gp", "FITTED_LAST"), 0, 0);
    end(&scene);
}

/* Worker counts beyond the processing units do not count. */
static void test_more_workers_than_units(void **state)
{
    (void)state;
    static const struct law law = {"thread-pool", 1, 0.05, 0.001};
    static const struct {
        unsigned units;
        const char *keys;
        size_t fit_count;
    } cases[] = {{4, "", 4}, {8, "", 6}, {16, "/place:one-core", 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct scene scene;
        begin(&scene, cases[i].units);
        write_serial(&scene, cases[i].keys, 6, 0);
        write_model(&scene, &law, cases[i].keys, eight, 8, 6, 0);
        find(&scene);
        const struct sweep_series *series = only_chart(&scene)->series;
        assert_int_equal(series->count, 8);
        assert_int_equal(series->fit_count, cases[i].fit_count);
        assert_int_equal(series->fitted, cases[i].fit_count >= SCALING_FIT_COUNTS_MIN);
        if (series->fitted)
            assert_int_equal(series->fit_workers_max, 8);
        end(&scene);
    }
}

static void test_own_reference(void **state)
{
    (void)state;
    static const struct law law = {"thread-pool", 0.5, 0.05, 0.001};
    static const unsigned from_two[] = {2, 4, 6, 8, 10, 12, 14};
    struct scene scene;
    char text[128];
    begin(&scene, 16);
    write_model(&scene, &law, "", eight, 8, 6, 0);
    find(&scene);
    const struct sweep_chart *chart = only_chart(&scene);
    assert_string_equal(chart->reference, "");
    assert_int_equal(chart->series[0].reference_workers, 1);
    assert_float_equal(chart->series[0].points[0].figure.median, 1, 0);
    assert_float_equal(chart->series[0].usl.sigma, 0.05, 1e-9);
    scaling_word_reference(chart, text, sizeof text);
    assert_string_equal(text, "speedup over the same model with 1 worker in the same block");
    if (!draw(&scene, 1)) {
        end(&scene);
        return;
    }
    expect(&scene, "charts/scaling-cpu-x.gp", "Speedup over the same model with 1 worker in the same block");
    end(&scene);

    /* Serial is there but failed: as if it were not. Without one worker there is nothing to fit to. */
    begin(&scene, 16);
    synthetic_row(&scene.synthetic, "native/cpu/x/serial", 0, "failed", "why", COLUMN_COUNT, 0);
    write_model(&scene, &law, "", from_two, 7, 6, 0);
    find(&scene);
    chart = only_chart(&scene);
    assert_int_equal(chart->series[0].reference_workers, 2);
    assert_false(chart->series[0].fitted);
    scaling_word_no_fit(chart, chart->series, text, sizeof text);
    assert_string_equal(text, "no fit without one worker");
    if (!draw(&scene, 1)) {
        end(&scene);
        return;
    }
    expect(&scene, "charts/scaling-cpu-x.gp", "IDEALS = \"2\"");
    end(&scene);
}

/* Keys, places and runtimes are charts of their own; serial has no conc. */
static void test_what_makes_a_chart(void **state)
{
    (void)state;
    static const struct law law = {"event-loop-threads", 1, 0, 0};
    static const char *const ids[] = {"scaling-cpu-x", "scaling-cpu-x-terms-1000",
                                      "scaling-cpu-x-conc-64-compact", "scaling-cpu-x-conc-64-terms-9-split",
                                      "scaling-cpu-x-compact"};
    struct scene scene;
    begin(&scene, 0);
    write_serial(&scene, "/place:compact", 6, 0);
    write_model(&scene, &law, "/place:compact", eight, 4, 6, 0);
    write_model(&scene, &law, "/conc:64/place:compact", eight, 4, 6, 0); /* serial has one in flight */
    write_model(&scene, &law, "/conc:64/terms:9/place:split", eight, 4, 6, 0);
    write_model(&scene, &law, "/terms:1000", eight, 4, 6, 0);
    write_model(&scene, &law, "/terms:2000", eight, 1, 6, 0); /* one worker count: no chart */
    write_model(&scene, &law, "", eight, 4, 6, 0);
    find(&scene);
    assert_int_equal(scene.sweeps.count, 6); /* the last: workers:1 over terms */
    assert_string_equal(scene.sweeps.charts[5].id, "terms-items-per-second-cpu-x");
    for (size_t i = 0; i < 5; i++) {
        size_t k = 0;
        while (k < 5 && strcmp(scene.sweeps.charts[k].id, ids[i]) != 0)
            k++;
        if (k == 5)
            fail_msg("no chart %s", ids[i]);
        assert_int_equal(*scene.sweeps.charts[k].reference != 0, i == 4);
    }
    end(&scene);
}

/* Ratios are of the same block; a block without its other half, and rows that are not ok, do not count. */
static void test_blocks(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, 0);
    struct synthetic *synthetic = &scene.synthetic;
    static const char *const serial = "native/cpu/x/serial",
                             *const one = "native/cpu/x/thread-pool/workers:1",
                             *const two = "native/cpu/x/thread-pool/workers:2";
    for (unsigned block = 3; block-- > 0;) {
        synthetic_row(synthetic, serial, block, "ok", "", COLUMN_ITEMS_PER_SECOND, 100 * (block + 1));
        synthetic_row(synthetic, one, block, block == 1 ? "invalid" : "ok", "", COLUMN_ITEMS_PER_SECOND,
                      100 * (block + 1));
    }
    for (unsigned block = 1; block < 5; block++)
        synthetic_row(synthetic, two, block, "ok", "", COLUMN_ITEMS_PER_SECOND, 200 * (block + 1));
    find(&scene);
    const struct sweep_series *series = only_chart(&scene)->series;
    assert_int_equal(series->points[0].n, 2);
    assert_int_equal(series->points[1].n, 2);
    assert_int_equal(series->points[1].samples[0].block, 1);
    assert_float_equal(series->points[0].figure.median, 1, 0);
    assert_float_equal(series->points[1].figure.median, 2, 0);
    assert_float_equal(series->points[1].figure.low, 2, 0);
    end(&scene);
}

static void test_nothing_scales(void **state)
{
    (void)state;
    struct scene scene;
    struct verdicts none = {.count = 0};
    begin(&scene, 0);
    synthetic_suite(&scene.synthetic, 6);
    find(&scene);
    for (size_t i = 0; i < scene.sweeps.count; i++)
        assert_false(scene.sweeps.charts[i].scaling);
    sweeps_free(&scene.sweeps);
    assert_int_equal(
        sweeps_draw(&scene.sweeps, "/nonexistent", scene.synthetic.folder, 1, &scene.drawn, &scene.error), 0);
    assert_int_equal(report_write(&none, &scene.samples, &scene.sweeps, scene.synthetic.folder, &scene.drawn,
                                  &scene.error),
                     0);
    expect(&scene, "report.html", "</html>");
    expect_none(&scene, "report.html", ">Scaling<");
    end(&scene);
}

static void test_report(void **state)
{
    (void)state;
    static const struct law law = {"thread-pool", 1, 0.05, 0.001};
    struct scene scene;
    struct verdicts none = {.count = 0};
    begin(&scene, 16);
    write_serial(&scene, "", 6, 0.01);
    write_model(&scene, &law, "", eight, 8, 6, 0.01);
    find(&scene);
    if (!draw(&scene, 1)) {
        end(&scene);
        return;
    }
    assert_int_equal(report_write(&none, &scene.samples, &scene.sweeps, scene.synthetic.folder, &scene.drawn,
                                  &scene.error),
                     0);
    expect(&scene, "report.html", "<h2>Scaling</h2>");
    expect(&scene, "report.html", "data:image/svg+xml;base64,");
    expect(&scene, "report.html", "Universal Scalability Law");
    end(&scene);
}

static void test_errors(void **state)
{
    (void)state;
    static const struct law law = {"thread-pool", 1, 0.05, 0.001};
    struct scene scene;
    begin(&scene, 0);
    write_model(&scene, &law, "", eight, 3, 6, 0);
    find(&scene);
    assert_int_equal(
        sweeps_draw(&scene.sweeps, "/nonexistent", scene.synthetic.folder, 1, &scene.drawn, &scene.error),
        -1);
    assert_string_equal(scene.error.text, "/nonexistent/style.gp: No such file or directory");
    end(&scene);
}

/* argv[1]: the root of the source tree */
int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact_law),
        cmocka_unit_test(test_no_limit_below_what_was_measured),
        cmocka_unit_test(test_weights_keep_the_limit),
        cmocka_unit_test(test_noisy_law_stands_alone),
        cmocka_unit_test(test_too_few_cores),
        cmocka_unit_test(test_more_workers_than_units),
        cmocka_unit_test(test_own_reference),
        cmocka_unit_test(test_what_makes_a_chart),
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_nothing_scales),
        cmocka_unit_test(test_report),
        cmocka_unit_test(test_errors),
    };
    if (argc > 1)
        source_root = argv[1];
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    if (!failed && !have_gnuplot()) {
        fputs("gnuplot is not installed\n", stderr);
        return 77;
    }
    return failed;
}
