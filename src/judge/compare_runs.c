/* SPDX-License-Identifier: MIT */
#include "compare_runs.h"

#include <pthread.h>
#include <stdbool.h>

struct loading {
    const char *path;
    enum column metric;
    struct compare_table *table;
    size_t *cut_bytes;
    struct error error;
    int result;
};

static void *load(void *context)
{
    struct loading *loading = context;
    loading->result = compare_table_load(loading->path, loading->metric, loading->table, loading->cut_bytes,
                                         &loading->error);
    return NULL;
}

int compare_runs_load(const char *const paths[2], enum column metric, struct compare_runs *runs,
                      struct error *error)
{
    struct loading loadings[2];
    pthread_t other;
    *runs = (struct compare_runs){.cut_bytes = {0, 0}};
    for (size_t i = 0; i < 2; i++) {
        compare_table_init(&runs->tables[i], metric);
        loadings[i] = (struct loading){paths[i], metric, &runs->tables[i], &runs->cut_bytes[i], {""}, 0};
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
    return compare_tables(&runs->tables[0], &runs->tables[1], options, &runs->compared, error);
}

void compare_runs_free(struct compare_runs *runs)
{
    compared_free(&runs->compared);
    compare_table_free(&runs->tables[0]);
    compare_table_free(&runs->tables[1]);
}
