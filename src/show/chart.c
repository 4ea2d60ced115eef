/* SPDX-License-Identifier: MIT */
/* A chart is a column of panels or two. A panel shows one pair: as bars, or over its sweep. What is drawn
 * stands in the scripts; here is what they need: the data, the names, the ranges, and where each panel sits.
 */
#include "chart.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "chart_tics.h"
#include "drawing.h"
#include "gnuplot.h"
#include "wording.h"

enum {
    PANELS_MAX = 24,
    FOOT = 30,
    BARS_HEIGHT = 196,
    BARS_HEIGHT_MAX = 224,
    BARS_LEFT = 138,
    BARS_RIGHT = 88,
    SWEEP_HEIGHT = 448,
    SWEEP_LEFT = 86,
    SWEEP_RIGHT = 80,
};

struct panel {
    const struct verdict *verdict; /* the first, if a swept pair has one a value */
    const struct verdict_point *points;
    size_t count; /* of points; 1: bars */
    bool sweep;
    int left, right, top, bottom; /* pixels from the top left corner, captions included */
};
struct chart {
    const struct verdicts *verdicts;
    const struct verdict *first; /* of the rule; they stand together, over all runtimes */
    size_t count;
    struct panel panels[PANELS_MAX];
    size_t panel_count;
    int head, height;
    bool several_runtimes;
};
struct scripts {
    char *style, *bars, *sweep;
};

/* Panels */

static bool has_data(const struct panel *panel)
{
    for (size_t i = 0; i < panel->count; i++)
        if (panel->points[i].n)
            return true;
    return false;
}

static void add_panel(struct chart *chart, const struct verdict *verdict, size_t first, size_t count,
                      bool sweep)
{
    struct panel panel = {
        .verdict = verdict, .points = &chart->verdicts->points[first], .count = count, .sweep = sweep};
    while (sweep && panel.count && !panel.points[panel.count - 1].n)
        panel.count--;
    while (sweep && panel.count && !panel.points[0].n) {
        panel.points++;
        panel.count--;
    }
    if (chart->panel_count < PANELS_MAX && has_data(&panel))
        chart->panels[chart->panel_count++] = panel;
}

/* Verdicts of one pair and runtime share a panel if it is drawn over its sweep. */
static void list_panels(struct chart *chart)
{
    for (size_t i = 0, end; i < chart->count; i = end) {
        const struct verdict *verdict = &chart->first[i];
        size_t points = 0;
        for (end = i; end < chart->count && chart->first[end].pair == verdict->pair &&
                      strcmp(chart->first[end].runtime, verdict->runtime) == 0;
             end++)
            points += chart->first[end].point_count;
        chart->several_runtimes |= strcmp(verdict->runtime, chart->first[0].runtime) != 0;
        if (verdict->pair->kind == RULE_FACT)
            continue; /* one cell: nothing stands against it */
        bool numeric = isfinite(chart->verdicts->points[verdict->point_first].x);
        if (points > 1 && numeric && strcmp(verdict->rule->chart_script, "sweep") == 0)
            add_panel(chart, verdict, verdict->point_first, points, true);
        else
            for (size_t k = 0; k < points; k++)
                add_panel(chart, verdict->pair->kind == RULE_CROSSOVER ? verdict : &chart->first[i + k],
                          verdict->point_first + k, 1, false);
    }
}

static void place(struct panel *panel, int left, int right, int top, int height)
{
    panel->left = left;
    panel->right = right;
    panel->top = top;
    panel->bottom = top + height;
}

static int stack(struct chart *chart, bool sweep, int left, int right, int height)
{
    int top = chart->head;
    for (size_t i = 0; i < chart->panel_count; i++) {
        struct panel *panel = &chart->panels[i];
        if (panel->sweep != sweep)
            continue;
        place(panel, left, right, top, height);
        top = panel->bottom;
    }
    return top;
}

