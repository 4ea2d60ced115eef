/* SPDX-License-Identifier: MIT */
#include "catalogue.h"

#include <string.h>

static int fits(const struct catalogue *catalogue, const struct model *model, const struct workload *workload,
                char *text, size_t text_bytes)
{
    (void)catalogue;
    return model_fits(model, workload, text, text_bytes);
}

const struct catalogue catalogue_native = {.workloads = workloads, .models = models, .fits = fits};

const struct workload *catalogue_workload(const struct catalogue *catalogue, const char *family,
                                          const char *name)
{
    for (const struct workload *const *workload = catalogue->workloads; *workload; workload++)
        if (strcmp((*workload)->family, family) == 0 && strcmp((*workload)->name, name) == 0)
            return *workload;
    return NULL;
}

const struct model *catalogue_model(const struct catalogue *catalogue, const char *name)
{
    for (const struct model *const *model = catalogue->models; *model; model++)
        if (strcmp((*model)->name, name) == 0)
            return *model;
    return NULL;
}
