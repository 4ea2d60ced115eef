/* SPDX-License-Identifier: MIT */
/* A machine that is disturbed on purpose: the run must notice, and must not draw conclusions. */
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "environment.h"
#include "launch.h"
#include "quiet.h"
#include "run_setup.h"
#include "selftest.h"
#include "selftest_cells.h"
#include "selftest_child.h"
#include "topology.h"

static const double quota_processors = 0.5;

/* A/A of one cell, gated. */
static const struct selftest_part hog_part = {
    .name = "disturbance-hog", .builds = 2, .blocks = 6, .launch_ms = 40, .timeout_s = 60, .gate = true};
static const struct selftest_part quota_part = {
    .name = "disturbance-quota", .builds = 2, .blocks = 6, .launch_ms = 40, .timeout_s = 60, .gate = true};
static const struct selftest_part descriptors_part = {
    .name = "disturbance-descriptors", .builds = 1, .blocks = 1, .launch_ms = 10, .timeout_s = 30};
static const struct selftest_part stop_part = {
    .name = "disturbance-stop", .builds = 1, .blocks = 1, .launch_ms = 10, .timeout_s = 3};

static struct selftest_check *add_check(struct selftest *selftest, const char *subject)
{
    return selftest_checks_add(&selftest->checks, "disturbance", subject);
}

/* The runs, in a process of their own */

static int run_part(const struct selftest *selftest, const struct selftest_part *part, const char *cell,
                    struct error *error)
{
    struct session session;
    int result = selftest_open(selftest, part, &session, error);
    if (result == 0)
        result = selftest_add(&session, cell, error) < 0 ? -1 : 0;
    if (result == 0)
        result = selftest_calibrate(&session, error);
    if (result == 0)
        result = selftest_measure(selftest, part, &session, error);
    run_setup_close(&session);
    return result;
}

static int run_hogged(const struct selftest *selftest, const void *context, struct error *error)
{
    (void)context;
    return run_part(selftest, &hog_part, selftest_cells.busy, error);
}

static int run_throttled(const struct selftest *selftest, const void *context, struct error *error)
{
    if (selftest_quota_enter(context))
        return error_set(error, "%s: %s", (const char *)context, strerror(errno));
    return run_part(selftest, &quota_part, selftest_cells.busy, error);
}

static int run_without_descriptors(const struct selftest *selftest, const void *context, struct error *error)
{
    (void)context;
    const struct rlimit limit = {64, 64};
    if (setrlimit(RLIMIT_NOFILE, &limit))
        return error_set(error, "setrlimit: %s", strerror(errno));
    return run_part(selftest, &descriptors_part, selftest_cells.connecting, error);
}

/* A second of waiting, so that it would end long before its time limit. */
static int run_stopped(const struct selftest *selftest, const void *context, struct error *error)
{
    (void)context;
    struct session session;
    int result = selftest_open(selftest, &stop_part, &session, error);
    if (result == 0)
        result = selftest_add(&session, selftest_cells.stoppable, error) < 0 ? -1 : 0;
    if (result == 0) {
        session.plan.cells[0].items = 20;
        result = selftest_measure(selftest, &stop_part, &session, error);
    }
    run_setup_close(&session);
    return result;
}

/* What came of them */

static void read_blocks(const json_t *run, const struct quiet_threshold *cause,
                        struct selftest_disturbed *disturbed)
{
    size_t index;
    json_t *block;
    json_array_foreach(json_object_get(run, "blocks"), index, block)
    {
        const char *decision = json_string_value(json_object_get(block, "decision"));
        double value = json_number_value(json_object_get(block, cause->key));
        bool flagged = decision && strcmp(decision, "invalid") == 0,
             caused = flagged && value > cause->invalid;
        disturbed->blocks++;
        disturbed->flagged += flagged;
        disturbed->caused += caused;
        if (caused)
            disturbed->reason = json_string_value(json_object_get(block, "reason"));
    }
}