/* Bars alone: one column. Sweeps alone: side by side, two a row. Both: bars left, sweeps right. */
static void lay_out(struct chart *chart, int subtitle_lines)
{
    size_t sweeps = 0;
    chart->head = gnuplot_head_height(subtitle_lines);
    for (size_t i = 0; i < chart->panel_count; i++)
        sweeps += chart->panels[i].sweep;
    int bottom = chart->head, middle = GNUPLOT_WIDTH * 44 / 100;
    if (sweeps == chart->panel_count && sweeps > 1) {
        for (size_t i = 0; i < sweeps; i++) {
            bool right = i % 2;
            place(&chart->panels[i], right ? GNUPLOT_WIDTH / 2 : 0, right ? GNUPLOT_WIDTH : GNUPLOT_WIDTH / 2,
                  chart->head + SWEEP_HEIGHT * (int)(i / 2), SWEEP_HEIGHT);
            bottom = chart->panels[i].bottom;
        }
    } else {
        bool both = sweeps && sweeps < chart->panel_count;
        int bars_height = BARS_HEIGHT;
        if (both) { /* as high as the sweeps beside them, within reason */
            int room = (int)sweeps * SWEEP_HEIGHT / (int)(chart->panel_count - sweeps);
            bars_height = room < BARS_HEIGHT ? BARS_HEIGHT : room > BARS_HEIGHT_MAX ? BARS_HEIGHT_MAX : room;
        }
        int bars_bottom = stack(chart, false, 0, both ? middle : GNUPLOT_WIDTH, bars_height);
        int sweeps_bottom = stack(chart, true, both ? middle : 0, GNUPLOT_WIDTH, SWEEP_HEIGHT);
        bottom = bars_bottom > sweeps_bottom ? bars_bottom : sweeps_bottom;
    }
    chart->height = bottom + FOOT;
}

/* Data */

static void put_row(FILE *out, size_t panel, const char *kind, const char *arm, const char *model, double x,
                    const double *figures, size_t n, long block)
{
    char text[40];
    fprintf(out, "%zu,%s,%s,%s", panel, kind, arm, model);
    word_number(x, text, sizeof text);
    fprintf(out, ",%s", text);
    for (int i = 0; i < 3; i++) {
        word_number(figures[i], text, sizeof text);
        fprintf(out, ",%s", text);
    }
    if (block < 0)
        fprintf(out, ",%zu,\n", n);
    else
        fprintf(out, ",,%ld\n", block);
}

/* Medians first and in the order of the sweep, so that gnuplot joins them. */
static void put_panel_data(FILE *out, const struct panel *panel, size_t number)
{
    const struct verdict_point *end = panel->points + panel->count;
    for (int arm = 0; arm < 2; arm++)
        for (const struct verdict_point *point = panel->points; point < end; point++) {
            double better[] = {point->better_median, point->better_low, point->better_high};
            double worse[] = {point->worse_median, point->worse_low, point->worse_high};
            if (point->n)
                put_row(out, number, "median", arm ? "worse" : "better",
                        arm ? point->comparison.worse.model : point->comparison.better.model, point->x,
                        arm ? worse : better, point->n, -1);
        }
    for (const struct verdict_point *point = panel->points; point < end; point++) {
        bool interval = isfinite(point->ci_level);
        double ratio[] = {point->ratio, interval ? point->ci_low : point->ratio,
                          interval ? point->ci_high : point->ratio};
        if (point->n)
            put_row(out, number, "ratio", "", "", point->x, ratio, point->n, -1);
    }
    for (const struct verdict_point *point = panel->points; point < end; point++)
        for (size_t i = 0; i < point->n; i++) {
            double better[] = {point->samples[i].better, NAN, NAN},
                   worse[] = {point->samples[i].worse, NAN, NAN};
            put_row(out, number, "sample", "better", point->comparison.better.model, point->x, better, 0,
                    (long)point->samples[i].block);
            put_row(out, number, "sample", "worse", point->comparison.worse.model, point->x, worse, 0,
                    (long)point->samples[i].block);
        }
}

static void put_data(FILE *out, const struct chart *chart)
{
    fputs("panel,kind,arm,model,x,y,low,high,n,block\n", out);
    for (size_t i = 0; i < chart->panel_count; i++)
        put_panel_data(out, &chart->panels[i], i + 1);
}

/* Script */

