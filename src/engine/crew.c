/* SPDX-License-Identifier: MIT */
#include "crew.h"

#include "run.h"

struct crew {
    unsigned created;
    struct carrier_handle handles[];
};

static int create(struct run *run, carrier_body *body, unsigned worker, uint64_t argument)
{
    struct carrier_handle *handle = &run->crew->handles[worker];
    *handle = (struct carrier_handle){.run = run, .body = body, .worker = worker, .argument = argument};
    return run->model->carrier->create(handle);
}

int crew_start(struct run *run, carrier_body *body)
{
    run->crew = run_allocate(run, sizeof *run->crew + run->workers * sizeof run->crew->handles[0]);
    if (!run->crew)
        return -1;
    if (!run_private(run))
        carrier_watch_processes(run->workload->mortal ? &run->shared->finished : NULL);
    for (unsigned worker = 0; worker < run->workers; worker++) {
        if (create(run, body, worker, CREW_FIRST))
            return -1;
        run->crew->created++;
    }
    run_await_ready(run);
    return 0;
}

void crew_stop(struct run *run)
{
    if (!run_private(run))
        carrier_unwatch_processes();
    for (unsigned worker = 0; worker < run->crew->created; worker++)
        if (run->model->carrier->await(&run->crew->handles[worker]))
            run_fail(run, "%s", run->error.text);
}

void crew_replace_dead(struct run *run)
{
    for (unsigned worker = 0; worker < run->crew->created; worker++) {
        struct carrier_handle *handle = &run->crew->handles[worker];
        if (!run->model->carrier->has_died || !run->model->carrier->has_died(handle))
            continue;
        run_lose(run, worker);
        if (create(run, handle->body, worker, CREW_REPLACEMENT))
            run_fail(run, "%s", run->error.text);
    }
}
