/* SPDX-License-Identifier: MIT */
#include "placement.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* From the outside in. L3 stands inside package and NUMA node even where the machine nests them otherwise:
 * what matters is that units which differ in any of them are apart. */
enum { LEVEL_NUMA, LEVEL_PACKAGE, LEVEL_L3, LEVEL_CORE, LEVEL_COUNT };

enum { KEY_COUNT = LEVEL_COUNT + 2 };

struct seat {
    unsigned os_index;
    unsigned domain[LEVEL_COUNT];
    unsigned rank;    /* of its kind of core: 0 is taken first */
    unsigned sibling; /* how many units of its core stand before it: 0 for one unit of each core */
    unsigned turn;    /* scatter: its place among the seats of its domain */
    unsigned key[KEY_COUNT];
};

static int seat_compare(const void *left, const void *right)
{
    const struct seat *a = left, *b = right;
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    for (size_t i = 0; i < KEY_COUNT; i++) {
        if (a->key[i] != b->key[i])
            return a->key[i] < b->key[i] ? -1 : 1;
    }
    return 0;
}

static void seats_sort(struct seat *seats, size_t count)
{
    qsort(seats, count, sizeof *seats, seat_compare);
}

static void seats_fill(struct seat *seats, const struct unit *units, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct unit *unit = &units[i];
        seats[i] = (struct seat){.os_index = unit->os_index,
                                 .domain = {[LEVEL_NUMA] = unit->numa,
                                            [LEVEL_PACKAGE] = unit->package,
                                            [LEVEL_L3] = unit->l3,
                                            [LEVEL_CORE] = unit->core}};
        seats[i].rank = unit->rank;
        for (size_t j = 0; j < i; j++)
            seats[i].sibling += units[j].core == unit->core;
    }
}

/* How many are of the kind that is taken first: what is compared sits on one kind of core. */
static size_t seats_of_first_kind(const struct seat *seats, size_t count)
{
    size_t first = 0;
    for (size_t i = 0; i < count; i++)
        first += seats[i].rank == 0;
    return first;
}

/* Leaves the seats from first on, in front. */
static size_t seats_drop(struct seat *seats, size_t count, size_t first)
{
    memmove(seats, seats + first, (count - first) * sizeof *seats);
    return count - first;
}

static size_t arrange_none(struct seat *seats, size_t count)
{
    (void)seats;
    (void)count;
    return 0;
}

static size_t arrange_compact(struct seat *seats, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct seat *seat = &seats[i];
        memcpy(seat->key,
               (unsigned[KEY_COUNT]){seat->domain[LEVEL_NUMA], seat->domain[LEVEL_PACKAGE],
                                     seat->domain[LEVEL_L3], seat->sibling, seat->domain[LEVEL_CORE]},
               sizeof seat->key);
    }
    seats_sort(seats, count);
    return count;
}

static size_t arrange_one_core(struct seat *seats, size_t count)
{
    arrange_compact(seats, count);
    return 1;
}

/* Deals the seats of each domain, told apart by its first depth levels, in rounds over the domains just
 * inside it, whose own order stands in turn; then turn is the order in the outer one. */
static void scatter_deal(struct seat *seats, size_t count, size_t depth)
{
    for (size_t i = 0; i < count; i++) {
        struct seat *seat = &seats[i];
        memset(seat->key, 0, sizeof seat->key);
        seat->key[0] = seat->sibling;
        memcpy(&seat->key[1], seat->domain, depth * sizeof *seat->domain);
        seat->key[depth + 1] = seat->turn;
        seat->key[depth + 2] = seat->domain[depth];
    }
    seats_sort(seats, count);
    for (size_t i = 0; i < count; i++) {
        bool same = i > 0 && !memcmp(seats[i].key, seats[i - 1].key, (depth + 1) * sizeof *seats[i].key) &&
                    seats[i].rank == seats[i - 1].rank;
        seats[i].turn = same ? seats[i - 1].turn + 1 : 0;
    }
}

static size_t arrange_scatter(struct seat *seats, size_t count)
{
    for (size_t depth = LEVEL_COUNT; depth-- > 0;)
        scatter_deal(seats, count, depth);
    return count;
}

/* Sorts the seats by domain and returns where the generator's side begins: at the boundary of the outermost
 * level that parts the machine, as near to half of the cores as there is one; of two, the work gets the
 * larger side. Without such a level there is one core, and its units are parted. */
static size_t split_cut(struct seat *seats, size_t count)
{
    unsigned total = 0;
    for (size_t i = 0; i < count; i++) {
        memset(seats[i].key, 0, sizeof seats[i].key);
        memcpy(seats[i].key, seats[i].domain, sizeof seats[i].domain);
        seats[i].key[LEVEL_COUNT] = seats[i].sibling;
    }
    seats_sort(seats, count);

    size_t level = 0; /* of the key, which ends in the sibling */
    while (level < LEVEL_COUNT && seats[0].key[level] == seats[count - 1].key[level])
        level++;
    for (size_t i = 0; i < count; i++)
        total += level == LEVEL_COUNT || seats[i].sibling == 0;

    size_t cut = count;
    unsigned before = 0, distance_min = total;
    for (size_t i = 1; i < count; i++) {
        before += level == LEVEL_COUNT || seats[i - 1].sibling == 0;
        if (seats[i].key[level] == seats[i - 1].key[level])
            continue;
        unsigned distance = 2 * before > total ? 2 * before - total : total - 2 * before;
        if (distance <= distance_min) {
            distance_min = distance;
            cut = i;
        }
    }
    return cut;
}