static void put_metric(FILE *out, enum column metric, const struct rule *rule)
{
    char label[64];
    snprintf(label, sizeof label, "%s", word_metric_name(metric));
    if (metric == COLUMN_ITEMS_PER_SECOND)
        snprintf(label, sizeof label, "%s per second", rule->chart_items);
    gnuplot_put_value(out, "SCALE", chart_metric_scale(metric));
    gnuplot_put_string(out, "Y_LABEL", label);
}

static void break_at_space(char *text)
{
    for (; *text; text++)
        if (*text == ' ')
            *text = '\n';
}

/* A label of an arm; the swept key is the axis and no part of it. */
static void arm_label(const struct panel *panel, bool better, char *text, size_t text_bytes)
{
    const struct comparison *comparison = &panel->points->comparison;
    word_arm(better ? &comparison->better : &comparison->worse,
             better ? &comparison->worse : &comparison->better, text, text_bytes);
}

static void panel_title(const struct chart *chart, const struct panel *panel, char *text, size_t text_bytes)
{
    const struct verdict *verdict = panel->verdict;
    const char *name = panel->sweep ? verdict->pair->name : verdict->pair_name;
    text[0] = '\0';
    if (chart->panel_count < 2)
        return;
    if (!*name)
        name = word_metric_name(verdict->pair->metric);
    char keys[128];
    cell_format_params(&panel->points->comparison.better, keys, sizeof keys);
    bool tell_keys = !panel->sweep && *keys && !verdict->pair->sweep.count;
    bool one = panel->sweep ? verdict->pair->kind == RULE_CROSSOVER : true;
    snprintf(text, text_bytes, "%s%s%s%s%s%s%s%s", chart->several_runtimes ? verdict->runtime : "",
             chart->several_runtimes ? ", " : "", name, tell_keys ? " (" : "", tell_keys ? keys : "",
             tell_keys ? ")" : "", one ? ": " : "", one ? judgement_names[verdict->judgement] : "");
}

static void put_place(FILE *out, const struct chart *chart, const struct panel *panel)
{
    int left = panel->left + (panel->sweep ? SWEEP_LEFT : BARS_LEFT);
    int right = panel->right - (panel->sweep ? SWEEP_RIGHT : BARS_RIGHT);
    double height = chart->height;
    int title = chart->panel_count > 1 ? 20 : 0;
    fprintf(out, "LEFT = %.5f\nRIGHT = %.5f\n", (double)left / GNUPLOT_WIDTH, (double)right / GNUPLOT_WIDTH);
    fprintf(out, "TOP = %.5f\n", 1 - (panel->top + title + (panel->sweep ? 44 : 8)) / height);
    fprintf(out, "BOTTOM = %.5f\n", 1 - (panel->bottom - 54) / height);
    fprintf(out, "PIXEL = %.6f\n", 1 / height);
    if (panel->sweep)
        fprintf(out, "MIDDLE = %.5f\n", 1 - (panel->top + 280) / height);
}

static double extreme(const struct panel *panel, double (*choose)(double, double))
{
    double value = NAN; /* fmin and fmax pass over it */
    for (size_t i = 0; i < panel->count; i++)
        for (size_t k = 0; k < panel->points[i].n; k++)
            value =
                choose(value, choose(panel->points[i].samples[k].better, panel->points[i].samples[k].worse));
    return value * chart_metric_scale(panel->verdict->pair->metric);
}

static double sample_max(const struct verdict_point *point, bool better)
{
    double value = better ? point->better_high : point->worse_high;
    for (size_t i = 0; i < point->n; i++)
        value = fmax(value, better ? point->samples[i].better : point->samples[i].worse);
    return value * chart_metric_scale(point->comparison.pair->metric);
}

/* Where the median of `better` would have to lie: beyond a line, or for equal within a band. */
struct threshold {
    double low, high; /* the same for a line */
};

static struct threshold find_threshold(const struct panel *panel)
{
    const struct rule_pair *pair = panel->verdict->pair;
    double worse = panel->points->worse_median * chart_metric_scale(pair->metric);
    double factor = columns[pair->metric].lower_better ? 1 / (1 + pair->effect) : 1 + pair->effect;
    double near = pair->kind == RULE_EQUAL ? worse / factor : worse * factor, far = worse * factor;
    return (struct threshold){fmin(near, far), fmax(near, far)};
}

