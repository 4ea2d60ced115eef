/* SPDX-License-Identifier: MIT */
/* A rule's ratios, machine beside machine. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fleet_write.h"
#include "gnuplot.h"
#include "words.h"

enum { ROW_PX = 18, BELOW_PX = 62, PANELS_MAX = 6, ROWS_MAX = 60 };

/* A pair, and its machines by ratio. */
struct fleet_panel {
    const struct fleet_line *line;
    size_t rows[ROWS_MAX];
    size_t count;
};
struct fleet_chart {
    const struct fleet_group *group;
    const struct fleet_line *rule;
    struct fleet_panel panels[PANELS_MAX];
    size_t panel_count, rows;
    double low, high;
    char id[GNUPLOT_ID_BYTES];
};

void fleet_chart_id(const struct fleet_line *line, char *id, size_t id_bytes)
{
    snprintf(id, id_bytes, "%.64s-%.32s", line->sample->rule, line->sample->runtime);
    for (char *c = id; *c; c++)
        if (!isalnum((unsigned char)*c) && !strchr("-_.", *c))
            *c = '-';
}

struct by_ratio {
    double ratio;
    size_t machine;
};

static int compare_ratios(const void *a, const void *b)
{
    const struct by_ratio *left = a, *right = b;
    if (left->ratio != right->ratio)
        return left->ratio < right->ratio ? -1 : 1;
    return left->machine < right->machine ? -1 : left->machine > right->machine;
}

/* Of more than fit some are drawn, evenly over their order; both ends are. */
static int list_rows(const struct fleet_group *group, struct fleet_panel *panel)
{
    size_t count = 0;
    struct by_ratio *order = malloc((group->machine_count + 1) * sizeof *order);
    if (!order)
        return -1;
    for (size_t i = 0; i < group->machine_count; i++) {
        const struct fleet_row *row = panel->line->rows[i];
        if (row && row->ratio > 0)
            order[count++] = (struct by_ratio){row->ratio, i};
    }
    qsort(order, count, sizeof *order, compare_ratios);
    panel->count = count < ROWS_MAX ? count : ROWS_MAX;
    for (size_t i = 0; i < panel->count; i++)
        panel->rows[i] = order[panel->count < 2 ? i : i * (count - 1) / (panel->count - 1)].machine;
    free(order);
    return 0;
}

static int list_panels(struct fleet_chart *chart, size_t first)
{
    const struct fleet_group *group = chart->group;
    for (size_t i = first + 1; i < group->line_count && !group->lines[i].is_rule; i++) {
        struct fleet_panel *panel = &chart->panels[chart->panel_count];
        if (group->lines[i].ratio_count < 2 || chart->panel_count == PANELS_MAX ||
            strcmp(group->lines[i].sample->kind, "map") == 0)
            continue;
        *panel = (struct fleet_panel){.line = &group->lines[i]};
        if (list_rows(group, panel))
            return -1;
        chart->rows += panel->count;
        chart->panel_count++;
    }
    return 0;
}

static void put_data(FILE *out, struct fleet_chart *chart)
{
    size_t at = 0;
    fputs("row,machine,pair,ratio,low,high,bound,verdict\n", out);
    chart->low = chart->high = 1;
    for (size_t i = 0; i < chart->panel_count; i++) {
        const struct fleet_panel *panel = &chart->panels[i];
        at++; /* the pair's name */
        for (size_t k = 0; k < panel->count; k++) {
            const struct fleet_row *row = panel->line->rows[panel->rows[k]];
            double low = row->low > 0 ? row->low : row->ratio, high = row->high > 0 ? row->high : row->ratio;
            chart->low = fmin(chart->low, low);
            chart->high = fmax(chart->high, high);
            fprintf(out, "%zu,%s,", ++at, chart->group->machines[panel->rows[k]].name);
            gnuplot_put_word(out, row->pair);
            putc(',', out);
            gnuplot_put_number(out, row->ratio, ',');
            gnuplot_put_number(out, low, ',');
            gnuplot_put_number(out, high, ',');
            gnuplot_put_number(out, 1 + row->effect, ',');
            fprintf(out, "%d\n", row->word);
        }
    }
}

static void put_names(FILE *out, const struct fleet_chart *chart)
{
    fputs("NAMES = \"", out);
    for (size_t i = 0; i < chart->panel_count; i++) {
        const struct fleet_panel *panel = &chart->panels[i];
        fputs(i ? " *" : "*", out);
        gnuplot_put_word(out,
                         *panel->line->sample->pair ? panel->line->sample->pair : panel->line->sample->rule);
        for (size_t k = 0; k < panel->count; k++) {
            const struct fleet_machine *machine = &chart->group->machines[panel->rows[k]];
            fprintf(out, " %s:_%.0f_unit%s", machine->name, machine->values[FLEET_UNITS],
                    machine->values[FLEET_UNITS] == 1 ? "" : "s");
        }
    }
    fputs("\"\n", out);
}

