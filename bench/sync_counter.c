/* SPDX-License-Identifier: MIT */
/* Workers add to a counter, with a lock or without; what they add and is not there afterwards is lost. The
 * critical section reads the counter, works `inside` steps, and writes it: with cas all of that is done again
 * if another was faster, with atomic only the addition itself cannot be disturbed. */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <string.h>

#include "work.h"
#include "workload.h"

static const struct workload_param params[] = {
    {.key = "adds", .value_default = "1000", .summary = "additions a task"},
    {.key = "counters",
     .value_default = "shared",
     .summary = "one for all, or one for each worker",
     .choices = "shared|private"},
    {.key = "inside", .value_default = "0", .summary = "steps of work in the critical section", .zero = true},
    {.key = "lock",
     .value_default = "mutex",
     .summary = "what keeps the others out",
     .choices = "none|mutex|recursive|spin|semaphore|rwlock|cas|atomic"},
    {.key = "outside", .value_default = "0", .summary = "steps of work between two additions", .zero = true},
    {.key = "sharing",
     .value_default = "auto",
     .summary = "process: locks that processes can share, between threads too",
     .choices = "auto|process"},
    {0},
};

/* A counter and its lock, on lines of their own. */
struct counter {
    alignas(64) union {
        pthread_mutex_t mutex;
        pthread_spinlock_t spin;
        sem_t semaphore;
        pthread_rwlock_t rwlock;
    } lock;
    alignas(64) _Atomic uint64_t value;
};

typedef void add_one(struct counter *counter, uint64_t inside);

struct sync_data {
    add_one *add;
    uint64_t adds, inside, outside;
    bool each; /* a counter for each worker */
    bool locked;
    uint64_t counted; /* in earlier rounds */
    unsigned count;
    struct counter counters[];
};

/* Two operations, which the compiler keeps apart: another worker's may come in between. */
static inline void add_slowly(struct counter *counter, uint64_t inside)
{
    uint64_t value = atomic_load_explicit(&counter->value, memory_order_relaxed);
    if (inside)
        work_steps(inside, value);
    atomic_store_explicit(&counter->value, value + 1, memory_order_relaxed);
}

static void add_mutex(struct counter *counter, uint64_t inside)
{
    pthread_mutex_lock(&counter->lock.mutex);
    add_slowly(counter, inside);
    pthread_mutex_unlock(&counter->lock.mutex);
}

static void add_spin(struct counter *counter, uint64_t inside)
{
    pthread_spin_lock(&counter->lock.spin);
    add_slowly(counter, inside);
    pthread_spin_unlock(&counter->lock.spin);
}

static void add_semaphore(struct counter *counter, uint64_t inside)
{
    while (sem_wait(&counter->lock.semaphore))
        continue;
    add_slowly(counter, inside);
    sem_post(&counter->lock.semaphore);
}

static void add_rwlock(struct counter *counter, uint64_t inside)
{
    pthread_rwlock_wrlock(&counter->lock.rwlock);
    add_slowly(counter, inside);
    pthread_rwlock_unlock(&counter->lock.rwlock);
}

static void add_cas(struct counter *counter, uint64_t inside)
{
    uint64_t value = atomic_load_explicit(&counter->value, memory_order_relaxed);
    do {
        if (inside)
            work_steps(inside, value);
    } while (!atomic_compare_exchange_weak(&counter->value, &value, value + 1));
}

static void add_atomic(struct counter *counter, uint64_t inside)
{
    if (inside)
        work_steps(inside, 0);
    atomic_fetch_add(&counter->value, 1);
}

/* Making the locks */

static int init_mutex(struct counter *counter, int shared, int type)
{
    pthread_mutexattr_t attributes;
    int problem = pthread_mutexattr_init(&attributes);
    if (!problem)
        problem = pthread_mutexattr_setpshared(&attributes, shared);
    if (!problem)
        problem = pthread_mutexattr_settype(&attributes, type);
    if (!problem)
        problem = pthread_mutex_init(&counter->lock.mutex, &attributes);
    pthread_mutexattr_destroy(&attributes);
    return problem;
}

