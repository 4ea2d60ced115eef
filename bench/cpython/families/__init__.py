# SPDX-License-Identifier: MIT
"""All workloads, in the order of --describe."""

from families import cpu, create, io, mixed, null, switch

FAMILIES = null, cpu, io, create, switch, mixed
WORKLOADS = [workload() for family in FAMILIES for workload in family.WORKLOADS]


def find(family, name):
    for workload in WORKLOADS:
        if (workload.family, workload.name) == (family, name):
            return workload
    raise ValueError(f'no workload {family}/{name}')