static void put_threshold(FILE *out, const struct panel *panel, const struct threshold *threshold)
{
    const struct rule_pair *pair = panel->verdict->pair;
    char effect[24], text[96];
    word_effect(pair->effect, effect, sizeof effect);
    if (pair->kind == RULE_EQUAL)
        snprintf(text, sizeof text, "equal: within %s", effect);
    else if (pair->effect < 0)
        snprintf(text, sizeof text, "no worse: by %s", effect);
    else
        snprintf(text, sizeof text, "ahead by %s", effect);
    gnuplot_put_value(out, "THRESHOLD_LOW", threshold->low);
    gnuplot_put_value(out, "THRESHOLD_HIGH", threshold->high);
    gnuplot_put_string(out, "THRESHOLD_TEXT", text);
}

static void put_bars(FILE *out, const struct panel *panel)
{
    const struct verdict_point *point = panel->points;
    enum column metric = panel->verdict->pair->metric;
    char text[128];
    arm_label(panel, true, text, sizeof text);
    break_at_space(text);
    gnuplot_put_string(out, "BETTER", text);
    arm_label(panel, false, text, sizeof text);
    break_at_space(text);
    gnuplot_put_string(out, "WORSE", text);
    word_metric(metric, point->better_median, text, sizeof text);
    gnuplot_put_bold(out, "BETTER_TEXT", text);
    word_metric(metric, point->worse_median, text, sizeof text);
    gnuplot_put_bold(out, "WORSE_TEXT", text);
    struct threshold threshold = find_threshold(panel);
    double y_max = 1.12 * fmax(threshold.high, fmax(sample_max(point, true), sample_max(point, false)));
    struct tics tics;
    tics_linear(0, y_max, panel->right - panel->left > GNUPLOT_WIDTH / 2 ? 8 : 5, &tics);
    gnuplot_put_value(out, "Y_MAX", y_max);
    tics_put(out, "Y_TICS", "x", &tics, metric);
    put_threshold(out, panel, &threshold);
}

static void put_sweep_tics(FILE *out, const struct panel *panel)
{
    fputs("X_TICS = 'set xtics (", out);
    for (size_t i = 0; i < panel->count; i++) {
        char text[32];
        tics_word(COLUMN_VALUE, panel->points[i].x, text, sizeof text);
        fprintf(out, "%s\"%s\" %.10g", i ? ", " : "", text, panel->points[i].x);
    }
    fputs(")'\nX_TICS_BARE = 'set xtics (", out);
    for (size_t i = 0; i < panel->count; i++)
        fprintf(out, "%s\"\" %.10g", i ? ", " : "", panel->points[i].x);
    fputs(")'\n", out);
}

static void put_ratio_axis(FILE *out, const struct panel *panel)
{
    const struct rule_pair *pair = panel->verdict->pair;
    double threshold = 1 + pair->effect, low = fmin(1, threshold), high = fmax(1, threshold);
    char effect[24], text[64];
    if (pair->kind == RULE_EQUAL)
        low = 1 / threshold;
    for (size_t i = 0; i < panel->count; i++) {
        const struct verdict_point *point = &panel->points[i]; /* fmin and fmax pass over an absent figure */
        low = fmin(low, fmin(point->ci_low, point->ratio));
        high = fmax(high, fmax(point->ci_high, point->ratio));
    }
    double margin = pow(high / low, 0.1);
    gnuplot_put_value(out, "RATIO_MIN", low / margin);
    gnuplot_put_value(out, "RATIO_MAX", high * margin);
    struct tics tics;
    tics_log(low / margin, high * margin, 4, &tics);
    tics_put(out, "RATIO_TICS", "y", &tics, COLUMN_COUNT);
    word_effect(pair->effect, effect, sizeof effect);
    snprintf(text, sizeof text, pair->kind == RULE_EQUAL ? "within %s" : "%s ahead", effect);
    gnuplot_put_string(out, "THRESHOLD_TEXT", text);
    gnuplot_put_value(out, "THRESHOLD", threshold);
    if (pair->kind == RULE_EQUAL)
        snprintf(text, sizeof text, "%.10g %.10g", threshold, 1 / threshold);
    else
        snprintf(text, sizeof text, "%.10g", threshold);
    gnuplot_put_string(out, "THRESHOLDS", text);
}

