# SPDX-License-Identifier: MIT
"""All workloads: those of FAMILY stand in families/FAMILY.py, which is imported when one of them is wanted."""

import importlib
import os

FAMILIES = 'null', 'cpu', 'io', 'create', 'switch', 'comm', 'sync', 'memory', 'isolate', 'mixed'
if 'CROSSPOINT_PYTHON_TASK' in os.environ:
    FAMILIES += 'own',


def of(family):
    return [workload() for workload in importlib.import_module('families.' + family).WORKLOADS]


def all_workloads():
    """In the order of --describe."""
    return [workload for family in FAMILIES for workload in of(family)]


def find(family, name):
    for workload in of(family) if family in FAMILIES else ():
        if workload.name == name:
            return workload
    raise ValueError(f'no workload {family}/{name}')
