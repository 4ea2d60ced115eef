/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "chart.h"
#include "drawing.h"
#include "latency_chart.h"
#include "report.h"
#include "synthetic.h"
#include "verdict.h"

static const struct sweeps no_sweeps;
static const char *source_root = ".";

struct scene {
    struct synthetic synthetic;
    struct samples samples;
    struct rules rules;
    struct verdicts verdicts;
    struct drawn drawn;
    struct error error;
    char scripts[512];
};

static void judge(struct scene *scene, const char *rules)
{
    synthetic_close(&scene->synthetic);
    if (synthetic_load(&scene->synthetic, &scene->samples, &scene->error) ||
        rules_load(rules, &scene->rules, &scene->error) ||
        verdicts_judge(&scene->samples, &scene->rules, &scene->verdicts, &scene->error))
        fail_msg("%s", scene->error.text);
    snprintf(scene->scripts, sizeof scene->scripts, "%s/scripts/gnuplot", source_root);
}

static void end(struct scene *scene)
{
    verdicts_free(&scene->verdicts);
    rules_free(&scene->rules);
    samples_free(&scene->samples);
    drawn_free(&scene->drawn);
    synthetic_remove(&scene->synthetic);
}

static void expect_file(const char *folder, const char *name, const char *start)
{
    char *text = synthetic_read(folder, name);
    if (!text || !strstr(text, start))
        fail_msg("%s/%s: missing, or without '%s'", folder, name, start);
    free(text);
}

static void copy(const char *from, const char *to, const char *name)
{
    char path[256], *text = synthetic_read(from, name);
    assert_non_null(text);
    snprintf(path, sizeof path, "%s/%s", to, name);
    synthetic_text(path, text);
    free(text);
}

static void expect_chart(const char *folder, const char *id)
{
    char name[128];
    snprintf(name, sizeof name, "%s.svg", id);
    expect_file(folder, name, "<svg");
    snprintf(name, sizeof name, "%s.png", id);
    expect_file(folder, name, "PNG");
}

/* Every rule's chart; and each again from its two files alone, in another folder. */
static void test_charts_stand_alone(void **state)
{
    (void)state;
    struct scene scene = {.error = {""}};
    char rules[512], charts[128], elsewhere[] = "/tmp/crosspoint-test-XXXXXX", command[256];
    synthetic_open(&scene.synthetic);
    synthetic_suite(&scene.synthetic, 12);
    snprintf(rules, sizeof rules, "%s/bench/rules", source_root);
    judge(&scene, rules);
    int drawn =
        charts_draw(&scene.verdicts, scene.scripts, scene.synthetic.folder, 2, &scene.drawn, &scene.error);
    if (drawn < 0)
        fail_msg("%s", scene.error.text);
    assert_int_equal(drawn, 9);
    snprintf(charts, sizeof charts, "%s/charts", scene.synthetic.folder);
    assert_non_null(mkdtemp(elsewhere));
    for (size_t i = 0; i < scene.rules.count; i++) {
        const char *id = scene.rules.rules[i].id;
        char script[96], data[96];
        if (!drawn_has(&scene.drawn, id)) /* no row of its cells */
            continue;
        expect_chart(charts, id);
        snprintf(script, sizeof script, "%s.gp", id);
        snprintf(data, sizeof data, "%s.csv", id);
        copy(charts, elsewhere, script);
        copy(charts, elsewhere, data);
        snprintf(command, sizeof command, "cd %s && gnuplot -d %s", elsewhere, script);
        assert_int_equal(system(command), 0);
        expect_chart(elsewhere, id);
    }
    struct synthetic other = {.file = NULL};
    snprintf(other.folder, sizeof other.folder, "%s", elsewhere);
    synthetic_remove(&other);
    end(&scene);
}

