/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cells_table.h"
#include "command.h"
#include "conclude.h"
#include "launch.h"
#include "measure.h"
#include "options.h"
#include "run_options.h"
#include "progress.h"
#include "quiet.h"
#include "run_setup.h"
#include "session_gate.h"
#include "print_table.h"
#include "sweep_draw.h"
#include "words.h"

struct options {
    struct run_options run;
    bool dry_run;
    const char *resume;
};

enum { OPTION_RESUME = 256, OPTION_DRY_RUN };

static const struct argp_option option_table[] = {
    {"resume", OPTION_RESUME, "DIR", 0, "go on with an interrupted run, with the same plan", 0},
    {"dry-run", OPTION_DRY_RUN, NULL, 0, "calibrate, print the plan and its expected time, measure nothing",
     0},
    {0},
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->run;
        return 0;
    case OPTION_RESUME:
        options->resume = text;
        return 0;
    case OPTION_DRY_RUN:
        options->dry_run = true;
        return 0;
    case ARGP_KEY_ARG:
        options_error(state, "no argument '%s' here; options begin with --", text);
    case ARGP_KEY_END:
        if (options->resume && (options->run.given || options->dry_run))
            options_error(state, "--resume goes on with that run's own plan; only --rules, --python, "
                                 "--quiet and your own task may stand with it");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void print_thresholds(struct session *session, const char *profile)
{
    enum { NAME, SOURCE, REPEAT, INVALID, COLUMN_END };
    static const struct table_column columns_shown[COLUMN_END] = {
        [NAME] = {"name", "disturbance", TABLE_ALL},
        [SOURCE] = {"source", "source", TABLE_ALL, .fit = TABLE_WRAP},
        [REPEAT] = {"repeat", "repeat", TABLE_ALL},
        [INVALID] = {"invalid", "invalid", TABLE_ALL},
    };
    struct table table;
    table_open(&table, TABLE_TEXT, columns_shown, COLUMN_END);
    for (int check = 0; check < QUIET_CHECK_COUNT; check++) {
        const struct quiet_threshold *threshold = &quiet_thresholds[check];
        table_row(&table, TABLE_ALL, 0);
        table_text(&table, NAME, "%s", threshold->name);
        table_text(&table, SOURCE, "%s", threshold->source);
        table_text(&table, REPEAT, "%.3g %s", threshold->repeat * threshold->scale, threshold->unit);
        table_text(&table, INVALID, "> %.3g", threshold->invalid * threshold->scale);
    }
    putchar('\n');
    print_table(&table);
    if (session->gate)
        printf("at most %u blocks are repeated\n", quiet_repeats_max(session->plan.blocks));
    else
        printf("profile %s does not gate: nothing is repeated\n", profile);
    session_gate_tell_blind(session, stdout);
}

static void print_plan(struct session *session, const char *profile)
{
    enum { CELL, ITEMS, LAUNCH, COLUMN_END };
    static const struct table_column columns_shown[COLUMN_END] = {
        [CELL] = {"cell", "cell", TABLE_ALL, .fit = TABLE_LEAD},
        [ITEMS] = {"items", "items", TABLE_ALL, .right = true},
        [LAUNCH] = {"launch", "launch", TABLE_ALL, .right = true},
    };
    const struct plan *plan = &session->plan;
    struct table table;
    size_t skipped = 0;
    table_open(&table, TABLE_TEXT, columns_shown, COLUMN_END);
    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_cell *cell = &plan->cells[i];
        skipped += cell->skip[0] != '\0';
        table_row(&table, TABLE_ALL, 0);
        table_text(&table, CELL, "%s", cell->name);
        if (cell->skip[0]) {
            table_aside(&table, CELL, "skipped: %s", cell->skip);
            continue;
        }
        table_text(&table, ITEMS, "%" PRIu64, cell->items);
        table_text(&table, LAUNCH, "%.0f ms", cell->launch_s * 1e3);
    }
    print_table(&table);
    printf("\n%u block%s of %zu cell%s (%zu skipped), seed %" PRIu64 "; expected time %.0f s\n", plan->blocks,
           plan->blocks == 1 ? "" : "s", plan->count, plan->count == 1 ? "" : "s", skipped, plan->seed,
           plan_expected_s(plan));
    print_thresholds(session, profile);
}

static int conclude(const struct session *session)
{
    struct conclusion conclusion;
    struct error error;
    int code = EXIT_USAGE;
    if (conclusion_open(session->builds[0].folder, session->rules_path[0] ? session->rules_path : NULL,
                        &conclusion, &error)) {
        error_tell(&error);
        goto out;
    }
    struct error page_error = {""};
    int page_failed = conclusion_write(&conclusion, session->builds[0].folder, &page_error);
    const struct table_style style = {.colour = progress_colour(STDOUT_FILENO),
                                      .width = (size_t)progress_width(STDOUT_FILENO)};
    verdicts_write(&conclusion.verdicts, "text", style.colour, (int)style.width, stdout, &error);
    cells_write_unjudged(&conclusion.samples, &conclusion.verdicts, &style, stdout);
    sweeps_write(&conclusion.sweeps, &style, stdout);
    if (page_failed)
        error_tell(&page_error);
    code = page_failed ? EXIT_USAGE : conclusion_exit_code(&conclusion);
out:
    conclusion_free(&conclusion);
    return code;
}

