/* SPDX-License-Identifier: MIT */
/* The machine as a plain array of processing units. hwloc stands behind it, and nowhere else. */
#ifndef CROSSPOINT_TOPOLOGY_H
#define CROSSPOINT_TOPOLOGY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

/* One processing unit (hwloc PU), in hwloc's logical order. Domains are hwloc logical indices; a level that
 * the machine does not have counts as 0, and without cores each unit is one. A unit without L3 where others
 * of its package have one counts to the first of those. */
struct unit {
    unsigned os_index; /* what the kernel calls it */
    unsigned core;
    unsigned l3;
    unsigned numa;
    unsigned package;
    unsigned kind; /* of cores, as hwloc ranks them: the higher, the faster; all 0 where they are equal */
    unsigned rank; /* of its kind: 0 is that which work sits on first, the fastest with two cores or more */
};

enum { TOPOLOGY_UNITS_MAX = 4096 }; /* that can be described */

struct topology; /* owns hwloc's own */

/* Opens the machine we run on, restricted to the units that the calling thread may use (cpuset, affinity
 * mask). Call it before there are other threads: it takes variables that hwloc heeds out of the environment
 * (topology_warning names them), and discovery moves the thread about. xml_path: NULL discovers; else a
 * topology.xml that an earlier topology_open of this machine exported, which loads faster than discovery and
 * still binds (hwloc: IS_THISSYSTEM). NULL on error. Free with topology_close. */
struct topology *topology_open(const char *xml_path, struct error *error);

/* A machine that is not ours: an hwloc XML export (a path that exists, or that ends in .xml) or an hwloc
 * synthetic description ("pack:2 numa:2 l3:1 core:8 pu:2") of at most TOPOLOGY_UNITS_MAX units. Read in a
 * child, so that one that makes hwloc break down is an error. Binding is refused, and so is exporting. */
struct topology *topology_open_description(const char *description, struct error *error);

void topology_close(struct topology *topology); /* NULL is allowed */

/* The allowed units; owned by topology. */
const struct unit *topology_units(const struct topology *topology, size_t *count);

/* Processing units that CPU-bound work may keep busy: the allowed units, on a hybrid machine those of the
 * kind of core that work sits on first, capped by the cgroup CPU quota (v2 cpu.max, v1 cpu.cfs_quota_us, of
 * this cgroup and its ancestors; rounded down, at least 1). What `workers:max` means. */
size_t topology_max(const struct topology *topology);

/* The quota in processors, 0 if there is none. */
double topology_quota(const struct topology *topology);

/* What about this machine could not be known or was not heeded, in one line; empty: nothing. */
const char *topology_warning(const struct topology *topology);

/* How many kinds of cores the units are of: 1 but on hybrid machines. */
unsigned topology_kinds(const struct topology *topology);

/* That the process may still use just the units that it might at topology_open; else -1 with error. Cheap. */
int topology_check_allowed(const struct topology *topology, struct error *error);

/* One line for people: "2 processing units, 2 cores, 1 package, 1 NUMA node, 1 L3". Levels the machine does
 * not have are left out. Only what the units are in counts: not a NUMA node of memory alone. */
void topology_describe(const struct topology *topology, char *text, size_t text_bytes);

/* hwloc's own export (topology.xml), of the allowed units only; of all where a NUMA node has no units. */
int topology_export(const struct topology *topology, const char *path, struct error *error);

/* The same to an open, empty file. */
int topology_export_to(const struct topology *topology, int file, struct error *error);

/* Binds the calling thread to the given allowed units (os indices; count is at least 1). 0, or -1 with error.
 * Safe in any thread and in a forked child. */
int topology_bind_self(const struct topology *topology, const unsigned *os_indices, size_t count,
                       struct error *error);

/* Reads back the calling thread's binding, a bit for each os index that `words` have room for; returns how
 * many units there are, or -1 with error. Allocates nothing and asks the kernel itself: a process of a single
 * task pays for each page that it touches. */
int topology_read_binding_self(const struct topology *topology, uint64_t *bits, size_t words,
                               struct error *error);

/* The hwloc version the program was built with, "2.9.0". Static storage. */
const char *topology_library_version(void);

#endif
