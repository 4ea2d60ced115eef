/* SPDX-License-Identifier: MIT */
#include "verdict.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "judge_kind.h"

const char *const judgement_names[3] = {"holds", "does not hold", "inconclusive"};

enum { RUNTIMES_MAX = 16 };

const struct judge_kind *const judge_kinds[RULE_KIND_COUNT] = {
    [RULE_COMPARE] = &judge_kind_compare,
    [RULE_EQUAL] = &judge_kind_equal,
    [RULE_CROSSOVER] = &judge_kind_crossover,
    [RULE_FACT] = &judge_kind_fact,
    [RULE_MAP] = &judge_kind_map,
};

struct judge {
    const struct samples *samples;
    struct verdicts *verdicts;
    size_t verdict_room, point_room;
    struct comparison *comparisons; /* RULE_COMPARISONS_MAX */
    char runtimes[RUNTIMES_MAX][16];
    size_t runtime_count;
    struct error *error;
};

/* What to judge */

static bool occurs(const struct samples *samples, const struct cell *cell)
{
    char name[CELL_NAME_BYTES];
    cell_format(cell, name);
    return samples_find(samples, name) != NULL;
}

/* One of its cells alone does not tell that this value was run: it may stand at every value, or be another
 * rule's. */
static bool value_was_run(const struct judge *judge, const struct comparison *comparison)
{
    return occurs(judge->samples, &comparison->better) && occurs(judge->samples, &comparison->worse);
}

static bool rule_was_run(struct judge *judge, const struct rule *rule, const char *runtime, bool *was_run)
{
    int count = rule_comparisons(rule, runtime, RULE_VALUES_ANY, judge->samples->units_max,
                                 judge->comparisons, RULE_COMPARISONS_MAX, judge->error);
    *was_run = false;
    for (int i = 0; i < count && !*was_run; i++)
        *was_run =
            judge->comparisons[i].pair->kind != RULE_CURVE && value_was_run(judge, &judge->comparisons[i]);
    return count >= 0;
}

static struct verdict *add_verdict(struct judge *judge, const struct comparison *comparison)
{
    struct verdicts *verdicts = judge->verdicts;
    if (verdicts->count == judge->verdict_room) {
        size_t room = judge->verdict_room ? 2 * judge->verdict_room : 32;
        struct verdict *grown = realloc(verdicts->verdicts, room * sizeof *grown);
        if (!grown) {
            error_set(judge->error, "out of memory");
            return NULL;
        }
        verdicts->verdicts = grown;
        judge->verdict_room = room;
    }
    struct verdict *verdict = &verdicts->verdicts[verdicts->count++];
    *verdict = (struct verdict){.rule = comparison->rule,
                                .pair = comparison->pair,
                                .point_first = verdicts->point_count,
                                .p_holds = NAN,
                                .p_fails = NAN,
                                .p_holds_adjusted = NAN,
                                .p_fails_adjusted = NAN,
                                .value = NAN,
                                .p = NAN,
                                .p_adjusted = NAN,
                                .crossing = NAN,
                                .crossing_low = NAN,
                                .crossing_high = NAN};
    memcpy(verdict->runtime, comparison->better.runtime, sizeof verdict->runtime);
    snprintf(verdict->pair_name, sizeof verdict->pair_name, "%s", comparison->pair->name);
    return verdict;
}

static int add_point(struct judge *judge, struct verdict *verdict, const struct comparison *comparison)
{
    struct verdicts *verdicts = judge->verdicts;
    if (verdicts->point_count == judge->point_room) {
        size_t room = judge->point_room ? 2 * judge->point_room : 64;
        struct verdict_point *grown = realloc(verdicts->points, room * sizeof *grown);
        if (!grown)
            return error_set(judge->error, "out of memory");
        verdicts->points = grown;
        judge->point_room = room;
    }
    struct verdict_point *point = &verdicts->points[verdicts->point_count++];
    memset(point, 0, sizeof *point);
    point->comparison = *comparison;
    cell_format(&comparison->better, point->better);
    cell_format(&comparison->worse, point->worse);
    char *end;
    point->x = strtod(comparison->sweep_value, &end);
    if (end == comparison->sweep_value || *end)
        point->x = NAN;
    verdict->point_count++;
    return 0;
}

static void name_swept_pair(struct verdict *verdict, const struct comparison *comparison)
{
    const struct rule_pair *pair = comparison->pair;
    snprintf(verdict->pair_name, sizeof verdict->pair_name, "%s%s%s:%s", pair->name, *pair->name ? "@" : "",
             pair->sweep.key, comparison->sweep_value);
}

/* Not of a cell whose launches were too short for it. */
static bool has_figure(const struct judge *judge, const struct cell *cell, enum column metric)
{
    char name[CELL_NAME_BYTES];
    cell_format(cell, name);
    const struct samples_cell *rows = samples_find(judge->samples, name);
    for (size_t i = rows->first; i < rows->first + rows->count; i++)
        if (isfinite(judge->samples->figures[metric][i]))
            return true;
    return rows->rows[STATUS_OK] == 0;
}

