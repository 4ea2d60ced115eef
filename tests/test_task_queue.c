/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "task_queue.h"

enum { CAPACITY = 64, PRODUCERS = 2, CONSUMERS = 4, TASKS = 40000 };

static struct task_queue *make(struct arena *arena, unsigned consumers, bool private)
{
    struct task_queue_options options = {.capacity = CAPACITY, .consumers = consumers, .private = private};
    struct task_queue *queue = task_queue_create(arena, &options);
    assert_non_null(queue);
    return queue;
}

static void keeps_order_and_gives_a_fair_share(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    struct task_queue *queue = make(arena, 2, true);
    uint64_t tasks[TASK_QUEUE_BATCH_MAX], next = 100;
    assert_int_equal(task_queue_try_pop(queue, tasks), 0);
    task_queue_push(queue, 100, CAPACITY);
    size_t first = task_queue_try_pop(queue, tasks);
    assert_int_equal(first, TASK_QUEUE_BATCH_MAX);
    for (size_t count = first; count; count = task_queue_try_pop(queue, tasks))
        for (size_t i = 0; i < count; i++)
            assert_int_equal(tasks[i], next++);
    assert_int_equal(next, 100 + CAPACITY);
    task_queue_push(queue, 7, 3);
    assert_int_equal(task_queue_pop(queue, tasks), 1); /* scarce: one at a time */
    arena_destroy(arena);
}

/* What was put before the end is still taken, with all of its words; nothing comes in after it. */
static void a_closed_queue_is_emptied(void **state)
{
    (void)state;
    enum { WORDS = 3 };
    struct arena *arena = arena_create();
    struct task_queue_options options = {
        .capacity = CAPACITY, .words = WORDS, .consumers = 1, .one_by_one = true, .private = true};
    struct task_queue *queue = task_queue_create(arena, &options);
    uint64_t put[WORDS] = {1, 2, UINT64_MAX}, taken[WORDS * TASK_QUEUE_BATCH_MAX];
    for (unsigned i = 0; i < CAPACITY; i++, put[0]++)
        assert_int_equal(task_queue_put(queue, put), 0);
    assert_false(task_queue_try_put(queue, put));
    assert_false(task_queue_is_closed(queue));
    task_queue_close(queue);
    assert_true(task_queue_is_closed(queue));
    assert_int_equal(task_queue_put(queue, put), -1);
    assert_int_equal(task_queue_push(queue, 0, 2), -1);
    for (unsigned i = 0; i < CAPACITY; i++) {
        assert_int_equal(task_queue_pop(queue, taken), 1);
        assert_memory_equal(taken, ((uint64_t[]){i + 1, 2, UINT64_MAX}), WORDS * sizeof *taken);
    }
    assert_int_equal(task_queue_pop(queue, taken), 0);
    assert_int_equal(task_queue_push(queue, 0, 1), -1);
    assert_int_equal(task_queue_pop(queue, taken), 0);
    options.capacity = (size_t)1 << 62;
    assert_null(task_queue_create(arena, &options));
    arena_destroy(arena);
}

/* As much as is asked for, zeroed, apart from what a process forked later allocates for itself. */
static void an_arena_grows(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    unsigned char *small = arena_allocate(arena, 100), *large = arena_allocate(arena, 5 << 20),
                  *next = arena_allocate(arena, 1);
    assert_true((uintptr_t)small % 64 == 0 && (uintptr_t)large % 64 == 0 && (uintptr_t)next % 64 == 0);
    for (size_t i = 0; i < 5 << 20; i++)
        assert_int_equal(large[i], 0);
    memset(small, 1, 100);
    memset(large, 1, 5 << 20);
    assert_int_equal(*next, 0);
    arena_renew(arena);
    unsigned char *renewed = arena_allocate(arena, 64);
    assert_true(renewed >= large + (5 << 20) || renewed < large);
    assert_int_equal(*renewed, 0);
    assert_null(arena_allocate(arena, SIZE_MAX));
    assert_null(arena_allocate(arena, SIZE_MAX / 4));
    arena_destroy(arena);
    arena_destroy(NULL);
}

struct shared {
    struct task_queue *queue;
    _Atomic unsigned seen[PRODUCERS * TASKS];
};

static void consume(struct shared *shared)
{
    uint64_t tasks[TASK_QUEUE_BATCH_MAX];
    for (size_t count; (count = task_queue_pop(shared->queue, tasks));) {
        for (size_t i = 0; i < count; i++) {
            atomic_fetch_add(&shared->seen[tasks[i]], 1);
            if (tasks[i] % 1000 == 0)
                sched_yield(); /* in the middle of a batch, so that others overtake */
        }
    }
}

static void *consume_in_thread(void *argument)
{
    consume(argument);
    return NULL;
}

struct producer {
    struct shared *shared;
    uint64_t first;
};

static void *produce(void *argument)
{
    struct producer *producer = argument;
    for (uint64_t i = 0; i < TASKS; i += 100)
        task_queue_push(producer->shared->queue, producer->first + i, 100);
    return NULL;
}

static void produce_all(struct shared *shared)
{
    pthread_t threads[PRODUCERS];
    struct producer producers[PRODUCERS];
    for (unsigned i = 0; i < PRODUCERS; i++) {
        producers[i] = (struct producer){shared, (uint64_t)i * TASKS};
        assert_int_equal(pthread_create(&threads[i], NULL, produce, &producers[i]), 0);
    }
    for (unsigned i = 0; i < PRODUCERS; i++)
        pthread_join(threads[i], NULL);
    task_queue_close(shared->queue);
}

static void assert_each_once(struct shared *shared)
{
    for (size_t i = 0; i < PRODUCERS * TASKS; i++)
        assert_int_equal(atomic_load(&shared->seen[i]), 1);
}

/* With a small ring both sides sleep all the time. A lost wake-up (as when a consumer that emptied its slots
 * late did not look where the head had gone meanwhile) is a hang: the alarm ends it. */
static void threads_get_each_task_once(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    struct shared *shared = arena_allocate(arena, sizeof *shared);
    pthread_t consumers[CONSUMERS];
    shared->queue = make(arena, CONSUMERS, true);
    alarm(120);
    for (unsigned i = 0; i < CONSUMERS; i++)
        assert_int_equal(pthread_create(&consumers[i], NULL, consume_in_thread, shared), 0);
    produce_all(shared);
    for (unsigned i = 0; i < CONSUMERS; i++)
        pthread_join(consumers[i], NULL);
    alarm(0);
    assert_each_once(shared);
    arena_destroy(arena);
}

static void processes_get_each_task_once(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    struct shared *shared = arena_allocate(arena, sizeof *shared);
    pid_t consumers[CONSUMERS];
    shared->queue = make(arena, CONSUMERS, false);
    alarm(120);
    for (unsigned i = 0; i < CONSUMERS; i++) {
        consumers[i] = fork();
        assert_true(consumers[i] >= 0);
        if (consumers[i] == 0) {
            consume(shared);
            _exit(0);
        }
    }
    produce_all(shared);
    for (unsigned i = 0; i < CONSUMERS; i++) {
        int status;
        waitpid(consumers[i], &status, 0);
        assert_int_equal(status, 0);
    }
    alarm(0);
    assert_each_once(shared);
    arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_order_and_gives_a_fair_share),
        cmocka_unit_test(a_closed_queue_is_emptied),
        cmocka_unit_test(an_arena_grows),
        cmocka_unit_test(processes_get_each_task_once),
        cmocka_unit_test(threads_get_each_task_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
