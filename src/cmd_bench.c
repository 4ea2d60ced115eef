/* SPDX-License-Identifier: MIT */
/* The cells by hand. Each call of Google Benchmark runs its cell in a forked child, so that one cell's
 * workers, pools and failures leave the next alone. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cell_run.h"
#include "command.h"
#include "gbench_shim.h"
#include "options.h"
#include "paths.h"
#include "selection.h"

struct bench_cell {
    const struct cell *cell;
    const struct topology *topology;
};

static void measure_in_child(const struct bench_cell *bench, uint64_t items, struct gbench_round *round)
{
    struct error error;
    struct measurement measurement;
    if (cell_runnable(bench->cell, bench->topology, &error)) {
        snprintf(round->error, sizeof round->error, "skipped: %.240s", error.text);
        return;
    }
    struct run *run = cell_open(bench->cell, bench->topology, &error);
    if (!run) {
        snprintf(round->error, sizeof round->error, "%.255s", error.text);
        return;
    }
    items = cell_items(run, items);
    if (cell_warm_up(run, items) || cell_measure(run, items, &measurement)) {
        snprintf(round->error, sizeof round->error, "%.255s", run->error.text);
        return; /* its workers die with this process */
    }
    round->items = measurement.items;
    round->seconds = (double)measurement.wall_ns / 1e9;
    round->latency_p50_ns = (double)measurement.latency_p50_ns;
    round->latency_p99_ns = (double)measurement.latency_p99_ns;
    cell_close(run);
    cell_free(run);
}

static int measure(void *context, uint64_t items, struct gbench_round *round)
{
    struct gbench_round *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
        snprintf(round->error, sizeof round->error, "%s", strerror(errno));
        return -1;
    }
    pid_t parent = getpid(), child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(EXIT_FAILURE);
        measure_in_child(context, items, shared);
        _exit(EXIT_SUCCESS);
    }
    int status = 0;
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    *round = *shared;
    munmap(shared, sizeof *shared);
    if (!round->error[0] && (child < 0 || status))
        snprintf(round->error, sizeof round->error, "the cell's process ended badly (status %#x)", status);
    return round->error[0] ? -1 : 0;
}

static const struct argp_option option_table[] = {
    {"benchmark_filter", 256, "REGEX", 0, "only cells whose name matches; with - in front: all others", 0},
    {"benchmark_list_tests", 257, "true|false", OPTION_ARG_OPTIONAL, "print the cells", 0},
    {"benchmark_min_time", 258, "SECONDS", 0, "least time of a measurement", 0},
    {"benchmark_repetitions", 259, "N", 0, "how often each cell is measured", 0},
    {"benchmark_report_aggregates_only", 260, "true|false", OPTION_ARG_OPTIONAL,
     "mean, median, stddev, cv only", 0},
    {"benchmark_display_aggregates_only", 261, "true|false", OPTION_ARG_OPTIONAL,
     "the same, but not in the file", 0},
    {"benchmark_enable_random_interleaving", 262, "true|false", OPTION_ARG_OPTIONAL,
     "shuffle the repetitions", 0},
    {"benchmark_format", 263, "console|json|csv", 0, "what is printed", 0},
    {"benchmark_out", 264, "FILE", 0, "results as a file too", 0},
    {"benchmark_out_format", 265, "json|console|csv", 0, "its format", 0},
    {"benchmark_color", 266, "auto|true|false", 0, "colour", 0},
    {"benchmark_counters_tabular", 267, "true|false", OPTION_ARG_OPTIONAL, "counters as columns", 0},
    {"benchmark_context", 268, "KEY=VALUE", 0, "added to the context", 0},
    {"benchmark_time_unit", 269, "ns|us|ms|s", 0, "unit of the times", 0},
    {"v", 270, "N", 0, "verbosity", 0},
    {0},
};

/* Google Benchmark reads them itself; here they are for --help and for checking. */
static error_t parse(int key, char *text, struct argp_state *state)
{
    if (key == ARGP_KEY_ARG)
        options_error(state, "no argument '%s' here; cells are chosen with --benchmark_filter=REGEX", text);
    return key >= 256 && key <= 270 ? 0 : ARGP_ERR_UNKNOWN;
}

/* Google Benchmark takes --flag=value only. */
static int join_values(int argc, char **argv, char **joined, struct error *error)
{
    int count = 0;
    joined[count++] = argv[0];
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] == '-' && !strchr(argv[i], '=') && i + 1 < argc && argv[i + 1][0] != '-') {
            if (asprintf(&joined[count++], "%s=%s", argv[i], argv[i + 1]) < 0)
                return error_set(error, "out of memory");
            i++;
        } else {
            joined[count++] = strdup(argv[i]);
        }
    }
    return count;
}

static int run_cases(int argc, char **argv, const struct plan *plan, const struct topology *topology,
                     struct error *error)
{
    struct gbench_case *cases = calloc(plan->count, sizeof *cases);
    struct bench_cell *cells = calloc(plan->count, sizeof *cells);
    char **joined = calloc((size_t)argc + 1, sizeof *joined);
    int code = EXIT_USAGE, count = -1;
    if (!cases || !cells || !joined) {
        error_set(error, "out of memory");
        code = options_fail(error);
        goto out;
    }
    for (size_t i = 0; i < plan->count; i++) {
        cells[i] = (struct bench_cell){&plan->cells[i].cell, topology};
        cases[i] = (struct gbench_case){plan->cells[i].name, measure, &cells[i]};
    }
    count = join_values(argc, argv, joined, error);
    code = count < 0 ? options_fail(error) : gbench_main(count, joined, cases, plan->count);
out:
    for (int i = 1; joined && i < argc; i++)
        free(joined[i]);
    free(joined);
    free(cells);
    free(cases);
    return code;
}

int cmd_bench(int argc, char **argv)
{
    static const struct argp argp = {
        .options = option_table,
        .parser = parse,
        .doc = "Runs the cells under Google Benchmark, by hand: an iteration is an item, "
               "its time the wall time. `crosspoint list cells` names them."};
    options_parse(&argp, argc, argv, NULL);

    struct error error;
    struct rules rules = {0};
    struct plan plan = {0};
    char path[PATH_BYTES];
    struct selection selection = {.profile = profile_find("full"), .rules = &rules, .filter = "."};
    struct topology *topology = topology_open(NULL, &error);
    int code;
    if (!topology || paths_data("rules", path, &error) || rules_load(path, &rules, &error) ||
        selection_build(&selection, (unsigned)topology_max(topology), &plan, &error))
        code = options_fail(&error);
    else
        code = run_cases(argc, argv, &plan, topology, &error);
    plan_free(&plan);
    rules_free(&rules);
    topology_close(topology);
    return code;
}
