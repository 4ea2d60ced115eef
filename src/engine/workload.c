/* SPDX-License-Identifier: MIT */
/* What workloads are told of the run they are part of. */
#include "workload.h"

#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "futex.h"
#include "run.h"
#include "waiting.h"
#include "workload_table.h"

const char *workload_key(const struct cell *cell, const char *key)
{
    const char *value = cell_param(cell, key);
    const struct workload *workload = workload_find(cell->family, cell->workload);
    for (const struct workload_param *param = workload->params; !value && param && param->key; param++)
        if (strcmp(param->key, key) == 0)
            value = param->value_default;
    return value ? value : "";
}

uint64_t workload_key_number(const struct cell *cell, const char *key)
{
    return strtoull(workload_key(cell, key), NULL, 10);
}

const struct cell *run_cell(const struct run *run)
{
    return run->cell;
}

const char *run_key(const struct run *run, const char *key)
{
    return workload_key(run->cell, key);
}

uint64_t run_key_number(const struct run *run, const char *key)
{
    return workload_key_number(run->cell, key);
}

bool run_key_is(const struct run *run, const char *key, const char *value)
{
    return strcmp(run_key(run, key), value) == 0;
}

unsigned run_workers(const struct run *run)
{
    return run->workers;
}

unsigned run_in_flight(const struct run *run)
{
    return run->conc;
}

uint64_t run_items(const struct run *run)
{
    return run->shared->items;
}

bool run_private(const struct run *run)
{
    return !run->model->carrier || run->model->carrier->private;
}

bool run_in_loops(const struct run *run)
{
    return !run->model->coroutines && run->workload->begin && model_drives_loops(run->model, run->workload);
}

struct serving *run_serving(const struct run *run)
{
    return run->serving;
}

bool run_offloads(const struct run *run)
{
    return run->model->offloads && run_in_loops(run);
}

void *run_allocate(struct run *run, size_t bytes)
{
    void *memory = arena_allocate(run->arena, bytes);
    if (!memory)
        error_set(&run->error, "out of memory: %zu bytes for %s/%s", bytes, run->workload->family,
                  run->workload->name);
    return memory;
}

void run_set_data(struct run *run, void *data)
{
    run->workload_data = data;
}

void *run_data(const struct run *run)
{
    return run->workload_data;
}

int run_error(struct run *run, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(run->error.text, sizeof run->error.text, format, arguments);
    va_end(arguments);
    return -1;
}

void run_fail(const struct run *run, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    /* Where a process died, what it was connected to fails first: its end is the reason to tell. */
    nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    dprintf(STDERR_FILENO, "%s/%s: %s\n", run->cell->workload, run->cell->model, text);
    _exit(EXIT_FAILURE);
}

bool run_parks(const struct run *run)
{
    return run->waiting != NULL;
}

void run_until_readable(struct run *run, int file)
{
    if (run->waiting)
        run->waiting->file(run, file, false, 0);
}

void run_until_writable(struct run *run, int file)
{
    if (run->waiting)
        run->waiting->file(run, file, true, 0);
}

/* poll() tells milliseconds: rounded up, so that none is too short. */
bool run_until_ready_for(struct run *run, int file, bool to_write, uint64_t ns)
{
    struct pollfd one = {.fd = file, .events = to_write ? POLLOUT : POLLIN};
    uint64_t ms = (ns + 999999) / 1000000;
    if (run->waiting)
        return run->waiting->file(run, file, to_write, ns);
    return poll(&one, 1, ms > INT_MAX ? INT_MAX : (int)ms) != 0;
}

void run_close(struct run *run, int file)
{
    if (run->waiting)
        run->waiting->closes(run, file);
    close(file);
}

void run_sleep(struct run *run, uint64_t ns)
{
    struct timespec left = {.tv_sec = (time_t)(ns / 1000000000), .tv_nsec = (long)(ns % 1000000000)};
    if (run->waiting) {
        run->waiting->time(run, ns);
        return;
    }
    while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left))
        continue;
}

void run_wait_word(struct run *run, _Atomic uint32_t *word, uint32_t seen)
{
    if (run->waiting)
        run->waiting->word(run, word, seen);
    else
        futex_wait(word, seen, run_private(run));
}

void run_wake_word(struct run *run, _Atomic uint32_t *word, int count)
{
    if (run->waiting)
        run->waiting->wake(run, word, count);
    else
        futex_wake(word, count, run_private(run));
}

bool run_arrive_last(struct run *run)
{
    struct run_shared *shared = run->shared;
    if (atomic_fetch_add(&shared->arrived, 1) + 1 < shared->task_count)
        return false;
    atomic_store(&shared->arrived, 0);
    shared->clock_start_ns = clock_now_ns();
    atomic_fetch_add(&shared->gone, 1);
    run_wake_word(run, &shared->gone, INT_MAX);
    return true;
}

void run_arrive(struct run *run)
{
    uint32_t seen = atomic_load(&run->shared->gone);
    if (run_arrive_last(run))
        return;
    while (atomic_load(&run->shared->gone) == seen)
        run_wait_word(run, &run->shared->gone, seen);
}

void run_clock_start(struct run *run, uint64_t startup_ns)
{
    run->shared->startup_ns = startup_ns;
    run->shared->clock_start_ns = clock_now_ns();
}

void run_clock_stop(struct run *run, uint64_t at_ns, uint64_t memory_bytes)
{
    run->shared->clock_stop_ns = at_ns;
    run->shared->memory_bytes = memory_bytes;
}

void run_set_memory(struct run *run, uint64_t bytes)
{
    run->shared->memory_bytes = bytes;
}

double run_rate(const struct run *run)
{
    return run->rate;
}

struct histogram *run_latency_uncorrected(struct run *run)
{
    return &run->shared->latency_uncorrected;
}

void run_count(struct run *run, unsigned worker, uint64_t amount)
{
    atomic_fetch_add_explicit(&run->shared->workers[worker].count, amount, memory_order_relaxed);
}

struct histogram *run_latency(struct run *run)
{
    return &run->shared->latency;
}

void run_add(struct run *run, uint64_t amount)
{
    atomic_fetch_add_explicit(&run->shared->sum, amount, memory_order_relaxed);
}

uint64_t run_sum(const struct run *run)
{
    return atomic_load(&run->shared->sum);
}

uint64_t workload_sum_of_indices(uint64_t items)
{
    return items % 2 ? (items + 1) / 2 * items : items / 2 * (items + 1);
}

void workload_account_indices(const struct run *run, uint64_t items, struct account *account)
{
    (void)run;
    account->checksum = workload_sum_of_indices(items);
}
