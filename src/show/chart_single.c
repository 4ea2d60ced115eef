/* SPDX-License-Identifier: MIT */
#include "chart_single.h"

#include <stdlib.h>

#include "gnuplot.h"

static int write(const struct chart_single *chart, void *context, const char *style, const char *script,
                 const char *folder, struct error *error)
{
    struct file_new file;
    if (!gnuplot_open(&file, folder, chart->id, "csv", error))
        return -1;
    if (chart->put_data(file.stream, context)) {
        file_drop(&file);
        return error_set(error, "out of memory");
    }
    if (gnuplot_close(&file, chart->id, error) || !gnuplot_open(&file, folder, chart->id, "gp", error))
        return -1;
    chart->put_script(file.stream, context, style, script);
    return gnuplot_close(&file, chart->id, error);
}

int chart_single_draw(const struct chart_single *chart, void *context, const char *script_folder,
                      const char *folder, struct drawn *drawn, struct error *error)
{
    char *style = gnuplot_read_script(script_folder, "style.gp", error);
    char *script = style ? gnuplot_read_script(script_folder, chart->script_name, error) : NULL;
    int result = !script || gnuplot_make_folder(folder, error) ||
                         write(chart, context, style, script, folder, error) ||
                         drawing_run(folder, &chart->id, 1, 1, DRAWING_TIMEOUT_S, drawn, error)
                     ? -1
                     : 0;
    free(script);
    free(style);
    return result;
}
