/* SPDX-License-Identifier: MIT */
/* Every model against every workload: each task exactly once, and the checksum that serial gives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cell_run.h"
#include "measured.h"
#include "resource_limits.h"
#include "runtime.h"
#include "test_workloads.h"

static struct topology *topology;
enum { ITEMS = 100 };
static uint64_t measure_items = ITEMS;
static int measure_rounds = 2;

static struct outcome measure_in_child(const char *name)
{
    return measured_in_child(&(struct measuring){topology, measure_items, measure_rounds}, name);
}

static void assert_runs(const char *name, const char *place)
{
    measured_assert(&(struct measuring){topology, measure_items, measure_rounds}, name, place);
}

static bool has_key(const struct workload *workload, const char *key)
{
    for (const struct workload_param *param = workload->params; param && param->key; param++)
        if (strcmp(param->key, key) == 0)
            return true;
    return false;
}

static void run_at(const struct model *model, const struct workload *workload, const char *place)
{
    char name[CELL_NAME_BYTES];
    bool one_task = !model->carrier && !model->loop;
    bool echo = strcmp(workload->name, "echo") == 0 && !one_task;
    snprintf(name, sizeof name, "native/%s/%s/%s%s%s/place:%s", workload->family, workload->name, model->name,
             echo ? "/conc:8" : "",
             has_key(workload, "wait-ms")    ? "/wait-ms:1"
             : has_key(workload, "delay-ms") ? "/delay-ms:1"
                                             : "",
             place);
    measure_items =
        strcmp(workload->name, "exec") == 0 ? 10 : ITEMS; /* each is a process, under every model */
    /* Where all are one process a task may end it before each worker has been bound. */
    assert_runs(name, workload->mortal ? "none" : place);
    measure_items = ITEMS;
}

/* Every workload once; and everywhere one that is nothing but its model, and one that places more than
 * workers. */
static void run_everywhere(const struct model *model)
{
    static const char *const places[] = {"none", "scatter", "one-core", "split"};
    for (size_t w = 0; workloads[w]; w++) {
        if (strcmp(workloads[w]->family, "fault") == 0)
            continue;
        run_at(model, workloads[w], "compact");
        if (workloads[w] != &workload_test_once && strcmp(workloads[w]->name, "echo") != 0)
            continue;
        for (size_t p = 0; p < sizeof places / sizeof places[0]; p++)
            run_at(model, workloads[w], places[p]);
    }
}

static void in_the_calling_thread_and_threads(void **state)
{
    (void)state;
    for (size_t i = 0; models[i]; i++)
        if (models[i]->carrier != &carrier_process)
            run_everywhere(models[i]);
}

static void in_processes(void **state)
{
    (void)state;
#ifdef __SANITIZE_THREAD__ /* their threads are those of the models above */
    skip();
#endif
    for (size_t i = 0; models[i]; i++)
        if (models[i]->carrier == &carrier_process)
            run_everywhere(models[i]);
}

