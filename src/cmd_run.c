/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "conclude.h"
#include "launch.h"
#include "measure.h"
#include "metadata.h"
#include "options.h"
#include "paths.h"
#include "progress.h"
#include "selection.h"
#include "session.h"

struct options {
    struct selection selection;
    unsigned blocks;
    double launch_ms, timeout_s;
    bool seed_given, dry_run, quiet;
    uint64_t seed;
    const char *out, *resume;
};

enum {
    OPTION_PROFILE = 256,
    OPTION_RULE,
    OPTION_FILTER,
    OPTION_BLOCKS,
    OPTION_LAUNCH_MS,
    OPTION_WORKERS,
    OPTION_CONC,
    OPTION_PLACE,
    OPTION_SEED,
    OPTION_OUT,
    OPTION_RESUME,
    OPTION_TIMEOUT,
    OPTION_DRY_RUN,
    OPTION_QUIET,
};

static const struct argp_option option_table[] = {
    {"profile", OPTION_PROFILE, "NAME", 0, "smoke, quick (default) or full", 0},
    {"rule", OPTION_RULE, "ID", 0, "only the cells of this rule; may be repeated", 0},
    {"filter", OPTION_FILTER, "REGEX", 0, "only cells whose name matches; also cells that no rule names", 0},
    {"blocks", OPTION_BLOCKS, "N", 0, "how often each cell is launched", 0},
    {"launch-ms", OPTION_LAUNCH_MS, "N", 0, "least time of a launch of a group's slowest cell", 0},
    {"workers", OPTION_WORKERS, "LIST", 0,
     "cells with these workers (max, or numbers) instead of the rules' cells", 0},
    {"conc", OPTION_CONC, "LIST", 0, "... with these numbers of tasks in flight", 0},
    {"place", OPTION_PLACE, "LIST", 0, "... with these placements", 0},
    {"seed", OPTION_SEED, "N", 0, "of the order of launches; default: random, recorded", 0},
    {"out", OPTION_OUT, "DIR", 0, "the results folder; must not exist. Default: results/TIME-HOST", 0},
    {"resume", OPTION_RESUME, "DIR", 0, "go on with an interrupted run, with the same plan", 0},
    {"timeout", OPTION_TIMEOUT, "S", 0, "seconds after which a launch is ended and counts as failed", 0},
    {"dry-run", OPTION_DRY_RUN, NULL, 0, "calibrate, print the plan and its expected time, measure nothing",
     0},
    {"quiet", OPTION_QUIET, NULL, 0, "no progress", 0},
    {0},
};

static void split_list(const struct argp_state *state, const char *option, char *text,
                       const char *values[SELECTION_VALUES_MAX], size_t *count)
{
    for (char *value; (value = strsep(&text, ","));) {
        struct cell cell = {0};
        struct error error;
        if (*count == SELECTION_VALUES_MAX)
            options_error(state, "--%s has more than %d values", option, SELECTION_VALUES_MAX);
        if (cell_set(&cell, option, value, &error))
            options_error(state, "--%s: %s", option, error.text);
        values[(*count)++] = value;
    }
}

