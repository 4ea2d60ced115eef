/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sweep_draw.h"
#include "synthetic.h"
#include "verdict.h"
#include "words.h"

struct scene {
    struct synthetic synthetic;
    struct samples samples;
    struct sweeps sweeps;
    struct error error;
};

static void write_cell(struct scene *scene, const char *keys, double rate)
{
    char cell[CELL_NAME_BYTES];
    snprintf(cell, sizeof cell, "native/io/x/%s", keys);
    synthetic_cell(&scene->synthetic, cell, 6, COLUMN_ITEMS_PER_SECOND, rate, 0);
}

static void find_wanted(struct scene *scene, const struct sweeps_wanted *wanted)
{
    synthetic_close(&scene->synthetic);
    if (synthetic_load(&scene->synthetic, &scene->samples, &scene->error) ||
        sweeps_find(&scene->samples, wanted, &scene->sweeps, &scene->error))
        fail_msg("%s", scene->error.text);
}

static void find(struct scene *scene, const struct verdicts *judged, const json_t *axes)
{
    find_wanted(scene, &(struct sweeps_wanted){.judged = judged, .axes = axes});
}

static void end(struct scene *scene)
{
    sweeps_free(&scene->sweeps);
    samples_free(&scene->samples);
    synthetic_remove(&scene->synthetic);
}

static void write_conc(struct scene *scene)
{
    synthetic_open(&scene->synthetic);
    write_cell(scene, "serial", 90);
    write_cell(scene, "thread-pool/conc:1", 100);
    write_cell(scene, "thread-pool/conc:4", 380);
    write_cell(scene, "thread-pool/conc:16", 1500);
    write_cell(scene, "event-loop/workers:1/conc:4", 390);
    write_cell(scene, "event-loop/workers:1/conc:16", 1600);
    write_cell(scene, "process-pool/conc:16", 1400); /* one value: no series */
}

/* What a limit of the machine stops is told, of the first value that it stops; a gap is no end. */
static void test_limit(void **state)
{
    (void)state;
    struct scene scene = {.error = {""}};
    write_conc(&scene);
    synthetic_row(&scene.synthetic, "native/io/x/event-loop/workers:1/conc:64", 0, "skipped", "at 64",
                  COLUMN_COUNT, 0);
    synthetic_row(&scene.synthetic, "native/io/x/event-loop/workers:1/conc:256", 0, "skipped", "at 256",
                  COLUMN_COUNT, 0);
    synthetic_row(&scene.synthetic, "native/io/x/thread-pool/conc:8", 0, "skipped", "at 8", COLUMN_COUNT, 0);
    find(&scene, NULL, NULL);
    assert_int_equal(scene.sweeps.count, 1);
    const struct sweep_series *series = scene.sweeps.charts->series;
    assert_string_equal(series[0].label, "event-loop workers:1");
    assert_int_equal(series[0].count, 2);
    assert_string_equal(series[0].limit.value, "64");
    assert_string_equal(series[0].limit.reason, "at 64");
    assert_string_equal(series[1].limit.value, "");
    assert_int_equal(series[1].count, 3);
    end(&scene);
}

/* Values are in the order of their numbers; a model with one value, or without the key, is no curve. */
static void test_numbers(void **state)
{
    (void)state;
    struct scene scene = {.error = {""}};
    const struct sweep_point *best;
    write_conc(&scene);
    find(&scene, NULL, NULL);
    assert_int_equal(scene.sweeps.count, 1);
    const struct sweep_chart *chart = scene.sweeps.charts;
    assert_string_equal(chart->id, "conc-items-per-second-io-x");
    assert_string_equal(chart->key, "conc");
    assert_false(chart->words || chart->scaling);
    assert_int_equal(chart->count, 2);
    assert_string_equal(chart->series[0].label, "event-loop workers:1");
    assert_int_equal(chart->series[1].count, 3);
    assert_float_equal(chart->series[1].points[2].x, 16, 0);
    assert_float_equal(chart->series[1].points[2].figure.median, 1500, 1e-6);
    assert_string_equal(sweep_best(chart, &best)->model, "event-loop");
    assert_string_equal(best->value, "16");
    end(&scene);
}

/* Values that are no numbers have the same place in every series, also where one lacks some. */
static void test_words(void **state)
{
    (void)state;
    struct scene scene = {.error = {""}};
    synthetic_open(&scene.synthetic);
    write_cell(&scene, "thread-pool/workers:2/place:scatter", 100);
    write_cell(&scene, "thread-pool/workers:2/place:compact", 200);
    write_cell(&scene, "thread-pool/workers:2/place:none", 300);
    write_cell(&scene, "thread-pool/workers:4/place:none", 100);
    write_cell(&scene, "thread-pool/workers:4/place:scatter", 100);
    find(&scene, NULL, NULL);
    /* Of workers one chart a place with two, then place. */
    assert_int_equal(scene.sweeps.count, 3);
    const struct sweep_chart *chart = &scene.sweeps.charts[2];
    assert_string_equal(chart->id, "place-items-per-second-io-x");
    assert_true(chart->words);
    assert_int_equal(chart->count, 2);
    assert_string_equal(chart->series[0].points[0].value, "compact");
    assert_float_equal(chart->series[0].points[2].x, 2, 0);
    assert_string_equal(chart->series[1].points[0].value, "none");
    assert_float_equal(chart->series[1].points[0].x, 1, 0);
    end(&scene);
}

