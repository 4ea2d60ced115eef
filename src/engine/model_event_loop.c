/* SPDX-License-Identifier: MIT */
/* libuv loops. A loop claims tasks from a shared counter as long as it has fewer in flight than its share of
 * conc. A workload without a non-blocking half is called from the loop itself, READY_BATCH tasks between two
 * polls, as a loop runs all callbacks that are ready before it polls again. */
#include <stdlib.h>
#include <uv.h>

#include "crew.h"
#include "futex.h"
#include "loop.h"

enum { READY_BATCH = 64 };

struct loop {
    uv_loop_t uv;
    uv_idle_t idle;
    struct run *run;
    unsigned worker;
    unsigned in_flight_max, in_flight;
    struct task *tasks; /* [in_flight_max] */
    unsigned *free_slots;
    uint64_t done, checksum;
};

/* The first conc % loops have one task more in flight. */
static unsigned share_of_conc(const struct run *run, unsigned worker)
{
    unsigned loops = run->model->loop ? run->workers : 1;
    return run->conc / loops + (worker < run->conc % loops);
}

static uint64_t claim(struct run *run, uint64_t wanted, uint64_t *first)
{
    *first = atomic_fetch_add_explicit(&run->shared->claimed, wanted, memory_order_relaxed);
    if (*first >= run->shared->task_count)
        return 0;
    uint64_t left = run->shared->task_count - *first;
    return left < wanted ? left : wanted;
}

/* Mortal workloads: each task by itself, since the loop may not live to count. */
static void count_done(struct loop *loop, uint64_t checksum)
{
    if (loop->run->workload->mortal) {
        run_hold(loop->run, loop->worker, loop->in_flight);
        run_record(loop->run, 1, checksum);
        return;
    }
    loop->checksum += checksum;
    loop->done++;
}

static void fill(struct loop *loop)
{
    struct run *run = loop->run;
    while (loop->in_flight < loop->in_flight_max) {
        uint64_t index;
        if (claim(run, 1, &index) == 0)
            return;
        struct task *task = &loop->tasks[loop->free_slots[loop->in_flight++]];
        task->index = index;
        run_hold(run, loop->worker, loop->in_flight);
        run->workload->begin(run, task);
    }
}

static void complete(struct run *run, struct task *task, uint64_t checksum)
{
    struct loop *loop = ((uv_loop_t *)task->loop)->data;
    (void)run;
    loop->free_slots[--loop->in_flight] = (unsigned)(task - loop->tasks);
    count_done(loop, checksum);
    fill(loop);
}

static void run_ready(uv_idle_t *idle)
{
    struct loop *loop = idle->loop->data;
    struct run *run = loop->run;
    uint64_t first;
    /* Small claims when loops share the work, so that they end together. */
    uint64_t share = run->workload->mortal ? 1 : run->shared->task_count / (16 * run->workers);
    uint64_t count = claim(run, share < 1 ? 1 : share > READY_BATCH ? READY_BATCH : share, &first);
    if (count == 0)
        uv_idle_stop(idle);
    for (uint64_t i = 0; i < count; i++) {
        struct task task = {.index = first + i, .worker = loop->worker, .slot = loop->tasks[0].slot};
        run_hold(run, loop->worker, 1);
        count_done(loop, run->workload->task(run, &task));
    }
}

static int fill_in(struct loop *loop, struct run *run, unsigned worker, struct error *error)
{
    loop->run = run;
    loop->worker = worker;
    loop->in_flight_max = share_of_conc(run, worker);
    loop->tasks = calloc(loop->in_flight_max + 1, sizeof *loop->tasks);
    loop->free_slots = calloc(loop->in_flight_max + 1, sizeof *loop->free_slots);
    if (!loop->tasks || !loop->free_slots)
        return error_set(error, "out of memory");
    unsigned slot = 0;
    for (unsigned before = 0; before < worker; before++)
        slot += share_of_conc(run, before);
    for (unsigned i = 0; i < loop->in_flight_max; i++) {
        loop->tasks[i] =
            (struct task){.worker = worker, .slot = slot + i, .loop = &loop->uv, .complete = complete};
        loop->free_slots[i] = i;
    }
    int problem = uv_loop_init(&loop->uv);
    if (problem)
        return error_set(error, "uv_loop_init: %s", uv_strerror(problem));
    loop->uv.data = loop;
    uv_idle_init(&loop->uv, &loop->idle);
    return 0;
}

