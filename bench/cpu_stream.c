/* SPDX-License-Identifier: MIT */
/* The triad of McCalpin's STREAM, a[i] = b[i] + s * c[i], over the worker's own memory: a task updates so
 * many elements, whatever the size of it, and the next task of that worker goes on behind them. s is another
 * one in each pass, so that what stands in `a` afterwards tells which pass was there last. */
#include "working_set.h"

enum { UPDATES = 1 << 16, SCALES = 1024 };

static const struct workload_param params[] = {WORKING_SET_PARAM, {0}};

static size_t length_of(uint64_t bytes)
{
    return bytes / (3 * sizeof(double));
}

/* Whole numbers, below 2^53: no sum is rounded. */
static double element_b(size_t i)
{
    return (double)i;
}

static double element_c(size_t i)
{
    return (double)(i + 1);
}

static double scale(uint64_t pass)
{
    return (double)(1 + pass % SCALES);
}

static void make(const struct working_set *set, uint64_t bytes)
{
    size_t length = length_of(bytes);
    double *a = set->memory, *b = a + length, *c = b + length;
    for (size_t i = 0; i < length; i++) {
        a[i] = 0;
        b[i] = element_b(i);
        c[i] = element_c(i);
    }
}

static void settle(struct run *run, unsigned worker)
{
    working_set_of(run, worker, make);
}

static void triad(double *restrict a, const double *restrict b, const double *restrict c, double s,
                  size_t count)
{
    for (size_t i = 0; i < count; i++)
        a[i] = b[i] + s * c[i];
}

static uint64_t task(struct run *run, const struct task *task)
{
    struct working_set *set = working_set_of(run, task->worker, make);
    size_t length = length_of(working_set_bytes(run));
    double *a = set->memory, *b = a + length, *c = b + length;
    uint64_t update = set->tasks * UPDATES, end = update + UPDATES;
    while (update < end) {
        size_t at = update % length, count = length - at < end - update ? length - at : end - update;
        triad(a + at, b + at, c + at, scale(update / length), count);
        update += count;
    }
    set->tasks++;
    return task->index + 1;
}

/* Up to where the last pass came there is its result, behind that still the one of the pass before. */
static bool check(const struct working_set *set, uint64_t bytes)
{
    size_t length = length_of(bytes);
    const double *a = set->memory;
    uint64_t updates = set->tasks * UPDATES, pass = updates / length;
    for (size_t i = 0; i < length; i++) {
        bool old = i >= updates % length;
        double expected = old && pass == 0 ? 0 : element_b(i) + scale(pass - old) * element_c(i);
        if (a[i] != expected)
            return false;
    }
    return true;
}

static void account(const struct run *run, uint64_t items, struct account *account)
{
    working_set_account(run, items, check, account);
}

const struct workload workload_cpu_stream = {
    .family = "cpu",
    .name = "stream",
    .summary = "a[i] = b[i] + s * c[i], 65,536 times, over memory of the worker's own: bandwidth",
    .params = params,
    .computes = true,
    .possible = working_set_possible,
    .prepare = working_set_prepare,
    .settle = settle,
    .task = task,
    .account = account,
};