/* A rule whose every text tries to break out: of gnuplot's strings, and of HTML. */
static void begin_hostile(struct scene *scene)
{
    static const char text[] =
        "[rule]\nclaim = \"`touch hacked`\" <b>{/Bold x}</b> a_b^c @d & ~e \\ 'f' 100%\nruntimes = native\n"
        "branch = <i>work</i>: <b>threads</b>\n"
        "kind = compare\neffect = 10%\nmetric = items_per_second\nbetter = cpu/x/thread-pool/workers:2\n"
        "worse = cpu/x/serial\n[chart]\ntitle = \"`touch hacked`\" {a_b^c} @d & ~e \\n \\ 'f' %\n";
    char path[128];
    synthetic_open(&scene->synthetic);
    synthetic_cell(&scene->synthetic, "native/cpu/x/thread-pool/workers:2", 12, COLUMN_ITEMS_PER_SECOND, 2000,
                   0.01);
    synthetic_cell(&scene->synthetic, "native/cpu/x/serial", 12, COLUMN_ITEMS_PER_SECOND, 1000, 0.01);
    synthetic_row(&scene->synthetic, "native/cpu/x/serial", 12, "failed", "<script>alert(1)</script>",
                  COLUMN_COUNT, 0);
    snprintf(path, sizeof path, "%s/hostile.ini", scene->synthetic.folder);
    synthetic_text(path, text);
    snprintf(path, sizeof path, "%s/run.json", scene->synthetic.folder);
    synthetic_text(path,
                   "{\"machine\": {\"cpu\": \"<i>fast</i>\", \"units\": [0, 1], \"caches\": {\"l1\": 32768}},"
                   "\"retried\": [{\"block\": 3}], \"empty\": {}, \"nothing\": null}");
    snprintf(path, sizeof path, "%s/hostile.ini", scene->synthetic.folder);
    judge(scene, path);
}

static void test_text_is_only_text(void **state)
{
    (void)state;
    struct scene scene = {.error = {""}};
    char charts[128];
    begin_hostile(&scene);
    if (charts_draw(&scene.verdicts, scene.scripts, scene.synthetic.folder, 1, &scene.drawn, &scene.error) !=
        1)
        fail_msg("%s", scene.error.text);
    snprintf(charts, sizeof charts, "%s/charts", scene.synthetic.folder);
    expect_chart(charts, "hostile");
    expect_file(charts, "hostile.svg", "{a_b^c} @d &amp; ~e");
    assert_null(synthetic_read(charts, "hacked"));
    end(&scene);
}

static void test_report(void **state)
{
    (void)state;
    struct scene scene = {.error = {""}};
    begin_hostile(&scene);
    if (charts_draw(&scene.verdicts, scene.scripts, scene.synthetic.folder, 1, &scene.drawn, &scene.error) !=
            1 ||
        report_write(&scene.verdicts, &scene.samples, &no_sweeps, scene.synthetic.folder, &scene.drawn,
                     &scene.error))
        fail_msg("%s", scene.error.text);
    static const char *const expected[] = {"<!doctype html>",
                                           "data:image/svg+xml;base64,",
                                           "&lt;script&gt;alert(1)",
                                           "&lt;i&gt;fast&lt;/i&gt;",
                                           "caches.l1",
                                           "decision tree</h2>",
                                           "&lt;i&gt;work&lt;/i&gt;",
                                           "chip holds\">true</span>",
                                           "<span class=\"chip holds\">",
                                           "24 ok, 0 invalid, 1 failed, 0 skipped",
                                           "0, 1",
                                           "Holds: thread-pool workers:2 does ",
                                           "</html>"};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        expect_file(scene.synthetic.folder, "report.html", expected[i]);
    char *page = synthetic_read(scene.synthetic.folder, "report.html");
    assert_null(strstr(page, "<script"));
    assert_null(strstr(page, "<b>{"));
    assert_null(strstr(page, "http"));
    free(page);

    char path[128];
    snprintf(path, sizeof path, "%s/run.json", scene.synthetic.folder);
    synthetic_text(path, "{\n\"machine\": }");
    assert_int_equal(report_write(&scene.verdicts, &scene.samples, &no_sweeps, scene.synthetic.folder,
                                  &scene.drawn, &scene.error),
                     -1);
    assert_non_null(strstr(scene.error.text, "run.json: line 2: "));
    unlink(path);
    assert_int_equal(report_write(&scene.verdicts, &scene.samples, &no_sweeps, scene.synthetic.folder,
                                  &scene.drawn, &scene.error),
                     0);
    end(&scene);
}

