/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "rules.h"
#include "synthetic.h"

static const char *source_root = "."; /* of the tree, for the real rule files */

static const char whole[] = "[rule]\n"
                            "claim = A claim ; and a comment\n"
                            "documents = D0 D1\n"
                            "runtimes = native cpython\n"
                            "kind = compare\n"
                            "better = cpu/sum-squares/thread-pool/workers:max\n"
                            "worse = cpu/sum-squares/serial\n"
                            "metric = items_per_second\n"
                            "effect = 12.5%\n";

/* Writes text to a rule file, loads it, and gives back what rules_load returns. */
static int load(const char *text, struct rules *rules, struct error *error, char *path, size_t path_bytes)
{
    char folder[] = "/tmp/crosspoint-test-XXXXXX";
    assert_non_null(mkdtemp(folder));
    snprintf(path, path_bytes, "%s/a-rule.ini", folder);
    synthetic_text(path, text);
    int result = rules_load(path, rules, error);
    unlink(path);
    rmdir(folder);
    return result;
}

static void test_one_rule(void **state)
{
    (void)state;
    struct rules rules;
    struct error error;
    char path[64];
    assert_int_equal(load(whole, &rules, &error, path, sizeof path), 0);
    assert_int_equal(rules.count, 1);
    const struct rule *rule = rules_find(&rules, "a-rule");
    assert_non_null(rule);
    assert_null(rules_find(&rules, "another"));
    assert_string_equal(rule->claim, "A claim");
    assert_string_equal(rule->documents, "D0 D1");
    assert_int_equal(rule->runtimes.count, 2);
    assert_string_equal(rule->runtimes.words[1], "cpython");
    assert_int_equal(rule->pair_count, 1);
    assert_string_equal(rule->pairs[0].name, "");
    assert_int_equal(rule->pairs[0].kind, RULE_COMPARE);
    assert_int_equal(rule->pairs[0].metric, COLUMN_ITEMS_PER_SECOND);
    assert_true(rule->pairs[0].effect == 0.125);
    assert_string_equal(rule->chart_script, "bars");
    assert_string_equal(rule->chart_title, "A claim");
    rules_free(&rules);
}

static void test_pairs_inherit(void **state)
{
    (void)state;
    struct rules rules;
    struct error error;
    char path[64], text[2048];
    snprintf(text, sizeof text,
             "[pair second]\nmetric = latency_p99_ns\neffect = -10%%\n"
             "%s[pair first]\nkind = crossover\nsweep = conc:1, 16,256\n[chart]\nscript = sweep\ntitle = T\n",
             whole);
    assert_int_equal(load(text, &rules, &error, path, sizeof path), 0);
    const struct rule *rule = &rules.rules[0];
    assert_int_equal(rule->pair_count, 2);
    assert_string_equal(rule->pairs[0].name, "second");
    assert_int_equal(rule->pairs[0].metric, COLUMN_LATENCY_P99_NS);
    assert_true(rule->pairs[0].effect == -0.1);
    assert_string_equal(rule->pairs[0].better, "cpu/sum-squares/thread-pool/workers:max");
    assert_int_equal(rule->pairs[1].kind, RULE_CROSSOVER);
    assert_int_equal(rule->pairs[1].sweep.count, 3);
    assert_string_equal(rule->pairs[1].sweep.values[1], "16");
    assert_int_equal(rule->pairs[1].sweep_quick.count, 3);
    assert_string_equal(rule->chart_title, "T");
    rules_free(&rules);
}

