/* SPDX-License-Identifier: MIT */
#include "compare_ab.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "compare_program.h"
#include "options.h"
#include "progress.h"
#include "words.h"

static const char *const build_names[2] = {"base", "new"};

static void set_builds(const struct compare_ab *ab, struct session *session, const char *root)
{
    session->build_count = 2;
    for (size_t build = 0; build < 2; build++) {
        struct session_build *to = &session->builds[build];
        to->program = ab->programs[build];
        to->plugin = ab->plugins[build];
        snprintf(to->folder, sizeof to->folder, "%s/%s", root, build_names[build]);
    }
}

static bool is_flagged(const struct compare_row *row)
{
    return row->verdict == COMPARE_SLOWER || row->broken;
}

/* The cells that were slower or failed, with the work they had. */
static int plan_again(const struct compare_ab_round *only, struct session *session, struct error *error)
{
    const struct plan *before = &only->plan;
    struct plan *plan = &session->plan;
    plan->count = 0;
    for (size_t i = 0; i < only->runs.compared.count; i++) {
        if (!is_flagged(&only->runs.compared.rows[i]))
            continue;
        long found = plan_find(before, only->runs.compared.rows[i].cell, 0);
        long added = found < 0 ? -1 : plan_add(plan, &before->cells[found].cell);
        if (added < 0)
            return error_set(error, "out of memory");
        plan->cells[added].items = before->cells[found].items;
        plan->cells[added].rate = before->cells[found].rate;
        plan->cells[added].launch_s = before->cells[found].launch_s;
    }
    plan->seed++;
    return 0;
}

static int prepare(const struct compare_ab *ab, const struct compare_ab_round *only, struct session *session,
                   struct compare_ab_round *round, struct error *error)
{
    struct run_options run = *ab->run;
    run.selection.ab_metric = &ab->metric;
    run.out = round->folder[0] ? round->folder : run.out;
    if (run_setup_plan(session, &run, error))
        return -1;
    if ((only && plan_again(only, session, error)) || run_setup_folder(session, run.out, "", error))
        return -1;
    if (!round->folder[0])
        snprintf(round->folder, sizeof round->folder, "%s", session->builds[0].folder);
    if (plan_double(&session->plan))
        return error_set(error, "out of memory");
    set_builds(ab, session, round->folder);
    return 0;
}

static int measure(struct session *session, const struct compare_ab *ab, bool calibrated, struct error *error)
{
    if (!calibrated && session_calibrate(session))
        return 1;
    run_setup_describe(session, ab->run);
    json_object_set_new(
        session->run, "builds",
        json_pack("[s, s]", session->builds[0].program->path, session->builds[1].program->path));
    return session_create(session, error) ? -1 : session_measure(session, error);
}

static int compare(const struct compare_ab *ab, const struct session *session, struct compare_ab_round *round,
                   struct error *error)
{
    const char *const folders[] = {session->builds[0].folder, session->builds[1].folder};
    const struct compare_options options = {
        .effect = ab->effect, .pairing = COMPARE_PAIRED, .gate = ab->gate};
    return compare_runs_load(folders, 2, ab->metric, &round->runs, error)
               ? -1
               : compare_runs_judge(&round->runs, &options, error);
}

int compare_ab_round(const struct compare_ab *ab, const struct compare_ab_round *only,
                     struct compare_ab_round *round, struct error *error)
{
    struct session session;
    int result = run_setup_open(&session, error) || prepare(ab, only, &session, round, error)
                     ? -1
                     : measure(&session, ab, only != NULL, error);
    if (result == 0)
        result = compare(ab, &session, round, error);
    round->plan = session.plan;
    session.plan = (struct plan){.cells = NULL};
    run_setup_close(&session);
    return result;
}

void compare_ab_free(struct compare_ab_round *round)
{
    compare_runs_free(&round->runs);
    plan_free(&round->plan);
}

static int print(const struct compared *compared, const char *format, struct error *error)
{
    return compared_write(compared, format, progress_colour(STDOUT_FILENO), progress_width(STDOUT_FILENO),
                          stdout, error);
}

/* Calibration leaves nothing. */
static void tell_interrupted(const char *folder)
{
    if (*folder && access(folder, F_OK) == 0)
        word_tell(stderr, "interrupted; all that was measured is in %s", folder);
    else
        word_tell(stderr, "interrupted; nothing was measured yet");
}

