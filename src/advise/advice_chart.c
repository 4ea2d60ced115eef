/* SPDX-License-Identifier: MIT */
#include "advice_chart.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "chart_single.h"
#include "chart_tics.h"
#include "gnuplot.h"
#include "words.h"
#include "wording.h"

enum { PLOT_PX = 330, BELOW_PX = 72, KEY_ROW_PX = 22, KEY_COLUMNS = 5, TICS_MAX = 8, WIDE = 8 };

struct advice_chart {
    const struct advice *advice;
    const char *models[ADVICE_CANDIDATES_MAX];
    size_t model_count;
};

static double figure_of(const struct advice_candidate *candidate)
{
    return candidate->median > 0 ? candidate->median : candidate->rate;
}

static void find_models(struct advice_chart *chart)
{
    for (size_t i = 0; i < chart->advice->count; i++) {
        const char *model = chart->advice->candidates[i].cell.model;
        size_t known = 0;
        while (known < chart->model_count && strcmp(chart->models[known], model) != 0)
            known++;
        if (figure_of(&chart->advice->candidates[i]) > 0 && known == chart->model_count)
            chart->models[chart->model_count++] = model;
    }
}

static int by_in_flight(const void *a, const void *b)
{
    const struct advice_candidate *left = *(struct advice_candidate *const *)a,
                                  *right = *(struct advice_candidate *const *)b;
    if (left->in_flight != right->in_flight)
        return left->in_flight < right->in_flight ? -1 : 1;
    return left < right ? -1 : left > right;
}

/* Those that have a figure, by tasks in flight; of model, if it is not NULL. */
static size_t sort_candidates(const struct advice *advice, const char *model,
                              const struct advice_candidate *sorted[ADVICE_CANDIDATES_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < advice->count; i++) {
        const struct advice_candidate *candidate = &advice->candidates[i];
        if (figure_of(candidate) > 0 && (!model || strcmp(candidate->cell.model, model) == 0))
            sorted[count++] = candidate;
    }
    qsort(sorted, count, sizeof sorted[0], by_in_flight);
    return count;
}

static int put_data(FILE *out, void *context)
{
    const struct advice_chart *chart = context;
    const struct advice_candidate *sorted[ADVICE_CANDIDATES_MAX];
    fputs("series,kind,model,in_flight,per_second,low,high\n", out);
    for (size_t series = 0; series < chart->model_count; series++) {
        size_t count = sort_candidates(chart->advice, chart->models[series], sorted);
        for (size_t i = 0; i < count; i++) {
            bool final = sorted[i]->median > 0;
            fprintf(out, "%zu,%s,%s,%u,", series + 1, final ? "final" : "look", chart->models[series],
                    sorted[i]->in_flight);
            gnuplot_put_number(out, figure_of(sorted[i]), ',');
            gnuplot_put_number(out, final ? sorted[i]->low : NAN, ',');
            gnuplot_put_number(out, final ? sorted[i]->high : NAN, '\n');
        }
    }
    return 0;
}

static void put_axes(FILE *out, const struct advice *advice)
{
    const struct advice_candidate *sorted[ADVICE_CANDIDATES_MAX];
    size_t count = sort_candidates(advice, NULL, sorted);
    double low = INFINITY, high = 0;
    struct tics x = {.count = 0}, y;
    for (size_t i = 0; i < count; i++) {
        bool final = sorted[i]->median > 0;
        low = fmin(low, final && sorted[i]->low > 0 ? sorted[i]->low : figure_of(sorted[i]));
        high = fmax(high, final && isfinite(sorted[i]->high) ? sorted[i]->high : figure_of(sorted[i]));
        if (x.count == 0 || x.values[x.count - 1] != sorted[i]->in_flight)
            x.values[x.count++] = sorted[i]->in_flight;
    }
    bool wide = high > WIDE * low;
    low = wide ? low / 1.5 : 0;
    high *= wide ? 1.5 : 1.1;
    gnuplot_put_value(out, "X_MIN", sorted[0]->in_flight / 1.3);
    gnuplot_put_value(out, "X_MAX", sorted[count - 1]->in_flight * 1.3);
    gnuplot_put_value(out, "Y_MIN", low);
    gnuplot_put_value(out, "Y_MAX", high);
    fprintf(out, "Y_LOG = %d\n", wide);
    if (wide)
        tics_log(low, high, TICS_MAX, &y);
    else
        tics_linear(low, high, TICS_MAX, &y);
    tics_put(out, "X_TICS", "x", &x, COLUMN_COUNT);
    tics_put(out, "Y_TICS", "y", &y, COLUMN_ITEMS_PER_SECOND);
}

