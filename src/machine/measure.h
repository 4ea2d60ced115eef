/* SPDX-License-Identifier: MIT */
/* Clocks and the kernel's accounting of our own processes. */
#ifndef CROSSPOINT_MEASURE_H
#define CROSSPOINT_MEASURE_H

#include <stdint.h>
#include <sys/types.h>
#include <time.h>

/* CLOCK_MONOTONIC; the same in all processes. */
static inline uint64_t clock_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
static inline double clock_now_s(void)
{
    return (double)clock_now_ns() / 1e9;
}

/* Smallest step seen between two readings, in ns. */
uint64_t clock_step_ns(void);

struct usage {
    int64_t user_ns, system_ns;
    int64_t switches_voluntary, switches_involuntary;
    int64_t faults_minor, faults_major;
};

/* This process with all its threads, ended ones too. */
struct usage usage_self(void);
/* Children that have been awaited, and theirs. */
struct usage usage_children(void);
struct usage usage_add(struct usage a, struct usage b);
struct usage usage_subtract(struct usage a, struct usage b);

/* Another process and all its descendants but `left_out` (0: none) and theirs, as /proc has it: processor
 * time in whole ticks of the kernel's clock (10 ms, mostly); of threads that have ended, no switches. */
struct usage usage_of_tree(pid_t process, pid_t left_out);

/* Moves of the calling thread between processing units since it began; -1 if the kernel does not tell. */
int64_t migrations_self(void);

/* MEMORY_ANONYMOUS: what no file backs, shared mappings included. Pages of files are shared with all that
 * run the same programs, so that their proportional size moves with what comes and goes: no two readings
 * differ only by what happened between them. */
enum memory { MEMORY_ALL, MEMORY_ANONYMOUS };

/* Proportional set size of a process and all its descendants except `left_out` (0: none), in bytes; 0 if
 * unknown. Allocates nothing. */
uint64_t memory_of_tree_bytes(pid_t process, pid_t left_out, enum memory memory);

/* How many mappings this process has, each of which a fork copies; 0 if unknown. */
uint64_t mappings_self(void);

#endif
