/* SPDX-License-Identifier: MIT */
#include "working_set.h"

#include "error.h"
#include "resource_limits.h"

enum { PAGE_BYTES = 4096 };

struct working_sets {
    uint64_t bytes;   /* of each */
    uint64_t counted; /* tasks of earlier rounds */
    struct working_set sets[];
};

static uint64_t whole_pages(uint64_t bytes)
{
    return (bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
}

int working_set_possible(const struct cell *cell, unsigned workers, unsigned in_flight, struct error *error)
{
    (void)in_flight;
    return limits_check_memory(workers, workload_key_number(cell, "working-set-kib") * 1024, error);
}

int working_set_prepare(struct run *run)
{
    unsigned workers = run_workers(run);
    uint64_t bytes = run_key_number(run, "working-set-kib") * 1024, each = whole_pages(bytes);
    struct working_sets *all = run_allocate(run, sizeof *all + workers * sizeof all->sets[0]);
    char *memory = all ? run_allocate(run, workers * each + PAGE_BYTES) : NULL;
    if (!memory)
        return -1;
    memory += -(uintptr_t)memory % PAGE_BYTES;
    all->bytes = bytes;
    for (unsigned worker = 0; worker < workers; worker++)
        all->sets[worker].memory = memory + worker * each;
    run_set_data(run, all);
    return 0;
}

uint64_t working_set_bytes(const struct run *run)
{
    return ((const struct working_sets *)run_data(run))->bytes;
}

struct working_set *working_set_of(struct run *run, unsigned worker, working_set_make *make)
{
    struct working_sets *all = run_data(run);
    struct working_set *set = &all->sets[worker];
    if (!set->made)
        make(set, all->bytes);
    set->made = true;
    return set;
}

void working_set_account(const struct run *run, uint64_t items, working_set_check *check,
                         struct account *account)
{
    struct working_sets *all = run_data(run);
    uint64_t wrong = 0, tasks = 0;
    for (unsigned worker = 0; worker < run_workers(run); worker++) {
        const struct working_set *set = &all->sets[worker];
        wrong += set->made && !check(set, all->bytes);
        tasks += set->tasks;
    }
    wrong += tasks - all->counted != items;
    all->counted = tasks;
    account->checksum = workload_sum_of_indices(items) + wrong;
}
