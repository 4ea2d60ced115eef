/* SPDX-License-Identifier: MIT */
/* What is listed, and how verdicts are written. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "scene.h"
#include "wording.h"

static const char *source_root = ".";

/* A rule that was not run is not listed; of one that was, what is missing is told. */
static void test_what_is_listed(void **state)
{
    (void)state;
    static const char rule[] =
        "kind = compare\neffect = 10%\n[pair a]\nbetter = cpu/sum-squares/thread-pool/workers:2\n"
        "[pair b]\nworse = null/empty/serial\n[pair c]\nbetter = io/sleep/serial\n"
        "worse = null/empty/serial";
    for (int run = 0; run < 2; run++) {
        struct scene scene;
        scene_begin(&scene);
        if (run)
            synthetic_cell(&scene.synthetic, BETTER, 12, COLUMN_ITEMS_PER_SECOND, 2000, 0.01);
        synthetic_cell(&scene.synthetic, WORSE, 12, COLUMN_ITEMS_PER_SECOND, 1000, 0.01);
        char path[128], text[1024];
        snprintf(path, sizeof path, "%s/a-rule.ini", scene.synthetic.folder);
        snprintf(text, sizeof text,
                 "[rule]\nclaim = c\nruntimes = native cpython\nmetric = items_per_second\n"
                 "better = cpu/sum-squares/thread-pool/workers:2\nworse = cpu/sum-squares/serial\n%s",
                 rule);
        synthetic_text(path, text);
        assert_int_equal(scene_judge_file(&scene, path), 0);
        if (run) {
            assert_int_equal(scene.verdicts.count, 3);
            scene_expect(&scene, 0, JUDGEMENT_HOLDS, "");
            scene_expect(&scene, 1, JUDGEMENT_INCONCLUSIVE,
                         "skipped: not measured: native/null/empty/serial");
            scene_expect(&scene, 2, JUDGEMENT_INCONCLUSIVE, "skipped: not measured");
            assert_int_equal(scene.verdicts.verdicts[0].rule_judgement, JUDGEMENT_INCONCLUSIVE);
        } else {
            assert_int_equal(scene.verdicts.count, 0);
        }
        scene_end(&scene);
    }
}

/* The nine rules on the made-up machine, in every format, against the files in fixtures.
 * CROSSPOINT_GOLDEN=write in the environment writes them anew. */
static void compare_golden(const struct verdicts *verdicts, const char *format, int width, const char *name)
{
    char path[512], *text = NULL, *expected = NULL;
    size_t length;
    struct error error;
    FILE *memory = open_memstream(&text, &length);
    assert_non_null(memory);
    assert_int_equal(verdicts_write(verdicts, format, 0, width, memory, &error), 0);
    fclose(memory);
    snprintf(path, sizeof path, "%s/tests/fixtures/%s", source_root, name);
    if (getenv("CROSSPOINT_GOLDEN"))
        synthetic_text(path, text);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    length = 0;
    assert_true(getdelim(&expected, &length, '\0', file) > 0);
    fclose(file);
    assert_string_equal(text, expected);
    for (char *line = strtok(text, "\n"); line && width; line = strtok(NULL, "\n"))
        assert_true(word_width(line) <= (size_t)width);
    free(text);
    free(expected);
}

static void load_suite(struct scene *scene)
{
    char path[512];
    scene_begin(scene);
    synthetic_suite(&scene->synthetic, 12);
    static const char *const skipped[] = {"native/io/echo/thread-per-task/conc:4000/place:split",
                                          "native/io/echo/event-loop/workers:1/conc:4000/place:split"};
    for (unsigned block = 0; block < 12; block++)
        for (size_t i = 0; i < 2; i++)
            synthetic_row(&scene->synthetic, skipped[i], block, "skipped",
                          "RLIMIT_NOFILE is 1024, 4100 are needed: raise it with ulimit -n 4100",
                          COLUMN_COUNT, 0);
    snprintf(path, sizeof path, "%s/bench/rules", source_root);
    if (scene_judge_file(scene, path))
        fail_msg("%s", scene->error.text);
}