static void test_comparisons(void **state)
{
    (void)state;
    struct rules rules;
    struct error error;
    struct comparison comparisons[8];
    char path[64], text[2048], name[CELL_NAME_BYTES];
    snprintf(text, sizeof text, "%ssweep = terms:1000,100,10\nsweep_quick = terms:1000,30\n", whole);
    assert_int_equal(load(text, &rules, &error, path, sizeof path), 0);
    const struct rule *rule = &rules.rules[0];
    static const struct {
        enum rule_values values;
        int count;
        const char *sweep[4];
    } cases[] = {{RULE_VALUES_FULL, 3, {"1000", "100", "10"}},
                 {RULE_VALUES_QUICK, 2, {"1000", "30"}},
                 {RULE_VALUES_ANY, 4, {"1000", "100", "30", "10"}}};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(rule_comparisons(rule, "cpython", cases[i].values, 4, comparisons, 8, &error),
                         cases[i].count);
        for (int k = 0; k < cases[i].count; k++)
            assert_string_equal(comparisons[k].sweep_value, cases[i].sweep[k]);
    }
    cell_format(&comparisons[3].better, name);
    assert_string_equal(name, "cpython/cpu/sum-squares/thread-pool/workers:4/terms:10");
    cell_format(&comparisons[3].worse, name);
    assert_string_equal(name, "cpython/cpu/sum-squares/serial/terms:10");
    assert_true(comparisons[3].parallelism);
    assert_ptr_equal(comparisons[3].pair, &rule->pairs[0]);
    assert_int_equal(rule_comparisons(rule, "native", RULE_VALUES_ANY, 4, comparisons, 1, &error), 4);
    rules_free(&rules);
}

/* What the quick profile leaves out, and what it does not. */
static void test_full_only(void **state)
{
    (void)state;
    struct rules rules;
    struct error error;
    struct comparison comparisons[8];
    char path[64], text[2048];
    snprintf(text, sizeof text,
             "%s[pair a]\nquick = yes\n[pair b]\nquick = no\n[pair c]\nkind = curve\nquick = no\n"
             "sweep = terms:1,2\n",
             whole);
    assert_int_equal(load(text, &rules, &error, path, sizeof path), 0);
    assert_int_equal(
        rule_comparisons(&rules.rules[0], "native", RULE_VALUES_QUICK, 4, comparisons, 8, &error), 1);
    assert_string_equal(comparisons[0].pair->name, "a");
    assert_int_equal(rule_comparisons(&rules.rules[0], "native", RULE_VALUES_FULL, 4, comparisons, 8, &error),
                     4);
    assert_int_equal(comparisons[3].pair->kind, RULE_CURVE);
    rules_free(&rules);
}

