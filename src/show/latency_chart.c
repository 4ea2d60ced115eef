/* SPDX-License-Identifier: MIT */
#include "latency_chart.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cell.h"
#include "chart_single.h"
#include "gnuplot.h"
#include "judge.h"
#include "statistics.h"

enum {
    PANELS_MAX = 8,
    MODELS_MAX = 6,
    PANEL_PX = 330,
    BELOW_PX = 46,
    TITLE_PX = 62,
    LEFT_PX = 86,
    RIGHT_PX = 24
};

const enum column latency_metrics[LATENCY_METRICS] = {COLUMN_LATENCY_P50_NS,
                                                      COLUMN_LATENCY_P90_NS,
                                                      COLUMN_LATENCY_P99_NS,
                                                      COLUMN_LATENCY_P999_NS,
                                                      COLUMN_LATENCY_UNCORRECTED_P50_NS,
                                                      COLUMN_LATENCY_UNCORRECTED_P99_NS};
/* From when it was due or sent; and one of so many measurements lies at or beyond it: HdrHistogram's axis. */
static const struct quantile {
    const char *from;
    double one_in;
} quantiles[LATENCY_METRICS] = {{"due", 2},    {"due", 10}, {"due", 100},
                                {"due", 1000}, {"sent", 2}, {"sent", 100}};

/* Cells that differ in their model alone, but for how many workers it needs. */
struct latency_panel {
    char name[CELL_NAME_BYTES]; /* what they share */
    unsigned load, conc;
    const struct samples_cell *cells[MODELS_MAX];
    char models[MODELS_MAX][32];
    size_t count;
};
struct latency_chart {
    const struct samples *samples;
    struct latency_panel *panels;
    size_t count;
    bool several_runtimes, cut; /* cut: not all that could be drawn is */
    double low, high, rarest;   /* of all latencies; the rarest quantile that there is */
};

static bool has_figure(const struct samples *samples, const struct samples_cell *cell)
{
    for (size_t i = 0; i < cell->count; i++)
        if (samples->rows[cell->first + i].status == STATUS_OK &&
            isfinite(samples->figures[COLUMN_LATENCY_P99_NS][cell->first + i]))
            return true;
    return false;
}

static void name_panel(const struct cell *cell, char *name, size_t name_bytes)
{
    char keys[128];
    cell_format_params(cell, keys, sizeof keys);
    snprintf(name, name_bytes, "%s %s/%s", cell->runtime, cell->family, cell->workload);
    size_t used = strlen(name);
    if (cell->conc)
        used += (size_t)snprintf(name + used, name_bytes - used, ", conc %u", cell->conc);
    if (*keys && used < name_bytes)
        used += (size_t)snprintf(name + used, name_bytes - used, ", %s", keys);
    if (*cell->place && used < name_bytes)
        snprintf(name + used, name_bytes - used, ", place %s", cell->place);
}

static void add_cell(struct latency_chart *chart, const struct samples_cell *sample)
{
    struct cell cell;
    struct error error;
    char name[CELL_NAME_BYTES];
    if (!has_figure(chart->samples, sample) || cell_parse(sample->name, NULL, &cell, &error))
        return;
    name_panel(&cell, name, sizeof name);
    struct latency_panel *panel = chart->panels;
    while (panel < chart->panels + chart->count && strcmp(panel->name, name) != 0)
        panel++;
    if (panel == chart->panels + chart->count) {
        *panel = (struct latency_panel){.load = cell_load_percent(&cell), .conc = cell.conc};
        memcpy(panel->name, name, sizeof name);
        chart->count++;
    }
    if (panel->count == MODELS_MAX) {
        chart->cut = true;
        return;
    }
    snprintf(panel->models[panel->count], sizeof panel->models[0], "%s", cell.model);
    panel->cells[panel->count++] = sample;
}

/* What was offered at a rate first, then most connections first. */
static int by_rank(const void *a, const void *b)
{
    const struct latency_panel *left = a, *right = b;
    bool left_has = left->count > 1, right_has = right->count > 1;
    if (left_has != right_has)
        return left_has ? -1 : 1;
    if ((left->load > 0) != (right->load > 0))
        return left->load ? -1 : 1;
    if (left->conc != right->conc)
        return left->conc > right->conc ? -1 : 1;
    return strcmp(left->name, right->name);
}

static int list_panels(struct latency_chart *chart)
{
    const struct samples *samples = chart->samples;
    chart->panels = calloc(samples->cell_count + 1, sizeof *chart->panels);
    if (!chart->panels)
        return -1;
    for (size_t i = 0; i < samples->cell_count; i++)
        add_cell(chart, &samples->cells[i]);
    qsort(chart->panels, chart->count, sizeof *chart->panels, by_rank);
    size_t count = 0;
    while (count < chart->count && count < PANELS_MAX && chart->panels[count].count > 1)
        count++;
    chart->cut |= count < chart->count && chart->panels[count].count > 1;
    chart->count = count;
    for (size_t i = 1; i < count; i++)
        chart->several_runtimes |= strncmp(chart->panels[i].name, chart->panels[0].name,
                                           strcspn(chart->panels[0].name, " ") + 1) != 0;
    return 0;
}

