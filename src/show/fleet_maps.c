/* SPDX-License-Identifier: MIT */
/* The decision maps of a fleet side by side. */
#include <stdlib.h>
#include <string.h>

#include "fleet_write.h"
#include "gnuplot.h"
#include "map_draw.h"

static const char *const id = "decision-maps";

const char *fleet_maps_id(void)
{
    return id;
}

static void add_panels(struct chart *chart, const struct fleet_machine *machine,
                       const struct verdicts *judged, char (*titles)[128])
{
    for (size_t i = 0; i < judged->count && chart->panel_count < PANELS_MAX; i++) {
        struct chart one = {.verdicts = judged, .first = &judged->verdicts[i], .count = 1};
        if (one.first->pair->kind != RULE_MAP ||
            (chart->first && strcmp(one.first->rule->id, chart->first->rule->id) != 0))
            continue;
        map_list_panels(&one);
        if (!one.panel_count)
            continue;
        if (!chart->first)
            chart->first = one.first;
        snprintf(titles[chart->panel_count], sizeof titles[0], "%s: %.0f unit%s, %s", machine->name,
                 machine->values[FLEET_UNITS], machine->values[FLEET_UNITS] == 1 ? "" : "s",
                 one.first->runtime);
        chart->panels[chart->panel_count++] = one.panels[0];
    }
}

static int put_files(struct chart *chart, const char (*titles)[128], const char *title, const char *style,
                     const char *script, const char *folder, struct error *error)
{
    const struct rule *rule = chart->first->rule;
    struct file_new file;
    char finding[96], subtitle[320];
    size_t right = 0;
    for (size_t i = 0; i < chart->panel_count; i++)
        right += chart->panels[i].verdict->judgement == JUDGEMENT_HOLDS;
    snprintf(finding, sizeof finding, "the tree is shown to be right everywhere in %zu of %zu", right,
             chart->panel_count);
    snprintf(subtitle, sizeof subtitle, "%s: %s over %s", rule->chart_title, rule->chart_axis_y,
             rule->chart_axis);
    struct gnuplot_head head = {.title = title, .subtitle = subtitle, .finding = finding, .finding_word = ""};
    if (!gnuplot_open(&file, folder, id, "csv", error))
        return -1;
    map_put_data(file.stream, chart);
    if (gnuplot_close(&file, id, error) || !gnuplot_open(&file, folder, id, "gp", error))
        return -1;
    map_put_multiples(file.stream, chart, titles, &head, id, style, script);
    return gnuplot_close(&file, id, error);
}

int fleet_maps_write(const struct fleet_pages *pages, const char *script_folder, const char *style,
                     const char *folder, bool *made, struct error *error)
{
    const struct fleet_group *group = pages->fleet->groups;
    struct chart *chart = calloc(1, sizeof *chart);
    char(*titles)[128] = calloc(PANELS_MAX, sizeof *titles);
    int result = chart && titles ? 0 : error_set(error, "out of memory");
    *made = false;
    for (size_t i = 0; !result && i < pages->judged_count; i++)
        if (pages->judged[i])
            add_panels(chart, &group->machines[i], pages->judged[i], titles);
    char title[96] = "Decision maps, machine beside machine";
    if (group->machine_count > pages->judged_count)
        snprintf(title, sizeof title, "Decision maps of the first %zu machines of %zu", pages->judged_count,
                 group->machine_count);
    if (!result && chart->panel_count > 1) {
        char *script = gnuplot_read_script(script_folder, "map.gp", error);
        result = script ? put_files(chart, titles, title, style, script, folder, error) : -1;
        *made = !result;
        free(script);
    }
    free(titles);
    free(chart);
    return result;
}
