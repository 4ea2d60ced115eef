/* SPDX-License-Identifier: MIT */
/* Injected slowdowns: the second build does exactly so many per cent more work under the same name. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run_setup.h"
#include "selftest.h"
#include "selftest_cells.h"
#include "statistics.h"

/* A hundred divides terms, so that each percentage of it is a whole number; each replicate has terms of its
 * own, and hence a name and a comparison of its own. A task takes long enough (some 0.2 ms) for what the
 * queue costs to be far below 1 % of it: that part does not grow with the work. */
enum { TERMS_MIN = 200000, TERMS_STEP = 100, BLOCKS = 20, INJECTIONS_MAX = 8, EFFECT_PERCENT = 5, ROUND = 5 };

static const double power_min = 0.95, bias_max = 0.01, bias_max_double = 0.02;

struct injection {
    unsigned percent, replicates;
};

/* 60 of 60 found show a power of 95 % with a confidence of 95 %. */
static const struct injection slowdowns[] = {{2, 10}, {5, 10}, {10, 60}, {20, 10}, {50, 10}, {0}};
static const struct injection slowdowns_quick[] = {{2, 1}, {10, 4}, {0}};
static const struct injection twice[] = {{100, 10}, {0}};
static const struct injection twice_quick[] = {{100, 2}, {0}};

/* All units are kept busy: what a unit loses while its neighbours work, on a shared core say, it then always
 * loses, in both builds. */
struct replicate {
    char name[CELL_NAME_BYTES];
    unsigned percent;
    uint64_t terms;
};
struct replicates {
    struct replicate *all;
    size_t count;
};

static int name_replicate(struct replicate *replicate, struct error *error)
{
    struct cell cell;
    char terms[24];
    snprintf(terms, sizeof terms, "%" PRIu64, replicate->terms);
    if (cell_parse(selftest_cells.busy, NULL, &cell, error) ||
        cell_set(&cell, selftest_cells.busy_key, terms, error))
        return -1;
    cell_format(&cell, replicate->name);
    return 0;
}

static int make_replicates(const struct injection *injections, struct replicates *replicates,
                           struct error *error)
{
    size_t wanted = 0;
    for (const struct injection *of = injections; of->percent; of++)
        wanted += of->replicates;
    *replicates = (struct replicates){.all = calloc(wanted, sizeof *replicates->all)};
    if (!replicates->all)
        return error_set(error, "out of memory");
    for (const struct injection *of = injections; of->percent; of++)
        for (unsigned i = 0; i < of->replicates; i++) {
            struct replicate *replicate = &replicates->all[replicates->count];
            replicate->percent = of->percent;
            replicate->terms = TERMS_MIN + TERMS_STEP * replicates->count++;
            if (name_replicate(replicate, error))
                return -1;
        }
    return 0;
}

/* All replicates do nearly the same work: the first is calibrated. */
static int add_replicates(struct session *session, const struct replicates *replicates, struct error *error)
{
    struct plan *plan = &session->plan;
    for (size_t i = 0; i < replicates->count; i++) {
        struct replicate *replicate = &replicates->all[i];
        long added = selftest_add(session, replicate->name, error);
        if (added < 0)
            return -1;
        if (i == 0 && session_calibrate(session))
            return 1;
        plan->cells[added].items = plan->cells[0].items;
        plan->cells[added].launch_s = plan->cells[0].launch_s;
        memcpy(replicate->name, plan->cells[added].name, sizeof replicate->name);
    }
    return 0;
}

/* The partners keep their names, by which they are compared. */
static int inject(struct session *session, const struct replicates *replicates, struct error *error)
{
    struct plan *plan = &session->plan;
    if (plan_double(plan))
        return error_set(error, "out of memory");
    for (size_t i = 0; i < replicates->count; i++) {
        char terms[24];
        const struct replicate *replicate = &replicates->all[i];
        uint64_t more = replicate->terms / 100 * (100 + replicate->percent);
        snprintf(terms, sizeof terms, "%" PRIu64, more);
        if (cell_set(&plan->cells[replicates->count + i].cell, selftest_cells.busy_key, terms, error))
            return -1;
    }
    return 0;
}

