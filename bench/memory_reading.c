/* SPDX-License-Identifier: MIT */
#include "memory_reading.h"

#include <unistd.h>

#include "measure.h"

void memory_reading_begin(struct memory_reading *reading, pid_t left_out)
{
    reading->process = getpid();
    reading->left_out = left_out;
    for (int i = 0; i < 2; i++) /* the first touches what reading needs */
        reading->before_bytes = memory_of_tree_bytes(reading->process, left_out, MEMORY_ANONYMOUS);
}

void memory_reading_arrive(struct run *run, struct memory_reading *reading)
{
    if (atomic_fetch_add(&reading->arrived, 1) + 1 < run_in_flight(run))
        return;
    uint64_t bytes = memory_of_tree_bytes(reading->process, reading->left_out, MEMORY_ANONYMOUS);
    reading->bytes = bytes > reading->before_bytes ? bytes - reading->before_bytes : 0;
    run_set_memory(run, reading->bytes);
}

void memory_reading_account(const struct run *run, struct memory_reading *reading, struct account *account)
{
    account->checksum = workload_sum_of_indices(run_in_flight(run));
    if (reading->bytes)
        account->value = (double)reading->bytes / run_in_flight(run);
    atomic_store(&reading->arrived, 0);
}