static void test_malformed(void **state)
{
    (void)state;
    static const struct {
        const char *text; /* after `whole` */
        unsigned line;
        const char *reason;
    } cases[] = {
        {"colour = blue\n", 10, "unknown key 'colour' in [rule]; known: claim"},
        {"claim = again\n", 10, "claim stands twice"},
        {"kind = equal\n", 10, "kind stands twice, first in line 5"},
        {"[rul]\nkind = equal\n", 11,
         "unknown section [rul]; known: [rule], [pair NAME], [model NAME], [chart]"},
        {"[pair x]\nkind = bigger\n", 11, "unknown kind 'bigger'; known: compare, equal, crossover"},
        {"[pair x]\nmetric = speed\n", 11, "unknown metric 'speed'; known: wall_ns, items_per_second"},
        {"[pair x]\nmetric = block\n", 11, "unknown metric 'block'"},
        {"[pair x]\neffect = 10\n", 11, "effect '10' is no percentage"},
        {"[pair x]\neffect = ten%\n", 11, "effect 'ten%' is no percentage"},
        {"[pair x]\neffect = -100%\n", 11, "effect '-100%' is no percentage"},
        {"[pair x]\nkind = equal\neffect = -5%\n", 12, "the effect of kind equal must be above 0%"},
        {"[pair x]\nbetter = cpu/sum-squares\n", 11, "better: cell 'cpu/sum-squares' is too short"},
        {"[pair x]\nworse = cpu/sum-squares/serial/workers:none\n", 11, "worse: cell"},
        {"[pair x]\nbetter = cpu/sum-squares/serial\n", 7, "better and worse are the same cell"},
        {"[pair x]\nsweep = 1,2,3\n", 11, "sweep '1,2,3' reads not KEY:VALUE"},
        {"[pair x]\nsweep = conc:1,,2\n", 11, "sweep: conc:"},
        {"[pair x]\nsweep = conc:1,none\n", 11, "sweep: conc:none is not a whole number"},
        {"[pair x]\nsweep = conc:1,1\n", 11, "value '1' stands twice"},
        {"[pair x]\nsweep_quick = conc:1,2\n", 11, "sweep_quick without sweep"},
        {"[pair x]\nsweep = conc:1,2\nsweep_quick = terms:1,2\n", 12,
         "sweep_quick is over 'terms', sweep over 'conc'"},
        {"[pair x]\nkind = crossover\n", 11, "a crossover needs a sweep"},
        {"[pair x]\nkind = crossover\nsweep = conc:4\n", 12, "two values"},
        {"[pair x]\nkind = crossover\nsweep = conc:4,1,2\n", 12, "rise, or that fall"},
        {"[pair x]\nkind = crossover\nsweep = start:fork,spawn\n", 12, "positive numbers"},
        {"[rule]\nbranch = processes\n", 11, "branch is no 'WORK: MODEL'"},
        {"[pair x]\ncolour = blue\n", 11, "unknown key 'colour' in [pair x]; known: kind, better"},
        {"[pair ]\nkind = equal\n", 11, "the name of [pair ] is empty"},
        {"[chart]\nscript = pie\n", 11, "unknown chart script 'pie'; known: bars, sweep, map"},
        {"[chart]\nlegend = no\n", 11,
         "unknown key 'legend' in [chart]; known: script, title, items, axis, axis_y"},
        {"[pair x]\nquick = maybe\n", 11, "quick 'maybe' is neither yes nor no"},
        {"[pair x]\nkind = curve\n", 11, "pair x has no sweep; required: kind, better, worse, metric, sweep"},
        {"[pair x]\nkind = curve\nsweep = conc:1\n", 12, "a curve needs two values at least"},
        {"[pair x]\nkind = curve\nsweep = conc:1,2\neffect = 5%\n", 13, "kind curve has no effect"},
        {"[pair x]\nkind = curve\nsweep = conc:1,2\n", 11, "the first pair is a curve, which nothing judges"},
        {"[pair x]\nsweep_y = conc:1,2\n", 11, "kind compare has no sweep_y"},
        {"[pair x]\nkind = map\n", 11, "pair x has no sweep; required: kind, metric, effect, sweep, sweep_y"},
        {"[model x]\ncell = cpu/sum-squares/serial\n", 11, "[model x]: only a rule of kind map has models"},
        {"[chart]\nscript = map\n", 2, "the chart of kind map is a map, and that of no other"},
        {"nonsense\n", 10, "neither [section] nor key = value"},
        {"[pair open\nkind = equal\n", 10, "neither [section] nor key = value"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rules rules;
        struct error error = {""};
        char path[64], text[2048], where[96];
        snprintf(text, sizeof text, "%s%s", whole, cases[i].text);
        assert_int_equal(load(text, &rules, &error, path, sizeof path), -1);
        snprintf(where, sizeof where, "%s:%u: ", path, cases[i].line);
        if (strncmp(error.text, where, strlen(where)) != 0 || !strstr(error.text, cases[i].reason))
            fail_msg("expected '%s%s', got '%s'", where, cases[i].reason, error.text);
        rules_free(&rules);
    }
}

static void test_a_cell_keeps_the_swept_key_that_it_names(void **state)
{
    (void)state;
    static const char text[] =
        "[rule]\nclaim = c\nruntimes = native\nkind = crossover\nmetric = items_per_second\n"
        "effect = 10%\nbetter = a/b/thread-pool\nworse = a/b/thread-pool/room:1\n"
        "sweep = room:1,4\n";
    struct rules rules;
    struct error error = {""};
    struct comparison comparisons[2];
    char path[64], better[CELL_NAME_BYTES], worse[CELL_NAME_BYTES];
    if (load(text, &rules, &error, path, sizeof path))
        fail_msg("%s", error.text);
    assert_int_equal(rule_comparisons(&rules.rules[0], "native", RULE_VALUES_FULL, 2, comparisons, 2, &error),
                     2);
    cell_format(&comparisons[1].better, better);
    cell_format(&comparisons[1].worse, worse);
    assert_string_equal(better, "native/a/b/thread-pool/room:4");
    assert_string_equal(worse, "native/a/b/thread-pool/room:1");
    rules_free(&rules);
}

static const char map[] =
    "[rule]\nclaim = c\nruntimes = native cpython\nkind = map\nmetric = items_per_second\n"
    "effect = 10%\nsweep = conc:1,100\nsweep_quick = conc:1\nsweep_y = share:0,50,100\n"
    "[model a]\ncell = m/w/process-pool/workers:max\npick = share >= 50\n"
    "[model b]\ncell = m/w/thread-pool\npick = else\n"
    "[model c]\ncell = m/w/coroutines\nlabel = many\nwhere = conc > 1, share < 100\nquick = no\n";

static void test_map(void **state)
{
    (void)state;
    static const struct {
        enum rule_values values;
        int count;
    } cases[] = {{RULE_VALUES_FULL, 6 + 2}, {RULE_VALUES_QUICK, 3}, {RULE_VALUES_ANY, 6 + 2}};
    struct rules rules;
    struct error error = {""};
    struct comparison comparisons[16];
    char path[64], name[CELL_NAME_BYTES];
    if (load(map, &rules, &error, path, sizeof path))
        fail_msg("%s", error.text);
    const struct rule *rule = &rules.rules[0];
    assert_int_equal(rule->pairs[0].kind, RULE_MAP);
    assert_string_equal(rule->chart_script, "map");
    assert_string_equal(rule->chart_axis_y, "share");
    assert_string_equal(rule->models[0].label, "a");
    assert_string_equal(rule->models[2].label, "many");
    assert_string_equal(rule_map_pick(rule, "100", "0")->name, "b");
    assert_string_equal(rule_map_pick(rule, "1", "50")->name, "a");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(rule_comparisons(rule, "cpython", cases[i].values, 4, comparisons, 16, &error),
                         cases[i].count);
    /* By conc, then share; the first of the two is the other one, the second what is picked. */
    cell_format(&comparisons[0].better, name);
    assert_string_equal(name, "cpython/m/w/process-pool/workers:1/conc:1/share:0");
    cell_format(&comparisons[0].worse, name);
    assert_string_equal(name, "cpython/m/w/thread-pool/conc:1/share:0");
    cell_format(&comparisons[6].better, name);
    assert_string_equal(name, "cpython/m/w/coroutines/conc:100/share:50");
    cell_format(&comparisons[6].worse, name);
    assert_string_equal(name, "cpython/m/w/process-pool/workers:4/conc:100/share:50");
    comparison_word_place(&comparisons[6], name, sizeof name);
    assert_string_equal(name, "conc:100 share:50");
    rules_free(&rules);
}

/* from: a piece of the map above, and what stands there instead. */
static void test_malformed_map(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
        unsigned line;
        const char *reason;
    } cases[] = {
        {"sweep_y = share:0,50,100\n", "", 2, "the rule has no sweep_y"},
        {"share:0,50,100", "conc:1,2", 2, "sweep and sweep_y are both over 'conc'"},
        {"share:0,50,100", "share:0,100,50", 2, "the values of share in a map are numbers that rise"},
        {"share:0,50,100", "share:low,high", 2, "the values of share in a map are numbers that rise"},
        {"pick = else\n", "", 11, "at conc:1 share:0 no model is picked; give one pick = else"},
        {"pick = else\n", "pick = else\nwhere = conc > 1\n", 14,
         "at conc:1 share:0 model b is picked where it is not"},
        {"pick = else\n", "pick = else\nquick = no\n", 14, "model b is picked, and cannot have quick = no"},
        {"share >= 50", "share", 12,
         "pick: 'share' compares no swept key with a number, such as conc <= 100"},
        {"share >= 50", "size >= 50", 11, "model a asks for 'size', and the map is over conc and share"},
        {"share >= 50", "share>1,share>2,share>3,share>4,share>5", 12, "pick has more than 4 conditions"},
        {"workers:max", "conc:3", 11, "model a: its cell names conc, which the map sweeps"},
        {"cell = m/w/thread-pool\n", "", 14, "model b has no cell"},
        {"cell = m/w/thread-pool", "cell = thread-pool", 14, "cell: cell 'thread-pool' is too short"},
        {"quick = no", "quick = maybe", 20, "quick 'maybe' is neither yes nor no"},
        {"quick = no", "colour = red", 20,
         "unknown key 'colour' in [model c]; known: cell, label, where, pick"},
        {"quick = no", "label = more", 20, "label stands twice"},
        {"quick = no", "[chart]\nscript = bars", 2, "the chart of kind map is a map"},
        {"[model c]", "[pair c]", 18, "unknown key 'label' in [pair c]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rules rules;
        struct error error = {""};
        char path[64], text[2048], where[96];
        const char *at = strstr(map, cases[i].from);
        assert_non_null(at);
        snprintf(text, sizeof text, "%.*s%s%s", (int)(at - map), map, cases[i].to,
                 at + strlen(cases[i].from));
        assert_int_equal(load(text, &rules, &error, path, sizeof path), -1);
        snprintf(where, sizeof where, "%s:%u: ", path, cases[i].line);
        if (strncmp(error.text, where, strlen(where)) != 0 || !strstr(error.text, cases[i].reason))
            fail_msg("expected '%s%s', got '%s'", where, cases[i].reason, error.text);
        rules_free(&rules);
    }
}

static void test_fact(void **state)
{
    (void)state;
    static const char text[] = "[rule]\nclaim = c\nruntimes = native\nkind = fact\nmetric = value\n"
                               "[pair more]\ncell = a/b/thread-pool/workers:max\nexpect = > 0.5\n"
                               "[pair none]\ncell = a/b/serial\nexpect = = 0\n";
    static const char *const wrong[][2] = {
        {"expect = 0", "expect '0' is no comparison with a number, such as > 0, >= 3 or = 0"},
        {"expect = > x", "expect '> x' is no comparison"},
        {"expect = > 1 2", "expect '> 1 2' is no comparison"},
        {"better = a/b/serial", "fact"},
        {"effect = 10%", "fact"},
    };
    struct rules rules;
    struct error error = {""};
    struct comparison comparison;
    char path[64], name[CELL_NAME_BYTES], broken[1024];
    if (load(text, &rules, &error, path, sizeof path))
        fail_msg("%s", error.text);
    const struct rule_pair *pairs = rules.rules[0].pairs;
    assert_int_equal(pairs[0].kind, RULE_FACT);
    assert_int_equal(pairs[0].expect, RULE_EXPECT_ABOVE);
    assert_true(pairs[0].expected == 0.5);
    assert_int_equal(pairs[1].expect, RULE_EXPECT_EQUAL);
    assert_true(pairs[1].expected == 0);
    assert_int_equal(rule_pair_comparisons(&rules.rules[0], &pairs[0], "native", RULE_VALUES_ANY, 4,
                                           &comparison, 1, &error),
                     1);
    cell_format(&comparison.better, name);
    assert_string_equal(name, "native/a/b/thread-pool/workers:4");
    rules_free(&rules);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        snprintf(broken, sizeof broken, "%s[pair bad]\ncell = a/b/serial\n%s\n", text, wrong[i][0]);
        assert_int_equal(load(broken, &rules, &error, path, sizeof path), -1);
        if (!strstr(error.text, wrong[i][1]))
            fail_msg("expected '%s', got '%s'", wrong[i][1], error.text);
        rules_free(&rules);
    }
}