static int measure(const struct selftest *selftest, const char *name, const struct replicates *replicates,
                   struct error *error)
{
    const struct selftest_part part = {.name = name,
                                       .builds = 2,
                                       .blocks = BLOCKS,
                                       .launch_ms = selftest->quick ? 20 : 50,
                                       .timeout_s = 30,
                                       .gate = true};
    struct session session;
    int result = selftest_open(selftest, &part, &session, error);
    if (result == 0)
        result = add_replicates(&session, replicates, error);
    if (result == 0)
        result = inject(&session, replicates, error);
    if (result == 0)
        result = selftest_measure(selftest, &part, &session, error);
    run_setup_close(&session);
    return result;
}

/* What became of the replicates of one injection. */
struct outcome {
    unsigned percent, replicates;
    double *estimates, *detectable; /* [n] */
    size_t n, found, blocks;
    struct selftest_tally tally;
};

/* Each replicate is one experiment with one comparison, repeated: judged alone. */
static int collect_one(const struct replicate *replicate, const struct compare_runs *of,
                       struct outcome *outcome, struct error *error)
{
    struct compared one;
    int result = selftest_compare_alone(of, replicate->name, &one, error);
    const struct compare_row *row = one.rows;
    if (result == 0 && one.count)
        selftest_tally_add(&outcome->tally, &one, row);
    if (result == 0 && one.count && row->comparable) {
        outcome->estimates[outcome->n] = row->ratio;
        outcome->detectable[outcome->n++] = row->detectable;
        outcome->found += row->verdict == COMPARE_SLOWER;
        outcome->blocks = row->n_base < outcome->blocks ? row->n_base : outcome->blocks;
    }
    compared_free(&one);
    return result;
}

/* Blocks that count and in which nothing at all was amiss: beyond a number of repeats, slightly disturbed
 * ones count too. */
static int count_quiet(const struct selftest *selftest, const char *part, size_t *quiet, struct error *error)
{
    size_t index;
    json_t *block, *run = selftest_load_run(selftest, part, error);
    *quiet = 0;
    json_array_foreach(json_object_get(run, "blocks"), index, block)
    {
        const char *decision = json_string_value(json_object_get(block, "decision"));
        const char *reason = json_string_value(json_object_get(block, "reason"));
        *quiet += decision && strcmp(decision, "accepted") == 0 && reason && !*reason;
    }
    json_decref(run);
    return run ? 0 : -1;
}

static int collect(const struct selftest *selftest, const char *part, const struct replicates *replicates,
                   struct outcome *outcomes, struct error *error)
{
    struct compare_runs of;
    size_t quiet = 0;
    int result = selftest_compare(selftest, part, &of, error);
    if (result == 0)
        result = count_quiet(selftest, part, &quiet, error);
    for (size_t i = 0; i < replicates->count && result == 0; i++) {
        struct outcome *outcome = outcomes;
        while (outcome->percent != replicates->all[i].percent)
            outcome++;
        outcome->blocks = quiet < outcome->blocks ? quiet : outcome->blocks;
        result = collect_one(&replicates->all[i], &of, outcome, error);
    }
    compare_runs_free(&of);
    return result;
}

/* How much the machine's noise let be seen. */
static void explain_power(const struct outcome *outcome, struct selftest_check *check)
{
    struct median_interval middle;
    size_t used = strlen(check->detail);
    if (outcome->n && statistics_median(outcome->detectable, outcome->n, 0.95, &middle) == 0)
        snprintf(check->detail + used, sizeof check->detail - used,
                 "; in this noise %.2g %% beyond the effect can be found", 100 * middle.median);
}

/* Below the effect none may be found, at it either answer is right, above it all must be. */
static int judge(struct selftest *selftest, const struct outcome *outcome, struct error *error)
{
    char subject[64];
    unsigned percent = outcome->percent;
    struct selftest_check *check;
    if (outcome->replicates > 1) {
        snprintf(subject, sizeof subject, "+%u %%: the ratio", percent);
        check = selftest_checks_add(&selftest->checks, "slowdown", subject);
        if (!check)
            return error_set(error, "out of memory");
        selftest_judge_estimate(outcome->estimates, outcome->n, outcome->replicates, 100.0 / (100 + percent),
                                bias_max, check);
    }
    if (percent == EFFECT_PERCENT)
        return 0;
    snprintf(subject, sizeof subject, "+%u %%: %s", percent,
             percent < EFFECT_PERCENT ? "no verdict" : "found slower");
    check = selftest_checks_add(&selftest->checks, "slowdown", subject);
    if (!check)
        return error_set(error, "out of memory");
    if (percent < EFFECT_PERCENT) {
        selftest_judge_false(&outcome->tally, 0, false, check);
        return 0;
    }
    selftest_judge_power(outcome->found, outcome->n, outcome->replicates, power_min, outcome->blocks, BLOCKS,
                         check);
    explain_power(outcome, check);
    return 0;
}

