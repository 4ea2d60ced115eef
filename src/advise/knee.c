/* SPDX-License-Identifier: MIT */
#include "knee.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "child.h"
#include "load.h"
#include "load_target.h"
#include "measure.h"
#include "progress.h"
#include "random.h"

const double knee_enough = 0.95;

/* A server that leaves so many messages, or connections, without a right answer is past what it can do. */
#define FAILING_MESSAGES    0.01
#define FAILING_CONNECTIONS 0.05

enum { ROUND_MS_MIN = 40, EVENTS_BEYOND = 10 };

/* Shares of the time. */
static const double look_share = 0.2, closed_share = 0.35, open_share = 0.4;
static const double loads[KNEE_OPEN] = {0.5, 0.7, 0.9};

/* What all rounds have in common. */
struct driving {
    const struct knee_options *options;
    struct load_target target;
    char request[LOAD_REQUEST_BYTES];
    struct load_http http;
    unsigned most, threads; /* connections, threads of a round */
    uint64_t limit_ns, state;
    struct knee_seen *shared; /* with the process of the round */
    size_t rounds, rounds_all;
    double begin_s, asked_s; /* how long the rounds so far were to be, in all */
};

static void started(void *context, uint64_t startup_ns)
{
    (void)context, (void)startup_ns;
}

static _Noreturn void failed(void *context, const char *reason)
{
    struct knee_seen *seen = context;
    snprintf(seen->failure, sizeof seen->failure, "%s", reason);
    _exit(EXIT_FAILURE);
}

static double quantile_ns(const struct histogram *latency, double q)
{
    uint64_t ns = histogram_quantile_ns(latency, q, EVENTS_BEYOND);
    return ns ? (double)ns : NAN;
}

static void ended(void *context, const struct load_round *round)
{
    struct knee_seen *seen = context;
    double errors = (double)load_errors(round), answers = (double)round->answers;
    seen->answers_per_second = answers * 1e9 / (double)(round->stop_ns - round->start_ns);
    seen->p50_ns = quantile_ns(round->latency, 0.5);
    seen->p99_ns = quantile_ns(round->latency, 0.99);
    seen->errors = errors > 0 ? errors / (errors + answers) : 0;
    seen->errors_count = errors;
    seen->generator = round->cpu_fraction;
    seen->told = true;
}

static int drive(struct driving *driving, const struct knee_point *point, double seconds,
                 struct knee_seen *seen, struct error *error)
{
    const struct load_options load = {.connections = point->connections,
                                      .http = driving->target.http ? &driving->http : NULL,
                                      .rate = point->rate,
                                      .seed = random_next(&driving->state) >> 1,
                                      .limit_ns = driving->limit_ns,
                                      .persists = true,
                                      .threads = driving->threads < point->connections ? driving->threads
                                                                                       : point->connections,
                                      .context = driving->shared,
                                      .started = started,
                                      .ended = ended,
                                      .failed = failed};
    double ms = fmax(seconds * 1e3, ROUND_MS_MIN);
    driving->asked_s += ms / 1e3;
    progress_launch(driving->options->quiet, driving->rounds++, driving->rounds_all, 0,
                    driving->options->server);
    *driving->shared = (struct knee_seen){.told = false};
    pid_t child = child_fork();
    if (child == 0) {
        load_run(&load, &driving->target.address, (uint64_t)(ms * 1e6), NULL);
        _exit(EXIT_SUCCESS);
    }
    if (child < 0 || child_await(child) < 0)
        return error_set(error, "the process that loads the server could not be made");
    *seen = *driving->shared;
    if (seen->failure[0])
        return error_set(error, "%s: %s", driving->options->server, seen->failure);
    return seen->told ? 0
                      : error_set(error, "%s: the process that loads it has died", driving->options->server);
}

