/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "folder.h"
#include "launch.h"
#include "measure.h"
#include "nearest.h"
#include "options.h"
#include "progress.h"
#include "run_setup.h"
#include "selftest.h"
#include "words.h"

/* quick_s: what a test takes in --quick where each of its repeats is needed; it is not begun with less time
 * left. */
static const struct test {
    const char *name;
    int (*run)(struct selftest *selftest, struct error *error);
    double quick_s;
} tests[] = {
    {"aa", selftest_aa, 15},
    {"slowdown", selftest_slowdown, 12},
    {"double", selftest_double, 6},
    {"analytic", selftest_analytic, 10},
    {"disturbance", selftest_disturbance, 9},
    {"omission", selftest_omission, 5},
};
static const double quick_limit_s = 60;

enum { TEST_COUNT = sizeof tests / sizeof tests[0] };

struct options {
    bool quick, quiet, seed_given;
    uint64_t seed;
    const char *out;
    const struct test *only;
};

enum { OPTION_QUICK = 256, OPTION_OUT, OPTION_SEED, OPTION_ONLY, OPTION_QUIET };

static const struct argp_option option_table[] = {
    {"quick", OPTION_QUICK, NULL, 0, "fewer comparisons; a minute at most", 0},
    {"only", OPTION_ONLY, "TEST", 0, "aa, slowdown, double, analytic, disturbance or omission", 0},
    {"seed", OPTION_SEED, "N", 0, "of the order of launches; default: random, recorded", 0},
    {"out", OPTION_OUT, "DIR", 0, "the results folder; must not exist. Default: results/TIME-HOST-selftest",
     0},
    {"quiet", OPTION_QUIET, NULL, 0, "no progress", 0},
    {0},
};

static const struct test *find_test(const struct argp_state *state, const char *name)
{
    for (size_t i = 0; i < TEST_COUNT; i++)
        if (strcmp(tests[i].name, name) == 0)
            return &tests[i];
    struct nearest nearest;
    nearest_begin(&nearest, name, strlen(name), "");
    for (size_t i = 0; i < TEST_COUNT; i++)
        nearest_offer(&nearest, tests[i].name);
    options_error(state, "no test '%s'; %s", name, nearest_tell(&nearest));
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case OPTION_QUICK:
        options->quick = true;
        return 0;
    case OPTION_OUT:
        options->out = text;
        return 0;
    case OPTION_SEED:
        options->seed = options_count(state, "--seed", text, 0, INT64_MAX);
        options->seed_given = true;
        return 0;
    case OPTION_ONLY:
        options->only = find_test(state, text);
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

static uint64_t random_seed(void)
{
    uint64_t seed = 0;
    if (getrandom(&seed, sizeof seed, 0) != sizeof seed)
        seed = clock_now_ns();
    return seed >> 16; /* short enough to be typed */
}

/* What stands in the way of the folder is told before anything is measured. */
static int set_up(struct selftest *selftest, const struct options *options, size_t *folder_before,
                  struct error *error)
{
    struct session session = {.build_count = 1};
    if (run_setup_folder(&session, options->out, "-selftest", error))
        return -1;
    snprintf(selftest->folder, sizeof selftest->folder, "%s", session.folder);
    snprintf(selftest->run_id, sizeof selftest->run_id, "%.60s", session.run_id);
    *folder_before = session.folder_before;
    return 0;
}

static int leave_out(struct selftest *selftest, const struct test *test, struct error *error)
{
    struct selftest_check *check = selftest_checks_add(&selftest->checks, test->name, "all");
    if (!check)
        return error_set(error, "out of memory");
    snprintf(check->detail, sizeof check->detail,
             "no time left: the machine is slow or disturbed; `--only %s`, or without --quick", test->name);
    return 0;
}

static int run_tests(struct selftest *selftest, const struct test *only, struct error *error)
{
    double end_s = clock_now_s() + quick_limit_s;
    int result = 0;
    for (size_t i = 0; i < TEST_COUNT && result == 0; i++) {
        const struct test *test = &tests[i];
        if (only && only != test)
            continue;
        if (launch_interrupted())
            result = 1;
        else if (selftest->quick && !only && clock_now_s() + test->quick_s > end_s)
            result = leave_out(selftest, test, error);
        else
            result = test->run(selftest, error);
    }
    return result;
}

static int conclude(const struct selftest *selftest, struct error *error)
{
    char path[PATH_BYTES + 16];
    snprintf(path, sizeof path, "%s/selftest.csv", selftest->folder);
    if (access(selftest->folder, F_OK) == 0 && selftest_checks_write_csv(&selftest->checks, path, error))
        return error_tell(error);
    selftest_checks_write_text(&selftest->checks, progress_colour(STDOUT_FILENO),
                               (size_t)progress_width(STDOUT_FILENO), stdout);
    return selftest_checks_exit_code(&selftest->checks);
}

/* A folder that nothing went into is gone. */
static int tell_interrupted(const struct selftest *selftest, size_t folder_before, struct error *error)
{
    if (selftest->checks.count)
        conclude(selftest, error);
    else
        folder_unmake(selftest->folder, folder_before);
    if (access(selftest->folder, F_OK) == 0)
        word_tell(stderr, "interrupted; all that was measured is in %s", selftest->folder);
    else
        word_tell(stderr, "interrupted while calibrating; nothing was measured yet");
    return EXIT_INTERRUPTED;
}

int cmd_selftest(int argc, char **argv)
{
    static const struct argp argp = {
        .options = option_table,
        .parser = parse,
        .doc = "Checks the instrument on this machine: identical code must be found identical, injected "
               "slowdowns must be found and be of their size, waits must take what can be reckoned, a "
               "disturbed machine must be noticed, and what a server keeps waiting must count.\v"
               "A check is passed; failed: shown to be wrong; not shown: tried, but the machine was too "
               "disturbed or too noisy to tell; or skipped: the machine does not let us try, for want of a "
               "permission say.\n\n"
               "Exit status: 0 every check passed or was skipped; 1 one failed; 2 bad usage or no results "
               "folder; "
               "3 none failed, but one is not shown: try again on a quieter machine; 130 interrupted."};
    struct options options = {.quick = false};
    struct selftest selftest = {.checks = {.rows = NULL}};
    struct error error = {""};
    options_parse(&argp, argc, argv, &options);
    launch_set_up();
    selftest.quick = options.quick;
    selftest.quiet = options.quiet;
    selftest.seed = options.seed_given ? options.seed : random_seed();
    size_t folder_before;
    if (set_up(&selftest, &options, &folder_before, &error))
        return error_tell(&error);
    double begin_s = clock_now_s();
    int result = run_tests(&selftest, options.only, &error);
    if (result < 0)
        error_tell(&error);
    int code = result == 1 ? tell_interrupted(&selftest, folder_before, &error) : conclude(&selftest, &error);
    if (result == 0)
        word_print(stdout, "seed %" PRIu64 ", %.0f s; all that was measured is in %s\n", selftest.seed,
                   clock_now_s() - begin_s, selftest.folder);
    selftest_checks_free(&selftest.checks);
    return result < 0 ? EXIT_USAGE : code;
}