/* One block has no interval; the axes hold the ratio and the line that decides all the same. */
static void test_one_block(void **state)
{
    (void)state;
    struct scene scene = {.error = {""}};
    char path[128], charts[128];
    synthetic_open(&scene.synthetic);
    for (unsigned conc = 1; conc <= 16; conc *= 4) {
        char cell[96];
        snprintf(cell, sizeof cell, "native/io/x/event-loop/conc:%u", conc);
        synthetic_row(&scene.synthetic, cell, 0, "ok", "", COLUMN_ITEMS_PER_SECOND, 1000);
        snprintf(cell, sizeof cell, "native/io/x/thread-pool/conc:%u", conc);
        synthetic_row(&scene.synthetic, cell, 0, "ok", "", COLUMN_ITEMS_PER_SECOND, conc == 4 ? 10 : 4000);
    }
    snprintf(path, sizeof path, "%s/one.ini", scene.synthetic.folder);
    synthetic_text(path, "[rule]\nclaim = c\nruntimes = native\nmetric = items_per_second\neffect = 30%\n"
                         "[pair swept]\nkind = crossover\nsweep = conc:1,4,16\n"
                         "better = io/x/event-loop\nworse = io/x/thread-pool\n"
                         "[pair bars]\nkind = compare\nbetter = io/x/event-loop/conc:1\n"
                         "worse = io/x/thread-pool/conc:1\n[chart]\nscript = sweep\n");
    judge(&scene, path);
    if (charts_draw(&scene.verdicts, scene.scripts, scene.synthetic.folder, 1, &scene.drawn, &scene.error) !=
        1)
        fail_msg("%s", scene.error.text);
    snprintf(charts, sizeof charts, "%s/charts", scene.synthetic.folder);
    assert_true(synthetic_script_number(charts, "one.gp", "RATIO_MAX") > 100);
    assert_true(synthetic_script_number(charts, "one.gp", "RATIO_MIN") < 0.25);
    double threshold = synthetic_script_number(charts, "one.gp", "THRESHOLD_HIGH");
    assert_true(threshold == 5200 && synthetic_script_number(charts, "one.gp", "THRESHOLD_LOW") == threshold);
    char *text = synthetic_read(charts, "one.gp");
    const char *y_max = strstr(text, "\nY_MAX = ");
    while (y_max && strstr(y_max + 1, "\nY_MAX = "))
        y_max = strstr(y_max + 1, "\nY_MAX = "); /* of the bars, the second panel */
    assert_true(strtod(y_max + strlen("\nY_MAX = "), NULL) > threshold);
    free(text);
    end(&scene);
}

/* One cell against what is expected: its bar is drawn. */
static void test_fact(void **state)
{
    (void)state;
    struct scene scene = {.error = {""}};
    char path[128], charts[128];
    synthetic_open(&scene.synthetic);
    synthetic_cell(&scene.synthetic, "native/sync/counter/thread-pool/lock:none", 7, COLUMN_VALUE, 40, 0.01);
    snprintf(path, sizeof path, "%s/fact.ini", scene.synthetic.folder);
    synthetic_text(path, "[rule]\nclaim = c\nruntimes = native\nkind = fact\nmetric = value\nexpect = > 0\n"
                         "cell = sync/counter/thread-pool/lock:none\n");
    judge(&scene, path);
    if (charts_draw(&scene.verdicts, scene.scripts, scene.synthetic.folder, 1, &scene.drawn, &scene.error) !=
        1)
        fail_msg("%s", scene.error.text);
    snprintf(charts, sizeof charts, "%s/charts", scene.synthetic.folder);
    expect_file(charts, "fact.csv", "\n1,median,better,thread-pool,");
    end(&scene);
}