static int set_up(struct driving *driving, struct error *error)
{
    const struct knee_options *options = driving->options;
    driving->most = options->connections_max ? options->connections_max : KNEE_CONNECTIONS;
    if (load_target_parse(options->server, &driving->target, error) ||
        load_target_check_local(&driving->target, error))
        return -1;
    load_target_request(&driving->target, false, driving->request);
    driving->http.request = driving->request;
    driving->state = options->seed;
    driving->limit_ns = (uint64_t)(fmin(fmax(options->seconds / 30, 0.2), 2) * 1e9);
    return load_prepare(driving->most, &driving->threads, error);
}

/* By how much each number of connections did, in rounds that judge nothing. Upwards first, until the server
 * fails. */
struct looks {
    unsigned connections[KNEE_LOOK_POINTS];
    double rate[KNEE_LOOK_POINTS];
    size_t count;
};

static bool is_failing(const struct knee_seen *seen, unsigned connections)
{
    return seen->errors > FAILING_MESSAGES ||
           (seen->errors_count > 1 && seen->errors_count > FAILING_CONNECTIONS * connections);
}

static int look(struct driving *driving, struct knee *knee, struct looks *looks, struct error *error)
{
    size_t all = 0;
    for (; all < KNEE_LOOK_POINTS && (1U << all) <= driving->most; all++)
        looks->connections[all] = 1U << all;
    if (all < KNEE_LOOK_POINTS && looks->connections[all - 1] < driving->most)
        looks->connections[all++] = driving->most;
    double seconds = look_share * driving->options->seconds / (KNEE_LOOKS * (double)all);
    driving->rounds_all = KNEE_LOOKS * all + (KNEE_CLOSED + KNEE_OPEN) * KNEE_BLOCKS;
    looks->count = all;
    for (unsigned round = 0; round < KNEE_LOOKS; round++)
        for (size_t i = 0; i < looks->count; i++) {
            const struct knee_point point = {.connections = looks->connections[i]};
            struct knee_seen seen;
            if (drive(driving, &point, seconds, &seen, error))
                return -1;
            looks->rate[i] += round ? seen.answers_per_second / (KNEE_LOOKS - 1) : 0; /* the first warms up */
            if (i > 0 && is_failing(&seen, looks->connections[i])) {
                knee->failing_from = looks->connections[i];
                looks->count = i;
            }
        }
    knee->tried_most = looks->connections[looks->count - 1];
    return 0;
}

static size_t add_closed(struct knee *knee, unsigned connections)
{
    for (size_t i = 0; i < knee->closed_count; i++)
        if (knee->closed[i].connections == connections)
            return i;
    knee->closed[knee->closed_count].connections = connections;
    return knee->closed_count++;
}

/* One connection, what is enough and the step before it, and what gave the most. */
static void choose(const struct looks *looks, struct knee *knee)
{
    size_t most = 0, enough = 0;
    for (size_t i = 0; i < looks->count; i++)
        if (looks->rate[i] > looks->rate[most])
            most = i;
    while (looks->rate[enough] < knee_enough * looks->rate[most])
        enough++;
    add_closed(knee, looks->connections[0]);
    if (enough > 0)
        add_closed(knee, looks->connections[enough - 1]);
    knee->chosen = add_closed(knee, looks->connections[enough]);
    knee->most = add_closed(knee, looks->connections[most]);
}

double knee_round_s(double share_s, size_t rounds, double spent_s, double asked_s, size_t done)
{
    double beside_s = done ? fmax(spent_s - asked_s, 0) / (double)done : 0;
    return fmax(share_s / (double)rounds - beside_s, ROUND_MS_MIN / 1e3);
}

static int measure(struct driving *driving, struct knee_point *points, size_t count, double seconds,
                   struct error *error)
{
    const double round_s = knee_round_s(seconds, KNEE_BLOCKS * count, clock_now_s() - driving->begin_s,
                                        driving->asked_s, driving->rounds);
    for (unsigned block = 0; block < KNEE_BLOCKS; block++) {
        size_t order[KNEE_CLOSED] = {0, 1, 2, 3};
        for (size_t i = count; i > 1; i--) {
            size_t j = random_below(&driving->state, i), swapped = order[i - 1];
            order[i - 1] = order[j];
            order[j] = swapped;
        }
        for (size_t i = 0; i < count; i++) {
            struct knee_point *point = &points[order[i]];
            if (drive(driving, point, round_s, &point->seen[block], error))
                return -1;
        }
    }
    return 0;
}