/* A pair that the quick profile leaves out is not judged by those of its cells that other pairs measure. */
static bool is_judged(const struct judge *judge, const struct rule_pair *pair, int count)
{
    if (pair->kind == RULE_CURVE)
        return false;
    for (int i = 0; pair->only_full && i < count; i++) {
        const struct comparison *comparison = &judge->comparisons[i];
        if (!value_was_run(judge, comparison) || !has_figure(judge, &comparison->better, pair->metric) ||
            !has_figure(judge, &comparison->worse, pair->metric))
            return false;
    }
    return true;
}

static int list_pair(struct judge *judge, const struct rule *rule, const struct rule_pair *pair,
                     const char *runtime)
{
    int count = rule_pair_comparisons(rule, pair, runtime, RULE_VALUES_ANY, judge->samples->units_max,
                                      judge->comparisons, RULE_COMPARISONS_MAX, judge->error);
    /* 0: a pair of larger machines */
    if (count <= 0 || !is_judged(judge, pair, count))
        return count < 0 ? -1 : 0;
    struct verdict *verdict = NULL;
    for (int i = 0; i < count; i++) {
        const struct comparison *comparison = &judge->comparisons[i];
        if (!value_was_run(judge, comparison))
            continue;
        if (!verdict || !judge_kinds[pair->kind]->sweep_whole) {
            verdict = add_verdict(judge, comparison);
            if (!verdict)
                return -1;
            if (!judge_kinds[pair->kind]->sweep_whole && pair->sweep.count)
                name_swept_pair(verdict, comparison);
        }
        if (add_point(judge, verdict, comparison))
            return -1;
    }
    if (verdict)
        return 0;
    verdict = add_verdict(judge, &judge->comparisons[0]);
    return verdict ? add_point(judge, verdict, &judge->comparisons[0]) : -1;
}

/* The first rule of which nothing was run, and a cell that it lacks. */
static void note_missing(struct judge *judge, const struct rule *rule)
{
    const struct comparison *comparison = &judge->comparisons[0];
    if (judge->verdicts->missing_rule || comparison->rule != rule)
        return;
    judge->verdicts->missing_rule = rule;
    cell_format(occurs(judge->samples, &comparison->better) ? &comparison->worse : &comparison->better,
                judge->verdicts->missing_cell);
}

static int list_rule(struct judge *judge, const struct rule *rule)
{
    bool any_run = false;
    for (size_t i = 0; i < judge->runtime_count; i++) {
        bool was_run;
        if (!rule_was_run(judge, rule, judge->runtimes[i], &was_run))
            return -1;
        any_run |= was_run;
        for (size_t k = 0; was_run && k < rule->pair_count; k++)
            if (list_pair(judge, rule, &rule->pairs[k], judge->runtimes[i]))
                return -1;
    }
    if (!any_run)
        note_missing(judge, rule);
    return 0;
}

/* Those of which there are cells, native first, and the others by name, as the cells are. */
static void list_runtimes(struct judge *judge)
{
    snprintf(judge->runtimes[judge->runtime_count++], sizeof judge->runtimes[0], "native");
    for (size_t i = 0; i < judge->samples->cell_count && judge->runtime_count < RUNTIMES_MAX; i++) {
        char name[sizeof judge->runtimes[0]];
        const char *cell = judge->samples->cells[i].name;
        snprintf(name, sizeof name, "%.*s", (int)strcspn(cell, "/"), cell);
        if (strcmp(name, "native") != 0 && strcmp(name, judge->runtimes[judge->runtime_count - 1]) != 0)
            memcpy(judge->runtimes[judge->runtime_count++], name, sizeof name);
    }
}

/* What was measured */

static void set_absent(struct verdict_point *point)
{
    double *figures[] = {&point->better_median, &point->better_low,      &point->better_high,
                         &point->worse_median,  &point->worse_low,       &point->worse_high,
                         &point->ratio,         &point->ci_low,          &point->ci_high,
                         &point->ci_level,      &point->p_holds,         &point->p_holds_adjusted,
                         &point->p_fails,       &point->p_fails_adjusted};
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        *figures[i] = NAN;
}

static void explain_lack(const struct samples_pairing *pairing, struct verdict_point *point, size_t needed)
{
    const struct judge_lack lack = {
        .left = point->n, .needed = needed, .few = "underpowered", .unit = "blocks"};
    const struct samples_cell *better = pairing->better.cell, *worse = pairing->worse.cell;
    if (!better && !worse)
        snprintf(point->reason, sizeof point->reason, "skipped: not measured");
    else if ((!better || !worse) && (better ? better : worse)->rows[STATUS_OK])
        snprintf(point->reason, sizeof point->reason, "skipped: not measured: %s",
                 better ? point->worse : point->better);
    else
        judge_word_lack(pairing, &lack, point->reason, sizeof point->reason);
}

