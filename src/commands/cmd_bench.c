/* SPDX-License-Identifier: MIT */
/* The cells by hand. Each call of Google Benchmark runs its cell in a forked child, so that one cell's
 * workers, pools and failures leave the next alone. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cell_run.h"
#include "child.h"
#include "children.h"
#include "command.h"
#include "file.h"
#include "filter.h"
#include "gbench_shim.h"
#include "nearest.h"
#include "options.h"
#include "own_options.h"
#include "paths.h"
#include "selection.h"
#include "words.h"

struct bench_cell {
    const struct cell *cell;
    const struct topology *topology;
};

static void measure_in_child(const struct bench_cell *bench, uint64_t items, struct gbench_round *round)
{
    struct error error;
    struct measurement measurement;
    if (cell_runnable(&catalogue_native, bench->cell, bench->topology, &error)) {
        round->skipped = true;
        snprintf(round->error, sizeof round->error, "skipped: %.240s", error.text);
        return;
    }
    struct run *run = cell_open(bench->cell, bench->topology, &error);
    if (!run) {
        snprintf(round->error, sizeof round->error, "%.255s", error.text);
        return;
    }
    items = cell_items(&catalogue_native, bench->cell, items, NULL);
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

/* A signal ends the cell that runs, and its workers with it: a round may take as long as its user asked for.
 */
static volatile sig_atomic_t interrupted, cell_process;

static void on_interrupt(int signal_number)
{
    (void)signal_number;
    interrupted = 1;
    if (cell_process)
        kill(cell_process, SIGKILL);
}

/* What we were started to ignore (nohup) stays ignored. */
static void heed_interrupts(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    const struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = SA_RESTART};
    struct sigaction before;
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            sigaction(signals[i], &action, NULL);
}

static int await_cell(pid_t child)
{
    cell_process = child;
    if (interrupted) /* before its number was known */
        kill(child, SIGKILL);
    int status = child_await(child);
    cell_process = 0;
    return status;
}

static int measure(void *context, uint64_t items, struct gbench_round *round)
{
    struct gbench_round *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
        snprintf(round->error, sizeof round->error, "%s", strerror(errno));
        return -1;
    }
    pid_t child = child_fork();
    if (child == 0) {
        measure_in_child(context, items, shared);
        _exit(EXIT_SUCCESS);
    }
    int status = child > 0 ? await_cell(child) : 0;
    const struct children none = {.count = 0};
    children_end_others(&none); /* commands in flight, when the cell was killed */
    *round = *shared;
    munmap(shared, sizeof *shared);
    round->interrupted = interrupted;
    if (interrupted)
        return -1;
    if (!round->error[0] && (child < 0 || status))
        snprintf(round->error, sizeof round->error, "the cell's process ended badly (status %#x)", status);
    return round->error[0] ? -1 : 0;
}

/* What goes on to Google Benchmark, as --flag=value. */
struct arguments {
    char **list;
    int count;
    const char *filter; /* NULL: none given */
    const char *out, *out_format;
    bool tabular, json;
    struct own_work own;
};

enum {
    OPTION_FILTER = 256,
    OPTION_LIST_TESTS,
    OPTION_MIN_TIME,
    OPTION_MIN_WARMUP_TIME,
    OPTION_REPETITIONS,
    OPTION_REPORT_AGGREGATES_ONLY,
    OPTION_DISPLAY_AGGREGATES_ONLY,
    OPTION_RANDOM_INTERLEAVING,
    OPTION_FORMAT,
    OPTION_OUT,
    OPTION_OUT_FORMAT,
    OPTION_COLOR,
    OPTION_COUNTERS_TABULAR,
    OPTION_CONTEXT,
    OPTION_TIME_UNIT,
    OPTION_VERBOSITY,
};

