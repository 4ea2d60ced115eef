/* SPDX-License-Identifier: MIT */
/* A chart is a column of panels or two. A panel shows one pair: as bars, or over its sweep. What is drawn
 * stands in the scripts; here is what they need: the data, the names, the ranges, and where each panel sits.
 */
#include "chart.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "chart_private.h"
#include "drawing.h"
#include "gnuplot.h"
#include "map_draw.h"
#include "wording.h"

struct scripts {
    char *style, *bars, *sweep, *map;
};

static void put_head(FILE *out, const struct chart *chart, const char *subtitle)
{
    const struct rule *rule = chart->first->rule;
    char foot[320], common[192], claim[200];
    size_t n_min = SIZE_MAX, n_max = 0;
    for (size_t i = 0; i < chart->panel_count; i++)
        word_span_blocks(chart->panels[i].points, chart->panels[i].count, &n_min, &n_max);
    chart_describe_common(chart, common, sizeof common);
    size_t step = chart_dot_step(n_max);
    char dots[48] = "every sample";
    if (step > 1)
        snprintf(dots, sizeof dots, "one sample of %zu", step);
    int used = snprintf(foot, sizeof foot, "medians and %s; dots: %s, n = %zu",
                        n_min < 6 ? "ranges" : "exact 95 % intervals", dots, n_min);
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
    chart_describe(chart, subtitle, sizeof subtitle);
    chart_lay_out(chart, gnuplot_wrap(subtitle, GNUPLOT_HEAD_COLUMNS));
    gnuplot_put_start(out, chart->first->rule->id, scripts->style, chart->height);
    put_head(out, chart, subtitle);
    fputs("set multiplot\n", out);
    for (size_t i = 0; i < chart->panel_count; i++) {
        chart_put_panel(out, chart, &chart->panels[i], i + 1);
        fputs(chart->panels[i].sweep ? scripts->sweep : scripts->bars, out);
    }
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
    bool map = chart->first->pair->kind == RULE_MAP;
    if (map)
        map_put_data(file.stream, chart);
    else
        chart_put_data(file.stream, chart);
    if (gnuplot_close(&file, id, error) || !gnuplot_open(&file, folder, id, "gp", error))
        return -1;
    if (map)
        map_put_script(file.stream, chart, scripts->style, scripts->map);
    else
        put_script(file.stream, chart, scripts);
    return gnuplot_close(&file, id, error);
}

static int load_scripts(const char *folder, struct scripts *scripts, struct error *error)
{
    scripts->style = gnuplot_read_script(folder, "style.gp", error);
    scripts->bars = scripts->style ? gnuplot_read_script(folder, "bars.gp", error) : NULL;
    scripts->sweep = scripts->bars ? gnuplot_read_script(folder, "sweep.gp", error) : NULL;
    scripts->map = scripts->sweep ? gnuplot_read_script(folder, "map.gp", error) : NULL;
    return scripts->map ? 0 : -1;
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
        if (chart.first->pair->kind == RULE_MAP)
            map_list_panels(&chart);
        else
            chart_list_panels(&chart);
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
    free(scripts.map);
    free(ids);
    return count;
}
