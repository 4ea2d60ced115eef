/* SPDX-License-Identifier: MIT */
/* What a chart says. */
#include <string.h>

#include "chart_private.h"
#include "wording.h"

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
void chart_describe(const struct chart *chart, char *text, size_t text_bytes)
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

void chart_describe_common(const struct chart *chart, char *text, size_t text_bytes)
{
    const struct cell *cells[2 * PANELS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < chart->panel_count; i++) {
        cells[count++] = &chart->panels[i].points->comparison.better;
        if (!panel_is_fact(&chart->panels[i]))
            cells[count++] = &chart->panels[i].points->comparison.worse;
    }
    word_common(cells, count, chart->panels[0].verdict->pair->sweep.key, text, text_bytes);
}
