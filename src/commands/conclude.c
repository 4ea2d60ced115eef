/* SPDX-License-Identifier: MIT */
#include "conclude.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chart.h"
#include "file.h"
#include "latency_chart.h"
#include "options.h"
#include "paths.h"
#include "report.h"
#include "run_file.h"
#include "runtimes_chart.h"
#include "sweep_draw.h"
#include "words.h"

/* What the rules judge, what sweeps are drawn of, which is told of every cell. */
static int load_samples(const char *path, const struct rules *rules, struct samples *samples,
                        struct error *error)
{
    enum column metrics[COLUMN_COUNT + SWEEP_METRICS + LATENCY_METRICS];
    memcpy(metrics, sweep_metrics, SWEEP_METRICS * sizeof *metrics);
    memcpy(metrics + SWEEP_METRICS, latency_metrics, LATENCY_METRICS * sizeof *metrics);
    size_t count = SWEEP_METRICS + LATENCY_METRICS;
    count += rules_metrics(rules, metrics + count);
    return samples_load(path, metrics, count, samples, error);
}

static int find_sweeps(const char *path, struct conclusion *conclusion, struct error *error)
{
    json_t *run = NULL;
    struct stat status;
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode) && run_file_load_if_any(path, &run, error))
        return -1;
    const struct sweeps_wanted wanted = {&conclusion->verdicts, &conclusion->rules,
                                         run_file_value(run, "options.axes")};
    int result = sweeps_find(&conclusion->samples, &wanted, &conclusion->sweeps, error);
    json_decref(run);
    return result;
}

int conclusion_open(const char *path, const char *rules_path, struct conclusion *conclusion,
                    struct error *error)
{
    char own[PATH_BYTES];
    memset(conclusion, 0, sizeof *conclusion);
    conclusion->own_rules = rules_path != NULL;
    if (!rules_path) {
        if (paths_data("rules", own, error))
            return -1;
        rules_path = own;
    }
    if (rules_load(rules_path, &conclusion->rules, error) ||
        load_samples(path, &conclusion->rules, &conclusion->samples, error))
        return -1;
    if (verdicts_judge(&conclusion->samples, &conclusion->rules, &conclusion->verdicts, error))
        return -1;
    return find_sweeps(path, conclusion, error);
}

void conclusion_free(struct conclusion *conclusion)
{
    sweeps_free(&conclusion->sweeps);
    verdicts_free(&conclusion->verdicts);
    samples_free(&conclusion->samples);
    rules_free(&conclusion->rules);
}

static int write_verdicts(const struct conclusion *conclusion, const char *folder, struct error *error)
{
    char path[PATH_BYTES + 16];
    struct file_new file;
    snprintf(path, sizeof path, "%s/verdicts.csv", folder);
    if (!file_create(&file, path, error))
        return -1;
    if (!verdicts_write(&conclusion->verdicts, "csv", 0, 0, file.stream, error))
        return file_finish(&file, error);
    file_drop(&file);
    return -1;
}

int conclusion_write(const struct conclusion *conclusion, const char *folder, struct error *error)
{
    char scripts[PATH_BYTES];
    struct error page_error;
    struct drawn drawn = {.ids = NULL};
    if (write_verdicts(conclusion, folder, error) || paths_data("gnuplot", scripts, error))
        return -1;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned jobs = processors > 1 ? (unsigned)processors : 1;
    bool all = charts_draw(&conclusion->verdicts, scripts, folder, jobs, &drawn, error) >= 0 &&
               !runtimes_chart_draw(&conclusion->verdicts, scripts, folder, &drawn, error) &&
               !latency_chart_draw(&conclusion->samples, scripts, folder, &drawn, error) &&
               !sweeps_draw(&conclusion->sweeps, scripts, folder, jobs, &drawn, error);
    if (report_write(&conclusion->verdicts, &conclusion->samples, &conclusion->sweeps, folder, &drawn,
                     &page_error)) {
        *error = page_error;
        all = false;
    }
    drawn_free(&drawn);
    return all ? 0 : -1;
}

void conclusion_tell_missing(const struct conclusion *conclusion)
{
    const struct verdicts *verdicts = &conclusion->verdicts;
    if (conclusion->own_rules && verdicts->missing_rule)
        word_print(stderr, "crosspoint: rule %s was not measured: there is no row of %s\n",
                   verdicts->missing_rule->id, verdicts->missing_cell);
}

int conclusion_exit_code(const struct conclusion *conclusion)
{
    if (conclusion->own_rules && !conclusion->verdicts.count)
        return EXIT_NOTHING_COMPARABLE;
    for (size_t i = 0; i < conclusion->samples.cell_count; i++)
        if (conclusion->samples.cells[i].rows[STATUS_OK])
            return EXIT_FINE;
    return EXIT_NOTHING_COMPARABLE;
}