/* cause: the check that must have flagged blocks. */
static int judge_part(struct selftest *selftest, const struct selftest_part *part, enum quiet_check cause,
                      const char *subject, struct error *error)
{
    struct compare_runs of = {.compared = {.rows = NULL}};
    struct selftest_disturbed disturbed = {.blocks = 0};
    json_t *run = selftest_load_run(selftest, part->name, error);
    int result = run ? selftest_compare(selftest, part->name, &of, error) : -1;
    struct selftest_check *check = result ? NULL : add_check(selftest, subject);
    if (check) {
        read_blocks(run, &quiet_thresholds[cause], &disturbed);
        selftest_judge_disturbed(&disturbed, &of.compared, check);
    } else if (result == 0) {
        result = error_set(error, "out of memory");
    }
    compare_runs_free(&of);
    json_decref(run);
    return result;
}

static int skip(struct selftest *selftest, const char *subject, const char *why, const char *reason,
                struct error *error)
{
    struct selftest_check *check = add_check(selftest, subject);
    if (!check)
        return error_set(error, "out of memory");
    check->verdict = SELFTEST_SKIPPED;
    snprintf(check->required, sizeof check->required, "all flagged, none false");
    snprintf(check->detail, sizeof check->detail, "skipped: %s%s", why, reason);
    return 0;
}

/* NULL, or why the gate cannot see this here. */
static const char *blindness(enum quiet_check cause)
{
    struct environment now;
    struct blind blind[BLIND_MAX];
    environment_read("", &now);
    size_t count = environment_blind(&now, true, blind);
    for (size_t i = 0; i < count; i++)
        if (strcmp(blind[i].check, quiet_thresholds[cause].key) == 0)
            return blind[i].why;
    return NULL;
}

static int disturb_with_hogs(struct selftest *selftest, struct error *error)
{
    static const char subject[] = "a CPU hog a unit";
    pid_t hogs[HOGS_MAX];
    const char *why = blindness(QUIET_FOREIGN_CPU);
    if (why)
        return skip(selftest, subject, why, "", error);
    selftest_announce(selftest, "disturbance: a busy loop on every unit");
    int count = selftest_hogs_start(hogs, error);
    if (count < 0)
        return -1;
    pid_t child = selftest_child_start(selftest, run_hogged, NULL, error);
    int result = child < 0 ? -1 : selftest_child_await(child, error);
    selftest_hogs_end(hogs, count);
    return result ? result : judge_part(selftest, &hog_part, QUIET_FOREIGN_CPU, subject, error);
}

/* `max` is what the run in the group took for it. */
static int judge_quota_max(struct selftest *selftest, struct error *error)
{
    char folder[PATH_BYTES + 64];
    struct samples samples;
    snprintf(folder, sizeof folder, "%s/%s/base", selftest->folder, quota_part.name);
    int result = samples_load(folder, NULL, 0, &samples, error);
    struct selftest_check *check = result ? NULL : add_check(selftest, "a quota of 50 %: workers:max");
    if (check) {
        snprintf(check->shown, sizeof check->shown, "%u", samples.units_max);
        snprintf(check->required, sizeof check->required, "1");
        check->verdict = samples.units_max == 1 ? SELFTEST_PASSED : SELFTEST_FAILED;
    }
    samples_free(&samples);
    return result;
}

static int disturb_with_quota(struct selftest *selftest, struct error *error)
{
    char directory[PATH_MAX];
    selftest_announce(selftest, "disturbance: a CPU quota");
    if (selftest_quota_make(quota_processors, directory, sizeof directory)) {
        const char *reason = strerror(errno);
        return skip(selftest, "a quota of 50 %", "no control group can be made here: ", reason, error);
    }
    pid_t child = selftest_child_start(selftest, run_throttled, directory, error);
    int result = child < 0 ? -1 : selftest_child_await(child, error);
    selftest_quota_remove(directory);
    if (result == 0)
        result = judge_part(selftest, &quota_part, QUIET_THROTTLED, "a quota of 50 %", error);
    return result ? result : judge_quota_max(selftest, error);
}

/* The one row of a part. */
struct only_row {
    enum status status;
    char reason[160];
};

