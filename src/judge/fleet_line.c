/* SPDX-License-Identifier: MIT */
#include "fleet_line.h"

#include <math.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "distributions.h"
#include "judge.h"
#include "sample.h"

/* What is compared must be the same: the cells, the effect and the kind belong to it. */
struct key {
    const struct fleet_row *row;
    bool is_rule;
    size_t line; /* index + 1; 0: none yet */
};

static int compare_keys(const void *a, const void *b)
{
    const struct key *left = a, *right = b;
    int order = strcmp(left->row->rule, right->row->rule);
    order = order ? order : strcmp(left->row->runtime, right->row->runtime);
    order = order ? order : left->is_rule - right->is_rule;
    if (order || left->is_rule)
        return order;
    order = strcmp(left->row->pair, right->row->pair);
    order = order ? order : strcmp(left->row->kind, right->row->kind);
    if (!order && left->row->cells != right->row->cells)
        order = left->row->cells < right->row->cells ? -1 : 1;
    if (!order && left->row->effect != right->row->effect)
        order = left->row->effect < right->row->effect ? -1 : 1;
    return order;
}

static int add_line(struct fleet_group *group, const struct key *key)
{
    struct fleet_line *grown = array_room(group->lines, group->line_count, sizeof *grown);
    if (!grown)
        return -1;
    group->lines = grown;
    struct fleet_line *line = &group->lines[group->line_count];
    *line = (struct fleet_line){
        .sample = key->row, .is_rule = key->is_rule, .split_p = 1, .number = group->line_count};
    line->median = line->lowest = line->highest = line->excess = line->crossing_low = line->crossing_high =
        NAN;
    line->rows = calloc(group->machine_count + 1, sizeof *line->rows);
    group->line_count += line->rows != NULL;
    return line->rows ? 0 : -1;
}

/* The first row of a machine counts, should a stranger's file have two. rule: the number of the rule's line,
 * which is set, or read. */
static int note(struct fleet_group *group, void **tree, size_t machine, const struct fleet_row *row,
                bool is_rule, size_t *rule)
{
    struct key *key = malloc(sizeof *key), **found = NULL;
    if (!key)
        return -1;
    *key = (struct key){.row = row, .is_rule = is_rule};
    found = tsearch(key, tree, compare_keys);
    if (!found || *found != key)
        free(key);
    if (!found)
        return -1;
    if (!(*found)->line) {
        if (add_line(group, *found))
            return -1;
        (*found)->line = group->line_count;
    }
    struct fleet_line *line = &group->lines[(*found)->line - 1];
    *rule = is_rule ? line->number : *rule;
    line->rule = *rule;
    const struct fleet_row **place = &line->rows[machine];
    *place = *place ? *place : row;
    return 0;
}

/* Figures */

static void count_words(struct fleet_line *line, size_t machines)
{
    for (size_t i = 0; i < machines; i++)
        if (line->rows[i])
            line->words[line->is_rule ? line->rows[i]->rule_word : line->rows[i]->word]++;
}

static bool has_interval(const struct fleet_row *row)
{
    return row && row->low > 0 && row->high > row->low;
}

/* Cochran's Q (1954), with the standard error that an interval of 95 % of the logarithm has; 1 - (k - 1) / Q.
 */
static double excess(const struct fleet_line *line, size_t machines)
{
    double weights = 0, sum = 0, q = 0, z = 2 * normal_quantile((1 + judge_level) / 2);
    size_t count = 0;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < machines; i++) {
            const struct fleet_row *row = line->rows[i];
            if (!has_interval(row) || !(row->ratio > 0))
                continue;
            double error = log(row->high / row->low) / z, weight = 1 / (error * error), x = log(row->ratio);
            count += pass == 0;
            weights += pass == 0 ? weight : 0;
            sum += pass == 0 ? weight * x : 0;
            q += pass == 0 ? 0 : weight * (x - sum / weights) * (x - sum / weights);
        }
    return count < 2 ? NAN : q > 0 ? fmax(0, 1 - (double)(count - 1) / q) : 0;
}

