/* SPDX-License-Identifier: MIT */
#include "carrier.h"

#include <string.h>

#include "run.h"

enum { STACK_BYTES = 256 * 1024 };

static void *begin(void *argument)
{
    struct carrier_handle *handle = argument;
    handle->body(handle->run, handle->worker, handle->argument);
    return NULL;
}

static int create(struct carrier_handle *handle)
{
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    int problem = pthread_create(&handle->id.thread, &attributes, begin, handle);
    pthread_attr_destroy(&attributes);
    if (problem)
        return run_no_carrier(handle->run, handle->worker, problem);
    return 0;
}

static int await(struct carrier_handle *handle)
{
    int problem = pthread_join(handle->id.thread, NULL);
    if (problem)
        return error_set(&handle->run->error, "thread %u could not be joined: %s", handle->worker,
                         strerror(problem));
    return 0;
}

const struct carrier carrier_thread = {
    .name = "thread",
    .private = true,
    .create = create,
    .await = await,
};