static int put_point(FILE *out, struct latency_chart *chart, size_t panel, size_t model, size_t metric,
                     double *values)
{
    const struct samples_cell *cell = chart->panels[panel].cells[model];
    const struct quantile *quantile = &quantiles[metric];
    struct median_interval interval;
    size_t n = samples_values(chart->samples, cell, latency_metrics[metric], values);
    if (!n)
        return 0;
    if (statistics_median(values, n, judge_level, &interval))
        return -1;
    chart->rarest = fmax(chart->rarest, quantile->one_in);
    chart->low = fmin(chart->low, interval.low > 0 ? interval.low : interval.median);
    chart->high = fmax(chart->high, fmax(interval.median, interval.high));
    fprintf(out, "%zu,%zu,%s,%s,%g,", panel + 1, model + 1, chart->panels[panel].models[model],
            quantile->from, quantile->one_in);
    gnuplot_put_number(out, interval.median, ',');
    gnuplot_put_number(out, interval.low, ',');
    gnuplot_put_number(out, interval.high, ',');
    fprintf(out, "%zu\n", n);
    return 0;
}

static int put_data(FILE *out, void *context)
{
    struct latency_chart *chart = context;
    double *values = malloc((chart->samples->row_count + 1) * sizeof *values);
    int result = values ? 0 : -1;
    chart->low = INFINITY;
    chart->high = chart->rarest = 0;
    fputs("panel,number,model,from,one_in,latency_ns,low,high,n\n", out);
    for (size_t panel = 0; panel < chart->count; panel++)
        for (size_t model = 0; model < chart->panels[panel].count; model++)
            for (size_t metric = 0; metric < LATENCY_METRICS && !result; metric++)
                result = put_point(out, chart, panel, model, metric, values);
    free(values);
    return result;
}

static void put_panel(FILE *out, const struct latency_chart *chart, size_t number, int head_px, int height)
{
    const struct latency_panel *panel = &chart->panels[number];
    int half = GNUPLOT_WIDTH / 2, left = (int)(number % 2) * half,
        top = head_px + (int)(number / 2) * PANEL_PX;
    const char *title = chart->several_runtimes ? panel->name : strchr(panel->name, ' ') + 1;
    fprintf(out, "PANEL = %zu\nCOUNT = %zu\nLEFT = %.5f\nRIGHT = %.5f\nTOP = %.5f\nBOTTOM = %.5f\n",
            number + 1, panel->count, (double)(left + LEFT_PX) / GNUPLOT_WIDTH,
            (double)(left + half - RIGHT_PX) / GNUPLOT_WIDTH, 1 - (double)(top + TITLE_PX) / height,
            1 - (double)(top + PANEL_PX - BELOW_PX) / height);
    gnuplot_put_string(out, "PANEL_TITLE", title);
    fputs("MODELS = \"", out);
    for (size_t i = 0; i < panel->count; i++)
        fprintf(out, "%s%s", i ? " " : "", panel->models[i]);
    fputs("\"\n", out);
}

static void put_script(FILE *out, const void *context, const char *style, const char *script)
{
    const struct latency_chart *chart = context;
    int head_px = gnuplot_head_height(1), height = head_px + (int)((chart->count + 1) / 2) * PANEL_PX + 26;
    const struct gnuplot_head head = {
        .title = LATENCY_CHART_TITLE,
        .subtitle = "half of all messages, one of ten, of a hundred, of a thousand waits so long, or longer",
        .finding =
            "where a rate is offered, solid: from when a message was due; dashed: from when it was sent",
        .finding_word = "",
        .foot = chart->cut
                    ? "medians of quantiles, 95 % intervals; a quantile needs a hundred messages beyond it; "
                      "not all is drawn"
                    : "medians of quantiles, 95 % intervals; a quantile needs a hundred messages beyond it"};
    gnuplot_put_start(out, LATENCY_CHART_ID, style, height);
    gnuplot_put_head(out, &head, height);
    fprintf(out, "PIXEL = %.6f\n", 1.0 / height);
    gnuplot_put_value(out, "X_MAX", 1.3 * chart->rarest);
    gnuplot_put_value(out, "Y_MIN", chart->low / 1.5);
    gnuplot_put_value(out, "Y_MAX", chart->high * 1.5);
    fputs("set multiplot\n", out);
    for (size_t i = 0; i < chart->count; i++) {
        put_panel(out, chart, i, head_px, height);
        fputs(script, out);
    }
    fputs("\nunset multiplot\n", out);
    gnuplot_put_end(out);
}

int latency_chart_draw(const struct samples *samples, const char *script_folder, const char *folder,
                       struct drawn *drawn, struct error *error)
{
    static const struct chart_single single = {LATENCY_CHART_ID, "latency.gp", put_data, put_script};
    struct latency_chart chart = {.samples = samples};
    int result = list_panels(&chart) ? error_set(error, "out of memory") : 0;
    if (!result && chart.count)
        result = chart_single_draw(&single, &chart, script_folder, folder, drawn, error);
    free(chart.panels);
    return result;
}