static int judge_figure(const struct knee_point *point, const struct knee_point *of, size_t offset,
                        struct median_interval *out)
{
    double values[KNEE_BLOCKS];
    size_t count = 0;
    for (size_t block = 0; block < KNEE_BLOCKS; block++) {
        double value = *(const double *)((const char *)&point->seen[block] + offset);
        double base = of ? *(const double *)((const char *)&of->seen[block] + offset) : 1;
        if (isfinite(value) && base > 0)
            values[count++] = value / base;
    }
    return statistics_median(values, count, 0.95, out);
}

static int judge_point(struct knee_point *point, const struct knee_point *most)
{
    point->errors = point->generator = 0;
    for (size_t block = 0; block < KNEE_BLOCKS; block++) {
        point->errors += point->seen[block].errors / KNEE_BLOCKS;
        point->generator += point->seen[block].generator / KNEE_BLOCKS;
    }
    return judge_figure(point, NULL, offsetof(struct knee_seen, answers_per_second), &point->answers) ||
                   judge_figure(point, NULL, offsetof(struct knee_seen, p50_ns), &point->p50_ns) ||
                   judge_figure(point, NULL, offsetof(struct knee_seen, p99_ns), &point->p99_ns) ||
                   judge_figure(point, most, offsetof(struct knee_seen, answers_per_second), &point->share)
               ? -1
               : 0;
}

/* The look has chosen from few rounds: fewer may do, as the blocks say. */
static void choose_again(struct knee *knee)
{
    for (size_t i = 0; i < knee->closed_count; i++)
        if (knee->closed[i].connections < knee->closed[knee->chosen].connections &&
            knee->closed[i].share.median >= knee_enough)
            knee->chosen = i;
}

int knee_judge(struct knee *knee)
{
    int result = 0;
    for (size_t i = 0; i < knee->closed_count && !result; i++)
        result = judge_point(&knee->closed[i], &knee->closed[knee->most]);
    for (size_t i = 0; i < knee->open_count && !result; i++)
        result = judge_point(&knee->open[i], &knee->closed[knee->most]);
    choose_again(knee);
    return result;
}

static int measure_all(struct driving *driving, struct knee *knee, struct error *error)
{
    double seconds = driving->options->seconds;
    struct looks looks = {.count = 0};
    if (look(driving, knee, &looks, error))
        return -1;
    choose(&looks, knee);
    if (measure(driving, knee->closed, knee->closed_count, closed_share * seconds, error))
        return -1;
    if (knee_judge(knee))
        return error_set(error, "out of memory");
    /* Twice as many: a message that is due finds one free. */
    unsigned connections = 2 * knee->closed[knee->most].connections;
    if (connections > knee->tried_most)
        connections = knee->tried_most;
    for (size_t i = 0; i < KNEE_OPEN; i++)
        knee->open[knee->open_count++] =
            (struct knee_point){.connections = connections,
                                .load = loads[i],
                                .rate = loads[i] * knee->closed[knee->most].answers.median};
    if (!(knee->open[0].rate > 0)) {
        knee->open_count = 0;
        return 0;
    }
    if (measure(driving, knee->open, knee->open_count, open_share * seconds, error))
        return -1;
    return knee_judge(knee) ? error_set(error, "out of memory") : 0;
}

int knee_measure(const struct knee_options *options, struct knee *knee, struct error *error)
{
    struct driving driving = {.options = options, .begin_s = clock_now_s()};
    *knee = (struct knee){.server = options->server};
    if (set_up(&driving, error))
        return -1;
    driving.shared =
        mmap(NULL, sizeof *driving.shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (driving.shared == MAP_FAILED)
        return error_set(error, "out of memory");
    int result = measure_all(&driving, knee, error);
    munmap(driving.shared, sizeof *driving.shared);
    progress_clear(options->quiet);
    knee->spent_s = clock_now_s() - driving.begin_s;
    return result;
}
