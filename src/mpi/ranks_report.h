/* SPDX-License-Identifier: MIT */
/* What the ranks have measured together, and each of them. */
#ifndef CROSSPOINT_RANKS_REPORT_H
#define CROSSPOINT_RANKS_REPORT_H

#include <jansson.h>

#include "load_options.h"
#include "ranks.h"

/* One rank's, without its histograms. */
struct rank_told {
    bool there;
    char failure[RANK_TEXT_BYTES];
    uint64_t late_ns, elapsed_ns, answers, errors;
    double cpu_fraction;
    json_t *buckets; /* NULL: not asked for */
};

struct ranks_report {
    const struct ranks *ranks;
    const struct load_command *command;
    bool buckets;
    struct rank_told *told; /* [ranks->count] */
    struct rank_result sum; /* its round starts at 0 */
    int there;              /* so many have handed in */
};

/* NULL: out of memory. */
struct ranks_report *ranks_report_open(const struct ranks *ranks, const struct load_command *command,
                                       bool buckets);
/* A ranks_take of a struct ranks_report. */
void ranks_report_add(void *report, const struct rank_result *result);
/* All ranks are in it, and each has measured. */
bool ranks_report_is_whole(const struct ranks_report *report);
/* On standard output, and who has failed on standard error; an exit code. */
int ranks_report_print(struct ranks_report *report, bool interrupted);

#endif