/* The crossing and its band; a bound outside the sweep is drawn to the edge. Its words stand above the plot,
 * as near as they can without leaving the panel. */
static void put_crossing(FILE *out, const struct panel *panel, double x_min, double x_max)
{
    const struct verdict *verdict = panel->verdict;
    bool shown = isfinite(verdict->crossing);
    char crossing[128], effect[24], text[192];
    word_crossing(verdict, crossing, sizeof crossing);
    word_effect(verdict->pair->effect, effect, sizeof effect);
    snprintf(text, sizeof text, "%s ahead %s", effect, crossing);
    gnuplot_put_value(out, "CROSSING", shown ? verdict->crossing : 0);
    gnuplot_put_value(out, "CROSSING_LOW", isfinite(verdict->crossing_low) ? verdict->crossing_low : x_min);
    gnuplot_put_value(out, "CROSSING_HIGH",
                      isfinite(verdict->crossing_high) ? verdict->crossing_high : x_max);
    gnuplot_put_string(out, "CROSSING_TEXT", text);
    double position = shown ? log(verdict->crossing / x_min) / log(x_max / x_min) : 0.5;
    double plot = panel->right - panel->left - SWEEP_LEFT - SWEEP_RIGHT,
           half = 3.3 * (double)word_width(text);
    double most = plot + SWEEP_RIGHT - GNUPLOT_MARGIN - half;
    gnuplot_put_value(out, "CROSSING_AT",
                      fmax(fmin(position * plot, most), half - SWEEP_LEFT + GNUPLOT_MARGIN) / plot);
}

static void put_sweep(FILE *out, const struct panel *panel)
{
    char text[128];
    arm_label(panel, true, text, sizeof text);
    gnuplot_put_string(out, "BETTER", text);
    gnuplot_put_value(out, "KEY_AT", (40 + 7.6 * (double)word_width(text)) / GNUPLOT_WIDTH);
    arm_label(panel, false, text, sizeof text);
    gnuplot_put_string(out, "WORSE", text);
    double first = panel->points[0].x, last = panel->points[panel->count - 1].x;
    double x_min = fmin(first, last), x_max = fmax(first, last), margin = pow(x_max / x_min, 0.04);
    if (x_max <= x_min)
        margin = 2;
    x_min /= margin;
    x_max *= margin;
    gnuplot_put_value(out, "X_MIN", x_min);
    gnuplot_put_value(out, "X_MAX", x_max);
    put_sweep_tics(out, panel);
    gnuplot_put_string(out, "X_LABEL", panel->verdict->rule->chart_axis);
    double y_min = extreme(panel, fmin), y_max = extreme(panel, fmax);
    bool logarithmic = y_max / y_min > 10;
    y_min = logarithmic ? y_min / pow(y_max / y_min, 0.06) : 0;
    y_max = logarithmic ? y_max * pow(y_max / y_min, 0.06) : y_max * 1.1;
    fprintf(out, "Y_LOG = %d\n", logarithmic);
    gnuplot_put_value(out, "Y_MIN", y_min);
    gnuplot_put_value(out, "Y_MAX", y_max);
    struct tics tics;
    if (logarithmic)
        tics_log(y_min, y_max, 8, &tics);
    else
        tics_linear(y_min, y_max, 8, &tics);
    tics_put(out, "Y_TICS", "y", &tics, panel->verdict->pair->metric);
    put_ratio_axis(out, panel);
    put_crossing(out, panel, x_min, x_max);
}

