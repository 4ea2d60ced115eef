/* SPDX-License-Identifier: MIT */
/* A mutex and a condition for a cell's workers: shared between processes where workers are processes. Each
 * returns 0, or -1: run_error() has said why. */
#ifndef CROSSPOINT_LOCK_H
#define CROSSPOINT_LOCK_H

#include <pthread.h>
#include <string.h>
#include <time.h>

#include "workload.h"

static inline int lock_sharing(const struct run *run)
{
    return run_private(run) ? PTHREAD_PROCESS_PRIVATE : PTHREAD_PROCESS_SHARED;
}

static inline int lock_init_mutex(struct run *run, pthread_mutex_t *mutex)
{
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, lock_sharing(run));
    int problem = pthread_mutex_init(mutex, &attributes);
    pthread_mutexattr_destroy(&attributes);
    return problem ? run_error(run, "a mutex: %s", strerror(problem)) : 0;
}

/* Its time limits are readings of CLOCK_MONOTONIC. */
static inline int lock_init_condition(struct run *run, pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setpshared(&attributes, lock_sharing(run));
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    int problem = pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
    return problem ? run_error(run, "a condition variable: %s", strerror(problem)) : 0;
}

/* `milliseconds` from now. */
static inline struct timespec lock_limit(clockid_t clock, uint64_t milliseconds)
{
    struct timespec limit;
    clock_gettime(clock, &limit);
    uint64_t ns = (uint64_t)limit.tv_nsec + milliseconds % 1000 * 1000000;
    limit.tv_sec += (time_t)(milliseconds / 1000 + ns / 1000000000);
    limit.tv_nsec = (long)(ns % 1000000000);
    return limit;
}

/* 0, or an errno: ETIMEDOUT. */
static inline int lock_within(pthread_mutex_t *mutex, uint64_t milliseconds)
{
#ifdef __SANITIZE_THREAD__ /* which knows no other clock here than the one that can be set */
    struct timespec limit = lock_limit(CLOCK_REALTIME, milliseconds);
    return pthread_mutex_timedlock(mutex, &limit);
#else
    struct timespec limit = lock_limit(CLOCK_MONOTONIC, milliseconds);
    return pthread_mutex_clocklock(mutex, CLOCK_MONOTONIC, &limit);
#endif
}

#endif
