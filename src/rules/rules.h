/* SPDX-License-Identifier: MIT */
/* Rules are data: one INI file a rule (bench/rules/NAME.ini). This module reads them and says which cells
 * they need; it knows nothing of results. */
/* clang-format off */
/*
 *     [rule]
 *     claim       what the documents say, one sentence; required
 *     documents   D0 D1 ...
 *     runtimes    native cpython; required
 *     branch      CPU-bound: processes: optional; the branch of the documents' decision tree that rests on it
 *     differs     the interpreter lock: optional; why its verdicts may differ between runtimes
 *                 what follows is required here or in each pair, a pair's overrides:
 *     kind        compare, equal, crossover, fact, map, or curve: measured and drawn, not judged
 *     better      FAMILY/WORKLOAD/MODEL[/key:value ...]; workers:max is what the machine has
 *     worse       the same
 *     metric      a column of samples.csv
 *     effect      10%: the smallest that matters; for compare and crossover it may be negative ("no worse");
 *                 a curve has none
 *                 a fact has no better, worse and effect, but:
 *     cell        FAMILY/WORKLOAD/MODEL[/key:value ...]
 *     expect      > 0, >= 3, = 0, < 2 or <= 1: what the metric is in every launch
 *                 optional, here or in each pair:
 *     sweep       conc:1,4,16,64; compare and equal: a test and a verdict a value; crossover: one in all.
 *                 A cell that names the key itself keeps it: the others are held against that one
 *     sweep_quick conc:1,16,64; what the profiles quick and smoke measure; default: sweep
 *     quick       no: the profiles quick and smoke leave it out; default: yes
 *     units_min   3: the pair is one of machines with so many processing units; default: 1
 *     runtimes    in a pair: it is one of these of the rule's runtimes only
 *                 a map, which is a rule of its own without pairs, has metric, effect, sweep, and
 *     sweep_y     share:0,50,100: the other axis; the values of both are numbers that rise
 *     sweep_y_quick  as sweep_quick
 *
 *     [pair NAME] any number; none: one pair without a name
 *
 *     [model NAME] of a map, two or more: one of those that it may choose between
 *     cell        FAMILY/WORKLOAD/MODEL[/key:value ...] without the swept keys; workers:max is at most conc
 *     label       default: NAME; what the chart calls it
 *     where       share >= 50, conc < 1000: it is one of them where all of these are true; default: everywhere
 *     pick        the same: the tree that is judged picks it there, unless it has picked one that stands before;
 *                 else: everywhere. Without it the model is only what others are held against
 *     quick       no: the profiles quick and smoke leave it out
 *
 *     [chart]
 *     script      bars or sweep: how swept pairs are drawn; pairs without a sweep are bars; a map is a map
 *     title       default: the claim
 *     items       what its items, or the things that value counts, are called: messages; default: tasks
 *     axis        what the swept key is called: in flight at once (conc); default: the key
 *     axis_y      of a map: the same of the other
 *
 *     [answer]    optional: the rule answers one of the questions that a report begins with
 *     question    computing
 *     holds       words for the verdict, or for one of its reasons: an event loop
 *     equivalent  ...
 */
/* clang-format on */
#ifndef CROSSPOINT_RULES_H
#define CROSSPOINT_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "cell.h"
#include "error.h"
#include "result.h"

enum rule_kind { RULE_COMPARE, RULE_EQUAL, RULE_CROSSOVER, RULE_FACT, RULE_MAP, RULE_CURVE, RULE_KIND_COUNT };
extern const char *const rule_kind_names[RULE_KIND_COUNT];

enum rule_expect {
    RULE_EXPECT_EQUAL,
    RULE_EXPECT_ABOVE,
    RULE_EXPECT_AT_LEAST,
    RULE_EXPECT_BELOW,
    RULE_EXPECT_AT_MOST,
    RULE_EXPECT_COUNT
};
extern const char *const rule_expect_signs[RULE_EXPECT_COUNT]; /* "=", ">", ">=", "<", "<=" */

enum {
    RULE_PAIRS_MAX = 12,
    RULE_SWEEP_MAX = 16,
    RULE_RUNTIMES_MAX = 2,
    RULE_ANSWERS_MAX = 10,
    RULE_MODELS_MAX = 12,
    RULE_TESTS_MAX = 4,
    RULE_COMPARISONS_MAX = 1024 /* of a rule for one runtime */
};

