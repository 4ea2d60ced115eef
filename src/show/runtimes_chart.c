/* SPDX-License-Identifier: MIT */
#include "runtimes_chart.h"

#include <math.h>
#include <string.h>

#include "chart_single.h"
#include "gnuplot.h"
#include "verdict_table.h"
#include "words.h"

enum { ROW_PX = 26, BELOW_PX = 62, KEY_PX = 30, ROWS_MAX = 64 };

/* A rule by that of its pairs which decides it, of those that two runtimes have a ratio of. */
struct beside_row {
    size_t first, end; /* of the rule's verdicts */
    const char *pair;
};
struct beside {
    const struct verdicts *verdicts;
    const char *names[VERDICT_RUNTIMES_MAX];
    size_t runtime_count;
    struct beside_row rows[ROWS_MAX];
    size_t count;
    double low, high; /* of all ratios */
};

/* NULL: it has no ratio. That of a map is a regret, which stands in its own chart. */
static const struct verdict_point *point_of(const struct verdicts *verdicts, const struct verdict *verdict)
{
    if (verdict->pair->kind == RULE_MAP)
        return NULL;
    const struct verdict_point *point = verdict_main_point(verdicts, verdict);
    return isfinite(point->ratio) && point->ratio > 0 ? point : NULL;
}

static size_t count_runtimes(const struct verdicts *verdicts, const struct beside_row *row)
{
    size_t count = 0;
    for (size_t i = row->first; i < row->end; i++)
        count += strcmp(verdicts->verdicts[i].pair_name, row->pair) == 0 &&
                 point_of(verdicts, &verdicts->verdicts[i]) != NULL;
    return count;
}

/* How far the pair is from being refuted, in the runtime where it is nearest: the least decides the rule. A
 * pair that is refuted stands before all that are not. */
static double margin(const struct verdicts *verdicts, const struct beside_row *row)
{
    double least = INFINITY;
    for (size_t i = row->first; i < row->end; i++) {
        const struct verdict *verdict = &verdicts->verdicts[i];
        const struct verdict_point *point =
            strcmp(verdict->pair_name, row->pair) == 0 ? point_of(verdicts, verdict) : NULL;
        if (!point)
            continue;
        double bound = log1p(verdict->pair->effect), ratio = log(point->ratio),
               distance = verdict->pair->kind == RULE_EQUAL ? bound - fabs(ratio) : ratio - bound;
        least = fmin(least, verdict->judgement == JUDGEMENT_DOES_NOT_HOLD ? distance - 1000 : distance);
    }
    return least;
}

static void list_rows(struct beside *beside)
{
    const struct verdicts *verdicts = beside->verdicts;
    for (size_t first = 0, end; first < verdicts->count && beside->count < ROWS_MAX; first = end) {
        struct beside_row chosen = {.pair = NULL};
        double least = INFINITY;
        end = verdicts_rule_end(verdicts, first);
        for (size_t i = first; i < end; i++) {
            struct beside_row row = {first, end, verdicts->verdicts[i].pair_name};
            if (count_runtimes(verdicts, &row) < 2 || !(margin(verdicts, &row) < least))
                continue;
            least = margin(verdicts, &row);
            chosen = row;
        }
        if (chosen.pair)
            beside->rows[beside->count++] = chosen;
    }
}

static size_t runtime_number(const struct beside *beside, const struct verdict *verdict)
{
    size_t number = 0;
    while (number + 1 < beside->runtime_count && strcmp(beside->names[number], verdict->runtime) != 0)
        number++;
    return number;
}

/* Where the claim is true: of two that are to be alike between the bounds, else beyond the bound. */
static void put_band(FILE *out, const struct rule_pair *pair)
{
    const double width = 1.01;
    double bound = 1 + pair->effect;
    gnuplot_put_number(out, pair->kind == RULE_EQUAL ? 1 / bound : bound / width, ',');
    gnuplot_put_number(out, pair->kind == RULE_EQUAL ? bound : bound * width, ',');
}

static void put_row(FILE *out, struct beside *beside, size_t number)
{
    const struct beside_row *row = &beside->rows[number];
    for (size_t i = row->first; i < row->end; i++) {
        const struct verdict *verdict = &beside->verdicts->verdicts[i];
        const struct verdict_point *point = point_of(beside->verdicts, verdict);
        if (!point || strcmp(verdict->pair_name, row->pair) != 0)
            continue;
        double low = isfinite(point->ci_low) ? point->ci_low : point->ratio,
               high = isfinite(point->ci_high) ? point->ci_high : point->ratio;
        beside->low = fmin(beside->low, low);
        beside->high = fmax(beside->high, high);
        fprintf(out, "%zu,%zu,%s,%s,%s,", number + 1, runtime_number(beside, verdict) + 1, verdict->rule->id,
                row->pair, verdict->runtime);
        gnuplot_put_number(out, point->ratio, ',');
        gnuplot_put_number(out, low, ',');
        gnuplot_put_number(out, high, ',');
        put_band(out, verdict->pair);
        fprintf(out, "%s\n", judgement_names[verdict->judgement]);
    }
}