/* Of a run that gates it is said before it begins. */
static void print_outcome(struct session *session)
{
    double wall_s = clock_now_s() - session->started_s;
    printf("\n%" PRIu64 " launch%s, %" PRIu64 " failed, in %.0f s; %.0f %% of that was measured time\n",
           session->launches_done, session->launches_done == 1 ? "" : "es", session->launches_failed, wall_s,
           100 * session->measured_s / wall_s);
    if (session->blocks_disturbed)
        word_tell(stdout, "%u disturbed block%s did not count (the last: %s); run.json says of each why",
                  session->blocks_disturbed, session->blocks_disturbed == 1 ? "" : "s",
                  session->disturbed_by);
    if (!session->gate)
        session_gate_tell_blind(session, stdout);
    word_print(stdout, "report: %s/report.html\n", session->builds[0].folder);
}

/* As it was typed: through a script, or from a build folder. */
static const char *typed_run(void)
{
    static char typed[PATH_BYTES];
    const char *script = getenv("CROSSPOINT_RUN_SCRIPT");
    if (script && *script)
        return script;
    snprintf(typed, sizeof typed, "%s run", options_program());
    return typed;
}

/* A line of its own, which may be wider than the terminal: it is there to be copied. */
static void hint_resume(const struct session *session)
{
    bool rules = session->rules_path[0] != '\0';
    char *own[OWN_WORK_ARGUMENTS_MAX];
    word_print(stderr, "go on with: %s --resume %s%s%s", typed_run(), session->builds[0].folder,
               rules ? " --rules " : "", rules ? session->rules_path : "");
    for (size_t i = 0, count = own_work_arguments(NULL, own); i < count; i++)
        word_print(stderr, " %s", own[i]);
    fputc('\n', stderr);
}

static int give_up(const struct session *session)
{
    word_tell(stderr, "stopped: the first %u blocks were all disturbed, the last by %s",
              session->blocks_disturbed, session->disturbed_by);
    if (session->busy_names[0])
        word_tell(stderr, "what else used the processor: %s", session->busy_names);
    fputs("end what disturbs, or wait until it is over; --profile smoke measures all the\n"
          "same, and decides nothing\n",
          stderr);
    hint_resume(session);
    return EXIT_NOTHING_COMPARABLE;
}

static int measure(struct session *session)
{
    struct error error;
    session->gives_up = true;
    if (session->gate)
        session_gate_tell_blind(session, stderr);
    int ended = session_measure(session, &error);
    if (ended < 0)
        return error_tell(&error);
    if (ended == 1) {
        word_tell(stderr, "interrupted: %" PRIu64 " of %" PRIu64 " launches are in %s",
                  session->launches_done, session->launches, session->builds[0].folder);
        hint_resume(session);
        return EXIT_INTERRUPTED;
    }
    if (ended == 2)
        return give_up(session);
    launch_tear_down();
    int code = conclude(session);
    print_outcome(session);
    return code;
}

static int start(struct session *session, const struct options *options)
{
    struct error error;
    if (run_setup_plan(session, &options->run, &error) ||
        (!options->dry_run && run_setup_folder(session, options->run.out, "", &error)))
        return error_tell(&error);
    if (session_calibrate(session)) {
        word_tell(stderr, "interrupted while calibrating; nothing was measured yet");
        return EXIT_INTERRUPTED;
    }
    if (options->dry_run) {
        print_plan(session, options->run.selection.profile->name);
        return EXIT_FINE;
    }
    run_setup_describe(session, &options->run);
    if (session_create(session, &error))
        return error_tell(&error);
    run_setup_link_latest(session, &options->run);
    return measure(session);
}

static int resume(struct session *session, const struct options *options)
{
    struct error error;
    session->quiet = options->run.quiet;
    snprintf(session->builds[0].folder, sizeof session->builds[0].folder, "%s", options->resume);
    struct rules rules = {0}; /* they are needed in the end: what is wrong with them is said now */
    int failed = options->run.rules && run_setup_rules(session, options->run.rules, &rules, &error);
    rules_free(&rules);
    if (failed || run_setup_own_again(options->resume, &options->run, &error) ||
        run_setup_pythons_again(options->resume, &options->run, &error) || session_resume(session, &error))
        return error_tell(&error);
    return measure(session);
}

int cmd_run(int argc, char **argv)
{
    static const struct argp_child children[] = {{&run_options_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        .options = option_table,
        .parser = parse,
        .children = children,
        .doc = "Measures the cells that the rules name, in randomised blocks of fresh processes, judges the "
               "rules and "
               "draws charts and a report, into one results folder.",
    };
    struct options options = {.dry_run = false};
    run_options_init(&options.run);
    options_parse(&argp, argc, argv, &options);

    struct error error;
    struct session session;
    int code;
    if (run_setup_open(&session, &error))
        code = error_tell(&error);
    else
        code = options.resume ? resume(&session, &options) : start(&session, &options);
    run_setup_close(&session);
    return code;
}