static void put_panel(FILE *out, const struct chart *chart, size_t index, const struct scripts *scripts)
{
    const struct panel *panel = &chart->panels[index];
    char title[128];
    panel_title(chart, panel, title, sizeof title);
    fprintf(out, "\n# Panel %zu\nPANEL = %zu\n", index + 1, index + 1);
    put_place(out, chart, panel);
    gnuplot_put_bold(out, "PANEL_TITLE", title);
    gnuplot_put_string(out, "BETTER_MODEL", panel->points->comparison.better.model);
    gnuplot_put_string(out, "WORSE_MODEL", panel->points->comparison.worse.model);
    put_metric(out, panel->verdict->pair->metric, panel->verdict->rule);
    if (panel->sweep)
        put_sweep(out, panel);
    else
        put_bars(out, panel);
    fputs(panel->sweep ? scripts->sweep : scripts->bars, out);
}

/* What a verdict of several says: its reason, where it overtakes, or its ratio. */
static void word_part(const struct chart *chart, const struct verdict *verdict, char *text, size_t text_bytes)
{
    const struct verdict_point *point = verdict_main_point(chart->verdicts, verdict);
    char reason[200], crossing[128], ratio[96], effect[24];
    bool differs = verdict->judgement != verdict->rule_judgement;
    word_reason(verdict, reason, sizeof reason);
    word_crossing(verdict, crossing, sizeof crossing);
    word_point_ratio(point, ratio, sizeof ratio);
    word_effect(verdict->pair->effect, effect, sizeof effect);
    size_t used = (size_t)snprintf(text, text_bytes, "%s%s",
                                   differs ? judgement_names[verdict->judgement] : "", differs ? ": " : "");
    if (*reason)
        snprintf(text + used, text_bytes - used, "%s", reason);
    else if (*crossing)
        snprintf(text + used, text_bytes - used, "ahead by %s %s", effect, crossing);
    else
        snprintf(text + used, text_bytes - used, "%s", ratio);
}

/* Pairs that say the same stand together. */
static void describe(const struct chart *chart, char *text, size_t text_bytes)
{
    static const char *const starts[] = {"Holds", "Does not hold", "Inconclusive"};
    if (chart->count == 1) {
        word_sentence(chart->verdicts, chart->first, text, text_bytes);
        return;
    }
    size_t used = 0;
    char part[256], next_part[256];
    word_part(chart, chart->first, part, sizeof part);
    for (size_t i = 0; i < chart->count && used < text_bytes; i++) {
        const struct verdict *verdict = &chart->first[i];
        bool first = i == 0 || strcmp(verdict->runtime, verdict[-1].runtime) != 0;
        bool last = i + 1 == chart->count || strcmp(verdict->runtime, verdict[1].runtime) != 0;
        if (first)
            used += (size_t)snprintf(text + used, text_bytes - used, "%s%s%s%s: ", i ? ". " : "",
                                     chart->several_runtimes ? verdict->runtime : "",
                                     chart->several_runtimes ? ": " : "", starts[verdict->rule_judgement]);
        if (i + 1 < chart->count)
            word_part(chart, &verdict[1], next_part, sizeof next_part);
        bool same = !last && strcmp(part, next_part) == 0;
        if (used < text_bytes)
            used += (size_t)snprintf(text + used, text_bytes - used, "%s%s%s%s", verdict->pair_name,
                                     same ? "" : " ", same ? "" : part,
                                     same   ? ", "
                                     : last ? ""
                                            : "; ");
        memcpy(part, next_part, sizeof part);
    }
}

/* What all cells of all panels share. */
static void describe_common(const struct chart *chart, char *text, size_t text_bytes)
{
    const struct cell *cells[2 * PANELS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < chart->panel_count; i++) {
        cells[count++] = &chart->panels[i].points->comparison.better;
        cells[count++] = &chart->panels[i].points->comparison.worse;
    }
    word_common(cells, count, chart->panels[0].verdict->pair->sweep.key, text, text_bytes);
}

