/* SPDX-License-Identifier: MIT */
#include "track_chart.h"

#include <stdlib.h>
#include <string.h>

#include "report_part.h"
#include "track_write.h"

/* What the command prints under its table. */
static void put_summary(FILE *out, const struct track_history *history)
{
    char *text = NULL;
    size_t bytes;
    FILE *memory = open_memstream(&text, &bytes);
    if (!memory)
        return;
    track_put_summary(history, 0, memory);
    fclose(memory);
    for (char *rest = text, *line; (line = strsep(&rest, "\n")) && rest;)
        html_put_element(out, "<p>", line, "</p>\n");
    free(text);
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

static int put_page(FILE *out, const struct track_history *history, const struct page *page,
                    struct error *error)
{
    struct table table;
    page_put_head(out, "track", "What changed over time?");
    put_summary(out, history);
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
    page_put_end(out);
    return 0;
}

int track_page_write(const struct track_history *history, const char *folder, const struct drawn *drawn,
                     struct error *error)
{
    const struct page page = {.folder = folder, .drawn = drawn};
    char path[PATH_BYTES];
    struct file_new file;
    snprintf(path, sizeof path, "%.4000s/index.html", folder);
    if (!file_create(&file, path, error))
        return -1;
    if (put_page(file.stream, history, &page, error)) {
        file_drop(&file);
        return -1;
    }
    return file_finish(&file, error);
}