/* A curve that a limit of the machine ends is marked there, with the words for it; the other goes on. */
static void test_limit(void **state)
{
    (void)state;
    struct scene scene = {.error = {""}};
    char path[128], charts[128];
    synthetic_open(&scene.synthetic);
    for (unsigned conc = 1; conc <= 64; conc *= 4) {
        char cell[96];
        snprintf(cell, sizeof cell, "native/io/x/event-loop/conc:%u", conc);
        synthetic_cell(&scene.synthetic, cell, 7, COLUMN_ITEMS_PER_SECOND, 1000 * conc, 0.01);
        snprintf(cell, sizeof cell, "native/io/x/thread-per-task/conc:%u", conc);
        if (conc < 16)
            synthetic_cell(&scene.synthetic, cell, 7, COLUMN_ITEMS_PER_SECOND, 900, 0.01);
        else
            synthetic_row(&scene.synthetic, cell, 0, "skipped",
                          "pids.max is 10, 16 are needed: raise it with <b>", COLUMN_COUNT, 0);
    }
    synthetic_row(&scene.synthetic, "native/io/x/event-loop/conc:64", 7, "ok", "", COLUMN_ITEMS_PER_SECOND,
                  5e6);
    snprintf(path, sizeof path, "%s/one.ini", scene.synthetic.folder);
    synthetic_text(path, "[rule]\nclaim = c\nruntimes = native\nmetric = items_per_second\neffect = 30%\n"
                         "kind = crossover\nsweep = conc:1,4,16,64\nbetter = io/x/event-loop\n"
                         "worse = io/x/thread-per-task\n");
    judge(&scene, path);
    if (charts_draw(&scene.verdicts, scene.scripts, scene.synthetic.folder, 1, &scene.drawn, &scene.error) !=
        1)
        fail_msg("%s", scene.error.text);
    snprintf(charts, sizeof charts, "%s/charts", scene.synthetic.folder);
    expect_chart(charts, "one");
    expect_file(charts, "one.gp", "× thread-per-task ends before 16: pids.max is 10");
    expect_file(charts, "one.csv", "\n1,limit,worse,thread-per-task,4,");
    expect_file(charts, "one.csv", "\n1,median,better,event-loop,64,");
    char *text = synthetic_read(charts, "one.csv");
    assert_null(strstr(text, "limit,better"));
    /* The words have two lines of their own below the axis; a range beside which nothing stands is inside
     * too. */
    double below = synthetic_script_number(charts, "one.gp", "BOTTOM") /
                   synthetic_script_number(charts, "one.gp", "PIXEL");
    assert_true(below > 109 && below < 111);
    assert_true(synthetic_script_number(charts, "one.gp", "Y_MAX") > 5e6);
    free(text);
    end(&scene);
}

/* Latencies of rows that do not count are none: a chart of them would have no range. */
static void test_latency_of_invalid(void **state)
{
    (void)state;
    struct scene scene = {.error = {""}};
    char scripts[512], charts[128];
    snprintf(scripts, sizeof scripts, "%s/scripts/gnuplot", source_root);
    synthetic_open(&scene.synthetic);
    for (unsigned i = 0; i < 2; i++)
        synthetic_row(&scene.synthetic,
                      i ? "native/io/x/event-loop/conc:4" : "native/io/x/thread-pool/conc:4", 0, "invalid",
                      "disturbed", COLUMN_LATENCY_P99_NS, 1000);
    synthetic_close(&scene.synthetic);
    if (samples_load(scene.synthetic.folder, latency_metrics, LATENCY_METRICS, &scene.samples,
                     &scene.error) ||
        latency_chart_draw(&scene.samples, scripts, scene.synthetic.folder, &scene.drawn, &scene.error))
        fail_msg("%s", scene.error.text);
    snprintf(charts, sizeof charts, "%s/charts", scene.synthetic.folder);
    assert_null(synthetic_read(charts, "latency.gp"));
    end(&scene);
}

static void test_nothing_measured(void **state)
{
    (void)state;
    struct scene scene = {.error = {""}};
    char rules[512];
    synthetic_open(&scene.synthetic);
    snprintf(rules, sizeof rules, "%s/bench/rules", source_root);
    judge(&scene, rules);
    assert_int_equal(
        charts_draw(&scene.verdicts, scene.scripts, scene.synthetic.folder, 1, &scene.drawn, &scene.error),
        0);
    assert_int_equal(report_write(&scene.verdicts, &scene.samples, &no_sweeps, scene.synthetic.folder,
                                  &scene.drawn, &scene.error),
                     0);
    expect_file(scene.synthetic.folder, "report.html", "No rule was measured.");
    end(&scene);
}

/* Two runtimes, a panel each: what is measured of a map stands in its data, what the tree picks in its words.
 */
