/* SPDX-License-Identifier: MIT */
#include "peers.h"
#include "pool.h"

static int nothing(void *argument)
{
    (void)argument;
    return 0;
}

static void on_done(void *argument)
{
    (void)argument;
    window_done();
}

static void *start(unsigned workers)
{
    return pool_create(workers, IN_FLIGHT, NULL);
}

static void submit(void *pool, uint64_t tasks)
{
    for (uint64_t task = 0; task < tasks; task++) {
        window_enter();
        pool_submit(pool, nothing, NULL, on_done, NULL);
    }
    window_drain();
}

static void stop(void *pool)
{
    pool_join(pool);
}

const struct peer peer_pool = {"pool", start, submit, stop};
