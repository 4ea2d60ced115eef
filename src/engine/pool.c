/* SPDX-License-Identifier: MIT */
#include "pool.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "futex.h"
#include "task_queue.h"

enum { CAPACITY_MIN = 2 * TASK_QUEUE_BATCH_MAX };

union job {
    struct {
        pool_function *function;
        void *argument;
        pool_done *on_done;
        pool_problem *on_error;
    };
    uint64_t words[4];
};

struct deferred {
    struct deferred *next;
    union job job;
};

struct worker {
    struct pool *pool;
    pthread_t thread;
    _Atomic pthread_t self;
    struct deferred *first, **last; /* what its tasks submitted while the queue was full */
};

struct pool {
    struct arena *arena;
    struct task_queue *queue;
    unsigned created, workers;
    struct worker crew[];
};

static void perform(const union job *job)
{
    int problem = job->function(job->argument);
    if (problem && job->on_error)
        job->on_error(job->argument, problem);
    if (!problem && job->on_done)
        job->on_done(job->argument);
}

/* Others may take what its tasks left with this worker as soon as there is room. */
static void settle_deferred(struct worker *worker)
{
    for (struct deferred *deferred; (deferred = worker->first);) {
        worker->first = deferred->next;
        if (!worker->first)
            worker->last = &worker->first;
        if (!task_queue_try_put(worker->pool->queue, deferred->job.words))
            perform(&deferred->job);
        free(deferred);
    }
}

static void *work(void *argument)
{
    struct worker *worker = argument;
    struct task_queue *queue = worker->pool->queue;
    union job job;
    atomic_store(&worker->self, pthread_self());
    while (task_queue_try_pop(queue, job.words) || task_queue_spin_pop(queue, job.words) ||
           task_queue_pop(queue, job.words)) {
        perform(&job);
        settle_deferred(worker);
    }
    return NULL;
}

/* 0: not known, as on a machine with more than fit into a cpu_set_t. */
static unsigned units_allowed(void)
{
    cpu_set_t units;
    return sched_getaffinity(0, sizeof units, &units) ? 0 : (unsigned)CPU_COUNT(&units);
}

static int start(struct pool *pool, size_t capacity, struct error *error)
{
    size_t slots = CAPACITY_MIN;
    while (slots < capacity && slots <= SIZE_MAX / 2)
        slots *= 2;
    const struct task_queue_options options = {
        .capacity = slots,
        .words = sizeof(union job) / sizeof(uint64_t),
        .consumers = pool->workers,
        .one_by_one = true, /* a task may wait for another, which must not be in the same batch */
        .private = true,
        .spin_rounds = TASK_QUEUE_SPIN_ROUNDS,
        .units = units_allowed(),
    };
    pool->arena = arena_create();
    pool->queue = pool->arena ? task_queue_create(pool->arena, &options) : NULL;
    if (!pool->queue)
        return error_set(error, "out of memory for a pool's queue of %zu tasks", capacity);
    for (; pool->created < pool->workers; pool->created++) {
        struct worker *worker = &pool->crew[pool->created];
        worker->pool = pool;
        worker->last = &worker->first;
        int problem = pthread_create(&worker->thread, NULL, work, worker);
        if (problem)
            return error_set(error, "thread %u of %u of a pool could not be created: %s", pool->created + 1,
                             pool->workers, strerror(problem));
    }
    return 0;
}

struct pool *pool_create(unsigned workers, size_t capacity, struct error *error)
{
    if (workers == 0 || capacity == 0) {
        error_set(error, "a pool of %u workers and room for %zu tasks: both must be at least 1", workers,
                  capacity);
        return NULL;
    }
    struct pool *pool = calloc(1, sizeof *pool + workers * sizeof pool->crew[0]);
    if (!pool) {
        error_set(error, "out of memory for a pool of %u workers", workers);
        return NULL;
    }
    pool->workers = workers;
    if (start(pool, capacity, error)) {
        pool_join(pool);
        return NULL;
    }
    return pool;
}

static struct worker *own_worker(struct pool *pool)
{
    for (unsigned i = 0; i < pool->workers; i++)
        if (pthread_equal(atomic_load_explicit(&pool->crew[i].self, memory_order_relaxed), pthread_self()))
            return &pool->crew[i];
    return NULL;
}

