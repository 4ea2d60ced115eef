/* SPDX-License-Identifier: MIT */
#include "file_pool.h"

#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

enum { THREADS_MAX = 1024 };

static void nothing(uv_work_t *work)
{
    (void)work;
}

/* libuv makes its pool when it is first used, and where whoever does so may sit: here that is wherever a
 * worker may. */
static int make_here(struct run *run)
{
    uv_loop_t loop;
    uv_work_t work;
    int problem = uv_loop_init(&loop);
    if (problem)
        return run_error(run, "uv_loop_init: %s", uv_strerror(problem));
    uv_queue_work(&loop, &work, nothing, NULL);
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
    return 0;
}

int file_pool_start(struct run *run)
{
    char text[16];
    unsigned pools = run_private(run) ? 1 : run_workers(run);
    unsigned threads = (run_in_flight(run) + pools - 1) / pools;
    snprintf(text, sizeof text, "%u", threads < THREADS_MAX ? threads : THREADS_MAX);
    setenv("UV_THREADPOOL_SIZE", text, 1);
    setenv("UV_USE_IO_URING", "0", 1); /* which a libuv from 1.45 on may prefer to its pool */
    /* Each process makes its own, and sits where that sits. */
    return run_private(run) ? make_here(run) : 0;
}