static void put_marks(FILE *out, const struct advice_chart *chart)
{
    const struct advice *advice = chart->advice;
    const struct advice_candidate *chosen = &advice->candidates[advice->chosen];
    size_t series = 0;
    fputs("MODELS = \"", out);
    for (size_t i = 0; i < chart->model_count; i++) {
        fprintf(out, "%s%s", i ? " " : "", chart->models[i]);
        if (strcmp(chart->models[i], chosen->cell.model) == 0)
            series = i;
    }
    fprintf(out, "\"\nCHOSEN = %zu\n", series + 1);
    gnuplot_put_value(out, "CHOSEN_X", chosen->in_flight);
    gnuplot_put_value(out, "CHOSEN_Y", chosen->median);
    gnuplot_put_value(out, "SERIAL_Y",
                      advice->serial == SIZE_MAX ? NAN : figure_of(&advice->candidates[advice->serial]));
}

static void put_script(FILE *out, const void *context, const char *style, const char *script)
{
    const struct advice_chart *chart = context;
    const struct advice *advice = chart->advice;
    const struct advice_candidate *chosen = &advice->candidates[advice->chosen];
    char title[128], finding[192], foot[192], rate[32], low[32], high[32];
    int key_px = KEY_ROW_PX * (int)((chart->model_count + KEY_COLUMNS - 1) / KEY_COLUMNS + 1);
    int height = gnuplot_head_height(1) + key_px + PLOT_PX + BELOW_PX;
    word_metric(COLUMN_ITEMS_PER_SECOND, chosen->median, rate, sizeof rate);
    word_metric(COLUMN_ITEMS_PER_SECOND, chosen->low, low, sizeof low);
    word_metric(COLUMN_ITEMS_PER_SECOND, chosen->high, high, sizeof high);
    snprintf(title, sizeof title, "%s in %s", advice->work, advice->runtime);
    snprintf(finding, sizeof finding, "Choose %s: %s (%s to %s)", chosen->label, rate, low, high);
    snprintf(foot, sizeof foot,
             "with intervals: finalists, medians and 95 %% of %u blocks; open circles: others, from a first "
             "look only",
             advice->blocks);
    const struct gnuplot_head head = {.title = title,
                                      .subtitle = "tasks a second, over how many are in flight at once",
                                      .finding = finding,
                                      .finding_word = "holds",
                                      .foot = foot};
    gnuplot_put_start(out, ADVICE_CHART_ID, style, height);
    gnuplot_put_head(out, &head, height);
    fprintf(out, "PIXEL = %.6f\nTOP = %.5f\nBOTTOM = %.5f\nKEY_TOP = %.5f\nKEY_COLUMNS = %d\n", 1.0 / height,
            1 - (double)(gnuplot_head_height(1) + key_px) / height, (double)BELOW_PX / height,
            1 - (double)(gnuplot_head_height(1) + KEY_ROW_PX / 2) / height, KEY_COLUMNS);
    fprintf(out, "KEY_ROW = %d\n", KEY_ROW_PX);
    put_axes(out, advice);
    put_marks(out, chart);
    fputs(script, out);
    gnuplot_put_end(out);
}

int advice_chart_draw(const struct advice *advice, const char *script_folder, const char *folder,
                      struct drawn *drawn, struct error *error)
{
    static const struct chart_single single = {ADVICE_CHART_ID, "advice.gp", put_data, put_script};
    struct advice_chart chart = {.advice = advice};
    char program[PATH_BYTES];
    find_models(&chart);
    return drawing_find_program(program, error)
               ? -1
               : chart_single_draw(&single, &chart, script_folder, folder, drawn, error);
}
