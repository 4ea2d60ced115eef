/* SPDX-License-Identifier: MIT */
#include "advice_page.h"

#include "advice_chart.h"
#include "advice_write.h"
#include "file.h"
#include "paths.h"
#include "report_part.h"
#include "report_run.h"
#include "run_file.h"

static int put_page(FILE *out, const struct advice *advice, const json_t *run, const struct page *page,
                    struct error *error)
{
    char heading[128];
    snprintf(heading, sizeof heading, "How to run %s in %s?", advice->work, advice->runtime);
    page_put_head(out, "advice", heading);
    if (report_put_chart(out, ADVICE_CHART_ID, heading, page, error))
        return -1;
    if (advice_write_tables(advice, TABLE_HTML, NULL, out))
        return error_set(error, "out of memory");
    report_put_run(out, run);
    page_put_end(out);
    return 0;
}

int advice_page_check(const char *path, struct error *error)
{
    char program[PATH_BYTES];
    struct file_new file;
    if (drawing_find_program(program, error) || !file_create_named(&file, path, error))
        return -1;
    file_drop(&file);
    return 0;
}

int advice_page_write(const struct advice *advice, const char *path, const char *folder, struct error *error)
{
    char scripts[PATH_BYTES];
    struct drawn drawn = {.ids = NULL};
    struct error page_error;
    struct file_new file;
    int result =
        paths_data("gnuplot", scripts, error) || advice_chart_draw(advice, scripts, folder, &drawn, error)
            ? -1
            : 0;
    const struct page page = {.folder = folder, .drawn = &drawn};
    json_t *run = NULL;
    int failed = run_file_load_if_any(folder, &run, &page_error);
    if (!failed && !file_create_named(&file, path, &page_error))
        failed = -1;
    if (!failed && put_page(file.stream, advice, run, &page, &page_error)) {
        file_drop(&file);
        failed = -1;
    } else if (!failed) {
        failed = file_finish(&file, &page_error);
    }
    json_decref(run);
    drawn_free(&drawn);
    if (failed)
        *error = page_error;
    return failed ? -1 : result;
}