/* 0, 1 when interrupted, -1 with error. */
static int measure_again(const struct compare_ab *ab, struct compare_ab_round *first,
                         struct compare_ab_round *again, struct error *error)
{
    struct compared *compared = &first->runs.compared;
    size_t flagged = compared->verdicts[COMPARE_SLOWER] + compared->broken;
    snprintf(again->folder, sizeof again->folder, "%.4000s/again", first->folder);
    word_tell(stderr, "%zu cell%s slower%s; measuring %s again in fresh blocks", flagged,
              flagged == 1 ? " is" : "s are", compared->broken ? ", or failed in new" : "",
              flagged == 1 ? "it" : "them");
    int result = compare_ab_round(ab, first, again, error);
    if (result == 0)
        compared_confirm(compared, &again->runs.compared);
    if (result == 1)
        compared_interrupt(compared);
    return result;
}

static int conclude(const struct compare_ab *ab, struct compare_ab_round *first, const char *format,
                    struct error *error)
{
    struct compare_ab_round again = {.folder = ""};
    const struct compared *compared = &first->runs.compared;
    bool flagged = compared->verdicts[COMPARE_SLOWER] + compared->broken > 0;
    int result = flagged ? measure_again(ab, first, &again, error) : 0, code = EXIT_USAGE;
    if (result >= 0 && !print(compared, format, error) &&
        !compared_write_page(compared, ab->names, first->folder, error)) {
        compared_name_broken(compared, stderr);
        if (result == 1)
            tell_interrupted(first->folder);
        code = compared_exit_code(compared);
    }
    compare_ab_free(&again);
    return code;
}

static bool is_plugin(const char *name)
{
    size_t length = strlen(name);
    return length > 3 && strcmp(name + length - 3, ".so") == 0;
}

/* Both are run by this very program. */
static int open_plugins(const struct compare_ab *ab, struct program programs[2], struct program plugins[2],
                        struct error *error)
{
    for (size_t build = 0; build < 2; build++) {
        if (program_open(&programs[build], NULL, error) ||
            program_open(&plugins[build], ab->names[build], error))
            return -1;
        plugins[build].by_path = true;
    }
    return 0;
}

/* For both rounds: what is built meanwhile is not what is compared. */
static int open_programs(const struct compare_ab *ab, struct program programs[2], struct error *error)
{
    char path[PATH_BYTES];
    for (size_t build = 0; build < 2; build++)
        if (compare_program_find(ab->names[build], path, error) ||
            program_open(&programs[build], path, error) ||
            compare_program_check(ab->names[build], path, error))
            return -1;
    return 0;
}

/* run: of plugins, what base has is what is asked for. */
static int open_builds(struct compare_ab *ab, struct run_options *run, struct program programs[2],
                       struct program plugins[2], struct error *error)
{
    bool first = is_plugin(ab->names[0]), second = is_plugin(ab->names[1]);
    if (first != second)
        return error_set(error, "%s and %s: name two builds of crosspoint, or two plugins (.so)",
                         ab->names[0], ab->names[1]);
    if (!first)
        return open_programs(ab, programs, error);
    if (own_work_given(&run->own))
        return error_set(error, "two plugins are compared: leave out --plugin and other work of one's own");
    ab->plugins[0] = &plugins[0];
    ab->plugins[1] = &plugins[1];
    run->own.plugin = ab->names[0];
    return open_plugins(ab, programs, plugins, error);
}

int compare_ab(const struct compare_ab *asked, const char *format)
{
    struct error error = {""};
    struct compare_ab_round first = {.folder = ""};
    struct program programs[2] = {{.file = -1}, {.file = -1}}, plugins[2] = {{.file = -1}, {.file = -1}};
    struct run_options run = *asked->run;
    struct compare_ab opened = *asked, *ab = &opened;
    ab->programs[0] = &programs[0];
    ab->programs[1] = &programs[1];
    ab->run = &run;
    int result =
        open_builds(ab, &run, programs, plugins, &error) ? -1 : compare_ab_round(ab, NULL, &first, &error);
    int code = EXIT_USAGE;
    if (result == 1) {
        tell_interrupted(first.folder);
        code = EXIT_INTERRUPTED;
    } else if (result == 0)
        code = conclude(ab, &first, format, &error);
    if (code == EXIT_USAGE)
        error_tell(&error);
    compare_ab_free(&first);
    program_close(&programs[0]);
    program_close(&programs[1]);
    program_close(&plugins[0]);
    program_close(&plugins[1]);
    return code;
}
