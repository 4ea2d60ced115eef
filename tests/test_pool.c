/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "pool.h"

enum { WORKERS = 4, CAPACITY = 32, TASKS = 20000 };

/* A hang is a failure: the alarm ends it. */
static int set_up(void **state)
{
    (void)state;
    alarm(120);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    alarm(0);
    return 0;
}

static struct pool *make(unsigned workers)
{
    struct error error = {""};
    struct pool *pool = pool_create(workers, CAPACITY, &error);
    if (!pool)
        fail_msg("%s", error.text);
    return pool;
}

struct task {
    _Atomic unsigned run, done, failed;
    int problem;
};

static int count_run(void *argument)
{
    struct task *task = argument;
    atomic_fetch_add(&task->run, 1);
    return task->problem;
}

static void count_done(void *argument)
{
    struct task *task = argument;
    atomic_fetch_add(&task->done, 1);
}

static void count_failed(void *argument, int problem)
{
    struct task *task = argument;
    assert_int_equal(problem, task->problem);
    atomic_fetch_add(&task->failed, 1);
}

static void each_task_runs_once_and_calls_back_once(void **state)
{
    (void)state;
    struct pool *pool = make(WORKERS);
    struct task *tasks = calloc(TASKS, sizeof *tasks);
    for (int i = 0; i < TASKS; i++) {
        tasks[i].problem = i % 3 == 0 ? EIO : i % 5 == 0 ? -i : 0;
        assert_int_equal(pool_submit(pool, count_run, &tasks[i], count_done, count_failed), 0);
    }
    pool_join(pool);
    for (int i = 0; i < TASKS; i++) {
        assert_int_equal(tasks[i].run, 1);
        assert_int_equal(tasks[i].done, tasks[i].problem == 0);
        assert_int_equal(tasks[i].failed, tasks[i].problem != 0);
    }
    free(tasks);
}

static void callbacks_may_be_missing(void **state)
{
    (void)state;
    struct pool *pool = make(1);
    struct task good = {0}, bad = {.problem = EIO};
    assert_int_equal(pool_submit(pool, count_run, &good, NULL, NULL), 0);
    assert_int_equal(pool_submit(pool, count_run, &bad, NULL, NULL), 0);
    pool_join(pool);
    assert_int_equal(good.run, 1);
    assert_int_equal(bad.run, 1);
}

/* A worker that is held until it is let go. */
struct gate {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool reached, open;
};
#define GATE                                                                                                 \
    {                                                                                                        \
        PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, false                                    \
    }

static int pass(void *argument)
{
    struct gate *gate = argument;
    pthread_mutex_lock(&gate->lock);
    gate->reached = true;
    pthread_cond_broadcast(&gate->changed);
    while (!gate->open)
        pthread_cond_wait(&gate->changed, &gate->lock);
    pthread_mutex_unlock(&gate->lock);
    return 0;
}

static void hold_worker(struct pool *pool, struct gate *gate)
{
    assert_int_equal(pool_submit(pool, pass, gate, NULL, NULL), 0);
    pthread_mutex_lock(&gate->lock);
    while (!gate->reached)
        pthread_cond_wait(&gate->changed, &gate->lock);
    pthread_mutex_unlock(&gate->lock);
}

static int open_gate(void *argument)
{
    struct gate *gate = argument;
    pthread_mutex_lock(&gate->lock);
    gate->open = true;
    pthread_cond_broadcast(&gate->changed);
    pthread_mutex_unlock(&gate->lock);
    return 0;
}

struct submitter {
    struct pool *pool;
    struct task task;
    int result, problem;
    _Atomic bool returned;
};

static void *submit_one(void *argument)
{
    struct submitter *submitter = argument;
    submitter->result = pool_submit(submitter->pool, count_run, &submitter->task, NULL, NULL);
    submitter->problem = errno;
    atomic_store(&submitter->returned, true);
    return NULL;
}

/* The only worker is held and the queue full: the next submit returns when there is room, or the pool closed.
 * That it has gone to sleep is not awaited: it may not return, however long it takes to come there. */
static void submit_blocks_while_the_queue_is_full(void **state)
{
    (void)state;
    for (int closed = 0; closed < 2; closed++) {
        struct pool *pool = make(1);
        struct gate gate = GATE;
        struct task task = {0};
        struct submitter submitter = {.pool = pool};
        pthread_t thread;
        hold_worker(pool, &gate);
        for (int i = 0; i < CAPACITY; i++)
            assert_int_equal(pool_submit(pool, count_run, &task, NULL, NULL), 0);
        assert_int_equal(pthread_create(&thread, NULL, submit_one, &submitter), 0);
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
        assert_false(atomic_load(&submitter.returned));
        if (closed)
            pool_close(pool);
        else
            open_gate(&gate);
        pthread_join(thread, NULL);
        assert_int_equal(submitter.result, closed ? -1 : 0);
        if (closed)
            assert_int_equal(submitter.problem, ESHUTDOWN);
        open_gate(&gate);
        pool_join(pool);
        assert_int_equal(task.run, CAPACITY);
        assert_int_equal(submitter.task.run, !closed);
    }
}

