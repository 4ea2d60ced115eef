/* SPDX-License-Identifier: MIT */
/* What the script of a panel needs. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "chart_private.h"
#include "chart_tics.h"
#include "gnuplot.h"
#include "wording.h"

static void put_metric(FILE *out, enum column metric, const struct rule *rule)
{
    char label[64];
    snprintf(label, sizeof label, "%s", word_metric_name(metric));
    if (metric == COLUMN_ITEMS_PER_SECOND)
        snprintf(label, sizeof label, "%s per second", rule->chart_items);
    if (metric == COLUMN_MEMORY_BYTES)
        snprintf(label, sizeof label, "memory in KiB");
    if (metric == COLUMN_VALUE && strcmp(rule->chart_items, "tasks") != 0)
        snprintf(label, sizeof label, "%s", rule->chart_items);
    gnuplot_put_value(out, "SCALE", chart_metric_scale(metric));
    gnuplot_put_string(out, "Y_LABEL", label);
}

static void break_at_space(char *text)
{
    for (; *text; text++)
        if (*text == ' ')
            *text = '\n';
}

/* What tells `own` from `other` if that stood at this value of the sweep. */
static void label_at(const struct cell *own, const struct cell *other, const struct comparison *at,
                     char *text, size_t text_bytes)
{
    struct cell moved = *other;
    struct error error;
    if (*at->sweep_value && cell_set(&moved, at->pair->sweep.key, at->sweep_value, &error))
        moved = *other; /* cannot be: a rule's values are checked */
    word_arm(own, &moved, text, text_bytes);
}

/* A label of an arm. The swept key is the axis and no part of it, but of the arm that stands still. */
static void arm_label(const struct panel *panel, bool better, char *text, size_t text_bytes)
{
    const struct comparison *first = &panel->points[0].comparison,
                            *last = &panel->points[panel->count - 1].comparison;
    const struct cell *own = better ? &first->better : &first->worse,
                      *other = better ? &first->worse : &first->better;
    char at_last[128];
    if (panel_is_fact(panel)) {
        snprintf(text, text_bytes, "%s", better ? own->model : "");
        return;
    }
    label_at(own, other, first, text, text_bytes);
    if (!(better ? first->better_fixed : first->worse_fixed))
        return;
    label_at(own, other, last, at_last, sizeof at_last);
    if (strlen(at_last) > strlen(text))
        snprintf(text, text_bytes, "%s", at_last);
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
    fprintf(out, "BOTTOM = %.5f\n",
            1 - (panel->bottom - SWEEP_AXIS - LIMIT_LINE * panel->limit_lines) / height);
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
    /* Where one arm was stopped the other's samples have no pair, but an interval. */
    for (size_t i = 0; i < panel->count; i++) {
        const struct verdict_point *point = &panel->points[i];
        value = choose(value, choose(point->better_median, point->worse_median));
        value = choose(value, choose(choose(point->better_low, point->worse_low),
                                     choose(point->better_high, point->worse_high)));
    }
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
    double expected = pair->expected * chart_metric_scale(pair->metric);
    if (panel_is_fact(panel))
        return (struct threshold){expected, expected};
    double factor = columns[pair->metric].lower_better ? 1 / (1 + pair->effect) : 1 + pair->effect;
    double near = pair->kind == RULE_EQUAL ? worse / factor : worse * factor, far = worse * factor;
    return (struct threshold){fmin(near, far), fmax(near, far)};
}

static void put_threshold(FILE *out, const struct panel *panel, const struct threshold *threshold)
{
    const struct rule_pair *pair = panel->verdict->pair;
    char effect[24], text[96];
    word_effect(pair->effect, effect, sizeof effect);
    if (panel_is_fact(panel))
        snprintf(text, sizeof text, "expected: %s %.6g", rule_expect_signs[pair->expect], pair->expected);
    else if (pair->kind == RULE_EQUAL)
        snprintf(text, sizeof text, "equal: within %s", effect);
    else if (pair->effect < 0)
        snprintf(text, sizeof text, "no worse: by %s", effect);
    else
        snprintf(text, sizeof text, "ahead by %s", effect);
    gnuplot_put_value(out, "THRESHOLD_LOW", threshold->low);
    gnuplot_put_value(out, "THRESHOLD_HIGH", threshold->high);
    gnuplot_put_string(out, "THRESHOLD_TEXT", text);
}

/* Facts of one rule share their axis: nothing stands out as nothing beside something. */
static double bars_max(const struct chart *chart, const struct panel *panel)
{
    double max = 0;
    for (size_t i = 0; i < chart->panel_count; i++) {
        const struct panel *other = &chart->panels[i];
        if (other == panel || (panel_is_fact(panel) && panel_is_fact(other) &&
                               other->verdict->pair->metric == panel->verdict->pair->metric))
            max = fmax(max, fmax(sample_max(other->points, true), sample_max(other->points, false)));
    }
    return max > 0 ? max : 1;
}

static void put_bars(FILE *out, const struct chart *chart, const struct panel *panel)
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
    gnuplot_put_bold(out, "WORSE_TEXT", panel_is_fact(panel) ? "" : text);
    struct threshold threshold = find_threshold(panel);
    double y_max = 1.12 * fmax(threshold.high, bars_max(chart, panel));
    struct tics tics;
    tics_linear(0, y_max, panel->right - panel->left > GNUPLOT_WIDTH / 2 ? 8 : 3, &tics);
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
    gnuplot_put_value(out, "CROSSING_AT", fmax(fmin(position * plot, most), half) / plot);
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
    gnuplot_put_string(out, "LIMIT_TEXT", panel->limit_text);
    put_crossing(out, panel, x_min, x_max);
}

void chart_put_panel(FILE *out, const struct chart *chart, const struct panel *panel, size_t number)
{
    char title[128];
    panel_title(chart, panel, title, sizeof title);
    fprintf(out, "\n# Panel %zu\nPANEL = %zu\n", number, number);
    put_place(out, chart, panel);
    gnuplot_put_bold(out, "PANEL_TITLE", title);
    gnuplot_put_string(out, "BETTER_MODEL", panel->points->comparison.better.model);
    gnuplot_put_string(out, "WORSE_MODEL", panel_is_fact(panel) ? "" : panel->points->comparison.worse.model);
    put_metric(out, panel->verdict->pair->metric, panel->verdict->rule);
    if (panel->sweep)
        put_sweep(out, panel);
    else
        put_bars(out, chart, panel);
}