static const struct argp_option option_table[] = {
    {"benchmark_filter", OPTION_FILTER, "REGEX", 0,
     "only cells whose name matches; with - in front: all others", 0},
    {"benchmark_list_tests", OPTION_LIST_TESTS, "true|false", OPTION_ARG_OPTIONAL, "print the cells", 0},
    {"benchmark_min_time", OPTION_MIN_TIME, "SECONDS", 0, "least time of a measurement", 0},
    {"benchmark_min_warmup_time", OPTION_MIN_WARMUP_TIME, "SECONDS", 0, "least time before it", 0},
    {"benchmark_repetitions", OPTION_REPETITIONS, "N", 0, "how often each cell is measured", 0},
    {"benchmark_report_aggregates_only", OPTION_REPORT_AGGREGATES_ONLY, "true|false", OPTION_ARG_OPTIONAL,
     "mean, median, stddev, cv only", 0},
    {"benchmark_display_aggregates_only", OPTION_DISPLAY_AGGREGATES_ONLY, "true|false", OPTION_ARG_OPTIONAL,
     "the same, but not in the file", 0},
    {"benchmark_enable_random_interleaving", OPTION_RANDOM_INTERLEAVING, "true|false", OPTION_ARG_OPTIONAL,
     "shuffle the repetitions", 0},
    {"benchmark_format", OPTION_FORMAT, "console|json|csv", 0, "what is printed", 0},
    {"benchmark_out", OPTION_OUT, "FILE", 0, "results as a file too", 0},
    {"benchmark_out_format", OPTION_OUT_FORMAT, "json|console|csv", 0, "its format", 0},
    {"benchmark_color", OPTION_COLOR, "auto|true|false", 0, "colour", 0},
    {"benchmark_counters_tabular", OPTION_COUNTERS_TABULAR, "true|false", OPTION_ARG_OPTIONAL,
     "counters as columns", 0},
    {"benchmark_context", OPTION_CONTEXT, "KEY=VALUE", 0, "added to the context", 0},
    {"benchmark_time_unit", OPTION_TIME_UNIT, "ns|us|ms|s", 0, "unit of the times", 0},
    {"v", OPTION_VERBOSITY, "N", 0, "verbosity", 0},
    {0},
};

static void check_filter(const struct argp_state *state, const char *text)
{
    regex_t regex;
    struct error error;
    if (filter_compile(text + (*text == '-'), &regex, &error))
        options_error(state, "%s", error.text);
    regfree(&regex);
}

static void check_seconds(const struct argp_state *state, const char *name, const char *text)
{
    char *end;
    double seconds = strtod(text, &end);
    if (end == text || *end || !(seconds >= 0 && seconds <= 86400))
        options_error(state, "--%s '%s' is no number of seconds from 0 to 86400", name, text);
}

/* known: the values, with | between them */
static void check_choice(const struct argp_state *state, const char *name, const char *text,
                         const char *known)
{
    size_t length = strlen(text);
    for (const char *value = known; value; value = strchr(value, '|')) {
        value += *value == '|';
        if (strcspn(value, "|") == length && strncmp(value, text, length) == 0)
            return;
    }
    struct nearest nearest;
    nearest_begin(&nearest, text, length, "");
    char copy[128], *rest = copy;
    snprintf(copy, sizeof copy, "%s", known);
    for (char *value; (value = strsep(&rest, "|"));)
        nearest_offer(&nearest, value);
    options_error(state, "--%s knows no '%s'; %s", name, text, nearest_tell(&nearest));
}

/* Google Benchmark itself would print its usage and exit with 0. */
static void check_value(const struct argp_state *state, const struct argp_option *option, const char *text)
{
    switch (option->key) {
    case OPTION_FILTER:
        check_filter(state, text);
        return;
    case OPTION_MIN_TIME:
    case OPTION_MIN_WARMUP_TIME:
        check_seconds(state, option->name, text);
        return;
    case OPTION_REPETITIONS:
        options_count(state, "--benchmark_repetitions", text, 1, 1000000);
        return;
    case OPTION_VERBOSITY:
        options_count(state, "--v", text, 0, 9);
        return;
    case OPTION_OUT:
        return;
    case OPTION_CONTEXT:
        if (!strchr(text, '='))
            options_error(state, "--benchmark_context '%s' is no KEY=VALUE", text);
        return;
    default:
        check_choice(state, option->name, text, option->arg);
    }
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    if (key == ARGP_KEY_INIT) {
        state->child_inputs[0] = &arguments->own;
        return 0;
    }
    if (key == ARGP_KEY_ARG)
        options_error(state, "no argument '%s' here; cells are chosen with --benchmark_filter=REGEX", text);
    if (key == ARGP_KEY_END && own_work_is_python(&arguments->own))
        options_error(state, "its cells are native: --python-task goes with run and advise");
    if (key < OPTION_FILTER || key > OPTION_VERBOSITY)
        return ARGP_ERR_UNKNOWN;
    const struct argp_option *option = &option_table[key - OPTION_FILTER];
    text = text ? text : (char *)"true";
    check_value(state, option, text);
    if (key == OPTION_FILTER)
        arguments->filter = text;
    if (key == OPTION_OUT)
        arguments->out = text;
    if (key == OPTION_OUT_FORMAT)
        arguments->out_format = text;
    if (key == OPTION_FORMAT)
        arguments->json = strcmp(text, "json") == 0;
    if (key == OPTION_COUNTERS_TABULAR)
        arguments->tabular = strcmp(text, "true") == 0;
    if (key == OPTION_FILTER || key == OPTION_OUT) /* ours */
        return 0;
    if (asprintf(&arguments->list[arguments->count], "--%s=%s", option->name, text) < 0)
        return ENOMEM;
    arguments->count++;
    return 0;
}

