/* SPDX-License-Identifier: MIT */
#include <sched.h>
#include <stdalign.h>

#include "futex.h"
#include "peers.h"

enum {
    SHARDS = 256, /* threads at most */
    FLUSH = 16, /* a thread holds back fewer: with 8 workers a unit, on 4 units, still within half a window */
};

/* One a process. Each thread counts by itself, else the counter's line would be what is measured. */
static struct {
    struct {
        alignas(64) _Atomic uint64_t done;
    } shards[SHARDS];
    alignas(64) _Atomic uint64_t flushed;
    alignas(64) _Atomic uint64_t awaited; /* that many flushed: the submitter is woken; 0: it is awake */
    _Atomic uint32_t woken, threads;
    alignas(64) uint64_t entered, flushed_seen;
} window;

static _Thread_local _Atomic uint64_t *own_done;
static _Thread_local uint64_t held_back;

void window_enter(void)
{
    if (window.entered - window.flushed_seen >= IN_FLIGHT)
        window.flushed_seen = atomic_load(&window.flushed);
    while (window.entered - window.flushed_seen >= IN_FLIGHT) {
        uint32_t woken = atomic_load(&window.woken);
        uint64_t awaited = window.entered - IN_FLIGHT / 2;
        atomic_store(&window.awaited, awaited);
        if (atomic_load(&window.flushed) < awaited)
            futex_wait(&window.woken, woken, true);
        atomic_store(&window.awaited, 0);
        window.flushed_seen = atomic_load(&window.flushed);
    }
    window.entered++;
}

void window_done(void)
{
    if (!own_done)
        own_done = &window.shards[atomic_fetch_add(&window.threads, 1) % SHARDS].done;
    atomic_store_explicit(own_done, atomic_load_explicit(own_done, memory_order_relaxed) + 1,
                          memory_order_release);
    if (++held_back < FLUSH)
        return;
    uint64_t flushed = atomic_fetch_add(&window.flushed, held_back) + held_back;
    uint64_t awaited = atomic_load(&window.awaited);
    held_back = 0;
    if (awaited && flushed >= awaited && atomic_exchange(&window.awaited, 0)) {
        atomic_fetch_add(&window.woken, 1);
        futex_wake(&window.woken, 1, true);
    }
}

void window_drain(void)
{
    for (;;) {
        uint64_t done = 0;
        for (unsigned i = 0; i < SHARDS; i++)
            done += atomic_load_explicit(&window.shards[i].done, memory_order_acquire);
        if (done == window.entered)
            return;
        sched_yield();
    }
}
