/* SPDX-License-Identifier: MIT */
/* What to run a user's own work with: the candidates, what was measured of each, and what follows from it. */
#ifndef CROSSPOINT_ADVICE_H
#define CROSSPOINT_ADVICE_H

#include <stdbool.h>
#include <stddef.h>

#include "cell.h"
#include "error.h"
#include "rules.h"
#include "samples.h"
#include "workload.h"

enum { ADVICE_CANDIDATES_MAX = 48, ADVICE_FINALISTS_MAX = 6, ADVICE_NOTES_MAX = 16 };

extern const double advice_effect; /* 5 %: within it two are tied, and what costs less memory is taken */

struct advice_candidate {
    struct cell cell;
    char name[CELL_NAME_BYTES], label[80];
    char problem[256]; /* why it could not be measured; empty: it was */
    unsigned in_flight;

    /* From the first look, which only chooses who is measured in earnest. */
    double rate;            /* tasks a second; NaN: not measured */
    double cpu_ns_per_item; /* processor time of a task */

    /* Of finalists, from blocks of their own. */
    bool finalist;
    double median, low, high; /* tasks a second */
    double memory_bytes;      /* NaN: not known */
    /* How many times as fast the chosen one is, with the interval at the level of all comparisons together.
     */
    double ratio, ratio_low, ratio_high;
    double p;        /* of "the chosen one is ahead", adjusted over all comparisons */
    bool tied;       /* behind nobody by more than the effect */
    bool equivalent; /* and shown to be */
};

/* Of one task after the other, in shares of its time. */
struct advice_class {
    double computing, kernel, waiting;
    double item_s;     /* a task */
    double lock;       /* share of computing during which one lock keeps threads from it; NaN: not known */
    double cpu_growth; /* processor time of a task with a worker a unit, against one at a time; NaN: not
                          measured */
    const char *word;  /* "computing" */
};

struct advice {
    char work[64], runtime[16];
    struct advice_candidate candidates[ADVICE_CANDIDATES_MAX];
    size_t count;
    struct advice_class class;
    /* Indices; SIZE_MAX: there is none. */
    size_t serial, fastest, chosen, second, tree;
    unsigned units, blocks, blocks_needed; /* needed: for a p-value below 5 % over all comparisons */
    size_t finalists, comparisons;
    double level;               /* of the intervals of ratios */
    double foreign_cpu, stolen; /* medians over the rows; NaN: unknown */
    double spent_s;
    double pickling_s,
        import_s; /* of a callable: arguments and result of a task; its module. NaN: not known */
    char change[ADVICE_NOTES_MAX][256], untold[ADVICE_NOTES_MAX][256];
    size_t change_count, untold_count;
};

void advice_note_change(struct advice *advice, const char *format, ...) __attribute__((format(printf, 2, 3)));
void advice_note_untold(struct advice *advice, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Why it has no figure, of a row's reason. */
void advice_note_problem(struct advice_candidate *candidate, const char *reason);

/* What the check of a callable found, "; " between, one by one. */
void advice_note_found(struct advice *advice, const char *reason);

/* The candidates for a workload of a runtime: those whose models can run it here, with so many workers or
 * tasks in flight as are worth a try. in_flight_max: 0, or no more than so many. Needs advice->class and
 * ->units. */
struct runtime;
struct topology;
int advice_add_candidates(struct advice *advice, const struct runtime *runtime,
                          const struct workload *workload, const struct topology *topology,
                          unsigned in_flight_max, struct error *error);

/* One cell, completed; its index, or SIZE_MAX with error. */
size_t advice_add(struct advice *advice, const struct cell *cell, struct error *error);

/* Which model the documents' decision tree picks for work that computes `share` percent of its time, with so
 * many tasks at once. NULL: the rule is not there. */
const char *advice_tree_model(const struct rules *rules, double share, unsigned conc, char model[32]);

/* Shares of a row's time. */
void advice_classify(struct advice *advice, const struct row *row);

/* Who goes into the finals, by the first look: the fastest few, what the tree picks, and one after the other.
 */
void advice_choose_finalists(struct advice *advice, size_t most);

/* From the finals' samples to what is chosen. Pure. 0, or -1 with error: nothing was measured, or out of
 * memory. */
int advice_judge(struct advice *advice, const struct samples *samples, struct error *error);

#endif