/* A rule's own chart tells what all its cells come to: then there is none besides. */
static void test_judged(void **state)
{
    (void)state;
    static const char *const cells[] = {"thread-pool/conc:1", "thread-pool/conc:4", "thread-pool/conc:16",
                                        "event-loop/workers:1/conc:4", "event-loop/workers:1/conc:16"};
    for (size_t judged_count = 4; judged_count <= 5; judged_count++) {
        struct scene scene = {.error = {""}};
        struct verdict_point *points = calloc(5, sizeof *points);
        struct verdicts judged = {.points = points, .point_count = judged_count};
        for (size_t i = 0; i < judged_count; i++)
            snprintf(points[i].better, sizeof points[i].better, "native/io/x/%s", cells[i]);
        write_conc(&scene);
        find(&scene, &judged, NULL);
        assert_int_equal(scene.sweeps.count, judged_count < 5);
        free(points);
        end(&scene);
    }
}

/* A run that was asked for other keys has no chart of what its rules happen to sweep. */
static void test_axes(void **state)
{
    (void)state;
    for (int asked = 0; asked <= 1; asked++) {
        struct scene scene = {.error = {""}};
        json_t *axes = json_pack("{s:[s]}", asked ? "conc" : "terms", "1");
        write_conc(&scene);
        find(&scene, NULL, axes);
        assert_int_equal(scene.sweeps.count, asked);
        json_decref(axes);
        end(&scene);
    }
}

/* What a rule has as a curve is drawn of its metric though nobody asked for the key; what differs in another
 * key is not the rule's. */
static void test_curve(void **state)
{
    (void)state;
    static const char *const cells[] = {"io/x/event-loop/workers:1", "io/x/event-loop/workers:1/size:2"};
    for (size_t i = 0; i < 2; i++) {
        struct scene scene = {.error = {""}};
        struct rule rule = {.pair_count = 1,
                            .pairs[0] = {.kind = RULE_CURVE,
                                         .metric = COLUMN_ITEMS_PER_SECOND,
                                         .sweep = {.key = "conc", .count = 2}}};
        const struct rules rules = {.rules = &rule, .count = 1};
        json_t *axes = json_object();
        snprintf(rule.pairs[0].better, sizeof rule.pairs[0].better, "%s", cells[i]);
        snprintf(rule.pairs[0].worse, sizeof rule.pairs[0].worse, "%s", cells[i]);
        write_conc(&scene);
        find_wanted(&scene, &(struct sweeps_wanted){.rules = &rules, .axes = axes});
        assert_int_equal(scene.sweeps.count, i == 0);
        if (i == 0)
            assert_int_equal(scene.sweeps.charts[0].count, 2);
        json_decref(axes);
        end(&scene);
    }
}

/* For terminals: a line a point, none over 80 columns, each with its figure. */
static void test_text(void **state)
{
    (void)state;
    struct scene scene = {.error = {""}};
    const struct table_style style = {.width = 0};
    char *text;
    size_t bytes, dots = 0;
    write_conc(&scene);
    write_cell(&scene, "event-loop-processes/workers:128/conc:100000/place:one-core", 5e6);
    write_cell(&scene, "event-loop-processes/workers:128/conc:1/place:one-core", 1);
    find(&scene, NULL, NULL);
    FILE *out = open_memstream(&text, &bytes);
    assert_int_equal(sweeps_write(&scene.sweeps, &style, out), 0);
    fclose(out);
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        assert_true(word_width(line) <= 80);
        if (!strstr(line, "●"))
            continue;
        dots++;
        assert_non_null(strstr(line, "/s"));
    }
    assert_int_equal(dots, 7);
    free(text);
    end(&scene);
}

/* A hostile folder: many cells, of which each has a value of its own. */
static void test_many_values(void **state)
{
    (void)state;
    struct scene scene = {.error = {""}};
    synthetic_open(&scene.synthetic);
    for (unsigned i = 0; i < 2000; i++) {
        char cell[CELL_NAME_BYTES];
        snprintf(cell, sizeof cell, "native/io/x/serial/a%u:v/via:w%u", i % 300, i);
        synthetic_cell(&scene.synthetic, cell, 1, COLUMN_ITEMS_PER_SECOND, 1 + i, 0);
    }
    find(&scene, NULL, NULL);
    assert_int_equal(scene.sweeps.count, SWEEP_CHARTS_MAX);
    assert_true(scene.sweeps.left_out > 0);
    end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers), cmocka_unit_test(test_limit),       cmocka_unit_test(test_words),
        cmocka_unit_test(test_judged),  cmocka_unit_test(test_axes),        cmocka_unit_test(test_text),
        cmocka_unit_test(test_curve),   cmocka_unit_test(test_many_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
