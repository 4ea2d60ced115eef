/* SPDX-License-Identifier: MIT */
#include "model.h"

#include <stddef.h>
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
    NULL,
};

const struct model *model_find(const char *name)
{
    for (size_t i = 0; models[i]; i++)
        if (strcmp(models[i]->name, name) == 0)
            return models[i];
    return NULL;
}
