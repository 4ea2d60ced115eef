/* SPDX-License-Identifier: MIT */
/* The project's workloads, and some that misbehave. */
#ifndef CROSSPOINT_TEST_WORKLOADS_H
#define CROSSPOINT_TEST_WORKLOADS_H

#include "workload.h"

extern const struct workload
    workload_test_once; /* counts how often each task is done; more than once is an error */
extern const struct workload workload_test_handed; /* hands half of its tasks to the loop's pool */
extern const struct workload workload_test_mortal; /* three of 40 tasks end their worker */
extern const struct workload workload_fault_crash; /* SIGSEGV in the middle */
extern const struct workload workload_fault_exit; /* the worker's process exits with status 3 in the middle */
extern const struct workload workload_fault_hang; /* the last task never ends */
extern const struct workload
    workload_fault_daemon; /* a process in a session of its own is left, SIGKILL to the worker's */
extern const struct workload workload_fault_kill;     /* SIGKILL to the worker's own process in the middle */
extern const struct workload workload_fault_checksum; /* one task returns a wrong checksum */
extern const struct workload workload_fault_prepare;  /* cannot be prepared */

#endif
