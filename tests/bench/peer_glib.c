/* SPDX-License-Identifier: MIT */
#include <glib.h>

#include "peers.h"

static void nothing(void *task, void *user_data)
{
    (void)task;
    (void)user_data;
    window_done();
}

static void *start(unsigned workers)
{
    return g_thread_pool_new(nothing, NULL, (int)workers, TRUE, NULL);
}

static void submit(void *pool, uint64_t tasks)
{
    for (uint64_t task = 0; task < tasks; task++) {
        window_enter();
        g_thread_pool_push(pool, GUINT_TO_POINTER(1), NULL);
    }
    window_drain();
}

static void stop(void *pool)
{
    g_thread_pool_free(pool, FALSE, TRUE);
}

const struct peer peer_glib = {"GThreadPool", start, submit, stop};
