/* SPDX-License-Identifier: MIT */
/* What cells a runtime has: its workloads and its models, as far as they can be described. */
#ifndef CROSSPOINT_CATALOGUE_H
#define CROSSPOINT_CATALOGUE_H

#include <stddef.h>

#include "model.h"
#include "workload_table.h"

struct catalogue {
    const struct workload *const *workloads; /* ends with NULL */
    const struct model *const *models;       /* the same */
    /* Does a workload go with a model? -1: text says why not, in words for users. */
    int (*fits)(const struct catalogue *catalogue, const struct model *model, const struct workload *workload,
                char *text, size_t text_bytes);
};

extern const struct catalogue catalogue_native;

/* NULL if unknown. */
const struct workload *catalogue_workload(const struct catalogue *catalogue, const char *family,
                                          const char *name);
const struct model *catalogue_model(const struct catalogue *catalogue, const char *name);
/* 0 if there is such a model; else -1, with error that names those there are. */
int catalogue_check_model(const struct catalogue *catalogue, const char *name, struct error *error);

#endif