static void more_workers_than_tasks_and_many_in_flight(void **state)
{
    (void)state;
    static const char *const names[] = {
        "native/test/once/thread-pool/workers:7/place:one-core",
        "native/test/once/process-pool/workers:7/place:none",
        "native/test/once/thread-per-task/conc:400/place:none",
        "native/test/once/event-loop-threads/workers:3/conc:50/place:none",
        "native/io/sleep/event-loop/workers:1/conc:300/wait-ms:1/place:none",
        "native/io/sleep/event-loop-processes/workers:3/conc:50/wait-ms:1/place:none",
        "native/io/sleep/event-loop-offload/conc:50/wait-ms:1/place:none",
        "native/io/echo/event-loop-threads/workers:3/conc:50/place:none",
        "native/io/echo/coroutines/workers:1/conc:300/place:none",
        "native/io/sleep/coroutines/workers:1/conc:1000/wait-ms:1/place:none",
        "native/io/echo/event-loop-processes/workers:3/conc:50/place:none",
        "native/io/echo/process-per-task/conc:50/place:none",
        "native/test/handed/event-loop-offload/workers:3/conc:50/place:none",
        "native/test/handed/event-loop-offload/workers:3/conc:1/place:none",
        "native/test/handed/event-loop-threads/workers:3/conc:50/place:none",
        "native/io/fetch/event-loop/workers:1/conc:300/delay-ms:0/keep:yes/place:none",
        "native/io/fetch/event-loop-processes/workers:3/conc:50/keep:yes/place:none",
        "native/io/fetch/coroutines/workers:1/conc:300/delay-ms:0/keep:yes/place:none",
        "native/io/fetch/process-pool/conc:20/keep:yes/place:none",
        "native/io/fetch/thread-per-task/conc:20/keep:yes/place:none",
        "native/io/fetch/process-per-task/conc:20/keep:yes/place:none",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_runs(names[i], "none");
}

/* The median needs 100 messages beyond it: of 200 one asks for computing, of 202 two do, and those do not
 * count. */
static void messages_that_compute_have_no_latency(void **state)
{
    (void)state;
    static const struct {
        const char *cell;
        uint64_t items;
        bool median;
    } cases[] = {
        {"io/echo/event-loop", 200, true},
        {"mixed/echo-and-compute/event-loop", 200, false},
        {"mixed/echo-and-compute/event-loop", 202, true},
        {"mixed/echo-and-compute/event-loop-offload/workers:2", 202, true},
    };
    uint64_t items = measure_items;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char name[CELL_NAME_BYTES];
        measure_items = cases[i].items;
        snprintf(name, sizeof name, "native/%s/conc:4/place:none", cases[i].cell);
        struct outcome outcome = measure_in_child(name);
        if (outcome.error[0] || (outcome.measurement.latency_p50_ns > 0) != cases[i].median)
            fail_msg("%s: %s", name, outcome.error);
    }
    measure_items = items;
}

/* Loops that wake up only when others have done all must not take part in the next round before its clock. */
static void rounds_follow_closely(void **state)
{
    (void)state;
    static const char *const names[] = {
        "native/null/empty/event-loop-threads/workers:2/place:one-core",
        "native/null/empty/event-loop-processes/workers:2/place:one-core",
        "native/null/empty/thread-pool/workers:2/place:one-core",
    };
    measure_rounds = 100;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_runs(names[i], "none");
    measure_rounds = 2;
}

static void *record_one(void *run)
{
    run_record(run, 1, 1);
    return NULL;
}

/* The round may be over as soon as all have recorded: ThreadSanitizer tells if one still looks at it. */
static void who_has_recorded_leaves_the_round_alone(void **state)
{
    (void)state;
    struct run_shared *shared = aligned_alloc(alignof(struct run_shared), sizeof *shared);
    assert_non_null(shared);
    memset(shared, 0, sizeof *shared);
    struct run run = {.model = &model_serial, .workload = &workload_test_once, .shared = shared};
    pthread_t first;
    shared->task_count = 2;
    assert_int_equal(pthread_create(&first, NULL, record_one, &run), 0);
    while (atomic_load_explicit(&shared->tasks_done, memory_order_relaxed) == 0)
        usleep(1000);
    record_one(&run);
    run_await_finished(&run);
    shared->task_count = 1;
    assert_int_equal(pthread_join(first, NULL), 0);
    assert_int_equal(shared->tasks_done, 2);
    assert_int_equal(shared->checksum, 2);
    free(shared);
}

/* Else a round would end while a worker that has never looked for tasks still carries some of it. */
static void a_worker_that_is_ready_is_not_idle_yet(void **state)
{
    (void)state;
    struct cell cell;
    struct error error;
    assert_int_equal(cell_parse("native/test/once/serial/place:none", NULL, &cell, &error), 0);
    assert_int_equal(runtime_complete(&cell, 1, &error), 0);
    struct run *run = cell_open(&cell, topology, &error);
    assert_non_null(run);
    assert_int_equal(run->shared->ready, 1);
    assert_false(run->shared->workers[0].idle);
    cell_close(run);
    cell_free(run);
}