static void test_golden(void **state)
{
    (void)state;
    struct scene scene;
    load_suite(&scene);
    compare_golden(&scene.verdicts, "csv", 0, "verdicts.csv");
    compare_golden(&scene.verdicts, "markdown", 0, "verdicts.md");
    compare_golden(&scene.verdicts, "text", 80, "verdicts_80.txt");
    compare_golden(&scene.verdicts, "text", 100, "verdicts_100.txt");
    compare_golden(&scene.verdicts, "text", 120, "verdicts_120.txt");
    compare_golden(&scene.verdicts, "text", 200, "verdicts_200.txt");
    scene_end(&scene);
}

static void test_formats(void **state)
{
    (void)state;
    struct scene scene;
    char *text = NULL;
    size_t length;
    load_suite(&scene);
    FILE *memory = open_memstream(&text, &length);
    assert_int_equal(verdicts_write(&scene.verdicts, "json", 0, 0, memory, &scene.error), 0);
    fclose(memory);
    json_t *root = json_loads(text, 0, NULL); /* no NaN, or it does not load */
    assert_non_null(root);
    assert_int_equal(json_array_size(json_object_get(root, "verdicts")), scene.verdicts.count);
    json_decref(root);
    free(text);

    memory = open_memstream(&text, &length);
    assert_int_equal(verdicts_write(&scene.verdicts, "yaml", 0, 0, memory, &scene.error), -1);
    assert_string_equal(scene.error.text, "unknown format 'yaml'; known: text, csv, json, markdown");
    assert_int_equal(verdicts_write(&scene.verdicts, "text", 1, 80, memory, &scene.error), 0);
    fclose(memory);
    assert_non_null(strstr(text, "\033[32mholds\033[0m"));
    free(text);
    scene_end(&scene);
}

static void test_words(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *words;
    } cases[] = {{1.97, "1.97"}, {9.996, "10.0"},  {0.01234, "0.0123"}, {64, "64.0"},
                 {1234, "1234"}, {12345, "12.3k"}, {999950, "1.00M"},   {4.56e6, "4.56M"},
                 {0, "0"},       {-1.5, "-1.50"},  {NAN, ""},           {INFINITY, ""}};
    char text[256];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        word_figure(cases[i].value, text, sizeof text);
        assert_string_equal(text, cases[i].words);
    }
    word_ratio(1.97, 1.951, 1.993, text, sizeof text);
    assert_string_equal(text, "1.97× (1.95–1.99)");
    word_metric(COLUMN_LATENCY_P99_NS, 4.5e6, text, sizeof text);
    assert_string_equal(text, "4.50 ms");
    word_metric(COLUMN_MEMORY_BYTES, 16 << 20, text, sizeof text);
    assert_string_equal(text, "16.0 MiB");
    word_metric(COLUMN_ITEMS_PER_SECOND, 12345, text, sizeof text);
    assert_string_equal(text, "12.3k/s");
    word_effect(-0.1, text, sizeof text);
    assert_string_equal(text, "−10 %");
    word_cut("ünïcödé words", 8, text, sizeof text);
    assert_string_equal(text, "ünïcödé…");
    word_cut("short", 5, text, sizeof text);
    assert_string_equal(text, "short");
    word_number(0.1, text, sizeof text);
    assert_string_equal(text, "0.1");
}

static void test_sentence(void **state)
{
    (void)state;
    struct scene scene;
    char text[1024];
    scene_begin(&scene);
    for (unsigned block = 0; block < 12; block++) {
        synthetic_row(&scene.synthetic, BETTER, block, "ok", "", COLUMN_ITEMS_PER_SECOND, 1970);
        synthetic_row(&scene.synthetic, WORSE, block, "ok", "", COLUMN_ITEMS_PER_SECOND, 1000);
    }
    assert_int_equal(scene_judge(&scene, "kind = compare\neffect = 10%%"), 0);
    word_sentence(&scene.verdicts, &scene.verdicts.verdicts[0], text, sizeof text);
    assert_non_null(strstr(text, "Holds: thread-pool workers:2 does 1.97 times ("));
    assert_non_null(strstr(text, "% interval 1.97–1.97) the work per second of serial, n = 12."));
    scene_end(&scene);
}

/* argv[1]: the root of the source tree */
int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_listed), cmocka_unit_test(test_golden),
        cmocka_unit_test(test_formats),        cmocka_unit_test(test_words),
        cmocka_unit_test(test_sentence),
    };
    if (argc > 1)
        source_root = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
