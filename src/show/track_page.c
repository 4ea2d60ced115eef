/* SPDX-License-Identifier: MIT */
#include "track_chart.h"

#include "page.h"
#include "track_write.h"

/* Lines as long as they are: the page breaks them. */
static void put_summary(const void *context, FILE *out)
{
    track_put_summary(context, 0, out);
}

static void put_link(FILE *out, const char *id, const char *name)
{
    html_put_element(out, "<li><a href=\"charts/", id, ".svg\"><code>");
    html_put_element(out, "", name, "</code></a></li>\n");
}

/* The charts of cells that changed or, as links, of those that did not. */
static int put_charts(FILE *out, const struct track_history *history, bool changed, const struct page *page,
                      struct error *error)
{
    struct track_place place;
    for (place.series = 0; place.series < history->series_count; place.series++)
        for (place.metric = 0; place.metric < history->metric_count; place.metric++)
            for (place.cell = 0; place.cell < history->series[place.series].cell_count; place.cell++) {
                const struct track_series *series = &history->series[place.series];
                const struct track *track = &series->tracks[place.metric];
                char id[GNUPLOT_ID_BYTES];
                track_chart_id(history, &place, id);
                if (!drawn_has(page->drawn, id) ||
                    (track_told(track, &track->rows[place.cell]) != NULL) != changed)
                    continue;
                if (!changed)
                    put_link(out, id, track_cell_name(series, place.cell));
                else if (report_put_chart(out, id, track_cell_name(series, place.cell), page, error))
                    return -1;
            }
    return 0;
}

static int put(FILE *out, const void *context, const struct page *page, struct error *error)
{
    const struct track_history *history = context;
    struct table table;
    page_put_text(out, "", put_summary, history);
    if (put_charts(out, history, true, page, error))
        return -1;
    fputs("<h2>All cells</h2>\n", out);
    track_table(history, TABLE_HTML, true, &table);
    int failed = table_write(&table, NULL, out);
    table_free(&table);
    if (failed)
        return error_set(error, "out of memory");
    fputs("<h2>Charts of those that did not change</h2>\n<ul>\n", out);
    put_charts(out, history, false, page, error);
    fputs("</ul>\n", out);
    return 0;
}

int track_page_make(const struct track_history *history, const char *folder, struct error *error)
{
    static const struct page_kind kind = {track_charts_draw, "track", "What changed over time?", put};
    return page_make(folder, &kind, history, error);
}
