/* SPDX-License-Identifier: MIT */
/* A libuv loop that hands every task, as blocking work, to libuv's own thread pool (uv_queue_work). libuv
 * makes that pool once a process, with UV_THREADPOOL_SIZE threads at its first use. A workload that offloads
 * is begun in the loop, and hands over what it chooses. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "loop.h"
#include "run.h"

enum { POOL_THREADS_MAX = 1024, IN_FLIGHT = 1000 };

struct request {
    uv_work_t work;
    struct offload *offload;
    uint64_t index, checksum;
};

struct offload {
    uv_loop_t loop;
    struct run *run;
    struct loop *driven; /* of a workload that hands over by itself; else NULL */
    uint64_t next, done, checksum;
    unsigned in_flight_max;
    struct request *requests;
    _Atomic unsigned next_worker;
};

static _Thread_local unsigned own_worker;

/* Runs once in each thread of libuv's pool: none goes on before all have come, so each takes exactly one. */
static void bind_pool_thread(uv_work_t *work)
{
    struct offload *offload = ((struct request *)work)->offload;
    own_worker = atomic_fetch_add(&offload->next_worker, 1);
    run_worker_ready(offload->run, own_worker);
    run_await_ready(offload->run);
}

static void do_task(uv_work_t *work)
{
    struct request *request = (struct request *)work;
    struct run *run = request->offload->run;
    struct task task = {.index = request->index, .worker = own_worker, .slot = own_worker};
    request->checksum = run->workload->task(run, &task);
}

static void after_task(uv_work_t *work, int status)
{
    (void)status;
    struct request *request = (struct request *)work;
    struct offload *offload = request->offload;
    if (offload->run->workload->mortal) {
        run_record(offload->run, 1, request->checksum);
    } else {
        offload->checksum += request->checksum;
        offload->done++;
    }
    if (offload->next < offload->run->shared->task_count) {
        request->index = offload->next++;
        uv_queue_work(&offload->loop, work, do_task, after_task);
    }
}

/* libuv aborts where it cannot create a thread of its pool: what is said then, made before. */
static char refusal[256];

static void on_abort(int signal_number)
{
    (void)signal_number;
    ssize_t written = write(STDERR_FILENO, refusal, strlen(refusal));
    (void)written;
    _exit(EXIT_FAILURE);
}

static void start_pool(struct run *run)
{
    struct offload *offload = run->model_data;
    struct sigaction action = {.sa_handler = on_abort}, before;
    snprintf(refusal, sizeof refusal,
             "%s/%s: some of the %u threads of libuv's pool could not be created; " RUN_RAISE_TASKS "\n",
             run->cell->workload, run->cell->model, run->workers);
    sigaction(SIGABRT, &action, &before);
    for (unsigned i = 0; i < run->workers; i++)
        uv_queue_work(&offload->loop, &offload->requests[i].work, bind_pool_thread, NULL);
    sigaction(SIGABRT, &before, NULL);
    uv_run(&offload->loop, UV_RUN_DEFAULT);
}

static int start(struct run *run)
{
    struct offload *offload = calloc(1, sizeof *offload);
    run->model_data = offload;
    if (!offload)
        return error_set(&run->error, "out of memory");
    offload->run = run;
    offload->in_flight_max = run->workers > IN_FLIGHT ? run->workers : IN_FLIGHT;
    offload->requests = calloc(offload->in_flight_max, sizeof *offload->requests);
    if (!offload->requests)
        return error_set(&run->error, "out of memory");
    char threads[16];
    snprintf(threads, sizeof threads, "%u", run->workers);
    setenv("UV_THREADPOOL_SIZE", threads, 1);
    int problem = uv_loop_init(&offload->loop);
    if (problem)
        return error_set(&run->error, "uv_loop_init: %s", uv_strerror(problem));
    for (unsigned i = 0; i < offload->in_flight_max; i++)
        offload->requests[i].offload = offload;
    start_pool(run);
    if (run_in_loops(run) && !(offload->driven = loop_open(run, 0, &run->error)))
        return -1;
    return 0;
}

static int run_tasks(struct run *run, uint64_t task_count)
{
    struct offload *offload = run->model_data;
    offload->next = offload->done = offload->checksum = 0;
    run_begin_clock(run);
    if (offload->driven) {
        loop_round(offload->driven);
        return 0;
    }
    for (unsigned i = 0; i < offload->in_flight_max && offload->next < task_count; i++) {
        offload->requests[i].index = offload->next++;
        uv_queue_work(&offload->loop, &offload->requests[i].work, do_task, after_task);
    }
    uv_run(&offload->loop, UV_RUN_DEFAULT);
    run_record(run, offload->done, offload->checksum);
    return 0;
}

static void stop(struct run *run)
{
    struct offload *offload = run->model_data;
    if (offload->driven)
        loop_close(offload->driven);
    uv_loop_close(&offload->loop);
    free(offload->requests);
    free(offload);
    for (unsigned worker = 0; worker < run->workers; worker++)
        run->shared->workers[worker].migrations = -1; /* libuv's threads live on */
}

const struct model model_event_loop_offload = {
    .name = "event-loop-offload",
    .summary = "one libuv loop that hands blocking work to libuv's own thread pool",
    .carrier = &carrier_thread,
    .offloads = true,
    .gives = MODEL_CONCURRENT | MODEL_CARRIERS | MODEL_LASTING,
    .workers_max = POOL_THREADS_MAX,
    .workers_max_words = "libuv's pool has at most 1024 threads",
    .start = start,
    .run = run_tasks,
    .stop = stop,
};
