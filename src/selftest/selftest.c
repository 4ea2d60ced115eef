/* SPDX-License-Identifier: MIT */
#include "selftest.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cell_run.h"
#include "run_file.h"
#include "run_setup.h"
#include "runtime.h"
#include "topology.h"

static const double effect = 0.05;

void selftest_announce(const struct selftest *selftest, const char *format, ...)
{
    if (selftest->quiet)
        return;
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

static void name_builds(const struct selftest *selftest, const struct selftest_part *part,
                        struct session *session)
{
    static const char *const builds[] = {"/base", "/new"};
    session->build_count = part->builds;
    for (size_t build = 0; build < part->builds; build++) {
        struct session_build *to = &session->builds[build];
        if (build > 0)
            to->program = session->builds[0].program;
        snprintf(to->folder, sizeof to->folder, "%s/%s%s", selftest->folder, part->name,
                 part->builds > 1 ? builds[build] : "");
    }
}

/* Every part has an order of its own, and all follow from one seed. */
static uint64_t seed_of(uint64_t seed, const char *name)
{
    for (; *name; name++)
        seed = (seed ^ (unsigned char)*name) * UINT64_C(0x100000001b3);
    return seed >> 16;
}

int selftest_open(const struct selftest *selftest, const struct selftest_part *part, struct session *session,
                  struct error *error)
{
    if (run_setup_open(session, error))
        return -1;
    session->quiet = selftest->quiet;
    session->gate = part->gate;
    session->plan.blocks = part->blocks;
    session->plan.seed = seed_of(selftest->seed, part->name);
    session->launch_ms = part->launch_ms;
    session->timeout_s = part->timeout_s;
    snprintf(session->run_id, sizeof session->run_id, "%s-%s", selftest->run_id, part->name);
    name_builds(selftest, part, session);
    return 0;
}

long selftest_add(struct session *session, const char *name, struct error *error)
{
    struct cell cell;
    if (cell_parse(name, NULL, &cell, error) ||
        runtime_complete(&cell, (unsigned)topology_max(session->topology), error))
        return -1;
    long added = plan_add(&session->plan, &cell);
    return added < 0 ? error_set(error, "out of memory") : added;
}

int selftest_calibrate(struct session *session, struct error *error)
{
    if (session_calibrate(session))
        return 1;
    return session->build_count > 1 && plan_double(&session->plan) ? error_set(error, "out of memory") : 0;
}

static void describe(const struct selftest *selftest, const struct selftest_part *part,
                     struct session *session)
{
    const struct profile profile = {.name = selftest->quick ? "selftest --quick" : "selftest",
                                    .gate = part->gate};
    const struct run_options options = {.selection.profile = &profile};
    run_setup_describe(session, &options);
    json_object_set_new(session->run, "selftest",
                        json_pack("{s:s, s:b, s:I}", "part", part->name, "quick", (int)selftest->quick,
                                  "seed", (json_int_t)selftest->seed));
    if (session->build_count > 1)
        json_object_set_new(
            session->run, "builds",
            json_pack("[s, s]", session->builds[0].program->path, session->builds[1].program->path));
}

int selftest_measure(const struct selftest *selftest, const struct selftest_part *part,
                     struct session *session, struct error *error)
{
    describe(selftest, part, session);
    return session_create(session, error) ? -1 : session_measure(session, error);
}

json_t *selftest_load_run(const struct selftest *selftest, const char *part, struct error *error)
{
    char folder[PATH_BYTES + 64];
    snprintf(folder, sizeof folder, "%s/%s/base", selftest->folder, part);
    return run_file_load(folder, error);
}

int selftest_compare(const struct selftest *selftest, const char *part, struct compare_runs *runs,
                     struct error *error)
{
    const struct compare_options options = {.effect = effect, .pairing = COMPARE_PAIRED};
    char base[PATH_BYTES + 64], new[PATH_BYTES + 64];
    snprintf(base, sizeof base, "%s/%s/base", selftest->folder, part);
    snprintf(new, sizeof new, "%s/%s/new", selftest->folder, part);
    return compare_runs_load((const char *[]){base, new}, 2, COLUMN_ITEMS_PER_SECOND, runs, error)
               ? -1
               : compare_runs_judge(runs, &options, error);
}

/* A table of at most one cell, which stays the other's. */
static struct samples view_cell(const struct samples *samples, const char *name)
{
    struct samples view = *samples;
    view.cells = (struct samples_cell *)samples_find(samples, name);
    view.cell_count = view.cells != NULL;
    return view;
}

int selftest_compare_alone(const struct compare_runs *runs, const char *cell, struct compared *one,
                           struct error *error)
{
    struct samples base = view_cell(&runs->tables[0], cell), new = view_cell(&runs->tables[1], cell);
    return compare_tables(&base, &new, runs->compared.metric, &runs->compared.options, one, error);
}