/* Once it is known how many rules there are: a point with too few blocks is refused. */
static int refuse_point(struct judge *judge, struct verdict_point *point)
{
    const struct samples *samples = judge->samples;
    struct samples_pairing pairing;
    if (*point->reason || point->n >= judge->verdicts->blocks_needed)
        return 0;
    const char *worse = *point->worse ? point->worse : point->better;
    if (samples_pair(samples, samples_find(samples, point->better), samples, samples_find(samples, worse),
                     point->comparison.pair->metric, &pairing))
        return -1;
    explain_lack(&pairing, point, judge->verdicts->blocks_needed);
    samples_pairing_free(&pairing);
    return 0;
}

static int measure(struct judge *judge)
{
    struct verdicts *verdicts = judge->verdicts;
    for (size_t i = 0; i < verdicts->point_count; i++) {
        struct verdict_point *point = &verdicts->points[i];
        set_absent(point);
        if (judge_kinds[point->comparison.pair->kind]->measure(judge->samples, point))
            return -1;
    }
    family_count(verdicts);
    for (size_t i = 0; i < verdicts->point_count; i++)
        if (refuse_point(judge, &verdicts->points[i]))
            return -1;
    return 0;
}

/* What follows */

static int decide(struct verdicts *verdicts)
{
    for (size_t i = 0; i < verdicts->count; i++) {
        struct verdict *verdict = &verdicts->verdicts[i];
        judge_kinds[verdict->pair->kind]->combine(verdict, &verdicts->points[verdict->point_first]);
    }
    if (family_adjust(verdicts))
        return -1;
    for (size_t i = 0; i < verdicts->count; i++) {
        struct verdict *verdict = &verdicts->verdicts[i];
        if (judge_kinds[verdict->pair->kind]->decide(verdicts, verdict,
                                                     &verdicts->points[verdict->point_first]))
            return -1;
    }
    return 0;
}

static void judge_rules(struct verdicts *verdicts)
{
    for (size_t first = 0, end; first < verdicts->count; first = end) {
        enum judgement judgement = JUDGEMENT_HOLDS;
        for (end = first;
             end < verdicts->count && verdicts->verdicts[end].rule == verdicts->verdicts[first].rule &&
             strcmp(verdicts->verdicts[end].runtime, verdicts->verdicts[first].runtime) == 0;
             end++) {
            enum judgement own = verdicts->verdicts[end].judgement;
            if (own == JUDGEMENT_DOES_NOT_HOLD ||
                (own == JUDGEMENT_INCONCLUSIVE && judgement == JUDGEMENT_HOLDS))
                judgement = own;
        }
        for (size_t i = first; i < end; i++)
            verdicts->verdicts[i].rule_judgement = judgement;
    }
}

int verdicts_judge(const struct samples *samples, const struct rules *rules, struct verdicts *verdicts,
                   struct error *error)
{
    memset(verdicts, 0, sizeof *verdicts);
    verdicts->alpha = judge_alpha;
    struct judge judge = {.samples = samples, .verdicts = verdicts, .error = error};
    judge.comparisons = calloc(RULE_COMPARISONS_MAX, sizeof *judge.comparisons);
    int result = judge.comparisons ? 0 : error_set(error, "out of memory");
    list_runtimes(&judge);
    for (size_t i = 0; i < rules->count && !result; i++)
        result = list_rule(&judge, &rules->rules[i]);
    free(judge.comparisons);
    if (result || !verdicts->point_count)
        return result;

    if (measure(&judge) || decide(verdicts))
        return error_set(error, "out of memory");
    judge_rules(verdicts);
    return 0;
}

void verdicts_free(struct verdicts *verdicts)
{
    for (size_t i = 0; i < verdicts->point_count; i++)
        free(verdicts->points[i].samples);
    free(verdicts->points);
    for (size_t i = 0; i < verdicts->count; i++)
        free(verdicts->verdicts[i].tiles);
    free(verdicts->verdicts);
    memset(verdicts, 0, sizeof *verdicts);
}

bool verdicts_judge_cell(const struct verdicts *verdicts, const char *cell)
{
    for (size_t i = 0; i < verdicts->point_count; i++)
        if (strcmp(verdicts->points[i].better, cell) == 0 || strcmp(verdicts->points[i].worse, cell) == 0)
            return true;
    return false;
}

static const struct verdict_point *largest_ratio(const struct verdict_point *points, size_t count)
{
    const struct verdict_point *largest = points;
    for (size_t i = 1; i < count; i++)
        if (points[i].n && (!largest->n || points[i].ratio > largest->ratio))
            largest = &points[i];
    return largest;
}

const struct verdict_point *verdict_main_point(const struct verdicts *verdicts, const struct verdict *verdict)
{
    const struct verdict_point *first = &verdicts->points[verdict->point_first];
    if (verdict->pair->kind == RULE_MAP)
        return largest_ratio(first, verdict->point_count);
    const struct verdict_point *point = first + verdict->point_count - 1;
    while (point > first && !point->n)
        point--;
    return point->n ? point : first + verdict->point_count - 1;
}