static void set_profile(const struct argp_state *state, struct options *options, const char *name)
{
    options->selection.profile = profile_find(name);
    if (!options->selection.profile)
        options_error(state, "no profile '%s'; known: smoke, quick, full", name);
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct options *options = state->input;
    struct selection *selection = &options->selection;
    switch (key) {
    case OPTION_PROFILE:
        set_profile(state, options, text);
        return 0;
    case OPTION_RULE:
        if (selection->rule_count == SELECTION_VALUES_MAX)
            options_error(state, "more than %d rules; leave --rule out for all", SELECTION_VALUES_MAX);
        selection->rule_ids[selection->rule_count++] = text;
        return 0;
    case OPTION_FILTER:
        selection->filter = text;
        return 0;
    case OPTION_BLOCKS:
        options->blocks = (unsigned)options_count(state, "--blocks", text, 1, 100000);
        return 0;
    case OPTION_LAUNCH_MS:
        options->launch_ms = (double)options_count(state, "--launch-ms", text, 1, 3600000);
        return 0;
    case OPTION_WORKERS:
        split_list(state, "workers", text, selection->workers, &selection->workers_count);
        return 0;
    case OPTION_CONC:
        split_list(state, "conc", text, selection->conc, &selection->conc_count);
        return 0;
    case OPTION_PLACE:
        split_list(state, "place", text, selection->place, &selection->place_count);
        return 0;
    case OPTION_SEED:
        options->seed = options_count(state, "--seed", text, 0, INT64_MAX);
        options->seed_given = true;
        return 0;
    case OPTION_OUT:
        options->out = text;
        return 0;
    case OPTION_RESUME:
        options->resume = text;
        return 0;
    case OPTION_TIMEOUT:
        options->timeout_s = (double)options_count(state, "--timeout", text, 1, 86400);
        return 0;
    case OPTION_DRY_RUN:
        options->dry_run = true;
        return 0;
    case OPTION_QUIET:
        options->quiet = true;
        return 0;
    case ARGP_KEY_ARG:
        options_error(state, "no argument '%s' here; options begin with --", text);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* results/20261121T101500Z-myhost, below $CROSSPOINT_RESULTS or ./results. */
static int default_folder(struct session *session, struct error *error)
{
    const char *parent = getenv("CROSSPOINT_RESULTS");
    char host[64] = "localhost", stamp[32], link[PATH_BYTES], temporary[PATH_BYTES];
    time_t now = time(NULL);
    struct tm utc;
    parent = parent && *parent ? parent : "results";
    gethostname(host, sizeof host - 1);
    strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", gmtime_r(&now, &utc));
    snprintf(session->run_id, sizeof session->run_id, "%s-%s", stamp, host);
    snprintf(session->arms[0].folder, sizeof session->arms[0].folder, "%s/%s", parent, session->run_id);
    if (mkdir(parent, 0777) && errno != EEXIST)
        return error_set(error, "%s: %s", parent, strerror(errno));
    snprintf(link, sizeof link, "%s/latest", parent);
    snprintf(temporary, sizeof temporary, "%s/latest.%d", parent, (int)getpid());
    if (symlink(session->run_id, temporary) || rename(temporary, link))
        return error_set(error, "%s: %s", link, strerror(errno));
    return 0;
}

static int choose_folder(const struct options *options, struct session *session, struct error *error)
{
    if (!options->out)
        return default_folder(session, error);
    snprintf(session->arms[0].folder, sizeof session->arms[0].folder, "%s", options->out);
    size_t length = strlen(session->arms[0].folder);
    while (length > 1 && session->arms[0].folder[length - 1] == '/')
        session->arms[0].folder[--length] = '\0';
    const char *slash = strrchr(session->arms[0].folder, '/');
    snprintf(session->run_id, sizeof session->run_id, "%s", slash ? slash + 1 : session->arms[0].folder);
    return 0;
}

static json_t *options_to_json(const struct options *options, const struct session *session)
{
    const struct selection *selection = &options->selection;
    json_t *object = json_pack("{s:s, s:f, s:f, s:i, s:I}", "profile", selection->profile->name, "launch_ms",
                               session->launch_ms, "timeout_s", session->timeout_s, "blocks",
                               (int)session->plan.blocks, "seed", (json_int_t)session->plan.seed);
    json_object_set_new(object, "gate", json_boolean(session->gate));
    if (selection->filter)
        json_object_set_new(object, "filter", json_string(selection->filter));
    json_t *rules = json_array();
    for (size_t i = 0; i < selection->rule_count; i++)
        json_array_append_new(rules, json_string(selection->rule_ids[i]));
    json_object_set_new(object, "rules", rules);
    return object;
}

static uint64_t random_seed(void)
{
    uint64_t seed = 0;
    if (getrandom(&seed, sizeof seed, 0) != sizeof seed)
        seed = clock_now_ns();
    return seed >> 16; /* short enough to be typed, and to be exact in JSON */
}

/* For launches before there is a folder. */
static int export_topology(struct session *session, struct error *error)
{
    snprintf(session->topology_xml, sizeof session->topology_xml, "/tmp/crosspoint-%d-XXXXXX", (int)getpid());
    int file = mkstemp(session->topology_xml);
    if (file < 0)
        return error_set(error, "%s: %s", session->topology_xml, strerror(errno));
    close(file);
    return topology_export(session->topology, session->topology_xml, error);
}

static void print_plan(const struct session *session)
{
    const struct plan *plan = &session->plan;
    size_t skipped = 0;
    printf("%-90s %12s %8s\n", "cell", "items", "launch");
    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_cell *cell = &plan->cells[i];
        skipped += cell->skip[0] != '\0';
        if (cell->skip[0])
            printf("%-90s skipped: %s\n", cell->name, cell->skip);
        else
            printf("%-90s %12" PRIu64 " %5.0f ms\n", cell->name, cell->items, cell->launch_s * 1e3);
    }
    printf("\n%u blocks of %zu cells (%zu skipped), seed %" PRIu64 "; expected time %.0f s\n", plan->blocks,
           plan->count, skipped, plan->seed, plan_expected_s(plan));
}

static int conclude(const struct session *session, const struct options *options)
{
    struct conclusion conclusion;
    struct error error;
    int code = EXIT_USAGE;
    if (conclusion_open(session->arms[0].folder, NULL, &conclusion, &error)) {
        options_fail(&error);
        goto out;
    }
    struct error page_error = {""};
    int page_failed = conclusion_write(&conclusion, session->arms[0].folder, &page_error);
    verdicts_write(&conclusion.verdicts, "text", progress_colour(STDOUT_FILENO),
                   progress_width(STDOUT_FILENO), stdout, &error);
    if (page_failed)
        options_fail(&page_error);
    code = page_failed ? EXIT_USAGE : conclusion_exit_code(&conclusion);
out:
    (void)options;
    conclusion_free(&conclusion);
    return code;
}

static void print_outcome(const struct session *session)
{
    double wall_s = (double)clock_now_ns() / 1e9 - session->started_s;
    printf("\n%" PRIu64 " launches, %" PRIu64 " failed, in %.0f s; %.0f %% of that was measured time\n",
           session->launches_done, session->launches_failed, wall_s, 100 * session->measured_s / wall_s);
    printf("report: %s/report.html\n", session->arms[0].folder);
}

static int measure(struct session *session, const struct options *options)
{
    struct error error;
    int ended = session_measure(session, &error);
    if (ended < 0) {
        session_write_run(session, "failed", NULL);
        return options_fail(&error);
    }
    if (ended == 1) {
        if (session_write_run(session, "interrupted", &error))
            return options_fail(&error);
        fprintf(stderr,
                "interrupted: %" PRIu64 " of %" PRIu64
                " launches are in %s; go on with: crosspoint run --resume %s\n",
                session->launches_done, session->launches, session->arms[0].folder, session->arms[0].folder);
        return EXIT_INTERRUPTED;
    }
    if (session_write_run(session, "complete", &error))
        return options_fail(&error);
    int code = conclude(session, options);
    print_outcome(session);
    return code;
}

static int start(struct session *session, const struct options *options)
{
    struct error error;
    struct rules rules = {0};
    char rules_path[PATH_BYTES];
    struct selection selection = options->selection;
    int code = EXIT_USAGE;
    session->plan.blocks = options->blocks ? options->blocks : selection.profile->blocks;
    session->plan.seed = options->seed_given ? options->seed : random_seed();
    session->launch_ms = options->launch_ms > 0 ? options->launch_ms : selection.profile->launch_ms;
    session->timeout_s = options->timeout_s > 0 ? options->timeout_s : selection.profile->timeout_s;
    session->gate = selection.profile->gate;
    selection.rules = &rules;
    if (paths_data("rules", rules_path, &error) || rules_load(rules_path, &rules, &error) ||
        selection_build(&selection, (unsigned)topology_max(session->topology), &session->plan, &error))
        goto fail;
    if (options->out && access(options->out, F_OK) == 0) {
        error_set(&error, "%s exists; results are never overwritten", options->out);
        goto fail;
    }
    if (session_calibrate(session)) {
        code = EXIT_INTERRUPTED;
        goto out;
    }
    if (options->dry_run) {
        print_plan(session);
        code = EXIT_FINE;
        goto out;
    }
    session->run = metadata_collect(session->topology);
    if (choose_folder(options, session, &error))
        goto fail;
    json_object_set_new(session->run, "run_id", json_string(session->run_id));
    json_object_set_new(session->run, "options", options_to_json(options, session));
    if (session_create(session, &error))
        goto fail;
    code = measure(session, options);
    goto out;
fail:
    options_fail(&error);
out:
    rules_free(&rules);
    return code;
}

static int resume(struct session *session, const struct options *options)
{
    struct error error;
    snprintf(session->arms[0].folder, sizeof session->arms[0].folder, "%s", options->resume);
    if (session_resume(session, &error))
        return options_fail(&error);
    return measure(session, options);
}

int cmd_run(int argc, char **argv)
{
    static const struct argp argp = {
        .options = option_table,
        .parser = parse,
        .doc = "Measures the cells that the rules name, in randomised blocks of fresh processes, judges the "
               "rules and "
               "draws charts and a report, into one results folder.",
    };
    struct options options = {.selection.profile = profile_find("quick")};
    options_parse(&argp, argc, argv, &options);

    struct error error;
    struct session session = {
        .arm_count = 1, .quiet = options.quiet, .started_s = (double)clock_now_ns() / 1e9};
    struct topology *topology = topology_open(NULL, &error);
    session.topology = topology;
    int code = EXIT_USAGE;
    if (!topology || paths_program(session.arms[0].program, &error) || export_topology(&session, &error)) {
        options_fail(&error);
    } else {
        launch_set_up();
        code = options.resume ? resume(&session, &options) : start(&session, &options);
        unlink(session.topology_xml);
    }
    session_close(&session);
    topology_close(topology);
    return code;
}