static int defer(struct worker *worker, const union job *job)
{
    struct deferred *deferred = malloc(sizeof *deferred);
    if (!deferred)
        return -1;
    *deferred = (struct deferred){.job = *job};
    *worker->last = deferred;
    worker->last = &deferred->next;
    return 0;
}

/* Where the queue cannot take it at once. */
static int submit_slowly(struct pool *pool, const union job *job)
{
    struct worker *worker = own_worker(pool);
    if (worker && !task_queue_is_closed(pool->queue))
        return defer(worker, job);
    if (task_queue_put(pool->queue, job->words) == 0)
        return 0;
    errno = ESHUTDOWN;
    return -1;
}

int pool_submit(struct pool *pool, pool_function *function, void *argument, pool_done *on_done,
                pool_problem *on_error)
{
    const union job job = {{function, argument, on_done, on_error}};
    return task_queue_try_put(pool->queue, job.words) ? 0 : submit_slowly(pool, &job);
}

void pool_close(struct pool *pool)
{
    task_queue_close(pool->queue);
}

void pool_join(struct pool *pool)
{
    if (pool && pool->queue)
        pool_close(pool);
    for (unsigned i = 0; pool && i < pool->created; i++)
        pthread_join(pool->crew[i].thread, NULL);
    if (pool)
        arena_destroy(pool->arena);
    free(pool);
}

/* Outlives the call: a helper may come to it when nothing is left. */
struct map {
    pool_index_function *function;
    void *context;
    size_t count, chunk;
    _Atomic size_t next, done; /* indices handed out; done */
    _Atomic uint32_t finished;
    _Atomic unsigned users;
    pthread_mutex_t lock; /* of the two below */
    size_t problem_index;
    int problem;
};

static void note_problem(struct map *map, size_t index, int problem)
{
    pthread_mutex_lock(&map->lock);
    if (!map->problem || index < map->problem_index) {
        map->problem = problem;
        map->problem_index = index;
    }
    pthread_mutex_unlock(&map->lock);
}

static void do_chunks(struct map *map)
{
    size_t first = atomic_load(&map->next);
    while (first < map->count) {
        size_t end = map->count - first < map->chunk ? map->count : first + map->chunk;
        if (!atomic_compare_exchange_weak(&map->next, &first, end))
            continue;
        for (size_t index = first; index < end; index++) {
            int problem = map->function(map->context, index);
            if (problem)
                note_problem(map, index, problem);
        }
        if (atomic_fetch_add(&map->done, end - first) + (end - first) == map->count) {
            atomic_store(&map->finished, 1);
            futex_wake(&map->finished, 1, true);
        }
        first = atomic_load(&map->next);
    }
}

static void leave_map(struct map *map)
{
    if (atomic_fetch_sub(&map->users, 1) > 1)
        return;
    pthread_mutex_destroy(&map->lock);
    free(map);
}

static int help(void *argument)
{
    do_chunks(argument);
    leave_map(argument);
    return 0;
}

/* As many as there are chunks for, if the queue has room for them. */
static void call_helpers(struct pool *pool, struct map *map)
{
    const union job job = {{.function = help, .argument = map}};
    size_t chunks = (map->count - 1) / map->chunk + 1;
    for (size_t helper = 0; helper < pool->workers && helper + 1 < chunks; helper++) {
        atomic_fetch_add(&map->users, 1);
        if (!task_queue_try_put(pool->queue, job.words)) {
            atomic_fetch_sub(&map->users, 1);
            return;
        }
    }
}

int pool_map(struct pool *pool, pool_index_function *function, void *context, size_t count, size_t chunk)
{
    if (count == 0)
        return 0;
    struct map *map = malloc(sizeof *map);
    if (!map)
        return ENOMEM;
    if (chunk == 0)
        chunk = (count - 1) / (4 * (size_t)pool->workers) + 1;
    *map = (struct map){.function = function, .context = context, .count = count, .chunk = chunk, .users = 1};
    pthread_mutex_init(&map->lock, NULL);
    call_helpers(pool, map);
    do_chunks(map);
    while (!atomic_load(&map->finished))
        futex_wait(&map->finished, 0, true);
    int problem = map->problem;
    leave_map(map);
    return problem;
}
