/* SPDX-License-Identifier: MIT */
/* Maps: is what a tree picks the best at every point? */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "map_text.h"
#include "scene.h"
#include "wording.h"

/* Two by two points, three models: processes where share is 100, threads up to conc 10, else a loop. */
#define MAP                                                                                                  \
    "[rule]\nclaim = The tree is right\nruntimes = native\nkind = map\nmetric = items_per_second\n"          \
    "effect = 10%\nsweep = conc:1,10,1000\nsweep_quick = conc:1,1000\nsweep_y = share:0,100\n"               \
    "[model processes]\ncell = mixed/cpu-wait/process-pool\npick = share >= 100\n"                           \
    "[model threads]\ncell = mixed/cpu-wait/thread-pool\npick = conc <= 10\n"                                \
    "[model event loop]\ncell = mixed/cpu-wait/event-loop\npick = else\n"

enum { PROCESSES, THREADS, LOOP, MODELS };
enum { LOW_FEW, LOW_MANY, HIGH_FEW, HIGH_MANY, POINTS };
#define RIGHT                                                                                                \
    {                                                                                                        \
        [LOW_FEW] = {0.7, 1, 0.8}, [LOW_MANY] = {0.2, 0.5, 1}, [HIGH_FEW] = {1, 1, 0.5}, [HIGH_MANY] = {     \
            1,                                                                                               \
            0.98,                                                                                            \
            0.5                                                                                              \
        }                                                                                                    \
    }

static const char *const models[MODELS] = {"process-pool", "thread-pool", "event-loop"};
static const struct {
    unsigned conc, share;
} places[POINTS] = {{1, 0}, {1000, 0}, {1, 100}, {1000, 100}};

/* What each does at each point; 0: not run, negative: skipped. */
static void write_map(struct scene *scene, double figures[POINTS][MODELS], unsigned blocks)
{
    for (size_t i = 0; i < POINTS; i++)
        for (size_t k = 0; k < MODELS; k++) {
            char cell[128];
            snprintf(cell, sizeof cell, "native/mixed/cpu-wait/%s/conc:%u/share:%u", models[k],
                     places[i].conc, places[i].share);
            if (figures[i][k] < 0)
                synthetic_row(&scene->synthetic, cell, 0, "skipped", "ulimit -u", COLUMN_COUNT, 0);
            else if (figures[i][k] > 0)
                synthetic_cell(&scene->synthetic, cell, blocks, COLUMN_ITEMS_PER_SECOND, 1000 * figures[i][k],
                               0.01);
        }
}

static void judge_begun(struct scene *scene, double figures[POINTS][MODELS], unsigned blocks)
{
    char path[128];
    write_map(scene, figures, blocks);
    snprintf(path, sizeof path, "%s/a-map.ini", scene->synthetic.folder);
    synthetic_text(path, MAP);
    assert_int_equal(scene_judge_file(scene, path), 0);
    assert_int_equal(scene->verdicts.count, 1);
}

static void judge(struct scene *scene, double figures[POINTS][MODELS], unsigned blocks)
{
    scene_begin(scene);
    judge_begun(scene, figures, blocks);
}

static const struct verdict_tile *tile_at(const struct scene *scene, size_t place)
{
    const struct verdict *verdict = &scene->verdicts.verdicts[0];
    for (size_t i = 0; i < verdict->tile_count; i++) {
        const struct comparison *at = &scene->verdicts.points[verdict->tiles[i].first].comparison;
        if ((unsigned)atoi(at->sweep_value) == places[place].conc &&
            (unsigned)atoi(at->sweep_y_value) == places[place].share)
            return &verdict->tiles[i];
    }
    fail_msg("no tile %zu", place);
    return NULL;
}

static void expect_words(const struct scene *scene, size_t place, const char *best, const char *tree)
{
    char text[200];
    map_word_best(&scene->verdicts.verdicts[0], tile_at(scene, place), MODELS, text, sizeof text);
    assert_string_equal(text, best);
    map_word_tree(tile_at(scene, place), text, sizeof text);
    if (strncmp(text, tree, strlen(tree)) != 0)
        fail_msg("expected %s, got %s", tree, text);
}

