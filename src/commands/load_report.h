/* SPDX-License-Identifier: MIT */
/* What `crosspoint load` says of its round. */
#ifndef CROSSPOINT_LOAD_REPORT_H
#define CROSSPOINT_LOAD_REPORT_H

#include <jansson.h>
#include <stdbool.h>

#include "load.h"

struct load_report {
    const char *server; /* as it was given */
    const struct load_options *options;
    uint64_t duration_ns; /* asked for */
    bool interrupted;
    const struct load_round *round;
};

/* On standard output; an exit code. */
int load_report_text(const struct load_report *report);
int load_report_json(const struct load_report *report);

/* What load_report_json prints, to add to it; and the printing, which takes it. */
json_t *load_report_object(const struct load_report *report);
int load_report_print(json_t *object);

#endif