/* label: a verdict's name or the sub-label in its reason. */
struct rule_words {
    char label[24], words[80];
};
struct rule_answer {
    char question[40]; /* "": none */
    struct rule_words words[RULE_ANSWERS_MAX];
    size_t count;
};
struct rule_sweep {
    char key[24]; /* "": no sweep */
    char values[RULE_SWEEP_MAX][16];
    size_t count;
};
/* Words of a rule for runtimes. */
struct rule_runtimes {
    char words[RULE_RUNTIMES_MAX][16];
    size_t count;
};
struct rule_pair {
    char name[32]; /* "" for the only one */
    enum rule_kind kind;
    char better[CELL_NAME_BYTES],
        worse[CELL_NAME_BYTES]; /* as in the file, without runtime; fact: both the cell */
    enum column metric;
    double effect; /* 0.10 for 10%; fact: 0 */
    enum rule_expect expect;
    double expected; /* fact */
    struct rule_sweep sweep, sweep_quick;
    struct rule_sweep sweep_y, sweep_y_quick; /* map */
    unsigned units_min;
    bool only_full;                /* quick = no */
    struct rule_runtimes runtimes; /* count of 0: all of the rule's */
};
/* All of these are true; none: everywhere. */
struct rule_where {
    struct rule_test {
        char key[24];
        enum rule_expect sign;
        double value;
    } tests[RULE_TESTS_MAX];
    size_t count;
};
struct rule_model {
    char name[40], label[40];
    size_t line;
    char cell[CELL_NAME_BYTES]; /* as in the file, without runtime */
    struct rule_where where, pick;
    bool picked; /* pick is set */
    bool only_full;
};
struct rule {
    char id[64]; /* the file's name without .ini */
    char claim[160];
    char documents[64];
    struct rule_runtimes runtimes;
    struct rule_pair pairs[RULE_PAIRS_MAX];
    size_t pair_count;
    struct rule_model models[RULE_MODELS_MAX]; /* map */
    size_t model_count;
    char chart_script[16], chart_title[160], chart_items[24], chart_axis[64], chart_axis_y[64];
    struct rule_answer answer;
    char branch[80];  /* "": none */
    char differs[80]; /* why its verdicts may differ between runtimes: the interpreter lock */
};
struct rules {
    struct rule *rules; /* sorted by id */
    size_t count;
};

/* Reads one file, or every *.ini of a folder. Malformed: error "FILE:LINE: reason", naming what is known
 * (kinds, keys, metrics). A folder without rules is an error too. Free with rules_free, also after an error.
 */
int rules_load(const char *path, struct rules *rules, struct error *error);
void rules_free(struct rules *rules);
const struct rule *rules_find(const struct rules *rules, const char *id);
/* The metrics that they judge or draw, each once; at most COLUMN_COUNT. Returns how many. */
size_t rules_metrics(const struct rules *rules, enum column *metrics);

/* One measured comparison: a pair at one value of its sweep. */
struct comparison {
    const struct rule *rule;
    const struct rule_pair *pair;
    char sweep_value[16];                  /* "" without sweep */
    char sweep_y_value[16];                /* map; else "" */
    const struct rule_model *rival, *pick; /* map: better and worse are theirs */
    bool better_fixed, worse_fixed;        /* names the swept key itself: the same at every value */
    bool parallelism;          /* workers:max on one side only: says nothing on a single processing unit */
    struct cell better, worse; /* resolved: workers:max replaced, sweep value set */
};

/* Which values of the sweeps: sweep, sweep_quick, or both in the order of the sweep. */
enum rule_values { RULE_VALUES_FULL, RULE_VALUES_QUICK, RULE_VALUES_ANY };

/* Does a rule's word for runtimes ("native", "cpython") stand for this one ("cpython3.11")? */
bool rule_means_runtime(const char *word, const char *runtime);

/* All comparisons of a rule for one runtime, in the order of its pairs and values, of a map by sweep, then
 * sweep_y. There are at most RULE_COMPARISONS_MAX. Writes at most capacity; returns how many there are (0:
 * the rule says nothing of it), or -1 with error (a cell that does not parse).
 */
int rule_comparisons(const struct rule *rule, const char *runtime, enum rule_values values,
                     unsigned workers_max, struct comparison *comparisons, size_t capacity,
                     struct error *error);

/* The same for one of its pairs. */
int rule_pair_comparisons(const struct rule *rule, const struct rule_pair *pair, const char *runtime,
                          enum rule_values values, unsigned workers_max, struct comparison *comparisons,
                          size_t capacity, struct error *error);

/* Where in its sweep it stands: "conc:1000", of a map "conc:1000 share:50"; empty without a sweep. */
void comparison_word_place(const struct comparison *comparison, char *text, size_t text_bytes);

/* What the tree of a map picks at a point. */
const struct rule_model *rule_map_pick(const struct rule *rule, const char *x, const char *y);

/* Is this the value that is expected? */
bool rule_is_expected(enum rule_expect sign, double expected, double value);

#endif