static void test_right_everywhere(void **state)
{
    (void)state;
    double figures[POINTS][MODELS] = RIGHT;
    struct scene scene;
    judge(&scene, figures, 12);
    const struct verdict *verdict = &scene.verdicts.verdicts[0];
    assert_int_equal(verdict->judgement, JUDGEMENT_HOLDS);
    assert_true(verdict->value == 1);
    assert_int_equal(verdict->tile_count, POINTS);
    assert_int_equal(strncmp(verdict->reason, "right at 4 of 4 points", 22), 0);
    /* The largest p of all, as it is. */
    for (size_t i = 0; i < scene.verdicts.point_count; i++)
        assert_true(scene.verdicts.points[i].p_holds <= verdict->p);
    expect_words(&scene, LOW_FEW, "threads", "✓ tree: threads");
    expect_words(&scene, LOW_MANY, "event loop", "✓ tree: event loop");
    assert_true(tile_at(&scene, HIGH_FEW)->tied == (1U << PROCESSES | 1U << THREADS));
    scene_end(&scene);
}

static void test_wrong_at_one_point(void **state)
{
    (void)state;
    double figures[POINTS][MODELS] = RIGHT;
    struct scene scene;
    figures[LOW_MANY][THREADS] = 3;
    figures[LOW_MANY][PROCESSES] = 2;
    judge(&scene, figures, 12);
    const struct verdict *verdict = &scene.verdicts.verdicts[0];
    const struct verdict_point *point = verdict_main_point(&scene.verdicts, verdict);
    char sentence[1024];
    assert_int_equal(verdict->judgement, JUDGEMENT_DOES_NOT_HOLD);
    assert_true(verdict->value == 0.75);
    if (!strstr(verdict->reason, "right at 3 of 4 points; at most 3") ||
        !strstr(verdict->reason, "× slower than threads, at conc:1000 share:0"))
        fail_msg("%s", verdict->reason);
    /* The row tells the largest regret: better is who is best there, worse what the tree picks. */
    assert_string_equal(point->better, "native/mixed/cpu-wait/thread-pool/conc:1000/share:0");
    assert_string_equal(point->worse, "native/mixed/cpu-wait/event-loop/conc:1000/share:0");
    assert_true(point->ci_low < 3 && 3 < point->ci_high);
    assert_true(point->ci_level > 1 - 0.05 / 8); /* chosen among eight */
    expect_words(&scene, LOW_MANY, "threads", "✗ tree: event loop, 3");
    assert_int_equal(tile_at(&scene, LOW_MANY)->tied, 1U << THREADS);
    word_sentence(&scene.verdicts, verdict, sentence, sizeof sentence);
    assert_non_null(strstr(sentence, "Does not hold: right at 3 of 4 points; at most "));
    assert_non_null(strstr(sentence, "at conc:1000 share:0 (99."));
    scene_end(&scene);
}

/* A difference of the effect is neither shown nor excluded. */
static void test_undecided(void **state)
{
    (void)state;
    double figures[POINTS][MODELS] = RIGHT;
    struct scene scene;
    figures[HIGH_MANY][THREADS] = 1.1;
    judge(&scene, figures, 12);
    const struct verdict *verdict = &scene.verdicts.verdicts[0];
    assert_int_equal(verdict->judgement, JUDGEMENT_INCONCLUSIVE);
    if (strncmp(verdict->reason, "underpowered: ", 14) != 0 ||
        !strstr(verdict->reason, "(at conc:1000 share:100); right at 3 of 4 points"))
        fail_msg("%s", verdict->reason);
    expect_words(&scene, HIGH_MANY, "threads = processes", "? tree: processes, 1.");
    scene_end(&scene);
}

static void test_too_few_blocks(void **state)
{
    (void)state;
    double figures[POINTS][MODELS] = RIGHT;
    struct scene scene;
    judge(&scene, figures, 3);
    expect_words(&scene, LOW_MANY, "no clear best", "? tree: event loop");
    scene_expect(&scene, 0, JUDGEMENT_INCONCLUSIVE,
                 "underpowered: 3 of the 5 blocks needed (at conc:1 share:0)");
    scene_end(&scene);
}

