# SPDX-License-Identifier: MIT
"""Work of a chosen length inside of a task."""

from workload import WORD


def work_steps(steps, number):
    """Each step needs the one before: some 50 ns in CPython."""
    for _ in range(steps):
        number = number * 3 + 1 & WORD
    return number