/* Of three deaths a process-pool loses three tasks; what is one process loses all that had not been done. */
static void a_death_costs_its_task_or_all(void **state)
{
    (void)state;
    static const struct {
        const char *model;
        uint64_t lost_min, lost_max;
    } cases[] = {
        {"process-pool/workers:2", 3, 3},
        {"process-per-task/workers:2", 3, 3},
        {"event-loop-processes/workers:2", 3, 3},
        {"process-per-task/workers:1", 3, 3},
        {"thread-pool/workers:2", 23, 40},
        {"thread-per-task/workers:2", 23, 40},
        {"event-loop-threads/workers:2", 23, 40},
        {"event-loop-offload/workers:2", 23, 40},
        {"coroutines", 35, 35},
        {"event-loop", 35, 35},
        {"serial", 35, 35},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char name[CELL_NAME_BYTES];
        snprintf(name, sizeof name, "native/test/mortal/%s/place:none", cases[i].model);
        struct outcome outcome = measure_in_child(name);
        if (outcome.error[0])
            fail_msg("%s: %s", name, outcome.error);
        assert_int_equal(outcome.measurement.items, 40);
        if (outcome.measurement.tasks_lost < cases[i].lost_min ||
            outcome.measurement.tasks_lost > cases[i].lost_max)
            fail_msg("%s: %llu tasks lost", name, (unsigned long long)outcome.measurement.tasks_lost);
    }
}