/* Pairs of machines with more than two units; and the half of a machine that a placement beside others
 * leaves. */
static void test_pairs_of_larger_machines(void **state)
{
    (void)state;
    static const char text[] =
        "[rule]\nclaim = c\nruntimes = native\nkind = equal\nmetric = items_per_second\neffect = 10%\n"
        "[pair small]\nbetter = a/b/thread-pool/workers:max\nworse = a/b/serial\n"
        "[pair large]\nunits_min = 3\nbetter = a/b/thread-pool/workers:max/place:split\n"
        "worse = a/b/serial/place:split\n";
    static const struct {
        unsigned units;
        int comparisons;
        const char *workers;
    } cases[] = {{2, 1, ""}, {3, 2, "workers:2"}, {4, 2, "workers:2"}, {16, 2, "workers:8"}};
    struct rules rules;
    struct error error = {""};
    struct comparison comparisons[2];
    char path[64], name[CELL_NAME_BYTES];
    if (load(text, &rules, &error, path, sizeof path))
        fail_msg("%s", error.text);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(rule_comparisons(&rules.rules[0], "native", RULE_VALUES_ANY, cases[i].units,
                                          comparisons, 2, &error),
                         cases[i].comparisons);
        if (cases[i].comparisons < 2)
            continue;
        cell_format(&comparisons[1].better, name);
        if (!strstr(name, cases[i].workers))
            fail_msg("%u units: expected %s, got %s", cases[i].units, cases[i].workers, name);
    }
    rules_free(&rules);
    static const char bad[] =
        "[rule]\nclaim = c\nruntimes = native\nkind = equal\nmetric = items_per_second\neffect = 10%\n"
        "better = a/b/thread-pool\nworse = a/b/serial\nunits_min = few\n";
    assert_int_equal(load(bad, &rules, &error, path, sizeof path), -1);
    assert_non_null(strstr(error.text, "units_min 'few' is no number of processing units"));
    rules_free(&rules);
}

