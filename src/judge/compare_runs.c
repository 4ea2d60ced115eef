/* SPDX-License-Identifier: MIT */
#include "compare_runs.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

/* Every second of the runs. */
struct loading {
    const char *const *paths;
    struct compare_runs *runs;
    size_t first;
    struct error error;
    int result;
};

static void *load(void *context)
{
    struct loading *loading = context;
    struct compare_runs *runs = loading->runs;
    for (size_t i = loading->first; i < runs->count && !loading->result; i += 2)
        loading->result =
            samples_load(loading->paths[i], &runs->metric, 1, &runs->tables[i], &loading->error);
    return NULL;
}

int compare_runs_load(const char *const *paths, size_t count, enum column metric, struct compare_runs *runs,
                      struct error *error)
{
    struct loading loadings[2];
    pthread_t other;
    *runs = (struct compare_runs){.metric = metric, .count = count};
    runs->tables = malloc(count * sizeof *runs->tables);
    if (!runs->tables)
        return error_set(error, "out of memory");
    for (size_t i = 0; i < count; i++)
        samples_init(&runs->tables[i], &metric, 1);
    for (size_t i = 0; i < 2; i++)
        loadings[i] = (struct loading){.paths = paths, .runs = runs, .first = i};
    bool started = pthread_create(&other, NULL, load, &loadings[1]) == 0;
    load(&loadings[0]);
    if (started)
        pthread_join(other, NULL);
    else
        load(&loadings[1]);
    for (size_t i = 0; i < 2; i++)
        if (loadings[i].result) {
            *error = loadings[i].error;
            return -1;
        }
    return 0;
}

int compare_runs_judge(struct compare_runs *runs, const struct compare_options *options, struct error *error)
{
    struct compare_options with_history = *options;
    with_history.history = &runs->tables[2];
    with_history.history_count = runs->count - 2;
    return compare_tables(&runs->tables[0], &runs->tables[1], runs->metric, &with_history, &runs->compared,
                          error);
}

void compare_runs_free(struct compare_runs *runs)
{
    compared_free(&runs->compared);
    for (size_t i = 0; runs->tables && i < runs->count; i++)
        samples_free(&runs->tables[i]);
    free(runs->tables);
    runs->tables = NULL;
}