/* The seats of the first kind in front, if it can be parted; else all. */
static size_t seats_to_part(struct seat *seats, size_t count)
{
    size_t first = seats_of_first_kind(seats, count);
    seats_sort(seats, count);
    return first >= 2 ? first : count;
}

static size_t arrange_split(struct seat *seats, size_t count)
{
    return arrange_compact(seats, split_cut(seats, seats_to_part(seats, count)));
}

static size_t arrange_split_generator(struct seat *seats, size_t count)
{
    size_t part = seats_to_part(seats, count);
    return arrange_compact(seats, seats_drop(seats, part, split_cut(seats, part)));
}

const struct placement_policy placement_policies[] = {
    {"none", "the scheduler decides", arrange_none, NULL, 1},
    {"compact", "fill a cache or NUMA domain before the next", arrange_compact, NULL, 1},
    {"scatter", "spread over domains first, hyperthreads last", arrange_scatter, NULL, 1},
    {"one-core", "all on one processing unit", arrange_one_core, NULL, 1},
    {"split", "the work on one half of the machine, the load generator on the other", arrange_split,
     arrange_split_generator, 2},
};
const size_t placement_policy_count = sizeof placement_policies / sizeof *placement_policies;

const struct placement_policy *placement_find(const char *name)
{
    for (size_t i = 0; i < placement_policy_count; i++) {
        if (!strcmp(placement_policies[i].name, name))
            return &placement_policies[i];
    }
    return NULL;
}

/* The generator's seats where the policy has no opinion of its own. */
static size_t arrange_leftover(const struct placement_policy *policy, struct seat *seats, size_t count,
                               size_t worker_count)
{
    size_t used = policy->arrange(seats, count);
    if (used == 0)
        return 0;
    if (used > worker_count)
        used = worker_count;
    size_t left = used < count ? seats_drop(seats, count, used) : count;
    arrange_compact(seats, left);
    size_t same_kind = seats_of_first_kind(seats, left);
    left = same_kind ? same_kind : left;
    for (size_t i = 0; i < left / 2; i++) {
        struct seat swap = seats[i];
        seats[i] = seats[left - 1 - i];
        seats[left - 1 - i] = swap;
    }
    return left;
}

static struct seat *seats_new(const struct placement_policy *policy, const struct unit *units,
                              size_t unit_count, struct error *error)
{
    assert(unit_count > 0);
    if (unit_count < policy->units_min) {
        error_set(error,
                  "place:%s needs %zu processing units, and this process may use only %zu: allow it more "
                  "(taskset, cpuset) or choose another place",
                  policy->name, policy->units_min, unit_count);
        return NULL;
    }
    struct seat *seats = calloc(unit_count, sizeof *seats);
    if (!seats) {
        error_set(error, "place:%s: out of memory for %zu processing units", policy->name, unit_count);
        return NULL;
    }
    seats_fill(seats, units, unit_count);
    return seats;
}

/* Seats count sitters, frees seats, and returns how many seats were taken. */
static int seats_take(struct seat *seats, size_t seat_count, unsigned *os_indices, size_t count)
{
    assert(count > 0);
    for (size_t i = 0; seat_count > 0 && i < count; i++)
        os_indices[i] = seats[i % seat_count].os_index;
    free(seats);
    return (int)(seat_count < count ? seat_count : count);
}

int placement_assign(const struct placement_policy *policy, const struct unit *units, size_t unit_count,
                     unsigned *os_indices, size_t worker_count, struct error *error)
{
    struct seat *seats = seats_new(policy, units, unit_count, error);
    if (!seats)
        return -1;
    size_t seat_count = policy->arrange(seats, unit_count);
    return seats_take(seats, seat_count, os_indices, worker_count);
}

int placement_assign_generator(const struct placement_policy *policy, const struct unit *units,
                               size_t unit_count, size_t worker_count, unsigned *os_indices,
                               size_t thread_count, struct error *error)
{
    struct seat *seats = seats_new(policy, units, unit_count, error);
    if (!seats)
        return -1;
    size_t seat_count = policy->arrange_generator ? policy->arrange_generator(seats, unit_count)
                                                  : arrange_leftover(policy, seats, unit_count, worker_count);
    return seats_take(seats, seat_count, os_indices, thread_count);
}

static bool list_holds(const unsigned *list, size_t count, unsigned wanted)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i] == wanted)
            return true;
    }
    return false;
}

/* Finds the smallest element that is at least *value. */
static bool list_next(const unsigned *list, size_t count, unsigned *value)
{
    const unsigned *next = NULL;
    for (size_t i = 0; i < count; i++) {
        if (list[i] >= *value && (!next || list[i] < *next))
            next = &list[i];
    }
    if (next)
        *value = *next;
    return next;
}

void placement_format(const unsigned *os_indices, size_t count, char *text, size_t text_bytes)
{
    assert(text_bytes >= sizeof "...");
    size_t used = 0;
    unsigned first = 0;
    text[0] = '\0';
    while (list_next(os_indices, count, &first)) {
        unsigned last = first;
        while (list_holds(os_indices, count, last + 1))
            last++;
        char range[32];
        int length = last > first ? snprintf(range, sizeof range, "%s%u-%u", used ? "," : "", first, last)
                                  : snprintf(range, sizeof range, "%s%u", used ? "," : "", first);
        if (used + (size_t)length >= text_bytes) {
            size_t end = used + sizeof "..." <= text_bytes ? used : text_bytes - sizeof "...";
            strcpy(text + end, "...");
            return;
        }
        memcpy(text + used, range, (size_t)length + 1);
        used += (size_t)length;
        first = last + 1;
    }
}