static void test_missing(void **state)
{
    (void)state;
    static const char *const keys[] = {"claim", "runtimes", "kind", "better", "worse", "metric", "effect"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        struct rules rules;
        struct error error = {""};
        char path[64], text[2048], reason[64];
        snprintf(text, sizeof text, "%s", whole);
        memcpy(strstr(text, keys[i]), ";;;;;;;;;;", 3);
        assert_int_equal(load(text, &rules, &error, path, sizeof path), -1);
        snprintf(reason, sizeof reason, "no %s", keys[i]);
        if (!strstr(error.text, reason) || !strstr(error.text, "a-rule.ini:"))
            fail_msg("expected '%s', got '%s'", reason, error.text);
        rules_free(&rules);
    }
    struct rules rules;
    struct error error;
    char path[64], text[2048];
    assert_int_equal(load("", &rules, &error, path, sizeof path), -1);
    assert_non_null(strstr(error.text, "no [rule]"));
    rules_free(&rules);
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_int_equal(load(text, &rules, &error, path, sizeof path), -1);
    rules_free(&rules);
    assert_int_equal(rules_load("/nonexistent", &rules, &error), -1);
    rules_free(&rules);
    char folder[] = "/tmp/crosspoint-test-XXXXXX";
    assert_non_null(mkdtemp(folder));
    assert_int_equal(rules_load(folder, &rules, &error), -1);
    assert_non_null(strstr(error.text, "no rule file"));
    rules_free(&rules);
    rmdir(folder);
}

