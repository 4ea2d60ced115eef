/* SPDX-License-Identifier: MIT */
/* Its completions come in the loop, which submits the next: a bound of its own. */
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

#include "peers.h"

struct state {
    uv_loop_t loop;
    uint64_t left;
    uv_work_t requests[IN_FLIGHT];
};

static void nothing(uv_work_t *request)
{
    (void)request;
}

static void done(uv_work_t *request, int status)
{
    struct state *state = request->data;
    (void)status;
    if (state->left == 0)
        return;
    state->left--;
    uv_queue_work(&state->loop, request, nothing, done);
}

static void *start(unsigned workers)
{
    char text[16];
    struct state *state = calloc(1, sizeof *state);
    snprintf(text, sizeof text, "%u", workers);
    if (!state || setenv("UV_THREADPOOL_SIZE", text, 1) || uv_loop_init(&state->loop))
        return NULL;
    for (int i = 0; i < IN_FLIGHT; i++)
        state->requests[i].data = state;
    return state;
}

static void submit(void *argument, uint64_t tasks)
{
    struct state *state = argument;
    state->left = tasks;
    for (int i = 0; i < IN_FLIGHT && state->left; i++) {
        state->left--;
        uv_queue_work(&state->loop, &state->requests[i], nothing, done);
    }
    uv_run(&state->loop, UV_RUN_DEFAULT);
}

static void stop(void *argument)
{
    struct state *state = argument;
    uv_loop_close(&state->loop);
    free(state);
}

const struct peer peer_libuv = {"uv_queue_work", start, submit, stop};