static int begin_outcomes(const struct injection *injections, size_t room, struct outcome *outcomes,
                          struct error *error)
{
    for (size_t i = 0; injections[i].percent; i++) {
        outcomes[i] = (struct outcome){
            .percent = injections[i].percent, .replicates = injections[i].replicates, .blocks = BLOCKS};
        outcomes[i].estimates = calloc(2 * room + 1, sizeof *outcomes[i].estimates);
        if (!outcomes[i].estimates)
            return error_set(error, "out of memory");
        outcomes[i].detectable = outcomes[i].estimates + room;
    }
    return 0;
}

/* A few replicates at a time: a block is short then, and partners in it stand close together. */
static int measure_rounds(const struct selftest *selftest, const struct replicates *replicates,
                          struct outcome *outcomes, struct error *error)
{
    size_t rounds = (replicates->count + ROUND - 1) / ROUND;
    int result = 0;
    for (size_t round = 0; round < rounds && result == 0; round++) {
        char part[32];
        size_t from = round * ROUND, left = replicates->count - from;
        struct replicates some = {.all = replicates->all + from, .count = left < ROUND ? left : ROUND};
        snprintf(part, sizeof part, "slowdown-%zu", round + 1);
        selftest_announce(selftest, "injected slowdowns, round %zu of %zu", round + 1, rounds);
        result = measure(selftest, part, &some, error);
        if (result == 0)
            result = collect(selftest, part, &some, outcomes, error);
    }
    return result;
}

int selftest_slowdown(struct selftest *selftest, struct error *error)
{
    const struct injection *injections = selftest->quick ? slowdowns_quick : slowdowns;
    struct outcome outcomes[INJECTIONS_MAX] = {{.percent = 0}};
    struct replicates replicates;
    int result = make_replicates(injections, &replicates, error);
    if (result == 0)
        result = begin_outcomes(injections, replicates.count, outcomes, error);
    if (result == 0)
        result = measure_rounds(selftest, &replicates, outcomes, error);
    for (size_t i = 0; outcomes[i].percent && result == 0; i++)
        result = judge(selftest, &outcomes[i], error);
    for (size_t i = 0; outcomes[i].percent; i++)
        free(outcomes[i].estimates);
    free(replicates.all);
    return result;
}

/* Twice the work */

static int judge_double(struct selftest *selftest, const struct compare_runs *of, struct error *error)
{
    const struct compare_options options = of->compared.options;
    double *estimates = calloc(of->compared.count + 1, sizeof *estimates);
    size_t n = 0;
    if (!estimates)
        return error_set(error, "out of memory");
    for (size_t i = 0; i < of->compared.count; i++)
        if (of->compared.rows[i].comparable)
            estimates[n++] = 1 / of->compared.rows[i].ratio;
    struct selftest_check *check = selftest_checks_add(&selftest->checks, "double", "twice the work");
    if (check)
        selftest_judge_estimate(estimates, n, of->compared.count, 2, bias_max_double, check);
    free(estimates);
    check = check ? selftest_checks_add(&selftest->checks, "double", "A/B × B/A") : NULL;
    if (!check)
        return error_set(error, "out of memory");
    struct compared back;
    int result = compare_tables(&of->tables[1], &of->tables[0], of->compared.metric, &options, &back, error);
    if (result == 0)
        selftest_judge_inverse(&of->compared, &back, check);
    compared_free(&back);
    return result;
}

int selftest_double(struct selftest *selftest, struct error *error)
{
    struct replicates replicates;
    struct compare_runs of = {.compared = {.rows = NULL}};
    selftest_announce(selftest, "twice the work");
    int result = make_replicates(selftest->quick ? twice_quick : twice, &replicates, error);
    if (result == 0)
        result = measure(selftest, "double", &replicates, error);
    if (result == 0)
        result = selftest_compare(selftest, "double", &of, error);
    if (result == 0)
        result = judge_double(selftest, &of, error);
    compare_runs_free(&of);
    free(replicates.all);
    return result;
}
