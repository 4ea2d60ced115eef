/* SPDX-License-Identifier: MIT */
#include "fleet.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fleet_line.h"
#include "statistics.h"
#include "track_find.h"

const double fleet_alpha = 0.05;

static int load_all(struct fleet *fleet, struct track_folders *folders, struct error *error)
{
    fleet->machines = calloc(folders->count + 1, sizeof *fleet->machines);
    if (!fleet->machines)
        return error_set(error, "out of memory");
    for (size_t i = 0; i < folders->count; i++) {
        char *path = folders->paths[i];
        folders->paths[i] = NULL;
        fleet->machine_count++;
        if (fleet_machine_load(path, &fleet->machines[i]))
            return error_set(error, "out of memory");
    }
    return 0;
}

int fleet_load(const char *const *paths, size_t count, struct fleet *fleet, struct error *error)
{
    struct track_folders folders = {.paths = NULL};
    int result = 0;
    *fleet = (struct fleet){.machines = NULL};
    for (size_t i = 0; i < count && !result; i++)
        result = track_find(paths[i], &folders, error);
    if (!result)
        result = load_all(fleet, &folders, error);
    track_folders_free(&folders);
    if (!result && fleet_judge(fleet))
        result = error_set(error, "out of memory");
    if (!result && !fleet->used)
        result = error_set(error, "no results folder with a run.json and verdicts in %s%s", paths[0],
                           count > 1 ? " and the others" : "");
    return result;
}

void fleet_free(struct fleet *fleet)
{
    for (size_t i = 0; i < fleet->group_count; i++)
        fleet_lines_free(&fleet->groups[i]);
    for (size_t i = 0; i < fleet->machine_count; i++)
        fleet_machine_free(&fleet->machines[i]);
    free(fleet->groups);
    free(fleet->machines);
    *fleet = (struct fleet){.machines = NULL};
}

/* Which machines */

static int by_id(const void *a, const void *b)
{
    const struct fleet_machine *left = *(struct fleet_machine *const *)a,
                               *right = *(struct fleet_machine *const *)b;
    int order = strcmp(left->build, right->build);
    order = order ? order : strcmp(left->plan, right->plan);
    order = order ? order : strcmp(left->id, right->id);
    if (!order && left->time != right->time)
        order = left->time > right->time ? -1 : 1;
    return order ? order : strcmp(left->path, right->path);
}

static bool is_same_group(const struct fleet_machine *a, const struct fleet_machine *b)
{
    return strcmp(a->build, b->build) == 0 && strcmp(a->plan, b->plan) == 0;
}

/* Of one machine the newest of a build and plan counts. */
static int leave_out_older(struct fleet *fleet)
{
    struct fleet_machine **order = malloc((fleet->machine_count + 1) * sizeof(struct fleet_machine *));
    size_t count = 0;
    if (!order)
        return -1;
    for (size_t i = 0; i < fleet->machine_count; i++)
        if (!fleet->machines[i].left_out)
            order[count++] = &fleet->machines[i];
    qsort(order, count, sizeof *order, by_id);
    for (size_t i = 1, newest = 0; i < count; i++) {
        if (!is_same_group(order[i], order[newest]) || strcmp(order[i]->id, order[newest]->id) != 0) {
            newest = i;
            continue;
        }
        order[i]->left_out = true;
        snprintf(order[i]->note, sizeof order[i]->note, "a newer run of the same machine is in %.300s",
                 order[newest]->path);
    }
    free(order);
    return 0;
}

static int by_group(const void *a, const void *b)
{
    const struct fleet_machine *left = a, *right = b;
    int order = left->left_out - right->left_out;
    order = order ? order : strcmp(left->build, right->build);
    order = order ? order : strcmp(left->plan, right->plan);
    return order ? order : strcmp(left->path, right->path);
}

static int by_size(const void *a, const void *b)
{
    const struct fleet_group *left = a, *right = b;
    if (left->machine_count != right->machine_count)
        return left->machine_count > right->machine_count ? -1 : 1;
    return strcmp(left->machines->path, right->machines->path);
}

static int make_groups(struct fleet *fleet)
{
    fleet->used = 0;
    while (fleet->used < fleet->machine_count && !fleet->machines[fleet->used].left_out)
        fleet->used++;
    fleet->groups = calloc(fleet->used + 1, sizeof *fleet->groups);
    if (!fleet->groups)
        return -1;
    for (size_t i = 0; i < fleet->used; i++) {
        if (i == 0 || !is_same_group(&fleet->machines[i], &fleet->machines[i - 1]))
            fleet->groups[fleet->group_count++].machines = &fleet->machines[i];
        fleet->groups[fleet->group_count - 1].machine_count++;
    }
    qsort(fleet->groups, fleet->group_count, sizeof *fleet->groups, by_size);
    size_t number = 0;
    fleet->groups[0].others = fleet->group_count ? fleet->group_count - 1 : 0;
    for (size_t i = 0; i < fleet->group_count; i++)
        for (size_t k = 0; k < fleet->groups[i].machine_count; k++)
            snprintf(fleet->groups[i].machines[k].name, sizeof fleet->groups[i].machines[k].name, "m%zu",
                     ++number);
    return 0;
}

/* Splits */

static int find_split(const struct fleet_group *group, const double *values, struct fleet_line *line)
{
    enum fleet_word *words = malloc((group->machine_count + 1) * sizeof *words);
    if (!words)
        return -1;
    for (size_t i = 0; i < group->machine_count; i++)
        words[i] = line->rows[i] ? (enum fleet_word)line->rows[i]->rule_word : FLEET_OPEN;
    int result = fleet_split_find(values, FLEET_PROPERTY_COUNT, group->machine_count, words, &line->split);
    free(words);
    return result;
}

static int adjust(struct fleet_group *group)
{
    size_t count = 0;
    double *p = malloc((group->line_count + 1) * 2 * sizeof *p), *adjusted = p + group->line_count + 1;
    if (!p)
        return -1;
    for (size_t i = 0; i < group->line_count; i++)
        if (group->lines[i].split.tried)
            p[count++] = group->lines[i].split.p;
    int result = count ? statistics_holm(p, count, adjusted) : 0;
    for (size_t i = 0, k = 0; i < group->line_count; i++)
        group->lines[i].split_p = group->lines[i].split.tried ? adjusted[k++] : 1;
    free(p);
    return result;
}

/* A rule that comes out alike everywhere has nothing to be split. */
static int split_rules(struct fleet_group *group)
{
    double *values = malloc((group->machine_count * FLEET_PROPERTY_COUNT + 1) * sizeof *values);
    int result = values ? 0 : -1;
    for (size_t i = 0; i < group->machine_count && !result; i++)
        for (size_t k = 0; k < FLEET_PROPERTY_COUNT; k++)
            values[k * group->machine_count + i] = group->machines[i].values[k];
    for (size_t i = 0; i < group->line_count && !result; i++) {
        struct fleet_line *line = &group->lines[i];
        if (line->is_rule && line->words[FLEET_HOLDS] && line->words[FLEET_FAILS])
            result = find_split(group, values, line);
    }
    free(values);
    return result ? -1 : adjust(group);
}

int fleet_judge(struct fleet *fleet)
{
    if (leave_out_older(fleet))
        return -1;
    qsort(fleet->machines, fleet->machine_count, sizeof *fleet->machines, by_group);
    if (make_groups(fleet))
        return -1;
    for (size_t i = 0; i < fleet->group_count; i++)
        if (fleet_lines_make(&fleet->groups[i]) || split_rules(&fleet->groups[i]))
            return -1;
    return 0;
}