static void put_head(FILE *out, const struct chart *chart, const char *subtitle)
{
    const struct rule *rule = chart->first->rule;
    char foot[320], common[192], claim[200];
    size_t n_min = SIZE_MAX, n_max = 0;
    for (size_t i = 0; i < chart->panel_count; i++)
        for (size_t k = 0; k < chart->panels[i].count; k++) {
            size_t n = chart->panels[i].points[k].n;
            n_min = n && n < n_min ? n : n_min;
            n_max = n > n_max ? n : n_max;
        }
    describe_common(chart, common, sizeof common);
    int used = snprintf(foot, sizeof foot, "medians and %s; dots: every sample, n = %zu",
                        n_min < 6 ? "ranges" : "exact 95 % intervals", n_min);
    if (n_max > n_min)
        used += snprintf(foot + used, sizeof foot - (size_t)used, " to %zu", n_max);
    snprintf(foot + used, sizeof foot - (size_t)used, "   ·   %s, %s",
             chart->several_runtimes ? "all runtimes" : chart->first->runtime, common);
    snprintf(claim, sizeof claim, "“%s”", rule->claim);
    struct gnuplot_head head = {.title = rule->chart_title,
                                .subtitle = claim,
                                .finding = subtitle,
                                .finding_word = judgement_names[chart->first->rule_judgement],
                                .foot = foot};
    gnuplot_put_head(out, &head, chart->height);
}

static void put_script(FILE *out, struct chart *chart, const struct scripts *scripts)
{
    char subtitle[1024];
    describe(chart, subtitle, sizeof subtitle);
    lay_out(chart, gnuplot_wrap(subtitle, GNUPLOT_HEAD_COLUMNS));
    gnuplot_put_start(out, chart->first->rule->id, scripts->style, chart->height);
    put_head(out, chart, subtitle);
    fputs("set multiplot\n", out);
    for (size_t i = 0; i < chart->panel_count; i++)
        put_panel(out, chart, i, scripts);
    fputs("\nunset multiplot\n", out);
    gnuplot_put_end(out);
}

static int write_chart(struct chart *chart, const struct scripts *scripts, const char *folder,
                       struct error *error)
{
    const char *id = chart->first->rule->id;
    struct file_new file;
    if (!gnuplot_open(&file, folder, id, "csv", error))
        return -1;
    put_data(file.stream, chart);
    if (gnuplot_close(&file, id, error) || !gnuplot_open(&file, folder, id, "gp", error))
        return -1;
    put_script(file.stream, chart, scripts);
    return gnuplot_close(&file, id, error);
}

static int load_scripts(const char *folder, struct scripts *scripts, struct error *error)
{
    scripts->style = gnuplot_read_script(folder, "style.gp", error);
    scripts->bars = scripts->style ? gnuplot_read_script(folder, "bars.gp", error) : NULL;
    scripts->sweep = scripts->bars ? gnuplot_read_script(folder, "sweep.gp", error) : NULL;
    return scripts->sweep ? 0 : -1;
}

static int write_charts(const struct verdicts *verdicts, const struct scripts *scripts, const char *folder,
                        const char **ids, struct error *error)
{
    int count = 0;
    for (size_t i = 0; i < verdicts->count;) {
        struct chart chart = {.verdicts = verdicts, .first = &verdicts->verdicts[i]};
        while (i < verdicts->count && verdicts->verdicts[i].rule == chart.first->rule) {
            chart.count++;
            i++;
        }
        list_panels(&chart);
        if (!chart.panel_count)
            continue;
        if (write_chart(&chart, scripts, folder, error))
            return -1;
        ids[count++] = chart.first->rule->id;
    }
    return count;
}

int charts_draw(const struct verdicts *verdicts, const char *script_folder, const char *folder, unsigned jobs,
                struct drawn *drawn, struct error *error)
{
    struct scripts scripts = {0};
    const char **ids = calloc(verdicts->count + 1, sizeof *ids);
    int count = -1;
    if (!ids)
        error_set(error, "out of memory");
    else if (!gnuplot_make_folder(folder, error) && !load_scripts(script_folder, &scripts, error))
        count = write_charts(verdicts, &scripts, folder, ids, error);
    if (count > 0 && drawing_run(folder, ids, (size_t)count, jobs, DRAWING_TIMEOUT_S, drawn, error))
        count = -1;
    free(scripts.style);
    free(scripts.bars);
    free(scripts.sweep);
    free(ids);
    return count;
}