static int read_row(const struct selftest *selftest, const struct selftest_part *part, struct only_row *row,
                    struct error *error)
{
    char folder[PATH_BYTES + 64];
    struct samples samples;
    snprintf(folder, sizeof folder, "%s/%s", selftest->folder, part->name);
    int result = samples_load(folder, NULL, 0, &samples, error);
    if (result == 0 && samples.row_count != 1)
        result = error_set(error, "%s: not one row", folder);
    if (result == 0) {
        row->status = (enum status)samples.rows[0].status;
        snprintf(row->reason, sizeof row->reason, "%s", samples_reason(&samples, &samples.rows[0]));
    }
    samples_free(&samples);
    return result;
}

static int disturb_descriptors(struct selftest *selftest, struct error *error)
{
    struct only_row row;
    selftest_announce(selftest, "disturbance: 64 descriptors");
    pid_t child = selftest_child_start(selftest, run_without_descriptors, NULL, error);
    int result = child < 0 ? -1 : selftest_child_await(child, error);
    if (result == 0)
        result = read_row(selftest, &descriptors_part, &row, error);
    if (result)
        return result;
    struct selftest_check *check = add_check(selftest, "64 descriptors");
    if (!check)
        return error_set(error, "out of memory");
    bool named = strstr(row.reason, "RLIMIT_NOFILE") != NULL;
    snprintf(check->shown, sizeof check->shown, "%s, limit %s", status_names[row.status],
             named ? "named" : "not named");
    snprintf(check->required, sizeof check->required, "skipped, limit named");
    snprintf(check->detail, sizeof check->detail, "%s", row.reason);
    check->verdict = row.status == STATUS_SKIPPED && named ? SELFTEST_PASSED : SELFTEST_FAILED;
    return 0;
}

/* A worker of the child's launch is stopped while it works. The launch's process group, or 0 if there was
 * none. */
static pid_t stop_worker(pid_t child)
{
    enum { ATTEMPTS = 200, ATTEMPT_MS = 10, WORKING_MS = 300 };
    pid_t leader, workers[8];
    for (int attempt = 0; attempt < ATTEMPTS && !launch_interrupted(); attempt++) {
        bool working =
            selftest_children(child, &leader, 1) == 1 && selftest_children(leader, workers, 8) == 2;
        nanosleep(&(struct timespec){.tv_nsec = (working ? WORKING_MS : ATTEMPT_MS) * 1000000L}, NULL);
        if (working && selftest_children(leader, workers, 8) == 2)
            return kill(workers[0], SIGSTOP) ? 0 : leader;
    }
    return 0;
}

static int disturb_by_stopping(struct selftest *selftest, struct error *error)
{
    struct only_row row;
    selftest_announce(selftest, "disturbance: a worker that is stopped");
    pid_t child = selftest_child_start(selftest, run_stopped, NULL, error);
    if (child < 0)
        return -1;
    pid_t group = stop_worker(child);
    int result = selftest_child_await(child, error);
    if (result == 0)
        result = read_row(selftest, &stop_part, &row, error);
    if (result)
        return result;
    struct selftest_check *check = add_check(selftest, "SIGSTOP to a worker");
    if (!check)
        return error_set(error, "out of memory");
    bool timed_out = row.status == STATUS_FAILED && strncmp(row.reason, "timeout", 7) == 0;
    bool gone = group == 0 || (kill(-group, 0) && errno == ESRCH);
    snprintf(check->shown, sizeof check->shown, "%s%s, %s left", status_names[row.status],
             timed_out ? ": timeout" : "", gone ? "nothing" : "processes");
    snprintf(check->required, sizeof check->required, "failed: timeout, nothing left");
    snprintf(check->detail, sizeof check->detail, "%s", group ? row.reason : "no worker was found to stop");
    if (group)
        check->verdict = timed_out && gone ? SELFTEST_PASSED : SELFTEST_FAILED;
    return 0;
}

int selftest_disturbance(struct selftest *selftest, struct error *error)
{
    static int (*const disturbances[])(struct selftest *, struct error *) = {
        disturb_with_hogs, disturb_with_quota, disturb_descriptors, disturb_by_stopping};
    int result = 0;
    for (size_t i = 0; i < sizeof disturbances / sizeof disturbances[0] && result == 0; i++)
        result = disturbances[i](selftest, error);
    return result;
}
