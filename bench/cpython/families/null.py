# SPDX-License-Identifier: MIT
"""What the instrument itself costs."""

from workload import ALL, INTERPRETERS, Workload, sum_of_indices


class Empty(Workload):
    family, name = 'null', 'empty'
    summary = 'nothing: what the instrument itself costs a task'
    models = ALL + INTERPRETERS

    def task(self, run, index, worker):
        return index + 1

    def account(self, run, items):
        return sum_of_indices(items)


WORKLOADS = Empty,