/* As Google Benchmark would match it, which puts /manual_time behind each name; but by a regex that ends. */
static size_t filter_cases(const char *filter, struct gbench_case *cases, size_t count)
{
    regex_t regex;
    char name[CELL_NAME_BYTES + 16];
    struct error error;
    size_t kept = 0;
    bool inverse = filter && *filter == '-';
    if (!filter || strcmp(filter, "all") == 0 || filter_compile(filter + inverse, &regex, &error))
        return count;
    for (size_t i = 0; i < count; i++) {
        snprintf(name, sizeof name, "%s/manual_time", cases[i].name);
        if ((regexec(&regex, name, 0, NULL, 0) == 0) != inverse)
            cases[kept++] = cases[i];
    }
    regfree(&regex);
    return kept;
}

static int fail_unmatched(const char *filter)
{
    word_tell(stderr, "crosspoint bench: no cell matches '%s'; `crosspoint list cells` names them", filter);
    return EXIT_USAGE;
}

/* Google Benchmark would not notice a full disk: its file is written through a stream of ours. */
static int run_into_file(const struct arguments *arguments, char **given, const struct gbench_case *cases,
                         size_t count)
{
    struct file_new file = {.stream = NULL};
    struct error error;
    struct gbench_out out = {.format = arguments->out_format ? arguments->out_format : "json",
                             .tabular = arguments->tabular,
                             .json = arguments->json};
    if (arguments->out && !(out.stream = file_create_named(&file, arguments->out, &error))) {
        error_prefix(&error, "--benchmark_out");
        return error_tell(&error);
    }
    int code = gbench_main(arguments->count, given, cases, count, &out);
    if (arguments->out && file_finish(&file, &error))
        return error_tell(&error);
    if (code == EXIT_INTERRUPTED)
        word_tell(stderr, "crosspoint bench: interrupted%s%s",
                  arguments->out ? "; what was measured is in " : "", arguments->out ? arguments->out : "");
    return code;
}

/* arguments->list has room for one more, and stays the owner: Google Benchmark moves what it is given. */
static int run_cases(const struct arguments *arguments, const struct plan *plan,
                     const struct topology *topology, struct error *error)
{
    struct gbench_case *cases = calloc(plan->count, sizeof *cases);
    struct bench_cell *cells = calloc(plan->count, sizeof *cells);
    char **given = calloc((size_t)arguments->count + 1, sizeof *given);
    int code = EXIT_USAGE;
    if (!cases || !cells || !given) {
        error_set(error, "out of memory");
        code = error_tell(error);
        goto out;
    }
    for (size_t i = 0; i < plan->count; i++) {
        cells[i] = (struct bench_cell){&plan->cells[i].cell, topology};
        cases[i] = (struct gbench_case){plan->cells[i].name, measure, &cells[i]};
    }
    memcpy(given, arguments->list, (size_t)arguments->count * sizeof *given);
    size_t count = filter_cases(arguments->filter, cases, plan->count);
    code = count ? run_into_file(arguments, given, cases, count) : fail_unmatched(arguments->filter);
out:
    free(given);
    free(cells);
    free(cases);
    return code;
}

int cmd_bench(int argc, char **argv)
{
    static const struct argp_child children[] = {{&own_options_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        .options = option_table,
        .parser = parse,
        .children = children,
        .doc = "Runs the cells under Google Benchmark, by hand: an iteration is an item, "
               "its time the wall time. `crosspoint list cells` names them."};
    struct arguments arguments = {.list = calloc((size_t)argc + 1, sizeof *arguments.list)};
    struct error error;
    if (!arguments.list) {
        error_set(&error, "out of memory");
        return error_tell(&error);
    }
    arguments.list[arguments.count++] = strdup(argv[0]);
    options_parse(&argp, argc, argv, &arguments);

    heed_interrupts();
    children_adopt();
    struct rules rules = {0};
    struct plan plan = {0};
    char path[PATH_BYTES];
    struct selection selection = {
        .profile = profile_find("full"), .rules = &rules, .filter = ".", .runtime_kind = "native"};
    struct topology *topology = topology_open(NULL, &error);
    int code;
    if (topology && topology_warning(topology)[0])
        word_tell(stderr, "crosspoint: %s", topology_warning(topology));
    selection.own_work = own_work_given(&arguments.own);
    if (!topology || own_work_load(&arguments.own, &error) || paths_data("rules", path, &error) ||
        rules_load(path, &rules, &error) ||
        selection_build(&selection, (unsigned)topology_max(topology), &plan, &error))
        code = error_tell(&error);
    else
        code = run_cases(&arguments, &plan, topology, &error);
    for (int i = 0; i < arguments.count; i++)
        free(arguments.list[i]);
    free(arguments.list);
    plan_free(&plan);
    rules_free(&rules);
    topology_close(topology);
    return code;
}