static int init_plain(struct counter *counter, int shared)
{
    return init_mutex(counter, shared, PTHREAD_MUTEX_DEFAULT);
}

static int init_recursive(struct counter *counter, int shared)
{
    return init_mutex(counter, shared, PTHREAD_MUTEX_RECURSIVE);
}

static int init_spin(struct counter *counter, int shared)
{
    return pthread_spin_init(&counter->lock.spin, shared);
}

static int init_semaphore(struct counter *counter, int shared)
{
    return sem_init(&counter->lock.semaphore, shared == PTHREAD_PROCESS_SHARED, 1) ? errno : 0;
}

static int init_rwlock(struct counter *counter, int shared)
{
    pthread_rwlockattr_t attributes;
    int problem = pthread_rwlockattr_init(&attributes);
    if (!problem)
        problem = pthread_rwlockattr_setpshared(&attributes, shared);
    if (!problem)
        problem = pthread_rwlock_init(&counter->lock.rwlock, &attributes);
    pthread_rwlockattr_destroy(&attributes);
    return problem;
}

static const struct {
    const char *name;
    int (*init)(struct counter *counter, int shared); /* NULL: nothing to make */
    add_one *add;
} locks[] = {
    {"none", NULL, add_slowly},
    {"mutex", init_plain, add_mutex},
    {"recursive", init_recursive, add_mutex},
    {"spin", init_spin, add_spin},
    {"semaphore", init_semaphore, add_semaphore},
    {"rwlock", init_rwlock, add_rwlock},
    {"cas", NULL, add_cas},
    {"atomic", NULL, add_atomic},
};

static int prepare(struct run *run)
{
    unsigned count = run_key_is(run, "counters", "private") ? run_workers(run) : 1;
    bool private = run_private(run) && run_key_is(run, "sharing", "auto");
    struct sync_data *data = run_allocate(run, sizeof *data + count * sizeof data->counters[0]);
    size_t lock = 0;
    if (!data)
        return -1;
    run_set_data(run, data);
    while (!run_key_is(run, "lock", locks[lock].name))
        lock++;
    data->add = locks[lock].add;
    data->adds = run_key_number(run, "adds");
    data->inside = run_key_number(run, "inside");
    data->outside = run_key_number(run, "outside");
    data->each = run_key_is(run, "counters", "private");
    data->locked = !run_key_is(run, "lock", "none");
    data->count = count;
    for (unsigned i = 0; i < count && locks[lock].init; i++) {
        int problem =
            locks[lock].init(&data->counters[i], private ? PTHREAD_PROCESS_PRIVATE : PTHREAD_PROCESS_SHARED);
        if (problem)
            return run_error(run, "lock:%s: %s", locks[lock].name, strerror(problem));
    }
    return 0;
}

static uint64_t task(struct run *run, const struct task *task)
{
    struct sync_data *data = run_data(run);
    struct counter *counter = &data->counters[data->each ? task->worker : 0];
    for (uint64_t i = 0; i < data->adds; i++) {
        data->add(counter, data->inside);
        if (data->outside)
            work_steps(data->outside, i);
    }
    return task->index + 1;
}

static void account(const struct run *run, uint64_t items, struct account *account)
{
    struct sync_data *data = run_data(run);
    uint64_t sum = 0;
    for (unsigned i = 0; i < data->count; i++)
        sum += atomic_load(&data->counters[i].value);
    uint64_t lost = items * data->adds - (sum - data->counted);
    data->counted = sum;
    account->value = (double)lost;
    /* A lock that loses one is no lock: the launch fails. */
    account->checksum = workload_sum_of_indices(items) + (data->locked ? lost : 0);
}

const struct workload workload_sync_counter = {
    .family = "sync",
    .name = "counter",
    .summary = "workers add to a counter, with a lock or without; value: additions lost",
    .value_unit = "lost",
    .params = params,
    .prepare = prepare,
    .task = task,
    .account = account,
};