static void a_closed_pool_takes_nothing_and_does_the_rest(void **state)
{
    (void)state;
    struct pool *pool = make(2);
    struct gate gate = GATE;
    struct task before = {0}, after = {0};
    hold_worker(pool, &gate);
    for (int i = 0; i < CAPACITY / 2; i++)
        assert_int_equal(pool_submit(pool, count_run, &before, count_done, NULL), 0);
    pool_close(pool);
    errno = 0;
    assert_int_equal(pool_submit(pool, count_run, &after, count_done, NULL), -1);
    assert_int_equal(errno, ESHUTDOWN);
    open_gate(&gate);
    pool_join(pool);
    assert_int_equal(before.done, CAPACITY / 2);
    assert_int_equal(after.run, 0);
    pool_join(NULL);
}

/* A tree of tasks, wider than the queue: all workers submit at once, and none can make room for the others.
 */
struct tree {
    struct pool *pool;
    _Atomic unsigned nodes;
};
struct node {
    struct tree *tree;
    unsigned depth;
};
enum { FAN_OUT = 10, DEPTH = 4, NODES = 11111 };

static int grow(void *argument)
{
    struct node *node = argument;
    atomic_fetch_add(&node->tree->nodes, 1);
    for (unsigned i = 0; node->depth < DEPTH && i < FAN_OUT; i++) {
        struct node *child = malloc(sizeof *child);
        *child = (struct node){node->tree, node->depth + 1};
        if (pool_submit(node->tree->pool, grow, child, free, NULL))
            abort();
    }
    return 0;
}

static void tasks_submit_tasks_however_full_the_queue(void **state)
{
    (void)state;
    for (unsigned workers = 1; workers <= WORKERS; workers++) {
        struct tree tree = {.pool = make(workers)};
        struct node root = {&tree, 0};
        assert_int_equal(pool_submit(tree.pool, grow, &root, NULL, NULL), 0);
        while (atomic_load(&tree.nodes) < NODES)
            usleep(100);
        pool_join(tree.pool);
        assert_int_equal(tree.nodes, NODES);
    }
}

struct sum {
    struct pool *pool;
    _Atomic unsigned *seen;
    size_t first_bad, count;
    _Atomic size_t total;
};

static int see(void *context, size_t index)
{
    struct sum *sum = context;
    atomic_fetch_add(&sum->seen[index], 1);
    return index >= sum->first_bad ? (int)index + 1 : 0;
}

static void map_covers_each_index_once(void **state)
{
    (void)state;
    static const size_t counts[] = {0, 1, 2, 7, 100, 1000, 4097}, chunks[] = {0, 1, 3, 100, 5000, SIZE_MAX};
    struct pool *pool = make(WORKERS);
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        for (size_t j = 0; j < sizeof chunks / sizeof chunks[0]; j++) {
            struct sum sum = {.seen = calloc(counts[i] + 1, sizeof *sum.seen), .first_bad = SIZE_MAX};
            assert_int_equal(pool_map(pool, see, &sum, counts[i], chunks[j]), 0);
            for (size_t index = 0; index < counts[i]; index++)
                assert_int_equal(sum.seen[index], 1);
            assert_int_equal(sum.seen[counts[i]], 0);
            free((void *)sum.seen);
        }
    pool_join(pool);
}

/* All the same, whichever worker is first: all are done, and the lowest is told. */
static void map_tells_the_first_problem(void **state)
{
    (void)state;
    struct pool *pool = make(WORKERS);
    struct sum sum = {.seen = calloc(1000, sizeof *sum.seen), .first_bad = 123};
    assert_int_equal(pool_map(pool, see, &sum, 1000, 10), 124);
    for (size_t index = 0; index < 1000; index++)
        assert_int_equal(sum.seen[index], 1);
    free((void *)sum.seen);
    pool_join(pool);
}

static int add(void *context, size_t index)
{
    struct sum *sum = context;
    atomic_fetch_add(&sum->total, index);
    return 0;
}

static int map_within(void *context, size_t index)
{
    struct sum *sum = context;
    (void)index;
    return pool_map(sum->pool, add, sum, 100, 1);
}

