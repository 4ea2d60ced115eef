/* SPDX-License-Identifier: MIT */
/* The ways that workloads offer beside their defaults: of a message, to shared data, to a new process, to
 * wake and to keep out others, to serve a page. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "measured.h"

static struct topology *topology;

/* Each way, with lengths that fill no whole number of words, blocks and parts. */
static void every_way_brings_every_byte(void **state)
{
    (void)state;
    static const char *const vias[] = {"memory", "pipe", "socketpair", "unix", "queue", "mq", "manager"};
    static const char *const pools[] = {
        "thread-pool",
#ifndef __SANITIZE_THREAD__
        "process-pool",
        "process-per-task",
#endif
    };
    for (size_t via = 0; via < sizeof vias / sizeof vias[0]; via++)
        for (size_t i = 0; i < sizeof pools / sizeof pools[0]; i++)
            for (unsigned payload = 8; payload <= 70009; payload += 70001) {
                char name[CELL_NAME_BYTES];
                snprintf(name, sizeof name, "native/comm/transfer/%s/payload:%u/via:%s/place:none", pools[i],
                         payload, vias[via]);
                measured_assert(&(struct measuring){topology, 20, 2}, name, "none");
            }
}

/* What the defaults leave out. */
static void other_ways_to_share_and_to_start(void **state)
{
    (void)state;
    static const char *const names[] = {
        "native/comm/arguments/thread-per-task/workers:3/by:copy/payload:70001/place:none",
        "native/comm/shared/thread-pool/workers:3/via:pipe/place:none",
        "native/comm/shared/thread-pool/workers:3/via:queue/place:none",
        "native/comm/shared/event-loop-offload/workers:2/via:manager/place:none",
        "native/sync/signal/thread-pool/via:event/waiters:3/place:none",
        "native/sync/signal/thread-per-task/via:event/waiters:1/place:one-core",
        "native/sync/file/thread-pool/workers:3/lock:none/place:none",
        "native/create/exec/serial/start:forkserver/place:none",
        "native/create/pool/serial/by:map/place:none",
        "native/create/exec/event-loop/start:spawn/place:none",
        "native/create/exec/event-loop/start:uv-spawn/place:none",
#ifndef __SANITIZE_THREAD__ /* which does not see libuv close a descriptor that another thread is given next \
                             */
        "native/create/exec/thread-pool/workers:2/start:uv-spawn/place:none",
        "native/sync/signal/process-pool/via:event/waiters:3/place:none",
        "native/sync/signal/process-per-task/via:condition/waiters:3/place:one-core",
        "native/sync/file/process-pool/workers:3/lock:none/place:none",
        "native/comm/arguments/process-per-task/workers:3/by:pointer/place:none",
        "native/comm/shared/process-pool/workers:3/via:queue/place:none",
        "native/comm/shared/process-per-task/workers:3/via:manager/place:none",
        "native/create/exec/process-pool/workers:2/start:uv-spawn/place:none",
#endif
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        measured_assert(&(struct measuring){topology, 20, 2}, names[i], "none");
}

/* Answers that a socket does not take at once, and a connection for each. */
static void pages_are_served_whole(void **state)
{
    (void)state;
    static const char *const servers[] = {
        "serial",
        "thread-per-task/conc:5",
        "thread-pool/conc:5",
        "event-loop/workers:1/conc:5",
        "event-loop-threads/workers:2/conc:5",
        "event-loop-offload/conc:5",
        "coroutines/workers:1/conc:5",
#ifndef __SANITIZE_THREAD__
        "process-per-task/conc:5",
        "process-pool/conc:5",
        "event-loop-processes/workers:2/conc:5",
#endif
    };
    static const char *const keys[] = {"payload:1", "payload:5000003", "keepalive:off",
                                       "keepalive:off/payload:100003"};
    for (size_t i = 0; i < sizeof servers / sizeof servers[0]; i++)
        for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++) {
            char name[CELL_NAME_BYTES];
            snprintf(name, sizeof name, "native/io/http/%s/%s/place:none", servers[i], keys[k]);
            measured_assert(&(struct measuring){topology, 20, 2}, name, "none");
        }
}

/* In opposite orders each item is a deadlock, which the time limit ends; in one order, or with the file's
 * lock, nothing is amiss, however short the limit. */
static void locks_are_taken_in_whatever_order(void **state)
{
    (void)state;
    static const struct {
        const char *cell;
        double value;
        bool detects;
    } cases[] = {
        {"sync/deadlock/thread-pool/limit-ms:2/order:opposite", 20, true},
        {"sync/deadlock/thread-per-task/order:same", 0, false},
        {"sync/deadlock/event-loop-offload", 20, true},
        {"sync/file/thread-per-task/workers:3", 0, false},
#ifndef __SANITIZE_THREAD__
        {"sync/deadlock/process-pool/order:same", 0, false},
        {"sync/deadlock/process-per-task/order:opposite", 20, true},
        {"sync/file/process-pool/workers:3/tickets:7", 0, false},
#endif
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char name[CELL_NAME_BYTES];
        snprintf(name, sizeof name, "native/%s/place:none", cases[i].cell);
        struct outcome outcome = measured_in_child(&(struct measuring){topology, 20, 2}, name);
        if (outcome.error[0] || outcome.measurement.value != cases[i].value ||
            (outcome.measurement.latency_max_ns > 0) != cases[i].detects)
            fail_msg("%s: value %g %s", name, outcome.measurement.value, outcome.error);
    }
}

/* Each of two loops has two connections, and answers on both: neither does all. One loop has none to share
 * with. */
static void work_is_shared_among_workers(void **state)
{
    (void)state;
    static const struct {
        const char *cell;
        bool shares;
    } cases[] = {
        {"io/echo/event-loop-threads/workers:2/conc:4", true},
        {"io/http/thread-per-task/conc:4", true},
        {"io/http/thread-per-task/conc:4/keepalive:off", true},
        {"io/echo/event-loop/conc:4", false},
        {"mixed/echo-and-compute/event-loop-offload/workers:2/conc:4/compute-us:1", false},
#ifndef __SANITIZE_THREAD__
        {"io/echo/process-pool/workers:4/conc:4", true},
#endif
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char name[CELL_NAME_BYTES];
        snprintf(name, sizeof name, "native/%s/place:none", cases[i].cell);
        struct outcome outcome = measured_in_child(&(struct measuring){topology, 400, 2}, name);
        double fairness = outcome.measurement.fairness;
        if (outcome.error[0] || isnan(fairness) == cases[i].shares || fairness > 1 || fairness <= 0.25)
            fail_msg("%s: fairness %g %s", name, fairness, outcome.error);
        assert_int_equal(outcome.measurement.errors, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way_brings_every_byte),  cmocka_unit_test(other_ways_to_share_and_to_start),
        cmocka_unit_test(pages_are_served_whole),       cmocka_unit_test(locks_are_taken_in_whatever_order),
        cmocka_unit_test(work_is_shared_among_workers),
    };
    struct error error;
    topology = topology_open(NULL, &error);
    if (!topology) {
        fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    topology_close(topology);
    return failed;
}
