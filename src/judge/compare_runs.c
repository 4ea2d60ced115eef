/* SPDX-License-Identifier: MIT */
#include "compare_runs.h"

#include <pthread.h>
#include <stdbool.h>

struct loading {
    const char *path;
    enum column metric;
    struct samples *table;
    struct error error;
    int result;
};

static void *load(void *context)
{
    struct loading *loading = context;
    loading->result = samples_load(loading->path, &loading->metric, 1, loading->table, &loading->error);
    return NULL;
}

int compare_runs_load(const char *const paths[2], enum column metric, struct compare_runs *runs,
                      struct error *error)
{
    struct loading loadings[2];
    pthread_t other;
    *runs = (struct compare_runs){.metric = metric};
    for (size_t i = 0; i < 2; i++) {
        samples_init(&runs->tables[i], &metric, 1);
        loadings[i] = (struct loading){paths[i], metric, &runs->tables[i], {""}, 0};
    }
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
    return compare_tables(&runs->tables[0], &runs->tables[1], runs->metric, options, &runs->compared, error);
}

void compare_runs_free(struct compare_runs *runs)
{
    compared_free(&runs->compared);
    samples_free(&runs->tables[0]);
    samples_free(&runs->tables[1]);
}