static void put_script(FILE *out, const struct fleet_chart *chart, const char *style, const char *script)
{
    size_t rows = chart->rows + chart->panel_count, n = chart->rule->words[FLEET_HOLDS] +
                                                        chart->rule->words[FLEET_FAILS] +
                                                        chart->rule->words[FLEET_OPEN];
    int head_px = gnuplot_head_height(1), height = head_px + (int)rows * ROW_PX + BELOW_PX;
    char title[128], finding[160], foot[160];
    snprintf(title, sizeof title, "%s, %s", chart->rule->sample->rule, chart->rule->sample->runtime);
    snprintf(finding, sizeof finding, "holds on %zu of %zu, does not on %zu, inconclusive on %zu",
             chart->rule->words[FLEET_HOLDS], n, chart->rule->words[FLEET_FAILS],
             chart->rule->words[FLEET_OPEN]);
    bool some = false;
    for (size_t i = 0; i < chart->panel_count; i++)
        some |= chart->panels[i].count < chart->panels[i].line->ratio_count;
    snprintf(foot, sizeof foot, "ratios with 95 %% intervals, by ratio%s; dashed: what the rule claims",
             some ? "; of very many machines some, evenly" : "");
    const struct gnuplot_head head = {
        .title = title,
        .subtitle = "how many times better what the documents recommend is, a row a machine",
        .finding = finding,
        .finding_word = "",
        .foot = foot};
    gnuplot_put_start(out, chart->id, style, height);
    gnuplot_put_head(out, &head, height);
    put_names(out, chart);
    fprintf(out, "ROWS = %zu\nTOP = %.5f\nBOTTOM = %.5f\n", rows, 1 - (double)head_px / height,
            (double)BELOW_PX / height);
    gnuplot_put_value(out, "X_MIN", fmin(0.5, chart->low / 1.3));
    gnuplot_put_value(out, "X_MAX", fmax(2, chart->high * 1.3));
    fputs(script, out);
    gnuplot_put_end(out);
}

static int write_chart(struct fleet_chart *chart, const char *style, const char *script, const char *folder,
                       struct error *error)
{
    struct file_new file;
    if (!gnuplot_open(&file, folder, chart->id, "csv", error))
        return -1;
    put_data(file.stream, chart);
    if (gnuplot_close(&file, chart->id, error) || !gnuplot_open(&file, folder, chart->id, "gp", error))
        return -1;
    put_script(file.stream, chart, style, script);
    return gnuplot_close(&file, chart->id, error);
}

struct chart_ids {
    char (*texts)[GNUPLOT_ID_BYTES];
    const char **list;
    size_t count;
};

static int write_charts(const struct fleet_group *group, const char *style, const char *script,
                        const char *folder, struct chart_ids *ids, struct error *error)
{
    for (size_t i = 0; i < group->line_count; i++) {
        struct fleet_chart chart = {.group = group, .rule = &group->lines[i]};
        if (!chart.rule->is_rule)
            continue;
        fleet_chart_id(chart.rule, chart.id, sizeof chart.id);
        if (list_panels(&chart, i))
            return error_set(error, "out of memory");
        if (!chart.panel_count)
            continue;
        if (write_chart(&chart, style, script, folder, error))
            return -1;
        memcpy(ids->texts[ids->count], chart.id, sizeof chart.id);
        ids->list[ids->count] = ids->texts[ids->count];
        ids->count++;
    }
    return 0;
}

int fleet_charts_draw(const void *context, const char *script_folder, const char *folder, unsigned jobs,
                      struct drawn *drawn, struct error *error)
{
    const struct fleet_pages *pages = context;
    const struct fleet_group *group = pages->fleet->groups;
    struct chart_ids ids = {.texts = calloc(group->line_count + 1, sizeof *ids.texts),
                            .list = calloc(group->line_count + 2, sizeof *ids.list)};
    bool maps;
    char *style = gnuplot_read_script(script_folder, "style.gp", error);
    char *script = style ? gnuplot_read_script(script_folder, "fleet.gp", error) : NULL;
    int result = -1;
    if (!ids.texts || !ids.list)
        error_set(error, "out of memory");
    else if (script && !gnuplot_make_folder(folder, error) &&
             !write_charts(group, style, script, folder, &ids, error) &&
             !fleet_maps_write(pages, script_folder, style, folder, &maps, error)) {
        if (maps)
            ids.list[ids.count++] = fleet_maps_id();
        result =
            ids.count ? drawing_run(folder, ids.list, ids.count, jobs, DRAWING_TIMEOUT_S, drawn, error) : 0;
    }
    free(script);
    free(style);
    free(ids.texts);
    free(ids.list);
    return result;
}
