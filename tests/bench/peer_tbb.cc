// SPDX-License-Identifier: MIT
// Both ways to give it one task: task_group::run from a thread that does not work itself, and enqueue.
#include <new>
#include <tbb/global_control.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>

#include "peers.h"

namespace
{

struct state {
    tbb::global_control control;
    tbb::task_arena arena;
    explicit state(unsigned workers)
        : control(tbb::global_control::max_allowed_parallelism, workers + 1), arena((int)workers + 1, 1)
    {
    }
};

void *start(unsigned workers)
{
    return new (std::nothrow) state(workers);
}

void submit_group(void *argument, uint64_t tasks)
{
    auto *self = static_cast<state *>(argument);
    self->arena.execute([tasks] {
        tbb::task_group group;
        for (uint64_t task = 0; task < tasks; task++) {
            window_enter();
            group.run([] { window_done(); });
        }
        window_drain();
        group.wait();
    });
}

void submit_enqueue(void *argument, uint64_t tasks)
{
    auto *self = static_cast<state *>(argument);
    for (uint64_t task = 0; task < tasks; task++) {
        window_enter();
        self->arena.enqueue([] { window_done(); });
    }
    window_drain();
}

void stop(void *argument)
{
    delete static_cast<state *>(argument);
}

} // namespace

extern "C" const struct peer peer_tbb_group = {"oneTBB task_group", start, submit_group, stop};
extern "C" const struct peer peer_tbb_enqueue = {"oneTBB enqueue", start, submit_enqueue, stop};
