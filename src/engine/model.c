/* SPDX-License-Identifier: MIT */
#include "model.h"

#include <stdio.h>
#include <string.h>

const struct model *const models[] = {
    &model_serial,
    &model_thread_per_task,
    &model_thread_pool,
    &model_process_per_task,
    &model_process_pool,
    &model_event_loop,
    &model_event_loop_threads,
    &model_event_loop_processes,
    &model_event_loop_offload,
    &model_coroutines,
    NULL,
};

const struct model *model_find(const char *name)
{
    for (size_t i = 0; models[i]; i++)
        if (strcmp(models[i]->name, name) == 0)
            return models[i];
    return NULL;
}

bool model_is_reference(const struct model *model)
{
    return !model->carrier && !model->loop;
}

bool model_drives_loops(const struct model *model, const struct workload *workload)
{
    return model->loop || (model->offloads && workload->offloads);
}

static const struct {
    enum model_trait trait;
    const char *need, *lack; /* "its tasks NEED, and MODEL LACK" */
} words[] = {
    {MODEL_CONCURRENT, "wait for one another", "lets none go on while another waits"},
    {MODEL_CARRIERS, "run on several workers", "has one"},
    {MODEL_PER_TASK, "each take a worker of their own", "makes none for a task"},
    {MODEL_LASTING, "leave something to the next on their worker", "ends it with its task"},
};

int model_fits(const struct model *model, const struct workload *workload, char *text, size_t text_bytes)
{
    unsigned gives = model->gives | (workload->begin ? model->gives_begin : 0) |
                     (workload->parks ? model->gives_parked : 0);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (workload->needs & words[i].trait & ~gives) {
            if (words[i].trait & model->gives_parked) {
                snprintf(text, text_bytes, "its tasks %s in calls that block, which would stop all %s",
                         words[i].need, model->name);
                return -1;
            }
            snprintf(text, text_bytes, "its tasks %s, and %s %s", words[i].need, model->name, words[i].lack);
            return -1;
        }
    return 0;
}