/* What cannot run is left out; what was not asked for keeps it open. */
static void test_absent(void **state)
{
    (void)state;
    double rival[POINTS][MODELS] = RIGHT, pick[POINTS][MODELS] = RIGHT, part[POINTS][MODELS] = RIGHT;
    struct scene scene;
    rival[LOW_MANY][PROCESSES] = -1;
    judge(&scene, rival, 12);
    assert_int_equal(scene.verdicts.verdicts[0].judgement, JUDGEMENT_HOLDS);
    scene_end(&scene);

    pick[HIGH_MANY][PROCESSES] = -1;
    judge(&scene, pick, 12);
    assert_int_equal(scene.verdicts.verdicts[0].judgement, JUDGEMENT_HOLDS);
    assert_non_null(strstr(scene.verdicts.verdicts[0].reason, "right at 3 of 3 points"));
    assert_non_null(strstr(scene.verdicts.verdicts[0].reason, "1 left out (skipped: ulimit -u)"));
    assert_null(tile_at(&scene, HIGH_MANY)->best);
    expect_words(&scene, HIGH_MANY, "left out", "");
    scene_end(&scene);

    for (size_t k = 0; k < MODELS; k++)
        part[LOW_MANY][k] = 0;
    judge(&scene, part, 12);
    assert_int_equal(scene.verdicts.verdicts[0].judgement, JUDGEMENT_INCONCLUSIVE);
    assert_int_equal(
        strncmp(scene.verdicts.verdicts[0].reason, "skipped: conc:1000 share:0 was not measured", 43), 0);
    scene_end(&scene);

    /* A part can refute it. */
    part[HIGH_FEW][LOOP] = 2;
    judge(&scene, part, 12);
    assert_int_equal(scene.verdicts.verdicts[0].judgement, JUDGEMENT_DOES_NOT_HOLD);
    scene_end(&scene);
}

/* Every rival is ahead by just the effect: how many maps hold, or do not? At most 5 %, and simulation's
 * scatter. */
static void test_errors_stay_below_alpha(void **state)
{
    (void)state;
    enum { MAPS = 200 };
    double figures[POINTS][MODELS] = {{1.1, 1, 1.1}, {1.1, 1.1, 1}, {1, 1.1, 1.1}, {1, 1.1, 1.1}};
    size_t said[3] = {0};
    for (size_t map = 0; map < MAPS; map++) {
        struct scene scene;
        scene_begin(&scene);
        scene.synthetic.state = 1000 + map;
        judge_begun(&scene, figures, 10);
        said[scene.verdicts.verdicts[0].judgement]++;
        scene_end(&scene);
    }
    for (int i = 0; i < JUDGEMENT_INCONCLUSIVE; i++)
        if (said[i] > MAPS / 20 + 6)
            fail_msg("%s: %zu of %d", judgement_names[i], said[i], MAPS);
}

static void test_table(void **state)
{
    (void)state;
    double figures[POINTS][MODELS] = RIGHT;
    struct scene scene;
    char *text = NULL;
    size_t bytes;
    figures[LOW_MANY][THREADS] = 3;
    judge(&scene, figures, 12);
    FILE *out = open_memstream(&text, &bytes);
    assert_non_null(out);
    assert_int_equal(map_write(&scene.verdicts, NULL, TABLE_TEXT, NULL, out), 0);
    fclose(out);
    static const char *const lines[] = {"a-map, native: best first", "share \\ conc", "processes = threads",
                                        "✗ tree: event loop, 3"};
    const char *at = text;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        const char *found = strstr(at, lines[i]); /* in this order: the largest share first */
        if (!found)
            fail_msg("no '%s' in\n%s", lines[i], text);
        at = found;
    }
    free(text);
    scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_right_everywhere),
        cmocka_unit_test(test_wrong_at_one_point),
        cmocka_unit_test(test_undecided),
        cmocka_unit_test(test_too_few_blocks),
        cmocka_unit_test(test_absent),
        cmocka_unit_test(test_errors_stay_below_alpha),
        cmocka_unit_test(test_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