static int put_data(FILE *out, void *context)
{
    struct beside *beside = context;
    fputs("row,number,rule,pair,runtime,ratio,low,high,band_low,band_high,verdict\n", out);
    beside->low = beside->high = 1;
    for (size_t i = 0; i < beside->count; i++)
        put_row(out, beside, i);
    return 0;
}

/* Words that gnuplot takes apart again: of names that have no space. */
static void put_list(FILE *out, const char *name, const struct beside *beside, bool runtimes)
{
    size_t count = runtimes ? beside->runtime_count : beside->count;
    fprintf(out, "%s = \"", name);
    for (size_t i = 0; i < count; i++) {
        const struct beside_row *row = &beside->rows[i];
        const struct verdict *verdict = runtimes ? NULL : &beside->verdicts->verdicts[row->first];
        fprintf(out, "%s%s", i ? " " : "", runtimes ? beside->names[i] : verdict->rule->id);
        if (!runtimes && *row->pair)
            fprintf(out, ":%s", row->pair);
    }
    fputs("\"\n", out);
}

/* Of all rules that two runtimes have a verdict of, whether or not it is a ratio. */
static size_t count_differing(const struct verdicts *verdicts, size_t *count)
{
    size_t differ = 0;
    *count = 0;
    for (size_t first = 0, end; first < verdicts->count; first = end) {
        bool holds = false, does_not = false, several = false;
        end = verdicts_rule_end(verdicts, first);
        for (size_t i = first; i < end; i++) {
            const struct verdict *verdict = &verdicts->verdicts[i];
            several |= strcmp(verdict->runtime, verdicts->verdicts[first].runtime) != 0;
            holds |= verdict->rule_judgement == JUDGEMENT_HOLDS;
            does_not |= verdict->rule_judgement == JUDGEMENT_DOES_NOT_HOLD;
        }
        *count += several;
        differ += several && holds && does_not;
    }
    return differ;
}

static void put_script(FILE *out, const void *context, const char *style, const char *script)
{
    const struct beside *beside = context;
    int head_px = gnuplot_head_height(1), height = head_px + KEY_PX + (int)beside->count * ROW_PX + BELOW_PX;
    char finding[160];
    size_t count, differ = count_differing(beside->verdicts, &count);
    snprintf(finding, sizeof finding,
             "%zu of %zu rules hold in one and not in another, facts and maps among them", differ, count);
    const struct gnuplot_head head = {
        .title = RUNTIMES_CHART_TITLE,
        .subtitle = "how many times better what the documents recommend is; a bar stands where the claim "
                    "begins, or may not be left",
        .finding = finding,
        .finding_word = "",
        .foot = "ratios with 95 % intervals; of a rule with several pairs the one that is refuted, or "
                "nearest to it"};
    gnuplot_put_start(out, RUNTIMES_CHART_ID, style, height);
    gnuplot_put_head(out, &head, height);
    put_list(out, "RUNTIMES", beside, true);
    put_list(out, "RULES", beside, false);
    fprintf(out, "ROWS = %zu\nTOP = %.5f\nBOTTOM = %.5f\nPIXEL = %.6f\n", beside->count,
            1 - (double)(head_px + KEY_PX) / height, (double)BELOW_PX / height, 1.0 / height);
    gnuplot_put_value(out, "X_MIN", fmin(0.5, beside->low / 1.3));
    gnuplot_put_value(out, "X_MAX", fmax(2, beside->high * 1.3));
    fputs(script, out);
    gnuplot_put_end(out);
}

int runtimes_chart_draw(const struct verdicts *verdicts, const char *script_folder, const char *folder,
                        struct drawn *drawn, struct error *error)
{
    static const struct chart_single single = {RUNTIMES_CHART_ID, "runtimes.gp", put_data, put_script};
    struct beside beside = {.verdicts = verdicts};
    beside.runtime_count = verdicts_runtimes(verdicts, beside.names);
    if (beside.runtime_count < 2)
        return 0;
    list_rows(&beside);
    return beside.count ? chart_single_draw(&single, &beside, script_folder, folder, drawn, error) : 0;
}
