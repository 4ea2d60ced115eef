# SPDX-License-Identifier: MIT
"""All workloads, in the order of --describe."""

from families import comm, cpu, create, io, isolate, memory, mixed, null, switch, sync

FAMILIES = null, cpu, io, create, switch, comm, sync, memory, isolate, mixed
WORKLOADS = [workload() for family in FAMILIES for workload in family.WORKLOADS]


def find(family, name):
    for workload in WORKLOADS:
        if (workload.family, workload.name) == (family, name):
            return workload
    raise ValueError(f'no workload {family}/{name}')
