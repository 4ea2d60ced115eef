/* SPDX-License-Identifier: MIT */
/* The machine as a plain array of processing units. The only user of hwloc. */
#ifndef CROSSPOINT_TOPOLOGY_H
#define CROSSPOINT_TOPOLOGY_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

/* One processing unit (hwloc PU), in hwloc's logical order. Domains are hwloc logical indices; a level that
 * the machine does not have counts as 0, and without cores each unit is one. A unit outside of a level that
 * others have (cores without L3) gets the index after the last. */
struct unit {
    unsigned os_index; /* what the kernel calls it */
    unsigned core;
    unsigned l3;
    unsigned numa;
    unsigned package;
};

struct topology; /* owns hwloc's own */

/* Opens the machine we run on, restricted to the units that the calling thread may use (cpuset, affinity
 * mask). Call it before there are other threads: it sets an environment variable for a moment, and discovery
 * moves the thread about. xml_path: NULL discovers; else a topology.xml that an earlier topology_open of this
 * machine exported, which loads faster than discovery and still binds (hwloc: IS_THISSYSTEM). NULL on error.
 * Free with topology_close. */
struct topology *topology_open(const char *xml_path, struct error *error);

/* A machine that is not ours: an hwloc XML export (a path that exists, or that ends in .xml) or an hwloc
 * synthetic description ("pack:2 numa:2 l3:1 core:8 pu:2"). Binding is refused. */
struct topology *topology_open_description(const char *description, struct error *error);

void topology_close(struct topology *topology); /* NULL is allowed */

/* The allowed units; owned by topology. */
const struct unit *topology_units(const struct topology *topology, size_t *count);

/* Processing units that CPU-bound work may keep busy: the allowed units, capped by the cgroup CPU quota (v2
 * cpu.max, v1 cpu.cfs_quota_us, of this cgroup and its ancestors; rounded down, at least 1). What
 * `workers:max` means. */
size_t topology_max(const struct topology *topology);

/* The quota in processors, 0 if there is none. */
double topology_quota(const struct topology *topology);

/* One line for people: "2 processing units, 2 cores, 1 package, 1 NUMA node, 1 L3". Levels the machine does
 * not have are left out. */
void topology_describe(const struct topology *topology, char *text, size_t text_bytes);

/* hwloc's own export (topology.xml), of the allowed units only. */
int topology_export(const struct topology *topology, const char *path, struct error *error);

/* The same to an open, empty file. */
int topology_export_to(const struct topology *topology, int file, struct error *error);

/* Binds the calling thread to the given allowed units (os indices; count is at least 1). 0, or -1 with error.
 * Safe in any thread and in a forked child. */
int topology_bind_self(const struct topology *topology, const unsigned *os_indices, size_t count,
                       struct error *error);

/* Reads back the calling thread's binding as a list of os indices: at most capacity are stored; returns how
 * many there are, or -1 with error. */
int topology_read_binding_self(const struct topology *topology, unsigned *os_indices, size_t capacity,
                               struct error *error);

/* The hwloc version the program was built with, "2.9.0". Static storage. */
const char *topology_library_version(void);

#endif