static void test_map(void **state)
{
    (void)state;
    static const struct {
        const char *cell;
        double figure;
    } cells[] = {{"thread-pool/conc:1/share:0", 1000},   {"event-loop/conc:1/share:0", 1000},
                 {"thread-pool/conc:100/share:0", 3000}, {"event-loop/conc:100/share:0", 1000},
                 {"thread-pool/conc:1/share:9", 1000},   {"event-loop/conc:1/share:9", 500},
                 {"thread-pool/conc:100/share:9", 500},  {"event-loop/conc:100/share:9", 1000}};
    static const char text[] =
        "[rule]\nclaim = c\nruntimes = native cpython\nkind = map\nmetric = items_per_second\neffect = 10%\n"
        "sweep = conc:1,100\nsweep_y = share:0,9\n[model threads]\ncell = m/w/thread-pool\npick = conc < 10\n"
        "[model \"`touch hacked`\" {loop}]\ncell = m/w/event-loop\npick = else\n";
    struct scene scene = {.error = {""}};
    char path[128], charts[128];
    synthetic_open(&scene.synthetic);
    for (int runtime = 0; runtime < 2; runtime++)
        for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
            snprintf(path, sizeof path, "%s/m/w/%s", runtime ? "cpython" : "native", cells[i].cell);
            synthetic_cell(&scene.synthetic, path, 12, COLUMN_ITEMS_PER_SECOND, cells[i].figure, 0.01);
        }
    snprintf(path, sizeof path, "%s/a-map.ini", scene.synthetic.folder);
    synthetic_text(path, text);
    judge(&scene, path);
    if (charts_draw(&scene.verdicts, scene.scripts, scene.synthetic.folder, 1, &scene.drawn, &scene.error) !=
        1)
        fail_msg("%s", scene.error.text);
    snprintf(charts, sizeof charts, "%s/charts", scene.synthetic.folder);
    expect_chart(charts, "a-map");
    expect_file(charts, "a-map.csv", "panel,column,row,conc,share,best,tied,best_model,tied_model,tree,");
    expect_file(charts, "a-map.csv", "\n1,0,0,1,0,");
    expect_file(charts, "a-map.csv", "\n2,1,1,100,9,");
    expect_file(charts, "a-map.csv", ",event-loop,1,right\n");
    expect_file(charts, "a-map.csv", ",wrong\n");
    expect_file(charts, "a-map.gp", "cp_boundary(0.5, 0 - 0.5, 0.5, 0.5)");
    assert_null(synthetic_read(charts, "hacked"));
    if (report_write(&scene.verdicts, &scene.samples, &no_sweeps, scene.synthetic.folder, &scene.drawn,
                     &scene.error))
        fail_msg("%s", scene.error.text);
    expect_file(scene.synthetic.folder, "report.html", "<h2 id=\"tree\">The documents");
    expect_file(scene.synthetic.folder, "report.html", "<a href=\"#tree\">above</a>");
    end(&scene);
}

static void test_errors(void **state)
{
    (void)state;
    struct scene scene = {.error = {""}};
    begin_hostile(&scene);
    assert_int_equal(
        charts_draw(&scene.verdicts, "/nonexistent", scene.synthetic.folder, 1, &scene.drawn, &scene.error),
        -1);
    assert_non_null(strstr(scene.error.text, "/nonexistent/style.gp: No such file"));
    assert_int_equal(
        charts_draw(&scene.verdicts, scene.scripts, "/nonexistent", 1, &scene.drawn, &scene.error), -1);
    assert_non_null(strstr(scene.error.text, "/nonexistent/charts: No such file"));

    static const char *const names[] = {"style.gp", "bars.gp", "sweep.gp", "map.gp"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        copy(scene.scripts, scene.synthetic.folder, names[i]);
    char path[128];
    snprintf(path, sizeof path, "%s/bars.gp", scene.synthetic.folder);
    synthetic_text(path, "plot nonsense(\n");
    assert_int_equal(charts_draw(&scene.verdicts, scene.synthetic.folder, scene.synthetic.folder, 1,
                                 &scene.drawn, &scene.error),
                     -1);
    assert_non_null(strstr(scene.error.text, "gnuplot failed on charts/hostile.gp: "));

    char *search = getenv("PATH") ? strdup(getenv("PATH")) : NULL;
    setenv("PATH", "/nonexistent", 1);
    assert_int_equal(
        charts_draw(&scene.verdicts, scene.scripts, scene.synthetic.folder, 1, &scene.drawn, &scene.error),
        -1);
    assert_string_equal(scene.error.text, "gnuplot is not installed (Debian: gnuplot-nox)");
    if (search)
        setenv("PATH", search, 1);
    free(search);
    end(&scene);
}

/* argv[1]: the root of the source tree */
int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_charts_stand_alone),
        cmocka_unit_test(test_text_is_only_text),
        cmocka_unit_test(test_report),
        cmocka_unit_test(test_one_block),
        cmocka_unit_test(test_fact),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_latency_of_invalid),
        cmocka_unit_test(test_nothing_measured),
        cmocka_unit_test(test_map),
        cmocka_unit_test(test_errors),
    };
    if (argc > 1)
        source_root = argv[1];
    if (system("gnuplot --version > /dev/null 2>&1") != 0) {
        fputs("gnuplot is not installed\n", stderr);
        return 77;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