static void a_map_within_a_map_ends(void **state)
{
    (void)state;
    for (unsigned workers = 1; workers <= WORKERS; workers++) {
        struct sum sum = {.pool = make(workers)};
        assert_int_equal(pool_map(sum.pool, map_within, &sum, 50, 1), 0);
        assert_int_equal(sum.total, 50 * 4950);
        pool_join(sum.pool);
    }
}

/* Both workers could take it; the one that waits must not hold it back in a batch of its own. */
static void a_task_may_wait_for_a_later_one(void **state)
{
    (void)state;
    struct pool *pool = make(2);
    struct gate first = GATE, second = GATE, waits = GATE;
    struct task task = {0};
    hold_worker(pool, &first);
    hold_worker(pool, &second);
    for (int i = 0; i < CAPACITY - 2; i++)
        assert_int_equal(
            pool_submit(pool, i == 0 ? pass : count_run, i == 0 ? (void *)&waits : &task, NULL, NULL), 0);
    assert_int_equal(pool_submit(pool, open_gate, &waits, NULL, NULL), 0);
    open_gate(&first);
    open_gate(&second);
    pool_join(pool);
    assert_int_equal(task.run, CAPACITY - 3);
    assert_true(waits.open);
}

struct meeting {
    pthread_barrier_t barrier;
};

static int meet(void *argument)
{
    struct meeting *meeting = argument;
    pthread_barrier_wait(&meeting->barrier);
    return 0;
}

/* As many tasks as workers, each of which needs all the others: no worker is left asleep. */
static void all_workers_come_when_there_is_work_for_all(void **state)
{
    (void)state;
    struct pool *pool = make(WORKERS);
    struct meeting meeting;
    pthread_barrier_init(&meeting.barrier, NULL, WORKERS);
    for (int i = 0; i < 500 * WORKERS; i++)
        assert_int_equal(pool_submit(pool, meet, &meeting, NULL, NULL), 0);
    pool_join(pool);
    pthread_barrier_destroy(&meeting.barrier);
}

/* Those beyond the processing units leave short tasks to the others, and come where tasks wait for each
 * other. */
static void workers_beyond_the_units_come_when_tasks_wait(void **state)
{
    (void)state;
    enum { MANY = 16, ROUNDS = 20, SHORT = 2000 };
    struct pool *pool = make(MANY);
    struct task task = {0};
    struct meeting meeting;
    pthread_barrier_init(&meeting.barrier, NULL, MANY);
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < SHORT; i++)
            assert_int_equal(pool_submit(pool, count_run, &task, NULL, NULL), 0);
        for (int i = 0; i < MANY; i++)
            assert_int_equal(pool_submit(pool, meet, &meeting, NULL, NULL), 0);
    }
    pool_join(pool);
    pthread_barrier_destroy(&meeting.barrier);
    assert_int_equal(task.run, ROUNDS * SHORT);
}

static double cpu_seconds(void)
{
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (double)used.tv_sec + (double)used.tv_nsec * 1e-9;
}

/* Sooner or later nothing but this thread's own sleep takes time: a worker that looked again and again would
 * take a whole processing unit, or some of it each time. */
static void idle_workers_sleep(void **state)
{
    (void)state;
    struct pool *pool = make(WORKERS);
    struct task task = {0};
    for (int i = 0; i < TASKS; i++)
        pool_submit(pool, count_run, &task, NULL, NULL);
    double before, used;
    do {
        before = cpu_seconds();
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
        used = cpu_seconds() - before;
    } while (used > 0.002);
    pool_join(pool);
}

static void what_makes_no_pool_is_told(void **state)
{
    (void)state;
    struct error error;
    assert_null(pool_create(0, 1, &error));
    assert_string_equal(error.text, "a pool of 0 workers and room for 1 tasks: both must be at least 1");
    assert_null(pool_create(1, 0, NULL));
    assert_null(pool_create(1, SIZE_MAX, &error));
    assert_non_null(strstr(error.text, "out of memory"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_task_runs_once_and_calls_back_once),
        cmocka_unit_test(callbacks_may_be_missing),
        cmocka_unit_test(submit_blocks_while_the_queue_is_full),
        cmocka_unit_test(a_closed_pool_takes_nothing_and_does_the_rest),
        cmocka_unit_test(tasks_submit_tasks_however_full_the_queue),
        cmocka_unit_test(map_covers_each_index_once),
        cmocka_unit_test(map_tells_the_first_problem),
        cmocka_unit_test(a_map_within_a_map_ends),
        cmocka_unit_test(a_task_may_wait_for_a_later_one),
        cmocka_unit_test(all_workers_come_when_there_is_work_for_all),
        cmocka_unit_test(workers_beyond_the_units_come_when_tasks_wait),
        cmocka_unit_test(idle_workers_sleep),
        cmocka_unit_test(what_makes_no_pool_is_told),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
