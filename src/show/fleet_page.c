/* SPDX-License-Identifier: MIT */
#include "fleet_write.h"
#include "gnuplot.h"
#include "page.h"

static int put_group(FILE *out, const struct fleet *fleet, const struct fleet_group *group,
                     const struct page *page, struct error *error)
{
    struct table table;
    page_put_text(out, "", fleet_put_head, group);
    fputs("<h2>Where each rule holds</h2>\n", out);
    fleet_rules_table(group, TABLE_HTML, &table);
    table_hide_empty(&table);
    int failed = table_write(&table, NULL, out);
    table_free(&table);
    if (group == fleet->groups && drawn_has(page->drawn, fleet_maps_id()) &&
        report_put_chart(out, fleet_maps_id(), "decision maps", page, error))
        return -1;
    page_put_text(out, "<h2>What could be the default everywhere</h2>\n", fleet_put_defaults, group);
    for (size_t i = 0; i < group->line_count && group == fleet->groups; i++) {
        char id[GNUPLOT_ID_BYTES];
        fleet_chart_id(&group->lines[i], id, sizeof id);
        if (group->lines[i].is_rule && drawn_has(page->drawn, id) &&
            report_put_chart(out, id, group->lines[i].sample->rule, page, error))
            return -1;
    }
    fputs("<h2>The machines</h2>\n", out);
    fleet_machines_table(group, TABLE_HTML, &table);
    table_hide_empty(&table);
    failed |= table_write(&table, NULL, out);
    table_free(&table);
    return failed ? error_set(error, "out of memory") : 0;
}

static int put(FILE *out, const void *context, const struct page *page, struct error *error)
{
    const struct fleet *fleet = ((const struct fleet_pages *)context)->fleet;
    int result = 0;
    for (size_t i = 0; i < fleet->group_count && !result; i++)
        result = put_group(out, fleet, &fleet->groups[i], page, error);
    return result;
}

int fleet_page_make(const struct fleet_pages *pages, const char *folder, struct error *error)
{
    static const struct page_kind kind = {fleet_charts_draw, "fleet", "Is it so everywhere?", put};
    return page_make(folder, &kind, pages, error);
}
