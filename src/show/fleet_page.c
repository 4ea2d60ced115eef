/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "fleet_write.h"
#include "gnuplot.h"
#include "report_part.h"

/* What the command prints around its tables, a paragraph a line. */
static void put_lines(FILE *out, char *text)
{
    for (char *rest = text, *line; (line = strsep(&rest, "\n")) && rest;)
        html_put_element(out, "<p>", line, "</p>\n");
    free(text);
}

static void put_head(FILE *out, const struct fleet *fleet, const struct fleet_group *group)
{
    char *text = NULL;
    size_t bytes;
    FILE *memory = open_memstream(&text, &bytes);
    if (!memory)
        return;
    fleet_put_head(fleet, group, memory);
    fclose(memory);
    put_lines(out, text);
}

static void put_defaults(FILE *out, const struct fleet_group *group)
{
    char *text = NULL;
    size_t bytes;
    FILE *memory = open_memstream(&text, &bytes);
    if (!memory)
        return;
    fleet_put_defaults(group, memory);
    fclose(memory);
    if (bytes)
        fputs("<h2>What could be the default everywhere</h2>\n", out);
    put_lines(out, text);
}

static int put_group(FILE *out, const struct fleet *fleet, const struct fleet_group *group,
                     const struct page *page, struct error *error)
{
    struct table table;
    put_head(out, fleet, group);
    fputs("<h2>Where each rule holds</h2>\n", out);
    fleet_rules_table(group, TABLE_HTML, &table);
    table_hide_empty(&table);
    int failed = table_write(&table, NULL, out);
    table_free(&table);
    put_defaults(out, group);
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

int fleet_page_write(const struct fleet *fleet, const char *folder, const struct drawn *drawn,
                     struct error *error)
{
    const struct page page = {.folder = folder, .drawn = drawn};
    char path[PATH_BYTES];
    struct file_new file;
    snprintf(path, sizeof path, "%.4000s/index.html", folder);
    if (!file_create(&file, path, error))
        return -1;
    page_put_head(file.stream, "fleet", "Is it so everywhere?");
    int result = 0;
    for (size_t i = 0; i < fleet->group_count && !result; i++)
        result = put_group(file.stream, fleet, &fleet->groups[i], &page, error);
    if (result) {
        file_drop(&file);
        return -1;
    }
    page_put_end(file.stream);
    return file_finish(&file, error);
}