struct loop *loop_open(struct run *run, unsigned worker, struct error *error)
{
    struct loop *loop = calloc(1, sizeof *loop);
    if (!loop)
        error_set(error, "out of memory");
    else if (fill_in(loop, run, worker, error) == 0)
        return loop;
    if (loop) {
        free(loop->tasks);
        free(loop->free_slots);
    }
    free(loop);
    return NULL;
}

static void close_handle(uv_handle_t *handle, void *unused)
{
    (void)unused;
    uv_close(handle, NULL);
}

/* With what tasks have left open in it for those after them. */
void loop_close(struct loop *loop)
{
    uv_walk(&loop->uv, close_handle, NULL);
    uv_run(&loop->uv, UV_RUN_DEFAULT);
    uv_loop_close(&loop->uv);
    free(loop->tasks);
    free(loop->free_slots);
    free(loop);
}

void loop_round(struct loop *loop)
{
    loop->done = loop->checksum = 0;
    if (loop->run->workload->begin)
        fill(loop);
    else
        uv_idle_start(&loop->idle, run_ready);
    uv_run(&loop->uv, UV_RUN_DEFAULT);
    run_record(loop->run, loop->done, loop->checksum);
}

/* One loop in the calling thread */

static int start_here(struct run *run)
{
    run_worker_ready(run, 0);
    run->model_data = loop_open(run, 0, &run->error);
    return run->model_data ? 0 : -1;
}

static int run_here(struct run *run, uint64_t task_count)
{
    (void)task_count;
    run_begin_clock(run);
    loop_round(run->model_data);
    return 0;
}

static void stop_here(struct run *run)
{
    loop_close(run->model_data);
    run_worker_end(run, 0);
}

/* One loop in each carrier */

enum { ROUND_END = UINT32_MAX };

static void work(struct run *run, unsigned worker, uint64_t argument)
{
    struct error error;
    struct loop *loop = loop_open(run, worker, &error);
    if (!loop)
        run_fail(run, "loop %u could not be made: %s", worker, error.text);
    uint32_t seen = atomic_load(&run->shared->round) - (argument == CREW_REPLACEMENT);
    run_worker_ready(run, worker);
    for (;;) {
        uint32_t round;
        while ((round = atomic_load(&run->shared->round)) == seen)
            futex_wait(&run->shared->round, seen, run_private(run));
        seen = round;
        if (round == ROUND_END)
            break;
        loop_round(loop);
        run_worker_usage(run, worker);
        run_worker_idle(run, worker);
    }
    loop_close(loop);
    run_worker_end(run, worker);
}

static int start_carriers(struct run *run)
{
    return crew_start(run, work);
}

static void next_round(struct run *run, uint32_t round)
{
    atomic_store(&run->shared->round, round);
    futex_wake(&run->shared->round, INT_MAX, run_private(run));
}

static int run_carriers(struct run *run, uint64_t task_count)
{
    (void)task_count;
    /* Not by themselves: one that wakes up late would seem to be done with a round it has not seen, and take
     * tasks of the next before its clock starts. */
    for (unsigned worker = 0; worker < run->workers; worker++)
        run_worker_busy(run, worker);
    run_begin_clock(run);
    next_round(run, atomic_load(&run->shared->round) + 1);
    run_await_finished(run);
    run_await_idle(run);
    return 0;
}

static void stop_carriers(struct run *run)
{
    next_round(run, ROUND_END);
    crew_stop(run);
}

const struct model model_event_loop = {
    .name = "event-loop",
    .summary = "one libuv loop in the calling thread",
    .loop = true,
    .gives = MODEL_LASTING,
    .gives_begin = MODEL_CONCURRENT,
    .start = start_here,
    .run = run_here,
    .stop = stop_here,
};

const struct model model_event_loop_threads = {
    .name = "event-loop-threads",
    .summary = "a libuv loop in each of several threads",
    .loop = true,
    .carrier = &carrier_thread,
    .gives = MODEL_CARRIERS | MODEL_LASTING,
    .start = start_carriers,
    .run = run_carriers,
    .stop = stop_carriers,
};

const struct model model_event_loop_processes = {
    .name = "event-loop-processes",
    .summary = "a libuv loop in each of several processes",
    .loop = true,
    .carrier = &carrier_process,
    .gives = MODEL_CARRIERS | MODEL_LASTING,
    .start = start_carriers,
    .run = run_carriers,
    .stop = stop_carriers,
};