static void test_our_own(void **state)
{
    (void)state;
    static const char *const ids[] = {"cpu-parallel-beats-serial", "cpu-processes-beat-threads",
                                      "cpu-threads-gain-nothing",  "io-many-event-loop-beats-threads",
                                      "io-threads-beat-serial",    "one-core-cpu-does-not",
                                      "one-core-io-gains",         "pool-beats-per-task",
                                      "thread-creation-cheaper"};
    struct rules rules;
    struct error error;
    char path[512];
    snprintf(path, sizeof path, "%s/bench/rules", source_root);
    if (rules_load(path, &rules, &error))
        fail_msg("%s", error.text);
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        assert_non_null(rules_find(&rules, ids[i]));
    for (size_t i = 1; i < rules.count; i++)
        assert_true(strcmp(rules.rules[i - 1].id, rules.rules[i].id) < 0);
    rules_free(&rules);
}

/* argv[1]: the root of the source tree */
int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_rule),      cmocka_unit_test(test_pairs_inherit),
        cmocka_unit_test(test_comparisons),   cmocka_unit_test(test_full_only),
        cmocka_unit_test(test_malformed),     cmocka_unit_test(test_a_cell_keeps_the_swept_key_that_it_names),
        cmocka_unit_test(test_fact),          cmocka_unit_test(test_map),
        cmocka_unit_test(test_malformed_map), cmocka_unit_test(test_pairs_of_larger_machines),
        cmocka_unit_test(test_missing),       cmocka_unit_test(test_our_own),
    };
    if (argc > 1)
        source_root = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
