/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "verdict_table.h"
#include "wording.h"

enum {
    CELLS,
    BETTER,
    WORSE,
    SWEEP_VALUE,
    N,
    VERDICT,
    REASON,
    BETTER_WORDS,
    WORSE_WORDS,
    RATIO,
    INTERVAL,
    LEVEL,
    P_HOLDS,
    P_HOLDS_ADJUSTED,
    P_FAILS,
    P_FAILS_ADJUSTED,
    BLOCKS,
    BETTER_MEDIAN,
    BETTER_INTERVAL,
    WORSE_MEDIAN,
    WORSE_INTERVAL,
    COLUMN_END
};

static const struct table_column point_columns[COLUMN_END] = {
    [CELLS] = {"cells", "cells", TABLE_PEOPLE, .fit = TABLE_LEAD, .code = true},
    [BETTER] = {"better", "", TABLE_MACHINES},
    [WORSE] = {"worse", "", TABLE_MACHINES},
    [SWEEP_VALUE] = {"sweep_value", "", TABLE_MACHINES},
    [N] = {"n", "", TABLE_MACHINES},
    [VERDICT] = {"verdict", "", TABLE_MACHINES},
    [REASON] = {"reason", "", TABLE_MACHINES},
    [BETTER_WORDS] = {"", "median of the first", TABLE_PEOPLE, .right = true},
    [WORSE_WORDS] = {"", "of the second", TABLE_PEOPLE, .right = true},
    [RATIO] = {"ratio", "ratio", TABLE_ALL, .right = true},
    [INTERVAL] = {"interval", "", TABLE_JSON},
    [LEVEL] = {"level", "", TABLE_MACHINES},
    [P_HOLDS] = {"p_holds", "", TABLE_MACHINES},
    [P_HOLDS_ADJUSTED] = {"p_holds_adjusted", "p, holds", TABLE_ALL, .right = true},
    [P_FAILS] = {"p_fails", "", TABLE_MACHINES},
    [P_FAILS_ADJUSTED] = {"p_fails_adjusted", "p, fails", TABLE_ALL, .right = true},
    [BLOCKS] = {"", "n", TABLE_PEOPLE, .right = true},
    [BETTER_MEDIAN] = {"better_median", "", TABLE_MACHINES},
    [BETTER_INTERVAL] = {"better_interval", "", TABLE_JSON},
    [WORSE_MEDIAN] = {"worse_median", "", TABLE_MACHINES},
    [WORSE_INTERVAL] = {"worse_interval", "", TABLE_JSON},
};

static void set_p(struct table *table, size_t column, double p)
{
    table_number(table, column, p);
    if (isfinite(p))
        table_words(table, column, "%.2g", p);
}

static void set_words(struct table *table, enum column metric, const struct verdict_point *point)
{
    char ratio[96];
    word_point_ratio(point, ratio, sizeof ratio);
    table_text(table, CELLS, "%s", point->better);
    table_aside(table, CELLS, "over %s", point->worse);
    table_aside(table, CELLS, "%s", point->reason);
    table_set_interval(table, BETTER_WORDS, metric, point->better_median, point->better_low,
                       point->better_high);
    table_set_interval(table, WORSE_WORDS, metric, point->worse_median, point->worse_low, point->worse_high);
    table_words(table, RATIO, "%s", ratio);
    table_count(table, BLOCKS, point->n);
}

static void add_point(struct table *table, enum column metric, const struct verdict_point *point)
{
    table_row(table, TABLE_ALL, 0);
    table_text(table, BETTER, "%s", point->better);
    table_text(table, WORSE, "%s", point->worse);
    table_text(table, SWEEP_VALUE, "%s", point->comparison.sweep_value);
    table_count(table, N, point->n);
    table_text(table, VERDICT, "%s", judgement_names[point->judgement]);
    table_text(table, REASON, "%s", point->reason);
    table_number(table, RATIO, point->ratio);
    table_range(table, INTERVAL, point->ci_low, point->ci_high);
    table_number(table, LEVEL, point->ci_level);
    table_number(table, P_HOLDS, point->p_holds);
    set_p(table, P_HOLDS_ADJUSTED, point->p_holds_adjusted);
    table_number(table, P_FAILS, point->p_fails);
    set_p(table, P_FAILS_ADJUSTED, point->p_fails_adjusted);
    table_number(table, BETTER_MEDIAN, point->better_median);
    table_range(table, BETTER_INTERVAL, point->better_low, point->better_high);
    table_number(table, WORSE_MEDIAN, point->worse_median);
    table_range(table, WORSE_INTERVAL, point->worse_low, point->worse_high);
    set_words(table, metric, point);
}

void points_table_add(const struct verdicts *verdicts, const struct verdict *verdict, struct table *table)
{
    for (size_t i = 0; i < verdict->point_count; i++)
        add_point(table, verdict->pair->metric, &verdicts->points[verdict->point_first + i]);
}

void points_table(const struct verdicts *verdicts, const struct verdict *verdict, enum table_format format,
                  struct table *table)
{
    table_open(table, format, point_columns, COLUMN_END);
    if (verdict)
        points_table_add(verdicts, verdict, table);
}