/* Of a hundred tasks all that do not end their worker, or none; as many workers as tasks, too. */
static void a_crash_leaves_all_others_or_none(void **state)
{
    (void)state;
    static const struct {
        const char *cell;
        double completed;
    } cases[] = {
#ifndef __SANITIZE_THREAD__ /* forks by the hundred, each of one thread */
        {"process-pool/workers:1/how:segv", 99},
        {"process-pool/workers:4/deaths:7/how:abort", 93},
        {"process-pool/workers:100/deaths:100/how:exit", 0},
        {"process-per-task/workers:3/deaths:2/how:kill", 98},
        {"process-per-task/workers:100", 99},
        {"event-loop-processes/workers:2/deaths:3", 97},
#endif
        {"thread-pool/workers:4/how:abort", 0},
        {"thread-pool/workers:100/how:exit", 0},
        {"thread-per-task/workers:3/how:kill", 0},
        {"event-loop-offload/workers:3", 0},
        {"event-loop/deaths:100", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char name[CELL_NAME_BYTES];
        snprintf(name, sizeof name, "native/isolate/crash/%s/place:none", cases[i].cell);
        struct outcome outcome = measure_in_child(name);
        if (outcome.error[0] || outcome.measurement.value != cases[i].completed)
            fail_msg("%s: %g completed %s", name, outcome.measurement.value, outcome.error);
    }
}

/* Whatever tasks have started and left, and whatever died: nothing is left. */
static void no_process_outlives_its_round(void **state)
{
    (void)state;
    static const char *const kinds[] = {
#ifndef __SANITIZE_THREAD__
        "process-pool/workers:3",
        "process-per-task/workers:3",
        "event-loop-processes/workers:2",
#endif
        "thread-pool/workers:3",
        "event-loop",
        "serial",
    };
    static const char *const how[] = {"daemon", "zombie", "orphan"};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        for (size_t j = 0; j < sizeof how / sizeof how[0]; j++) {
            char name[CELL_NAME_BYTES];
            snprintf(name, sizeof name, "native/isolate/orphans/%s/how:%s/place:none", kinds[i], how[j]);
            struct outcome outcome = measure_in_child(name);
            if (outcome.error[0] || outcome.measurement.value != 0)
                fail_msg("%s: %g are left %s", name, outcome.measurement.value, outcome.error);
        }
}

static int die_at_the_start(struct run *run)
{
    (void)run;
    _exit(9);
}

/* Else a fault of ours would stand as tasks lost, which is what threads are expected to do. */
static void a_death_before_the_tasks_is_an_error(void **state)
{
    (void)state;
    struct model dying = *model_find("thread-pool");
    struct cell cell;
    struct error error;
    struct measurement measurement;
    dying.start = die_at_the_start;
    assert_int_equal(cell_parse("native/test/mortal/thread-pool/workers:2/place:none", NULL, &cell, &error),
                     0);
    struct run *run = cell_open(&cell, topology, &error);
    assert_non_null(run);
    run->model = &dying;
    assert_int_equal(cell_measure(run, 40, &measurement), -1);
    assert_non_null(strstr(run->error.text, "died before its first task"));
    cell_close(run);
    cell_free(run);
}

static void a_wrong_checksum_is_an_error(void **state)
{
    (void)state;
    struct outcome outcome = measure_in_child("native/fault/checksum/thread-pool/workers:2/place:none");
    assert_non_null(strstr(outcome.error, "wrong checksum"));
}

/* Forked by the tests: the cell where `limit` sees to it that something cannot be made. */
static _Noreturn void run_limited(const char *name, bool (*limit)(void), int err)
{
    struct cell cell;
    struct error error;
    dup2(err, STDERR_FILENO);
    alarm(60);
    if (!limit() || cell_parse(name, NULL, &cell, &error) || runtime_complete(&cell, 1, &error))
        _exit(77);
    struct run *run = cell_open(&cell, topology, &error);
    if (!run || cell_warm_up(run, UINT64_C(20) * run->workers))
        dprintf(STDERR_FILENO, "%s\n", run ? run->error.text : error.text);
    usleep(100000); /* workers that still run would crash now */
    _exit(1);
}

/* With all these words, no crash and no race. */
static void expect_refusal(const char *name, bool (*limit)(void), const char *const words[])
{
    char text[4096];
    int pipe_ends[2], status;
    assert_int_equal(pipe(pipe_ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        run_limited(name, limit, pipe_ends[1]);
    close(pipe_ends[1]);
    assert_int_equal(waitpid(child, &status, 0), child);
    ssize_t got = read(pipe_ends[0], text, sizeof text - 1);
    close(pipe_ends[0]);
    text[got > 0 ? got : 0] = '\0';
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        return;
    bool right = WIFEXITED(status) && !strstr(text, "data race");
    for (size_t i = 0; words[i]; i++)
        right = right && strstr(text, words[i]);
    if (!right)
        fail_msg("%s: status %#x, '%s'", name, status, text);
}

/* A user's last threads and processes. */
static bool limit_tasks(void)
{
    enum { TASKS_LEFT = 20, OTHER_USER = 65534 };
    if (getuid() == 0 && (setgid(OTHER_USER) || setuid(OTHER_USER)))
        return false;
    struct rlimit limit = {.rlim_max = RLIM_INFINITY};
    getrlimit(RLIMIT_NPROC, &limit);
    limit.rlim_cur = limits_count_tasks("/proc", getuid()) + TASKS_LEFT;
    return setrlimit(RLIMIT_NPROC, &limit) == 0;
}

static void carriers_that_cannot_be_created_are_named(void **state)
{
    (void)state;
    static const char *const words[] = {"500", "could not be created", "raise RLIMIT_NPROC", NULL};
    for (size_t i = 0; models[i]; i++) {
        char name[CELL_NAME_BYTES];
        if (!models[i]->carrier)
            continue;
        snprintf(name, sizeof name, "native/io/sleep/%s/workers:500/wait-ms:1000/place:none",
                 models[i]->name);
        expect_refusal(name, limit_tasks, words);
    }
}

static bool limit_descriptors(void)
{
    return setrlimit(RLIMIT_NOFILE, &(struct rlimit){64, 64}) == 0;
}

static void loops_that_cannot_be_made_are_named(void **state)
{
    (void)state;
    static const char *const words[] = {"loop ", "could not be made: uv_loop_init: too many open files",
                                        NULL};
    expect_refusal("native/null/empty/event-loop-threads/workers:40/conc:40/place:none", limit_descriptors,
                   words);
}

static void what_there_is_not_is_named_with_what_there_is(void **state)
{
    (void)state;
    static const struct {
        const char *name, *error;
    } cases[] = {
        {"native/cpu/sum-squares/threads", "no model 'threads'; known: "},
        {"native/cpu/sums/serial", "no workload 'cpu/sums'; known:"},
        {"cpython/cpu/sum-squares/serial", "no runtime 'cpython'; known: native"},
        {"native/cpu/sum-squares/serial/size:3", "has no key 'size'; known: workers, conc, place, terms"},
        {"native/cpu/sum-squares/serial/terms:0", "terms:0 is not a whole number above 0"},
        {"native/cpu/sum-squares/serial/place:here", "no placement 'here'; known: none, compact"},
        {"native/cpu/sum-squares/serial/conc:2", "serial has one worker"},
        {"native/cpu/sum-squares/event-loop/workers:2", "event-loop is one loop"},
        {"native/io/sleep/thread-per-task/workers:2/conc:3", "name only conc"},
        {"native/io/sleep/thread-pool/workers:4/conc:3", "there are at most 3 workers; name only conc"},
        {"native/mixed/cpu-wait/serial/share:101", "share:101 is not a whole number from 0 to 100"},
        {"native/io/sleep/event-loop-threads/workers:4/conc:3", "leaves loops without a task"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cell cell;
        struct error error = {""};
        assert_int_equal(cell_parse(cases[i].name, NULL, &cell, &error), 0);
        assert_int_equal(runtime_complete(&cell, 2, &error), -1);
        if (!strstr(error.text, cases[i].error))
            fail_msg("%s: '%s' lacks '%s'", cases[i].name, error.text, cases[i].error);
    }
}

static void limits_are_asked_for_what_the_workload_needs(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int runnable;
    } cases[] = {
        {"native/io/sleep/event-loop/conc:100000/place:none", 0},
        {"native/io/echo/event-loop/conc:100000/place:none", -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cell cell;
        struct error error;
        assert_int_equal(cell_parse(cases[i].name, NULL, &cell, &error), 0);
        assert_int_equal(runtime_complete(&cell, 2, &error), 0);
        assert_int_equal(cell_runnable(&catalogue_native, &cell, topology, &error), cases[i].runnable);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_there_is_not_is_named_with_what_there_is),
        cmocka_unit_test(limits_are_asked_for_what_the_workload_needs),
        cmocka_unit_test(in_the_calling_thread_and_threads),
        cmocka_unit_test(more_workers_than_tasks_and_many_in_flight),
        cmocka_unit_test(messages_that_compute_have_no_latency),
        cmocka_unit_test(rounds_follow_closely),
        cmocka_unit_test(who_has_recorded_leaves_the_round_alone),
        cmocka_unit_test(a_worker_that_is_ready_is_not_idle_yet),
        cmocka_unit_test(a_death_costs_its_task_or_all),
        cmocka_unit_test(a_crash_leaves_all_others_or_none),
        cmocka_unit_test(no_process_outlives_its_round),
        cmocka_unit_test(a_death_before_the_tasks_is_an_error),
        cmocka_unit_test(a_wrong_checksum_is_an_error),
        cmocka_unit_test(carriers_that_cannot_be_created_are_named),
        cmocka_unit_test(loops_that_cannot_be_made_are_named),
        cmocka_unit_test(in_processes),
    };
    struct error error;
    (void)argc;
    (void)argv;
    topology = topology_open(NULL, &error);
    if (!topology) {
        fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    topology_close(topology);
    return failed;
}