static int set_ratios(struct fleet_line *line, size_t machines)
{
    double *ratios = malloc((machines + 1) * sizeof *ratios);
    if (!ratios)
        return -1;
    for (size_t i = 0; i < machines; i++)
        if (line->rows[i] && line->rows[i]->ratio > 0)
            ratios[line->ratio_count++] = line->rows[i]->ratio;
    qsort(ratios, line->ratio_count, sizeof *ratios, sample_compare);
    size_t n = line->ratio_count;
    line->median = n ? sqrt(ratios[(n - 1) / 2] * ratios[n / 2]) : NAN;
    line->lowest = n ? ratios[0] : NAN;
    line->highest = n ? ratios[n - 1] : NAN;
    line->excess = excess(line, machines);
    free(ratios);
    return 0;
}

static void set_crossings(struct fleet_line *line, size_t machines)
{
    for (size_t i = 0; i < machines; i++) {
        const struct fleet_row *row = line->rows[i];
        if (!row || isnan(row->crossing_low) || isnan(row->crossing_high))
            continue;
        line->crossing_count++;
        line->crossing_low = fmin(line->crossing_low, row->crossing_low);
        line->crossing_high = fmax(line->crossing_high, row->crossing_high);
    }
}

/* Pairs that only later machines have stand with their rule. */
static int by_rule(const void *a, const void *b)
{
    const struct fleet_line *left = a, *right = b;
    if (left->rule != right->rule)
        return left->rule < right->rule ? -1 : 1;
    return left->number < right->number ? -1 : left->number > right->number;
}

int fleet_lines_make(struct fleet_group *group)
{
    void *tree = NULL;
    int result = 0;
    for (size_t i = 0; i < group->machine_count && !result; i++)
        for (size_t k = 0; k < group->machines[i].row_count && !result; k++) {
            const struct fleet_row *row = &group->machines[i].rows[k];
            size_t rule = 0;
            result = note(group, &tree, i, row, true, &rule) || note(group, &tree, i, row, false, &rule);
        }
    tdestroy(tree, free);
    if (!result && group->line_count)
        qsort(group->lines, group->line_count, sizeof *group->lines, by_rule);
    for (size_t i = 0; i < group->line_count && !result; i++) {
        count_words(&group->lines[i], group->machine_count);
        if (group->lines[i].is_rule)
            continue;
        set_crossings(&group->lines[i], group->machine_count);
        result = set_ratios(&group->lines[i], group->machine_count);
    }
    return result ? -1 : 0;
}

void fleet_lines_free(struct fleet_group *group)
{
    for (size_t i = 0; i < group->line_count; i++)
        free(group->lines[i].rows);
    free(group->lines);
    group->lines = NULL;
    group->line_count = 0;
}

/* Up to where a machine shows that `better` is not ahead by the effect: 0 where it is ahead from the first
 * point on. NaN: it does not tell. */
static double not_ahead_up_to(const struct fleet_row *row)
{
    if (!row || strcmp(row->kind, "crossover") != 0 || row->word == FLEET_OPEN)
        return NAN;
    if (!isnan(row->crossing_low))
        return row->crossing_low;
    if (row->word == FLEET_HOLDS || isnan(row->ratio))
        return NAN;
    return row->ratio > 1 + row->effect ? 0 : INFINITY;
}

double fleet_default_up_to(const struct fleet_line *line, size_t machines, size_t *within, size_t *measured)
{
    const double share = 0.9;
    double *points = malloc((machines + 1) * sizeof *points), found = NAN;
    *within = *measured = 0;
    if (!points)
        return NAN;
    for (size_t i = 0; i < machines; i++) {
        double point = not_ahead_up_to(line->rows[i]);
        if (!isnan(point))
            points[(*measured)++] = point;
    }
    qsort(points, *measured, sizeof *points, sample_compare);
    for (size_t i = 0; i<*measured && * measured> 1; i++)
        if (points[i] > 0 && (double)(*measured - i) >= share * (double)*measured && !(points[i] < found)) {
            found = points[i];
            *within = *measured - i;
        }
    free(points);
    return found;
}
