/* SPDX-License-Identifier: MIT */
#include "track_history.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "track_find.h"

enum { LOADERS = 2, MACHINE_LAST = 10 };

/* Sessions are loaded by whoever comes first. */
struct loading {
    struct track_history *history;
    struct track_folders *folders;
    int64_t now;
    atomic_size_t next;
    atomic_bool failed;
};

static void *load(void *context)
{
    struct loading *loading = context;
    struct track_history *history = loading->history;
    size_t i;
    while ((i = atomic_fetch_add(&loading->next, 1)) < loading->folders->count && !loading->failed) {
        char *path = loading->folders->paths[i];
        loading->folders->paths[i] = NULL;
        if (track_session_load(path, history->metrics, history->metric_count, loading->now,
                               &history->sessions[i]))
            loading->failed = true;
    }
    return NULL;
}

static int load_all(struct track_history *history, struct track_folders *folders)
{
    struct loading loading = {.history = history, .folders = folders, .now = time(NULL)};
    pthread_t others[LOADERS - 1];
    size_t started = 0;
    history->sessions = calloc(folders->count + 1, sizeof *history->sessions);
    if (!history->sessions)
        return -1;
    history->session_count = folders->count;
    while (started < LOADERS - 1 && pthread_create(&others[started], NULL, load, &loading) == 0)
        started++;
    load(&loading);
    while (started)
        pthread_join(others[--started], NULL);
    return loading.failed ? -1 : 0;
}

static int compare_numbers(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int by_id(const void *a, const void *b)
{
    const struct track_session *left = *(struct track_session *const *)a,
                               *right = *(struct track_session *const *)b;
    int order = strcmp(left->id, right->id);
    return order ? order : strcmp(left->path, right->path);
}

/* The first by path counts. */
static int leave_out_copies(struct track_history *history)
{
    struct track_session **order = malloc((history->session_count + 1) * sizeof(struct track_session *));
    size_t count = 0;
    if (!order)
        return -1;
    for (size_t i = 0; i < history->session_count; i++)
        if (!history->sessions[i].left_out)
            order[count++] = &history->sessions[i];
    qsort(order, count, sizeof *order, by_id);
    for (size_t i = 1, first = 0; i < count; i++) {
        if (strcmp(order[i]->id, order[first]->id) != 0) {
            first = i;
            continue;
        }
        order[i]->left_out = 1;
        snprintf(order[i]->note, sizeof order[i]->note, "the same session as %.400s", order[first]->path);
    }
    free(order);
    return 0;
}

static int by_series(const void *a, const void *b)
{
    const struct track_session *left = a, *right = b;
    int order = left->left_out - right->left_out;
    order = order ? order : strcmp(left->origin, right->origin);
    order = order ? order : compare_numbers(left->time, right->time);
    order = order ? order : strcmp(left->run_id, right->run_id);
    return order ? order : strcmp(left->path, right->path);
}

/* Whether fewer than so many sessions of its machine came after its last. */
static bool is_current(const struct track_history *history, const struct track_series *series)
{
    const struct track_session *last = &series->sessions[series->count - 1];
    size_t after = 0;
    for (size_t i = 0; i < history->used; i++)
        after += history->sessions[i].time > last->time &&
                 strcmp(history->sessions[i].machine, last->machine) == 0;
    return after < MACHINE_LAST;
}

static int by_rank(const void *a, const void *b)
{
    const struct track_series *left = a, *right = b;
    if (left->current != right->current)
        return left->current ? -1 : 1;
    if (left->count != right->count)
        return left->count > right->count ? -1 : 1;
    return strcmp(left->sessions->origin, right->sessions->origin);
}

static int split(struct track_history *history)
{
    history->series = calloc(history->used + 1, sizeof *history->series);
    if (!history->series)
        return -1;
    for (size_t i = 0; i < history->used; i++) {
        struct track_session *session = &history->sessions[i];
        if (i == 0 || strcmp(session->origin, session[-1].origin) != 0)
            history->series[history->series_count++].sessions = session;
        history->series[history->series_count - 1].count++;
    }
    for (size_t i = 0; i < history->series_count; i++)
        history->series[i].current = is_current(history, &history->series[i]);
    qsort(history->series, history->series_count, sizeof *history->series, by_rank);
    return 0;
}

static int order(struct track_history *history)
{
    if (leave_out_copies(history))
        return -1;
    qsort(history->sessions, history->session_count, sizeof *history->sessions, by_series);
    while (history->used < history->session_count && !history->sessions[history->used].left_out)
        history->used++;
    return split(history);
}

static int build(struct track_history *history, struct track_folders *folders, const regex_t *filter,
                 struct error *error)
{
    if (load_all(history, folders) || order(history))
        return error_set(error, "out of memory");
    if (!history->used) {
        const struct track_session *first = history->sessions;
        return error_set(error, "none of the %zu results folders can be used; %.150s: %.250s",
                         history->session_count, first->path, first->note);
    }
    for (size_t i = 0; i < history->series_count; i++)
        if (track_series_judge(history, &history->series[i], filter))
            return error_set(error, "out of memory");
    return 0;
}

int track_history_load(const char *const *paths, size_t count, const regex_t *filter,
                       struct track_history *history, struct error *error)
{
    struct track_folders folders = {.paths = NULL};
    int result = 0;
    for (size_t i = 0; i < count && !result; i++)
        result = track_find(paths[i], &folders, error);
    if (!result && !folders.count)
        result = error_set(error, "%s holds no results folder: one has samples.csv and run.json", paths[0]);
    if (!result)
        result = build(history, &folders, filter, error);
    track_folders_free(&folders);
    return result;
}

static void free_series(struct track_history *history, struct track_series *series)
{
    for (size_t i = 0; i < series->cell_count; i++)
        free(series->cells[i]);
    free(series->cells);
    for (size_t i = 0; i < history->metric_count; i++) {
        free(series->logs[i]);
        track_free(&series->tracks[i]);
    }
    free(series->canaries);
    free(series->flips);
}

void track_history_free(struct track_history *history)
{
    for (size_t i = 0; i < history->series_count; i++)
        free_series(history, &history->series[i]);
    free(history->series);
    for (size_t i = 0; i < history->session_count; i++)
        track_session_free(&history->sessions[i]);
    free(history->sessions);
    history->sessions = NULL;
    history->series = NULL;
    history->session_count = history->series_count = history->used = 0;
}
