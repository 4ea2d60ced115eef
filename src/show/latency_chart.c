/* SPDX-License-Identifier: MIT */
#include "latency_chart.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cell.h"
#include "gnuplot.h"
#include "statistics.h"
#include "words.h"

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
/* So many measurements have one at or beyond the quantile: HdrHistogram's axis. */
static const double one_in[LATENCY_METRICS] = {2, 10, 100, 1000, 2, 100};
static bool is_corrected(size_t metric)
{
    return metric < 4;
}

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
    bool several_runtimes;
    double low, high;
};

static size_t figure_count(const struct samples *samples, const struct samples_cell *cell)
{
    size_t count = 0;
    for (size_t i = 0; i < cell->count; i++)
        count += isfinite(samples->figures[COLUMN_LATENCY_P99_NS][cell->first + i]);
    return count;
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

static int add_cell(struct latency_chart *chart, const struct samples_cell *sample)
{
    struct cell cell;
    struct error error;
    char name[CELL_NAME_BYTES];
    if (!figure_count(chart->samples, sample) || cell_parse(sample->name, NULL, &cell, &error))
        return 0;
    name_panel(&cell, name, sizeof name);
    struct latency_panel *panel = chart->panels;
    while (panel < chart->panels + chart->count && strcmp(panel->name, name) != 0)
        panel++;
    if (panel == chart->panels + chart->count) {
        *panel = (struct latency_panel){.load = cell_load_percent(&cell), .conc = cell.conc};
        memcpy(panel->name, name, sizeof name);
        chart->count++;
    }
    if (panel->count == MODELS_MAX)
        return 0;
    snprintf(panel->models[panel->count], sizeof panel->models[0], "%s", cell.model);
    panel->cells[panel->count++] = sample;
    return 0;
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
    struct median_interval interval;
    char text[3][40];
    size_t n = samples_values(chart->samples, cell, latency_metrics[metric], values);
    if (!n)
        return 0;
    if (statistics_median(values, n, 0.95, &interval))
        return -1;
    const double figures[] = {interval.median, interval.low, interval.high};
    for (size_t i = 0; i < 3; i++) {
        word_number(figures[i], text[i], sizeof text[i]);
        if (figures[i] > 0) {
            chart->low = fmin(chart->low, figures[i]);
            chart->high = fmax(chart->high, figures[i]);
        }
    }
    fprintf(out, "%zu,%zu,%s,%s,%g,%s,%s,%s,%zu\n", panel + 1, model + 1, chart->panels[panel].models[model],
            is_corrected(metric) ? "due" : "sent", one_in[metric], text[0], text[1], text[2], n);
    return 0;
}

static int put_data(FILE *out, struct latency_chart *chart)
{
    double *values = malloc((chart->samples->row_count + 1) * sizeof *values);
    int result = values ? 0 : -1;
    chart->low = INFINITY;
    chart->high = 0;
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

static void put_script(FILE *out, const struct latency_chart *chart, const char *style, const char *script)
{
    int head_px = gnuplot_head_height(1), height = head_px + (int)((chart->count + 1) / 2) * PANEL_PX + 26;
    const struct gnuplot_head head = {
        .title = LATENCY_CHART_TITLE,
        .subtitle = "half of all messages, one of ten, of a hundred, of a thousand waits so long, or longer",
        .finding =
            "where a rate is offered, solid: from when a message was due; dashed: from when it was sent",
        .finding_word = "",
        .foot = "medians of the launches' quantiles with 95 % intervals; a quantile needs a hundred messages "
                "beyond it"};
    gnuplot_put_start(out, LATENCY_CHART_ID, style, height);
    gnuplot_put_head(out, &head, height);
    fprintf(out, "PIXEL = %.6f\n", 1.0 / height);
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

static int write(struct latency_chart *chart, const char *style, const char *script, const char *folder,
                 struct error *error)
{
    struct file_new file;
    if (!gnuplot_open(&file, folder, LATENCY_CHART_ID, "csv", error))
        return -1;
    if (put_data(file.stream, chart)) {
        file_drop(&file);
        return error_set(error, "out of memory");
    }
    if (gnuplot_close(&file, LATENCY_CHART_ID, error) ||
        !gnuplot_open(&file, folder, LATENCY_CHART_ID, "gp", error))
        return -1;
    put_script(file.stream, chart, style, script);
    return gnuplot_close(&file, LATENCY_CHART_ID, error);
}

int latency_chart_draw(const struct samples *samples, const char *script_folder, const char *folder,
                       struct drawn *drawn, struct error *error)
{
    static const char *const ids[] = {LATENCY_CHART_ID};
    struct latency_chart chart = {.samples = samples};
    char *style = NULL, *script = NULL;
    int result = 0;
    if (list_panels(&chart))
        return error_set(error, "out of memory");
    if (chart.count) {
        style = gnuplot_read_script(script_folder, "style.gp", error);
        script = style ? gnuplot_read_script(script_folder, "latency.gp", error) : NULL;
        result = !script || gnuplot_make_folder(folder, error) ||
                         write(&chart, style, script, folder, error) ||
                         drawing_run(folder, ids, 1, 1, DRAWING_TIMEOUT_S, drawn, error)
                     ? -1
                     : 0;
    }
    free(chart.panels);
    free(script);
    free(style);
    return result;
}
